use super::reading::{Group, Measure, Reading};
use super::{Check, Remark, Severity};

/// Accuracy is p · sensitivity + (1 - p) · specificity at the prevalence p, so that it lies between both; balanced accuracy is their mean.
///
/// Takes for granted two classes, one threshold and the same cases: nothing is asked where the paper tells of more classes, or the row or
/// sentence of means, or of pixels, whose accuracy is mostly a mean over images of unlike prevalence.
///
/// # Source
/// Alberg and others 2004, Journal of General Internal Medicine 19:460-465.
pub struct Accuracy;

impl Check for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy_between_sensitivity_and_specificity"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let groups = reading.groups.iter().filter(|_| !reading.is_multiclass);
        groups.flat_map(|group| self.of(group, reading)).collect()
    }
}

impl Accuracy {
    fn of(&self, group: &Group, reading: &Reading) -> Vec<Remark> {
        let value = |measure| Some(group.get(&reading.metrics, measure)?.value);
        let (Some(sensitivity), Some(specificity)) =
            (value(Measure::Sensitivity), value(Measure::Specificity))
        else {
            return Vec::new();
        };
        let remark = |measure, message| Remark {
            check: self.name(),
            severity: Severity::Inconsistent,
            message,
            passages: group.passages(
                &reading.metrics,
                &[Measure::Sensitivity, Measure::Specificity, measure],
            ),
        };
        let mut remarks = Vec::new();
        if let Some(accuracy) = value(Measure::Accuracy)
            && !group.is_averaged
            && !group.is_of_pixels(&reading.metrics)
            && (accuracy.high() < sensitivity.low().min(specificity.low())
                || accuracy.low() > sensitivity.high().max(specificity.high()))
        {
            remarks.push(remark(Measure::Accuracy, format!(
                "Accuracy {accuracy} does not lie between sensitivity {sensitivity} and specificity {specificity}, as it does at any prevalence."
            )));
        }
        let mean = |a: f64, b: f64| f64::midpoint(a, b);
        if let Some(balanced) = value(Measure::BalancedAccuracy)
            && (balanced.high() < mean(sensitivity.low(), specificity.low())
                || balanced.low() > mean(sensitivity.high(), specificity.high()))
        {
            remarks.push(remark(Measure::BalancedAccuracy, format!(
                "Sensitivity {sensitivity} and specificity {specificity} give a balanced accuracy of {}, but {balanced} is printed.",
                balanced.like(mean(sensitivity.value, specificity.value))
            )));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::{remarks, table_remarks};

    #[test]
    fn accuracies_that_some_prevalence_gives_raise_nothing() {
        for text in [
            "Sensitivity was 91.2%, specificity was 85.0%, and accuracy was 86.4%.",
            "Mean sensitivity was 91.2%, specificity was 85.0%, and accuracy was 84.0%.",
            "Sensitivity was 0.91, specificity was 0.85, and balanced accuracy was 0.88.",
            "Sensitivity was 90.0%, specificity was 92.7%, accuracy was 93.0%, and the Dice coefficient was 90.0%.",
        ] {
            assert!(remarks(&Accuracy, &[text]).is_empty(), "{text}");
        }
        let of_classes = [
            "We classify images in a three-class task.",
            "Sensitivity was 91.2%, specificity was 95.0%, and accuracy was 90.0%.",
        ];
        assert!(remarks(&Accuracy, &of_classes).is_empty());
    }

    #[test]
    fn accuracies_that_no_prevalence_gives_are_named() {
        let text = "Sensitivity was 91.2%, specificity was 85.0%, and accuracy was 83.4%.";
        assert_eq!(remarks(&Accuracy, &[text]).len(), 1);
        let text = "Sensitivity was 0.91, specificity was 0.85, and balanced accuracy was 0.90.";
        assert_eq!(remarks(&Accuracy, &[text]).len(), 1);
        let table = [
            "Model\tSens (%)\tSpec (%)\tAcc (%)",
            "A\t91.2\t85.0\t95.1",
            "B\t91.2\t85.0\t88.0",
        ];
        assert_eq!(table_remarks(&Accuracy, &table).len(), 1);
    }
}
