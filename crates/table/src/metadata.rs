//! What a table says of its cases besides the values: whether it has the fields that a reader asks for, whether these cover
//! what there is, and whether they do so alike everywhere.
//!
//! The three scores are those of the FDA's DataCard (M3C), and its dictionaries can be used as they are. Each lies in 0..=1,
//! and 1 is best.

mod dictionary;

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::{Estimate, Level};
use serde::Serialize;

pub use dictionary::{Dictionary, DictionaryError, Field};

use crate::expectation::share;
use crate::{Cell, ColumnError, Kind, Table};

/// Different numbers from which on they are put into bins.
const NUMBERS: usize = 20;
const BINS: usize = 10;
/// The share of different values from which on a column names its rows, and covers nothing.
const NAMES: f64 = 0.9;
/// Rows below which a group is not compared.
const GROUP: u64 = 20;

/// What the table is held against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The people or images that are meant: coverage is the likeness to them, and else to values that are all as frequent.
    pub reference: Option<&'a Table>,
    /// The column of the groups that shall be alike, such as the site.
    pub by: Option<&'a str>,
}

/// The three scores, and what they are made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    pub dictionary: String,
    pub rows: u64,
    /// The share of the asked fields that a column has.
    pub completeness: Option<f64>,
    /// The mean of the fields' likeness to what they are held against.
    pub coverage: Option<f64>,
    /// The mean of the fields' likeness in all groups; none without groups.
    pub consistency: Option<f64>,
    /// Rows that have a value of every field that a column has.
    pub complete_rows: Estimate,
    pub fields: Vec<FieldReport>,
    /// Asked fields that no column has.
    pub missing: Vec<String>,
    /// Columns that nobody asked for.
    pub unexpected: Vec<String>,
}

/// A field that is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldReport {
    pub field: String,
    /// The columns that it is read from.
    pub columns: Vec<String>,
    /// The share of rows that have a value.
    pub available: Estimate,
    pub coverage: Option<Likeness>,
    /// The likeness of the least alike group.
    pub consistency: Option<GroupLikeness>,
}

/// One minus the Hellinger distance of two distributions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Likeness {
    pub score: f64,
    /// `uniform`, or `reference`.
    pub against: &'static str,
    /// How many rows have each value, or bin of values, in order; those that only the reference has with 0.
    pub counts: BTreeMap<String, u64>,
}

/// How alike a field is in the groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupLikeness {
    /// The mean over groups, by their rows.
    pub score: f64,
    pub least_alike: String,
    pub least_score: f64,
}

/// Scores a table by a dictionary.
///
/// Completeness counts fields, as M3C does; the share of rows that have a value is told beside it with Wilson's interval.
/// Coverage of a field is one minus the Hellinger distance of its values from values that are all as frequent, or from those
/// of a reference; more than 20 different numbers are ten bins of equal width. Consistency is one minus the same distance
/// between each group and all rows, less what chance alone makes of it in groups of that size; M3C draws it and gives no number.
///
/// # Errors
/// [`ColumnError`] if the column of the groups is absent.
///
/// # Source
/// DIDSR/DataCard-Metadata (FDA, CDRH): completeness, coverage, consistency; Hellinger 1909, J Reine Angew Math 136:210-271. By the
/// delta method the squared distance of `k` values that are alike is (k - 1) / 8n in the mean.
pub fn metadata(
    table: &Table,
    dictionary: &Dictionary,
    beside: Beside,
) -> Result<Metadata, ColumnError> {
    let groups = beside.by.map(|by| table.texts(by)).transpose()?;
    let rows = table.rows() as u64;
    let names = table.names();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let (mut fields, mut missing) = (Vec::new(), Vec::new());
    let mut complete = vec![true; table.rows()];
    let with = |rows: &[bool]| {
        let count = rows.iter().filter(|row| **row).count();
        share(count, rows.len(), Level::DEFAULT)
    };
    for field in &dictionary.fields {
        let columns: Vec<&str> = names
            .iter()
            .filter(|name| field.is(name))
            .copied()
            .collect();
        let Some(first) = columns.first() else {
            missing.push(field.name.clone());
            continue;
        };
        known.extend(&columns);
        let mut has = vec![false; table.rows()];
        for column in &columns {
            let missing = table.missing(column)?;
            has.iter_mut()
                .zip(missing)
                .for_each(|(has, missing)| *has |= !missing);
        }
        complete
            .iter_mut()
            .zip(&has)
            .for_each(|(complete, has)| *complete &= has);
        let looked = field
            .coverage
            .then(|| Values::of(table, first, beside.reference));
        let values = looked.flatten();
        fields.push(FieldReport {
            field: field.name.clone(),
            available: with(&has),
            coverage: values.as_ref().map(Values::coverage),
            consistency: values
                .as_ref()
                .zip(groups.as_ref())
                .filter(|_| beside.by != Some(first))
                .and_then(|(values, groups)| values.consistency(groups)),
            columns: columns.into_iter().map(str::to_owned).collect(),
        });
    }
    let unexpected = names.iter().filter(|name| !known.contains(*name));
    let asked = dictionary.fields.len();
    let found = fields.len();
    let mean = |of: &dyn Fn(&FieldReport) -> Option<f64>| {
        let scores: Vec<f64> = fields.iter().filter_map(of).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    };
    Ok(Metadata {
        dictionary: dictionary.name.clone(),
        rows,
        completeness: (asked > 0).then(|| found as f64 / asked as f64),
        coverage: mean(&|field| Some(field.coverage.as_ref()?.score)),
        consistency: mean(&|field| Some(field.consistency.as_ref()?.score)),
        complete_rows: with(&complete),
        unexpected: unexpected.map(|name| (*name).to_owned()).collect(),
        fields,
        missing,
    })
}

/// The values of a field by row, as few enough to be counted.
struct Values {
    /// In which of the names each row lies.
    of_row: Vec<Option<usize>>,
    names: Vec<String>,
    /// How frequent each is in the reference, if there is one.
    reference: Option<Vec<u64>>,
}

impl Values {
    /// `None` if the column names its rows, or has no value.
    fn of(table: &Table, column: &str, reference: Option<&Table>) -> Option<Values> {
        let reference = reference.filter(|reference| reference.has(column));
        let sides: Vec<&Table> = [Some(table), reference].into_iter().flatten().collect();
        let cells: Vec<Vec<Option<String>>> = match binned(&sides, column) {
            Some(cells) => cells,
            None => {
                let texts = sides.iter().map(|side| side.texts(column));
                texts.collect::<Result<_, _>>().ok()?
            }
        };
        let names: BTreeSet<&String> = cells.iter().flatten().flatten().collect();
        let present = cells[0].iter().flatten().count();
        let different = cells[0].iter().flatten().collect::<BTreeSet<_>>().len();
        if present == 0 || (different > 1 && different as f64 > NAMES * present as f64) {
            return None;
        }
        let names: Vec<String> = names.into_iter().cloned().collect();
        let place = |cell: &Option<String>| {
            cell.as_ref()
                .and_then(|cell| names.binary_search(cell).ok())
        };
        let of_row = cells[0].iter().map(place).collect();
        let reference = cells.get(1).map(|cells| {
            let mut counts = vec![0; names.len()];
            cells
                .iter()
                .filter_map(place)
                .for_each(|at| counts[at] += 1);
            counts
        });
        Some(Values {
            of_row,
            names,
            reference,
        })
    }

    fn counts(&self, of: &dyn Fn(usize) -> bool) -> Vec<u64> {
        let mut counts = vec![0; self.names.len()];
        for (row, at) in self.of_row.iter().enumerate() {
            if let Some(at) = at.filter(|_| of(row)) {
                counts[at] += 1;
            }
        }
        counts
    }

    fn coverage(&self) -> Likeness {
        let counts = self.counts(&|_| true);
        let (against, other) = match &self.reference {
            Some(reference) => ("reference", reference.clone()),
            None => ("uniform", vec![1; counts.len()]),
        };
        Likeness {
            score: 1.0 - hellinger(&counts, &other),
            against,
            counts: self.names.iter().cloned().zip(counts).collect(),
        }
    }

    fn consistency(&self, groups: &[Option<String>]) -> Option<GroupLikeness> {
        let all = self.counts(&|_| true);
        let n = all.iter().sum::<u64>() as f64;
        let values = all.iter().filter(|count| **count > 0).count() as f64;
        let names: BTreeSet<&String> = groups.iter().flatten().collect();
        let (mut sum, mut rows, mut least) = (0.0, 0.0, None::<(f64, &String)>);
        let mut compared = 0;
        for group in names {
            let counts = self.counts(&|row| groups[row].as_ref() == Some(group));
            let count = counts.iter().sum::<u64>();
            if count < GROUP {
                continue;
            }
            let size = count as f64;
            // A group is a part of all rows, so that chance makes less of it.
            let by_chance = (values - 1.0) / 8.0 * (1.0 / size - 1.0 / n);
            let beyond = hellinger(&counts, &all).powi(2) - by_chance;
            let score = 1.0 - beyond.max(0.0).sqrt();
            (sum, rows) = (sum + size * score, rows + size);
            compared += 1;
            if least.is_none_or(|(least, _)| score < least) {
                least = Some((score, group));
            }
        }
        let (least_score, least_alike) = least.filter(|_| compared > 1)?;
        Some(GroupLikeness {
            score: sum / rows,
            least_alike: least_alike.clone(),
            least_score,
        })
    }
}

/// Many different numbers as bins of equal width over all sides; `None` for others.
fn binned(sides: &[&Table], column: &str) -> Option<Vec<Vec<Option<String>>>> {
    let numbers = |side: &&Table| -> Option<Vec<Option<f64>>> {
        if !matches!(
            side.kind(column).ok()?,
            Kind::Integer | Kind::Number | Kind::Date | Kind::DateTime
        ) {
            return None;
        }
        side.on_a_scale(column).ok()
    };
    let sides: Vec<Vec<Option<f64>>> = sides.iter().map(numbers).collect::<Option<_>>()?;
    let mut different: Vec<f64> = sides.iter().flatten().flatten().copied().collect();
    different.sort_by(f64::total_cmp);
    different.dedup();
    let (low, high) = (*different.first()?, *different.last()?);
    if different.len() <= NUMBERS {
        return None;
    }
    let width = (high - low) / BINS as f64;
    let bin = |value: f64| (((value - low) / width) as usize).min(BINS - 1);
    let name = |value: f64| {
        let bin = bin(value);
        let ends = [bin, bin + 1].map(|edge| Cell::Number(low + width * edge as f64).to_string());
        // The number in front keeps them in order.
        format!("{}: {} to {}", bin + 1, ends[0], ends[1])
    };
    let named = sides
        .into_iter()
        .map(|side| side.into_iter().map(|value| value.map(name)).collect());
    Some(named.collect())
}

/// The Hellinger distance of two lists of counts, in 0..=1.
fn hellinger(a: &[u64], b: &[u64]) -> f64 {
    let share = |counts: &[u64]| {
        let n = counts.iter().sum::<u64>().max(1) as f64;
        counts
            .iter()
            .map(|count| (*count as f64 / n).sqrt())
            .collect::<Vec<f64>>()
    };
    let apart = share(a)
        .iter()
        .zip(share(b))
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f64>();
    (apart / 2.0).sqrt().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &str, &str)]) -> Table {
        let column = |name: &str, at: fn(&(&str, &str, &str)) -> String| {
            let cells = rows
                .iter()
                .map(at)
                .map(|cell| (!cell.is_empty()).then_some(cell));
            (name.to_owned(), cells.collect())
        };
        let sex = column("PatientSex", |row| row.0.to_owned());
        let maker = column("Manufacturer", |row| row.1.to_owned());
        let site = column("Hospital", |row| row.2.to_owned());
        let mut id = 0;
        let ids = rows.iter().map(|_| {
            id += 1;
            Some(format!("p{id}"))
        });
        let ids = ("Patient's ID".to_owned(), ids.collect());
        Table::from_texts(vec![ids, sex, maker, site]).expect("a table")
    }

    fn field<'a>(found: &'a Metadata, name: &str) -> &'a FieldReport {
        found
            .fields
            .iter()
            .find(|one| one.field == name)
            .expect("the field")
    }

    #[test]
    fn fields_are_counted_and_values_held_against_uniform_ones() {
        // 20,000 records of which four makers have these shares gave M3C 0.4436 on VinDr-Mammo; here 3 of 4 are one maker.
        let rows = [
            ("F", "A", "x"),
            ("F", "A", "x"),
            ("", "A", "y"),
            ("M", "B", "y"),
        ];
        let dictionary = Dictionary::built_in("xray").expect("ships with galen");
        let found = metadata(&table(&rows), &dictionary, Beside::default()).expect("is scored");
        assert_eq!(found.fields.len(), 4);
        assert_eq!(
            found.completeness,
            Some(4.0 / dictionary.fields.len() as f64)
        );
        assert!(found.missing.contains(&"Tube Voltage".to_owned()));
        assert_eq!(found.unexpected, Vec::<String>::new());
        assert_eq!(field(&found, "Patient Sex").available.value, Some(0.75));
        assert_eq!(found.complete_rows.value, Some(0.75));
        // sqrt(1 - sqrt(3/8) - sqrt(1/8)): the distance of 3:1 from 2:2.
        let apart = (1.0 - (3.0_f64 / 8.0).sqrt() - (1.0_f64 / 8.0).sqrt()).sqrt();
        let coverage = field(&found, "Manufacturer")
            .coverage
            .as_ref()
            .expect("is covered");
        assert!(
            (coverage.score - (1.0 - apart)).abs() < 1e-12,
            "{coverage:?}"
        );
        assert_eq!(coverage.counts["A"], 3);
        assert_eq!(field(&found, "Patient ID").coverage, None);
        assert_eq!(found.consistency, None);
    }

    #[test]
    fn a_reference_and_groups_are_held_against_each_other() {
        let mut rows = vec![("F", "A", "x"); 40];
        rows.extend(vec![("M", "A", "x"); 40]);
        rows.extend(vec![("F", "B", "y"); 40]);
        rows.extend(vec![("M", "B", "y"); 40]);
        let table = table(&rows);
        let dictionary = Dictionary::built_in("xray").expect("ships with galen");
        let beside = Beside {
            reference: Some(&table),
            by: Some("Hospital"),
        };
        let found = metadata(&table, &dictionary, beside).expect("is scored");
        assert_eq!(found.coverage, Some(1.0));
        let score = |name: &str| {
            field(&found, name)
                .consistency
                .as_ref()
                .expect("groups")
                .score
        };
        assert_eq!(score("Patient Sex"), 1.0, "as many women in both");
        assert!(
            score("Manufacturer") < 0.5,
            "each site has a maker of its own"
        );
        assert_eq!(field(&found, "Site").consistency, None);
        let error = metadata(
            &table,
            &dictionary,
            Beside {
                by: Some("Hospitl"),
                ..Beside::default()
            },
        );
        assert!(error.is_err());
    }

    #[test]
    fn what_chance_makes_of_small_groups_is_taken_off() {
        let mut state = 7_u64;
        let mut drawn = |of: u64| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) % of
        };
        let (mut sex, mut site) = (Vec::new(), Vec::new());
        for _ in 0..600 {
            sex.push(Some(format!("s{}", drawn(6))));
            site.push(Some(format!("h{}", drawn(12))));
        }
        let table = Table::from_texts(vec![("Sex".to_owned(), sex), ("Site".to_owned(), site)])
            .expect("a table");
        let dictionary = Dictionary::built_in("tabular").expect("ships with galen");
        let beside = Beside {
            by: Some("Site"),
            ..Beside::default()
        };
        let found = metadata(&table, &dictionary, beside).expect("is scored");
        let score = found.consistency.expect("groups");
        assert!(score > 0.94, "{score}");
    }

    #[test]
    fn many_numbers_are_bins() {
        let ages: Vec<Option<String>> = (0..200).map(|age| Some((age / 2).to_string())).collect();
        let table = Table::from_texts(vec![("age".to_owned(), ages)]).expect("a table");
        let dictionary = Dictionary::built_in("tabular").expect("ships with galen");
        let found = metadata(&table, &dictionary, Beside::default()).expect("is scored");
        let coverage = field(&found, "Patient Age")
            .coverage
            .as_ref()
            .expect("is covered");
        assert_eq!(coverage.counts.len(), 10);
        assert!(coverage.score > 0.99, "{coverage:?}");
    }
}
