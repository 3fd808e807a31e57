//! A model at the prevalence of where it is used.

use galen_eval::{Columns, Settings, deployment};
use galen_table::Table;

/// Cases of a calibrated model at a prevalence of one half: of 100 cases with a score, as many are ill as the score says.
fn table() -> Table {
    let (mut truth, mut score) = (Vec::new(), Vec::new());
    for percent in [10, 30, 50, 70, 90] {
        for case in 0..100 {
            truth.push(Some(u8::from(case < percent).to_string()));
            score.push(Some(format!("{:.2}", f64::from(percent) / 100.0)));
        }
    }
    let columns = vec![("truth".to_owned(), truth), ("score".to_owned(), score)];
    Table::from_texts(columns).expect("columns of one length")
}

fn at(prevalence: f64) -> deployment::Deployment {
    let columns = Columns {
        truth: "truth".to_owned(),
        score: Some("score".to_owned()),
        threshold: Some(0.5),
        ..Columns::default()
    };
    let read = columns.read(&table()).expect("cases");
    deployment::at(&read, prevalence, &Settings::default()).expect("a prevalence")
}

#[test]
fn at_the_prevalence_of_the_cases_nothing_changes() {
    let found = at(0.5);
    assert!(found.shift.abs() < 1e-12 && (found.here - 0.5).abs() < 1e-12);
    assert!((found.metrics["o_e_ratio"].value.unwrap() - 1.0).abs() < 1e-9);
    assert_eq!(found.metrics["brier"].value, found.shifted["brier"].value);
}

#[test]
fn elsewhere_a_calibrated_model_is_not_and_the_shift_mends_it() {
    let found = at(0.1);
    assert!(found.metrics["o_e_ratio"].value.unwrap() < 0.5);
    // The log odds of every case are too high by the shift, and by nothing else.
    assert!((found.metrics["calibration_intercept"].value.unwrap() - found.shift).abs() < 1e-6);
    assert!((found.metrics["calibration_slope"].value.unwrap() - 1.0).abs() < 1e-6);
    assert!(found.shifted["calibration_intercept"].value.unwrap().abs() < 1e-6);
    assert!((found.shifted["o_e_ratio"].value.unwrap() - 1.0).abs() < 1e-9);
    assert!(found.shifted["brier"].value < found.metrics["brier"].value);
    // 210 of 250 diseased and 90 of 250 healthy cases are flagged.
    let (sensitivity, wrong) = (0.84, 0.36);
    let ppv = 0.1 * sensitivity / (0.1 * sensitivity + 0.9 * wrong);
    assert!((found.metrics["ppv"].value.unwrap() - ppv).abs() < 1e-9);
    assert!(
        (found.metrics["alert_rate"].value.unwrap() - (0.1 * sensitivity + 0.9 * wrong)).abs()
            < 1e-9
    );
    // Observed shares of the curve are those of there: a score of one half means odds of one to nine.
    let curve = found.calibration.expect("scores are probabilities");
    let near = |share: f64| {
        curve
            .bins
            .iter()
            .any(|bin| (bin.observed.value.unwrap() - share).abs() < 1e-9)
    };
    assert!(near(0.1), "{curve:?}");
}

#[test]
fn a_prevalence_that_is_none_is_refused() {
    let columns = Columns {
        truth: "truth".to_owned(),
        score: Some("score".to_owned()),
        ..Columns::default()
    };
    let read = columns.read(&table()).expect("cases");
    for prevalence in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(deployment::at(&read, prevalence, &Settings::default()).is_err());
    }
}
