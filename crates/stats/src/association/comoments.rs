use serde::{Deserialize, Serialize};

/// Means, spreads and covariance of pairs of numbers; those of two parts merge into those of the whole.
///
/// # Source
/// Chan, Golub and LeVeque 1983, American Statistician 37:242-247; Pébay 2008, Sandia report SAND2008-6212 (co-moments).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoMoments {
    /// Pairs of two numbers.
    pub n: u64,
    mean: [f64; 2],
    /// Sums of squared deviations from the means.
    squares: [f64; 2],
    /// The sum of products of deviations.
    products: f64,
}

impl CoMoments {
    /// Of pairs of finite numbers; a pair with NaN in it is left out.
    pub fn of(x: &[f64], y: &[f64]) -> Self {
        let (mut n, mut sum) = (0_u64, [0.0; 2]);
        for (&x, &y) in x.iter().zip(y) {
            // Without a branch: missing values come in no order.
            let counts = !(x + y).is_nan();
            n += u64::from(counts);
            sum[0] += if counts { x } else { 0.0 };
            sum[1] += if counts { y } else { 0.0 };
        }
        if n == 0 {
            return Self::default();
        }
        let mean = sum.map(|sum| sum / n as f64);
        let (mut squares, mut products) = ([0.0; 2], 0.0);
        for (&x, &y) in x.iter().zip(y) {
            let counts = !(x + y).is_nan();
            let a = if counts { x - mean[0] } else { 0.0 };
            let b = if counts { y - mean[1] } else { 0.0 };
            squares[0] += a * a;
            squares[1] += b * b;
            products += a * b;
        }
        Self {
            n,
            mean,
            squares,
            products,
        }
    }

    /// Takes in what is known of other pairs.
    pub fn merge(&mut self, other: &Self) {
        if self.n == 0 || other.n == 0 {
            if self.n == 0 {
                *self = *other;
            }
            return;
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let gap = [0, 1].map(|i| other.mean[i] - self.mean[i]);
        let weight = a * b / (a + b);
        for i in [0, 1] {
            self.mean[i] += gap[i] * (b / (a + b));
            self.squares[i] += other.squares[i] + gap[i] * gap[i] * weight;
        }
        self.products += other.products + gap[0] * gap[1] * weight;
        self.n += other.n;
    }

    /// The same as if each pair had come so many times.
    pub fn scaled(&self, by: f64) -> Self {
        Self {
            n: (self.n as f64 * by).round() as u64,
            mean: self.mean,
            squares: self.squares.map(|squares| squares * by),
            products: self.products * by,
        }
    }

    /// Pearson's correlation, in -1..=1; absent for fewer than two pairs, or if a side does not vary.
    ///
    /// # Source
    /// Pearson 1896, Philosophical Transactions A 187:253-318.
    pub fn pearson(&self) -> Option<f64> {
        let r = self.products / (self.squares[0].sqrt() * self.squares[1].sqrt());
        (self.n > 1 && r.is_finite()).then(|| r.clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_that_go_together_correlate_and_a_constant_does_not() {
        let x = [1.0, 2.0, f64::NAN, 4.0];
        let y = [2.0, 4.0, 7.0, 8.0];
        assert_eq!(CoMoments::of(&x, &y).pearson(), Some(1.0));
        assert_eq!(CoMoments::of(&x, &[1.0; 4]).pearson(), None);
        assert_eq!(CoMoments::of(&[], &[]).pearson(), None);
    }

    proptest! {
        #[test]
        fn parts_make_the_whole(pairs in prop::collection::vec((-1e3..1e3, -1e3..1e3), 2..60), cut in 0..60_usize) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let cut = cut.min(x.len());
            let mut parts = CoMoments::of(&x[..cut], &y[..cut]);
            parts.merge(&CoMoments::of(&x[cut..], &y[cut..]));
            let whole = CoMoments::of(&x, &y);
            prop_assert_eq!(parts.n, whole.n);
            let (a, b) = (parts.pearson(), whole.pearson());
            prop_assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-9), "{a:?} {b:?}");
        }
    }
}
