//! Evaluating a model on a table with truth: every endpoint of the protocol, as evidence.

use galen_control::{Evidence, Row, Subject};
use galen_model::Predict;
use galen_spec::protocol::{Difference, Endpoint, Perturbation, Protocol, Subgroup};
use galen_stats::metric::{self, Metric, measure};
use galen_stats::{Cases, Estimate, Level, Params, Undefined, compare, interval, perturbation};
use galen_table::Table;
use galen_table::patient::{patients, repeating};
use serde_json::json;

use crate::error::ActError;

/// What is evaluated, on what.
pub struct Evaluation<'a> {
    pub protocol: &'a Protocol,
    pub model: &'a dyn Predict,
    /// The model that is live, for endpoints that compare with it.
    pub released: Option<&'a dyn Predict>,
    pub table: &'a Table,
    /// The column with the truth, 0 or 1.
    pub truth: &'a str,
    /// The column with the patient, if there may be several rows of one.
    pub patient: Option<&'a str>,
    /// `model`, `dataset`, `protocol`, perhaps `released`.
    pub subjects: Vec<Subject>,
}

/// The estimates of every endpoint, at every level that a criterion asks for.
///
/// # Errors
/// [`ActError::Input`] if the table lacks a column or a case cannot be scored.
pub fn evaluate(evaluation: &Evaluation) -> Result<Evidence, ActError> {
    let bench = Bench::new(evaluation)?;
    let protocol = evaluation.protocol;
    let mut evidence = Evidence::of("evaluation", evaluation.subjects.clone());
    evidence
        .settings
        .insert("threshold".to_owned(), json!(protocol.threshold));
    if let Some(patient) = evaluation.patient {
        evidence
            .settings
            .insert("patient".to_owned(), json!(patient));
    }
    for endpoint in &protocol.endpoints {
        let mut levels: Vec<f64> = protocol
            .criteria
            .iter()
            .filter(|criterion| criterion.endpoint == endpoint.id)
            .flat_map(|criterion| protocol.levels_of(criterion))
            .collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        for level in levels {
            let level = Level::new(level).map_err(|error| {
                ActError::input("level", error.to_string(), "write a level such as 0.95")
            })?;
            evidence.rows.push(Row {
                quantity: endpoint.id.clone(),
                title: endpoint.title.clone(),
                subgroup: endpoint.subgroup.clone(),
                p_value: None,
                estimate: bench.estimate(endpoint, level)?,
            });
        }
    }
    evidence.details = Some(bench.details()?);
    Ok(evidence)
}

/// The table scored once, so that an endpoint only measures.
struct Bench<'a> {
    evaluation: &'a Evaluation<'a>,
    truth: Vec<bool>,
    patients: Option<Vec<u32>>,
    scores: Vec<f64>,
    released: Option<Vec<f64>>,
}

impl<'a> Bench<'a> {
    fn new(evaluation: &'a Evaluation<'a>) -> Result<Bench<'a>, ActError> {
        let truth = truth_of(evaluation.table, evaluation.truth)?;
        let patients = patients_of(evaluation.table, evaluation.patient)?;
        let scores = score(evaluation.model, evaluation.table)?;
        let released = evaluation
            .released
            .map(|model| score(model, evaluation.table))
            .transpose()?;
        Ok(Bench {
            evaluation,
            truth,
            patients,
            scores,
            released,
        })
    }

    fn estimate(&self, endpoint: &Endpoint, level: Level) -> Result<Estimate, ActError> {
        let protocol = self.evaluation.protocol;
        let Some(metric) = metric::by_id(&endpoint.metric) else {
            return Err(ActError::input(
                "unknown_metric",
                format!("there is no metric {}", endpoint.metric),
                "run galen check",
            ));
        };
        let scores = match &endpoint.under {
            Some(id) => self.perturbed(id)?,
            None => self.scores.clone(),
        };
        let mask = match &endpoint.subgroup {
            Some(id) => Some(self.mask(id)?),
            None => None,
        };
        let cases = self.cases(&scores, mask.as_deref())?;
        let estimate = match &endpoint.difference {
            None => measure(metric, &cases, level),
            Some(Difference::Between([first, second])) => {
                let first = self.cases(&scores, Some(&self.mask(first)?))?;
                let second = self.cases(&scores, Some(&self.mask(second)?))?;
                defined(
                    compare::independent(metric, &first, &second, level),
                    &cases,
                    level,
                )
            }
            Some(Difference::DropUnder(id)) => {
                let perturbed = self.cases(&self.perturbed(id)?, mask.as_deref())?;
                paired(metric, &cases, &perturbed, level)
                    .seed(self.perturbation(id, protocol)?.seed)
            }
            Some(Difference::ToReleased) => match &self.released {
                Some(released) => paired(
                    metric,
                    &cases,
                    &self.cases(released, mask.as_deref())?,
                    level,
                ),
                None => nothing(
                    level,
                    cases.n() as u64,
                    "no release is live to compare with",
                ),
            },
        };
        Ok(estimate)
    }

    fn cases(&self, scores: &[f64], mask: Option<&[bool]>) -> Result<Cases, ActError> {
        let threshold = Some(self.evaluation.protocol.threshold);
        let cases = Cases::new(
            self.truth.clone(),
            scores.to_vec(),
            threshold,
            self.patients.clone(),
        );
        let cases = cases.map_err(unusable)?;
        match mask {
            Some(mask) => cases.subset(mask).map_err(unusable),
            None => Ok(cases),
        }
    }

    fn mask(&self, id: &str) -> Result<Vec<bool>, ActError> {
        let Some(subgroup) = self.evaluation.protocol.subgroup(id) else {
            return Err(ActError::input(
                "unknown_subgroup",
                format!("there is no subgroup {id}"),
                "run galen check",
            ));
        };
        members(self.evaluation.table, subgroup)
    }

    fn perturbation(&self, id: &str, protocol: &'a Protocol) -> Result<&'a Perturbation, ActError> {
        protocol.perturbation(id).ok_or_else(|| {
            ActError::input(
                "unknown_perturbation",
                format!("there is no perturbation {id}"),
                "run galen check",
            )
        })
    }

    fn perturbed(&self, id: &str) -> Result<Vec<f64>, ActError> {
        let declared = self.perturbation(id, self.evaluation.protocol)?;
        let table = perturb(self.evaluation.table, declared)?;
        score(self.evaluation.model, &table)
    }

    /// Curves and counts for pictures; aggregates only.
    fn details(&self) -> Result<serde_json::Value, ActError> {
        let cases = self.cases(&self.scores, None)?;
        let threshold = self.evaluation.protocol.threshold;
        let flagged = self
            .scores
            .iter()
            .filter(|score| **score >= threshold)
            .count();
        let mut by = serde_json::Map::new();
        for subgroup in &self.evaluation.protocol.subgroups {
            let mask = members(self.evaluation.table, subgroup)?;
            let n = mask.iter().filter(|inside| **inside).count();
            let diseased = mask
                .iter()
                .zip(&self.truth)
                .filter(|(inside, truth)| **inside && **truth)
                .count();
            by.insert(
                subgroup.id.clone(),
                json!({"title": subgroup.title, "n": n, "diseased": diseased}),
            );
        }
        let (fpr, tpr) = operating_point(&cases, threshold);
        Ok(json!({
            "counts": {"n": cases.n(), "diseased": cases.diseased(), "flagged": flagged, "by": by},
            "operating_point": {"fpr": fpr, "tpr": tpr, "threshold": threshold},
            "roc": roc(&cases, 100),
            "calibration": calibration(&cases, 10),
        }))
    }
}

/// The scores of a table's cases.
///
/// # Errors
/// [`ActError::Input`] if a column is missing or a value cannot enter the model.
pub fn score(model: &dyn Predict, table: &Table) -> Result<Vec<f64>, ActError> {
    let encoded = model.contract().encode(table).map_err(|error| {
        ActError::input(
            "input_contract",
            error.to_string(),
            "give the inputs that the model's contract names",
        )
    })?;
    model.scores(&encoded).map_err(|error| {
        ActError::input(
            "model",
            error.to_string(),
            "see the model's contract: galen show",
        )
    })
}

/// The truth of a table's cases.
///
/// # Errors
/// [`ActError::Input`] if the column is missing or holds something else than 0 and 1.
pub fn truth_of(table: &Table, column: &str) -> Result<Vec<bool>, ActError> {
    let values = table.numbers(column).map_err(|error| {
        ActError::input(
            "truth",
            error.to_string(),
            "give a table with the truth: galen data split makes one",
        )
    })?;
    let truth: Option<Vec<bool>> = values
        .iter()
        .map(|value| match value {
            Some(value) if *value == 1.0 => Some(true),
            Some(value) if *value == 0.0 => Some(false),
            _ => None,
        })
        .collect();
    truth.ok_or_else(|| {
        ActError::input(
            "truth",
            format!("column {column} must be 0 or 1 in every row"),
            "cases without truth cannot be judged; leave them out and count them",
        )
    })
}

/// The patients of the cases, where the data plan names them. A table that looks as if it had several rows of a patient, in a project
/// whose plan says nothing of it, is refused: intervals by row would be too narrow, and the gate would pass what it should not.
fn patients_of(table: &Table, column: Option<&str>) -> Result<Option<Vec<u32>>, ActError> {
    let rows: Vec<usize> = (0..table.rows()).collect();
    match (column, repeating(table, &rows).first()) {
        (Some(column), _) => {
            let found = patients(table, column, &rows).map_err(|error| {
                let help = "correct the table, or `patient` of data.yaml";
                ActError::input("patient", error.to_string(), help)
            })?;
            Ok(Some(found))
        }
        (None, Some((name, different))) => Err(ActError::input(
            "patients_repeat",
            format!(
                "`{name}` repeats ({different} different ones in {} rows), and data.yaml names no patient",
                rows.len()
            ),
            format!(
                "if it is the patient, say `patient: {name}` in data.yaml and freeze it before the data are divided; if not, call the column something else"
            ),
        )),
        (None, None) => Ok(None),
    }
}

/// Who belongs to a subgroup; a missing value belongs to none.
pub(crate) fn members(table: &Table, subgroup: &Subgroup) -> Result<Vec<bool>, ActError> {
    let wrong = |error: galen_table::ColumnError| {
        ActError::input(
            "subgroup",
            format!("subgroup {}: {error}", subgroup.id),
            "correct protocol.yaml",
        )
    };
    if let Some(equals) = &subgroup.equals {
        let texts = table.texts(&subgroup.column).map_err(wrong)?;
        return Ok(texts
            .iter()
            .map(|text| text.as_ref() == Some(equals))
            .collect());
    }
    let numbers = table.numbers(&subgroup.column).map_err(wrong)?;
    let inside = |number: &Option<f64>| {
        number.is_some_and(|number| {
            subgroup.at_least.is_none_or(|bound| number >= bound)
                && subgroup.below.is_none_or(|bound| number < bound)
        })
    };
    Ok(numbers.iter().map(inside).collect())
}

/// The table with a declared perturbation of its inputs.
pub(crate) fn perturb(table: &Table, declared: &Perturbation) -> Result<Table, ActError> {
    let wrong = |why: String| {
        ActError::input(
            "perturbation",
            format!("{}: {why}", declared.id),
            "correct protocol.yaml",
        )
    };
    let Some(perturbation) = perturbation::by_id(&declared.perturbation) else {
        return Err(wrong(format!(
            "there is no perturbation {}",
            declared.perturbation
        )));
    };
    let params: Params = serde_json::to_value(&declared.params)
        .and_then(serde_json::from_value)
        .map_err(|error| wrong(error.to_string()))?;
    let mut table = table.clone();
    for (seed, column) in (declared.seed..).zip(&declared.columns) {
        let mut values = table
            .numbers(column)
            .map_err(|error| wrong(error.to_string()))?;
        perturbation
            .apply(&mut values, &params, seed)
            .map_err(|error| wrong(error.to_string()))?;
        table = table
            .without(&[column.as_str()])
            .with_column(column, &values)
            .map_err(|error| wrong(error.to_string()))?;
    }
    Ok(table)
}

/// First minus second on the same cases: the area by DeLong's paired variance, another metric by draws of patients.
fn paired(metric: &dyn Metric, first: &Cases, second: &Cases, level: Level) -> Estimate {
    let drawn = (interval::RESAMPLES, interval::SEED);
    let difference = match metric.about().id {
        "auroc" => compare::auroc_paired(first, second, level),
        _ => compare::paired_bootstrap(metric, first, second, drawn, level),
    };
    defined(difference, first, level)
}

fn defined(
    difference: Result<compare::Difference, Undefined>,
    cases: &Cases,
    level: Level,
) -> Estimate {
    match difference {
        Ok(difference) => difference.estimate,
        Err(why) => Estimate::undefined(why, cases.n() as u64, level, "none"),
    }
}

fn nothing(level: Level, n: u64, why: &str) -> Estimate {
    let mut estimate = Estimate::undefined(Undefined::NoCase, n, level, "none");
    estimate.why = Some(why.to_owned());
    estimate
}

fn unusable(error: impl std::fmt::Display) -> ActError {
    ActError::input(
        "cases",
        error.to_string(),
        "look at the scores and the truth of the table",
    )
}

fn operating_point(cases: &Cases, threshold: f64) -> (Option<f64>, Option<f64>) {
    let share = |of: bool| {
        let group: Vec<f64> = cases
            .truth()
            .iter()
            .zip(cases.score())
            .filter(|(truth, _)| **truth == of)
            .map(|(_, s)| *s)
            .collect();
        let over = group.iter().filter(|score| **score >= threshold).count();
        (!group.is_empty()).then(|| over as f64 / group.len() as f64)
    };
    (share(false), share(true))
}

/// At most `points` points of the ROC curve, from (0, 0) to (1, 1).
fn roc(cases: &Cases, points: usize) -> Vec<serde_json::Value> {
    let mut order: Vec<usize> = (0..cases.n()).collect();
    order.sort_by(|a, b| cases.score()[*b].total_cmp(&cases.score()[*a]));
    let (diseased, healthy) = (cases.diseased() as f64, cases.healthy() as f64);
    if diseased == 0.0 || healthy == 0.0 {
        return Vec::new();
    }
    let step = (cases.n() / points).max(1);
    let (mut hits, mut alarms) = (0.0, 0.0);
    let mut curve = vec![json!({"fpr": 0.0, "tpr": 0.0})];
    for (rank, index) in order.iter().enumerate() {
        if cases.truth()[*index] {
            hits += 1.0;
        } else {
            alarms += 1.0;
        }
        let tied = order
            .get(rank + 1)
            .is_some_and(|next| cases.score()[*next] == cases.score()[*index]);
        if !tied && ((rank + 1) % step == 0 || rank + 1 == order.len()) {
            curve.push(json!({"fpr": alarms / healthy, "tpr": hits / diseased}));
        }
    }
    curve
}

/// Observed share with Wilson's interval in bins of equal size by score.
fn calibration(cases: &Cases, bins: usize) -> Vec<serde_json::Value> {
    let mut order: Vec<usize> = (0..cases.n()).collect();
    order.sort_by(|a, b| cases.score()[*a].total_cmp(&cases.score()[*b]));
    let size = cases.n().div_ceil(bins).max(1);
    order
        .chunks(size)
        .map(|bin| {
            let events = bin.iter().filter(|index| cases.truth()[**index]).count() as u64;
            let mean =
                bin.iter().map(|index| cases.score()[*index]).sum::<f64>() / bin.len() as f64;
            let (low, high) = interval::wilson(events as f64, bin.len() as f64, Level::DEFAULT);
            json!({
                "mean_score": mean,
                "observed": events as f64 / bin.len() as f64,
                "low": low,
                "high": high,
                "n": bin.len(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use galen_table::ReadOptions;

    use super::*;

    #[test]
    fn a_table_that_repeats_patients_is_not_judged_by_row() {
        let csv = b"patient_id,x\na,1\nb,2\na,3\n";
        let table = Table::read_csv(csv, &ReadOptions::default()).expect("a table");
        let named = patients_of(&table, Some("patient_id")).expect("it is there");
        assert_eq!(named, Some(vec![0, 1, 0]));
        let error = patients_of(&table, None).expect_err("it repeats");
        assert!(
            error
                .to_string()
                .contains("`patient_id` repeats (2 different ones in 3 rows)"),
            "{error}"
        );
        let once = Table::read_csv(b"patient_id,x\na,1\nb,2\n", &ReadOptions::default());
        assert_eq!(
            patients_of(&once.expect("a table"), None).expect("each once"),
            None
        );
    }
}
