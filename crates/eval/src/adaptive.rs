//! Versions of a model, each with its own set of cases, in one table.

use std::collections::BTreeMap;

use galen_stats::Cases;
use galen_stats::adaptive::{Modification, modifications};
use galen_table::Table;
use serde::Serialize;

use crate::binary::chosen_one;
use crate::columns::{names, numbers, yes_or_no};
use crate::{EvalError, Settings};

/// Which columns play which part: one row an answer of a version to a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    pub truth: String,
    pub score: String,
    /// The version that answered. Versions are in the order in which they first appear.
    pub model: String,
    /// The version whose set the case belongs to.
    pub dataset: String,
    pub case: String,
    /// The patient, of whom there may be several cases of one set.
    pub cluster: Option<String>,
    pub positive: Option<String>,
    pub threshold: Option<f64>,
    pub decay: f64,
}

/// All versions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Versions {
    pub metric: String,
    pub decay: f64,
    pub versions: Vec<String>,
    /// Cases of each version's set.
    pub cases: Vec<usize>,
    pub modifications: Vec<Modification>,
}

/// Learning, potential and retention of each version but the first, by the one metric that the settings name (the area if none).
///
/// Each version must have answered to the cases of its own set, of the next, and of all before. Sets share no case and no patient.
///
/// # Errors
/// [`EvalError`] that names what is absent, there twice, or said twice and differently.
pub fn evaluate(
    table: &Table,
    columns: &Answers,
    settings: &Settings,
) -> Result<Versions, EvalError> {
    let metric = chosen_one(&settings.or_area(), "Versions are")?;
    let read = Read::of(table, columns)?;
    let count = read.versions.len();
    if count < 2 {
        return Err(EvalError::Other(format!(
            "`{}` has one value, and what was learned is seen between two versions.",
            columns.model
        )));
    }
    let mut cases: BTreeMap<(usize, usize), Cases> = BTreeMap::new();
    for model in 0..count {
        for set in 0..count.min(model + 2) {
            cases.insert((model, set), read.cases(model, set, columns)?);
        }
    }
    let draws = (settings.resamples, settings.seed);
    let of = |model: usize, set: usize| &cases[&(model, set)];
    let found = modifications(
        metric.metric(),
        count,
        of,
        columns.decay,
        draws,
        settings.level,
    )?;
    Ok(Versions {
        metric: metric.metric().about().id.to_owned(),
        decay: columns.decay,
        cases: (0..count).map(|set| read.sets[set].len()).collect(),
        versions: read.versions,
        modifications: found,
    })
}

/// A case of a set: truth and patient.
type Known = (bool, String);

struct Read {
    versions: Vec<String>,
    /// The cases of each set, by their names.
    sets: Vec<BTreeMap<String, Known>>,
    /// By version, set and case.
    scores: BTreeMap<(usize, usize, String), f64>,
}

impl Read {
    fn of(table: &Table, columns: &Answers) -> Result<Self, EvalError> {
        let truth = yes_or_no(table, &columns.truth, columns.positive.as_deref())?;
        let score = numbers(table, &columns.score)?;
        let (model, set) = (
            names(table, &columns.model)?,
            names(table, &columns.dataset)?,
        );
        let case = names(table, &columns.case)?;
        let patient = names(table, columns.cluster.as_ref().unwrap_or(&columns.case))?;
        let mut versions: Vec<String> = Vec::new();
        for name in &model {
            if !versions.contains(name) {
                versions.push(name.clone());
            }
        }
        let mut read = Self {
            sets: vec![BTreeMap::new(); versions.len()],
            scores: BTreeMap::new(),
            versions,
        };
        let mut set_of: BTreeMap<&str, usize> = BTreeMap::new();
        for row in 0..table.rows() {
            let missing = |column: &str| EvalError::Missing {
                row,
                column: column.to_owned(),
            };
            let own = (
                truth[row].ok_or_else(|| missing(&columns.truth))?,
                patient[row].clone(),
            );
            let score = score[row].ok_or_else(|| missing(&columns.score))?;
            let version = read.place(&model[row], &columns.model)?;
            let set = read.place(&set[row], &columns.model)?;
            if *set_of.entry(&patient[row]).or_insert(set) != set {
                return Err(EvalError::Other(format!(
                    "`{}` (row {row}, counted from 0) is in the sets of two versions, and sets must share no patient.",
                    patient[row]
                )));
            }
            let known = read.sets[set]
                .entry(case[row].clone())
                .or_insert_with(|| own.clone());
            if *known != own {
                return Err(EvalError::Other(format!(
                    "Row {row} (counted from 0) says another truth or patient of the case `{}` than an earlier row.",
                    case[row]
                )));
            }
            let key = (version, set, case[row].clone());
            if read.scores.insert(key, score).is_some() {
                return Err(EvalError::Other(format!(
                    "`{}` answered to the case `{}` twice (row {row}, counted from 0).",
                    model[row], case[row]
                )));
            }
        }
        Ok(read)
    }

    fn place(&self, name: &str, column: &str) -> Result<usize, EvalError> {
        let place = self.versions.iter().position(|version| version == name);
        place.ok_or_else(|| EvalError::UnknownValue {
            column: column.to_owned(),
            value: name.to_owned(),
            found: self.versions.clone(),
        })
    }

    fn cases(&self, model: usize, set: usize, columns: &Answers) -> Result<Cases, EvalError> {
        let known = &self.sets[set];
        let score = known.keys().map(|case| {
            let score = self.scores.get(&(model, set, case.clone())).copied();
            score.ok_or_else(|| {
                EvalError::Other(format!(
                    "`{}` did not answer to the case `{case}` of the set of `{}`: each version must have answered to its own set, the next, and all before.",
                    self.versions[model], self.versions[set]
                ))
            })
        });
        let score: Vec<f64> = score.collect::<Result<_, _>>()?;
        let patients: BTreeMap<&str, u32> = {
            let names: std::collections::BTreeSet<&str> = known
                .values()
                .map(|(_, patient)| patient.as_str())
                .collect();
            names.into_iter().zip(0..).collect()
        };
        let cluster = known
            .values()
            .map(|(_, patient)| patients[patient.as_str()]);
        let cluster = columns.cluster.as_ref().map(|_| cluster.collect());
        let truth = known.values().map(|(truth, _)| *truth).collect();
        Ok(Cases::new(truth, score, columns.threshold, cluster)?)
    }
}

#[cfg(test)]
mod tests {
    use galen_stats::adaptive::DECAY;
    use galen_table::ReadOptions;

    use super::*;

    /// VIGILANT's own test: the share of 200 diseased cases of each set that each version flags.
    fn csv() -> String {
        let shares = [[0.5, 0.4, 0.3], [0.4, 0.7, 0.4], [0.2, 0.4, 0.6]];
        let mut csv = "version,set,case,truth,score\n".to_owned();
        for (model, row) in shares.iter().enumerate() {
            for (set, share) in row.iter().enumerate() {
                for case in 0..210 {
                    let is_diseased = u8::from(case < 200);
                    let score = u8::from(f64::from(case) < 200.0 * share);
                    csv += &format!("v{model},v{set},{set}-{case},{is_diseased},{score}\n");
                }
            }
        }
        csv
    }

    fn found(csv: &str) -> Result<Versions, EvalError> {
        let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table");
        let columns = Answers {
            truth: "truth".to_owned(),
            score: "score".to_owned(),
            model: "version".to_owned(),
            dataset: "set".to_owned(),
            case: "case".to_owned(),
            cluster: None,
            positive: None,
            threshold: Some(0.5),
            decay: DECAY,
        };
        let settings = Settings {
            metrics: vec!["sensitivity".to_owned()],
            resamples: 500,
            ..Settings::default()
        };
        evaluate(&table, &columns, &settings)
    }

    #[test]
    fn a_table_of_versions_gives_the_published_learning_potential_and_retention() {
        let found = found(&csv()).expect("a table");
        assert_eq!(found.versions, ["v0", "v1", "v2"]);
        let last = &found.modifications[1];
        let near = |estimate: &galen_stats::Estimate, wanted: f64| {
            let value = estimate.value.expect("defined");
            assert!((value - wanted).abs() < 5e-5, "{value} and not {wanted}");
        };
        near(&last.learning, 0.2);
        near(&last.potential, 0.3);
        near(&last.retention, 0.3245);
    }

    #[test]
    fn what_is_absent_twice_or_in_two_sets_is_named() {
        let whole = csv();
        let said = |csv: &str| found(csv).expect_err("it is refused").to_string();
        let absent = whole.replace("v1,v0,0-7,1,1\n", "");
        assert!(said(&absent).contains("`v1` did not answer to the case `0-7`"));
        let twice = format!("{whole}v1,v0,0-7,1,1\n");
        assert!(said(&twice).contains("twice"));
        let shared = format!("{whole}v0,v1,0-7,1,1\n");
        assert!(said(&shared).contains("sets of two versions"));
    }
}
