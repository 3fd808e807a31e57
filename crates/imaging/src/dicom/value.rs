use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

/// The alphabet in which names and places are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alphabet(SpecificCharacterSet);

impl Alphabet {
    /// The alphabet of the values of Specific Character Set (PS3.3 section C.12.1.1.2). Where several are declared, it is
    /// the first one that is not the default: each of them has the letters of ASCII too.
    pub fn of_codes(codes: &str) -> Self {
        let known = codes.split('\\').map(str::trim);
        let mut known = known.filter_map(SpecificCharacterSet::from_code);
        let set = known.find(|set| *set != SpecificCharacterSet::default());
        Self(set.unwrap_or_default())
    }
}

/// A value as text, its several values with `\` between them and without padding; none if it is empty or is no text and
/// no number.
pub fn text_of(
    tag: Tag,
    vr: VR,
    bytes: &[u8],
    is_big: bool,
    alphabet: &Alphabet,
) -> Option<String> {
    let vr = match vr {
        // A writer that did not know the attribute; the dictionary does.
        VR::UN => StandardDataDictionary.by_tag(tag)?.vr().relaxed(),
        known => known,
    };
    let text = match vr {
        VR::US => numbers(bytes, is_big, u16::from_be_bytes),
        VR::SS => numbers(bytes, is_big, i16::from_be_bytes),
        VR::UL => numbers(bytes, is_big, u32::from_be_bytes),
        VR::SL => numbers(bytes, is_big, i32::from_be_bytes),
        VR::UV => numbers(bytes, is_big, u64::from_be_bytes),
        VR::SV => numbers(bytes, is_big, i64::from_be_bytes),
        VR::FL => numbers(bytes, is_big, f32::from_be_bytes),
        VR::FD => numbers(bytes, is_big, f64::from_be_bytes),
        VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => letters(bytes, &alphabet.0),
        VR::AE | VR::AS | VR::CS | VR::DA | VR::DS | VR::DT | VR::IS | VR::TM | VR::UI | VR::UR => {
            letters(bytes, &SpecificCharacterSet::default())
        }
        _ => return None,
    };
    let is_empty = text.chars().all(|letter| letter == '\\');
    (!is_empty).then_some(text)
}

/// Numbers of a fixed width, given by how they are made of their bytes with the highest first.
fn numbers<const WIDTH: usize, T: ToString>(
    bytes: &[u8],
    is_big: bool,
    of_bytes: fn([u8; WIDTH]) -> T,
) -> String {
    let (numbers, _) = bytes.as_chunks::<WIDTH>();
    let number = |number: &[u8; WIDTH]| {
        let mut number = *number;
        if !is_big {
            number.reverse();
        }
        of_bytes(number).to_string()
    };
    let numbers: Vec<_> = numbers.iter().map(number).collect();
    numbers.join("\\")
}

fn letters(bytes: &[u8], set: &SpecificCharacterSet) -> String {
    // A set that cannot be decoded is shown as what has a letter for each byte.
    let text = set.decode(bytes);
    let text = text.unwrap_or_else(|_| bytes.iter().map(|&byte| char::from(byte)).collect());
    let padding = |letter: char| letter == '\0' || letter.is_whitespace();
    let values = text.split('\\').map(|value| value.trim_matches(padding));
    let values: Vec<_> = values.collect();
    values.join("\\")
}

#[cfg(test)]
mod tests {
    use dicom_dictionary_std::tags;

    use super::*;

    fn text(vr: VR, bytes: &[u8]) -> Option<String> {
        text_of(tags::ROWS, vr, bytes, false, &Alphabet::default())
    }

    #[test]
    fn numbers_are_written_out_from_either_end() {
        assert_eq!(text(VR::US, &[0, 2, 1, 0]).as_deref(), Some("512\\1"));
        assert_eq!(text(VR::SS, &[0xff, 0xff]).as_deref(), Some("-1"));
        let big = text_of(tags::ROWS, VR::US, &[2, 0], true, &Alphabet::default());
        assert_eq!(big.as_deref(), Some("512"));
        assert_eq!(text(VR::FD, &0.5f64.to_le_bytes()).as_deref(), Some("0.5"));
        // Half a number is none.
        assert_eq!(text(VR::US, &[1]), None);
    }

    #[test]
    fn padding_is_no_part_of_a_value_and_only_padding_is_none() {
        assert_eq!(text(VR::UI, b"1.2.840\0").as_deref(), Some("1.2.840"));
        assert_eq!(
            text(VR::CS, b"ORIGINAL\\ PRIMARY ").as_deref(),
            Some("ORIGINAL\\PRIMARY")
        );
        assert_eq!(text(VR::LO, b"  \0"), None);
        assert_eq!(text(VR::DS, b"\\ "), None);
        assert_eq!(text(VR::OB, b"abc"), None);
    }

    #[test]
    fn a_value_of_unknown_kind_is_of_the_kind_of_the_dictionary() {
        assert_eq!(text(VR::UN, &[0, 2]).as_deref(), Some("512"));
        let private = text_of(
            Tag(0x0009, 0x1001),
            VR::UN,
            b"ab",
            false,
            &Alphabet::default(),
        );
        assert_eq!(private, None);
    }

    #[test]
    fn letters_are_those_of_the_declared_alphabet() {
        let name = |codes: &str, bytes: &[u8]| {
            text_of(
                tags::INSTITUTION_NAME,
                VR::LO,
                bytes,
                false,
                &Alphabet::of_codes(codes),
            )
        };
        assert_eq!(name("ISO_IR 100", b"Z\xfcrich").as_deref(), Some("Zürich"));
        assert_eq!(
            name("ISO_IR 192", "Zürich".as_bytes()).as_deref(),
            Some("Zürich")
        );
        assert_eq!(
            name("\\ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B").as_deref(),
            Some("山田")
        );
        assert_eq!(name("no such set", b"Basel").as_deref(), Some("Basel"));
    }
}
