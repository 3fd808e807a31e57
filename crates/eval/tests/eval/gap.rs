//! Gaps of groups with planted causes.

use galen_eval::gap::{Cause, Explained, Gap, explain};
use galen_eval::{Columns, EvalError, Settings};
use galen_table::Table;

/// A table of two sites: in the north cases are milder, half of the creatinines are missing, the window is another (`score_window` is the
/// score with the south's), and one label in five is wrong (`second` is right).
struct World {
    rows: usize,
    mild: f64,
    window: f64,
    wrong: f64,
}

const PLAIN: World = World {
    rows: 4000,
    mild: 0.0,
    window: 0.0,
    wrong: 0.0,
};

impl World {
    fn table(&self) -> Table {
        // A small generator of its own: the test needs no more than numbers without a pattern.
        let mut state = 20_261_128_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let names = [
            "site",
            "truth",
            "second",
            "score",
            "score_window",
            "stage",
            "creatinine",
            "patient",
        ];
        let mut columns: Vec<(String, Vec<Option<String>>)> = names
            .iter()
            .map(|name| ((*name).to_owned(), Vec::new()))
            .collect();
        for row in 0..self.rows {
            let mut normal = || (0..12).map(|_| next()).sum::<f64>() - 6.0;
            let stage = normal();
            let (noise, other) = (normal(), normal());
            let north = row % 2 == 0;
            let stage = stage - if north { self.mild } else { 0.0 };
            let ill = next() < 0.4;
            let signal = if ill { 1.0 + stage } else { -1.0 } + noise;
            let score = signal - if north { self.window } else { 0.0 };
            let label = ill != (north && next() < self.wrong);
            let creatinine = (!north || other > 0.0).then(|| format!("{:.3}", 80.0 + other));
            let share = |log_odds: f64| format!("{:.6}", 1.0 / (1.0 + (-log_odds).exp()));
            let values = [
                Some(if north { "north" } else { "south" }.to_owned()),
                Some(u8::from(label).to_string()),
                Some(u8::from(ill).to_string()),
                Some(share(score)),
                Some(share(signal)),
                Some(format!("{stage:.4}")),
                creatinine,
                Some(format!("p{}", row / 2 * 2 + usize::from(north))),
            ];
            for ((_, column), value) in columns.iter_mut().zip(values) {
                column.push(value);
            }
        }
        Table::from_texts(columns).expect("columns of one length")
    }
}

fn asked() -> Gap {
    Gap {
        metric: "sensitivity".to_owned(),
        by: "site".to_owned(),
        group: "north".to_owned(),
        against: None,
        case_mix: vec!["stage".to_owned()],
        quality: Vec::new(),
        missing: vec!["creatinine".to_owned()],
        reruns: vec![("window".to_owned(), "score_window".to_owned())],
        second_truth: Some("second".to_owned()),
    }
}

fn columns() -> Columns {
    Columns {
        truth: "truth".to_owned(),
        score: Some("score".to_owned()),
        threshold: Some(0.5),
        cluster: Some("patient".to_owned()),
        ..Columns::default()
    }
}

fn settings() -> Settings {
    Settings {
        resamples: 200,
        ..Settings::default()
    }
}

fn found(world: &World) -> Explained {
    explain(&world.table(), None, &columns(), &asked(), &settings()).expect("a gap")
}

fn verdicts(found: &Explained) -> Vec<(&str, &str)> {
    found
        .causes
        .iter()
        .map(|cause| (cause.cause, cause.verdict))
        .collect()
}

fn cause<'a>(found: &'a Explained, name: &str) -> &'a Cause {
    found
        .causes
        .iter()
        .find(|cause| cause.cause == name)
        .expect("every cause is told")
}

#[test]
fn each_planted_cause_explains_the_gap_and_the_others_do_not() {
    let worlds = [
        ("case_mix", World { mild: 1.0, ..PLAIN }),
        (
            "preprocessing",
            World {
                window: 1.0,
                ..PLAIN
            },
        ),
        (
            "label_noise",
            World {
                wrong: 0.2,
                ..PLAIN
            },
        ),
    ];
    for (planted, world) in worlds {
        let found = found(&world);
        assert!(
            found.gap.high.expect("an interval") < -0.05,
            "{planted}: {:?}",
            found.gap
        );
        for (name, verdict) in verdicts(&found) {
            let expected = if name == planted {
                "explains"
            } else {
                "not_shown"
            };
            // Nothing was asked of quality and training; the prevalence changes no sensitivity.
            let open = ["image_quality", "representation"].contains(&name);
            assert!(
                open && verdict == "not_asked" || verdict == expected,
                "{planted}: {name} {verdict}"
            );
        }
        let part = cause(&found, planted)
            .part
            .as_ref()
            .expect("a part")
            .value
            .expect("a value");
        let gap = found.gap.value.expect("a value");
        assert!(
            (part / gap - 1.0).abs() < 0.25,
            "{planted}: {part} of {gap}"
        );
    }
}

#[test]
fn what_is_alike_leaves_nothing_of_a_gap_of_case_mix_and_all_of_another() {
    let mix = found(&World { mild: 1.0, ..PLAIN });
    let (low, high) = mix.rest.interval().expect("an interval");
    assert!(low < 0.0 && 0.0 < high);
    let window = found(&World {
        window: 1.0,
        ..PLAIN
    });
    assert!(window.rest.high.expect("an interval") < -0.05);
}

#[test]
fn the_training_cases_of_the_group_are_counted() {
    let world = World { rows: 400, ..PLAIN };
    let training = World { rows: 100, ..PLAIN }.table();
    let found = explain(
        &world.table(),
        Some(&training),
        &columns(),
        &asked(),
        &settings(),
    )
    .expect("a gap");
    let told = cause(&found, "representation");
    assert_eq!(told.verdict, "told");
    assert!(
        told.why
            .starts_with("50 of 100 training cases (50.0 %) are of north, "),
        "{}",
        told.why
    );
}

#[test]
fn groups_and_columns_that_are_not_there_are_refused() {
    let table = World { rows: 60, ..PLAIN }.table();
    let wrong = |asked: Gap, columns: Columns| {
        explain(&table, None, &columns, &asked, &settings()).expect_err("refused")
    };
    let west = wrong(
        Gap {
            group: "west".to_owned(),
            ..asked()
        },
        columns(),
    );
    assert!(matches!(west, EvalError::UnknownValue { .. }), "{west}");
    let typo = wrong(
        Gap {
            metric: "sensitivty".to_owned(),
            ..asked()
        },
        columns(),
    );
    assert!(
        typo.to_string().contains("did you mean `sensitivity`"),
        "{typo}"
    );
    let names = wrong(
        Gap {
            case_mix: vec!["patient".to_owned()],
            ..asked()
        },
        columns(),
    );
    assert!(
        names
            .to_string()
            .contains("too many to make cases alike in"),
        "{names}"
    );
    let flags = wrong(
        asked(),
        Columns {
            threshold: None,
            ..columns()
        },
    );
    assert!(flags.to_string().contains("name the threshold"), "{flags}");
}
