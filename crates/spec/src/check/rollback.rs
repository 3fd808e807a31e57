use super::{CrossCheck, Problem, Vocabulary};
use crate::file::monitor::{Action, RollbackTarget};
use crate::file::{Name, Specs};

/// The policy that acts by itself can be followed without asking anybody.
pub struct Rollback;

impl CrossCheck for Rollback {
    fn id(&self) -> &'static str {
        "monitor.rollback"
    }

    fn holds(&self) -> &'static str {
        "A check that rolls back names the column that the policy looks for, and some hazard is controlled by it."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let monitor = &specs.monitor;
        let mut problems = Vec::new();
        for (c, check) in monitor.checks.iter().enumerate() {
            if check.action != Action::RollBack {
                continue;
            }
            let path = format!("checks[{c}].action");
            let by_column = monitor.rollback.to == RollbackTarget::PreviousWithoutColumn;
            if by_column && check.column.is_none() {
                let message = "the policy goes back to a release without the check's column, and the check has none";
                let help = "name a column, or write `to: previous` in the rollback policy";
                problems.push(Problem::error(Name::Monitor, &path, message).help(help));
            }
            let verifies = crate::file::risk::Verification::Check(check.id.clone());
            let mut controls = specs.risk.risk_controls.iter();
            if !controls.any(|control| control.verified_by.contains(&verifies)) {
                let message = format!(
                    "`{}` acts by itself, and no risk control names it",
                    check.id
                );
                let help = "name it in the `verified_by` of a risk control";
                problems.push(Problem::error(Name::Monitor, path, message).help(help));
            }
        }
        problems
    }
}
