use crate::estimate::{Estimate, Level, Undefined};

/// A correlation that explains a hundredth of the variance: below it there is next to none.
pub(super) const NEXT_TO_NONE: f64 = 0.1;

/// Pearson's correlation with Fisher's interval, of as many cases as there are patients.
///
/// # Source
/// Fisher 1921, Metron 1:3-32.
pub(super) fn correlation(a: &[f64], b: &[f64], clusters: Option<usize>, level: Level) -> Estimate {
    let n = a.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - mean_a) * (y - mean_b);
        aa += (x - mean_a).powi(2);
        bb += (y - mean_b).powi(2);
    }
    let independent = clusters.unwrap_or(a.len());
    let method = "fisher_z";
    let value = ab / (aa * bb).sqrt();
    if !value.is_finite() {
        return Estimate::undefined(Undefined::NoVariation, a.len() as u64, level, method);
    }
    if independent <= 3 {
        let why = Undefined::TooFewCases;
        return Estimate::without_interval(value, why, a.len() as u64, level, method);
    }
    let half = level.z() / ((independent - 3) as f64).sqrt();
    let z = value.clamp(-1.0 + 1e-12, 1.0 - 1e-12).atanh();
    let bounds = ((z - half).tanh(), (z + half).tanh());
    Estimate::new(value, bounds, a.len() as u64, level, method)
        .clusters(clusters.map(|clusters| clusters as u64))
}
