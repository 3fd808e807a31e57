//! Whole rows of two tables: drift that no column shows alone.
//!
//! [`domain_classifier`] asks how well the rows of today can be told from those of the reference, and by which columns;
//! [`mmd`] and [`energy_distance`] ask how far apart they lie. All take a seeded draw of the rows of a large table, and say
//! how many. A table is columns of numbers, NaN where a value is missing: categories are coded as numbers for the
//! classifier, and as one column of 0 and 1 each for the distances, where the size of a number counts.

mod classifier;
mod distance;
mod forest;
mod held_out;

pub use classifier::{DomainClassifier, domain_classifier};
pub use distance::{energy_distance, mmd};
pub use held_out::{HeldOut, held_out};

use crate::draw::Draw;
use crate::drift::Drawn;
use crate::estimate::{Level, Undefined};

/// The rows of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows<'a> {
    /// Columns of one length; NaN is missing, no number is infinite.
    pub columns: &'a [Vec<f64>],
    /// The patient of each row. The same number in both tables is the same patient. Without them each row stands alone.
    pub patients: Option<&'a [u32]>,
}

impl<'a> Rows<'a> {
    /// Rows that each stand alone.
    pub fn of(columns: &'a [Vec<f64>]) -> Rows<'a> {
        Rows {
            columns,
            patients: None,
        }
    }

    fn n(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// How rows are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Rows of a table beyond which a draw stands for it. Distances draw 1000 at most.
    pub rows_max: usize,
    /// Parts of the cross-validation, two at least.
    pub folds: usize,
    /// Trees of the domain classifier, one at least.
    pub trees: u32,
    /// Permutations behind the p-value of a distance.
    pub permutations: u64,
    /// The confidence level of intervals.
    pub level: Level,
    /// The seed of every draw.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            rows_max: 3000,
            folds: 5,
            trees: 100,
            permutations: 1000,
            level: Level::DEFAULT,
            seed: 0,
        }
    }
}

/// Drawn rows of both tables, those of the reference first.
struct Drawing {
    columns: Vec<Vec<f64>>,
    patients: Option<Vec<u32>>,
    reference: usize,
    current: usize,
    /// Where each row lies in its table.
    places: Vec<usize>,
}

impl Drawing {
    /// Draws at most `rows_max` rows of each table, in their order.
    ///
    /// # Errors
    /// [`Undefined::NotAligned`] for different columns or columns of different lengths, [`Undefined::EmptySample`],
    /// [`Undefined::NotFinite`] for an infinite number.
    fn of(reference: &Rows, current: &Rows, rows_max: usize, seed: u64) -> Result<Self, Undefined> {
        let (n, m) = (reference.n(), current.n());
        if n == 0 || m == 0 {
            return Err(Undefined::EmptySample);
        }
        let same = |rows: &Rows, length: usize| {
            rows.columns.iter().all(|column| column.len() == length)
                && rows
                    .patients
                    .is_none_or(|patients| patients.len() == length)
        };
        if reference.columns.len() != current.columns.len()
            || reference.patients.is_some() != current.patients.is_some()
            || !same(reference, n)
            || !same(current, m)
        {
            return Err(Undefined::NotAligned);
        }
        let mut draw = Draw::new(seed, 0);
        let mut places = |length: usize| draw.choose(length as u64, rows_max as u64);
        let (from_r, from_c) = (places(n), places(m));
        let join = |a: &[f64], b: &[f64]| -> Vec<f64> {
            let at = |values: &[f64], &place: &u64| values[place as usize];
            let (a, b) = (
                from_r.iter().map(|place| at(a, place)),
                from_c.iter().map(|place| at(b, place)),
            );
            a.chain(b).collect()
        };
        let pairs = reference.columns.iter().zip(current.columns);
        let columns: Vec<Vec<f64>> = pairs.map(|(a, b)| join(a, b)).collect();
        if columns.iter().flatten().any(|x| x.is_infinite()) {
            return Err(Undefined::NotFinite);
        }
        let patients = reference.patients.zip(current.patients).map(|(a, b)| {
            let (a, b) = (
                from_r.iter().map(|&place| a[place as usize]),
                from_c.iter().map(|&place| b[place as usize]),
            );
            a.chain(b).collect()
        });
        let (reference, current) = (from_r.len(), from_c.len());
        let places = from_r.into_iter().chain(from_c);
        Ok(Drawing {
            columns,
            patients,
            reference,
            current,
            places: places.map(|place| place as usize).collect(),
        })
    }

    fn n(&self) -> usize {
        self.reference + self.current
    }

    /// Whether a row is of the current table.
    fn is_current(&self, row: usize) -> bool {
        row >= self.reference
    }

    fn drawn(&self) -> Drawn {
        Drawn {
            reference: self.reference as u64,
            current: self.current as u64,
        }
    }
}

#[cfg(test)]
mod tests;
