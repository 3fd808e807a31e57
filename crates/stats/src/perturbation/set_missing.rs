use super::{Params, Perturbation, PerturbationAbout, PerturbationError, parameter};
use crate::draw::Draw;

/// A measurement that is no longer made: values are set missing, all of them or a share drawn at random.
///
/// Reads `share` of the values that are present, 1 where it is not given; the number is rounded.
///
/// # Errors
/// [`PerturbationError`] when `share` is outside 0..=1.
///
/// # Source
/// Rubin 1976, Biometrika 63:581-592: missing completely at random.
pub struct SetMissing;

impl Perturbation for SetMissing {
    fn about(&self) -> PerturbationAbout {
        PerturbationAbout {
            id: "set_missing",
            title: "Not measured",
            source: "Rubin 1976 (missing completely at random)",
            what: "Sets all values, or a share of them drawn at random, missing.",
            parameters: &["share"],
        }
    }

    fn apply(
        &self,
        column: &mut [Option<f64>],
        params: &Params,
        seed: u64,
    ) -> Result<(), PerturbationError> {
        let fits = |share: f64| (0.0..=1.0).contains(&share);
        let share = parameter(
            self,
            "share",
            params.share.or(Some(1.0)),
            fits,
            "between 0 and 1",
        )?;
        let mut present: Vec<usize> = (0..column.len()).filter(|&i| column[i].is_some()).collect();
        let count = (share * present.len() as f64).round() as usize;
        let mut draw = Draw::new(seed, 0);
        for taken in 0..count {
            let other = taken + draw.below(present.len() - taken);
            present.swap(taken, other);
            column[present[taken]] = None;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_share_of_the_present_values_goes_missing() {
        let mut column: Vec<Option<f64>> = (0..100).map(|i| (i % 2 == 0).then_some(1.0)).collect();
        let params = Params {
            share: Some(0.3),
            ..Params::default()
        };
        SetMissing.apply(&mut column, &params, 2).expect("in range");
        assert_eq!(column.iter().flatten().count(), 35);
        SetMissing
            .apply(&mut column, &Params::default(), 2)
            .expect("in range");
        assert_eq!(column.iter().flatten().count(), 0);
    }
}
