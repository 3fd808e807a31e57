use galen_stats::Level;

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::KnownAt;
use crate::file::monitor::{Check, Limit};
use crate::file::{Name, Specs};

/// A check asks something that a window can answer.
pub struct Monitoring;

impl CrossCheck for Monitoring {
    fn id(&self) -> &'static str {
        "monitor.check"
    }

    fn holds(&self) -> &'static str {
        "Every check is one of the manual, of a column that is known when the score is made, with a metric that exists, a possible limit and level, against a dataset of the plan that is not sealed."
    }

    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem> {
        let monitor = &specs.monitor;
        let mut problems = Vec::new();
        let datasets = specs.data.datasets();
        let there = datasets.iter().map(String::as_str);
        let reference = &monitor.reference;
        let unknown =
            Problem::unless_named(Name::Monitor, "reference", "dataset", reference, there);
        problems.extend(unknown);
        if *reference == specs.protocol.reference_set.dataset {
            let message = "drift is measured against other cases than the sealed ones";
            problems.push(Problem::error(Name::Monitor, "reference", message));
        }
        for (c, check) in monitor.checks.iter().enumerate() {
            let path = format!("checks[{c}]");
            problems.extend(words(vocabulary, &path, check));
            problems.extend(column(specs, &path, check));
            problems.extend(limits(&path, check));
        }
        problems
    }
}

/// The kind of check and the metric that it names.
fn words(vocabulary: &Vocabulary, path: &str, check: &Check) -> Vec<Problem> {
    let kinds = vocabulary.monitor_checks.iter().map(String::as_str);
    let at = format!("{path}.check");
    let kind = Problem::unless_named(Name::Monitor, at, "monitor check", &check.check, kinds);
    let metric = check
        .params
        .get("metric")
        .and_then(|metric| metric.as_str());
    let metric = metric.and_then(|word| {
        let metrics = vocabulary.metrics.iter().map(String::as_str);
        let at = format!("{path}.params.metric");
        Problem::unless_named(Name::Monitor, at, "metric", word, metrics)
    });
    kind.into_iter().chain(metric).collect()
}

fn column(specs: &Specs, path: &str, check: &Check) -> Option<Problem> {
    let name = check.column.as_ref()?;
    let at = format!("{path}.column");
    match specs.data.column(name) {
        Some(column) if column.known_at == KnownAt::Score => None,
        Some(_) => {
            let message = format!("`{name}` is no input, so predictions do not carry it");
            Some(Problem::error(Name::Monitor, at, message))
        }
        None => {
            let there = specs.data.columns.iter().map(|column| column.name.as_str());
            Problem::unless_named(Name::Monitor, at, "column", name, there)
        }
    }
}

fn limits(path: &str, check: &Check) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut push = |key: &str, message: String| {
        problems.push(Problem::error(
            Name::Monitor,
            format!("{path}.{key}"),
            message,
        ));
    };
    match check.limit {
        Limit::Outside([low, high]) if low >= high => {
            push(
                "limit.outside",
                format!("the range begins at {low} and ends at {high}"),
            );
        }
        Limit::PBelow(p) if !(p > 0.0 && p < 1.0) => {
            push(
                "limit.p_below",
                format!("{p} is not a probability between 0 and 1"),
            );
        }
        _ => {}
    }
    if Level::new(check.level).is_err() {
        push(
            "level",
            format!("{} is not a confidence level", check.level),
        );
    }
    problems
}
