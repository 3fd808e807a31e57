//! What users are told: the intended use, what was shown, what was not, and how the device is watched.

use galen_control::Release;
use galen_control::act::run::ModelFacts;
use galen_control::judge::{CriterionResult, Outcome};
use galen_spec::Name;
use galen_spec::monitor::Action;
use galen_spec::protocol::Difference;

use super::Document;
use super::regulation::Section;
use crate::book::{Book, not_reported, outcome_badge, recorded, stale, table, word};
use crate::page::{Block, Cell, Column, NoteKind, Page, Span};

/// Information that the manufacturer supplies with the device.
///
/// # Source
/// Regulation (EU) 2017/745, Annex I, 23.4, or 2017/746, Annex I, 20.4, and Annex II, 2, of both; N88 principle 9.
pub struct Labelling;

const SECTION: Section = Section {
    devices: "Regulation (EU) 2017/745, Annex I, 23.4",
    diagnostics: "Regulation (EU) 2017/746, Annex I, 20.4",
    either: "Regulation (EU) 2017/745, Annex I, 23.4, or (EU) 2017/746, Annex I, 20.4",
};

impl Document for Labelling {
    fn id(&self) -> &'static str {
        "labelling"
    }

    fn title(&self) -> &'static str {
        "Instructions for use"
    }

    fn source(&self) -> &'static str {
        SECTION.either
    }

    fn source_of(&self, book: &Book) -> &'static str {
        SECTION.of(book)
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "Intended use")];
        body.extend(intended_use(book));
        body.push(Block::heading(1, "Do not use"));
        body.extend(contraindications(book));
        body.push(Block::heading(1, "Performance of the live release"));
        body.extend(performance(book));
        body.push(Block::heading(1, "Limitations"));
        body.extend(limitations(book));
        body.push(Block::heading(1, "How the device is watched"));
        body.extend(watched(book));
        book.page(self.title(), self.source_of(book), body)
    }
}

/// Purpose, patients, users, environment, output and workflow, as declared.
pub(super) fn intended_use(book: &Book) -> Vec<Block> {
    let Some(intent) = &book.specs.intent else {
        return vec![not_reported(
            "the intended use is not frozen",
            "galen freeze intent",
        )];
    };
    let intent = &intent.value;
    let mut blocks = vec![Block::text(&intent.intended_use)];
    blocks.push(Block::KeyValues(vec![
        ("Device".into(), intent.device.clone().into()),
        ("Manufacturer".into(), intent.manufacturer.clone().into()),
        ("Patients".into(), intent.population.clone().into()),
        ("Environment".into(), intent.environment.clone().into()),
        ("Output".into(), intent.output.clone().into()),
        (
            "Place in the workflow".into(),
            intent.workflow.clone().into(),
        ),
    ]));
    let said = intent
        .indications
        .iter()
        .map(|one| vec![one.text.clone().into()]);
    blocks.extend(table(
        "Indications",
        vec![Column::text("For whom it is meant")],
        said.collect(),
    ));
    let users = intent
        .users
        .iter()
        .map(|user| vec![user.who.clone().into(), user.training.clone().into()]);
    blocks.extend(table(
        "Users",
        vec![Column::name("User"), Column::text("Must have learned")],
        users.collect(),
    ));
    blocks
}

/// For whom and for what the device must not be used.
pub(super) fn contraindications(book: &Book) -> Vec<Block> {
    let Some(intent) = &book.specs.intent else {
        return vec![not_reported(
            "contraindications are not frozen",
            "galen freeze intent",
        )];
    };
    let said: Vec<Vec<Span>> = intent
        .value
        .contraindications
        .iter()
        .map(|one| vec![Span::text(&one.text)])
        .collect();
    if said.is_empty() {
        return vec![Block::note(
            NoteKind::Warn,
            "The frozen intent names no contraindication.",
        )];
    }
    vec![Block::List(said)]
}

/// The results of the verdict that a release rests on.
pub(super) fn results_of(book: &Book, release: &Release) -> Option<Vec<CriterionResult>> {
    book.results(book.state.changes.get(&release.change)?)
}

/// The live release with its results, or what is not reported and the command that makes it.
fn live_results<'a>(
    book: &Book<'a>,
) -> Result<(&'a Release, Vec<CriterionResult>), (&'static str, &'static str)> {
    let live = book
        .state
        .live_release()
        .ok_or(("no release is live", "galen release CHANGE"))?;
    let results = results_of(book, live).ok_or((
        "the evidence of the verdict on the live release is not at hand, or another protocol is in force now",
        "galen dossier build validation-report",
    ))?;
    Ok((live, results))
}

/// What the live release reached, with intervals.
pub(super) fn performance(book: &Book) -> Vec<Block> {
    let (live, results) = match live_results(book) {
        Ok(found) => found,
        Err((what, command)) => return vec![not_reported(what, command)],
    };
    let change = book.state.changes.get(&live.change);
    let Some(judged) = change.and_then(|change| change.judged.as_ref()) else {
        return vec![not_reported(
            "the live release has no verdict",
            "galen gate CHANGE",
        )];
    };
    let asked = |result: &&CriterionResult| result.result != Outcome::NotApplicable;
    let rows = results.iter().filter(asked).map(|result| {
        let mut measured = book.estimate(&result.estimate, &judged.judge.evidence, &[]);
        if let Some(columns) = unused(book, &live.model, result) {
            measured
                .0
                .push(Span::text(format!(" ({})", does_not_use(columns))));
        }
        vec![
            result.title.clone().into(),
            group(book, result).into(),
            measured,
        ]
    });
    let columns = vec![
        Column::name("What was measured"),
        Column::text("In whom"),
        Column::text("Result"),
    ];
    let rows: Vec<Vec<Cell>> = rows.collect();
    let mut blocks: Vec<Block> = change.and_then(stale).into_iter().collect();
    blocks.push(Block::Paragraph(vec![
        Span::text(format!(
            "{} was judged on the reference set, at look ",
            live.id
        )),
        recorded(judged.judge.look.into(), judged.entry),
        Span::text(" on that set. Intervals are at the level of 0.95 unless another is written."),
    ]));
    blocks.extend(table("", columns, rows));
    blocks
}

/// The name of the group that a criterion is about.
pub(super) fn group(book: &Book, result: &CriterionResult) -> String {
    let protocol = book.specs.protocol.as_ref().map(|held| &held.value);
    let title = |id: &str| {
        let subgroup = protocol.and_then(|protocol| protocol.subgroup(id));
        subgroup.map_or_else(|| id.to_owned(), |subgroup| subgroup.title.clone())
    };
    match &result.by {
        Some(by) => by
            .split(" minus ")
            .map(title)
            .collect::<Vec<_>>()
            .join(" minus "),
        None => "everybody".to_owned(),
    }
}

/// What could not be shown of the live release.
pub(super) fn limitations(book: &Book) -> Vec<Block> {
    let (live, results) = match live_results(book) {
        Ok(found) => found,
        Err((what, command)) => return vec![not_reported(what, command)],
    };
    let Some(judged) = book
        .state
        .changes
        .get(&live.change)
        .and_then(|change| change.judged.as_ref())
    else {
        return vec![not_reported(
            "the live release has no verdict",
            "galen gate CHANGE",
        )];
    };
    let limited: Vec<&CriterionResult> = results
        .iter()
        .filter(|result| judged.judge.limitations.contains(&result.id))
        .collect();
    if limited.is_empty() {
        return vec![Block::text(format!(
            "Every descriptive criterion of {} passed.",
            live.id
        ))];
    }
    let rows = limited.iter().map(|result| {
        let mut why = match result.result {
            Outcome::Fail => "Shown not to reach the bound.",
            _ => "The reference set could not decide it; do not rely on it.",
        }
        .to_owned();
        if let Some(columns) = unused(book, &live.model, result) {
            why.push_str(&format!(
                " The disturbance changes nothing: {}.",
                does_not_use(columns)
            ));
        }
        vec![
            format!("{}, {}", result.title, group(book, result)).into(),
            book.estimate(&result.estimate, &judged.judge.evidence, &bounds(result)),
            Cell::from(Span::code(result.rule.to_string())),
            outcome_badge(result.result).into(),
            why.into(),
        ]
    });
    let columns = vec![
        Column::name("What was asked"),
        Column::text("Result"),
        Column::text("Bound"),
        Column::text("Outcome"),
        Column::text("What this means"),
    ];
    let mut blocks = vec![Block::text(format!(
        "For {} these questions were not answered in its favour. They bind no release; users are told.",
        live.id
    ))];
    blocks.extend(table("", columns, rows.collect()));
    blocks
}

/// The columns that the perturbation of a criterion disturbs, if the model uses none of them: the result is then the
/// undisturbed one, and shows nothing of the disturbance.
pub(super) fn unused<'a>(
    book: &Book<'a>,
    model: &ModelFacts,
    result: &CriterionResult,
) -> Option<&'a [String]> {
    let protocol = &book.specs.protocol.as_ref()?.value;
    let endpoint = protocol.endpoint(&result.endpoint)?;
    let touched = |id: &String| {
        let columns = protocol.perturbation(id)?.columns.as_slice();
        let used = columns.iter().any(|column| model.inputs.contains(column));
        (!used).then_some(columns)
    };
    match (&endpoint.under, &endpoint.difference) {
        (Some(under), Some(Difference::DropUnder(drop))) => touched(under).and(touched(drop)),
        (Some(id), _) | (None, Some(Difference::DropUnder(id))) => touched(id),
        _ => None,
    }
}

/// Why a disturbance of these columns shows nothing.
pub(super) fn does_not_use(columns: &[String]) -> String {
    format!("the model does not use {}", columns.join(" or "))
}

/// The bounds that a written interval must not be rounded over.
pub(super) fn bounds(result: &CriterionResult) -> Vec<f64> {
    match result.rule {
        galen_spec::Rule::LowerAtLeast(bound) | galen_spec::Rule::UpperAtMost(bound) => vec![bound],
        galen_spec::Rule::Inside(low, high) => vec![low, high],
        galen_spec::Rule::Report => Vec::new(),
    }
}

fn watched(book: &Book) -> Vec<Block> {
    let Some(monitor) = &book.specs.monitor else {
        return vec![not_reported(
            "the monitoring plan is not frozen",
            "galen freeze monitor",
        )];
    };
    let monitor = &monitor.value;
    let by_itself = monitor
        .checks
        .iter()
        .filter(|check| check.action == Action::RollBack)
        .count();
    vec![
        Block::Paragraph(vec![
            Span::text(format!("Each {} of use is asked ", word(&monitor.window))),
            book.declared(Name::Monitor, monitor.checks.len()),
            Span::text(" questions; "),
            book.declared(Name::Monitor, by_itself),
            Span::text(
                " of them can take a release out of use without waiting for a person. Every such act stands on the ledger.",
            ),
        ]),
        Block::text(
            "The version in use stands beside each score. Report a score that you believe is wrong to the manufacturer; the contact of the manufacturer is not reported in the declared files.",
        ),
    ]
}
