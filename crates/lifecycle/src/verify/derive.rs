//! Computing the evidence of a record again, from the artifacts that it names.

use galen_control::act::correct::Correct;
use galen_control::act::examine::Examination;
use galen_control::act::run::Run;
use galen_control::{Deed, Held, Record};
use galen_ledger::PublicKey;
use galen_spec::Name;
use galen_store::Digest;

use super::Proof;
use crate::act::{Labels, TrainedAgain};
use crate::error::ActError;

/// What came of computing again.
pub(super) enum Derived {
    Same,
    Differs(String),
    Not(String),
}

fn same(now: Digest, recorded: Digest, what: &str) -> Derived {
    if now == recorded {
        Derived::Same
    } else {
        Derived::Differs(format!(
            "computing {what} again gives {now}, recorded is {recorded}"
        ))
    }
}

impl Proof<'_> {
    /// The evidence of a record, computed again at the state before the record.
    pub(super) fn derived(&self, record: &Record) -> Result<Derived, ActError> {
        let project = self.project;
        let held = |name: Name| project.in_force(&self.state, &[name]);
        match &record.deed {
            Deed::Examine(deed) => {
                self.examined(&deed.dataset, deed.data, deed.examination, deed.evidence)
            }
            Deed::Accept(deed) => self.examined(
                &deed.dataset,
                deed.data,
                Examination::Validate,
                deed.evidence,
            ),
            Deed::Split(deed) => {
                let Some(plan) = held(Name::Data)?.data else {
                    return Ok(Derived::Not("no data plan".to_owned()));
                };
                let parts =
                    crate::act::parts_of(&project.artifacts.get(&deed.source)?, &plan.value)?;
                let drawn: Vec<Digest> = parts
                    .parts
                    .iter()
                    .map(|part| Digest::of(&part.csv))
                    .collect();
                let recorded: Vec<Digest> = deed.parts.iter().map(|part| part.digest).collect();
                if drawn == recorded {
                    Ok(Derived::Same)
                } else {
                    Ok(Derived::Differs(
                        "drawing again gives other parts".to_owned(),
                    ))
                }
            }
            Deed::Seal(_) | Deed::Judge(_) => Ok(Derived::Not("sealed".to_owned())),
            Deed::Correct(deed) => self.corrected(deed),
            Deed::Withdraw(_) => Ok(Derived::Not("withdrawn".to_owned())),
            Deed::Run(deed) => self.run(deed),
            Deed::Explain(deed) => {
                let evidence =
                    project.explanation_evidence(&self.state, &deed.release, &deed.method)?;
                Ok(same(
                    Digest::of(&evidence.bytes()),
                    deed.evidence,
                    "the explanation",
                ))
            }
            Deed::Window(deed) => {
                let monitor = project.monitor_plan(&self.state)?;
                let table = project.table(&deed.predictions)?;
                let held = Held {
                    digest: deed.policy,
                    value: monitor.value,
                };
                let evidence = project.window_evidence(
                    &self.state,
                    &held,
                    &deed.release,
                    deed.predictions,
                    &table,
                    &deed.window,
                )?;
                Ok(same(
                    Digest::of(&evidence.bytes()),
                    deed.evidence,
                    "the window",
                ))
            }
            Deed::AnalyseFinding(deed) => {
                let evidence = project.analysis(&self.state, &deed.finding)?;
                Ok(same(
                    Digest::of(&evidence.bytes()),
                    deed.evidence,
                    "the analysis",
                ))
            }
            Deed::Document(deed) => self.document(deed),
            _ => Ok(Derived::Same),
        }
    }

    /// Examines a dataset again.
    fn examined(
        &self,
        dataset: &str,
        data: Digest,
        how: Examination,
        recorded: Digest,
    ) -> Result<Derived, ActError> {
        let project = self.project;
        let Some(plan) = project.in_force(&self.state, &[Name::Data])?.data else {
            return Ok(Derived::Not("no data plan".to_owned()));
        };
        if self.state.sealed.contains_key(dataset) {
            return Ok(Derived::Not("sealed".to_owned()));
        }
        let bytes = project.artifacts.get(&data)?;
        let protocol = project.in_force(&self.state, &[Name::Protocol])?.protocol;
        let protocol = protocol.as_ref();
        let evidence = crate::act::examination(&bytes, data, &plan, protocol, &self.state, how)?;
        Ok(same(
            Digest::of(&evidence.bytes()),
            recorded,
            "the examination",
        ))
    }

    /// Corrects the labels again in what was not sealed.
    fn corrected(&self, deed: &Correct) -> Result<Derived, ActError> {
        let labels = Labels {
            id: deed.id.clone(),
            label: deed.label.clone(),
        };
        let artifacts = &self.project.artifacts;
        let values = crate::act::values_of(&artifacts.get(&deed.corrections)?, &labels)?;
        for one in deed.rewritten.iter().filter(|one| one.sealed.is_none()) {
            let before = artifacts.get(&one.from)?;
            let now = crate::act::corrected(&before, &labels, &values)?;
            if now.map(|now| (Digest::of(&now.bytes), now.rows)) != Some((one.to, one.rows)) {
                return Ok(Derived::Differs(format!(
                    "correcting {} again gives other labels",
                    one.dataset
                )));
            }
        }
        Ok(
            match deed.rewritten.iter().any(|one| one.sealed.is_some()) {
                true => Derived::Not("sealed".to_owned()),
                false => Derived::Same,
            },
        )
    }

    /// Trains again what was computed, and judges the model on the development set again.
    fn run(&self, deed: &Run) -> Result<Derived, ActError> {
        if let (Some(gate), Some(model)) = (&deed.development, &deed.model) {
            let specs = self.project.in_force(&self.state, &[Name::Protocol])?;
            let Some(protocol) = specs.protocol else {
                return Ok(Derived::Not("no protocol".to_owned()));
            };
            let released = self
                .state
                .live_release()
                .map(|release| release.model.clone());
            let subjects =
                crate::models::subjects(model, gate.dataset, protocol.digest, released.as_ref());
            let table = self.project.table(&gate.dataset)?;
            let evidence = self.project.evaluate(
                model,
                released.as_ref(),
                &protocol.value,
                (&table, self.project.patient(&self.state)?.as_deref()),
                subjects,
            )?;
            let digest = Digest::of(&evidence.bytes());
            let gate = same(digest, gate.evidence, "the development gate");
            if !matches!(gate, Derived::Same) {
                return Ok(gate);
            }
        }
        Ok(
            match self
                .project
                .train_again(deed, &mut self.trained.borrow_mut())?
            {
                TrainedAgain::Same => Derived::Same,
                TrainedAgain::Differs(message) => Derived::Differs(message),
                TrainedAgain::Not(why) => Derived::Not(why),
            },
        )
    }

    /// Renders a document again from the state that it says it was rendered from.
    fn document(&self, deed: &galen_control::act::document::Document) -> Result<Derived, ActError> {
        if deed.size != self.state.entries {
            return Ok(Derived::Not(
                "other records came between rendering and recording".to_owned(),
            ));
        }
        let root = self.project.root_at(deed.size)?;
        let signed = galen_ledger::Checkpoint::read(&deed.checkpoint).is_ok_and(|checkpoint| {
            let system = self.state.system_key.parse::<PublicKey>();
            checkpoint.size() == deed.size
                && checkpoint.root().to_string() == root
                && system.is_ok_and(|system| checkpoint.verify(&system).is_ok())
        });
        if !signed {
            return Ok(Derived::Differs(
                "the checkpoint that the document carries is not that of the log".to_owned(),
            ));
        }
        let page = self
            .project
            .page(&self.state, &deed.kind, &root, Some(&deed.checkpoint))?;
        let tree = serde_json::to_vec(&page).expect("a page holds only text and finite numbers");
        let first = same(Digest::of(&tree), deed.page, "the document");
        if !matches!(first, Derived::Same) {
            return Ok(first);
        }
        for file in &deed.files {
            let bytes = match file.name.as_str() {
                "json" => tree.clone(),
                "html" => crate::act::html_of(&page),
                "pdf" if self.project.ports.printer.is_some() => self.project.print(&page)?,
                _ => continue,
            };
            if Digest::of(&bytes) != file.digest {
                return Ok(Derived::Differs(format!(
                    "rendering the document as {} again gives other bytes",
                    file.name
                )));
            }
        }
        Ok(Derived::Same)
    }
}
