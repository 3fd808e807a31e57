//! Figures as values, and one plotter that draws them as SVG.
//!
//! The drawing code is ours and not `plotters`: the same picture stands in a page, in a PDF and in a file, so it must need no font
//! metrics, no ids that clash when ten pictures share one page, the same bytes on every machine, and labels that wrap. What is left after
//! that is lines, rectangles and words. Colours are those of Okabe and Ito, and every difference in colour is also one of shape, dash
//! or filling, so that a grey print can be read.
//!
//! Numbers are `Option`s where a quantity may be absent: it is then written as `not reported`, never drawn as zero. What is not
//! finite counts as absent.

mod calibration;
mod canvas;
mod flow;
mod forest;
mod frame;
mod gaps;
mod groups;
mod importance;
mod lines;
mod matrix;
mod multiples;
mod readers;
mod roc;
mod series;
mod waterfall;

pub use calibration::{Bin, Calibration};
pub use flow::{End, Flow, Leaving, Station};
pub use forest::{Forest, ForestRow};
pub use gaps::{GapLine, GapMap, GapStrip};
pub use groups::{Group, Groups};
pub use importance::{Importance, ImportanceRow};
pub use lines::{Lines, Stroke};
pub use matrix::{Matrix, MatrixCell};
pub use multiples::{Multiples, Panel};
pub use readers::{ReaderCurve, Readers, ReadersOf};
pub use roc::{Curve, Operating, Roc};
pub use series::{Event, Limit, Line, Point, Series};
pub use waterfall::{Contribution, Waterfall};

use serde::{Deserialize, Serialize};

/// A picture that can be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plot {
    /// Estimates with intervals, one below the other.
    Forest(Forest),
    /// Sensitivity against the false positive rate.
    Roc(Roc),
    /// Readers in that plane.
    Readers(Readers),
    /// Observed against predicted.
    Calibration(Calibration),
    /// A quantity over windows of time.
    Series(Series),
    /// Shares of categories in groups.
    Groups(Groups),
    /// Lines over a plane.
    Lines(Lines),
    /// What a model leans on.
    Importance(Importance),
    /// How strongly things go together.
    Matrix(Matrix),
    /// What is missing together.
    Gaps(GapMap),
    /// Who was assessed, who left, and where the others went.
    Flow(Flow),
    /// How one score came about.
    Waterfall(Waterfall),
    /// The shape of each column of a table.
    Multiples(Multiples),
}

impl Plot {
    /// The picture as one `<svg>` element that needs nothing else; `alt` becomes its `<title>`.
    pub fn svg(&self, alt: &str) -> String {
        match self {
            Self::Forest(plot) => plot.draw(),
            Self::Roc(plot) => plot.draw(),
            Self::Readers(plot) => plot.draw(),
            Self::Calibration(plot) => plot.draw(),
            Self::Series(plot) => plot.draw(),
            Self::Groups(plot) => plot.draw(),
            Self::Importance(plot) => plot.draw(),
            Self::Waterfall(plot) => plot.draw(),
            Self::Multiples(plot) => plot.draw(),
            Self::Matrix(plot) => plot.draw(),
            Self::Gaps(plot) => plot.draw(),
            Self::Flow(plot) => plot.draw(),
            Self::Lines(plot) => plot.draw(),
        }
        .finish(alt)
    }
}

/// The value if there is one and it is finite.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every plot with the same words and numbers in it.
    fn plots(word: &str, number: f64) -> Vec<Plot> {
        let some = Some(number);
        vec![
            Plot::Forest(Forest {
                quantity: word.into(),
                rows: vec![ForestRow {
                    label: word.into(),
                    value: some,
                    low: some,
                    high: some,
                    n: Some(3),
                }],
                reference: some,
                within: Some([number, number + 1.0]),
                log: false,
            }),
            Plot::Roc(Roc {
                curves: vec![Curve {
                    label: word.into(),
                    points: vec![[0.0, 0.0], [number, number], [1.0, 1.0]],
                    band: vec![[number, number, number]],
                    operating: Some(Operating {
                        label: word.into(),
                        false_positive_rate: number,
                        sensitivity: number,
                    }),
                }],
            }),
            Plot::Readers(Readers {
                tests: vec![ReadersOf {
                    label: word.into(),
                    readers: vec![ReaderCurve {
                        name: word.into(),
                        points: vec![[0.0, 0.0], [number, number], [1.0, 1.0]],
                        at: Some([number, number]),
                    }],
                    mean: vec![[0.0, 0.0], [number, number], [1.0, 1.0]],
                }],
                model: None,
            }),
            Plot::Calibration(Calibration {
                predicted: word.into(),
                observed: word.into(),
                bins: vec![Bin {
                    predicted: number,
                    observed: some,
                    low: some,
                    high: some,
                    n: 5,
                }],
            }),
            Plot::Series(Series {
                quantity: word.into(),
                windows: vec![word.into(), word.into()],
                lines: vec![Line {
                    label: word.into(),
                    points: vec![Point {
                        value: some,
                        low: some,
                        high: some,
                    }],
                }],
                limits: vec![Limit {
                    label: word.into(),
                    value: number,
                }],
                events: vec![Event {
                    label: word.into(),
                    window: 0,
                }],
                from_zero: true,
            }),
            Plot::Matrix(Matrix {
                names: vec![word.into(), word.into()],
                cells: vec![MatrixCell {
                    pair: [0, 1],
                    value: some,
                }],
            }),
            Plot::Lines(Lines {
                across: word.into(),
                up: word.into(),
                across_within: [number, number + 1.0],
                up_within: [-1.0, number],
                strokes: vec![Stroke {
                    label: word.into(),
                    points: vec![[0.0, number], [1.0, 0.5], [number, 0.25]],
                }],
            }),
            Plot::Flow(Flow {
                stations: vec![Station {
                    title: word.into(),
                    n: Some(5),
                    leave: vec![Leaving {
                        title: word.into(),
                        n: None,
                        note: Some(word.into()),
                    }],
                }],
                ends: vec![End {
                    title: word.into(),
                    n: Some(3),
                    note: Some(word.into()),
                }],
            }),
            Plot::Gaps(GapMap {
                columns: vec![GapLine {
                    name: word.into(),
                    missing: number,
                }],
                patterns: vec![GapStrip {
                    missing: vec![0],
                    share: number,
                }],
            }),
            Plot::Multiples(Multiples {
                legend: vec![word.into(), word.into()],
                panels: vec![Panel {
                    title: word.into(),
                    note: word.into(),
                    marked: true,
                    ends: [word.into(), word.into()],
                    shapes: vec![vec![number], vec![number]],
                }],
            }),
            Plot::Groups(Groups {
                quantity: word.into(),
                categories: vec![word.into()],
                groups: vec![Group {
                    label: word.into(),
                    values: vec![some],
                }],
                percent: true,
            }),
            Plot::Importance(Importance {
                quantity: word.into(),
                rows: vec![ImportanceRow {
                    label: word.into(),
                    value: some,
                    low: some,
                    high: some,
                }],
            }),
            Plot::Waterfall(Waterfall {
                quantity: word.into(),
                base_label: word.into(),
                base: number,
                contributions: vec![Contribution {
                    label: word.into(),
                    shown: word.into(),
                    value: number,
                }],
                total_label: word.into(),
            }),
        ]
    }

    #[test]
    fn words_in_a_picture_cannot_become_markup() {
        for plot in plots("<b>&\"'", 0.4) {
            let svg = plot.svg("<script>alert(1)</script>");
            assert!(!svg.contains("<b>"), "{svg}");
            assert!(!svg.contains("<script>"), "{svg}");
            assert!(svg.contains("&lt;b&gt;&amp;"), "{svg}");
        }
    }

    #[test]
    fn no_number_however_odd_puts_nan_into_a_picture() {
        for number in [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0, -0.0, 1e-300] {
            for plot in plots("w", number) {
                let svg = plot.svg("a");
                assert!(
                    !svg.contains("NaN") && !svg.contains("inf"),
                    "{number}: {svg}"
                );
            }
        }
    }

    #[test]
    fn an_empty_picture_is_drawn_without_panic() {
        let empty = [
            Plot::Forest(Forest::default()),
            Plot::Roc(Roc::default()),
            Plot::Readers(Readers::default()),
            Plot::Calibration(Calibration::default()),
            Plot::Series(Series::default()),
            Plot::Groups(Groups::default()),
            Plot::Importance(Importance::default()),
            Plot::Matrix(Matrix::default()),
            Plot::Gaps(GapMap::default()),
            Plot::Flow(Flow::default()),
            Plot::Lines(Lines::default()),
            Plot::Waterfall(Waterfall::default()),
        ];
        for plot in empty {
            assert!(plot.svg("nothing").ends_with("</svg>"));
        }
    }

    #[test]
    fn an_absent_estimate_is_not_reported_and_not_zero() {
        let plot = Plot::Forest(Forest {
            rows: vec![ForestRow {
                label: "mgus".into(),
                value: None,
                low: None,
                high: None,
                n: Some(23),
            }],
            ..Forest::default()
        });
        assert!(plot.svg("a").contains("not reported"));
    }

    #[test]
    fn the_same_values_give_the_same_bytes() {
        assert_eq!(
            plots("w", 0.3)
                .iter()
                .map(|p| p.svg("a"))
                .collect::<Vec<_>>(),
            plots("w", 0.3)
                .iter()
                .map(|p| p.svg("a"))
                .collect::<Vec<_>>()
        );
    }
}
