use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Counts of numbers between edges that were fixed before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Histogram {
    pub edges: Edges,
    /// One count a bin; a bin holds its lower edge, the last one also its upper.
    pub counts: Vec<u64>,
    /// Numbers below the first edge.
    pub below: u64,
    /// Numbers above the last edge.
    pub above: u64,
    /// Values that are no finite number.
    pub no_number: u64,
}

/// At least two finite numbers, each above the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Edges(Vec<f64>);

/// Numbers that are no edges.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("edges are at least two finite numbers, each above the one before; found {0:?}")]
pub struct EdgesError(pub Vec<f64>);

impl Edges {
    /// # Errors
    /// [`EdgesError`].
    pub fn new(edges: Vec<f64>) -> Result<Edges, EdgesError> {
        let rises = edges.windows(2).all(|pair| pair[0] < pair[1]);
        if edges.len() >= 2 && rises && edges.iter().all(|edge| edge.is_finite()) {
            Ok(Edges(edges))
        } else {
            Err(EdgesError(edges))
        }
    }

    /// Equal bins from 0 to 1; at least one.
    pub(super) fn unit(bins: usize) -> Edges {
        Edges((0..=bins).map(|i| i as f64 / bins as f64).collect())
    }

    /// The edges in their order.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

impl TryFrom<Vec<f64>> for Edges {
    type Error = EdgesError;

    fn try_from(edges: Vec<f64>) -> Result<Edges, EdgesError> {
        Edges::new(edges)
    }
}

impl From<Edges> for Vec<f64> {
    fn from(edges: Edges) -> Vec<f64> {
        edges.0
    }
}

impl Histogram {
    /// Counts the numbers; `None` is a value that is no number.
    pub(super) fn of(edges: &Edges, numbers: impl Iterator<Item = Option<f64>>) -> Histogram {
        let inner = edges.0.len() - 1;
        let mut histogram = Histogram {
            edges: edges.clone(),
            counts: vec![0; inner],
            below: 0,
            above: 0,
            no_number: 0,
        };
        for number in numbers {
            let place = match number.filter(|number| number.is_finite()) {
                None => &mut histogram.no_number,
                Some(x) if x < edges.0[0] => &mut histogram.below,
                Some(x) if x > edges.0[inner] => &mut histogram.above,
                Some(x) => {
                    let bin = edges.0[1..inner].partition_point(|&edge| edge <= x);
                    &mut histogram.counts[bin]
                }
            };
            *place += 1;
        }
        histogram
    }

    /// The counts of both; nothing if their edges differ.
    pub(super) fn merge(mut self, other: Histogram) -> Option<Histogram> {
        if self.edges != other.edges || self.counts.len() != other.counts.len() {
            return None;
        }
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.below += other.below;
        self.above += other.above;
        self.no_number += other.no_number;
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_that_do_not_rise_are_refused_also_when_read() {
        for edges in [vec![], vec![1.0], vec![1.0, 1.0], vec![0.0, f64::INFINITY]] {
            assert!(Edges::new(edges).is_err());
        }
        assert!(serde_json::from_str::<Edges>("[2.0, 1.0]").is_err());
        assert!(serde_json::from_str::<Edges>("[1.0, 2.0]").is_ok());
    }

    #[test]
    fn a_bin_holds_its_lower_edge_and_the_last_one_also_its_upper() {
        let edges = Edges::new(vec![0.0, 1.0, 2.0]).expect("they rise");
        let numbers = [0.0, 0.5, 1.0, 2.0, 2.1, -0.1].map(Some);
        let histogram = Histogram::of(&edges, numbers.into_iter().chain([None]));
        assert_eq!(histogram.counts, [2, 2]);
        assert_eq!((histogram.below, histogram.above), (1, 1));
        assert_eq!(histogram.no_number, 1);
    }
}
