//! `galen change`.

use galen_control::act::sign::Meaning;
use galen_control::change::Answers;
use galen_control::{Deed, State};
use serde_json::{Value, json};

use crate::args::{Assess, Change, MeaningWord, YesNo};
use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::{short, table};

pub fn change(args: &Change, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    match args {
        Change::Propose {
            run,
            modification,
            summary,
            replay,
        } => {
            let entry = project.propose(
                &place.actor()?,
                replay.as_of,
                run,
                modification.as_deref(),
                summary,
            )?;
            let Deed::Propose(proposal) = &entry.record.deed else {
                unreachable!("a proposal records itself")
            };
            let text = format!(
                "Entry {}: {} proposes the model of {run} ({}).",
                entry.index,
                proposal.change,
                short(&proposal.model)
            );
            Ok(Report::new(
                "change",
                show_json(&project.state()?, &proposal.change),
                text,
            ))
        }
        Change::Assess(args) => assess(args, &project, place),
        Change::Sign {
            change,
            role,
            meaning,
            reason,
        } => {
            let meaning = match meaning {
                MeaningWord::Review => Meaning::Review,
                MeaningWord::Approval => Meaning::Approval,
                MeaningWord::Responsibility => Meaning::Responsibility,
                MeaningWord::Authorship => Meaning::Authorship,
            };
            let actor = place.actor()?;
            let entry = project.sign(&actor, change, role, meaning, reason)?;
            let word = json!(meaning).as_str().unwrap_or_default().to_owned();
            let text = format!(
                "Entry {}: {actor} signed {change} as {role}, meaning {word}.",
                entry.index
            );
            Ok(Report::new(
                "change",
                show_json(&project.state()?, change),
                text,
            ))
        }
        Change::List => {
            let state = project.state()?;
            let rows: Vec<Vec<String>> = state
                .changes
                .iter()
                .map(|(id, change)| {
                    let class = change
                        .assessed
                        .as_ref()
                        .map(|one| one.assess.classification.us.class.word());
                    let verdict = change
                        .judged
                        .as_ref()
                        .map(|one| one.judge.verdict.to_string());
                    vec![
                        id.clone(),
                        change.state.to_string(),
                        verdict.unwrap_or_default(),
                        class.unwrap_or_default().to_owned(),
                        change.run.clone(),
                        change.summary.clone(),
                    ]
                })
                .collect();
            let changes: Vec<Value> = state
                .changes
                .keys()
                .map(|id| show_json(&state, id))
                .collect();
            let text = table(
                &["change", "state", "verdict", "class", "run", "summary"],
                &rows,
            );
            Ok(Report::new("change", json!({"changes": changes}), text))
        }
        Change::Show { change } => show(change, place),
    }
}

fn assess(
    args: &Assess,
    project: &galen_lifecycle::Project,
    place: &Place,
) -> Result<Report, Failure> {
    let yes = |answer: Option<YesNo>| answer.map(|answer| answer == YesNo::Yes);
    let answers = Answers {
        intended_use_same: yes(args.intended_use_same),
        new_hazard: yes(args.new_hazard),
        protocol_followed: yes(args.protocol_followed),
        restores_spec: yes(args.restores_spec),
        safety_effect_possible: yes(args.safety_effect_possible),
        rationale: args.rationale.clone(),
    };
    let entry = project.assess(&place.actor()?, &args.change, answers)?;
    let Deed::Assess(assess) = &entry.record.deed else {
        unreachable!("an assessment records itself")
    };
    let class = &assess.classification;
    let eu = json!(class.eu);
    let mut lines = vec![format!(
        "Entry {}: {} is {} by rule {}; EU: MDR {}, AI Act {} ({}).",
        entry.index,
        args.change,
        class.us.class.word(),
        class.us.rule,
        eu["mdr"].as_str().unwrap_or_default(),
        eu["ai_act"].as_str().unwrap_or_default(),
        class.eu.rule
    )];
    lines.extend(
        class
            .differences
            .iter()
            .map(|difference| format!("  differs: {}", difference.phrase())),
    );
    lines.extend(
        class
            .reasons
            .iter()
            .map(|reason| format!("  because {reason}")),
    );
    Ok(Report::new(
        "change",
        show_json(&project.state()?, &args.change),
        lines.join("\n"),
    )
    .judged(class.may_be_released()))
}

/// `galen change show`.
pub fn show(id: &str, place: &Place) -> Result<Report, Failure> {
    let state = place.project()?.state()?;
    let change = state.change(id).map_err(galen_lifecycle::ActError::from)?;
    let mut lines = vec![
        format!("{id}: {} ({})", change.summary, change.state),
        format!(
            "  run {}, model {}, proposed by {}",
            change.run,
            short(&change.model.digest),
            change.proposer
        ),
    ];
    if let Some(judged) = &change.judged {
        let judge = &judged.judge;
        lines.push(format!(
            "  verdict {} at look {} of {}",
            judge.verdict, judge.look, judge.looks_allowed
        ));
    }
    if let Some(entry) = change.stale_since {
        lines.push(format!(
            "  stale: labels that it was judged by were corrected at entry {entry}"
        ));
    }
    if let Some(assessed) = &change.assessed {
        let class = &assessed.assess.classification;
        lines.push(format!(
            "  {} by rule {}",
            class.us.class.word(),
            class.us.rule
        ));
        lines.extend(
            class
                .reasons
                .iter()
                .map(|reason| format!("    because {reason}")),
        );
    }
    for signature in &change.signatures {
        let meaning = json!(signature.meaning);
        lines.push(format!(
            "  signed by {} as {}, {} on {}: {}",
            signature.person,
            signature.role,
            meaning.as_str().unwrap_or_default(),
            signature.at,
            signature.reason
        ));
    }
    Ok(Report::new(
        "change",
        show_json(&state, id),
        lines.join("\n"),
    ))
}

fn show_json(state: &State, id: &str) -> Value {
    let Ok(change) = state.change(id) else {
        return json!({"change": id});
    };
    let class = change
        .assessed
        .as_ref()
        .map(|one| &one.assess.classification);
    let needs: Vec<Value> = change
        .signatures
        .iter()
        .map(|signature| json!({"role": signature.role, "have": signature.person}))
        .collect();
    json!({
        "change": id,
        "state": change.state,
        "run": change.run,
        "model": change.model,
        "summary": change.summary,
        "modification": change.modification,
        "follows": change.follows,
        "proposer": change.proposer,
        "verdict": change.judged.as_ref().map(|one| one.judge.verdict),
        "stale_since": change.stale_since,
        "us": class.map(|class| json!(class.us)),
        "eu": class.map(|class| json!(class.eu)),
        "reasons": class.map(|class| class.reasons.clone()).unwrap_or_default(),
        "needs": needs,
        "release": change.release,
    })
}
