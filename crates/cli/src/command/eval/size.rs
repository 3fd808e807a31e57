//! `galen eval size`: how many cases a criterion needs.

use galen_stats::power::{auroc_power, auroc_size, wilson_power, wilson_size};
use serde_json::json;

use super::level_of;
use crate::args::EvalSize;
use crate::report::{Failure, Report};

/// Which cases a share is of.
#[derive(Clone, Copy)]
enum Of {
    Diseased,
    Healthy,
    All,
    Flagged,
    NotFlagged,
}

pub fn size(args: &EvalSize) -> Result<Report, Failure> {
    let level = level_of(args.level)?;
    must_be(args)?;
    // What repeats within a patient says less.
    let effect = 1.0 + (args.cluster_size - 1.0) * args.icc;
    let inflated = |n: u64| (n as f64 * effect - 1e-9).ceil() as u64;
    let never = || {
        Failure::usage(
            "undecidable",
            format!(
                "no number of cases up to a million meets the criterion {} with probability {} if {} is true",
                args.criterion, args.power, args.expected
            ),
            "the expected value must lie clearly above the criterion",
        )
    };
    if args.metric == "auroc" {
        let prevalence = needed(args.prevalence, "prevalence")?;
        let (positives, negatives) =
            auroc_size(args.expected, args.criterion, args.power, prevalence, level)
                .ok_or_else(never)?;
        let power = auroc_power(args.expected, args.criterion, positives, negatives, level);
        let (positives, negatives) = (inflated(positives), inflated(negatives));
        return Ok(report(
            args,
            effect,
            (positives + negatives, Some(positives), Some(negatives)),
            ("hanley_mcneil", power),
        ));
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
                "ask sensitivity, specificity, accuracy, ppv, npv, prevalence or auroc",
            ));
        }
    };
    let own = wilson_size(args.expected, args.criterion, args.power, level).ok_or_else(never)?;
    let power = wilson_power(args.expected, args.criterion, own, level);
    let own = inflated(own);
    let all = |share: f64| (own as f64 / share - 1e-9).ceil() as u64;
    let both = |cases: u64, positives: u64| (cases, Some(positives), Some(cases - positives));
    let counts = match (of, args.prevalence) {
        (Of::Diseased, Some(prevalence)) => both(all(prevalence), own),
        (Of::Healthy, Some(prevalence)) => {
            let cases = all(1.0 - prevalence);
            (cases, Some(cases - own), Some(own))
        }
        // Without a prevalence only the kind that counts is known.
        (Of::Diseased, None) => (own, Some(own), None),
        (Of::Healthy, None) => (own, None, Some(own)),
        (Of::All, _) => (own, None, None),
        (Of::Flagged, _) => (all(needed(args.alert_rate, "alert-rate")?), None, None),
        (Of::NotFlagged, _) => (
            all(1.0 - needed(args.alert_rate, "alert-rate")?),
            None,
            None,
        ),
    };
    Ok(report(args, effect, counts, ("wilson_exact_power", power)))
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
    let wrong = wrong.or((!(0.0..=1.0).contains(&args.expected)).then_some("expected"));
    let wrong = wrong.or((!(0.0..1.0).contains(&args.criterion)).then_some("criterion"));
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

fn report(
    args: &EvalSize,
    effect: f64,
    (cases, positives, negatives): (u64, Option<u64>, Option<u64>),
    (method, power): (&str, f64),
) -> Report {
    let mut text = format!("{cases} cases");
    if let Some(positives) = positives {
        text.push_str(&format!(", {positives} of them diseased"));
    }
    if let (Some(negatives), None) = (negatives, positives) {
        text.push_str(&format!(", {negatives} of them healthy"));
    }
    text.push_str(&format!(
        ": the lower bound of the {} is then at least {} with probability {power:.3}, if {} is true.",
        args.metric, args.criterion, args.expected
    ));
    if effect > 1.0 {
        let patients = (cases as f64 / args.cluster_size).ceil();
        text.push_str(&format!(
            "\nWith {} cases a patient and an intraclass correlation of {} (design effect {effect:.2}): {patients} patients.",
            args.cluster_size, args.icc
        ));
    }
    let document = json!({
        "metric": args.metric, "expected": args.expected, "criterion": args.criterion, "power": args.power, "level": args.level,
        "cases": cases, "positives": positives, "negatives": negatives, "method": method, "design_effect": effect,
        "power_reached": power,
    });
    Report::new("eval size", document, text)
}
