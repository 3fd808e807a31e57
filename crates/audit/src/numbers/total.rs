use std::sync::LazyLock;

use regex::Regex;

use super::reading::{Count, Line, LineKind, Partition, Reading, Unit, WHOLE, natural};
use super::{Check, Remark, Severity};
use crate::pattern::pattern;

/// Parts that a sentence tells beside their total sum to it: training, tuning and test; positive and negative; a list in brackets.
///
/// Takes for granted that the parts are of the total's unit and have nothing in common. Nothing is asked where the sentence tells of
/// exclusion, augmentation, drawing or what remained, or counts in several units.
pub struct Total;

impl Check for Total {
    fn name(&self) -> &'static str {
        "parts_of_a_total"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let lines = reading
            .lines
            .iter()
            .filter(|line| line.kind != LineKind::Row);
        lines
            .flat_map(|line| {
                let counts: Vec<&Count> = reading
                    .counts
                    .iter()
                    .filter(|count| count.passage == line.passage)
                    .collect();
                [
                    split(line, &counts),
                    complement(line),
                    listed(line, &counts),
                ]
            })
            .flatten()
            .map(|(severity, message, passage)| Remark {
                check: self.name(),
                severity,
                message,
                passages: vec![passage],
            })
            .collect()
    }
}

type Found = (Severity, String, usize);

static UNEQUAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:exclu\w+|remain\w*|remov\w+|discard\w+|after|additional\w*|further|augment\w*|balanced|oversampl\w+|subset|per|each|sampled|select\w*|at least|respectively from|overlap\w*|rest|other|folds?|of (?:which|whom|these)|fail\w*|miss\w*|lost|withdr\w+|unavailable|ineligible)\b",
    )
});

/// `1,000 images were split into training (n = 700), validation (n = 100) and test (n = 200) sets`.
fn split(line: &Line, counts: &[&Count]) -> Option<Found> {
    if UNEQUAL.is_match(&line.text) || counts.iter().any(|count| !count.exact) {
        return None;
    }
    let parts: Vec<&Count> = counts
        .iter()
        .copied()
        .filter(|count| count.partition.is_some())
        .collect();
    let totals: Vec<&Count> = counts
        .iter()
        .copied()
        .filter(|count| count.partition.is_none())
        .collect();
    let [total] = totals[..] else {
        return None;
    };
    let mut partitions: Vec<Partition> = parts.iter().filter_map(|part| part.partition).collect();
    let all = partitions.len();
    partitions.sort_unstable();
    partitions.dedup();
    let is_split = partitions.len() == all
        && partitions.contains(&Partition::Training)
        && all >= 2
        && !partitions.contains(&Partition::External)
        && parts.iter().all(|part| part.at.start > total.at.start)
        && parts
            .iter()
            .all(|part| part.unit.is_none() || part.unit == total.unit);
    if !is_split || total.unit.is_none() {
        return None;
    }
    let values: Vec<u64> = parts.iter().map(|part| part.value).collect();
    apart(&values, total, line)
}

/// Parts whose sum is not their total.
fn apart(parts: &[u64], total: &Count, line: &Line) -> Option<Found> {
    let sum: u64 = parts.iter().sum();
    // Parts far from the total count something else.
    let is_like = sum.max(total.value) < 2 * sum.min(total.value);
    (sum != total.value && is_like).then(|| {
        let each: Vec<String> = parts.iter().map(u64::to_string).collect();
        let message = format!(
            "{} are {sum}, but the total is {} {}.",
            each.join(" + "),
            total.value,
            total.unit.map_or("", Unit::name)
        );
        (Severity::Inconsistent, message, line.passage)
    })
}

const PAIRS: [(&str, &str); 14] = [
    ("positive", "negative"),
    ("with", "without"),
    ("cases", "controls"),
    ("malignant", "benign"),
    ("abnormal", "normal"),
    ("diseased", "healthy"),
    ("men", "women"),
    ("male", "female"),
    ("males", "females"),
    ("positives", "negatives"),
    ("septic", "non-septic"),
    ("glaucomatous", "normal"),
    ("patients", "controls"),
    ("boys", "girls"),
];

/// `120 images (45 positive and 75 negative)`.
static COMPLEMENT: LazyLock<Regex> = LazyLock::new(|| {
    let words: Vec<&str> = PAIRS.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let words = words.join("|");
    let share = r"(?:\(\d[\d.]* ?%\) )?";
    pattern(&format!(
        r"\b(?P<total>{WHOLE}) (?:[a-z-]+ ){{0,2}}?(?P<unit>[a-z-]+),? ?[(:,] ?(?:(?:of (?:which|whom)|including|comprising|consisting of|with) )?(?P<a>{WHOLE}) {share}(?:(?:were|are) )?(?P<x>{words})\b(?: [a-z-]+){{0,4}}?(?: \(\d[\d.]* ?%\))?,? ?(?:and|,|;|/) ?(?P<b>{WHOLE}) {share}(?:(?:were|are) )?(?P<y>{words})\b(?P<rest>[^.;]*)"
    ))
});
static MORE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\d|\bunknown\b|\bother\b|\bindeterminate\b|\bmissing\b"));

fn complement(line: &Line) -> Option<Found> {
    let found = COMPLEMENT.captures(&line.text)?;
    let start = found.get(0).map_or(0, |found| found.start());
    let is_glued = line.text[..start].ends_with(['.', ',', '-', '–', '/', '=']);
    let is_pair = PAIRS.iter().any(|&(a, b)| {
        let (x, y) = (found["x"].to_lowercase(), found["y"].to_lowercase());
        (x == a && y == b) || (x == b && y == a)
    });
    if is_glued || !is_pair || Unit::of(&found["unit"]).is_none() {
        return None;
    }
    let [total, a, b] = ["total", "a", "b"].map(|name| natural(&found[name]).unwrap_or(0));
    let sum = a + b;
    let severity = match sum.cmp(&total) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => Severity::Inconsistent,
        // Of some it may not be known.
        std::cmp::Ordering::Less if MORE.is_match(&found["rest"]) => return None,
        std::cmp::Ordering::Less => Severity::WorthAsking,
    };
    let message = format!(
        "{a} {} and {b} {} are {sum}, but the total is {total} {}.",
        &found["x"], &found["y"], &found["unit"]
    );
    Some((severity, message, line.passage))
}

static BRACKETS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ ?\((?P<list>[^()]*)\)"));
static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<number>{WHOLE})(?: [a-z-]+)? (?:from|at) (?-i:[A-Z]|hospital|site|cent|the )"
    ))
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?-i:[A-Z])[A-Za-z][A-Za-z .-]*[:,=]? (?:n ?= ?)?(?P<number>{WHOLE})$"
    ))
});

/// `350 scans (200 from Hospital A, 100 from Hospital B and 50 from Hospital C)`.
fn listed(line: &Line, counts: &[&Count]) -> Option<Found> {
    counts.iter().find_map(|total| {
        let found = BRACKETS.captures(&line.text[total.at.end..])?;
        let list = found["list"].replace(" and ", ", ").replace(",,", ",");
        let separator = if list.contains(';') { ';' } else { ',' };
        let items: Vec<&str> = list
            .split(separator)
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .collect();
        let number = |item: &&str| {
            let found = ITEM.captures(item).or_else(|| NAMED.captures(item))?;
            natural(&found["number"])
        };
        let values: Option<Vec<u64>> = items.iter().map(number).collect();
        let values =
            values.filter(|values| values.len() >= 2 && total.exact && total.unit.is_some())?;
        apart(&values, total, line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::remarks;

    #[test]
    fn sums_that_hold_raise_nothing() {
        for text in [
            "The 1,000 images were split into training (n = 700), validation (n = 100) and test (n = 200) sets.",
            "The 1,000 images were split into training, validation and test sets of 700, 100, and 200 images.",
            "The 1,000 images were split into training (n = 700) and test (n = 200) sets; the remaining were discarded.",
            "The 1,000 patients were split into training (n = 7,000 images) and test (n = 3,000 images) sets.",
            "We used 120 images (45 positive and 75 negative).",
            "We used 120 images (45 positive, 70 negative and 5 indeterminate).",
            "We used 350 scans (200 from Hospital A, 100 from Hospital B and 50 from Hospital C).",
            "We used 270 patients (123 women and 147 men).",
            "In 2019, 120 patients (45 with sepsis and 75 without) were seen.",
        ] {
            let found = remarks(&Total, &[text]);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn sums_that_do_not_hold_are_named() {
        for (text, message) in [
            (
                "The 1,000 images were split into training (n = 700), validation (n = 100) and test (n = 300) sets.",
                "700 + 100 + 300 are 1100, but the total is 1000 images.",
            ),
            (
                "The 1,000 images were split into training, validation and test sets of 700, 100, and 100 images.",
                "700 + 100 + 100 are 900, but the total is 1000 images.",
            ),
            (
                "We used 120 images (45 positive and 85 negative).",
                "45 positive and 85 negative are 130, but the total is 120 images.",
            ),
            (
                "We used 350 scans (200 from Hospital A, 100 from Hospital B and 40 from Hospital C).",
                "200 + 100 + 40 are 340, but the total is 350 scans.",
            ),
        ] {
            let found = remarks(&Total, &[text]);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].message, message);
        }
    }
}
