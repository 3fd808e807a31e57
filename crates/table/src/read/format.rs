//! What the bytes of a file are, and unpacking them.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::sync::Arc;

use bytes::Bytes;

use super::columnar::{open_arrow, open_parquet};
use super::delimited::Delimited;
use super::ndjson::Ndjson;
use super::{ReadError, ReadOptions, disk, in_memory};
use crate::Table;
use crate::scan::{Pace, Scan};
use crate::source::Source;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Fields with this byte between them; without one it is found in the header.
    Delimited(Option<u8>),
    /// One JSON object a line.
    Ndjson,
    Parquet,
    /// Arrow IPC, as a file or as a stream.
    Arrow,
}

/// The words for a format, which are also the ends of files' names.
const WORDS: [(&str, Format); 12] = [
    ("csv", Format::Delimited(None)),
    ("txt", Format::Delimited(None)),
    ("tsv", Format::Delimited(Some(b'\t'))),
    ("tab", Format::Delimited(Some(b'\t'))),
    ("psv", Format::Delimited(Some(b'|'))),
    ("ndjson", Format::Ndjson),
    ("jsonl", Format::Ndjson),
    ("parquet", Format::Parquet),
    ("pq", Format::Parquet),
    ("arrow", Format::Arrow),
    ("feather", Format::Arrow),
    ("ipc", Format::Arrow),
];

/// Delimiters that are looked for in a header; of equally frequent ones the first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

impl Format {
    /// The format of a word such as `csv` or `parquet`.
    pub fn of_word(word: &str) -> Option<Format> {
        let word = word.to_ascii_lowercase();
        let known = WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, format)| *format)
    }

    /// The words of all formats.
    pub fn words() -> Vec<&'static str> {
        WORDS.iter().map(|(word, _)| *word).collect()
    }

    /// The format by the end of a file's name; `.gz` and `.zst` behind it are passed over.
    pub fn of_name(name: &str) -> Option<Format> {
        let name = name.to_ascii_lowercase();
        let name = name
            .strip_suffix(".gz")
            .or(name.strip_suffix(".zst"))
            .unwrap_or(&name);
        Format::of_word(name.rsplit_once('.')?.1)
    }

    /// The format by the first bytes; what is none of the binary ones is delimited text.
    pub(super) fn of_bytes(bytes: &[u8]) -> Format {
        match bytes {
            [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] | [0xff, 0xff, 0xff, 0xff, ..] => {
                Format::Arrow
            }
            _ => Format::Delimited(None),
        }
    }
}

/// Opens a file of any format as a table in parts: by `format`, or else by its first bytes. It must be unpacked; see
/// [`unpack`].
///
/// # Errors
/// The first thing wrong with the file, as a [`ReadError`]; nothing is guessed.
pub fn open(
    source: Arc<dyn Source>,
    format: Option<Format>,
    options: &ReadOptions,
    pace: Pace,
) -> Result<Box<dyn Scan>, ReadError> {
    let length = source.len().min(64 << 10) as usize;
    let begin = source.bytes(0, length).map_err(disk)?;
    match format.unwrap_or_else(|| Format::of_bytes(&begin)) {
        Format::Delimited(delimiter) => {
            let (source, begin) = match in_utf8(&source, &begin, options)? {
                Some(text) => (Arc::new(text.clone()) as Arc<dyn Source>, text),
                None => (source, begin),
            };
            let delimiter = delimiter.unwrap_or_else(|| delimiter_of(&begin));
            let options = ReadOptions {
                delimiter,
                ..options.clone()
            };
            Ok(Box::new(Delimited::open(source, &options, pace)?))
        }
        Format::Ndjson => {
            let text = in_utf8(&source, &begin, options)?;
            let source = text.map_or(source, |text| Arc::new(text));
            Ok(Box::new(Ndjson::open(source, options, pace)?))
        }
        Format::Parquet => open_parquet(source, options),
        Format::Arrow => open_arrow(source, options),
    }
}

/// The text in UTF-8, if it is in another encoding: the named one, or UTF-16 by its byte order mark.
fn in_utf8(
    source: &Arc<dyn Source>,
    begin: &[u8],
    options: &ReadOptions,
) -> Result<Option<Bytes>, ReadError> {
    let utf16 =
        encoding_rs::Encoding::for_bom(begin).filter(|_| !begin.starts_with(b"\xef\xbb\xbf"));
    let encoding = match &options.encoding {
        Some(name) => Some(
            encoding_rs::Encoding::for_label(name.as_bytes())
                .ok_or_else(|| ReadError::UnknownEncoding { name: name.clone() })?,
        ),
        None => utf16.map(|(encoding, _)| encoding),
    };
    let Some(encoding) = encoding.filter(|encoding| *encoding != encoding_rs::UTF_8) else {
        return Ok(None);
    };
    let limit = options.limits.bytes;
    let length = usize::try_from(source.len())
        .ok()
        .filter(|length| *length <= limit);
    let Some(length) = length else {
        let bytes = source.len();
        return Err(ReadError::OtherEncodingTooLarge { bytes, limit });
    };
    let bytes = source.bytes(0, length).map_err(disk)?;
    let (text, used, malformed) = encoding.decode(&bytes);
    if malformed {
        return Err(ReadError::Encoding { name: used.name() });
    }
    Ok(Some(Bytes::from(text.into_owned())))
}

impl Table {
    /// Reads a file of any format into memory: by `format`, or else by its first bytes. Bytes packed by gzip or Zstandard are
    /// unpacked, up to the limit of bytes.
    ///
    /// # Errors
    /// The first thing wrong with the file, as a [`ReadError`]; nothing is guessed.
    pub fn read(
        bytes: &[u8],
        format: Option<Format>,
        options: &ReadOptions,
    ) -> Result<Table, ReadError> {
        let limit = options.limits.bytes;
        let bytes = match Packing::of(bytes) {
            None => Cow::Borrowed(bytes),
            Some(packing) => {
                let mut into = Vec::new();
                unpack(packing, bytes, &mut into, limit as u64)?;
                Cow::Owned(into)
            }
        };
        if bytes.len() > limit {
            let bytes = bytes.len();
            return Err(ReadError::TooLarge { bytes, limit });
        }
        let options = ReadOptions {
            keep_texts: super::KeepTexts::All,
            ..options.clone()
        };
        let source = Arc::new(Bytes::from(bytes.into_owned()));
        in_memory(open(source, format, &options, Pace::ALONE)?.as_ref())
    }
}

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Zstandard,
}

impl Packing {
    /// The packing by the first bytes.
    pub fn of(bytes: &[u8]) -> Option<Packing> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstandard),
            _ => None,
        }
    }
}

/// Unpacks one layer. A few bytes can unpack to as many as anybody likes, so it ends at the limit.
///
/// # Errors
/// [`ReadError::Packed`], [`ReadError::UnpacksTooLarge`], [`ReadError::Disk`] if it cannot be written.
pub fn unpack(
    packing: Packing,
    from: impl Read,
    into: &mut dyn Write,
    limit: u64,
) -> Result<(), ReadError> {
    let what = match packing {
        Packing::Gzip => "gzip",
        Packing::Zstandard => "Zstandard",
    };
    let broken = |error: std::io::Error| ReadError::Packed {
        what,
        why: error.to_string(),
    };
    let mut unpacked: Box<dyn Read> = match packing {
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(from)),
        Packing::Zstandard => Box::new(zstd::Decoder::new(from).map_err(broken)?),
    };
    let mut buffer = vec![0; 256 << 10];
    let mut written = 0;
    loop {
        let length = unpacked.read(&mut buffer).map_err(broken)?;
        if length == 0 {
            return Ok(());
        }
        written += length as u64;
        if written > limit {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            return Err(ReadError::UnpacksTooLarge { limit });
        }
        into.write_all(&buffer[..length]).map_err(disk)?;
    }
}

/// The delimiter that the header holds most often outside of quotes; a comma if it holds none.
pub(super) fn delimiter_of(bytes: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for &byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ => {
                let at = DELIMITERS
                    .iter()
                    .position(|&known| known == byte && !quoted);
                at.into_iter().for_each(|at| counts[at] += 1);
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let first = counts.iter().position(|&count| count == most).unwrap_or(0);
    DELIMITERS[first]
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::Limits;

    const CSV: &str = "age,site\n70,north\n81,south\n";

    fn read(bytes: &[u8], name: &str) -> Result<Table, ReadError> {
        Table::read(bytes, Format::of_name(name), &ReadOptions::default())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).expect("memory");
        packer.finish().expect("memory")
    }

    #[test]
    fn a_name_says_the_format_with_and_without_packing() {
        assert_eq!(Format::of_name("a.CSV.gz"), Some(Format::Delimited(None)));
        assert_eq!(
            Format::of_name("x/a.psv.zst"),
            Some(Format::Delimited(Some(b'|')))
        );
        assert_eq!(Format::of_name("a.jsonl"), Some(Format::Ndjson));
        assert_eq!(Format::of_name("a.docx"), None);
        assert_eq!(Format::of_name("csv"), None);
    }

    #[test]
    fn the_same_table_comes_out_of_every_text_format_and_packing() {
        let wanted = read(CSV.as_bytes(), "a.csv").expect("a table");
        for delimiter in ["\t", "|", ";"] {
            let text = CSV.replace(',', delimiter);
            assert_eq!(
                read(text.as_bytes(), "a.csv").expect("a table"),
                wanted,
                "{delimiter}"
            );
        }
        assert_eq!(
            read(CSV.replace(',', "\t").as_bytes(), "a.tsv").expect("a table"),
            wanted
        );
        let zst = zstd::encode_all(CSV.as_bytes(), 3).expect("memory");
        assert_eq!(
            read(&gzip(CSV.as_bytes()), "a.csv.gz").expect("a table"),
            wanted
        );
        assert_eq!(read(&zst, "a.csv.zst").expect("a table"), wanted);
        let lines = "{\"age\":70,\"site\":\"north\"}\n{\"age\":81,\"site\":\"south\"}\n";
        assert_eq!(read(lines.as_bytes(), "a.ndjson").expect("a table"), wanted);
    }

    #[test]
    fn a_delimiter_within_quotes_is_none() {
        let table = read(b"\"a;b;c\",d\n1,2\n", "a.csv").expect("a table");
        assert_eq!(table.names(), ["a;b;c", "d"]);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![b'a'; 1 << 20]);
        let limits = Limits {
            bytes: 10_000,
            ..Limits::default()
        };
        let options = ReadOptions {
            limits,
            ..ReadOptions::default()
        };
        assert!(bomb.len() < 10_000);
        let found = Table::read(&bomb, None, &options);
        assert_eq!(found, Err(ReadError::UnpacksTooLarge { limit: 10_000 }));
    }

    #[test]
    fn broken_packing_is_named() {
        let mut broken = gzip(CSV.as_bytes());
        broken.truncate(20);
        assert!(matches!(
            read(&broken, "a.csv.gz"),
            Err(ReadError::Packed { what: "gzip", .. })
        ));
        let broken = [0x28, 0xb5, 0x2f, 0xfd, 1, 2];
        assert!(matches!(
            read(&broken, "a"),
            Err(ReadError::Packed {
                what: "Zstandard",
                ..
            })
        ));
    }
}
