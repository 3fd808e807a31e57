//! The lengths that an Arrow file states, held against the file before anything makes room for them.

use arrow_ipc::{Block, Message, root_as_footer, root_as_message};

use super::WHAT;
use crate::ReadError;
use crate::read::disk;
use crate::source::Source;

/// What one packed buffer may unpack to.
const UNPACKED_MAX: i64 = 4 << 30;
/// What a message of metadata, or the footer, may take.
const METADATA_MAX: u64 = 256 << 20;
/// The end of a file: the length of the footer before it, and this word.
const MAGIC: &[u8] = b"ARROW1";
const CONTINUATION: [u8; 4] = [0xff; 4];

/// Refuses a file or stream whose parts do not lie within it: a reader would ask for memory of any size, and not getting it ends
/// the process.
///
/// # Errors
/// [`ReadError::Columnar`], or of the disk.
///
/// # Source
/// Apache Arrow Columnar Format 1.5, "IPC File Format" and "IPC Streaming Format".
pub fn check(source: &dyn Source, is_file: bool) -> Result<(), ReadError> {
    if is_file {
        of_file(source)
    } else {
        of_stream(source)
    }
}

fn of_file(source: &dyn Source) -> Result<(), ReadError> {
    let end = MAGIC.len() as u64 + 4;
    let tail = at(source, source.len().checked_sub(end), end)?;
    let [a, b, c, d, magic @ ..] = tail.as_ref() else {
        return Err(damaged());
    };
    let length = u64::try_from(i32::from_le_bytes([*a, *b, *c, *d])).map_err(|_| damaged())?;
    if magic != MAGIC {
        return Err(damaged());
    }
    let begin = (source.len() - end).checked_sub(length);
    let footer = at(source, begin, length)?;
    let footer = root_as_footer(&footer).map_err(|_| damaged())?;
    let dictionaries = footer.dictionaries().into_iter().flatten();
    let batches = footer.recordBatches().into_iter().flatten();
    dictionaries
        .chain(batches)
        .try_for_each(|block| of_block(source, block))
}

fn of_block(source: &dyn Source, block: &Block) -> Result<(), ReadError> {
    let unsigned = |value: i64| u64::try_from(value).map_err(|_| damaged());
    let (offset, body) = (unsigned(block.offset())?, unsigned(block.bodyLength())?);
    let length = unsigned(block.metaDataLength().into())?;
    let bytes = at(source, Some(offset), length)?;
    // Before 0.15 the word that a message goes on was not written.
    let skip = if bytes.starts_with(&CONTINUATION) {
        8
    } else {
        4
    };
    let message = bytes.get(skip..).ok_or_else(damaged)?;
    let message = root_as_message(message).map_err(|_| damaged())?;
    of_body(source, message, offset + length, body)
}

fn of_stream(source: &dyn Source) -> Result<(), ReadError> {
    let mut offset = 0;
    while offset < source.len() {
        let mut begin = at(source, Some(offset), 4)?;
        offset += 4;
        if *begin == CONTINUATION {
            begin = at(source, Some(offset), 4)?;
            offset += 4;
        }
        let length = i32::from_le_bytes(begin.as_ref().try_into().map_err(|_| damaged())?);
        let length = u64::try_from(length).map_err(|_| damaged())?;
        if length == 0 {
            return Ok(());
        }
        let bytes = at(source, Some(offset), length)?;
        let message = root_as_message(&bytes).map_err(|_| damaged())?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| damaged())?;
        offset += length;
        of_body(source, message, offset, body)?;
        offset += body;
    }
    Ok(())
}

/// A body that lies within the file, whose packed buffers unpack to what may be.
fn of_body(
    source: &dyn Source,
    message: Message<'_>,
    begin: u64,
    length: u64,
) -> Result<(), ReadError> {
    let end = begin.checked_add(length);
    if end.is_none_or(|end| end > source.len()) {
        return Err(damaged());
    }
    let dictionary = message.header_as_dictionary_batch();
    let batch = dictionary.map_or(message.header_as_record_batch(), |it| it.data());
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else {
        return Ok(());
    };
    for buffer in batch.buffers().into_iter().flatten() {
        let unsigned = |value: i64| u64::try_from(value).map_err(|_| damaged());
        let (offset, held) = (unsigned(buffer.offset())?, unsigned(buffer.length())?);
        if offset.checked_add(held).is_none_or(|end| end > length) {
            return Err(damaged());
        }
        if held < 8 {
            continue;
        }
        let stated = at(source, Some(begin + offset), 8)?;
        let stated = i64::from_le_bytes(stated.as_ref().try_into().map_err(|_| damaged())?);
        // -1 says that the buffer is not packed.
        if !(-1..=UNPACKED_MAX).contains(&stated) {
            return Err(damaged());
        }
    }
    Ok(())
}

fn at(source: &dyn Source, offset: Option<u64>, length: u64) -> Result<bytes::Bytes, ReadError> {
    let offset = offset.ok_or_else(damaged)?;
    let end = offset.checked_add(length);
    if length > METADATA_MAX || end.is_none_or(|end| end > source.len()) {
        return Err(damaged());
    }
    source.bytes(offset, length as usize).map_err(disk)
}

fn damaged() -> ReadError {
    ReadError::Columnar {
        what: WHAT,
        why: "a length that it states does not fit the file; it is cut off or damaged: get it anew"
            .to_owned(),
    }
}
