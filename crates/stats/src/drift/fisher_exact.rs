use super::{DriftAbout, DriftResult, DriftTest, Kind, bins, expected};
use crate::estimate::Undefined;
use crate::sample::Sample;
use statrs::function::factorial::ln_factorial;

/// How much more probable than the observed table another may be and still count as no more probable: rounding.
const SLACK: f64 = 1e-7;

/// Fisher's exact test of two categories, two-sided: all tables with these margins that are no more probable than the
/// observed one.
///
/// Takes categories, at most two in both samples together; the statistic is the sample's odds ratio of the second category,
/// current over reference, unbounded (and then absent) if one of the two counts below the line is 0. One category alone has
/// the statistic 1 and p 1.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::MoreThanTwoCategories`].
///
/// # Source
/// Fisher 1935, J R Stat Soc 98:39-82; as `scipy.stats.fisher_exact`.
pub struct FisherExact;

impl DriftTest for FisherExact {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "fisher_exact",
            evidently: None,
            title: "Fisher's exact test",
            source: "Fisher 1935; scipy.stats.fisher_exact; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            takes_counts: true,
            draws: false,
            default_threshold: 0.1,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let counts = expected::of_categories(reference, current)?;
        self.test_counts(&counts.reference, &counts.current, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        bins::sizes(reference, current)?;
        let pairs = reference.iter().copied().zip(current.iter().copied());
        let counts: Vec<(u64, u64)> = pairs.filter(|&(r, c)| r + c > 0).collect();
        let [(r1, c1), (r2, c2)] = match counts[..] {
            [_] => return Ok(DriftResult::with_p(Some(1.0), 1.0)),
            [first, second] => [first, second],
            _ => return Err(Undefined::MoreThanTwoCategories),
        };
        let odds = (c2 as f64 * r1 as f64) / (c1 as f64 * r2 as f64);
        Ok(DriftResult::with_p(
            Some(odds).filter(|odds| odds.is_finite()),
            two_sided(c2, r2, c1, r1),
        ))
    }
}

/// P of all tables with the margins of [[a, b], [c, d]] that are no more probable than it.
fn two_sided(a: u64, b: u64, c: u64, d: u64) -> f64 {
    let (row, column, all) = (a + b, a + c, a + b + c + d);
    let ln_choose = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
    let whole = ln_choose(all, column);
    let ln_p = |x: u64| ln_choose(row, x) + ln_choose(all - row, column - x) - whole;
    let observed = ln_p(a) + SLACK;
    let range = (row + column).saturating_sub(all)..=row.min(column);
    let p: f64 = range
        .map(ln_p)
        .filter(|&p| p <= observed)
        .map(f64::exp)
        .sum();
    p.clamp(0.0, 1.0)
}
