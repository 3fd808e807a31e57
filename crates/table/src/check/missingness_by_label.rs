use galen_spec::data::Severity;
use galen_stats::Multiplicity;
use serde_json::json;

use super::measurement_process::{distinct_masks, named};
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};

/// A column is missing more often under one label.
///
/// The measure is the missing share of the diseased minus that of the healthy, with Newcombe's interval. Columns are
/// chosen as by `measurement_process`, which asks how well the mask predicts; here the question is how far the shares lie
/// apart, since a complete-case analysis then changes the mixture. A significant difference (chi-square test, Holm's
/// correction) is noted; one of 0.05 and more with an adjusted p-value below 0.005 warns. The limits are conventions of galen.
///
/// # Source
/// Sterne et al. 2009, BMJ 338:b2393 (missing data that depend on the outcome); Newcombe 1998, Stat Med 17:873-890.
pub struct MissingnessByLabel;

/// The adjusted p-value below which it warns: many checks look at the same data.
pub(super) const SURE: f64 = 0.005;

impl Check for MissingnessByLabel {
    fn about(&self) -> About {
        About {
            id: "missingness_by_label",
            head: CheckHead::Relevance,
            what: "Is a column missing more often under one label?",
            source: "Sterne et al. 2009; Newcombe 1998",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let masks = distinct_masks(study);
        let counts: Vec<_> = masks
            .iter()
            .map(|(_, missing)| study.count(|row| missing[row]))
            .collect();
        let p_values: Vec<f64> = counts
            .iter()
            .map(|c| c.chi_square().map_or(1.0, |test| test.p_value))
            .collect();
        let adjusted = Multiplicity::Holm.adjust(&p_values);
        let mut findings = Vec::new();
        for (i, (columns, _)) in masks.iter().enumerate() {
            if adjusted[i] >= 1.0 - study.roles.level.value() {
                continue;
            }
            let counts = &counts[i];
            let difference = counts.difference(study.roles.level);
            let far =
                difference.value.is_some_and(|value| value.abs() >= 0.05) && adjusted[i] < SURE;
            findings.push(Finding {
                check: "missingness_by_label",
                severity: if far { Severity::Warn } else { Severity::Note },
                columns: columns.iter().map(|column| (*column).to_owned()).collect(),
                message: format!(
                    "{}: missing in {} of the diseased and {} of the healthy.",
                    named(columns),
                    percent(counts.diseased_with as f64 / counts.diseased as f64),
                    percent(counts.healthy_with as f64 / counts.healthy as f64)
                ),
                measure: Some(Measure {
                    name: "difference_in_missing_share",
                    estimate: difference,
                }),
                evidence: json!({ "missing": counts.evidence(), "p_value": p_values[i], "p_adjusted": adjusted[i] }),
                help: "Do not drop incomplete cases; say how absent values are treated, and judge both kinds of cases."
                    .to_owned(),
            });
        }
        findings
    }
}
