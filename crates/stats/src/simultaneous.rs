//! The range of several estimates: how far the extremes lie apart if all are equal.

use rayon::prelude::*;

use crate::draw::Draw;
use crate::estimate::Level;
use crate::{interval, normal};

/// Draws of the law.
const DRAWS: u32 = 20_000;

/// The law of the largest standardised distance of any two independent normal estimates with these standard errors, if their true values are
/// equal. Of two estimates it is that of the absolute value of a standard normal number, without draws.
///
/// # Source
/// Kramer 1956, Biometrics 12:307-310; Hothorn, Bretz and Westfall 2008, Biom J 50:346-363 (maxima of normal statistics), here drawn.
#[derive(Clone, Debug)]
pub struct Range {
    /// Rising; none of two estimates.
    drawn: Option<Vec<f64>>,
}

impl Range {
    pub fn of(errors: &[f64], seed: u64) -> Self {
        if errors.len() <= 2 {
            return Self { drawn: None };
        }
        let largest = |number: u32| {
            let mut draw = Draw::new(seed, u64::from(number));
            let values: Vec<f64> = errors.iter().map(|error| error * draw.normal()).collect();
            let mut most: f64 = 0.0;
            for (i, a) in values.iter().enumerate() {
                for (j, b) in values.iter().enumerate().skip(i + 1) {
                    most = most.max((a - b).abs() / errors[i].hypot(errors[j]));
                }
            }
            most
        };
        let mut drawn: Vec<f64> = (0..DRAWS).into_par_iter().map(largest).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        Self { drawn: Some(drawn) }
    }

    /// What the distance is below with this probability.
    pub fn quantile(&self, level: Level) -> f64 {
        match &self.drawn {
            None => level.z(),
            Some(drawn) => interval::quantile(drawn, level.value()),
        }
    }

    /// The probability of a distance that is as large.
    pub fn p_value(&self, distance: f64) -> f64 {
        match &self.drawn {
            None => normal::two_sided_p(distance),
            Some(drawn) => {
                let below = drawn.partition_point(|one| *one < distance);
                (drawn.len() - below + 1) as f64 / (drawn.len() + 1) as f64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_equal_groups_is_tukeys() {
        // The studentised range of 3, 5 and 10 groups and infinite degrees of freedom at 0.95, over the root of 2: scipy's
        // studentized_range.ppf(0.95, k, inf).
        for (groups, known) in [(3, 3.3145), (5, 3.8577), (10, 4.4741)] {
            let range = Range::of(&vec![0.2; groups], 1);
            let quantile = range.quantile(Level::DEFAULT);
            assert!(
                (quantile - known / 2_f64.sqrt()).abs() < 0.03,
                "{groups} {quantile}"
            );
        }
        assert!((Range::of(&[1.0, 3.0], 1).quantile(Level::DEFAULT) - 1.95996).abs() < 1e-4);
        assert!((Range::of(&[1.0, 3.0], 1).p_value(1.95996) - 0.05).abs() < 1e-4);
    }
}
