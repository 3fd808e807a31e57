use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// A hazard is controlled by something that is written down, and a control controls something.
///
/// # Source
/// ISO 14971:2019 clauses 7.1 and 7.6.
pub struct Hazards;

impl CrossCheck for Hazards {
    fn id(&self) -> &'static str {
        "risk.hazard.risk_control"
    }

    fn holds(&self) -> &'static str {
        "Every hazard has risk controls that exist, and every risk control belongs to a hazard."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let risk = &specs.risk;
        let mut problems = Vec::new();
        for (h, hazard) in risk.hazards.iter().enumerate() {
            let path = format!("hazards[{h}].risk_controls");
            if hazard.risk_controls.is_empty() {
                let message = format!("the hazard `{}` has no risk control", hazard.id);
                problems.push(Problem::error(Name::Risk, &path, message));
            }
            for (c, control) in hazard.risk_controls.iter().enumerate() {
                let path = format!("{path}[{c}]");
                let there = risk.risk_controls.iter().map(|control| control.id.as_str());
                let problem =
                    Problem::unless_named(Name::Risk, path, "risk control", control, there);
                problems.extend(problem);
            }
        }
        for (c, control) in risk.risk_controls.iter().enumerate() {
            let mut hazards = risk.hazards.iter();
            if !hazards.any(|hazard| hazard.risk_controls.contains(&control.id)) {
                let message = format!("no hazard names the risk control `{}`", control.id);
                let path = format!("risk_controls[{c}].id");
                problems.push(Problem::warning(Name::Risk, path, message));
            }
        }
        problems
    }
}
