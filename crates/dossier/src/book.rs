//! The book: all that a document is rendered from, and how a number of it is written and linked.

mod curves;
mod exhibit;
mod number;

use galen_control::act::judge::Judge;
use galen_control::judge::{self, CriterionResult, Outcome, Verdict};
use galen_control::{Actor, Change, Evidence, InForce, State};
use galen_spec::Name;
use galen_stats::Estimate;
use galen_store::Digest;
use serde::de::DeserializeOwned;

use crate::page::{Badge, Block, Cell, Column, NoteKind, Page, Source, Span, Table};

pub use curves::{calibration_bins, roc};
pub use number::{counted, p_written, written};

/// The folded state, the frozen files in force and the evidence that records name.
///
/// A document is a pure function of it: the same book gives the same page, so that `verify` can render it again.
pub struct Book<'a> {
    pub state: &'a State,
    pub specs: &'a InForce,
    /// Finds evidence by its digest; `None` if it is missing or is no evidence.
    pub evidence: &'a dyn Fn(&Digest) -> Option<Evidence>,
    /// How many records it is rendered from: all records before.
    pub size: u64,
    /// The root of the log at that size.
    pub root: Option<String>,
    /// The signed checkpoint of the log at that size.
    pub checkpoint: Option<String>,
    /// The time of the newest of these records, RFC 3339 in UTC to the second.
    pub at: Option<String>,
}

impl Book<'_> {
    /// A page with all that every document carries: notice, foot, whether anything may be used, and the exhibits.
    pub fn page(&self, title: &str, source: &str, body: Vec<Block>) -> Page {
        let state = self.state;
        let live = match &state.live {
            Some(id) => format!("{id} is live"),
            None => "no release is live".to_owned(),
        };
        let mut page = Page {
            subtitle: format!("{}: {live}", state.device),
            notice: state.notice.clone(),
            at: self.at.clone(),
            contents: true,
            ..Page::new(title)
        };
        page.foot = vec![
            ("Device".into(), state.device.clone()),
            ("Project".into(), state.project.clone()),
            ("Records".into(), counted(self.size)),
            (
                "Root".into(),
                self.root.clone().unwrap_or_else(|| "not reported".into()),
            ),
            ("After".into(), source.to_owned()),
        ];
        page.push(self.standing());
        page.blocks.extend(body);
        if let Some(checkpoint) = &self.checkpoint {
            page.push(Block::heading(2, "Checkpoint"));
            page.push(Block::text(
                "The signed state of the ledger that this document was made from. Keep it: against it, galen verify \
                 --checkpoint finds whether entries were dropped or history was rewritten since.",
            ));
            page.push(Block::Code(checkpoint.clone()));
        }
        page.exhibits = self.exhibits(&page);
        page
    }

    /// Whether the device may be used, in one note.
    pub fn standing(&self) -> Block {
        let Some(live) = self.state.live_release() else {
            return Block::note(
                NoteKind::Stop,
                "No release is live: not authorised for clinical use.",
            );
        };
        let Some(number) = &live.authorisation else {
            return Block::note(
                NoteKind::Stop,
                format!("{} is live and not authorised for clinical use.", live.id),
            );
        };
        if self.state.authorisation().is_none() {
            return Block::note(
                NoteKind::Stop,
                format!(
                    "{} was released under authorisation {number}, which does not cover the intent and PCCP that are in force now: not authorised for clinical use.",
                    live.id
                ),
            );
        }
        Block::note(
            NoteKind::Info,
            format!("{} is live under authorisation {number}.", live.id),
        )
    }

    /// Evidence by its digest.
    pub fn evidence_of(&self, digest: &Digest) -> Option<Evidence> {
        (self.evidence)(digest)
    }

    /// An estimate with its interval and n, leading to its evidence. Digits are added until no end of the interval is
    /// written on the wrong side of one of `bounds`.
    pub fn estimate(&self, estimate: &Estimate, evidence: &Digest, bounds: &[f64]) -> Cell {
        match number::estimate(estimate, bounds) {
            Some(text) => {
                let mut spans = vec![Span::number(text, artifact(evidence))];
                let bare = estimate.low.is_none() || estimate.high.is_none();
                if let Some(why) = estimate.why.as_ref().filter(|_| bare) {
                    spans.push(Span::text(format!(" (no interval: {why})")));
                }
                Cell(spans)
            }
            None => Cell(absent_number(estimate.why.as_deref())),
        }
    }

    /// The estimate of a quantity in evidence, or `not reported`.
    pub fn quantity(&self, digest: &Digest, evidence: Option<&Evidence>, quantity: &str) -> Cell {
        match evidence.and_then(|evidence| evidence.row(quantity)) {
            Some(row) => self.estimate(&row.estimate, digest, &[]),
            None => Cell(absent_number(None)),
        }
    }

    /// How many things the frozen file of that name declares, leading to the record that froze it.
    pub fn declared(&self, name: Name, n: usize) -> Span {
        Span::Number {
            text: counted(n as u64),
            evidence: self
                .state
                .frozen
                .get(&name)
                .map(|frozen| Source::Entry(frozen.entry)),
        }
    }

    /// Each criterion with what it found when the change was judged; `None` if the protocol of the verdict is no longer
    /// in force or the evidence is not at hand.
    ///
    /// The results are those of the recorded verdict: they are computed from what was live then, not from what is now.
    pub fn results(&self, change: &Change) -> Option<Vec<CriterionResult>> {
        let judged = change.judged.as_ref()?;
        let protocol = self
            .specs
            .protocol
            .as_ref()
            .filter(|held| held.digest == judged.judge.protocol)?;
        let evidence = self.evidence_of(&judged.judge.evidence)?;
        Some(judge::criteria_then(
            self.state,
            judged.entry,
            &protocol.value,
            &evidence,
        ))
    }

    /// The printed name of a person with the id, as far as the frozen team knows it.
    pub fn person(&self, id: &str) -> String {
        let team = self.specs.team.as_ref().map(|held| &held.value);
        match team.and_then(|team| team.person(id)) {
            Some(person) => format!("{} ({id})", person.name),
            None => id.to_owned(),
        }
    }

    /// Who did something; the system key is nobody.
    pub fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(id) => self.person(id),
            Actor::System => "system (automatic, no electronic signature)".to_owned(),
        }
    }
}

/// Whether results are those that a verdict recorded.
pub fn agrees(results: &[CriterionResult], judge: &Judge) -> bool {
    judge::verdict(results) == judge.verdict
        && judge::ids(results, judge::blocks) == judge.blocking
        && judge::ids(results, judge::limits) == judge.limitations
}

/// A source that is evidence.
pub fn artifact(digest: &Digest) -> Source {
    Source::Artifact(digest.to_string())
}

/// A count that a record states.
pub fn recorded(n: u64, entry: u64) -> Span {
    Span::number(counted(n), Source::Entry(entry))
}

/// That a verdict was made by labels that were corrected since, if it was.
pub fn stale(change: &Change) -> Option<Block> {
    let entry = change.stale_since?;
    let text = vec![
        Span::text("This verdict is stale: labels that it was made by were corrected at entry "),
        Span::number(entry.to_string(), Source::Entry(entry)),
        Span::text(". Judge the model again before you rely on it."),
    ];
    let kind = NoteKind::Warn;
    Some(Block::Note { kind, text })
}

/// A number that does not exist, with the reason where there is one.
pub fn absent_number(why: Option<&str>) -> Vec<Span> {
    match why {
        Some(why) => vec![Span::text(format!("not reported: {why}"))],
        None => vec![Span::text("not reported")],
    }
}

/// A section whose facts do not exist yet, with the command that makes them.
pub fn not_reported(what: &str, command: &str) -> Block {
    Block::Note {
        kind: NoteKind::Warn,
        text: vec![
            Span::text(format!("Not reported: {what}. The command that makes it: ")),
            Span::code(command),
            Span::text("."),
        ],
    }
}

/// A table, or nothing where it has no row.
pub fn table(caption: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Option<Block> {
    let caption = caption.to_owned();
    (!rows.is_empty()).then_some(Block::Table(Table {
        caption,
        columns,
        rows,
    }))
}

/// One value of the details of evidence, if it is there and has that shape.
pub fn detail<T: DeserializeOwned>(evidence: &Evidence, key: &str) -> Option<T> {
    let value = evidence.details.as_ref()?.get(key)?;
    serde_json::from_value(value.clone()).ok()
}

/// The badge of a verdict.
pub fn verdict_badge(verdict: Verdict) -> Badge {
    match verdict {
        Verdict::Pass => Badge::pass(),
        Verdict::Fail => Badge::fail(),
        Verdict::Inconclusive => Badge::inconclusive(),
    }
}

/// The badge of what became of one criterion.
pub fn outcome_badge(outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Pass => Badge::pass(),
        Outcome::Fail => Badge::fail(),
        Outcome::Inconclusive => Badge::inconclusive(),
        Outcome::Reported => Badge::neutral("reported"),
        Outcome::NotApplicable => Badge::neutral("not applicable"),
    }
}

/// A value of a declared file as the word that is written there.
pub fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or("not reported").replace('_', " ")
}
