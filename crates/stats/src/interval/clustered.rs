use crate::cases::Cases;
use crate::estimate::{Level, Undefined};

/// The design effect of patients on a proportion: how many times larger its variance is than if every case were a
/// patient of its own. `totals` holds (events, cases) of each patient. `None` with fewer than two patients, or when
/// all or no cases are events.
///
/// # Source
/// Rao and Scott 1992, Biometrics 48:577-585: d = v / (p (1 - p) / n), v = m / (m - 1) Σ (y_i - n_i p)² / n².
pub fn design_effect(totals: &[(f64, f64)]) -> Option<f64> {
    let totals: Vec<[f64; 2]> = totals.iter().map(|&(y, n)| [y, n]).collect();
    let events: f64 = totals.iter().map(|total| total[0]).sum();
    let n: f64 = totals.iter().map(|total| total[1]).sum();
    let p = events / n;
    let independent = p * (1.0 - p) / n;
    let effect = ratio_variance(&totals)? / independent;
    effect.is_finite().then_some(effect)
}

/// The number of independent cases that tell as much about a proportion as the cases of these patients: the cases
/// divided by the design effect. Where the patients show no variance (all or no cases are events, or every patient has
/// the same share) it is the number of patients, since nothing then says that cases of one patient are independent.
///
/// # Errors
/// [`Undefined::TooFewPatients`] with fewer than two patients.
pub fn effective_size(totals: &[(f64, f64)]) -> Result<f64, Undefined> {
    if totals.len() < 2 {
        return Err(Undefined::TooFewPatients);
    }
    let n: f64 = totals.iter().map(|total| total.1).sum();
    Ok(match design_effect(totals) {
        // A variance of 0 survives rounding as some 1e-30 of the independent one.
        Some(effect) if effect > 1e-20 => n / effect,
        _ => totals.len() as f64,
    })
}

/// The variance of Σa / Σb over patients that each bring a and b, by linearisation. `None` with fewer than two.
///
/// # Source
/// Cochran 1977, Sampling Techniques, 3rd edition, section 2.11 (ratio estimate, infinite population).
pub(crate) fn ratio_variance(totals: &[[f64; 2]]) -> Option<f64> {
    let patients = totals.len() as f64;
    let a: f64 = totals.iter().map(|total| total[0]).sum();
    let b: f64 = totals.iter().map(|total| total[1]).sum();
    let squares: f64 = totals
        .iter()
        .map(|total| (total[0] - a / b * total[1]).powi(2))
        .sum();
    (patients >= 2.0 && b != 0.0).then(|| patients / (patients - 1.0) * squares / (b * b))
}

/// The mean of a quantity of each case and its normal interval, kept inside `within`. Without patients the variance is
/// the sample variance over n; with patients that of a ratio of patients' sums.
///
/// # Errors
/// The outer one is [`Undefined::NoCase`]; the inner one says why the mean has no interval.
#[expect(
    clippy::type_complexity,
    reason = "a value, and its interval or why there is none"
)]
pub(crate) fn mean(
    cases: &Cases,
    quantity: impl Fn(usize) -> f64,
    within: (f64, f64),
    level: Level,
) -> Result<(f64, Result<(f64, f64), Undefined>), Undefined> {
    if cases.n() == 0 {
        return Err(Undefined::NoCase);
    }
    let totals = cases.totals(|i| [quantity(i), 1.0]);
    let sum = |at: usize| totals.iter().map(|total| total[at]).sum::<f64>();
    if sum(1) <= 0.0 {
        return Err(Undefined::NoCase);
    }
    let value = sum(0) / sum(1);
    let few = if cases.cluster().is_some() {
        Undefined::TooFewPatients
    } else {
        Undefined::TooFewCases
    };
    let interval = ratio_variance(&totals)
        .ok_or(few)
        .and_then(|variance| super::normal(value, variance, within, level));
    Ok((value, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rao and Scott 1992, table 1: the litters of Weil 1970.
    #[test]
    fn the_design_effects_of_rao_and_scotts_table_1_come_out() {
        let y = [13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7];
        let n = [13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10];
        assert!((effect(&y, &n) - 1.2325).abs() < 5e-5);
        let y = [12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0];
        let n = [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7];
        assert!((effect(&y, &n) - 3.9529).abs() < 5e-5);
    }

    #[test]
    fn patients_whose_cases_all_agree_count_as_one_case_each() {
        assert_eq!(
            effective_size(&[(3.0, 3.0), (2.0, 2.0), (4.0, 4.0)]),
            Ok(3.0)
        );
        assert_eq!(effective_size(&[(1.0, 2.0), (1.0, 2.0)]), Ok(2.0));
        assert_eq!(
            effective_size(&[(1.0, 2.0)]),
            Err(Undefined::TooFewPatients)
        );
    }

    fn effect(y: &[u32], n: &[u32]) -> f64 {
        let totals: Vec<(f64, f64)> = y
            .iter()
            .zip(n)
            .map(|(&y, &n)| (f64::from(y), f64::from(n)))
            .collect();
        design_effect(&totals).expect("sixteen litters of both kinds")
    }
}
