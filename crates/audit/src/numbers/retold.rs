use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::reading::{Count, LineKind, Partition, Reading, Unit};
use super::{Check, Remark, Severity};
use crate::pattern::pattern;

/// The same count is the same number wherever it is told: the test set has 902 patients or 899.
///
/// Takes for granted that the paper has one set of the name. Nothing is asked where it tells of several sets, folds, external data or
/// cohorts; counts that a word narrows (`12 false positive patients in the test set`) are others.
pub struct Retold;

impl Check for Retold {
    fn name(&self) -> &'static str {
        "same_count_told_twice"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        if reading
            .lines
            .iter()
            .any(|line| SEVERAL.is_match(&line.text))
        {
            return Vec::new();
        }
        let mut sets: BTreeMap<(Partition, Unit), BTreeMap<u64, Vec<&Count>>> = BTreeMap::new();
        for count in &reading.counts {
            let line = &reading.lines[count.passage];
            let is_sure = count.exact && count.whole && line.kind == LineKind::Sentence;
            let (Some(partition), Some(unit)) = (count.partition, count.unit) else {
                continue;
            };
            if is_sure && partition != Partition::External && !OTHERS.is_match(&line.text) {
                sets.entry((partition, unit))
                    .or_default()
                    .entry(count.value)
                    .or_default()
                    .push(count);
            }
        }
        let of = |((partition, unit), values): ((Partition, Unit), BTreeMap<u64, Vec<&Count>>)| {
            let (first, last) = (values.keys().next()?, values.keys().next_back()?);
            // Numbers that are far apart are of different things.
            if values.len() < 2 || *last >= 2 * *first {
                return None;
            }
            let told: Vec<String> = values
                .iter()
                .map(|(value, places)| match places.len() {
                    1 => format!("{value} in one place"),
                    n => format!("{value} in {n} places"),
                })
                .collect();
            Some(Remark {
                check: self.name(),
                severity: Severity::Inconsistent,
                message: format!(
                    "The number of {2} in the {0} set is told as {1}.",
                    partition.name(),
                    told.join(" and "),
                    unit.name()
                ),
                passages: values
                    .values()
                    .filter_map(|places| Some(places.first()?.passage))
                    .collect(),
            })
        };
        sets.into_iter().filter_map(of).collect()
    }
}

static SEVERAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:training|validation|test|testing) (?:sets|cohorts|splits|datasets)\b|\bexternal (?:validation|test|testing|cohort|data)|\bcross[- ]?validat|\bfolds?\b|\bdata ?sets\b|\bcohorts\b|\b(?:second|two|three|four|five|multiple|several|additional) (?:test|validation|hospitals|centers|centres|sites)|\brandom splits\b|\bablation",
    )
});
/// Counts of sets of others.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bet al\b|\[\d|\bchallenge\b|\boriginal(?:ly)?\b|\bprevious(?:ly)?\b|\bexclu|\bremain|\bbefore\b|\bafter\b",
    )
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn one_number_and_other_sets_raise_nothing() {
        for texts in [
            [
                "The test set of 902 stays was kept apart.",
                "All 902 stays in the test set were used.",
            ],
            [
                "The test set of 902 stays was kept apart.",
                "Of the 12 false positive stays in the test set, all were ill.",
            ],
            [
                "The test set of 902 stays was kept apart.",
                "The external validation test set of 899 stays is from elsewhere.",
            ],
            [
                "The test set of 902 stays was kept apart.",
                "After exclusion, 899 stays in the test set were used.",
            ],
            [
                "The test set of 902 stays was kept apart.",
                "There are 850 patients in the test set.",
            ],
        ] {
            assert!(remarks(&Retold, &texts).is_empty(), "{texts:?}");
        }
    }

    #[test]
    fn two_numbers_of_one_set_are_named() {
        let found = remarks(
            &Retold,
            &[
                "We kept a test set of 902 stays.",
                "The 899 stays in the test set were judged.",
            ],
        );
        assert_eq!(
            found[0].message,
            "The number of stays in the test set is told as 899 in one place and 902 in one place."
        );
        assert_eq!(found[0].passages, vec![1, 0]);
    }
}
