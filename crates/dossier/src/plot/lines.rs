use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, Canvas, GRID, INK, WIDTH, look, wrapped};
use super::frame::{Scale, Ticks, axis_below, axis_left};

/// Lines over a plane, such as precision against recall, net benefit against the threshold, or power against the number of cases.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lines {
    /// Title of the horizontal axis.
    pub across: String,
    /// Title of the vertical axis.
    pub up: String,
    /// The ends of the axes; lines are cut there.
    pub across_within: [f64; 2],
    pub up_within: [f64; 2],
    /// At most four are told apart.
    pub strokes: Vec<Stroke>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stroke {
    pub label: String,
    /// In the order in which they are joined.
    pub points: Vec<[f64; 2]>,
}

const LEFT: f64 = 66.0;
const TOP: f64 = 30.0;
const SIDE: f64 = 330.0;

impl Lines {
    pub(super) fn draw(&self) -> Canvas {
        let mut canvas = Canvas::new(TOP + SIDE + 48.0);
        let scale = |[low, high]: [f64; 2], start: f64, end: f64| {
            let known = low.is_finite() && high.is_finite() && low < high;
            let (low, high) = if known { (low, high) } else { (0.0, 1.0) };
            Scale::new(low, high, start, end)
        };
        let across = scale(self.across_within, LEFT, LEFT + SIDE);
        let up = scale(self.up_within, TOP + SIDE, TOP);
        axis_below(
            &mut canvas,
            &across,
            [TOP, TOP + SIDE],
            &self.across,
            Ticks::Plain,
        );
        axis_left(&mut canvas, &up, [LEFT, LEFT + SIDE], 6, Ticks::Plain);
        if self.up_within[0] < 0.0 {
            canvas.line([LEFT, up.at(0.0)], [LEFT + SIDE, up.at(0.0)], GRID, 1.5, "");
        }
        canvas.strong([2.0, 14.0], Anchor::Start, INK, &self.up);
        let mut y = TOP + 10.0;
        for (i, stroke) in self.strokes.iter().enumerate() {
            let (colour, dash, _) = look(i);
            let [low, high] = self.up_within;
            // What lies outside is left out, so that no line runs along the edge.
            let runs = stroke
                .points
                .split(|[x, y]| !x.is_finite() || !(low..=high).contains(y));
            for run in runs.filter(|run| run.len() > 1) {
                let points: Vec<[f64; 2]> = run
                    .iter()
                    .map(|[x, y]| [across.at(*x), up.at(*y)])
                    .collect();
                canvas.path(&points, colour, 2.2, dash);
            }
            let left = LEFT + SIDE + 24.0;
            canvas.line([left, y], [left + 24.0, y], colour, 2.2, dash);
            for line in wrapped(&stroke.label, WIDTH - left - 34.0) {
                canvas.text([left + 32.0, y + 4.5], Anchor::Start, INK, &line);
                y += 17.0;
            }
            y += 8.0;
        }
        canvas
    }
}
