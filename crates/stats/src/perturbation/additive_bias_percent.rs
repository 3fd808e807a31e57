use super::{Params, Perturbation, PerturbationAbout, PerturbationError, parameter};

/// Bias of a calibration: every value reads too high (or, below 0, too low) by a percentage of itself.
///
/// Reads `bias_percent`, above -100. The seed is not used.
///
/// # Errors
/// [`PerturbationError`] when `bias_percent` is absent, not finite, or -100 or less.
///
/// # Source
/// Fraser 2001, Biological Variation, chapter 2: analytical bias in percent.
pub struct AdditiveBiasPercent;

impl Perturbation for AdditiveBiasPercent {
    fn about(&self) -> PerturbationAbout {
        PerturbationAbout {
            id: "additive_bias_percent",
            title: "Bias of a calibration",
            source: "Fraser 2001, Biological Variation",
            what: "Adds the declared percentage of itself to each value.",
            parameters: &["bias_percent"],
        }
    }

    fn apply(
        &self,
        column: &mut [Option<f64>],
        params: &Params,
        _seed: u64,
    ) -> Result<(), PerturbationError> {
        let fits = |bias: f64| bias.is_finite() && bias > -100.0;
        let bias = parameter(
            self,
            "bias_percent",
            params.bias_percent,
            fits,
            "a finite number above -100",
        )?;
        for value in column.iter_mut().flatten() {
            *value += *value * bias / 100.0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_of_40_is_two() {
        let mut column = [Some(40.0), None];
        let params = Params {
            bias_percent: Some(5.0),
            ..Params::default()
        };
        AdditiveBiasPercent
            .apply(&mut column, &params, 0)
            .expect("in range");
        assert_eq!(column, [Some(42.0), None]);
    }
}
