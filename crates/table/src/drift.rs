//! Drift: whether the columns of today still look like those of the reference.
//!
//! Each column is compared by one test ([`galen_stats::drift`]) and by an effect with its interval ([`galen_stats::effect`]):
//! the test finds any difference, the effect says whether it matters. [`drift_scans`] compares two tables in parts, as a
//! whole and by subgroup, site or window of the calendar; each may be a stored profile instead of rows. [`rows`] compares
//! whole rows.

mod against;
mod compare;
mod groups;
pub mod rows;
mod side;

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::drift::{self, DriftTest};
use galen_stats::{AgainstMargin, Estimate, Multiplicity};
use serde::Serialize;
use thiserror::Error;

use crate::scan::{Pace, ScanError};
use crate::{ColumnError, Table};
pub use against::Against;
pub use compare::column_drift;
pub use groups::{Calendar, Split};
use side::Side;

/// How two tables are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftOptions {
    /// The test of a column by its id; a column that is not named gets the default of its values.
    pub tests: BTreeMap<String, String>,
    /// The threshold of a column's test, where it is not the test's own.
    pub thresholds: BTreeMap<String, f64>,
    /// The p-value below which a column has drifted, for tests that give one; without it each test has its own, as in Evidently.
    pub alpha: Option<f64>,
    /// How p-values are adjusted for the number of columns.
    pub multiplicity: Multiplicity,
    /// How large an effect does not matter. With it a column has drifted when its whole interval lies beyond.
    pub margin: Option<f64>,
    /// The share of columns from which on the table has drifted.
    pub share: f64,
    /// The columns that are compared; all that both tables have if empty.
    pub columns: Vec<String>,
    /// Columns that are not compared.
    pub without: Vec<String>,
    /// The seed of tests that draw.
    pub seed: u64,
}

impl Default for DriftOptions {
    fn default() -> Self {
        Self {
            tests: BTreeMap::new(),
            thresholds: BTreeMap::new(),
            alpha: None,
            multiplicity: Multiplicity::None,
            margin: None,
            share: 0.5,
            columns: Vec::new(),
            without: Vec::new(),
            seed: 0,
        }
    }
}

/// What drifted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftReport {
    pub dataset: DatasetDrift,
    pub columns: Vec<ColumnDrift>,
    /// Columns that both tables have and that say nothing about drift.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Columns that only one of the tables has; they are not compared.
    pub only_in_reference: Vec<String>,
    pub only_in_current: Vec<String>,
    /// The same comparison within each subgroup, site or window that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupDrift>,
}

/// A column that is not compared unless it is named, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub name: String,
    pub why: &'static str,
}

/// The comparison within one subgroup, site or window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupDrift {
    /// The column and its value, or the window.
    pub by: BTreeMap<String, String>,
    pub dataset: DatasetDrift,
    pub columns: Vec<ColumnDrift>,
}

/// The table as a whole: drifted when at least half of the compared columns have, or another declared share.
///
/// # Source
/// Evidently 0.7.23, `DataDriftPreset` with its `drift_share` of 0.5.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetDrift {
    pub drifted: bool,
    pub share: f64,
    pub columns_drifted: usize,
    pub columns: usize,
    /// Columns that could not be tested, or whose interval lies on both sides of the margin.
    pub columns_undecided: usize,
    /// Whether the undecided columns could turn the judgement: it is then inconclusive, which is no pass.
    pub inconclusive: bool,
}

/// One column, missing values dropped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnDrift {
    pub name: String,
    /// `number`, `date` or `category`, as it was compared.
    #[serde(rename = "type")]
    pub kind: Compared,
    pub test: &'static str,
    pub statistic: Option<f64>,
    pub p_value: Option<f64>,
    /// The p-value adjusted for the number of columns, if so asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_adjusted: Option<f64>,
    /// The bound of the p-value, or of the statistic where there is no p-value.
    pub threshold: f64,
    /// By the test, or by the margin if one is declared; absent when it could not be decided.
    pub drifted: Option<bool>,
    /// How far the column moved, whatever the number of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<ColumnEffect>,
    pub reference: SampleSummary,
    pub current: SampleSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How far a column moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnEffect {
    pub id: &'static str,
    #[serde(flatten)]
    pub estimate: Estimate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against_margin: Option<AgainstMargin>,
}

/// As what a column was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    Number,
    /// A number of days since 1970.
    Date,
    Category,
}

/// The values of a column in one of the tables.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SampleSummary {
    /// Cells with a value.
    pub n: u64,
    pub missing: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub std: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// The shares of the most frequent categories, fifty at most.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, f64>,
    /// How far the rank of a value may be from the true one, as a share of all values, where a stored profile knows them only
    /// nearly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_error: Option<f64>,
    /// The share of values that are one category, because a stored profile does not tell them apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooled: Option<f64>,
    /// Counts between edges that both tables share, for a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub histogram: Option<crate::profile::Histogram>,
}

/// Why two tables could not be compared.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DriftError {
    #[error("The tables have no column in common.")]
    NothingInCommon,
    #[error("No column is left to compare: {}.", .0.join(", "))]
    NothingLeft(Vec<String>),
    #[error(
        "A stored profile has no groups by `{0}`: profile its table with --by {0}, or give its rows."
    )]
    NoGroups(String),
    #[error("A stored profile has no windows: give the rows of the current table.")]
    NoWindows,
    #[error("There is no drift test `{id}`; there are {}.", known.join(", "))]
    UnknownTest {
        id: String,
        known: Vec<&'static str>,
    },
    #[error("A test is named for `{0}`, which is not among the compared columns.")]
    NotCompared(String),
    #[error("`{column}` has more than {limit} groups: name a column of fewer, or larger windows.")]
    TooManyGroups { column: String, limit: usize },
    #[error("`{0}` is no column of dates or moments, so it has no windows.")]
    NoTime(String),
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// In the reference if the first is set, else in the current table.
    #[error("{1}")]
    Scan(bool, ScanError),
}

/// Compares the columns that two tables in memory have in common.
///
/// # Errors
/// [`DriftError`].
pub fn drift(
    reference: &Table,
    current: &Table,
    options: &DriftOptions,
) -> Result<DriftReport, DriftError> {
    let (old, new) = (Against::Rows(reference), Against::Rows(current));
    drift_scans(old, new, options, None, Pace::ALONE)
}

/// Compares the columns that two tables in parts, or their profiles, have in common; with a split also within each of its
/// groups.
///
/// # Errors
/// [`DriftError`].
pub fn drift_scans(
    reference: Against,
    current: Against,
    options: &DriftOptions,
    split: Option<&Split>,
    pace: Pace,
) -> Result<DriftReport, DriftError> {
    let names = compared(reference, current, options)?;
    let mut plan = compare::plan(reference, current, &names, options)?;
    let mut columns = Vec::with_capacity(plan.len());
    let mut left_out = Vec::new();
    for found in compare::columns(reference, current, &plan, options, pace)? {
        match found {
            Ok(column) => columns.push(column),
            Err(column) => left_out.push(column),
        }
    }
    if columns.is_empty() {
        let whys = left_out
            .iter()
            .map(|it| format!("`{}` {}", it.name, it.why));
        return Err(DriftError::NothingLeft(whys.collect()));
    }
    compare::decide(&mut columns, options);
    plan.retain(|plan| left_out.iter().all(|left| left.name != plan.name));
    let groups = match split {
        None => Vec::new(),
        Some(split) => groups::compare(reference, current, &plan, options, split, pace)?,
    };
    let wanted = |name: &str| {
        options.columns.is_empty() || options.columns.iter().any(|column| column == name)
    };
    let only_in = |a: Against, b: Against| {
        let names = a.names().into_iter();
        names
            .filter(|name| wanted(name) && !b.has(name))
            .map(str::to_owned)
            .collect()
    };
    Ok(DriftReport {
        dataset: DatasetDrift::of(&columns, options.share),
        columns,
        left_out,
        only_in_reference: only_in(reference, current),
        only_in_current: only_in(current, reference),
        groups,
    })
}

impl DatasetDrift {
    fn of(columns: &[ColumnDrift], drift_share: f64) -> Self {
        let drifted = columns.iter().filter(|c| c.drifted == Some(true)).count();
        let undecided = columns.iter().filter(|c| c.drifted.is_none()).count();
        let share = |count: usize| count as f64 / columns.len() as f64;
        let is_drift = |count: usize| share(count) >= drift_share;
        Self {
            drifted: is_drift(drifted),
            share: share(drifted),
            columns_drifted: drifted,
            columns: columns.len(),
            columns_undecided: undecided,
            inconclusive: !is_drift(drifted) && is_drift(drifted + undecided),
        }
    }
}

/// The columns that are compared, in the order of the reference or of the options.
fn compared(
    reference: Against,
    current: Against,
    options: &DriftOptions,
) -> Result<Vec<String>, DriftError> {
    let left_out: BTreeSet<&str> = options.without.iter().map(String::as_str).collect();
    let names: Vec<String> = match options.columns.as_slice() {
        [] => {
            let names = reference.names().into_iter();
            let both = names.filter(|name| current.has(name));
            both.filter(|name| !left_out.contains(name))
                .map(str::to_owned)
                .collect()
        }
        columns => columns.to_vec(),
    };
    if names.is_empty() {
        return Err(DriftError::NothingInCommon);
    }
    for name in &names {
        reference.kind(name)?;
        current.kind(name)?;
    }
    let mut named = options.tests.keys().chain(options.thresholds.keys());
    match named.find(|name| !names.contains(name)) {
        Some(name) => Err(DriftError::NotCompared(name.clone())),
        None => Ok(names),
    }
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
    fn each_bin_of_a_histogram_lies_between_two_edges() {
        let report = drift(&year(1995.0), &year(1997.0), &options(&["age"], &[]));
        let age = &report.expect("the column is there").columns[0];
        for side in [&age.reference, &age.current] {
            let histogram = side.histogram.as_ref().expect("it holds numbers");
            assert_eq!(histogram.counts.len() + 1, histogram.edges.len());
            assert_eq!(histogram.counts.iter().sum::<usize>() as u64, side.n);
        }
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
