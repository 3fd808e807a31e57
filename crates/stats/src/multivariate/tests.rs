use super::*;

/// Columns of normal numbers, then two of signs that only together say from where a row is.
fn rows(seed: u64, n: usize, together: bool) -> Vec<Vec<f64>> {
    let mut draw = Draw::new(seed, 9);
    let mut columns = vec![Vec::new(); 4];
    for _ in 0..n {
        let (a, b) = (draw.normal(), draw.normal());
        let agree = (a > 0.0) == (b > 0.0);
        columns[0].push(draw.normal());
        columns[1].push(a);
        columns[2].push(if together && !agree { -b } else { b });
        columns[3].push(draw.normal());
    }
    columns
}

fn settings() -> Settings {
    Settings {
        trees: 40,
        permutations: 199,
        ..Settings::default()
    }
}

#[test]
fn drift_that_no_column_shows_alone_is_found_and_its_columns_are_named() {
    let (reference, current) = (rows(1, 400, false), rows(2, 300, true));
    let found = domain_classifier(&Rows::of(&reference), &Rows::of(&current), &settings());
    let found = found.expect("enough rows");
    let (low, _) = found.auc.interval().expect("an interval");
    assert!(low > 0.6, "{:?}", found.auc);
    let [noise, a, b, more] = found.importance[..] else {
        panic!("one for each column");
    };
    assert!(a > 0.1 && b > 0.1, "{:?}", found.importance);
    assert!(
        noise.abs() < 0.03 && more.abs() < 0.03,
        "{:?}",
        found.importance
    );
}

#[test]
fn rows_of_one_origin_are_not_told_apart() {
    let (reference, current) = (rows(1, 400, false), rows(2, 300, false));
    let (a, b) = (Rows::of(&reference), Rows::of(&current));
    let found = domain_classifier(&a, &b, &settings()).expect("enough rows");
    let (low, high) = found.auc.interval().expect("an interval");
    assert!(low < 0.5 && high > 0.45, "{:?}", found.auc);
    for test in [mmd, energy_distance] {
        let result = test(&a, &b, &settings()).expect("enough rows");
        assert!(result.p_value.expect("a test with p") > 0.05, "{result:?}");
    }
}

#[test]
fn the_interval_holds_one_half_for_rows_of_one_origin_about_as_often_as_it_says() {
    let holds = (0..60).filter(|&run| {
        let (reference, current) = (rows(1000 + run, 60, false), rows(2000 + run, 50, false));
        let settings = Settings {
            trees: 10,
            seed: run,
            ..Settings::default()
        };
        let found = domain_classifier(&Rows::of(&reference), &Rows::of(&current), &settings);
        let auc = found.expect("enough rows").auc;
        let (low, high) = auc.interval().expect("an interval");
        low <= 0.5 && high >= 0.5
    });
    assert!(holds.count() >= 56);
}

#[test]
fn rows_that_moved_lie_apart() {
    let reference = rows(1, 80, false);
    let mut current = rows(2, 60, false);
    current[3].iter_mut().for_each(|x| *x += 1.5);
    for test in [mmd, energy_distance] {
        let result = test(&Rows::of(&reference), &Rows::of(&current), &settings());
        let result = result.expect("enough rows");
        assert_eq!(result.p_value, Some(1.0 / 200.0));
        assert!(result.statistic.expect("bounded") > 0.05, "{result:?}");
    }
}

#[test]
fn a_value_that_is_missing_more_often_is_drift() {
    let reference = rows(1, 200, false);
    let mut current = rows(2, 200, false);
    current[0].iter_mut().step_by(2).for_each(|x| *x = f64::NAN);
    let (a, b) = (Rows::of(&reference), Rows::of(&current));
    let found = domain_classifier(&a, &b, &settings()).expect("enough rows");
    assert!(found.auc.value.expect("a value") > 0.7, "{:?}", found.auc);
    assert!(found.importance[0] > 0.15, "{:?}", found.importance);
    let far = energy_distance(&a, &b, &settings()).expect("enough rows");
    assert_eq!(far.p_value, Some(1.0 / 200.0));
}

/// A patient's stay fills one part only, or the forest would know the patient again.
#[test]
fn patients_who_come_back_are_not_mistaken_for_drift() {
    // Each patient has ten nearly equal rows, all in one of the tables; the patients are of one origin.
    let table = |seed: u64, first: u32| {
        let mut draw = Draw::new(seed, 1);
        let (mut columns, mut patients) = (vec![Vec::new(); 3], Vec::new());
        for patient in 0..30 {
            let centre: Vec<f64> = (0..3).map(|_| draw.normal()).collect();
            for _ in 0..10 {
                for (column, centre) in columns.iter_mut().zip(&centre) {
                    column.push(centre + 0.01 * draw.normal());
                }
                patients.push(first + patient);
            }
        }
        (columns, patients)
    };
    let ((a, of_a), (b, of_b)) = (table(1, 0), table(2, 100));
    let with = |columns, patients| Rows {
        columns,
        patients: Some(patients),
    };
    let known = domain_classifier(&with(&a, &of_a), &with(&b, &of_b), &settings());
    let known = known.expect("enough rows").auc;
    assert_eq!(known.clusters, Some(60));
    let (low, high) = known.interval().expect("an interval");
    assert!(low < 0.5 && high > 0.5, "{known:?}");
    let unknown = domain_classifier(&Rows::of(&a), &Rows::of(&b), &settings());
    let unknown = unknown.expect("enough rows").auc;
    assert!(unknown.value.expect("a value") > 0.9, "{unknown:?}");
}

#[test]
fn one_seed_gives_one_result_and_a_draw_is_stated() {
    let (reference, current) = (rows(1, 300, false), rows(2, 200, true));
    let (a, b) = (Rows::of(&reference), Rows::of(&current));
    let few = Settings {
        rows_max: 100,
        ..settings()
    };
    let once = domain_classifier(&a, &b, &few).expect("enough rows");
    assert_eq!(domain_classifier(&a, &b, &few), Ok(once.clone()));
    let drawn = Drawn {
        reference: 100,
        current: 100,
    };
    assert_eq!(
        (once.drawn, once.auc.n, once.auc.seed),
        (drawn, 200, Some(0))
    );
    assert_eq!(mmd(&a, &b, &few).expect("enough rows").drawn, Some(drawn));
    let other = Settings { seed: 1, ..few };
    assert_ne!(domain_classifier(&a, &b, &other), Ok(once));
}

#[test]
fn rows_that_differ_without_exception_have_an_interval_as_well() {
    let reference = vec![(0..50).map(f64::from).collect()];
    let current = vec![(100..150).map(f64::from).collect()];
    let found = domain_classifier(&Rows::of(&reference), &Rows::of(&current), &settings());
    let auc = found.expect("enough rows").auc;
    assert_eq!((auc.value, auc.high), (Some(1.0), Some(1.0)));
    assert!(auc.low.is_some_and(|low| low > 0.9 && low < 1.0), "{auc:?}");
}

#[test]
fn tables_that_do_not_fit_are_named() {
    let (one, two) = (vec![vec![1.0; 30]], vec![vec![1.0; 30], vec![2.0; 30]]);
    let ragged = vec![vec![1.0; 30], vec![2.0; 29]];
    let infinite = vec![vec![f64::INFINITY; 30]];
    let few = vec![vec![1.0]];
    let run = |a: &[Vec<f64>], b: &[Vec<f64>]| {
        let (a, b) = (Rows::of(a), Rows::of(b));
        let classifier = domain_classifier(&a, &b, &settings()).map(|found| found.auc.value);
        let energy = energy_distance(&a, &b, &settings()).map(|found| found.statistic);
        (classifier, energy)
    };
    let both = |why: Undefined| (Err(why), Err(why));
    assert_eq!(run(&one, &two), both(Undefined::NotAligned));
    assert_eq!(run(&two, &ragged), both(Undefined::NotAligned));
    assert_eq!(run(&one, &infinite), both(Undefined::NotFinite));
    assert_eq!(run(&[], &[]), both(Undefined::EmptySample));
    assert_eq!(run(&one, &few), both(Undefined::TooFewCases));
    assert_eq!(run(&one, &one), (Ok(Some(0.5)), Ok(Some(0.0))));
    let patients = Rows {
        columns: &one,
        patients: Some(&[1, 2]),
    };
    assert_eq!(
        mmd(&patients, &patients, &settings()),
        Err(Undefined::NotAligned)
    );
}

#[test]
fn held_out_scores_are_of_their_rows_and_know_nothing_of_them() {
    let (healthy, diseased) = (rows(1, 400, false), rows(2, 300, true));
    let (mut columns, mut truth) = (vec![Vec::new(); 4], Vec::new());
    for row in 0..700 {
        // In no order of kinds.
        let (of, from) = if row % 7 < 4 {
            (&healthy, row / 7 * 4 + row % 7)
        } else {
            (&diseased, row / 7 * 3 + row % 7 - 4)
        };
        for (column, values) in columns.iter_mut().zip(of) {
            column.push(values[from]);
        }
        truth.push(row % 7 >= 4);
    }
    let area = |found: &HeldOut| {
        let truth = found.rows.iter().map(|&row| truth[row]).collect();
        let cases = crate::Cases::new(truth, found.scores.clone(), None, None);
        crate::delong::placements(&cases.expect("cases"))
            .expect("both kinds")
            .area
    };
    let found = held_out(&columns, &truth, None, &settings()).expect("enough rows");
    let mut seen = found.rows.clone();
    seen.sort_unstable();
    assert_eq!(seen, (0..700).collect::<Vec<_>>());
    assert!(area(&found) > 0.6);
    // A patient of two rows, one of each kind, cannot be learned by heart.
    let noise = [columns[0].clone()];
    let patients: Vec<u32> = (0..700).map(|row| row / 7).collect();
    let found = held_out(&noise, &truth, Some(&patients), &settings()).expect("enough rows");
    assert!((area(&found) - 0.5).abs() < 0.08, "{}", area(&found));
    let few = held_out(&columns, &vec![false; 700], None, &settings());
    assert_eq!(few, Err(Undefined::EmptySample));
}
