use super::{DriftAbout, DriftResult, DriftTest, Kind};
use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers, pooled_quantile};
use statrs::function::gamma::gamma_ur;

/// The characteristic functions are compared at this point and at twice of it, over half the interquartile range.
const POINT: f64 = 0.4;
/// Values that a sample must have.
const SIZE_MIN: u64 = 5;
/// The size from which the small-sample correction is left out.
const LARGE: u64 = 25;
/// An eigenvalue below this share of the largest one counts as 0.
const RANK: f64 = 1e-15;

/// Epps and Singleton's test: the gap between both empirical characteristic functions at two points.
///
/// Takes numbers, which need not be continuous; the statistic is W2, at least 0, with p from chi-square. Below 25 values in
/// both samples the statistic is corrected.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::TooFewCases`] below five values in a sample,
/// [`Undefined::NoVariation`] if the middle half of all values is one number.
///
/// # Source
/// Epps and Singleton 1986, J Stat Comput Simul 26:177-203; Goerg and Kaiser 2009, Stata J 9:454-465; as
/// `scipy.stats.epps_singleton_2samp` (and so Evidently 0.7.23).
pub struct EppsSingleton;

impl DriftTest for EppsSingleton {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "es",
            evidently: None,
            title: "Epps-Singleton test",
            source: "Epps and Singleton 1986; scipy.stats.epps_singleton_2samp; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: false,
            default_threshold: 0.05,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        if a.n().min(b.n()) < SIZE_MIN {
            return Err(Undefined::TooFewCases);
        }
        let half_range = (pooled_quantile(a, b, 0.75) - pooled_quantile(a, b, 0.25)) / 2.0;
        if half_range == 0.0 {
            return Err(Undefined::NoVariation);
        }
        let (n, m) = (a.n() as f64, b.n() as f64);
        let all = n + m;
        let (of_a, of_b) = (moments(a, half_range), moments(b, half_range));
        let gap: [f64; 4] = std::array::from_fn(|i| of_a.mean[i] - of_b.mean[i]);
        let covariance = std::array::from_fn(|r| {
            std::array::from_fn(|c| {
                all / n * of_a.covariance[r][c] + all / m * of_b.covariance[r][c]
            })
        });
        if gap.iter().any(|part| !part.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let (values, vectors) = eigen(covariance);
        let largest = values.iter().copied().fold(0.0, f64::max);
        let kept = (0..4).filter(|&k| values[k] > RANK * largest);
        let (mut w, mut rank) = (0.0, 0.0);
        for k in kept {
            let along: f64 = (0..4).map(|i| vectors[i][k] * gap[i]).sum();
            w += all * along * along / values[k];
            rank += 1.0;
        }
        if a.n().max(b.n()) < LARGE {
            w /= 1.0 + all.powf(-0.45) + 10.1 * (n.powf(-1.7) + m.powf(-1.7));
        }
        let p = if rank == 0.0 || w <= 0.0 {
            1.0
        } else {
            gamma_ur(rank / 2.0, w / 2.0)
        };
        Ok(DriftResult::with_p(Some(w), p))
    }
}

/// The mean and the covariance (over n) of cosine and sine at both points.
struct Moments {
    mean: [f64; 4],
    covariance: [[f64; 4]; 4],
}

fn moments(sample: &SortedNumbers, half_range: f64) -> Moments {
    let n = sample.n() as f64;
    // The second point is twice the first, so its waves are those of the doubled angle.
    let waves = |x: f64| {
        let (s, c) = (POINT / half_range * x).sin_cos();
        [c, 2.0 * c * c - 1.0, s, 2.0 * s * c]
    };
    let mut mean = [0.0; 4];
    for (x, count) in sample.counts() {
        for (sum, wave) in mean.iter_mut().zip(waves(x)) {
            *sum += wave * count as f64 / n;
        }
    }
    let mut covariance = [[0.0; 4]; 4];
    for (x, count) in sample.counts() {
        let wave = waves(x);
        for r in 0..4 {
            for c in 0..4 {
                covariance[r][c] += (wave[r] - mean[r]) * (wave[c] - mean[c]) * count as f64 / n;
            }
        }
    }
    Moments { mean, covariance }
}

/// The eigenvalues of a symmetric matrix, and its eigenvectors as columns, by Jacobi's rotations.
///
/// # Source
/// Golub and Van Loan 2013, Matrix Computations, section 8.5.
fn eigen(mut matrix: [[f64; 4]; 4]) -> ([f64; 4], [[f64; 4]; 4]) {
    let mut vectors: [[f64; 4]; 4] =
        std::array::from_fn(|r| std::array::from_fn(|c| f64::from(u8::from(r == c))));
    // Four sweeps settle a matrix of four rows; more change nothing.
    for _ in 0..30 {
        for p in 0..3 {
            for q in p + 1..4 {
                if matrix[p][q] == 0.0 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for row in &mut matrix {
                    let (left, right) = (row[p], row[q]);
                    row[p] = c * left - s * right;
                    row[q] = s * left + c * right;
                }
                for k in 0..4 {
                    let (above, below) = (matrix[p][k], matrix[q][k]);
                    matrix[p][k] = c * above - s * below;
                    matrix[q][k] = s * above + c * below;
                }
                for row in &mut vectors {
                    let (left, right) = (row[p], row[q]);
                    row[p] = c * left - s * right;
                    row[q] = s * left + c * right;
                }
            }
        }
    }
    (std::array::from_fn(|i| matrix[i][i]), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_and_vectors_make_the_matrix_again() {
        let matrix = [
            [4.0, 1.0, 0.5, 0.0],
            [1.0, 3.0, 0.2, 0.1],
            [0.5, 0.2, 2.0, 0.3],
            [0.0, 0.1, 0.3, 1.0],
        ];
        let (values, vectors) = eigen(matrix);
        for r in 0..4 {
            for c in 0..4 {
                let again: f64 = (0..4)
                    .map(|k| vectors[r][k] * values[k] * vectors[c][k])
                    .sum();
                assert!((again - matrix[r][c]).abs() < 1e-14, "{r} {c}: {again}");
            }
        }
    }
}
