//! A reference standard that errs itself, of known sensitivity and specificity.

use rayon::prelude::*;
use serde::Serialize;

use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bounds_of, by_patient, normal};

/// How good the reference standard is: shares in 0..=1, and of how many diseased and healthy cases they were measured, where that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceStandard {
    pub sensitivity: f64,
    pub specificity: f64,
    pub diseased: Option<u64>,
    pub healthy: Option<u64>,
}

/// What cases say of the model once the errors of the reference standard are taken out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Imperfect {
    pub prevalence: Estimate,
    /// If model and reference standard err independently, given the disease.
    pub sensitivity: Estimate,
    pub specificity: Estimate,
    /// The least and the largest sensitivity, and specificity, however their errors go together; none where the prevalence is not defined.
    /// They have no doubt of sampling in them.
    pub sensitivity_bounds: Option<[f64; 2]>,
    pub specificity_bounds: Option<[f64; 2]>,
}

/// Corrects sensitivity, specificity and prevalence for the errors of the reference standard, which gave the truth of the cases.
///
/// Intervals are by the delta method (`delta`, multinomial cases, and binomial doubt of the reference standard where its counts are known);
/// with patients percentile intervals of draws of patients, in each of which the reference standard is drawn anew. They are cut at 0 and 1.
/// A correction that leaves 0..=1 is undefined with [`Undefined::OutsideShare`]; where it is that of the prevalence, so are the other two, even
/// if two impossible numbers divide to a share.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::ImpossibleNumber`] for shares outside 0..=1,
/// [`Undefined::BlindReference`] if they do not add up to more than 1.
///
/// # Source
/// Gart and Buck 1966, Am J Epidemiol 83:593-602; Staquet et al. 1981, J Chronic Dis 34:599-610; Rogan and Gladen 1978, Am J Epidemiol
/// 107:71-76 (prevalence); Thibodeau 1981, Biometrics 37:801-804, and Emerson et al. 2018, Stat Methods Med Res 27:2933-2945 (bounds).
pub fn correct(
    cases: &Cases,
    reference: &ReferenceStandard,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Result<Imperfect, Undefined> {
    let threshold = cases.threshold().ok_or(Undefined::NoThreshold)?;
    let shares = [reference.sensitivity, reference.specificity];
    if !shares.iter().all(|share| (0.0..=1.0).contains(share))
        || [reference.diseased, reference.healthy].contains(&Some(0))
    {
        return Err(Undefined::ImpossibleNumber);
    }
    if shares[0] + shares[1] <= 1.0 {
        return Err(Undefined::BlindReference);
    }
    let cell = |i: usize| {
        let is_flagged = cases.score()[i] >= threshold;
        // Flagged and called diseased, flagged and healthy, not flagged and diseased, not flagged and healthy.
        2 * usize::from(!is_flagged) + usize::from(!cases.truth()[i])
    };
    let table = |rows: &mut dyn Iterator<Item = usize>| {
        let mut cells = [0.0; 4];
        rows.for_each(|i| cells[cell(i)] += cases.weight_of(i));
        let sum: f64 = cells.iter().sum();
        (sum > 0.0).then(|| cells.map(|count| count / sum))
    };
    let observed = table(&mut (0..cases.n())).ok_or(Undefined::NoCase)?;
    let patients = by_patient(cases.n(), cases.cluster());
    let drawn: Vec<Observed> = match cases.is_row_wise() {
        true => Vec::new(),
        false => (0..resamples)
            .into_par_iter()
            .filter_map(|number| {
                let mut draw = Draw::new(seed, u64::from(number));
                let rows: Vec<usize> = (0..patients.len())
                    .flat_map(|_| patients[draw.below(patients.len())].iter().copied())
                    .collect();
                let mut again = |share: f64, n: Option<u64>| {
                    n.map_or(share, |n| draw.binomial(n, share) as f64 / n as f64)
                };
                Some(Observed {
                    sensitivity: again(shares[0], reference.diseased),
                    specificity: again(shares[1], reference.healthy),
                    p: table(&mut rows.into_iter())?,
                })
            })
            .collect(),
    };
    let own = Observed {
        p: observed,
        sensitivity: shares[0],
        specificity: shares[1],
    };
    let n = cases.n() as u64;
    let estimate = |of: fn(&Observed) -> Sloped| {
        let sloped = of(&own);
        let value = sloped.value;
        let method = match cases.is_row_wise() {
            true => "delta",
            false => "bootstrap_percentile",
        };
        if !(is_share(value) && is_share(own.prevalence().value)) {
            return Estimate::undefined(Undefined::OutsideShare, n, level, method);
        }
        let value = value.clamp(0.0, 1.0);
        let bounds = match cases.is_row_wise() {
            true => normal(
                value,
                sloped.variance(&own, n as f64, reference),
                (0.0, 1.0),
                level,
            ),
            false if patients.len() < 2 => Err(Undefined::TooFewPatients),
            false => {
                let fits = |one: &&Observed| is_share(one.prevalence().value);
                let values = drawn.iter().filter(fits).map(|one| of(one).value);
                let values = values.filter(|value| value.is_finite()).collect();
                let cut = |(low, high): (f64, f64)| (low.clamp(0.0, 1.0), high.clamp(0.0, 1.0));
                bounds_of(values, resamples, level).map(cut)
            }
        };
        let estimate = Estimate::with_interval(value, bounds, n, level, method);
        let estimate = estimate.clusters(cases.patients());
        match cases.is_row_wise() {
            true => estimate,
            false => estimate.seed(seed),
        }
    };
    let bounds = own.bounds();
    Ok(Imperfect {
        prevalence: estimate(Observed::prevalence),
        sensitivity: estimate(Observed::of_diseased),
        specificity: estimate(Observed::of_healthy),
        sensitivity_bounds: bounds.map(|bounds| bounds[0]),
        specificity_bounds: bounds.map(|bounds| bounds[1]),
    })
}

/// Rounding may leave a share of 1 a little above it.
fn is_share(value: f64) -> bool {
    (-1e-12..=1.0 + 1e-12).contains(&value)
}

/// The shares of the four cells, and how good the reference standard is.
struct Observed {
    p: [f64; 4],
    sensitivity: f64,
    specificity: f64,
}

/// A value with its derivatives: by the four cells, and by sensitivity and specificity of the reference standard.
struct Sloped {
    value: f64,
    by_cell: [f64; 4],
    by_reference: [f64; 2],
}

impl Sloped {
    fn variance(&self, at: &Observed, n: f64, reference: &ReferenceStandard) -> f64 {
        let both = || self.by_cell.iter().zip(at.p);
        let mean: f64 = both().map(|(slope, p)| slope * p).sum();
        let square: f64 = both().map(|(slope, p)| slope * slope * p).sum();
        let mut variance = (square - mean * mean) / n;
        let counts = [
            (reference.sensitivity, reference.diseased),
            (reference.specificity, reference.healthy),
        ];
        for (slope, (share, count)) in self.by_reference.iter().zip(counts) {
            let own = count.map_or(0.0, |count| share * (1.0 - share) / count as f64);
            variance += slope * slope * own;
        }
        variance
    }
}

impl Observed {
    fn prevalence(&self) -> Sloped {
        let [a, _, c, _] = self.p;
        let sum = self.sensitivity + self.specificity - 1.0;
        let value = (a + c + self.specificity - 1.0) / sum;
        Sloped {
            value,
            by_cell: [1.0 / sum, 0.0, 1.0 / sum, 0.0],
            by_reference: [-value / sum, (1.0 - value) / sum],
        }
    }

    fn of_diseased(&self) -> Sloped {
        let [a, b, _, d] = self.p;
        let own = self.specificity;
        let all = own - b - d;
        let value = ((a + b) * own - b) / all;
        Sloped {
            value,
            by_cell: [own / all, (own - 1.0 + value) / all, 0.0, value / all],
            by_reference: [0.0, (a + b - value) / all],
        }
    }

    fn of_healthy(&self) -> Sloped {
        let [a, _, c, d] = self.p;
        let own = self.sensitivity;
        let all = own - a - c;
        let value = ((c + d) * own - c) / all;
        Sloped {
            value,
            by_cell: [value / all, 0.0, (own - 1.0 + value) / all, own / all],
            by_reference: [(c + d - value) / all, 0.0],
        }
    }

    /// The extremes of sensitivity and specificity over all ways in which the diseased can lie in the four cells.
    fn bounds(&self) -> Option<[[f64; 2]; 2]> {
        let prevalence = self.prevalence().value;
        if !(prevalence > 0.0 && prevalence < 1.0) {
            return None;
        }
        let [a, b, c, d] = self.p;
        // Of the diseased, those that the reference standard finds lie in a or c, those that it misses in b or d.
        let (found, missed) = (
            prevalence * self.sensitivity,
            prevalence * (1.0 - self.sensitivity),
        );
        let least = (found - c).max(0.0) + (missed - d).max(0.0);
        let most = found.min(a) + missed.min(b);
        let of = |flagged: f64| {
            let rest = (c + d - prevalence + flagged) / (1.0 - prevalence);
            [flagged / prevalence, rest].map(|share| share.clamp(0.0, 1.0))
        };
        let ([low, low_rest], [high, high_rest]) = (of(least), of(most));
        (least <= most).then_some([[low, high], [low_rest, high_rest]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cases(counts: [usize; 4], patients: Option<usize>) -> Cases {
        let (mut truth, mut score) = (Vec::new(), Vec::new());
        for (cell, count) in counts.into_iter().enumerate() {
            truth.extend(std::iter::repeat_n(cell % 2 == 0, count));
            score.extend(std::iter::repeat_n(if cell < 2 { 1.0 } else { 0.0 }, count));
        }
        let cluster = patients.map(|of| (0..truth.len()).map(|i| (i / of) as u32).collect());
        Cases::new(truth, score, Some(0.5), cluster).expect("well-formed")
    }

    fn reference(sensitivity: f64, specificity: f64) -> ReferenceStandard {
        ReferenceStandard {
            sensitivity,
            specificity,
            diseased: None,
            healthy: None,
        }
    }

    #[test]
    fn a_perfect_reference_standard_changes_nothing() {
        let found = correct(
            &cases([40, 10, 10, 40], None),
            &reference(1.0, 1.0),
            (200, 1),
            Level::DEFAULT,
        );
        let found = found.expect("defined");
        assert_eq!(found.sensitivity.value, Some(0.8));
        assert_eq!(found.specificity.value, Some(0.8));
        assert_eq!(found.sensitivity_bounds, Some([0.8, 0.8]));
    }

    #[test]
    fn a_correction_that_leaves_the_shares_is_undefined_with_the_reason() {
        let found = correct(
            &cases([2, 20, 2, 176], None),
            &reference(0.9, 0.9),
            (200, 1),
            Level::DEFAULT,
        );
        let found = found.expect("a table");
        assert_eq!(found.prevalence.value, None);
        assert_eq!(
            found.prevalence.why,
            Some(Undefined::OutsideShare.to_string())
        );
        // -0.001 of -0.08 looks like a share, and is none.
        assert_eq!(found.sensitivity.value, None);
        assert_eq!(found.sensitivity_bounds, None);
        let blind = correct(
            &cases([2, 2, 2, 2], None),
            &reference(0.5, 0.5),
            (200, 1),
            Level::DEFAULT,
        );
        assert_eq!(blind, Err(Undefined::BlindReference));
    }

    #[test]
    fn doubt_of_the_reference_standard_widens_intervals_and_patients_are_drawn_whole() {
        let table = cases([300, 60, 50, 590], None);
        let known = reference(0.9, 0.95);
        let measured = ReferenceStandard {
            diseased: Some(60),
            healthy: Some(90),
            ..known
        };
        let width = |cases: &Cases, reference: &ReferenceStandard| {
            let found = correct(cases, reference, (1000, 3), Level::DEFAULT).expect("defined");
            let (low, high) = found.specificity.interval().expect("an interval");
            high - low
        };
        assert!(width(&table, &measured) > 1.1 * width(&table, &known));
        // One case a patient: draws agree with the delta method.
        let drawn = width(&cases([300, 60, 50, 590], Some(1)), &measured);
        assert!(
            (drawn / width(&table, &measured) - 1.0).abs() < 0.15,
            "{drawn}"
        );
        // Twenty alike cases a patient say less.
        let clustered = width(&cases([300, 60, 50, 590], Some(20)), &known);
        assert!(clustered > 2.0 * width(&table, &known), "{clustered}");
    }

    proptest! {
        #[test]
        fn errors_that_are_put_in_are_taken_out_and_lie_within_the_bounds(
            prevalence in 0.1..0.9_f64, sensitivity in 0.55..0.99_f64, specificity in 0.55..0.99_f64,
            found in 0.6..1.0_f64, spared in 0.6..1.0_f64,
        ) {
            let (d, h) = (prevalence, 1.0 - prevalence);
            let own = Observed {
                p: [
                    d * sensitivity * found + h * (1.0 - specificity) * (1.0 - spared),
                    d * sensitivity * (1.0 - found) + h * (1.0 - specificity) * spared,
                    d * (1.0 - sensitivity) * found + h * specificity * (1.0 - spared),
                    d * (1.0 - sensitivity) * (1.0 - found) + h * specificity * spared,
                ],
                sensitivity: found,
                specificity: spared,
            };
            prop_assert!((own.prevalence().value - prevalence).abs() < 1e-10);
            prop_assert!((own.of_diseased().value - sensitivity).abs() < 1e-9);
            prop_assert!((own.of_healthy().value - specificity).abs() < 1e-9);
            let [of_diseased, of_healthy] = own.bounds().expect("possible");
            prop_assert!(of_diseased[0] <= sensitivity + 1e-9 && sensitivity <= of_diseased[1] + 1e-9);
            prop_assert!(of_healthy[0] <= specificity + 1e-9 && specificity <= of_healthy[1] + 1e-9);
        }
    }
}
