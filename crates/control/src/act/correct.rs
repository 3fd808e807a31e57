//! Correcting labels: what was judged or learned by the old ones is stale from then on.

use std::collections::BTreeSet;

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::rewrite::{self, Affected, Rewritten};
use super::{Scene, said};
use crate::evidence::Subject;
use crate::state::ChangeState;
use crate::{Deed, Record, Refusal, State};

/// Labels that were found wrong, and the datasets that have the right ones now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// The column of identifiers, and the one whose cells are corrected.
    pub id: String,
    pub label: String,
    pub reason: String,
    /// The table of identifiers and right labels.
    pub corrections: Digest,
    pub rewritten: Vec<Rewritten>,
    /// What used the datasets as they were: each must be looked at again.
    pub stale: Affected,
}

/// The right labels, and what they make of the datasets.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub id: String,
    pub label: String,
    pub reason: String,
    pub corrections: Digest,
    pub rewritten: Vec<Rewritten>,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Data)?;
    said("reason", &ask.reason)?;
    if ask.rewritten.is_empty() {
        return Err(Refusal::new(
            "unchanged",
            "every dataset has these labels already",
            "nothing is to do",
        ));
    }
    // The truth of the parts was made of the event; altering that alone would leave two truths.
    if let Some(plan) = &scene.specs.data {
        let plan = scene.frozen(Name::Data, Some(plan))?;
        let (truth, event) = (
            &plan.reference_standard.name,
            &plan.reference_standard.event,
        );
        if [&event.column, &event.time].contains(&&ask.label) && ask.label != *truth {
            return Err(Refusal::new(
                "not_the_truth",
                format!(
                    "`{truth}` of the parts was made of `{}` when they were drawn",
                    ask.label
                ),
                format!("correct the truth itself: --label {truth}"),
            ));
        }
    }
    rewrite::may_be_rewritten(scene.state, &ask.rewritten)?;
    let before: BTreeSet<Digest> = ask.rewritten.iter().map(|one| one.from).collect();
    Ok(Deed::Correct(Correct {
        id: ask.id.clone(),
        label: ask.label.clone(),
        reason: ask.reason.clone(),
        corrections: ask.corrections,
        rewritten: ask.rewritten.clone(),
        stale: rewrite::affected(scene.state, &before),
    }))
}

impl Correct {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let datasets = self
            .rewritten
            .iter()
            .map(|one| Subject::new(&one.dataset, one.to));
        let sealed = self.rewritten.iter().filter_map(|one| one.sealed);
        let sealed = sealed.map(|digest| Subject::new("sealed", digest));
        let corrections = Subject::new("corrections", self.corrections);
        datasets.chain(sealed).chain([corrections]).collect()
    }

    /// A change that was judged and not released yet is to be judged again; what is released carries the mark.
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        rewrite::apply(&self.rewritten, state, record);
        let judged_on: Vec<Digest> = self.rewritten.iter().map(|one| one.from).collect();
        for change in state.changes.values_mut() {
            let dataset = change.judged.as_ref().map(|judged| judged.judge.dataset);
            if dataset.is_none_or(|dataset| !judged_on.contains(&dataset)) {
                continue;
            }
            change.stale_since = Some(state.entries);
            if matches!(change.state, ChangeState::Judged | ChangeState::Assessed) {
                change.state = ChangeState::Proposed;
                (change.opened, change.judged, change.assessed) = (None, None, None);
                change.signatures.clear();
            }
        }
    }
}
