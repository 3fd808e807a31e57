use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, Canvas, INK, SOFT, WIDTH, look, width_of, wrapped};
use super::finite;
use super::frame::{Scale, Ticks, axis_left};

/// Bars of a quantity in categories, beside each other for each group: who was learnt on and who came.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Groups {
    /// What the height of a bar is: `Share of people`.
    pub quantity: String,
    /// The categories or the bins of a histogram, from left to right; about a dozen are read easily.
    pub categories: Vec<String>,
    /// What is compared; at most four are told apart.
    pub groups: Vec<Group>,
    /// Whether values in 0..=1 are written as percent.
    pub percent: bool,
}

/// One of the groups compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Group {
    /// Who, with how many: `development, n 1,912`.
    pub label: String,
    /// One a category; `None` is written as `–` and has no bar.
    pub values: Vec<Option<f64>>,
}

const LEFT: f64 = 62.0;
const RIGHT: f64 = WIDTH - 6.0;
const TOP: f64 = 58.0;
const BOTTOM: f64 = TOP + 220.0;

impl Groups {
    pub(super) fn draw(&self) -> Canvas {
        let mut canvas = Canvas::new(BOTTOM + 46.0);
        let most = self
            .groups
            .iter()
            .flat_map(|group| &group.values)
            .filter_map(|v| finite(*v))
            .fold(0.0, f64::max);
        let most = if most > 0.0 { most.min(1e12) } else { 1.0 };
        let up = Scale::new(0.0, most * 1.06, BOTTOM, TOP);
        let ticks = if self.percent {
            Ticks::Percent
        } else {
            Ticks::Plain
        };
        canvas.strong([2.0, 14.0], Anchor::Start, INK, &self.quantity);
        axis_left(&mut canvas, &up, [LEFT, RIGHT], 5, ticks);
        canvas.line([LEFT, BOTTOM], [RIGHT, BOTTOM], AXIS, 1.0, "");
        self.legend(&mut canvas);
        let each = (RIGHT - LEFT) / self.categories.len().max(1) as f64;
        for (c, category) in self.categories.iter().enumerate() {
            let left = LEFT + each * c as f64;
            for (i, line) in wrapped(category, each - 4.0).iter().enumerate() {
                let y = BOTTOM + 18.0 + 15.0 * i as f64;
                canvas.text([left + each / 2.0, y], Anchor::Middle, INK, line);
            }
            self.bars(&mut canvas, &up, c, left, each);
        }
        canvas
    }

    fn bars(&self, canvas: &mut Canvas, up: &Scale, category: usize, left: f64, each: f64) {
        let count = self.groups.len().max(1) as f64;
        let wide = (each * 0.76 / count).min(46.0);
        let start = left + (each - wide * count) / 2.0;
        for (i, group) in self.groups.iter().enumerate() {
            let (colour, _, fill) = look(i);
            let x = start + wide * i as f64;
            match group.values.get(category).copied().and_then(finite) {
                Some(value) => {
                    let from = [x + 1.0, up.at(value)];
                    canvas.rect(from, [x + wide - 1.0, BOTTOM], fill, Some(colour));
                }
                None => canvas.text([x + wide / 2.0, BOTTOM - 5.0], Anchor::Middle, SOFT, "–"),
            }
        }
    }

    fn legend(&self, canvas: &mut Canvas) {
        let mut x = LEFT;
        for (i, group) in self.groups.iter().enumerate() {
            let (colour, _, fill) = look(i);
            canvas.rect([x, 28.0], [x + 14.0, 42.0], fill, Some(colour));
            canvas.text([x + 21.0, 39.5], Anchor::Start, INK, &group.label);
            x += 21.0 + width_of(&group.label) + 22.0;
        }
    }
}
