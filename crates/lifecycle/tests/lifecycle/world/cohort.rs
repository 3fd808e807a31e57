//! Invented people with the columns of the demo's cohort, and its two stories: risk grows with age and light chains, and
//! the last years come without creatinine.

use std::fmt::Write;

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// People by year of their blood draw; few, so that a lifecycle is quick, and sick, so that few are enough.
const PEOPLE: [(u32, usize); 9] = [
    (1995, 330),
    (1996, 330),
    (1997, 40),
    (1998, 40),
    (1999, 40),
    (2000, 40),
    (2001, 40),
    (2002, 40),
    (2003, 40),
];

/// The table as CSV; the same each time.
pub fn csv() -> Vec<u8> {
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(1995));
    let mut text =
        "age,sex,sample.yr,kappa,lambda,flc.grp,creatinine,mgus,futime,death,chapter\n".to_owned();
    for (year, people) in PEOPLE {
        for _ in 0..people {
            draw.person(year, &mut text);
        }
    }
    text.into_bytes()
}

struct Draw(ChaCha8Rng);

impl Draw {
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box and Muller's normal number.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn person(&mut self, year: u32, text: &mut String) {
        let age = 50 + (self.uniform() * 45.0) as u32;
        let sex = if self.uniform() < 0.5 { "F" } else { "M" };
        let (kappa, lambda) = (0.3 + 0.4 * self.normal(), 0.4 + 0.4 * self.normal());
        let creatinine = 0.25 * self.normal();
        let unmeasured = self.uniform() < if year < 2002 { 0.12 } else { 0.92 };
        let odds =
            -1.0 + 0.2 * (f64::from(age) - 70.0) + 1.2 * kappa + 0.8 * lambda + 2.0 * creatinine;
        let dies = self.uniform() < 1.0 / (1.0 + (-odds).exp());
        let leaves = !dies && self.uniform() < 0.02;
        let days = match (dies, leaves) {
            (true, _) => 1.0 + 1825.0 * self.uniform(),
            (_, true) => 100.0 + 1500.0 * self.uniform(),
            _ => 1827.0 + 2000.0 * self.uniform(),
        };
        let measured = if unmeasured {
            String::new()
        } else {
            format!("{:.2}", creatinine.exp())
        };
        let tenth = 1 + (self.uniform() * 10.0) as u32;
        let mgus = if self.uniform() < 0.02 { "yes" } else { "no" };
        let (death, chapter) = if dies {
            ("dead", "Circulatory")
        } else {
            ("alive", "")
        };
        let _ = writeln!(
            text,
            "{age},{sex},{year},{:.3},{:.3},{tenth},{measured},{mgus},{days:.0},{death},{chapter}",
            kappa.exp(),
            lambda.exp()
        );
    }
}
