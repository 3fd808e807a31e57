//! Alarms over time: one row a patient and time, and an event that some patients have.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_table::Table;
use galen_table::patient::patients;
use serde::Serialize;

use crate::columns::{numbers, yes_or_no};
use crate::drawn::Patients;
use crate::group::GroupOf;
use crate::{Columns, EvalError, Settings};

/// When an alarm counts. Times are in hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The column with the time of a row.
    pub time: String,
    /// How long before the event an alarm may come and be of it.
    pub horizon: f64,
    /// How long before the event it must come at the latest.
    pub least_lead: f64,
    /// For how long after an alarm there is no other of the patient.
    pub silence: f64,
    /// Whether the truth is 0 or 1 in each row, and the event begins with the first 1; else it is the time of the event, in each row of a
    /// patient who has it.
    pub is_label: bool,
}

/// What alarms are worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarms {
    /// Patients.
    pub n: usize,
    pub rows: usize,
    /// Hours that a row stands for: the middle of the times between two rows of a patient.
    pub hours_per_row: f64,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
    /// By threshold: the threshold, the share of events that are caught, and false alarms a patient-day. Only of scores.
    pub curve: Vec<[f64; 3]>,
    pub warnings: Vec<String>,
}

/// Of all patients, or of a subgroup.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    pub patient_days: f64,
    pub events: usize,
    /// Events of patients who were not watched in the time in which an alarm would have counted; they are not asked for.
    pub events_not_watched: usize,
    pub alarms: usize,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Every metric, in the order of the manual.
const METRICS: [&str; 8] = [
    "event_sensitivity",
    "alarm_ppv",
    "alarms_per_patient_day",
    "false_alarms_per_patient_day",
    "patients_alarmed",
    "lead_time_median",
    "lead_time_p25",
    "lead_time_p75",
];

/// Points of the curve.
const POINTS: usize = 50;

/// Judges alarms, with percentile intervals of draws of patients. An alarm is a flagged row that comes not within the silence of the alarm before
/// it; rows from the event on do not count. Of an event it is if it comes within the horizon before it and at least the least lead; every
/// other alarm is false.
///
/// # Errors
/// [`EvalError`] for columns and values that cannot be, a patient with two times of the event, and an unknown metric.
///
/// # Source
/// Hyland et al. 2020, Nat Med 26:364-373 (event recall and alarm precision with silencing); Futoma et al. 2021, Crit Care Med 49:e1196 (alarms a
/// patient-day); Field and Welsh 2007 (drawing patients).
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    watch: &Watch,
    settings: &Settings,
) -> Result<Alarms, EvalError> {
    let ids = settings.among(METRICS.into_iter())?;
    let Some(cluster) = &columns.cluster else {
        return Err(EvalError::Other(
            "Nothing says which column names the patient.".to_owned(),
        ));
    };
    let rows: Vec<usize> = (0..table.rows()).collect();
    let who = patients(table, cluster, &rows)?;
    let stays = stays(table, columns, watch, &who)?;
    let hours = hours_per_row(&stays);
    let threshold = columns.threshold.unwrap_or(0.5);
    let asked = |threshold: f64| -> Vec<Seen> {
        stays
            .iter()
            .map(|stay| stay.seen(threshold, watch, hours))
            .collect()
    };
    let seen = asked(threshold);
    let all: Vec<usize> = (0..stays.len()).collect();
    let mut groups = Vec::new();
    for column in columns.groups.iter().chain(&columns.exploratory) {
        let texts = table.texts(column)?;
        let mut by: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, stay) in stays.iter().enumerate() {
            let first = stay.rows.first().and_then(|row| texts[*row].clone());
            if let Some(row) = stay.rows.iter().find(|row| texts[**row] != first) {
                return Err(EvalError::Other(format!(
                    "Row {row} (counted from 0) has another `{column}` than an earlier row of its patient."
                )));
            }
            by.entry(first.unwrap_or_else(|| "not reported".to_owned()))
                .or_default()
                .push(place);
        }
        for (value, places) in by {
            groups.push(GroupOf {
                by: [(column.clone(), value)].into(),
                exploratory: columns.exploratory.contains(column),
                part: part(&seen, &places, &ids, settings),
            });
        }
    }
    let mut warnings = Vec::new();
    let overall = part(&seen, &all, &ids, settings);
    if overall.events_not_watched > 0 {
        warnings.push(format!(
            "{} of {} events have no row in the time in which an alarm would count: nobody could have caught them, and they are not counted as missed",
            overall.events_not_watched, overall.events
        ));
    }
    let curve = match columns.predicted {
        Some(_) => Vec::new(),
        None => thresholds(&stays)
            .into_iter()
            .filter_map(|threshold| {
                let seen = asked(threshold);
                Some([
                    threshold,
                    value("event_sensitivity", &seen, &all)?,
                    value("false_alarms_per_patient_day", &seen, &all)?,
                ])
            })
            .collect(),
    };
    Ok(Alarms {
        n: stays.len(),
        rows: table.rows(),
        hours_per_row: hours,
        overall,
        groups,
        curve,
        warnings,
    })
}

/// The rows of a patient before the event, in the order of their times.
struct Stay {
    rows: Vec<usize>,
    times: Vec<f64>,
    /// None of a row without an answer: it raises no alarm.
    scores: Vec<Option<f64>>,
    event: Option<f64>,
}

/// What was seen of a patient at a threshold.
struct Seen {
    days: f64,
    alarms: f64,
    right: f64,
    /// An event with a row in the time in which an alarm counts, and whether there was one.
    event: Option<bool>,
    has_event: bool,
    /// Hours from the first alarm that counts to the event.
    lead: Option<f64>,
}

fn stays(
    table: &Table,
    columns: &Columns,
    watch: &Watch,
    who: &[u32],
) -> Result<Vec<Stay>, EvalError> {
    let time = numbers(table, &watch.time)?;
    let scores = match (&columns.predicted, &columns.score) {
        (Some(column), _) => {
            let flags = yes_or_no(table, column, columns.positive.as_deref())?;
            flags
                .into_iter()
                .map(|flag| flag.map(|flag| f64::from(u8::from(flag))))
                .collect()
        }
        (None, Some(column)) => numbers(table, column)?,
        (None, None) => return Err(EvalError::NothingToJudge),
    };
    if columns.predicted.is_none() && columns.threshold.is_none() {
        return Err(EvalError::Other(
            "An alarm needs a threshold of the score.".to_owned(),
        ));
    }
    let labels = match watch.is_label {
        true => Some(yes_or_no(
            table,
            &columns.truth,
            columns.positive.as_deref(),
        )?),
        false => None,
    };
    let events = match watch.is_label {
        true => vec![None; table.rows()],
        false => numbers(table, &columns.truth)?,
    };
    let most = who.iter().max().map_or(0, |most| *most as usize + 1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); most];
    for (row, patient) in who.iter().enumerate() {
        if time[row].is_none() {
            return Err(EvalError::Missing {
                row,
                column: watch.time.clone(),
            });
        }
        order[*patient as usize].push(row);
    }
    let at = |row: usize| time[row].unwrap_or_default();
    let mut stays = Vec::new();
    for mut rows in order {
        rows.sort_by(|&i, &j| at(i).total_cmp(&at(j)));
        let event = match &labels {
            Some(labels) => rows
                .iter()
                .find(|row| labels[**row] == Some(true))
                .map(|row| at(*row)),
            None => {
                let mut known = rows.iter().filter_map(|row| Some((*row, events[*row]?)));
                let first = known.next();
                if let Some((row, _)) =
                    known.find(|(_, event)| Some(*event) != first.map(|one| one.1))
                {
                    return Err(EvalError::Other(format!(
                        "Row {row} (counted from 0) says another time of the event than an earlier row of its patient."
                    )));
                }
                first.map(|one| one.1)
            }
        };
        rows.retain(|row| event.is_none_or(|event| at(*row) < event));
        stays.push(Stay {
            times: rows.iter().map(|row| at(*row)).collect(),
            scores: rows.iter().map(|row| scores[*row]).collect(),
            rows,
            event,
        });
    }
    Ok(stays)
}

/// The middle of the times between two rows of a patient; 1 where nobody has two.
fn hours_per_row(stays: &[Stay]) -> f64 {
    let steps = stays
        .iter()
        .flat_map(|stay| stay.times.windows(2).map(|pair| pair[1] - pair[0]));
    let mut steps: Vec<f64> = steps.filter(|step| *step > 0.0).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(1.0)
}

fn thresholds(stays: &[Stay]) -> Vec<f64> {
    let mut scores: Vec<f64> = stays
        .iter()
        .flat_map(|stay| stay.scores.iter().flatten().copied())
        .collect();
    scores.sort_by(f64::total_cmp);
    if scores.is_empty() {
        return Vec::new();
    }
    let place = |at: usize| scores[(scores.len() - 1) * at / (POINTS - 1)];
    let mut chosen: Vec<f64> = (0..POINTS).rev().map(place).collect();
    chosen.dedup();
    chosen
}

impl Stay {
    fn seen(&self, threshold: f64, watch: &Watch, hours: f64) -> Seen {
        let counts = |time: f64| {
            self.event.is_some_and(|event| {
                let lead = event - time;
                lead >= watch.least_lead && lead <= watch.horizon
            })
        };
        let (mut alarms, mut right, mut last) = (0.0, 0.0, f64::NEG_INFINITY);
        let mut lead = None;
        for (time, score) in self.times.iter().zip(&self.scores) {
            let is_flagged = score.is_some_and(|score| score >= threshold);
            if !is_flagged || time - last < watch.silence {
                continue;
            }
            last = *time;
            alarms += 1.0;
            if counts(*time) {
                right += 1.0;
                lead = lead.or(self.event.map(|event| event - time));
            }
        }
        let is_watched = self.times.iter().any(|time| counts(*time));
        Seen {
            days: self.times.len() as f64 * hours / 24.0,
            alarms,
            right,
            event: is_watched.then_some(lead.is_some()),
            has_event: self.event.is_some(),
            lead,
        }
    }
}

/// A metric of these patients, some of whom may be named more than once.
fn value(id: &str, seen: &[Seen], places: &[usize]) -> Option<f64> {
    let sum = |of: &dyn Fn(&Seen) -> f64| places.iter().map(|at| of(&seen[*at])).sum::<f64>();
    let share = |up: f64, of: f64| (of > 0.0).then(|| up / of);
    let is = |so: bool| f64::from(u8::from(so));
    match id {
        "event_sensitivity" => share(
            sum(&|one| is(one.event == Some(true))),
            sum(&|one| is(one.event.is_some())),
        ),
        "alarm_ppv" => share(sum(&|one| one.right), sum(&|one| one.alarms)),
        "alarms_per_patient_day" => share(sum(&|one| one.alarms), sum(&|one| one.days)),
        "false_alarms_per_patient_day" => {
            share(sum(&|one| one.alarms - one.right), sum(&|one| one.days))
        }
        "patients_alarmed" => share(sum(&|one| is(one.alarms > 0.0)), places.len() as f64),
        _ => {
            let part = match id {
                "lead_time_p25" => 0.25,
                "lead_time_p75" => 0.75,
                _ => 0.5,
            };
            let mut leads: Vec<f64> = places.iter().filter_map(|at| seen[*at].lead).collect();
            leads.sort_by(f64::total_cmp);
            let place = part * leads.len().checked_sub(1)? as f64;
            let (below, above) = (leads[place.floor() as usize], leads[place.ceil() as usize]);
            Some(below + (place - place.floor()) * (above - below))
        }
    }
}

fn part(seen: &[Seen], places: &[usize], ids: &[&str], settings: &Settings) -> Part {
    let count = |of: &dyn Fn(&Seen) -> bool| places.iter().filter(|at| of(&seen[**at])).count();
    let estimate = |id: &&str| {
        let of = |drawn: &[usize]| {
            let own: Vec<usize> = drawn.iter().map(|at| places[*at]).collect();
            value(id, seen, &own)
        };
        (
            (*id).to_owned(),
            Patients::of(places.len(), None).estimate(of, settings),
        )
    };
    Part {
        n: places.len(),
        patient_days: places.iter().map(|at| seen[*at].days).sum(),
        events: count(&|one| one.has_event),
        events_not_watched: count(&|one| one.has_event && one.event.is_none()),
        alarms: places.iter().map(|at| seen[*at].alarms).sum::<f64>() as usize,
        metrics: ids.iter().map(estimate).collect(),
    }
}

#[cfg(test)]
mod tests {
    use galen_table::ReadOptions;

    use super::*;

    fn judged(csv: &str, watch: Watch) -> Result<Alarms, EvalError> {
        let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table");
        let columns = Columns {
            truth: "truth".to_owned(),
            score: Some("score".to_owned()),
            threshold: Some(0.5),
            cluster: Some("who".to_owned()),
            ..Columns::default()
        };
        let settings = Settings {
            resamples: 200,
            ..Settings::default()
        };
        evaluate(&table, &columns, &watch, &settings)
    }

    fn watch(silence: f64, is_label: bool) -> Watch {
        Watch {
            time: "hour".to_owned(),
            horizon: 4.0,
            least_lead: 1.0,
            silence,
            is_label,
        }
    }

    /// Twelve hours of two patients: a has the event at hour 10 and is flagged at hours 1, 7, 8 and 11; b never has it and is flagged at 3.
    fn two(truth: impl Fn(&str, u32) -> String) -> String {
        let mut csv = "who,hour,score,truth\n".to_owned();
        for who in ["a", "b"] {
            for hour in 0..12 {
                let flagged = match who {
                    "a" => [1, 7, 8, 11].contains(&hour),
                    _ => hour == 3,
                };
                let score = if flagged { 0.9 } else { 0.1 };
                csv += &format!("{who},{hour},{score},{}\n", truth(who, hour));
            }
        }
        csv
    }

    #[test]
    fn alarms_are_of_an_event_within_its_horizon_and_else_false() {
        let times = two(|who, _| {
            if who == "a" {
                "10".to_owned()
            } else {
                String::new()
            }
        });
        let found = judged(&times, watch(0.0, false)).expect("judged");
        let value = |found: &Alarms, id: &str| found.overall.metrics[id].value;
        // Ten hours of a and twelve of b; alarms at 1 and 3 are false, 7 and 8 are of the event, 11 comes after it.
        assert_eq!(
            (found.n, found.overall.alarms, found.overall.events),
            (2, 4, 1)
        );
        assert!((found.overall.patient_days - 22.0 / 24.0).abs() < 1e-12);
        assert_eq!(value(&found, "event_sensitivity"), Some(1.0));
        assert_eq!(value(&found, "alarm_ppv"), Some(0.5));
        let rate = value(&found, "false_alarms_per_patient_day").expect("a rate");
        assert!((rate - 2.0 / (22.0 / 24.0)).abs() < 1e-12);
        assert_eq!(value(&found, "lead_time_median"), Some(3.0));
        // With two hours of silence the second alarm of the event is none.
        let silent = judged(&times, watch(2.0, false)).expect("judged");
        assert_eq!(
            (silent.overall.alarms, value(&silent, "alarm_ppv")),
            (3, Some(1.0 / 3.0))
        );
        let labels = two(|who, hour| u8::from(who == "a" && hour >= 10).to_string());
        let same = judged(&labels, watch(0.0, true)).expect("judged");
        assert_eq!(same.overall.metrics, found.overall.metrics);
        assert_eq!(found.curve.first().map(|point| point[1]), Some(1.0));
    }

    #[test]
    fn what_cannot_be_watched_is_said() {
        let two_times = two(|_, hour| (10 + hour % 2).to_string());
        let error = judged(&two_times, watch(0.0, false)).expect_err("two times");
        assert!(
            error.to_string().contains("another time of the event"),
            "{error}"
        );
        // An event at the first hour was never watched.
        let early = two(|_, _| "0".to_owned());
        let found = judged(&early, watch(0.0, false)).expect("judged");
        assert_eq!(
            (found.overall.events, found.overall.events_not_watched),
            (2, 2)
        );
        assert_eq!(found.overall.metrics["event_sensitivity"].value, None);
        assert_eq!(found.warnings.len(), 1);
    }
}
