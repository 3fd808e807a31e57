//! Headers and images as other programs read them, and bytes that nobody should be able to break a reader with.

mod frames;
mod headers;
mod page;
mod pictures;
mod untrusted;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use galen_imaging::Files;

/// The data beside the repository.
fn shared(folder: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../../../shared/data").join(folder);
    assert!(folder.is_dir(), "the data are not in {}", folder.display());
    folder
}

/// What the reference scripts wrote.
fn reference(name: &str) -> serde_json::Value {
    let text = fs::read_to_string(made().with_file_name(name)).expect("the reference is there");
    serde_json::from_str(&text).expect("the reference is JSON")
}

/// The small files that the reference scripts made.
fn made() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/made")
}

/// A folder on the disk.
struct Folder(PathBuf);

impl Files for Folder {
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(io::BufReader::new(fs::File::open(
            self.0.join(path),
        )?)))
    }
}

/// One column of a table by the paths of its rows.
fn by_path(columns: &[galen_imaging::Column], name: &str) -> BTreeMap<String, Option<String>> {
    let find = |name: &str| columns.iter().find(|(column, _)| column == name);
    let (_, paths) = find("path").expect("there is a column of paths");
    let cells = find(name).map(|(_, cells)| cells.clone());
    let cells = cells.unwrap_or_else(|| vec![None; paths.len()]);
    let paths = paths
        .iter()
        .map(|path| path.clone().expect("a row has a path"));
    paths.zip(cells).collect()
}
