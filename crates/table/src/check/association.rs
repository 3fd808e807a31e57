//! Whether two properties of cases go together more than chance would have them.

use galen_stats::{Estimate, Level, interval};
use statrs::function::gamma::gamma_ur;

use super::study::TwoByTwo;

/// Pearson's statistic of a table of counts, and its p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ChiSquare {
    pub statistic: f64,
    pub degrees: usize,
    pub p_value: f64,
}

/// Pearson's test, without continuity correction, of rows of (diseased, healthy); `None` with fewer than two rows that
/// hold cases or one label only.
///
/// # Source
/// Pearson 1900, Philosophical Magazine 50:157-175.
pub(super) fn chi_square(rows: &[(usize, usize)]) -> Option<ChiSquare> {
    let rows: Vec<(f64, f64)> = rows
        .iter()
        .map(|&(d, h)| (d as f64, h as f64))
        .filter(|(d, h)| d + h > 0.0)
        .collect();
    let diseased: f64 = rows.iter().map(|row| row.0).sum();
    let healthy: f64 = rows.iter().map(|row| row.1).sum();
    let all = diseased + healthy;
    if rows.len() < 2 || diseased == 0.0 || healthy == 0.0 {
        return None;
    }
    let part = |observed: f64, expected: f64| (observed - expected).powi(2) / expected;
    let cells = rows
        .iter()
        .map(|&(d, h)| part(d, (d + h) * diseased / all) + part(h, (d + h) * healthy / all));
    let statistic: f64 = cells.sum();
    let degrees = rows.len() - 1;
    Some(ChiSquare {
        statistic,
        degrees,
        p_value: p_value(statistic, degrees),
    })
}

impl ChiSquare {
    /// The test when so many cases count as one.
    pub fn divided(self, deff: f64) -> Self {
        let statistic = self.statistic / deff;
        Self {
            statistic,
            p_value: p_value(statistic, self.degrees),
            ..self
        }
    }
}

fn p_value(statistic: f64, degrees: usize) -> f64 {
    if statistic > 0.0 {
        gamma_ur(degrees as f64 / 2.0, statistic / 2.0)
    } else {
        1.0
    }
}

impl TwoByTwo {
    /// The test of whether having the property goes with the label.
    pub fn chi_square(&self) -> Option<ChiSquare> {
        let (d, h) = (self.diseased_with, self.healthy_with);
        Some(chi_square(&[(d, h), (self.diseased - d, self.healthy - h)])?.divided(self.deff))
    }

    /// The share with the property among the diseased minus that among the healthy, with Newcombe's interval.
    pub fn difference(&self, level: Level) -> Estimate {
        let effective = |count: usize| count as f64 / self.deff;
        let (k1, n1) = (effective(self.diseased_with), effective(self.diseased));
        let (k2, n2) = (effective(self.healthy_with), effective(self.healthy));
        let interval = interval::newcombe(k1, n1, k2, n2, level);
        let n = (self.diseased + self.healthy) as u64;
        Estimate::new(k1 / n1 - k2 / n2, interval, n, level, "newcombe")
    }

    pub fn evidence(&self) -> serde_json::Value {
        serde_json::json!({
            "design_effect": self.deff,
            "diseased": {"n": self.diseased, "with": self.diseased_with},
            "healthy": {"n": self.healthy, "with": self.healthy_with},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_square_is_that_of_scipy() {
        // scipy 1.17: chi2_contingency([[10, 20], [30, 15], [8, 9]], correction=False)
        let found = chi_square(&[(10, 20), (30, 15), (8, 9)]).expect("both labels occur");
        assert!(
            (found.statistic - 8.233808674985145).abs() < 1e-12,
            "{}",
            found.statistic
        );
        assert!(
            (found.p_value - 0.01629487989325729).abs() < 1e-12,
            "{}",
            found.p_value
        );
        assert_eq!(found.degrees, 2);
        assert_eq!(chi_square(&[(1, 2), (0, 0)]), None);
        assert_eq!(chi_square(&[(1, 0), (3, 0)]), None);
    }
}
