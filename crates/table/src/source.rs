use std::io;
use std::sync::Arc;

use bytes::Bytes;

/// Bytes that can be read anywhere, as often as asked, by several threads: a file, or memory.
pub trait Source: Send + Sync {
    fn len(&self) -> u64;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `into` with the bytes from `offset` on.
    ///
    /// # Errors
    /// Of the disk; [`io::ErrorKind::UnexpectedEof`] if there are too few.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;

    /// The bytes from `offset` on, shared if they are in memory.
    ///
    /// # Errors
    /// As [`Source::read_at`].
    fn bytes(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let mut into = vec![0; length];
        self.read_at(offset, &mut into)?;
        Ok(into.into())
    }
}

impl Source for Bytes {
    fn len(&self) -> u64 {
        Bytes::len(self) as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        into.copy_from_slice(&self.bytes(offset, into.len())?);
        Ok(())
    }

    fn bytes(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let end = usize::try_from(offset)
            .ok()
            .and_then(|offset| Some((offset, offset.checked_add(length)?)));
        match end {
            Some((from, to)) if to <= Bytes::len(self) => Ok(self.slice(from..to)),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// A source from its first byte to its last, for readers that go through it.
pub(crate) struct Through {
    source: Arc<dyn Source>,
    at: u64,
}

impl Through {
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self { source, at: 0 }
    }
}

impl io::Read for Through {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.source.len().saturating_sub(self.at);
        let length = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.source.read_at(self.at, &mut into[..length])?;
        self.at += length as u64;
        Ok(length)
    }
}

impl io::Seek for Through {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = match to {
            io::SeekFrom::Start(at) => Some(at),
            io::SeekFrom::End(by) => self.source.len().checked_add_signed(by),
            io::SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
