//! Analysing a finding: what differs between the windows that crossed and those before, and what the model learned of it.

use galen_control::act::finding::AnalyseFinding;
use galen_control::{Actor, Alert, Ask, Evidence, Row, State, Subject};
use galen_stats::{Estimate, Level, interval};
use galen_stats::{Sample, SortedNumbers, drift};
use galen_store::Digest;
use galen_table::Table;

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Records the cause that somebody found, with evidence that is computed here.
    ///
    /// # Errors
    /// [`ActError::Refused`] if there is no such finding, or it is closed.
    pub fn analyse_finding(
        &self,
        by: &Actor,
        finding: &str,
        cause: &str,
    ) -> Result<(Entry, Evidence), ActError> {
        let state = self.state()?;
        let evidence = self.analysis(&state, finding)?;
        let digest = self.keep(&evidence.bytes())?;
        let ask = AnalyseFinding {
            finding: finding.to_owned(),
            cause: cause.to_owned(),
            evidence: digest,
        };
        Ok((self.one(by, None, Ask::AnalyseFinding(ask))?, evidence))
    }

    /// The evidence for a finding's cause: a pure function of artifacts and the state.
    pub(crate) fn analysis(&self, state: &State, finding: &str) -> Result<Evidence, ActError> {
        let finding = state.finding(finding)?;
        let alert = finding
            .alert
            .as_ref()
            .and_then(|id| state.alerts.iter().find(|alert| alert.id == *id));
        let Some(alert) = alert else {
            // A finding without an alert has nothing that could be computed; its evidence says just that.
            return Ok(Evidence::of("analysis", Vec::new()));
        };
        let monitor = self.monitor_plan(state)?;
        let column = monitor
            .value
            .checks
            .iter()
            .find(|check| check.id == alert.check)
            .and_then(|check| check.column.clone());
        let (before, crossed) = self.windows_around(state, alert)?;
        let mut evidence = Evidence::of("analysis", Vec::new());
        for (facts, _) in before.iter().chain(&crossed) {
            evidence
                .subjects
                .push(Subject::new(format!("window {}", facts.0), facts.1));
        }
        let pool = |windows: &[Named]| -> Result<Option<Table>, ActError> {
            let tables: Vec<Table> = windows.iter().map(|(_, table)| table.clone()).collect();
            if tables.is_empty() {
                return Ok(None);
            }
            Table::concat(&tables).map(Some).map_err(wrong)
        };
        if let (Some(before), Some(crossed)) = (pool(&before)?, pool(&crossed)?) {
            compare(
                &mut evidence,
                &before,
                &crossed,
                column.as_deref(),
                &state.release(&alert.release)?.model.inputs,
            )?;
        }
        if let Some(column) = column {
            self.learned(state, alert, &column, &mut evidence)?;
        }
        Ok(evidence)
    }

    /// The windows of the alert's release before it crossed, and those in which it crossed, with later windows of
    /// other releases left out.
    fn windows_around(
        &self,
        state: &State,
        alert: &Alert,
    ) -> Result<(Vec<Named>, Vec<Named>), ActError> {
        let (mut before, mut crossed) = (Vec::new(), Vec::new());
        for facts in state.windows.values() {
            let window = &facts.window;
            let name = (
                format!("{} of {}", window.window, window.release),
                window.predictions,
            );
            let table = self.table(&window.predictions)?;
            let first = alert.windows.first();
            if first.is_some_and(|first| window.window >= *first) {
                crossed.push((name, table));
            } else {
                before.push((name, table));
            }
        }
        Ok((before, crossed))
    }

    /// In the data that the model learned from: deaths among those measured and those not.
    fn learned(
        &self,
        state: &State,
        alert: &Alert,
        column: &str,
        evidence: &mut Evidence,
    ) -> Result<(), ActError> {
        let truth = self.truth_name(state)?;
        let model = &state.release(&alert.release)?.model;
        let mut tables = Vec::new();
        for name in &model.training {
            let digest = state.dataset(name)?.digest;
            evidence.subjects.push(Subject::new(name, digest));
            tables.push(self.table(&digest)?);
        }
        let Some(training) = (!tables.is_empty()).then(|| Table::concat(&tables)) else {
            return Ok(());
        };
        let training = training.map_err(wrong)?;
        let missing = training.missing(column).map_err(wrong)?;
        let diseased = training.numbers(&truth).map_err(wrong)?;
        for (absent, title) in [(false, "measured"), (true, "not measured")] {
            let group: Vec<&Option<f64>> = missing
                .iter()
                .zip(&diseased)
                .filter(|(missing, _)| **missing == absent)
                .map(|(_, truth)| truth)
                .collect();
            let events = group.iter().filter(|truth| ***truth == Some(1.0)).count();
            evidence.rows.push(Row {
                quantity: format!(
                    "learned/{column}/{}",
                    if absent { "missing" } else { "measured" }
                ),
                title: format!("Share with {truth} in the data for learning, {column} {title}"),
                subgroup: None,
                p_value: None,
                estimate: share(events, group.len()),
            });
        }
        Ok(())
    }
}

/// A window with its name, the digest of its predictions, and its table.
type Named = ((String, Digest), Table);

fn compare(
    evidence: &mut Evidence,
    before: &Table,
    crossed: &Table,
    column: Option<&str>,
    inputs: &[String],
) -> Result<(), ActError> {
    for (name, table) in [("before", before), ("crossed", crossed)] {
        if let Some(column) = column {
            let missing = table.missing(column).map_err(wrong)?;
            let count = missing.iter().filter(|missing| **missing).count();
            evidence.rows.push(row(
                format!("missing/{column}/{name}"),
                format!("Share without {column}, windows {name}"),
                share(count, missing.len()),
                None,
            ));
        }
        for input in inputs.iter().filter(|input| Some(input.as_str()) != column) {
            let Ok(values) = table.numbers(input) else {
                continue;
            };
            let values: Vec<f64> = values.into_iter().flatten().collect();
            evidence.rows.push(row(
                format!("mean/{input}/{name}"),
                format!("Mean {input}, windows {name}"),
                mean(&values),
                None,
            ));
        }
    }
    let ks = drift::by_id("ks");
    for input in inputs.iter().filter(|input| Some(input.as_str()) != column) {
        let (Ok(a), Ok(b), Some(ks)) = (before.numbers(input), crossed.numbers(input), ks) else {
            continue;
        };
        let sorted = |numbers: Vec<Option<f64>>| {
            SortedNumbers::of(&numbers.into_iter().flatten().collect::<Vec<f64>>())
        };
        let (Ok(a), Ok(b)) = (sorted(a), sorted(b)) else {
            continue;
        };
        let n = a.n() + b.n();
        // The test draws nothing, so no seed matters.
        if let Ok(result) = ks.test(&Sample::Numbers(&a), &Sample::Numbers(&b), 0) {
            let mut estimate = mean(&[]);
            (estimate.value, estimate.n, estimate.why) = (result.statistic, n, None);
            estimate.method = "ks".to_owned();
            let title = format!("Kolmogorov-Smirnov distance of {input} between the windows");
            evidence.rows.push(row(
                format!("drift/{input}"),
                title,
                estimate,
                result.p_value,
            ));
        }
    }
    Ok(())
}

fn row(quantity: String, title: String, estimate: Estimate, p_value: Option<f64>) -> Row {
    Row {
        quantity,
        title,
        subgroup: None,
        p_value,
        estimate,
    }
}

fn share(events: usize, n: usize) -> Estimate {
    let (low, high) = interval::wilson(events as f64, n as f64, Level::DEFAULT);
    let mut estimate = mean(&[]);
    if n > 0 {
        estimate.value = Some(events as f64 / n as f64);
        (estimate.low, estimate.high, estimate.why) = (Some(low), Some(high), None);
    }
    (estimate.n, estimate.events) = (n as u64, Some(events as u64));
    estimate.method = "wilson".to_owned();
    estimate
}

/// The mean with its normal interval.
fn mean(values: &[f64]) -> Estimate {
    let n = values.len();
    let mut estimate = Estimate {
        value: None,
        low: None,
        high: None,
        level: 0.95,
        n: n as u64,
        events: None,
        clusters: None,
        method: "normal".to_owned(),
        seed: None,
        why: Some("There is no value.".to_owned()),
    };
    if n > 1 {
        let mean = values.iter().sum::<f64>() / n as f64;
        let variance = values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / (n - 1) as f64;
        let half = 1.959_963_984_540_054 * (variance / n as f64).sqrt();
        estimate.value = Some(mean);
        (estimate.low, estimate.high, estimate.why) = (Some(mean - half), Some(mean + half), None);
    }
    estimate
}

fn wrong(error: galen_table::ColumnError) -> ActError {
    ActError::input("window", error.to_string(), "run galen verify")
}
