use super::Feature;
use std::collections::BTreeMap;

/// The most bins of values, beside that of what is missing.
const BINS_MAX: usize = 255;

/// How the values of a column become small whole numbers.
#[derive(Clone, Debug)]
pub(super) enum Bins {
    /// A number lies in the bin that counts the cuts below it.
    Cuts(Vec<f64>),
    /// A category has the bin of its code.
    Codes(BTreeMap<u32, u8>),
}

impl Bins {
    pub(super) fn of(feature: &Feature) -> Bins {
        match feature {
            Feature::Number(values) => Bins::Cuts(cuts(values)),
            Feature::Category(codes) => Bins::Codes(frequent(codes)),
        }
    }

    pub(super) fn is_category(&self) -> bool {
        matches!(self, Bins::Codes(_))
    }

    /// The bin of what is missing, and of categories that are too many or unknown: the last one.
    pub(super) fn missing(&self) -> u8 {
        match self {
            Bins::Cuts(cuts) => cuts.len() as u8 + 1,
            Bins::Codes(codes) => codes.len() as u8,
        }
    }

    pub(super) fn apply(&self, feature: &Feature) -> Vec<u8> {
        let missing = self.missing();
        match (self, feature) {
            (Bins::Cuts(cuts), Feature::Number(values)) => {
                let bin = |value: &f64| {
                    if value.is_finite() {
                        cuts.partition_point(|cut| cut < value) as u8
                    } else {
                        missing
                    }
                };
                values.iter().map(bin).collect()
            }
            (Bins::Codes(bins), Feature::Category(codes)) => {
                let bin = |code: &Option<u32>| code.and_then(|code| bins.get(&code).copied());
                codes.iter().map(|c| bin(c).unwrap_or(missing)).collect()
            }
            // A column of the other kind than at the fit has no value that is known.
            _ => vec![missing; feature.len()],
        }
    }
}

/// Cuts halfway between neighbouring values: between all of them if they are few, else at equal shares of the rows.
fn cuts(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    // Halves before the sum, which could overflow.
    let between = |a: f64, b: f64| a / 2.0 + b / 2.0;
    if distinct.len() <= BINS_MAX {
        return distinct.windows(2).map(|w| between(w[0], w[1])).collect();
    }
    let mut cuts = Vec::with_capacity(BINS_MAX - 1);
    for part in 1..BINS_MAX {
        let value = sorted[part * sorted.len() / BINS_MAX];
        let at = distinct.partition_point(|&other| other < value);
        if at > 0 {
            cuts.push(between(distinct[at - 1], distinct[at]));
        }
    }
    cuts.dedup();
    cuts
}

/// The most frequent categories, as many as there are bins; among equally frequent ones the lower code.
fn frequent(codes: &[Option<u32>]) -> BTreeMap<u32, u8> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for code in codes.iter().flatten() {
        *counts.entry(*code).or_default() += 1;
    }
    let mut ordered: Vec<(u32, usize)> = counts.into_iter().collect();
    ordered.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
    let kept = ordered.into_iter().take(BINS_MAX).zip(0_u8..);
    kept.map(|((code, _), bin)| (code, bin)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each_and_many_have_bins_of_equal_size() {
        let few = Feature::Number(vec![3.0, 1.0, 1.0, f64::NAN, 7.0]);
        assert_eq!(Bins::of(&few).apply(&few), [1, 0, 0, 3, 2]);
        let many = Feature::Number((0..10_200).map(|i| f64::from(i).exp2().ln()).collect());
        let mut counts = [0; 256];
        for bin in Bins::of(&many).apply(&many) {
            counts[usize::from(bin)] += 1;
        }
        let finite = &counts[..255];
        assert!(finite.iter().all(|&count| count <= 41), "{counts:?}");
    }

    #[test]
    fn the_rarest_of_too_many_categories_share_the_bin_of_the_missing() {
        let mut codes: Vec<Option<u32>> = (0..300).map(Some).collect();
        codes.extend((100..300).map(Some));
        let column = Feature::Category(codes);
        let binned = Bins::of(&column).apply(&column);
        assert!(binned[100..300].iter().all(|&bin| bin != 255));
        assert_eq!(binned[..100].iter().filter(|&&b| b == 255).count(), 45);
    }
}
