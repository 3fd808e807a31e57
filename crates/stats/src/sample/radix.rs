/// Bits of a key that one pass sorts by.
const DIGIT: u32 = 8;
const DIGITS: usize = (u64::BITS / DIGIT) as usize;
const BUCKETS: usize = 1 << DIGIT;
/// The number of keys below which comparing them is faster.
const FEW: usize = 4096;

/// Sorts keys from the last digit to the first; a digit that all keys share costs nothing.
///
/// # Source
/// Knuth 1998, The Art of Computer Programming 3, section 5.2.5, algorithm R.
pub(super) fn sort(mut keys: Vec<u64>) -> Vec<u64> {
    if keys.len() < FEW {
        keys.sort_unstable();
        return keys;
    }
    let digit = |key: u64, place: usize| (key >> (place as u32 * DIGIT)) as usize & (BUCKETS - 1);
    let mut counts = vec![[0_usize; BUCKETS]; DIGITS];
    for &key in &keys {
        for (place, count) in counts.iter_mut().enumerate() {
            count[digit(key, place)] += 1;
        }
    }
    let mut other = vec![0; keys.len()];
    for (place, count) in counts.iter_mut().enumerate() {
        if count.contains(&keys.len()) {
            continue;
        }
        let mut start = 0;
        for bucket in count.iter_mut() {
            start += std::mem::replace(bucket, start);
        }
        for &key in &keys {
            let bucket = &mut count[digit(key, place)];
            other[*bucket] = key;
            *bucket += 1;
        }
        std::mem::swap(&mut keys, &mut other);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    #[test]
    fn many_keys_are_sorted_as_few_are() {
        let mut draw = Draw::new(3, 0);
        for bound in [7, 70_000, usize::MAX] {
            let keys: Vec<u64> = (0..3 * FEW).map(|_| draw.below(bound) as u64).collect();
            let mut wanted = keys.clone();
            wanted.sort_unstable();
            assert_eq!(sort(keys), wanted);
        }
    }
}
