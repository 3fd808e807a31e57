use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use dicom_core::header::DataElementHeader;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_encoding::decode::Decode;
use dicom_encoding::decode::explicit_be::ExplicitVRBigEndianDecoder;
use dicom_encoding::decode::explicit_le::ExplicitVRLittleEndianDecoder;
use dicom_encoding::decode::implicit_le::StandardImplicitVRLittleEndianDecoder;
use thiserror::Error;

use super::attribute::ATTRIBUTES;
use super::profile::must_go;
use super::source::{LimitReached, Source, is_part_10};
use super::value::{Alphabet, text_of};
use crate::Limits;

/// What a DICOM file says before its pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    values: BTreeMap<Tag, String>,
    /// Whether the file begins as PS3.10 asks.
    pub preamble: bool,
    /// Whether pixels follow.
    pub pixels: bool,
    /// Elements of an odd group, not counting those in sequences.
    pub private_tags: usize,
    /// Attributes with a value that the Basic Profile of PS3.15 removes or empties, not counting those in sequences: a sequence
    /// that must go is one.
    pub identifying: BTreeSet<Tag>,
}

/// Why a header could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    #[error("The file is empty.")]
    Empty,
    #[error(
        "This is no DICOM file: `DICM` does not stand after 128 bytes, and its bytes make no elements."
    )]
    NotDicom,
    #[error("The file has none of the attributes that are read of a DICOM header.")]
    NoAttribute,
    #[error("The file ends in {what} at byte {at}.")]
    Truncated { what: Place, at: u64 },
    #[error("There are more than {max} bytes before the pixels, which is the limit.")]
    TooLong { max: u64 },
    #[error("The value of {tag} has {bytes} bytes; the limit is {max}.")]
    LongValue { tag: Tag, bytes: u32, max: u32 },
    #[error("The file cannot be read at byte {at}: {why}.")]
    Read { at: u64, why: String },
}

/// Where a header ends too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In or before the value of an element.
    Element(Tag),
    /// Between elements, while a sequence is open.
    Sequence(Tag),
    /// In the tag, kind or length of an element.
    ElementHead,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Element(tag) => write!(f, "element {tag}"),
            Self::Sequence(tag) => write!(f, "the sequence {tag}, which is not closed,"),
            Self::ElementHead => write!(f, "the head of an element"),
        }
    }
}

impl Header {
    /// Reads a file up to its pixels.
    ///
    /// Elements in sequences are passed over, but for pixel spacing and slice thickness of images of several frames
    /// (PS3.3 section C.7.6.16.2.1), which stand there instead.
    ///
    /// # Errors
    /// [`HeaderError`]; never a panic, whatever the bytes.
    pub fn read<'a>(file: Box<dyn Read + 'a>, limits: &Limits) -> Result<Self, HeaderError> {
        let mut reader = Reader {
            source: Source::new(file, limits.header_bytes_max),
            limits,
            alphabet: Alphabet::default(),
            header: Header {
                values: BTreeMap::new(),
                preamble: false,
                pixels: false,
                private_tags: 0,
                identifying: BTreeSet::new(),
            },
        };
        let head = reader.peek(132)?;
        if head.is_empty() {
            return Err(HeaderError::Empty);
        }
        let preamble = is_part_10(head);
        if preamble {
            reader.skip(132, Place::ElementHead)?;
        }
        reader.header.preamble = preamble;
        let read = reader.file();
        let header = reader.header;
        let is_bare = header.values.is_empty();
        // Any bytes can be taken for elements: without the mark and without a known attribute, how they fail says nothing.
        match read {
            Ok(()) if is_bare => Err(HeaderError::NoAttribute),
            Ok(()) => Ok(header),
            Err(_) if is_bare && !preamble => Err(HeaderError::NotDicom),
            Err(error) => Err(error),
        }
    }

    /// The text of an attribute; none if it is absent or empty.
    pub fn text(&self, tag: Tag) -> Option<&str> {
        self.values.get(&tag).map(String::as_str)
    }
}

/// Begins an item of a sequence (PS3.5 section 7.5).
const ITEM: Tag = Tag(0xfffe, 0xe000);
/// Ends an item that has no declared length.
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
/// Ends a sequence that has no declared length.
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
/// Bytes of a value that are looked at to see whether there is one.
const VALUE_BEGIN: u32 = 64;
/// Explicit VR Big Endian: retired in 2006, and still in archives.
const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    Implicit,
    Explicit,
    ExplicitBig,
}

/// A sequence or an item that is being read.
struct Frame {
    /// The sequence; of an item, the sequence that it is in.
    sequence: Tag,
    is_item: bool,
    /// Where it ends, if that is declared; else it ends by a delimiter.
    end: Option<u64>,
    syntax: Syntax,
    /// Whether items hold bytes instead of elements, as those of packed pixels do.
    is_fragments: bool,
}

struct Reader<'a> {
    source: Source<'a>,
    limits: &'a Limits,
    alphabet: Alphabet,
    header: Header,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<(), HeaderError> {
        self.meta()?;
        let declared = self.header.text(tags::TRANSFER_SYNTAX_UID).unwrap_or("");
        let deflated = [
            uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            uids::JPIP_REFERENCED_DEFLATE,
        ];
        let is_big = declared == BIG_ENDIAN;
        let is_declared = !declared.is_empty();
        if deflated.contains(&declared) {
            let empty = Source::new(Box::new(io::empty()), 0);
            self.source = std::mem::replace(&mut self.source, empty).inflated();
        }
        let syntax = self.first_syntax(is_declared, is_big)?;
        self.elements(syntax)
    }

    /// The elements of group 2, which are little endian with explicit kinds (PS3.10 section 7.1).
    fn meta(&mut self) -> Result<(), HeaderError> {
        while self.peek(2)? == [2, 0] {
            let syntax = if has_kind(self.peek(6)?) {
                Syntax::Explicit
            } else {
                Syntax::Implicit
            };
            let element = self.element_head(syntax)?;
            self.value(element, syntax)?;
        }
        Ok(())
    }

    /// How the first element is written, which files declare wrongly or not at all.
    ///
    /// # Source
    /// `read_partial` and `_is_implicit_vr` of pydicom 3: two capital letters after the tag are a kind. Without a
    /// declaration a group of 1024 or more is one below 256 whose bytes are swapped.
    fn first_syntax(&mut self, is_declared: bool, is_big: bool) -> Result<Syntax, HeaderError> {
        let head = self.peek(6)?;
        if !has_kind(head) {
            return Ok(Syntax::Implicit);
        }
        let group = u16::from_le_bytes([head[0], head[1]]);
        let looks_big = !is_declared && group >= 1024;
        Ok(if is_big || looks_big {
            Syntax::ExplicitBig
        } else {
            Syntax::Explicit
        })
    }

    fn elements(&mut self, syntax: Syntax) -> Result<(), HeaderError> {
        let mut open: Vec<Frame> = Vec::new();
        loop {
            let here = self.source.position();
            while open
                .last()
                .is_some_and(|frame| frame.end.is_some_and(|end| end <= here))
            {
                open.pop();
            }
            if self.peek(8)?.len() < 8 {
                // Fewer bytes than an element has are padding, as pydicom takes it.
                return match open.first() {
                    Some(frame) => Err(self.truncated(Place::Sequence(frame.sequence))),
                    None => Ok(()),
                };
            }
            let syntax = open.last().map_or(syntax, |frame| frame.syntax);
            let element = self.element_head(syntax)?;
            if open.is_empty() && must_go(element.tag) && self.says_something(element)? {
                self.header.identifying.insert(element.tag);
            }
            match element.tag {
                ITEM => self.item(&mut open, element)?,
                ITEM_END => {
                    open.pop_if(|frame| frame.is_item);
                }
                SEQUENCE_END => {
                    open.pop_if(|frame| !frame.is_item);
                }
                tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA | tags::PIXEL_DATA
                    if open.is_empty() =>
                {
                    self.header.pixels = true;
                    return Ok(());
                }
                _ if element.vr == VR::SQ || element.len.is_undefined() => {
                    self.sequence(&mut open, element, syntax)?;
                }
                tag if open.is_empty() => {
                    self.header.private_tags += usize::from(tag.group() % 2 == 1);
                    self.value(element, syntax)?;
                }
                tag if is_pixel_measure(&open, tag) => self.value(element, syntax)?,
                tag => self.skip(u64::from(element.len.0), Place::Element(tag))?,
            }
        }
    }

    /// Whether the value of an element is more than blanks, and than what parts a name has (PS3.5 section 6.2.1). Bytes that are no
    /// text say something if there are any.
    fn says_something(&mut self, element: DataElementHeader) -> Result<bool, HeaderError> {
        if matches!(
            element.vr,
            VR::OB | VR::OW | VR::OF | VR::OD | VR::OL | VR::UN
        ) {
            return Ok(element.len.0 > 0);
        }
        let length = element.len.get().map_or(u64::from(VALUE_BEGIN), u64::from);
        let begin = self.peek(length.min(u64::from(VALUE_BEGIN)) as usize)?;
        // The end of a sequence of undefined length that has no item.
        let is_empty = element.len.is_undefined() && begin.starts_with(&[0xfe, 0xff, 0xdd, 0xe0]);
        Ok(!is_empty && begin.iter().any(|byte| !b" \0^=\\".contains(byte)))
    }

    fn item(
        &mut self,
        open: &mut Vec<Frame>,
        element: DataElementHeader,
    ) -> Result<(), HeaderError> {
        let Some(sequence) = open.last().filter(|frame| !frame.is_item) else {
            // An item outside a sequence is passed over with what it holds.
            let length = element.len.get().unwrap_or(0);
            return self.skip(u64::from(length), Place::Element(element.tag));
        };
        if sequence.is_fragments {
            let length = element.len.get().unwrap_or(0);
            return self.skip(u64::from(length), Place::Element(sequence.sequence));
        }
        let item = Frame {
            is_item: true,
            end: self.end(element),
            ..*sequence
        };
        open.push(item);
        Ok(())
    }

    fn sequence(
        &mut self,
        open: &mut Vec<Frame>,
        element: DataElementHeader,
        syntax: Syntax,
    ) -> Result<(), HeaderError> {
        let DataElementHeader { tag, vr, len } = element;
        if open.is_empty() {
            self.header.private_tags += usize::from(tag.group() % 2 == 1);
        }
        let shares_measures = [
            tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
            tags::PIXEL_MEASURES_SEQUENCE,
        ];
        if let Some(length) = len.get()
            && !shares_measures.contains(&tag)
        {
            return self.skip(u64::from(length), Place::Element(tag));
        }
        open.push(Frame {
            sequence: tag,
            is_item: false,
            end: self.end(element),
            // PS3.5 section 6.2.2, note 2: what is of unknown kind and of undefined length has no kinds inside.
            syntax: match (vr, syntax) {
                (VR::UN, Syntax::Explicit) => Syntax::Implicit,
                _ => syntax,
            },
            is_fragments: matches!(vr, VR::OB | VR::OW),
        });
        Ok(())
    }

    fn end(&self, element: DataElementHeader) -> Option<u64> {
        let length = element.len.get()?;
        Some(self.source.position() + u64::from(length))
    }

    /// Reads the value of an element if a column shows it or it is needed; else passes over it.
    fn value(&mut self, element: DataElementHeader, syntax: Syntax) -> Result<(), HeaderError> {
        let DataElementHeader { tag, vr, len } = element;
        let place = Place::Element(tag);
        let is_shown = ATTRIBUTES.iter().any(|attribute| attribute.tag == tag);
        if !is_shown && tag != tags::SPECIFIC_CHARACTER_SET {
            return self.skip(u64::from(len.0), place);
        }
        let max = self.limits.value_bytes_max;
        if len.0 > max {
            let bytes = len.0;
            return Err(HeaderError::LongValue { tag, bytes, max });
        }
        let bytes = self.source.read_bytes(u64::from(len.0));
        let bytes = bytes.map_err(|error| self.failed(&error, place))?;
        let is_big = syntax == Syntax::ExplicitBig;
        let text = text_of(tag, vr, &bytes, is_big, &self.alphabet);
        if tag == tags::SPECIFIC_CHARACTER_SET {
            self.alphabet = Alphabet::of_codes(text.as_deref().unwrap_or_default());
        } else if let Some(text) = text {
            // What the top says holds before what stands in a sequence, and the first frame's before a later one's.
            self.header.values.entry(tag).or_insert(text);
        }
        Ok(())
    }

    fn element_head(&mut self, syntax: Syntax) -> Result<DataElementHeader, HeaderError> {
        let source = &mut self.source;
        let decoded = match syntax {
            Syntax::Implicit => {
                StandardImplicitVRLittleEndianDecoder::default().decode_header(source)
            }
            Syntax::Explicit => ExplicitVRLittleEndianDecoder::default().decode_header(source),
            Syntax::ExplicitBig => ExplicitVRBigEndianDecoder::default().decode_header(source),
        };
        decoded.map(|(element, _)| element).map_err(|error| {
            let inner = std::error::Error::source(&error);
            match inner.and_then(|inner| inner.downcast_ref::<io::Error>()) {
                Some(io) => self.failed(io, Place::ElementHead),
                None => HeaderError::Read {
                    at: self.source.position(),
                    why: error.to_string(),
                },
            }
        })
    }

    fn peek(&mut self, count: usize) -> Result<&[u8], HeaderError> {
        let at = self.source.position();
        self.source.peek(count).map_err(|error| HeaderError::Read {
            at,
            why: error.to_string(),
        })
    }

    fn skip(&mut self, count: u64, place: Place) -> Result<(), HeaderError> {
        let skipped = self.source.skip(count);
        skipped.map_err(|error| self.failed(&error, place))
    }

    fn truncated(&self, what: Place) -> HeaderError {
        let at = self.source.position();
        HeaderError::Truncated { what, at }
    }

    fn failed(&self, error: &io::Error, place: Place) -> HeaderError {
        let is_limit = error
            .get_ref()
            .is_some_and(|inner| inner.is::<LimitReached>());
        if is_limit {
            let max = self.limits.header_bytes_max;
            HeaderError::TooLong { max }
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            self.truncated(place)
        } else {
            HeaderError::Read {
                at: self.source.position(),
                why: error.to_string(),
            }
        }
    }
}

/// Whether two capital letters stand after the tag: the kind of the value.
fn has_kind(head: &[u8]) -> bool {
    let letters = head.get(4..6);
    letters.is_some_and(|letters| letters.iter().all(u8::is_ascii_uppercase))
}

/// Whether an element belongs to the measures that all frames share.
fn is_pixel_measure(open: &[Frame], tag: Tag) -> bool {
    let path = open.iter().filter(|frame| !frame.is_item);
    let path = path.map(|frame| frame.sequence);
    let measures = [
        tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
        tags::PIXEL_MEASURES_SEQUENCE,
    ];
    let wanted = [
        tags::PIXEL_SPACING,
        tags::SLICE_THICKNESS,
        tags::SPACING_BETWEEN_SLICES,
    ];
    path.eq(measures) && wanted.contains(&tag)
}
