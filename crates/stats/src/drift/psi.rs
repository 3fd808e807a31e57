use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;

/// Population stability index: Σ (r - c) ln(r / c) over the shares r and c of each bin.
///
/// Takes numbers or categories; at least 0. An empty bin counts as the share 0.0001, or as a millionth of the smallest
/// share in its sample when that is at most 0.0001.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Siddiqi 2006, Credit Risk Scorecards, chapter 10; bins and empty bins as in Evidently 0.7.23.
pub struct Psi;

impl DriftTest for Psi {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "psi",
            title: "Population stability index",
            source: "Siddiqi 2006; Evidently 0.7.23",
            kind: Kind::Either,
            gives_p: false,
            default_threshold: 0.1,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (r, c): (Vec<u64>, Vec<u64>) = bins::counts(reference, current)?.into_iter().unzip();
        let (r, c) = (
            filled_shares(&r, reference.n()),
            filled_shares(&c, current.n()),
        );
        let statistic: f64 = r.iter().zip(&c).map(|(r, c)| (r - c) * (r / c).ln()).sum();
        Ok(DriftResult {
            statistic: Some(statistic),
            p_value: None,
        })
    }
}

fn filled_shares(counts: &[u64], n: usize) -> Vec<f64> {
    let shares: Vec<f64> = counts
        .iter()
        .map(|&count| count as f64 / n as f64)
        .collect();
    let smallest = shares
        .iter()
        .copied()
        .filter(|&share| share > 0.0)
        .fold(1.0, f64::min);
    let filled = if smallest <= 0.0001 {
        smallest / 1e6
    } else {
        0.0001
    };
    shares
        .into_iter()
        .map(|share| if share == 0.0 { filled } else { share })
        .collect()
}
