use super::{DriftAbout, DriftResult, DriftTest, Kind, bins};
use crate::estimate::Undefined;
use crate::normal;
use crate::sample::{self, Sample, aligned};

/// Z test of two proportions: the share of cases that are not of the first category, reference minus current, over its
/// pooled error.
///
/// Takes categories in the order of their names, or of their values where all are numbers. Of two categories it compares
/// the second; of more it sees only the first against all others. One category alone has the statistic 0 and p 1.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`].
///
/// # Source
/// Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, section 3.1 (no continuity correction);
/// the first category as in Evidently 0.7.23.
pub struct Z;

impl DriftTest for Z {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "z",
            evidently: None,
            title: "Z test of two proportions",
            source: "Fleiss, Levin and Paik 2003; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            takes_counts: true,
            draws: false,
            default_threshold: 0.05,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (reference, current) = sample::categories(reference, current)?;
        let mut counts = aligned(reference, current);
        let value = |name: &str| name.trim().parse().ok().filter(|x: &f64| x.is_finite());
        let values: Option<Vec<f64>> = counts.iter().map(|(name, ..)| value(name)).collect();
        if let Some(values) = values {
            let smallest = (0..values.len()).min_by(|&i, &j| values[i].total_cmp(&values[j]));
            counts.swap(0, smallest.unwrap_or(0));
        }
        let (r, c): (Vec<u64>, Vec<u64>) = counts.into_iter().map(|(_, r, c)| (r, c)).unzip();
        self.test_counts(&r, &c, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (n, m) = bins::sizes(reference, current)?;
        let mut pairs = reference.iter().zip(current);
        let first = pairs.find(|&(&r, &c)| r + c > 0);
        let (r, c) = first.map_or((n, m), |(&r, &c)| (r as f64, c as f64));
        let pooled = (n - r + (m - c)) / (n + m);
        if pooled == 0.0 {
            return Ok(DriftResult::with_p(Some(0.0), 1.0));
        }
        let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        let statistic = ((n - r) / n - (m - c) / m) / error;
        Ok(DriftResult::with_p(
            Some(statistic),
            normal::two_sided_p(statistic),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::CategoryCounts;

    #[test]
    fn the_first_of_numbered_categories_is_the_smallest_number() {
        let count = |counts: [(&str, u64); 3]| {
            CategoryCounts::from_counts(counts.map(|(name, n)| (name.to_owned(), n)))
        };
        let z = |reference: &CategoryCounts, current: &CategoryCounts| {
            let result = Z.test(
                &Sample::Categories(reference),
                &Sample::Categories(current),
                0,
            );
            result.expect("categories").statistic
        };
        let numbered = z(
            &count([("10", 5), ("2", 30), ("3", 5)]),
            &count([("10", 20), ("2", 10), ("3", 10)]),
        );
        let named = z(
            &count([("c", 5), ("a", 30), ("b", 5)]),
            &count([("c", 20), ("a", 10), ("b", 10)]),
        );
        assert_eq!(numbered, named);
    }
}
