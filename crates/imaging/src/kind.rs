use std::io::{self, Read};

use crate::Files;
use crate::dicom::is_part_10;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A DICOM file, of which the header is read.
    Dicom,
    /// An image: BMP, GIF, JPEG, PNG, TIFF or WebP.
    Image,
}

/// Endings of names of images that are read, in small letters.
const IMAGE_ENDINGS: [&str; 9] = [
    "bmp", "gif", "jfif", "jpeg", "jpg", "png", "tif", "tiff", "webp",
];

/// Endings of names of DICOM files, in small letters.
const DICOM_ENDINGS: [&str; 3] = ["dcm", "dicom", "ima"];

impl Kind {
    /// What a file is by the ending of its name; none if the name does not say.
    pub fn of_name(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        if IMAGE_ENDINGS.contains(&ending.as_str()) {
            Some(Self::Image)
        } else if DICOM_ENDINGS.contains(&ending.as_str()) {
            Some(Self::Dicom)
        } else {
            None
        }
    }
}

/// What a file is: by the ending of its name, else whether `DICM` stands after 128 bytes, as scanners name DICOM files by
/// their UID. The first bytes say nothing else: a table whose first column is `BMI` begins as a bitmap does.
///
/// # Errors
/// That of opening or reading the file.
pub fn kind_of(path: &str, files: &dyn Files) -> io::Result<Option<Kind>> {
    if let Some(kind) = Kind::of_name(path) {
        return Ok(Some(kind));
    }
    let mut head = Vec::new();
    files.open(path)?.take(132).read_to_end(&mut head)?;
    Ok(is_part_10(&head).then_some(Kind::Dicom))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    impl Files for BTreeMap<String, Vec<u8>> {
        fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
            let bytes = self.get(path).ok_or(io::ErrorKind::NotFound)?;
            Ok(Box::new(&bytes[..]))
        }
    }

    #[test]
    fn a_file_is_told_by_its_ending_else_by_the_mark_of_dicom() {
        let mut marked = vec![0; 128];
        marked.extend(b"DICM");
        let files: BTreeMap<String, Vec<u8>> = [
            ("a/IM0001", marked.clone()),
            ("1.2.840.113619", marked),
            ("labels.csv", b"BMI,age\n".to_vec()),
            ("empty", Vec::new()),
        ]
        .map(|(path, bytes)| (path.to_owned(), bytes))
        .into();
        let kind = |path: &str| kind_of(path, &files).expect("the file is there");
        assert_eq!(kind("a/IM0001"), Some(Kind::Dicom));
        assert_eq!(kind("1.2.840.113619"), Some(Kind::Dicom));
        assert_eq!(kind("labels.csv"), None);
        assert_eq!(kind("empty"), None);
        assert_eq!(Kind::of_name("a.b/scan.TIFF"), Some(Kind::Image));
        assert_eq!(Kind::of_name("a.png/README"), None);
        assert_eq!(Kind::of_name("no_meta.dcm"), Some(Kind::Dicom));
        assert!(kind_of("absent", &files).is_err());
    }
}
