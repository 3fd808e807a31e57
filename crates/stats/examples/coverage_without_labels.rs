//! How often the intervals of confidence-based estimation hold what the labels then say, in simulated worlds that meet its
//! assumptions and in one that does not: the table of docs/without-labels.md.
//!
//! `cargo run --release -p galen-stats --example coverage_without_labels [REPETITIONS]`

use galen_stats::Level;
use galen_stats::boosting::{Boosting, Feature};
use galen_stats::without_labels::{
    Cbpe, Chunk, Dle, ESTIMABLE, Features, LOSSES, MetricEstimate, Observed, Predicted,
    Recalibration, Scored,
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
    let asked = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let repetitions: u64 = asked.unwrap_or(1_000);
    println!(
        "{repetitions} repetitions a world, one chunk of {CHUNK} cases each. Of 95 % intervals, the share that holds the realized value;"
    );
    println!("below it, the same of NannyML's three sampling errors (99.7 % if all is normal).\n");
    heading(ESTIMABLE[..7].iter().map(|metric| metric.about().id));
    for world in WORLDS {
        let none = Features::default();
        let found = (0..repetitions).map(|repetition| {
            let mut chance = Chance::new(repetition);
            let reference = world.cases(world.reference, 0.0, 0.0, &mut chance);
            let current = world.cases(CHUNK, world.shift, world.drift, &mut chance);
            let plan = Cbpe {
                metrics: ESTIMABLE[..7].to_vec(),
                recalibration: Recalibration::IfBetter,
                level: Level::DEFAULT,
                resamples: 400,
                seed: repetition,
            };
            let report = plan.estimate(
                observed(&reference, &[], &none),
                observed(&current, &Chunk::by_number(CHUNK, 1), &none),
            );
            report
                .expect("both classes are there")
                .current
                .remove(0)
                .metrics
        });
        shares(world.name, found.collect());
    }
    let repetitions = repetitions.div_ceil(5);
    println!(
        "\n{repetitions} repetitions a world, a reference of 2,000 cases, one chunk of {CHUNK}.\n"
    );
    heading(LOSSES.iter().map(|loss| loss.id));
    for (name, shift, drift) in [
        ("errors as learned", 0.0, 1.0),
        ("shifted cases", 0.7, 1.0),
        ("concept drift: assumption broken", 0.0, 1.3),
    ] {
        let found = (0..repetitions).map(|repetition| {
            let mut chance = Chance::new(repetition);
            let (reference, known) = predicted(2_000, 0.0, 1.0, &mut chance);
            let (current, new) = predicted(CHUNK, shift, drift, &mut chance);
            let plan = Dle {
                losses: LOSSES.iter().collect(),
                learner: &Boosting::default(),
                level: Level::DEFAULT,
                resamples: 400,
                seed: repetition,
            };
            let report = plan.estimate(
                observed(&reference, &[], &known),
                observed(&current, &Chunk::by_number(CHUNK, 1), &new),
            );
            report
                .expect("there is something to learn")
                .current
                .remove(0)
                .metrics
        });
        shares(name, found.collect());
    }
}

fn observed<'a, Cases>(
    cases: &'a Cases,
    chunks: &'a [Chunk],
    features: &'a Features,
) -> Observed<'a, Cases> {
    Observed {
        cases,
        chunks,
        features,
    }
}

fn heading(ids: impl Iterator<Item = &'static str>) {
    let short = |id| match id {
        "average_precision" => "avg_prec",
        "specificity" => "specific.",
        id => id,
    };
    let ids: Vec<String> = ids.map(|id| format!("{:>9}", short(id))).collect();
    println!("{:<36}{}", "", ids.join(" "));
}

/// Prints of each metric the share of intervals and of sampling errors that hold the realized value.
fn shares(name: &str, found: Vec<Vec<MetricEstimate>>) {
    let metrics = found.first().map_or(0, Vec::len);
    let mut held = vec![[0_u32; 3]; metrics];
    for repetition in &found {
        let each = held.iter_mut().zip(repetition);
        each.for_each(|(held, metric)| count(held, metric));
    }
    for (name, which) in [(name, 1), ("", 2)] {
        let share =
            |held: &[u32; 3]| format!("{:>9.3}", f64::from(held[which]) / f64::from(held[0]));
        let shares: Vec<String> = held.iter().map(share).collect();
        println!("{name:<36}{}", shares.join(" "));
    }
}

/// Predictions of a number whose error grows with one feature and differs between groups.
fn predicted(n: usize, shift: f64, drift: f64, chance: &mut Chance) -> (Predicted, Features) {
    let (mut prediction, mut truth, mut harder, mut group) = (vec![], vec![], vec![], vec![]);
    for _ in 0..n {
        let hard = shift + chance.normal();
        let of_group = (chance.uniform() * 4.0) as u32;
        let predicted = 100.0 + 10.0 * chance.normal();
        let error = 3.0 * drift * (0.5 * hard).exp() * (1.0 + f64::from(of_group) / 3.0);
        prediction.push(predicted);
        truth.push(Some((predicted + error * chance.normal()).max(1.0)));
        harder.push(hard);
        group.push(Some(of_group));
    }
    let features = Features {
        names: vec!["hard".to_owned(), "group".to_owned()],
        columns: vec![Feature::Number(harder), Feature::Category(group)],
    };
    (
        Predicted::new(prediction, truth).expect("numbers"),
        features,
    )
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

impl World {
    fn cases(&self, n: usize, shift: f64, drift: f64, chance: &mut Chance) -> Scored {
        let (mut score, mut truth) = (vec![], vec![]);
        let scale = 10_f64.powi(self.digits);
        while score.len() < n {
            let (common, decided) = (chance.normal(), chance.normal());
            for _ in 0..self.of_patient {
                let own = 0.7_f64.sqrt() * common + 0.3_f64.sqrt() * chance.normal();
                let z = self.mean + shift + 1.2 * own;
                // With several cases a patient, what decides them is shared by half.
                let decides = if self.of_patient > 1 {
                    cumulative((decided + chance.normal()) / 2.0_f64.sqrt())
                } else {
                    chance.uniform()
                };
                score.push((inverse_logit((self.seen)(z)) * scale).round() / scale);
                truth.push(Some(decides < inverse_logit(z + drift)));
            }
        }
        score.truncate(n);
        truth.truncate(n);
        let cases = Scored::new(score, truth).expect("probabilities");
        let cases = cases.with_threshold(self.threshold).expect("finite");
        if self.of_patient == 1 {
            return cases;
        }
        let patients = (0..n).map(|i| (i / self.of_patient) as u32).collect();
        cases.with_patients(patients).expect("one a case")
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
