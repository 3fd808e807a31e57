//! What is measured or given more often once the label has begun: orders that follow the suspicion.

use galen_spec::data::Severity;
use galen_stats::{Estimate, Multiplicity, interval};
use serde_json::json;

use super::super::association::chi_square;
use super::super::measurement_process::masks;
use super::super::missingness_by_label::SURE;
use super::super::{Finding, Measure, Study, percent};
use super::words;

/// How many times as often it must be measured afterwards.
const RATIO: f64 = 1.5;
/// Rows of either time.
const ROWS: usize = 30;

/// Columns that the same patients have a value of more often in the rows of the label than in their rows before it began.
pub(super) fn follow_the_suspicion(study: &Study) -> Vec<Finding> {
    let Some(side) = sides(study) else {
        return Vec::new();
    };
    let level = study.roles.level;
    let compared: Vec<_> = masks(study)
        .into_iter()
        .filter_map(|(column, missing)| {
            let mut counts = [(0, 0); 2];
            for (side, missing) in side.iter().zip(&missing) {
                if let Some(side) = side {
                    let count = &mut counts[*side];
                    if *missing { count.1 += 1 } else { count.0 += 1 }
                }
            }
            let deff = study.design_effect(|row| side[row], 2, |row| !missing[row]);
            let test = chi_square(&counts)?.divided(deff);
            let enough = counts.iter().all(|(with, without)| with + without >= ROWS);
            enough.then_some((column, counts, deff, test.p_value))
        })
        .collect();
    let p_values: Vec<f64> = compared.iter().map(|one| one.3).collect();
    let adjusted = Multiplicity::Holm.adjust(&p_values);
    let both = compared.into_iter().zip(adjusted);
    both.filter_map(|((column, [before, after], deff, p_value), adjusted)| {
        let share = |(with, without): (usize, usize)| with as f64 / (with + without) as f64;
        let is_more = share(after) >= RATIO * share(before) && share(after) - share(before) >= 0.02;
        if !is_more || adjusted >= SURE {
            return None;
        }
        let effective = |count: usize| count as f64 / deff;
        let all = |(with, without): (usize, usize)| with + without;
        let bounds = interval::newcombe(
            effective(after.0),
            effective(all(after)),
            effective(before.0),
            effective(all(before)),
            level,
        );
        let n = (all(before) + all(after)) as u64;
        let value = share(after) - share(before);
        let is_order = words::is_order(column);
        Some(Finding {
            check: "future_leakage",
            // What clinicians order or give on suspicion knows it; a vital sign may only be watched more closely.
            severity: if is_order { Severity::Warn } else { Severity::Note },
            columns: vec![column.to_owned()],
            message: format!(
                "`{column}` has a value in {} of the rows of the label, and in {} of the rows of the same patients before: it follows the suspicion.",
                percent(share(after)),
                percent(share(before))
            ),
            measure: Some(Measure {
                name: "difference_in_share_with_value",
                estimate: Estimate::new(value, bounds, n, level, "newcombe"),
            }),
            evidence: json!({
                "why": "event_order", "before": {"n": all(before), "with": before.0},
                "after": {"n": all(after), "with": after.0}, "design_effect": deff,
                "p_value": p_value, "p_adjusted": adjusted, "is_order_or_treatment": is_order,
            }),
            help: "Score before the suspicion: use only what is known before anybody ordered anything, or say that the model is for suspected cases."
                .to_owned(),
        })
    })
    .collect()
}

/// For each row of a patient whose label begins during its rows, 0 before and 1 from then on.
fn sides(study: &Study) -> Option<Vec<Option<usize>>> {
    let patients = study.patients.as_ref()?;
    let times = study.on_a_scale(study.roles.time.as_deref()?)?;
    let count = patients.iter().max().map_or(0, |most| *most as usize + 1);
    let (mut begins, mut first) = (vec![f64::INFINITY; count], vec![f64::INFINITY; count]);
    for (row, &patient) in patients.iter().enumerate() {
        let (Some(time), Some(truth)) = (times[row], study.truth[row]) else {
            continue;
        };
        let patient = patient as usize;
        first[patient] = first[patient].min(time);
        if truth {
            begins[patient] = begins[patient].min(time);
        }
    }
    let side = |row: usize| {
        let (patient, time) = (patients[row] as usize, times[row]?);
        let is_seen_before = begins[patient].is_finite() && first[patient] < begins[patient];
        is_seen_before.then(|| usize::from(time >= begins[patient]))
    };
    let sides: Vec<Option<usize>> = (0..patients.len()).map(side).collect();
    (sides.contains(&Some(0)) && sides.contains(&Some(1))).then_some(sides)
}
