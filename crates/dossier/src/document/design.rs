//! Design: the stages, the runs, and where each model comes from.

use galen_control::act::run::ModelFacts;

use crate::book::{Book, not_reported, recorded, table};
use crate::page::{Block, Cell, Column, Source, Span};

/// The declared stages.
pub(super) fn stages(book: &Book) -> Vec<Block> {
    let Some(pipeline) = &book.specs.pipeline else {
        return vec![not_reported(
            "the pipeline is not frozen",
            "galen freeze pipeline",
        )];
    };
    let rows = pipeline.value.stages.iter().map(|stage| {
        let how = match (&stage.native, &stage.cmd) {
            (Some(native), _) => Cell::from(Span::code(native)),
            (None, Some(cmd)) => Cell::from(Span::code(cmd)),
            (None, None) => "not reported".into(),
        };
        vec![
            Cell::from(Span::code(&stage.name)),
            stage.title.clone().into(),
            how,
            stage.deps.join(", ").into(),
            stage.outs.join(", ").into(),
        ]
    });
    let columns = vec![
        Column::name("Stage"),
        Column::text("What it does"),
        Column::text("How"),
        Column::text("Reads"),
        Column::text("Writes"),
    ];
    table("", columns, rows.collect()).into_iter().collect()
}

/// Runs in their order, with what each learned from and the model it made.
pub(super) fn lineage(book: &Book) -> Vec<Block> {
    let mut runs: Vec<_> = book.state.runs.iter().collect();
    runs.sort_by_key(|(_, run)| run.entry);
    let rows = runs.into_iter().map(|(id, run)| {
        let release: Vec<&str> = book
            .state
            .releases
            .iter()
            .filter(|release| {
                run.model
                    .as_ref()
                    .is_some_and(|model| model.digest == release.model.digest)
            })
            .map(|release| release.id.as_str())
            .collect();
        let (training, model) = match &run.model {
            Some(model) => (
                model.training.join(", ").into(),
                Cell::from(Span::code(model.digest.to_string())),
            ),
            None => ("–".into(), Cell::from("no model")),
        };
        vec![
            Span::number(id.as_str(), Source::Entry(run.entry)).into(),
            format!(
                "{}{}",
                run.stages.join(", "),
                if run.cached { " (from the cache)" } else { "" }
            )
            .into(),
            training,
            model,
            if release.is_empty() {
                "–".into()
            } else {
                release.join(", ").into()
            },
            book.actor(&run.by).into(),
        ]
    });
    let columns = vec![
        Column::name("Run"),
        Column::text("Stages"),
        Column::text("Learned from"),
        Column::text("Model"),
        Column::text("Released as"),
        Column::text("By"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![
            Block::text(
                "The provenance of each stage (its inputs, parameters, environment and results, by digest) is named by the record of its run.",
            ),
            block,
        ],
        None => vec![not_reported("nothing was run", "galen run STAGE")],
    }
}

/// The datasets that are on the ledger, with their content.
pub(super) fn datasets(book: &Book) -> Vec<Block> {
    let rows = book.state.datasets.iter().flat_map(|(name, versions)| {
        versions.iter().map(move |version| {
            let origin = match version.drawn_from {
                Some(from) => book
                    .state
                    .datasets
                    .iter()
                    .find(|(_, all)| all.iter().any(|one| one.digest == from))
                    .map_or_else(
                        || "drawn".to_owned(),
                        |(source, _)| format!("drawn from {source}"),
                    ),
                None => "added".to_owned(),
            };
            let sealed = if book.state.is_destroyed(&version.digest) {
                ", destroyed since somebody withdrew"
            } else if book.state.sealed.contains_key(name) {
                ", sealed"
            } else {
                ""
            };
            vec![
                name.as_str().into(),
                Cell(vec![recorded(version.version.into(), version.entry)]),
                format!("{origin}{sealed}").into(),
                Cell(vec![recorded(version.bytes, version.entry)]),
                Cell::from(Span::code(version.digest.to_string())),
            ]
        })
    });
    let columns = vec![
        Column::name("Dataset"),
        Column::number("Version"),
        Column::text("Origin"),
        Column::number("Bytes"),
        Column::text("Digest"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![block],
        None => vec![not_reported(
            "no dataset was added",
            "galen data add PATH --name NAME",
        )],
    }
}

/// A model in words.
pub(super) fn model(model: &ModelFacts) -> Block {
    let params: Vec<String> = model
        .params
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    Block::KeyValues(vec![
        ("Algorithm".into(), model.algorithm.replace('_', " ").into()),
        ("Inputs".into(), model.inputs.join(", ").into()),
        (
            "Learned to tell".into(),
            Cell::from(Span::code(&model.truth)),
        ),
        ("Learned from".into(), model.training.join(", ").into()),
        (
            "Training parameters".into(),
            if params.is_empty() {
                "none".into()
            } else {
                params.join(", ").into()
            },
        ),
        (
            "Digest".into(),
            Cell::from(Span::code(model.digest.to_string())),
        ),
    ])
}
