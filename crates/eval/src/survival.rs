//! Time to an event, some of which were not seen: order, discrimination and error at horizons.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_stats::survival::{
    Censored, brier, c_index, c_index_ipcw, cumulative_auc, integrated_brier,
};
use galen_table::Table;
use serde::Serialize;

use crate::columns::{numbers, yes_or_no};
use crate::drawn::Patients;
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
    let time = numbers(table, &columns.truth)?;
    let event = yes_or_no(table, &asked.event, columns.positive.as_deref())?;
    let mut scores = Vec::new();
    for (_, column) in &asked.scores {
        scores.push(numbers(table, column)?);
    }
    if scores.is_empty() {
        return Err(EvalError::NothingToJudge);
    }
    let mut left_out = LeftOut::default();
    let mut rows = Vec::new();
    for row in 0..table.rows() {
        let has_answer = scores.iter().all(|score| score[row].is_some());
        match (time[row].zip(event[row]), has_answer) {
            (None, _) => left_out.no_truth += 1,
            (_, false) => left_out.no_answer += 1,
            _ => rows.push(row),
        }
    }
    columns.may_leave_out(&left_out)?;
    if rows.is_empty() {
        return Err(EvalError::NoTruth(columns.truth.clone()));
    }
    if let Some(&row) = rows
        .iter()
        .find(|&&row| time[row].is_some_and(|time| time < 0.0))
    {
        return Err(EvalError::Other(format!(
            "Row {row} (counted from 0) has the time {} in `{}`, and no time is negative.",
            time[row].unwrap_or_default(),
            columns.truth
        )));
    }
    let cases: Vec<Censored> = rows
        .iter()
        .map(|&row| Censored {
            time: time[row].expect("rows with a time were chosen"),
            event: event[row] == Some(true),
        })
        .collect();
    let of_rows = |score: &Vec<Option<f64>>| rows.iter().filter_map(|&row| score[row]).collect();
    let scores: Vec<Vec<f64>> = scores.iter().map(of_rows).collect();
    let mut horizons = asked.horizons.clone();
    horizons.extend(asked.scores.iter().filter_map(|(horizon, _)| *horizon));
    horizons.sort_by(f64::total_cmp);
    horizons.dedup();
    let cluster = columns.patients(table, &rows)?;
    let bench = Bench {
        cases,
        scores,
        asked,
        horizons: &horizons,
    };
    let ids = settings.among(SURVIVAL.iter().map(|(id, _)| *id))?;
    let of =
        |places: &[usize], cluster: Option<&[u32]>| bench.part(places, cluster, &ids, settings);
    let (overall, groups) = by_group(table, columns, (&rows, cluster.as_deref()), of)?;
    Ok(Survival {
        n: rows.len(),
        clusters: overall.clusters,
        events: overall.events,
        left_out,
        horizons: horizons.clone(),
        overall,
        groups,
    })
}

/// A metric of drawn cases and their places.
type Value<'a> = dyn Fn(&[Censored], &[usize]) -> Option<f64> + Sync + 'a;

/// What is measured, so that a draw only chooses.
struct Bench<'a> {
    cases: Vec<Censored>,
    scores: Vec<Vec<f64>>,
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
        let patients = Patients::of(places.len(), cluster);
        let mut metrics = BTreeMap::new();
        let mut add = |name: String, value: &Value<'_>| {
            let of = |drawn: &[usize]| {
                let drawn: Vec<usize> = drawn.iter().map(|&at| places[at]).collect();
                let cases: Vec<Censored> = drawn.iter().map(|&place| self.cases[place]).collect();
                value(&cases, &drawn)
            };
            metrics.insert(name, patients.estimate(of, settings));
        };
        let chosen = |score: &[f64], drawn: &[usize]| {
            drawn
                .iter()
                .map(|&place| score[place])
                .collect::<Vec<f64>>()
        };
        for id in ids {
            match *id {
                "c_index" => add("c_index".to_owned(), &|cases, drawn| {
                    c_index(cases, &chosen(&self.scores[0], drawn))
                }),
                "c_index_ipcw" => add("c_index_ipcw".to_owned(), &|cases, drawn| {
                    c_index_ipcw(cases, &chosen(&self.scores[0], drawn))
                }),
                "auc_t" => {
                    for &horizon in self.horizons {
                        let score = self.score_at(horizon);
                        add(format!("auc_t@{horizon}"), &|cases, drawn| {
                            cumulative_auc(cases, &chosen(score, drawn), horizon)
                        });
                    }
                }
                "brier_t" => {
                    for &horizon in self.horizons {
                        let Some(score) = self.probability_by(horizon) else {
                            continue;
                        };
                        add(format!("brier_t@{horizon}"), &|cases, drawn| {
                            brier(cases, &chosen(score, drawn), horizon)
                        });
                    }
                }
                "integrated_brier" => {
                    let of: Vec<(f64, &[f64])> = (self.horizons.iter())
                        .filter_map(|&horizon| Some((horizon, self.probability_by(horizon)?)))
                        .collect();
                    if of.len() > 1 {
                        add("integrated_brier".to_owned(), &|cases, drawn| {
                            let errors = of.iter().map(|(horizon, score)| {
                                Some((*horizon, brier(cases, &chosen(score, drawn), *horizon)?))
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

    /// The scores that order the cases at a horizon.
    fn score_at(&self, horizon: f64) -> &[f64] {
        let own = self
            .asked
            .scores
            .iter()
            .position(|(at, _)| *at == Some(horizon));
        &self.scores[own.unwrap_or(0)]
    }

    /// The probabilities of the event by a horizon: a column of that horizon, or the only one of a single horizon; none if they are none.
    fn probability_by(&self, horizon: f64) -> Option<&[f64]> {
        let own = self
            .asked
            .scores
            .iter()
            .position(|(at, _)| *at == Some(horizon));
        let only = (self.horizons.len() == 1 && self.scores.len() == 1).then_some(0);
        let scores = &self.scores[own.or(only)?];
        scores
            .iter()
            .all(|score| (0.0..=1.0).contains(score))
            .then_some(scores)
    }
}
