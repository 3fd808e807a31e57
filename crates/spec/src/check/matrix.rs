use super::{CrossCheck, Problem, Vocabulary};
use crate::file::risk::Cell;
use crate::file::{Name, Specs};

/// A matrix in which a worse or a likelier harm is more acceptable was typed wrongly.
///
/// # Source
/// ISO 14971:2019 clause 4.4 d: criteria for risk acceptability are the manufacturer's, set before risks are estimated.
pub struct Matrix;

impl CrossCheck for Matrix {
    fn id(&self) -> &'static str {
        "risk.matrix"
    }

    fn holds(&self) -> &'static str {
        "No cell of the risk matrix is more acceptable than one of lower probability or lower severity."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let matrix = &specs.risk.plan.matrix;
        let rows = [
            ("O1", &matrix.o1),
            ("O2", &matrix.o2),
            ("O3", &matrix.o3),
            ("O4", &matrix.o4),
            ("O5", &matrix.o5),
        ];
        let mut problems = Vec::new();
        for (r, (name, row)) in rows.iter().enumerate() {
            for s in 0..row.len() {
                let milder = s > 0 && weight(row[s]) < weight(row[s - 1]);
                let rarer = r > 0 && weight(row[s]) < weight(rows[r - 1].1[s]);
                if milder || rarer {
                    let message = format!(
                        "{name}, S{} is more acceptable than a {} harm",
                        s + 1,
                        if milder { "less severe" } else { "rarer" }
                    );
                    let path = format!("plan.matrix.{name}[{s}]");
                    problems.push(Problem::error(Name::Risk, path, message));
                }
            }
        }
        problems
    }
}

fn weight(cell: Cell) -> u8 {
    match cell {
        Cell::A => 0,
        Cell::R => 1,
        Cell::U => 2,
    }
}
