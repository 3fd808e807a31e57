//! `galen dossier`.

use galen_dossier::document::DOCUMENTS;
use serde_json::json;

use crate::args::Dossier;
use crate::outside::{try_writing, write_file};
use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::table;

pub fn dossier(args: &Dossier, place: &Place) -> Result<Report, Failure> {
    match args {
        Dossier::List => {
            let rows: Vec<Vec<String>> = DOCUMENTS
                .iter()
                .map(|document| {
                    vec![
                        document.id().to_owned(),
                        document.title().to_owned(),
                        document.source().to_owned(),
                    ]
                })
                .collect();
            let documents: Vec<_> = DOCUMENTS
                .iter()
                .map(|document| json!({"id": document.id(), "title": document.title(), "source": document.source()}))
                .collect();
            let text = table(&["kind", "title", "source"], &rows);
            Ok(Report::new(
                "dossier",
                json!({"documents": documents}),
                text,
            ))
        }
        Dossier::Build { kind, out } => {
            let extension = |path: &std::path::PathBuf| {
                path.extension()
                    .and_then(|one| one.to_str())
                    .map(str::to_owned)
            };
            let mut extensions = Vec::new();
            for path in out {
                extensions.push(extension(path).ok_or_else(|| {
                    Failure::usage(
                        "extension",
                        format!("{} has no extension", path.display()),
                        "use .html, .pdf or .json",
                    )
                })?);
            }
            if extensions.is_empty() {
                extensions.push("html".to_owned());
            }
            let mut unique: Vec<&str> = extensions.iter().map(String::as_str).collect();
            unique.sort_unstable();
            unique.dedup();
            let project = place.project()?;
            // The document is recorded before its files are written; afterwards it is too late to find out.
            for path in out {
                try_writing(&place.path(path))?;
            }
            let built = project.build(&place.actor()?, kind, &unique)?;
            let mut lines = vec![format!(
                "Entry {}: {kind} rendered from {} records.",
                built.entry.index, built.document.size
            )];
            for (path, extension) in out.iter().zip(&extensions) {
                if let Some((_, bytes)) = built.files.iter().find(|(known, _)| known == extension) {
                    write_file(&place.path(path), bytes)?;
                    lines.push(format!("  {} ({} bytes)", path.display(), bytes.len()));
                }
            }
            let document = json!({"document": built.document, "entry": built.entry.index});
            Ok(Report::new("dossier", document, lines.join("\n")))
        }
    }
}
