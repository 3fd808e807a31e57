//! How often the clinical checks alarm on clean data, and find what was planted: `check_power [SETS [SIZE…]]` prints the tables of
//! docs/checks/README.md.

use std::collections::BTreeMap;
use std::error::Error;

use galen_spec::data::Severity;
use galen_table::check::{Beside, Finding, Roles, check};
use galen_table::{ReadOptions, Table};
use jiff::Span;
use jiff::civil::Date;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Chance by a seed.
struct Chance(ChaCha8Rng);

impl Chance {
    fn share(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }
}

/// A row of the made-up hospital data, before anything is planted.
struct Row {
    id: String,
    cells: Vec<(&'static str, Option<String>)>,
    diseased: bool,
    site: usize,
}

const SITES: [&str; 3] = ["north", "south", "west"];
const FIRST_DAY: Date = jiff::civil::date(2024, 1, 1);
/// The people that the clean sets are drawn from: bands of a normal age of 62 years, 16 the standard deviation.
const CENSUS: &str = "age_band,sex,count\n18-49,F,2177\n18-49,M,2177\n50-69,F,4627\n50-69,M,4627\n70+,F,3196\n70+,M,3196\n";

/// Patients with vital signs, laboratory values that are missing by chance, a sex, an age band, a site, and a label that hangs
/// on age and two of the values: honest data.
fn clean(chance: &mut Chance, n: usize) -> Vec<Row> {
    (0..n)
        .map(|row| {
            let age = (62.0 + 16.0 * chance.normal()).clamp(18.0, 96.0).round();
            let severity = chance.normal();
            let site = (chance.share() * 3.0) as usize;
            let sex = if chance.share() < 0.5 { "F" } else { "M" };
            let band =
                ["18-49", "50-69", "70+"][usize::from(age >= 50.0) + usize::from(age >= 70.0)];
            let logit = -1.2 + 0.03 * (age - 62.0) + 0.9 * severity;
            let diseased = chance.share() < 1.0 / (1.0 + (-logit).exp());
            let mut lab =
                |mean: f64, spread: f64, of_severity: f64, missing: f64, digits: usize| {
                    let value = mean * (spread * (chance.normal() + of_severity * severity)).exp();
                    (chance.share() >= missing).then(|| format!("{value:.digits$}"))
                };
            let creatinine = lab(0.95, 0.35, 0.6, 0.1, 2);
            let lactate = lab(1.6, 0.4, 0.8, 0.3, 1);
            let sodium = lab(139.0, 0.03, 0.0, 0.05, 0);
            let heart_rate = lab(84.0, 0.18, 0.4, 0.02, 0);
            let admitted = FIRST_DAY + Span::new().days((chance.share() * 700.0) as i64);
            let referred = admitted - Span::new().days(1 + (chance.share() * 20.0) as i64);
            let part = match chance.share() {
                share if share < 0.7 => "train",
                share if share < 0.8 => "tune",
                _ => "test",
            };
            Row {
                id: format!("P{row:06}"),
                cells: vec![
                    ("age", Some(format!("{age}"))),
                    ("sex", Some(sex.to_owned())),
                    ("age_band", Some(band.to_owned())),
                    ("site", Some(SITES[site].to_owned())),
                    ("creatinine", creatinine),
                    ("lactate", lactate),
                    ("sodium", sodium),
                    ("heart_rate", heart_rate),
                    ("referred", Some(referred.to_string())),
                    ("admitted", Some(admitted.to_string())),
                    ("split", Some(part.to_owned())),
                ],
                diseased,
                site,
            }
        })
        .collect()
}

fn cell<'a>(row: &'a mut Row, name: &str) -> &'a mut Option<String> {
    let at = row.cells.iter().position(|(other, _)| *other == name);
    &mut row.cells[at.expect("the column is there")].1
}

fn number(row: &mut Row, name: &str) -> Option<f64> {
    cell(row, name).as_ref()?.parse().ok()
}

/// What can be planted: the check that must find it, the column that it must name, and how.
type Plant = (
    &'static str,
    &'static str,
    fn(&mut Vec<Row>, &mut Chance, f64),
);

/// Each at strengths from 0, nothing, to 1.
const PLANTS: &[Plant] = &[
    ("label_proxy", "code", |rows, chance, strength| {
        for row in rows {
            let right = chance.share() < 0.5 + 0.5 * strength;
            let code = if row.diseased == right { "A41" } else { "Z00" };
            row.cells.push(("code", Some(code.to_owned())));
        }
    }),
    (
        "measurement_process",
        "lactate",
        |rows, chance, strength| {
            for row in rows {
                let missing = if row.diseased {
                    0.3
                } else {
                    0.3 + 0.5 * strength
                };
                let keep = chance.share() > (missing - 0.3) / 0.7;
                if !keep {
                    *cell(row, "lactate") = None;
                }
            }
        },
    ),
    (
        "missingness_by_group",
        "sodium",
        |rows, chance, strength| {
            for row in rows {
                if cell(row, "sex").as_deref() == Some("F") && chance.share() < 0.4 * strength {
                    *cell(row, "sodium") = None;
                }
            }
        },
    ),
    ("site_shortcut", "site", |rows, chance, strength| {
        for row in rows.iter_mut() {
            // One site's analyser reads other decimals, and its patients are sicker.
            let shift = f64::from(u8::from(row.site == 0));
            let value = 10.0 + chance.normal() + 4.0 * shift * strength;
            row.cells.push(("analyser", Some(format!("{value:.2}"))));
            if row.site == 0 && chance.share() < 0.6 * strength {
                row.diseased = true;
            }
        }
    }),
    ("confounder", "heart_rate", |rows, chance, strength| {
        for row in rows {
            // One site treats the sicker, and is warmer by its thermometer.
            let sick = row.site == 0;
            if sick && chance.share() < 0.7 * strength {
                row.diseased = true;
            }
            let mean = if sick { 84.0 + 60.0 * strength } else { 84.0 };
            *cell(row, "heart_rate") = Some(format!("{:.0}", mean + 12.0 * chance.normal()));
        }
    }),
    ("label_noise", "label", |rows, chance, strength| {
        for row in rows {
            let value = if row.diseased { 6.0 } else { 0.0 } + chance.normal();
            let other = if row.diseased { 5.0 } else { 0.0 } + chance.normal();
            row.cells.push(("marker", Some(format!("{value:.3}"))));
            row.cells.push(("other", Some(format!("{other:.3}"))));
            if chance.share() < 0.15 * strength {
                row.diseased = !row.diseased;
            }
        }
    }),
    ("patient_overlap", "split", |rows, _, strength| {
        // Some patients come again in another part, under another id.
        let again = (40.0 * strength) as usize;
        for at in 0..again {
            let from = &mut rows[at];
            let mut cells = from.cells.clone();
            let (diseased, site) = (from.diseased, from.site);
            for (name, value) in &mut cells {
                if *name == "split" {
                    let is_test = value.as_deref() == Some("test");
                    *value = Some(if is_test { "train" } else { "test" }.to_owned());
                }
            }
            rows.push(Row {
                id: format!("Q{at:06}"),
                cells,
                diseased,
                site,
            });
        }
    }),
    (
        "implausible_value",
        "heart_rate",
        |rows, chance, strength| {
            // Zeros for what was not measured.
            for row in rows {
                if chance.share() < 0.02 * strength {
                    *cell(row, "heart_rate") = Some("0".to_owned());
                }
            }
        },
    ),
    ("unit_mix", "creatinine", |rows, chance, strength| {
        // Micromoles a litre in some of the rows.
        for row in rows {
            if chance.share() < 0.1 * strength
                && let Some(value) = number(row, "creatinine")
            {
                *cell(row, "creatinine") = Some(format!("{:.0}", 88.42 * value));
            }
        }
    }),
    ("near_duplicates", "", |rows, chance, strength| {
        let again = (40.0 * strength) as usize;
        for at in 0..again {
            let from = &rows[at];
            let mut copy = Row {
                id: format!("Q{at:06}"),
                cells: from.cells.clone(),
                diseased: from.diseased,
                site: from.site,
            };
            // An augmented row: noise on one value.
            if let Some(rate) = number(&mut copy, "heart_rate") {
                let noise = 0.1 * chance.normal();
                *cell(&mut copy, "heart_rate") = Some(format!("{:.2}", rate + noise));
            }
            rows.push(copy);
        }
    }),
    ("future_leakage", "last_dose", |rows, chance, strength| {
        // A day of the treatment, which for some lies after the admission.
        for row in rows {
            let admitted: Date = (cell(row, "admitted")
                .as_deref()
                .and_then(|day| day.parse().ok()))
            .expect("every row has a day");
            let is_later = chance.share() < 0.2 * strength;
            let days = 1 + (chance.share() * 9.0) as i64;
            let day = match is_later {
                true => admitted + Span::new().days(days),
                false => admitted - Span::new().days(days),
            };
            row.cells.push(("last_dose", Some(day.to_string())));
        }
    }),
    ("temporal_order", "referred", |rows, chance, strength| {
        // Some were referred after they were admitted.
        for row in rows {
            if chance.share() < 0.02 * strength {
                let admitted = cell(row, "admitted").clone();
                *cell(row, "admitted") = std::mem::replace(cell(row, "referred"), admitted);
            }
        }
    }),
    ("representativeness", "sex", |rows, chance, strength| {
        // Women came less often.
        rows.retain_mut(|row| {
            cell(row, "sex").as_deref() == Some("M") || chance.share() >= 0.5 * strength
        });
    }),
    ("identifier_present", "remark", |rows, chance, strength| {
        for (at, row) in rows.iter_mut().enumerate() {
            let text = match chance.share() < 0.02 * strength {
                true => format!(
                    "call back 0{} 555 01{:02} before noon",
                    171 + at % 9,
                    at % 100
                ),
                false => format!("seen on ward {}, no complaints in week {}", at % 7, at % 50),
            };
            row.cells.push(("remark", Some(text)));
        }
    }),
];

fn table(rows: &[Row]) -> Result<Table, Box<dyn Error>> {
    let mut columns: Vec<(String, Vec<Option<String>>)> = vec![("id".into(), Vec::new())];
    columns.extend(
        rows[0]
            .cells
            .iter()
            .map(|(name, _)| ((*name).to_owned(), Vec::new())),
    );
    columns.push(("label".into(), Vec::new()));
    let last = columns.len() - 1;
    for row in rows {
        columns[0].1.push(Some(row.id.clone()));
        for (at, (_, value)) in row.cells.iter().enumerate() {
            columns[at + 1].1.push(value.clone());
        }
        columns[last]
            .1
            .push(Some(u8::from(row.diseased).to_string()));
    }
    Ok(Table::from_texts(columns)?)
}

fn found(rows: &[Row]) -> Result<Vec<Finding>, Box<dyn Error>> {
    let roles = Roles {
        id: Some("id".into()),
        split: Some("split".into()),
        site: Some("site".into()),
        time: Some("admitted".into()),
        groups: vec!["sex".into(), "age_band".into()],
        ..Roles::of_label("label")
    };
    let census = Table::read_csv(CENSUS.as_bytes(), &ReadOptions::default())?;
    let beside = Beside {
        target: Some(&census),
        ..Beside::default()
    };
    Ok(check(&table(rows)?, &roles, beside)?.findings)
}

fn main() -> Result<(), Box<dyn Error>> {
    let sets: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(200), |sets| sets.parse())?;
    println!("Clean data, {sets} sets of each size; sets with a finding of that severity:\n");
    println!("| patients | warn or stop | stop | by check (warn or stop) |\n|---|---|---|---|");
    let sizes: Vec<usize> = std::env::args()
        .skip(2)
        .map(|n| n.parse())
        .collect::<Result<_, _>>()?;
    let only_clean = !sizes.is_empty();
    let sizes = if only_clean {
        sizes
    } else {
        vec![300, 1000, 3000]
    };
    for n in sizes {
        let (mut warn, mut stop) = (0, 0);
        let mut by: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in 0..sets {
            let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
            let findings = found(&clean(&mut chance, n))?;
            let worst = findings.iter().map(|one| one.severity).max();
            warn += usize::from(worst >= Some(Severity::Warn));
            stop += usize::from(worst >= Some(Severity::Stop));
            for one in findings.iter().filter(|one| one.severity >= Severity::Warn) {
                *by.entry(one.check).or_default() += 1;
            }
        }
        let share = |count: usize| format!("{:.1} %", 100.0 * count as f64 / sets as f64);
        println!("| {n} | {} | {} | {by:?} |", share(warn), share(stop));
    }
    if only_clean {
        return Ok(());
    }
    println!(
        "\nPlanted in 1,000 patients; sets in which the check names the column, as a warning or a stop (in brackets, at all):\n"
    );
    println!("| check | strength 0.3 | 0.6 | 1 |\n|---|---|---|---|");
    for (id, column, plant) in PLANTS {
        let mut cells = Vec::new();
        for strength in [0.3, 0.6, 1.0] {
            let (mut warned, mut noted) = (0, 0);
            for seed in 0..sets.min(100) {
                let mut chance = Chance(ChaCha8Rng::seed_from_u64(1000 + seed));
                let mut rows = clean(&mut chance, 1000);
                plant(&mut rows, &mut chance, strength);
                let findings = found(&rows)?;
                let names = |one: &&Finding| {
                    one.check == *id
                        && (column.is_empty() || one.columns.iter().any(|c| c == column))
                };
                let worst = findings.iter().filter(names).map(|one| one.severity).max();
                warned += usize::from(worst >= Some(Severity::Warn));
                noted += usize::from(worst.is_some());
            }
            let share = |count: usize| 100 * count / sets.min(100) as usize;
            cells.push(format!("{} % ({} %)", share(warned), share(noted)));
        }
        println!("| `{id}` | {} |", cells.join(" | "));
    }
    Ok(())
}
