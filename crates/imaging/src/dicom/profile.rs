//! What must go before anybody else gets a file: the Basic Application Level Confidentiality Profile.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use dicom_core::Tag;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_dictionary_std::StandardDataDictionary;

/// The attributes that are removed or emptied, whatever the object. Those that may be replaced by a dummy or another UID are left
/// out: whether that was done does not show.
static MUST_GO: LazyLock<BTreeSet<Tag>> = LazyLock::new(|| {
    let lines = include_str!("profile.csv").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split(',');
            let mut number = || u16::from_str_radix(cells.next()?, 16).ok();
            let tag = Tag(number()?, number()?);
            let action = cells.next()?;
            // Groups 0, 2 and 4 are of messages, of the file and of a directory.
            (matches!(action, "X" | "Z" | "X/Z") && tag.group() > 4).then_some(tag)
        })
        .collect()
});

/// Whether an attribute is to be removed or emptied. Curves, data and comments of overlays are as well.
///
/// # Source
/// DICOM PS3.15 2026c, table E.1-1.
pub fn must_go(tag: Tag) -> bool {
    let is_curve = tag.group() & 0xff00 == 0x5000;
    let is_overlay = tag.group() & 0xff00 == 0x6000 && matches!(tag.element(), 0x3000 | 0x4000);
    is_curve || is_overlay || MUST_GO.contains(&tag)
}

/// The keyword of an attribute in PS3.6, or its number.
pub fn keyword(tag: Tag) -> String {
    let entry = StandardDataDictionary.by_tag(tag);
    entry.map_or_else(|| tag.to_string(), |entry| entry.alias().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_dates_of_birth_must_go_and_pixels_may_stay() {
        // PS3.15 table E.1-1: name Z, birth date Z, age X, institution X/Z/D, ID Z/D, pixels not in the table.
        let tags = [
            ((0x0010, 0x0010), true),
            ((0x0010, 0x0030), true),
            ((0x0010, 0x1010), true),
            ((0x0008, 0x0080), false),
            ((0x0010, 0x0020), false),
            ((0x7fe0, 0x0010), false),
            ((0x5004, 0x3000), true),
            ((0x6002, 0x3000), true),
            ((0x6002, 0x0010), false),
        ];
        for ((group, element), goes) in tags {
            assert_eq!(
                must_go(Tag(group, element)),
                goes,
                "({group:04x},{element:04x})"
            );
        }
        assert!(MUST_GO.len() > 400, "{}", MUST_GO.len());
        assert_eq!(keyword(Tag(0x0010, 0x0030)), "PatientBirthDate");
    }
}
