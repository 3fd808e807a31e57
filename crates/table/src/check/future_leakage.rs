pub(super) mod after;
mod order;
mod words;

use galen_spec::data::{KnownAt, Severity};
use galen_stats::association::{Ordered, spearman};
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study};

/// A column that is not known when the score is made.
///
/// Of each column, the first that applies: one that the plan declares as known later stops; so does the time to the event, and
/// a column of numbers whose rank correlation with that time is 0.95 or more among the diseased, since it can only have been
/// known afterwards. A declared input about how the data were collected warns. A day, a moment, or a number on the scale of
/// the time that surely lies after it in half of the rows stops, in 5 % it warns. A column whose name says that it is known at
/// the end of a stay (length of stay, discharge, survival), and which tells the label, warns.
///
/// Of the rows: those of the diseased from after their event stop from 1 % on, and warn below. Of patients whose label begins
/// during their rows: a column that surely has a value 1.5 times as often from then on as in their own rows before follows the
/// suspicion; it warns if its name is that of an order or a treatment, and is noted otherwise.
///
/// If inputs are named, only they are looked at; else any column of the table might become one. The limits are conventions of
/// galen.
///
/// # Source
/// Kaufman, Rosset, Perlich and Stitelman 2012, ACM TKDD 6:15 (the no-time-machine condition); TRIPOD+AI 2024, BMJ
/// 385:e078378, item 9 (predictors, and when they were known); Kamran et al. 2024, NEJM AI 1:AIoa2300032 (a sepsis model that
/// follows the clinicians' suspicion); Maclure 1991, Am J Epidemiol 133:144-153 (patients as their own controls).
pub struct FutureLeakage;

impl Check for FutureLeakage {
    fn about(&self) -> About {
        About {
            id: "future_leakage",
            head: CheckHead::Relevance,
            what: "Is a column known only after the score is made?",
            source: "Kaufman et al. 2012; TRIPOD+AI 2024 item 9",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = study.candidates().into_iter();
        let by_column = columns.filter_map(|column| {
            look(study, column)
                .or_else(|| after::later_than_time(study, column))
                .or_else(|| words::said_by_name(study, column))
        });
        let mut findings: Vec<Finding> = by_column.collect();
        findings.extend(after::after_event(study));
        findings.extend(order::follow_the_suspicion(study));
        findings
    }
}

fn look(study: &Study, column: &str) -> Option<Finding> {
    let declared = study
        .plan
        .and_then(|plan| plan.column(column))
        .map(|c| c.known_at);
    let event_time = study.roles.event_time.as_deref();
    let (severity, message, why) = if declared == Some(KnownAt::Later) {
        let message =
            format!("`{column}` is declared as known only later, so a score cannot use it.");
        (Severity::Stop, message, json!("declared"))
    } else if event_time == Some(column) {
        let message = format!(
            "`{column}` is the time to the event, which nobody knows when the score is made."
        );
        (Severity::Stop, message, json!("event_time"))
    } else if declared == Some(KnownAt::Collection) && study.roles.inputs.is_some() {
        let message = format!(
            "`{column}` is declared as a property of how the data were collected, and is used as an input."
        );
        (Severity::Warn, message, json!("collection"))
    } else {
        let rho = correlation_with_event(study, column, event_time?)?;
        let message = format!(
            "`{column}` follows the time to the event in the diseased (rank correlation {rho:.2}), so it can only have been known afterwards."
        );
        (Severity::Stop, message, json!({ "rank_correlation": rho }))
    };
    Some(Finding {
        check: "future_leakage",
        severity,
        columns: vec![column.to_owned()],
        message,
        measure: study.separation(column).map(|estimate| Measure {
            name: "auroc",
            estimate,
        }),
        evidence: json!({ "why": why }),
        help: "Leave it out of the inputs; it may serve to find the truth.".to_owned(),
    })
}

/// The rank correlation with the time to the event among at least 20 diseased, if it is 0.95 or more either way.
fn correlation_with_event(study: &Study, column: &str, event_time: &str) -> Option<f64> {
    let (values, times) = (
        study.table.numbers(column).ok()?,
        study.table.numbers(event_time).ok()?,
    );
    let diseased = (0..values.len()).filter(|&row| study.truth[row] == Some(true));
    let (a, b): (Vec<f64>, Vec<f64>) = diseased
        .filter_map(|row| Some((values[row]?, times[row]?)))
        .unzip();
    let enough = a.len() >= 20;
    let rho = spearman(&Ordered::new(a), &Ordered::new(b))?;
    (enough && rho.abs() >= 0.95).then_some(rho)
}
