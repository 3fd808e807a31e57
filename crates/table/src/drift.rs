//! Drift: whether the columns of today still look like those of the reference.

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::drift::{self, DriftTest, Kind as Values};
use galen_stats::{CategoryCounts, Sample, SortedNumbers};
use serde::Serialize;
use thiserror::Error;

use crate::{ColumnError, Table};

/// The seed of tests that draw.
const SEED: u64 = 0;

/// How two tables are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftOptions {
    /// The test of a column by its id; a column that is not named gets the default of its values.
    pub tests: BTreeMap<String, String>,
    /// The p-value below which a column has drifted, for tests that give one.
    pub alpha: f64,
    /// The columns that are compared; all that both tables have if empty.
    pub columns: Vec<String>,
}

impl Default for DriftOptions {
    fn default() -> Self {
        Self {
            tests: BTreeMap::new(),
            alpha: 0.05,
            columns: Vec::new(),
        }
    }
}

/// What drifted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftReport {
    pub dataset: DatasetDrift,
    pub columns: Vec<ColumnDrift>,
    /// Columns that only one of the tables has; they are not compared.
    pub only_in_reference: Vec<String>,
    pub only_in_current: Vec<String>,
}

/// The table as a whole: drifted when at least half of the compared columns have.
///
/// # Source
/// Evidently 0.7.23, `DataDriftPreset` with its `drift_share` of 0.5.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetDrift {
    pub drifted: bool,
    pub share: f64,
    pub columns_drifted: usize,
    pub columns: usize,
}

/// One column, missing values dropped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnDrift {
    pub name: String,
    /// `number` or `category`, as it was compared.
    #[serde(rename = "type")]
    pub kind: Compared,
    pub test: &'static str,
    pub statistic: Option<f64>,
    pub p_value: Option<f64>,
    /// The bound of the p-value, or of the statistic where there is no p-value.
    pub threshold: f64,
    /// Absent when it could not be tested.
    pub drifted: Option<bool>,
    pub reference: SampleSummary,
    pub current: SampleSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// As what a column was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    Number,
    Category,
}

/// The values of a column in one of the tables.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SampleSummary {
    /// Cells with a value.
    pub n: usize,
    pub missing: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub std: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// The share of each category.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, f64>,
}

/// Why two tables could not be compared.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DriftError {
    #[error("The tables have no column in common.")]
    NothingInCommon,
    #[error("There is no drift test `{id}`; there are {}.", known.join(", "))]
    UnknownTest {
        id: String,
        known: Vec<&'static str>,
    },
    #[error("A test is named for `{0}`, which is not among the compared columns.")]
    NotCompared(String),
    #[error(transparent)]
    Column(#[from] ColumnError),
}

/// Compares the columns that both tables have.
///
/// # Errors
/// [`DriftError`].
pub fn drift(
    reference: &Table,
    current: &Table,
    options: &DriftOptions,
) -> Result<DriftReport, DriftError> {
    let asked: BTreeSet<&str> = options.columns.iter().map(String::as_str).collect();
    let wanted = |name: &&str| asked.is_empty() || asked.contains(name);
    let only_in = |a: &Table, b: &Table| {
        let names = a
            .names()
            .into_iter()
            .filter(wanted)
            .filter(|name| !b.has(name));
        names.map(str::to_owned).collect()
    };
    let names: Vec<&str> = match options.columns.as_slice() {
        [] => reference
            .names()
            .into_iter()
            .filter(|name| current.has(name))
            .collect(),
        columns => columns.iter().map(String::as_str).collect(),
    };
    if names.is_empty() {
        return Err(DriftError::NothingInCommon);
    }
    if let Some(name) = options
        .tests
        .keys()
        .find(|name| !names.contains(&name.as_str()))
    {
        return Err(DriftError::NotCompared(name.clone()));
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let test = options
            .tests
            .get(name)
            .map(|id| test_by_id(id))
            .transpose()?;
        columns.push(column_drift(reference, current, name, test, options.alpha)?);
    }
    let columns_drifted = columns.iter().filter(|c| c.drifted == Some(true)).count();
    let share = columns_drifted as f64 / columns.len() as f64;
    Ok(DriftReport {
        dataset: DatasetDrift {
            drifted: share >= 0.5,
            share,
            columns_drifted,
            columns: columns.len(),
        },
        columns,
        only_in_reference: only_in(reference, current),
        only_in_current: only_in(current, reference),
    })
}

/// The drift test of this id.
///
/// # Errors
/// [`DriftError::UnknownTest`] with those that there are.
pub fn test_by_id(id: &str) -> Result<&'static dyn DriftTest, DriftError> {
    drift::by_id(id).ok_or_else(|| DriftError::UnknownTest {
        id: id.to_owned(),
        known: drift::DRIFT_TESTS
            .iter()
            .map(|test| test.about().id)
            .collect(),
    })
}

/// Compares one column; `test` is the default of its values if not given, `alpha` bounds the p-value of a test that
/// gives one, and a distance has its own threshold.
///
/// # Errors
/// [`ColumnError`].
pub fn column_drift(
    reference: &Table,
    current: &Table,
    name: &str,
    test: Option<&'static dyn DriftTest>,
    alpha: f64,
) -> Result<ColumnDrift, ColumnError> {
    let numeric = is_numeric(reference, name)? && is_numeric(current, name)?;
    let (old, new) = (
        Cells::of(reference, name, numeric)?,
        Cells::of(current, name, numeric)?,
    );
    let test = match test {
        Some(test) => test,
        None => drift::default_test_of(&old.sample(numeric), &new.sample(numeric))
            .expect("both samples are of one kind"),
    };
    let about = test.about();
    let as_numbers = numeric && about.kind != Values::Category;
    let threshold = if about.gives_p {
        alpha
    } else {
        about.default_threshold
    };
    let result = test.test(&old.sample(as_numbers), &new.sample(as_numbers), SEED);
    let (statistic, p_value, drifted, why) = match result {
        Ok(result) => (
            result.statistic,
            result.p_value,
            about.drifted(&result, threshold),
            None,
        ),
        Err(undefined) => (None, None, None, Some(undefined.to_string())),
    };
    Ok(ColumnDrift {
        name: name.to_owned(),
        kind: if as_numbers {
            Compared::Number
        } else {
            Compared::Category
        },
        test: about.id,
        statistic,
        p_value,
        threshold,
        drifted,
        reference: old.summary(as_numbers),
        current: new.summary(as_numbers),
        why,
    })
}

/// A column without any value does not contradict numbers in the other table.
fn is_numeric(table: &Table, name: &str) -> Result<bool, ColumnError> {
    match table.numbers(name) {
        Ok(_) => Ok(true),
        Err(ColumnError::NotNumbers { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The values of a column, missing ones dropped: its numbers where they are, and its words, `1` and `1.0` being one word.
struct Cells {
    numbers: SortedNumbers,
    words: CategoryCounts,
    missing: usize,
}

impl Cells {
    fn of(table: &Table, name: &str, numeric: bool) -> Result<Self, ColumnError> {
        let (numbers, words) = if numeric {
            let finite = |number: &f64| number.is_finite();
            let numbers: Vec<f64> = table
                .numbers(name)?
                .into_iter()
                .flatten()
                .filter(finite)
                .collect();
            let numbers = SortedNumbers::of(&numbers).expect("only finite numbers are left");
            let words = numbers.counts().map(|(v, n)| (crate::cell::render(v), n));
            let words = CategoryCounts::from_counts(words);
            (numbers, words)
        } else {
            let texts = table.texts(name)?;
            let words = CategoryCounts::of(texts.iter().flatten().map(String::as_str));
            (SortedNumbers::default(), words)
        };
        let missing = table.rows() - words.n() as usize;
        Ok(Self {
            numbers,
            words,
            missing,
        })
    }

    fn sample(&self, as_numbers: bool) -> Sample<'_> {
        if as_numbers {
            Sample::Numbers(&self.numbers)
        } else {
            Sample::Categories(&self.words)
        }
    }

    fn summary(&self, as_numbers: bool) -> SampleSummary {
        let n = self.words.n();
        let mut summary = SampleSummary {
            n: n as usize,
            missing: self.missing,
            ..SampleSummary::default()
        };
        if as_numbers {
            summary.mean = self.numbers.mean();
            summary.std = self.numbers.deviation();
            summary.median = self.numbers.quantile(0.5);
        } else {
            let share = |(word, count): (&str, u64)| (word.to_owned(), count as f64 / n as f64);
            summary.shares = self.words.counts().map(share).collect();
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;
    use crate::cohort::tests::flchain;

    fn year(year: f64) -> Table {
        let all = flchain();
        let years = all.numbers("sample.yr").expect("the column is there");
        let keep: Vec<bool> = years.iter().map(|y| *y == Some(year)).collect();
        all.filter(&keep).expect("one answer a row")
    }

    fn options(columns: &[&str], tests: &[(&str, &str)]) -> DriftOptions {
        DriftOptions {
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            tests: tests
                .iter()
                .map(|(c, t)| ((*c).to_owned(), (*t).to_owned()))
                .collect(),
            ..DriftOptions::default()
        }
    }

    fn close(found: Option<f64>, expected: f64) {
        let found = found.expect("it could be tested");
        assert!(
            (found - expected).abs() <= 1e-7 * expected.abs(),
            "{found} {expected}"
        );
    }

    #[test]
    fn the_default_tests_of_a_small_reference_are_those_of_evidently() {
        // Expected values from scipy and statsmodels: tests/reference/flchain.out.
        let report = drift(
            &year(1998.0),
            &year(1999.0),
            &options(&["age", "creatinine", "sex"], &[]),
        );
        let report = report.expect("the columns are there");
        let tests: Vec<_> = report.columns.iter().map(|c| (c.test, c.kind)).collect();
        assert_eq!(
            tests,
            [
                ("ks", Compared::Number),
                ("ks", Compared::Number),
                ("z", Compared::Category)
            ]
        );
        close(report.columns[0].statistic, 0.08202121023081722);
        close(report.columns[0].p_value, 0.08227695923434096);
        close(report.columns[1].p_value, 0.7749180103962706);
        close(
            report.columns[2].statistic.map(f64::abs),
            0.9577328642789268,
        );
        close(report.columns[2].p_value, 0.3381974802960923);
        assert_eq!(
            report.columns[1].reference.n + report.columns[1].reference.missing,
            687
        );
        let n = report
            .columns
            .iter()
            .filter(|c| c.drifted == Some(true))
            .count();
        assert_eq!(
            (report.dataset.columns_drifted, report.dataset.columns),
            (n, 3)
        );
        assert_eq!(report.dataset.drifted, n >= 2);
    }

    #[test]
    fn a_named_test_and_a_large_reference_have_their_own_thresholds() {
        let (old, new) = (year(1995.0), year(1997.0));
        let ks =
            drift(&old, &new, &options(&["age"], &[("age", "ks")])).expect("the column is there");
        close(ks.columns[0].p_value, 1.1049462334153342e-8);
        assert_eq!((ks.columns[0].threshold, ks.dataset.drifted), (0.05, true));
        let default = drift(&old, &new, &options(&["age"], &[])).expect("the column is there");
        assert_eq!(
            (default.columns[0].test, default.columns[0].threshold),
            ("wasserstein", 0.1)
        );
        close(default.columns[0].statistic, 0.21363905130386257);
    }

    #[test]
    fn a_column_without_values_today_is_not_called_stable() {
        let table = |text: &str| {
            Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table")
        };
        let report = drift(
            &table("x,y,z\n1,a,1\n2,b,1\n"),
            &table("y,x,w\na,,1\nb,,1\n"),
            &DriftOptions::default(),
        );
        let report = report.expect("two columns are in common");
        assert_eq!(report.columns[0].drifted, None);
        assert!(report.columns[0].why.is_some());
        assert_eq!(
            (report.only_in_reference, report.only_in_current),
            (vec!["z".to_owned()], vec!["w".to_owned()])
        );
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let table = |text: &str| {
            Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table")
        };
        let (a, b) = (table("x\n1\n"), table("y\n1\n"));
        assert_eq!(
            drift(&a, &b, &options(&[], &[])),
            Err(DriftError::NothingInCommon)
        );
        assert!(matches!(
            drift(&a, &a, &options(&[], &[("x", "kolmogorov")])),
            Err(DriftError::UnknownTest { .. })
        ));
        assert!(matches!(
            drift(&a, &a, &options(&[], &[("y", "ks")])),
            Err(DriftError::NotCompared(_))
        ));
        assert!(matches!(
            drift(&a, &a, &options(&["y"], &[])),
            Err(DriftError::Column(_))
        ));
    }
}
