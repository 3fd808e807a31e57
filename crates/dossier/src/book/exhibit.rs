//! The appendix: each piece of evidence that a page names, told to a reader.

use galen_control::{Dataset, Evidence, Subject};
use galen_store::Digest;

use super::{Book, artifact, counted, p_written, table};
use crate::page::{Block, Cell, Column, Exhibit, Page, Source, Span};

impl Book<'_> {
    /// What is known of each source that a page names, in the order of first mention.
    pub(super) fn exhibits(&self, page: &Page) -> Vec<Exhibit> {
        page.appendix()
            .into_iter()
            .map(|(source, _)| self.exhibit(source))
            .collect()
    }

    fn exhibit(&self, source: &Source) -> Exhibit {
        let (title, blocks) = match source {
            Source::Entry(entry) => (
                format!("Record {entry} of the ledger"),
                vec![Block::text(self.record(*entry))],
            ),
            Source::Artifact(text) => match text
                .parse::<Digest>()
                .ok()
                .and_then(|digest| self.evidence_of(&digest))
            {
                Some(evidence) => (title(&evidence), self.rows(source, &evidence)),
                None => ("Evidence that is not at hand".to_owned(), Vec::new()),
            },
        };
        Exhibit {
            source: source.clone(),
            title,
            blocks,
        }
    }

    fn rows(&self, source: &Source, evidence: &Evidence) -> Vec<Block> {
        let subject = |subject: &Subject| {
            (
                subject.name.clone(),
                Cell::from(Span::code(subject.digest.to_string())),
            )
        };
        let mut facts: Vec<(String, Cell)> = evidence.subjects.iter().map(subject).collect();
        facts.extend(
            evidence
                .settings
                .iter()
                .map(|(name, value)| (name.clone(), Cell::from(value.to_string()))),
        );
        let mut blocks = Vec::new();
        if !facts.is_empty() {
            blocks.push(Block::KeyValues(facts));
        }
        let Source::Artifact(digest) = source else {
            return blocks;
        };
        let Ok(digest) = digest.parse() else {
            return blocks;
        };
        let rows = evidence.rows.iter().map(|row| {
            let p = match row.p_value {
                Some(p) => Cell::from(Span::number(p_written(p), artifact(&digest))),
                None => "–".into(),
            };
            let events = match row.estimate.events {
                Some(events) => Cell::from(Span::number(counted(events), artifact(&digest))),
                None => "–".into(),
            };
            vec![
                Cell::from(row.title.clone()),
                row.subgroup.clone().unwrap_or_else(|| "all".into()).into(),
                self.estimate(&row.estimate, &digest, &[]),
                events,
                p,
                row.estimate.method.clone().into(),
            ]
        });
        let columns = vec![
            Column::name("Quantity"),
            Column::text("Of whom"),
            Column::text("Estimate"),
            Column::number("Events"),
            Column::number("Test"),
            Column::text("Method"),
        ];
        blocks.extend(table("", columns, rows.collect()));
        blocks
    }

    /// What the state still knows of a record.
    fn record(&self, entry: u64) -> String {
        let known = self
            .of_changes(entry)
            .or_else(|| self.of_data(entry))
            .or_else(|| self.of_use(entry));
        known.unwrap_or_else(|| "Its signed statement stands in the ledger.".to_owned())
    }

    fn of_changes(&self, entry: u64) -> Option<String> {
        let state = self.state;
        for (id, change) in &state.changes {
            if change.entry == entry {
                return Some(format!("Proposal of {id}."));
            }
            if change
                .judged
                .as_ref()
                .is_some_and(|judged| judged.entry == entry)
            {
                return Some(format!("Judgement of {id} on the reference set."));
            }
            if change
                .assessed
                .as_ref()
                .is_some_and(|assessed| assessed.entry == entry)
            {
                return Some(format!("Assessment of {id}."));
            }
            if let Some(signed) = change
                .signatures
                .iter()
                .find(|signature| signature.entry == entry)
            {
                return Some(format!(
                    "Signature of {} on {id}.",
                    self.person(&signed.person)
                ));
            }
        }
        if let Some(release) = state.releases.iter().find(|release| release.entry == entry) {
            return Some(format!("Release of {} as {}.", release.change, release.id));
        }
        let granted = state.authorisations.iter().find(|one| one.entry == entry);
        granted.map(|one| format!("Authorisation {}.", one.granted.number))
    }

    fn of_data(&self, entry: u64) -> Option<String> {
        let state = self.state;
        let frozen: Vec<String> = state
            .frozen
            .iter()
            .filter(|(_, frozen)| frozen.entry == entry)
            .map(|(name, _)| name.file())
            .collect();
        if !frozen.is_empty() {
            return Some(format!("Freezing of {}.", frozen.join(", ")));
        }
        let holds = |versions: &Vec<Dataset>| versions.iter().any(|version| version.entry == entry);
        let named: Vec<&str> = state
            .datasets
            .iter()
            .filter(|(_, versions)| holds(versions))
            .map(|(name, _)| name.as_str())
            .collect();
        if !named.is_empty() {
            return Some(format!("Datasets: {}.", named.join(", ")));
        }
        if let Some(found) = state.examined.values().find(|facts| facts.entry == entry) {
            return Some(format!("Examination of dataset {}.", found.examine.dataset));
        }
        if let Some(sealed) = state.sealed.values().find(|sealed| sealed.entry == entry) {
            return Some(format!("Sealing of dataset {}.", sealed.seal.dataset));
        }
        state
            .runs
            .iter()
            .find(|(_, run)| run.entry == entry)
            .map(|(id, _)| format!("Run {id}."))
    }

    fn of_use(&self, entry: u64) -> Option<String> {
        let state = self.state;
        if let Some(facts) = state.windows.values().find(|facts| facts.entry == entry) {
            return Some(format!(
                "Window {} of {}.",
                facts.window.window, facts.window.release
            ));
        }
        if let Some((_, back)) = state.rollbacks.iter().find(|(at, _)| *at == entry) {
            return Some(format!("Rollback of {}.", back.from));
        }
        if let Some(finding) = state.findings.iter().find(|finding| finding.entry == entry) {
            return Some(format!("Opening of {}.", finding.id));
        }
        state
            .documents
            .values()
            .find(|(at, _)| *at == entry)
            .map(|(_, one)| format!("Document {}.", one.kind))
    }
}

fn title(evidence: &Evidence) -> String {
    let what = match evidence.what.as_str() {
        "evaluation" => "Evaluation of a model",
        "window" => "Checks of a window of use",
        "validation" => "Expectations of a dataset",
        "check" => "Clinical checks of a dataset",
        "explanation" => "Explanation of a model",
        "analysis" => "Analysis of a finding",
        "flow" => "Flow of inclusion and exclusion",
        other => other,
    };
    what.to_owned()
}
