//! The runs of a paragraph of Word as text.

use crate::reading::words;
use crate::reading::xml::{Child, Element};

/// The words of a paragraph.
pub(super) struct Runs<'t> {
    pub(super) text: String,
    /// Whether all its letters are bold.
    pub(super) bold: bool,
    /// Boxes that hang on it, with paragraphs of their own.
    pub(super) boxes: Vec<Element<'t>>,
}

/// Reads a paragraph; `notes` takes in the notes that it names.
pub(super) fn read<'t>(
    paragraph: Element<'t>,
    notes: &mut Vec<(&'static str, String)>,
) -> Runs<'t> {
    let mut reader = Reader {
        text: String::new(),
        letters: 0,
        bold: 0,
        boxes: Vec::new(),
        notes,
    };
    reader.inside(paragraph);
    Runs {
        bold: reader.letters > 0 && reader.bold == reader.letters,
        text: reader.text,
        boxes: reader.boxes,
    }
}

struct Reader<'t, 'n> {
    text: String,
    letters: usize,
    bold: usize,
    boxes: Vec<Element<'t>>,
    notes: &'n mut Vec<(&'static str, String)>,
}

impl<'t> Reader<'t, '_> {
    fn inside(&mut self, parent: Element<'t>) {
        for part in parent.elements() {
            match part.name() {
                "w:r" => self.run(part),
                "m:oMath" | "m:oMathPara" => formula(part, &mut self.text),
                // Text that was deleted, and the codes of fields.
                "w:del" | "w:moveFrom" | "w:pPr" => {}
                "mc:AlternateContent" => {
                    if let Some(choice) = part.first("Choice").or_else(|| part.first("Fallback")) {
                        self.inside(choice);
                    }
                }
                _ => self.inside(part),
            }
        }
    }

    fn run(&mut self, run: Element<'t>) {
        let properties = run.first("rPr");
        let raised = properties
            .and_then(|p| p.first("vertAlign"))
            .and_then(|v| v.attribute("w:val"))
            == Some("superscript");
        let bold = properties
            .and_then(|p| p.first("b"))
            .is_some_and(|b| !matches!(b.attribute("w:val"), Some("0" | "false" | "off")));
        if properties.is_some_and(|p| p.first("vanish").is_some()) {
            return;
        }
        let start = self.text.len();
        for part in run.elements() {
            match part.local() {
                "t" => push_text(part, &mut self.text),
                "tab" | "br" | "cr" | "ptab" => self.text.push(' '),
                "noBreakHyphen" => self.text.push('-'),
                "sym" => self.text.extend(symbol(part)),
                "footnoteReference" => self.note("footnote", part),
                "endnoteReference" => self.note("endnote", part),
                "drawing" | "pict" | "object" => self.boxes.extend(part.all("txbxContent")),
                "AlternateContent" => {
                    if let Some(choice) = part.first("Choice").or_else(|| part.first("Fallback")) {
                        self.boxes.extend(choice.all("txbxContent"));
                    }
                }
                _ => {}
            }
        }
        let letters = self.text[start..]
            .chars()
            .filter(|c| c.is_alphanumeric())
            .count();
        self.letters += letters;
        self.bold += if bold { letters } else { 0 };
        if raised {
            let words = words::raised(self.text[start..].trim());
            self.text.truncate(start);
            self.text.push_str(&words);
        }
    }

    fn note(&mut self, kind: &'static str, part: Element<'_>) {
        if let Some(id) = part.attribute("w:id") {
            self.notes.push((kind, id.to_owned()));
            self.text
                .push_str(&words::raised(&self.notes.len().to_string()));
        }
    }
}

fn push_text(part: Element<'_>, text: &mut String) {
    for child in part.children() {
        if let Child::Text(words) = child {
            text.push_str(words);
        }
    }
}

/// A letter of the font `Symbol`, by which older files write ± and ≥.
fn symbol(part: Element<'_>) -> Option<char> {
    let code = u32::from_str_radix(part.attribute("w:char")?, 16).ok()?;
    let font = part.attribute("w:font").unwrap_or_default();
    if font != "Symbol" {
        return char::from_u32(code).filter(|c| !('\u{e000}'..='\u{f8ff}').contains(c));
    }
    Some(match code & 0xff {
        0x61 => 'α',
        0x62 => 'β',
        0x67 => 'γ',
        0x64 => 'δ',
        0x65 => 'ε',
        0x6b => 'κ',
        0x6c => 'λ',
        0x6d => 'μ',
        0x70 => 'π',
        0x72 => 'ρ',
        0x73 => 'σ',
        0x63 => 'χ',
        0x44 => 'Δ',
        0x2d => '−',
        0xa3 => '≤',
        0xb0 => '°',
        0xb1 => '±',
        0xb3 => '≥',
        0xb4 => '×',
        0xb7 => '•',
        0xb9 => '≠',
        0xbb => '≈',
        _ => return None,
    })
}

/// A formula of Word: fractions as `a/b`, powers raised.
fn formula(part: Element<'_>, text: &mut String) {
    for inside in part.elements() {
        match inside.name() {
            "m:t" => push_text(inside, text),
            "m:f" => {
                inside
                    .first("num")
                    .into_iter()
                    .for_each(|e| formula(e, text));
                text.push('/');
                inside
                    .first("den")
                    .into_iter()
                    .for_each(|e| formula(e, text));
            }
            "m:sup" => {
                let mut above = String::new();
                formula(inside, &mut above);
                text.push_str(&words::raised(&above));
            }
            _ => formula(inside, text),
        }
    }
}
