//! The pictures of an evaluation, as files.

use std::path::PathBuf;

use galen_dossier::plot::{
    Bin, Calibration, Curve, Forest, ForestRow, Lines, Operating, Plot, Roc, Stroke,
};
use galen_eval::binary::Binary;
use galen_eval::deployment::Deployment;
use galen_stats::Estimate;

use crate::args::How;
use crate::outside::{try_writing, write_file};
use crate::place::Place;
use crate::report::Failure;
use crate::words::{estimate, number};

const KINDS: [&str; 5] = ["roc", "pr", "calibration", "decision", "forest"];

/// Which pictures go to which files.
pub fn wanted(plots: &[String]) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let wrong = |plot: &String| {
        Failure::usage(
            "plot",
            format!("`--plot {plot}` does not say what to draw"),
            format!("write KIND=F.svg, with KIND one of {}", KINDS.join(", ")),
        )
    };
    let one = |plot: &String| {
        let (kind, file) = plot.split_once('=').unwrap_or(("roc", plot));
        let kind = KINDS
            .iter()
            .find(|known| **known == kind)
            .ok_or_else(|| wrong(plot))?;
        let file = PathBuf::from(file);
        match file
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("svg"))
        {
            true => Ok((*kind, file)),
            false => Err(wrong(plot)),
        }
    };
    plots.iter().map(one).collect()
}

pub fn draw(
    wanted: &[(&'static str, PathBuf)],
    found: &Binary,
    deployment: Option<&Deployment>,
    how: &How,
    place: &Place,
) -> Result<(), Failure> {
    for (kind, file) in wanted {
        let path = place.path(file);
        try_writing(&path)?;
        let absent = || {
            Failure::usage(
                "plot",
                format!("there is nothing to draw as {kind}"),
                "calibration and decision need scores from 0 to 1, roc both kinds of cases, forest a --group",
            )
        };
        let (plot, alt) = picture(kind, found, deployment, how).ok_or_else(absent)?;
        write_file(&path, plot.svg(&alt).as_bytes())?;
    }
    Ok(())
}

fn picture(
    kind: &str,
    found: &Binary,
    deployment: Option<&Deployment>,
    how: &How,
) -> Option<(Plot, String)> {
    match kind {
        "roc" => roc(found),
        "pr" => precision_recall(found),
        "calibration" => calibration(found, deployment),
        "decision" => decision(found),
        _ => forest(found, how),
    }
}

fn label(name: &str, own: Option<&Estimate>) -> String {
    own.map_or(name.to_owned(), |own| format!("{name} {}", estimate(own)))
}

fn roc(found: &Binary) -> Option<(Plot, String)> {
    let roc = found.curves.roc.as_ref()?;
    let points = roc.fpr.iter().zip(&roc.tpr).map(|(x, y)| [*x, *y]);
    let area = found.overall.metrics.get("auroc");
    let band = roc
        .band
        .iter()
        .map(|[x, low, high]| [*x, *low, *high])
        .collect();
    let plot = Plot::Roc(Roc {
        curves: vec![Curve {
            label: label("AUROC", area),
            points: points.collect(),
            band,
            operating: roc.operating.map(|[x, y]| Operating {
                label: "at the threshold".to_owned(),
                false_positive_rate: x,
                sensitivity: y,
            }),
        }],
    });
    Some((
        plot,
        "Sensitivity against the false positive rate".to_owned(),
    ))
}

fn precision_recall(found: &Binary) -> Option<(Plot, String)> {
    let curve = found.curves.pr.as_ref()?;
    let points = curve
        .recall
        .iter()
        .zip(&curve.precision)
        .map(|(x, y)| [*x, *y]);
    let prevalence = found.positives as f64 / found.n.max(1) as f64;
    let plot = Plot::Lines(Lines {
        across: "Recall (sensitivity)".to_owned(),
        up: "Precision (positive predictive value)".to_owned(),
        across_within: [0.0, 1.0],
        up_within: [0.0, 1.0],
        strokes: vec![
            Stroke {
                label: label("Average precision", found.overall.metrics.get("auprc")),
                points: points.collect(),
            },
            Stroke {
                label: "by chance: the prevalence".to_owned(),
                points: vec![[0.0, prevalence], [1.0, prevalence]],
            },
        ],
    });
    Some((plot, "Precision against recall".to_owned()))
}

fn calibration(found: &Binary, deployment: Option<&Deployment>) -> Option<(Plot, String)> {
    let (curve, observed) = match deployment {
        None => (
            found.curves.calibration.as_ref()?,
            "Observed share".to_owned(),
        ),
        Some(deployment) => (
            deployment.calibration.as_ref()?,
            format!(
                "Observed share where {} are ill",
                number(deployment.prevalence)
            ),
        ),
    };
    let bin = |bin: &galen_eval::curve::Bin| Bin {
        predicted: bin.predicted,
        observed: bin.observed.value,
        low: bin.observed.low,
        high: bin.observed.high,
        n: bin.n as u64,
    };
    let plot = Plot::Calibration(Calibration {
        predicted: "Mean score".to_owned(),
        observed,
        bins: curve.bins.iter().map(bin).collect(),
    });
    Some((plot, "Observed against predicted shares".to_owned()))
}

fn decision(found: &Binary) -> Option<(Plot, String)> {
    let curve = found.curves.decision.as_ref()?;
    let of = |values: &[f64]| -> Vec<[f64; 2]> {
        curve
            .thresholds
            .iter()
            .zip(values)
            .map(|(x, y)| [*x, *y])
            .collect()
    };
    let best = curve
        .model
        .iter()
        .chain(&curve.all)
        .copied()
        .fold(0.0, f64::max);
    let nobody: Vec<f64> = vec![0.0; curve.thresholds.len()];
    let stroke = |label: &str, values: &[f64]| Stroke {
        label: label.to_owned(),
        points: of(values),
    };
    let plot = Plot::Lines(Lines {
        across: "Threshold".to_owned(),
        up: "Net benefit".to_owned(),
        across_within: [0.0, 1.0],
        up_within: [-0.25 * best, 1.1 * best],
        strokes: vec![
            stroke("the model", &curve.model),
            stroke("flag everybody", &curve.all),
            stroke("flag nobody", &nobody),
        ],
    });
    Some((plot, "Net benefit by threshold".to_owned()))
}

/// The first metric that was asked for, or the AUROC, in everybody and in each subgroup.
fn forest(found: &Binary, how: &How) -> Option<(Plot, String)> {
    let asked = how
        .metrics
        .first()
        .map(|name| name.split('=').next().unwrap_or(name));
    let id = asked.unwrap_or("auroc");
    if found.groups.is_empty() {
        return None;
    }
    let row = |label: String, own: &Estimate| ForestRow {
        label,
        value: own.value,
        low: own.low,
        high: own.high,
        n: Some(own.n),
    };
    let all = found.overall.metrics.get(id)?;
    let mut rows = vec![row("everybody".to_owned(), all)];
    for group in &found.groups {
        rows.push(row(group.in_words(), group.metrics.get(id)?));
    }
    let title = galen_stats::metric::by_id(id).map_or(id, |metric| metric.about().title);
    let plot = Plot::Forest(Forest {
        quantity: title.to_owned(),
        rows,
        reference: all.value,
        within: None,
        log: id.starts_with("lr_") || id == "o_e_ratio",
    });
    Some((plot, format!("{title} by subgroup")))
}
