use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::{Priority, QUANTITIES, Workflow};
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{normal, ratio_variance};

/// What a simulation of the workflow found; intervals say how far chance of the simulation can have moved the numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Simulated {
    pub trials: u32,
    /// Cases that count in each trial.
    pub cases: u32,
    /// [`QUANTITIES`], in minutes.
    pub waits: BTreeMap<String, Estimate>,
    /// The share of diseased cases that wait longer with the tool than the same case, on the same day, without it.
    pub diseased_that_wait_longer: Estimate,
    pub healthy_that_wait_longer: Estimate,
}

/// Works through the list with the tool and without it: the same arrivals and the same reading times. Each of `trials` has `cases` cases that
/// count, behind half as many to fill the list and before a fifth as many that come afterwards.
///
/// Intervals are normal over trials (`simulation`).
///
/// # Errors
/// Those of [`Workflow::check`]; [`Undefined::ImpossibleNumber`] with fewer than two trials or no case.
///
/// # Source
/// Thompson et al. 2024, Queueing Syst 108:579-610 (the simulation of QuCAD); Law 2015, Simulation Modeling and Analysis, section 9.5
/// (replication, with a part left out at the beginning).
pub fn simulate(
    workflow: &Workflow,
    (trials, cases): (u32, u32),
    seed: u64,
    level: Level,
) -> Result<Simulated, Undefined> {
    workflow.check()?;
    if trials < 2 || cases == 0 {
        return Err(Undefined::ImpossibleNumber);
    }
    let found: Vec<Sums> = (0..trials)
        .into_par_iter()
        .map(|trial| one_day(workflow, cases as usize, Draw::new(seed, u64::from(trial))))
        .collect();
    let estimate = |at: usize, within: (f64, f64)| {
        let of: Vec<[f64; 2]> = found.iter().map(|sums| sums.0[at]).collect();
        let sum: f64 = of.iter().map(|own| own[0]).sum();
        let count: f64 = of.iter().map(|own| own[1]).sum();
        if count == 0.0 {
            return Estimate::undefined(Undefined::NotDefinedHere, 0, level, "simulation");
        }
        let value = sum / count;
        let variance = ratio_variance(&of).ok_or(Undefined::NotDefinedHere);
        let bounds = variance.and_then(|variance| normal(value, variance, within, level));
        Estimate::with_interval(value, bounds, count as u64, level, "simulation").seed(seed)
    };
    let names = QUANTITIES.iter().enumerate();
    let anywhere = (f64::MIN, f64::MAX);
    Ok(Simulated {
        trials,
        cases,
        waits: names
            .map(|(at, name)| ((*name).to_owned(), estimate(at, anywhere)))
            .collect(),
        diseased_that_wait_longer: estimate(QUANTITIES.len(), (0.0, 1.0)),
        healthy_that_wait_longer: estimate(QUANTITIES.len() + 1, (0.0, 1.0)),
    })
}

/// Sum and count of each quantity, and of the cases that wait longer.
struct Sums([[f64; 2]; 11]);

/// A case of the list.
struct Arrival {
    at: f64,
    minutes: f64,
    /// 0 of those that interrupt, else 1.
    is_other: bool,
    is_diseased: bool,
    is_flagged: bool,
}

fn one_day(workflow: &Workflow, counted: usize, mut draw: Draw) -> Sums {
    let (before, after) = (counted / 2 + 100, counted / 5 + 100);
    let rate = workflow.arrivals_per_hour / 60.0;
    let mut now = 0.0;
    let arrivals: Vec<Arrival> = (0..before + counted + after)
        .map(|_| {
            now -= draw.uniform().ln() / rate;
            let is_other = draw.uniform() >= workflow.interrupting;
            let is_diseased = draw.uniform() < workflow.prevalence;
            let flagged = match is_diseased {
                true => workflow.sensitivity,
                false => 1.0 - workflow.specificity,
            };
            let mean = match is_other {
                true => workflow.reading_minutes,
                false => workflow.interrupting_minutes,
            };
            Arrival {
                at: now,
                minutes: -mean * draw.uniform().ln(),
                is_other,
                is_diseased,
                is_flagged: draw.uniform() < flagged,
            }
        })
        .collect();
    let readers = workflow.readers as usize;
    let without = List::new(&arrivals, readers, None).read();
    let with = List::new(&arrivals, readers, Some(workflow.priority)).read();
    let mut sums = [[0.0; 2]; 11];
    for case in before..before + counted {
        let arrival = &arrivals[case];
        if !arrival.is_other {
            continue;
        }
        let (old, new) = (without[case], with[case]);
        let mut add = |at: usize, value: f64| {
            sums[at][0] += value;
            sums[at][1] += 1.0;
        };
        // Rounding is no longer wait.
        let is_longer = f64::from(u8::from(new > old + 1e-9));
        add(0, old);
        add(if arrival.is_flagged { 1 } else { 2 }, new);
        match (arrival.is_diseased, arrival.is_flagged) {
            (true, is_flagged) => {
                add(3, new);
                add(5, old - new);
                match is_flagged {
                    true => add(6, old - new),
                    false => add(7, new - old),
                }
                add(9, is_longer);
            }
            (false, _) => {
                add(4, new);
                add(8, new - old);
                add(10, is_longer);
            }
        }
    }
    Sums(sums)
}

/// A list that is being read. What waits is ordered by rank, then by arrival.
struct List<'a> {
    arrivals: &'a [Arrival],
    priority: Option<Priority>,
    idle: usize,
    /// Cases that are read, and when they will be done.
    reading: Vec<(usize, f64)>,
    waiting: BTreeSet<(u8, usize)>,
    left: Vec<f64>,
    waited: Vec<f64>,
}

impl<'a> List<'a> {
    fn new(arrivals: &'a [Arrival], readers: usize, priority: Option<Priority>) -> Self {
        Self {
            arrivals,
            priority,
            idle: readers,
            reading: Vec::new(),
            waiting: BTreeSet::new(),
            left: arrivals.iter().map(|arrival| arrival.minutes).collect(),
            waited: vec![0.0; arrivals.len()],
        }
    }

    /// How long each case waited.
    fn read(mut self) -> Vec<f64> {
        let arrivals = self.arrivals;
        for (case, arrival) in arrivals.iter().enumerate() {
            self.until(arrival.at);
            self.arrive(case, arrival.at);
        }
        self.until(f64::INFINITY);
        self.waited
    }

    /// The class of a case: what interrupts, what is flagged, the rest.
    fn class(&self, case: usize) -> u8 {
        let arrival = &self.arrivals[case];
        match (arrival.is_other, self.priority) {
            (false, _) => 0,
            (true, Some(_)) if arrival.is_flagged => 1,
            (true, _) => 2,
        }
    }

    /// Finishes what is done by this time.
    fn until(&mut self, time: f64) {
        loop {
            let done = self.reading.iter().enumerate();
            let done = done.min_by(|a, b| a.1.1.total_cmp(&b.1.1));
            let Some((place, &(case, at))) = done.filter(|(_, (_, at))| *at <= time) else {
                return;
            };
            self.reading.swap_remove(place);
            self.waited[case] = at - self.arrivals[case].at - self.arrivals[case].minutes;
            match self.waiting.pop_first() {
                Some((_, next)) => self.begin(next, at),
                None => self.idle += 1,
            }
        }
    }

    fn begin(&mut self, case: usize, at: f64) {
        self.reading.push((case, at + self.left[case]));
    }

    fn arrive(&mut self, case: usize, at: f64) {
        if self.idle > 0 {
            self.idle -= 1;
            return self.begin(case, at);
        }
        let own = self.class(case);
        let stops = |other: u8| match (own, self.priority) {
            (0, _) => other > 0,
            (1, Some(Priority::Preemptive)) => other > 1,
            _ => false,
        };
        let read = self.reading.iter().enumerate();
        let read = read.map(|(place, (other, _))| (self.class(*other), *other, place));
        let Some((class, other, place)) = read.filter(|(class, _, _)| stops(*class)).max() else {
            self.waiting.insert((rank(own), case));
            return;
        };
        let (_, done) = self.reading.swap_remove(place);
        self.left[other] = done - at;
        // A reading that only an emergency may stop goes on before another is begun.
        let rank = match self.priority {
            Some(Priority::Preemptive) => rank(class),
            _ => RESUMED,
        };
        self.waiting.insert((rank, other));
        self.begin(case, at);
    }
}

/// Behind what interrupts, before what was not begun.
const RESUMED: u8 = 1;

fn rank(class: u8) -> u8 {
    match class {
        0 => 0,
        class => class + RESUMED,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::workflow;
    use super::*;

    fn agrees(workflow: &Workflow) {
        let waits = workflow.waits().expect("a formula").quantities();
        let level = Level::new(0.9999).expect("in range");
        let found = simulate(workflow, (200, 2000), 5, level).expect("no overload");
        for (name, wanted) in QUANTITIES.iter().zip(waits) {
            let (low, high) = found.waits[*name].interval().expect("an interval");
            assert!(
                low <= wanted && wanted <= high,
                "{workflow:?} {name}: {wanted} not in {low} {high}"
            );
            // An interval that holds everything shows nothing.
            assert!(high - low < 0.2 * waits[0], "{name}: {low} {high}");
        }
    }

    #[test]
    fn the_simulation_of_one_reader_agrees_with_the_formulas() {
        for priority in [Priority::Preemptive, Priority::NonPreemptive] {
            agrees(&workflow(priority, 1, 0.0));
            agrees(&Workflow {
                interrupting_minutes: 5.0,
                ..workflow(priority, 1, 0.2)
            });
        }
    }

    #[test]
    fn the_simulation_of_several_readers_agrees_with_the_formulas() {
        agrees(&workflow(Priority::Preemptive, 2, 0.0));
        agrees(&workflow(Priority::NonPreemptive, 3, 0.0));
        agrees(&workflow(Priority::Preemptive, 2, 0.2));
    }

    #[test]
    fn diseased_cases_that_wait_longer_are_above_all_those_that_the_tool_misses() {
        let own = workflow(Priority::Preemptive, 1, 0.0);
        let found = simulate(&own, (50, 1000), 1, Level::DEFAULT).expect("no overload");
        let longer = found.diseased_that_wait_longer.value.expect("a share");
        // A tenth is missed, and most of them are overtaken by somebody.
        assert!((0.03..0.1).contains(&longer), "{longer}");
        let perfect = Workflow {
            sensitivity: 1.0,
            specificity: 1.0,
            ..own
        };
        let found = simulate(&perfect, (50, 1000), 1, Level::DEFAULT).expect("no overload");
        assert_eq!(found.diseased_that_wait_longer.value, Some(0.0));
        // Who is never wrongly set back is never missed either.
        assert_eq!(found.waits["delay_false_negative"].value, None);
    }
}
