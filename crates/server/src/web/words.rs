//! How states, times and records are said.

use galen_control::act::roll_back::Trigger;
use galen_control::act::window::Window;
use galen_control::judge::{Crossing, Verdict};
use galen_control::{ChangeState, Deed, FindingState, Record, ReleaseState};
use galen_dossier::book::{counted, verdict_badge, word};
use galen_dossier::{Badge, Cell, Source, Span, Tone};
use jiff::Timestamp;
use jiff::civil::Date;

/// To the minute, in UTC.
pub(super) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// When something was recorded, or the date of the replay that it was recorded for; leads to the record, on one line.
pub(super) fn dated(at: Timestamp, as_of: Option<Date>, entry: u64) -> Cell {
    let text = as_of.map_or_else(
        || at.strftime("%Y-%m-%d %H:%M").to_string(),
        |date| date.to_string(),
    );
    Cell::from(Span::number(text, Source::Entry(entry)))
}

/// The date that a replay stands at, where there is one, and the real time.
pub(super) fn when(at: Timestamp, as_of: Option<Date>) -> String {
    match as_of {
        Some(date) => format!("{date} (replayed), recorded {}", minute(at)),
        None => minute(at),
    }
}

pub(super) fn release_badge(state: ReleaseState) -> Badge {
    let tone = match state {
        ReleaseState::Live => Tone::Good,
        ReleaseState::Superseded => Tone::Neutral,
        ReleaseState::RolledBack => Tone::Bad,
    };
    Badge::new(tone, state.to_string())
}

pub(super) fn change_badge(state: ChangeState) -> Badge {
    let tone = match state {
        ChangeState::Released => Tone::Good,
        ChangeState::Rejected => Tone::Bad,
        ChangeState::Proposed | ChangeState::Judged | ChangeState::Assessed => Tone::Doubt,
    };
    Badge::new(tone, state.to_string())
}

pub(super) fn finding_badge(state: FindingState) -> Badge {
    let tone = match state {
        FindingState::Open => Tone::Bad,
        FindingState::Analysed => Tone::Doubt,
        FindingState::Closed => Tone::Good,
    };
    Badge::new(tone, state.to_string())
}

pub(super) fn crossing_badge(crossing: Crossing) -> Badge {
    match crossing {
        Crossing::Ok => Badge::new(Tone::Good, "ok"),
        Crossing::Crossed => Badge::new(Tone::Bad, "crossed"),
        Crossing::Inconclusive => Badge::inconclusive(),
        Crossing::NoData => Badge::neutral("no data"),
    }
}

pub(super) fn badge(verdict: Verdict) -> Span {
    Span::Status(verdict_badge(verdict))
}

/// A digest, short enough for a line; the whole stands where it leads.
pub(super) fn short(digest: &galen_store::Digest) -> String {
    digest.hex().chars().take(12).collect()
}

/// A digest in a table: its beginning, leading to what the server shows of it.
pub(super) fn named(digest: &galen_store::Digest) -> Cell {
    let text = format!("{}…", short(digest));
    Cell::from(Span::number(text, Source::Artifact(digest.to_string())))
}

/// The act in a word for a person.
pub(super) fn act(deed: &Deed) -> &'static str {
    match deed {
        Deed::Found(_) => "Founded",
        Deed::Enrol(_) => "Key enrolled",
        Deed::Freeze(_) => "Frozen",
        Deed::Authorise(_) => "Authorised",
        Deed::AddData(_) => "Data added",
        Deed::Examine(_) => "Examined",
        Deed::Accept(_) => "Anomaly accepted",
        Deed::Split(_) => "Divided",
        Deed::Seal(_) => "Sealed",
        Deed::Withdraw(_) => "Person withdrawn",
        Deed::Correct(_) => "Labels corrected",
        Deed::Run(_) => "Run",
        Deed::Propose(_) => "Proposed",
        Deed::Look(deed) if deed.opened.is_none() => "Look asked for",
        Deed::Look(_) => "Sealed set opened",
        Deed::Open(_) => "Reference set opened",
        Deed::Judge(_) => "Judged",
        Deed::Assess(_) => "Assessed",
        Deed::Sign(_) => "Signed",
        Deed::Release(_) => "Released",
        Deed::RollBack(_) => "Rolled back",
        Deed::Explain(_) => "Explained",
        Deed::Window(_) => "Window closed",
        Deed::OpenFinding(_) => "Finding opened",
        Deed::AnalyseFinding(_) => "Finding analysed",
        Deed::CloseFinding(_) => "Finding closed",
        Deed::Document(_) => "Document built",
    }
}

/// What a record says, in one line, with links to what it is about.
pub(super) fn sentence(record: &Record) -> Vec<Span> {
    let to = |name: &str, place: &str| Span::link(name, format!("/{place}/{name}"));
    let text = |text: String| vec![Span::Text(text)];
    match &record.deed {
        Deed::Found(deed) => text(format!("{}, device {}", deed.project, deed.device)),
        Deed::Enrol(deed) => text(format!("key of {}", deed.person)),
        Deed::Freeze(deed) => {
            let files: Vec<String> = deed.specs.iter().map(|spec| spec.name.file()).collect();
            text(files.join(", "))
        }
        Deed::Authorise(deed) => text(format!(
            "{} {} by {}",
            deed.kind, deed.number, deed.authority
        )),
        Deed::AddData(deed) => text(format!(
            "{} version {}, {} bytes",
            deed.name,
            deed.version,
            counted(deed.bytes)
        )),
        Deed::Examine(deed) => text(format!(
            "{} ({}): {} to stop, {} to weigh, {} to note",
            deed.dataset,
            word(&deed.examination),
            deed.stops,
            deed.warns,
            deed.notes
        )),
        Deed::Accept(deed) => text(format!(
            "{} in {}: {}; {}",
            deed.kind,
            deed.dataset,
            deed.in_words(),
            deed.reason
        )),
        Deed::Split(deed) => {
            let parts: Vec<String> = deed
                .parts
                .iter()
                .map(|part| format!("{} ({})", part.name, counted(part.cases)))
                .collect();
            text(format!("{} into {}", deed.dataset, parts.join(", ")))
        }
        Deed::Seal(deed) => text(format!(
            "{}, opened only by {}",
            deed.dataset, deed.custodian
        )),
        Deed::Withdraw(deed) => text(format!(
            "{} datasets without {} now, {} artifacts destroyed: {}",
            deed.rewritten.len(),
            deed.person,
            deed.destroyed.len(),
            deed.reason
        )),
        Deed::Correct(deed) => text(format!(
            "{} in {} datasets: {}",
            deed.label,
            deed.rewritten.len(),
            deed.reason
        )),
        Deed::Run(deed) => vec![
            to(&deed.id, "runs"),
            Span::text(format!(", {} stages", deed.stages.len())),
        ],
        Deed::Propose(deed) => {
            vec![
                to(&deed.change, "changes"),
                Span::text(format!(" from {}: {}", deed.run, deed.summary)),
            ]
        }
        Deed::Look(deed) => {
            let look = match &deed.opened {
                None => format!("{} of {} have asked", deed.asked.len(), deed.quorum),
                Some(opened) => match opened.looks_allowed {
                    None => format!("look {}", opened.look),
                    Some(allowed) => format!("look {} of {allowed}", opened.look),
                },
            };
            text(format!("{} for {}, {look}", deed.dataset, deed.purpose))
        }
        Deed::Open(deed) => vec![
            Span::text("for "),
            to(&deed.change, "changes"),
            Span::text(format!(", look {} of {}", deed.look, deed.looks_allowed)),
        ],
        Deed::Judge(deed) => vec![
            to(&deed.change, "changes"),
            Span::text(format!(" (look {} of {}) ", deed.look, deed.looks_allowed)),
            badge(deed.verdict),
        ],
        Deed::Assess(deed) => vec![
            to(&deed.change, "changes"),
            Span::text(format!(
                ": {}",
                deed.classification.us.class.word().replace('_', " ")
            )),
        ],
        Deed::Sign(deed) => {
            vec![
                to(&deed.change, "changes"),
                Span::text(format!(
                    " as {}, meaning {}",
                    deed.role,
                    word(&deed.meaning)
                )),
            ]
        }
        Deed::Release(deed) => {
            vec![
                to(&deed.release, "releases"),
                Span::text(" from "),
                to(&deed.change, "changes"),
            ]
        }
        Deed::RollBack(deed) => {
            let target = deed
                .to
                .as_ref()
                .map_or(Span::text("no model"), |to_release| {
                    to(to_release, "releases")
                });
            let why = match &deed.trigger {
                Trigger::Person { reason } => format!(": {reason}"),
                Trigger::Policy { check, window, .. } => {
                    format!(" by the frozen policy: {check} crossed in {window}")
                }
            };
            vec![
                to(&deed.from, "releases"),
                Span::text(" to "),
                target,
                Span::Text(why),
            ]
        }
        Deed::Explain(deed) => vec![
            to(&deed.release, "releases"),
            Span::text(format!(" by {}", deed.method)),
        ],
        Deed::Window(deed) => text(window(deed)),
        Deed::OpenFinding(deed) => text(format!("{}: {}", deed.finding, deed.title)),
        Deed::AnalyseFinding(deed) => text(format!("{}: {}", deed.finding, deed.cause)),
        Deed::CloseFinding(deed) => text(format!("{}: {}", deed.finding, deed.correction)),
        Deed::Document(deed) => vec![
            to(&deed.kind, "documents"),
            Span::text(format!(" from {} records", deed.size)),
        ],
    }
}

fn window(deed: &Window) -> String {
    let crossed: Vec<&str> = deed
        .checks
        .iter()
        .filter(|check| check.crossing == Crossing::Crossed)
        .map(|check| check.check.as_str())
        .collect();
    let crossed = if crossed.is_empty() {
        "nothing crossed".to_owned()
    } else {
        format!("crossed: {}", crossed.join(", "))
    };
    format!(
        "{} of {}, n {}, {} with outcome; {crossed}",
        deed.window,
        deed.release,
        counted(deed.n),
        counted(deed.labelled)
    )
}

#[cfg(test)]
mod tests {
    use galen_control::Actor;
    use galen_control::act::accept::Accept;
    use galen_spec::tfdv::Amendment;
    use galen_store::Digest;

    use super::*;

    #[test]
    fn an_acceptance_is_told_with_its_reason() {
        let digest = Digest::of(b"anything");
        let record = Record {
            by: Actor::Person("gil".to_owned()),
            at: Timestamp::UNIX_EPOCH,
            as_of: None,
            deed: Deed::Accept(Accept {
                dataset: "stays".to_owned(),
                data: digest,
                plan: digest,
                column: "ward".to_owned(),
                kind: "ENUM_TYPE_UNEXPECTED_STRING_VALUES".to_owned(),
                amendments: vec![Amendment::Texts {
                    values: vec!["C".to_owned()],
                }],
                reason: "A ward was opened.".to_owned(),
                evidence: digest,
            }),
        };
        assert_eq!(act(&record.deed), "Anomaly accepted");
        let told =
            "ENUM_TYPE_UNEXPECTED_STRING_VALUES in stays: ward may be `C`; A ward was opened.";
        assert_eq!(sentence(&record), [Span::text(told)]);
    }
}
