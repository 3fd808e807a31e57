//! Prints small PDFs, so that a test shows where its letters stand.

use std::fmt::Write;

/// A document under way. Places are in points from the top left corner of pages of 612 by 792.
#[derive(Default)]
pub struct Print {
    pages: Vec<String>,
    /// Written into the trailer, such as an entry for encryption.
    pub trailer: String,
}

/// The fonts that need no file.
#[derive(Clone, Copy)]
pub enum Font {
    Roman = 1,
    Bold = 2,
    Italic = 3,
}

impl Print {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn page(&mut self) -> &mut Self {
        self.pages.push(String::new());
        self
    }

    fn draw(&mut self, operators: &str) -> &mut Self {
        let page = self.pages.last_mut().expect("a page was begun");
        page.push_str(operators);
        page.push('\n');
        self
    }

    pub fn text(&mut self, x: f64, y: f64, size: f64, font: Font, text: &str) -> &mut Self {
        let mut hex = String::new();
        for c in text.chars() {
            write!(hex, "{:02x}", code(c)).expect("a string takes all");
        }
        let up = 792.0 - y;
        self.draw(&format!(
            "BT /F{} {size} Tf 1 0 0 1 {x} {up} Tm <{hex}> Tj ET",
            font as u8
        ))
    }

    /// Lines one below the other; gives the baseline behind the last.
    pub fn lines(&mut self, x: f64, y: f64, size: f64, leading: f64, lines: &[String]) -> f64 {
        let mut y = y;
        for line in lines {
            self.text(x, y, size, Font::Roman, line);
            y += leading;
        }
        y
    }

    pub fn rule(&mut self, x0: f64, x1: f64, y: f64) -> &mut Self {
        let up = 792.0 - y;
        self.draw(&format!("0.5 w {x0} {up} m {x1} {up} l S"))
    }

    /// A picture of one grey dot, stretched.
    pub fn picture(&mut self, x: f64, y: f64, width: f64, height: f64) -> &mut Self {
        let up = 792.0 - y - height;
        self.draw(&format!(
            "q {width} 0 0 {height} {x} {up} cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1} EI Q"
        ))
    }

    pub fn pdf(&self) -> Vec<u8> {
        let mut objects: Vec<String> = vec![String::new(), String::new()];
        for name in ["Times-Roman", "Times-Bold", "Times-Italic"] {
            objects.push(format!(
                "<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
            ));
        }
        let mut kids = String::new();
        for content in &self.pages {
            let number = objects.len() + 1;
            write!(kids, "{number} 0 R ").expect("a string takes all");
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
                 /Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> >>",
                number + 1
            ));
            objects.push(format!(
                "<< /Length {} >>\nstream\n{content}\nendstream",
                content.len() + 1
            ));
        }
        objects[0] = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
        objects[1] = format!(
            "<< /Type /Pages /Kids [{kids}] /Count {} >>",
            self.pages.len()
        );
        self.file(&objects)
    }

    fn file(&self, objects: &[String]) -> Vec<u8> {
        let mut out = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (number, object) in (1..).zip(objects) {
            places.push(out.len());
            write!(out, "{number} 0 obj\n{object}\nendobj\n").expect("a string takes all");
        }
        let start = out.len();
        let count = objects.len() + 1;
        write!(out, "xref\n0 {count}\n0000000000 65535 f \n").expect("a string takes all");
        for place in places {
            writeln!(out, "{place:010} 00000 n ").expect("a string takes all");
        }
        let trailer = &self.trailer;
        write!(
            out,
            "trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
        )
        .expect("a string takes all");
        out.into_bytes()
    }
}

/// Windows' Latin letters, as far as they are used here.
fn code(c: char) -> u8 {
    match c {
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        '’' => 0x92,
        c => u8::try_from(u32::from(c)).expect("the tests print Latin letters"),
    }
}

/// Breaks a text into lines of at most so many letters.
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Running text of so many sentences, no two alike.
pub fn prose(seed: usize, sentences: usize) -> String {
    const WHO: [&str; 7] = [
        "The model",
        "Each reader",
        "The cohort",
        "A threshold",
        "The second site",
        "Every estimate",
        "This analysis",
    ];
    const DOES: [&str; 5] = ["reports", "excludes", "compares", "describes", "adjusts"];
    const WHAT: [&str; 6] = [
        "sensitivity at a fixed specificity",
        "patients without a follow up",
        "calibration in every subgroup",
        "images from older devices",
        "the agreement of two experts",
        "predictions made before surgery",
    ];
    let one = |n: usize| {
        format!(
            "{} {} {} in step {}.",
            WHO[n % 7],
            DOES[n % 5],
            WHAT[n % 6],
            n * 3 + 1
        )
    };
    let all: Vec<String> = (seed..seed + sentences).map(one).collect();
    all.join(" ")
}
