use std::sync::LazyLock;

use regex::Regex;

use super::granularity::is_possible;
use super::reading::{Count, Group, Measure, Metric, Partition, Reading, Unit};
use super::{Check, Printed, Remark, Severity};
use crate::pattern::pattern;

/// Sensitivity and specificity of n cases are k / d and j / (n - d) for some whole d, k and j; told with their fractions, both wholes
/// sum to n.
///
/// Takes for granted that the one count of cases in the sentence, told before both as `in 120 patients`, is of those that both were measured on: nothing is asked if the sentence
/// has two counts, tells of training, of several readers or units, or of means. Every d is tried, so that more than a few hundred cases
/// always fit.
///
/// # Source
/// Brown and Heathers 2017, Social Psychological and Personality Science 8:363-369, for two shares whose wholes sum to n.
pub struct TwoByTwo;

const CASES: [Unit; 10] = [
    Unit::Patient,
    Unit::Image,
    Unit::Scan,
    Unit::Slide,
    Unit::Recording,
    Unit::Study,
    Unit::Stay,
    Unit::Eye,
    Unit::Lesion,
    Unit::Case,
];

impl Check for TwoByTwo {
    fn name(&self) -> &'static str {
        "two_by_two_table_of_n"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let groups = reading.groups.iter().filter(|_| !reading.is_multiclass);
        groups.filter_map(|group| self.of(group, reading)).collect()
    }
}

impl TwoByTwo {
    fn of(&self, group: &Group, reading: &Reading) -> Option<Remark> {
        let sensitivity = group.get(&reading.metrics, Measure::Sensitivity)?;
        let specificity = group.get(&reading.metrics, Measure::Specificity)?;
        let passage = sensitivity.passage;
        if specificity.passage != passage {
            return None;
        }
        let n = of_sentence(&reading.lines[passage].text, passage, &reading.counts)
            .filter(|_| !group.is_averaged)?;
        let name = n.unit.map_or("cases", Unit::name);
        let message = match (sensitivity.fraction, specificity.fraction) {
            (Some((_, diseased)), Some((_, healthy))) => {
                let is_sum = diseased + healthy == n.value;
                // Fewer may be those with an answer.
                if is_sum || diseased + healthy < n.value {
                    return None;
                }
                format!(
                    "Sensitivity is of {diseased} and specificity of {healthy}, together {}, but there are {} {name}.",
                    diseased + healthy,
                    n.value
                )
            }
            (None, None) => {
                if n.value > 2000 || fits(sensitivity, specificity, n.value) {
                    return None;
                }
                format!(
                    "No 2x2 table of {} {name} has sensitivity {} and specificity {}.",
                    n.value, sensitivity.value, specificity.value
                )
            }
            _ => return None,
        };
        Some(Remark {
            check: self.name(),
            severity: Severity::Inconsistent,
            message,
            passages: group.passages(
                &reading.metrics,
                &[Measure::Sensitivity, Measure::Specificity],
            ),
        })
    }
}

/// Before a count of cases that something was measured on.
static ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:in|on|among|across|for|using)(?: the| a| an| all| our| these)?(?: (?:[a-z-]+ ){0,3}(?:set|cohort|total|sample|group|series) (?:of|with))? ?$",
    )
});
static NAMES: LazyLock<Regex> = LazyLock::new(|| pattern(r"sensitiv|recall|specific|true[- ]"));

/// The one count of a passage, if it is told before the metrics as what they were measured on.
fn of_sentence<'a>(text: &str, passage: usize, counts: &'a [Count]) -> Option<&'a Count> {
    let mut all = counts.iter().filter(|count| count.passage == passage);
    let (one, other) = (all.next()?, all.next());
    let first_name = NAMES.find(text).map_or(0, |found| found.start());
    let is_tested = one.partition != Some(Partition::Training)
        && one.exact
        && one.unit.is_some_and(|unit| CASES.contains(&unit))
        && one.at.start < first_name
        && ON.is_match(&text[..one.at.start]);
    (is_tested && other.is_none()).then_some(one)
}

fn fits(sensitivity: &Metric, specificity: &Metric, n: u64) -> bool {
    let possible = |printed: Printed, whole: u64| is_possible(printed, whole);
    (1..n).any(|diseased| {
        possible(sensitivity.value, diseased) && possible(specificity.value, n - diseased)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn tables_that_exist_raise_nothing() {
        for text in [
            "In 120 patients, sensitivity was 91.2% and specificity was 93.0%.",
            "In 120 patients, sensitivity was 91.2% (31/34) and specificity was 93.0% (80/86).",
            "In 1,200 patients, sensitivity was 91.2% and specificity was 93.1%.",
            "A model trained on 20 training images had a sensitivity of 91.3% and a specificity of 93.7%.",
            "It missed only 20 patients, with a sensitivity of 91.3% and a specificity of 93.7%.",
            "In 20 patients and 40 eyes, sensitivity was 91.3% and specificity was 93.7%.",
        ] {
            assert!(remarks(&TwoByTwo, &[text]).is_empty(), "{text}");
        }
    }

    #[test]
    fn tables_that_do_not_exist_are_named() {
        let found = remarks(
            &TwoByTwo,
            &["In 20 patients, sensitivity was 91.3% and specificity was 93.7%."],
        );
        assert_eq!(
            found[0].message,
            "No 2x2 table of 20 patients has sensitivity 91.3% and specificity 93.7%."
        );
        let found = remarks(
            &TwoByTwo,
            &["In 110 patients, sensitivity was 91.2% (31/34) and specificity was 93.0% (80/86)."],
        );
        assert_eq!(found.len(), 1);
    }
}
