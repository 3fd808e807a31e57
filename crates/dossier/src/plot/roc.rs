use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, Canvas, INK, SOFT, WIDTH, look, wrapped};
use super::frame::{Scale, Ticks, axis_below, axis_left, written};

/// Sensitivity against the false positive rate, one curve a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Roc {
    /// At most four are told apart.
    pub curves: Vec<Curve>,
}

/// The curve of one model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Whose, with its area: `release 1, AUROC 0.83 (0.79–0.87)`.
    pub label: String,
    /// (false positive rate, sensitivity), both in 0..=1, in rising order.
    pub points: Vec<[f64; 2]>,
    /// (false positive rate, lower, upper sensitivity), in rising order; may be empty.
    pub band: Vec<[f64; 3]>,
    /// Where the declared threshold stands.
    pub operating: Option<Operating>,
}

/// The point of a declared threshold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Operating {
    /// What it is: `threshold 0.20`.
    pub label: String,
    /// 1 − specificity, in 0..=1.
    pub false_positive_rate: f64,
    /// In 0..=1.
    pub sensitivity: f64,
}

pub(super) const LEFT: f64 = 62.0;
pub(super) const TOP: f64 = 30.0;
pub(super) const SIDE: f64 = 330.0;

/// The plane of sensitivity against the false positive rate, and the scales across and up.
pub(super) fn plane() -> (Canvas, Scale, Scale) {
    let mut canvas = Canvas::new(TOP + SIDE + 48.0);
    let across = Scale::new(0.0, 1.0, LEFT, LEFT + SIDE);
    let up = Scale::new(0.0, 1.0, TOP + SIDE, TOP);
    square(
        &mut canvas,
        &across,
        &up,
        "False positive rate (1 − specificity)",
    );
    canvas.strong([2.0, 14.0], Anchor::Start, INK, "Sensitivity");
    (canvas, across, up)
}

impl Roc {
    pub(super) fn draw(&self) -> Canvas {
        let (mut canvas, across, up) = plane();
        let mut y = TOP + 10.0;
        for (i, curve) in self.curves.iter().enumerate() {
            curve.draw(&mut canvas, &across, &up, i);
            y = curve.legend(&mut canvas, i, y);
        }
        canvas
    }
}

/// A square of two proportions with its diagonal.
pub(super) fn square(canvas: &mut Canvas, across: &Scale, up: &Scale, title: &str) {
    let (left, right) = (across.at(f64::MIN), across.at(f64::MAX));
    let (top, bottom) = (up.at(f64::MAX), up.at(f64::MIN));
    axis_below(canvas, across, [top, bottom], title, Ticks::Plain);
    axis_left(canvas, up, [left, right], 6, Ticks::Plain);
    canvas.line([left, bottom], [right, top], SOFT, 1.0, "4 4");
}

impl Curve {
    pub(super) fn draw(&self, canvas: &mut Canvas, across: &Scale, up: &Scale, i: usize) {
        let (colour, dash, _) = look(i);
        let band: Vec<_> = self
            .band
            .iter()
            .filter(|point| point.iter().all(|v| v.is_finite()))
            .collect();
        let lower = band.iter().map(|[x, low, _]| [across.at(*x), up.at(*low)]);
        let upper = band.iter().rev();
        let upper = upper.map(|[x, _, high]| [across.at(*x), up.at(*high)]);
        canvas.area(&lower.chain(upper).collect::<Vec<_>>(), colour, 0.12);
        let points: Vec<_> = self
            .points
            .iter()
            .filter(|point| point.iter().all(|v| v.is_finite()))
            .map(|[x, y]| [across.at(*x), up.at(*y)])
            .collect();
        canvas.path(&points, colour, 2.2, dash);
        if let Some(point) = self.operating() {
            let at = [
                across.at(point.false_positive_rate),
                up.at(point.sensitivity),
            ];
            canvas.mark(i, at, 5.5);
        }
    }

    fn operating(&self) -> Option<&Operating> {
        self.operating
            .as_ref()
            .filter(|p| p.false_positive_rate.is_finite() && p.sensitivity.is_finite())
    }

    /// Writes who this is at the right and returns where the next begins.
    pub(super) fn legend(&self, canvas: &mut Canvas, i: usize, mut y: f64) -> f64 {
        let (colour, dash, _) = look(i);
        let left = LEFT + SIDE + 24.0;
        let room = WIDTH - left - 34.0;
        canvas.line([left, y], [left + 24.0, y], colour, 2.2, dash);
        for line in wrapped(&self.label, room) {
            canvas.strong([left + 32.0, y + 4.5], Anchor::Start, INK, &line);
            y += 17.0;
        }
        if let Some(point) = self.operating() {
            y += 3.0;
            canvas.mark(i, [left + 12.0, y], 5.5);
            let [fpr, sensitivity] =
                [point.false_positive_rate, point.sensitivity].map(|v| written(v, 3));
            let facts = [
                format!("sensitivity {sensitivity}"),
                format!("false positive rate {fpr}"),
            ];
            for line in wrapped(&point.label, room).iter().chain(&facts) {
                canvas.text([left + 32.0, y + 4.5], Anchor::Start, SOFT, line);
                y += 17.0;
            }
        }
        y + 14.0
    }
}
