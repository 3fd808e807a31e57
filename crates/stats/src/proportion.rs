//! A share of cases with Wilson's interval: the one estimate behind sensitivity, PPV, prevalence and their kin.

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;

/// What a case is to a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Counted, and an event.
    Event,
    /// Counted, and no event.
    Other,
    /// Not counted.
    Outside,
}

impl Part {
    /// An event or not, of a case that is counted.
    pub(crate) fn of(event: bool) -> Part {
        if event { Part::Event } else { Part::Other }
    }
}

/// The share of events among the counted cases; `part(truth, score)` says what a case is. With patients, it is Wilson's
/// interval at the size divided by the design effect of patients. `None` when no case is counted.
///
/// # Source
/// Wilson 1927, JASA 22:209-212; Rao and Scott 1992, Biometrics 48:577-585.
pub(crate) fn proportion(
    cases: &Cases,
    part: impl Fn(bool, f64) -> Part,
    level: Level,
) -> Option<Estimate> {
    let totals: Vec<(f64, f64)> = cases
        .totals(|i| match part(cases.truth()[i], cases.score()[i]) {
            Part::Event => [1.0, 1.0],
            Part::Other => [0.0, 1.0],
            Part::Outside => [0.0, 0.0],
        })
        .into_iter()
        .filter(|total| total[1] > 0.0)
        .map(|[events, counted]| (events, counted))
        .collect();
    let events: f64 = totals.iter().map(|total| total.0).sum();
    let n: f64 = totals.iter().map(|total| total.1).sum();
    if n == 0.0 {
        return None;
    }
    let value = events / n;
    let counted = |i: &usize| part(cases.truth()[*i], cases.score()[*i]);
    let in_cases = |is: fn(Part) -> bool| {
        let all = 0..cases.n();
        all.filter(|i| cases.weight_of(*i) > 0.0 && is(counted(i)))
            .count() as u64
    };
    let (n_cases, events_in_cases) = match cases.weight() {
        None => (n as u64, events as u64),
        Some(_) => (
            in_cases(|part| part != Part::Outside),
            in_cases(|part| part == Part::Event),
        ),
    };
    let estimate = if !cases.is_row_wise() {
        let interval = interval::effective_size(&totals)
            .map(|size| interval::wilson(value * size, size, level));
        Estimate::with_interval(value, interval, n_cases, level, "wilson_rao_scott")
    } else {
        Estimate::new(
            value,
            interval::wilson(events, n, level),
            n as u64,
            level,
            "wilson",
        )
    };
    Some(
        estimate
            .events(events_in_cases)
            .clusters(cases.cluster().map(|_| totals.len() as u64)),
    )
}

/// As [`proportion`], of what the flag says: `part(truth, flagged)`. A case is flagged at or above the threshold.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], or `none` when there are cases but none is counted.
pub(crate) fn proportion_of_flags(
    cases: &Cases,
    part: impl Fn(bool, bool) -> Part,
    none: Undefined,
    level: Level,
) -> Result<Estimate, Undefined> {
    let threshold = cases.threshold().ok_or(Undefined::NoThreshold)?;
    if cases.n() == 0 {
        return Err(Undefined::NoCase);
    }
    proportion(cases, |truth, score| part(truth, score >= threshold), level).ok_or(none)
}
