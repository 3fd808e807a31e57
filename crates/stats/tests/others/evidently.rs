//! The drift tests against Evidently itself: `reference/make_evidently.py` writes what it answers.

use galen_stats::drift::{by_id, default_test_of};
use galen_stats::{CategoryCounts, DRIFT_TESTS, DriftResult, DriftTest, Sample, SortedNumbers};
use serde_json::Value;
use std::collections::BTreeSet;

/// What Evidently writes digits of, and how far they are good where p is near 0.
const RELATIVE: f64 = 1e-6;
/// Evidently takes some p as 1 minus a number near 1, and cuts the series of Cramer and von Mises at 1e-7.
const ABSOLUTE: f64 = 1e-9;

/// A pair of samples of one column with Evidently's answers.
struct Pair {
    reference: Counted,
    current: Counted,
    answers: Value,
}

enum Counted {
    Numbers(SortedNumbers),
    Categories(CategoryCounts),
}

impl Counted {
    fn of(sample: &Value) -> Counted {
        if let Some(counts) = sample["counts"].as_object() {
            let counts = counts
                .iter()
                .map(|(name, count)| (name.clone(), count.as_u64().expect("a count")));
            return Counted::Categories(CategoryCounts::from_counts(counts));
        }
        let numbers: Vec<f64> = match sample["values"].as_array() {
            Some(values) => values.iter().map(float).collect(),
            None => {
                let whole = |name: &str| sample[name].as_u64().expect("a whole number");
                let (step, size) = (whole("step"), whole("size"));
                let (scale, shift) = (float(&sample["scale"]), float(&sample["shift"]));
                let rule = |i: u64| (i * step % size) as f64 / scale + shift;
                (0..whole("n")).map(rule).collect()
            }
        };
        Counted::Numbers(SortedNumbers::of(&numbers).expect("finite"))
    }

    fn sample(&self) -> Sample<'_> {
        match self {
            Counted::Numbers(numbers) => Sample::Numbers(numbers),
            Counted::Categories(counts) => Sample::Categories(counts),
        }
    }

    /// Numbers as categories, as a test of categories takes them.
    fn categories(&self) -> CategoryCounts {
        match self {
            Counted::Numbers(numbers) => {
                CategoryCounts::from_counts(numbers.counts().map(|(x, n)| (x.to_string(), n)))
            }
            Counted::Categories(counts) => counts.clone(),
        }
    }
}

impl Pair {
    fn run(&self, test: &dyn DriftTest) -> DriftResult {
        let result = test.test(&self.reference.sample(), &self.current.sample(), 1);
        result.unwrap_or_else(|why| panic!("{}: {why}", test.about().id))
    }
}

fn pairs(kind: &str) -> Vec<Pair> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/evidently.json"
    );
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let document: Value = serde_json::from_str(&text).expect("written by the script");
    let list = document[kind].as_array().expect("a list").iter();
    list.map(|pair| Pair {
        reference: Counted::of(&pair["reference"]),
        current: Counted::of(&pair["current"]),
        answers: pair.clone(),
    })
    .collect()
}

#[test]
fn every_drift_test_gives_evidentlys_score_and_verdict() {
    let mut seen = BTreeSet::new();
    for pair in pairs("numbers").into_iter().chain(pairs("categories")) {
        let answers = pair.answers["tests"].as_object().expect("answers by test");
        for (name, answer) in answers {
            let test = by_id(name).unwrap_or_else(|| panic!("Evidently has {name}"));
            let about = test.about();
            let result = pair.run(test);
            seen.insert(about.id);
            if about.draws {
                drawn_agrees(name, &result, answer);
                continue;
            }
            let score = if about.gives_p {
                result.p_value
            } else {
                result.statistic
            };
            near(name, score.expect("a score"), &answer["score"]);
            let threshold = float(&answer["threshold"]);
            assert_eq!(threshold, about.default_threshold, "{name}");
            let drifted = about.drifted(&result, threshold);
            assert_eq!(drifted, answer["drifted"].as_bool(), "{name} {result:?}");
        }
    }
    let ours = DRIFT_TESTS.iter().map(|test| test.about().id);
    let unseen: Vec<&str> = ours.filter(|id| !seen.contains(id)).collect();
    // Evidently has a domain classifier for texts and embeddings only.
    assert_eq!(unseen, ["classifier"]);
}

/// The statistic is Evidently's; its p is of random permutations, and so is ours.
fn drawn_agrees(name: &str, result: &DriftResult, answer: &Value) {
    near(
        name,
        result.statistic.expect("bounded"),
        &answer["statistic"],
    );
    let p = result.p_value.expect("a test with p");
    let (wanted, permutations) = match answer["p"].as_f64() {
        Some(p) => (p, 100.0),
        None => (float(&answer["score"]), 1000.0),
    };
    let error = (p * (1.0 - p) * (1.0 / permutations + 1.0 / 1000.0)).sqrt();
    assert!(
        (p - wanted).abs() < 4.0 * error + 2.0 / permutations,
        "{name}: found p {p}, Evidently {wanted}"
    );
}

#[test]
fn without_a_named_test_evidentlys_own_is_taken() {
    for pair in pairs("numbers").into_iter().chain(pairs("categories")) {
        let wanted = &pair.answers["default"];
        let test = default_test_of(&pair.reference.sample(), &pair.current.sample());
        let test = test.expect("both of one kind");
        let about = test.about();
        assert_eq!(Some(about.id), wanted["test"].as_str());
        // Numbers of few values are categories to it.
        let of_categories = about.kind == galen_stats::drift::Kind::Category;
        let (reference, current) = (pair.reference.categories(), pair.current.categories());
        let result = if of_categories {
            let current = Sample::Categories(&current);
            test.test(&Sample::Categories(&reference), &current, 1)
                .expect("categories")
        } else {
            pair.run(test)
        };
        let score = result.p_value.or(result.statistic).expect("a score");
        near(about.id, score, &wanted["score"]);
        let drifted = about.drifted(&result, about.default_threshold);
        assert_eq!(drifted, wanted["drifted"].as_bool(), "{}", about.id);
    }
}

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn near(what: &str, found: f64, wanted: &Value) {
    let wanted = float(wanted);
    assert!(
        (found - wanted).abs() <= RELATIVE * wanted.abs() + ABSOLUTE,
        "{what}: found {found:e}, Evidently has {wanted:e}"
    );
}
