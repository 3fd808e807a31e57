//! What holds for the repository as a whole: the arrows of the house, its files and words, its requirements.

mod demo_files;
mod habits;
mod house;
mod purity;
mod reading;
mod requirements;

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("the crate lies two folders down")
        .to_owned()
}

/// A text file with its path from the root.
struct Text {
    path: String,
    text: String,
}

/// Every text file below a folder of the repository, sorted, without what is built, kept or hidden by git.
fn texts(folder: &str) -> Vec<Text> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths);
    paths.sort();
    let text = |path: PathBuf| {
        // What is not UTF-8 is no text.
        let text = String::from_utf8(fs::read(&path).ok()?).ok()?;
        let path = path.strip_prefix(root()).expect("lies in the repository");
        Some(Text {
            path: path.to_string_lossy().into_owned(),
            text,
        })
    };
    paths.into_iter().filter_map(text).collect()
}

fn collect(path: &Path, paths: &mut Vec<PathBuf>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if ["target", ".git", ".galen", "galen-demo", "node_modules"].contains(&name.as_ref()) {
        return;
    }
    if path.is_file() {
        paths.push(path.to_owned());
    }
    for entry in fs::read_dir(path).into_iter().flatten() {
        collect(&entry.expect("a folder can be listed").path(), paths);
    }
}

/// The Rust files that a crate's users build: those below `src`.
fn sources() -> Vec<Text> {
    let mut sources = texts("crates");
    sources.extend(texts("adapters"));
    sources.retain(|file| file.path.ends_with(".rs") && file.path.contains("/src/"));
    assert!(sources.len() > 100, "the sources were not found");
    sources
}
