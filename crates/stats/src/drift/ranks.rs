/// Ranks of two samples in one order.
pub(super) struct Pooled {
    /// Ranks of the first sample in rising order of its values, from 1; equal values share their mean rank.
    pub of_first: Vec<f64>,
    /// The same of the second sample.
    pub of_second: Vec<f64>,
    /// How many values are equal, for each value that is not alone.
    pub ties: Vec<f64>,
}

/// Ranks two sorted samples together.
pub(super) fn pool(a: &[f64], b: &[f64]) -> Pooled {
    let mut pooled = Pooled {
        of_first: Vec::with_capacity(a.len()),
        of_second: Vec::with_capacity(b.len()),
        ties: Vec::new(),
    };
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let value = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) | (None, Some(&x)) => x,
            (None, None) => break,
        };
        let equal = |sample: &[f64]| sample.iter().take_while(|&&x| x == value).count();
        let (from_a, from_b) = (equal(&a[i..]), equal(&b[j..]));
        let count = (from_a + from_b) as f64;
        let rank = (i + j) as f64 + (count + 1.0) / 2.0;
        pooled.of_first.extend(std::iter::repeat_n(rank, from_a));
        pooled.of_second.extend(std::iter::repeat_n(rank, from_b));
        if count > 1.0 {
            pooled.ties.push(count);
        }
        (i, j) = (i + from_a, j + from_b);
    }
    pooled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_mean_rank() {
        let pooled = pool(&[-0.0, 1.0, 3.0], &[0.0, 2.0]);
        assert_eq!(pooled.of_first, [1.5, 3.0, 5.0]);
        assert_eq!(pooled.of_second, [1.5, 4.0]);
        assert_eq!(pooled.ties, [2.0]);
    }
}
