//! What is watched: the cases of some time, and those that they are compared with.

use galen_table::Table;

/// The cases of some time that a release has scored: `n` rows of inputs, `n` scores and, where outcomes are known, truth.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowData {
    /// The first period, such as `2008` or `2008-03`.
    pub from: String,
    /// The last period, which the window includes.
    pub to: String,
    /// The inputs, one row a case, without names of patients.
    pub table: Table,
    /// The score of each case; finite.
    pub scores: Vec<f64>,
    /// Whether each case was diseased; `None` for a case whose truth is not known yet.
    pub truth: Option<Vec<Option<bool>>>,
    /// The score at and above which a case is flagged.
    pub threshold: f64,
}

impl WindowData {
    /// For each case whether it has no value in this column. A column that the window does not have at all has no value
    /// in any case.
    pub(crate) fn missing(&self, column: &str) -> Vec<bool> {
        let absent = |_| vec![true; self.table.rows()];
        self.table.missing(column).unwrap_or_else(absent)
    }

    /// Truth and score of the cases whose truth is known; those without a score are left out.
    pub(crate) fn labelled(&self) -> (Vec<bool>, Vec<f64>) {
        let truth = self.truth.iter().flatten();
        let labelled = truth.zip(&self.scores);
        labelled
            .filter_map(|(truth, &score)| Some(((*truth)?, score)))
            .unzip()
    }
}

/// The cases that a window is compared with: those of the dataset that the monitoring plan names.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub table: Table,
}
