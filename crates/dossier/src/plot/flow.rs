use serde::{Deserialize, Serialize};

use super::canvas::{AXIS, Anchor, BAND, Canvas, INK, SOFT, WIDTH, wrapped};
use crate::book::counted;

/// Who was assessed, who left and why, and where the others went: from top to bottom down the middle, out to the right, and a row of
/// ends below.
///
/// # Source
/// STARD 2015, BMJ 351:h5527, item 19 and its prototypical diagram; CONSORT 2010, BMJ 340:c332.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Flow {
    /// From top to bottom.
    pub stations: Vec<Station>,
    /// From left to right.
    pub ends: Vec<End>,
}

/// A count that goes on, and who leaves after it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Station {
    pub title: String,
    pub n: Option<u64>,
    pub leave: Vec<Leaving>,
}

/// Who leaves, and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Leaving {
    pub title: String,
    pub n: Option<u64>,
    /// What else is known of them.
    pub note: Option<String>,
}

/// Where people ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct End {
    pub title: String,
    pub n: Option<u64>,
    /// What is true of them.
    pub note: Option<String>,
}

const MIDDLE: [f64; 2] = [2.0, 322.0];
const OUT: [f64; 2] = [372.0, 718.0];
const LINE: f64 = 18.0;
const PAD: f64 = 9.0;
const GAP: f64 = 20.0;
/// Where the line at the left stands, and where the ends begin.
const SPINE: f64 = 6.0;
const ENDS_FROM: f64 = 16.0;
/// Ends in a row.
const ENDS: usize = 4;

/// A frame with lines of words: where it stands, and what it says.
struct Frame {
    across: [f64; 2],
    lines: Vec<(String, bool)>,
}

impl Frame {
    fn of(across: [f64; 2], title: &str, n: Option<u64>, note: Option<&str>) -> Self {
        let width = across[1] - across[0] - 2.0 * PAD;
        let mut lines: Vec<(String, bool)> = Vec::new();
        let mut add = |text: &str, is_strong| {
            lines.extend(
                wrapped(text, width)
                    .into_iter()
                    .map(|line| (line, is_strong)),
            );
        };
        add(title, false);
        let n = n.map_or("not reported".to_owned(), |n| format!("n = {}", counted(n)));
        add(&n, true);
        if let Some(note) = note {
            add(note, false);
        }
        Self { across, lines }
    }

    fn height(&self) -> f64 {
        self.lines.len() as f64 * LINE + 2.0 * PAD - 4.0
    }

    fn draw(&self, canvas: &mut Canvas, top: f64, fill: &str) {
        let [left, right] = self.across;
        canvas.rect([left, top], [right, top + self.height()], fill, Some(AXIS));
        for (i, (line, is_strong)) in self.lines.iter().enumerate() {
            let at = [(left + right) / 2.0, top + PAD + LINE * (i as f64 + 0.62)];
            match is_strong {
                true => canvas.strong(at, Anchor::Middle, INK, line),
                false => canvas.text(at, Anchor::Middle, INK, line),
            }
        }
    }
}

fn arrow(canvas: &mut Canvas, from: [f64; 2], to: [f64; 2]) {
    canvas.line(from, to, SOFT, 1.3, "");
    let along = match to[0] > from[0] {
        true => [[-6.0, -3.5], [-6.0, 3.5]],
        false => [[-3.5, -6.0], [3.5, -6.0]],
    };
    let head = along.map(|by| [to[0] + by[0], to[1] + by[1]]);
    canvas.area(&[head[0], to, head[1]], SOFT, 1.0);
}

impl Flow {
    pub(super) fn draw(&self) -> Canvas {
        let rows: Vec<(Frame, Vec<Frame>)> = self.stations.iter().map(frames).collect();
        let heights: Vec<f64> = rows.iter().map(|(_, out)| below(out)).collect();
        let main: f64 = rows.iter().map(|(frame, _)| frame.height()).sum();
        let ends: Vec<Vec<Frame>> = self.ends.chunks(ENDS).map(in_a_row).collect();
        let tallest = |row: &Vec<Frame>| row.iter().map(Frame::height).fold(0.0, f64::max);
        let bottom: f64 = ends.iter().map(|row| tallest(row) + GAP).sum();
        let mut canvas = Canvas::new(main + heights.iter().sum::<f64>() + bottom + 4.0);
        let centre = (MIDDLE[0] + MIDDLE[1]) / 2.0;
        let mut top = 2.0;
        for (i, (frame, out)) in rows.iter().enumerate() {
            frame.draw(&mut canvas, top, "#ffffff");
            top += frame.height();
            let next = top + heights[i];
            let is_last = i + 1 == rows.len();
            if !is_last {
                arrow(&mut canvas, [centre, top], [centre, next]);
            } else if !out.is_empty() || !ends.is_empty() {
                let length = if ends.is_empty() {
                    next - GAP
                } else {
                    next - GAP / 2.0
                };
                canvas.line([centre, top], [centre, length.max(top)], SOFT, 1.3, "");
            }
            let mut at = top + GAP / 2.0;
            for frame in out {
                let middle = at + frame.height() / 2.0;
                arrow(&mut canvas, [centre, middle], [OUT[0], middle]);
                frame.draw(&mut canvas, at, BAND);
                at += frame.height() + GAP / 2.0;
            }
            top = next;
        }
        // Further rows hang on a line at the left.
        let first = top - GAP / 2.0;
        for (i, row) in ends.iter().enumerate() {
            let bar = top - GAP / 2.0;
            let centres = row.iter().map(|one| (one.across[0] + one.across[1]) / 2.0);
            let centres: Vec<f64> = centres.collect();
            let reach = if i == 0 { centre } else { SPINE };
            let most = centres.iter().copied().fold(reach, f64::max);
            let least = match ends.len() {
                1 => centres.iter().copied().fold(reach, f64::min),
                _ => SPINE,
            };
            canvas.line(
                [SPINE, first],
                [SPINE, if i == 0 { first } else { bar }],
                SOFT,
                1.3,
                "",
            );
            canvas.line([least, bar], [most, bar], SOFT, 1.3, "");
            for (frame, middle) in row.iter().zip(centres) {
                arrow(&mut canvas, [middle, bar], [middle, top]);
                frame.draw(&mut canvas, top, "#ffffff");
            }
            top += tallest(row) + GAP;
        }
        canvas
    }
}

fn frames(station: &Station) -> (Frame, Vec<Frame>) {
    let out = station.leave.iter();
    let out = out.map(|one| Frame::of(OUT, &one.title, one.n, one.note.as_deref()));
    (
        Frame::of(MIDDLE, &station.title, station.n, None),
        out.collect(),
    )
}

/// The room between a station and what comes next.
fn below(out: &[Frame]) -> f64 {
    let out: f64 = out.iter().map(|one| one.height() + GAP / 2.0).sum();
    GAP + out
}

fn in_a_row(ends: &[End]) -> Vec<Frame> {
    let all = WIDTH - 2.0 - ENDS_FROM;
    let width = (all - 10.0 * (ENDS as f64 - 1.0)) / ENDS as f64;
    let frame = |(i, end): (usize, &End)| {
        let left = ENDS_FROM + i as f64 * (width + 10.0);
        Frame::of([left, left + width], &end.title, end.n, end.note.as_deref())
    };
    ends.iter().enumerate().map(frame).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Plot;
    use super::*;

    #[test]
    fn every_count_stands_in_a_frame_of_its_own_and_an_absent_one_is_not_reported() {
        let flow = Flow {
            stations: vec![
                Station {
                    title: "Assessed".into(),
                    n: Some(12_345),
                    leave: vec![Leaving {
                        title: "Under 18 years".into(),
                        n: Some(0),
                        note: None,
                    }],
                },
                Station {
                    title: "Admitted".into(),
                    n: None,
                    leave: Vec::new(),
                },
            ],
            ends: vec![End {
                title: "reference".into(),
                n: Some(7),
                note: Some("2 with the event".into()),
            }],
        };
        let svg = Plot::Flow(flow).svg("flow");
        assert_eq!(svg.matches("<rect").count(), 4);
        for text in [
            "n = 12,345",
            "n = 0",
            "not reported",
            "n = 7",
            "2 with the event",
        ] {
            assert!(svg.contains(text), "{text}");
        }
    }
}
