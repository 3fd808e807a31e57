use super::{DriftAbout, DriftResult, DriftTest, Kind, bins};
use crate::draw::Draw;
use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers, together};

/// Parts of the cross-validation, or as many as the smaller sample has values.
const FOLDS_MAX: u64 = 5;

/// A domain classifier's cross-validated AUC: how well a single value tells the current sample from the reference.
///
/// Takes numbers or categories; in 0..=1, near 0.5 when nothing tells them apart. The classifier is the ratio of both
/// samples' shares in the bin of a value, learned on four fifths and judged on the rest, five times by a seeded partition.
/// Categories are their own bins; numbers are cut at quantiles of both samples together into 2n^(1/3) bins, n of the smaller
/// sample. Below a few hundred values its chance alone reaches the threshold of 0.55: take a test with a p-value there.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::TooFewCases`] for a sample of one value.
///
/// # Source
/// Lopez-Paz and Oquab 2017, Revisiting classifier two-sample tests, ICLR (arXiv:1610.06545); the threshold is that of
/// Evidently 0.7.23 for its domain classifiers of texts and embeddings.
pub struct Classifier;

impl DriftTest for Classifier {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "classifier",
            evidently: None,
            title: "AUC of a domain classifier",
            source: "Lopez-Paz and Oquab 2017; threshold of Evidently 0.7.23",
            kind: Kind::Either,
            gives_p: false,
            takes_counts: true,
            draws: true,
            default_threshold: 0.55,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let counts = match (reference, current) {
            (Sample::Numbers(_), Sample::Numbers(_)) => {
                let (a, b) = sample::numbers(reference, current)?;
                at_quantiles(a, b)
            }
            _ => bins::bins(reference, current)?,
        };
        self.test_counts(&counts.reference, &counts.current, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (n, m) = bins::sizes(reference, current)?;
        let folds = (n.min(m) as u64).min(FOLDS_MAX);
        if folds < 2 {
            return Err(Undefined::TooFewCases);
        }
        let mut draw = Draw::new(seed, 0);
        let (of_r, of_c) = (
            parts(reference, folds, &mut draw),
            parts(current, folds, &mut draw),
        );
        let areas = of_r.iter().zip(&of_c).map(|(out_r, out_c)| {
            let learned = |all: &[u64], out: &[u64]| -> Vec<u64> {
                all.iter().zip(out).map(|(all, out)| all - out).collect()
            };
            let (in_r, in_c) = (learned(reference, out_r), learned(current, out_c));
            area(&in_r, &in_c, out_r, out_c)
        });
        DriftResult::distance(areas.sum::<f64>() / folds as f64)
    }
}

/// Counts between quantiles of both samples together; equal numbers are never apart.
fn at_quantiles(a: &SortedNumbers, b: &SortedNumbers) -> bins::Binned {
    let bins = (2.0 * (a.n().min(b.n()) as f64).cbrt()).ceil();
    let all = (a.n() + b.n()) as f64;
    let mut counts = vec![(0, 0)];
    let mut below = 0;
    for step in together(a, b) {
        let full = below as f64 * bins >= all * counts.len() as f64;
        if full {
            counts.push((0, 0));
        }
        if let Some(last) = counts.last_mut() {
            last.0 += step.a;
            last.1 += step.b;
        }
        below += step.a + step.b;
    }
    counts.into_iter().collect()
}

/// The cases in as many parts of about equal size, drawn.
fn parts(counts: &[u64], folds: u64, draw: &mut Draw) -> Vec<Vec<u64>> {
    let mut rest = counts.to_vec();
    let mut left: u64 = rest.iter().sum();
    let part = |fold: u64| {
        let size = left / (folds - fold);
        let part = draw.from_bins(&rest, size);
        rest.iter_mut()
            .zip(&part)
            .for_each(|(rest, taken)| *rest -= taken);
        left -= size;
        part
    };
    (0..folds).map(part).collect()
}

/// The AUC of the learned ratio of shares on the cases that were left out.
fn area(in_r: &[u64], in_c: &[u64], out_r: &[u64], out_c: &[u64]) -> f64 {
    // One half more in each bin, so that an empty one has no infinite ratio.
    let score = |at: usize| (in_c[at] as f64 + 0.5) / (in_r[at] as f64 + 0.5);
    let mut order: Vec<usize> = (0..in_r.len()).collect();
    order.sort_by(|&i, &j| score(i).total_cmp(&score(j)));
    let (mut below, mut won) = (0.0, 0.0);
    for tied in order.chunk_by(|&i, &j| score(i) == score(j)) {
        let count = |counts: &[u64]| tied.iter().map(|&at| counts[at]).sum::<u64>() as f64;
        let (r, c) = (count(out_r), count(out_c));
        won += c * (below + r / 2.0);
        below += r;
    }
    won / (below * out_c.iter().sum::<u64>() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_into_bins_of_about_as_many_values() {
        let of = |numbers: Vec<f64>| SortedNumbers::of(&numbers).expect("finite");
        let (a, b) = (
            of((0..1000).map(f64::from).collect()),
            of((0..1000).map(|i| f64::from(i) + 0.5).collect()),
        );
        let counts = at_quantiles(&a, &b);
        assert_eq!(counts.reference.len(), 20);
        assert!(counts.reference.iter().all(|&count| count == 50));
        let constant = at_quantiles(&of(vec![1.0; 100]), &of(vec![1.0; 100]));
        assert_eq!(constant.reference, [100]);
    }

    #[test]
    fn a_shape_that_changed_around_the_same_mean_is_found() {
        let (reference, current) = ([200, 600, 200], [450, 100, 450]);
        let auc = |r: &[u64], c: &[u64]| {
            let result = Classifier.test_counts(r, c, 1).expect("counts");
            result.statistic.expect("bounded")
        };
        let found = auc(&reference, &current);
        // Both outer bins tell the current sample: 0.9 * (0.6 + 0.4 / 2) + 0.1 * 0.6 / 2.
        assert!((found - 0.75).abs() < 0.02, "{found}");
        assert!((auc(&reference, &reference) - 0.5).abs() < 0.03);
    }
}
