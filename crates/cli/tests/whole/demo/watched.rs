//! Watching: who arrives when, when their outcomes are known, and what drifts.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::kept::number;
use crate::project::{demo, flchain, text};

/// How many people of the cohort had their blood drawn in each year.
fn people_by_year() -> BTreeMap<u32, u64> {
    let cohort = fs::read_to_string(flchain()).expect("the cohort is there");
    let mut lines = cohort.lines();
    let header = lines.next().expect("a header");
    let at = header.split(',').position(|name| name == "sample.yr");
    let mut people = BTreeMap::new();
    for line in lines {
        let year = line.split(',').nth(at.expect("the column is there"));
        let year = year.and_then(|year| year.parse().ok()).expect("a year");
        *people.entry(year).or_default() += 1;
    }
    people
}

/// The windows that `galen monitor run` closed on a day.
fn closed(as_of: &str) -> &'static [Value] {
    let step = demo().step(&format!("galen monitor run --as-of {as_of}"));
    step["document"]["windows"].as_array().expect("windows")
}

/// The window of a year as it was closed on a day.
fn window(year: u32, as_of: &str) -> &'static Value {
    let name = Value::from(year.to_string());
    let found = closed(as_of)
        .iter()
        .map(|closed| &closed["window"])
        .find(|window| window["window"] == name);
    found.unwrap_or_else(|| panic!("{name} was not closed on {as_of}"))
}

#[test]
fn the_people_of_1997_to_2003_arrive_six_years_later() {
    let people = people_by_year();
    for year in 1997..=2003 {
        let arrival = year + 6;
        let ingest = demo().step(&format!("galen monitor ingest data/arrivals-{year}.csv"));
        let day = format!("--as-of {arrival}-12-31");
        assert!(text(&ingest["command"]).ends_with(&day), "{ingest:#}");
        let came = &ingest["document"];
        let name = Value::from(arrival.to_string());
        assert_eq!(came["window"], name);
        assert_eq!(came["accepted"], people[&year], "people of {year}");
        assert_eq!(came["rejected"], 0);

        let first = window(arrival, &format!("{arrival}-12-31"));
        assert_eq!(
            (&first["n"], &first["labelled"]),
            (&people[&year].into(), &0.into())
        );
        // Nobody's outcome is known before five years have passed; then it is of nearly all.
        for early in arrival + 1..arrival + 5 {
            let again = closed(&format!("{early}-12-31"));
            assert!(again.iter().all(|one| one["window"]["window"] != name));
        }
        let ripe = window(arrival, &format!("{}-12-31", arrival + 5));
        let (labelled, n) = (number(&ripe["labelled"]), number(&ripe["n"]));
        assert!(labelled > 0.9 * n && labelled < n, "{ripe:#}");
    }
}

#[test]
fn age_and_lambda_drift_in_the_first_year_and_kappa_later() {
    let drifted = |year: u32| -> Vec<&str> {
        let checks = window(year, &format!("{year}-12-31"))["checks"].as_array();
        let drifts = checks.into_iter().flatten().filter(|check| {
            let drift = text(&check["check"]).ends_with("_drift");
            // What crosses is what is improbable, and it does no more than notify.
            if drift {
                let improbable = number(&check["p_value"]) < 0.001;
                assert_eq!(check["crossing"] == "crossed", improbable, "{check:#}");
                assert_eq!(check["action"], "notify");
            }
            drift && check["crossing"] == "crossed"
        });
        drifts.map(|check| text(&check["check"])).collect()
    };
    assert_eq!(drifted(2003), ["age_drift", "lambda_drift"]);
    for year in [2004, 2005] {
        assert_eq!(drifted(year), ["age_drift"], "{year}");
    }
    for year in [2006, 2007, 2009] {
        assert_eq!(drifted(year), ["age_drift", "kappa_drift"], "{year}");
    }
    // 48 people are too few to show it.
    assert_eq!(drifted(2008), Vec::<&str>::new());
}
