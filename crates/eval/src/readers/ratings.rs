//! Who gave which case which rating with which test.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use galen_table::Table;

use crate::EvalError;
use crate::columns::{names, numbers, yes_or_no};

/// More places for ratings (tests by readers by cases) than a study is given.
const PLACES_MAX: usize = 50_000_000;

/// Which columns play which part: one row a reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    pub truth: String,
    pub rating: String,
    pub reader: String,
    /// The test, modality or aid that the case was read with.
    pub test: String,
    pub case: String,
    /// The patient, of whom there may be several cases.
    pub cluster: Option<String>,
    pub positive: Option<String>,
    /// The score of a model that answers alone: the same in all rows of a case.
    pub model: Option<String>,
}

/// The readings of a study, by name: any reader may have read any case with any test, once.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    cases: Vec<RatedCase>,
    readers: Vec<String>,
    tests: Vec<String>,
    given: Vec<Vec<Vec<Option<f64>>>>,
    model: Option<Vec<Option<f64>>>,
    is_clustered: bool,
}

/// A case that somebody read.
#[derive(Clone, Debug, PartialEq)]
pub struct RatedCase {
    pub name: String,
    pub truth: bool,
    /// A number for its patient.
    pub patient: u32,
}

/// One reading, by names.
pub(super) struct Reading<'a> {
    pub(super) test: &'a str,
    pub(super) reader: &'a str,
    pub(super) case: &'a str,
    pub(super) rating: f64,
}

impl Ratings {
    /// Reads the columns of a table.
    ///
    /// # Errors
    /// [`EvalError`] that names the row with a value that is absent or wrong, with a reading that was there before, or with another
    /// truth, patient or score of the model than an earlier row of the same case.
    pub fn of(table: &Table, columns: &Readings) -> Result<Self, EvalError> {
        let truth = yes_or_no(table, &columns.truth, columns.positive.as_deref())?;
        let rating = numbers(table, &columns.rating)?;
        let (reader, test, case) = (
            names(table, &columns.reader)?,
            names(table, &columns.test)?,
            names(table, &columns.case)?,
        );
        let cluster = columns.cluster.as_deref();
        let cluster = cluster.map(|column| names(table, column)).transpose()?;
        let model = columns.model.as_deref();
        let model = model.map(|column| numbers(table, column)).transpose()?;
        let mut of_case: BTreeMap<&str, (bool, &str)> = BTreeMap::new();
        let mut scores: BTreeMap<&str, Option<f64>> = BTreeMap::new();
        let mut seen: BTreeSet<[&str; 3]> = BTreeSet::new();
        let mut readings = Vec::with_capacity(table.rows());
        for row in 0..table.rows() {
            let missing = |column: &str| EvalError::Missing {
                row,
                column: column.to_owned(),
            };
            let own = truth[row].ok_or_else(|| missing(&columns.truth))?;
            let rating = rating[row].ok_or_else(|| missing(&columns.rating))?;
            let (test, reader, case) = (&*test[row], &*reader[row], &*case[row]);
            let patient = cluster.as_ref().map_or(case, |cluster| &cluster[row]);
            if *of_case.entry(case).or_insert((own, patient)) != (own, patient) {
                return Err(EvalError::Other(format!(
                    "Row {row} (counted from 0) says another truth or patient of the case `{case}` than an earlier row."
                )));
            }
            if let Some(model) = &model
                && *scores.entry(case).or_insert(model[row]) != model[row]
            {
                return Err(EvalError::Other(format!(
                    "Row {row} (counted from 0) says another score of the model for the case `{case}` than an earlier row."
                )));
            }
            if !seen.insert([test, reader, case]) {
                return Err(EvalError::Other(format!(
                    "Reader `{reader}` read the case `{case}` with `{test}` twice (row {row}, counted from 0)."
                )));
            }
            readings.push(Reading {
                test,
                reader,
                case,
                rating,
            });
        }
        let found = Self::new(&of_case, &readings)?;
        Ok(Self {
            is_clustered: cluster.is_some(),
            model: model.is_some().then(|| scores.into_values().collect()),
            ..found
        })
    }

    /// Readings of cases with their truth and patient, each at most once; a case that nobody read is left out.
    ///
    /// # Errors
    /// [`EvalError::Other`] for a study too large to hold.
    pub(super) fn new(
        of_case: &BTreeMap<&str, (bool, &str)>,
        readings: &[Reading],
    ) -> Result<Self, EvalError> {
        let listed = |name: fn(&Reading<'_>) -> String| -> Vec<String> {
            let names: BTreeSet<String> = readings.iter().map(name).collect();
            names.into_iter().collect()
        };
        let tests = listed(|reading| reading.test.to_owned());
        let readers = listed(|reading| reading.reader.to_owned());
        let read: BTreeSet<&str> = readings.iter().map(|reading| reading.case).collect();
        let places = [tests.len(), readers.len(), read.len()]
            .iter()
            .try_fold(1_usize, |places, count| places.checked_mul(*count));
        if places.is_none_or(|places| places > PLACES_MAX) {
            return Err(EvalError::Other(format!(
                "{} tests, {} readers and {} cases are more than a study is given ({PLACES_MAX} possible readings).",
                tests.len(),
                readers.len(),
                read.len()
            )));
        }
        let kept: Vec<(&str, (bool, &str))> = of_case
            .iter()
            .filter(|(name, _)| read.contains(*name))
            .map(|(name, known)| (*name, *known))
            .collect();
        let patients: BTreeSet<&str> = kept.iter().map(|(_, (_, patient))| *patient).collect();
        let numbers: HashMap<&str, u32> = patients.into_iter().zip(0..).collect();
        let place_of: HashMap<&str, usize> = kept
            .iter()
            .enumerate()
            .map(|(place, (name, _))| (*name, place))
            .collect();
        let by_name = |names: &[String], name: &str| {
            names
                .binary_search_by(|other| other.as_str().cmp(name))
                .expect("the names are those of the readings, sorted")
        };
        let mut given = vec![vec![vec![None; kept.len()]; readers.len()]; tests.len()];
        for reading in readings {
            let (test, reader) = (
                by_name(&tests, reading.test),
                by_name(&readers, reading.reader),
            );
            given[test][reader][place_of[reading.case]] = Some(reading.rating);
        }
        let cases = kept.into_iter().map(|(name, (truth, patient))| RatedCase {
            name: name.to_owned(),
            truth,
            patient: numbers[patient],
        });
        Ok(Self {
            cases: cases.collect(),
            readers,
            tests,
            given,
            model: None,
            is_clustered: false,
        })
    }

    /// The same study with one reader taken for the model: its ratings are the scores, and it is no reader any more. A test that
    /// only it read with is gone too.
    ///
    /// # Errors
    /// [`EvalError::Other`] if there is no such reader, or it rated a case with several tests.
    pub fn with_model(self, name: &str) -> Result<Self, EvalError> {
        let place = self.readers.iter().position(|reader| reader == name);
        let place = place.ok_or_else(|| {
            EvalError::Other(format!(
                "There is no reader `{name}`; there are: {}.",
                self.readers.join(", ")
            ))
        })?;
        let mut scores = vec![None; self.cases.len()];
        let mut given = self.given;
        for test in &mut given {
            for (case, rating) in test.remove(place).into_iter().enumerate() {
                if rating.is_some() && scores[case].is_some() {
                    return Err(EvalError::Other(format!(
                        "`{name}` rated the case `{}` with several tests, and a model has one score for a case.",
                        self.cases[case].name
                    )));
                }
                scores[case] = scores[case].or(rating);
            }
        }
        let mut readers = self.readers;
        readers.remove(place);
        let is_read = |test: &[Vec<Option<f64>>]| test.iter().flatten().any(Option::is_some);
        let (tests, given): (Vec<String>, Vec<_>) = self
            .tests
            .into_iter()
            .zip(given)
            .filter(|(_, test)| is_read(test))
            .unzip();
        if tests.is_empty() {
            return Err(EvalError::Other(format!(
                "Nobody but `{name}` read a case, so there is nobody to hold it against."
            )));
        }
        Ok(Self {
            readers,
            tests,
            given,
            model: Some(scores),
            ..self
        })
    }

    /// In the order of their names.
    pub fn cases(&self) -> &[RatedCase] {
        &self.cases
    }

    /// In the order of their names.
    pub fn readers(&self) -> &[String] {
        &self.readers
    }

    /// In the order of their names.
    pub fn tests(&self) -> &[String] {
        &self.tests
    }

    /// The ratings, by test, reader and case.
    pub fn given(&self) -> &[Vec<Vec<Option<f64>>>] {
        &self.given
    }

    /// The model's scores by case, where there is a model.
    pub fn model(&self) -> Option<&[Option<f64>]> {
        self.model.as_deref()
    }

    /// Whether patients were named.
    pub fn is_clustered(&self) -> bool {
        self.is_clustered
    }

    /// How many patients there are: as many as cases where none were named.
    pub fn patients(&self) -> usize {
        let patients: BTreeSet<u32> = self.cases.iter().map(|case| case.patient).collect();
        patients.len()
    }
}
