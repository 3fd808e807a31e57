use serde::{Deserialize, Serialize};

use super::spread;

/// Where the values of a column lie: at most some six thousand of them, each standing for as many as its weight says.
///
/// Half of a full level goes up to the next one with twice the weight, every second value in their order, beginning with the
/// first or second by a coin. The coin is a hash of what is thrown together, so that the same values in the same order give the same
/// state everywhere.
///
/// # Source
/// Karnin, Lang and Liberty 2016, FOCS: 71-78 (KLL); the error as measured by Apache DataSketches for the same capacities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Levels", into = "Levels")]
pub struct Quantiles {
    /// Values of weight 1, 2, 4 …; those of the first level are in no order, the others may be.
    levels: Vec<Vec<i64>>,
    /// The weight of all values.
    n: u64,
    held: usize,
    capacity: usize,
}

/// The size of the highest level.
const K: usize = 2048;
/// The size of the smallest level.
const SMALLEST: usize = 8;
/// Levels beyond it would stand for more values than 64 bits count.
const HIGHEST: usize = 62;

#[derive(Serialize, Deserialize)]
struct Levels {
    levels: Vec<Vec<i64>>,
}

impl From<Quantiles> for Levels {
    fn from(quantiles: Quantiles) -> Self {
        let levels = quantiles.levels;
        Self { levels }
    }
}

impl TryFrom<Levels> for Quantiles {
    type Error = String;

    fn try_from(Levels { levels }: Levels) -> Result<Self, String> {
        let weights = levels.iter().enumerate().map(|(level, values)| {
            1_u64
                .checked_shl(level as u32)?
                .checked_mul(values.len() as u64)
        });
        let n = weights.sum::<Option<u64>>();
        let finite = levels.iter().flatten().all(|v| number(*v).is_finite());
        match n {
            Some(n) if finite && levels.len() <= HIGHEST && n < 1 << HIGHEST => {
                let held = levels.iter().map(Vec::len).sum();
                let capacity = capacity(levels.len());
                Ok(Self {
                    levels,
                    n,
                    held,
                    capacity,
                })
            }
            _ => Err("these are not the levels of quantiles".to_owned()),
        }
    }
}

impl Quantiles {
    /// How far the rank of a value may be from the true one, as a share of all values, in 99 of 100 cases: 2.296 / 2048^0.9723.
    pub const ERROR: f64 = 0.001_385;

    /// The weight of all values: their number.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Takes in finite numbers in their order.
    pub fn see_all(&mut self, values: &[f64]) {
        self.begin();
        let mut rest = values;
        while !rest.is_empty() {
            let room = (self.capacity - self.held).min(rest.len());
            let (now, later) = rest.split_at(room);
            self.levels[0].extend(now.iter().map(|value| order(*value)));
            self.held += room;
            self.n += room as u64;
            rest = later;
            self.compress();
        }
    }

    /// Takes in a finite number that occurs so often.
    pub fn see(&mut self, value: f64, times: u64) {
        self.begin();
        for level in (0..HIGHEST).filter(|level| times >> level & 1 == 1) {
            while self.levels.len() <= level {
                self.grow();
            }
            self.levels[level].push(order(value));
            self.held += 1;
        }
        self.n += times;
        self.compress();
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.begin();
        while self.levels.len() < other.levels.len() {
            self.grow();
        }
        for (mine, theirs) in self.levels.iter_mut().zip(&other.levels) {
            mine.extend_from_slice(theirs);
        }
        self.held += other.held;
        self.n += other.n;
        self.compress();
    }

    /// The values that were kept in their order, each with the number of values it stands for.
    pub fn weighted(&self) -> Vec<(f64, u64)> {
        let mut all: Vec<(i64, u64)> = Vec::with_capacity(self.held);
        for (level, values) in self.levels.iter().enumerate() {
            all.extend(values.iter().map(|value| (*value, 1 << level)));
        }
        all.sort_unstable();
        let mut weighted: Vec<(f64, u64)> = Vec::with_capacity(all.len());
        for (value, weight) in all {
            let value = number(value);
            match weighted.last_mut() {
                Some((last, sum)) if *last == value => *sum += weight,
                _ => weighted.push((value, weight)),
            }
        }
        weighted
    }

    fn begin(&mut self) {
        if self.levels.is_empty() {
            self.grow();
        }
    }

    fn grow(&mut self) {
        self.levels.push(Vec::new());
        self.capacity = capacity(self.levels.len());
    }

    fn compress(&mut self) {
        while self.held >= self.capacity {
            let height = self.levels.len();
            let full = (0..height).find(|&at| self.levels[at].len() >= size(at, height));
            match full {
                Some(at) if at + 1 < HIGHEST => self.compact(at),
                // Nothing is full, so nothing is too much.
                _ => return,
            }
        }
    }

    /// Sends every second value of a level up.
    fn compact(&mut self, at: usize) {
        if at + 1 == self.levels.len() {
            self.grow();
        }
        let mut values = std::mem::take(&mut self.levels[at]);
        if at == 0 {
            values.sort_unstable();
        } else {
            // Runs that are sorted already are merged.
            values.sort();
        }
        // Of an odd number one stays behind.
        let stays = if values.len() % 2 == 1 {
            values.pop()
        } else {
            None
        };
        let (first, middle) = (values[0] as u64, values[values.len() / 2] as u64);
        let coin = spread(first ^ middle.rotate_left(32) ^ self.n ^ (at as u64) << 56) & 1;
        let up = values.iter().skip(coin as usize).step_by(2);
        self.levels[at + 1].extend(up);
        self.held -= values.len() / 2;
        values.clear();
        values.extend(stays);
        self.levels[at] = values;
    }
}

/// How many values a level holds before half of them go up: two thirds of the one above.
fn size(level: usize, height: usize) -> usize {
    let below = (height - 1 - level) as i32;
    SMALLEST.max((K as f64 * (2.0_f64 / 3.0).powi(below)).ceil() as usize)
}

fn capacity(height: usize) -> usize {
    (0..height).map(|level| size(level, height)).sum()
}

/// A number as a whole number in the same order; the two zeros are one.
fn order(value: f64) -> i64 {
    turned((value + 0.0).to_bits() as i64)
}

fn number(order: i64) -> f64 {
    f64::from_bits(turned(order) as u64)
}

/// Its own inverse.
fn turned(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How far the ranks of all kept values are from the true ones, as a share, at most.
    fn worst(quantiles: &Quantiles, mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let mut below = 0;
        let mut worst: f64 = 0.0;
        for (value, weight) in quantiles.weighted() {
            let truly = values.partition_point(|v| *v < value) as f64;
            worst = worst.max((below as f64 - truly).abs() / n);
            below += weight;
            let truly = values.partition_point(|v| *v <= value) as f64;
            worst = worst.max((below as f64 - truly).abs() / n);
        }
        assert_eq!(below, values.len() as u64);
        worst
    }

    fn lognormal(n: u64, seed: u64) -> Vec<f64> {
        let unit = |i: u64| (spread(seed ^ spread(i)) >> 11) as f64 / (1_u64 << 53) as f64;
        (0..n).map(|i| (4.0 * unit(i)).exp()).collect()
    }

    #[test]
    fn few_values_are_kept_as_they_are() {
        let mut quantiles = Quantiles::default();
        quantiles.see_all(&[3.0, -0.0, 1.5, 0.0, -2.0]);
        let expected = [(-2.0, 1), (0.0, 2), (1.5, 1), (3.0, 1)];
        assert_eq!(quantiles.weighted(), expected);
    }

    #[test]
    fn ranks_of_many_values_are_within_the_stated_error_in_any_order() {
        let mut sorted = lognormal(300_000, 1);
        let mut quantiles = Quantiles::default();
        quantiles.see_all(&sorted);
        assert!(worst(&quantiles, sorted.clone()) < 1.5 * Quantiles::ERROR);
        sorted.sort_by(f64::total_cmp);
        let mut ordered = Quantiles::default();
        for chunk in sorted.chunks(65_536) {
            ordered.see_all(chunk);
        }
        assert!(worst(&ordered, sorted.clone()) < 1.5 * Quantiles::ERROR);
        assert!(ordered.held < 3 * K + 200, "{}", ordered.held);
    }

    #[test]
    fn one_rank_is_wrong_by_more_than_the_stated_error_in_at_most_one_of_a_hundred() {
        let trials = 300;
        let beyond = (0..trials).filter(|&seed| {
            let values = lognormal(40_000, seed);
            let mut quantiles = Quantiles::default();
            quantiles.see_all(&values);
            let middle = values.iter().filter(|v| **v <= 7.4).count() as f64;
            let kept = quantiles.weighted().into_iter().filter(|(v, _)| *v <= 7.4);
            let found = kept.map(|(_, weight)| weight).sum::<u64>() as f64;
            (found - middle).abs() / 40_000.0 > Quantiles::ERROR
        });
        assert!(beyond.count() <= trials as usize / 100 + 2);
    }

    #[test]
    fn merged_parts_stay_within_the_stated_error() {
        let values = lognormal(600_000, 2);
        let mut merged = Quantiles::default();
        for part in values.chunks(37_000) {
            let mut quantiles = Quantiles::default();
            quantiles.see_all(part);
            merged.merge(&quantiles);
        }
        assert_eq!(merged.n(), 600_000);
        assert!(worst(&merged, values) < 1.5 * Quantiles::ERROR);
    }

    #[test]
    fn a_value_may_come_with_its_count() {
        let mut quantiles = Quantiles::default();
        let mut values = Vec::new();
        for (value, times) in [(1.0, 100_000), (2.0, 3), (3.0, 77_777), (4.0, 1)] {
            quantiles.see(value, times);
            values.extend(std::iter::repeat_n(value, times as usize));
        }
        quantiles.see_all(&lognormal(50_000, 3));
        values.extend(lognormal(50_000, 3));
        assert_eq!(quantiles.n(), values.len() as u64);
        assert!(worst(&quantiles, values) < 1.5 * Quantiles::ERROR);
    }

    #[test]
    fn what_was_written_reads_the_same_and_nothing_else_is_read() {
        let mut quantiles = Quantiles::default();
        quantiles.see_all(&lognormal(30_000, 4));
        let text = serde_json::to_string(&quantiles).expect("whole numbers");
        assert_eq!(serde_json::from_str(&text).ok(), Some(quantiles));
        let many = format!("{{\"levels\":[{}[1]]}}", "[],".repeat(63));
        for wrong in ["{}", "{\"levels\":[[9223372036854775807]]}", &many] {
            assert!(serde_json::from_str::<Quantiles>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_value_is_lost_or_made_up(parts in prop::collection::vec(prop::collection::vec(-1e6..1e6, 0..3000), 0..6)) {
            let mut merged = Quantiles::default();
            for part in &parts {
                let mut quantiles = Quantiles::default();
                quantiles.see_all(part);
                merged.merge(&quantiles);
            }
            let all: Vec<f64> = parts.concat();
            prop_assert_eq!(merged.n(), all.len() as u64);
            let weights: u64 = merged.weighted().iter().map(|(_, weight)| weight).sum();
            prop_assert_eq!(weights, all.len() as u64);
            prop_assert!(merged.weighted().iter().all(|(value, _)| all.contains(value)));
        }
    }
}
