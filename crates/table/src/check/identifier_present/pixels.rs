//! Text in the pixels of images.

use galen_spec::data::Severity;
use serde_json::json;

use super::super::{Finding, Measure, Study, percent};
use crate::expectation::share;

/// The columns with the number of lines that look like text: of a table of images, and of one that names them.
const LINES: [&str; 2] = ["text_lines", "image_text_lines"];
/// Rows that the evidence names.
const ROWS: usize = 10;

/// What is found of a table with numbers of images; nothing of any other.
pub(super) fn find(study: &Study) -> Option<Finding> {
    let of_images = |lines: &&&str| {
        let beside = lines.replace("text_lines", "sharpness");
        study.table.has(lines) && study.table.has(&beside)
    };
    let column = *LINES.iter().find(of_images)?;
    let lines = study.table.numbers(column).ok()?;
    let with = lines.iter().enumerate();
    let with = with.filter(|(_, lines)| lines.is_some_and(|lines| lines >= 1.0));
    let with: Vec<usize> = with.map(|(row, _)| row).collect();
    if with.is_empty() {
        return None;
    }
    let part = share(with.len(), lines.len(), study.roles.level);
    let message = format!(
        "{} of {} images ({}) have lines of what looks like letters in their pixels.",
        with.len(),
        lines.len(),
        percent(part.value.unwrap_or_default())
    );
    Some(Finding {
        check: "identifier_present",
        severity: Severity::Warn,
        columns: vec![column.to_owned()],
        message,
        measure: Some(Measure {
            name: "share_of_images",
            estimate: part,
        }),
        evidence: json!({ "rows": with.iter().take(ROWS).collect::<Vec<_>>() }),
        help: "Look at these images. Names and numbers in pixels identify a patient, and a model reads any text that goes with the label: \
               blacken it."
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::{Beside, Roles, check};
    use crate::{ReadOptions, Table};

    #[test]
    fn text_in_pixels_is_suspected() {
        let found = |text: &str| {
            let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
            let report = check(&table, &Roles::of_label("y"), Beside::default()).expect("columns");
            let mut found = report.findings;
            found.retain(|one| one.check == "identifier_present");
            found
        };
        let one = found("y,image_sharpness,image_text_lines\n0,0.1,0\n1,0.2,3\n0,0.3,0\n1,0.1,0\n");
        assert_eq!(one.len(), 1);
        assert!(
            one[0].message.starts_with("1 of 4 images"),
            "{}",
            one[0].message
        );
        assert_eq!(
            found("y,image_sharpness,image_text_lines\n0,0.1,0\n1,0.2,0\n"),
            []
        );
        assert_eq!(
            found("y,text_lines\n0,1\n1,2\n"),
            [],
            "it is no table of images"
        );
    }
}
