use galen_model::Encoded;
use serde::Serialize;

use crate::design::{Column, Design};
use crate::fit::Fit;

/// A fitted logistic regression on the scale of its inputs; what the ONNX graph computes, in double precision.
///
/// `p = 1 / (1 + exp(-(a + sum of b_j (t_j - m_j))))`, where `t_j` is the input, an absent one replaced by its median, and
/// its logarithm where asked for. Around the means `m_j` single precision loses little.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// `a`: the log-odds of a case whose inputs are all at their means.
    pub at_means: f64,
    /// One a number that the model takes, in their order.
    pub terms: Vec<Term>,
}

/// What one number of a row contributes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    pub name: String,
    /// Whether the natural logarithm is taken.
    pub log: bool,
    /// Log-odds a unit of the input, or of its logarithm.
    pub coefficient: f64,
    /// Of the transformed learning data.
    pub mean: f64,
    /// Of the transformed learning data.
    pub sd: f64,
    /// The place of the indicator, and what then stands for the value.
    #[serde(skip)]
    pub fill: Option<(usize, f64)>,
}

impl Formula {
    pub(crate) fn new(design: &Design, fit: &Fit) -> Self {
        let term = |(column, coefficient): (&Column, &f64)| Term {
            name: column.name.clone(),
            log: column.log,
            coefficient: coefficient / column.sd,
            mean: column.mean,
            sd: column.sd,
            fill: column.fill,
        };
        Self {
            at_means: fit.intercept,
            terms: design
                .columns
                .iter()
                .zip(&fit.coefficients)
                .map(term)
                .collect(),
        }
    }

    /// The log-odds where every transformed input is 0, as textbooks write it.
    pub fn intercept(&self) -> f64 {
        let moved = self.terms.iter().map(|term| term.coefficient * term.mean);
        self.at_means - moved.sum::<f64>()
    }

    /// The probability of each row, in double precision.
    pub fn scores(&self, rows: &Encoded) -> Vec<f64> {
        (0..rows.rows())
            .map(|row| self.score(rows.row(row)))
            .collect()
    }

    fn score(&self, row: &[f32]) -> f64 {
        let part = |(place, term): (usize, &Term)| {
            let filled = match term.fill {
                Some((indicator, median)) if row[indicator] == 1.0 => median,
                _ => f64::from(row[place]),
            };
            let value = if term.log { filled.ln() } else { filled };
            term.coefficient * (value - term.mean)
        };
        let sum: f64 = self.terms.iter().enumerate().map(part).sum();
        1.0 / (1.0 + (-self.at_means - sum).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_intercept_gives_the_same_log_odds() {
        let term = |coefficient, mean| Term {
            name: "x".into(),
            log: false,
            coefficient,
            mean,
            sd: 1.0,
            fill: None,
        };
        let formula = Formula {
            at_means: -1.0,
            terms: vec![term(0.5, 4.0), term(2.0, -3.0)],
        };
        assert_eq!(formula.intercept(), -1.0 - 2.0 + 6.0);
    }
}
