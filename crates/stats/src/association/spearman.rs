use super::CoMoments;

/// Numbers and their order, found once for all pairs that they are in.
pub struct Ordered {
    values: Vec<f64>,
    /// The places of those that are not missing, in the order of their values.
    order: Vec<u32>,
}

impl Ordered {
    /// NaN is missing.
    pub fn new(values: Vec<f64>) -> Self {
        let present = values.iter().enumerate().filter(|(_, v)| !v.is_nan());
        let mut order: Vec<u32> = present.map(|(place, _)| place as u32).collect();
        order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
        Self { values, order }
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The mean ranks, from 1, among the places where the other one is not missing either; NaN elsewhere.
    fn ranks_with(&self, other: &Self) -> Vec<f64> {
        let mut ranks = vec![f64::NAN; self.values.len()];
        let both = |place: &&u32| !other.values[**place as usize].is_nan();
        let order: Vec<u32> = self.order.iter().filter(both).copied().collect();
        let mut before = 0;
        for equal in order.chunk_by(|&a, &b| self.values[a as usize] == self.values[b as usize]) {
            let rank = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
            for &place in equal {
                ranks[place as usize] = rank;
            }
            before += equal.len();
        }
        ranks
    }
}

/// Spearman's rank correlation of the pairs of which neither is missing, in -1..=1, equal values sharing their mean rank; absent for
/// fewer than two pairs, or if a side does not vary.
///
/// # Source
/// Spearman 1904, American Journal of Psychology 15:72-101.
pub fn spearman(a: &Ordered, b: &Ordered) -> Option<f64> {
    CoMoments::of(&a.ranks_with(b), &b.ranks_with(a)).pearson()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_order_counts_and_ranks_are_of_complete_pairs() {
        let nan = f64::NAN;
        let a = Ordered::new(vec![1.0, 10.0, nan, 100.0, 5.0]);
        let b = Ordered::new(vec![-3.0, -1.0, 2.0, 7.0, nan]);
        let order = spearman(&a, &b).expect("three complete pairs");
        assert!((order - 1.0).abs() < 1e-12, "{order}");
        let constant = Ordered::new(vec![2.0; 5]);
        assert_eq!(spearman(&a, &constant), None);
    }
}
