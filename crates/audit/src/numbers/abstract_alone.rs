use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::reading::{LineKind, Measure, NUMBER, Reading};
use super::{Check, Printed, Remark, Severity};
use crate::judging::section::Section;
use crate::pattern::pattern;

/// A number of the abstract is told in the body too.
///
/// Only that it occurs nowhere in the body as it was read is said, so that it is worth asking, no more: a figure may hold it. Takes any
/// number of the body that rounds to it, as a share or a percentage, and for counts any sum of two or three counts. Nothing is asked of a
/// metric that the body does not tell at all, and of round counts.
pub struct AbstractAlone;

impl Check for AbstractAlone {
    fn name(&self) -> &'static str {
        "abstract_without_body"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let in_abstract = |passage: usize| reading.lines[passage].section == Section::Abstract;
        let body: Vec<Printed> = reading
            .lines
            .iter()
            .filter(|line| line.section != Section::Abstract)
            .flat_map(|line| numbers(&line.text))
            .collect();
        let mut remarks = Vec::new();
        for metric in reading
            .metrics
            .iter()
            .filter(|metric| in_abstract(metric.passage))
        {
            let told: BTreeSet<String> = reading
                .metrics
                .iter()
                .filter(|other| other.measure == metric.measure && !in_abstract(other.passage))
                .map(|other| other.value.to_string())
                .collect();
            let is_told = body.iter().any(|&number| is_same(metric.value, number));
            if metric.measure == Measure::Other || told.is_empty() || is_told {
                continue;
            }
            let told: Vec<String> = told.into_iter().take(6).collect();
            remarks.push(Remark {
                check: self.name(),
                severity: Severity::WorthAsking,
                message: format!(
                    "The abstract gives {} {}, which occurs nowhere in the body as it was read; the body gives {}.",
                    metric.measure.name(),
                    metric.value,
                    told.join(", ")
                ),
                passages: vec![metric.passage],
            });
        }
        remarks.extend(self.counts(reading, &body));
        remarks
    }
}

impl AbstractAlone {
    fn counts(&self, reading: &Reading, body: &[Printed]) -> Vec<Remark> {
        let in_abstract = |passage: usize| reading.lines[passage].section == Section::Abstract;
        let whole: BTreeSet<u64> = body
            .iter()
            .filter(|number| number.decimals == 0 && number.value >= 0.0 && number.value < 1e12)
            .map(|number| number.value as u64)
            .collect();
        let of = |count: &super::Count| {
            let value = count.value;
            let units: BTreeSet<u64> = reading
                .counts
                .iter()
                .filter(|other| other.unit == count.unit && !in_abstract(other.passage))
                .map(|other| other.value)
                .collect();
            let is_asked = in_abstract(count.passage)
                && reading.lines[count.passage].kind == LineKind::Sentence
                && count.exact
                && count.unit.is_some()
                && value >= 20
                && !value.is_multiple_of(100)
                && !units.is_empty();
            if !is_asked || whole.contains(&value) || is_sum(value, &whole) {
                return None;
            }
            let told: Vec<String> = units.iter().take(6).map(u64::to_string).collect();
            let unit = count.unit.map_or("", super::Unit::name);
            Some(Remark {
                check: self.name(),
                severity: Severity::WorthAsking,
                message: format!(
                    "The abstract counts {value} {unit}, which occurs nowhere in the body as it was read, nor as a sum; the body counts {}.",
                    told.join(", ")
                ),
                passages: vec![count.passage],
            })
        };
        reading.counts.iter().filter_map(of).collect()
    }
}

static EACH: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<digits>{NUMBER}) ?(?P<percent>%?)")));

fn numbers(text: &str) -> Vec<Printed> {
    let of = |found: regex::Captures| Printed::read(&found["digits"], !found["percent"].is_empty());
    EACH.captures_iter(text).filter_map(of).collect()
}

/// Whether a number of the body may be the abstract's, printed with at most one digit less.
fn is_same(told: Printed, number: Printed) -> bool {
    let ways = [number, number.of_hundred()];
    ways.iter()
        .any(|&number| number.half() <= 10.5 * told.half() && told.may_equal(number))
}

/// Whether two or three numbers of the body sum to it.
fn is_sum(value: u64, whole: &BTreeSet<u64>) -> bool {
    let parts: Vec<u64> = whole
        .iter()
        .copied()
        .filter(|&part| part > 0 && part < value)
        .collect();
    let two = |value: u64, least: u64| {
        parts.iter().any(|&part| {
            part >= least
                && value
                    .checked_sub(part)
                    .is_some_and(|rest| whole.contains(&rest) && rest > 0)
        })
    };
    // Of many small numbers some always sum to it.
    let large: Vec<u64> = parts
        .iter()
        .copied()
        .filter(|&part| part * 20 >= value)
        .collect();
    two(value, 1) || large.iter().any(|&part| two(value - part, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks_in;

    fn found(of_abstract: &str, body: &str) -> Vec<Remark> {
        remarks_in(
            &AbstractAlone,
            &[(Section::Abstract, of_abstract), (Section::Results, body)],
        )
    }

    #[test]
    fn numbers_that_the_body_tells_raise_nothing() {
        for (of_abstract, body) in [
            ("The AUC was 0.91.", "The AUC was 0.912 (95% CI 0.88–0.94)."),
            ("The sensitivity was 91.2%.", "The sensitivity was 0.912."),
            ("The sensitivity was 91.2%.", "The sensitivity was 0.91."),
            ("The sensitivity was 91.2%.", "The specificity was 0.85."),
            ("We used 1,234 patients.", "There were 1234 patients."),
            (
                "We used 1,234 patients.",
                "There were 1,000 patients for training and 234 patients for testing.",
            ),
            ("We used over 1,234 patients.", "There were 1,245 patients."),
        ] {
            assert!(found(of_abstract, body).is_empty(), "{of_abstract} {body}");
        }
    }

    #[test]
    fn numbers_that_stand_alone_in_the_abstract_are_named() {
        let of_metric = found("The AUC was 0.93.", "The AUC was 0.912.");
        assert_eq!(
            of_metric[0].message,
            "The abstract gives AUROC 0.93, which occurs nowhere in the body as it was read; the body gives 0.912."
        );
        assert_eq!(
            found("We used 1,243 patients.", "There were 1,234 patients.").len(),
            1
        );
    }
}
