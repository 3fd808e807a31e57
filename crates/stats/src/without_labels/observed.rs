use super::Chunk;
use crate::boosting::{Feature, FitError};
use thiserror::Error;

/// What is known about the cases of a reference, or of now.
pub struct Observed<'a, Cases> {
    /// The cases: [`super::Scored`] or [`super::Predicted`] ones.
    pub cases: &'a Cases,
    /// Those that are judged together.
    pub chunks: &'a [Chunk],
    /// What the model saw of each case.
    pub features: &'a Features,
}

impl<Cases> Clone for Observed<'_, Cases> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Cases> Copy for Observed<'_, Cases> {}

/// Columns of features with their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// One name a column.
    pub names: Vec<String>,
    /// The columns, one value a case.
    pub columns: Vec<Feature>,
}

impl Features {
    /// The rows of these indices.
    pub(super) fn pick(&self, rows: &[usize]) -> Features {
        Features {
            names: self.names.clone(),
            columns: self
                .columns
                .iter()
                .map(|column| column.pick(rows))
                .collect(),
        }
    }

    /// The same columns and one more.
    pub(super) fn with(mut self, name: &str, column: Vec<f64>) -> Features {
        self.names.push(name.to_owned());
        self.columns.push(Feature::Number(column));
        self
    }
}

/// Why nothing can be estimated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EstimationError {
    /// No case to estimate for.
    #[error("there is no case to estimate for")]
    NoCase,
    /// A reference that teaches nothing.
    #[error("no case of the reference has its truth, so nothing can be learned from it")]
    NoTruth,
    /// A reference of one class.
    #[error(
        "all {n} labelled cases of the reference are {class}, so nothing says what a score means"
    )]
    OneClass {
        /// `diseased` or `healthy`.
        class: &'static str,
        /// How many.
        n: usize,
    },
    /// Classes that do not fit the columns of scores.
    #[error(
        "there are {0} classes; there must be two or more, each with a column of scores in both tables"
    )]
    Classes(usize),
    /// A class that the reference never had.
    #[error(
        "no labelled case of the reference is of class `{0}`, so nothing says what its score means"
    )]
    ClassAbsent(String),
    /// A metric of two classes asked of several.
    #[error("`{0}` counts flagged cases, and several classes have no flag")]
    NotOfClasses(&'static str),
    /// Flags in the reference or now, not in both.
    #[error("only the {0} cases say what the model flagged")]
    FlagsInOne(&'static str),
    /// A chunk without a row, or with a row that there is not.
    #[error("chunk `{key}` has no rows, or rows beyond the {rows} that there are")]
    Chunk {
        /// Its key.
        key: String,
        /// The rows that there are.
        rows: usize,
    },
    /// Features that do not fit each other or the cases.
    #[error(
        "the features of the {0} cases do not have one value a case, or other names than those of the reference"
    )]
    Features(&'static str),
    /// Nothing to learn the loss from.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// Whether chunks and features fit a reference of so many rows, and as many of now.
pub(super) fn check<Cases>(
    (reference, rows): (Observed<Cases>, usize),
    (current, current_rows): (Observed<Cases>, usize),
) -> Result<(), EstimationError> {
    let sides = [
        (reference, rows, "reference"),
        (current, current_rows, "current"),
    ];
    for (observed, rows, which) in sides {
        let is_broken =
            |chunk: &&Chunk| chunk.rows.is_empty() || chunk.rows.iter().any(|&row| row >= rows);
        if let Some(chunk) = observed.chunks.iter().find(is_broken) {
            let key = chunk.key.clone();
            return Err(EstimationError::Chunk { key, rows });
        }
        let features = observed.features;
        let fits = features.columns.iter().all(|column| column.len() == rows)
            && features.columns.len() == features.names.len()
            && features.names == reference.features.names;
        if !fits {
            return Err(EstimationError::Features(which));
        }
    }
    if current_rows == 0 || current.chunks.is_empty() {
        return Err(EstimationError::NoCase);
    }
    Ok(())
}
