use galen_stats::sketch::spread;

use crate::Kind;

/// How often each value of a column occurs: exactly, as long as all values are kept, or of the frequent ones when some were let go.
///
/// A value is known by 64 bits. For numbers, moments and truth values they are the value itself; for a text they are its hash
/// (XXH3), so that two different texts among a hundred thousand are taken for one with a probability of 3 in ten thousand million.
///
/// # Source
/// Misra and Gries 1982, Science of Computer Programming 2:143-152 (frequent values in small space); Anderson et al. 2017,
/// IMC: 268-282 (letting go by the median count); Agarwal et al. 2013, ACM TODS 38(4):26 (such counts merge).
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    kind: Kind,
    /// A power of two of them, or none; the place of a value follows from its hash.
    slots: Vec<Slot>,
    used: usize,
    /// With more values the slots become more.
    room: usize,
    /// At most so many may be missing from the count of any value.
    pub lost: u64,
    /// Of texts, where each is, beside its slot.
    spans: Vec<Span>,
    texts: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u64,
    /// Zero of a slot that is free.
    count: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    from: u32,
    length: u32,
}

/// Longer texts are known by their beginning and their hash.
const LONGEST: usize = 256;

/// The bits that a text is known by.
pub(crate) fn text_key(text: &str) -> u64 {
    twox_hash::XxHash3_64::oneshot(text.as_bytes())
}

/// A text as it is kept: whole, or its beginning and its hash.
pub(crate) fn kept(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let end = text.floor_char_boundary(LONGEST - 20);
    format!("{}… #{:016x}", &text[..end], text_key(text)).into()
}

/// The 64 bits of a number that its key is: a whole number itself, any other in the order of the numbers.
pub(crate) fn number_key(value: f64) -> u64 {
    // Adding zero makes one number of the two zeros.
    turned((value + 0.0).to_bits())
}

/// The number of such a key.
pub(crate) fn number_of(key: u64) -> f64 {
    f64::from_bits(turned(key))
}

/// Its own inverse: bits of a floating number, and as a signed number in the same order.
fn turned(bits: u64) -> u64 {
    bits ^ (((bits as i64 >> 63) as u64) >> 1)
}

/// The hash of a key. A whole number has that of the same floating number: they are one value.
#[inline]
pub(crate) fn hash_of(kind: Kind, key: u64) -> u64 {
    match kind {
        Kind::Integer => hash_of_integer(key as i64),
        Kind::Text => key,
        Kind::Number | Kind::Boolean | Kind::Date | Kind::DateTime => spread(key),
    }
}

#[inline]
pub(crate) fn hash_of_integer(value: i64) -> u64 {
    let number = value as f64;
    // Beyond 2^53 several whole numbers share one floating number.
    let known = if number as i64 == value {
        number_key(number)
    } else {
        value as u64 ^ BEYOND
    };
    spread(known)
}

const BEYOND: u64 = 0x5851_f42d_4c95_7f2d;

impl Counts {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            slots: Vec::new(),
            used: 0,
            room: 0,
            lost: 0,
            spans: Vec::new(),
            texts: String::new(),
        }
    }

    /// How many values are kept.
    pub fn len(&self) -> usize {
        self.used
    }

    /// Counts numbers by their keys, whose hashes are given, until more than `most` are kept; gives how many were counted.
    pub fn count_numbers(&mut self, keys: &[u64], hashes: &[u64], most: usize) -> usize {
        for (at, (&key, &hash)) in keys.iter().zip(hashes).enumerate() {
            if self.add(key, hash, 1).is_some() && self.used > most {
                return at + 1;
            }
        }
        keys.len()
    }

    /// Counts a number, a moment or a truth value.
    pub fn count_key(&mut self, key: u64, times: u64) {
        self.add(key, hash_of(self.kind, key), times);
    }

    /// Counts a text, which is short or [`kept`]; its key is [`text_key`].
    pub fn count_text(&mut self, key: u64, text: &str, times: u64) {
        if let Some(slot) = self.add(key, key, times) {
            self.spans.resize(self.slots.len(), Span::default());
            self.spans[slot] = Span {
                from: self.texts.len() as u32,
                length: text.len() as u32,
            };
            self.texts.push_str(text);
        }
    }

    /// Each value that is kept, by its key, with its text if it is one, and its count.
    pub fn all(&self) -> impl Iterator<Item = (u64, &str, u64)> {
        let filled = self.slots.iter().enumerate().filter(|(_, s)| s.count > 0);
        filled.map(|(at, slot)| (slot.key, self.text(at), slot.count))
    }

    /// Says that values were passed over, each at most so often.
    pub fn pass_over(&mut self, each: u64) {
        self.lost += each;
    }

    /// Lets values go, the rarest first, until at most so many are kept.
    pub fn keep_frequent(&mut self, most: usize) {
        while self.used > most {
            let mut counts: Vec<u64> = self.slots.iter().map(|s| s.count).collect();
            counts.retain(|count| *count > 0);
            let middle = counts.len() / 2;
            let by = *counts.select_nth_unstable(middle).1;
            self.lost += by;
            self.rebuild(|count| count.saturating_sub(by));
        }
    }

    /// Forgets values that occur less often than `least`.
    pub fn forget_rare(&mut self, least: u64) {
        self.rebuild(|count| if count < least { 0 } else { count });
    }

    /// Forgets all values.
    pub fn forget(&mut self) {
        *self = Self {
            lost: self.lost,
            ..Self::new(self.kind)
        };
    }

    fn rebuild(&mut self, count: impl Fn(u64) -> u64) {
        let empty = Self {
            lost: self.lost,
            ..Self::new(self.kind)
        };
        let old = std::mem::replace(self, empty);
        for (key, text, before) in old.all() {
            match count(before) {
                0 => {}
                times if old.kind == Kind::Text => self.count_text(key, text, times),
                times => self.count_key(key, times),
            }
        }
    }

    fn text(&self, slot: usize) -> &str {
        let Some(span) = self.spans.get(slot) else {
            return "";
        };
        let from = span.from as usize;
        &self.texts[from..from + span.length as usize]
    }

    /// Counts a key; gives its slot if it is new.
    #[inline]
    fn add(&mut self, key: u64, hash: u64, times: u64) -> Option<usize> {
        if self.used >= self.room {
            self.make_room();
        }
        let at = self.find(key, hash);
        let slot = &mut self.slots[at];
        let new = slot.count == 0;
        slot.count += times;
        if !new || times == 0 {
            return None;
        }
        slot.key = key;
        self.used += 1;
        Some(at)
    }

    /// The slot of a value: its own, or a free one.
    #[inline]
    fn find(&self, key: u64, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = &self.slots[at & mask];
            if slot.count == 0 || slot.key == key {
                return at & mask;
            }
            at += 1;
        }
    }

    fn make_room(&mut self) {
        let more = (self.slots.len() * 2).max(256);
        // Most slots are free, so that nearly every value is found at the first look; of many half.
        self.room = match more {
            0..=2048 => more / 8,
            2049..=8192 => more / 4,
            _ => more / 2,
        };
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); more]);
        let spans = std::mem::take(&mut self.spans);
        if !spans.is_empty() {
            self.spans = vec![Span::default(); more];
        }
        for (was, slot) in old.into_iter().enumerate().filter(|(_, s)| s.count > 0) {
            let at = self.find(slot.key, hash_of(self.kind, slot.key));
            self.slots[at] = slot;
            if let Some(span) = spans.get(was) {
                self.spans[at] = *span;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_keeps_its_value_and_place_in_its_key() {
        let numbers = [f64::MIN, -1.5, -0.0, 0.1, 7.0, 1e300];
        for pair in numbers.windows(2) {
            assert!((number_key(pair[0]) as i64) < number_key(pair[1]) as i64);
            assert_eq!(number_of(number_key(pair[1])), pair[1]);
        }
        assert_eq!(number_key(0.0), number_key(-0.0));
        assert_eq!(hash_of_integer(7), hash_of(Kind::Number, number_key(7.0)));
        assert_ne!(hash_of_integer((1 << 53) + 1), hash_of_integer(1 << 53));
    }

    #[test]
    fn a_long_text_is_known_by_its_beginning_and_its_hash() {
        let (a, b) = (
            format!("{}a", "ä".repeat(300)),
            format!("{}b", "ä".repeat(300)),
        );
        assert!(kept(&a).len() < 300 && kept(&a) != kept(&b));
        assert_eq!(kept("short"), "short");
    }

    proptest! {
        #[test]
        fn every_value_is_counted_while_all_are_kept(values in prop::collection::vec(0..200_u64, 0..600)) {
            let mut expected = HashMap::new();
            let mut counts = Counts::new(Kind::Text);
            for value in &values {
                *expected.entry(value.to_string()).or_insert(0) += 1;
                let text = value.to_string();
                counts.count_text(text_key(&text), &text, 1);
            }
            let found: HashMap<String, u64> = counts.all().map(|(_, text, n)| (text.to_owned(), n)).collect();
            prop_assert_eq!(&found, &expected);
            counts.forget_rare(3);
            expected.retain(|_, count| *count >= 3);
            let found: HashMap<String, u64> = counts.all().map(|(_, text, n)| (text.to_owned(), n)).collect();
            prop_assert_eq!((found, counts.len()), (expected.clone(), expected.len()));
        }

        #[test]
        fn no_count_is_too_high_or_lower_by_more_than_what_was_lost(
            values in prop::collection::vec(0..90_i64, 0..900), most in 4..40_usize,
        ) {
            let mut truth = HashMap::new();
            let mut counts = Counts::new(Kind::Integer);
            for value in values {
                let value = value * value / 100;
                *truth.entry(value as u64).or_insert(0_u64) += 1;
                counts.count_key(value as u64, 1);
                counts.keep_frequent(most);
            }
            let found: HashMap<u64, u64> = counts.all().map(|(key, _, n)| (key, n)).collect();
            for (key, n) in truth {
                let found = found.get(&key).copied().unwrap_or(0);
                prop_assert!(found <= n && n <= found + counts.lost);
            }
        }
    }
}
