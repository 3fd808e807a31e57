use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, BLUE, Canvas, INK, SOFT, WIDTH};
use super::finite;
use super::frame::{Scale, Ticks, axis_left};
use super::roc::square;

/// Observed against predicted risk in bins of predicted risk, with how many cases each bin holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Calibration {
    /// Title of the horizontal axis: `Predicted risk of death within 5 years`.
    pub predicted: String,
    /// Title of the vertical axis: `Observed share of deaths`.
    pub observed: String,
    /// In rising order of predicted risk.
    pub bins: Vec<Bin>,
}

/// One bin of cases with like scores.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Bin {
    /// Mean score, in 0..=1.
    pub predicted: f64,
    /// Share of cases with the outcome, in 0..=1.
    pub observed: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// How many cases.
    pub n: u64,
}

const LEFT: f64 = 62.0;
const TOP: f64 = 30.0;
const SIDE: f64 = 330.0;
const BELOW: f64 = 60.0;

impl Calibration {
    pub(super) fn draw(&self) -> Canvas {
        let most = self
            .bins
            .iter()
            .flat_map(|bin| [Some(bin.predicted), bin.observed, bin.high])
            .filter_map(finite)
            .fold(0.1, f64::max);
        // Up to the next tenth, so that the diagonal ends in a corner.
        let most = ((most * 10.0 - 1e-9).ceil() / 10.0).clamp(0.1, 1.0);
        let across = Scale::new(0.0, most, LEFT, LEFT + SIDE);
        let up = Scale::new(0.0, most, TOP + SIDE, TOP);
        let mut canvas = Canvas::new(TOP + SIDE + 62.0 + BELOW + 12.0);
        square(&mut canvas, &across, &up, &self.predicted);
        canvas.strong([2.0, 14.0], Anchor::Start, INK, &self.observed);
        self.points(&mut canvas, &across, &up);
        self.counts(&mut canvas, &across, TOP + SIDE + 62.0);
        let right = LEFT + SIDE;
        canvas.text(
            [right + 8.0, TOP + 4.5],
            Anchor::Start,
            SOFT,
            "perfect calibration",
        );
        canvas
    }

    fn points(&self, canvas: &mut Canvas, across: &Scale, up: &Scale) {
        let mut path = Vec::new();
        for bin in self.bins.iter().filter(|bin| bin.predicted.is_finite()) {
            let x = across.at(bin.predicted);
            if let (Some(low), Some(high)) = (finite(bin.low), finite(bin.high)) {
                let [low, high] = [up.at(low), up.at(high)];
                canvas.line([x, low], [x, high], BLUE, 1.6, "");
                for tip in [low, high] {
                    canvas.line([x - 4.0, tip], [x + 4.0, tip], BLUE, 1.6, "");
                }
            }
            if let Some(observed) = finite(bin.observed) {
                path.push([x, up.at(observed)]);
            }
        }
        canvas.path(&path, BLUE, 1.2, "");
        for point in path {
            canvas.mark(0, point, 4.5);
        }
    }

    /// How many cases each bin holds, standing on a line under the axis.
    fn counts(&self, canvas: &mut Canvas, across: &Scale, top: f64) {
        let most = self.bins.iter().map(|bin| bin.n).max().unwrap_or(0).max(1);
        let up = Scale::new(0.0, most as f64, top + BELOW, top);
        let (left, right) = (across.at(f64::MIN), across.at(f64::MAX));
        axis_left(canvas, &up, [left, right], 2, Ticks::Plain);
        canvas.line([left, top + BELOW], [right, top + BELOW], AXIS, 1.0, "");
        for bin in self.bins.iter().filter(|bin| bin.predicted.is_finite()) {
            let x = across.at(bin.predicted);
            canvas.rect(
                [(x - 5.0).max(left), up.at(bin.n as f64)],
                [(x + 5.0).min(right), top + BELOW],
                "#9db4c8",
                None,
            );
        }
        let x = (right + 8.0).min(WIDTH - 120.0);
        canvas.text(
            [x, top + BELOW / 2.0 + 4.5],
            Anchor::Start,
            SOFT,
            "cases in each bin",
        );
    }
}
