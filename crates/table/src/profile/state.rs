use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::associations::{Association, Associations, strongest_first};
use super::column::ColumnProfile;
use super::label::LabelState;
use super::note::names_patients;
use super::values::counts_between;
use super::{ByProfile, GroupProfile, Profile};
use crate::Kind;
use crate::accumulator::column::{ColumnSeen, shown};
use crate::accumulator::profile::ProfileSeen;
use crate::accumulator::row_hashes::RowHashes;
use galen_stats::association::CoMoments;

/// What was gathered of a table, as it is kept, sent and merged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileState {
    pub rows: u64,
    /// A value that fewer cells hold is not in it; 1 if all are.
    pub min_cell: u64,
    pub(super) columns: Vec<Named>,
    pub(super) repeats: RepeatState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) associations: Option<AssociationState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<LabelState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<ByState>,
}

/// A column with its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Named {
    pub name: String,
    /// Whether somebody said that it names patients.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub patient: bool,
    pub seen: ColumnSeen,
}

/// What is known of rows that equal an earlier one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RepeatState {
    Hashes(RowHashes),
    /// Their number within parts; hashes of rows were not to leave the place.
    Within {
        rows: u64,
        error: Option<f64>,
        parts: u64,
    },
}

/// Associations as they are merged: those of numbers by their co-moments, while the others need rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AssociationState {
    pub pairs: Vec<PairState>,
    /// As they were found in the rows, which are no longer here after reading.
    #[serde(skip)]
    pub found: Option<Associations>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PairState {
    pub a: String,
    pub b: String,
    pub moments: CoMoments,
}

/// Groups of rows by a column.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ByState {
    pub column: String,
    pub groups: Vec<GroupState>,
    pub rows_left_out: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct GroupState {
    pub value: Value,
    pub rows: u64,
    pub columns: Vec<Named>,
}

/// Why two profiles do not make one.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MergeError {
    #[error("Profiles of different columns do not make one: only one of them has {}.", .0.join(", "))]
    Columns(Vec<String>),
    #[error(
        "Column `{column}` is of {a:?} in one profile and of {b:?} in another: declare its type where the profiles are made."
    )]
    Kinds { column: String, a: Kind, b: Kind },
}

/// Different values that a table of so many rows and columns may have in a column that is described exactly.
pub(super) fn exact_values(rows: u64, columns: u64) -> usize {
    /// In a table of up to so many cells all columns are described exactly.
    const SMALL: u64 = 1 << 23;
    if rows.saturating_mul(columns) <= SMALL {
        SMALL as usize
    } else {
        1 << 13
    }
}

impl ProfileState {
    pub(super) fn new(names: Vec<String>, patient: Option<&str>, seen: ProfileSeen) -> Self {
        Self {
            rows: seen.rows,
            min_cell: 1,
            columns: named(names, patient, seen.columns),
            repeats: RepeatState::Hashes(seen.row_hashes),
            associations: None,
            label: None,
            by: None,
        }
    }

    /// Takes in the profile of other rows with the same columns.
    ///
    /// # Errors
    /// [`MergeError`].
    pub fn merge(&mut self, other: Self) -> Result<(), MergeError> {
        let most = exact_values(self.rows + other.rows, self.columns.len() as u64);
        merge_columns(&mut self.columns, other.columns, most)?;
        self.rows += other.rows;
        self.min_cell = self.min_cell.max(other.min_cell);
        let mine = std::mem::replace(&mut self.repeats, RepeatState::NONE);
        self.repeats = mine.merged(other.repeats);
        let associations = self.associations.take().zip(other.associations);
        self.associations = associations.map(|(a, b)| a.merged(&b));
        self.label = self
            .label
            .take()
            .zip(other.label)
            .and_then(|(a, b)| a.merged(b));
        self.by = match (self.by.take(), other.by) {
            (Some(a), Some(b)) if a.column == b.column => Some(a.merged(b, most)?),
            _ => None,
        };
        Ok(())
    }

    /// The same profile as it may leave the place where the patients are: without any value that fewer than `least` cells hold,
    /// without values of columns that name patients, and without a hash of a value or a row.
    ///
    /// Cells are counted, not patients: where a patient has several rows, say which column names the patients, and ask for more cells.
    pub fn withhold(mut self, least: u64) -> Self {
        if least <= 1 {
            self.repeats.keep_at_most(1 << 16);
            return self;
        }
        self.min_cell = self.min_cell.max(least);
        let told: Vec<String> = self.names_patients();
        withhold(&mut self.columns, least, &told);
        self.repeats = self.repeats.counted();
        if let Some(associations) = &mut self.associations {
            let told = |name: &String| told.contains(name);
            associations
                .pairs
                .retain(|p| p.moments.n >= least && !told(&p.a) && !told(&p.b));
            if let Some(found) = &mut associations.found {
                found
                    .pairs
                    .retain(|p| p.n >= least && !told(&p.a) && !told(&p.b));
            }
        }
        if let Some(label) = &mut self.label {
            label.withhold(least, &told);
        }
        if let Some(by) = self.by.as_mut().filter(|by| !told.contains(&by.column)) {
            for group in by.groups.iter_mut().filter(|group| group.rows < least) {
                by.rows_left_out += group.rows;
            }
            by.groups.retain(|group| group.rows >= least);
            for group in &mut by.groups {
                withhold(&mut group.columns, least, &told);
            }
        } else {
            self.by = None;
        }
        self
    }

    /// The names of columns whose values seem to name patients, or are said to.
    pub fn names_patients(&self) -> Vec<String> {
        let named = self.columns.iter();
        let named = named.filter(|c| c.patient || names_patients(&c.name, &c.seen));
        named.map(|column| column.name.clone()).collect()
    }

    /// What people read.
    pub fn describe(&self) -> Profile {
        let (duplicate_rows, duplicate_rows_error, duplicate_rows_at_least) = self.repeats.told();
        Profile {
            rows: self.rows,
            columns: described(&self.columns),
            duplicate_rows,
            duplicate_rows_error,
            duplicate_rows_at_least,
            min_cell: (self.min_cell > 1).then_some(self.min_cell),
            associations: self.associations.as_ref().map(|a| a.told(self.rows)),
            label: self.label.as_ref().map(LabelState::describe),
            by: self.by.as_ref().map(|by| ByProfile {
                column: by.column.clone(),
                rows_left_out: by.rows_left_out,
                groups: by.groups.iter().map(GroupState::describe).collect(),
            }),
        }
    }

    /// Whether the parts of a state that was read fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut names: Vec<&str> = self.names();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("column `{}` is there twice", twice[0]));
        }
        let groups = self.by.iter().flat_map(|by| &by.groups);
        let groups = groups.map(|group| (group.rows, &group.columns));
        for (rows, columns) in groups.chain([(self.rows, &self.columns)]) {
            let wrong = columns.iter().find(|c| c.seen.n + c.seen.missing != rows);
            if let Some(wrong) = wrong {
                return Err(format!(
                    "column `{}` has other cells than there are rows",
                    wrong.name
                ));
            }
        }
        match &self.label {
            Some(label) if !label.fits() => {
                Err("the label counts more outcomes than rows".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The names of the columns, in the order of the table.
    pub fn names(&self) -> Vec<&str> {
        self.columns
            .iter()
            .map(|column| column.name.as_str())
            .collect()
    }

    /// A column, for who compares new data with it.
    pub fn column(&self, name: &str) -> Option<Reference<'_>> {
        let column = self.columns.iter().find(|column| column.name == name)?;
        Some(Reference(&column.seen))
    }

    /// A column within each group of rows that have the same value in `by`; `None` if the profile has no such groups.
    pub fn column_by(&self, by: &str, name: &str) -> Option<BTreeMap<String, Reference<'_>>> {
        let by = self.by.as_ref().filter(|state| state.column == by)?;
        let of_group = by.groups.iter().filter_map(|group| {
            let column = group.columns.iter().find(|column| column.name == name)?;
            Some((as_written(group.value.clone()), Reference(&column.seen)))
        });
        Some(of_group.collect())
    }
}

/// A column of a profile, for who compares new data with it.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a>(&'a ColumnSeen);

impl Reference<'_> {
    pub fn kind(self) -> Kind {
        self.0.kind
    }

    /// Cells with a value.
    pub fn n(self) -> u64 {
        self.0.n
    }

    pub fn missing(self) -> u64 {
        self.0.missing
    }

    /// The values with their counts, as they are written, in their order; the first number is how many cells hold another value, which is
    /// none unless there are too many different values or rare ones are not told.
    pub fn words(self) -> (u64, BTreeMap<String, u64>) {
        let words = self
            .0
            .counts
            .all()
            .map(|(key, text, times)| (as_written(shown(self.0.kind, key, text)), times));
        let words: BTreeMap<String, u64> = words.collect();
        (self.0.n.saturating_sub(words.values().sum()), words)
    }

    /// The numbers in their order, each with the number of cells it stands for; days and moments count in seconds since 1970.
    pub fn numbers(self) -> Vec<(f64, u64)> {
        self.0.values()
    }

    /// The cells between edges that rise; each bin holds its lower edge, and the first and last one also what lies beyond.
    pub fn counts_between(self, edges: &[f64]) -> Vec<u64> {
        counts_between(&self.0.values(), edges)
    }

    pub fn moments(self) -> crate::accumulator::Moments {
        self.0.moments()
    }

    /// Whether every value with its count is known.
    pub fn is_exact(self) -> bool {
        self.0.sketch.is_none()
    }

    /// How far the rank of a number may be from the true one, as a share of all values; `None` if all are known.
    pub fn rank_error(self) -> Option<f64> {
        self.0.rank_error()
    }
}

/// A value as a table would write it.
fn as_written(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Number(n) => n.as_f64().map(crate::cell::render).unwrap_or_default(),
        other => other.to_string(),
    }
}

pub(super) fn named(
    names: Vec<String>,
    patient: Option<&str>,
    seen: Vec<ColumnSeen>,
) -> Vec<Named> {
    let columns = names.into_iter().zip(seen);
    let named = columns.map(|(name, seen)| Named {
        patient: patient == Some(name.as_str()),
        name,
        seen,
    });
    named.collect()
}

fn described(columns: &[Named]) -> Vec<ColumnProfile> {
    columns
        .iter()
        .map(|c| ColumnProfile::of(&c.name, &c.seen))
        .collect()
}

fn withhold(columns: &mut [Named], least: u64, told: &[String]) {
    for column in columns {
        let names_patients =
            told.contains(&column.name) || names_patients(&column.name, &column.seen);
        column.seen.withhold(least, names_patients);
    }
}

fn merge_columns(mine: &mut [Named], others: Vec<Named>, most: usize) -> Result<(), MergeError> {
    let mut others: BTreeMap<String, Named> =
        others.into_iter().map(|c| (c.name.clone(), c)).collect();
    let mut lonely: Vec<String> = Vec::new();
    for column in mine {
        let Some(other) = others.remove(&column.name) else {
            lonely.push(column.name.clone());
            continue;
        };
        column.patient |= other.patient;
        let (a, b) = alike(&column.name, column.seen.clone(), other.seen)?;
        column.seen = a;
        column.seen.merge(b, most);
    }
    lonely.extend(others.into_keys());
    match lonely.as_slice() {
        [] => Ok(()),
        _ => Err(MergeError::Columns(lonely)),
    }
}

/// Two parts of a column in one kind.
fn alike(
    column: &str,
    mut a: ColumnSeen,
    mut b: ColumnSeen,
) -> Result<(ColumnSeen, ColumnSeen), MergeError> {
    // A column without any value does not contradict the other part.
    let kinds = [a.kind, b.kind];
    for (one, other) in [(&mut a, kinds[1]), (&mut b, kinds[0])] {
        if one.n == 0 && one.kind != other {
            let missing = one.missing;
            *one = ColumnSeen::new(other);
            one.missing = missing;
        }
    }
    match (a.kind, b.kind) {
        (x, y) if x == y => Ok((a, b)),
        (x, y) if x.is_numeric() && y.is_numeric() => {
            let number = |seen: ColumnSeen| match seen.kind {
                Kind::Integer => seen.into_numbers(),
                _ => seen,
            };
            Ok((number(a), number(b)))
        }
        (a, b) => Err(MergeError::Kinds {
            column: column.to_owned(),
            a,
            b,
        }),
    }
}

impl RepeatState {
    const NONE: Self = RepeatState::Within {
        rows: 0,
        error: None,
        parts: 0,
    };

    fn keep_at_most(&mut self, most: usize) {
        if let RepeatState::Hashes(hashes) = self {
            hashes.keep_at_most(most);
        }
    }

    /// The number alone.
    fn counted(self) -> Self {
        match self {
            RepeatState::Hashes(hashes) => {
                let repeats = hashes.repeats();
                RepeatState::Within {
                    rows: repeats.rows,
                    error: repeats.error,
                    parts: 1,
                }
            }
            within => within,
        }
    }

    fn merged(self, other: Self) -> Self {
        match (self, other) {
            (RepeatState::Hashes(mut a), RepeatState::Hashes(b)) => {
                a.merge(b);
                RepeatState::Hashes(a)
            }
            (a, b) => {
                let (a, b) = (a.counted(), b.counted());
                let ((rows, x, _), (more, y, _)) = (a.told(), b.told());
                RepeatState::Within {
                    rows: rows + more,
                    error: x.or(y).map(|_| x.unwrap_or(0.0).hypot(y.unwrap_or(0.0))),
                    parts: a.parts() + b.parts(),
                }
            }
        }
    }

    fn parts(&self) -> u64 {
        match self {
            RepeatState::Hashes(_) => 1,
            RepeatState::Within { parts, .. } => *parts,
        }
    }

    /// The rows, one standard deviation of their number, and whether there may be more.
    fn told(&self) -> (u64, Option<f64>, bool) {
        match self {
            RepeatState::Hashes(hashes) => {
                let repeats = hashes.repeats();
                (repeats.rows, repeats.error, false)
            }
            RepeatState::Within { rows, error, parts } => (*rows, *error, *parts > 1),
        }
    }
}

impl AssociationState {
    fn merged(self, other: &Self) -> Self {
        let mut pairs = Vec::new();
        for mut pair in self.pairs {
            let same = |p: &&PairState| p.a == pair.a && p.b == pair.b;
            if let Some(later) = other.pairs.iter().find(same) {
                pair.moments.merge(&later.moments);
                pairs.push(pair);
            }
        }
        Self { pairs, found: None }
    }

    /// As they were found in the rows, or what co-moments say.
    fn told(&self, rows: u64) -> Associations {
        if let Some(found) = &self.found {
            return found.clone();
        }
        let pairs = self.pairs.iter().map(|pair| {
            let pearson = pair.moments.pearson();
            Association {
                a: pair.a.clone(),
                b: pair.b.clone(),
                n: pair.moments.n,
                strength: pearson.map(f64::abs),
                pearson,
                pearson_n: None,
                spearman: None,
                cramers_v: None,
                cramers_v_corrected: None,
                mutual_information: None,
                moments: pair.moments,
            }
        });
        let mut pairs: Vec<Association> = pairs.collect();
        strongest_first(&mut pairs);
        let mut columns: Vec<String> = Vec::new();
        for pair in &self.pairs {
            for name in [&pair.a, &pair.b] {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        Associations {
            rows,
            seed: None,
            columns,
            left_out: Vec::new(),
            pairs,
        }
    }
}

impl ByState {
    fn merged(mut self, other: Self, most: usize) -> Result<Self, MergeError> {
        self.rows_left_out += other.rows_left_out;
        for group in other.groups {
            match self
                .groups
                .iter_mut()
                .find(|mine| mine.value == group.value)
            {
                Some(mine) => {
                    merge_columns(&mut mine.columns, group.columns, most)?;
                    mine.rows += group.rows;
                }
                None => self.groups.push(group),
            }
        }
        self.groups
            .sort_by_key(|group| std::cmp::Reverse(group.rows));
        Ok(self)
    }
}

impl GroupState {
    fn describe(&self) -> GroupProfile {
        GroupProfile {
            value: self.value.clone(),
            rows: self.rows,
            columns: described(&self.columns),
        }
    }
}
