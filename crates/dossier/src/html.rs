//! A page as HTML: whole documents that need nothing else, and fragments that a server puts into its own layout.

mod block;
mod span;

use std::collections::HashMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::page::{Block, Exhibit, Links, Page, Source};

/// The style sheet of documents, for screens and paper. A server serves it and may add to it; every rule begins at `.page`.
pub const STYLE: &str = include_str!("html/page.css");

/// A complete HTML document: style and pictures inside, nothing is fetched, no script.
pub fn document(page: &Page, links: &Links) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content="galen";
                title { (page.title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (fragment(page, links)) }
        }
    }
    .into_string()
}

/// The page as one `<article>`, for a layout that brings [`STYLE`] itself.
pub fn fragment(page: &Page, links: &Links) -> Markup {
    let mut writer = Writer::new(page, links);
    let body: Vec<Markup> = page.blocks.iter().map(|b| writer.block(b)).collect();
    let appendix = match links {
        Links::Appendix => writer.appendix(page),
        Links::Server { .. } | Links::Files { .. } => html! {},
    };
    html! {
        article.page {
            @if let Some(notice) = &page.notice {
                p.page-notice role="note" { (notice) }
            }
            header.page-head {
                h1 { (page.title) }
                @if !page.subtitle.is_empty() { p.subtitle { (page.subtitle) } }
            }
            @if page.contents { (writer.contents()) }
            @for block in &body { (block) }
            (appendix)
            @if !page.foot.is_empty() || page.at.is_some() {
                footer.page-foot {
                    dl {
                        @if let Some(at) = &page.at {
                            div { dt { "As of" } dd { time datetime=(at) { (at) } } }
                        }
                        @for (name, value) in &page.foot {
                            div { dt { (name) } dd { (value) } }
                        }
                    }
                    @if let Some(notice) = &page.notice { p { (notice) } }
                }
            }
        }
    }
}

/// What must be known while blocks are written one after the other.
struct Writer<'a> {
    links: &'a Links,
    /// The number of each source in the appendix.
    numbers: HashMap<&'a Source, usize>,
    /// Anchors given so far, so that no two are the same.
    anchors: HashMap<String, usize>,
    /// The level of the last heading in HTML's count.
    level: u8,
    /// (level, text, anchor) of every heading, for the contents.
    headings: Vec<(u8, String, String)>,
}

impl<'a> Writer<'a> {
    fn new(page: &'a Page, links: &'a Links) -> Self {
        let numbers = page
            .appendix()
            .into_iter()
            .enumerate()
            .map(|(i, (source, _))| (source, i + 1))
            .collect();
        Self {
            links,
            numbers,
            anchors: HashMap::new(),
            level: 1,
            headings: Vec::new(),
        }
    }

    /// A heading that is at most one level deeper than the one before, with an anchor of its own.
    fn heading(&mut self, level: u8, text: &str, id: &str) -> Markup {
        let level = level.clamp(1, 3).min(self.level) + 1;
        self.level = level;
        let count = self.anchors.entry(id.to_owned()).or_insert(0);
        *count += 1;
        let id = match *count {
            1 => id.to_owned(),
            again => format!("{id}-{again}"),
        };
        self.headings.push((level, text.to_owned(), id.clone()));
        match level {
            2 => html! { h2 id=(id) { (text) } },
            3 => html! { h3 id=(id) { (text) } },
            _ => html! { h4 id=(id) { (text) } },
        }
    }

    fn contents(&self) -> Markup {
        html! {
            nav.contents aria-label="Contents" {
                p { "Contents" }
                ol {
                    @for (_, text, id) in self.headings.iter().filter(|(level, ..)| *level == 2) {
                        li { a href={ "#" (id) } { (text) } }
                    }
                }
            }
        }
    }

    fn appendix(&mut self, page: &'a Page) -> Markup {
        let entries = page.appendix();
        if entries.is_empty() {
            return html! {};
        }
        let heading = self.heading(1, "Evidence", "evidence");
        let entries: Vec<Markup> = entries
            .into_iter()
            .enumerate()
            .map(|(i, (source, exhibit))| self.exhibit(i + 1, source, exhibit))
            .collect();
        html! {
            section.appendix {
                (heading)
                p { "Every number above leads to one of these. A digest is the SHA-256 of the bytes: " code { "sha256sum" } " shows it again." }
                @for entry in &entries { (entry) }
            }
        }
    }

    fn exhibit(&mut self, number: usize, source: &Source, exhibit: Option<&'a Exhibit>) -> Markup {
        let title = match (exhibit, source) {
            (Some(exhibit), _) => exhibit.title.as_str(),
            (None, Source::Artifact(_)) => "Artifact",
            (None, Source::Entry(_)) => "Record",
        };
        let blocks = exhibit.map_or(&[] as &[Block], |e| &e.blocks);
        let blocks: Vec<Markup> = blocks.iter().map(|b| self.block(b)).collect();
        html! {
            section.exhibit id=(source.anchor()) {
                p.exhibit-name {
                    span.exhibit-number { "E" (number) }
                    " " strong { (title) }
                    " " code { (source.name()) }
                }
                @for block in &blocks { (block) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Span;
    use crate::specimen::specimen;

    fn server() -> Links {
        Links::Server {
            root: String::new(),
        }
    }

    #[test]
    fn words_from_files_cannot_become_markup() {
        let evil = "<script>alert('1')</script> \"quoted\" & #x $y$ *z*";
        let mut page = Page::new(evil);
        page.subtitle = evil.into();
        page.notice = Some(evil.into());
        page.foot.push((evil.into(), evil.into()));
        page.push(Block::heading(1, evil));
        page.push(Block::Heading {
            level: 1,
            text: evil.into(),
            id: evil.into(),
        });
        page.push(Block::Code(evil.into()));
        page.push(Block::Paragraph(vec![
            Span::text(evil),
            Span::link(evil, evil),
            Span::number(evil, Source::Artifact(evil.into())),
        ]));
        for links in [server(), Links::Appendix] {
            let html = document(&page, &links);
            assert!(!html.contains("<script"), "{html}");
            assert!(html.contains("&lt;script&gt;"));
            assert!(!html.contains("=\"<"), "{html}");
        }
    }

    #[test]
    fn a_link_that_would_run_code_is_only_words() {
        let mut page = Page::new("t");
        let hrefs = [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "java\tscript:alert(1)",
            "vbscript:x",
        ];
        for href in hrefs {
            page.push(Block::Paragraph(vec![Span::link("here", href)]));
        }
        assert!(!document(&page, &server()).contains("<a "));
        page.push(Block::Paragraph(vec![Span::link("there", "/releases")]));
        assert!(document(&page, &server()).contains(r#"<a href="/releases">there</a>"#));
    }

    #[test]
    fn headings_go_down_one_level_at_a_time_and_have_their_own_anchors() {
        let mut page = Page::new("t");
        page.contents = true;
        page.push(Block::heading(3, "Deep"));
        page.push(Block::heading(3, "Deep"));
        page.push(Block::heading(1, "Top"));
        let html = document(&page, &server());
        assert!(html.contains(r#"<h2 id="deep">Deep</h2><h3 id="deep-2">Deep</h3>"#));
        assert!(html.contains(r##"<a href="#top">Top</a>"##));
    }

    #[test]
    fn every_link_inside_a_document_with_an_appendix_has_its_target() {
        let html = document(&specimen(), &Links::Appendix);
        let mut links = 0;
        for part in html.split("href=\"#").skip(1) {
            let id = part.split('"').next().expect("a part before the quote");
            assert!(html.contains(&format!("id=\"{id}\"")), "no target for {id}");
            links += 1;
        }
        assert!(links > 10);
        let ids: Vec<_> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|part| part.split('"').next())
            .collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{ids:?}");
    }

    #[test]
    fn a_document_fetches_nothing_and_runs_nothing() {
        let html = document(&specimen(), &Links::Appendix);
        for part in [
            "<script",
            "<link",
            "@import",
            "url(",
            "<img",
            " src=",
            " style=\"",
            " on",
        ] {
            let found = html.matches(part).count();
            // " on" stands in sentences; an event handler is followed by `=`.
            let handlers = html
                .split(" on")
                .skip(1)
                .filter(|rest| {
                    rest.trim_start_matches(char::is_alphabetic)
                        .starts_with('=')
                })
                .count();
            assert_eq!(if part == " on" { handlers } else { found }, 0, "{part}");
        }
    }

    #[test]
    fn the_same_page_gives_the_same_bytes() {
        let once = document(&specimen(), &Links::Appendix);
        assert_eq!(once, document(&specimen(), &Links::Appendix));
    }

    #[test]
    fn the_notice_stands_before_everything_else() {
        let html = fragment(&specimen(), &server()).into_string();
        let (notice, title) = (html.find("page-notice"), html.find("<h1>"));
        assert!(notice.is_some() && notice < title);
    }
}
