use super::{DriftResult, Sample, bins};
use crate::estimate::Undefined;
use statrs::function::gamma::gamma_ur;

/// A statistic that sums a term of each category's current count and the count that the reference's shares expect, with
/// the p-value of its chi-square limit.
///
/// A category that the reference never had makes the statistic unbounded and p 0; one category alone has p 1.
pub(super) fn against_shares(
    reference: &Sample,
    current: &Sample,
    term: impl Fn(f64, f64) -> f64,
) -> Result<DriftResult, Undefined> {
    let (Sample::Categories(known), Sample::Categories(seen)) = (reference, current) else {
        return Err(Undefined::WrongKind);
    };
    let counts = bins::categories(known, seen)?;
    if counts.values().any(|&(r, _)| r == 0) {
        return Ok(DriftResult {
            statistic: None,
            p_value: Some(0.0),
        });
    }
    let scale = seen.len() as f64 / known.len() as f64;
    let statistic: f64 = counts
        .values()
        .map(|&(r, c)| term(c as f64, r as f64 * scale))
        .sum();
    let freedom = (counts.len() - 1) as f64;
    let p = if freedom == 0.0 || statistic <= 0.0 {
        1.0
    } else {
        gamma_ur(freedom / 2.0, statistic / 2.0)
    };
    // Rounding can leave the statistic of equal samples a little below 0.
    Ok(DriftResult {
        statistic: Some(statistic.max(0.0)),
        p_value: Some(p.clamp(0.0, 1.0)),
    })
}
