use std::f64::consts::LN_2;

use serde::{Deserialize, Serialize};

/// How many different values there are, by a hash of each: 16 KB, whatever their number.
///
/// The state is a function of the set of hashes alone: order, repetition and division into parts change nothing, so the merged
/// estimate of parts is that of the whole to the last bit.
///
/// # Source
/// Flajolet, Fusy, Gandouet and Meunier 2007, AofA: 137-156 (HyperLogLog); Ertl 2017, arXiv:1702.01284, section 4 (the
/// estimator, which needs no correction for few or many values).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Distinct {
    /// Of each class of hashes the longest run of zeros, plus one.
    registers: Vec<u8>,
}

/// Bits of a hash that choose its register.
const CHOICE: u32 = 14;
const REGISTERS: usize = 1 << CHOICE;
/// Bits of a hash in which zeros are counted.
const REST: u32 = 64 - CHOICE;
/// A register is written as one letter, the first of them being `(`: none needs escaping in JSON.
const FIRST_LETTER: u8 = b'(';

impl Default for Distinct {
    fn default() -> Self {
        Self {
            registers: vec![0; REGISTERS],
        }
    }
}

impl Distinct {
    /// The relative error of one standard deviation: 1.04 / √16384.
    pub const ERROR: f64 = 1.04 / 128.0;

    /// Takes in a value by 64 bits that are spread evenly, as by [`super::spread`].
    #[inline]
    pub fn see(&mut self, hash: u64) {
        let register = &mut self.registers[(hash >> REST) as usize % REGISTERS];
        let zeros = (hash << CHOICE | 1 << (CHOICE - 1)).leading_zeros() as u8;
        *register = (*register).max(zeros + 1);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// The number of different values.
    pub fn estimate(&self) -> f64 {
        let mut counts = [0.0; REST as usize + 2];
        for &register in &self.registers {
            counts[register as usize] += 1.0;
        }
        let m = REGISTERS as f64;
        let mut z = m * tau(1.0 - counts[REST as usize + 1] / m);
        for count in counts[1..=REST as usize].iter().rev() {
            z = 0.5 * (z + count);
        }
        z += m * sigma(counts[0] / m);
        m * m / (2.0 * LN_2 * z)
    }
}

/// x + Σ x^(2^k) 2^(k-1).
fn sigma(x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (x, 1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

/// (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3.
fn tau(x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (x, 1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

impl From<Distinct> for String {
    fn from(distinct: Distinct) -> String {
        let letters = distinct.registers.into_iter();
        letters.map(|r| char::from(FIRST_LETTER + r)).collect()
    }
}

impl TryFrom<String> for Distinct {
    type Error = String;

    fn try_from(letters: String) -> Result<Self, String> {
        let registers = letters.bytes().map(|letter| {
            letter
                .checked_sub(FIRST_LETTER)
                .filter(|register| u32::from(*register) <= REST + 1)
        });
        let registers: Option<Vec<u8>> = registers.collect();
        registers
            .filter(|registers| registers.len() == REGISTERS)
            .map(|registers| Self { registers })
            .ok_or_else(|| {
                format!("the registers of distinct values are {REGISTERS} letters from `(` on")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::spread;
    use super::*;

    fn of(values: impl Iterator<Item = u64>) -> Distinct {
        let mut distinct = Distinct::default();
        values.for_each(|value| distinct.see(spread(value)));
        distinct
    }

    #[test]
    fn few_and_many_values_are_counted_within_the_stated_error() {
        assert_eq!(Distinct::default().estimate(), 0.0);
        for n in [1, 10, 1_000, 20_000, 60_000, 300_000] {
            // Identifiers that follow each other, numbers with zeros behind them, and floating numbers.
            let shapes: [Distinct; 3] = [
                of(0..n),
                of((0..n).map(|i| i << 20)),
                of((0..n).map(|i| (i as f64 / 10.0).to_bits())),
            ];
            for distinct in shapes {
                let error = distinct.estimate() / n as f64 - 1.0;
                assert!(error.abs() < 3.0 * Distinct::ERROR, "{n}: {error}");
            }
        }
    }

    #[test]
    fn the_error_over_many_sets_is_the_stated_one() {
        // The error is stated for many values a register; of few it is smaller.
        let squares: f64 = (0..100_u64)
            .map(|set| {
                let distinct = of((0..200_000).map(|i| spread(set) ^ i));
                (distinct.estimate() / 200_000.0 - 1.0).powi(2)
            })
            .sum();
        let found = (squares / 100.0).sqrt();
        assert!((found / Distinct::ERROR - 1.0).abs() < 0.2, "{found}");
    }

    #[test]
    fn parts_in_any_order_make_the_whole_to_the_last_bit() {
        let whole = of(0..10_000);
        let mut parts = of((5_000..10_000).rev());
        parts.merge(&of(0..7_000));
        assert_eq!(parts, whole);
    }

    #[test]
    fn what_was_written_reads_the_same_and_nothing_else_is_read() {
        let distinct = of(0..100_000);
        let text = serde_json::to_string(&distinct).expect("letters");
        assert_eq!(text.len(), REGISTERS + 2);
        assert_eq!(serde_json::from_str::<Distinct>(&text).ok(), Some(distinct));
        for wrong in ["\"\"", "\"((\"", "7"] {
            assert!(serde_json::from_str::<Distinct>(wrong).is_err());
        }
        let high = text.replace('(', "~");
        assert!(serde_json::from_str::<Distinct>(&high).is_err());
    }
}
