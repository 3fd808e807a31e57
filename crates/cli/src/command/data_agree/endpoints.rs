//! What hangs on who read: a model judged by the readers' vote, with the readers drawn anew.

use std::collections::BTreeMap;

use galen_stats::Level;
use galen_stats::agreement::{Endpoint, Judged, endpoint};
use galen_stats::metric::by_id;
use galen_table::Table;
use serde_json::{Value, json};

use super::{Said, shown};
use crate::args::DataAgree;
use crate::reading::named_otherwise;
use crate::report::Failure;
use crate::words::table;

/// A metric of the model.
pub struct Found {
    metric: &'static str,
    endpoint: Endpoint,
}

impl Found {
    pub fn document(&self) -> Value {
        json!({
            "metric": self.metric,
            "cases": self.endpoint.decided,
            "patients": self.endpoint.patients,
            "patients_and_readers": self.endpoint.patients_and_readers,
            "readers": self.endpoint.readers,
        })
    }
}

/// The metrics of the model whose score is a column; none if no column is named.
pub fn of(read: &Table, said: &Said, args: &DataAgree) -> Result<Vec<Found>, Failure> {
    let Some(column) = &args.score else {
        return Ok(Vec::new());
    };
    let failed = |error| named_otherwise("column", &error);
    let positive = args.positive.as_deref().unwrap_or("1");
    if !said.names.iter().any(|name| name == positive) {
        return Err(Failure::usage(
            "positive",
            format!("no reader says `{positive}`"),
            format!(
                "name the label that means diseased: --positive, one of {}",
                said.names.join(", ")
            ),
        ));
    }
    let positive: Vec<bool> = said.names.iter().map(|name| name == positive).collect();
    let cases = read.texts(&args.case).map_err(failed)?;
    let scores = read.numbers(column).map_err(failed)?;
    let mut score_of: BTreeMap<&str, f64> = BTreeMap::new();
    for (case, score) in cases.iter().zip(scores) {
        let (Some(case), Some(score)) = (case, score) else {
            continue;
        };
        if *score_of.entry(case).or_insert(score) != score {
            return Err(Failure::usage(
                "score",
                format!("case `{case}` has two scores in `{column}`"),
                "give every case one score",
            ));
        }
    }
    let score = said
        .cases
        .iter()
        .map(|case| score_of.get(case.as_str()).copied());
    let score: Vec<Option<f64>> = score.collect();
    let ids: &[&str] = match args.threshold {
        Some(_) => &["sensitivity", "specificity", "auroc"],
        None => &["auroc"],
    };
    let metrics = ids.iter().filter_map(|id| by_id(id));
    let found = metrics.map(|metric| {
        let judged = Judged {
            score: &score,
            threshold: args.threshold,
            positive: &positive,
            metric,
        };
        Found {
            metric: metric.about().id,
            endpoint: endpoint(
                &said.ratings,
                &judged,
                args.resamples,
                args.seed,
                Level::DEFAULT,
            ),
        }
    });
    Ok(found.collect())
}

pub fn lines(found: &[Found]) -> Vec<String> {
    if found.is_empty() {
        return Vec::new();
    }
    let row = |one: &Found| {
        let of = &one.endpoint;
        vec![
            one.metric.to_owned(),
            shown(&of.patients),
            shown(&of.patients_and_readers),
        ]
    };
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    vec![
        String::new(),
        table(
            &[
                "by the readers' vote",
                "patients drawn",
                "patients and readers drawn",
            ],
            &rows,
        ),
    ]
}
