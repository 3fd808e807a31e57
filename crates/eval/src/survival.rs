//! Time to an event, some of which were not seen: order, discrimination and error at horizons.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_stats::survival::{
    Censored, brier, c_index, c_index_ipcw, cumulative_auc, integrated_brier,
};
use galen_table::Table;
use serde::Serialize;

use crate::columns::{numbers, yes_or_no};
use crate::drawn::{Patients, of_places};
use crate::group::{GroupOf, by_group};
use crate::{Columns, EvalError, LeftOut, Settings};

/// Metrics of survival, in the order of the manual, with what they are; `_t` are asked at each horizon.
pub const SURVIVAL: &[(&str, &str)] = &[
    (
        "c_index",
        "Share of pairs whose order is known in which the higher risk had the event first (Harrell et al. 1996, Stat Med 15:361-387).",
    ),
    (
        "c_index_ipcw",
        "The same, weighted for who left early (Uno et al. 2011, Stat Med 30:1105-1117).",
    ),
    (
        "auc_t",
        "Cumulative and dynamic area at a horizon (Uno et al. 2007, JASA 102:527-537).",
    ),
    (
        "brier_t",
        "Squared error of the probability of the event by a horizon, weighted for who left early (Graf et al. 1999, Stat Med 18:2529-2545); needs probabilities.",
    ),
    (
        "integrated_brier",
        "Its mean over the horizons (Graf et al. 1999); needs several columns of probabilities, as --score T=COL.",
    ),
];

/// What a model of risk is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Survival {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub events: usize,
    pub left_out: LeftOut,
    pub horizons: Vec<f64>,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
}

/// Metrics of cases; those of a horizon are `auc_t@365`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub events: usize,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Which columns say when, whether, and how likely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Whether the event was seen.
    pub event: String,
    /// Columns of scores: of all times, or of the probability by a horizon.
    pub scores: Vec<(Option<f64>, String)>,
    pub horizons: Vec<f64>,
}

/// Rows that are judged, with their times and scores.
pub(crate) struct Timed {
    pub(crate) rows: Vec<usize>,
    pub(crate) times: Vec<f64>,
    /// Of each column of scores.
    pub(crate) scores: Vec<Vec<f64>>,
    /// Rising: those that were asked for and those of columns.
    pub(crate) horizons: Vec<f64>,
    pub(crate) cluster: Option<Vec<u32>>,
    pub(crate) left_out: LeftOut,
}

impl Asked {
    /// Reads times and scores of the rows of which it is known how they ended.
    ///
    /// # Errors
    /// [`EvalError`].
    pub(crate) fn read(
        &self,
        table: &Table,
        columns: &Columns,
        has_end: impl Fn(usize) -> bool,
    ) -> Result<Timed, EvalError> {
        let time = numbers(table, &columns.truth)?;
        let mut scores = Vec::new();
        for (_, column) in &self.scores {
            scores.push(numbers(table, column)?);
        }
        let has_truth = |row: usize| time[row].is_some() && has_end(row);
        let has_answer = |row: usize| scores.iter().all(|score| score[row].is_some());
        let besides = self.scores.iter().map(|(_, column)| column.as_str());
        let besides: Vec<&str> = besides
            .chain(std::iter::once(self.event.as_str()))
            .collect();
        let (rows, left_out) = columns.judged(table, &besides, has_truth, has_answer)?;
        let times: Vec<f64> = rows.iter().filter_map(|&row| time[row]).collect();
        if let Some((row, time)) = rows.iter().zip(&times).find(|(_, time)| **time < 0.0) {
            return Err(EvalError::Other(format!(
                "Row {row} (counted from 0) has the time {time} in `{}`, and no time is negative.",
                columns.truth
            )));
        }
        let of_rows =
            |score: &Vec<Option<f64>>| rows.iter().filter_map(|&row| score[row]).collect();
        let mut horizons = self.horizons.clone();
        horizons.extend(self.scores.iter().filter_map(|(horizon, _)| *horizon));
        horizons.sort_by(f64::total_cmp);
        horizons.dedup();
        Ok(Timed {
            cluster: columns.patients(table, &rows)?,
            scores: scores.iter().map(of_rows).collect(),
            rows,
            times,
            horizons,
            left_out,
        })
    }

    /// The scores that order the cases at a horizon; there is a column of them.
    pub(crate) fn score_at<'a>(&self, scores: &'a [Vec<f64>], horizon: f64) -> &'a [f64] {
        &scores[self.column_of(horizon).unwrap_or(0)]
    }

    /// The probabilities of the event by a horizon: a column of that horizon, or the only one of a single horizon; none if they are none.
    pub(crate) fn probability_by<'a>(
        &self,
        scores: &'a [Vec<f64>],
        horizon: f64,
    ) -> Option<&'a [f64]> {
        let is_only = matches!(self.scores.as_slice(), [(None, _)])
            && self.horizons.iter().all(|own| *own == horizon);
        let scores = &scores[self.column_of(horizon).or(is_only.then_some(0))?];
        let are_shares = scores.iter().all(|score| (0.0..=1.0).contains(score));
        are_shares.then_some(scores)
    }

    fn column_of(&self, horizon: f64) -> Option<usize> {
        let is_its = |(at, _): &(Option<f64>, String)| *at == Some(horizon);
        self.scores.iter().position(is_its)
    }
}

/// Measures a table: `columns.truth` is the time to the event or to the end of follow-up.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    asked: &Asked,
    settings: &Settings,
) -> Result<Survival, EvalError> {
    if asked.scores.is_empty() {
        return Err(EvalError::NothingToJudge);
    }
    let event = yes_or_no(table, &asked.event, columns.positive.as_deref())?;
    let timed = asked.read(table, columns, |row| event[row].is_some())?;
    let both = timed.rows.iter().zip(&timed.times);
    let bench = Bench {
        cases: both
            .map(|(&row, &time)| Censored {
                time,
                event: event[row] == Some(true),
            })
            .collect(),
        scores: &timed.scores,
        asked,
        horizons: &timed.horizons,
    };
    let (rows, cluster) = (&timed.rows, timed.cluster.as_deref());
    let ids = settings.among(SURVIVAL.iter().map(|(id, _)| *id))?;
    let of =
        |places: &[usize], cluster: Option<&[u32]>| bench.part(places, cluster, &ids, settings);
    let (overall, groups) = by_group(table, columns, (rows, cluster), of)?;
    Ok(Survival {
        n: rows.len(),
        clusters: overall.clusters,
        events: overall.events,
        left_out: timed.left_out,
        horizons: timed.horizons.clone(),
        overall,
        groups,
    })
}

/// A metric of drawn cases and their places.
type Value<'a> = dyn Fn(&[Censored], &[usize]) -> Option<f64> + Sync + 'a;

/// What is measured, so that a draw only chooses.
struct Bench<'a> {
    cases: Vec<Censored>,
    scores: &'a [Vec<f64>],
    asked: &'a Asked,
    horizons: &'a [f64],
}

impl Bench<'_> {
    fn part(
        &self,
        places: &[usize],
        cluster: Option<&[u32]>,
        ids: &[&str],
        settings: &Settings,
    ) -> Part {
        let patients = Patients::among(places, cluster);
        let mut metrics = BTreeMap::new();
        let mut add = |name: String, value: &Value<'_>| {
            let of = |drawn: &[usize]| value(&of_places(&self.cases, drawn), drawn);
            metrics.insert(name, patients.estimate(of, settings));
        };
        for id in ids {
            match *id {
                "c_index" => add("c_index".to_owned(), &|cases, drawn| {
                    c_index(cases, &of_places(&self.scores[0], drawn))
                }),
                "c_index_ipcw" => add("c_index_ipcw".to_owned(), &|cases, drawn| {
                    c_index_ipcw(cases, &of_places(&self.scores[0], drawn))
                }),
                "auc_t" => {
                    for &horizon in self.horizons {
                        let score = self.asked.score_at(self.scores, horizon);
                        add(format!("auc_t@{horizon}"), &|cases, drawn| {
                            cumulative_auc(cases, &of_places(score, drawn), horizon)
                        });
                    }
                }
                "brier_t" => {
                    for &horizon in self.horizons {
                        let Some(score) = self.asked.probability_by(self.scores, horizon) else {
                            continue;
                        };
                        add(format!("brier_t@{horizon}"), &|cases, drawn| {
                            brier(cases, &of_places(score, drawn), horizon)
                        });
                    }
                }
                "integrated_brier" => {
                    let of: Vec<(f64, &[f64])> = (self.horizons.iter())
                        .filter_map(|&horizon| {
                            Some((horizon, self.asked.probability_by(self.scores, horizon)?))
                        })
                        .collect();
                    if of.len() > 1 {
                        add("integrated_brier".to_owned(), &|cases, drawn| {
                            let errors = of.iter().map(|(horizon, score)| {
                                Some((*horizon, brier(cases, &of_places(score, drawn), *horizon)?))
                            });
                            integrated_brier(&errors.collect::<Option<Vec<_>>>()?)
                        });
                    }
                }
                _ => {}
            }
        }
        Part {
            n: places.len(),
            clusters: patients.clusters(),
            events: places
                .iter()
                .filter(|&&place| self.cases[place].event)
                .count(),
            metrics,
        }
    }
}
