//! DICOM headers: PS3.3 says which attributes there are, PS3.5 how they are written, PS3.10 how a file begins.
//!
//! A file is read up to its pixels and no further. What a reader must bear with is what pydicom bears with when it is
//! told to read by force: no preamble, no meta information, a declared transfer syntax that is not the true one.

mod attribute;
mod header;
mod pixels;
mod profile;
mod source;
mod value;

use crate::Column;
pub use attribute::{ATTRIBUTES, Attribute, Shown};
pub use dicom_core::Tag;
pub use header::{Header, HeaderError};
pub use pixels::{Frame, FrameError, frame};
pub use profile::keyword;
pub use source::is_part_10;

/// What stands for the value of an attribute that identifies a person.
pub const PRESENT: &str = "present";

/// The column of the attributes that must go before anybody else gets a file.
pub const IDENTIFYING: &str = "identifying_attributes";

/// The table of headers: `path`, each attribute that any file has, in the order of [`ATTRIBUTES`], then what is known of
/// each file: `preamble` and `pixels` (whether it has them) and `private_tags` (how many elements are not of the
/// standard) and, if any file has such, `identifying_attributes` (the keywords of those with a value that the Basic Profile of
/// PS3.15 removes or empties, with `\` between).
pub fn columns(paths: &[String], headers: &[Header]) -> Vec<Column> {
    let column = |name: &str, cell: &dyn Fn(&Header) -> Option<String>| {
        (name.to_owned(), headers.iter().map(cell).collect())
    };
    let mut columns = vec![("path".to_owned(), paths.iter().cloned().map(Some).collect())];
    for attribute in ATTRIBUTES {
        let shown = attribute.columns();
        let cells = |index: usize| {
            move |header: &Header| {
                let text = header.text(attribute.tag)?;
                attribute.cells(text).into_iter().nth(index)?
            }
        };
        let made = shown.iter().enumerate();
        let made = made.map(|(index, name)| column(name, &cells(index)));
        columns.extend(made.filter(|(_, cells): &Column| cells.iter().any(Option::is_some)));
    }
    columns.push(column("preamble", &|one| Some(one.preamble.to_string())));
    columns.push(column("pixels", &|one| Some(one.pixels.to_string())));
    let private = |one: &Header| Some(one.private_tags.to_string());
    columns.push(column("private_tags", &private));
    let identifying = |one: &Header| {
        let keywords = one.identifying.iter().map(|tag| profile::keyword(*tag));
        let keywords = keywords.collect::<Vec<String>>().join("\\");
        (!keywords.is_empty()).then_some(keywords)
    };
    if headers.iter().any(|one| !one.identifying.is_empty()) {
        columns.push(column(IDENTIFYING, &identifying));
    }
    columns
}
