//! The files inside a file of Word.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::reading::xml::{self, Tree};
use crate::reading::{Unreadable, encoding};

/// The largest part that is unpacked. Text of a thousand pages needs a tenth.
const PART_MAX: u64 = 64 << 20;

pub(super) struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    name: String,
}

impl<'b> Archive<'b> {
    pub(super) fn open(bytes: &'b [u8], name: &str) -> Result<Self, Unreadable> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Unreadable::BrokenDocx {
            name: name.to_owned(),
            why: error.to_string(),
        })?;
        Ok(Self {
            zip,
            name: name.to_owned(),
        })
    }

    /// The part that holds the text; other archives say what they are.
    pub(super) fn main(&self) -> Result<String, Unreadable> {
        let names: Vec<_> = self.zip.file_names().flatten().collect();
        if let Some(main) = names
            .iter()
            .filter(|name| name.starts_with("word/document") && name.ends_with(".xml"))
            .min()
        {
            return Ok(main.to_string());
        }
        let has = |start: &str| names.iter().any(|name| name.starts_with(start));
        let what = if has("xl/") {
            "a spreadsheet"
        } else if has("ppt/") {
            "a presentation"
        } else if has("content.xml") {
            "an OpenDocument file; save it as DOCX first"
        } else if has("META-INF/container.xml") {
            "an e-book"
        } else {
            "a ZIP archive; unpack it first"
        };
        Err(Unreadable::Unknown {
            name: self.name.clone(),
            what: what.to_owned(),
        })
    }

    pub(super) fn tree(&mut self, part: &str) -> Result<Tree, Unreadable> {
        self.optional(part)?.ok_or_else(|| Unreadable::BrokenDocx {
            name: self.name.clone(),
            why: format!("{part} is missing"),
        })
    }

    pub(super) fn optional(&mut self, part: &str) -> Result<Option<Tree>, Unreadable> {
        let fail = |name: &str, why: String| Unreadable::BrokenDocx {
            name: name.to_owned(),
            why: format!("{part}: {why}"),
        };
        let file = match self.zip.by_name(part) {
            Ok(file) => file,
            Err(zip::result::ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(fail(&self.name, error.to_string())),
        };
        let mut bytes = Vec::new();
        file.take(PART_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| fail(&self.name, error.to_string()))?;
        if bytes.len() as u64 > PART_MAX {
            let why = format!("it holds more than {} MB", PART_MAX >> 20);
            return Err(fail(&self.name, why));
        }
        let text = encoding::decode(&bytes).text;
        xml::parse(&text)
            .map(Some)
            .map_err(|broken| super::broken(broken, &self.name, part))
    }
}
