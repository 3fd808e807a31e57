use super::{CrossCheck, Problem, Vocabulary};
use crate::file::risk::Cell;
use crate::file::{Name, Specs};

/// What remains of a risk is acceptable, or its benefit is weighed in words.
///
/// # Source
/// ISO 14971:2019 clauses 7.3 and 7.4.
pub struct Residual;

impl CrossCheck for Residual {
    fn id(&self) -> &'static str {
        "risk.residual"
    }

    fn holds(&self) -> &'static str {
        "Every residual risk is acceptable by the matrix or has a benefit-risk text, and none is higher than before its controls."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (h, hazard) in specs.risk.hazards.iter().enumerate() {
            let path = format!("hazards[{h}].residual");
            let cell = specs
                .risk
                .plan
                .matrix
                .cell(hazard.residual, hazard.severity);
            let weighed = hazard
                .benefit_risk
                .as_ref()
                .is_some_and(|text| !text.trim().is_empty());
            if cell != Cell::A && !weighed {
                let message = format!(
                    "the residual risk of `{}` ({:?}, {:?}) is {} by the matrix, and no benefit_risk is given",
                    hazard.id,
                    hazard.residual,
                    hazard.severity,
                    if cell == Cell::U {
                        "unacceptable"
                    } else {
                        "to be justified"
                    }
                );
                let help =
                    "add a risk control, or weigh the risk against the benefit in `benefit_risk`";
                problems.push(Problem::error(Name::Risk, &path, message).help(help));
            }
            if hazard.residual > hazard.initial {
                let message = format!(
                    "after its controls the harm is likelier ({:?}) than before ({:?})",
                    hazard.residual, hazard.initial
                );
                problems.push(Problem::error(Name::Risk, path, message));
            }
        }
        problems
    }
}
