//! Reader studies from tables and files of iMRMC. The readings are those of the shared folder beside the repository.

use galen_eval::readers::{How, Ratings, Readings, against_model, evaluate, imrmc, one_shot};
use galen_stats::Level;
use galen_stats::readers::{Covariances, Figure};
use galen_table::{ReadOptions, Table};

fn columns() -> Readings {
    Readings {
        truth: "truth".to_owned(),
        rating: "rating".to_owned(),
        reader: "reader".to_owned(),
        test: "treatment".to_owned(),
        case: "case".to_owned(),
        ..Readings::default()
    }
}

fn table(csv: &str) -> Table {
    Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
}

fn shared(name: &str) -> Ratings {
    let path = format!(
        "{}/../../../shared/data/mrmc-classic/{name}.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{path}: {error}; this test needs the folder `shared` beside the repository")
    });
    Ratings::of(&table(&text), &columns()).expect("readings")
}

fn near(found: Option<f64>, wanted: f64, by: f64) {
    let found = found.expect("defined");
    assert!((found - wanted).abs() <= by, "{found} and not {wanted}");
}

/// Hillis, Berbaum and Metz 2008, Acad Radiol 15:647-661 (crossed); MRMCaov.m 0.2.0 (unbiased standard error).
#[test]
fn van_dykes_study_has_its_published_results_from_the_table_and_from_a_file_of_imrmc() {
    let from_table = shared("vandyke");
    let text = imrmc::write(&from_table).expect("plain names");
    assert!(text.contains("\nN0: 69\nN1: 45\n"), "{}", &text[..120]);
    let from_file = imrmc::read(&text).expect("it was just written");
    assert_eq!(from_file, from_table);
    let how = How {
        covariances: Covariances::Jackknife,
        ..How::default()
    };
    let study = evaluate(&from_file, &how, Level::DEFAULT).expect("a crossed study");
    near(study.found.differences[0].p_value, 0.0517, 5e-5);
    let study = one_shot(&from_file, Level::DEFAULT).expect("a study");
    let difference = &study.found.differences[0].found.unbiased;
    near(difference.standard_error, 0.020_672, 6e-7);
    assert_eq!((study.cases, study.positives), (114, 45));
}

#[test]
fn a_study_that_is_not_crossed_is_refused_by_the_crossed_analysis_and_taken_by_u_statistics() {
    let study = shared("kundel");
    let refused = evaluate(&study, &How::default(), Level::DEFAULT).expect_err("not crossed");
    let text = refused.to_string();
    assert!(text.contains("did not read the case") && text.contains("U-statistics"));
    let found = one_shot(&study, Level::DEFAULT).expect("any pattern");
    assert_eq!(found.found.differences.len(), 3);
    assert_eq!(
        found.found.means[0].healthy + found.found.means[0].diseased,
        95
    );
}

#[test]
fn sensitivity_and_specificity_of_readers_need_a_threshold_and_are_shares() {
    let study = shared("vandyke");
    let mut how = How {
        figure: Figure::Sensitivity,
        ..How::default()
    };
    assert!(evaluate(&study, &how, Level::DEFAULT).is_err());
    how.threshold = Some(3.0);
    let found = evaluate(&study, &how, Level::DEFAULT)
        .expect("a study")
        .found;
    // Of 45 diseased cases.
    let hits = found.areas[0][0] * 45.0;
    assert!((hits - hits.round()).abs() < 1e-9);
    let found = serde_json::to_value(&found).expect("plain data");
    assert_eq!(found["figure"], "sensitivity");
}

#[test]
fn a_model_of_a_column_and_the_same_as_a_reader_stand_alike_against_the_others() {
    let mut with_column = "reader,treatment,case,truth,rating,score\n".to_owned();
    let mut with_reader = "reader,treatment,case,truth,rating\n".to_owned();
    for case in 0..40_u32 {
        let truth = case % 2;
        let score = (case * 7 % 11 + 4 * truth) % 13;
        with_reader += &format!("model,ai,{case},{truth},{score}\n");
        for reader in 1..4 {
            // Each reader errs on cases of its own.
            let rating = (case * (reader + 2) % 7) + 3 * truth;
            with_column += &format!("{reader},ct,{case},{truth},{rating},{score}\n");
            with_reader += &format!("{reader},ct,{case},{truth},{rating}\n");
        }
    }
    let model = Some("score".to_owned());
    let by_column = Readings { model, ..columns() };
    let by_column = Ratings::of(&table(&with_column), &by_column).expect("readings");
    let read = Ratings::of(&table(&with_reader), &columns()).expect("readings");
    let by_reader = read.clone().with_model("model").expect("one score a case");
    assert_eq!(by_reader.tests(), ["ct"]);
    let of = |study: &Ratings| against_model(study, &How::default(), Level::DEFAULT);
    let found = of(&by_column).expect("readers and a model");
    assert_eq!(found, of(&by_reader).expect("readers and a model"));
    let found = &found[0];
    assert_eq!(
        (found.cases, found.positives, found.readers.len()),
        (40, 20, 3)
    );
    let [low, high] = [found.found.difference.low, found.found.difference.high]
        .map(|end| end.expect("an interval"));
    assert!(low < high && found.found.p_value.is_some());
    assert!(
        of(&read)
            .expect_err("no model")
            .to_string()
            .contains("model")
    );
    let error = read.with_model("nobody").expect_err("no such reader");
    assert!(error.to_string().contains("there are: 1, 2, 3, model"));
}

#[test]
fn a_case_with_two_scores_of_the_model_or_two_truths_or_read_twice_is_named_with_its_row() {
    let head = "reader,treatment,case,truth,rating,score\n1,ct,a,1,3,0.5\n";
    for (row, wanted) in [
        (
            "2,ct,a,1,3,0.6",
            "another score of the model for the case `a`",
        ),
        ("2,ct,a,0,3,0.5", "another truth or patient of the case `a`"),
        ("1,ct,a,1,4,0.5", "read the case `a` with `ct` twice"),
    ] {
        let model = Some("score".to_owned());
        let error = Ratings::of(
            &table(&format!("{head}{row}\n2,ct,b,0,1,0.1\n")),
            &Readings { model, ..columns() },
        )
        .expect_err(wanted)
        .to_string();
        assert!(
            error.contains(wanted) && error.to_lowercase().contains("row 1"),
            "{error}"
        );
    }
}

#[test]
fn u_statistics_refuse_patients_with_several_cases() {
    let mut csv = "reader,treatment,case,truth,rating,patient\n".to_owned();
    for case in 0..8 {
        for reader in 0..2 {
            csv += &format!(
                "{reader},ct,{case},{},{},{}\n",
                case % 2,
                case + reader,
                case / 2
            );
        }
    }
    let cluster = Some("patient".to_owned());
    let study = Ratings::of(
        &table(&csv),
        &Readings {
            cluster,
            ..columns()
        },
    )
    .expect("readings");
    let error = one_shot(&study, Level::DEFAULT).expect_err("four patients");
    assert!(error.to_string().contains("4 patients, 8 cases"));
}
