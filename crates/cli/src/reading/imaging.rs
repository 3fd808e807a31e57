//! Folders of images or DICOM files as tables: what lies on the disk, and what of it is read.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use galen_imaging::picture::{Fingerprint, Picture, Pixels};
use galen_imaging::sheet::{Thumbnail, sheet};
use galen_imaging::{Files, Kind, Limits, Mask, kind_of, pictures as read_images, rows};
use galen_table::{Format, ReadOptions, Table};

use super::files::{files_of, is_pattern};
use super::{Broken, Opened, pace, unreadable};
use crate::args::Reading;
use crate::outside::stopped;
use crate::report::Failure;

/// How many files a note names.
const NAMED_MAX: usize = 20;

/// The table of the images or of the DICOM headers of a folder, of a pattern or of one file; none if what lies there is for
/// other readers.
///
/// It is read as if it stood in a CSV file, so that marks of what is missing and declared columns mean the same as
/// everywhere. What is neither of the kind nor broken is passed over, and named on stderr.
///
/// # Errors
/// [`Failure`] that asks which kind is meant, or says that nothing could be read.
pub fn open(
    path: &Path,
    reading: &Reading,
    options: &ReadOptions,
) -> Result<Option<Opened>, Failure> {
    let Some((found, kind, paths)) = look(path, reading)? else {
        return Ok(None);
    };
    let pace = pace(reading);
    let read = pace.on_threads(|| rows(kind, &paths, &found, &Limits::default()));
    if stopped() {
        return Err(Failure::interrupted());
    }
    if let (Some(first), true) = (read.broken.first(), read.broken.len() == paths.len()) {
        return Err(Failure::usage(
            "table",
            format!(
                "{}: no {} of {} can be read. The first: {}: {}",
                path.display(),
                word(kind),
                paths.len(),
                first.path,
                first.why
            ),
            "name files that can be read",
        ));
    }
    note_passed_over(kind, &found, &paths);
    let table = Table::from_texts(read.columns);
    let table = table.expect("the columns are of one length and have names of their own");
    let options = ReadOptions {
        delimiter: b',',
        encoding: None,
        ..options.clone()
    };
    let source = Arc::new(Bytes::from(table.to_csv()));
    let bytes = source.len() as u64;
    let scan = galen_table::open(source, Some(Format::Delimited(Some(b','))), &options, pace);
    let broken = read.broken.into_iter().map(|one| Broken {
        file: found.shown(&one.path),
        why: one.why,
    });
    Ok(Some(Opened {
        scan: scan.map_err(|error| unreadable(path, &error))?,
        broken: broken.collect(),
        bytes,
    }))
}

/// What lies there and which of it is meant; none if it is for other readers.
fn look(path: &Path, reading: &Reading) -> Result<Option<(Found, Kind, Vec<String>)>, Failure> {
    let asked = match reading.format.as_deref() {
        None => None,
        Some("images") => Some(Kind::Image),
        Some("dicom") => Some(Kind::Dicom),
        Some(_) => return Ok(None),
    };
    if !path.exists() && !is_pattern(path) {
        return Ok(None);
    }
    let found = Found::at(path)?;
    let chosen = found.chosen(path, asked)?;
    Ok(chosen.map(|(kind, paths)| (found, kind, paths)))
}

/// Whether a path is a folder that is read as a table of images.
///
/// # Errors
/// As [`open`].
pub fn is_image_folder(path: &Path, reading: &Reading) -> Result<bool, Failure> {
    Ok(path.is_dir() && look(path, reading)?.is_some_and(|(_, kind, _)| kind == Kind::Image))
}

/// Images in the order of their paths: what each says of itself and what it is known by; neither of one that cannot be read.
pub struct Pictures {
    pub pictures: Vec<Option<Picture>>,
    pub fingerprints: Vec<Option<Fingerprint>>,
    pub broken: Vec<Broken>,
}

/// Reads the images that a table names, below a folder.
///
/// # Errors
/// [`Failure`] if it was stopped.
pub fn pictures(folder: &Path, paths: &[String], reading: &Reading) -> Result<Pictures, Failure> {
    let (read, broken) = asked(folder, paths, reading, Fingerprint::of)?;
    let (pictures, fingerprints) = read
        .into_iter()
        .map(|one| match one {
            Some((picture, known)) => (Some(picture), known.flatten()),
            None => (None, None),
        })
        .unzip();
    Ok(Pictures {
        pictures,
        fingerprints,
        broken,
    })
}

/// Reads the masks that a table names, below a folder, and says which cannot be read.
///
/// # Errors
/// [`Failure`] if it was stopped.
pub fn masks(
    folder: &Path,
    paths: &[String],
    reading: &Reading,
) -> Result<(BTreeMap<String, Mask>, Vec<Broken>), Failure> {
    let (read, mut broken) = asked(folder, paths, reading, Mask::of)?;
    let mut masks = BTreeMap::new();
    for (path, one) in paths.iter().zip(read) {
        match one {
            Some((_, Some(mask))) => {
                masks.insert(path.clone(), mask);
            }
            Some((_, None)) => broken.push(Broken {
                file: folder.join(path).display().to_string(),
                why: "The image is of floats and no mask.".to_owned(),
            }),
            None => {}
        }
    }
    Ok((masks, broken))
}

/// For each path the image and what was asked of its pixels; none of one that cannot be read.
type Answers<T> = (Vec<Option<(Picture, Option<T>)>>, Vec<Broken>);

fn asked<T: Send>(
    folder: &Path,
    paths: &[String],
    reading: &Reading,
    ask: impl Fn(&Pixels) -> T + Sync + Send,
) -> Result<Answers<T>, Failure> {
    let found = paths.iter().map(|path| (path.clone(), folder.join(path)));
    asked_of(&Found(found.collect()), paths, reading, ask)
}

/// An image of a folder, of a pattern, or by itself.
pub struct AtPath<T> {
    /// Its path there.
    pub path: String,
    /// Where it lies.
    pub place: PathBuf,
    /// What was asked of its pixels; none if they cannot be asked.
    pub answer: Option<T>,
}

/// What was asked of the pixels of each image of a folder, of a pattern or of one file, by its path there; and those that cannot be
/// read.
///
/// # Errors
/// [`Failure`] if there is none, or if it was stopped.
pub fn images_at<T: Send>(
    path: &Path,
    reading: &Reading,
    ask: impl Fn(&Pixels) -> T + Sync + Send,
) -> Result<(Vec<AtPath<T>>, Vec<Broken>), Failure> {
    let Some((found, _, paths)) = look(path, reading)? else {
        return Err(Failure::usage(
            "no_image",
            format!("{} holds no image", path.display()),
            "name an image, a folder with images, or a pattern such as 'slides/*.png'",
        ));
    };
    let (read, broken) = asked_of(&found, &paths, reading, ask)?;
    let read = paths.into_iter().zip(read);
    let read = read.filter_map(|(path, one)| {
        Some(AtPath {
            place: found.0.get(&path)?.clone(),
            answer: one?.1,
            path,
        })
    });
    Ok((read.collect(), broken))
}

fn asked_of<T: Send>(
    found: &Found,
    paths: &[String],
    reading: &Reading,
    ask: impl Fn(&Pixels) -> T + Sync + Send,
) -> Result<Answers<T>, Failure> {
    let limits = Limits::default();
    let answers = pace(reading).on_threads(|| read_images(paths, found, &limits, ask));
    if stopped() {
        return Err(Failure::interrupted());
    }
    let mut broken = Vec::new();
    let answers = paths
        .iter()
        .zip(answers)
        .map(|(path, answer)| match answer {
            Ok(answer) => Some(answer),
            Err(why) => {
                let file = found.shown(path);
                broken.push(Broken { file, why });
                None
            }
        });
    Ok((answers.collect(), broken))
}

/// A PNG file with these images in rows, below a folder; what cannot be read is left out.
///
/// # Errors
/// [`Failure`] if it was stopped.
pub fn sheet_of(
    folder: &Path,
    rows: &[Vec<String>],
    reading: &Reading,
) -> Result<Vec<u8>, Failure> {
    const SIDE: u32 = 160;
    let (small, _) = asked(folder, &rows.concat(), reading, |pixels| {
        Thumbnail::of(pixels, SIDE)
    })?;
    let mut small = small.into_iter();
    let rows: Vec<Vec<Thumbnail>> = rows
        .iter()
        .map(|row| {
            let row = small.by_ref().take(row.len());
            row.filter_map(|one| one?.1).collect()
        })
        .collect();
    Ok(sheet(&rows, SIDE))
}

/// The files of a folder by their paths in it, with `/` between folders; those of a pattern by their paths; one file by
/// its name.
struct Found(BTreeMap<String, PathBuf>);

impl Files for Found {
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        // After Ctrl-C nothing more is read; what was, is not shown.
        if stopped() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let place = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(BufReader::new(fs::File::open(place)?)))
    }
}

impl Found {
    fn at(path: &Path) -> Result<Self, Failure> {
        let files = if path.is_file() {
            vec![path.to_owned()]
        } else {
            files_of(path, true)?
        };
        let base = match path.is_file() {
            true => path.parent().unwrap_or(path),
            false => path,
        };
        let inside = |file: &PathBuf| {
            let parts = file.strip_prefix(base).unwrap_or(file).components();
            let parts: Vec<_> = parts
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            parts.join("/")
        };
        let files = files.into_iter().map(|file| (inside(&file), file));
        Ok(Self(files.collect()))
    }

    /// A path as the user would type it.
    fn shown(&self, path: &str) -> String {
        let place = self.0.get(path).map(|place| place.display().to_string());
        place.unwrap_or_else(|| path.to_owned())
    }

    /// The kind that is read and the paths of that kind.
    fn chosen(
        &self,
        path: &Path,
        asked: Option<Kind>,
    ) -> Result<Option<(Kind, Vec<String>)>, Failure> {
        let shown = path.display();
        if let (Some(kind), true) = (asked, path.is_file()) {
            return Ok(Some((kind, self.0.keys().cloned().collect())));
        }
        let mut kinds: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
        let mut tables = 0;
        for name in self.0.keys() {
            if Format::of_name(name).is_some() {
                // A text beside images is a note or a licence far more often than a table.
                tables += usize::from(!name.ends_with(".txt"));
            } else if let Ok(Some(kind)) = kind_of(name, self) {
                kinds.entry(kind).or_default().push(name.clone());
            }
        }
        match asked {
            Some(kind) => match kinds.remove(&kind) {
                Some(paths) => Ok(Some((kind, paths))),
                None => Err(Failure::usage(
                    "no_image",
                    format!("{shown} holds no {}", word(kind)),
                    "name a folder that does",
                )),
            },
            None if kinds.is_empty() => Ok(None),
            None if kinds.len() == 1 && tables == 0 => Ok(kinds.pop_first()),
            None => {
                let mut held: Vec<String> = kinds
                    .iter()
                    .map(|(kind, paths)| format!("{} {}(s)", paths.len(), word(*kind)))
                    .collect();
                if tables > 0 {
                    held.push(format!("{tables} table(s)"));
                }
                Err(Failure::usage(
                    "several_kinds",
                    format!("{shown} holds {}", held.join(" and ")),
                    "say which are meant: --format images or --format dicom; tables by their file or a pattern, 'DIR/*.csv'",
                ))
            }
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image",
        Kind::Dicom => "DICOM file",
    }
}

/// Names the files that are not among the chosen ones, which are sorted.
fn note_passed_over(kind: Kind, found: &Found, chosen: &[String]) {
    let others = found
        .0
        .keys()
        .filter(|path| chosen.binary_search(path).is_err());
    let others: Vec<&String> = others.collect();
    if others.is_empty() {
        return;
    }
    let named: Vec<String> = others
        .iter()
        .take(NAMED_MAX)
        .map(|path| format!("  {path}"))
        .collect();
    let more = others.len().saturating_sub(NAMED_MAX);
    let more = match more {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    eprintln!(
        "note: {} file(s) that are no {} are passed over:\n{}{more}",
        others.len(),
        word(kind),
        named.join("\n")
    );
}
