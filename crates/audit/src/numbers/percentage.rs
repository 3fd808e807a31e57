use super::reading::{Fraction, Reading};
use super::{Check, Printed, Remark, Severity};

/// A percentage is the share that stands beside it: of `123 of 270 (45.6%)`, 100 · 123 / 270.
///
/// Takes for granted that part, whole and percentage stand together, or that a column of a table is of the n that it tells, which is taken
/// only where four of five of its cells are, and then only for a percentage that is too small, or too large by half, for missing values. Less than one unit of the last digit is let pass: digits may be cut, or nudged until a column
/// sums to 100.
pub struct Percentage;

impl Check for Percentage {
    fn name(&self) -> &'static str {
        "percentage_of_a_count"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let of = |fraction: &Fraction| {
            let (part, whole) = (fraction.part?, fraction.whole);
            let passages = [Some(fraction.passage), fraction.whole_in]
                .into_iter()
                .flatten();
            let remark = |severity, message| {
                Some(Remark {
                    check: self.name(),
                    severity,
                    message,
                    passages: passages.collect(),
                })
            };
            if part > whole {
                return remark(
                    Severity::Impossible,
                    format!("{part} cannot be a part of {whole}."),
                );
            }
            let share = part as f64 / whole as f64;
            if whole == 0 || fraction.may_be_of_known() || fraction.percent.is_near(share) {
                return None;
            }
            remark(
                Severity::Inconsistent,
                format!(
                    "{part} of {whole} is {}, but {} is printed{}.",
                    fraction.percent.like(share),
                    fraction.percent,
                    fitting(fraction.percent, part, whole)
                ),
            )
        };
        reading.fractions.iter().filter_map(of).collect()
    }
}

/// The part that would be the percentage of the whole, or the whole that the part would be the percentage of.
fn fitting(percent: Printed, part: u64, whole: u64) -> String {
    let fits = |part: u64, whole: u64| whole > 0 && percent.could_be(part as f64 / whole as f64);
    let near = (percent.value * whole as f64).round() as u64;
    let of_whole = (part as f64 / percent.value.max(1e-9)).round() as u64;
    let wholes: Vec<u64> = (of_whole.saturating_sub(2)..=of_whole.saturating_add(2))
        .filter(|&whole| whole < 1_000_000_000 && fits(part, whole))
        .collect();
    match (fits(near, whole), wholes.first()) {
        (true, Some(other)) => format!("; {near} of {whole} or {part} of {other} would fit"),
        (true, None) => format!("; {near} of {whole} would fit"),
        (false, Some(other)) => format!("; {part} of {other} would fit"),
        (false, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::{remarks, table_remarks};

    #[test]
    fn a_true_percentage_raises_nothing_however_it_was_rounded() {
        for text in [
            "It was present in 123 of 270 patients (45.6%).",
            "It was present in 123 of 270 patients (45.5%).",
            "It was present in 46% (123/270).",
            "It was present in 2 of 3 (66.6%).",
        ] {
            assert!(remarks(&Percentage, &[text]).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_wrong_percentage_is_named_with_what_would_fit() {
        let found = remarks(
            &Percentage,
            &["It was present in 123 of 270 patients (46.5%)."],
        );
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "123 of 270 is 45.6%, but 46.5% is printed."
        );
        let found = remarks(&Percentage, &["In 132/270 (45.6%) it was seen."]);
        assert_eq!(
            found[0].message,
            "132 of 270 is 48.9%, but 45.6% is printed; 123 of 270 would fit."
        );
    }

    #[test]
    fn a_part_is_no_more_than_its_whole() {
        let found = remarks(&Percentage, &["It was present in 123 of 120 (97.6%)."]);
        assert_eq!(found[0].severity, Severity::Impossible);
    }

    #[test]
    fn a_cell_is_judged_only_by_the_n_that_its_column_follows() {
        let table = [
            "Characteristic\tCases\tControls",
            "n\t570\t5,618",
            "Female\t236 (41.4%)\t2,548 (45.4%)",
            "Male\t334 (58.6%)\t3,070 (54.6%)",
            "Emergency\t504 (88.4%)\t4,689 (83.5%)",
            "Elective\t60 (10.5%)\t872 (15.5%)",
            "Urgent\t16 (1.1%)\t57 (1.0%)",
            "Diabetes\t100 (18.5%)\t1,124 (20.0%)",
        ];
        let found = table_remarks(&Percentage, &table);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .message
                .starts_with("16 of 570 is 2.8%, but 1.1% is printed")
        );
        // Shares along rows are of another whole.
        let along_rows = [
            "Characteristic\tCases\tControls",
            "n\t100\t300",
            "Female\t40 (20.0%)\t160 (80.0%)",
            "Male\t60 (30.0%)\t140 (70.0%)",
            "Smoker\t10 (50.0%)\t10 (50.0%)",
        ];
        assert!(table_remarks(&Percentage, &along_rows).is_empty());
    }
}
