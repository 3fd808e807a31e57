//! Time to the first of several kinds of events: how likely each is, and what a score of one of them is worth.

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::Estimate;
use galen_stats::survival::competing::{Ended, brier, c_index, cumulative_auc, incidence};
use galen_table::Table;
use serde::Serialize;

use crate::columns::numbers;
use crate::drawn::{Patients, of_places};
use crate::group::{GroupOf, by_group};
use crate::survival::Asked;
use crate::{Columns, EvalError, LeftOut, Settings};

/// Metrics of competing risks, in the order of the manual, with what they are; `_t` are asked at each horizon.
pub const COMPETING: &[(&str, &str)] = &[
    (
        "incidence_t",
        "Probability of an event of each cause by a horizon, as incidence_of_1@365 (Aalen and Johansen 1978, Scand J Stat 5:141-150).",
    ),
    (
        "o_e_ratio_t",
        "That of the cause asked for by the mean of its probabilities; needs probabilities.",
    ),
    (
        "c_index",
        "Concordance of the score with the order of the events of the cause, others ruling it out, over all times (Wolbers et al. 2014, Biostatistics 15:526-539).",
    ),
    ("c_index_t", "The same of events up to a horizon."),
    (
        "auc_t",
        "Cumulative and dynamic area at a horizon; who had another event by then is a control (Blanche, Dartigues and Jacqmin-Gadda 2013, Stat Med 32:5381-5397).",
    ),
    (
        "brier_t",
        "Squared error of the probability of an event of the cause by a horizon, weighted for who was lost (Schoop et al. 2011, Biom J 53:88-112); needs probabilities.",
    ),
];

/// What a model of the risk of one kind of event is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Competing {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// The cause that is asked for.
    pub cause: u32,
    /// How many cases had an event of each cause.
    pub events: BTreeMap<u32, usize>,
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
    pub events: BTreeMap<u32, usize>,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Measures a table: `columns.truth` is the time to the first event or to the end of follow-up, `asked.event` holds 0 where none was seen
/// and else its cause, a whole number. Scores are of `cause`; without any there are incidences alone.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    asked: &Asked,
    cause: u32,
    settings: &Settings,
) -> Result<Competing, EvalError> {
    let ends = causes(table, &asked.event)?;
    let timed = asked.read(table, columns, |row| ends[row].is_some())?;
    let both = timed.rows.iter().zip(&timed.times);
    let cases: Vec<Ended> = both
        .filter_map(|(&row, &time)| {
            Some(Ended {
                time,
                cause: ends[row]?,
            })
        })
        .collect();
    let seen = cases.iter().map(|case| case.cause);
    let seen: BTreeSet<u32> = seen.filter(|own| *own != 0).collect();
    if cause == 0 || (!seen.is_empty() && !seen.contains(&cause)) {
        return Err(EvalError::UnknownValue {
            column: asked.event.clone(),
            value: cause.to_string(),
            found: seen.iter().map(u32::to_string).collect(),
        });
    }
    let bench = Bench {
        cases,
        causes: seen.into_iter().collect(),
        cause,
        scores: &timed.scores,
        asked,
        horizons: &timed.horizons,
    };
    let ids = settings.among(COMPETING.iter().map(|(id, _)| *id))?;
    let of =
        |places: &[usize], cluster: Option<&[u32]>| bench.part(places, cluster, &ids, settings);
    let (overall, groups) = by_group(table, columns, (&timed.rows, timed.cluster.as_deref()), of)?;
    Ok(Competing {
        n: timed.rows.len(),
        clusters: overall.clusters,
        cause,
        events: overall.events.clone(),
        left_out: timed.left_out,
        horizons: timed.horizons.clone(),
        overall,
        groups,
    })
}

/// The cause of each row, 0 if no event was seen; none where nothing is said.
fn causes(table: &Table, column: &str) -> Result<Vec<Option<u32>>, EvalError> {
    let whole = |(row, value): (usize, Option<f64>)| match value {
        None => Ok(None),
        Some(value) if value >= 0.0 && value.fract() == 0.0 && value <= f64::from(u32::MAX) => {
            Ok(Some(value as u32))
        }
        Some(value) => Err(EvalError::Other(format!(
            "Row {row} (counted from 0) has {value} in `{column}`: it holds 0 where no event was seen, and else the number of its cause."
        ))),
    };
    numbers(table, column)?
        .into_iter()
        .enumerate()
        .map(whole)
        .collect()
}

/// A metric of drawn cases and their places.
type Value<'a> = dyn Fn(&[Ended], &[usize]) -> Option<f64> + Sync + 'a;

/// What is measured, so that a draw only chooses.
struct Bench<'a> {
    cases: Vec<Ended>,
    causes: Vec<u32>,
    cause: u32,
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
            if *id == "c_index" && !self.scores.is_empty() {
                add("c_index".to_owned(), &|cases, drawn| {
                    let score = of_places(&self.scores[0], drawn);
                    c_index(cases, self.cause, &score, f64::INFINITY)
                });
            }
            for &horizon in self.horizons {
                self.at_horizon(id, horizon, &mut add);
            }
        }
        let count = |&cause: &u32| {
            let is_its = |place: &&usize| self.cases[**place].cause == cause;
            (cause, places.iter().filter(is_its).count())
        };
        Part {
            n: places.len(),
            clusters: patients.clusters(),
            events: self.causes.iter().map(count).collect(),
            metrics,
        }
    }

    /// Adds a metric at a horizon, where there is what it needs.
    fn at_horizon(&self, id: &str, horizon: f64, add: &mut dyn FnMut(String, &Value<'_>)) {
        let name = format!("{id}@{horizon}");
        if id == "incidence_t" {
            for &cause in &self.causes {
                add(format!("incidence_of_{cause}@{horizon}"), &|cases, _| {
                    incidence(cases, cause, horizon)
                });
            }
            return;
        }
        if self.scores.is_empty() {
            return;
        }
        let score = self.asked.score_at(self.scores, horizon);
        let probability = self.asked.probability_by(self.scores, horizon);
        match (id, probability) {
            ("c_index_t", _) => add(name, &|cases, drawn| {
                c_index(cases, self.cause, &of_places(score, drawn), horizon)
            }),
            ("auc_t", _) => add(name, &|cases, drawn| {
                cumulative_auc(cases, self.cause, &of_places(score, drawn), horizon)
            }),
            ("brier_t", Some(own)) => add(name, &|cases, drawn| {
                brier(cases, self.cause, &of_places(own, drawn), horizon)
            }),
            ("o_e_ratio_t", Some(own)) => add(name, &|cases, drawn| {
                let expected: f64 = drawn.iter().map(|&place| own[place]).sum();
                let observed = incidence(cases, self.cause, horizon)? * cases.len() as f64;
                (expected > 0.0).then(|| observed / expected)
            }),
            _ => {}
        }
    }
}
