use super::{Params, Perturbation, PerturbationAbout, PerturbationError, parameter};
use crate::draw::Draw;

/// The least factor: a measured concentration is never zero or negative, however unlucky the draw.
const FACTOR_MIN: f64 = 0.001;

/// Imprecision that grows with the value: x becomes x · (1 + cv · z), z standard normal, each value its own.
///
/// Reads `cv`, the coefficient of variation as a proportion. The factor is at least 0.001. A row's draw depends on the
/// seed and its place alone, not on which other values are missing.
///
/// # Errors
/// [`PerturbationError`] when `cv` is absent, negative or above 1.
///
/// # Source
/// Fraser 2001, Biological Variation, chapter 2: analytical imprecision as a coefficient of variation.
pub struct MultiplicativeError;

impl Perturbation for MultiplicativeError {
    fn about(&self) -> PerturbationAbout {
        PerturbationAbout {
            id: "multiplicative_error",
            title: "Imprecision of an assay",
            source: "Fraser 2001, Biological Variation",
            what: "Multiplies each value by 1 plus a normal error with the declared coefficient of variation.",
            parameters: &["cv"],
        }
    }

    fn apply(
        &self,
        column: &mut [Option<f64>],
        params: &Params,
        seed: u64,
    ) -> Result<(), PerturbationError> {
        let cv = parameter(
            self,
            "cv",
            params.cv,
            |cv| (0.0..=1.0).contains(&cv),
            "between 0 and 1",
        )?;
        let mut draw = Draw::new(seed, 0);
        for value in column {
            let factor = (1.0 + cv * draw.normal()).max(FACTOR_MIN);
            *value = value.map(|value| value * factor);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_repeated_measurements_is_the_declared_one() {
        let mut column = vec![Some(50.0); 20_000];
        let params = Params {
            cv: Some(0.08),
            ..Params::default()
        };
        MultiplicativeError
            .apply(&mut column, &params, 11)
            .expect("in range");
        let values: Vec<f64> = column.into_iter().flatten().collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let deviation = (values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / 19_999.0)
            .sqrt();
        assert!(
            (mean - 50.0).abs() < 0.1 && (deviation / mean - 0.08).abs() < 0.002,
            "{mean} {deviation}"
        );
    }

    #[test]
    fn a_missing_value_elsewhere_does_not_change_a_rows_error() {
        let params = Params {
            cv: Some(0.2),
            ..Params::default()
        };
        let (mut full, mut holed) = (vec![Some(2.0), Some(3.0)], vec![None, Some(3.0)]);
        for column in [&mut full, &mut holed] {
            MultiplicativeError
                .apply(column, &params, 5)
                .expect("in range");
        }
        assert_eq!(full[1], holed[1]);
    }
}
