//! Weak subgroups that nobody declared: searched on some patients, and asked again of others, whom the search did not see.

use std::collections::BTreeSet;

use galen_stats::compare::{distance, part_and_rest};
use galen_stats::{Cases, Estimate, Level, Multiplicity};
use galen_table::Table;
use serde::Serialize;

use crate::{Columns, EvalError};

mod condition;

pub use condition::Condition;
use condition::{conditions, holds};

/// Cases of a subgroup below this are not searched for, nor asked again: too little would be known of them.
pub const CASES_MIN: usize = crate::group::CASES_NEEDED;

/// What is searched for.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Columns whose values may make a subgroup.
    pub features: Vec<String>,
    pub error: Error,
    /// How many subgroups are asked again.
    pub most: usize,
    pub level: Level,
}

/// What a subgroup may have more of: the errors of one kind, or the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Diseased cases that are not flagged: the sensitivity is low.
    Missed,
    /// Healthy cases that are flagged: the specificity is low.
    FalselyFlagged,
    /// Both.
    Wrong,
    /// The squared distance of the probability from the truth.
    Brier,
}

/// Every error by the metric that shows it.
pub const ERRORS: [(&str, Error); 4] = [
    ("sensitivity", Error::Missed),
    ("specificity", Error::FalselyFlagged),
    ("accuracy", Error::Wrong),
    ("brier", Error::Brier),
];

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slices {
    pub metric: &'static str,
    /// Cases that were searched, and those of other patients that were asked again; only those of the kind that can have the error.
    pub searched: usize,
    pub confirmed_on: usize,
    /// How many subgroups were looked at.
    pub looked_at: usize,
    pub slices: Vec<Slice>,
    pub warnings: Vec<String>,
}

/// A subgroup that seemed worse, and whether it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    /// Always: nobody declared it beforehand.
    pub exploratory: bool,
    pub conditions: Vec<Condition>,
    pub found: Found,
    pub again: Again,
    /// `confirmed`, `not_confirmed`, or `too_few` where the other patients are too few to say.
    pub verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Where it was searched: chosen because it is bad there, so that its value is worse than the truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    pub n: usize,
    /// The share of errors, or the mean loss, in the subgroup and in the rest.
    pub error: f64,
    pub rest: f64,
    /// Standard errors between both.
    pub distance: f64,
}

/// Among patients whom the search did not see.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Again {
    pub n: usize,
    pub error: Option<f64>,
    pub rest: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
    pub p_value: Option<f64>,
    /// By Holm over the subgroups that were asked again.
    pub p_adjusted: Option<f64>,
}

/// Searches a table for subgroups of one or two conditions in which the model errs more than in the rest, and asks another table of
/// other patients whether that is so.
///
/// Conditions are values of categories, quarters of numbers (as they lie in the first table), and "not reported". Subgroups are ranked by the
/// standardised distance of their mean error from that of the rest, patients being the units; one that shares half of its cases with a
/// better one is passed over, and two conditions count only if both together are worse than each.
///
/// # Errors
/// [`EvalError`] for columns and values that cannot be, and if both tables share a patient.
///
/// # Source
/// Chung et al. 2019, ICDE (Slice Finder); Sagadeeva and Boehm 2021, SIGMOD (SliceLine); Holm 1979. That a group which was found must be
/// asked again of others: Dmitrienko, Muysers, Fritsch and Lipkovich 2016, J Biopharm Stat 26:71-98.
pub fn search(
    first: &Table,
    second: &Table,
    columns: &Columns,
    search: &Search,
) -> Result<Slices, EvalError> {
    let (found, other) = (
        Losses::of(first, columns, search)?,
        Losses::of(second, columns, search)?,
    );
    let mut warnings = found.warnings.clone();
    if let Some(column) = &columns.cluster {
        let who = |table: &Table, rows: &[usize]| -> Result<BTreeSet<String>, EvalError> {
            let texts = table.texts(column)?;
            Ok(rows.iter().filter_map(|&row| texts[row].clone()).collect())
        };
        let (a, b) = (who(first, &found.rows)?, who(second, &other.rows)?);
        if let Some(both) = a.intersection(&b).next() {
            return Err(EvalError::Other(format!(
                "The patient `{both}` is in both tables: a subgroup would be confirmed by those whom it was found in."
            )));
        }
    } else {
        warnings.push(
            "no patient is named: each row counts as one, and whether both tables share a patient is not known".to_owned(),
        );
    }
    let known = conditions(first, &search.features, &found.rows)?;
    let (looked_at, chosen) = found.worst(&known, search.most);
    let mut slices = Vec::new();
    for (places, distance) in chosen {
        let own: Vec<&Condition> = places.iter().map(|&at| &known[at].0).collect();
        let inside = found.inside(&known, &places);
        let (n, error, rest) = found.means(&inside);
        let (Some(error), Some(rest)) = (error, rest) else {
            continue;
        };
        let there = holds(second, &own, &other.rows)?;
        slices.push(Slice {
            exploratory: true,
            conditions: own.into_iter().cloned().collect(),
            found: Found {
                n,
                error,
                rest,
                distance,
            },
            again: other.again(&there, search.level),
            verdict: "too_few",
            why: None,
        });
    }
    judge(&mut slices, search.level);
    Ok(Slices {
        metric: search.error.metric(),
        searched: found.loss.len(),
        confirmed_on: other.loss.len(),
        looked_at,
        slices,
        warnings,
    })
}

impl Error {
    fn metric(self) -> &'static str {
        let of = ERRORS.iter().find(|(_, error)| *error == self);
        of.map_or("", |(metric, _)| metric)
    }

    /// The loss of a case; none of a case that cannot have this error.
    fn of(self, scored: Option<&Cases>, flagged: Option<&Cases>, case: usize) -> Option<f64> {
        let share = |is: bool| Some(f64::from(u8::from(is)));
        if self == Self::Brier {
            let cases = scored?;
            let truth = f64::from(u8::from(cases.truth()[case]));
            return Some((cases.score()[case] - truth).powi(2));
        }
        let cases = flagged?;
        let flag = cases.score()[case] >= cases.threshold()?;
        let truth = cases.truth()[case];
        match self {
            Self::Missed => truth.then_some(()).and_then(|()| share(!flag)),
            Self::FalselyFlagged => (!truth).then_some(()).and_then(|()| share(flag)),
            _ => share(flag != truth),
        }
    }
}

/// The losses of the cases that can have the error.
struct Losses {
    /// Rows of the table.
    rows: Vec<usize>,
    loss: Vec<f64>,
    patient: Option<Vec<u32>>,
    warnings: Vec<String>,
}

impl Losses {
    fn of(table: &Table, columns: &Columns, search: &Search) -> Result<Self, EvalError> {
        let read = columns.read(table)?;
        let any = read.any();
        if search.error == Error::Brier {
            let is_share = |score: &f64| (0.0..=1.0).contains(score);
            let scores = read.scored.as_ref().ok_or(EvalError::NothingToJudge)?;
            if !scores.score().iter().all(is_share) {
                return Err(EvalError::Other(
                    "The Brier score needs scores from 0 to 1.".to_owned(),
                ));
            }
        } else if read
            .flagged
            .as_ref()
            .is_none_or(|cases| cases.threshold().is_none())
        {
            return Err(EvalError::Other(
                "Whether an answer is an error needs a threshold, or the model's own answer."
                    .to_owned(),
            ));
        }
        let loss = |case: usize| {
            search
                .error
                .of(read.scored.as_ref(), read.flagged.as_ref(), case)
        };
        let counted: Vec<(usize, f64)> = (0..any.n())
            .filter_map(|case| Some((case, loss(case)?)))
            .collect();
        let patient = any.cluster();
        Ok(Self {
            rows: counted.iter().map(|(case, _)| read.rows[*case]).collect(),
            loss: counted.iter().map(|(_, loss)| *loss).collect(),
            patient: patient.map(|all| counted.iter().map(|(case, _)| all[*case]).collect()),
            warnings: read.warnings,
        })
    }

    fn inside(&self, known: &[(Condition, Vec<bool>)], places: &[usize]) -> Vec<bool> {
        (0..self.loss.len())
            .map(|case| places.iter().all(|&at| known[at].1[case]))
            .collect()
    }

    /// How many are inside, and the mean loss there and in the rest.
    fn means(&self, inside: &[bool]) -> (usize, Option<f64>, Option<f64>) {
        let mean = |of: bool| {
            let own = inside.iter().zip(&self.loss).filter(|(is, _)| **is == of);
            let (n, sum) = own.fold((0, 0.0), |(n, sum), (_, loss)| (n + 1, sum + loss));
            (n, (n > 0).then(|| sum / n as f64))
        };
        let (n, error) = mean(true);
        (n, error, mean(false).1)
    }

    /// The subgroups that are farthest above the rest, with how many were looked at.
    fn worst(
        &self,
        known: &[(Condition, Vec<bool>)],
        most: usize,
    ) -> (usize, Vec<(Vec<usize>, f64)>) {
        let far = |places: &[usize]| {
            let inside = self.inside(known, places);
            let (n, error, rest) = self.means(&inside);
            let is_worse = n >= CASES_MIN && error? > rest?;
            is_worse
                .then(|| distance(&self.loss, &inside, self.patient.as_deref()))
                .flatten()
        };
        let alone: Vec<Option<f64>> = (0..known.len()).map(|at| far(&[at])).collect();
        let mut looked_at = known.len();
        let mut ranked: Vec<(Vec<usize>, f64)> = (0..known.len())
            .filter_map(|at| Some((vec![at], alone[at]?)))
            .collect();
        for a in 0..known.len() {
            for b in a + 1..known.len() {
                if known[a].0.column == known[b].0.column {
                    continue;
                }
                looked_at += 1;
                let Some(both) = far(&[a, b]) else { continue };
                let beats = |one: Option<f64>| one.is_none_or(|one| both > one);
                if beats(alone[a]) && beats(alone[b]) {
                    ranked.push((vec![a, b], both));
                }
            }
        }
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut chosen: Vec<(Vec<usize>, f64)> = Vec::new();
        let mut taken: Vec<Vec<bool>> = Vec::new();
        for (places, distance) in ranked {
            if chosen.len() == most {
                break;
            }
            let inside = self.inside(known, &places);
            if taken.iter().all(|other| overlap(other, &inside) <= 0.5) {
                taken.push(inside);
                chosen.push((places, distance));
            }
        }
        (looked_at, chosen)
    }

    fn again(&self, inside: &[bool], level: Level) -> Again {
        let (n, error, rest) = self.means(inside);
        let difference = part_and_rest(&self.loss, inside, self.patient.as_deref(), level).ok();
        Again {
            n,
            error,
            rest,
            p_value: difference.as_ref().and_then(|one| one.p_value),
            difference: difference.map(|one| one.estimate),
            p_adjusted: None,
        }
    }
}

/// The share of common cases among those of either.
fn overlap(a: &[bool], b: &[bool]) -> f64 {
    let both = a.iter().zip(b).filter(|(a, b)| **a && **b).count();
    let either = a.iter().zip(b).filter(|(a, b)| **a || **b).count();
    both as f64 / either.max(1) as f64
}

fn judge(slices: &mut [Slice], level: Level) {
    let asked: Vec<usize> = (0..slices.len())
        .filter(|&at| slices[at].again.n >= CASES_MIN && slices[at].again.p_value.is_some())
        .collect();
    let p: Vec<f64> = asked
        .iter()
        .filter_map(|&at| slices[at].again.p_value)
        .collect();
    for (&at, adjusted) in asked.iter().zip(Multiplicity::Holm.adjust(&p)) {
        let slice = &mut slices[at];
        slice.again.p_adjusted = Some(adjusted);
        let is_worse = slice.again.error > slice.again.rest;
        slice.verdict = match is_worse && adjusted <= 1.0 - level.value() {
            true => "confirmed",
            false => "not_confirmed",
        };
    }
    for slice in slices.iter_mut().filter(|slice| slice.verdict == "too_few") {
        let n = slice.again.n;
        slice.why = Some(match n < CASES_MIN {
            true => format!(
                "{} more cases of it are needed among the other patients (here are {n})",
                CASES_MIN - n
            ),
            false => "nothing varies among the other patients".to_owned(),
        });
    }
}
