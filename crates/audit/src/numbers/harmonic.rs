use super::reading::{Group, Measure, Reading};
use super::{Check, Remark, Severity};

/// F1 is the harmonic mean of precision and recall, 2PR / (P + R).
///
/// The harmonic mean is concave: a mean of F1 over classes, folds or images lies below that of the means, never above. Takes for granted that
/// the three are of one threshold, in one row or sentence. A lower one is worth asking only where nothing tells of averaging and it is lower
/// by more than 0.02.
///
/// # Source
/// van Rijsbergen 1979, Information Retrieval, chapter 7; Opitz and Burst 2019, arXiv:1911.03347 (two means of F1).
pub struct Harmonic;

impl Check for Harmonic {
    fn name(&self) -> &'static str {
        "f1_of_precision_and_recall"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let groups = reading.groups.iter();
        groups.filter_map(|group| self.of(group, reading)).collect()
    }
}

impl Harmonic {
    fn of(&self, group: &Group, reading: &Reading) -> Option<Remark> {
        let value = |measure| Some(group.get(&reading.metrics, measure)?.value);
        let precision = value(Measure::Ppv)?;
        let recall = value(Measure::Sensitivity)?;
        let f1 = value(Measure::F1)?;
        let mean = |p: f64, r: f64| {
            if p + r > 0.0 {
                2.0 * p * r / (p + r)
            } else {
                0.0
            }
        };
        let least = mean(precision.low().max(0.0), recall.low().max(0.0));
        let most = mean(precision.high(), recall.high());
        let is_one_table = !group.is_averaged && !reading.is_multiclass;
        let severity = if f1.low() > most {
            Severity::Inconsistent
        } else if is_one_table && f1.high() < least - 0.02 {
            Severity::WorthAsking
        } else {
            return None;
        };
        Some(Remark {
            check: self.name(),
            severity,
            message: format!(
                "PPV {precision} and sensitivity {recall} give F1 {}, but {f1} is printed{}.",
                f1.like(mean(precision.value, recall.value)),
                match severity {
                    Severity::WorthAsking =>
                        "; a mean over classes, folds or images would be lower",
                    _ => "; at one threshold no mean over classes, folds or images is higher",
                }
            ),
            passages: group.passages(
                &reading.metrics,
                &[Measure::Ppv, Measure::Sensitivity, Measure::F1],
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn the_harmonic_mean_and_lower_means_raise_nothing() {
        for text in [
            "Precision was 0.80, recall was 0.60, and the F1 score was 0.69.",
            "Macro-averaged precision was 0.80, recall was 0.60, and the F1 score was 0.55.",
            "Precision was 0.80, recall was 0.60, and the F1 score of the baseline was 0.75.",
        ] {
            assert!(remarks(&Harmonic, &[text]).is_empty(), "{text}");
        }
    }

    #[test]
    fn other_values_are_named() {
        let found = remarks(
            &Harmonic,
            &["Precision was 0.80, recall was 0.60, and the F1 score was 0.75."],
        );
        assert_eq!(
            found[0].message,
            "PPV 0.80 and sensitivity 0.60 give F1 0.69, but 0.75 is printed; at one threshold no mean over classes, folds or images is higher."
        );
        let found = remarks(
            &Harmonic,
            &["Precision was 0.80, recall was 0.60, and the F1 score was 0.50."],
        );
        assert_eq!(found[0].severity, Severity::WorthAsking);
    }
}
