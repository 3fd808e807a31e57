//! Reader studies against sums over all pairs, leaving out each case, and published results: `reference/readers.py` writes the values.
//! The ratings are those of the shared folder beside the repository.

use std::collections::BTreeMap;

use galen_stats::readers::{
    Covariances, Figure, Given, Moments, obuchowski_rockette, standalone, u_statistics,
};
use galen_stats::{Cases, Level};
use serde_json::Value;

type Ratings = Vec<Vec<Vec<Option<f64>>>>;

fn read() -> Value {
    let path = format!(
        "{}/tests/reference/readers.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).expect("the reference is in the repository");
    serde_json::from_str(&text).expect("the reference is JSON")
}

/// The truth of the cases and the ratings, by test, reader and case.
fn shared(name: &str) -> (Vec<bool>, Ratings) {
    let path = format!(
        "{}/../../../shared/data/mrmc-classic/{name}.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{path}: {error}; this test needs the folder `shared` beside the repository")
    });
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().expect("heads").split(',').collect();
    let at = |name: &str| {
        heads
            .iter()
            .position(|head| *head == name)
            .expect("a column")
    };
    let places = ["treatment", "reader", "case", "truth", "rating"].map(at);
    let mut rows: BTreeMap<[u32; 3], f64> = BTreeMap::new();
    let mut truths: BTreeMap<u32, bool> = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let [test, reader, case, truth, rating] =
            places.map(|at| fields[at].parse::<f64>().expect("a number"));
        rows.insert([test as u32, reader as u32, case as u32], rating);
        truths.insert(case as u32, truth == 1.0);
    }
    let names = |at: usize| {
        let mut names: Vec<u32> = rows.keys().map(|key| key[at]).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let of_reader = |test: u32, reader: u32| {
        let rating = |case: &u32| rows.get(&[test, reader, *case]).copied();
        truths.keys().map(rating).collect()
    };
    let of_test = |test: &u32| {
        names(1)
            .iter()
            .map(|reader| of_reader(*test, *reader))
            .collect()
    };
    let ratings = names(0).iter().map(of_test).collect();
    (truths.into_values().collect(), ratings)
}

/// Every test and reader of a study in which nobody missed a case.
fn crossed(name: &str, threshold: f64) -> Vec<Vec<Cases>> {
    let (truth, ratings) = shared(name);
    let cases = |ratings: Vec<Option<f64>>| {
        let ratings = ratings.into_iter().map(|rating| rating.expect("a rating"));
        Cases::new(truth.clone(), ratings.collect(), Some(threshold), None).expect("well-formed")
    };
    let of_test = |test: Vec<Vec<Option<f64>>>| test.into_iter().map(cases).collect();
    ratings.into_iter().map(of_test).collect()
}

fn near(what: &str, found: f64, wanted: &Value) {
    let wanted = wanted.as_f64().expect("a number");
    // Probabilities of the tail are of another library.
    let relative = if what.ends_with("p_value") {
        1e-8
    } else {
        1e-10
    };
    assert!(
        (found - wanted).abs() <= relative * wanted.abs().max(1e-6),
        "{what}: {found} and not {wanted}"
    );
}

fn given(what: &str, found: &Given, value: f64, wanted: &Value) {
    near(
        &format!("{what} variance"),
        found.variance,
        &wanted["variance"],
    );
    if wanted["degrees_of_freedom"].is_null() {
        assert!(
            found.variance < 0.0 && found.estimate.interval().is_none(),
            "{what}"
        );
        assert_eq!(
            found.estimate.why.as_deref(),
            Some("The unbiased estimate of the variance is negative, so it gives no interval.")
        );
        return;
    }
    let number = |of: Option<f64>| of.unwrap_or_else(|| panic!("{what}: {found:?}"));
    near(
        &format!("{what} df"),
        number(found.degrees_of_freedom),
        &wanted["degrees_of_freedom"],
    );
    near(
        &format!("{what} error"),
        number(found.standard_error),
        &wanted["standard_error"],
    );
    near(
        &format!("{what} p_value"),
        number(found.p_value),
        &wanted["p_value"],
    );
    let (low, high) = found.estimate.interval().expect("an interval");
    let half = wanted["half"].as_f64().expect("a number");
    assert!(
        (low - (value - half).max(-1.0)).abs() < 1e-9 || low == 0.0,
        "{what} low"
    );
    assert!((high - (value + half).min(1.0)).abs() < 1e-9, "{what} high");
}

fn moments(what: &str, found: &Moments, wanted: &Value) {
    for kind in 0..8 {
        near(
            &format!("{what} coefficient {kind}"),
            found.coefficients[kind],
            &wanted["coefficients"][kind],
        );
        for (of, key) in [(found.unbiased, "moments"), (found.mle, "moments_mle")] {
            match of[kind] {
                None => assert!(wanted[key][kind].is_null(), "{what} {key} {kind}"),
                Some(moment) => near(&format!("{what} {key} {kind}"), moment, &wanted[key][kind]),
            }
        }
    }
}

fn one_shot_is(name: &str, truth: &[bool], ratings: &Ratings, wanted: &Value) {
    let study = u_statistics(truth, ratings, Level::DEFAULT).expect("enough readers and cases");
    let tests = wanted["tests"].as_array().expect("tests");
    assert_eq!(study.means.len(), tests.len());
    for (at, (found, wanted)) in study.means.iter().zip(tests).enumerate() {
        let what = format!("{name} test {at}");
        let value = found.found.unbiased.estimate.value.expect("a mean");
        near(&what, value, &wanted["value"]);
        moments(&what, &found.moments, wanted);
        given(
            &format!("{what} unbiased"),
            &found.found.unbiased,
            value,
            &wanted["unbiased"],
        );
        given(
            &format!("{what} mle"),
            &found.found.mle,
            value,
            &wanted["mle"],
        );
    }
    let differences = wanted["differences"].as_array().expect("differences");
    assert_eq!(study.differences.len(), differences.len());
    for (found, wanted) in study.differences.iter().zip(differences) {
        let what = format!("{name} tests {:?}", found.of);
        let value = found.found.unbiased.estimate.value.expect("a difference");
        near(&what, value, &wanted["value"]);
        near(
            &format!("{what} covariance"),
            found.covariance,
            &wanted["covariance"],
        );
        near(
            &format!("{what} covariance mle"),
            found.covariance_mle,
            &wanted["covariance_mle"],
        );
        moments(&what, &found.moments, wanted);
        given(
            &format!("{what} unbiased"),
            &found.found.unbiased,
            value,
            &wanted["unbiased"],
        );
        given(
            &format!("{what} mle"),
            &found.found.mle,
            value,
            &wanted["mle"],
        );
    }
}

#[test]
fn moments_and_variances_are_those_of_all_pairs_of_comparisons_whoever_read_what() {
    let document = read();
    let made = document["made"].as_object().expect("studies");
    assert_eq!(made.len(), 5);
    for (name, study) in made {
        let truth = study["truth"].as_array().expect("a list").iter();
        let truth: Vec<bool> = truth.map(|one| one.as_bool().expect("a truth")).collect();
        let ratings: Ratings =
            serde_json::from_value(study["ratings"].clone()).expect("ratings, or none");
        one_shot_is(name, &truth, &ratings, &study["found"]);
    }
}

#[test]
fn the_classic_studies_have_the_moments_of_all_pairs_thinned_or_not() {
    let document = read();
    for name in ["vandyke", "franken", "kundel"] {
        let (truth, ratings) = shared(name);
        one_shot_is(name, &truth, &ratings, &document["one_shot"][name]);
    }
    let (truth, mut ratings) = shared("vandyke");
    for (test, readers) in ratings.iter_mut().enumerate() {
        for (reader, cases) in readers.iter_mut().enumerate() {
            for (case, rating) in cases.iter_mut().enumerate() {
                if (7 * reader + 3 * case + 2 * test) % 5 == 0 {
                    *rating = None;
                }
            }
        }
    }
    one_shot_is(
        "thinned",
        &truth,
        &ratings,
        &document["one_shot"]["vandyke_thinned"],
    );
}

/// MRMCaov.m 0.2.0 (Smith and Hillis 2022) prints these of VanDyke's data with unbiased covariances: of a crossed study the same estimator.
#[test]
fn van_dykes_standard_errors_are_the_published_ones_of_unbiased_covariances() {
    let (truth, ratings) = shared("vandyke");
    let study = u_statistics(&truth, &ratings, Level::DEFAULT).expect("a study");
    let error = |found: &Given| found.standard_error.expect("defined");
    for (found, wanted) in [
        (error(&study.means[0].found.unbiased), 0.033_071),
        (error(&study.means[1].found.unbiased), 0.021_491),
        (error(&study.differences[0].found.unbiased), 0.020_672),
    ] {
        assert!((found - wanted).abs() < 6e-7, "{found} and not {wanted}");
    }
    let areas: Vec<f64> = study.means[0].areas.iter().flatten().copied().collect();
    for (found, wanted) in areas
        .iter()
        .zip([0.91965, 0.85878, 0.90386, 0.97311, 0.82979])
    {
        assert!((found - wanted).abs() < 6e-6, "{found} and not {wanted}");
    }
}

#[test]
fn readers_against_a_model_are_as_by_leaving_out_each_case_and_by_placements() {
    let document = read();
    let study = crossed("vandyke", 3.0);
    for (figure, name) in FIGURES {
        for (how, kind) in [
            (Covariances::Jackknife, "jackknife"),
            (Covariances::Delong, "delong"),
        ] {
            for (test, readers) in study.iter().enumerate() {
                let wanted = &document["standalone"][format!("{name} {kind}")][test];
                let found = standalone(&readers[1..], &readers[0], figure, how, Level::DEFAULT)
                    .expect("enough readers");
                let what = |part: &str| format!("{name} {kind} {test} {part}");
                near(&what("standalone"), found.standalone, &wanted["standalone"]);
                near(&what("variance"), found.variance, &wanted["variance"]);
                near(&what("covariance"), found.covariance, &wanted["covariance"]);
                near(
                    &what("mean square"),
                    found.mean_square,
                    &wanted["mean_square"],
                );
                let of = |number: Option<f64>| number.expect("defined");
                near(
                    &what("statistic"),
                    of(found.statistic),
                    &wanted["statistic"],
                );
                near(
                    &what("df"),
                    of(found.degrees_of_freedom),
                    &wanted["degrees_of_freedom"],
                );
                near(&what("p_value"), of(found.p_value), &wanted["p_value"]);
                let value = of(found.difference.value);
                near(&what("difference"), value, &wanted["difference"]);
                let half = wanted["half"].as_f64().expect("a number");
                assert!((of(found.difference.high) - value - half).abs() < 1e-9);
            }
        }
    }
}

const FIGURES: [(Figure, &str); 3] = [
    (Figure::Auroc, "auroc"),
    (Figure::Sensitivity, "sensitivity"),
    (Figure::Specificity, "specificity"),
];

/// The model as a second test that every reader answers alike (Kooi et al. 2016; "2T-RRRC" of RJafroc) has the same statistic.
#[test]
fn a_model_repeated_as_a_second_test_gives_the_same_difference_and_p_value() {
    let study = crossed("vandyke", 3.0);
    for (figure, name) in FIGURES {
        let readers = study[0][1..].to_vec();
        let model = vec![study[0][0].clone(); readers.len()];
        let alone = standalone(
            &readers,
            &model[0],
            figure,
            Covariances::Jackknife,
            Level::DEFAULT,
        )
        .expect("enough readers");
        let two = obuchowski_rockette(
            &[readers, model],
            figure,
            Covariances::Jackknife,
            Level::DEFAULT,
        )
        .expect("two tests");
        let contrast = &two.differences[0];
        let same = |a: Option<f64>, b: Option<f64>| {
            let (a, b) = (a.expect("defined"), b.expect("defined"));
            assert!((a - b).abs() < 1e-10, "{name}: {a} and {b}");
        };
        same(alone.difference.low, contrast.readers_and_cases.low);
        same(alone.difference.high, contrast.readers_and_cases.high);
        same(alone.p_value, contrast.p_value);
        same(
            alone.degrees_of_freedom,
            two.readers_and_cases.degrees_of_freedom[1],
        );
    }
}

#[test]
fn areas_sensitivities_and_specificities_of_a_study_are_as_by_leaving_out_each_case() {
    let document = read();
    let study = crossed("vandyke", 3.0);
    for (figure, name) in FIGURES {
        for (how, kind) in [
            (Covariances::Jackknife, "jackknife"),
            (Covariances::Delong, "delong"),
        ] {
            let wanted = &document["crossed"][format!("{name} {kind}")];
            let found = obuchowski_rockette(&study, figure, how, Level::DEFAULT).expect("a study");
            let what = |part: &str| format!("{name} {kind} {part}");
            near(&what("variance"), found.variance, &wanted["variance"]);
            for at in 0..3 {
                near(
                    &what("covariance"),
                    found.covariances[at],
                    &wanted["covariances"][at],
                );
            }
            near(&what("area"), found.areas[1][4], &wanted["areas"][1][4]);
            near(
                &what("square of tests"),
                found.mean_squares[0],
                &wanted["mean_squares"][0],
            );
            near(
                &what("square"),
                found.mean_squares[2],
                &wanted["mean_squares"][1],
            );
            let contrast = &found.differences[0];
            let freedom = found.readers_and_cases.degrees_of_freedom[1].expect("defined");
            near(&what("df"), freedom, &wanted["degrees_of_freedom"]);
            near(
                &what("p_value"),
                contrast.p_value.expect("defined"),
                &wanted["p_value"],
            );
            let value = contrast.readers_and_cases.value.expect("defined");
            near(&what("difference"), value, &wanted["difference"]);
            let half = wanted["half"].as_f64().expect("a number");
            let high = contrast.readers_and_cases.high.expect("defined");
            assert!((high - value - half).abs() < 1e-9, "{name} {kind}");
        }
    }
}
