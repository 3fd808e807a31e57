//! The letters of a text file, whatever it was written with.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A text, and sentences on how its letters were found if that is not plain.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) warnings: Vec<String>,
}

/// Turns bytes into letters: by their mark, by what the file declares, as UTF-8, or by what fits best.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let (encoding, why) = encoding(bytes);
    let (text, broken) = encoding.decode_with_bom_removal(bytes);
    let mut warnings = Vec::new();
    if why == Why::Guessed && !bytes.is_ascii() {
        warnings.push(format!(
            "The file is not UTF-8 and does not say its encoding; it was read as {}.",
            encoding.name()
        ));
    }
    if broken {
        let lost = text.chars().filter(|&c| c == '\u{fffd}').count();
        warnings.push(format!(
            "{lost} letters of the file are no {} and read \u{fffd}.",
            encoding.name()
        ));
    }
    let (text, repaired) = repair(text);
    if repaired > 0 {
        warnings.push(format!(
            "{repaired} lines were encoded twice, such as Â± for ±; they were repaired."
        ));
    }
    Decoded { text, warnings }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Marked,
    Declared,
    Valid,
    Guessed,
}

fn encoding(bytes: &[u8]) -> (&'static Encoding, Why) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding, Why::Marked);
    }
    if let Some(wide) = wide(bytes) {
        return (wide, Why::Marked);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return (UTF_8, Why::Valid);
    }
    if let Some(encoding) = declared(bytes) {
        return (encoding, Why::Declared);
    }
    // One wrong byte does not make a file another encoding's.
    let lossy = String::from_utf8_lossy(bytes);
    let broken = lossy.chars().filter(|&c| c == '\u{fffd}').count();
    let foreign = lossy.chars().filter(|c| !c.is_ascii()).count() - broken;
    if broken * 10 < foreign {
        return (UTF_8, Why::Valid);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    (detector.guess(None, Utf8Detection::Deny), Why::Guessed)
}

/// UTF-16 without its mark: Latin letters have every second byte empty.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(1_000) & !1];
    let empty = |odd: usize| {
        start
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|&&b| b == 0)
            .count()
    };
    let half = start.len() / 2;
    match (empty(0), empty(1)) {
        (0, odd) if half >= 4 && odd * 10 >= half * 7 => Some(UTF_16LE),
        (even, 0) if half >= 4 && even * 10 >= half * 7 => Some(UTF_16BE),
        _ => None,
    }
}

/// What an XML declaration or a page's head says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]).to_lowercase();
    let at = ["encoding=", "charset="]
        .iter()
        .find_map(|name| head.find(name).map(|at| at + name.len()))?;
    let name: String = head[at..]
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    Encoding::for_label(name.as_bytes())
}

/// Lines that were UTF-8, were taken for Latin letters and written as UTF-8 again: `Â±`, `â€“`.
fn repair(text: Cow<'_, str>) -> (String, usize) {
    const SIGNS: [&str; 6] = ["Â", "â€", "â‰", "âˆ", "Ã", "Î"];
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return (text.into_owned(), 0);
    }
    let mut out = String::with_capacity(text.len());
    let mut repaired = 0;
    for line in text.split_inclusive('\n') {
        let suspect = SIGNS.iter().any(|sign| line.contains(sign));
        match suspect.then(|| encoded_once(line)).flatten() {
            Some(line) => {
                out.push_str(&line);
                repaired += 1;
            }
            None => out.push_str(line),
        }
    }
    (out, repaired)
}

/// A line with one encoding taken back; `None` if its letters do not come from that.
fn encoded_once(line: &str) -> Option<String> {
    let (bytes, _, unmappable) = WINDOWS_1252.encode(line);
    if unmappable {
        return None;
    }
    let once = std::str::from_utf8(&bytes).ok()?;
    (once.chars().count() < line.chars().count()).then(|| once.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_by_mark_by_declaration_and_by_guess() {
        let text = |bytes: &[u8]| decode(bytes).text;
        assert_eq!(text("67.2 ± 15.3".as_bytes()), "67.2 ± 15.3");
        assert_eq!(text(b"\xff\xfe6\x007\x00\xb1\x00"), "67±");
        assert_eq!(text(b"s\0e\0p\0s\0i\0s\0"), "sepsis");
        assert_eq!(
            text(b"<?xml version='1.0' encoding='ISO-8859-1'?><p>\xb1</p>"),
            "<?xml version='1.0' encoding='ISO-8859-1'?><p>±</p>"
        );
        let guessed = decode(b"The mean age was 67.2 \xb1 15.3 years, 0.80\x960.90 in Z\xfcrich.");
        assert_eq!(
            guessed.text,
            "The mean age was 67.2 ± 15.3 years, 0.80–0.90 in Zürich."
        );
        assert_eq!(
            guessed.warnings,
            ["The file is not UTF-8 and does not say its encoding; it was read as windows-1252."]
        );
    }

    #[test]
    fn letters_that_were_encoded_twice_are_repaired() {
        let twice = decode("Age 67.2 Â± 15.3\n0.80â€“0.90\nÂgé\n".as_bytes());
        assert_eq!(twice.text, "Age 67.2 ± 15.3\n0.80–0.90\nÂgé\n");
        assert_eq!(twice.warnings.len(), 1);
    }

    #[test]
    fn one_wrong_byte_is_no_other_encoding() {
        let mut bytes = "± – ≤ é ü ö ä ß ≥ × µ α".as_bytes().to_vec();
        bytes.push(0xff);
        let decoded = decode(&bytes);
        assert!(decoded.text.starts_with("± – ≤"));
        assert_eq!(
            decoded.warnings,
            ["1 letters of the file are no UTF-8 and read \u{fffd}."]
        );
    }
}
