//! The model card of the live release: one short page.

use super::{Document, design, labelling};
use crate::book::{Book, artifact, not_reported, table};
use crate::page::{Block, Column, Page, Source, Span};
use crate::plot::{Importance, ImportanceRow, Plot};

/// The model card.
///
/// # Source
/// FDA draft guidance on AI-enabled device software functions (January 2025), appendix on the model card; CHAI Applied Model Card.
pub struct ModelCard;

impl Document for ModelCard {
    fn id(&self) -> &'static str {
        "model-card"
    }

    fn title(&self) -> &'static str {
        "Model card"
    }

    fn source(&self) -> &'static str {
        "FDA draft guidance on AI-enabled device software functions (January 2025), model card"
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "Performance")];
        body.extend(labelling::performance(book));
        body.push(Block::heading(1, "Limitations"));
        body.extend(labelling::limitations(book));
        body.push(Block::heading(1, "Use"));
        match &book.specs.intent {
            Some(intent) => body.push(Block::text(&intent.value.intended_use)),
            None => body.push(not_reported(
                "the intended use is not frozen",
                "galen freeze intent",
            )),
        }
        body.extend(labelling::contraindications(book));
        body.push(Block::heading(1, "Model"));
        body.extend(live(book));
        body.push(Block::heading(1, "What it leans on"));
        body.extend(explanation(book));
        book.page(self.title(), self.source(), body)
    }
}

fn live(book: &Book) -> Vec<Block> {
    match book.state.live_release() {
        Some(live) => {
            // A release that was rolled back to is live since the rollback.
            let returned = book
                .state
                .rollbacks
                .iter()
                .rev()
                .find(|(_, back)| back.to.as_ref() == Some(&live.id));
            let entry = returned.map_or(live.entry, |(entry, _)| *entry);
            vec![
                Block::Paragraph(vec![
                    Span::text(format!("{}, live since ", live.id)),
                    Span::number(format!("{:.0}", live.since), Source::Entry(entry)),
                    Span::text("."),
                ]),
                design::model(&live.model),
            ]
        }
        None => vec![not_reported("no release is live", "galen release CHANGE")],
    }
}

/// Mean absolute contributions of the inputs of each explained release.
pub(super) fn explanation(book: &Book) -> Vec<Block> {
    if book.state.explained.is_empty() {
        return vec![not_reported(
            "no release was explained",
            "galen explain shap",
        )];
    }
    let unexplained = book
        .state
        .releases
        .iter()
        .filter(|release| !book.state.explained.contains_key(&release.id));
    let mut blocks: Vec<Block> = unexplained
        .map(|release| {
            not_reported(
                &format!(
                    "no explanation of {}, {}, was recorded",
                    release.id, release.state
                ),
                &format!("galen explain shap --release {}", release.id),
            )
        })
        .collect();
    for (release, (_, explain)) in &book.state.explained {
        let Some(evidence) = book.evidence_of(&explain.evidence) else {
            blocks.push(not_reported(
                &format!("the explanation of {release} is not at hand"),
                "galen verify",
            ));
            continue;
        };
        let scale: String =
            crate::book::detail(&evidence, "scale").unwrap_or_else(|| "scale not reported".into());
        let mut features: Vec<_> = evidence
            .rows
            .iter()
            .filter_map(|row| Some((row.quantity.strip_prefix("shap/")?, row)))
            .collect();
        features.sort_by(|(_, a), (_, b)| {
            let value = |x: Option<f64>| x.unwrap_or(f64::NEG_INFINITY);
            value(b.estimate.value).total_cmp(&value(a.estimate.value))
        });
        if features.is_empty() {
            blocks.push(not_reported(
                &format!("the explanation of {release} has no row"),
                "galen explain shap",
            ));
            continue;
        }
        let bars = features.iter().map(|(feature, row)| ImportanceRow {
            label: (*feature).to_owned(),
            value: row.estimate.value,
            low: row.estimate.low,
            high: row.estimate.high,
        });
        blocks.push(Block::Paragraph(vec![
            Span::text(format!("{release}, by the method {}: ", explain.method)),
            Span::number("evidence", artifact(&explain.evidence)),
            Span::text(". It says what the score leans on, not what causes the outcome."),
        ]));
        blocks.push(Block::Figure {
            caption: format!("Mean absolute contribution of each input to the score of {release} ({scale})."),
            alt: format!("Inputs of {release} in the order of their mean absolute contribution; the table has the same numbers."),
            plot: Plot::Importance(Importance {
                quantity: format!("Mean of |SHAP value|, {scale}"),
                rows: bars.collect(),
            }),
        });
        let rows = features.iter().map(|(feature, row)| {
            vec![
                (*feature).into(),
                book.estimate(&row.estimate, &explain.evidence, &[]),
            ]
        });
        let columns = vec![
            Column::name("Input"),
            Column::text("Mean absolute contribution"),
        ];
        blocks.extend(table("", columns, rows.collect()));
    }
    blocks
}
