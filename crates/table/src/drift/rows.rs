//! Whole rows of two tables, compared together.

use std::collections::BTreeMap;

use galen_stats::drift::DriftResult;
use galen_stats::multivariate::{self, DomainClassifier, Rows, Settings};
use galen_stats::{Estimate, Level};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use serde::Serialize;

use super::{DriftError, DriftOptions};
use crate::scan::{Scan, look_up};
use crate::{Cell, Table};

/// Categories beyond which the rarer ones of a column are one.
const CATEGORIES_MAX: usize = 30;
/// Rows of each table that are drawn.
const ROWS_MAX: u64 = 5_000;

/// How well the rows of two tables can be told apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowsDrift {
    /// The cross-validated area under the curve of a classifier that tells current rows from those of the reference.
    pub auc: Option<Estimate>,
    /// How much of the area each column carries, the greatest first.
    pub drivers: Vec<Driver>,
    pub mmd: Option<DriftResult>,
    pub energy_distance: Option<DriftResult>,
    /// Rows that were drawn from each table.
    pub rows: [u64; 2],
    pub seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A column and how much of the area it carries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Driver {
    pub column: String,
    pub importance: f64,
}

/// Compares whole rows of the named columns, on a seeded draw from each table. Rows with the same value in `patient` are of
/// one patient, and stay together when the classifier is cross-validated.
///
/// # Errors
/// [`DriftError`] of the reading.
pub fn compare(
    reference: &dyn Scan,
    current: &dyn Scan,
    columns: &[String],
    patient: Option<&str>,
    options: &DriftOptions,
) -> Result<RowsDrift, DriftError> {
    let old = drawn(reference, columns, patient, options.seed, 1)
        .map_err(|error| DriftError::Scan(true, error))?;
    let new = drawn(current, columns, patient, options.seed, 2)
        .map_err(|error| DriftError::Scan(false, error))?;
    let (mut a, mut b, mut a_flat, mut b_flat) = (vec![], vec![], vec![], vec![]);
    for name in columns {
        let coded = coded(&old, &new, name)?;
        for category in &coded.flat {
            a_flat.push(category.0.clone());
            b_flat.push(category.1.clone());
        }
        a.push(coded.one.0);
        b.push(coded.one.1);
    }
    let (a_patients, b_patients) = match patient {
        None => (None, None),
        Some(patient) => {
            let (a, b) = numbered(&old, &new, patient)?;
            (Some(a), Some(b))
        }
    };
    let rows = |columns, patients| Rows { columns, patients };
    let settings = Settings {
        level: Level::DEFAULT,
        seed: options.seed,
        ..Settings::default()
    };
    let told = multivariate::domain_classifier(
        &rows(&a, a_patients.as_deref()),
        &rows(&b, b_patients.as_deref()),
        &settings,
    );
    let (x, y) = (rows(&a_flat, None), rows(&b_flat, None));
    let mut found = RowsDrift {
        auc: None,
        drivers: Vec::new(),
        mmd: multivariate::mmd(&x, &y, &settings).ok(),
        energy_distance: multivariate::energy_distance(&x, &y, &settings).ok(),
        rows: [old.rows() as u64, new.rows() as u64],
        seed: options.seed,
        why: None,
    };
    match told {
        Ok(DomainClassifier {
            auc, importance, ..
        }) => {
            found.auc = Some(auc);
            let drivers = columns.iter().cloned().zip(importance);
            found.drivers = drivers
                .map(|(column, importance)| Driver { column, importance })
                .collect();
            found
                .drivers
                .sort_by(|x, y| y.importance.total_cmp(&x.importance));
        }
        Err(undefined) => found.why = Some(undefined.to_string()),
    }
    Ok(found)
}

/// A seeded draw of rows without repetition, in their order.
///
/// # Source
/// Floyd, in Bentley and Floyd 1987, Commun ACM 30:754-757.
fn drawn(
    scan: &dyn Scan,
    columns: &[String],
    patient: Option<&str>,
    seed: u64,
    stream: u64,
) -> Result<Table, crate::scan::ScanError> {
    let mut places = Vec::with_capacity(columns.len() + 1);
    for name in columns.iter().map(String::as_str).chain(patient) {
        let place = scan.heads().place(name)?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let n = scan.rows();
    let rows: Vec<u64> = if n <= ROWS_MAX {
        (0..n).collect()
    } else {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        chance.set_stream(stream);
        let mut chosen = std::collections::BTreeSet::new();
        for upper in n - ROWS_MAX..n {
            // The remainder favours small numbers by less than n / 2^64.
            let one = chance.next_u64() % (upper + 1);
            if !chosen.insert(one) {
                chosen.insert(upper);
            }
        }
        chosen.into_iter().collect()
    };
    look_up(scan, &places, &rows)
}

/// A column of both tables in numbers; a missing value is NaN.
struct Coded {
    /// Categories by their rank among the most frequent.
    one: (Vec<f64>, Vec<f64>),
    /// Categories as one column of 0 and 1 each.
    flat: Vec<(Vec<f64>, Vec<f64>)>,
}

fn coded(old: &Table, new: &Table, name: &str) -> Result<Coded, DriftError> {
    let number = |cell: Option<Cell>| match cell {
        Some(Cell::Integer(value)) => Some(Some(value as f64)),
        Some(Cell::Number(value)) => Some(Some(value)),
        Some(Cell::Date(days)) => Some(Some(f64::from(days))),
        Some(Cell::DateTime(micros)) => Some(Some(micros as f64 / 86_400e6)),
        Some(Cell::Boolean(value)) => Some(Some(f64::from(u8::from(value)))),
        Some(Cell::Text(_)) => None,
        None => Some(None),
    };
    let numbers = |table: &Table| -> Result<Option<Vec<f64>>, DriftError> {
        let cells = table.values(name)?.cells();
        let cells = cells.map(|cell| number(cell).map(|v| v.unwrap_or(f64::NAN)));
        Ok(cells.collect())
    };
    if let (Some(a), Some(b)) = (numbers(old)?, numbers(new)?) {
        return Ok(Coded {
            one: (a.clone(), b.clone()),
            flat: vec![(a, b)],
        });
    }
    let (a, b) = (old.texts(name)?, new.texts(name)?);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in a.iter().chain(&b).flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let mut order: Vec<(&str, usize)> = counts.into_iter().collect();
    order.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    order.truncate(CATEGORIES_MAX);
    let ranks: BTreeMap<&str, usize> = order
        .iter()
        .enumerate()
        .map(|(rank, (word, _))| (*word, rank))
        .collect();
    let rank = |word: &Option<String>| match word {
        None => f64::NAN,
        Some(word) => ranks.get(word.as_str()).copied().unwrap_or(CATEGORIES_MAX) as f64,
    };
    let ranked = |words: &[Option<String>]| -> Vec<f64> { words.iter().map(rank).collect() };
    let one = (ranked(&a), ranked(&b));
    let is = |ranks: &[f64], this: usize| -> Vec<f64> {
        let equal = |rank: &f64| f64::from(u8::from(*rank == this as f64));
        ranks.iter().map(equal).collect()
    };
    let flat = (0..order.len()).map(|this| (is(&one.0, this), is(&one.1, this)));
    Ok(Coded {
        flat: flat.collect(),
        one,
    })
}

/// The patients of both tables by number; one without an identifier is a patient of its own.
fn numbered(old: &Table, new: &Table, patient: &str) -> Result<(Vec<u32>, Vec<u32>), DriftError> {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut next = 0;
    let mut number = |id: Option<String>| {
        let fresh = |next: &mut u32| {
            *next += 1;
            *next
        };
        match id {
            None => fresh(&mut next),
            Some(id) => *known.entry(id).or_insert_with(|| fresh(&mut next)),
        }
    };
    let a = old.texts(patient)?.into_iter().map(&mut number).collect();
    let b = new.texts(patient)?.into_iter().map(&mut number).collect();
    Ok((a, b))
}
