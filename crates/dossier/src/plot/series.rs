use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, Canvas, INK, PURPLE, SOFT, WIDTH, look, width_of, wrapped};
use super::finite;
use super::frame::{Scale, Ticks, axis_left};

/// A quantity over windows of time, with limits and what happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Series {
    /// What is watched, with its unit: written over the axis.
    pub quantity: String,
    /// The windows in their order, by name: `2003`, `2003-W07`.
    pub windows: Vec<String>,
    /// At most four are told apart.
    pub lines: Vec<Line>,
    /// Levels that the quantity should not cross.
    pub limits: Vec<Limit>,
    /// What happened, in the order of time.
    pub events: Vec<Event>,
    /// Whether the axis begins at zero: yes for shares and counts.
    pub from_zero: bool,
}

/// One thing watched.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Line {
    /// Whose.
    pub label: String,
    /// One a window, in the order of the windows.
    pub points: Vec<Point>,
}

/// An estimate in one window. All `None` is a gap.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// The estimate.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
}

/// A level.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Limit {
    /// What crossing it means: `roll back at 0.30`.
    pub label: String,
    /// The level, in the unit of the quantity.
    pub value: f64,
}

/// Something that happened at the end of a window.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Event {
    /// What: `release 2`, `rollback to release 1`.
    pub label: String,
    /// The place of the window in `windows`, from 0.
    pub window: usize,
}

const LEFT: f64 = 62.0;
const RIGHT: f64 = WIDTH - 14.0;
const TALL: f64 = 230.0;
const LANE: f64 = 19.0;

impl Series {
    pub(super) fn draw(&self) -> Canvas {
        let lanes = self.lanes();
        let lane_count = lanes.iter().map(|(lane, _)| lane + 1).max().unwrap_or(0);
        let legend = if self.lines.len() > 1 { 22.0 } else { 0.0 };
        let top = 30.0 + legend + LANE * lane_count as f64;
        let bottom = top + TALL;
        let mut canvas = Canvas::new(bottom + 32.0);
        let up = self.scale(bottom, top);

        axis_left(&mut canvas, &up, [LEFT, RIGHT], 5, Ticks::Plain);
        canvas.line([LEFT, bottom], [RIGHT, bottom], AXIS, 1.0, "");
        canvas.strong([2.0, 14.0], Anchor::Start, INK, &self.quantity);
        self.name_windows(&mut canvas, bottom);
        for (event, (lane, start)) in self.events.iter().zip(&lanes) {
            let y = 30.0 + legend + LANE * *lane as f64;
            let at = self.x(event.window);
            canvas.line([at, y], [at, bottom], PURPLE, 1.4, "1.5 3");
            if *start > at {
                canvas.text_on_white([at + 5.0, y + 4.0], Anchor::Start, PURPLE, &event.label);
            } else {
                canvas.text_on_white([at - 5.0, y + 4.0], Anchor::End, PURPLE, &event.label);
            }
        }
        for limit in self.limits.iter().filter(|l| l.value.is_finite()) {
            let y = up.at(limit.value);
            canvas.line([LEFT, y], [RIGHT, y], "#b3261e", 1.6, "7 4");
            canvas.text_on_white(
                [LEFT + 8.0, y - 5.0],
                Anchor::Start,
                "#b3261e",
                &limit.label,
            );
        }
        for (i, line) in self.lines.iter().enumerate() {
            self.line(&mut canvas, &up, i, line);
        }
        self.legend(&mut canvas, 32.0);
        canvas
    }

    fn scale(&self, bottom: f64, top: f64) -> Scale {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let values = points
            .flat_map(|p| [p.value, p.low, p.high])
            .filter_map(finite)
            .chain(self.limits.iter().map(|limit| limit.value));
        if self.from_zero {
            let most = values.filter(|v| v.is_finite()).fold(0.0, f64::max);
            let most = if most > 0.0 { most.min(1e12) } else { 1.0 };
            Scale::new(0.0, most * 1.08, bottom, top)
        } else {
            Scale::around(values, bottom, top)
        }
    }

    /// The middle of a window.
    fn x(&self, window: usize) -> f64 {
        let each = (RIGHT - LEFT) / self.windows.len().max(1) as f64;
        LEFT + each * (window.min(self.windows.len().saturating_sub(1)) as f64 + 0.5)
    }

    fn name_windows(&self, canvas: &mut Canvas, bottom: f64) {
        let each = (RIGHT - LEFT) / self.windows.len().max(1) as f64;
        let widest = self.windows.iter().map(|w| width_of(w)).fold(1.0, f64::max);
        // With many windows only every second, third, … is named; none is left out of the line.
        let every = ((widest + 8.0) / each).ceil().clamp(1.0, 1e4) as usize;
        for (i, window) in self.windows.iter().enumerate().step_by(every) {
            let x = self.x(i);
            canvas.line([x, bottom], [x, bottom + 4.0], AXIS, 1.0, "");
            let name = wrapped(window, (each * every as f64 - 4.0).max(20.0));
            canvas.text([x, bottom + 19.0], Anchor::Middle, SOFT, &name[0]);
        }
    }

    /// For each event the lane over the picture in which its words stand, and where they begin: no two overlap.
    fn lanes(&self) -> Vec<(usize, f64)> {
        let mut taken: Vec<f64> = Vec::new();
        self.events
            .iter()
            .map(|event| {
                let width = width_of(&event.label) + 12.0;
                let x = self.x(event.window);
                // Words stand at the right of their line, or at its left where the picture ends.
                let start = if x + 5.0 + width <= RIGHT + 12.0 {
                    x + 5.0
                } else {
                    x + 7.0 - width
                };
                let lane = taken
                    .iter()
                    .position(|end| *end <= start)
                    .unwrap_or(taken.len());
                if lane == taken.len() {
                    taken.push(0.0);
                }
                taken[lane] = start + width;
                (lane, start)
            })
            .collect()
    }

    fn line(&self, canvas: &mut Canvas, up: &Scale, i: usize, line: &Line) {
        let (colour, dash, _) = look(i);
        // Lines of one window stand beside each other, or their intervals would hide one another.
        let aside = (i as f64 - (self.lines.len() as f64 - 1.0) / 2.0) * 7.0;
        let mut path = Vec::new();
        for (window, point) in line.points.iter().enumerate().take(self.windows.len()) {
            let x = self.x(window) + aside;
            if let (Some(low), Some(high)) = (finite(point.low), finite(point.high)) {
                let [low, high] = [up.at(low), up.at(high)];
                canvas.line([x, low], [x, high], colour, 1.6, "");
                for tip in [low, high] {
                    canvas.line([x - 3.5, tip], [x + 3.5, tip], colour, 1.6, "");
                }
            }
            match finite(point.value) {
                Some(value) => path.push([x, up.at(value)]),
                None => {
                    canvas.path(&path, colour, 1.8, dash);
                    path.iter().for_each(|at| canvas.mark(i, *at, 4.5));
                    path.clear();
                }
            }
        }
        canvas.path(&path, colour, 1.8, dash);
        path.iter().for_each(|at| canvas.mark(i, *at, 4.5));
    }

    fn legend(&self, canvas: &mut Canvas, y: f64) {
        if self.lines.len() < 2 {
            return;
        }
        let mut x = LEFT;
        for (i, line) in self.lines.iter().enumerate() {
            let (colour, dash, _) = look(i);
            canvas.line([x, y], [x + 26.0, y], colour, 1.8, dash);
            canvas.mark(i, [x + 13.0, y], 4.5);
            canvas.text([x + 33.0, y + 4.5], Anchor::Start, INK, &line.label);
            x += 33.0 + width_of(&line.label) + 22.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_events_in_one_window_do_not_overlap() {
        let series = Series {
            windows: (2003..2010).map(|y| y.to_string()).collect(),
            events: [
                ("signal", 5),
                ("rollback to release 1", 5),
                ("finding", 6),
                ("release 2", 0),
            ]
            .map(|(label, window)| Event {
                label: label.into(),
                window,
            })
            .into(),
            ..Series::default()
        };
        let lanes = series.lanes();
        for (i, (lane, start)) in lanes.iter().enumerate() {
            for (j, (other_lane, other)) in lanes.iter().enumerate().skip(i + 1) {
                let (a, b) = (
                    width_of(&series.events[i].label),
                    width_of(&series.events[j].label),
                );
                let apart = start + a < *other || other + b < *start;
                assert!(lane != other_lane || apart, "{i} and {j}: {lanes:?}");
            }
        }
    }
}
