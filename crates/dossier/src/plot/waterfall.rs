use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, BLUE, Canvas, INK, RED, SOFT, WIDTH, width_of};
use super::forest::{lines, upright};
use super::frame::{Scale, Ticks, axis_below, written};

/// How one score came about: from a base value, input by input, to the score.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Waterfall {
    /// What the axis is: `Log-odds of death within 5 years`.
    pub quantity: String,
    /// What the base is: `mean of the background`.
    pub base_label: String,
    /// Where it starts.
    pub base: f64,
    /// In the order in which they are added.
    pub contributions: Vec<Contribution>,
    /// What the end is: `this person`. Its value is the sum.
    pub total_label: String,
}

/// What one input adds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contribution {
    /// The input.
    pub label: String,
    /// The person's value of it, as written: `82 years`.
    pub shown: String,
    /// What it adds, in the unit of the axis.
    pub value: f64,
}

const ROW: f64 = 32.0;
const TOP: f64 = 6.0;
const RIGHT: f64 = WIDTH - 90.0;

impl Waterfall {
    pub(super) fn draw(&self) -> Canvas {
        let steps: Vec<(String, f64)> = self
            .contributions
            .iter()
            .filter(|c| c.value.is_finite())
            .map(|c| (format!("{} = {}", c.label, c.shown), c.value))
            .collect();
        let base = if self.base.is_finite() {
            self.base
        } else {
            0.0
        };
        let mut levels = vec![base];
        for (_, value) in &steps {
            levels.push(levels[levels.len() - 1] + value);
        }
        let total = levels[levels.len() - 1];
        let labels = steps.iter().map(|(label, _)| label.as_str());
        let widest = labels
            .chain([self.base_label.as_str(), self.total_label.as_str()])
            .map(width_of)
            .fold(60.0, f64::max);
        let left = widest.min(230.0) + 14.0;
        let bottom = TOP + ROW * (steps.len() + 2) as f64;
        let scale = Scale::around(levels.iter().copied(), left + 6.0, RIGHT);
        let mut canvas = Canvas::new(bottom + 48.0);
        axis_below(
            &mut canvas,
            &scale,
            [TOP, bottom],
            &self.quantity,
            Ticks::Plain,
        );

        let middle = |row: usize| TOP + ROW * (row as f64 + 0.5);
        let end = |canvas: &mut Canvas, row: usize, label: &str, value: f64| {
            let (x, y) = (scale.at(value), middle(row));
            lines(canvas, label, left - 8.0, y);
            upright(canvas, x, [y - 11.0, y + 11.0]);
            canvas.mark(0, [x, y], 5.0);
            let text = written(value, 2);
            canvas.strong([WIDTH - 2.0, y + 4.5], Anchor::End, INK, &text);
        };
        end(&mut canvas, 0, &self.base_label, base);
        for (i, (label, value)) in steps.iter().enumerate() {
            let y = middle(i + 1);
            let [from, to] = [levels[i], levels[i + 1]].map(|v| scale.at(v));
            canvas.line([from, y - ROW + 11.0], [from, y - 10.0], AXIS, 1.0, "2 2");
            lines(&mut canvas, label, left - 8.0, y);
            step(&mut canvas, from, to, y);
            let sign = if *value < 0.0 { "" } else { "+" };
            let text = format!("{sign}{}", written(*value, 2));
            canvas.text([WIDTH - 2.0, y + 4.5], Anchor::End, SOFT, &text);
        }
        let (x, y) = (scale.at(total), middle(steps.len() + 1));
        canvas.line([x, y - ROW + 11.0], [x, y - 11.0], AXIS, 1.0, "2 2");
        end(&mut canvas, steps.len() + 1, &self.total_label, total);
        canvas
    }
}

/// A bar with a tip that points where it leads: up is full, down is light, so that a grey print tells them apart.
fn step(canvas: &mut Canvas, from: f64, to: f64, y: f64) {
    let (colour, fill, opacity) = if to >= from {
        (RED, RED, 0.85)
    } else {
        (BLUE, BLUE, 0.3)
    };
    let tip = (to - from).abs().min(7.0) * (to - from).signum();
    let outline = [
        [from, y - 9.0],
        [to - tip, y - 9.0],
        [to, y],
        [to - tip, y + 9.0],
        [from, y + 9.0],
        [from, y - 9.0],
    ];
    canvas.area(&outline, fill, opacity);
    canvas.path(&outline, colour, 1.0, "");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_base_and_all_that_is_added() {
        let plot = Waterfall {
            base: -2.5,
            contributions: [("age", 1.5), ("sex", -0.25)]
                .map(|(label, value)| Contribution {
                    label: label.into(),
                    shown: "x".into(),
                    value,
                })
                .into(),
            total_label: "this person".into(),
            ..Waterfall::default()
        };
        let svg = plot.draw().finish("a");
        assert!(svg.contains("−1.25"), "{svg}");
        assert!(svg.contains("+1.50") && svg.contains("−0.25"));
    }
}
