use std::io::Cursor;

use exif::{Exif, In, Reader, Tag, Value};

/// What the camera wrote about itself (Exif 2.32, sections 4.6.4 and 4.6.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Camera {
    pub make: Option<String>,
    pub model: Option<String>,
    /// When the image was taken, as `2009-11-03T12:30:00` of the camera's own clock.
    pub taken: Option<String>,
}

impl Camera {
    /// Reads a block of Exif; what cannot be read is not reported, as the image does not depend on it.
    pub fn of_exif(block: Vec<u8>) -> Self {
        let Ok(exif) = Reader::new().read_raw(block) else {
            return Self::default();
        };
        Self::of_fields(&exif)
    }

    /// Reads the tags of a TIFF file, which are those of Exif.
    pub fn of_tiff(file: &[u8]) -> Self {
        let exif = Reader::new().read_from_container(&mut Cursor::new(file));
        exif.map_or_else(|_| Self::default(), |exif| Self::of_fields(&exif))
    }

    fn of_fields(exif: &Exif) -> Self {
        let taken = text(exif, Tag::DateTimeOriginal).or_else(|| text(exif, Tag::DateTime));
        Self {
            make: text(exif, Tag::Make),
            model: text(exif, Tag::Model),
            taken: taken.map(|taken| timestamp(&taken).unwrap_or(taken)),
        }
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let text = String::from_utf8_lossy(parts.first()?);
    let text = text.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

/// `2009:11:03 12:30:00` as `2009-11-03T12:30:00`.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ')?;
    let parts: Vec<&str> = date.split(':').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(digits);
    is_date.then(|| format!("{}T{time}", parts.join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_everywhere_and_what_is_none_stays() {
        let written = timestamp("2009:11:03 12:30:00");
        assert_eq!(written.as_deref(), Some("2009-11-03T12:30:00"));
        for text in [
            "",
            "2009",
            "2009-11-03 12:30:00",
            "20 09:11:03",
            "    :  :     :  :  ",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_exif_say_nothing() {
        assert_eq!(Camera::of_exif(b"II*\0".to_vec()), Camera::default());
        assert_eq!(Camera::of_tiff(b""), Camera::default());
    }
}
