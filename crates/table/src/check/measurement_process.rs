use galen_spec::data::Severity;
use serde_json::json;

use super::association::holm;
use super::study::upward;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};

/// Being measured at all goes with the label.
///
/// The measure is the AUC of the mask alone (has a value, has none), in the direction above 0.5, with DeLong's interval.
/// A column is looked at if at least ten cases have a value and ten have none. Columns whose chi-square test is not
/// significant at the complement of the level after Holm's correction are left out. Of the others, the lower bound
/// decides: at 0.70 and above it stops, above 0.52 it warns, below it is noted. The limits are conventions of galen.
///
/// # Source
/// Agniel, Kohane and Weber 2018, BMJ 361:k1479 (the presence of a test tells more than its value); DeLong, DeLong and
/// Clarke-Pearson 1988, Biometrics 44:837-845.
pub struct MeasurementProcess;

const STOP: f64 = 0.70;
const WARN: f64 = 0.52;

impl Check for MeasurementProcess {
    fn about(&self) -> About {
        About {
            id: "measurement_process",
            head: CheckHead::Relevance,
            what: "Does being measured at all predict the label?",
            source: "Agniel, Kohane and Weber 2018",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let masks: Vec<(&str, Vec<bool>)> = masks(study);
        let tests = masks
            .iter()
            .map(|(_, missing)| study.count(|row| !missing[row]).chi_square());
        let p_values: Vec<f64> = tests
            .map(|test| test.map_or(1.0, |test| test.p_value))
            .collect();
        let adjusted = holm(&p_values);
        let found = masks.iter().zip(p_values.iter().zip(adjusted));
        let found = found.filter(|(_, (_, adjusted))| *adjusted < 1.0 - study.roles.level.value());
        found
            .filter_map(|((column, missing), (p, adjusted))| {
                look(study, column, missing, (*p, adjusted))
            })
            .collect()
    }
}

/// The columns of which at least ten cases with truth have a value and ten have none, and whether it is missing.
pub(super) fn masks<'a>(study: &Study<'a>) -> Vec<(&'a str, Vec<bool>)> {
    let columns = study.candidates().into_iter();
    let masks = columns.filter_map(|column| Some((column, study.table.missing(column).ok()?)));
    let enough = |missing: &[bool]| {
        let with = study.count(|row| !missing[row]);
        let present = with.diseased_with + with.healthy_with;
        present >= 10 && with.diseased + with.healthy - present >= 10
    };
    masks.filter(|(_, missing)| enough(missing)).collect()
}

fn look(
    study: &Study,
    column: &str,
    missing: &[bool],
    (p, adjusted): (f64, f64),
) -> Option<Finding> {
    let scores: Vec<_> = missing
        .iter()
        .map(|&missing| Some(f64::from(u8::from(!missing))))
        .collect();
    let auc = upward(study.auroc(&scores)?);
    let low = auc.low.or(auc.value)?;
    let severity = if low >= STOP {
        Severity::Stop
    } else if low > WARN {
        Severity::Warn
    } else {
        Severity::Note
    };
    let with = study.count(|row| !missing[row]);
    let (d, h) = (
        with.diseased_with as f64 / with.diseased as f64,
        with.healthy_with as f64 / with.healthy as f64,
    );
    let which = if d > h { "more" } else { "less" };
    Some(Finding {
        check: "measurement_process",
        severity,
        columns: vec![column.to_owned()],
        message: format!(
            "`{column}` was measured {which} often in the diseased ({}) than in the healthy ({}), so that being measured says something about the outcome.",
            percent(d),
            percent(h)
        ),
        measure: Some(Measure {
            name: "auroc_of_being_measured",
            estimate: auc,
        }),
        evidence: json!({ "counts": with.evidence(), "p_value": p, "p_adjusted": adjusted }),
        help: "Find out why it was measured; watch its missing share in use, and test what a model does when it is absent."
            .to_owned(),
    })
}
