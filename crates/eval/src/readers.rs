//! Reader studies: readings as they stand in a table or in a file of iMRMC, and what follows from them.

pub mod imrmc;
mod ratings;

use galen_stats::readers::{
    AgainstStandalone, Covariances, Figure, OneShot, ReaderStudy, obuchowski_rockette, standalone,
    u_statistics,
};
use galen_stats::tally::Tally;
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

/// The ROC curve of each reader who read with a test, and their mean.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderCurves {
    pub test: String,
    /// Each by name.
    pub readers: Vec<(String, Curve)>,
    /// The mean of the readers' sensitivities at each false positive rate.
    pub mean: Vec<[f64; 2]>,
}

impl ReaderCurves {
    /// The mean of the areas under the readers' curves.
    pub fn mean_area(&self) -> Option<f64> {
        let area = |points: &[[f64; 2]]| -> f64 {
            let steps = points.windows(2);
            steps
                .map(|two| (two[1][0] - two[0][0]) * (two[0][1] + two[1][1]) / 2.0)
                .sum()
        };
        let areas = self.readers.iter().map(|(_, (points, _))| area(points));
        (!self.readers.is_empty()).then(|| areas.sum::<f64>() / self.readers.len() as f64)
    }
}

/// Steps of a mean curve.
const STEPS: usize = 100;

/// The curves of every test, on the cases that each reader read; a reader without both kinds of cases has none.
///
/// # Errors
/// [`EvalError`] for a threshold that is not finite.
///
/// # Source
/// Swets and Pickett 1982, Evaluation of Diagnostic Systems; Chen and Samuelson 2014, Br J Radiol 87:20140016 (averaging sensitivities).
pub fn curves(ratings: &Ratings, threshold: Option<f64>) -> Result<Vec<ReaderCurves>, EvalError> {
    let of_test = |(test, name): (usize, &String)| {
        let mut readers = Vec::new();
        for (given, reader) in ratings.given()[test].iter().zip(ratings.readers()) {
            let read: Vec<usize> = (0..given.len())
                .filter(|case| given[*case].is_some())
                .collect();
            let scores = read.iter().filter_map(|case| given[*case]).collect();
            let cases = of_cases(ratings, &read, scores, threshold)?;
            if let Some(curve) = curve(&cases) {
                readers.push((reader.clone(), curve));
            }
        }
        let height = |rate: f64| {
            let heights = readers
                .iter()
                .map(|(_, (points, _))| height_at(points, rate));
            heights.sum::<f64>() / readers.len().max(1) as f64
        };
        let rates = (0..=STEPS).map(|step| step as f64 / STEPS as f64);
        Ok(ReaderCurves {
            test: name.clone(),
            mean: rates.map(|rate| [rate, height(rate)]).collect(),
            readers,
        })
    };
    ratings.tests().iter().enumerate().map(of_test).collect()
}

/// The curve of the model of the readings, on the cases that it has a score of; none without a model or without both kinds of cases.
///
/// # Errors
/// [`EvalError`] for a threshold that is not finite.
pub fn model_curve(ratings: &Ratings, threshold: Option<f64>) -> Result<Option<Curve>, EvalError> {
    let Some(model) = ratings.model() else {
        return Ok(None);
    };
    let own: Vec<usize> = (0..model.len())
        .filter(|case| model[*case].is_some())
        .collect();
    let scores = own.iter().filter_map(|case| model[*case]).collect();
    Ok(curve(&of_cases(ratings, &own, scores, threshold)?))
}

/// The points of a ROC curve, and the one at the threshold.
pub type Curve = (Vec<[f64; 2]>, Option<[f64; 2]>);

fn curve(cases: &Cases) -> Option<Curve> {
    let tally = Tally::of(cases);
    let at = cases.threshold().map(|threshold| {
        let found = tally.at(threshold);
        let share = |one: f64, other: f64| one / (one + other);
        [share(found.fp, found.tn), share(found.tp, found.fne)]
    });
    Some((tally.roc()?, at))
}

/// How high a curve of rising points is, between two by a straight line and at a step its upper end.
fn height_at(points: &[[f64; 2]], rate: f64) -> f64 {
    let after = points.partition_point(|point| point[0] <= rate);
    let Some(&[left, low]) = after.checked_sub(1).and_then(|at| points.get(at)) else {
        return 0.0;
    };
    match points.get(after) {
        Some(&[right, high]) => low + (high - low) * (rate - left) / (right - left),
        None => low,
    }
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
