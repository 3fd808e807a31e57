use super::reading::{Fraction, Reading};
use super::{Check, Printed, Remark, Severity};

/// A share of `n` whole things is `k / n`: of 34 patients none can be 90.0%.
///
/// Takes for granted that the percentage is of the number that it is told to be of, as in `90.0% of the 34 patients`, and that nothing was
/// weighted. Digits that were cut and tens or fives without decimals are let pass.
///
/// # Source
/// Brown and Heathers 2017, Social Psychological and Personality Science 8:363-369 (GRIM), for the mean of zeros and ones.
pub struct Granularity;

impl Check for Granularity {
    fn name(&self) -> &'static str {
        "possible_share_of_n"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let of = |fraction: &Fraction| {
            let whole = fraction.whole;
            // `90% of the 34 patients` may be said loosely.
            let is_loose = fraction.percent.decimals == 0
                && (fraction.percent.value * 100.0).round() % 5.0 == 0.0;
            let is_asked = fraction.part.is_none() && whole > 0 && !is_loose;
            if !is_asked || is_possible(fraction.percent, whole) {
                return None;
            }
            let below = (fraction.percent.value * whole as f64).floor();
            let shares = [below, below + 1.0].map(|part| {
                let share = fraction.percent.like(part / whole as f64);
                format!("{part} of {whole} are {share}")
            });
            Some(Remark {
                check: self.name(),
                severity: Severity::Inconsistent,
                message: format!(
                    "No whole number of {whole} is {}: {}.",
                    fraction.percent,
                    shares.join(", ")
                ),
                passages: vec![fraction.passage],
            })
        };
        reading.fractions.iter().filter_map(of).collect()
    }
}

/// Whether a whole number of `whole` gives the percentage, rounded or cut.
pub fn is_possible(percent: Printed, whole: u64) -> bool {
    let n = whole as f64;
    let least = ((percent.low() * n).ceil()).max(0.0);
    let most = (percent.value + 2.0 * percent.half()) * n - 1e-6;
    least <= most.max(percent.high() * n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn shares_that_a_whole_number_gives_raise_nothing() {
        for text in [
            "In all, 91.2% of the 34 patients improved.",
            "In all, 45.6% of 270 images were graded.",
            "In all, 45.5% of 270 images were graded.",
            "In all, 90% of the 34 patients improved within 33% of 24 hours.",
            "In all, 99.97% of 12,345 images were graded.",
        ] {
            let found = remarks(&Granularity, &[text]);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_share_between_two_whole_numbers_is_named_with_both() {
        let found = remarks(
            &Granularity,
            &["In all, 90.0% of the 34 patients improved."],
        );
        assert_eq!(
            found[0].message,
            "No whole number of 34 is 90.0%: 30 of 34 are 88.2%, 31 of 34 are 91.2%."
        );
    }
}
