use std::io::{self, Read};

use rayon::prelude::*;

use crate::dicom::{self, Header};
use crate::guarded::guarded;
use crate::kind::Kind;
use crate::picture::{self, Picture, Pixels};

/// Where the bytes of files come from: a disk, an archive, the memory of a test.
pub trait Files: Sync {
    /// Opens a file by its path.
    ///
    /// # Errors
    /// That of the place where the file lies.
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>>;
}

/// A name and one text a row; none where there is no value.
pub type Column = (String, Vec<Option<String>>);

/// Files as the rows of a table, in the order of the paths.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The first column is `path`; all are of one length.
    pub columns: Vec<Column>,
    /// The files that could not be read, which have no row; in the order of the paths.
    pub broken: Vec<Broken>,
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub path: String,
    /// A sentence that says what is wrong.
    pub why: String,
}

/// How much of a file is read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an image file.
    pub file_bytes_max: u64,
    /// Pixels of an image: its width times its height.
    pub pixels_max: u64,
    /// Bytes of a DICOM file before its pixels, unpacked if they are packed.
    pub header_bytes_max: u64,
    /// Bytes of a value of a DICOM header that a column shows.
    pub value_bytes_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 1 << 30,
            pixels_max: 100_000_000,
            header_bytes_max: 256 << 20,
            value_bytes_max: 64 << 10,
        }
    }
}

/// Reads all files as of one kind, several at a time. What comes out does not depend on how many, nor on the order of
/// `paths`.
pub fn rows(kind: Kind, paths: &[String], files: &dyn Files, limits: &Limits) -> Rows {
    let mut paths = paths.to_vec();
    paths.sort();
    match kind {
        Kind::Dicom => {
            let read = |path: &str| {
                let source = files.open(path).map_err(|error| sentence(&error))?;
                Header::read(source, limits).map_err(|error| error.to_string())
            };
            gather(paths, read, dicom::columns)
        }
        Kind::Image => {
            let read = |path: &str| {
                let source = files.open(path).map_err(|error| sentence(&error))?;
                Picture::read(source, limits).map_err(|error| error.to_string())
            };
            gather(paths, read, picture::columns)
        }
    }
}

/// Reads images in the given order, several at a time: what each says of itself, and what is asked of its pixels, if it has some
/// that can be asked; or a sentence that says why it cannot be read.
pub fn pictures<T: Send>(
    paths: &[String],
    files: &dyn Files,
    limits: &Limits,
    ask: impl Fn(&Pixels) -> T + Sync,
) -> Vec<Result<(Picture, Option<T>), String>> {
    let read = |path: &String| {
        let source = files.open(path).map_err(|error| sentence(&error))?;
        guarded(|| Picture::read_with(source, limits, &ask))
            .ok_or_else(damaged)?
            .map_err(|error| error.to_string())
    };
    paths.par_iter().map(read).collect()
}

fn damaged() -> String {
    "The file is damaged: its reader broke off.".to_owned()
}

fn sentence(error: &io::Error) -> String {
    format!("The file cannot be opened: {error}.")
}

fn gather<T: Send>(
    paths: Vec<String>,
    read: impl Fn(&str) -> Result<T, String> + Sync,
    columns: impl Fn(&[String], &[T]) -> Vec<Column>,
) -> Rows {
    let read = |path: &String| guarded(|| read(path)).unwrap_or_else(|| Err(damaged()));
    let results: Vec<_> = paths.par_iter().map(read).collect();
    let (mut good, mut rows, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    for (path, result) in paths.into_iter().zip(results) {
        match result {
            Ok(row) => {
                good.push(path);
                rows.push(row);
            }
            Err(why) => broken.push(Broken { path, why }),
        }
    }
    Rows {
        columns: columns(&good, &rows),
        broken,
    }
}
