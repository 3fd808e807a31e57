//! A list of cases that readers work through, with a tool that moves flagged cases up: how long the diseased wait, and who pays for it.

mod queue;
mod simulated;

use std::collections::BTreeMap;

use rayon::prelude::*;
use statrs::function::beta::inv_beta_reg;

use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::bounds_of;
use queue::Class;
pub use simulated::{Simulated, simulate};

/// How the list is worked through. Cases come at random (Poisson), readings take exponential times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workflow {
    pub sensitivity: f64,
    pub specificity: f64,
    /// The share of diseased cases among those that do not interrupt.
    pub prevalence: f64,
    /// All cases, interrupting ones too.
    pub arrivals_per_hour: f64,
    /// The mean time of a reading.
    pub reading_minutes: f64,
    /// The share of cases that are read at once whatever else is read (emergencies), with the tool and without it; below 1.
    pub interrupting: f64,
    /// The mean time of reading an interrupting case.
    pub interrupting_minutes: f64,
    pub readers: u32,
    pub priority: Priority,
}

/// What a flagged case does to a reading of a case that is not flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// The reading stops, and goes on later where it stopped (preemptive resume).
    Preemptive,
    /// The reading is finished first.
    NonPreemptive,
}

/// Mean waiting times in minutes: from arrival to the end of the reading, less the time of the reading itself.
///
/// `longer` than without the tool wait those whose flag is wrong way round; the share is in [`Simulated`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waits {
    /// Without the tool, of every case that does not interrupt.
    pub without: f64,
    pub flagged: f64,
    pub unflagged: f64,
    pub diseased: f64,
    pub healthy: f64,
}

/// The quantities of a workflow, by name.
pub const QUANTITIES: [&str; 9] = [
    "wait_without",
    "wait_flagged",
    "wait_unflagged",
    "wait_diseased",
    "wait_healthy",
    "saved_diseased",
    "saved_true_positive",
    "delay_false_negative",
    "delay_healthy",
];

impl Waits {
    /// The values of [`QUANTITIES`], in minutes.
    pub fn quantities(&self) -> [f64; 9] {
        [
            self.without,
            self.flagged,
            self.unflagged,
            self.diseased,
            self.healthy,
            self.without - self.diseased,
            self.without - self.flagged,
            self.unflagged - self.without,
            self.healthy - self.without,
        ]
    }
}

impl Workflow {
    /// The share of the readers' time that is read in; below 1 in a list that does not grow without end.
    pub fn load(&self) -> f64 {
        let [interrupting, others] = self.rates();
        (interrupting * self.interrupting_minutes + others * self.reading_minutes)
            / f64::from(self.readers)
    }

    /// The share of flagged cases among those that do not interrupt.
    pub fn flagged_share(&self) -> f64 {
        self.prevalence * self.sensitivity + (1.0 - self.prevalence) * (1.0 - self.specificity)
    }

    /// Interrupting and other cases a minute.
    fn rates(&self) -> [f64; 2] {
        let all = self.arrivals_per_hour / 60.0;
        [all * self.interrupting, all * (1.0 - self.interrupting)]
    }

    /// # Errors
    /// [`Undefined::ImpossibleNumber`], [`Undefined::Overloaded`].
    pub fn check(&self) -> Result<(), Undefined> {
        let shares = [
            self.sensitivity,
            self.specificity,
            self.prevalence,
            self.interrupting,
        ];
        let times = [
            self.arrivals_per_hour,
            self.reading_minutes,
            self.interrupting_minutes,
        ];
        let is_possible = shares.iter().all(|share| (0.0..=1.0).contains(share))
            && times.iter().all(|time| time.is_finite() && *time > 0.0)
            && self.interrupting < 1.0
            && (1..=1000).contains(&self.readers);
        match (is_possible, self.load() < 1.0) {
            (false, _) => Err(Undefined::ImpossibleNumber),
            (_, false) => Err(Undefined::Overloaded),
            _ => Ok(()),
        }
    }

    /// Mean waiting times by queueing theory. They are exact for one reader; for several where nothing interrupts, and where flagged cases
    /// and interrupting ones stop a reading and all readings take the same time on average.
    ///
    /// # Errors
    /// Those of [`Self::check`]; [`Undefined::NotDefinedHere`] where no exact formula is known: [`simulate`] then says it.
    ///
    /// # Source
    /// Thompson et al. 2024, Queueing Syst 108:579-610 (the workflow, as in the software QuCAD). Cobham 1954, Oper Res 2:70-76, and Kleinrock
    /// 1976, Queueing Systems II, section 3.4 (one reader); Kella and Yechiali 1985, Eur J Oper Res 20:28-34 (several, readings finished
    /// first); several, readings stopped: the cases of the higher classes alone are a list of their own, and of equal readings it does not
    /// matter which waits.
    pub fn waits(&self) -> Result<Waits, Undefined> {
        self.check()?;
        let [interrupting, others] = self.rates();
        let first = Class {
            rate: interrupting,
            minutes: self.interrupting_minutes,
        };
        let class = |share: f64| Class {
            rate: others * share,
            minutes: self.reading_minutes,
        };
        let share = self.flagged_share();
        let of = |classes: &[Class], priority: Priority| {
            queue::waits(first, classes, priority, self.readers).ok_or(Undefined::NotDefinedHere)
        };
        // A list of one class is worked through in the order of arrival.
        let without = of(&[class(1.0)], Priority::NonPreemptive)
            .or_else(|_| of(&[class(1.0)], Priority::Preemptive))?[0];
        let with = of(&[class(share), class(1.0 - share)], self.priority)?;
        let [flagged, unflagged] = [with[0], with[1]];
        let mean = |share: f64| share * flagged + (1.0 - share) * unflagged;
        Ok(Waits {
            without,
            flagged,
            unflagged,
            diseased: mean(self.sensitivity),
            healthy: mean(1.0 - self.specificity),
        })
    }

    /// The quantities with the doubt of sensitivity and specificity where the counts behind them are known: true positives, false
    /// negatives, false positives, true negatives. Without counts they have no interval.
    ///
    /// Intervals are percentiles of draws of both shares from their posterior by Jeffreys's prior (`jeffreys_draws`).
    ///
    /// # Errors
    /// Those of [`Self::waits`]; [`Undefined::NoDiseasedCase`] and [`Undefined::NoHealthyCase`] for counts of none.
    ///
    /// # Source
    /// Brown, Cai and DasGupta 2001, Stat Sci 16:101-133 (Jeffreys's posterior of a share).
    pub fn estimates(
        &self,
        counts: Option<[u64; 4]>,
        (resamples, seed): (u32, u64),
        level: Level,
    ) -> Result<BTreeMap<String, Estimate>, Undefined> {
        let own = self.waits()?.quantities();
        let [tp, fne, fp, tn] = counts.unwrap_or_default();
        match counts {
            Some(_) if tp + fne == 0 => return Err(Undefined::NoDiseasedCase),
            Some(_) if fp + tn == 0 => return Err(Undefined::NoHealthyCase),
            _ => {}
        }
        let again = |number: u32| {
            let mut draw = Draw::new(seed, u64::from(number));
            let mut share = |k: u64, rest: u64| {
                inv_beta_reg(k as f64 + 0.5, rest as f64 + 0.5, draw.uniform()).clamp(0.0, 1.0)
            };
            let workflow = Self {
                sensitivity: share(tp, fne),
                specificity: share(tn, fp),
                ..*self
            };
            Some(workflow.waits().ok()?.quantities())
        };
        let drawn: Vec<[f64; 9]> = match counts {
            Some(_) => (0..resamples).into_par_iter().filter_map(again).collect(),
            None => Vec::new(),
        };
        let n = tp + fne + fp + tn;
        let estimate = |at: usize| {
            if counts.is_none() {
                return Estimate::without_interval(own[at], Undefined::NoCounts, n, level, "queue");
            }
            let values = drawn.iter().map(|values| values[at]).collect();
            let bounds = bounds_of(values, resamples, level);
            Estimate::with_interval(own[at], bounds, n, level, "jeffreys_draws").seed(seed)
        };
        let names = QUANTITIES.iter().enumerate();
        Ok(names
            .map(|(at, name)| ((*name).to_owned(), estimate(at)))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn workflow(priority: Priority, readers: u32, interrupting: f64) -> Workflow {
        Workflow {
            sensitivity: 0.9,
            specificity: 0.85,
            prevalence: 0.2,
            arrivals_per_hour: 4.5 * f64::from(readers),
            reading_minutes: 10.0,
            interrupting,
            interrupting_minutes: 10.0,
            readers,
            priority,
        }
    }

    #[test]
    fn one_reader_and_one_class_wait_as_in_the_textbook() {
        // M/M/1 at a load of 3/4: the wait is load / (1 - load) readings of 10 minutes.
        let waits = workflow(Priority::Preemptive, 1, 0.0)
            .waits()
            .expect("no overload");
        assert!((waits.without - 30.0).abs() < 1e-12, "{waits:?}");
        // Flagged cases are 0.3 of all and do not see the others: load 0.225.
        assert!(
            (waits.flagged - 10.0 * 0.225 / 0.775).abs() < 1e-12,
            "{waits:?}"
        );
    }

    #[test]
    fn a_list_that_grows_without_end_and_impossible_numbers_are_refused() {
        let own = workflow(Priority::Preemptive, 1, 0.0);
        let busy = Workflow {
            arrivals_per_hour: 6.0,
            ..own
        };
        assert_eq!(busy.waits(), Err(Undefined::Overloaded));
        let odd = Workflow {
            sensitivity: f64::NAN,
            ..own
        };
        assert_eq!(odd.waits(), Err(Undefined::ImpossibleNumber));
    }

    #[test]
    fn doubt_of_the_sensitivity_becomes_doubt_of_the_time_saved() {
        let own = workflow(Priority::NonPreemptive, 1, 0.1);
        let few = own.estimates(Some([18, 2, 15, 85]), (2000, 1), Level::DEFAULT);
        let many = own.estimates(Some([1800, 200, 1500, 8500]), (2000, 1), Level::DEFAULT);
        let width = |found: &Result<BTreeMap<String, Estimate>, Undefined>| {
            let found = &found.as_ref().expect("defined")["saved_diseased"];
            let (low, high) = found.interval().expect("an interval");
            assert!(found.value.is_some_and(|value| low < value && value < high));
            high - low
        };
        let ratio = width(&few) / width(&many);
        assert!((7.0..13.0).contains(&ratio), "{ratio}");
        let known = own
            .estimates(None, (2000, 1), Level::DEFAULT)
            .expect("defined");
        assert_eq!(known["saved_diseased"].interval(), None);
        assert_eq!(
            known["saved_diseased"].why,
            Some(Undefined::NoCounts.to_string())
        );
    }

    proptest! {
        /// What one case gains others lose: readings are the same, so the mean over all cases does not change.
        #[test]
        fn a_tool_moves_waiting_from_case_to_case_and_takes_none_away(
            sensitivity in 0.0..=1.0_f64, specificity in 0.0..=1.0_f64, prevalence in 0.01..0.99_f64,
            readers in 1..6_u32, is_preemptive in any::<bool>(),
        ) {
            let priority = if is_preemptive { Priority::Preemptive } else { Priority::NonPreemptive };
            let own = Workflow { sensitivity, specificity, prevalence, ..workflow(priority, readers, 0.0) };
            let waits = own.waits().expect("no overload");
            let mean = prevalence * waits.diseased + (1.0 - prevalence) * waits.healthy;
            prop_assert!((mean / waits.without - 1.0).abs() < 1e-5, "{waits:?}");
            prop_assert!(waits.flagged <= waits.without + 1e-6 && waits.without <= waits.unflagged + 1e-6);
        }
    }
}
