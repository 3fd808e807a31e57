use super::{Drawn, DriftAbout, DriftResult, DriftTest, Kind};
use crate::draw::Draw;
use crate::estimate::Undefined;
use crate::pairwise::{Discrepancy, Pairwise};
use crate::sample::{self, Sample, SortedNumbers};

/// Values of a sample beyond which a draw stands for it: work grows with the square.
const SIZE_MAX: u64 = 1000;
/// Permutations of the values.
const PERMUTATIONS: u64 = 1000;

/// Maximum mean discrepancy, unbiased and squared, under a Gaussian kernel, with the p-value of a permutation test.
///
/// Takes numbers; the statistic has no unit and can be a little below 0. The kernel is exp(-(x - y)² / s) with s the median
/// of the squared differences within the reference, of a value with itself included, or 1 if that is 0. Beyond 1000 values
/// a seeded draw of 1000 stands for a sample, and the result says so. p is the share of 1000 seeded permutations that give
/// at least this statistic, the observed one counted among them (Evidently 0.7.23 takes 100, unseeded).
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::TooFewCases`] for a sample of one value.
///
/// # Source
/// Gretton and others 2012, J Mach Learn Res 13:723-773, equation 3; the kernel as in Evidently 0.7.23 (`empirical_mmd`).
pub struct Mmd;

impl DriftTest for Mmd {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "mmd",
            evidently: Some("empirical_mmd"),
            title: "Maximum mean discrepancy, permutation test",
            source: "Gretton and others 2012; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: true,
            default_threshold: 0.1,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        if a.n().min(b.n()) < 2 {
            return Err(Undefined::TooFewCases);
        }
        let mut draw = Draw::new(seed, 0);
        let (x, y) = (drawn(a, &mut draw), drawn(b, &mut draw));
        let width = width(&x);
        let all: Vec<f64> = x.iter().chain(&y).copied().collect();
        let kernel = Pairwise::of(all.len(), |i, j| (-(all[i] - all[j]).powi(2) / width).exp());
        let (statistic, p) = kernel.test(x.len(), Discrepancy::Unbiased, PERMUTATIONS, seed);
        let sizes = Drawn {
            reference: x.len() as u64,
            current: y.len() as u64,
        };
        let whole = a.n() <= SIZE_MAX && b.n() <= SIZE_MAX;
        Ok(DriftResult {
            drawn: (!whole).then_some(sizes),
            ..DriftResult::with_p(Some(statistic), p)
        })
    }
}

/// A seeded draw of a sample, all of it if it is small.
fn drawn(sample: &SortedNumbers, draw: &mut Draw) -> Vec<f64> {
    let places = draw.choose(sample.n(), SIZE_MAX);
    places
        .into_iter()
        .filter_map(|place| sample.nth(place))
        .collect()
}

/// The median of the squared differences between all values and all values; 1 if it is 0 or overflows.
fn width(x: &[f64]) -> f64 {
    let mut squares: Vec<f64> = x
        .iter()
        .flat_map(|a| x.iter().map(move |b| (a - b).powi(2)))
        .collect();
    // The nearest place to the middle, the even one of two: numpy.percentile(method="nearest").
    let middle = ((squares.len() - 1) as f64 / 2.0).round_ties_even() as usize;
    let (_, median, _) = squares.select_nth_unstable_by(middle, f64::total_cmp);
    if *median > 0.0 && median.is_finite() {
        *median
    } else {
        1.0
    }
}
