use super::{CrossCheck, Problem, Vocabulary};
use crate::file::team::Duty;
use crate::file::{Name, Specs};

/// Every duty can be done by somebody.
pub struct Duties;

impl CrossCheck for Duties {
    fn id(&self) -> &'static str {
        "team.duty"
    }

    fn holds(&self) -> &'static str {
        "Every duty has roles, and every role that a duty names is held by somebody."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let team = &specs.team;
        let held = || {
            team.people
                .iter()
                .flat_map(|person| &person.roles)
                .map(String::as_str)
        };
        let mut problems = Vec::new();
        for duty in Duty::ALL {
            let roles = team
                .duties
                .get(&duty)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let path = format!("duties.{}", duty.word());
            if roles.is_empty() {
                let message = format!("nobody may `{}`", duty.word());
                problems.push(Problem::error(Name::Team, &path, message));
            }
            for (r, role) in roles.iter().enumerate() {
                let at = format!("{path}[{r}]");
                let what = "person with the role";
                problems.extend(Problem::unless_named(Name::Team, at, what, role, held()));
            }
        }
        problems
    }
}
