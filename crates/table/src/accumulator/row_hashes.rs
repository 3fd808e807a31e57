use galen_stats::sketch::spread;
use serde::{Deserialize, Serialize};

/// A hash of each row, so that rows that equal an earlier one are counted: of all rows up to a bound, beyond it of those whose hash
/// ends in so many zeros, which keeps equal rows together and says how many there are in all.
///
/// A hash has 64 bits: two different rows among five million are taken for one with a probability below one in a million. The
/// state is a function of the rows alone, not of their order or division.
///
/// # Source
/// Flajolet 1990, Computing 43:391-400 (adaptive sampling, Wegman's).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowHashes {
    hashes: Vec<u64>,
    /// Only hashes that end in so many zeros are kept.
    zeros: u8,
}

/// How many rows equal an earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repeats {
    pub rows: u64,
    /// One standard deviation of that number; absent if it is exact.
    pub error: Option<f64>,
}

/// More hashes are not kept: 64 MB.
const MOST: usize = 1 << 23;
/// A file with more rows than these zeros choose from does not exist.
const HIGHEST: u8 = 40;

impl RowHashes {
    /// Takes in the hash of each of some rows.
    pub fn see(&mut self, rows: &[u64]) {
        let mask = ones(self.zeros);
        let spread = rows.iter().map(|row| spread(*row));
        if mask == 0 {
            self.hashes.extend(spread);
        } else {
            self.hashes.extend(spread.filter(|hash| hash & mask == 0));
        }
        self.keep_at_most(MOST);
    }

    /// Takes in other rows.
    pub fn merge(&mut self, other: Self) {
        let zeros = self.zeros.max(other.zeros);
        if self.hashes.is_empty() && self.zeros <= other.zeros {
            *self = other;
        } else {
            self.keep_zeros(zeros);
            self.hashes.extend(other.hashes);
        }
        self.keep_zeros(zeros);
        self.keep_at_most(MOST);
    }

    /// Keeps at most so many hashes.
    pub fn keep_at_most(&mut self, most: usize) {
        // Rows that are all equal have one hash, which no more zeros would divide.
        while self.hashes.len() > most && self.zeros < HIGHEST {
            self.keep_zeros(self.zeros + 1);
        }
    }

    fn keep_zeros(&mut self, zeros: u8) {
        if zeros > self.zeros {
            let mask = ones(zeros);
            self.hashes.retain(|hash| hash & mask == 0);
            self.zeros = zeros;
        }
    }

    /// How many rows equal an earlier one.
    pub fn repeats(&self) -> Repeats {
        let (mut rows, mut squares) = (0, 0.0);
        for count in counts(&self.hashes) {
            rows += count - 1;
            squares += ((count - 1) as f64).powi(2);
        }
        let each = ones(self.zeros) + 1;
        let error = (self.zeros > 0).then(|| {
            // Each set of equal rows was kept with the same probability, by itself.
            each as f64 * (squares * (1.0 - 1.0 / each as f64)).sqrt()
        });
        Repeats {
            rows: rows * each,
            error,
        }
    }
}

/// So many ones.
fn ones(zeros: u8) -> u64 {
    (1 << zeros.min(HIGHEST)) - 1
}

/// How often each hash occurs that occurs more than once.
fn counts(hashes: &[u64]) -> Vec<u64> {
    // By the first bits into boxes, each small enough to be sorted near the processor.
    let boxes = 1 << 8;
    let at = |hash: u64| (hash >> 56) as usize;
    let mut ends = vec![0; boxes + 1];
    for &hash in hashes {
        ends[at(hash) + 1] += 1;
    }
    for i in 0..boxes {
        ends[i + 1] += ends[i];
    }
    let mut next = ends.clone();
    let mut sorted = vec![0; hashes.len()];
    for &hash in hashes {
        sorted[next[at(hash)]] = hash;
        next[at(hash)] += 1;
    }
    let mut counts = Vec::new();
    for pair in ends.windows(2) {
        let within = &mut sorted[pair[0]..pair[1]];
        within.sort_unstable();
        let runs = within.chunk_by(|a, b| a == b).map(|run| run.len() as u64);
        counts.extend(runs.filter(|count| *count > 1));
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: impl Iterator<Item = u64>) -> RowHashes {
        let mut hashes = RowHashes::default();
        hashes.see(&rows.map(spread).collect::<Vec<_>>());
        hashes
    }

    #[test]
    fn rows_that_equal_an_earlier_one_are_counted_across_parts() {
        let mut parts = of((0..1_000).map(|row| row % 700));
        parts.merge(of(0..50));
        let expected = Repeats {
            rows: 350,
            error: None,
        };
        assert_eq!(parts.repeats(), expected);
    }

    #[test]
    fn beyond_the_bound_the_number_is_near_and_says_how_near() {
        let rows = 200_000;
        let mut hashes = of((0..rows).map(|row| row % 150_000));
        hashes.keep_at_most(10_000);
        assert!(hashes.hashes.len() > 4_000);
        let found = hashes.repeats();
        let error = found.error.expect("it is an estimate");
        assert!(error < 2_000.0, "{error}");
        assert!(
            (found.rows as f64 - 50_000.0).abs() < 3.0 * error,
            "{found:?}"
        );
    }

    #[test]
    fn parts_in_any_order_with_any_bound_give_what_the_whole_gives() {
        let mut whole = of((0..60_000).map(|row| row % 50_000));
        whole.keep_at_most(5_000);
        let mut parts = of((30_000..60_000).map(|row| row % 50_000));
        parts.keep_at_most(3_000);
        parts.merge(of(0..30_000));
        parts.keep_at_most(5_000);
        whole.keep_zeros(parts.zeros);
        assert_eq!(parts.repeats(), whole.repeats());
    }

    #[test]
    fn rows_that_are_all_equal_end() {
        let mut hashes = of((0..1_000).map(|_| 7));
        hashes.keep_at_most(10);
        assert!(hashes.hashes.len() == 1_000 || hashes.hashes.is_empty());
    }
}
