use super::{Effect, EffectAbout};
use crate::drift::Kind;
use crate::estimate::{Estimate, Level, Undefined};
use crate::noncentral;
use crate::sample::{self, Sample, aligned};

/// Cramer's V between category and sample, corrected for what chance adds.
///
/// Takes categories; in 0..=1, 0 if nothing has changed. It is smaller for samples of very different sizes. The interval
/// holds the noncentralities under which the chi-square of both samples is likely; its upper end is never that of a chi-square
/// below the degrees of freedom, or equal shares in ten cases would prove that nothing has changed.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NoVariation`] for one category alone,
/// [`Undefined::TooFewCases`] if there are about as many categories as cases.
///
/// # Source
/// Bergsma 2013, J Korean Stat Soc 42:323-328 (the correction); Steiger and Fouladi 1997, in What If There Were No
/// Significance Tests, chapter 9 (the interval).
pub struct CramersV;

impl Effect for CramersV {
    fn about(&self) -> EffectAbout {
        EffectAbout {
            id: "cramers_v",
            title: "Cramer's V",
            source: "Bergsma 2013; Steiger and Fouladi 1997",
            kind: Kind::Category,
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
        let (reference, current) = sample::categories(reference, current)?;
        let counts = aligned(reference, current);
        let freedom = (counts.len() - 1) as f64;
        if freedom == 0.0 {
            return Err(Undefined::NoVariation);
        }
        let (n, m) = (reference.n() as f64, current.n() as f64);
        let all = n + m;
        // Two rows and as many columns as categories, each fewer by what chance makes of it.
        let rows = 1.0 - 1.0 / (all - 1.0);
        let columns = freedom - freedom.powi(2) / (all - 1.0);
        let most = all * f64::min(rows, columns);
        if most <= 0.0 {
            return Err(Undefined::TooFewCases);
        }
        let square = |count: u64, size: f64, both: u64| {
            let expected = both as f64 * size / all;
            (count as f64 - expected).powi(2) / expected
        };
        let chi_square: f64 = counts
            .iter()
            .map(|&(_, r, c)| square(r, n, r + c) + square(c, m, r + c))
            .sum();
        let v = |noncentrality: f64| (noncentrality.max(0.0) / most).sqrt().min(1.0);
        let value = v(chi_square - freedom * all / (all - 1.0));
        let tail = (1.0 - level.value()) / 2.0;
        let low = noncentral::noncentrality(chi_square, freedom, 1.0 - tail);
        let high = noncentral::noncentrality(chi_square.max(freedom), freedom, tail);
        let interval = (v(low).min(value), v(high).max(value));
        Ok(Estimate::new(
            value,
            interval,
            reference.n() + current.n(),
            level,
            "noncentral_chi_square",
        ))
    }
}
