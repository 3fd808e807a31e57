//! Yes-or-no cases: every metric with its interval, all together and by group.

use std::collections::BTreeMap;

use galen_stats::interval::{METHODS, Method, measure_all};
use galen_stats::metric::{Metric, asked, ids, nearest};
use galen_stats::{Cases, Estimate};
use galen_table::Table;
use serde::Serialize;

use crate::columns::{Read, groups_of};
use crate::curve::{Curves, curves};
use crate::disparity::{Disparity, disparities};
use crate::group::undecidable;
use crate::parity::{Parity, parities};
use crate::{Columns, EvalError, Group, LeftOut, Settings};

/// What a model is worth on these cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Binary {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub positives: usize,
    pub left_out: LeftOut,
    pub overall: Overall,
    pub groups: Vec<Group>,
    pub disparities: Vec<Disparity>,
    pub parities: Vec<Parity>,
    pub curves: Curves,
    pub warnings: Vec<String>,
}

/// All cases together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overall {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub positives: usize,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Measures a table.
///
/// # Errors
/// [`EvalError`] for columns, values, metrics and methods that cannot be.
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    settings: &Settings,
) -> Result<Binary, EvalError> {
    evaluate_read(table, &columns.read(table)?, columns, settings)
}

/// Measures the columns of a table that were read.
///
/// # Errors
/// [`EvalError`] for groups, metrics and methods that cannot be.
pub fn evaluate_read(
    table: &Table,
    read: &Read,
    columns: &Columns,
    settings: &Settings,
) -> Result<Binary, EvalError> {
    let overall = overall(read, columns, settings)?;
    let metrics = chosen(settings)?;
    let metrics: Vec<&dyn Metric> = metrics.iter().map(|one| one.metric()).collect();
    let cases = read.any();
    let of = |mask: &[bool]| {
        let part = |cases: &Cases| cases.subset(mask);
        let scored = read.scored.as_ref().map(part).transpose()?;
        let flagged = read.flagged.as_ref().map(part).transpose()?;
        Ok::<_, EvalError>(estimates(
            &metrics,
            scored.as_ref(),
            flagged.as_ref(),
            settings,
        ))
    };
    let mut groups = Vec::new();
    for names in sides(columns) {
        let found = groups_of(table, &names, &read.rows)?;
        for (values, places) in found {
            let mut mask = vec![false; cases.n()];
            places.iter().for_each(|&place| mask[place] = true);
            let part = cases.subset(&mask)?;
            let why = undecidable(part.diseased(), part.healthy());
            let by = names.iter().map(|name| (*name).to_owned()).zip(values);
            let is_exploratory = |name: &&str| columns.exploratory.iter().any(|one| one == name);
            groups.push(Group {
                exploratory: names.iter().any(is_exploratory),
                by: by.collect(),
                n: part.n(),
                clusters: part.patients(),
                positives: part.diseased(),
                decidable: why.is_none(),
                why,
                metrics: of(&mask)?,
                shrunk: BTreeMap::new(),
            });
        }
    }
    crate::disparity::shrink(&mut groups);
    let disparities = disparities(&groups, &metrics, settings);
    let mut warnings = read.warnings.clone();
    if cases.diseased() == 0 || cases.healthy() == 0 {
        let kind = if cases.diseased() == 0 {
            "healthy"
        } else {
            "diseased"
        };
        warnings.push(format!(
            "every case is {kind}: what needs both kinds is not defined"
        ));
    }
    Ok(Binary {
        n: cases.n(),
        clusters: cases.patients(),
        positives: cases.diseased(),
        left_out: read.left_out,
        curves: curves(read.scored.as_ref(), settings),
        overall,
        parities: parities(&groups, settings),
        groups,
        disparities,
        warnings,
    })
}

/// The metrics of cases that were read, all together.
///
/// # Errors
/// [`EvalError`] for metrics and methods that cannot be.
pub fn overall(read: &Read, columns: &Columns, settings: &Settings) -> Result<Overall, EvalError> {
    let metrics = chosen(settings)?;
    let cases = read.any();
    if let (Some(method), Some(column), Some(patients)) =
        (settings.method, &columns.cluster, cases.patients())
        && method.is_row_wise()
        && (patients as usize) < cases.n()
    {
        return Err(EvalError::RowWise {
            column: column.clone(),
            patients: patients as usize,
            rows: cases.n(),
            method: method.id(),
        });
    }
    let metrics: Vec<&dyn Metric> = metrics.iter().map(|one| one.metric()).collect();
    let (scored, flagged) = (read.scored.as_ref(), read.flagged.as_ref());
    Ok(Overall {
        n: cases.n(),
        clusters: cases.patients(),
        positives: cases.diseased(),
        metrics: estimates(&metrics, scored, flagged, settings),
    })
}

/// The columns of each way to divide: one by one, and crossed if that is asked.
fn sides(columns: &Columns) -> Vec<Vec<&str>> {
    let all = columns.groups.iter().chain(&columns.exploratory);
    let mut sides: Vec<Vec<&str>> = all.map(|name| vec![name.as_str()]).collect();
    if columns.cross && columns.groups.len() > 1 {
        sides.push(columns.groups.iter().map(String::as_str).collect());
    }
    sides
}

/// A metric of the list, or one at a value that was asked for.
pub(crate) enum Chosen {
    Listed(&'static dyn Metric),
    At(Box<dyn Metric>),
}

impl Chosen {
    pub(crate) fn metric(&self) -> &dyn Metric {
        match self {
            Self::Listed(metric) => *metric,
            Self::At(metric) => metric.as_ref(),
        }
    }
}

/// The metrics that are asked for; all if none is named.
pub(crate) fn chosen(settings: &Settings) -> Result<Vec<Chosen>, EvalError> {
    let names: Vec<String> = match settings.metrics.is_empty() {
        true => ids().map(str::to_owned).collect(),
        false => settings.metrics.clone(),
    };
    let mut chosen = Vec::new();
    for name in &names {
        let (id, at) = match name.split_once('=') {
            Some((id, at)) => (id, Some(at)),
            None => (name.as_str(), None),
        };
        let one = match at {
            None => galen_stats::metric::by_id(id).map(Chosen::Listed),
            Some(at) => {
                let share = at.parse::<f64>().ok().filter(|at| *at > 0.0 && *at < 1.0);
                let share = share.ok_or_else(|| EvalError::BadParameter(at.to_owned()))?;
                asked(id, share).map(Chosen::At)
            }
        };
        chosen.push(one.ok_or_else(|| EvalError::UnknownMetric {
            name: name.clone(),
            near: nearest(id),
        })?);
    }
    if let (Some(method), false) = (settings.method, settings.metrics.is_empty()) {
        for one in &chosen {
            if !method.fits(one.metric()) {
                let known = METHODS
                    .into_iter()
                    .filter(|method| method.fits(one.metric()));
                return Err(EvalError::Method {
                    method: method.id(),
                    metric: one.metric().about().id.to_owned(),
                    known: known.map(Method::id).collect(),
                });
            }
        }
    }
    Ok(chosen)
}

/// What is asked of a task with metrics of its own (as ids with what they are) and, besides, yes-or-no cases within it; all of both if no
/// metric is named. A name that both have is the task's.
///
/// # Errors
/// Those of [`chosen`].
pub(crate) fn chosen_beside(
    settings: &Settings,
    own: &[(&'static str, &'static str)],
) -> Result<(Vec<&'static str>, Vec<Chosen>), EvalError> {
    if settings.metrics.is_empty() {
        return Ok((own.iter().map(|(id, _)| *id).collect(), chosen(settings)?));
    }
    let (mut of_task, mut others) = (Vec::new(), Vec::new());
    for name in &settings.metrics {
        match own.iter().find(|(id, _)| id == name) {
            Some((id, _)) => of_task.push(*id),
            None => others.push(name.clone()),
        }
    }
    let others = match others.is_empty() {
        true => Vec::new(),
        false => chosen(&Settings {
            metrics: others,
            ..settings.clone()
        })?,
    };
    Ok((of_task, others))
}

/// The one metric that is asked for; `what` says whose it is: "A chain is".
pub(crate) fn chosen_one(settings: &Settings, what: &str) -> Result<Chosen, EvalError> {
    let mut metrics = chosen(settings)?;
    match (metrics.pop(), metrics.is_empty()) {
        (Some(metric), true) => Ok(metric),
        _ => Err(EvalError::Other(format!(
            "{what} judged by one metric, and several are named."
        ))),
    }
}

/// Metrics of flags on the flags, the others on the scores.
pub(crate) fn estimates(
    metrics: &[&dyn Metric],
    scored: Option<&Cases>,
    flagged: Option<&Cases>,
    settings: &Settings,
) -> BTreeMap<String, Estimate> {
    let drawn = (settings.resamples, settings.seed);
    let is_of_flags =
        |metric: &&dyn Metric| metric.about().needs_threshold && metric.about().id != "net_benefit";
    let (of_flags, of_scores): (Vec<&dyn Metric>, Vec<&dyn Metric>) =
        metrics.iter().copied().partition(is_of_flags);
    let mut found = BTreeMap::new();
    for (metrics, cases) in [(of_flags, flagged), (of_scores, scored.or(flagged))] {
        let Some(cases) = cases else { continue };
        // Answers without scores have no ranks and no probabilities to speak of.
        let has_scores = scored.is_some();
        let metrics: Vec<&dyn Metric> = metrics
            .into_iter()
            .filter(|metric| has_scores || is_of_flags(metric) || metric.about().id == "prevalence")
            .collect();
        let made = measure_all(&metrics, cases, settings.level, settings.method, drawn);
        for (metric, estimate) in metrics.iter().zip(made) {
            found.insert(metric.about().id.to_owned(), estimate);
        }
    }
    found
}
