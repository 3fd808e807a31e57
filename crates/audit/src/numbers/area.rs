use super::reading::{Group, Measure, Reading};
use super::{Check, Remark, Severity};

/// A ROC curve through one point has an area of sens · spec at least, and 1 - (1 - sens)(1 - spec) at most.
///
/// The curve does not fall: right of the point it is at least sens over a width of spec, and left of it and above at most 1 but for the
/// corner (1 - sens)(1 - spec). Takes for granted the same cases and two classes; means over folds are given 0.01.
///
/// # Source
/// Cantor and Kattan 2000, Medical Decision Making 20:468-470 (areas of curves through one point); Fawcett 2006, Pattern Recognition
/// Letters 27:861-874.
pub struct Area;

impl Check for Area {
    fn name(&self) -> &'static str {
        "area_through_operating_point"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let groups = reading.groups.iter().filter(|_| !reading.is_multiclass);
        groups.filter_map(|group| self.of(group, reading)).collect()
    }
}

impl Area {
    fn of(&self, group: &Group, reading: &Reading) -> Option<Remark> {
        let value = |measure| Some(group.get(&reading.metrics, measure)?.value);
        let sensitivity = value(Measure::Sensitivity)?;
        let specificity = value(Measure::Specificity)?;
        let area = value(Measure::Auroc)?;
        let slack = if group.is_averaged { 0.01 } else { 0.0 };
        let least = sensitivity.low().max(0.0) * specificity.low().max(0.0) - slack;
        let most =
            1.0 - (1.0 - sensitivity.high()).max(0.0) * (1.0 - specificity.high()).max(0.0) + slack;
        if area.high() >= least && area.low() <= most {
            return None;
        }
        let (a, b) = (sensitivity.value, specificity.value);
        Some(Remark {
            check: self.name(),
            severity: Severity::Inconsistent,
            message: format!(
                "AUROC {area} with sensitivity {sensitivity} and specificity {specificity}: a curve through that point has an area from {} to {}.",
                area.like(a * b),
                area.like(1.0 - (1.0 - a) * (1.0 - b))
            ),
            passages: group.passages(
                &reading.metrics,
                &[Measure::Auroc, Measure::Sensitivity, Measure::Specificity],
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn areas_of_curves_through_the_point_raise_nothing() {
        for text in [
            "The AUC was 0.95, sensitivity was 0.91 and specificity was 0.85.",
            "The AUC was 0.78, sensitivity was 0.91 and specificity was 0.85.",
            "The AUC was 0.70 on training data, and on test data sensitivity was 0.91 and specificity was 0.85.",
        ] {
            assert!(remarks(&Area, &[text]).is_empty(), "{text}");
        }
    }

    #[test]
    fn areas_of_no_such_curve_are_named() {
        let found = remarks(
            &Area,
            &["The AUC was 0.70, sensitivity was 0.91 and specificity was 0.85."],
        );
        assert!(
            found[0].message.ends_with("an area from 0.77 to 0.99."),
            "{found:?}"
        );
        let found = remarks(
            &Area,
            &["The AUC was 0.98, sensitivity was 0.71 and specificity was 0.75."],
        );
        assert_eq!(found.len(), 1);
    }
}
