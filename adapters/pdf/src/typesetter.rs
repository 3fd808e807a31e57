use galen_dossier::{Page, PrintError, Printer};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_pdf::PdfOptions;

use crate::print_tree::print_tree;

const TEMPLATE: &str = include_str!("page.typ");

/// Typst with its own fonts. Make one and keep it: the fonts are read when it is made.
pub struct Typesetter {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Default for Typesetter {
    fn default() -> Self {
        Self::new()
    }
}

impl Typesetter {
    /// A typesetter with the fonts that Typst brings: Libertinus Serif and DejaVu Sans Mono.
    pub fn new() -> Self {
        let fonts: Vec<Font> = typst_assets::fonts()
            .flat_map(|data| Font::iter(Bytes::new(data)))
            .collect();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_infos(fonts.iter().map(|f| f.info().clone()))),
            fonts,
        }
    }
}

impl Printer for Typesetter {
    fn pdf(&self, page: &Page) -> Result<Vec<u8>, PrintError> {
        let timestamp = match &page.at {
            Some(at) => Some(timestamp(at).ok_or_else(|| PrintError::Time(at.clone()))?),
            None => None,
        };
        let desk = Desk::new(self, page);
        let printed = typst::compile(&desk).output.and_then(|document| {
            // What was remembered while setting is not needed for writing, and takes most of the memory.
            typst::comemo::evict(0);
            let options = PdfOptions {
                ident: Smart::Custom(format!("galen: {}", page.title)),
                creator: Smart::Custom(Some("galen".into())),
                timestamp,
                ..PdfOptions::default()
            };
            typst_pdf::pdf(&document, &options)
        });
        // Typst remembers what it has set for the next edit of the same text; here each page is another.
        typst::comemo::evict(0);
        printed.map_err(|complaints| PrintError::Typeset {
            title: page.title.clone(),
            why: complaints
                .iter()
                .map(complaint)
                .collect::<Vec<_>>()
                .join("\n"),
        })
    }
}

fn complaint(diagnostic: &SourceDiagnostic) -> String {
    let hints = diagnostic.hints.iter().map(|hint| format!(" ({})", hint.v));
    format!("{}{}", diagnostic.message, hints.collect::<String>())
}

/// An RFC 3339 time as PDF keeps it: in UTC, to the second.
fn timestamp(at: &str) -> Option<typst_pdf::Timestamp> {
    let time = at.parse::<Timestamp>().ok()?.to_zoned(TimeZone::UTC);
    let [month, day, hour, minute, second] = [
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
    ]
    .map(|part| u8::try_from(part).ok());
    let moment = Datetime::from_ymd_hms(time.year().into(), month?, day?, hour?, minute?, second?)?;
    Some(typst_pdf::Timestamp::new_utc(moment))
}

/// What Typst may see while it sets one page: the template, the values, the fonts.
struct Desk<'a> {
    typesetter: &'a Typesetter,
    template: Source,
    tree_id: FileId,
    tree: Bytes,
}

impl<'a> Desk<'a> {
    fn new(typesetter: &'a Typesetter, page: &Page) -> Self {
        Self {
            typesetter,
            template: Source::new(id("page.typ"), TEMPLATE.into()),
            tree_id: id("page.json"),
            tree: Bytes::from_string(print_tree(page).to_string()),
        }
    }
}

fn id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the two names are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.typesetter.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.typesetter.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() {
            Ok(self.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.tree_id {
            Ok(self.tree.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.typesetter.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use galen_dossier::specimen::specimen;
    use galen_dossier::{Block, Exhibit, Source, Span};

    use super::*;

    fn print(page: &Page) -> Vec<u8> {
        Typesetter::new().pdf(page).expect("the page can be set")
    }

    /// The words of a PDF, or nothing where poppler is not installed.
    fn words(pdf: &[u8]) -> Option<String> {
        let mut child = Command::new("pdftotext")
            .args(["-layout", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut stdin = child.stdin.take().expect("is piped");
        stdin.write_all(pdf).expect("pdftotext reads");
        drop(stdin);
        let output = child.wait_with_output().expect("pdftotext ends");
        Some(String::from_utf8(output.stdout).expect("is UTF-8"))
    }

    #[test]
    fn every_page_carries_the_notice_and_the_checkpoint() {
        let pdf = print(&specimen());
        assert!(pdf.starts_with(b"%PDF"));
        let Some(text) = words(&pdf) else { return };
        let pages: Vec<_> = text
            .split('\u{c}')
            .filter(|p| !p.trim().is_empty())
            .collect();
        assert!(pages.len() > 2);
        for page in &pages {
            assert!(page.contains("Not for clinical use"), "{page}");
            assert!(page.contains("galen-demo, size 412"), "{page}");
        }
        for word in [
            "Specimen of every block",
            "0.832 (0.806–0.858)",
            "inconclusive",
            "Evaluation of release 2",
        ] {
            assert!(text.contains(word), "{word} is not in\n{text}");
        }
    }

    #[test]
    fn words_of_users_are_set_as_they_are() {
        let evil = r##"<script> #panic("x") $x$ *z* _u_ @ref "q" \ //c [b] `r`"##;
        let mut page = Page::new(evil);
        page.subtitle = evil.into();
        page.notice = Some(evil.into());
        page.foot.push((evil.into(), evil.into()));
        page.push(Block::heading(1, evil));
        page.push(Block::Paragraph(vec![
            Span::text(evil),
            Span::code(evil),
            Span::link(evil, "javascript:alert(1)"),
            Span::link(evil, "#nowhere"),
            Span::link("a", "https://example.org/?q=\")#panic()"),
            Span::number(evil, Source::Artifact(evil.into())),
        ]));
        page.push(Block::Code(evil.into()));
        page.exhibits.push(Exhibit {
            source: Source::Artifact("\"".into()),
            title: evil.into(),
            blocks: vec![Block::text(evil)],
        });
        let pdf = print(&page);
        let Some(text) = words(&pdf) else { return };
        let together = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "<script>",
            r#"#panic("x")"#,
            "$x$",
            "*z*",
            "_u_",
            "@ref",
            "//c",
            "[b]",
            "`r`",
        ] {
            assert!(together.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn the_same_page_gives_the_same_bytes() {
        assert!(print(&specimen()) == print(&specimen()));
    }

    #[test]
    fn an_empty_page_is_still_a_document() {
        assert!(print(&Page::new("")).starts_with(b"%PDF"));
    }

    #[test]
    fn a_date_that_is_none_is_refused_by_name() {
        let mut page = Page::new("t");
        page.at = Some("yesterday".into());
        let error = Typesetter::new().pdf(&page).expect_err("is refused");
        assert!(error.to_string().contains("yesterday"));
    }

    #[test]
    fn the_date_of_the_file_is_that_of_the_page() {
        let text = String::from_utf8_lossy(&print(&specimen())).into_owned();
        assert!(text.contains("D:20261124100000"), "no such date");
    }
}
