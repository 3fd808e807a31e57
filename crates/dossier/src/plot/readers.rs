use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, Canvas, INK, SOFT, WIDTH, look, wrapped};
use super::roc::{Curve, LEFT, SIDE, TOP, plane};

/// Readers in the plane of a ROC curve: a thin curve each, the mean of those of a test thick, a mark where a reader decides; and perhaps a
/// model beside them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Readers {
    /// At most three are told apart beside a model.
    pub tests: Vec<ReadersOf>,
    pub model: Option<Curve>,
}

/// The readers of one test.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReadersOf {
    /// The test, with its mean: `with the aid, AUROC 0.94 (0.90–0.98)`.
    pub label: String,
    pub readers: Vec<ReaderCurve>,
    /// (false positive rate, mean sensitivity), in rising order.
    pub mean: Vec<[f64; 2]>,
}

/// One reader.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReaderCurve {
    pub name: String,
    /// (false positive rate, sensitivity), both in 0..=1, in rising order.
    pub points: Vec<[f64; 2]>,
    /// Where the reader calls cases diseased.
    pub at: Option<[f64; 2]>,
}

impl Readers {
    pub(super) fn draw(&self) -> Canvas {
        let (mut canvas, across, up) = plane();
        let placed = |points: &[[f64; 2]]| -> Vec<[f64; 2]> {
            let finite = points
                .iter()
                .filter(|point| point.iter().all(|v| v.is_finite()));
            finite.map(|[x, y]| [across.at(*x), up.at(*y)]).collect()
        };
        for (i, test) in self.tests.iter().enumerate() {
            let (colour, dash, _) = look(i);
            for reader in &test.readers {
                canvas.path(&placed(&reader.points), colour, 0.7, dash);
            }
            canvas.path(&placed(&test.mean), colour, 2.4, dash);
        }
        // Marks and names over the lines.
        for (i, test) in self.tests.iter().enumerate() {
            for reader in &test.readers {
                let Some(&at) = placed(reader.at.as_slice()).first() else {
                    continue;
                };
                canvas.mark(i, at, 4.5);
                canvas.text_on_white(
                    [at[0] + 7.0, at[1] + 4.5],
                    Anchor::Start,
                    SOFT,
                    &reader.name,
                );
            }
        }
        let mut y = TOP + 10.0;
        for (i, test) in self.tests.iter().enumerate() {
            let (colour, dash, _) = look(i);
            let left = LEFT + SIDE + 24.0;
            canvas.line([left, y], [left + 24.0, y], colour, 2.4, dash);
            let room = WIDTH - left - 34.0;
            for line in wrapped(&test.label, room) {
                canvas.strong([left + 32.0, y + 4.5], Anchor::Start, INK, &line);
                y += 17.0;
            }
            let facts = format!("thin: {} readers; thick: their mean", test.readers.len());
            for line in wrapped(&facts, room) {
                canvas.text([left + 32.0, y + 4.5], Anchor::Start, SOFT, &line);
                y += 17.0;
            }
            y += 14.0;
        }
        if let Some(model) = &self.model {
            let i = self.tests.len();
            model.draw(&mut canvas, &across, &up, i);
            model.legend(&mut canvas, i, y);
        }
        canvas
    }
}
