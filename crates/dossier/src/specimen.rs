//! A type specimen: every block, span and plot once, for whoever writes a renderer, for tests and to look at.
//!
//! Its numbers are invented, and it says so.

use crate::page::*;
use crate::plot::*;

const REPORT: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const PROFILE: &str = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

/// Every block, span and plot once or more, with long and absent values among them.
pub fn specimen() -> Page {
    let mut page = Page::new("Specimen of every block");
    page.subtitle = "Invented numbers, to look at the typography".into();
    page.notice = Some(
        "Retrospective replay of a research cohort. People, signatures and the authorisation are fictitious. Not for clinical use."
            .into(),
    );
    page.foot = vec![
        ("Checkpoint".into(), "galen-demo, size 412".into()),
        (
            "Root".into(),
            "hT6b9cK0jE0m1lX2QeZ3b8f7aY5wR4uV6nS1dPqLkJg=".into(),
        ),
    ];
    page.at = Some("2026-11-24T10:00:00Z".into());
    page.contents = true;
    page.exhibits = vec![Exhibit {
        source: Source::Artifact(REPORT.into()),
        title: "Evaluation of release 2 on the reference set, look 3 of 10".into(),
        blocks: vec![criteria()],
    }];
    page.blocks = text();
    page.blocks.extend(judgement());
    page.blocks.push(Block::heading(1, "Figures"));
    page.blocks.extend(figures());
    page
}

fn artifact() -> Source {
    Source::Artifact(REPORT.into())
}

fn text() -> Vec<Block> {
    vec![
        Block::heading(1, "Intended use"),
        Block::Paragraph(vec![
            Span::text("The aid flags adults whose "),
            Span::strong("risk of death within five years"),
            Span::text(" is high, for review by a physician. In the reference set of "),
            Span::number("1,870 people", Source::Artifact(PROFILE.into())),
            Span::text(" it reached an AUROC of "),
            Span::number("0.83 (0.81–0.86)", artifact()),
            Span::text(". The threshold stands in "),
            Span::code("protocol.yaml"),
            Span::text("; see "),
            Span::link("the judgement", "#judgement"),
            Span::text("."),
        ]),
        Block::List(vec![
            vec![Span::text("Not for people under 50.")],
            vec![
                Span::text("Not where creatinine is never measured: "),
                Span::Status(Badge::new(Tone::Bad, "restricted")),
            ],
        ]),
        Block::note(
            NoteKind::Info,
            "The calendar of the replay is shifted by six years.",
        ),
        Block::note(
            NoteKind::Warn,
            "Sensitivity under 70 is lower than over 70.",
        ),
        Block::note(NoteKind::Stop, "Not authorised for clinical use."),
        Block::KeyValues(vec![
            (
                "Release".into(),
                Cell(vec![
                    Span::text("release 2 "),
                    Span::Status(Badge::new(Tone::Good, "live")),
                ]),
            ),
            ("Model".into(), Span::code(PROFILE).into()),
            (
                "Signed by".into(),
                "Dr. A. Example (clinical), B. Example (regulatory)".into(),
            ),
        ]),
        Block::heading(2, "How it was run"),
        Block::Code("galen evaluate --reference ref-1995\ngalen gate release-2 --json".into()),
    ]
}

fn criteria() -> Block {
    let row = |name: &str, group: &str, estimate: &str, n: &str, bound: &str, badge: Badge| {
        let estimate = match estimate {
            "" => Span::text("not reported"),
            text => Span::number(text, artifact()),
        };
        vec![
            name.into(),
            group.into(),
            estimate.into(),
            Span::number(n, artifact()).into(),
            bound.into(),
            badge.into(),
        ]
    };
    Block::Table(Table {
        caption: "Criteria of the frozen protocol and what the reference set says".into(),
        columns: vec![
            Column::name("Endpoint"),
            Column::text("Subgroup"),
            Column::number("Estimate (95 % interval)"),
            Column::number("n"),
            Column::text("Criterion"),
            Column::text("Verdict"),
        ],
        rows: vec![
            row(
                "AUROC",
                "all",
                "0.832 (0.806–0.858)",
                "1,870",
                "lower bound ≥ 0.75",
                Badge::pass(),
            ),
            row(
                "O/E",
                "all",
                "1.46 (1.28–1.66)",
                "1,870",
                "inside (0.70, 1.43)",
                Badge::fail(),
            ),
            row(
                "Sensitivity",
                "mgus = yes",
                "",
                "23",
                "lower bound ≥ 0.60",
                Badge::inconclusive(),
            ),
            row(
                "Brier score",
                "all",
                "0.091 (0.083–0.100)",
                "1,870",
                "none: descriptive",
                Badge::neutral("described"),
            ),
        ],
    })
}

fn judgement() -> Vec<Block> {
    let card = |title: &str, badge: Badge, why: &str| {
        Block::VerdictCard(VerdictCard {
            title: title.into(),
            badge,
            sentence: vec![Span::text(why)],
            rows: vec![
                (
                    "Estimate".into(),
                    Span::number("0.83 (0.81–0.86)", artifact()).into(),
                ),
                (
                    "Looks used".into(),
                    Span::number("3 of 10", Source::Entry(17)).into(),
                ),
            ],
        })
    };
    vec![
        Block::heading(1, "Judgement"),
        card(
            "Discrimination",
            Badge::pass(),
            "The lower bound of the AUROC is above 0.75.",
        ),
        card(
            "Calibration",
            Badge::fail(),
            "Deaths are more than the model expects: the interval of O/E is not inside the limits.",
        ),
        card(
            "People with MGUS",
            Badge::inconclusive(),
            "23 people and one death decide nothing.",
        ),
        criteria(),
    ]
}

fn figures() -> Vec<Block> {
    let figure = |caption: &str, plot: Plot| Block::Figure {
        caption: caption.into(),
        alt: format!("{caption} Invented numbers."),
        plot,
    };
    vec![
        figure("AUROC in declared subgroups.", forest(false)),
        figure(
            "Observed over expected deaths, on a scale of ratios.",
            forest(true),
        ),
        figure("Receiver operating characteristic of both releases.", roc()),
        figure("Three readers without and with the aid.", readers()),
        figure("Calibration of release 2.", calibration()),
        figure("Missing creatinine by year, with the roll back.", missing()),
        figure("Expected and observed deaths by year.", two_lines()),
        figure("Ages of those learnt on and of those who came.", groups()),
        figure("What release 2 leans on.", importance()),
        figure("How the score of one person came about.", waterfall()),
    ]
}

fn forest(log: bool) -> Plot {
    let labels = [
        "all",
        "women",
        "men",
        "under 60",
        "60 to 69",
        "70 to 79",
        "80 and over",
        "recruited in 1995",
        "recruited in 1996",
        "creatinine measured",
        "creatinine not measured",
        "mgus = no",
        "mgus = yes",
        "lambda in the highest tenth of the people of 1995",
        "kappa in the highest tenth of the people of 1995, both men and women",
        "flc.grp 1 to 5",
        "flc.grp 6 to 9",
        "flc.grp 10",
    ];
    let rows = labels.iter().enumerate().map(|(i, label)| {
        let value = 0.83 - 0.012 * i as f64;
        let half = 0.02 + 0.006 * i as f64;
        let absent = i == 12;
        ForestRow {
            label: (*label).into(),
            value: Some(if log { value + 0.3 } else { value }).filter(|_| !absent),
            low: Some(if log {
                value + 0.3 - 2.0 * half
            } else {
                value - half
            })
            .filter(|_| !absent),
            high: Some(if log {
                value + 0.3 + 2.0 * half
            } else {
                value + half
            })
            .filter(|_| !absent && i != 17),
            n: Some(1870 / (i as u64 + 1)),
        }
    });
    Plot::Forest(Forest {
        quantity: if log {
            "Observed / expected deaths".into()
        } else {
            "AUROC (95 % interval)".into()
        },
        rows: rows.collect(),
        reference: Some(if log { 1.0 } else { 0.83 }),
        within: Some(if log { [0.7, 1.43] } else { [0.75, f64::MAX] })
            .filter(|_| log)
            .or(Some([0.75, 1.0])),
        log,
    })
}

fn roc() -> Plot {
    let curve = |label: &str, power: f64| {
        let points: Vec<[f64; 2]> = (0..=40)
            .map(|i| f64::from(i) / 40.0)
            .map(|x| [x, x.powf(power)])
            .collect();
        Curve {
            label: label.into(),
            band: points
                .iter()
                .map(|[x, y]| [*x, (y - 0.05).max(0.0), (y + 0.05).min(1.0)])
                .collect(),
            operating: Some(Operating {
                label: "threshold 0.20".into(),
                false_positive_rate: 0.2,
                sensitivity: 0.2f64.powf(power),
            }),
            points,
        }
    };
    Plot::Roc(Roc {
        curves: vec![
            curve("release 2, AUROC 0.83 (0.81–0.86)", 0.2),
            curve("release 1, AUROC 0.80 (0.77–0.83)", 0.27),
        ],
    })
}

fn readers() -> Plot {
    let curve = |power: f64| -> Vec<[f64; 2]> {
        let steps = (0..=8u32).map(|i| f64::from(i) / 8.0);
        steps.map(|x| [x, x.powf(power)]).collect()
    };
    let of = |label: &str, powers: [f64; 3], at: f64| ReadersOf {
        label: label.into(),
        readers: (1..)
            .zip(powers)
            .map(|(number, power)| ReaderCurve {
                name: number.to_string(),
                points: curve(power),
                at: Some([at, at.powf(power)]),
            })
            .collect(),
        mean: curve(powers[1]),
    };
    Plot::Readers(Readers {
        tests: vec![
            of("without the aid, AUROC 0.80", [0.2, 0.25, 0.32], 0.12),
            of("with the aid, AUROC 0.86", [0.13, 0.17, 0.21], 0.18),
        ],
        model: None,
    })
}

fn calibration() -> Plot {
    let bins = (0..10u32).map(f64::from).map(|i| {
        let predicted = 0.01 + 0.006 * i * i;
        let observed = predicted * 1.15;
        Bin {
            predicted,
            observed: Some(observed),
            low: Some((observed - 0.03 - 0.005 * i).max(0.0)),
            high: Some(observed + 0.03 + 0.008 * i),
            n: (420.0 / (1.0 + i)) as u64,
        }
    });
    Plot::Calibration(Calibration {
        predicted: "Predicted risk of death within five years".into(),
        observed: "Observed share of deaths".into(),
        bins: bins.collect(),
    })
}

fn years() -> Vec<String> {
    (2003..2010).map(|year| year.to_string()).collect()
}

fn missing() -> Plot {
    let shares = [0.12, 0.15, 0.17, 0.16, 0.19, 0.91, 0.90];
    Plot::Series(Series {
        quantity: "Share of people without creatinine (95 % interval)".into(),
        windows: years(),
        lines: vec![Line {
            label: "people".into(),
            points: shares
                .map(|v| Point {
                    value: Some(v),
                    low: Some(v - 0.05),
                    high: Some(v + 0.05),
                })
                .into(),
        }],
        limits: vec![Limit {
            label: "roll back when the lower bound passes 0.30".into(),
            value: 0.3,
        }],
        events: [
            ("release 2 live", 0),
            ("notify: age drifts", 0),
            ("signal", 5),
            ("rollback to release 1", 5),
            ("finding opened", 6),
        ]
        .map(|(label, window)| Event {
            label: label.into(),
            window,
        })
        .into(),
        from_zero: true,
    })
}

fn two_lines() -> Plot {
    let line = |label: &str, factor: f64| Line {
        label: label.into(),
        points: (0..7u32)
            .map(f64::from)
            .map(|i| match i as u32 {
                3 => Point::default(),
                _ => Point {
                    value: Some(20.0 + factor * i),
                    low: Some(15.0 + factor * i),
                    high: Some(26.0 + factor * i),
                },
            })
            .collect(),
    };
    Plot::Series(Series {
        quantity: "Deaths".into(),
        windows: years(),
        lines: vec![line("expected", 1.5), line("observed", 3.0)],
        limits: vec![],
        events: vec![],
        from_zero: false,
    })
}

fn groups() -> Plot {
    let share = |values: [f64; 8]| values.map(Some).into();
    let mut came: Vec<Option<f64>> = share([0.30, 0.22, 0.16, 0.12, 0.09, 0.06, 0.04, 0.0]);
    came[7] = None;
    Plot::Groups(Groups {
        quantity: "Share of people".into(),
        categories: [
            "50–54",
            "55–59",
            "60–64",
            "65–69",
            "70–74",
            "75–79",
            "80–84",
            "85 and over",
        ]
        .map(String::from)
        .into(),
        groups: vec![
            Group {
                label: "learnt on, n 1,912".into(),
                values: share([0.18, 0.17, 0.16, 0.15, 0.13, 0.10, 0.07, 0.04]),
            },
            Group {
                label: "came in 2008, n 48".into(),
                values: came,
            },
        ],
        percent: true,
    })
}

fn importance() -> Plot {
    let rows = [
        ("age", 0.92),
        ("lambda", 0.31),
        ("kappa", 0.22),
        ("creatinine", 0.14),
        ("creatinine not measured", 0.08),
        ("sex", 0.05),
    ];
    Plot::Importance(Importance {
        quantity: "Mean of |SHAP value|, log-odds".into(),
        rows: rows
            .map(|(label, value)| ImportanceRow {
                label: label.into(),
                value: Some(value),
                low: Some(value * 0.9),
                high: Some(value * 1.1),
            })
            .into(),
    })
}

fn waterfall() -> Plot {
    let steps = [
        ("age", "82 years", 1.42),
        ("lambda", "3.1 mg/dL", 0.61),
        ("kappa", "1.2 mg/dL", -0.12),
        ("creatinine", "not measured", -0.38),
        ("sex", "female", -0.15),
    ];
    Plot::Waterfall(Waterfall {
        quantity: "Log-odds of death within five years".into(),
        base_label: "mean of the people of 1995".into(),
        base: -2.21,
        contributions: steps
            .map(|(label, shown, value)| Contribution {
                label: label.into(),
                shown: shown.into(),
                value,
            })
            .into(),
        total_label: "this person".into(),
    })
}
