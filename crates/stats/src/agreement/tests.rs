use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn reference() -> Value {
    serde_json::from_str(include_str!("../../tests/reference/agreement.json")).expect("it is JSON")
}

fn ratings(of: &Value) -> Ratings {
    Ratings {
        of_case: serde_json::from_value(of["cells"].clone()).expect("cells"),
        values: serde_json::from_value(of["categories"].clone()).expect("categories"),
        patients: None,
    }
}

const WEIGHTS: [(&str, Weights); 3] = [
    ("unweighted", Weights::Unweighted),
    ("linear", Weights::Linear),
    ("quadratic", Weights::Quadratic),
];

#[test]
fn coefficients_are_those_of_irrcac_krippendorff_scikit_learn_and_pingouin() {
    let mut compared = 0;
    for name in ["mitosis", "lidc", "awkward"] {
        let of = &reference()[name];
        let ratings = ratings(of);
        let mut close = |what: &str, found: Result<f64, Undefined>, wanted: &Value| {
            if let Some(wanted) = wanted.as_f64() {
                let found = found.unwrap_or(f64::NAN);
                assert!(
                    (found - wanted).abs() < 1e-9,
                    "{name} {what}: {found}, wanted {wanted}"
                );
                compared += 1;
            }
        };
        for (words, weights) in WEIGHTS {
            for (id, coefficient) in COEFFICIENTS {
                let what = format!("{words} {id}");
                close(&what, coefficient(&ratings, weights), &of[words][*id]);
            }
            for pair in of[words]["pairs"].as_array().into_iter().flatten() {
                let reader = |at: usize| pair[at].as_u64().expect("a reader") as usize;
                let found = cohen_kappa(&ratings.pair(reader(0), reader(1)), weights);
                close(&format!("{words} {pair}"), found, &pair[2]);
            }
        }
        close(
            "icc",
            icc_2_1(&ratings, Weights::Unweighted),
            &of["icc_2_1"],
        );
    }
    assert!(compared > 60, "{compared}");
}

fn any_ratings() -> impl Strategy<Value = Ratings> {
    let cell = prop::option::weighted(0.8, 0..3_usize);
    prop::collection::vec(prop::collection::vec(cell, 3), 1..30).prop_map(|of_case| Ratings {
        of_case,
        values: vec![0.0, 1.0, 2.0],
        patients: None,
    })
}

proptest! {
    #[test]
    fn the_order_of_cases_and_readers_does_not_matter(ratings in any_ratings()) {
        let mut other = ratings.clone();
        other.of_case.reverse();
        other.of_case.iter_mut().for_each(|case| case.reverse());
        for (id, coefficient) in COEFFICIENTS {
            for (_, weights) in WEIGHTS {
                match (coefficient(&ratings, weights), coefficient(&other, weights)) {
                    (Ok(a), Ok(b)) => prop_assert!((a - b).abs() < 1e-9, "{id}: {a} {b}"),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }

    #[test]
    fn readers_of_one_mind_agree_wholly_and_no_coefficient_is_above_1(ratings in any_ratings()) {
        for (id, coefficient) in COEFFICIENTS {
            if let Ok(value) = coefficient(&ratings, Weights::Unweighted) {
                prop_assert!(value <= 1.0 + 1e-9, "{id} {value}");
            }
        }
        let same: Vec<Vec<Option<usize>>> = ratings.of_case.iter().map(|case| vec![case[0]; 3]).collect();
        let same = Ratings { of_case: same, ..ratings };
        for (id, coefficient) in COEFFICIENTS {
            if let Ok(value) = coefficient(&same, Weights::Linear) {
                prop_assert!((value - 1.0).abs() < 1e-9, "{id} {value}");
            }
        }
    }
}

#[test]
fn copies_of_cases_of_a_patient_narrow_no_interval() {
    let one = ratings(&reference()["mitosis"]);
    let of = |ratings: &Ratings| {
        let kappa = |r: &Ratings| fleiss_kappa(r, Weights::Unweighted);
        interval(ratings, kappa, 400, 1, Level::DEFAULT)
            .interval()
            .expect("an interval")
    };
    let n = one.of_case.len();
    let four = Ratings {
        of_case: one.of_case.iter().cycle().take(4 * n).cloned().collect(),
        patients: Some((0..4 * n).map(|case| (case % n) as u32).collect()),
        ..one.clone()
    };
    let (a, b) = (of(&one), of(&four));
    assert!(
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9,
        "{a:?} {b:?}"
    );
}

#[test]
fn what_is_not_defined_says_why() {
    let ratings = |of_case| Ratings {
        of_case,
        values: vec![0.0, 1.0],
        patients: None,
    };
    let alone = ratings(vec![vec![Some(0), None], vec![None, Some(1)]]);
    assert_eq!(
        krippendorff_alpha(&alone, Weights::Unweighted),
        Err(Undefined::NoCase)
    );
    assert_eq!(
        cohen_kappa(&alone, Weights::Unweighted),
        Err(Undefined::NoCase)
    );
    let same = ratings(vec![vec![Some(1), Some(1)]; 5]);
    assert_eq!(
        cohen_kappa(&same, Weights::Unweighted),
        Err(Undefined::SameScore)
    );
    assert_eq!(
        icc_2_1(&same, Weights::Unweighted),
        Err(Undefined::SameScore)
    );
}

#[test]
fn ties_go_to_the_senior_or_stay_open_and_a_panel_needs_its_number() {
    let ratings = Ratings {
        of_case: vec![
            vec![Some(0), Some(0), Some(1)],
            vec![Some(0), Some(1), None],
            vec![None, None, None],
        ],
        values: vec![0.0, 1.0],
        patients: None,
    };
    let said = |needed, senior| -> Vec<Option<usize>> {
        adjudicate(&ratings, needed, senior)
            .iter()
            .map(|one| one.category)
            .collect()
    };
    assert_eq!(said(None, None), [Some(0), None, None]);
    assert_eq!(said(None, Some(1)), [Some(0), Some(1), None]);
    assert_eq!(said(Some(3), None), [None, None, None]);
}

#[test]
fn dawid_and_skene_find_out_who_errs() {
    // Two good readers and one who says the opposite: he tells as much as the others.
    let truth = |case: usize| usize::from(case.is_multiple_of(3));
    let case = |case: usize| {
        let flip = |err: bool| Some(if err { 1 - truth(case) } else { truth(case) });
        vec![
            flip(case % 11 == 5),
            flip(case % 13 == 7),
            flip(case % 10 != 3),
        ]
    };
    let ratings = Ratings {
        of_case: (0..600).map(case).collect(),
        values: vec![0.0, 1.0],
        patients: None,
    };
    let found = dawid_skene(&ratings);
    let right = found
        .of_case
        .iter()
        .enumerate()
        .filter(|(case, one)| one.category == Some(truth(*case)));
    assert!(right.count() > 575);
    assert!(
        found.confusion[2][0][1] > 0.8 && found.confusion[0][0][0] > 0.85,
        "{:?}",
        found.confusion
    );
}
