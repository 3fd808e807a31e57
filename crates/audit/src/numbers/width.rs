use galen_stats::Level;
use galen_stats::interval::wilson;

use super::reading::{Metric, Reading};
use super::{Check, Remark, Severity};

/// An interval of a share of `n` is not far narrower than chance allows.
///
/// Compares with Wilson's interval of `n` independent cases; clustered cases only widen it. Asked only where part and whole are told beside
/// the share, `91.2% (31/34; 95% CI 90–92)`. Other methods are narrower by some parts, so that only less than 0.6 of the width is named, or
/// 0.5 where the interval was cut at 0 or 1.
///
/// # Source
/// Wilson 1927, JASA 22:209-212; Newcombe 1998, Statistics in Medicine 17:857-872.
pub struct Width;

impl Check for Width {
    fn name(&self) -> &'static str {
        "interval_too_narrow"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        reading
            .metrics
            .iter()
            .filter_map(|metric| self.of(metric))
            .collect()
    }
}

impl Width {
    fn of(&self, metric: &Metric) -> Option<Remark> {
        let interval = metric.interval.filter(|interval| interval.labelled)?;
        let (part, whole) = metric.fraction?;
        if !metric.measure.is_share() || part > whole || whole == 0 {
            return None;
        }
        let level = Level::new(interval.level).ok()?;
        let share = part as f64 / whole as f64;
        if !metric.value.is_near(share) || interval.low.percent != interval.high.percent {
            return None;
        }
        let (low, high) = wilson(part as f64, whole as f64, level);
        let most = interval.high.high() - interval.low.low();
        let is_cut = interval.high.high() >= 0.995 || interval.low.low() <= 0.005;
        let least_share = if is_cut { 0.5 } else { 0.6 };
        if most >= least_share * (high - low) || most < 0.0 {
            return None;
        }
        Some(Remark {
            check: self.name(),
            severity: Severity::Inconsistent,
            message: format!(
                "{part} of {whole} cannot be known as well as {} to {}: Wilson's interval is {} to {}.",
                interval.low,
                interval.high,
                interval.low.like(low),
                interval.high.like(high)
            ),
            passages: vec![metric.passage],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn intervals_of_any_usual_method_raise_nothing() {
        for text in [
            "Sensitivity was 91.2% (31/34; 95% CI 77.0–97.0).",
            "Sensitivity was 91.2% (31/34; 95% CI 76.3–98.1).",
            "Sensitivity was 91.2% (31/34; 95% CI 81.6–100).",
            "Sensitivity was 97.1% (33/34; 95% CI 91.4–100).",
            "Sensitivity was 91.2% (95% CI 90.9–91.5).",
        ] {
            let found = remarks(&Width, &[text]);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn an_interval_of_many_more_cases_is_named() {
        let found = remarks(
            &Width,
            &["Sensitivity was 91.2% (31/34; 95% CI 89.0–93.3)."],
        );
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .message
                .ends_with("Wilson's interval is 77.0% to 97.0%."),
            "{found:?}"
        );
    }
}
