//! How often the intervals of confidence-based estimation hold what the labels then say, in simulated worlds that meet its
//! assumptions and in one that does not: the table of docs/without-labels.md.
//!
//! `cargo run --release -p galen-stats --example coverage_without_labels [REPETITIONS]`

use galen_stats::Level;
use galen_stats::without_labels::{
    Cbpe, Chunk, ESTIMABLE, Features, MetricEstimate, Observed, Recalibration, Scored,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A world: how log odds become scores, and how the new cases differ from the reference.
#[derive(Clone, Copy)]
struct World {
    name: &'static str,
    /// The mean of the log odds in the reference.
    mean: f64,
    /// How the model sees log odds.
    seen: fn(f64) -> f64,
    /// Digits of a score.
    digits: i32,
    /// Cases of a patient, which come true together more often than by chance.
    of_patient: usize,
    /// By how much the log odds of new cases are higher: covariate shift.
    shift: f64,
    /// By how much new cases are diseased more often than cases of the same log odds were: concept drift.
    drift: f64,
    threshold: f64,
    reference: usize,
}

const PLAIN: World = World {
    name: "calibrated scores",
    mean: -1.0,
    seen: |z| z,
    digits: 15,
    of_patient: 1,
    shift: 0.0,
    drift: 0.0,
    threshold: 0.5,
    reference: 2_000,
};

const OVERCONFIDENT: World = World {
    name: "overconfident scores",
    seen: |z| 1.6 * z + 0.3,
    ..PLAIN
};

const WORLDS: [World; 12] = [
    PLAIN,
    World {
        name: "calibrated scores, small reference",
        reference: 500,
        ..PLAIN
    },
    World {
        name: "calibrated scores, shifted cases",
        shift: 0.8,
        ..PLAIN
    },
    OVERCONFIDENT,
    World {
        name: "overconfident, small reference",
        reference: 500,
        ..OVERCONFIDENT
    },
    World {
        name: "overconfident, large reference",
        reference: 10_000,
        ..OVERCONFIDENT
    },
    World {
        name: "overconfident, shifted cases",
        shift: 0.8,
        ..OVERCONFIDENT
    },
    World {
        name: "a wavy calibration",
        seen: |z| z + 0.45 * (2.0 * z).sin(),
        ..PLAIN
    },
    World {
        name: "scores of two digits",
        digits: 2,
        ..OVERCONFIDENT
    },
    World {
        name: "a rare disease (8 %)",
        mean: -3.0,
        threshold: 0.2,
        ..OVERCONFIDENT
    },
    World {
        name: "three cases a patient",
        of_patient: 3,
        ..OVERCONFIDENT
    },
    World {
        name: "concept drift: assumption broken",
        drift: 0.7,
        ..PLAIN
    },
];

/// New cases in the one chunk that is estimated.
const CHUNK: usize = 500;

fn main() {
    let repetitions = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let repetitions: u64 = repetitions.unwrap_or(1_000);
    let metrics = &ESTIMABLE[..7];
    println!(
        "{repetitions} repetitions a world, chunks of {CHUNK} cases, 95 % intervals; the share that holds the realized value."
    );
    println!("Below each, the same of NannyML's three sampling errors (99.7 % if normal).\n");
    print!("{:<36}", "");
    for metric in metrics {
        print!(" {:>10}", short(metric.about().id));
    }
    println!();
    for world in WORLDS {
        let mut held = vec![[0_u32; 3]; metrics.len()];
        let mut recalibrated = 0;
        let mut off = vec![0.0; metrics.len()];
        for repetition in 0..repetitions {
            let mut chance = Chance::new(repetition);
            let reference = world.cases(world.reference, 0.0, 0.0, &mut chance);
            let current = world.cases(CHUNK, world.shift, world.drift, &mut chance);
            let plan = Cbpe {
                metrics: metrics.to_vec(),
                recalibration: Recalibration::IfBetter,
                level: Level::DEFAULT,
                resamples: 400,
                seed: repetition,
            };
            let none = Features::default();
            let of = |cases, chunks| Observed {
                cases,
                chunks,
                features: &none,
            };
            let report = plan.estimate(
                of(&reference, &[]),
                of(&current, &Chunk::by_size(CHUNK, CHUNK)),
            );
            let report = report.expect("both classes are there");
            recalibrated += u32::from(report.calibration.isotonic);
            for ((held, off), found) in held
                .iter_mut()
                .zip(&mut off)
                .zip(&report.current[0].metrics)
            {
                count(held, found);
                if let (Some(value), Some(realized)) = (found.estimate.value, found.realized) {
                    *off += (value - realized) / repetitions as f64;
                }
            }
        }
        print!("{:<36}", world.name);
        held.iter()
            .for_each(|held| print!(" {:>10.3}", f64::from(held[1]) / f64::from(held[0])));
        print!("\n{:<36}", "");
        held.iter()
            .for_each(|held| print!(" {:>10.3}", f64::from(held[2]) / f64::from(held[0])));
        println!();
        if std::env::args().nth(2).is_some() {
            print!("{:<36}", format!("   bias; recalibrated {recalibrated}"));
            off.iter().for_each(|off| print!(" {off:>10.4}"));
            println!();
        }
    }
}

/// Counts the repetitions that define both, those whose interval holds, and those whose sampling errors hold.
fn count(held: &mut [u32; 3], found: &MetricEstimate) {
    let (Some((low, high)), Some(realized)) = (found.estimate.interval(), found.realized) else {
        return;
    };
    held[0] += 1;
    held[1] += u32::from((low..=high).contains(&realized));
    if let (Some(value), Some(error)) = (found.estimate.value, found.sampling_error) {
        held[2] += u32::from((realized - value).abs() <= 3.0 * error);
    }
}

fn short(id: &str) -> &str {
    match id {
        "average_precision" => "avg_prec",
        "specificity" => "specific.",
        id => id,
    }
}

impl World {
    fn cases(&self, n: usize, shift: f64, drift: f64, chance: &mut Chance) -> Scored {
        let (mut score, mut truth, mut patient) = (vec![], vec![], vec![]);
        let scale = 10_f64.powi(self.digits);
        while score.len() < n {
            let common = chance.normal();
            let mine = chance.normal();
            for _ in 0..self.of_patient {
                let z = self.mean
                    + shift
                    + 1.2 * (0.7_f64.sqrt() * common + 0.3_f64.sqrt() * chance.normal());
                let p = inverse_logit(z + drift);
                // With several cases a patient, what decides them is shared for the most part.
                let decides = if self.of_patient > 1 {
                    cumulative(0.5_f64.sqrt() * mine + 0.5_f64.sqrt() * chance.normal())
                } else {
                    chance.uniform()
                };
                score.push((inverse_logit((self.seen)(z)) * scale).round() / scale);
                truth.push(Some(decides < p));
                patient.push((score.len() / self.of_patient.max(1)) as u32);
            }
        }
        let patients: Vec<u32> = (0..score.len())
            .map(|i| (i / self.of_patient) as u32)
            .collect();
        score.truncate(n);
        truth.truncate(n);
        let cases = Scored::new(score, truth).expect("probabilities");
        let cases = cases.with_threshold(self.threshold).expect("finite");
        if self.of_patient > 1 {
            cases
                .with_patients(patients[..n].to_vec())
                .expect("one a case")
        } else {
            cases
        }
    }
}

fn inverse_logit(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// The normal distribution.
fn cumulative(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Seeded chance of the simulation's own.
struct Chance(ChaCha8Rng);

impl Chance {
    fn new(seed: u64) -> Chance {
        Chance(ChaCha8Rng::seed_from_u64(seed ^ 0x5eed_0000))
    }

    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
