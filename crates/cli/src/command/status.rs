//! `galen status`: where the project is, what blocks, who must act, and the next command.

use galen_control::{ChangeState, FindingState, State};
use galen_spec::Name;
use galen_spec::team::{Duty, Team};
use serde_json::json;

use crate::place::Place;
use crate::report::{Failure, Report};

pub fn status(place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    let state = project.state()?;
    let team = project
        .in_force(&state, &[Name::Team])?
        .team
        .map(|held| held.value);
    let next = next(&state, team.as_ref());
    let live = match state.live_release() {
        Some(release) => match &release.authorisation {
            Some(number) => format!("{} is live, under authorisation {number}.", release.id),
            None => format!("{} is live, not authorised for clinical use.", release.id),
        },
        None => "No release is live.".to_owned(),
    };
    let open: Vec<&str> = state
        .findings
        .iter()
        .filter(|one| one.state != FindingState::Closed)
        .map(|one| one.id.as_str())
        .collect();
    let mut lines = vec![
        format!("{}: {} records.", state.device, state.entries),
        live.clone(),
        format!(
            "{} declared files frozen, {} dataset(s), {} run(s), {} change(s), {} look(s), {} open alert(s).",
            state.frozen.len(),
            state.datasets.len(),
            state.runs.len(),
            state.changes.len(),
            state.looks,
            state.open_alerts().count()
        ),
    ];
    if !open.is_empty() {
        lines.push(format!("Open findings: {}.", open.join(", ")));
    }
    let stale = state
        .changes
        .iter()
        .filter(|(_, one)| one.stale_since.is_some());
    let stale: Vec<&str> = stale.map(|(id, _)| id.as_str()).collect();
    if !stale.is_empty() {
        lines.push(format!(
            "Stale verdicts, since labels were corrected: {}.",
            stale.join(", ")
        ));
    }
    lines.push(format!("Next: {}", next.what));
    if !next.who.is_empty() {
        lines.push(format!("Who: {}", next.who.join(", ")));
    }
    lines.push(format!("  {}", next.command));
    let document = json!({
        "entries": state.entries,
        "live": state.live,
        "open_findings": open,
        "stale": stale,
        "next": {"what": next.what, "who": next.who, "command": next.command},
    });
    Ok(Report::new("status", document, lines.join("\n")))
}

struct Next {
    what: String,
    who: Vec<String>,
    command: String,
}

/// The first thing that is missing, in the order of the lifecycle.
fn next(state: &State, team: Option<&Team>) -> Next {
    let who = |duty: Duty| -> Vec<String> {
        let people = team.map(|team| team.people.as_slice()).unwrap_or_default();
        people
            .iter()
            .filter(|person| team.is_some_and(|team| team.may(&person.id, duty)))
            .map(|person| person.id.clone())
            .collect()
    };
    let step = |what: &str, duty: Duty, command: String| Next {
        what: what.to_owned(),
        who: who(duty),
        command,
    };
    let missing: Vec<&str> = Name::ALL
        .iter()
        .filter(|name| !state.frozen.contains_key(name))
        .map(|name| name.word())
        .collect();
    if !missing.is_empty() {
        return step(
            "declared files are not frozen",
            Duty::Freeze,
            format!("galen freeze {}", missing.join(" ")),
        );
    }
    if state.authorisation().is_none() {
        let command =
            "galen authorise clearance --authority … --number … --date … --scope … --letter FILE";
        return step(
            "no authorisation covers the intent and the PCCP",
            Duty::Authorise,
            command.to_owned(),
        );
    }
    if state.datasets.is_empty() {
        return step(
            "there is no data",
            Duty::Data,
            "galen data add FILE --name NAME".to_owned(),
        );
    }
    if state.splits.is_empty() {
        return step(
            "no parts are drawn",
            Duty::Data,
            "galen data split NAME".to_owned(),
        );
    }
    if state.sealed.is_empty() {
        return step(
            "the reference set is not sealed",
            Duty::Seal,
            "galen data seal reference".to_owned(),
        );
    }
    if state.runs.is_empty() {
        return step("no stage was run", Duty::Run, "galen run".to_owned());
    }
    let open = state
        .changes
        .iter()
        .rev()
        .find(|(_, change)| change.is_open());
    if let Some((id, change)) = open {
        return match change.state {
            ChangeState::Proposed => step(
                &format!("{id} waits for its verdict"),
                Duty::Judge,
                format!("galen gate {id}"),
            ),
            ChangeState::Judged => step(
                &format!("{id} waits for its assessment"),
                Duty::Authorise,
                format!("galen change assess {id} …"),
            ),
            _ => signatures(state, team, id, &step),
        };
    }
    if let Some(finding) = state
        .findings
        .iter()
        .find(|one| one.state != FindingState::Closed)
    {
        let (what, verb, rest) = match finding.state {
            FindingState::Open => ("its cause", "analyse", "--cause …"),
            _ => ("its correction", "close", "--correction …"),
        };
        return step(
            &format!("{} waits for {what}", finding.id),
            Duty::Finding,
            format!("galen finding {verb} {} {rest}", finding.id),
        );
    }
    if state.live.is_none() {
        return step(
            "no change is open and nothing is live",
            Duty::Propose,
            "galen change propose RUN --summary …".to_owned(),
        );
    }
    step(
        "watch the release",
        Duty::Monitor,
        "galen monitor ingest FILE, then galen monitor run".to_owned(),
    )
}

fn signatures(
    state: &State,
    team: Option<&Team>,
    id: &str,
    step: &dyn Fn(&str, Duty, String) -> Next,
) -> Next {
    let have: Vec<&str> = state.changes[id]
        .signatures
        .iter()
        .map(|one| one.role.as_str())
        .collect();
    let roles = team
        .map(|team| team.release_signatures.as_slice())
        .unwrap_or_default();
    match roles.iter().find(|role| !have.contains(&role.as_str())) {
        Some(role) => Next {
            what: format!("{id} waits for a signature of the role {role}"),
            who: team
                .map(|team| team.people.as_slice())
                .unwrap_or_default()
                .iter()
                .filter(|person| person.roles.contains(role))
                .map(|person| person.id.clone())
                .collect(),
            command: format!("galen change sign {id} --role {role} --reason …"),
        },
        None => step(
            &format!("{id} can be released"),
            Duty::Release,
            format!("galen release {id}"),
        ),
    }
}
