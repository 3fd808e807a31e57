use super::Source;

/// Where the evidence of a number is found, seen from the document that is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Links {
    /// On a galen server: `ROOT/evidence/DIGEST` and `ROOT/ledger/ENTRY`.
    Server {
        /// The path that the server is mounted on, without a last `/`; empty for the root.
        root: String,
    },
    /// In files beside the document: `ROOT/evidence/HEX.json` and `ROOT/ledger/ENTRY.json`.
    Files {
        /// The folder, seen from the document, without a last `/`; `.` for its own.
        root: String,
    },
    /// In the document's own appendix, which the renderer then writes.
    Appendix,
}

impl Links {
    /// The address of a source.
    pub fn href(&self, source: &Source) -> String {
        match (self, source) {
            (Self::Server { root }, Source::Artifact(digest)) => {
                format!("{root}/evidence/{digest}")
            }
            (Self::Server { root }, Source::Entry(entry)) => format!("{root}/ledger/{entry}"),
            (Self::Files { root }, Source::Artifact(digest)) => {
                let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
                format!("{root}/evidence/{hex}.json")
            }
            (Self::Files { root }, Source::Entry(entry)) => format!("{root}/ledger/{entry}.json"),
            (Self::Appendix, source) => format!("#{}", source.anchor()),
        }
    }

    /// Whether a target leads somewhere and runs nothing: a known scheme, or none.
    pub fn allow(href: &str) -> bool {
        // Browsers drop control characters and leading spaces before they read the scheme.
        if href.is_empty() || href.starts_with(' ') || href.chars().any(char::is_control) {
            return false;
        }
        match href.find([':', '/', '?', '#']) {
            Some(at) if href[at..].starts_with(':') => {
                ["http", "https", "mailto"].contains(&href[..at].to_ascii_lowercase().as_str())
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_is_found_at_three_places() {
        let source = Source::Artifact("sha256:ab12".into());
        let server = Links::Server {
            root: String::new(),
        };
        let files = Links::Files { root: ".".into() };
        assert_eq!(server.href(&source), "/evidence/sha256:ab12");
        assert_eq!(files.href(&source), "./evidence/ab12.json");
        assert_eq!(Links::Appendix.href(&source), "#evidence-sha256-ab12");
        assert_eq!(server.href(&Source::Entry(17)), "/ledger/17");
    }
}
