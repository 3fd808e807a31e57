use super::reading::{Metric, Reading};
use super::{Check, Remark, Severity};

/// An interval runs from its lower to its upper bound, holds its estimate, and stays where the metric can be.
///
/// Takes for granted that bounds and estimate are printed in one scale; an interval of which one bound is beyond a hundred times the other
/// scale was not understood and is let pass, as is one that lies far off an estimate without a known name. Half a unit of the last digit is let pass at both ends.
pub struct Bounds;

impl Check for Bounds {
    fn name(&self) -> &'static str {
        "possible_interval"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        reading
            .metrics
            .iter()
            .filter_map(|metric| self.of(metric))
            .collect()
    }
}

impl Bounds {
    fn of(&self, metric: &Metric) -> Option<Remark> {
        let name = metric.measure.name();
        let (value, interval) = (metric.value, metric.interval);
        let remark = |severity, message| {
            Some(Remark {
                check: self.name(),
                severity,
                message,
                passages: vec![metric.passage],
            })
        };
        let range = metric.measure.range();
        if let Some((least, most)) = range
            && (value.low() > most || value.high() < least)
        {
            return remark(
                Severity::Impossible,
                format!("A {name} of {value} cannot be: it lies in {least} to {most}."),
            );
        }
        let interval = interval?;
        let (low, high) = (interval.low, interval.high);
        if low.percent != high.percent || low.percent != value.percent {
            return None;
        }
        if low.low() > high.high() {
            // Of what can be negative, signs may have been lost on the way.
            return match range {
                Some(_) => remark(
                    Severity::Impossible,
                    format!(
                        "The interval {low} to {high} of {name} {value} is the wrong way round."
                    ),
                ),
                None => remark(
                    Severity::WorthAsking,
                    format!(
                        "The interval {low} to {high} of {name} {value} is the wrong way round, unless the file lost its minus signs."
                    ),
                ),
            };
        }
        if let Some((least, most)) = range
            && (low.high() < least || high.low() > most)
        {
            return remark(
                Severity::Impossible,
                format!("The interval {low} to {high} of {name} {value} leaves {least} to {most}."),
            );
        }
        // What has no known name and lies far off may not be the interval's.
        let off = (low.value - value.value).max(value.value - high.value);
        let is_its_own = range.is_some() || off < high.value - low.value;
        if is_its_own && (value.high() < low.low() || value.low() > high.high()) {
            return remark(
                Severity::Inconsistent,
                format!("The interval {low} to {high} does not hold its {name}, {value}."),
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn sound_intervals_raise_nothing() {
        for text in [
            "The AUROC was 0.91 (95% CI 0.88–0.94).",
            "The sensitivity was 100% (95% CI 89.7–100).",
            "The kappa was 0.05 (95% CI -0.10 to 0.20).",
            "The F1 change was -0.001 [95% CI -0.002, 0.000].",
            "The odds ratio was 0.333 [95% CI 0.176, 5.676].",
            "The accuracy was 91.2% (95% CI 0.88-0.94).",
            "It was better (P = .03; 95% CI 1.2-3.4).",
            "It was 80% at a threshold of 0.5 (95% CI 75-85).",
        ] {
            let found = remarks(&Bounds, &[text]);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn unsound_intervals_are_named() {
        for (text, message) in [
            (
                "The AUROC was 0.91 (95% CI 0.94–0.88).",
                "The interval 0.94 to 0.88 of AUROC 0.91 is the wrong way round.",
            ),
            (
                "The AUROC was 0.91 (95% CI 0.93–0.96).",
                "The interval 0.93 to 0.96 does not hold its AUROC, 0.91.",
            ),
            (
                "The sensitivity was 97.1% (95% CI 92.0–102.2).",
                "The interval 92.0% to 102.2% of sensitivity 97.1% leaves 0 to 1.",
            ),
            (
                "The specificity was 104.2%.",
                "A specificity of 104.2% cannot be: it lies in 0 to 1.",
            ),
            (
                "The odds ratio was 1.20 (95% CI 1.31 to 1.90).",
                "The interval 1.31 to 1.90 does not hold its estimate, 1.20.",
            ),
        ] {
            let found = remarks(&Bounds, &[text]);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].message, message);
        }
    }
}
