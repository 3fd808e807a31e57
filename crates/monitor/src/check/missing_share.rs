use galen_spec::monitor::Check;
use galen_stats::{Estimate, Level, Undefined, interval};

use super::{About, CheckError, Gives, Measured, MonitorCheck, column_of};
use crate::window::{Reference, WindowData};

const ID: &str = "missing_share";
const METHOD: &str = "wilson";

/// The share of the window's cases that have no value in a column, with Wilson's interval.
///
/// The value is in 0..=1; each row counts as one patient. A column that the reference has and the window has lost
/// altogether is missing in every case.
///
/// # Source
/// Wilson 1927, JASA 22:209-212.
pub struct MissingShare;

impl MonitorCheck for MissingShare {
    fn about(&self) -> About {
        About {
            id: ID,
            title: "Missing share",
            what: "In what share of the cases the column has no value.",
            source: "Wilson 1927",
            needs_column: true,
            params: &[],
            gives: Gives::Interval,
        }
    }

    fn measure(
        &self,
        check: &Check,
        window: &WindowData,
        reference: &Reference,
    ) -> Result<Measured, CheckError> {
        let level = Level::new(check.level)?;
        let column = column_of(check, ID)?;
        if !window.table.has(column) && !reference.table.has(column) {
            return Err(CheckError::Absent(column.to_owned()));
        }
        let missing = window.missing(column);
        let n = missing.len();
        let k = missing.into_iter().filter(|&missing| missing).count();
        let estimate = if n == 0 {
            Estimate::undefined(Undefined::NoCase, 0, level, METHOD)
        } else {
            let bounds = interval::wilson(k as f64, n as f64, level);
            Estimate::new(k as f64 / n as f64, bounds, n as u64, level, METHOD).events(k as u64)
        };
        Ok(Measured {
            subject: format!("The share of cases without {column}"),
            estimate,
            p_value: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use galen_spec::monitor::{Crossing, Limit};

    use super::super::laws::{declared, reference, window_with};
    use super::super::run;

    fn creatinine(missing: usize, n: usize) -> super::super::CheckResult {
        let mut check = declared("missing_share");
        check.column = Some("creatinine".to_owned());
        check.level = 0.99;
        check.limit = Limit::LowerAbove(0.30);
        let value = |i| (i >= missing).then(|| "0.9".to_owned());
        let window = window_with("creatinine", (0..n).map(value).collect());
        run(&check, &window, &reference())
    }

    /// Bounds: statsmodels 0.14, `proportion_confint(k, n, alpha=0.01, method="wilson")`.
    #[test]
    fn creatinine_missing_in_44_of_48_crosses_and_in_23_of_100_does_not() {
        let lost = creatinine(44, 48);
        let bounds = (lost.estimate.low, lost.estimate.high);
        assert!((bounds.0.expect("an interval") - 0.757267954497781).abs() < 1e-9);
        assert!((bounds.1.expect("an interval") - 0.974864848683040).abs() < 1e-9);
        assert_eq!(lost.crossing, Crossing::Crossed);
        assert_eq!(lost.estimate.events, Some(44));
        assert_eq!(
            lost.sentence,
            "The share of cases without creatinine is 0.92 (0.76–0.97 at level 0.99; n 48); \
             the limit is a lower bound above 0.30: crossed."
        );
        // Up to 0.35 of all people may lack it, so this is not proven to be clear of 0.30 either.
        assert_eq!(creatinine(23, 100).crossing, Crossing::Inconclusive);
        assert_eq!(creatinine(230, 1000).crossing, Crossing::Ok);
    }

    #[test]
    fn a_column_that_the_window_lost_is_missing_in_every_case() {
        let mut check = declared("missing_share");
        check.column = Some("age".to_owned());
        let window = window_with("creatinine", vec![Some("0.9".to_owned()); 20]);
        let result = run(&check, &window, &reference());
        assert_eq!(result.estimate.value, Some(1.0));
        assert_eq!(result.crossing, Crossing::Crossed);
        check.column = Some("aeg".to_owned());
        let misspelt = run(&check, &window, &reference());
        assert_eq!(misspelt.crossing, Crossing::NoData);
        assert!(
            misspelt
                .sentence
                .ends_with("no data. Neither the window nor the reference has a column `aeg`.")
        );
    }
}
