use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::adjusted::{Adjusted, auroc_adjusted};
use serde_json::json;

use super::inputs::Inputs;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};

/// Adjusting for a declared variable takes away much of what columns say about the label.
///
/// For each declared confounder, the site and each subgroup: the area under the curve of every column among all cases is held
/// against that among cases of one value of the variable (a number is cut at its fifths). Only columns that separate at all
/// (lower bound 0.55) are asked. Where the lower bound of the part taken away is 0.3, and 0.02 of the area is surely lost, a
/// declared confounder and the site warn; a subgroup is noted, since age and the like belong to the disease. The limits are
/// conventions of galen. At most 2,000 diseased and as many healthy rows are drawn, by their content.
///
/// # Source
/// Janes and Pepe 2008, Biometrics 64:1-9, and 2009, Biometrika 96:371-382 (adjusting the curve for covariates); VanderWeele
/// 2019, Eur J Epidemiol 34:211-219 (which variables to adjust for).
pub struct Confounder;

const SEPARATES: f64 = 0.55;
const TAKEN_AWAY: f64 = 0.3;
const LOST: f64 = 0.02;
const RESAMPLES: u32 = 200;
/// Values of a variable beyond which it is cut into parts, or is no category.
const CATEGORIES: usize = 30;
const PARTS: usize = 5;

impl Check for Confounder {
    fn about(&self) -> About {
        About {
            id: "confounder",
            head: CheckHead::Relevance,
            what: "Does adjusting for a declared variable take away what a column says about the label?",
            source: "Janes and Pepe 2008, 2009; VanderWeele 2019",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let declared = study.roles.confounders.iter().chain(&study.roles.site);
        let declared: Vec<(&String, Severity)> =
            declared.map(|name| (name, Severity::Warn)).collect();
        let groups = study.roles.groups.iter();
        let groups = groups.filter(|name| !declared.iter().any(|(other, _)| other == name));
        let asked: Vec<(&String, Severity)> = declared
            .iter()
            .copied()
            .chain(groups.map(|name| (name, Severity::Note)))
            .collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let inputs = Inputs::of(study);
        let columns = study.candidates().into_iter();
        let scores: Vec<(&str, Vec<Option<f64>>)> = columns
            .filter_map(|column| Some((column, score(study, &inputs, column)?)))
            .collect();
        let look =
            |(name, severity): &(&String, Severity)| look(study, &inputs, name, *severity, &scores);
        asked.iter().filter_map(look).collect()
    }
}

/// What a column says of each drawn row, in the direction that separates; `None` if it does not separate.
fn score(study: &Study, inputs: &Inputs, column: &str) -> Option<Vec<Option<f64>>> {
    let separation = study.separation(column)?;
    if separation.low.or(separation.value)? < SEPARATES {
        return None;
    }
    let values: Vec<Option<f64>> = study.scored(column)?;
    let sign = if study.rises_with_label(column)? {
        1.0
    } else {
        -1.0
    };
    let rows = inputs.rows.iter();
    Some(rows.map(|&row| Some(sign * values[row]?)).collect())
}

fn look(
    study: &Study,
    inputs: &Inputs,
    name: &str,
    severity: Severity,
    scores: &[(&str, Vec<Option<f64>>)],
) -> Option<Finding> {
    let strata = strata(inputs, name)?;
    let others = scores.iter().filter(|(column, _)| *column != name);
    let mut found: Vec<(&str, Adjusted)> = others
        .filter_map(|(column, scores)| Some((*column, adjusted(study, inputs, scores, &strata)?)))
        .filter(|(_, found)| {
            let low = |estimate: &galen_stats::Estimate| estimate.low.unwrap_or_default();
            low(&found.taken_away) >= TAKEN_AWAY && low(&found.lost) >= LOST
        })
        .collect();
    let part = |found: &Adjusted| found.taken_away.value.unwrap_or_default();
    found.sort_by(|a, b| part(&b.1).total_cmp(&part(&a.1)));
    let (column, most) = found.first()?;
    let more = match found.len() - 1 {
        0 => String::new(),
        more => format!("; the same is true of {more} more"),
    };
    let all = found.iter().map(|(column, found)| {
        json!({
            "column": column, "auroc": found.crude, "auroc_within": found.adjusted,
            "part_taken_away": found.taken_away,
        })
    });
    let mut columns = vec![name.to_owned()];
    columns.extend(found.iter().map(|(column, _)| (*column).to_owned()));
    Some(Finding {
        check: "confounder",
        severity,
        columns,
        message: format!(
            "Among cases of one `{name}` the AUC of `{column}` falls from {:.3} to {:.3}: {} of what it says about the label is said by `{name}`{more}.",
            most.crude,
            most.adjusted,
            percent(part(most)),
        ),
        measure: Some(Measure {
            name: "part_taken_away",
            estimate: most.taken_away.clone(),
        }),
        evidence: json!({ "columns": all.collect::<Vec<_>>() }),
        help: "Adjust for it, or judge the model within its values; if it is care or workflow, the model may learn what was done and not who is ill."
            .to_owned(),
    })
}

fn adjusted(
    study: &Study,
    inputs: &Inputs,
    scores: &[Option<f64>],
    strata: &[Option<u32>],
) -> Option<Adjusted> {
    let rows = (0..scores.len()).filter(|&row| scores[row].is_some() && strata[row].is_some());
    let rows: Vec<usize> = rows.collect();
    let cases = inputs.cases(
        scores
            .iter()
            .map(|score| score.unwrap_or_default())
            .collect(),
    )?;
    let mut keep = vec![false; scores.len()];
    rows.iter().for_each(|&row| keep[row] = true);
    let cases = cases.filter(|row| keep[row]);
    let strata: Vec<u32> = rows.iter().filter_map(|&row| strata[row]).collect();
    auroc_adjusted(&cases, &strata, RESAMPLES, 0, study.roles.level).ok()
}

/// The value of a variable of each drawn row by number: categories, or fifths of a number.
fn strata(inputs: &Inputs, name: &str) -> Option<Vec<Option<u32>>> {
    let texts = inputs.texts(name);
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    for text in texts.iter().flatten() {
        let next = numbers.len() as u32;
        numbers.entry(text).or_insert(next);
    }
    if numbers.len() < 2 {
        return None;
    }
    if numbers.len() <= CATEGORIES {
        let number = |text: &Option<String>| text.as_deref().map(|text| numbers[text]);
        return Some(texts.iter().map(number).collect());
    }
    let values = inputs.column(name)?;
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let cuts = (1..PARTS).map(|part| sorted[part * sorted.len() / PARTS]);
    let cuts: Vec<f64> = cuts.collect();
    let part = |value: &f64| {
        (!value.is_nan()).then(|| cuts.iter().filter(|cut| *value >= **cut).count() as u32)
    };
    Some(values.iter().map(part).collect())
}
