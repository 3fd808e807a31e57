use galen_spec::monitor::Check;
use galen_stats::{Cases, Level, METRICS, Metric, metric};

use super::{About, CheckError, Gives, Measured, MonitorCheck, text_of};
use crate::window::{Reference, WindowData};

const ID: &str = "performance";

/// A metric on the cases of the window whose truth is known; `params: {metric: …}` names one of the manual.
///
/// The estimate counts those cases only: they may differ from the rest, whose truth has not ripened. Undefined when there
/// is none, and when the metric is, as the area under the ROC curve of healthy cases only.
///
/// # Source
/// That of the metric.
pub struct Performance;

impl MonitorCheck for Performance {
    fn about(&self) -> About {
        About {
            id: ID,
            title: "Performance",
            what: "What a metric is on the cases whose truth is known by now.",
            source: "that of the metric",
            needs_column: false,
            params: &["metric"],
            gives: Gives::Interval,
        }
    }

    fn fits(&self, check: &Check) -> Result<(), CheckError> {
        metric_of(check).map(|_| ())
    }

    fn measure(
        &self,
        check: &Check,
        window: &WindowData,
        _reference: &Reference,
    ) -> Result<Measured, CheckError> {
        let level = Level::new(check.level)?;
        let metric = metric_of(check)?;
        let truths = window.truth.as_ref().map_or(0, Vec::len);
        if window.truth.is_some() && truths != window.scores.len() {
            let scores = window.scores.len();
            return Err(CheckError::Unequal { truths, scores });
        }
        let (truth, scores) = window.labelled();
        let n = truth.len();
        let cases = Cases::new(truth, scores, Some(window.threshold), None)?;
        let mut estimate = metric::measure(metric, &cases, level);
        if n == 0 {
            estimate.why = Some("The truth of no case is known yet.".to_owned());
        }
        let title = metric.about().title;
        Ok(Measured {
            subject: format!("{title} on cases with known truth"),
            estimate,
            p_value: None,
        })
    }
}

fn metric_of(check: &Check) -> Result<&'static dyn Metric, CheckError> {
    let name = text_of(check, ID, "metric")?;
    metric::by_id(name).ok_or_else(|| CheckError::UnknownSetting {
        what: "metric",
        name: name.to_owned(),
        known: METRICS.iter().map(|metric| metric.about().id).collect(),
    })
}

#[cfg(test)]
mod tests {
    use galen_spec::monitor::{Crossing, Limit};
    use serde_json::json;

    use super::super::laws::{declared, reference, window_with};
    use super::super::{CheckResult, fits, run};
    use crate::window::WindowData;

    fn labelled(truth: Vec<Option<bool>>) -> WindowData {
        let mut window = window_with("age", vec![Some("60".to_owned()); truth.len()]);
        window.scores = (0..truth.len()).map(|i| 0.1 + 0.01 * i as f64).collect();
        window.truth = Some(truth);
        window
    }

    fn of(metric: &str, window: &WindowData, limit: Limit) -> CheckResult {
        let mut check = declared("performance");
        check.params = [("metric".to_owned(), json!(metric))].into();
        check.limit = limit;
        run(&check, window, &reference())
    }

    #[test]
    fn only_cases_with_known_truth_are_counted() {
        let mut truth: Vec<_> = (0..40).map(|i| Some(i % 3 == 0)).collect();
        truth.extend([None; 60]);
        let result = of("auroc", &labelled(truth), Limit::UpperBelow(0.75));
        assert_eq!(result.estimate.n, 40);
        assert_eq!(result.estimate.events, Some(14));
        assert_eq!(result.crossing, Crossing::Crossed);
    }

    #[test]
    fn deaths_far_from_the_expected_cross_the_calibration_limit() {
        let range = Limit::Outside([0.70, 1.43]);
        let truth = (0..60).map(|i| Some(i % 5 != 0)).collect();
        let result = of("o_e_ratio", &labelled(truth), range.clone());
        assert_eq!(result.crossing, Crossing::Crossed);
        // One death of three cases decides nothing.
        let few = of(
            "o_e_ratio",
            &labelled(vec![Some(true), Some(false), Some(false)]),
            range,
        );
        assert_eq!(few.crossing, Crossing::Inconclusive);
    }

    #[test]
    fn without_truth_or_with_one_class_there_is_no_data_and_a_reason() {
        let limit = Limit::UpperBelow(0.75);
        let mut window = labelled(vec![None; 30]);
        let unripe = of("auroc", &window, limit.clone());
        assert_eq!(unripe.crossing, Crossing::NoData);
        assert_eq!(
            unripe.sentence,
            "Area under the ROC curve on cases with known truth could not be measured; \
             the limit is an upper bound below 0.75: no data. The truth of no case is known yet."
        );
        window.truth = None;
        assert_eq!(of("auroc", &window, limit.clone()).estimate.n, 0);
        let healthy = of("auroc", &labelled(vec![Some(false); 30]), limit);
        assert_eq!(healthy.crossing, Crossing::NoData);
        assert_eq!(healthy.estimate.n, 30);
        assert_eq!(
            healthy.estimate.why.as_deref(),
            Some("No case is diseased.")
        );
    }

    #[test]
    fn truths_of_other_cases_than_the_scores_are_not_measured() {
        let mut window = labelled(vec![Some(true), Some(false)]);
        window.scores.push(0.5);
        let result = of("auroc", &window, Limit::UpperBelow(0.75));
        assert_eq!(result.crossing, Crossing::NoData);
        assert!(
            result
                .sentence
                .ends_with("The window has 2 truths and 3 scores.")
        );
    }

    #[test]
    fn a_metric_that_there_is_not_does_not_fit() {
        let mut check = declared("performance");
        assert_eq!(fits(&check), Ok(()));
        check.params = [("metric".to_owned(), json!("auc"))].into();
        let error = fits(&check).expect_err("there is no such metric");
        assert!(
            error
                .to_string()
                .starts_with("There is no metric `auc`; there are auroc,")
        );
    }
}
