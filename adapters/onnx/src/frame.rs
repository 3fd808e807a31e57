/// Holds the outermost fields of a protobuf message against the length of the file.
///
/// rten-onnx 0.27 takes the length of an outermost field on trust: one of 2^63 or more seeks backwards, and the reader never
/// ends. Fields within are held against the length of the field around them, so the outermost are all that needs
/// checking.
///
/// # Errors
/// What is wrong, and at which byte.
///
/// # Source
/// Protocol Buffers, Encoding: a field is a varint of number and wire type, then a varint (0), 8 bytes (1), a length and as
/// many bytes (2) or 4 bytes (5). Groups (3, 4) are not used by ONNX.
pub(crate) fn check_frame(bytes: &[u8]) -> Result<(), String> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let place = bytes.len() - rest.len();
        rest = field(rest).ok_or_else(|| {
            format!(
                "the field at byte {place} of {} is torn or no field of ONNX",
                bytes.len()
            )
        })?;
    }
    Ok(())
}

/// What lies behind the first field.
fn field(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = varint(bytes)?;
    let (length, rest) = match tag & 7 {
        0 => (0, varint(rest)?.1),
        1 => (8, rest),
        2 => varint(rest)?,
        5 => (4, rest),
        _ => return None,
    };
    rest.get(usize::try_from(length).ok()?..)
}

/// A number of up to 64 bits, seven a byte, the lowest first, and what lies behind it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_fill_the_file_are_a_message() {
        assert_eq!(check_frame(&[]), Ok(()));
        // 1: 150; 2: "ab"; 3: 8 bytes; 4: 4 bytes.
        let message = [
            0x08, 0x96, 0x01, 0x12, 2, b'a', b'b', 0x19, 0, 0, 0, 0, 0, 0, 0, 0, 0x25, 0, 0, 0, 0,
        ];
        assert_eq!(check_frame(&message), Ok(()));
        let whole = [0, 3, 7, 16, message.len()];
        for length in 0..message.len() {
            assert_eq!(
                check_frame(&message[..length]).is_ok(),
                whole.contains(&length),
                "{length}"
            );
        }
    }

    /// The reader of the library never came back from such a file.
    #[test]
    fn a_length_that_would_seek_backwards_is_refused() {
        let mut message = vec![0x12];
        message.extend([0xff; 9]);
        message.push(0x01);
        assert!(
            check_frame(&message)
                .expect_err("is torn")
                .contains("byte 0 of 11")
        );
    }
}
