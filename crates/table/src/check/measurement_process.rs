use std::collections::HashMap;

use galen_spec::data::Severity;
use galen_stats::Multiplicity;
use serde_json::json;

use super::inputs::Inputs;
use super::missingness_by_label::SURE;
use super::study::upward;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};

/// Being measured at all goes with the label.
///
/// Two questions are asked: of each column, and of all together.
///
/// The measure is the AUC of the mask alone (has a value, has none), in the direction above 0.5, with DeLong's interval.
/// A column is looked at if at least ten cases have a value and ten have none. Columns whose chi-square test is not
/// significant at the complement of the level after Holm's correction are left out. Of the others, the lower bound
/// decides: at 0.70 and above it stops, above 0.52 with an adjusted p-value below 0.005 it warns, below it is noted. Where patients have several rows, tests and
/// intervals count patients (Rao-Scott, Obuchowski).
///
/// Together: a forest of random trees tells the label by the masks alone and, where patients have several rows and the time is
/// named, by how often each column was measured until then and how long ago. Its cross-validated area is shown beside that of
/// a forest that sees the values as well. A lower bound of 0.70 stops, of 0.60 warns, of 0.55 is noted. The limits are
/// conventions of galen.
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
        let masks = distinct_masks(study);
        let tests = masks
            .iter()
            .map(|(_, missing)| study.count(|row| !missing[row]).chi_square());
        let p_values: Vec<f64> = tests
            .map(|test| test.map_or(1.0, |test| test.p_value))
            .collect();
        let adjusted = Multiplicity::Holm.adjust(&p_values);
        let found = masks.iter().zip(p_values.iter().zip(adjusted));
        let found = found.filter(|(_, (_, adjusted))| *adjusted < 1.0 - study.roles.level.value());
        let by_column = found.filter_map(|((columns, missing), (p, adjusted))| {
            look(study, columns, missing, (*p, adjusted))
        });
        by_column.chain(together(study, &masks)).collect()
    }
}

const WARN_TOGETHER: f64 = 0.60;
const NOTE_TOGETHER: f64 = 0.55;

/// What all masks, counts and gaps tell together.
fn together(study: &Study, masks: &[(Vec<&str>, Vec<bool>)]) -> Option<Finding> {
    // What nearly is the label by itself would hide the rest, and is said of the column.
    let is_label = |missing: &[bool]| {
        let difference = study
            .count(|row| missing[row])
            .difference(study.roles.level);
        difference.value.is_some_and(|value| value.abs() > 0.5)
    };
    let masks: Vec<_> = masks
        .iter()
        .filter(|(_, missing)| !is_label(missing))
        .collect();
    let history = History::of(study);
    // One mask alone was looked at before.
    if masks.is_empty() || (masks.len() == 1 && history.is_none()) {
        return None;
    }
    let inputs = Inputs::of(study);
    let (mut names, mut process) = (Vec::new(), Vec::new());
    for (columns, missing) in masks {
        let column = &columns[0];
        names.push((*column, "was measured"));
        let mask = |&row: &usize| f64::from(u8::from(!missing[row]));
        process.push(inputs.rows.iter().map(mask).collect());
        if let Some(history) = &history {
            let (counts, gaps) = history.of_column(missing);
            for (what, values) in [("how often", counts), ("how long ago", gaps)] {
                names.push((*column, what));
                process.push(inputs.rows.iter().map(|&row| values[row]).collect());
            }
        }
    }
    let told = inputs.told_apart(&process, &inputs.truth)?;
    let low = told.auc.low.or(told.auc.value)?;
    let severity = if low >= STOP {
        Severity::Stop
    } else if low >= WARN_TOGETHER {
        Severity::Warn
    } else if low >= NOTE_TOGETHER {
        Severity::Note
    } else {
        return None;
    };
    let columns = study.honest().into_iter();
    let mut full: Vec<Vec<f64>> = columns.filter_map(|name| inputs.column(name)).collect();
    full.extend(process);
    let full = inputs.auroc(inputs.held_out(&full).ok()?)?;
    let mut drivers: Vec<_> = names.iter().zip(&told.importance).collect();
    drivers.sort_by(|a, b| b.1.total_cmp(a.1));
    let shown: Vec<_> = drivers
        .iter()
        .take(10)
        .map(|((column, what), lost)| json!({"column": column, "what": what, "importance": lost}))
        .collect();
    let mut by: Vec<&str> = Vec::new();
    for ((column, _), _) in drivers.iter().filter(|(_, lost)| **lost > 0.002) {
        if by.len() < 5 && !by.contains(column) {
            by.push(column);
        }
    }
    Some(Finding {
        check: "measurement_process",
        severity,
        columns: by.iter().map(|column| (*column).to_owned()).collect(),
        message: format!(
            "What was measured{} tells the label without any value: AUC {:.3}, and {:.3} with the values.",
            if history.is_some() { ", how often and how long ago" } else { "" },
            told.auc.value.unwrap_or_default(),
            full.value.unwrap_or_default(),
        ),
        measure: Some(Measure {
            name: "auroc_of_the_process_alone",
            estimate: told.auc,
        }),
        evidence: json!({ "auroc_with_values": full, "drivers": shown, "rows": inputs.rows.len() }),
        help: "A model may learn what clinicians suspected: test it where nothing or everything is measured, and say when a score is made."
            .to_owned(),
    })
}

/// The rows of each patient in the order of time.
struct History {
    times: Vec<Option<f64>>,
    patients: Vec<u32>,
    order: Vec<usize>,
}

impl History {
    /// `None` where no patient has two rows, or no time is named.
    fn of(study: &Study) -> Option<Self> {
        let patients = study.patients.clone()?;
        let times = study.on_a_scale(study.roles.time.as_deref()?)?;
        let mut order: Vec<usize> = (0..patients.len()).collect();
        let key = |row: usize| (patients[row], times[row].unwrap_or(f64::INFINITY));
        order.sort_by(|&a, &b| {
            let (a, b) = (key(a), key(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        Some(Self {
            times,
            patients,
            order,
        })
    }

    /// For each row how often the column had a value in the earlier rows of the patient, and how long ago it had one last.
    fn of_column(&self, missing: &[bool]) -> (Vec<f64>, Vec<f64>) {
        let n = missing.len();
        let (mut counts, mut gaps) = (vec![0.0; n], vec![f64::NAN; n]);
        let (mut count, mut last, mut patient) = (0.0, None, None);
        for &row in &self.order {
            if patient != Some(self.patients[row]) {
                (count, last, patient) = (0.0, None, Some(self.patients[row]));
            }
            counts[row] = count;
            if let (Some(now), Some(last)) = (self.times[row], last) {
                gaps[row] = now - last;
            }
            if !missing[row] {
                count += 1.0;
                last = self.times[row];
            }
        }
        (counts, gaps)
    }
}

/// The columns of which at least ten cases with truth have a value and ten have none, and whether it is missing. Of columns
/// that are missing in the same rows (first and last value of one test) only the first is given, with the names of the others.
pub(super) fn distinct_masks<'a>(study: &Study<'a>) -> Vec<(Vec<&'a str>, Vec<bool>)> {
    let mut distinct: Vec<(Vec<&str>, Vec<bool>)> = Vec::new();
    let mut known: HashMap<Vec<bool>, usize> = HashMap::new();
    for (column, missing) in masks(study) {
        match known.get(&missing) {
            Some(&at) => distinct[at].0.push(column),
            None => {
                known.insert(missing.clone(), distinct.len());
                distinct.push((vec![column], missing));
            }
        }
    }
    distinct
}

/// Several names as a reader wants them.
pub(super) fn named(columns: &[&str]) -> String {
    match columns {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [one, another] => format!("`{one}` and `{another}`"),
        [one, more @ ..] => format!("`{one}` and {} other columns", more.len()),
    }
}

/// The columns of which at least ten cases with truth have a value and ten have none, and whether it is missing.
pub(super) fn masks<'a>(study: &Study<'a>) -> Vec<(&'a str, Vec<bool>)> {
    let columns = study.candidates().into_iter();
    let masks = columns.filter_map(|column| Some((column, study.table.missing(column).ok()?)));
    let enough = |missing: &[bool]| {
        let count = |wanted: bool| {
            let with_truth = missing.iter().zip(&study.truth);
            let with_truth = with_truth.filter(|(_, truth)| truth.is_some());
            with_truth
                .filter(|(missing, _)| **missing == wanted)
                .count()
        };
        count(true) >= 10 && count(false) >= 10
    };
    masks.filter(|(_, missing)| enough(missing)).collect()
}

fn look(
    study: &Study,
    columns: &[&str],
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
    } else if low > WARN && adjusted < SURE {
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
    let column = named(columns);
    Some(Finding {
        check: "measurement_process",
        severity,
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        message: format!(
            "{column}: measured {which} often in the diseased ({}) than in the healthy ({}), so that being measured says something about the outcome.",
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
