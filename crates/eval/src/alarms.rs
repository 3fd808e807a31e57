//! A score that is read again and again: how often it sounds, for nothing or before the event, and how early.

mod stays;

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_stats::alarm::utility::{Utility, normalised};
use galen_stats::alarm::{
    Alarmed, Rule, Stay, alarm_ppv, alarms_per_patient_day, event_sensitivity,
    false_alarms_per_patient_day, lead_time, patients_alarmed,
};
use galen_table::Table;
use serde::Serialize;

use crate::drawn::Patients;
use crate::group::{GroupOf, by_group};
use crate::{Columns, EvalError, LeftOut, Settings};
use stays::Watched;

/// A metric of patients who are watched.
pub struct Of {
    pub id: &'static str,
    /// What it is, and its source.
    pub what: &'static str,
    value: Value,
}

#[derive(Clone, Copy)]
enum Value {
    /// Of what sounds.
    Alarms(fn(&[Alarmed]) -> Option<f64>),
    /// Of every flag. Not given unless it is asked for.
    Flags(fn(&[Utility]) -> Option<f64>),
}

/// Every metric of alarms.
pub const ALARMS: &[Of] = &[
    Of {
        id: "alarms_per_patient_day",
        what: "Alarms by the days that patients were watched.",
        value: Value::Alarms(alarms_per_patient_day),
    },
    Of {
        id: "false_alarms_per_patient_day",
        what: "Alarms that no event follows within the horizon, by the days that patients were watched.",
        value: Value::Alarms(false_alarms_per_patient_day),
    },
    Of {
        id: "event_sensitivity",
        what: "Share of events with an alarm within the horizon and at least the least lead before.",
        value: Value::Alarms(event_sensitivity),
    },
    Of {
        id: "alarm_ppv",
        what: "Share of alarms that an event follows within the horizon.",
        value: Value::Alarms(alarm_ppv),
    },
    Of {
        id: "lead_time_median",
        what: "Median time from the first alarm in the window to the event, of events that have one.",
        value: Value::Alarms(|patients| lead_time(patients, 0.5)),
    },
    Of {
        id: "lead_time_q1",
        what: "Lower quartile of that time.",
        value: Value::Alarms(|patients| lead_time(patients, 0.25)),
    },
    Of {
        id: "lead_time_q3",
        what: "Upper quartile of that time.",
        value: Value::Alarms(|patients| lead_time(patients, 0.75)),
    },
    Of {
        id: "patients_alarmed",
        what: "Share of patients with an alarm.",
        value: Value::Alarms(patients_alarmed),
    },
    Of {
        id: "utility_cinc2019",
        what: "Utility of every flag by how early it is, 0 for none and 1 for the best, of hourly rows; where it is asked for (Reyna et al. 2020, Crit Care Med 48:210-217).",
        value: Value::Flags(normalised),
    },
];

/// Which column holds the time, and what counts as an alarm before an event. Times are in the unit of the column.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub time: String,
    /// How long nothing sounds after an alarm; 0 if every flag does.
    pub silence: f64,
    /// How long before the event an alarm counts.
    pub horizon: f64,
    /// How long before the event an alarm must be.
    pub lead_min: f64,
    /// How long the last row of a patient lasts; none for the median distance of two rows.
    pub step: Option<f64>,
    /// How many units of time a day has: 24 for hours.
    pub day: f64,
}

/// What a score that sounds is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarms {
    /// Rows that count: not those after the event.
    pub n: usize,
    /// Patients.
    pub clusters: Option<u64>,
    pub events: usize,
    /// Events in whose window no row lies, which are missed.
    pub events_unwatched: usize,
    /// Patients without a row before the event, who are left out.
    pub patients_left_out: usize,
    pub rows_after_event: usize,
    pub left_out: LeftOut,
    pub rule: Rule,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
    /// Of the scores of all patients, thresholds rising; empty without scores.
    pub curve: Vec<Point>,
}

/// Metrics of patients.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    pub clusters: Option<u64>,
    pub events: usize,
    pub patient_days: f64,
    pub alarms: u64,
    pub metrics: BTreeMap<String, Estimate>,
}

/// What a threshold would come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    pub threshold: f64,
    pub alarms_per_patient_day: Option<f64>,
    pub false_alarms_per_patient_day: Option<f64>,
    pub event_sensitivity: Option<f64>,
    pub alarm_ppv: Option<f64>,
    pub lead_time_median: Option<f64>,
}

/// Thresholds of the curve, at most.
const POINTS: usize = 200;

/// Measures a table of one row a patient and time. `columns.cluster` is the patient, `columns.truth` the time of the event, the same in all
/// rows of a patient and empty where it never came; groups are the same in all rows of a patient too. Without a column of answers rows of
/// the threshold and more are flagged. Intervals are percentile intervals of draws of patients.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    asked: &Asked,
    settings: &Settings,
) -> Result<Alarms, EvalError> {
    asked.check()?;
    let ids = match settings.metrics.is_empty() {
        true => Vec::new(),
        false => settings.among(ALARMS.iter().map(|one| one.id))?,
    };
    let is_asked = |one: &&Of| match ids.is_empty() {
        true => matches!(one.value, Value::Alarms(_)),
        false => ids.contains(&one.id),
    };
    let metrics: Vec<&Of> = ALARMS.iter().filter(is_asked).collect();
    let watched = stays::read(table, columns, asked)?;
    let rule = watched.rule;
    let found: Vec<Patient> = watched
        .stays
        .iter()
        .filter_map(|stay| Patient::of(stay, &rule))
        .collect();
    let patients: Vec<u32> = (0..found.len() as u32).collect();
    let of = |places: &[usize], cluster: Option<&[u32]>| {
        let found: Vec<&Patient> = places.iter().map(|&place| &found[place]).collect();
        part(&found, cluster, &metrics, settings)
    };
    let (overall, groups) = by_group(table, columns, (&watched.rows, Some(&patients)), of)?;
    let is_unwatched = |one: &&Patient| one.alarms.has_event && !one.alarms.is_watched;
    Ok(Alarms {
        n: overall.n,
        clusters: overall.clusters,
        events: overall.events,
        events_unwatched: found.iter().filter(is_unwatched).count(),
        patients_left_out: watched.patients_left_out,
        rows_after_event: watched.answered - overall.n,
        left_out: watched.left_out,
        rule,
        overall,
        groups,
        curve: curve(&watched),
    })
}

impl Asked {
    /// # Errors
    /// [`EvalError::Other`] for times that cannot be.
    fn check(&self) -> Result<(), EvalError> {
        let is_time = |time: f64| time.is_finite() && time >= 0.0;
        let is_length = |time: f64| time.is_finite() && time > 0.0;
        let wrong = if !is_time(self.silence) {
            "The silence after an alarm is a time of 0 or more."
        } else if !is_length(self.horizon) {
            "The horizon is a time above 0."
        } else if !is_time(self.lead_min) || self.lead_min > self.horizon {
            "The least lead is a time from 0 to the horizon."
        } else if !is_length(self.step.unwrap_or(1.0)) || !is_length(self.day) {
            "A step and a day are times above 0."
        } else {
            return Ok(());
        };
        Err(EvalError::Other(wrong.to_owned()))
    }
}

/// What a draw of a patient adds.
struct Patient {
    alarms: Alarmed,
    utility: Utility,
}

impl Patient {
    fn of(stay: &Stay, rule: &Rule) -> Option<Self> {
        Some(Self {
            alarms: Alarmed::of(stay, rule)?,
            utility: Utility::of(stay, rule.day / 24.0),
        })
    }
}

fn part(found: &[&Patient], cluster: Option<&[u32]>, metrics: &[&Of], settings: &Settings) -> Part {
    let patients = Patients::of(found.len(), cluster);
    let estimate = |metric: &&Of| {
        let value = |drawn: &[usize]| {
            let drawn = drawn.iter().map(|&at| found[at]);
            match metric.value {
                Value::Alarms(of) => of(&drawn.map(|one| one.alarms).collect::<Vec<_>>()),
                Value::Flags(of) => of(&drawn.map(|one| one.utility).collect::<Vec<_>>()),
            }
        };
        (metric.id.to_owned(), patients.estimate(value, settings))
    };
    let sum = |of: fn(&Alarmed) -> u64| found.iter().map(|one| of(&one.alarms)).sum::<u64>();
    Part {
        n: sum(|one| one.rows) as usize,
        clusters: patients.clusters(),
        events: sum(|one| u64::from(one.has_event)) as usize,
        patient_days: found.iter().map(|one| one.alarms.days).sum(),
        alarms: sum(|one| one.alarms),
        metrics: metrics.iter().map(estimate).collect(),
    }
}

/// The numbers at thresholds that are scores, at equal distances of their ranks.
fn curve(watched: &Watched) -> Vec<Point> {
    let Some(scores) = &watched.scores else {
        return Vec::new();
    };
    let mut all = scores.concat();
    all.sort_unstable_by(f64::total_cmp);
    let steps = (POINTS - 1).min(all.len().saturating_sub(1));
    let mut thresholds: Vec<f64> = (0..=steps)
        .map(|step| all[step * (all.len() - 1) / steps.max(1)])
        .collect();
    thresholds.dedup();
    let point = |threshold: f64| {
        let of = |(stay, scores): (&Stay, &Vec<f64>)| {
            let flags = scores.iter().map(|score| *score >= threshold).collect();
            let stay = Stay {
                flags,
                ..stay.clone()
            };
            Alarmed::of(&stay, &watched.rule)
        };
        let found: Vec<Alarmed> = watched.stays.iter().zip(scores).filter_map(of).collect();
        Point {
            threshold,
            alarms_per_patient_day: alarms_per_patient_day(&found),
            false_alarms_per_patient_day: false_alarms_per_patient_day(&found),
            event_sensitivity: event_sensitivity(&found),
            alarm_ppv: alarm_ppv(&found),
            lead_time_median: lead_time(&found, 0.5),
        }
    };
    thresholds.into_iter().map(point).collect()
}
