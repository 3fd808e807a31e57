//! Performance without labels against NannyML, LightGBM and scikit-learn: `reference/without_labels.py` writes the values.

use galen_stats::Level;
use galen_stats::boosting::{BoostedTrees, Boosting, Feature};
use galen_stats::without_labels::{
    Cbpe, CbpeReport, Chunk, ChunkEstimates, Classified, Dle, ESTIMABLE, Features, LOSSES,
    MetricEstimate, Observed, Predicted, Recalibration, Scored,
};
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(include_str!("../reference/without_labels.json")).expect("it is JSON")
}

fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|one| one.as_f64().expect("a number"))
        .collect()
}

fn bits(text: &Value) -> Vec<bool> {
    text.as_str()
        .expect("bits")
        .chars()
        .map(|bit| bit == '1')
        .collect()
}

fn scored(of: &Value, part: &str) -> Scored {
    let score = match &of[format!("{part}_score")] {
        Value::Null => numbers(&of[format!("{part}_score_percent")])
            .iter()
            .map(|percent| percent / 100.0)
            .collect(),
        scores => numbers(scores),
    };
    let truth = bits(&of[format!("{part}_truth")])
        .into_iter()
        .map(Some)
        .collect();
    let cases = Scored::new(score, truth).expect("probabilities");
    cases
        .with_flags(bits(&of[format!("{part}_flag")]))
        .expect("one a case")
}

fn estimated(of: &Value, recalibration: Recalibration) -> CbpeReport {
    let size = of["chunk_size"].as_u64().expect("a size") as usize;
    let (reference, current) = (scored(of, "reference"), scored(of, "analysis"));
    let chunks = [reference.n(), current.n()].map(|n| Chunk::by_size(n, size));
    let plan = Cbpe {
        metrics: ESTIMABLE.to_vec(),
        recalibration,
        level: Level::DEFAULT,
        resamples: 40,
        seed: 0,
    };
    let none = Features::default();
    let side = |cases, chunks| Observed {
        cases,
        chunks,
        features: &none,
    };
    let report = plan.estimate(side(&reference, &chunks[0]), side(&current, &chunks[1]));
    report.expect("both classes are there")
}

/// What NannyML says of a metric in a chunk: value, sampling error, realized, lower and upper limit, alert.
fn said(of: &Value, period: &str, metric: &str, chunk: usize) -> ([f64; 5], bool) {
    let row = &of[period][metric][chunk];
    let number = |at: usize| row[at].as_f64().unwrap_or(f64::NAN);
    let alert = row[5].as_bool().expect("an alert");
    (std::array::from_fn(number), alert)
}

/// The chunks of both periods with NannyML's words for them.
fn periods<'a>(
    reference: &'a [ChunkEstimates],
    current: &'a [ChunkEstimates],
) -> impl Iterator<Item = (&'static str, usize, &'a MetricEstimate)> {
    let of = |period: &'static str, chunks: &'a [ChunkEstimates]| {
        let chunks = chunks.iter().enumerate();
        chunks.flat_map(move |(at, chunk)| chunk.metrics.iter().map(move |m| (period, at, m)))
    };
    of("reference", reference).chain(of("analysis", current))
}

#[track_caller]
fn near(what: &str, found: Option<f64>, wanted: f64, relative: f64) {
    let found = found.unwrap_or(f64::NAN);
    assert!(
        (found - wanted).abs() <= relative * wanted.abs().max(1e-12),
        "{what}: {found}, wanted {wanted}"
    );
}

#[test]
fn confidence_based_estimates_limits_and_alerts_agree_with_nannyml() {
    for name in ["car_loan", "icu"] {
        let of = &document()[name];
        let report = estimated(of, Recalibration::Always);
        assert_eq!(of["recalibrated"], true);
        let mut compared = 0;
        for (period, chunk, found) in periods(&report.reference, &report.current) {
            let (wanted, alert) = said(of, period, found.metric, chunk);
            let what = format!("{name} {period} {} {chunk}", found.metric);
            near(&what, found.estimate.value, wanted[0], 1e-6);
            near(&what, found.realized, wanted[2], 1e-9);
            near(
                &what,
                found.limits.map(|limits| limits.low),
                wanted[3],
                1e-9,
            );
            // Counts have no upper limit of their own, and neither side says one.
            near(
                &what,
                found.limits.map(|limits| limits.high),
                wanted[4],
                1e-9,
            );
            assert_eq!(found.crossed, Some(alert), "{what}");
            compared += 1;
        }
        assert!(compared > 100, "{compared}");
    }
}

#[test]
fn sampling_errors_agree_with_nannyml() {
    for name in ["car_loan", "icu"] {
        let of = &document()[name];
        let report = estimated(of, Recalibration::Always);
        for (period, chunk, found) in periods(&report.reference, &report.current) {
            let tolerance = match (found.metric, name) {
                // NannyML draws 50 samples without a seed: its own deviation is a tenth.
                ("average_precision", _) => 0.35,
                // Of tied scores NannyML counts whatever order its sort leaves them in.
                ("roc_auc", "car_loan") => 0.05,
                _ => 1e-6,
            };
            let (wanted, _) = said(of, period, found.metric, chunk);
            let what = format!("{name} {period} {} {chunk}", found.metric);
            near(&what, found.sampling_error, wanted[1], tolerance);
        }
    }
}

#[test]
fn whether_scores_are_recalibrated_agrees_with_nannyml() {
    for name in ["car_loan", "icu"] {
        let of = &document()[name];
        let report = estimated(of, Recalibration::IfBetter);
        assert_eq!(
            of["recalibrated"], report.calibration.isotonic,
            "{:?}",
            report.calibration
        );
    }
}

#[test]
fn estimates_of_several_classes_agree_with_nannyml() {
    let of = &document()["card_type"];
    let classes: Vec<String> = serde_json::from_value(of["classes"].clone()).expect("classes");
    let cases = |part: &str| {
        let percent = |class: &String| numbers(&of[format!("{part}_{class}_percent")]);
        let column = |class: &String| {
            let way = if *class == classes[2] { -2.0 } else { 1.0 };
            let untied = |(row, percent): (usize, &f64)| {
                percent / 100.0 * 0.99 + 0.01 / 3.0 + way * row as f64 / 2e6
            };
            percent(class).iter().enumerate().map(untied).collect()
        };
        let digits = |name: &str| -> Vec<u32> {
            let text = of[format!("{part}_{name}")].as_str().expect("digits");
            text.bytes().map(|digit| u32::from(digit - b'0')).collect()
        };
        let truth = digits("y_true").into_iter().map(Some).collect();
        let scores = classes.iter().map(column).collect();
        Classified::new(scores, truth, digits("y_pred")).expect("probabilities")
    };
    let (reference, current) = (cases("reference"), cases("analysis"));
    let chunks = [&reference, &current].map(|cases| Chunk::by_size(cases.n(), 250));
    let shares = ESTIMABLE.iter().filter(|one| one.about().max.is_some());
    let none = Features::default();
    for (name, recalibration) in [
        ("always", Recalibration::Always),
        ("never", Recalibration::Never),
    ] {
        let plan = Cbpe {
            metrics: shares.clone().copied().collect(),
            recalibration,
            level: Level::DEFAULT,
            resamples: 40,
            seed: 0,
        };
        let side = |cases, chunks| Observed {
            cases,
            chunks,
            features: &none,
        };
        let (before, now) = (side(&reference, &chunks[0]), side(&current, &chunks[1]));
        let report = plan.estimate_classes(&classes, before, now);
        let report = report.expect("all classes are there");
        let mut compared = 0;
        for (period, chunk, found) in periods(&report.reference, &report.current) {
            let (wanted, alert) = said(&of[name], period, found.metric, chunk);
            let what = format!("{name} {period} {} {chunk}", found.metric);
            near(&what, found.estimate.value, wanted[0], 1e-6);
            near(&what, found.realized, wanted[2], 1e-9);
            near(&what, found.limits.map(|l| l.low), wanted[3], 1e-9);
            near(&what, found.limits.map(|l| l.high), wanted[4], 1e-9);
            assert_eq!(found.crossed, Some(alert), "{what}");
            compared += 1;
        }
        assert_eq!(compared, 2 * 8 * 7);
    }
}

/// Cars of a period with what the second model may know of them.
fn cars(of: &Value, part: &str) -> (Predicted, Features) {
    let column = |name: &str| numbers(&of["columns"][format!("{part}_{name}")]);
    let names = of["features"].as_array().expect("a list").iter();
    let names: Vec<String> = names
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect();
    let feature = |name: &String| match name.as_str() {
        "fuel" | "transmission" => {
            Feature::Category(column(name).iter().map(|&code| Some(code as u32)).collect())
        }
        name => Feature::Number(column(name)),
    };
    let columns = names.iter().map(feature).collect();
    let truth = column("y_true").into_iter().map(Some).collect();
    let cases = Predicted::new(column("y_pred"), truth).expect("numbers");
    (cases, Features { names, columns })
}

#[test]
fn direct_loss_estimates_are_near_those_of_nannyml_and_all_else_agrees() {
    let of = &document()["car_price"];
    let (reference, known) = cars(of, "reference");
    let (current, new) = cars(of, "analysis");
    let chunks = Chunk::by_size(2_000, 250);
    let plan = Dle {
        losses: LOSSES.iter().collect(),
        learner: &Boosting::default(),
        level: Level::DEFAULT,
        resamples: 200,
        seed: 0,
    };
    let side = |cases, features| Observed {
        cases,
        chunks: &chunks,
        features,
    };
    let report = plan.estimate(side(&reference, &known), side(&current, &new));
    let report = report.expect("there is something to learn");
    let mut furthest = 0.0_f64;
    for (period, chunk, found) in periods(&report.reference, &report.current) {
        let (wanted, _) = said(of, period, found.metric, chunk);
        let what = format!("{period} {} {chunk}", found.metric);
        near(&what, found.sampling_error, wanted[1], 1e-9);
        near(&what, found.realized, wanted[2], 1e-9);
        near(
            &what,
            found.limits.map(|limits| limits.low),
            wanted[3],
            1e-9,
        );
        near(
            &what,
            found.limits.map(|limits| limits.high),
            wanted[4],
            1e-9,
        );
        // LightGBM grows other trees than ours: a sampling error apart is near.
        let apart = (found.estimate.value.expect("a value") - wanted[0]).abs() / wanted[1];
        assert!(apart < 1.0, "{what}: {apart} sampling errors from NannyML");
        furthest = furthest.max(apart);
    }
    println!("at most {furthest:.2} sampling errors from NannyML");
}

#[test]
fn boosted_trees_tell_errors_as_well_as_scikit_learn_and_lightgbm() {
    let of = &document()["car_price"];
    let parts = ["reference", "analysis"].map(|part| {
        let (_, mut features) = cars(of, part);
        let column = |name: &str| numbers(&of["columns"][format!("{part}_{name}")]);
        let (predicted, truth) = (column("y_pred"), column("y_true"));
        let wrong: Vec<f64> = (predicted.iter().zip(&truth))
            .map(|(p, t)| (p - t).abs())
            .collect();
        features.columns.push(Feature::Number(predicted));
        (features.columns, wrong)
    });
    let trees = BoostedTrees::fit(&parts[0].0, &parts[0].1, &Boosting::default()).expect("fits");
    let found = trees.predict(&parts[1].0);
    let squares = found.iter().zip(&parts[1].1).map(|(a, b)| (a - b).powi(2));
    let error = squares.sum::<f64>() / found.len() as f64;
    let said = |name: &str| {
        of["held_out_squared_error"][name]
            .as_f64()
            .expect("a number")
    };
    println!(
        "ours {error:.0}, sklearn {:.0}, lightgbm {:.0}, the mean {:.0}",
        said("sklearn"),
        said("lightgbm"),
        said("mean")
    );
    assert!(
        error < 1.03 * said("sklearn") && error < said("mean"),
        "{error}"
    );
}
