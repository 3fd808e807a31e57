//! `galen eval size`: how many cases a criterion needs.

use std::path::Path;

use galen_dossier::plot::{Lines, Plot, Stroke};
use galen_eval::{Columns, Settings, binary, compare};
use galen_spec::Rule;
use galen_stats::power::{
    HalfWidths, auroc_power, auroc_size, normal_power, normal_times, wilson_power, wilson_size,
};
use galen_stats::{Estimate, Level};
use serde_json::json;

use super::{failure, level_of, warn};
use crate::args::EvalSize;
use crate::outside::write_file;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::number;

/// Which cases a share is of.
#[derive(Clone, Copy)]
enum Of {
    Diseased,
    Healthy,
    All,
    Flagged,
    NotFlagged,
}

/// What a number of cases is asked for, and what it gives.
struct Answer {
    cases: u64,
    positives: Option<u64>,
    negatives: Option<u64>,
    /// Of the cases that are needed.
    power: f64,
    method: &'static str,
    expected: f64,
    /// The rule in words: `the lower bound of the auroc is then at least 0.75`.
    asks: String,
    /// By how much cases of one patient are worth less.
    effect: f64,
    /// The probability that the criterion is met, by the number of cases.
    power_at: Box<dyn Fn(u64) -> f64>,
    /// The standard error by the number of cases, where a pilot tells it.
    error_at: Option<Box<dyn Fn(u64) -> f64>>,
}

pub fn size(args: &EvalSize, place: &Place) -> Result<Report, Failure> {
    must_be(args)?;
    let answer = match &args.pilot {
        Some(pilot) => from_pilot(args, pilot, place)?,
        None => by_formula(args)?,
    };
    if let Some(file) = &args.plot {
        let svg = curve(args, &answer)
            .svg("The probability that the criterion is met, by the number of cases");
        write_file(&place.path(file), svg.as_bytes())?;
    }
    Ok(report(args, &answer))
}

fn never(criterion: &str, power: f64, expected: f64) -> Failure {
    Failure::usage(
        "undecidable",
        format!(
            "no number of cases up to a million meets the criterion {criterion} with probability {power} if {expected} is true"
        ),
        "the expected value must lie clearly on the right side of the criterion",
    )
}

fn by_formula(args: &EvalSize) -> Result<Answer, Failure> {
    let level = level_of(args.level)?;
    let (Some(expected), Some(criterion)) = (args.expected, args.criterion) else {
        unreachable!("the parser asks for both")
    };
    // What repeats within a patient says less.
    let effect = 1.0 + (args.cluster_size - 1.0) * args.icc;
    let inflated = |n: u64| (n as f64 * effect - 1e-9).ceil() as u64;
    let worth = move |n: f64| (n / effect).floor() as u64;
    let never = || never(&criterion.to_string(), args.power, expected);
    let asks = format!(
        "the lower bound of the {} is then at least {criterion}",
        args.metric
    );
    if args.metric == "auroc" {
        let prevalence = needed(args.prevalence, "prevalence")?;
        let (positives, negatives) =
            auroc_size(expected, criterion, args.power, prevalence, level).ok_or_else(never)?;
        let power = auroc_power(expected, criterion, positives, negatives, level);
        let (positives, negatives) = (inflated(positives), inflated(negatives));
        let power_at = move |n: u64| {
            let diseased = n as f64 * prevalence;
            auroc_power(
                expected,
                criterion,
                worth(diseased),
                worth(n as f64 - diseased),
                level,
            )
        };
        return Ok(Answer {
            cases: positives + negatives,
            positives: Some(positives),
            negatives: Some(negatives),
            power,
            method: "hanley_mcneil",
            expected,
            asks,
            effect,
            power_at: Box::new(power_at),
            error_at: None,
        });
    }
    let of = match args.metric.as_str() {
        "sensitivity" => Of::Diseased,
        "specificity" => Of::Healthy,
        "accuracy" | "prevalence" => Of::All,
        "ppv" => Of::Flagged,
        "npv" => Of::NotFlagged,
        other => {
            return Err(Failure::usage(
                "metric",
                format!("there is no formula for the size of `{other}`"),
                "ask sensitivity, specificity, accuracy, ppv, npv, prevalence or auroc; or give a --pilot, for any metric",
            ));
        }
    };
    let own = wilson_size(expected, criterion, args.power, level).ok_or_else(never)?;
    let power = wilson_power(expected, criterion, own, level);
    let own = inflated(own);
    let all = |share: f64| (own as f64 / share - 1e-9).ceil() as u64;
    let both = |cases: u64, positives: u64| (cases, Some(positives), Some(cases - positives));
    // Which share of the cases counts; without a prevalence only those that count are known.
    let (share, (cases, positives, negatives)) = match (of, args.prevalence) {
        (Of::Diseased, Some(prevalence)) => (prevalence, both(all(prevalence), own)),
        (Of::Healthy, Some(prevalence)) => {
            let cases = all(1.0 - prevalence);
            (1.0 - prevalence, (cases, Some(cases - own), Some(own)))
        }
        (Of::Diseased, None) => (1.0, (own, Some(own), None)),
        (Of::Healthy, None) => (1.0, (own, None, Some(own))),
        (Of::All, _) => (1.0, (own, None, None)),
        (Of::Flagged, _) => {
            let share = needed(args.alert_rate, "alert-rate")?;
            (share, (all(share), None, None))
        }
        (Of::NotFlagged, _) => {
            let share = 1.0 - needed(args.alert_rate, "alert-rate")?;
            (share, (all(share), None, None))
        }
    };
    Ok(Answer {
        cases,
        positives,
        negatives,
        power,
        method: "wilson_exact_power",
        expected,
        asks,
        effect,
        power_at: Box::new(move |n| {
            wilson_power(expected, criterion, worth(n as f64 * share), level)
        }),
        error_at: None,
    })
}

/// By the interval of a pilot, which is so many times narrower as the root of how many times as many cases there are.
fn from_pilot(args: &EvalSize, pilot: &Path, place: &Place) -> Result<Answer, Failure> {
    let level = level_of(args.level)?;
    let rule = rule(args)?;
    let bounds = rule.bounds().ok_or_else(|| {
        Failure::usage(
            "rule",
            "`report` asks nothing",
            "write a bound: lower >= 0.75",
        )
    })?;
    let (n, positives, estimate) = piloted(args, pilot, level, place)?;
    let (Some(value), Some((low, high))) = (estimate.value, estimate.interval()) else {
        let why = estimate
            .why
            .unwrap_or_else(|| "it has no interval".to_owned());
        return Err(Failure::usage(
            "pilot",
            format!("the {} of the pilot tells no doubt: {why}", args.metric),
            "a metric of flags needs --threshold or --predicted; else use a larger pilot",
        ));
    };
    let halves = HalfWidths {
        lower: value - low,
        upper: high - value,
    };
    let expected = args.expected.unwrap_or(value);
    let n = n as f64;
    let power_at =
        move |cases: u64| normal_power(expected, halves.with(cases as f64 / n), bounds, level);
    let error_at = move |cases: u64| halves.with(cases as f64 / n).error(level);
    let times = normal_times(expected, halves, bounds, args.power, level)
        .ok_or_else(|| never(&format!("`{rule}`"), args.power, expected))?;
    let cases = (times * n).ceil() as u64;
    let diseased = (cases as f64 * positives as f64 / n).ceil() as u64;
    let what = match args.against {
        Some(_) => format!("the difference in {}", args.metric),
        None => format!("the {}", args.metric),
    };
    Ok(Answer {
        cases,
        positives: Some(diseased),
        negatives: Some(cases - diseased.min(cases)),
        power: power_at(cases),
        method: "pilot",
        expected,
        asks: format!("the interval of {what} then meets `{rule}`"),
        effect: 1.0,
        power_at: Box::new(power_at),
        error_at: Some(Box::new(error_at)),
    })
}

/// What the interval must clear.
fn rule(args: &EvalSize) -> Result<Rule, Failure> {
    match (&args.rule, args.criterion) {
        (Some(rule), _) => rule.parse().map_err(|error: galen_spec::rule::RuleError| {
            Failure::usage("rule", error.to_string(), "write it as in protocol.yaml")
        }),
        (None, Some(bound)) => Ok(Rule::LowerAtLeast(bound)),
        (None, None) => unreachable!("the parser asks for one of them"),
    }
}

/// Cases, diseased ones and the estimate of the metric, or of its difference to another model.
fn piloted(
    args: &EvalSize,
    pilot: &Path,
    level: Level,
    place: &Place,
) -> Result<(usize, usize, Estimate), Failure> {
    let table = table_in(&place.path(pilot), &args.reading)?;
    let truth = args.truth.clone().ok_or_else(|| {
        Failure::usage(
            "truth",
            "the pilot's column with the truth is not named",
            "name it: --truth COL",
        )
    })?;
    let columns = Columns {
        truth,
        score: args.score.clone(),
        predicted: args.predicted.clone(),
        threshold: args.threshold,
        positive: args.positive.clone(),
        cluster: args.cluster.clone(),
        ..Columns::default()
    };
    let settings = Settings {
        metrics: vec![args.metric.clone()],
        level,
        ..Settings::default()
    };
    let absent = || {
        Failure::usage(
            "metric",
            format!("the pilot has no {}", args.metric),
            "a metric of flags needs --threshold or --predicted, one of ranks or probabilities --score",
        )
    };
    let wrong = |error| failure(&error);
    if let (Some(other), Some(id)) = (&args.against, &args.id) {
        let other = table_in(&place.path(other), &args.reading)?;
        let found = compare::compare(&table, &other, &columns, id, &settings).map_err(wrong)?;
        let difference = found.comparisons.into_iter().next().ok_or_else(absent)?;
        return Ok((found.n, found.positives, difference.difference.estimate));
    }
    let read = columns.read(&table).map_err(wrong)?;
    warn(&read.warnings);
    let found = binary::overall(&read, &columns, &settings).map_err(wrong)?;
    let estimate = found.metrics.into_values().next().ok_or_else(absent)?;
    Ok((found.n, found.positives, estimate))
}

/// The power from few cases to twice as many as are needed.
fn curve(args: &EvalSize, answer: &Answer) -> Plot {
    const STEPS: u64 = 120;
    let most = (answer.cases * 2)
        .max(answer.cases + 1)
        .max(args.cases.unwrap_or(0));
    let cases = (1..=STEPS).map(|step| (step * most).div_ceil(STEPS));
    let points = cases.map(|n| [n as f64, (answer.power_at)(n)]);
    let across = [0.0, most as f64];
    Plot::Lines(Lines {
        across: "Cases".to_owned(),
        up: "Probability that the criterion is met".to_owned(),
        across_within: across,
        up_within: [0.0, 1.0],
        strokes: vec![
            Stroke {
                label: format!("if {} is {}", args.metric, number(answer.expected)),
                points: points.collect(),
            },
            Stroke {
                label: format!("{} with {} cases", args.power, answer.cases),
                points: vec![
                    [0.0, args.power],
                    [answer.cases as f64, args.power],
                    [answer.cases as f64, 0.0],
                ],
            },
        ],
    })
}

fn needed(share: Option<f64>, name: &str) -> Result<f64, Failure> {
    share.ok_or_else(|| {
        Failure::usage(
            "needs",
            format!("the size depends on the {}", name.replace('-', " ")),
            format!("say it: --{name} P"),
        )
    })
}

fn must_be(args: &EvalSize) -> Result<(), Failure> {
    let inside = |share: f64| share > 0.0 && share < 1.0;
    let shares = [
        ("prevalence", args.prevalence),
        ("alert-rate", args.alert_rate),
    ];
    let wrong = shares
        .iter()
        .find(|(_, share)| share.is_some_and(|share| !inside(share)));
    let wrong = wrong.map(|(name, _)| *name);
    let wrong = wrong.or((!inside(args.power)).then_some("power"));
    // What a pilot is asked need be no share.
    let is_share = |value: Option<f64>| {
        args.pilot.is_some() || value.is_none_or(|value| (0.0..=1.0).contains(&value))
    };
    let wrong = wrong.or((!is_share(args.expected)).then_some("expected"));
    let wrong = wrong.or((!is_share(args.criterion)).then_some("criterion"));
    let wrong = wrong.or((!(0.0..=1.0).contains(&args.icc)).then_some("icc"));
    if let Some(name) = wrong {
        return Err(Failure::usage(
            "share",
            format!("--{name} is a share between 0 and 1"),
            format!("write --{name} 0.8 for four of five"),
        ));
    }
    let is_size = args.cluster_size >= 1.0 && args.cluster_size.is_finite();
    match is_size {
        true => Ok(()),
        false => Err(Failure::usage(
            "cluster_size",
            "--cluster-size is the mean number of cases of a patient, at least 1",
            "write --cluster-size 2",
        )),
    }
}

fn report(args: &EvalSize, answer: &Answer) -> Report {
    let Answer {
        cases,
        positives,
        negatives,
        power,
        effect,
        expected,
        ..
    } = *answer;
    let mut text = format!("{cases} cases");
    if let Some(positives) = positives {
        text.push_str(&format!(", {positives} of them diseased"));
    }
    if let (Some(negatives), None) = (negatives, positives) {
        text.push_str(&format!(", {negatives} of them healthy"));
    }
    text.push_str(&format!(
        ": {} with probability {power:.3}, if {expected} is true.",
        answer.asks
    ));
    if effect > 1.0 {
        let patients = (cases as f64 / args.cluster_size).ceil();
        text.push_str(&format!(
            "\nWith {} cases a patient and an intraclass correlation of {} (design effect {effect:.2}): {patients} patients.",
            args.cluster_size, args.icc
        ));
    }
    let error = |n: u64| answer.error_at.as_ref().map(|error| error(n));
    if let Some(error) = error(cases) {
        text.push_str(&format!(
            "\nThe standard error is then {error:.4}; the pilot is taken for cases like those to come."
        ));
        if args.expected.is_none() {
            text.push_str(
                " The value is the pilot's own: say --expected if the model was chosen on it.",
            );
        }
    }
    let at = args.cases.map(|n| {
        let power = (answer.power_at)(n);
        text.push_str(&format!(
            "\n{n} cases decide it with probability {power:.3}"
        ));
        if let Some(error) = error(n) {
            text.push_str(&format!(
                "; for protocol.yaml: expected: {}, expected_error: {error:.4}",
                number(expected)
            ));
        }
        text.push('.');
        json!({"cases": n, "power": power, "standard_error": error(n)})
    });
    let document = json!({
        "metric": args.metric, "expected": expected, "criterion": args.criterion, "rule": args.rule, "power": args.power,
        "level": args.level, "cases": cases, "positives": positives, "negatives": negatives, "method": answer.method,
        "design_effect": effect, "power_reached": power, "standard_error": error(cases), "at": at,
    });
    Report::new("eval size", document, text)
}
