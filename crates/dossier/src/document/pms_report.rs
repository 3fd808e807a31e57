//! Post-market surveillance: windows of use, alerts, rollbacks and findings.

mod windows;

use galen_control::act::roll_back::Trigger;
use galen_control::act::window::{CheckOutcome, Window};
use galen_control::{AlertState, Finding, FindingState};
use galen_spec::Name;
use galen_spec::monitor::{Action, Check, Limit};

use super::Document;
use super::regulation::Section;
use crate::book::{
    Book, artifact, counted, not_reported, p_written, recorded, table, word, written,
};
use crate::page::{Badge, Block, Cell, Column, NoteKind, Page, Source, Span, Tone};

/// The report on the time in use.
///
/// # Source
/// Regulation (EU) 2017/745, Articles 85 and 86, or 2017/746, Articles 80 and 81, and Annex III of both; ISO 14971:2019, clause 10; N88 principle 10.
pub struct PmsReport;

const SECTION: Section = Section {
    devices: "Regulation (EU) 2017/745, Articles 85 and 86 and Annex III",
    diagnostics: "Regulation (EU) 2017/746, Articles 80 and 81 and Annex III",
    either: "Regulation (EU) 2017/745, Articles 85 and 86 and Annex III, or (EU) 2017/746, Articles 80 and 81 and Annex III",
};

impl Document for PmsReport {
    fn id(&self) -> &'static str {
        "pms-report"
    }

    fn title(&self) -> &'static str {
        "Post-market surveillance report"
    }

    fn source(&self) -> &'static str {
        SECTION.either
    }

    fn source_of(&self, book: &Book) -> &'static str {
        SECTION.of(book)
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "Conclusion")];
        body.extend(conclusion(book));
        body.extend(surveillance(book, 1));
        book.page(self.title(), self.source_of(book), body)
    }
}

/// Rollbacks, alerts, findings, then the windows that they come from.
pub(super) fn surveillance(book: &Book, level: u8) -> Vec<Block> {
    let mut blocks = vec![Block::heading(level, "Rollbacks")];
    blocks.extend(rollbacks(book));
    blocks.push(Block::heading(level, "Alerts"));
    blocks.extend(alerts(book));
    blocks.push(Block::heading(level, "Findings"));
    blocks.extend(findings(book));
    blocks.push(Block::heading(level, "Windows of use"));
    blocks.extend(windows::windows(book, level + 1));
    blocks
}

fn conclusion(book: &Book) -> Vec<Block> {
    let state = book.state;
    if state.windows.is_empty() {
        return vec![not_reported(
            "no window of use was closed",
            "galen monitor run",
        )];
    }
    let open = state
        .findings
        .iter()
        .filter(|one| one.state != FindingState::Closed);
    // A count leads to the last record that it counts; none has none.
    let count = |entries: Vec<u64>| {
        let n = entries.len() as u64;
        match entries.into_iter().max() {
            Some(last) => Cell(vec![recorded(n, last)]),
            None => Cell::from(counted(n)),
        }
    };
    let rows: [(&str, Vec<u64>); 5] = [
        (
            "Windows of use closed",
            state.windows.values().map(|facts| facts.entry).collect(),
        ),
        (
            "Alerts raised",
            state.alerts.iter().map(|alert| alert.entry).collect(),
        ),
        (
            "Releases rolled back",
            state.rollbacks.iter().map(|(entry, _)| *entry).collect(),
        ),
        (
            "Findings opened",
            state.findings.iter().map(|finding| finding.entry).collect(),
        ),
        (
            "Findings not closed",
            open.map(|finding| finding.entry).collect(),
        ),
    ];
    vec![Block::KeyValues(
        rows.into_iter()
            .map(|(what, entries)| (what.to_owned(), count(entries)))
            .collect(),
    )]
}

/// Each return to an earlier release: who, or which policy and who signed it.
pub(super) fn rollbacks(book: &Book) -> Vec<Block> {
    if book.state.rollbacks.is_empty() {
        return vec![Block::text("No release was rolled back.")];
    }
    let mut blocks = Vec::new();
    for (entry, back) in &book.state.rollbacks {
        let to = back
            .to
            .clone()
            .unwrap_or_else(|| "no model (the safe state)".into());
        let mut facts: Vec<(String, Cell)> = vec![
            ("From".into(), back.from.clone().into()),
            ("To".into(), to.clone().into()),
            (
                "Record".into(),
                Span::number(format!("entry {entry}"), Source::Entry(*entry)).into(),
            ),
        ];
        match &back.trigger {
            Trigger::Person { reason } => {
                facts.push(("Why".into(), reason.clone().into()));
                facts.push(("Who".into(), "a person, who signed the record".into()));
            }
            Trigger::Policy {
                check,
                window,
                policy,
                signers,
                evidence,
            } => {
                let measured = state_of(book, window, check, &back.from).map(|(outcome, _)| {
                    book.estimate(&outcome.estimate, evidence, &bounds(book, check))
                });
                let signers: Vec<String> = signers.iter().map(|id| book.person(id)).collect();
                facts.extend([
                    (
                        "Check".into(),
                        format!("{}, window {window}", word(check)).into(),
                    ),
                    (
                        "Measured".into(),
                        measured
                            .unwrap_or_else(|| Span::number("evidence", artifact(evidence)).into()),
                    ),
                    (
                        "Limit".into(),
                        check_of(book, check)
                            .map_or_else(|| "not reported".to_owned(), |check| limit(&check.limit))
                            .into(),
                    ),
                    ("Policy".into(), Cell::from(Span::code(policy.to_string()))),
                    ("Policy frozen by".into(), signers.join(", ").into()),
                    (
                        "Who".into(),
                        "system, by the frozen policy; no electronic signature".into(),
                    ),
                ]);
            }
        }
        blocks.push(Block::note(
            NoteKind::Warn,
            format!("{} was rolled back to {to}.", back.from),
        ));
        blocks.push(Block::KeyValues(facts));
    }
    blocks
}

fn check_of<'a>(book: &Book<'a>, id: &str) -> Option<&'a Check> {
    let monitor = book.specs.monitor.as_ref()?;
    monitor.value.checks.iter().find(|check| check.id == id)
}

fn state_of<'a>(
    book: &Book<'a>,
    window: &str,
    check: &str,
    release: &str,
) -> Option<(&'a CheckOutcome, &'a Window)> {
    let facts = book.state.windows.get(&format!("{window}/{release}"))?;
    let outcome = facts
        .window
        .checks
        .iter()
        .find(|outcome| outcome.check == check)?;
    Some((outcome, &facts.window))
}

fn alerts(book: &Book) -> Vec<Block> {
    let rows = book.state.alerts.iter().map(|alert| {
        let action = match alert.action {
            Action::Notify => "somebody is told",
            Action::RollBack => "rolled back if the release uses the column",
        };
        let opened = match alert.as_of {
            Some(date) => date.to_string(),
            None => format!("{:.0}", alert.opened),
        };
        vec![
            word(&alert.check).into(),
            alert.release.clone().into(),
            alert.windows.join(", ").into(),
            action.into(),
            Span::number(opened, Source::Entry(alert.entry)).into(),
            Badge::new(
                match alert.state {
                    AlertState::Open => Tone::Doubt,
                    AlertState::Closed => Tone::Good,
                },
                word(&alert.state),
            )
            .into(),
        ]
    });
    let columns = vec![
        Column::name("Check"),
        Column::text("Release"),
        Column::text("Windows"),
        Column::text("What follows"),
        Column::text("Opened"),
        Column::text("State"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![block],
        None => vec![Block::text("No check crossed its limit.")],
    }
}

/// Each finding with containment, cause, evidence and correction.
pub(super) fn findings(book: &Book) -> Vec<Block> {
    if book.state.findings.is_empty() {
        return vec![Block::text("No finding was opened.")];
    }
    book.state
        .findings
        .iter()
        .flat_map(|one| finding(book, one))
        .collect()
}

fn finding(book: &Book, finding: &Finding) -> Vec<Block> {
    let tone = if finding.state == FindingState::Closed {
        Tone::Good
    } else {
        Tone::Doubt
    };
    let opened = match finding.as_of {
        Some(date) => date.to_string(),
        None => format!("{:.0}", finding.opened),
    };
    let mut facts: Vec<(String, Cell)> = vec![
        ("What".into(), finding.title.clone().into()),
        (
            "State".into(),
            Badge::new(tone, finding.state.to_string()).into(),
        ),
        (
            "Opened".into(),
            Span::number(opened, Source::Entry(finding.entry)).into(),
        ),
        ("Opened by".into(), book.actor(&finding.by).into()),
        ("Containment".into(), finding.containment.clone().into()),
    ];
    let or_not =
        |text: &Option<String>| Cell::from(text.clone().unwrap_or_else(|| "not reported".into()));
    facts.push(("Cause".into(), or_not(&finding.cause)));
    facts.push(("Correction".into(), or_not(&finding.correction)));
    let mut blocks = vec![
        Block::Paragraph(vec![Span::strong(&finding.id)]),
        Block::KeyValues(facts),
    ];
    let Some(digest) = &finding.evidence else {
        blocks.push(not_reported(
            &format!("the cause of {} was not analysed", finding.id),
            &format!("galen finding analyse {}", finding.id),
        ));
        return blocks;
    };
    let evidence = book.evidence_of(digest);
    let rows = evidence
        .iter()
        .flat_map(|evidence| &evidence.rows)
        .map(|row| {
            let p = row.p_value.map_or_else(
                || Cell::from("–"),
                |p| Span::number(p_written(p), artifact(digest)).into(),
            );
            vec![
                row.title.clone().into(),
                book.estimate(&row.estimate, digest, &[]),
                p,
            ]
        });
    let columns = vec![
        Column::name("What the analysis measured"),
        Column::text("Estimate"),
        Column::number("Test"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => blocks.push(block),
        None => blocks.push(not_reported(
            "the analysis measured nothing, or its evidence is not at hand",
            "galen verify",
        )),
    }
    blocks
}

/// What a check measures, in words.
pub(super) fn quantity(check: &Check) -> String {
    let what = match check
        .params
        .get("metric")
        .or_else(|| check.params.get("test"))
        .and_then(|value| value.as_str())
    {
        Some(setting) => format!("{} ({})", word(&check.check), word(&setting)),
        None => word(&check.check),
    };
    match &check.column {
        Some(column) => format!("{what} of {column}"),
        None => what,
    }
}

fn bounds(book: &Book, check: &str) -> Vec<f64> {
    check_of(book, check)
        .map(|check| bounds_of(&check.limit))
        .unwrap_or_default()
}

fn bounds_of(limit: &Limit) -> Vec<f64> {
    match limit {
        Limit::LowerAbove(bound) | Limit::UpperBelow(bound) => vec![*bound],
        Limit::Outside([low, high]) => vec![*low, *high],
        Limit::PBelow(_) => Vec::new(),
    }
}

fn limit(limit: &Limit) -> String {
    match limit {
        Limit::LowerAbove(bound) => format!("the lower bound of the interval is above {bound}"),
        Limit::UpperBelow(bound) => format!("the upper bound of the interval is below {bound}"),
        Limit::Outside([low, high]) => format!("the whole interval lies outside {low} to {high}"),
        Limit::PBelow(bound) => format!("the p-value is below {bound}"),
    }
}

/// The plan of surveillance, as frozen.
pub(super) fn plan(book: &Book) -> Vec<Block> {
    let Some(monitor) = &book.specs.monitor else {
        return vec![not_reported(
            "the monitoring plan is not frozen",
            "galen freeze monitor",
        )];
    };
    let monitor = &monitor.value;
    let rows = monitor.checks.iter().map(|check| {
        let action = match check.action {
            Action::Notify => "notify",
            Action::RollBack => "roll back by itself",
        };
        vec![
            Cell::from(Span::code(&check.id)),
            quantity(check).into(),
            limit(&check.limit).into(),
            written(check.level, 2).into(),
            action.into(),
            check.rationale.clone().into(),
        ]
    });
    let columns = vec![
        Column::name("Check"),
        Column::text("Measures"),
        Column::text("Crosses when"),
        Column::number("Level"),
        Column::text("Action"),
        Column::text("Why"),
    ];
    let mut blocks = vec![Block::Paragraph(vec![
        book.declared(Name::Monitor, monitor.checks.len()),
        Span::text(format!(
            " checks are asked of each {} of use; drift is measured against {}. A rollback leads to the {}: {}",
            word(&monitor.window),
            monitor.reference,
            word(&monitor.rollback.to),
            monitor.rollback.rationale
        )),
    ])];
    blocks.extend(table("", columns, rows.collect()));
    blocks
}
