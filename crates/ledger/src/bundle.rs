//! Entry bundles: up to 256 entries in a file, each after its length as two bytes, the larger first.
//!
//! Source: C2SP tlog-tiles, "Log entries".

/// What a bundle's bytes hold.
pub(crate) struct Bundle {
    /// The entries that are whole, in their order.
    pub entries: Vec<Vec<u8>>,
    /// Whether all bytes belong to those entries.
    pub is_whole: bool,
}

/// Joins entries. Their lengths must have been checked against [`ENTRY_BYTES_MAX`](crate::ENTRY_BYTES_MAX).
pub(crate) fn encode(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 2).sum());
    for entry in entries {
        let length = u16::try_from(entry.len())
            .expect("the length of every entry is checked before it is appended");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    bytes
}

/// Parts a bundle into its entries as far as that goes; any bytes are accepted.
pub(crate) fn decode(bytes: &[u8]) -> Bundle {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while let Some((length, tail)) = rest.split_first_chunk::<2>() {
        let Some((entry, tail)) = tail.split_at_checked(u16::from_be_bytes(*length).into()) else {
            break;
        };
        entries.push(entry.to_vec());
        rest = tail;
    }
    Bundle {
        entries,
        is_whole: rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_follows_its_length() {
        assert_eq!(
            encode(&[b"ab".to_vec(), vec![], vec![7; 258]])[..8],
            [0, 2, b'a', b'b', 0, 0, 1, 2]
        );
    }

    #[test]
    fn a_cut_bundle_gives_the_entries_before_the_cut() {
        let bytes = encode(&[b"one".to_vec(), b"two".to_vec()]);
        for cut in 0..bytes.len() {
            let bundle = decode(&bytes[..cut]);
            assert_eq!(bundle.entries.len(), cut / 5);
            assert_eq!(bundle.is_whole, cut % 5 == 0);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(entries in proptest::collection::vec(proptest::collection::vec(0u8.., 0..300), 0..20)) {
            let bundle = decode(&encode(&entries));
            prop_assert_eq!(bundle.entries, entries);
            prop_assert!(bundle.is_whole);
        }

        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            let bundle = decode(&bytes);
            prop_assert!(!bundle.is_whole || encode(&bundle.entries) == bytes);
        }
    }
}
