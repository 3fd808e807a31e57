//! Deciding a second time: from a record back to its act, so that `verify` can see that the same comes out.

use galen_store::Digest;
use serde::de::DeserializeOwned;

use crate::act::{self, Ask, Held};
use crate::{Actor, Deed, Evidence, Record};

/// Where the bytes of artifacts come from.
pub trait Library {
    /// The bytes of an artifact, checked against its digest; `None` if it is missing or damaged.
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>>;
    /// A frozen file, parsed.
    fn team(&self, digest: &Digest) -> Option<galen_spec::team::Team>;
    /// A frozen file, parsed.
    fn protocol(&self, digest: &Digest) -> Option<galen_spec::protocol::Protocol>;
}

/// An act as it was asked, or what is missing to tell.
pub enum Again {
    Ask(Box<Ask>),
    /// Follows from the act before it; decided with that one.
    Automatic,
    Missing(Digest),
}

/// The act behind a record.
pub fn again(record: &Record, library: &dyn Library) -> Again {
    match ask_of(record, library) {
        Ok(Some(ask)) => Again::Ask(Box::new(ask)),
        Ok(None) => Again::Automatic,
        Err(digest) => Again::Missing(digest),
    }
}

fn parsed<T: DeserializeOwned>(digest: Digest, library: &dyn Library) -> Result<Held<T>, Digest> {
    let bytes = library.bytes(&digest).ok_or(digest)?;
    let value = serde_json::from_slice(&bytes).map_err(|_| digest)?;
    Ok(Held { digest, value })
}

fn ask_of(record: &Record, library: &dyn Library) -> Result<Option<Ask>, Digest> {
    let deed = &record.deed;
    // Only the system acts by itself; a person who writes an automatic act is decided on, and refused.
    let automatic = matches!(deed, Deed::RollBack(_) | Deed::OpenFinding(_));
    if automatic && record.by == Actor::System {
        return Ok(None);
    }
    let evidence = |digest: Digest| parsed::<Evidence>(digest, library);
    Ok(Some(match deed.clone() {
        Deed::Found(deed) => Ask::Found(deed),
        Deed::Enrol(deed) => Ask::Enrol(deed),
        Deed::Freeze(deed) => Ask::Freeze(freeze(deed, library)?),
        Deed::Authorise(deed) => Ask::Authorise(deed),
        Deed::AddData(deed) => Ask::AddData(act::add_data::Ask {
            name: deed.name,
            digest: deed.digest,
            files: deed.files,
            bytes: deed.bytes,
            synthetic: deed.synthetic,
        }),
        Deed::Examine(deed) => Ask::Examine(deed),
        Deed::Accept(deed) => Ask::Accept(act::accept::Ask {
            evidence: evidence(deed.evidence)?,
            dataset: deed.dataset,
            column: deed.column,
            kind: deed.kind,
            reason: deed.reason,
        }),
        Deed::Split(deed) => Ask::Split(deed),
        Deed::Seal(deed) => Ask::Seal(deed),
        Deed::Correct(deed) => Ask::Correct(act::correct::Ask {
            id: deed.id,
            label: deed.label,
            reason: deed.reason,
            corrections: deed.corrections,
            rewritten: deed.rewritten,
        }),
        Deed::Withdraw(deed) => Ask::Withdraw(act::withdraw::Ask {
            person: deed.person,
            column: deed.column,
            reason: deed.reason,
            rewritten: deed.rewritten,
            windows: deed.windows,
            destroyed: deed.destroyed,
            journal_lines: deed.journal_lines,
        }),
        Deed::Run(deed) => Ask::Run(act::run::Ask {
            development: deed
                .development
                .map(|gate| evidence(gate.evidence))
                .transpose()?,
            stages: deed.stages,
            model: deed.model,
        }),
        Deed::Propose(deed) => Ask::Propose(act::propose::Ask {
            run: deed.run,
            modification: deed.modification,
            summary: deed.summary,
        }),
        Deed::Look(deed) => Ask::Look(act::look::Ask {
            dataset: deed.dataset,
            purpose: deed.purpose,
        }),
        Deed::Open(deed) => Ask::Open(act::open::Ask {
            change: deed.change,
        }),
        Deed::Judge(deed) => Ask::Judge(act::judge::Ask {
            change: deed.change,
            evidence: evidence(deed.evidence)?,
        }),
        Deed::Assess(deed) => Ask::Assess(act::assess::Ask {
            change: deed.change,
            answers: deed.answers,
        }),
        Deed::Sign(deed) => Ask::Sign(act::sign::Ask {
            change: deed.change,
            role: deed.role,
            meaning: deed.meaning,
            reason: deed.reason,
        }),
        Deed::Release(deed) => Ask::Release(act::release::Ask {
            change: deed.change,
        }),
        Deed::RollBack(deed) => Ask::RollBack(act::roll_back::Ask {
            to: deed.to,
            reason: match deed.trigger {
                act::roll_back::Trigger::Person { reason } => reason,
                act::roll_back::Trigger::Policy { .. } => String::new(),
            },
        }),
        Deed::Explain(deed) => Ask::Explain(deed),
        Deed::Window(deed) => Ask::Window(act::window::Ask {
            evidence: evidence(deed.evidence)?,
            window: deed.window,
            release: deed.release,
            n: deed.n,
            labelled: deed.labelled,
            predictions: deed.predictions,
        }),
        Deed::OpenFinding(deed) => Ask::OpenFinding(act::finding::OpenAsk {
            alert: deed.alert,
            title: deed.title,
            containment: deed.containment,
        }),
        Deed::AnalyseFinding(deed) => Ask::AnalyseFinding(deed),
        Deed::CloseFinding(deed) => Ask::CloseFinding(deed),
        Deed::Document(deed) => Ask::Document(deed),
    }))
}

fn freeze(deed: act::freeze::Freeze, library: &dyn Library) -> Result<act::freeze::Ask, Digest> {
    let digest_of = |name| {
        deed.specs
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.digest)
    };
    let team = match digest_of(galen_spec::Name::Team) {
        Some(digest) => Some(Held {
            digest,
            value: library.team(&digest).ok_or(digest)?,
        }),
        None => None,
    };
    let protocol = match digest_of(galen_spec::Name::Protocol) {
        Some(digest) => Some(Held {
            digest,
            value: library.protocol(&digest).ok_or(digest)?,
        }),
        None => None,
    };
    Ok(act::freeze::Ask {
        specs: deed.specs,
        team,
        protocol,
    })
}
