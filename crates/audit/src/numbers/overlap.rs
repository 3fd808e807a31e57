use super::reading::{Group, Measure, Reading};
use super::{Check, Printed, Remark, Severity};

/// Dice D and Jaccard J of the same masks: J = D / (2 - D), and of means over images D / (2 - D) <= J <= D.
///
/// Less than 0.003 below the lower bound is let pass as rounded on the way. The bounds of means are Jensen's, as D / (2 - D) is convex with 0 at 0 and 1 at 1. The upper one is reached only if every image is
/// all right or all wrong, so that more than three quarters of the way to it is worth asking of a Dice of 0.8 or more. Takes for granted that both are of the same
/// masks, averaged the same way, in one row or sentence; F1 of pixels is Dice.
///
/// # Source
/// Taha and Hanbury 2015, BMC Medical Imaging 15:29; Bertels and others 2019, MICCAI, LNCS 11765:92-100.
pub struct Overlap;

impl Check for Overlap {
    fn name(&self) -> &'static str {
        "dice_and_jaccard"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let groups = reading.groups.iter();
        groups.filter_map(|group| self.of(group, reading)).collect()
    }
}

fn jaccard(dice: f64) -> f64 {
    dice / (2.0 - dice)
}

impl Overlap {
    fn of(&self, group: &Group, reading: &Reading) -> Option<Remark> {
        let of = |measure| group.get(&reading.metrics, measure);
        let jaccard_told = of(Measure::Jaccard)?.value;
        let dice = of(Measure::Dice).or(of(Measure::F1))?;
        let name = dice.measure.name();
        let (severity, why) = judge(dice.value, jaccard_told)?;
        let (one, most) = (jaccard(dice.value.value), dice.value.value);
        let inverse = 2.0 * jaccard_told.value / (1.0 + jaccard_told.value);
        Some(Remark {
            check: self.name(),
            severity,
            message: format!(
                "{name} {} and Jaccard index {jaccard_told} of the same masks: {why} {name} {} goes with Jaccard {} (means over images lie between {} and {}), Jaccard {jaccard_told} with {name} {}.",
                dice.value,
                dice.value,
                jaccard_told.like(one),
                jaccard_told.like(one),
                jaccard_told.like(most),
                dice.value.like(inverse),
            ),
            passages: group.passages(&reading.metrics, &[dice.measure, Measure::Jaccard]),
        })
    }
}

fn judge(dice: Printed, told: Printed) -> Option<(Severity, &'static str)> {
    if told.low() > dice.high() || told.high() < jaccard(dice.low().max(0.0)) - 0.003 {
        return Some((
            Severity::Inconsistent,
            "they cannot be averaged the same way.",
        ));
    }
    // Where images without anything to find count 0 or 1, a low mean may well be all or nothing.
    let is_high = dice.value >= 0.8;
    let room = dice.value - jaccard(dice.value);
    let way = (told.low() - jaccard(dice.high())) / (dice.high() - jaccard(dice.high()));
    (is_high && room > 0.02 && way > 0.75).then_some((
        Severity::WorthAsking,
        "they fit only if nearly every image is all right or all wrong.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::{remarks, table_remarks};

    #[test]
    fn pairs_that_fit_raise_nothing() {
        for text in [
            "The Dice coefficient was 0.90 and the IoU was 0.82.",
            "The Dice coefficient was 0.850 and the IoU was 0.765.",
            "The Dice coefficient was 0.614 and the IoU was 0.583.",
            "The Dice coefficient was 0.990 and the IoU was 0.985.",
            "The Dice coefficient was 0.90 for the disc, whereas the IoU was 0.60 for the cup.",
        ] {
            assert!(remarks(&Overlap, &[text]).is_empty(), "{text}");
        }
    }

    #[test]
    fn pairs_that_hardly_fit_or_cannot_are_named() {
        let found = remarks(
            &Overlap,
            &["The Dice coefficient was 0.90 and the IoU was 0.93."],
        );
        assert_eq!(found[0].severity, Severity::Inconsistent);
        let found = remarks(
            &Overlap,
            &["The Dice coefficient was 0.90 and the IoU was 0.75."],
        );
        assert_eq!(found[0].severity, Severity::Inconsistent);
        let table = [
            "Method\tF1\tIoU",
            "Ours\t0.930\t0.925",
            "Theirs\t0.930\t0.870",
        ];
        let found = table_remarks(&Overlap, &table);
        assert_eq!((found.len(), found[0].severity), (1, Severity::WorthAsking));
    }
}
