//! Waiting times of a reading list, of a tool whose flags are in a table.

use std::collections::BTreeMap;

use galen_stats::triage::{QUANTITIES, Workflow};
use galen_stats::{Estimate, Undefined};
use galen_table::Table;
use serde::Serialize;

use crate::drawn::Patients;
use crate::{Columns, EvalError, LeftOut, Settings};

/// What a table says of the tool, and what that means for the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub positives: usize,
    pub left_out: LeftOut,
    pub sensitivity: f64,
    pub specificity: f64,
    /// The declared one, or that of the table.
    pub prevalence: f64,
    /// Minutes; undefined where no exact formula is known. The intervals are those of draws of patients.
    pub waits: BTreeMap<String, Estimate>,
}

impl Measured {
    /// The workflow with what the table says of the tool.
    pub fn workflow(&self, declared: &Workflow) -> Workflow {
        Workflow {
            sensitivity: self.sensitivity,
            specificity: self.specificity,
            prevalence: self.prevalence,
            ..*declared
        }
    }
}

/// Measures sensitivity and specificity (and the prevalence, unless one is given) and what they mean for a list that is worked through as
/// declared; what the declared workflow says of these three is not read. A table of as many diseased as healthy cases does not know the
/// prevalence of the list: give it.
///
/// # Errors
/// [`EvalError`] of the columns; weights are refused; [`Undefined`] of flags, of missing kinds of cases, and of the workflow.
pub fn measured(
    table: &Table,
    columns: &Columns,
    declared: &Workflow,
    prevalence: Option<f64>,
    settings: &Settings,
) -> Result<Measured, EvalError> {
    if columns.weight.is_some() {
        return Err(EvalError::Other(
            "Weights are not counted in waiting times.".to_owned(),
        ));
    }
    let read = columns.read(table)?;
    let cases = read.flagged.as_ref().ok_or(Undefined::NoThreshold)?;
    let threshold = cases.threshold().ok_or(Undefined::NoThreshold)?;
    let of = |rows: &[usize]| -> Result<Workflow, Undefined> {
        // Diseased, healthy; each flagged, all.
        let mut counts = [[0.0; 2]; 2];
        for &row in rows {
            let kind = &mut counts[usize::from(!cases.truth()[row])];
            kind[0] += f64::from(u8::from(cases.score()[row] >= threshold));
            kind[1] += 1.0;
        }
        let [diseased, healthy] = counts;
        match (diseased[1] > 0.0, healthy[1] > 0.0) {
            (false, _) => return Err(Undefined::NoDiseasedCase),
            (_, false) => return Err(Undefined::NoHealthyCase),
            _ => {}
        }
        let own = diseased[1] / (diseased[1] + healthy[1]);
        Ok(Workflow {
            sensitivity: diseased[0] / diseased[1],
            specificity: 1.0 - healthy[0] / healthy[1],
            prevalence: prevalence.unwrap_or(own),
            ..*declared
        })
    };
    let all: Vec<usize> = (0..cases.n()).collect();
    let own = of(&all)?;
    own.check()?;
    let patients = Patients::of(cases.n(), cases.cluster());
    let wait = |at: usize| {
        let value = |rows: &[usize]| Some(of(rows).ok()?.waits().ok()?.quantities()[at]);
        patients.estimate(value, settings)
    };
    let names = QUANTITIES.iter().enumerate();
    Ok(Measured {
        n: cases.n(),
        clusters: patients.clusters(),
        positives: cases.diseased(),
        left_out: read.left_out,
        sensitivity: own.sensitivity,
        specificity: own.specificity,
        prevalence: own.prevalence,
        waits: names
            .map(|(at, name)| ((*name).to_owned(), wait(at)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use galen_stats::Level;
    use galen_stats::triage::Priority;
    use galen_table::ReadOptions;

    use super::*;

    fn declared(readers: u32, interrupting: f64) -> Workflow {
        Workflow {
            sensitivity: 0.0,
            specificity: 0.0,
            prevalence: 0.0,
            arrivals_per_hour: 4.5 * f64::from(readers),
            reading_minutes: 10.0,
            interrupting,
            interrupting_minutes: 5.0,
            readers,
            priority: Priority::Preemptive,
        }
    }

    fn found(readers: u32, interrupting: f64, prevalence: Option<f64>) -> Measured {
        let mut csv = "truth,score\n".to_owned();
        for (truth, score, count) in [(1, 0.9, 90), (1, 0.1, 10), (0, 0.9, 15), (0, 0.1, 85)] {
            for _ in 0..count {
                csv += &format!("{truth},{score}\n");
            }
        }
        let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table");
        let columns = Columns {
            truth: "truth".to_owned(),
            score: Some("score".to_owned()),
            threshold: Some(0.5),
            ..Columns::default()
        };
        let own = declared(readers, interrupting);
        measured(&table, &columns, &own, prevalence, &Settings::default()).expect("it can be")
    }

    #[test]
    fn the_time_saved_of_a_table_is_that_of_its_shares_with_a_like_interval() {
        let own = found(1, 0.1, Some(0.1));
        let workflow = own.workflow(&declared(1, 0.1));
        let counts = Some([90, 10, 15, 85]);
        let by_counts = workflow
            .estimates(counts, (2000, 0), Level::DEFAULT)
            .expect("defined");
        for name in QUANTITIES {
            let (one, other) = (&own.waits[name], &by_counts[name]);
            assert_eq!(one.value, other.value, "{name}");
        }
        let width = |estimate: &Estimate| {
            let (low, high) = estimate.interval().expect("an interval");
            high - low
        };
        let name = "saved_diseased";
        let ratio = width(&own.waits[name]) / width(&by_counts[name]);
        assert!((ratio - 1.0).abs() < 0.15, "{ratio}");
        assert_eq!(found(1, 0.1, None).prevalence, 0.5);
    }

    #[test]
    fn a_list_without_an_exact_formula_has_no_waits_but_its_shares() {
        let own = found(3, 0.2, Some(0.1));
        assert_eq!(own.waits["saved_diseased"].value, None);
        assert!(own.waits["saved_diseased"].why.is_some());
        assert_eq!((own.sensitivity, own.specificity), (0.9, 0.85));
    }
}
