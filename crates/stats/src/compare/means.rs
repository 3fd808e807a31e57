use super::{Difference, difference_of};
use crate::estimate::{Estimate, Level, Undefined};

/// The mean of a value in a part of the cases minus its mean in the rest; both may hold cases of one patient.
///
/// The interval is normal, cut at -1 and 1 (values are shares or losses from 0 to 1): each mean is a ratio of patients' sums, and the variance
/// is that of the patients' influences on their difference. The method is `ratio_difference`.
///
/// # Errors
/// [`Undefined::NoCase`] if the part or the rest is empty, [`Undefined::TooFewPatients`] with fewer than two.
///
/// # Source
/// Cochran 1977, Sampling Techniques, section 6.13 (the difference of two ratios); Rao and Scott 1992, Biometrics 48:577-585.
pub fn part_and_rest(
    value: &[f64],
    inside: &[bool],
    patient: Option<&[u32]>,
    level: Level,
) -> Result<Difference, Undefined> {
    let influence = Influence::of(value, inside, patient)?;
    let (interval, p_value) = difference_of(influence.difference, influence.variance, level);
    let n = value.len() as u64;
    let estimate =
        Estimate::with_interval(influence.difference, interval, n, level, "ratio_difference");
    let clusters = patient.map(|_| influence.patients as u64);
    Ok(Difference {
        estimate: estimate.clusters(clusters),
        p_value,
    })
}

/// How many standard errors the mean of the part lies above that of the rest; none where nothing varies.
pub fn distance(value: &[f64], inside: &[bool], patient: Option<&[u32]>) -> Option<f64> {
    let influence = Influence::of(value, inside, patient).ok()?;
    let z = influence.difference / influence.variance.sqrt();
    z.is_finite().then_some(z)
}

struct Influence {
    difference: f64,
    variance: f64,
    patients: usize,
}

impl Influence {
    fn of(value: &[f64], inside: &[bool], patient: Option<&[u32]>) -> Result<Self, Undefined> {
        let mut sums = [[0.0; 2]; 2];
        for (value, inside) in value.iter().zip(inside) {
            let side = &mut sums[usize::from(*inside)];
            side[0] += value;
            side[1] += 1.0;
        }
        let [rest, part] = sums;
        if rest[1] == 0.0 || part[1] == 0.0 {
            return Err(Undefined::NoCase);
        }
        let means = [rest[0] / rest[1], part[0] / part[1]];
        let own = |case: usize| {
            let side = usize::from(inside[case]);
            let share = (value[case] - means[side]) / sums[side][1];
            if side == 1 { share } else { -share }
        };
        let (patients, squares) = match patient {
            None => (
                value.len(),
                (0..value.len()).map(|case| own(case).powi(2)).sum::<f64>(),
            ),
            Some(patient) => {
                let most = patient.iter().max().map_or(0, |most| *most as usize + 1);
                let mut of_patient = vec![0.0; most];
                let mut is_there = vec![false; most];
                for (case, patient) in patient.iter().enumerate() {
                    of_patient[*patient as usize] += own(case);
                    is_there[*patient as usize] = true;
                }
                let count = is_there.iter().filter(|is| **is).count();
                (count, of_patient.iter().map(|sum| sum * sum).sum())
            }
        };
        if patients < 2 {
            return Err(Undefined::TooFewPatients);
        }
        let k = patients as f64;
        Ok(Self {
            difference: means[1] - means[0],
            variance: squares * k / (k - 1.0),
            patients,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_against_the_rest_is_the_difference_of_two_shares() {
        // 6 of 10 against 9 of 30: 0.3, with the variance of two shares by n - 1 of all.
        let value: Vec<f64> = (0..40)
            .map(|i| f64::from(u8::from(i < 6 || (10..19).contains(&i))))
            .collect();
        let inside: Vec<bool> = (0..40).map(|i| i < 10).collect();
        let found = part_and_rest(&value, &inside, None, Level::DEFAULT).expect("defined");
        let variance: f64 = (0.6 * 0.4 / 10.0 + 0.3 * 0.7 / 30.0) * 40.0 / 39.0;
        let half = 1.959_963_984_540_054 * variance.sqrt();
        assert!((found.estimate.value.expect("a value") - 0.3).abs() < 1e-12);
        assert!((found.estimate.high.expect("an end") - 0.3 - half).abs() < 1e-12);
        // Every case twice under its patient: nothing becomes surer.
        let twice: Vec<f64> = value.iter().flat_map(|v| [*v, *v]).collect();
        let sides: Vec<bool> = inside.iter().flat_map(|v| [*v, *v]).collect();
        let patient: Vec<u32> = (0..40).flat_map(|i| [i, i]).collect();
        let same = part_and_rest(&twice, &sides, Some(&patient), Level::DEFAULT).expect("defined");
        assert!(
            (same.estimate.low.expect("an end") - found.estimate.low.expect("an end")).abs()
                < 1e-12
        );
        assert!(part_and_rest(&value, &[true; 40], None, Level::DEFAULT).is_err());
    }
}
