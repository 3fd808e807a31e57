use galen_spec::monitor::Check;
use galen_stats::{Cases, Level, metric};

use super::{About, CheckError, Gives, Measured, MonitorCheck};
use crate::window::{Reference, WindowData};

const ID: &str = "alert_rate";

/// The share of the window's cases whose score is at or above the threshold; it needs no truth.
///
/// It is the metric of the same name. The value is in 0..=1; each row counts as one patient.
///
/// # Source
/// Wilson 1927, JASA 22:209-212.
pub struct AlertRate;

impl MonitorCheck for AlertRate {
    fn about(&self) -> About {
        About {
            id: ID,
            title: "Alert rate",
            what: "What share of the cases is flagged.",
            source: "Wilson 1927",
            needs_column: false,
            params: &[],
            gives: Gives::Interval,
        }
    }

    fn measure(
        &self,
        check: &Check,
        window: &WindowData,
        _reference: &Reference,
    ) -> Result<Measured, CheckError> {
        let level = Level::new(check.level)?;
        // The metric of flags takes cases and looks at no truth.
        let unknown = vec![false; window.scores.len()];
        let cases = Cases::new(unknown, window.scores.clone(), Some(window.threshold), None)?;
        let rate = metric::by_id(ID).expect("the alert rate is one of METRICS");
        Ok(Measured {
            subject: "The share of flagged cases".to_owned(),
            estimate: metric::measure(rate, &cases, level),
            p_value: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use galen_spec::monitor::{Crossing, Limit};

    use super::super::laws::{declared, reference, window_with};
    use super::super::run;

    #[test]
    fn a_score_at_the_threshold_is_flagged() {
        let mut window = window_with("age", vec![Some("60".to_owned()); 20]);
        window.scores = [vec![0.3; 5], vec![0.29; 15]].concat();
        window.threshold = 0.3;
        let mut check = declared("alert_rate");
        check.limit = Limit::Outside([0.10, 0.60]);
        let result = run(&check, &window, &reference());
        assert_eq!(result.estimate.value, Some(0.25));
        assert_eq!(result.estimate.events, Some(5));
        assert_eq!(result.crossing, Crossing::Ok);
        check.limit = Limit::Outside([0.50, 0.90]);
        assert_eq!(
            run(&check, &window, &reference()).sentence,
            "The share of flagged cases is 0.25 (0.11–0.47 at level 0.95; n 20); \
             the limit is an interval outside 0.50 to 0.90: crossed."
        );
    }

    #[test]
    fn a_score_that_is_no_number_is_no_data() {
        let mut window = window_with("age", vec![Some("60".to_owned()); 2]);
        window.scores = vec![0.5, f64::NAN];
        let result = run(&declared("alert_rate"), &window, &reference());
        assert_eq!(result.crossing, Crossing::NoData);
        assert_eq!(result.estimate.value, None);
    }
}
