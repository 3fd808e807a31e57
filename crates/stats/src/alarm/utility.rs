//! What flags are worth by how early they are.

use super::{SLACK, Stay};

/// What the flags of a patient are worth, what the best possible ones are, and what none are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Utility {
    pub own: f64,
    pub best: f64,
    pub none: f64,
}

/// Hours from the event: when a flag begins to be worth something, when it is worth most, and until when anything counts.
const EARLY: f64 = -12.0;
const OPTIMAL: f64 = -6.0;
const LATE: f64 = 3.0;
/// The most a flag is worth, the least a miss is, and a false flag.
const MOST: f64 = 1.0;
const MISSED: f64 = -2.0;
const FALSE: f64 = -0.05;

impl Utility {
    /// The utility of the flags of a stay, row by row, `hour` being how long an hour is in the unit of the times. Rows up to three hours
    /// after the event count, later ones are worth nothing. It is meant for hourly rows: with more rows everything is worth more.
    ///
    /// # Source
    /// Reyna et al. 2020, Crit Care Med 48:210-217 (PhysioNet/CinC Challenge 2019), with the numbers of its scoring code.
    pub fn of(stay: &Stay, hour: f64) -> Self {
        let after = |time: f64| stay.event.map(|event| (time - event) / hour);
        let sum = |flag: &dyn Fn(usize) -> bool| {
            let rows = stay.times.iter().enumerate();
            rows.map(|(row, &time)| worth(after(time), flag(row))).sum()
        };
        let is_best = |row: usize| {
            after(stay.times[row])
                .is_some_and(|hours| (EARLY - SLACK..=LATE + SLACK).contains(&hours))
        };
        Self {
            own: sum(&|row| stay.flags[row]),
            best: sum(&is_best),
            none: sum(&|_| false),
        }
    }
}

/// What a flag, or none, is worth so many hours after the event; none if that never comes.
fn worth(after: Option<f64>, flag: bool) -> f64 {
    match (after, flag) {
        (None, true) => FALSE,
        (None, false) => 0.0,
        (Some(hours), _) if hours > LATE + SLACK => 0.0,
        (Some(hours), true) if hours <= OPTIMAL + SLACK => {
            (MOST * (hours - EARLY) / (OPTIMAL - EARLY)).max(FALSE)
        }
        (Some(hours), true) => MOST * (LATE - hours) / (LATE - OPTIMAL),
        (Some(hours), false) if hours <= OPTIMAL + SLACK => 0.0,
        (Some(hours), false) => MISSED * (hours - OPTIMAL) / (LATE - OPTIMAL),
    }
}

/// The utility of all patients, from 0 for no flag to 1 for the best possible ones; below 0 if it is worse than none. None where no flag
/// could be worth anything.
///
/// # Source
/// Reyna et al. 2020, Crit Care Med 48:210-217.
pub fn normalised(patients: &[Utility]) -> Option<f64> {
    let sum = |of: fn(&Utility) -> f64| patients.iter().map(of).sum::<f64>();
    let none = sum(|one| one.none);
    let best = sum(|one| one.best) - none;
    (best > 0.0).then(|| (sum(|one| one.own) - none) / best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(flags: fn(usize) -> bool, event: Option<f64>) -> Stay {
        Stay {
            times: (0..40).map(f64::from).collect(),
            flags: (0..40).map(flags).collect(),
            event,
        }
    }

    #[test]
    fn no_flag_is_worth_0_and_the_best_flags_are_worth_1() {
        let none = Utility::of(&stay(|_| false, Some(30.0)), 1.0);
        assert_eq!(normalised(&[none]), Some(0.0));
        let best = Utility::of(&stay(|hour| (18..=33).contains(&hour), Some(30.0)), 1.0);
        assert_eq!(normalised(&[best]), Some(1.0));
    }

    #[test]
    fn a_flag_of_a_patient_without_the_event_costs_a_twentieth() {
        let own = Utility::of(&stay(|hour| hour == 3, None), 1.0);
        assert_eq!((own.own, own.best, own.none), (-0.05, 0.0, 0.0));
        assert_eq!(normalised(&[own]), None);
    }

    #[test]
    fn times_in_minutes_give_the_same_utility_as_hours() {
        let hours = stay(|hour| hour > 20, Some(30.0));
        let minutes = Stay {
            times: hours.times.iter().map(|hour| hour * 60.0).collect(),
            event: Some(1800.0),
            ..hours.clone()
        };
        let (a, b) = (Utility::of(&hours, 1.0), Utility::of(&minutes, 60.0));
        assert!((a.own - b.own).abs() < 1e-12 && (a.best - b.best).abs() < 1e-12);
    }
}
