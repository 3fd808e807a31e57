//! Groups, parities and weak subgroups.

use galen_eval::binary::{Binary, evaluate};
use galen_eval::parity::Parity;
use galen_eval::slices::{Error, Search, Slices, search};
use galen_eval::{Columns, EvalError, Settings};
use galen_stats::Level;
use galen_table::{ReadOptions, Table};
use serde_json::Value;

fn fairlearn() -> Value {
    serde_json::from_str(include_str!("../reference/fairness.json")).expect("the answers are JSON")
}

/// The table of the reference, with an own patient for each row or with every row three times.
fn table(reference: &Value, copies: usize) -> Table {
    let mut csv = "site,truth,score,patient\n".to_owned();
    let list = |name: &str| reference[name].as_array().expect("a list").clone();
    let (site, truth, score) = (list("site"), list("truth"), list("score"));
    for _ in 0..copies {
        for row in 0..site.len() {
            let site = site[row].as_str().expect("a name");
            csv += &format!("{site},{},{},{row}\n", truth[row], score[row]);
        }
    }
    Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
}

fn found(copies: usize, margin: Option<f64>) -> Binary {
    let reference = fairlearn();
    let columns = Columns {
        truth: "truth".to_owned(),
        score: Some("score".to_owned()),
        threshold: reference["threshold"].as_f64(),
        groups: vec!["site".to_owned()],
        cluster: (copies > 1).then(|| "patient".to_owned()),
        ..Columns::default()
    };
    let settings = Settings {
        resamples: 200,
        margin,
        ..Settings::default()
    };
    evaluate(&table(&reference, copies), &columns, &settings).expect("it can be evaluated")
}

fn parity<'a>(found: &'a Binary, name: &str) -> &'a Parity {
    let one = found.parities.iter().find(|one| one.parity == name);
    one.unwrap_or_else(|| panic!("{name} is not there"))
}

fn near(own: f64, want: &Value) {
    let want = want.as_f64().expect("a number");
    assert!(
        (own - want).abs() <= 1e-10 * want.abs().max(1e-3),
        "{own} is not {want}"
    );
}

#[test]
fn groups_gaps_and_parities_are_those_of_fairlearn() {
    let (reference, found) = (fairlearn(), found(1, None));
    for group in &found.groups {
        let site = group.by["site"].as_str();
        let value = |id: &str| group.metrics[id].value.expect("a value");
        let by = &reference["by_group"];
        near(value("sensitivity"), &by["sensitivity"][site]);
        near(1.0 - value("specificity"), &by["false_positive_rate"][site]);
        near(value("ppv"), &by["ppv"][site]);
        near(value("alert_rate"), &by["alert_rate"][site]);
        near(value("auroc"), &reference["auroc"][site]);
    }
    for id in ["sensitivity", "ppv", "alert_rate"] {
        let own = found
            .disparities
            .iter()
            .find(|one| one.metric == id)
            .expect("a gap");
        near(own.difference.value, &reference["difference"][id]);
        near(own.ratio.value.expect("a ratio"), &reference["ratio"][id]);
    }
    for name in ["demographic_parity", "equal_opportunity", "equalised_odds"] {
        let own = parity(&found, name);
        near(own.difference.expect("a gap").value, &reference[name][0]);
        if !reference[name][1].is_null() {
            near(own.ratio.expect("a ratio"), &reference[name][1]);
        }
    }
}

#[test]
fn a_parity_of_two_parts_is_no_surer_than_each() {
    let found = found(1, Some(0.9));
    let odds = parity(&found, "equalised_odds").difference.expect("a gap");
    let alone = parity(&found, "equal_opportunity")
        .difference
        .expect("a gap");
    assert!(odds.high >= alone.high && odds.value >= alone.value);
    assert!(odds.low.is_some_and(|low| low <= odds.value));
    assert_eq!(parity(&found, "equalised_odds").verdict, Some("within"));
    // Intercept and slope have no common scale.
    let calibration = parity(&found, "calibration_within_groups");
    assert_eq!((calibration.difference, calibration.of.len()), (None, 2));
    assert!(calibration.p_value.is_some_and(|p| p > 0.0 && p <= 1.0));
}

#[test]
fn copies_of_patients_make_no_parity_surer() {
    let (once, thrice) = (found(1, None), found(3, None));
    for name in ["demographic_parity", "equalised_odds", "predictive_parity"] {
        let of = |found: &Binary| {
            let gap = parity(found, name).difference.expect("a gap");
            (
                gap.value,
                gap.high.expect("an end") - gap.low.expect("an end"),
            )
        };
        let ((value, wide), (other, narrow)) = (of(&once), of(&thrice));
        assert!((value - other).abs() < 1e-12);
        // Wilson's interval and that of the design effect differ a little.
        assert!(narrow > 0.93 * wide, "{name}: {narrow} of {wide}");
    }
}

/// People of two patients' visits each, of whom women at site b are missed three times as often; `from` makes other people.
fn planted(from: u32, is_planted: bool) -> Table {
    let mut state = 88_172_645_463_325_252_u64 ^ u64::from(from) << 20;
    let mut share = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut csv = "who,sex,site,age,truth,score\n".to_owned();
    for who in from..from + 700 {
        let sex = if share() < 0.5 { "F" } else { "M" };
        let site = ["a", "b", "c"][(share() * 3.0) as usize];
        let age = 30.0 + 50.0 * share();
        let missed = if is_planted && sex == "F" && site == "b" {
            0.45
        } else {
            0.15
        };
        let own = share();
        for _ in 0..2 {
            // Both visits of a patient go alike mostly.
            let is_missed = if share() < 0.7 {
                own < missed
            } else {
                share() < missed
            };
            let truth = share() < 0.6;
            let score = if truth == is_missed { 0.3 } else { 0.7 };
            csv += &format!("{who},{sex},{site},{age:.1},{},{score}\n", u8::from(truth));
        }
    }
    Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
}

fn searched(first: &Table, second: &Table) -> Result<Slices, EvalError> {
    let columns = Columns {
        truth: "truth".to_owned(),
        score: Some("score".to_owned()),
        threshold: Some(0.5),
        cluster: Some("who".to_owned()),
        ..Columns::default()
    };
    let asked = Search {
        features: ["sex", "site", "age"].map(str::to_owned).to_vec(),
        error: Error::Missed,
        most: 4,
        level: Level::DEFAULT,
    };
    search(first, second, &columns, &asked)
}

#[test]
fn a_planted_weak_subgroup_is_found_and_confirmed_by_other_patients() {
    let found = searched(&planted(0, true), &planted(10_000, true)).expect("a search");
    let worst = &found.slices[0];
    let words: Vec<String> = worst.conditions.iter().map(|one| one.in_words()).collect();
    assert_eq!(words, ["sex F", "site b"]);
    assert_eq!(worst.verdict, "confirmed");
    assert!(worst.exploratory && worst.again.p_adjusted.is_some_and(|p| p < 0.001));
    // The table that was searched says more than is true.
    let bold = searched(&planted(0, true), &planted(0, true)).expect_err("the same patients");
    assert!(bold.to_string().contains("is in both tables"), "{bold}");
}

#[test]
fn a_search_among_equals_confirms_nothing_beyond_its_level() {
    let mut confirmed = 0;
    for seed in 0..40 {
        let (first, second) = (
            planted(2 * seed * 1000, false),
            planted((2 * seed + 1) * 1000, false),
        );
        let found = searched(&first, &second).expect("a search");
        assert!(
            found
                .slices
                .iter()
                .all(|slice| slice.found.error > slice.found.rest)
        );
        confirmed += usize::from(
            found
                .slices
                .iter()
                .any(|slice| slice.verdict == "confirmed"),
        );
    }
    // Two-sided at 0.05 but one side counts: 1 of 40 is expected; six would come once in two thousand times.
    assert!(confirmed <= 5, "{confirmed} of 40");
}
