use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, BLUE, Canvas, GRID, INK, RED, SOFT, WIDTH, width_of, wrapped};

/// How strongly things go together, two by two: a square whose area is the strength, filled, or open where it is below zero.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Matrix {
    /// From top to bottom; numbered, because words do not fit above a column.
    pub names: Vec<String>,
    /// Each pair once.
    pub cells: Vec<MatrixCell>,
}

/// One pair.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct MatrixCell {
    /// The places of both names, from 0.
    pub pair: [usize; 2],
    /// In -1..=1.
    pub value: Option<f64>,
}

const TOP: f64 = 34.0;
const SIDE_MAX: f64 = 24.0;

impl Matrix {
    pub(super) fn draw(&self) -> Canvas {
        let n = self.names.len();
        let numbered: Vec<String> = self
            .names
            .iter()
            .enumerate()
            .map(|(i, name)| format!("{} {name}", i + 1))
            .collect();
        let widest = numbered
            .iter()
            .map(|name| width_of(name))
            .fold(60.0, f64::max);
        let left = widest.min(230.0) + 10.0;
        let side = ((WIDTH - left - 2.0) / n.max(1) as f64).clamp(9.0, SIDE_MAX);
        let mut canvas = Canvas::new(TOP + side * n as f64 + 8.0);
        self.legend(&mut canvas);
        for (i, name) in numbered.iter().enumerate() {
            let middle = TOP + side * (i as f64 + 0.5);
            let line = wrapped(name, left - 10.0);
            let line = line.first().map(String::as_str).unwrap_or_default();
            canvas.text([left - 8.0, middle + 4.5], Anchor::End, INK, line);
            // The diagonal ends each line, and carries the number of the column below it.
            let x = left + side * i as f64;
            if side > 13.0 || i % 5 == 4 {
                canvas.text(
                    [x + side / 2.0, middle + 4.5],
                    Anchor::Middle,
                    SOFT,
                    &(i + 1).to_string(),
                );
            }
            for j in 0..i {
                let x = left + side * j as f64;
                let corner = [x, TOP + side * i as f64];
                canvas.rect(corner, [x + side, corner[1] + side], "#ffffff", Some(GRID));
            }
        }
        for cell in &self.cells {
            let [a, b] = cell.pair;
            let (row, column) = (a.max(b), a.min(b));
            let Some(value) = super::finite(cell.value).filter(|_| row < n && row != column) else {
                continue;
            };
            let middle = [column, row].map(|place| side * (place as f64 + 0.5));
            square(
                &mut canvas,
                [left + middle[0], TOP + middle[1]],
                side - 2.0,
                value,
            );
        }
        canvas
    }

    fn legend(&self, canvas: &mut Canvas) {
        let mut x = 2.0;
        for (value, word) in [
            (1.0, "1"),
            (0.5, "0.5"),
            (0.1, "0.1"),
            (-0.5, "−0.5"),
            (-1.0, "−1"),
        ] {
            square(canvas, [x + 9.0, 12.0], 18.0, value);
            canvas.text([x + 24.0, 16.5], Anchor::Start, INK, word);
            x += 42.0 + width_of(word);
        }
    }
}

fn square(canvas: &mut Canvas, middle: [f64; 2], side: f64, value: f64) {
    let half = side * value.abs().min(1.0).sqrt() / 2.0;
    if half < 0.6 {
        return;
    }
    let (from, to) = (middle.map(|at| at - half), middle.map(|at| at + half));
    if value < 0.0 {
        canvas.rect(from, to, "#fbe3d3", Some(RED));
    } else {
        canvas.rect(from, to, BLUE, None);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Plot;
    use super::*;

    #[test]
    fn each_pair_is_one_square_whatever_its_order_and_none_lies_outside() {
        let cell = |pair, value| MatrixCell {
            pair,
            value: Some(value),
        };
        let matrix = |cells| {
            let names = ["age", "weight", "site"].map(str::to_owned).to_vec();
            Plot::Matrix(Matrix { names, cells }).svg("pairs")
        };
        let drawn =
            |cells| matrix(cells).matches(BLUE).count() - matrix(Vec::new()).matches(BLUE).count();
        assert_eq!(drawn(vec![cell([0, 2], 0.5)]), 1);
        assert_eq!(
            matrix(vec![cell([0, 2], 0.5)]),
            matrix(vec![cell([2, 0], 0.5)])
        );
        assert_eq!(
            drawn(vec![
                cell([1, 1], 0.5),
                cell([0, 9], 0.5),
                cell([0, 1], f64::NAN)
            ]),
            0
        );
    }
}
