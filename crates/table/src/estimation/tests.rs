use super::*;

type Columns<'a> = &'a [(&'a str, Vec<Option<String>>)];

fn table(columns: Columns) -> Table {
    let columns = columns
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.clone()));
    Table::from_texts(columns.collect()).expect("columns of one length")
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<Option<String>> {
    values
        .into_iter()
        .map(|value| Some(value.to_string()))
        .collect()
}

/// Scores in steps, and the truth of each by its score: the higher, the more often diseased.
fn scores(n: usize) -> (Vec<Option<String>>, Vec<Option<String>>) {
    let score = |row: usize| (row * 7 % 20) as f64 / 20.0 + 0.01;
    let truth = |row: usize| u8::from((row * 13 % 20) as f64 / 20.0 < score(row));
    (texts((0..n).map(score)), texts((0..n).map(truth)))
}

fn cases(n: usize) -> Table {
    let (score, truth) = scores(n);
    table(&[("risk", score), ("died", truth)])
}

fn options() -> EstimationOptions {
    EstimationOptions {
        task: Task::Binary,
        truth: "died".to_owned(),
        positive: None,
        score: Some("risk".to_owned()),
        classes: Vec::new(),
        predicted: None,
        threshold: Some(0.5),
        features: Vec::new(),
        patient: None,
        chunks: Chunks::Number(4),
        metrics: vec!["accuracy".to_owned()],
        recalibration: Recalibration::IfBetter,
        level: Level::DEFAULT,
        resamples: 20,
        seed: 0,
    }
}

#[test]
fn rows_without_a_score_are_left_out_and_counted() {
    let (mut score, mut truth) = scores(400);
    score[3] = None;
    score[390] = None;
    truth[4] = None;
    let reference = table(&[("risk", score), ("died", truth)]);
    let report = estimate(&reference, &cases(100), &options()).expect("there are cases");
    let counted = &report.rows.reference;
    assert_eq!(
        (counted.all, counted.used, counted.labelled),
        (400, 398, 397)
    );
    let left_out = LeftOut {
        column: "risk".to_owned(),
        rows: 2,
    };
    assert_eq!(counted.left_out, [left_out]);
    // Chunks are those of the table, so that a key names its rows.
    assert_eq!(report.reference_chunks[0].key, "[0:99]");
    assert_eq!(report.reference_chunks[0].n, 99);
    assert_eq!(report.chunks.len(), 4);
}

#[test]
fn a_current_table_needs_no_truth_and_shows_what_it_has() {
    let (score, mut truth) = scores(100);
    let unlabelled = table(&[("risk", score.clone())]);
    let report = estimate(&cases(400), &unlabelled, &options()).expect("there are cases");
    assert_eq!(report.chunks[0].labelled, 0);
    assert_eq!(report.chunks[0].metrics[0].realized, None);
    truth[..90].fill(None);
    let partly = table(&[("risk", score), ("died", truth)]);
    let report = estimate(&cases(400), &partly, &options()).expect("there are cases");
    assert_eq!(report.chunks[3].labelled, 10);
    assert!(report.chunks[3].metrics[0].realized.is_some());
}

#[test]
fn a_score_that_is_no_probability_is_named_with_its_row() {
    let (mut score, truth) = scores(50);
    score[7] = Some("1.5".to_owned());
    let wrong = table(&[("risk", score), ("died", truth)]);
    let refused = estimate(&cases(400), &wrong, &options());
    let message = refused.expect_err("1.5 is no probability").to_string();
    assert!(
        message.contains("Row 7") && message.contains("current") && message.contains("1.5"),
        "{message}"
    );
}

#[test]
fn a_truth_that_is_neither_0_nor_1_is_named_and_a_word_for_it_may_be_given() {
    let (score, truth) = scores(400);
    let words: Vec<Option<String>> = (truth.iter().flatten())
        .map(|truth| Some(if truth == "1" { "yes" } else { "no" }.to_owned()))
        .collect();
    let reference = table(&[("risk", score), ("died", words)]);
    let refused = estimate(&reference, &cases(100), &options());
    let message = refused.expect_err("yes is no number").to_string();
    assert!(
        message.contains("Row 0") && message.contains("`died`"),
        "{message}"
    );
    let named = |positive: &str| EstimationOptions {
        positive: Some(positive.to_owned()),
        ..options()
    };
    let current = table(&[("risk", scores(100).0)]);
    let worded = estimate(&reference, &current, &named("yes")).expect("there are cases");
    let plain = estimate(&cases(400), &current, &options()).expect("there are cases");
    assert_eq!(worded.chunks, plain.chunks);
    let refused = estimate(&reference, &current, &named("Yes"));
    assert!(
        matches!(refused, Err(TableEstimationError::NoPositive { .. })),
        "{refused:?}"
    );
}

#[test]
fn flags_in_a_column_are_those_of_the_threshold() {
    let flagged = |n: usize| {
        let (score, truth) = scores(n);
        let flag = score
            .iter()
            .flatten()
            .map(|score| score.parse::<f64>().map(|s| u8::from(s >= 0.5)));
        let flag = texts(flag.map(|flag| flag.expect("a number")));
        table(&[("risk", score), ("died", truth), ("flag", flag)])
    };
    let by_column = EstimationOptions {
        threshold: None,
        predicted: Some("flag".to_owned()),
        ..options()
    };
    let (reference, current) = (flagged(400), flagged(100));
    let by_column = estimate(&reference, &current, &by_column).expect("there are cases");
    let by_threshold = estimate(&reference, &current, &options()).expect("there are cases");
    assert_eq!(by_column.chunks, by_threshold.chunks);
}

#[test]
fn what_cannot_be_asked_says_what_can() {
    let asked = |options: &EstimationOptions| {
        let refused = estimate(&cases(400), &cases(100), options);
        refused.expect_err("it cannot be asked").to_string()
    };
    let metrics = vec!["auc".to_owned()];
    let unknown = asked(&EstimationOptions {
        metrics,
        ..options()
    });
    assert!(
        unknown.contains("`auc`") && unknown.contains("roc_auc"),
        "{unknown}"
    );
    let no_flags = asked(&EstimationOptions {
        threshold: None,
        ..options()
    });
    assert!(no_flags.contains("threshold"), "{no_flags}");
    let no_score = asked(&EstimationOptions {
        score: None,
        ..options()
    });
    assert!(no_score.contains("--score"), "{no_score}");
    let chunks = Chunks::Size(0);
    assert!(
        asked(&EstimationOptions {
            chunks,
            ..options()
        })
        .contains("0 rows")
    );
    let score = Some("age".to_owned());
    let absent = asked(&EstimationOptions { score, ..options() });
    assert!(
        absent.contains("age") && absent.contains("reference"),
        "{absent}"
    );
}

#[test]
fn without_flags_only_the_order_of_scores_is_judged() {
    let plain = EstimationOptions {
        threshold: None,
        metrics: Vec::new(),
        ..options()
    };
    let report = estimate(&cases(400), &cases(100), &plain).expect("there are cases");
    let ids: Vec<&str> = report.chunks[0]
        .metrics
        .iter()
        .map(|one| one.metric)
        .collect();
    assert_eq!(ids, ["roc_auc", "average_precision"]);
}

#[test]
fn a_month_is_a_chunk_and_one_without_a_score_is_named() {
    let with_month = |n: usize, empty: bool| {
        let (mut score, truth) = scores(n);
        let mut month = texts((0..n).map(|row| format!("2024-0{}", 1 + row * 4 / n)));
        month[0] = None;
        if empty {
            score[n / 4..n / 2].fill(None);
        }
        table(&[("risk", score), ("died", truth), ("month", month)])
    };
    let by_month = EstimationOptions {
        chunks: Chunks::By("month".to_owned()),
        ..options()
    };
    let report = estimate(&with_month(400, false), &with_month(100, true), &by_month);
    let report = report.expect("there are cases");
    let keys: Vec<(&str, u64)> = report
        .chunks
        .iter()
        .map(|c| (c.key.as_str(), c.n))
        .collect();
    assert_eq!(keys, [("2024-01", 24), ("2024-03", 25), ("2024-04", 25)]);
    assert_eq!(report.rows.current.empty_chunks, ["2024-02"]);
    let left_out: Vec<(&str, usize)> = (report.rows.current.left_out.iter())
        .map(|one| (one.column.as_str(), one.rows))
        .collect();
    assert_eq!(left_out, [("risk", 25), ("month", 1)]);
}

#[test]
fn categories_of_both_tables_have_one_code() {
    let with_ward = |n: usize, wards: [&str; 2]| {
        let (score, truth) = scores(n);
        let ward = texts((0..n).map(|row| wards[row % 2]));
        table(&[("risk", score), ("died", truth), ("ward", ward)])
    };
    let asked = EstimationOptions {
        features: vec!["ward".to_owned()],
        ..options()
    };
    let outside = |wards| {
        let report = estimate(
            &with_ward(400, ["north", "south"]),
            &with_ward(100, wards),
            &asked,
        );
        let assumptions = report.expect("there are cases").assumptions;
        let domain = assumptions
            .into_iter()
            .find(|one| one.id == "features_in_domain");
        domain.and_then(|domain| domain.measures[0].estimate.value)
    };
    assert_eq!(outside(["south", "north"]), Some(0.0));
    assert_eq!(outside(["south", "west"]), Some(0.5));
}

#[test]
fn a_number_that_is_predicted_has_its_error_estimated() {
    let cars = |n: usize| {
        let age = |row: usize| row % 10;
        let predicted = |row: usize| 100 + row % 7;
        let truth = |row: usize| predicted(row) + age(row) * (row % 3);
        table(&[
            ("age", texts((0..n).map(age))),
            ("says", texts((0..n).map(predicted))),
            ("price", texts((0..n).map(truth))),
        ])
    };
    let asked = EstimationOptions {
        task: Task::Regression,
        truth: "price".to_owned(),
        score: None,
        threshold: None,
        predicted: Some("says".to_owned()),
        features: vec!["age".to_owned()],
        metrics: vec!["mae".to_owned()],
        ..options()
    };
    let report = estimate(&cars(600), &cars(200), &asked).expect("there are cases");
    let mae = &report.chunks[0].metrics[0];
    let (value, realized) = (
        mae.estimate.value.expect("a value"),
        mae.realized.expect("truth"),
    );
    assert!((value - realized).abs() < 0.5, "{value} {realized}");
    assert!(report.calibration.is_empty());
}

#[test]
fn of_several_classes_each_has_its_column_and_another_name_is_refused() {
    let lesions = |n: usize, odd: &str| {
        let p = |row: usize| (row * 7 % 10) as f64 / 10.0;
        let mut truth = texts((0..n).map(|row| {
            if (row * 3 % 10) as f64 / 10.0 < p(row) {
                "naevus"
            } else {
                "melanoma"
            }
        }));
        truth[1] = Some(odd.to_owned());
        table(&[
            ("p_naevus", texts((0..n).map(p))),
            ("p_melanoma", texts((0..n).map(|row| 1.0 - p(row)))),
            (
                "says",
                texts((0..n).map(|row| if p(row) >= 0.5 { "naevus" } else { "melanoma" })),
            ),
            ("is", truth),
        ])
    };
    let class = |name: &str| (name.to_owned(), format!("p_{name}"));
    let asked = EstimationOptions {
        task: Task::Multiclass,
        truth: "is".to_owned(),
        score: None,
        classes: vec![class("naevus"), class("melanoma")],
        threshold: None,
        predicted: Some("says".to_owned()),
        ..options()
    };
    let report = estimate(&lesions(400, "naevus"), &lesions(100, "naevus"), &asked);
    let report = report.expect("there are cases");
    assert_eq!(report.calibration.len(), 2);
    assert!(report.chunks[0].metrics[0].estimate.value.is_some());
    let refused = estimate(&lesions(400, "nevus"), &lesions(100, "naevus"), &asked);
    let message = refused.expect_err("there is no such class").to_string();
    assert!(
        message.contains("Row 1") && message.contains("nevus"),
        "{message}"
    );
}
