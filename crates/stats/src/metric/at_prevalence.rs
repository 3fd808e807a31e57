use super::confusion::{self, Scale, Slope};
use super::lr_negative::slope as slope_of_missing;
use super::lr_positive::slope as slope_of_flagging;
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// What a flag, or none, means where another share of people is diseased than here: the predictive value at a declared prevalence, from
/// sensitivity and specificity. It holds if both are the same there.
///
/// Takes truth, flag and patient. The value is in 0..=1. The interval is symmetric on the log odds, which are those of the prevalence plus
/// the logarithm of the likelihood ratio; where that is 0 or infinite there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`], and
/// [`Undefined::NoFlaggedCase`] or [`Undefined::NoUnflaggedCase`].
///
/// # Source
/// Mercaldo, Lau and Zhou 2007, Stat Med 26:2170-2183 (logit intervals of predictive values).
pub struct AtPrevalence {
    /// Of flagged cases the diseased ones; otherwise of those left alone the healthy ones.
    pub of_flagged: bool,
    /// In 0..=1, neither of them.
    pub prevalence: f64,
}

impl Metric for AtPrevalence {
    fn about(&self) -> About {
        let (id, title, what) = match self.of_flagged {
            true => (
                "ppv_at_prevalence",
                "Positive predictive value at a declared prevalence",
                "The share of flagged cases that would be diseased at the declared prevalence.",
            ),
            false => (
                "npv_at_prevalence",
                "Negative predictive value at a declared prevalence",
                "The share of cases left alone that would be healthy at the declared prevalence.",
            ),
        };
        About {
            id,
            title,
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "Mercaldo, Lau and Zhou 2007",
            what,
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let odds = (self.prevalence / (1.0 - self.prevalence)).ln();
        let slope = |shares: &Confusion| {
            let (ratio, odds, sign) = match self.of_flagged {
                true => (slope_of_flagging(shares)?, odds, 1.0),
                false => (slope_of_missing(shares)?, -odds, -1.0),
            };
            Some(Slope {
                value: odds + sign * ratio.value,
                by: ratio.by.map(|by| sign * by),
            })
        };
        let value = |shares: &Confusion| self.of(shares);
        confusion::estimate(cases, level, (0.0, 1.0), Scale::Logit, value, slope)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        self.of(&tally.at(threshold?)).ok()
    }
}

impl AtPrevalence {
    fn of(&self, shares: &Confusion) -> Result<f64, Undefined> {
        let (sensitivity, specificity) = (shares.sensitivity()?, shares.specificity()?);
        let (right, wrong, none) = match self.of_flagged {
            true => (
                sensitivity * self.prevalence,
                (1.0 - specificity) * (1.0 - self.prevalence),
                Undefined::NoFlaggedCase,
            ),
            false => (
                specificity * (1.0 - self.prevalence),
                (1.0 - sensitivity) * self.prevalence,
                Undefined::NoUnflaggedCase,
            ),
        };
        confusion::part(right, wrong).ok_or(none)
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_id;
    use super::*;

    fn cases() -> Cases {
        // 100 diseased, 80 flagged; 200 healthy, 30 flagged.
        let truth: Vec<bool> = (0..300).map(|i| i < 100).collect();
        let flagged = |i: usize| if i < 100 { i < 80 } else { i < 130 };
        let score = (0..300).map(|i| f64::from(u8::from(flagged(i)))).collect();
        Cases::new(truth, score, Some(0.5), None).expect("well-formed")
    }

    #[test]
    fn at_the_prevalence_of_the_cases_it_is_their_predictive_value() {
        for (of_flagged, id) in [(true, "ppv"), (false, "npv")] {
            let prevalence = 1.0 / 3.0;
            let own = AtPrevalence {
                of_flagged,
                prevalence,
            };
            let found = own.estimate(&cases(), Level::DEFAULT).expect("both kinds");
            let plain = by_id(id)
                .expect("listed")
                .estimate(&cases(), Level::DEFAULT)
                .expect("flags");
            assert!((found.value.unwrap() - plain.value.unwrap()).abs() < 1e-12);
            assert!(
                (own.value(&Tally::of(&cases()), Some(0.5)).unwrap() - found.value.unwrap()).abs()
                    < 1e-12
            );
        }
    }

    #[test]
    fn a_rare_disease_makes_a_flag_mean_little() {
        let own = AtPrevalence {
            of_flagged: true,
            prevalence: 0.01,
        };
        let found = own.estimate(&cases(), Level::DEFAULT).expect("both kinds");
        // 0.8 x 0.01 / (0.8 x 0.01 + 0.15 x 0.99); the standard error of the log odds is that of ln(0.8 / 0.15).
        let value: f64 = 0.008 / (0.008 + 0.1485);
        assert!((found.value.unwrap() - value).abs() < 1e-12);
        let error = (0.2 / 80.0 + 0.85 / 30.0_f64).sqrt() * (300.0 / 299.0_f64).sqrt();
        let low = 1.0 / (1.0 + (-((value / (1.0 - value)).ln() - 1.959_964 * error)).exp());
        assert!((found.low.unwrap() - low).abs() < 1e-6, "{found:?} {low}");
    }
}
