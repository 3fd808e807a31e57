use std::fmt::Write;

/// Words and lines of every picture.
pub(super) const INK: &str = "#1c2430";
/// Words that step back.
pub(super) const SOFT: &str = "#55606e";
/// Axes.
pub(super) const AXIS: &str = "#8a94a0";
/// Grid.
pub(super) const GRID: &str = "#e3e7ec";
/// Where a quantity should be.
pub(super) const BAND: &str = "#e9f1ee";
/// First colour of Okabe and Ito used here: blue.
pub(super) const BLUE: &str = "#0072b2";
/// Second: vermilion.
pub(super) const RED: &str = "#d55e00";
/// Third: bluish green.
pub(super) const GREEN: &str = "#00795a";
/// Fourth: reddish purple, darkened for white paper.
pub(super) const PURPLE: &str = "#a3508a";

/// The colour, dash and lighter filling of the `i`th thing compared.
pub(super) fn look(i: usize) -> (&'static str, &'static str, &'static str) {
    [
        (BLUE, "", "#0072b2"),
        (RED, "6 3", "#fbe3d3"),
        (GREEN, "2 3", "#8cc9b4"),
        (PURPLE, "8 3 2 3", "#f0dbe8"),
    ][i % 4]
}

/// The width of every picture in its own units; the height follows from what is in it.
pub(super) const WIDTH: f64 = 720.0;
/// The size of words.
pub(super) const TEXT: f64 = 13.0;

/// Where a word stands relative to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture that is being drawn. No ids, no classes, no style sheet: ten pictures can stand in one page.
pub(super) struct Canvas {
    height: f64,
    body: String,
}

impl Canvas {
    pub fn new(height: f64) -> Self {
        Self {
            height,
            body: String::new(),
        }
    }

    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], colour: &str, width: f64, dash: &str) {
        let [x1, y1, x2, y2] = [from[0], from[1], to[0], to[1]].map(px);
        let _ = write!(
            self.body,
            r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="{width}"{}/>"#,
            dashes(dash)
        );
    }

    pub fn rect(&mut self, from: [f64; 2], to: [f64; 2], fill: &str, stroke: Option<&str>) {
        let [x, y] = [from[0].min(to[0]), from[1].min(to[1])].map(px);
        let [w, h] = [(to[0] - from[0]).abs(), (to[1] - from[1]).abs()].map(px);
        let stroke = stroke
            .map(|c| format!(r#" stroke="{c}" stroke-width="1""#))
            .unwrap_or_default();
        let _ = write!(
            self.body,
            r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}"{stroke}/>"#
        );
    }

    /// A line through points.
    pub fn path(&mut self, points: &[[f64; 2]], colour: &str, width: f64, dash: &str) {
        if points.len() < 2 {
            return;
        }
        let _ = write!(
            self.body,
            r#"<path d="{}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"{}/>"#,
            steps(points),
            dashes(dash)
        );
    }

    /// A filled outline through points.
    pub fn area(&mut self, points: &[[f64; 2]], fill: &str, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        let _ = write!(
            self.body,
            r#"<path d="{}Z" fill="{fill}" fill-opacity="{opacity}"/>"#,
            steps(points)
        );
    }

    /// The mark of the `i`th thing compared: disc, ring, square, diamond.
    pub fn mark(&mut self, i: usize, at: [f64; 2], r: f64) {
        let (colour, _, _) = look(i);
        let [x, y] = at.map(px);
        let _ = match i % 4 {
            0 => write!(
                self.body,
                r#"<circle cx="{x}" cy="{y}" r="{r}" fill="{colour}"/>"#
            ),
            1 => write!(
                self.body,
                r##"<circle cx="{x}" cy="{y}" r="{r}" fill="#ffffff" stroke="{colour}" stroke-width="1.8"/>"##
            ),
            2 => write!(
                self.body,
                r#"<rect x="{}" y="{}" width="{w}" height="{w}" fill="{colour}"/>"#,
                px(at[0] - r),
                px(at[1] - r),
                w = px(2.0 * r)
            ),
            _ => write!(
                self.body,
                r##"<path d="{}Z" fill="#ffffff" stroke="{colour}" stroke-width="1.8"/>"##,
                steps(&[
                    [at[0], at[1] - r - 1.0],
                    [at[0] + r + 1.0, at[1]],
                    [at[0], at[1] + r + 1.0],
                    [at[0] - r - 1.0, at[1]],
                ])
            ),
        };
    }

    /// A word with its baseline at `at`.
    pub fn text(&mut self, at: [f64; 2], anchor: Anchor, colour: &str, text: &str) {
        self.words(at, anchor, colour, "", text);
    }

    /// A word in bold.
    pub fn strong(&mut self, at: [f64; 2], anchor: Anchor, colour: &str, text: &str) {
        self.words(at, anchor, colour, r#" font-weight="600""#, text);
    }

    /// A word on a white ground, to be read on top of lines.
    pub fn text_on_white(&mut self, at: [f64; 2], anchor: Anchor, colour: &str, text: &str) {
        let width = width_of(text) + 6.0;
        let left = match anchor {
            Anchor::Start => at[0] - 3.0,
            Anchor::Middle => at[0] - width / 2.0,
            Anchor::End => at[0] + 3.0 - width,
        };
        self.rect(
            [left, at[1] - TEXT],
            [left + width, at[1] + 4.0],
            "#ffffff",
            None,
        );
        self.text(at, anchor, colour, text);
    }

    fn words(&mut self, at: [f64; 2], anchor: Anchor, colour: &str, more: &str, text: &str) {
        let [x, y] = at.map(px);
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = write!(
            self.body,
            r#"<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}"{more}>{}</text>"#,
            escape(text)
        );
    }

    /// The whole `<svg>` element.
    pub fn finish(self, alt: &str) -> String {
        let (width, height, alt) = (px(WIDTH), px(self.height), escape(alt));
        format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" "#,
                r#"viewBox="0 0 {width} {height}" font-family="'Source Sans 3', 'Segoe UI', 'Helvetica Neue', "#,
                r#"Arial, 'Libertinus Serif', sans-serif" font-size="{size}"><title>{alt}</title>{body}</svg>"#
            ),
            width = width,
            height = height,
            size = TEXT,
            alt = alt,
            body = self.body
        )
    }
}

fn steps(points: &[[f64; 2]]) -> String {
    let mut d = String::new();
    for (i, point) in points.iter().enumerate() {
        let [x, y] = point.map(px);
        let _ = write!(d, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
    }
    d
}

fn dashes(dash: &str) -> String {
    if dash.is_empty() {
        String::new()
    } else {
        format!(r#" stroke-dasharray="{dash}""#)
    }
}

/// A coordinate with one decimal; far outside becomes the edge of what a viewer can hold.
fn px(v: f64) -> String {
    let v = if v.is_finite() {
        v.clamp(-1e5, 1e5)
    } else {
        0.0
    };
    let tenths = (v * 10.0).round() / 10.0;
    // Adding zero turns -0 into 0.
    format!("{}", tenths + 0.0)
}

/// Text as it may stand in an element or a quoted attribute. Control characters, which XML forbids, become a space.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// About how wide words are at the size of the picture. Too wide rather than too narrow: the face is not known.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | 't' | 'f' | 'r' | '.' | ',' | ':' | ';' | '\'' | '|' | '(' | ')'
            | ' ' => 0.40,
            'm' | 'w' | 'M' | 'W' | '≥' | '≤' | '–' => 0.92,
            c if c.is_uppercase() => 0.70,
            _ => 0.625,
        })
        .sum::<f64>()
        * TEXT
}

/// Words in lines no wider than `width`, two at most; what is left over ends in an ellipsis.
pub(super) fn wrapped(text: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("starts with one line");
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width_of(&longer) <= width {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    let cut = lines.len() > 2;
    lines.truncate(2);
    let last = lines.len() - 1;
    for (i, line) in lines.iter_mut().enumerate() {
        let mut short = cut && i == last;
        while width_of(line) > width && line.chars().count() > 1 {
            line.pop();
            short = true;
        }
        if short {
            line.pop();
            line.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_takes_two_lines_and_no_more_width_than_it_has() {
        let label =
            "People aged seventy and over whose creatinine was not measured at the visit of entry";
        let lines = wrapped(label, 180.0);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| width_of(line) <= 190.0));
        assert_eq!(wrapped("women", 180.0), ["women"]);
        assert_eq!(wrapped("", 180.0), [""]);
    }
}
