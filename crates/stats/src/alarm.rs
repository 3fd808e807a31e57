//! Alarms of a score that is read again and again while a patient is watched.
//!
//! A [`Stay`] is what was flagged of one patient and when the event came. [`Rule`] says which flags sound and how long before an event an
//! alarm counts; [`Alarmed`] is what that comes to, patient by patient, so that a draw of patients only adds. [`utility`] is the score of
//! a challenge, of flags instead of alarms.

pub mod utility;

use serde::Serialize;

use crate::interval::quantile;

/// What was flagged of a patient, and when the event came.
#[derive(Clone, Debug, PartialEq)]
pub struct Stay {
    /// Times of the rows, rising.
    pub times: Vec<f64>,
    /// Whether each row is flagged; as many as there are times.
    pub flags: Vec<bool>,
    /// None if the event never came.
    pub event: Option<f64>,
}

/// When a flag sounds and what counts as before the event. All in the unit of the times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// How long nothing sounds after an alarm; 0 if every flag does. A flag exactly that long after sounds.
    pub silence: f64,
    /// How long before the event an alarm counts.
    pub horizon: f64,
    /// How long before the event an alarm must be, to be in time.
    pub lead_min: f64,
    /// How long a patient is watched from a row on where none follows.
    pub step: f64,
    /// How many units of time a day has: 24 for hours.
    pub day: f64,
}

/// What the alarms of one patient come to. Rows after the event do not count; one at its time does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarmed {
    pub rows: u64,
    /// From the first row to one step after the last, or to the event.
    pub days: f64,
    pub alarms: u64,
    /// Alarms that no event follows within the horizon.
    pub false_alarms: u64,
    pub has_event: bool,
    /// Whether a row lies in the time in which an alarm would have been in time.
    pub is_watched: bool,
    /// How long before the event the first alarm came that was in time.
    pub lead: Option<f64>,
}

/// Times are often sums of minutes in hours, so that bounds are missed by the last digit; this is far below a second in any unit in use.
pub(crate) const SLACK: f64 = 1e-9;

/// The times at which a patient's flags sound: a flag within the silence after the last alarm does not.
pub fn sounded(stay: &Stay, silence: f64) -> Vec<f64> {
    let mut alarms: Vec<f64> = Vec::new();
    for (&time, &flag) in stay.times.iter().zip(&stay.flags) {
        let is_silent = alarms
            .last()
            .is_some_and(|last| time - last < silence - SLACK);
        if flag && !is_silent {
            alarms.push(time);
        }
    }
    alarms
}

impl Alarmed {
    /// None where no row lies before the event or at its time: the patient was not watched then.
    pub fn of(stay: &Stay, rule: &Rule) -> Option<Self> {
        let end = stay.event.unwrap_or(f64::INFINITY);
        let rows = stay.times.partition_point(|time| *time <= end + SLACK);
        let (first, last) = (*stay.times.first()?, *stay.times[..rows].last()?);
        let before = |time: f64| stay.event.map(|event| event - time);
        let is_in_time = |time: f64| {
            before(time)
                .is_some_and(|lead| lead >= rule.lead_min - SLACK && lead <= rule.horizon + SLACK)
        };
        let is_followed = |time: f64| before(time).is_some_and(|lead| lead <= rule.horizon + SLACK);
        // What sounds after the event silences nothing before it, so that leaving those alarms out is leaving those rows out.
        let alarms: Vec<f64> = sounded(stay, rule.silence)
            .into_iter()
            .take_while(|time| *time <= end + SLACK)
            .collect();
        let in_time = alarms.iter().find(|time| is_in_time(**time));
        Some(Self {
            rows: rows as u64,
            days: ((last + rule.step).min(end) - first).max(0.0) / rule.day,
            alarms: alarms.len() as u64,
            false_alarms: alarms.iter().filter(|time| !is_followed(**time)).count() as u64,
            has_event: stay.event.is_some(),
            is_watched: stay.times[..rows].iter().any(|time| is_in_time(*time)),
            lead: in_time
                .and_then(|time| before(*time))
                .map(|lead| lead.max(0.0)),
        })
    }
}

fn sum(patients: &[Alarmed], of: impl Fn(&Alarmed) -> u64) -> f64 {
    patients.iter().map(of).sum::<u64>() as f64
}

fn share(of: f64, all: f64) -> Option<f64> {
    (all > 0.0).then(|| of / all)
}

fn days(patients: &[Alarmed]) -> f64 {
    patients.iter().map(|one| one.days).sum()
}

/// Alarms of all patients by the days that they were watched. None where that is no time.
pub fn alarms_per_patient_day(patients: &[Alarmed]) -> Option<f64> {
    share(sum(patients, |one| one.alarms), days(patients))
}

/// Alarms that no event follows within the horizon, by the days that patients were watched. None where that is no time.
pub fn false_alarms_per_patient_day(patients: &[Alarmed]) -> Option<f64> {
    share(sum(patients, |one| one.false_alarms), days(patients))
}

/// The share of events with an alarm in time, in 0..=1: within the horizon and not later than the least lead. An event in whose window no
/// row lies is missed. None without an event.
pub fn event_sensitivity(patients: &[Alarmed]) -> Option<f64> {
    let caught = sum(patients, |one| u64::from(one.lead.is_some()));
    share(caught, sum(patients, |one| u64::from(one.has_event)))
}

/// The share of alarms that an event follows within the horizon, in 0..=1, however late they are. None without an alarm.
pub fn alarm_ppv(patients: &[Alarmed]) -> Option<f64> {
    let alarms = sum(patients, |one| one.alarms);
    share(alarms - sum(patients, |one| one.false_alarms), alarms)
}

/// The share of patients with an alarm, in 0..=1. None without a patient.
pub fn patients_alarmed(patients: &[Alarmed]) -> Option<f64> {
    let alarmed = sum(patients, |one| u64::from(one.alarms > 0));
    share(alarmed, patients.len() as f64)
}

/// A quantile, such as 0.5, of how long before the event the first alarm in time came, over the events that have one. None without one.
///
/// # Source
/// Hyndman and Fan 1996, Am Stat 50:361-365, type 7 (between values in straight lines).
pub fn lead_time(patients: &[Alarmed], quantile_of: f64) -> Option<f64> {
    let mut leads: Vec<f64> = patients.iter().filter_map(|one| one.lead).collect();
    leads.sort_unstable_by(f64::total_cmp);
    (!leads.is_empty()).then(|| quantile(&leads, quantile_of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: Rule = Rule {
        silence: 3.0,
        horizon: 6.0,
        lead_min: 1.0,
        step: 1.0,
        day: 24.0,
    };

    fn stay(flagged: &[usize], event: Option<f64>) -> Stay {
        Stay {
            times: (0..12).map(f64::from).collect(),
            flags: (0..12).map(|hour| flagged.contains(&hour)).collect(),
            event,
        }
    }

    #[test]
    fn a_flag_within_the_silence_does_not_sound_and_does_not_prolong_it() {
        assert_eq!(
            sounded(&stay(&[1, 2, 3, 4, 5, 9], None), 3.0),
            [1.0, 4.0, 9.0]
        );
        assert_eq!(sounded(&stay(&[1, 2], None), 0.0), [1.0, 2.0]);
    }

    #[test]
    fn an_alarm_before_the_horizon_is_false_and_one_too_late_is_right_but_not_in_time() {
        // The event comes at 10: the window is 4 to 9.
        let early = Alarmed::of(&stay(&[2], Some(10.0)), &RULE).expect("rows");
        assert_eq!((early.alarms, early.false_alarms, early.lead), (1, 1, None));
        let late = Alarmed::of(&stay(&[10], Some(10.0)), &RULE).expect("rows");
        assert_eq!((late.alarms, late.false_alarms, late.lead), (1, 0, None));
        let right = Alarmed::of(&stay(&[4, 9], Some(10.0)), &RULE).expect("rows");
        assert_eq!((right.alarms, right.false_alarms), (2, 0));
        assert_eq!(right.lead, Some(6.0));
    }

    #[test]
    fn an_alarm_before_the_window_can_silence_the_flag_within_it() {
        let own = Alarmed::of(&stay(&[3, 5], Some(10.0)), &RULE).expect("rows");
        assert_eq!((own.alarms, own.lead), (1, None));
    }

    #[test]
    fn rows_after_the_event_count_neither_as_alarms_nor_as_time() {
        let own = Alarmed::of(&stay(&[8, 11], Some(5.5)), &RULE).expect("rows");
        assert_eq!((own.rows, own.alarms), (6, 0));
        assert!((own.days - 5.5 / 24.0).abs() < 1e-12);
        assert_eq!(Alarmed::of(&stay(&[0], Some(-1.0)), &RULE), None);
        let whole = Alarmed::of(&stay(&[], None), &RULE).expect("rows");
        assert!((whole.days - 0.5).abs() < 1e-12);
    }

    #[test]
    fn what_nobody_has_is_not_defined() {
        assert_eq!(event_sensitivity(&[]), None);
        let none = [Alarmed::of(&stay(&[], None), &RULE).expect("rows")];
        assert_eq!(alarm_ppv(&none), None);
        assert_eq!(lead_time(&none, 0.5), None);
        assert_eq!(event_sensitivity(&none), None);
        assert_eq!(alarms_per_patient_day(&none), Some(0.0));
    }

    proptest! {
        #[test]
        fn a_longer_silence_never_sounds_more_often(
            flags in prop::collection::vec(any::<bool>(), 1..60),
            silence in 0.0..10.0_f64,
            more in 0.0..10.0_f64,
        ) {
            let stay = Stay {
                times: (0..flags.len()).map(|hour| hour as f64).collect(),
                flags,
                event: None,
            };
            prop_assert!(sounded(&stay, silence + more).len() <= sounded(&stay, silence).len());
        }

        #[test]
        fn a_longer_horizon_has_fewer_false_alarms_and_catches_no_fewer_events(
            flags in prop::collection::vec(any::<bool>(), 1..60),
            event in 0.0..60.0_f64,
            horizon in 1.0..20.0_f64,
            more in 0.0..20.0_f64,
        ) {
            let stay = Stay {
                times: (0..flags.len()).map(|hour| hour as f64).collect(),
                flags,
                event: Some(event),
            };
            let of = |horizon| Alarmed::of(&stay, &Rule { horizon, ..RULE }).expect("a row at 0");
            let (short, long) = (of(horizon), of(horizon + more));
            prop_assert!(long.false_alarms <= short.false_alarms);
            prop_assert!(long.lead.is_some() || short.lead.is_none());
            prop_assert!(long.days >= 0.0);
        }
    }
}
