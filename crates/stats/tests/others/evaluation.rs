//! Metrics of evaluations against scikit-learn, scikit-survival and lifelines: `reference/evaluation.py` writes the values.

use galen_stats::survival::{
    Censored, brier, c_index, c_index_ipcw, cumulative_auc, integrated_brier,
};
use galen_stats::tally::Tally;
use galen_stats::{Cases, Level, METRICS, metric};
use serde_json::Value;

fn read(name: &str) -> Value {
    let path = format!("{}/tests/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the reference is in the repository");
    serde_json::from_str(&text).expect("the reference is JSON")
}

fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().expect("a list").iter();
    list.map(|one| one.as_f64().expect("a number")).collect()
}

fn near(what: &str, found: f64, wanted: f64, relative: f64) {
    let apart = (found - wanted).abs();
    assert!(
        apart <= relative * wanted.abs().max(1e-12),
        "{what}: {found} and not {wanted}"
    );
}

/// The cases of metrics.json, with weights or with patients.
fn cases(weight: Option<&Value>, clustered: bool) -> Cases {
    let document = read("metrics.json");
    let truth = document["truth"].as_array().expect("a list").iter();
    let truth = truth.map(|one| one.as_bool().expect("a truth")).collect();
    let patient = numbers(&document["patient"])
        .into_iter()
        .map(|id| id as u32)
        .collect();
    let cluster = clustered.then_some(patient);
    let score = numbers(&document["score"]);
    let cases =
        Cases::new(truth, score, document["threshold"].as_f64(), cluster).expect("well-formed");
    match weight {
        Some(weight) => cases.weighted(numbers(weight)).expect("weights"),
        None => cases,
    }
}

#[test]
fn values_are_scikit_learns_weighted_and_not() {
    let document = read("evaluation.json");
    let mut compared = 0;
    for (name, weight) in [("values", None), ("weighted", Some(&document["weight"]))] {
        let cases = cases(weight, false);
        for metric in METRICS {
            let id = metric.about().id;
            let Some(wanted) = document[name][id].as_f64() else {
                continue;
            };
            let estimate = metric
                .estimate(&cases, Level::DEFAULT)
                .expect("both classes");
            near(
                &format!("{name} {id}"),
                estimate.value.expect("defined"),
                wanted,
                1e-10,
            );
            let alone = metric.value(&Tally::of(&cases), cases.threshold());
            near(
                &format!("{name} {id} of counts"),
                alone.expect("defined"),
                wanted,
                1e-10,
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 2 * 24);
}

#[test]
fn intervals_by_the_delta_method_are_those_by_differences() {
    let document = read("evaluation.json");
    for (name, weight, clustered) in [
        ("delta", None, false),
        ("delta_clustered", None, true),
        ("delta_weighted", Some(&document["weight"]), false),
    ] {
        let cases = cases(weight, clustered);
        for (id, wanted) in document[name].as_object().expect("metrics") {
            let metric = metric::by_id(id).expect("listed");
            let estimate = metric
                .estimate(&cases, Level::DEFAULT)
                .expect("both classes");
            let wanted = numbers(wanted);
            near(
                &format!("{name} {id} low"),
                estimate.low.expect("an interval"),
                wanted[0],
                1e-7,
            );
            near(
                &format!("{name} {id} high"),
                estimate.high.expect("an interval"),
                wanted[1],
                1e-7,
            );
        }
    }
}

#[test]
fn survival_is_scikit_survivals_and_lifelines() {
    let known = &read("evaluation.json")["survival"];
    let events = known["event"].as_array().expect("a list").iter();
    let events = events.map(|one| one.as_bool().expect("a truth"));
    let times = numbers(&known["time"]).into_iter();
    let cases: Vec<Censored> = times
        .zip(events)
        .map(|(time, event)| Censored { time, event })
        .collect();
    let risk = numbers(&known["risk"]);
    let number = |name: &str| known[name].as_f64().expect("a number");
    let harrell = c_index(&cases, &risk).expect("pairs");
    near("Harrell", harrell, number("c_index"), 1e-10);
    near("lifelines", harrell, number("c_index_lifelines"), 1e-10);
    near(
        "Uno",
        c_index_ipcw(&cases, &risk).expect("pairs"),
        number("c_index_ipcw"),
        1e-10,
    );
    let horizons = numbers(&known["horizons"]);
    let (areas, errors) = (numbers(&known["auc_t"]), numbers(&known["brier_t"]));
    let mut found = Vec::new();
    for (at, &horizon) in horizons.iter().enumerate() {
        let probability = numbers(&known["probability"][at]);
        near(
            "area",
            cumulative_auc(&cases, &risk, horizon).expect("both kinds"),
            areas[at],
            1e-10,
        );
        let error = brier(&cases, &probability, horizon).expect("followed up so long");
        near("Brier", error, errors[at], 1e-10);
        found.push((horizon, error));
    }
    near(
        "integrated",
        integrated_brier(&found).expect("two horizons"),
        number("integrated_brier"),
        1e-10,
    );
    assert_eq!(c_index(&cases[..1], &risk[..1]), None);
    assert_eq!(brier(&cases, &risk, 1e9), None);
}

#[test]
fn masks_compare_as_scipy_and_scikit_learn_say() {
    use galen_stats::segmentation::{Compared, Pair};
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../reference/segmentation.json")).expect("JSON");
    for case in &cases {
        let mask = |name: &str| -> Vec<bool> {
            case[name]
                .as_str()
                .expect("a mask")
                .bytes()
                .map(|bit| bit == b'1')
                .collect()
        };
        let number = |value: &Value| value.as_f64().expect("a number");
        let (truth, predicted) = (mask("truth"), mask("predicted"));
        let pair = Pair {
            truth: &truth,
            predicted: &predicted,
            width: case["width"].as_u64().expect("a width") as usize,
            spacing: [number(&case["spacing"][0]), number(&case["spacing"][1])],
        };
        let found = Compared::of(pair, number(&case["tolerance"])).expect("they fit");
        let outlines = found.outlines.expect("neither is empty");
        let own = [
            ("dice", found.dice().expect("a value")),
            ("iou", found.iou().expect("a value")),
            ("hausdorff", outlines.hausdorff),
            ("hausdorff95", outlines.hausdorff95),
            ("surface_dice", outlines.surface_dice),
            ("mean_surface_distance", outlines.mean_distance),
        ];
        for (name, own) in own {
            let want = number(&case[name]);
            assert!(
                (own - want).abs() < 1e-10 * want.max(1.0),
                "{name}: {own} is not {want}"
            );
        }
    }
}

#[test]
fn boxes_are_judged_as_pycocotools_judges_them() {
    use galen_stats::detection::{Detections, Found, Region};
    let reference: Value =
        serde_json::from_str(include_str!("../reference/detection.json")).expect("JSON");
    let rows = |name: &str| -> Vec<Vec<f64>> {
        serde_json::from_value(reference[name].clone()).expect("rows")
    };
    let images = reference["images"].as_u64().expect("a count") as usize;
    let mut all: Vec<(Vec<Region>, Vec<Found>)> = vec![Default::default(); images];
    let region = |row: &[f64]| Region::new([row[1], row[2]], [row[3], row[4]]).expect("a box");
    for row in rows("truths") {
        all[row[0] as usize].0.push(region(&row));
    }
    for row in rows("found") {
        all[row[0] as usize].1.push(Found {
            region: region(&row),
            score: row[5],
        });
    }
    let every: Vec<usize> = (0..images).collect();
    let near = |own: f64, name: &str| {
        let want = reference[name].as_f64().expect("a number");
        assert!((own - want).abs() < 1e-10, "{name}: {own} is not {want}");
    };
    let half = Detections::of(&all, 0.5, false);
    near(
        half.average_precision(&every).expect("there are boxes"),
        "ap",
    );
    near(
        half.interpolated_precision(&every)
            .expect("there are boxes"),
        "ap_coco_50",
    );
    let at = |step: i32| {
        Detections::of(&all, 0.5 + 0.05 * f64::from(step), false).interpolated_precision(&every)
    };
    let sum: f64 = (0..10).map(|step| at(step).expect("there are boxes")).sum();
    near(sum / 10.0, "ap_coco");
}
