//! Reader studies: readings as they stand in a table or in a file of iMRMC, and what follows from them.

pub mod imrmc;
mod ratings;

use galen_stats::readers::{
    AgainstStandalone, Covariances, Figure, OneShot, ReaderStudy, obuchowski_rockette, standalone,
    u_statistics,
};
use galen_stats::{Cases, Level};
use serde::Serialize;

use crate::EvalError;
pub use ratings::{RatedCase, Ratings, Readings};

/// What is measured of a reader, and how its covariances are found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct How {
    pub figure: Figure,
    /// The rating at and above which a reader calls a case diseased; for sensitivity and specificity.
    pub threshold: Option<f64>,
    /// The same of a model's scores; that of the ratings where nothing is said.
    pub model_threshold: Option<f64>,
    pub covariances: Covariances,
}

/// The study with its names, in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Study {
    pub cases: usize,
    pub positives: usize,
    pub readers: Vec<String>,
    /// The analysis has a key `tests` of its own.
    #[serde(rename = "test_names")]
    pub tests: Vec<String>,
    #[serde(flatten)]
    pub found: ReaderStudy,
}

/// A study of any pattern with its names, in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneShotStudy {
    pub cases: usize,
    pub positives: usize,
    pub readers: Vec<String>,
    /// The analysis has a key `tests` of its own.
    #[serde(rename = "test_names")]
    pub tests: Vec<String>,
    /// Areas and differences, by the places of readers and tests.
    #[serde(flatten)]
    pub found: OneShot,
}

/// The readers of a test against a model that answers alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgainstModel {
    pub test: String,
    pub cases: usize,
    pub positives: usize,
    /// Who read with this test.
    pub readers: Vec<String>,
    #[serde(flatten)]
    pub found: AgainstStandalone,
}

/// Analyses readings after Obuchowski and Rockette: every reader must have read every case with every test.
///
/// # Errors
/// [`EvalError`] that names the first reading that is absent, or says what cannot be measured.
pub fn evaluate(ratings: &Ratings, how: &How, level: Level) -> Result<Study, EvalError> {
    let all: Vec<usize> = (0..ratings.cases().len()).collect();
    let everybody: Vec<usize> = (0..ratings.readers().len()).collect();
    let cases = (0..ratings.tests().len())
        .map(|test| crossed(ratings, test, &everybody, &all, how.threshold))
        .collect::<Result<Vec<_>, _>>()?;
    let found = obuchowski_rockette(&cases, how.figure, how.covariances, level)?;
    Ok(Study {
        cases: all.len(),
        positives: positives(ratings, &all),
        readers: ratings.readers().to_vec(),
        tests: ratings.tests().to_vec(),
        found,
    })
}

/// Analyses areas by U-statistics, whoever read what.
///
/// # Errors
/// [`EvalError`] if a patient has several cases, or says what cannot be measured.
pub fn one_shot(ratings: &Ratings, level: Level) -> Result<OneShotStudy, EvalError> {
    let (patients, cases) = (ratings.patients(), ratings.cases().len());
    if patients < cases {
        return Err(EvalError::Other(format!(
            "Some patients have several cases ({patients} patients, {cases} cases), and U-statistics take each case for a patient of its own."
        )));
    }
    let truth: Vec<bool> = ratings.cases().iter().map(|case| case.truth).collect();
    let found = u_statistics(&truth, ratings.given(), level)?;
    Ok(OneShotStudy {
        cases,
        positives: truth.iter().filter(|truth| **truth).count(),
        readers: ratings.readers().to_vec(),
        tests: ratings.tests().to_vec(),
        found,
    })
}

/// Holds the readers of each test against the model of the readings, on the cases that were read with that test. Everybody who
/// read with a test must have read all of them.
///
/// # Errors
/// [`EvalError`] if there is no model, it has no score for a case, or a reader missed one.
pub fn against_model(
    ratings: &Ratings,
    how: &How,
    level: Level,
) -> Result<Vec<AgainstModel>, EvalError> {
    let model = ratings.model().ok_or_else(|| {
        EvalError::Other("Neither a column nor a reader is named as the model.".to_owned())
    })?;
    let of_test = |(test, name): (usize, &String)| {
        let given = &ratings.given()[test];
        let readers: Vec<usize> = (0..given.len())
            .filter(|reader| given[*reader].iter().any(Option::is_some))
            .collect();
        let all: Vec<usize> = (0..ratings.cases().len())
            .filter(|case| given.iter().any(|reader| reader[*case].is_some()))
            .collect();
        let cases = crossed(ratings, test, &readers, &all, how.threshold)?;
        let score = |case: &usize| {
            model[*case].ok_or_else(|| {
                EvalError::Other(format!(
                    "The model has no score for the case `{}`, which was read with `{name}`.",
                    ratings.cases()[*case].name
                ))
            })
        };
        let scores = all.iter().map(score).collect::<Result<Vec<f64>, _>>()?;
        let threshold = how.model_threshold.or(how.threshold);
        let own = of_cases(ratings, &all, scores, threshold)?;
        Ok(AgainstModel {
            test: name.clone(),
            cases: all.len(),
            positives: positives(ratings, &all),
            readers: readers
                .iter()
                .map(|reader| ratings.readers()[*reader].clone())
                .collect(),
            found: standalone(&cases, &own, how.figure, how.covariances, level)?,
        })
    };
    ratings.tests().iter().enumerate().map(of_test).collect()
}

/// The cases of each of these readers with a test; each must have read all.
fn crossed(
    ratings: &Ratings,
    test: usize,
    readers: &[usize],
    cases: &[usize],
    threshold: Option<f64>,
) -> Result<Vec<Cases>, EvalError> {
    let of_reader = |reader: &usize| {
        let own = &ratings.given()[test][*reader];
        let rating = |case: &usize| {
            own[*case].ok_or_else(|| {
                EvalError::Other(format!(
                    "Reader `{}` did not read the case `{}` with `{}`: every reader must have read every case with every test. U-statistics take any pattern.",
                    ratings.readers()[*reader],
                    ratings.cases()[*case].name,
                    ratings.tests()[test]
                ))
            })
        };
        let scores = cases.iter().map(rating).collect::<Result<Vec<f64>, _>>()?;
        of_cases(ratings, cases, scores, threshold)
    };
    readers.iter().map(of_reader).collect()
}

fn of_cases(
    ratings: &Ratings,
    cases: &[usize],
    scores: Vec<f64>,
    threshold: Option<f64>,
) -> Result<Cases, EvalError> {
    let truth = cases.iter().map(|case| ratings.cases()[*case].truth);
    let cluster = ratings
        .is_clustered()
        .then(|| cases.iter().map(|case| ratings.cases()[*case].patient));
    let cluster = cluster.map(Iterator::collect);
    Ok(Cases::new(truth.collect(), scores, threshold, cluster)?)
}

fn positives(ratings: &Ratings, cases: &[usize]) -> usize {
    let truth = |case: &&usize| ratings.cases()[**case].truth;
    cases.iter().filter(truth).count()
}
