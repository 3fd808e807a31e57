use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, BLUE, Canvas, INK, SOFT, WIDTH, width_of};
use super::finite;
use super::forest::{lines, upright};
use super::frame::{Scale, Ticks, axis_below};

/// What a model leans on: a bar with an interval for each input, in the order given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Importance {
    /// What the length of a bar is: `Mean of |SHAP value|, log-odds`.
    pub quantity: String,
    /// From top to bottom.
    pub rows: Vec<ImportanceRow>,
}

/// One input of a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ImportanceRow {
    /// The input.
    pub label: String,
    /// How much; may be below zero where the quantity can be.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
}

const ROW: f64 = 32.0;
const TOP: f64 = 6.0;
const RIGHT: f64 = WIDTH - 170.0;

impl Importance {
    pub(super) fn draw(&self) -> Canvas {
        let widest = self.rows.iter().map(|row| width_of(&row.label));
        let left = widest.fold(60.0, f64::max).min(220.0) + 14.0;
        let bottom = TOP + ROW * self.rows.len().max(1) as f64;
        let values = self.rows.iter().flat_map(|r| [r.value, r.low, r.high]);
        let values: Vec<f64> = values.filter_map(finite).collect();
        let scale = if values.iter().all(|v| *v >= 0.0) {
            let most = values.iter().copied().fold(0.0, f64::max);
            let most = if most > 0.0 { most.min(1e12) } else { 1.0 };
            Scale::new(0.0, most * 1.04, left, RIGHT)
        } else {
            Scale::around(values.into_iter().chain([0.0]), left, RIGHT)
        };
        let mut canvas = Canvas::new(bottom + 48.0);
        axis_below(
            &mut canvas,
            &scale,
            [TOP, bottom],
            &self.quantity,
            Ticks::Plain,
        );
        for (i, row) in self.rows.iter().enumerate() {
            let y = TOP + ROW * (i as f64 + 0.5);
            row.draw(&mut canvas, &scale, left, y);
        }
        upright(&mut canvas, scale.at(0.0), [TOP, bottom]);
        canvas
    }
}

impl ImportanceRow {
    fn draw(&self, canvas: &mut Canvas, scale: &Scale, left: f64, y: f64) {
        lines(canvas, &self.label, left - 8.0, y);
        let at = [RIGHT + 14.0, y + 4.5];
        let Some(value) = finite(self.value) else {
            canvas.text(at, Anchor::Start, SOFT, "not reported");
            return;
        };
        let ends = [[scale.at(0.0), y - 9.0], [scale.at(value), y + 9.0]];
        canvas.rect(ends[0], ends[1], "#a9cbe3", Some(BLUE));
        let mut text = scale.write(value);
        if let (Some(low), Some(high)) = (finite(self.low), finite(self.high)) {
            let [from, to] = [scale.at(low), scale.at(high)];
            canvas.line([from, y], [to, y], INK, 1.4, "");
            for tip in [from, to] {
                canvas.line([tip, y - 4.0], [tip, y + 4.0], INK, 1.4, "");
            }
            let to = if low < 0.0 { " to " } else { "–" };
            text += &format!(" ({}{to}{})", scale.write(low), scale.write(high));
        }
        canvas.text(at, Anchor::Start, INK, &text);
    }
}
