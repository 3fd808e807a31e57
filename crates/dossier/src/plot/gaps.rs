use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, BLUE, Canvas, GRID, INK, SOFT, WIDTH, width_of, wrapped};

/// What is missing together: a line for each column of a table, a strip for each pattern, filled where the value is missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GapMap {
    /// From top to bottom.
    pub columns: Vec<GapLine>,
    /// From left to right.
    pub patterns: Vec<GapStrip>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GapLine {
    pub name: String,
    /// Of the rows, in 0..=1.
    pub missing: f64,
}

/// Rows in which the same columns are missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GapStrip {
    /// The places of the columns, from 0.
    pub missing: Vec<usize>,
    /// Of the rows, in 0..=1.
    pub share: f64,
}

const TOP: f64 = 20.0;
const ROW: f64 = 20.0;
const BARS: f64 = 56.0;
/// What stands before the bars.
const BELOW: &str = "rows with it";
/// Where the shares of the columns stand.
const RIGHT: f64 = 62.0;

impl GapMap {
    pub(super) fn draw(&self) -> Canvas {
        let widest = self.columns.iter().map(|column| width_of(&column.name));
        let left = widest.fold(width_of(BELOW), f64::max).min(230.0) + 10.0;
        let strips = self.patterns.len().max(1) as f64;
        let side = ((WIDTH - left - RIGHT) / strips).clamp(8.0, 36.0);
        let bottom = TOP + ROW * self.columns.len() as f64;
        let mut canvas = Canvas::new(bottom + BARS + 24.0);
        canvas.text([WIDTH - 2.0, 13.0], Anchor::End, SOFT, "missing");
        for (i, column) in self.columns.iter().enumerate() {
            let middle = TOP + ROW * (i as f64 + 0.5);
            let line = wrapped(&column.name, left - 10.0);
            let line = line.first().map(String::as_str).unwrap_or_default();
            canvas.text([left - 8.0, middle + 4.5], Anchor::End, INK, line);
            canvas.text(
                [WIDTH - 2.0, middle + 4.5],
                Anchor::End,
                INK,
                &percent(column.missing),
            );
            for (j, pattern) in self.patterns.iter().enumerate() {
                let from = [left + side * j as f64 + 1.0, middle - ROW / 2.0 + 1.0];
                let to = [from[0] + side - 2.0, from[1] + ROW - 2.0];
                match pattern.missing.contains(&i) {
                    true => canvas.rect(from, to, BLUE, None),
                    false => canvas.rect(from, to, "#ffffff", Some(GRID)),
                }
            }
        }
        self.bars(&mut canvas, left, side, bottom);
        canvas
    }

    /// How many rows have each pattern.
    fn bars(&self, canvas: &mut Canvas, left: f64, side: f64, bottom: f64) {
        canvas.text([left - 8.0, bottom + 20.0], Anchor::End, SOFT, BELOW);
        let most = self
            .patterns
            .iter()
            .map(|one| part(one.share))
            .fold(0.0, f64::max);
        let mut free = 0.0;
        for (j, pattern) in self.patterns.iter().enumerate() {
            let x = left + side * j as f64;
            let height = if most > 0.0 {
                BARS * 0.75 * part(pattern.share) / most
            } else {
                0.0
            };
            let from = [x + 2.0, bottom + 6.0];
            canvas.rect(
                from,
                [x + side - 2.0, from[1] + height.max(0.5)],
                "#a9cbe3",
                Some(BLUE),
            );
            let text = percent(pattern.share);
            // A number is written where it does not run into the one before.
            let (middle, half) = (x + side / 2.0, width_of(&text) / 2.0);
            if middle - half >= free {
                let at = [middle, bottom + BARS + 18.0];
                canvas.text(at, Anchor::Middle, SOFT, &text);
                free = middle + half + 5.0;
            }
        }
    }
}

/// A share, as far as it can be one.
fn part(share: f64) -> f64 {
    if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "not reported".to_owned();
    }
    let percent = 100.0 * part(share);
    match percent {
        0.0 => "0 %".to_owned(),
        small if small < 0.95 => "<1 %".to_owned(),
        _ => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Plot;
    use super::*;

    #[test]
    fn a_cell_is_filled_for_each_missing_column_of_a_pattern() {
        let line = |name: &str| GapLine {
            name: name.to_owned(),
            missing: 0.25,
        };
        let strip = |missing: &[usize], share| GapStrip {
            missing: missing.to_vec(),
            share,
        };
        let map = |patterns| {
            let columns = vec![line("sodium"), line("lactate")];
            Plot::Gaps(GapMap { columns, patterns }).svg("gaps")
        };
        let filled = |patterns| {
            map(patterns)
                .matches(&format!(r#"fill="{BLUE}"/>"#))
                .count()
        };
        assert_eq!(filled(vec![strip(&[], 0.75)]), 0);
        assert_eq!(
            filled(vec![strip(&[], 0.7), strip(&[0, 1], 0.2), strip(&[1], 0.1)]),
            3
        );
        assert_eq!(percent(0.004), "<1 %");
    }
}
