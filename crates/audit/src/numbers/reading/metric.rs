use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::line::{Line, LineKind};
use super::measure::Measure;
use super::table::{Row, Table};
use super::value::{Interval, Value, value_at, values};
use super::{Reading, is_own};
use crate::numbers::Printed;
use crate::pattern::pattern;

/// A value of a metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metric {
    pub passage: usize,
    pub measure: Measure,
    pub value: Printed,
    pub interval: Option<Interval>,
    /// What stands behind `±`: of seeds, folds or cases.
    pub spread: Option<Printed>,
    /// Part and whole, if they are told beside it.
    pub fraction: Option<(u64, u64)>,
}

/// Metrics that belong to one model on the same cases: of a row, a column or a sentence, each measure once.
#[derive(Clone, Debug)]
pub struct Group {
    /// Places in the list of metrics.
    pub metrics: Vec<usize>,
    /// Its numbers are means over folds, classes or images, as far as is told.
    pub is_averaged: bool,
    /// All that was read to tell: the caption, headings, the sentence.
    pub around: String,
}

impl Group {
    pub fn get<'a>(&self, metrics: &'a [Metric], measure: Measure) -> Option<&'a Metric> {
        let mut each = self.metrics.iter().map(|&at| &metrics[at]);
        each.find(|metric| metric.measure == measure)
    }

    /// It is of pixels, whose metrics are mostly means over images that nothing tells of.
    pub fn is_of_pixels(&self, metrics: &[Metric]) -> bool {
        let has = |measure| self.get(metrics, measure).is_some();
        has(Measure::Dice) || has(Measure::Jaccard) || PIXELS.is_match(&self.around)
    }

    /// Where some of its measures stand.
    pub fn passages(&self, metrics: &[Metric], of: &[Measure]) -> Vec<usize> {
        let each = self.metrics.iter().map(|&at| &metrics[at]);
        let passages = each
            .filter(|metric| of.contains(&metric.measure))
            .map(|metric| metric.passage);
        passages.collect::<BTreeSet<usize>>().into_iter().collect()
    }
}

static AVERAGED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"±|\b(?:macro|micro|weighted|averag\w*|mean|median|per[- ]class|multi-?class|folds?|cross-validat\w*|seeds|runs|bootstrapp?ed mean)\b",
    )
});
static PIXELS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bsegment|\b(?:pixel|voxel|mask|contour|delineat)"));
/// A sentence that tells of more than one model, reader, set or threshold.
static SEVERAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:versus|vs\.?|compared|whereas|while|than|each|baseline|another|other|both|ranged|ranging|radiologists?|readers?|clinicians?|physicians?|experts?|dermatologists?|pathologists?|ophthalmologists?|humans?|but|patient[- ]level|lesion[- ]level|per[- ](?:lesion|nodule|patient|image|eye))\b",
    )
});
static SETS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:training|validation|test|internal|external|derivation|development|tuning)\b")
});
/// Between a name and its value.
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?: ?\((?-i:[A-Z][A-Za-z0-9]{0,6})\))?(?: (?:scores?|values?|rates?|index|coefficients?|statistics?))?(?: (?:of|for|in|on|at|by) (?:the |our )?(?:[a-z-]+ ){0,2}(?:model|algorithm|system|network|classifier|set|cohort|dataset|data)\b)?,? ?(?:(?:was|were|is|are|of|reached|achieved|equal(?:s|led)? to|reaching|yielded|being|=|:|\(|\[) ?)?(?:(?:a|an|the|found to be|only|as high as|equal to|estimated at|of) ?)*$",
    )
});
/// Between a value and a name behind it.
static LINK_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^ (?:mean |average |overall |median |classification |diagnostic |test )?$")
});
/// Between names of a list, and between its values.
static COMMA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?: ?\((?-i:[A-Z][A-Za-z0-9]{0,6})\))?(?:, and |, | and | & |; |/)(?:an? |the )?$")
});
static VALUE_COMMA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:, and |, | and | & |; and |; |/)(?:an? |the )?$"));
/// Words behind digits that make them another quantity.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ ?(?:mm|cm|μ|µ|ms?\b|s\b|sec|min|h\b|hours?|days?|weeks?|months?|years?|ng|mg|kg|ml|mmol|Hz|kHz|mmHg|points?|percentage points|pp\b|fold|times|dB|voxels?|pixels?|HU|cases|patients|per\b)",
    )
});
static CI: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:CIs?|confidence)\b"));

/// Reads the metrics of lines and tables into the reading.
pub fn read(reading: &mut Reading) {
    let mut found = Found {
        metrics: Vec::new(),
        groups: Vec::new(),
    };
    for line in &reading.lines {
        if line.kind != LineKind::Row {
            found.sentence(line);
        }
    }
    for table in &reading.tables {
        found.table(table);
    }
    reading.metrics = found.metrics;
    reading.groups = found.groups;
}

struct Found {
    metrics: Vec<Metric>,
    groups: Vec<Group>,
}

impl Found {
    fn sentence(&mut self, line: &Line) {
        let text = &line.text;
        let names = Measure::named(text);
        let all = values(text, false);
        let pairs = pairs(text, &names, &all);
        let mut added = Vec::new();
        let mut is_taken = vec![false; all.len()];
        for (name, value) in &pairs {
            is_taken[*value] = true;
            let (measure, at) = &names[*name];
            if is_own(line, at)
                && let Some(metric) = metric(line.passage, *measure, &all[*value])
            {
                added.push(metric);
            }
        }
        let first = self.metrics.len();
        let last = first + added.len();
        self.metrics.extend(added);
        // What has an interval but no name that is known has still to lie within it.
        for (value, _) in all.iter().zip(&is_taken).filter(|(_, taken)| !**taken) {
            let is_labelled = value.interval.is_some_and(|interval| interval.labelled);
            if is_labelled && is_own(line, &value.at) {
                self.metrics.push(Metric {
                    passage: line.passage,
                    measure: Measure::Other,
                    value: value.printed,
                    interval: value.interval,
                    spread: value.spread,
                    fraction: value.fraction,
                });
            }
        }
        let sets: BTreeSet<String> = SETS
            .find_iter(text)
            .map(|found| found.as_str().to_lowercase())
            .collect();
        if sets.len() < 2 && !SEVERAL.is_match(text) {
            self.group((first..last).collect(), text.clone());
        }
    }

    /// Keeps a group whose measures each occur once.
    fn group(&mut self, mut metrics: Vec<usize>, around: String) {
        let measures: Vec<Measure> = metrics.iter().map(|&at| self.metrics[at].measure).collect();
        let is_unique = measures.iter().collect::<BTreeSet<_>>().len() == measures.len();
        metrics.sort_by_key(|&at| self.metrics[at].measure);
        if metrics.len() > 1 && is_unique {
            let spread = metrics.iter().any(|&at| self.metrics[at].spread.is_some());
            let is_averaged = spread || AVERAGED.is_match(&around);
            self.groups.push(Group {
                metrics,
                is_averaged,
                around,
            });
        }
    }

    fn table(&mut self, table: &Table) {
        let columns: Vec<Option<Measure>> = table
            .header
            .iter()
            .map(|label| Measure::of_label(label))
            .collect();
        let headings = format!("{} {}", table.caption, table.header.join(" "));
        if columns.iter().flatten().next().is_some() {
            // A row that ends with an empty cell may lack one before: a label that spans rows was told once.
            let is_whole = |row: &&Row| row.cells.last().is_none_or(|last| !last.is_empty());
            for row in table.rows.iter().filter(is_whole) {
                let first = self.metrics.len();
                for (column, cell) in row.cells.iter().enumerate() {
                    let measure = table
                        .above(row, column)
                        .and(columns[column.min(columns.len() - 1)]);
                    let in_intervals = table
                        .above(row, column)
                        .is_some_and(|label| CI.is_match(label))
                        || CI.is_match(&table.caption);
                    let value = measure
                        .and_then(|measure| Some((measure, cell_value(cell, in_intervals)?)));
                    let metric =
                        value.and_then(|(measure, value)| metric(row.passage, measure, &value));
                    self.metrics.extend(metric);
                }
                let around = format!("{headings} {}", row.label());
                self.group((first..self.metrics.len()).collect(), around);
            }
            return;
        }
        // Metrics down the side: a column is a model.
        let mut by_column: Vec<Vec<usize>> = vec![Vec::new(); table.header.len()];
        for row in table
            .rows
            .iter()
            .filter(|row| row.cells.len() == table.header.len())
        {
            let Some(measure) = Measure::of_label(row.label()) else {
                continue;
            };
            let in_intervals = CI.is_match(row.label()) || CI.is_match(&headings);
            for (column, cell) in row.cells.iter().enumerate().skip(1) {
                let value = cell_value(cell, in_intervals);
                if let Some(metric) = value.and_then(|value| metric(row.passage, measure, &value)) {
                    by_column[column].push(self.metrics.len());
                    self.metrics.push(metric);
                }
            }
        }
        for metrics in by_column {
            self.group(metrics, headings.clone());
        }
    }
}

/// The value that a cell is, and nothing else.
fn cell_value(cell: &str, in_intervals: bool) -> Option<Value> {
    let value = value_at(cell, 0, in_intervals)?;
    let rest = cell[value.at.end..]
        .trim_matches(|letter: char| letter.is_whitespace() || "*†‡§".contains(letter));
    rest.is_empty().then_some(value)
}

fn metric(passage: usize, measure: Measure, value: &Value) -> Option<Metric> {
    // `accuracy of 91.2` is of a hundred; what is beyond it, or a small whole number, is no share.
    let raw = value.printed;
    let is_hundredth = !raw.percent && raw.value > 1.0;
    let is_bare = !raw.percent && raw.decimals == 0 && raw.value < 3.0;
    if is_bare || is_hundredth && (raw.value > 100.0 || raw.value < 3.0) {
        return None;
    }
    let scale = |printed: Printed| {
        if is_hundredth {
            printed.of_hundred()
        } else {
            printed
        }
    };
    Some(Metric {
        passage,
        measure,
        value: scale(raw),
        interval: value.interval.map(|interval| Interval {
            low: scale(interval.low),
            high: scale(interval.high),
            ..interval
        }),
        spread: value.spread.map(scale),
        fraction: value.fraction,
    })
}

/// Which name has which value, as places in both lists.
fn pairs(text: &str, names: &[(Measure, Range<usize>)], values: &[Value]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut name = 0;
    let mut from_value = 0;
    while name < names.len() {
        // Names that stand in one list.
        let mut last = name;
        while last + 1 < names.len()
            && COMMA.is_match(&text[names[last].1.end..names[last + 1].1.start])
        {
            last += 1;
        }
        let end = names[last].1.end;
        let first_value = values.iter().position(|value| value.at.start >= end);
        let is_linked = first_value.is_some_and(|value| {
            let between = &text[end..values[value].at.start];
            LINK.is_match(between) && !between.trim_start().is_empty()
                || between == " " && !is_behind(text, names[name].1.start, values)
        });
        let before = pairs.len();
        if let Some(value) = first_value.filter(|&value| is_linked && value >= from_value) {
            let mut last_value = value;
            while last_value + 1 < values.len()
                && VALUE_COMMA
                    .is_match(&text[values[last_value].at.end..values[last_value + 1].at.start])
            {
                last_value += 1;
            }
            let (of_names, of_values) = (last - name + 1, last_value - value + 1);
            let is_usable = |value: &Value| !UNIT.is_match(&text[value.at.end..]);
            // A name behind the last value may be its own: `sensitivity of 0.91 and 0.85 specificity`.
            let end = values[last_value].at.end;
            let is_next_named = names
                .iter()
                .any(|(_, at)| at.start > end && LINK_BEHIND.is_match(&text[end..at.start]));
            if of_names == of_values && !is_next_named {
                for step in 0..of_names {
                    if is_usable(&values[value + step]) {
                        pairs.push((name + step, value + step));
                    }
                }
                from_value = last_value + 1;
            } else if of_names == 1 && of_values == 2 && is_next_named && is_usable(&values[value])
            {
                pairs.push((name, value));
                from_value = value + 1;
            }
        }
        if pairs.len() == before && last == name {
            // `91.2% sensitivity`.
            let start = names[name].1.start;
            let value = values.iter().rposition(|value| value.at.end <= start);
            if let Some(value) = value.filter(|&value| {
                value >= from_value && LINK_BEHIND.is_match(&text[values[value].at.end..start])
            }) {
                pairs.push((name, value));
                from_value = value + 1;
            }
        }
        name = last + 1;
    }
    pairs
}

/// Whether a value stands directly before a byte, so that it may belong to the name there.
fn is_behind(text: &str, start: usize, values: &[Value]) -> bool {
    values
        .iter()
        .any(|value| value.at.end < start && LINK_BEHIND.is_match(&text[value.at.end..start]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Measure::{Auroc, F1, Npv, Ppv, Sensitivity, Specificity};

    fn read(text: &str) -> Vec<(Measure, String)> {
        let (names, values) = (Measure::named(text), values(text, false));
        let of = |(name, value): (usize, usize)| (names[name].0, values[value].printed.to_string());
        pairs(text, &names, &values).into_iter().map(of).collect()
    }

    fn wanted(list: &[(Measure, &str)]) -> Vec<(Measure, String)> {
        list.iter()
            .map(|(measure, value)| (*measure, (*value).to_owned()))
            .collect()
    }

    #[test]
    fn values_find_their_names() {
        let all: [(&str, &[(Measure, &str)]); 12] = [
            ("The AUC was 0.91 (95% CI 0.88–0.94).", &[(Auroc, "0.91")]),
            ("It had an AUROC of 0.91.", &[(Auroc, "0.91")]),
            ("The AUROC of the model was 0.91.", &[(Auroc, "0.91")]),
            (
                "at 90% specificity the sensitivity was 71.2%",
                &[(Specificity, "90%"), (Sensitivity, "71.2%")],
            ),
            (
                "with a sensitivity of 91.2% and a specificity of 85.0%",
                &[(Sensitivity, "91.2%"), (Specificity, "85.0%")],
            ),
            (
                "Sensitivity, specificity, PPV and NPV were 91.2%, 85.0%, 70.1%, and 96.3%, respectively",
                &[
                    (Sensitivity, "91.2%"),
                    (Specificity, "85.0%"),
                    (Ppv, "70.1%"),
                    (Npv, "96.3%"),
                ],
            ),
            (
                "AUC 0.91, sensitivity 0.85, specificity 0.80",
                &[
                    (Auroc, "0.91"),
                    (Sensitivity, "0.85"),
                    (Specificity, "0.80"),
                ],
            ),
            (
                "a positive predictive value (PPV) of 0.71",
                &[(Ppv, "0.71")],
            ),
            (
                "91.2% sensitivity and 85.0% specificity",
                &[(Sensitivity, "91.2%"), (Specificity, "85.0%")],
            ),
            (
                "91.2% sensitivity, 85.0% specificity",
                &[(Sensitivity, "91.2%"), (Specificity, "85.0%")],
            ),
            (
                "(sensitivity = 91.2% [31/34], specificity = 85.0% [34/40])",
                &[(Sensitivity, "91.2%"), (Specificity, "85.0%")],
            ),
            ("an F1 score of 0.79", &[(F1, "0.79")]),
        ];
        for (text, list) in all {
            assert_eq!(read(text), wanted(list), "{text}");
        }
    }

    #[test]
    fn what_does_not_say_whose_value_it_is_stays_unread() {
        for text in [
            "improved AUPRC from 0.25 to 0.35 and 0.40",
            "an AUROC close to 0.9",
            "AUCs of 0.91 and 0.85 for both",
            "a PPV of at least 0.4",
            "an F1 improvement of 0.008",
            "the AUC ranged between 0.85 and 0.91",
            "an accuracy of 1.5 mm",
            "sensitivity and specificity of 0.91",
        ] {
            assert_eq!(read(text), vec![], "{text}");
        }
    }
}
