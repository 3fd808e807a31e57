//! How often the interval of each metric holds the truth, over the number of patients, the share of diseased cases and the cases of a
//! patient: the table of docs/coverage.md, with the intervals that take each row for a patient beside them.
//!
//! `cargo run --release -p galen-stats --example coverage [REPETITIONS [REPETITIONS OF DRAWN INTERVALS]]`

use galen_stats::interval::{Method, measure_all};
use galen_stats::metric::{METRICS, Metric};
use galen_stats::{Cases, Level};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// How cases come: so many patients of so many cases each, of whom such a share is diseased.
#[derive(Clone, Copy)]
struct World {
    patients: usize,
    prevalence: f64,
    of_patient: usize,
}

const PATIENTS: [usize; 3] = [50, 200, 1_000];
const PREVALENCES: [f64; 2] = [0.1, 0.5];
const OF_PATIENT: [usize; 2] = [1, 4];

/// Of the spread of log odds this share is the patient's, and so often a case is as diseased as its patient.
const ALIKE: f64 = 0.5;
/// Cases that stand for the population.
const POPULATION: usize = 4_000_000;
const THRESHOLD: f64 = 0.3;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |or: usize| {
        let given = arguments.next().and_then(|text| text.parse().ok());
        given.unwrap_or(or)
    };
    let (repetitions, of_drawn) = (number(2_000), number(300));
    let worlds: Vec<World> = OF_PATIENT
        .iter()
        .flat_map(|&of_patient| {
            PREVALENCES.iter().flat_map(move |&prevalence| {
                PATIENTS.iter().map(move |&patients| World {
                    patients,
                    prevalence,
                    of_patient,
                })
            })
        })
        .collect();
    let (drawn, closed): (Vec<&dyn Metric>, Vec<&dyn Metric>) =
        METRICS.iter().copied().partition(|metric| {
            metric.about().method == Method::BootstrapPercentile.id() || metric.about().id == "ece"
        });
    println!(
        "| metric | interval | {} |",
        worlds.iter().map(head).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|---|{}", "---|".repeat(worlds.len()));
    let mut rows: Vec<(String, String, Vec<String>)> = Vec::new();
    for (metrics, repetitions) in [(closed, repetitions), (drawn, of_drawn)] {
        let cells: Vec<Vec<Cell>> = worlds
            .iter()
            .map(|world| covered(*world, &metrics, repetitions, true))
            .collect();
        push(&mut rows, &metrics, &cells, repetitions);
    }
    // What happens if rows are taken for patients.
    let naive: Vec<&dyn Metric> = METRICS
        .iter()
        .copied()
        .filter(|metric| ["sensitivity", "auroc"].contains(&metric.about().id))
        .collect();
    let cells: Vec<Vec<Cell>> = worlds
        .iter()
        .map(|world| covered(*world, &naive, repetitions, false))
        .collect();
    let mut by_row = Vec::new();
    push(&mut by_row, &naive, &cells, repetitions);
    rows.extend(
        by_row
            .into_iter()
            .map(|(id, method, cells)| (id, format!("{method}, by row"), cells)),
    );
    for (id, method, cells) in rows {
        println!("| `{id}` | {method} | {} |", cells.join(" | "));
    }
    println!(
        "\nCoverage of 95 % intervals in {repetitions} repetitions, {of_drawn} where the interval is drawn; the error of a share of 0.95 is {:.3} and {:.3} (one standard error).",
        error(repetitions),
        error(of_drawn)
    );
}

fn error(repetitions: usize) -> f64 {
    (0.95_f64 * 0.05 / repetitions as f64).sqrt()
}

fn head(world: &World) -> String {
    format!(
        "{} x {}, {}",
        world.patients, world.of_patient, world.prevalence
    )
}

/// How often an interval held the truth, of how many times there was one.
#[derive(Clone, Default)]
struct Cell {
    held: usize,
    known: usize,
    method: String,
}

fn push(
    rows: &mut Vec<(String, String, Vec<String>)>,
    metrics: &[&dyn Metric],
    cells: &[Vec<Cell>],
    repetitions: usize,
) {
    for (at, metric) in metrics.iter().enumerate() {
        let shown = cells.iter().map(|world| {
            let cell = &world[at];
            let share = cell.held as f64 / cell.known as f64;
            // An interval that is often not there says little of those that are.
            match cell.known * 10 >= repetitions * 9 {
                true => format!("{share:.3}"),
                false if cell.known == 0 => "none".to_owned(),
                false => format!(
                    "({share:.3} of {:.0} %)",
                    100.0 * cell.known as f64 / repetitions as f64
                ),
            }
        });
        let mut methods: Vec<&str> = cells
            .iter()
            .map(|world| world[at].method.as_str())
            .collect();
        methods.retain(|method| !method.is_empty());
        methods.dedup();
        rows.push((
            metric.about().id.to_owned(),
            methods.join(", "),
            shown.collect(),
        ));
    }
}

fn covered(
    world: World,
    metrics: &[&dyn Metric],
    repetitions: usize,
    by_patient: bool,
) -> Vec<Cell> {
    let all = World {
        patients: POPULATION / world.of_patient,
        ..world
    };
    let truth: Vec<Option<f64>> = {
        let cases = drawn(all, 0, false);
        let tally = galen_stats::tally::Tally::of(&cases);
        metrics
            .iter()
            .map(|metric| metric.value(&tally, cases.threshold()))
            .collect()
    };
    let mut cells = vec![Cell::default(); metrics.len()];
    for repetition in 0..repetitions {
        let cases = drawn(world, 1 + repetition as u64, by_patient);
        let found = measure_all(
            metrics,
            &cases,
            Level::DEFAULT,
            None,
            (2_000, repetition as u64),
        );
        for ((cell, estimate), truth) in cells.iter_mut().zip(found).zip(&truth) {
            let (Some((low, high)), Some(truth)) = (estimate.interval(), truth) else {
                continue;
            };
            cell.known += 1;
            cell.held += usize::from(low <= *truth && *truth <= high);
            cell.method = estimate.method;
        }
    }
    cells
}

/// Cases of calibrated probabilities, with the patients they belong to.
fn drawn(world: World, seed: u64, by_patient: bool) -> Cases {
    let mut draw = ChaCha8Rng::seed_from_u64(seed);
    let middle = logit(world.prevalence);
    // Probabilities whose mean is near the prevalence; the population says what is true of them.
    let (mut truth, mut score, mut patient) = (Vec::new(), Vec::new(), Vec::new());
    for who in 0..world.patients {
        let own = normal(&mut draw);
        let fate = share(&mut draw);
        for _ in 0..world.of_patient {
            let alike = if world.of_patient == 1 { 0.0 } else { ALIKE };
            let z = middle + 1.5 * (alike.sqrt() * own + (1.0 - alike).sqrt() * normal(&mut draw));
            let probability = 1.0 / (1.0 + (-z).exp());
            let chance = if share(&mut draw) < alike {
                fate
            } else {
                share(&mut draw)
            };
            truth.push(chance < probability);
            score.push(probability);
            patient.push(who as u32);
        }
    }
    let patient = (by_patient && world.of_patient > 1).then_some(patient);
    Cases::new(truth, score, Some(THRESHOLD), patient).expect("shares are finite")
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

fn share(draw: &mut ChaCha8Rng) -> f64 {
    (draw.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Box and Muller 1958.
fn normal(draw: &mut ChaCha8Rng) -> f64 {
    let (u, v) = (1.0 - share(draw), share(draw));
    (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}
