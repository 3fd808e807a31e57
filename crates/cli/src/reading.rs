//! Tables in files: which files, which format, which marks for what is missing.

mod files;
mod imaging;
mod on_disk;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use galen_spec::data::Column;
use galen_table::scan::{Folder, Member, Pace, Scan, ScanError, whole};
use galen_table::{
    FindTypes, Format, KeepTexts, LookAt, ReadError, ReadOptions, Source, Table, open,
};
use serde::Serialize;

use crate::args::Reading;
use crate::outside::stopped;
use crate::progress;
use crate::report::Failure;
use files::files_of;
pub use files::is_pattern;
pub use files::named;
pub use imaging::{images_at, is_image_folder, masks, pictures, sheet_of};

/// The largest table that is held in memory as a whole.
const WHOLE_BYTES_MAX: u64 = 4 << 30;

/// A table in one or more files.
pub struct Opened {
    pub scan: Box<dyn Scan>,
    /// Files that could not be read, and why.
    pub broken: Vec<Broken>,
    /// Bytes of the files that were read.
    pub bytes: u64,
}

/// A file that could not be read.
#[derive(Clone, Debug, Serialize)]
pub struct Broken {
    pub file: String,
    pub why: String,
}

/// The table in a file, in all files of a folder, or in those that a pattern names; of images and DICOM files one row a file.
///
/// # Errors
/// [`Failure`] with what is wrong in the only file and where; of several files at least one must be readable.
pub fn scan_in(path: &Path, reading: &Reading, columns: &[Column]) -> Result<Opened, Failure> {
    scan_with(path, reading, options_of(reading, columns)?)
}

/// As [`scan_in`], with the texts that stood in the file, for what is asked of texts, and with those types only that are needed.
///
/// # Errors
/// As [`scan_in`].
pub fn texts_in(
    path: &Path,
    reading: &Reading,
    columns: &[Column],
    keep_texts: KeepTexts,
    find_types: FindTypes,
    look_at: LookAt,
) -> Result<Opened, Failure> {
    let options = ReadOptions {
        keep_texts,
        find_types,
        look_at,
        ..options_of(reading, columns)?
    };
    scan_with(path, reading, options)
}

fn scan_with(path: &Path, reading: &Reading, options: ReadOptions) -> Result<Opened, Failure> {
    if let Some(opened) = imaging::open(path, reading, &options)? {
        return Ok(opened);
    }
    let format = format_of(reading)?;
    let pace = pace(reading);
    if path.is_file() {
        let source = on_disk::open(path, reading)?;
        let bytes = source.len();
        let scan = open(source, format.or_else(|| by_name(path)), &options, pace)
            .map_err(|error| unreadable(path, &error))?;
        let scan = match &reading.file_column {
            None => scan,
            Some(_) => together(vec![member(path, scan)], Vec::new(), reading)?.scan,
        };
        return Ok(Opened {
            scan,
            broken: Vec::new(),
            bytes,
        });
    }
    let files = files_of(path, format.is_some())?;
    let (mut members, mut broken, mut bytes) = (Vec::new(), Vec::new(), 0);
    for file in &files {
        if stopped() {
            return Err(Failure::interrupted());
        }
        let alone = Pace { jobs: 1, ..pace };
        let read = on_disk::open_briefly(file, reading)
            .map_err(|failure| failure.message)
            .and_then(|source: Arc<dyn Source>| {
                bytes += source.len();
                open(source, format.or_else(|| by_name(file)), &options, alone)
                    .map_err(|error| error.to_string())
            });
        match read {
            Ok(scan) => members.push(member(file, scan)),
            Err(why) => broken.push(Broken {
                file: shown(file),
                why,
            }),
        }
    }
    let opened = together(members, broken, reading)?;
    Ok(Opened { bytes, ..opened })
}

/// Puts the files of a folder together; those with other columns count as broken.
fn together(
    members: Vec<Member>,
    mut broken: Vec<Broken>,
    reading: &Reading,
) -> Result<Opened, Failure> {
    let (folder, other) = Folder::new(members, reading.file_column.as_deref()).map_err(|why| {
        let first = broken.first();
        let first = first.map(|one| format!(" The first: {}: {}", one.file, one.why));
        Failure::usage(
            "table",
            format!("{why}{}", first.unwrap_or_default()),
            "name files of one table, or say how they are read: --format, --na",
        )
    })?;
    broken.extend(other.into_iter().map(|(file, why)| Broken { file, why }));
    broken.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(Opened {
        scan: Box::new(folder),
        broken,
        bytes: 0,
    })
}

fn member(file: &Path, scan: Box<dyn Scan>) -> Member {
    // A packed file is called as it was before it was packed.
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let bare = name
        .strip_suffix(".gz")
        .or(name.strip_suffix(".zst"))
        .unwrap_or(name);
    let stem = bare.rsplit_once('.').map_or(bare, |(stem, _)| stem);
    Member {
        file: shown(file),
        name: stem.to_owned(),
        scan,
    }
}

/// The table in a file, in memory; see [`scan_in`].
///
/// # Errors
/// [`Failure`], also for a table that is too large for it.
pub fn table_in(path: &Path, reading: &Reading) -> Result<Table, Failure> {
    let opened = scan_in(path, reading, &[])?;
    if let (Some(first), false) = (opened.broken.first(), reading.skip_bad) {
        return Err(broken_among(first, opened.broken.len()));
    }
    if opened.bytes > WHOLE_BYTES_MAX {
        return Err(Failure::usage(
            "too_large",
            format!(
                "{} has {} bytes, and this command holds a table in memory; the limit is {WHOLE_BYTES_MAX}",
                path.display(),
                opened.bytes
            ),
            "divide the file, or take a sample of it",
        ));
    }
    whole(opened.scan.as_ref()).map_err(|error| not_scanned(path, &error))
}

/// Columns are not called, or not filled, as the options say.
pub fn named_otherwise(code: &'static str, error: &impl Display) -> Failure {
    Failure::usage(code, error.to_string(), "name the columns as the file does")
}

/// One file of several is broken, and nothing says that it may be left out.
pub fn broken_among(first: &Broken, count: usize) -> Failure {
    let more = match count {
        1 => String::new(),
        n => format!(" ({} more cannot be read)", n - 1),
    };
    Failure::usage(
        "table",
        format!("{}: {}{more}", first.file, first.why),
        "correct the file, or leave such files out: --skip-bad",
    )
}

/// How the reading goes on: threads, a line that says how far it is, Ctrl-C.
pub fn pace(reading: &Reading) -> Pace<'static> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    Pace {
        jobs: reading.jobs.unwrap_or_else(cores),
        progress: &progress::read,
        stopped: &stopped,
    }
}

/// What went wrong between the first row and the last.
pub fn not_scanned(path: &Path, error: &ScanError) -> Failure {
    match error {
        ScanError::Read(error) => unreadable(path, error),
        ScanError::Stopped => Failure::interrupted(),
        ScanError::File { .. } | ScanError::Column(_) => Failure::usage(
            "table",
            error.to_string(),
            "correct the file, or say how it is read: --format, --na",
        ),
    }
}

fn unreadable(path: &Path, error: &ReadError) -> Failure {
    let message = format!("{}: {error}", path.display());
    if let ReadError::Disk { .. } = error {
        return Failure::environment("file", message, "see that the file can be read");
    }
    Failure::usage(
        "table",
        message,
        "correct the file, or say how it is read: --format, --na, --encoding",
    )
}

fn format_of(reading: &Reading) -> Result<Option<Format>, Failure> {
    let Some(word) = &reading.format else {
        return Ok(None);
    };
    match Format::of_word(word) {
        Some(format) => Ok(Some(format)),
        None => Err(Failure::usage(
            "format",
            format!("there is no format `{word}`"),
            format!("use one of {}", Format::words().join(", ")),
        )),
    }
}

fn by_name(file: &Path) -> Option<Format> {
    Format::of_name(file.file_name()?.to_str()?)
}

fn options_of(reading: &Reading, columns: &[Column]) -> Result<ReadOptions, Failure> {
    let mut columns = columns.to_vec();
    if let Some(schema) = &reading.schema {
        let plan: galen_spec::data::Data = crate::command::declared_file(schema)?;
        columns.extend(plan.columns);
    }
    Ok(ReadOptions {
        na: reading.na.clone(),
        common_na: !reading.no_default_na,
        encoding: reading.encoding.clone(),
        columns,
        ..ReadOptions::default()
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
