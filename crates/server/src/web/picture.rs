//! Pictures from recorded evidence.

use galen_control::judge::CriterionResult;
use galen_control::{Evidence, InForce};
use galen_dossier::Block;
use galen_dossier::book::{self, detail};
use galen_dossier::plot::{Calibration, Forest, ForestRow, Importance, ImportanceRow, Plot};
use galen_spec::Rule;

/// The ROC curve of an evaluation, if it has one.
pub(super) fn roc(evidence: &Evidence, whose: &str) -> Option<Block> {
    Some(Block::Figure {
        caption: "Sensitivity against the false positive rate. The mark is the declared threshold."
            .to_owned(),
        alt: format!("ROC curve of {whose}"),
        plot: Plot::Roc(book::roc(evidence, whose)?),
    })
}

/// Observed against predicted, if the evaluation has it.
pub(super) fn calibration(evidence: &Evidence, truth: &str) -> Option<Block> {
    let bins = book::calibration_bins(evidence);
    if bins.is_empty() {
        return None;
    }
    Some(Block::Figure {
        caption: "Tenths of the cases by score: mean score against the share that came true, with Wilson's interval."
            .to_owned(),
        alt: "Calibration: observed against predicted risk".to_owned(),
        plot: Plot::Calibration(Calibration {
            predicted: "Mean score".to_owned(),
            observed: format!("Observed share of {truth}"),
            bins,
        }),
    })
}

/// What a released model leans on, from its recorded explanation.
pub(super) fn importance(evidence: &Evidence) -> Option<Block> {
    let mut rows: Vec<ImportanceRow> = evidence
        .rows
        .iter()
        .filter_map(|row| {
            let label = row.quantity.strip_prefix("shap/")?.to_owned();
            let estimate = &row.estimate;
            Some(ImportanceRow {
                label,
                value: estimate.value,
                low: estimate.low,
                high: estimate.high,
            })
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| b.value.unwrap_or(0.0).total_cmp(&a.value.unwrap_or(0.0)));
    let scale: String = detail(evidence, "scale").unwrap_or_else(|| "score".to_owned());
    Some(Block::Figure {
        caption: "Mean absolute Shapley value of each input over the development set, with its interval over people."
            .to_owned(),
        alt: "What the model leans on, input by input".to_owned(),
        plot: Plot::Importance(Importance { quantity: format!("Mean |Shapley value|, {scale}"), rows }),
    })
}

/// Criteria with their bounds: one picture for each bound and kind of quantity, since they share an axis.
pub(super) fn criteria(results: &[CriterionResult], specs: &InForce) -> Vec<Block> {
    let mut groups: Vec<(String, Rule, Vec<ForestRow>)> = Vec::new();
    // A value without an interval decides nothing, and would stretch the axis; the table has it.
    for result in results
        .iter()
        .filter(|result| result.estimate.low.is_some())
    {
        let endpoint = specs
            .protocol
            .as_ref()
            .and_then(|held| held.value.endpoint(&result.endpoint));
        let differs = endpoint.is_some_and(|endpoint| endpoint.difference.is_some());
        let quantity = metric_name(&result.metric, differs);
        let row = ForestRow {
            label: result.title.clone(),
            value: result.estimate.value,
            low: result.estimate.low,
            high: result.estimate.high,
            // A narrow interval is written with more digits than leave room for it; the table has it.
            n: is_wide(&result.estimate).then_some(result.estimate.n),
        };
        match groups
            .iter_mut()
            .find(|(name, rule, _)| *name == quantity && *rule == result.rule)
        {
            Some((_, _, rows)) => rows.push(row),
            None => groups.push((quantity, result.rule, vec![row])),
        }
    }
    groups
        .into_iter()
        .map(|(quantity, rule, rows)| forest(quantity, rule, rows))
        .collect()
}

fn forest(quantity: String, rule: Rule, rows: Vec<ForestRow>) -> Block {
    let (within, asked) = match rule {
        Rule::LowerAtLeast(bound) => (Some([bound, f64::INFINITY]), format!("Asked: {rule}.")),
        Rule::UpperAtMost(bound) => (Some([f64::NEG_INFINITY, bound]), format!("Asked: {rule}.")),
        Rule::Inside(low, high) => (Some([low, high]), format!("Asked: {rule}.")),
        Rule::Report => (None, "Nothing is asked; reported.".to_owned()),
    };
    let log =
        quantity.contains("O/E") && rows.iter().all(|row| row.low.is_none_or(|low| low > 0.0));
    Block::Figure {
        caption: format!("{asked} A criterion is met by the whole interval, not by the point."),
        alt: format!("{quantity}: estimates with intervals"),
        plot: Plot::Forest(Forest {
            reference: log.then_some(1.0),
            quantity,
            rows,
            within,
            log,
        }),
    }
}

fn is_wide(estimate: &galen_stats::Estimate) -> bool {
    matches!((estimate.low, estimate.high), (Some(low), Some(high)) if high - low >= 0.03)
}

fn metric_name(metric: &str, differs: bool) -> String {
    let name = match metric {
        "auroc" => "AUROC".to_owned(),
        "o_e_ratio" => "O/E ratio".to_owned(),
        other => other.replace('_', " "),
    };
    if differs {
        format!("Difference of {name}")
    } else {
        name
    }
}
