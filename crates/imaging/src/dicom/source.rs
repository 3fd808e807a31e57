use std::io::{self, Read};

/// Bytes that can be looked at before they are read, of which the place is known and the number limited.
pub struct Source<'a> {
    inner: Box<dyn Read + 'a>,
    /// What was looked at and not read yet.
    ahead: Vec<u8>,
    position: u64,
    limit: u64,
}

/// What an [`io::Error`] holds when the limit of a source was reached.
#[derive(Debug, thiserror::Error)]
#[error("the limit is reached")]
pub struct LimitReached;

impl<'a> Source<'a> {
    pub fn new(inner: Box<dyn Read + 'a>, limit: u64) -> Self {
        Self {
            inner,
            ahead: Vec::new(),
            position: 0,
            limit,
        }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next bytes, fewer than asked for only at the end.
    pub fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        if let Some(missing @ 1..) = count.checked_sub(self.ahead.len()) {
            let mut more = self.inner.by_ref().take(missing as u64);
            more.read_to_end(&mut self.ahead)?;
        }
        Ok(&self.ahead[..count.min(self.ahead.len())])
    }

    /// Reads past some bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if there are fewer.
    pub fn skip(&mut self, count: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.by_ref().take(count), &mut io::sink())?;
        if skipped < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Reads some bytes, and takes no more memory than there are bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if there are fewer.
    pub fn read_bytes(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.by_ref().take(count).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }

    /// The rest as it comes out when it is unpacked (PS3.5 section A.5); counted anew, to the same limit.
    pub fn inflated(self) -> Self {
        let limit = self.limit;
        let unpacked = flate2::read::DeflateDecoder::new(self);
        Self::new(Box::new(unpacked), limit)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let left = usize::try_from(self.limit - self.position).unwrap_or(usize::MAX);
        if left == 0 {
            return Err(io::Error::other(LimitReached));
        }
        let most = buffer.len().min(left);
        let read = if self.ahead.is_empty() {
            self.inner.read(&mut buffer[..most])?
        } else {
            let count = most.min(self.ahead.len());
            buffer[..count].copy_from_slice(&self.ahead[..count]);
            self.ahead.drain(..count);
            count
        };
        self.position += read as u64;
        Ok(read)
    }
}

/// Whether a file begins as PS3.10 section 7.1 says: 128 bytes, then `DICM`.
pub fn is_part_10(head: &[u8]) -> bool {
    head.get(128..132) == Some(b"DICM")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_ahead_reads_nothing() {
        let mut source = Source::new(Box::new(&b"abcdef"[..]), 100);
        assert_eq!(source.peek(2).expect("bytes"), b"ab");
        assert_eq!(source.peek(4).expect("bytes"), b"abcd");
        assert_eq!(source.position(), 0);
        assert_eq!(source.read_bytes(3).expect("bytes"), b"abc");
        source.skip(1).expect("a byte");
        assert_eq!(source.peek(9).expect("bytes"), b"ef");
        assert_eq!(source.position(), 4);
        let error = source.skip(3).expect_err("there are two");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn no_more_is_read_than_the_limit() {
        let mut source = Source::new(Box::new(io::repeat(0)), 10);
        source.skip(10).expect("ten bytes");
        let error = source.skip(1).expect_err("the limit");
        assert!(
            error
                .get_ref()
                .is_some_and(|inner| inner.is::<LimitReached>())
        );
    }
}
