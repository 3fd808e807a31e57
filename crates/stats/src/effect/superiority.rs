use super::{Effect, EffectAbout};
use crate::drift::Kind;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::sample::{self, Sample, SortedNumbers, together};

/// The probability that a value of the current sample is larger than one of the reference, equal ones counting half.
///
/// Takes numbers; in 0..=1, 0.5 if nothing has changed: the effect behind Mann and Whitney's test and the area under an ROC
/// curve. It asks for the order of values only, so outliers do not move it. The interval is DeLong's; where that has no width
/// (samples that do not overlap, or one value in all cases) it is Newcombe's.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`].
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845; Newcombe 2006, Stat Med 25:559-573, method 5; the effect:
/// McGraw and Wong 1992, Psychol Bull 111:361-365.
pub struct Superiority;

impl Effect for Superiority {
    fn about(&self) -> EffectAbout {
        EffectAbout {
            id: "probability_of_superiority",
            title: "Probability that a value of today is larger than one of the reference",
            source: "DeLong, DeLong and Clarke-Pearson 1988; Newcombe 2006",
            kind: Kind::Number,
            no_effect: 0.5,
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
        let (value, variance) = placements(a, b);
        let n = a.n() + b.n();
        let of_variance = variance.and_then(|it| interval::normal(value, it, (0.0, 1.0), level));
        Ok(match of_variance {
            Ok(interval) => Estimate::new(value, interval, n, level, "delong"),
            Err(_) => {
                let interval = interval::mann_whitney(value, a.n() as f64, b.n() as f64, level);
                Estimate::new(value, interval, n, level, "newcombe_method_5")
            }
        })
    }
}

/// The probability and its variance from the placements of all values: the share of the other sample that each beats.
fn placements(a: &SortedNumbers, b: &SortedNumbers) -> (f64, Result<f64, Undefined>) {
    let (n, m) = (a.n(), b.n());
    let (mut below_a, mut below_b) = (0, 0);
    let mut twice_won: u128 = 0;
    for step in together(a, b) {
        twice_won += u128::from(step.b) * u128::from(2 * below_a + step.a);
        below_a += step.a;
    }
    let value = twice_won as f64 / (2.0 * n as f64 * m as f64);
    if n.min(m) < 2 {
        return (value, Err(Undefined::TooFewCases));
    }
    let (mut of_a, mut of_b) = (0.0, 0.0);
    below_a = 0;
    for step in together(a, b) {
        let beaten = (2 * below_a + step.a) as f64 / (2 * n) as f64;
        let above = (2 * (m - below_b - step.b) + step.b) as f64 / (2 * m) as f64;
        of_b += step.b as f64 * (beaten - value).powi(2);
        of_a += step.a as f64 * (above - value).powi(2);
        below_a += step.a;
        below_b += step.b;
    }
    let (n, m) = (n as f64, m as f64);
    (value, Ok(of_b / (m * (m - 1.0)) + of_a / (n * (n - 1.0))))
}
