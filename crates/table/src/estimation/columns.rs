use std::collections::BTreeMap;

use galen_stats::boosting::Feature;
use galen_stats::without_labels::{self, Chunk, Classified, Observed, Predicted, Scored};

use super::{Chunks, Counted, EstimationOptions, LeftOut, TableEstimationError};
use crate::{ColumnError, Table};

/// One of the two tables.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) table: &'a Table,
    pub(super) name: &'static str,
    /// What came since may have no column of the truth.
    pub(super) must_have_truth: bool,
}

/// The rows of a table that can be used.
pub(super) struct Part {
    pub(super) rows: Vec<usize>,
    pub(super) counted: Counted,
    chunks: Vec<Chunk>,
}

/// The cases of the rows that can be used.
pub(super) struct Cases<C> {
    pub(super) part: Part,
    cases: C,
}

impl<C> Cases<C> {
    pub(super) fn observed<'a>(
        &'a self,
        features: &'a without_labels::Features,
    ) -> Observed<'a, C> {
        Observed {
            cases: &self.cases,
            chunks: &self.part.chunks,
            features,
        }
    }
}

impl Side<'_> {
    pub(super) fn scored(
        &self,
        options: &EstimationOptions,
    ) -> Result<Cases<Scored>, TableEstimationError> {
        let column = role(&options.score, "the model's probability", "--score")?;
        let score = self.scores(column)?;
        let positive = options.positive.as_deref();
        let flag = match &options.predicted {
            Some(column) => Some((column, self.binary(column, positive)?)),
            None => None,
        };
        let truth = if self.has_truth(&options.truth) {
            self.binary(&options.truth, positive)?
        } else {
            vec![None; self.table.rows()]
        };
        let mut needed = vec![(column, missing(&score))];
        if let Some((column, flag)) = &flag {
            needed.push((column, missing(flag)));
        }
        let part = self.part(options, needed, &missing(&truth))?;
        let picked = |row: &usize| score[*row].unwrap_or_default();
        let cases = Scored::new(
            part.rows.iter().map(picked).collect(),
            part.rows.iter().map(|&row| truth[row]).collect(),
        )?;
        let cases = match (&flag, options.threshold) {
            (Some((_, flag)), _) => {
                let flags = part.rows.iter().map(|&row| flag[row] == Some(true));
                cases.with_flags(flags.collect())?
            }
            (None, Some(threshold)) => cases.with_threshold(threshold)?,
            (None, None) => cases,
        };
        let cases = match self.patients(options, &part.rows)? {
            Some(patients) => cases.with_patients(patients)?,
            None => cases,
        };
        Ok(Cases { part, cases })
    }

    pub(super) fn classified(
        &self,
        options: &EstimationOptions,
    ) -> Result<Cases<Classified>, TableEstimationError> {
        let truth = if self.has_truth(&options.truth) {
            self.classes(&options.truth, options)?
        } else {
            vec![None; self.table.rows()]
        };
        let mut scores = Vec::with_capacity(options.classes.len());
        let mut needed = Vec::with_capacity(options.classes.len() + 1);
        for (_, column) in &options.classes {
            let score = self.scores(column)?;
            needed.push((column.as_str(), missing(&score)));
            scores.push(score);
        }
        let named = match &options.predicted {
            Some(column) => {
                let named = self.classes(column, options)?;
                needed.push((column.as_str(), missing(&named)));
                named
            }
            None => (0..self.table.rows())
                .map(|row| most_likely(&scores, row))
                .collect(),
        };
        let part = self.part(options, needed, &missing(&truth))?;
        let picked = |column: &Vec<Option<f64>>| {
            let picked = part.rows.iter().map(|&row| column[row].unwrap_or_default());
            picked.collect()
        };
        let cases = Classified::new(
            scores.iter().map(picked).collect(),
            part.rows.iter().map(|&row| truth[row]).collect(),
            part.rows
                .iter()
                .map(|&row| named[row].unwrap_or_default())
                .collect(),
        )?;
        let cases = match self.patients(options, &part.rows)? {
            Some(patients) => cases.with_patients(patients)?,
            None => cases,
        };
        Ok(Cases { part, cases })
    }

    pub(super) fn predicted(
        &self,
        options: &EstimationOptions,
    ) -> Result<Cases<Predicted>, TableEstimationError> {
        let column = role(&options.predicted, "what the model predicts", "--predicted")?;
        let predicted = self.numbers(column)?;
        let truth = if self.has_truth(&options.truth) {
            self.numbers(&options.truth)?
        } else {
            vec![None; self.table.rows()]
        };
        let needed = vec![(column, missing(&predicted))];
        let part = self.part(options, needed, &missing(&truth))?;
        let picked = |row: &usize| predicted[*row].unwrap_or_default();
        let cases = Predicted::new(
            part.rows.iter().map(picked).collect(),
            part.rows.iter().map(|&row| truth[row]).collect(),
        )?;
        let cases = match self.patients(options, &part.rows)? {
            Some(patients) => cases.with_patients(patients)?,
            None => cases,
        };
        Ok(Cases { part, cases })
    }

    fn has_truth(&self, column: &str) -> bool {
        self.must_have_truth || self.table.has(column)
    }

    /// The rows that have a value in each needed column, and their chunks.
    fn part<'a>(
        &self,
        options: &'a EstimationOptions,
        mut needed: Vec<(&'a str, Vec<bool>)>,
        truth_missing: &[bool],
    ) -> Result<Part, TableEstimationError> {
        let at = |error| self.at(error);
        if let Some(patient) = &options.patient {
            needed.push((patient, self.table.missing(patient).map_err(at)?));
        }
        if let Chunks::By(column) = &options.chunks {
            needed.push((column, self.table.missing(column).map_err(at)?));
        }
        let all = self.table.rows();
        let mut kept = vec![true; all];
        let mut left_out = Vec::new();
        for (column, missing) in needed {
            let rows: Vec<usize> = (0..all).filter(|&row| kept[row] && missing[row]).collect();
            rows.iter().for_each(|&row| kept[row] = false);
            if !rows.is_empty() {
                left_out.push(LeftOut {
                    column: column.to_owned(),
                    rows: rows.len(),
                });
            }
        }
        let (chunks, empty_chunks) = self.chunks(&options.chunks, &kept)?;
        let rows: Vec<usize> = (0..all).filter(|&row| kept[row]).collect();
        let labelled = rows.iter().filter(|&&row| !truth_missing[row]).count();
        Ok(Part {
            counted: Counted {
                all,
                used: rows.len(),
                labelled,
                left_out,
                empty_chunks,
            },
            rows,
            chunks,
        })
    }

    /// The chunks of the table, of the rows that are kept and counted among them; and the keys of those that have none.
    fn chunks(
        &self,
        how: &Chunks,
        kept: &[bool],
    ) -> Result<(Vec<Chunk>, Vec<String>), TableEstimationError> {
        let rows = self.table.rows();
        let all = match how {
            Chunks::Size(0) | Chunks::Number(0) => return Err(TableEstimationError::NoChunk),
            Chunks::Size(size) => Chunk::by_size(rows, *size),
            Chunks::Number(number) => Chunk::by_number(rows, *number),
            Chunks::By(column) => {
                let texts = self.table.texts(column).map_err(|error| self.at(error))?;
                let keys: Vec<&str> = texts
                    .iter()
                    .map(|key| key.as_deref().unwrap_or(""))
                    .collect();
                let mut chunks = Chunk::by_key(&keys);
                // Rows without a key are left out, and no chunk of their own.
                chunks.retain(|chunk| chunk.rows.iter().any(|&row| texts[row].is_some()));
                chunks
            }
        };
        let mut place = Vec::with_capacity(rows);
        let mut before = 0;
        for &kept in kept {
            place.push(before);
            before += usize::from(kept);
        }
        let of_kept = |chunk: Chunk| Chunk {
            rows: (chunk.rows.into_iter().filter(|&row| kept[row]))
                .map(|row| place[row])
                .collect(),
            key: chunk.key,
        };
        let (full, empty): (Vec<Chunk>, Vec<Chunk>) =
            (all.into_iter().map(of_kept)).partition(|chunk| !chunk.rows.is_empty());
        Ok((full, empty.into_iter().map(|chunk| chunk.key).collect()))
    }

    fn patients(
        &self,
        options: &EstimationOptions,
        rows: &[usize],
    ) -> Result<Option<Vec<u32>>, TableEstimationError> {
        let Some(column) = &options.patient else {
            return Ok(None);
        };
        let texts = self.table.texts(column).map_err(|error| self.at(error))?;
        let mut codes = Codes::default();
        let code = |&row: &usize| codes.of(texts[row].as_deref().unwrap_or_default());
        Ok(Some(rows.iter().map(code).collect()))
    }

    fn numbers(&self, column: &str) -> Result<Vec<Option<f64>>, TableEstimationError> {
        self.table.numbers(column).map_err(|error| self.at(error))
    }

    /// A column of probabilities.
    fn scores(&self, column: &str) -> Result<Vec<Option<f64>>, TableEstimationError> {
        let scores = self.numbers(column)?;
        let outside = |value: &Option<f64>| value.is_some_and(|v| !(0.0..=1.0).contains(&v));
        match scores.iter().position(outside) {
            Some(row) => Err(TableEstimationError::Score {
                table: self.name,
                column: column.to_owned(),
                row,
                value: scores[row].unwrap_or(f64::NAN),
            }),
            None => Ok(scores),
        }
    }

    /// A column of names of classes, by their number.
    fn classes(
        &self,
        column: &str,
        options: &EstimationOptions,
    ) -> Result<Vec<Option<u32>>, TableEstimationError> {
        let texts = self.table.texts(column).map_err(|error| self.at(error))?;
        let number = |(row, text): (usize, &Option<String>)| {
            let Some(text) = text else {
                return Ok(None);
            };
            let known = options.classes.iter().position(|(class, _)| class == text);
            let number = known.ok_or_else(|| TableEstimationError::NotClass {
                table: self.name,
                column: column.to_owned(),
                row,
                value: text.clone(),
                classes: options
                    .classes
                    .iter()
                    .map(|(class, _)| class.clone())
                    .collect(),
            })?;
            Ok(Some(number as u32))
        };
        texts.iter().enumerate().map(number).collect()
    }

    /// A column of 0 and 1, or of a value that means diseased and others.
    fn binary(
        &self,
        column: &str,
        positive: Option<&str>,
    ) -> Result<Vec<Option<bool>>, TableEstimationError> {
        let texts = self.table.texts(column).map_err(|error| self.at(error))?;
        if let Some(positive) = positive {
            let found = texts
                .iter()
                .map(|text| text.as_ref().map(|text| text == positive));
            let found: Vec<Option<bool>> = found.collect();
            if self.must_have_truth && !found.contains(&Some(true)) {
                return Err(TableEstimationError::NoPositive {
                    table: self.name,
                    column: column.to_owned(),
                    value: positive.to_owned(),
                });
            }
            return Ok(found);
        }
        let read = |(row, text): (usize, &Option<String>)| match text.as_deref() {
            None => Ok(None),
            Some(text) => match text.trim().parse::<f64>() {
                Ok(0.0) => Ok(Some(false)),
                Ok(1.0) => Ok(Some(true)),
                _ => Err(TableEstimationError::NotBinary {
                    table: self.name,
                    column: column.to_owned(),
                    row,
                    value: text.to_owned(),
                }),
            },
        };
        texts.iter().enumerate().map(read).collect()
    }

    fn at(&self, error: ColumnError) -> TableEstimationError {
        TableEstimationError::Column {
            table: self.name,
            error,
        }
    }
}

fn role<'a>(
    column: &'a Option<String>,
    what: &'static str,
    option: &'static str,
) -> Result<&'a str, TableEstimationError> {
    let named = column.as_deref();
    named.ok_or(TableEstimationError::NoColumn { what, option })
}

fn missing<T>(values: &[Option<T>]) -> Vec<bool> {
    values.iter().map(Option::is_none).collect()
}

/// The columns that the model sees, in both tables.
pub(super) struct Features {
    names: Vec<String>,
    columns: Vec<[Feature; 2]>,
}

impl Features {
    pub(super) fn of(
        reference: &Table,
        current: &Table,
        names: &[String],
    ) -> Result<Features, TableEstimationError> {
        let at = |table| move |error| TableEstimationError::Column { table, error };
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let old = reference.texts(name).map_err(at("reference"))?;
            let new = current.texts(name).map_err(at("current"))?;
            columns.push(match (reference.numbers(name), current.numbers(name)) {
                (Ok(old), Ok(new)) => [numeric(old), numeric(new)],
                _ => {
                    let mut codes = Codes::default();
                    [old, new].map(|texts| {
                        let code = |text: Option<String>| text.map(|text| codes.of(&text));
                        Feature::Category(texts.into_iter().map(code).collect())
                    })
                }
            });
        }
        Ok(Features {
            names: names.to_vec(),
            columns,
        })
    }

    /// Rows of one of the two tables.
    pub(super) fn pick(&self, table: usize, rows: &[usize]) -> without_labels::Features {
        without_labels::Features {
            names: self.names.clone(),
            columns: (self.columns.iter())
                .map(|both| both[table].pick(rows))
                .collect(),
        }
    }
}

fn numeric(values: Vec<Option<f64>>) -> Feature {
    let values = values.into_iter().map(|value| value.unwrap_or(f64::NAN));
    Feature::Number(values.collect())
}

/// A number for each text, in the order in which they come.
#[derive(Default)]
struct Codes(BTreeMap<String, u32>);

impl Codes {
    fn of(&mut self, text: &str) -> u32 {
        let next = self.0.len() as u32;
        match self.0.get(text) {
            Some(&code) => code,
            None => {
                self.0.insert(text.to_owned(), next);
                next
            }
        }
    }
}

/// The class with the highest score, the first of equal ones; none where a score is missing.
fn most_likely(scores: &[Vec<Option<f64>>], row: usize) -> Option<u32> {
    let mut highest: Option<(u32, f64)> = None;
    for (class, column) in (0..).zip(scores) {
        let score = column[row]?;
        if highest.is_none_or(|(_, other)| score > other) {
            highest = Some((class, score));
        }
    }
    highest.map(|(class, _)| class)
}
