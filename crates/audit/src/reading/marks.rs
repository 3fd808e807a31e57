//! Where pages begin in a text whose lines say so: `## Page 3`, `--- Page 3 of 12 ---`, as programs write that take text out of a PDF.

use std::sync::LazyLock;

use regex::Regex;

use crate::pattern::pattern;

/// A line that is a page's number alone.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(#{1,6}|<!--|[^\w\s]{0,5})[ \t]*page[ \t]+(\d{1,3})([ \t]*(of|/)[ \t]*\d{1,3})?[ \t]*([^\w\s]{0,5})[ \t]*$",
    )
});
/// The text with a form feed between its pages; none if its lines do not count pages upwards from 1.
pub(super) fn with_pages(text: &str) -> Option<String> {
    if text.contains('\u{c}') {
        return None;
    }
    let number = |line: &str| {
        let found = MARK.captures(line.trim())?;
        found[2].parse::<usize>().ok()
    };
    let marks: Vec<usize> = text.lines().filter_map(number).collect();
    let counts = marks.first() == Some(&1) && marks.is_sorted_by(|a, b| a < b);
    if marks.len() < 2 || !counts {
        return None;
    }
    let mut written = text.lines().rev().filter(|line| !line.trim().is_empty());
    let is_above = written.next().is_some_and(|last| number(last).is_none());
    let mut pages = String::with_capacity(text.len());
    // The mark of the first page begins it, or ends it where marks stand below; pages may be left out.
    let mut last = usize::from(is_above);
    for line in text.lines() {
        match number(line) {
            Some(mark) => {
                pages.extend(std::iter::repeat_n('\u{c}', mark - last));
                last = mark;
            }
            None => {
                pages.push_str(line);
                pages.push('\n');
            }
        }
    }
    // Behind a mark below the last page there is none.
    pages.truncate(pages.trim_end().len());
    Some(pages)
}

#[cfg(test)]
mod tests {
    use super::with_pages;

    #[test]
    fn marks_above_and_below_part_the_same_pages() {
        for text in [
            "## Page 1\n\nfirst\n\n## Page 2\nsecond\n",
            "paper.pdf\n--- Page 1 of 2 ---\nfirst\n--- Page 2 of 2 ---\nsecond\n",
            "<!-- page 1 -->\nfirst\n<!-- page 2 -->\nsecond\n",
            "first\nPage 1\nsecond\nPage 2\n\n",
            "paper.pdf\nby a converter\n2026\n---\nPage 1\nfirst\nPage 2\nsecond\n",
        ] {
            let pages = with_pages(text).expect("marks");
            let parted: Vec<&str> = pages.split('\u{c}').collect();
            assert!(parted[0].trim().ends_with("first"), "{pages:?}");
            assert_eq!(parted[1].trim(), "second", "{pages:?}");
        }
    }

    #[test]
    fn a_page_that_was_left_out_is_counted() {
        let pages = with_pages("# Page 1\nfirst\n# Page 3\nthird\n").expect("marks");
        assert_eq!(pages, "first\n\u{c}\u{c}third");
    }

    #[test]
    fn words_on_pages_are_no_marks() {
        for text in [
            "see page 1\nand page 2\n",
            "Page 4\nPage 9\n",
            "Page 1\nPage 3\nPage 2\n",
            "Page 1\nonly one\n",
            "Page 1\n\u{c}Page 2\n",
        ] {
            assert_eq!(with_pages(text), None, "{text:?}");
        }
    }
}
