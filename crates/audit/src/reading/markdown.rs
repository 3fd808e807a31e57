//! Markdown, as programs that convert papers write it: the page that it stands for.

use std::sync::LazyLock;

use pulldown_cmark::{Options, Parser, html};
use regex::Regex;

use super::html::read as read_html;
use crate::paper::{Format, Paper};
use crate::pattern::pattern;

/// Headings of number signs.
static HEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^#{1,6}[ \t]+\S"));
/// Those of a paper, perhaps numbered or bold.
static OF_A_PAPER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)^#{1,6}[ \t]+\W*(\d+(\.\d+)*\.?|[ivx]+\.)?\W*(abstract|introduction|background|(materials and |patients and )?methods?|results|discussion|conclusions?|references)\b",
    )
});

/// Whether a text has two headings of Markdown that a paper has; text that was taken out of a page may begin a line with `#` anywhere.
pub(super) fn is_markdown(text: &str) -> bool {
    HEADING.find_iter(text).take(3).count() == 3 && OF_A_PAPER.find_iter(text).take(2).count() == 2
}

/// Reads a text as the page that its Markdown stands for.
pub(super) fn read(text: &str, warnings: Vec<String>) -> Paper {
    let mut page = String::with_capacity(text.len() * 5 / 4);
    html::push_html(&mut page, Parser::new_ext(text, Options::ENABLE_TABLES));
    let mut paper = read_html(&page, warnings);
    paper.format = Format::Markdown;
    paper
}
