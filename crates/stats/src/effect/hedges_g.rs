use super::{Effect, EffectAbout};
use crate::drift::Kind;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::sample::{self, Sample, SortedNumbers};

/// Hedges' g: the mean of the current sample less that of the reference, over their pooled standard deviation.
///
/// Takes numbers, at least two in each sample; without unit, 0 if nothing has changed. The interval is by the delta method
/// from the moments up to the fourth, so it holds for skewed values and unequal deviations as well; for normal values of one
/// deviation it is that of Hedges and Olkin.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::TooFewCases`], [`Undefined::NoVariation`] if both
/// samples are constant, [`Undefined::NotFinite`].
///
/// # Source
/// Hedges 1981, J Educ Stat 6:107-128 (g and its correction); Hedges and Olkin 1985, Statistical Methods for Meta-Analysis,
/// section 5.B; van der Vaart 1998, Asymptotic Statistics, theorem 3.1 and example 3.2 (moments of any distribution).
pub struct HedgesG;

impl Effect for HedgesG {
    fn about(&self) -> EffectAbout {
        EffectAbout {
            id: "hedges_g",
            title: "Hedges' g",
            source: "Hedges 1981; van der Vaart 1998",
            kind: Kind::Number,
            no_effect: 0.0,
        }
    }

    fn estimate(
        &self,
        reference: &Sample,
        current: &Sample,
        level: Level,
        _seed: u64,
    ) -> Result<Estimate, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        if a.n().min(b.n()) < 2 {
            return Err(Undefined::TooFewCases);
        }
        let (of_a, of_b) = (Moments::of(a)?, Moments::of(b)?);
        let freedom = of_a.n + of_b.n - 2.0;
        // Each sample's share of the pooled variance.
        let (share_a, share_b) = ((of_a.n - 1.0) / freedom, (of_b.n - 1.0) / freedom);
        let pooled = share_a * of_a.variance + share_b * of_b.variance;
        if pooled <= 0.0 {
            return Err(Undefined::NoVariation);
        }
        let deviation = pooled.sqrt();
        let d = (of_b.mean - of_a.mean) / deviation;
        let of_gap = of_a.variance / of_a.n + of_b.variance / of_b.n;
        let of_pooled = share_a.powi(2) * of_a.of_variance() + share_b.powi(2) * of_b.of_variance();
        let of_both = share_b * of_b.third / of_b.n - share_a * of_a.third / of_a.n;
        let variance = of_gap / pooled + d * d * of_pooled / (4.0 * pooled * pooled)
            - d * of_both / (pooled * deviation);
        let correction = 1.0 - 3.0 / (4.0 * freedom - 1.0);
        let value = correction * d;
        let interval = interval::normal(
            value,
            correction.powi(2) * variance,
            (f64::MIN, f64::MAX),
            level,
        );
        let n = a.n() + b.n();
        Ok(Estimate::with_interval(value, interval, n, level, "delta"))
    }
}

struct Moments {
    n: f64,
    mean: f64,
    /// With n - 1.
    variance: f64,
    /// The third and fourth central moments, with n.
    third: f64,
    fourth: f64,
}

impl Moments {
    fn of(sample: &SortedNumbers) -> Result<Moments, Undefined> {
        let n = sample.n() as f64;
        let mean = sample.mean().ok_or(Undefined::NotFinite)?;
        let moments = Moments {
            n,
            mean,
            variance: sample.central_sum(mean, 2) / (n - 1.0),
            third: sample.central_sum(mean, 3) / n,
            fourth: sample.central_sum(mean, 4) / n,
        };
        if moments.fourth.is_finite() {
            Ok(moments)
        } else {
            Err(Undefined::NotFinite)
        }
    }

    /// The variance of the variance.
    fn of_variance(&self) -> f64 {
        (self.fourth - self.variance.powi(2)).max(0.0) / self.n
    }
}
