use super::{CrossCheck, Problem, Vocabulary};
use crate::file::team::{Duty, Team};
use crate::file::{Name, Specs};

/// A change can be released by people of different roles, none of whom proposed it.
pub struct Signatures;

impl CrossCheck for Signatures {
    fn id(&self) -> &'static str {
        "team.signature"
    }

    fn holds(&self) -> &'static str {
        "A release needs at least two different roles, held by different people, who can sign when any one person has proposed."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let team = &specs.team;
        let roles = &team.release_signatures;
        let path = "release_signatures";
        let mut problems = Vec::new();
        if roles.len() < 2 {
            let message = "a release needs the signatures of at least two roles";
            problems.push(Problem::error(Name::Team, path, message));
        }
        for (r, role) in roles.iter().enumerate() {
            let at = format!("{path}[{r}]");
            if roles[..r].contains(role) {
                let message = format!("`{role}` is named twice; two roles are two views");
                problems.push(Problem::error(Name::Team, &at, message));
            }
            let held = team.people.iter().flat_map(|person| &person.roles);
            let held = held.map(String::as_str);
            let what = "person with the role";
            problems.extend(Problem::unless_named(Name::Team, at, what, role, held));
        }
        if !problems.is_empty() {
            return problems;
        }
        if !can_sign(team, roles, None) {
            let message = "these roles are not held by as many different people";
            return vec![Problem::error(Name::Team, path, message)];
        }
        for person in team
            .people
            .iter()
            .filter(|p| team.may(&p.id, Duty::Propose))
        {
            if !can_sign(team, roles, Some(&person.id)) {
                let message = format!(
                    "what `{}` proposes can never be released: without that person the roles are not held",
                    person.id
                );
                let help =
                    "nobody signs their own proposal; give the role to somebody else as well";
                problems.push(Problem::error(Name::Team, path, message).help(help));
            }
        }
        problems
    }
}

/// Whether the roles can be filled by different people without the one who is absent.
///
/// A bipartite matching by augmenting paths: a role takes a free person, or one whose present role finds another.
fn can_sign(team: &Team, roles: &[String], absent: Option<&str>) -> bool {
    let mut role_of: Vec<Option<usize>> = vec![None; team.people.len()];
    (0..roles.len()).all(|role| {
        let mut tried = vec![false; team.people.len()];
        fill(team, roles, absent, role, &mut role_of, &mut tried)
    })
}

fn fill(
    team: &Team,
    roles: &[String],
    absent: Option<&str>,
    role: usize,
    role_of: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for (p, person) in team.people.iter().enumerate() {
        let able = person.roles.contains(&roles[role]) && absent != Some(person.id.as_str());
        if !able || std::mem::replace(&mut tried[p], true) {
            continue;
        }
        let free = match role_of[p] {
            None => true,
            Some(other) => fill(team, roles, absent, other, role_of, tried),
        };
        if free {
            role_of[p] = Some(role);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;

    fn team(people: &[(&str, &str)]) -> Team {
        let people = people.iter().map(|(id, roles)| {
            format!("  - {{id: {id}, name: {id}, roles: [{roles}], competence: c}}\n")
        });
        let people: String = people.collect();
        let text = format!("people:\n{people}duties: {{}}\nrelease_signatures: [a, b]\n");
        read("team.yaml", &text).expect("a team")
    }

    fn signed(people: &[(&str, &str)], absent: Option<&str>) -> bool {
        let team = team(people);
        can_sign(&team, &team.release_signatures, absent)
    }

    #[test]
    fn one_person_with_both_roles_cannot_sign_twice() {
        assert!(!signed(&[("x", "a, b")], None));
        assert!(signed(&[("x", "a, b"), ("y", "a")], None));
    }

    #[test]
    fn who_proposed_does_not_sign() {
        assert!(!signed(&[("x", "a"), ("y", "b")], Some("y")));
        assert!(signed(&[("x", "a"), ("y", "b"), ("z", "b")], Some("y")));
    }
}
