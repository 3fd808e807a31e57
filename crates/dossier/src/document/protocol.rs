//! The plan of validation, as it was frozen before anything was measured.

use galen_control::Held;
use galen_spec::Name;
use galen_spec::protocol::{
    Criterion, CriterionKind, Difference, Endpoint, Procedure, Protocol as Plan, ReferenceSet,
    Spending, Subgroup,
};

use super::Document;
use super::regulation::Section;
use crate::book::{Book, not_reported, recorded, table, word, written};
use crate::page::{Badge, Block, Cell, Column, NoteKind, Page, Span, Tone};

/// The validation protocol.
///
/// # Source
/// FDA/Health Canada/MHRA GMLP 2021, principle 8; SPIRIT-AI 2020 (what a protocol states); Regulation (EU) 2017/745, Annex II, 6.1, or 2017/746, Annex II.
pub struct Protocol;

const SECTION: Section = Section {
    devices: "Regulation (EU) 2017/745, Annex II, 6.1; GMLP 2021, principle 8",
    diagnostics: "Regulation (EU) 2017/746, Annex II; GMLP 2021, principle 8",
    either: "Regulation (EU) 2017/745, Annex II, 6.1, or (EU) 2017/746, Annex II; GMLP 2021, principle 8",
};

impl Document for Protocol {
    fn id(&self) -> &'static str {
        "protocol"
    }

    fn title(&self) -> &'static str {
        "Validation protocol"
    }

    fn source(&self) -> &'static str {
        SECTION.either
    }

    fn source_of(&self, book: &Book) -> &'static str {
        SECTION.of(book)
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "When it was declared")];
        body.extend(declared(book));
        body.extend(plan(book, 1));
        book.page(self.title(), self.source_of(book), body)
    }
}

/// When the protocol was frozen, and whether that was before the first look.
pub(super) fn declared(book: &Book) -> Vec<Block> {
    let Some(frozen) = book.state.frozen.get(&Name::Protocol) else {
        return vec![not_reported(
            "the validation protocol is not frozen",
            "galen freeze protocol",
        )];
    };
    let post_hoc = book
        .state
        .criteria
        .values()
        .filter(|post_hoc| **post_hoc)
        .count();
    let judgement = match post_hoc {
        0 => Block::note(
            NoteKind::Info,
            "Every criterion was declared before the reference set was looked at.",
        ),
        n => Block::note(
            NoteKind::Warn,
            format!(
                "{n} criteria were declared after the reference set had been looked at: they are post hoc and can carry no release."
            ),
        ),
    };
    let facts = vec![
        (
            "Version".into(),
            Cell(vec![recorded(frozen.version.into(), frozen.entry)]),
        ),
        ("Frozen at".into(), format!("{:.0}", frozen.at).into()),
        ("Frozen by".into(), book.actor(&frozen.by).into()),
        (
            "Digest".into(),
            Cell::from(Span::code(frozen.digest.to_string())),
        ),
    ];
    vec![judgement, Block::KeyValues(facts)]
}

/// Sets, threshold, subgroups, perturbations, endpoints and criteria.
pub(super) fn plan(book: &Book, level: u8) -> Vec<Block> {
    let Some(Held { value: plan, .. }) = &book.specs.protocol else {
        return vec![not_reported(
            "the validation protocol is not frozen",
            "galen freeze protocol",
        )];
    };
    let mut blocks = vec![Block::heading(level, "Sets and threshold"), sets(plan)];
    blocks.push(Block::text(format!(
        "Threshold {}. {}",
        plan.threshold, plan.threshold_rationale
    )));
    blocks.push(Block::heading(level, "Criteria"));
    blocks.push(Block::text(
        "A required criterion passes only if the whole interval clears its bound; one that the set cannot decide is inconclusive and blocks. A descriptive one that does not pass becomes a limitation in the labelling.",
    ));
    blocks.extend(criteria(plan));
    blocks.extend(families(plan));
    blocks.push(Block::heading(level, "Endpoints"));
    let endpoints = plan.endpoints.iter().map(|endpoint| {
        vec![
            endpoint.title.clone().into(),
            Cell::from(Span::code(&endpoint.metric)),
            of_whom(plan, endpoint).into(),
        ]
    });
    let columns = vec![
        Column::name("Endpoint"),
        Column::text("Metric"),
        Column::text("In whom, compared with what"),
    ];
    blocks.extend(table("", columns, endpoints.collect()));
    let subgroups = plan
        .subgroups
        .iter()
        .map(|group| vec![group.title.clone().into(), rule_of(group).into()]);
    blocks.extend(table(
        "Subgroups",
        vec![Column::name("Subgroup"), Column::text("Who belongs to it")],
        subgroups.collect(),
    ));
    let disturbed = plan.perturbations.iter().map(|one| {
        let params: Vec<String> = one
            .params
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        vec![
            Cell::from(Span::code(&one.id)),
            format!("{} of {}", word(&one.perturbation), one.columns.join(", ")).into(),
            if params.is_empty() {
                "–".into()
            } else {
                params.join(", ").into()
            },
            one.source.clone().into(),
        ]
    });
    let columns = vec![
        Column::name("Perturbation"),
        Column::text("What"),
        Column::text("Size"),
        Column::text("Why this size"),
    ];
    blocks.extend(table("Perturbations", columns, disturbed.collect()));
    blocks
}

/// The levels at which a criterion may be asked, and its own where looks or a family share the error.
fn level(plan: &Plan, criterion: &Criterion) -> String {
    let own = written(criterion.level, 2);
    let levels = plan.levels_of(criterion);
    if levels == [criterion.level] {
        return own;
    }
    let digits = |level: &f64| written(*level, 4);
    let levels = match levels.as_slice() {
        [strictest, .., loosest] => format!("{} to {}", digits(strictest), digits(loosest)),
        _ => levels.iter().map(digits).collect(),
    };
    let shared = match (plan.family_of(criterion), plan.reference_set.spending) {
        (Some(family), None) => format!("the family {}", family.id),
        (Some(family), Some(_)) => format!("all looks and the family {}", family.id),
        (None, _) => "all looks".to_owned(),
    };
    format!("{levels}, {own} over {shared}")
}

/// The families of criteria, the primary one first.
fn families(plan: &Plan) -> Vec<Block> {
    if plan.families.is_empty() {
        return Vec::new();
    }
    let rows = plan.families.iter().map(|family| {
        let how = match family.procedure {
            Procedure::Holm => {
                "Holm: the surest first, at the share of all that are left".to_owned()
            }
            Procedure::Hochberg => {
                "Hochberg: the least sure first; right where the numbers depend positively"
                    .to_owned()
            }
            Procedure::FixedSequence => {
                "in this order, each at the whole error, until one is not met".to_owned()
            }
            Procedure::Graphical => {
                let start = |(id, share): (&String, &f64)| format!("{id} {share}");
                let starts: Vec<String> = family.weights.iter().map(start).collect();
                let arrows = family.transitions.iter().flat_map(|(from, to)| {
                    to.iter()
                        .map(move |(to, share)| format!("{from} to {to} {share}"))
                });
                let arrows: Vec<String> = arrows.collect();
                format!(
                    "a graph that starts with {}; when one is met its share goes on: {}",
                    starts.join(", "),
                    arrows.join(", ")
                )
            }
        };
        vec![
            Cell::from(Span::code(&family.id)),
            family.criteria.join(", ").into(),
            how.into(),
        ]
    });
    let columns = vec![
        Column::name("Family"),
        Column::text("Criteria"),
        Column::text("How they share the error"),
    ];
    let mut blocks = vec![Block::text(
        "Criteria of a family are claimed one by one and share the error of their level. A later family is asked only if every criterion of those before it was met.",
    )];
    blocks.extend(table("Families of criteria", columns, rows.collect()));
    blocks
}

/// How the looks share the error.
fn shared(set: &ReferenceSet) -> &'static str {
    match set.spending {
        None => "",
        Some(Spending::Equal) => {
            ", which share the error equally (right if no candidate was made by what an earlier look had shown)"
        }
        Some(Spending::Adaptive) => {
            ", which share the error over the tree of answers (right if of earlier looks only the verdicts were used)"
        }
    }
}

fn sets(plan: &Plan) -> Block {
    let set = &plan.reference_set;
    Block::KeyValues(vec![
        (
            "Reference set".into(),
            format!(
                "{}, sealed; at most {} looks{}",
                set.dataset,
                set.looks,
                shared(set)
            )
            .into(),
        ),
        (
            "Expected in it".into(),
            format!(
                "{} cases, {} of them diseased",
                set.expected_cases, set.expected_diseased
            )
            .into(),
        ),
        (
            "Development set".into(),
            format!("{}; its gates bind nothing", plan.development_set.dataset).into(),
        ),
    ])
}

fn criteria(plan: &Plan) -> Option<Block> {
    let rows = plan.criteria.iter().map(|criterion| {
        let kind = match criterion.kind {
            CriterionKind::Required => Badge::new(Tone::Neutral, "required"),
            CriterionKind::Descriptive => Badge::new(Tone::Neutral, "descriptive"),
        };
        let applies = if criterion.updates_only {
            " (updates only)"
        } else {
            ""
        };
        let endpoint = plan.endpoint(&criterion.endpoint);
        vec![
            Cell(vec![Span::code(&criterion.id), Span::text(applies)]),
            kind.into(),
            endpoint
                .map_or_else(
                    || criterion.endpoint.clone(),
                    |endpoint| endpoint.title.clone(),
                )
                .into(),
            Cell::from(Span::code(criterion.rule.to_string())),
            level(plan, criterion).into(),
            criterion.rationale.clone().into(),
        ]
    });
    let columns = vec![
        Column::name("Criterion"),
        Column::text("Kind"),
        Column::text("Endpoint"),
        Column::text("Bound"),
        Column::number("Level"),
        Column::text("Why this bound"),
    ];
    table("", columns, rows.collect())
}

fn of_whom(plan: &Plan, endpoint: &Endpoint) -> String {
    let title = |id: &String| {
        plan.subgroup(id)
            .map_or_else(|| id.clone(), |group| group.title.clone())
    };
    let mut words = endpoint
        .subgroup
        .as_ref()
        .map_or_else(|| "everybody".to_owned(), title);
    if let Some(under) = &endpoint.under {
        words.push_str(&format!(", under {}", word(under)));
    }
    match &endpoint.difference {
        Some(Difference::Between([first, second])) => {
            format!("{} minus {}", title(first), title(second))
        }
        Some(Difference::DropUnder(id)) => format!("{words}, undisturbed minus under {}", word(id)),
        Some(Difference::ToReleased) => format!("{words}, candidate minus live release"),
        None => words,
    }
}

fn rule_of(group: &Subgroup) -> String {
    let mut rules = Vec::new();
    rules.extend(
        group
            .equals
            .as_ref()
            .map(|value| format!("{} is {value}", group.column)),
    );
    rules.extend(
        group
            .at_least
            .map(|bound| format!("{} at least {bound}", group.column)),
    );
    rules.extend(
        group
            .below
            .map(|bound| format!("{} below {bound}", group.column)),
    );
    rules.join(", ")
}
