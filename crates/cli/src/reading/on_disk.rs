use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use galen_table::{Packing, ReadError, Source, unpack};

use crate::args::Reading;
use crate::outside::is_missing;
use crate::report::Failure;

/// To how many bytes a packed file may unpack, if nothing else is said.
const UNPACKED_MAX: u64 = 16 << 30;

/// A file that stays open.
struct Kept {
    file: File,
    length: u64,
}

/// A file that is opened for each look at it: thousands of them may be read together.
struct Brief {
    path: PathBuf,
    length: u64,
}

/// A file as a source; a packed one is unpacked into a temporary file first.
///
/// # Errors
/// [`Failure`] if it cannot be opened or unpacked.
pub fn open(path: &Path, reading: &Reading) -> Result<Arc<dyn Source>, Failure> {
    let file = File::open(path).map_err(|error| failed(path, &error))?;
    match packing_of(&file).map_err(|error| failed(path, &error))? {
        None => {
            let length = file.metadata().map_err(|error| failed(path, &error))?.len();
            Ok(Arc::new(Kept { file, length }))
        }
        Some(packing) => unpacked(path, file, packing, reading),
    }
}

/// As [`open`], for one of many files.
///
/// # Errors
/// As [`open`].
pub fn open_briefly(path: &Path, reading: &Reading) -> Result<Arc<dyn Source>, Failure> {
    let file = File::open(path).map_err(|error| failed(path, &error))?;
    match packing_of(&file).map_err(|error| failed(path, &error))? {
        None => {
            let length = file.metadata().map_err(|error| failed(path, &error))?.len();
            let path = path.to_path_buf();
            Ok(Arc::new(Brief { path, length }))
        }
        Some(packing) => {
            let mut bytes = Vec::new();
            unpack(
                packing,
                BufReader::new(file),
                &mut bytes,
                unpacked_limit(reading),
            )
            .map_err(|error| not_unpacked(path, &error))?;
            Ok(Arc::new(bytes::Bytes::from(bytes)))
        }
    }
}

/// To how many bytes a packed file may unpack.
pub fn unpacked_limit(reading: &Reading) -> u64 {
    reading.max_unpacked.unwrap_or(UNPACKED_MAX)
}

fn unpacked(
    path: &Path,
    packed: File,
    packing: Packing,
    reading: &Reading,
) -> Result<Arc<dyn Source>, Failure> {
    let temporary = |error: io::Error| {
        Failure::environment(
            "temporary_file",
            format!("{} cannot be unpacked: {error}", path.display()),
            "make room in the folder of temporary files, or set TMPDIR to another",
        )
    };
    let mut into = BufWriter::new(tempfile::tempfile().map_err(temporary)?);
    unpack(
        packing,
        BufReader::new(packed),
        &mut into,
        unpacked_limit(reading),
    )
    .map_err(|error| not_unpacked(path, &error))?;
    into.flush().map_err(temporary)?;
    let file = into
        .into_inner()
        .map_err(|error| temporary(error.into_error()))?;
    let length = file.metadata().map_err(temporary)?.len();
    Ok(Arc::new(Kept { file, length }))
}

fn not_unpacked(path: &Path, error: &ReadError) -> Failure {
    Failure::usage(
        "table",
        format!("{}: {error}", path.display()),
        "get the file anew; or raise the limit: --max-unpacked BYTES",
    )
}

fn packing_of(mut file: &File) -> io::Result<Option<Packing>> {
    let mut begin = [0; 4];
    let mut length = 0;
    while length < begin.len() {
        match file.read(&mut begin[length..])? {
            0 => break,
            more => length += more,
        }
    }
    io::Seek::seek(&mut file, io::SeekFrom::Start(0))?;
    Ok(Packing::of(&begin[..length]))
}

impl Source for Kept {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.file, offset, into)
    }
}

impl Source for Brief {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        read_exact_at(&File::open(&self.path)?, offset, into)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::NotFound {
        return is_missing(path);
    }
    Failure::environment(
        "file",
        format!("{}: {error}", path.display()),
        "see that the file can be read",
    )
}
