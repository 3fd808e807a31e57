use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, Canvas, GRID, INK, RED, SOFT, WIDTH, look, width_of};

/// Small pictures of one kind beside and below each other: a column each, so that a table is seen at a glance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Multiples {
    /// What the filled shape is, and the line if there is one; at most two.
    pub legend: Vec<String>,
    pub panels: Vec<Panel>,
}

/// The shape of one column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Panel {
    pub title: String,
    /// A line below the title.
    pub note: String,
    /// Whether it asks for a look: its title is then marked.
    pub marked: bool,
    /// What stands at the left and right end of the axis.
    pub ends: [String; 2],
    /// Heights from left to right, for each entry of the legend.
    pub shapes: Vec<Vec<f64>>,
}

const COLUMNS: usize = 4;
const GAP: f64 = 16.0;
const TALL: f64 = 132.0;
const TOP: f64 = 30.0;
/// Where the drawing of a panel begins and ends, from its upper edge.
const HIGH: f64 = 38.0;
const LOW: f64 = 104.0;

impl Multiples {
    pub(super) fn draw(&self) -> Canvas {
        let lines = self.panels.len().div_ceil(COLUMNS);
        let mut canvas = Canvas::new(TOP + TALL * lines as f64);
        let mut x = 2.0;
        for (i, name) in self.legend.iter().take(2).enumerate() {
            let colour = colour(i);
            if i == 0 {
                canvas.rect([x, 4.0], [x + 14.0, 16.0], FILL, None);
            } else {
                canvas.line([x, 10.0], [x + 14.0, 10.0], colour, 2.0, "");
            }
            canvas.text([x + 20.0, 15.0], Anchor::Start, INK, name);
            x += 44.0 + width_of(name);
        }
        let wide = (WIDTH - GAP * (COLUMNS - 1) as f64) / COLUMNS as f64;
        for (at, panel) in self.panels.iter().enumerate() {
            let left = (wide + GAP) * (at % COLUMNS) as f64;
            let top = TOP + TALL * (at / COLUMNS) as f64;
            panel.draw(&mut canvas, left, top, wide);
        }
        canvas
    }
}

/// The filling of the first shape.
const FILL: &str = "#b9d3e6";

fn colour(shape: usize) -> &'static str {
    if shape == 0 { look(0).0 } else { RED }
}

impl Panel {
    fn draw(&self, canvas: &mut Canvas, left: f64, top: f64, wide: f64) {
        let mark = if self.marked { "● " } else { "" };
        let title = fitting(&format!("{mark}{}", self.title), wide);
        let colour = if self.marked { RED } else { INK };
        canvas.strong([left, top + 14.0], Anchor::Start, colour, &title);
        canvas.text(
            [left, top + 30.0],
            Anchor::Start,
            SOFT,
            &fitting(&self.note, wide),
        );
        let (high, low) = (top + HIGH, top + LOW);
        canvas.rect([left, high], [left + wide, low], "#ffffff", Some(GRID));
        let most = self
            .shapes
            .iter()
            .flatten()
            .copied()
            .filter(|v| v.is_finite())
            .fold(0.0, f64::max);
        for (shape, heights) in self.shapes.iter().take(2).enumerate() {
            let outline = outline(heights, most, [left, left + wide], [high + 2.0, low]);
            if shape == 0 {
                let mut filled = vec![[left, low]];
                filled.extend(&outline);
                filled.push([left + wide, low]);
                canvas.area(&filled, FILL, 1.0);
            } else {
                canvas.path(&outline, RED, 1.6, "");
            }
        }
        canvas.line([left, low], [left + wide, low], AXIS, 1.0, "");
        let [from, to] = &self.ends;
        canvas.text(
            [left, low + 15.0],
            Anchor::Start,
            SOFT,
            &fitting(from, wide / 2.0),
        );
        canvas.text(
            [left + wide, low + 15.0],
            Anchor::End,
            SOFT,
            &fitting(to, wide / 2.0),
        );
    }
}

/// The steps over heights, from left to right.
fn outline(
    heights: &[f64],
    most: f64,
    [left, right]: [f64; 2],
    [high, low]: [f64; 2],
) -> Vec<[f64; 2]> {
    let each = (right - left) / heights.len().max(1) as f64;
    let up = |height: f64| {
        let share = if most > 0.0 && height.is_finite() {
            height / most
        } else {
            0.0
        };
        low - (low - high) * share.clamp(0.0, 1.0)
    };
    let steps = heights.iter().enumerate().flat_map(|(at, &height)| {
        let x = left + each * at as f64;
        [[x, up(height)], [x + each, up(height)]]
    });
    steps.collect()
}

/// As much of a text as fits.
fn fitting(text: &str, wide: f64) -> String {
    if width_of(text) <= wide {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if width_of(&kept) + width_of("m…") > wide {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_that_asks_for_a_look_is_marked_by_more_than_its_colour() {
        let panel = |marked| Panel {
            title: "age".into(),
            marked,
            shapes: vec![vec![1.0, 2.0], vec![2.0, 1.0]],
            ..Panel::default()
        };
        let multiples = Multiples {
            legend: vec!["reference".into(), "current".into()],
            panels: vec![panel(true), panel(false)],
        };
        let svg = super::super::Plot::Multiples(multiples).svg("two columns");
        assert_eq!(svg.matches("● age").count(), 1);
        assert_eq!(svg.matches("age").count(), 2);
    }

    #[test]
    fn a_long_name_is_cut_to_its_panel() {
        let cut = fitting(&"creatinine_".repeat(9), 168.0);
        assert!(cut.ends_with('…') && width_of(&cut) <= 180.0, "{cut}");
    }
}
