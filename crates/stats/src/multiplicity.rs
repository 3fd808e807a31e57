//! Many tests at once: p-values adjusted for how many there are, in the order in which they came.

use serde::{Deserialize, Serialize};

/// How p-values of several tests are adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Multiplicity {
    /// Not at all.
    None,
    /// The chance of any false finding, however the tests depend on each other.
    Bonferroni,
    /// The same chance; never says less than Bonferroni.
    Holm,
    /// The expected share of false ones among the findings, for tests that are independent or depend positively.
    BenjaminiHochberg,
    /// The same share, however the tests depend on each other.
    BenjaminiYekutieli,
}

/// Every way to adjust, in the order of the manual.
pub const MULTIPLICITIES: [Multiplicity; 5] = [
    Multiplicity::None,
    Multiplicity::Bonferroni,
    Multiplicity::Holm,
    Multiplicity::BenjaminiHochberg,
    Multiplicity::BenjaminiYekutieli,
];

impl Multiplicity {
    /// The name in files and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Multiplicity::None => "none",
            Multiplicity::Bonferroni => "bonferroni",
            Multiplicity::Holm => "holm",
            Multiplicity::BenjaminiHochberg => "benjamini_hochberg",
            Multiplicity::BenjaminiYekutieli => "benjamini_yekutieli",
        }
    }

    /// The way of this id.
    pub fn by_id(id: &str) -> Option<Multiplicity> {
        MULTIPLICITIES.into_iter().find(|way| way.id() == id)
    }

    /// The adjusted p-values, each in 0..=1 and in its old place: a test is a finding where its adjusted p is below the
    /// level that all tests together are to keep. Leave out tests that gave no p-value.
    ///
    /// # Source
    /// Dunn 1961, JASA 56:52-64 (Bonferroni); Holm 1979, Scand J Stat 6:65-70; Benjamini and Hochberg 1995, J R Stat Soc B
    /// 57:289-300; Benjamini and Yekutieli 2001, Ann Stat 29:1165-1188. Adjusted p as Wright 1992, Biometrics 48:1005-1013.
    pub fn adjust(self, p: &[f64]) -> Vec<f64> {
        let n = p.len() as f64;
        let harmonic = || (1..=p.len()).map(|i| 1.0 / i as f64).sum::<f64>();
        match self {
            Multiplicity::None => p.to_vec(),
            Multiplicity::Bonferroni => p.iter().map(|p| (p * n).min(1.0)).collect(),
            Multiplicity::Holm => step_down(p, |place| n - place as f64),
            Multiplicity::BenjaminiHochberg => step_up(p, |place| n / (place + 1) as f64),
            Multiplicity::BenjaminiYekutieli => {
                let harmonic = harmonic();
                step_up(p, |place| n * harmonic / (place + 1) as f64)
            }
        }
    }
}

/// Each p times the factor of its place, but never below one of a smaller p.
fn step_down(p: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (place, at) in rising(p).into_iter().enumerate() {
        largest = largest.max(p[at] * factor(place));
        adjusted[at] = largest.min(1.0);
    }
    adjusted
}

/// Each p times the factor of its place, but never above one of a larger p.
fn step_up(p: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest: f64 = 1.0;
    for (place, at) in rising(p).into_iter().enumerate().rev() {
        smallest = smallest.min(p[at] * factor(place));
        adjusted[at] = smallest;
    }
    adjusted
}

fn rising(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: [f64; 5] = [0.03, 0.001, 0.8, 0.012, 0.03];

    #[test]
    fn an_adjusted_p_is_never_smaller_and_keeps_the_order_of_tests() {
        for way in MULTIPLICITIES {
            let adjusted = way.adjust(&P);
            for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))) {
                assert!(adjusted[i] >= P[i] && adjusted[i] <= 1.0, "{way:?}");
                assert!(P[i] > P[j] || adjusted[i] <= adjusted[j], "{way:?}");
            }
            assert_eq!(way.adjust(&[0.2]), [0.2]);
            assert!(way.adjust(&[]).is_empty());
            assert_eq!(Multiplicity::by_id(way.id()), Some(way));
        }
    }

    #[test]
    fn holm_finds_no_less_than_bonferroni_and_the_shares_no_less_than_the_chances() {
        let of = |way: Multiplicity| way.adjust(&P);
        let no_more = |a: Vec<f64>, b: Vec<f64>| a.iter().zip(&b).all(|(a, b)| a <= b);
        assert!(no_more(
            of(Multiplicity::Holm),
            of(Multiplicity::Bonferroni)
        ));
        assert!(no_more(
            of(Multiplicity::BenjaminiHochberg),
            of(Multiplicity::Holm)
        ));
        assert!(no_more(
            of(Multiplicity::BenjaminiHochberg),
            of(Multiplicity::BenjaminiYekutieli)
        ));
    }
}
