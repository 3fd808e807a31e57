use super::DriftResult;
use super::bins::{self, Binned};
use crate::estimate::Undefined;
use crate::sample::Sample;
use statrs::function::gamma::gamma_ur;

/// The counts of two samples of categories.
///
/// # Errors
/// [`Undefined::WrongKind`] for numbers, [`Undefined::EmptySample`].
pub(super) fn of_categories(reference: &Sample, current: &Sample) -> Result<Binned, Undefined> {
    match reference {
        Sample::Categories(_) => bins::bins(reference, current),
        Sample::Numbers(_) => Err(Undefined::WrongKind),
    }
}

/// A statistic that sums a term of each category's current count and the count that the reference's shares expect, with
/// the p-value of its chi-square limit.
///
/// A category that the reference never had makes the statistic unbounded and p 0; one category alone has p 1.
pub(super) fn against_shares(
    reference: &[u64],
    current: &[u64],
    term: impl Fn(f64, f64) -> f64,
) -> Result<DriftResult, Undefined> {
    let (n, m) = bins::sizes(reference, current)?;
    let there = || {
        let pairs = reference.iter().zip(current);
        pairs.filter(|&(&r, &c)| r + c > 0)
    };
    if there().any(|(&r, _)| r == 0) {
        return Ok(DriftResult::with_p(None, 0.0));
    }
    let scale = m / n;
    let statistic: f64 = there()
        .map(|(&r, &c)| term(c as f64, r as f64 * scale))
        .sum();
    let freedom = (there().count() - 1) as f64;
    let p = if freedom == 0.0 || statistic <= 0.0 {
        1.0
    } else {
        gamma_ur(freedom / 2.0, statistic / 2.0)
    };
    // Rounding can leave the statistic of equal samples a little below 0.
    Ok(DriftResult::with_p(Some(statistic.max(0.0)), p))
}
