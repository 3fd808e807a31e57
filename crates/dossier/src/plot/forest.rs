use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, BAND, BLUE, Canvas, GREEN, INK, SOFT, WIDTH, width_of, wrapped};
use super::finite;
use super::frame::{Scale, Ticks, axis_below};

/// Estimates with intervals, one below the other, against where they should be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Forest {
    /// What is estimated, with its unit: the title of the axis.
    pub quantity: String,
    /// From top to bottom; about 20 are read easily.
    pub rows: Vec<ForestRow>,
    /// A value to compare with, as a dashed line: no difference, perfect calibration.
    pub reference: Option<f64>,
    /// Where the quantity should lie, lower end first. An infinite end reaches the border.
    pub within: Option<[f64; 2]>,
    /// Whether equal ratios are equal distances (O/E, odds).
    pub log: bool,
}

/// One estimate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ForestRow {
    /// Of whom or what.
    pub label: String,
    /// The estimate; `None` is written as `not reported`.
    pub value: Option<f64>,
    /// Lower end of the interval; `None` leaves that side open.
    pub low: Option<f64>,
    /// Upper end of the interval; `None` leaves that side open.
    pub high: Option<f64>,
    /// How many cases it rests on.
    pub n: Option<u64>,
}

const ROW: f64 = 30.0;
const TOP: f64 = 28.0;
/// The least room for the numbers on the right.
const NUMBERS: f64 = 190.0;
const HEAD: &str = "estimate (interval)";

impl Forest {
    pub(super) fn draw(&self) -> Canvas {
        let widest = self
            .rows
            .iter()
            .map(|row| width_of(&row.label))
            .fold(60.0, f64::max);
        let left = widest.min(215.0) + 14.0;
        let bottom = TOP + ROW * self.rows.len().max(1) as f64;
        let right = self.right(left);
        let scale = self.scale(left, right);
        let mut canvas = Canvas::new(bottom + 48.0);

        if let Some([low, high]) = self.within.filter(|[low, high]| low <= high) {
            let (from, to) = (scale.at(low), scale.at(high));
            canvas.rect([from, TOP - 6.0], [to, bottom], BAND, None);
            for edge in [low, high].into_iter().filter(|v| v.is_finite()) {
                let x = scale.at(edge);
                canvas.line([x, TOP - 6.0], [x, bottom], GREEN, 1.2, "");
            }
        }
        let quantity = &self.quantity;
        axis_below(
            &mut canvas,
            &scale,
            [TOP - 6.0, bottom],
            quantity,
            Ticks::Plain,
        );
        if let Some(reference) = finite(self.reference) {
            let x = scale.at(reference);
            canvas.line([x, TOP - 6.0], [x, bottom], SOFT, 1.2, "4 3");
        }
        canvas.strong([right + 14.0, 14.0], Anchor::Start, SOFT, HEAD);
        canvas.strong([WIDTH - 2.0, 14.0], Anchor::End, SOFT, "n");
        for (i, row) in self.rows.iter().enumerate() {
            let y = TOP + ROW * (i as f64 + 0.5);
            row.draw(&mut canvas, &scale, [left, right], y);
        }
        canvas
    }

    /// Where the axis ends, so that the longest estimate and the largest n stand side by side.
    fn right(&self, left: f64) -> f64 {
        let scale = self.scale(left, WIDTH - NUMBERS);
        let texts = self.rows.iter().map(|row| width_of(&row.written(&scale)));
        let counts = self.rows.iter().filter_map(|row| row.n);
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
        let text = widest(&mut texts.chain([width_of(HEAD)]));
        let count = widest(&mut counts.map(|n| width_of(&grouped(n))));
        WIDTH - NUMBERS.max(14.0 + text + 14.0 + count + 2.0)
    }

    fn scale(&self, left: f64, right: f64) -> Scale {
        let rows = self
            .rows
            .iter()
            .flat_map(|row| [row.value, row.low, row.high]);
        let values = rows
            .chain([self.reference])
            .chain(self.within.unwrap_or([f64::NAN; 2]).map(Some))
            .filter_map(finite);
        let (start, end) = (left + 6.0, right - 6.0);
        if self.log {
            Scale::around_log(values, start, end)
        } else {
            Scale::around(values, start, end)
        }
    }
}

impl ForestRow {
    fn draw(&self, canvas: &mut Canvas, scale: &Scale, [left, right]: [f64; 2], y: f64) {
        lines(canvas, &self.label, left - 8.0, y);
        if let Some(n) = self.n {
            canvas.text([WIDTH - 2.0, y + 4.5], Anchor::End, SOFT, &grouped(n));
        }
        let at = [right + 14.0, y + 4.5];
        let ink = if self.value.is_some() { INK } else { SOFT };
        canvas.text(at, Anchor::Start, ink, &self.written(scale));
        let Some(value) = finite(self.value) else {
            return;
        };
        let (low, high) = (finite(self.low), finite(self.high));
        let x = scale.at(value);
        for (end, towards) in [(low, scale.at(f64::MIN)), (high, scale.at(f64::MAX))] {
            // One end alone is a one-sided interval: the other side is open and has no tip. Without both there is no interval.
            let open = end.is_none();
            if open && low.is_none() && high.is_none() {
                continue;
            }
            let to = end.map_or(towards, |v| scale.at(v));
            canvas.line([x, y], [to, y], BLUE, 1.8, if open { "2 3" } else { "" });
            if !open {
                canvas.line([to, y - 4.0], [to, y + 4.0], BLUE, 1.8, "");
            }
        }
        canvas.mark(0, [x, y], 4.5);
    }

    /// The estimate with its interval, in words of the scale.
    fn written(&self, scale: &Scale) -> String {
        let Some(value) = finite(self.value) else {
            return "not reported".to_owned();
        };
        let interval = match (finite(self.low), finite(self.high)) {
            (Some(low), Some(high)) => {
                // A dash would read as a minus sign.
                let to = if low < 0.0 { " to " } else { "–" };
                format!(" ({}{to}{})", scale.write(low), scale.write(high))
            }
            (Some(low), None) => format!(" (from {})", scale.write(low)),
            (None, Some(high)) => format!(" (to {})", scale.write(high)),
            (None, None) => " (no interval)".into(),
        };
        format!("{}{interval}", scale.write(value))
    }
}

/// A count with a comma between thousands.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A label at the left of its row, in one line or two.
pub(super) fn lines(canvas: &mut Canvas, label: &str, right: f64, y: f64) {
    let lines = wrapped(label, right - 2.0);
    let first = y + 4.5 - 7.5 * (lines.len() - 1) as f64;
    for (i, line) in lines.iter().enumerate() {
        canvas.text([right, first + 15.0 * i as f64], Anchor::End, INK, line);
    }
}

/// A thin line from top to bottom at a value, such as zero.
pub(super) fn upright(canvas: &mut Canvas, x: f64, [top, bottom]: [f64; 2]) {
    canvas.line([x, top], [x, bottom], AXIS, 1.2, "");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forest(row: ForestRow) -> String {
        let plot = Forest {
            rows: vec![row],
            ..Forest::default()
        };
        plot.draw().finish("a")
    }

    #[test]
    fn an_interval_is_written_with_its_n() {
        let svg = forest(ForestRow {
            label: "women".into(),
            value: Some(0.83),
            low: Some(0.79),
            high: Some(0.87),
            n: Some(1412),
        });
        assert!(svg.contains("0.830 (0.790–0.870)"), "{svg}");
        assert!(svg.contains(">1,412<"));
    }

    #[test]
    fn a_negative_interval_is_written_without_a_dash_and_beside_its_n() {
        let svg = forest(ForestRow {
            value: Some(-0.0012),
            low: Some(-0.0123),
            high: Some(-0.0004),
            n: Some(1_234_567),
            ..ForestRow::default()
        });
        assert!(svg.contains("(−0.0123 to −0.0004)"), "{svg}");
        let x = |text: &str| -> f64 {
            let before = svg.split(text).next().expect("a part");
            let start = before.rfind("x=\"").expect("a text has an x") + 3;
            before[start..]
                .split('"')
                .next()
                .unwrap_or_default()
                .parse()
                .expect("a number")
        };
        let text = "−0.0012 (−0.0123 to −0.0004)";
        assert!(
            x(text) + width_of(text) < x("1,234,567") - width_of("1,234,567"),
            "{svg}"
        );
    }

    #[test]
    fn a_one_sided_interval_says_where_it_begins() {
        let svg = forest(ForestRow {
            value: Some(0.9),
            low: Some(0.5),
            ..ForestRow::default()
        });
        assert!(svg.contains("(from 0.50"), "{svg}");
    }
}
