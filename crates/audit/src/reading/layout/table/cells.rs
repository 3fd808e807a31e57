//! The cells of a table's rows.

use crate::reading::layout::line::{self, Line};
use crate::reading::layout::word::Word;

/// Words nearer than this, as a part of the size, are of one cell.
const CHUNK_GAP: f64 = 0.5;

/// Words of a line without a wide gap.
struct Chunk<'l> {
    words: Vec<&'l Word>,
    x0: f64,
    x1: f64,
}

impl Chunk<'_> {
    fn middle(&self) -> f64 {
        f64::midpoint(self.x0, self.x1)
    }

    /// The column in which most of it lies; of several that it covers alike, the first.
    fn column(&self, walls: &[f64]) -> usize {
        let shared = |column: usize| {
            let from = column
                .checked_sub(1)
                .map_or(f64::NEG_INFINITY, |c| walls[c]);
            let to = walls.get(column).copied().unwrap_or(f64::INFINITY);
            self.x1.min(to) - self.x0.max(from)
        };
        let most = (0..=walls.len())
            .map(shared)
            .fold(f64::NEG_INFINITY, f64::max);
        (0..=walls.len())
            .find(|&column| shared(column) >= 0.7 * most)
            .unwrap_or(0)
    }
}

/// The rows of a table as text, cells separated by tabs. Every row has a cell for every column, empty ones too.
pub(in crate::reading::layout) fn rows(lines: &[Line]) -> Vec<String> {
    let mut joined: Vec<Row> = Vec::new();
    for row in centred(split(lines)) {
        match joined.last_mut() {
            Some(above) if above.takes(&row) => above.join(row),
            _ => joined.push(row),
        }
    }
    joined.into_iter().map(|row| row.cells.join("\t")).collect()
}

/// The cells of each line.
pub(in crate::reading::layout) fn lines(lines: &[Line]) -> Vec<Vec<String>> {
    split(lines).into_iter().map(|row| row.cells).collect()
}

fn split(lines: &[Line]) -> Vec<Row> {
    let chunks: Vec<Vec<Chunk<'_>>> = lines.iter().map(chunks).collect();
    let walls = walls(&chunks, lines);
    let columns = columns(&chunks, &walls);
    let cells = |(line, chunks): (&Line, Vec<Chunk<'_>>)| {
        let chunks: Vec<Chunk<'_>> = chunks
            .into_iter()
            .flat_map(|chunk| part(chunk, &walls, &columns))
            .collect();
        Row::new(line, &chunks, &walls)
    };
    lines.iter().zip(chunks).map(cells).collect()
}

/// Where the cells of a column usually begin and end; `None` for a column that is mostly empty.
fn columns(chunks: &[Vec<Chunk<'_>>], walls: &[f64]) -> Vec<Option<(f64, f64)>> {
    (0..=walls.len())
        .map(|column| {
            let from = column
                .checked_sub(1)
                .map_or(f64::NEG_INFINITY, |c| walls[c]);
            let to = walls.get(column).copied().unwrap_or(f64::INFINITY);
            let inside = |c: &&Chunk<'_>| c.x0 >= from && c.x1 <= to;
            let mut cells: Vec<(f64, f64)> = chunks
                .iter()
                .flatten()
                .filter(inside)
                .map(|c| (c.x0, c.x1))
                .collect();
            cells.sort_by(|a, b| (a.0 + a.1).total_cmp(&(b.0 + b.1)));
            cells.get(cells.len() / 2).copied()
        })
        .collect()
}

/// Two heads that nearly touch are parted at the wall between their columns, if each stands over its own; a head over
/// both columns stays whole.
fn part<'l>(chunk: Chunk<'l>, walls: &[f64], columns: &[Option<(f64, f64)>]) -> Vec<Chunk<'l>> {
    let mut parts: Vec<Chunk<'l>> = Vec::new();
    for word in &chunk.words {
        let column = walls.partition_point(|&wall| wall < word.middle());
        match parts.last_mut() {
            Some(last) if walls.partition_point(|&wall| wall < last.middle()) == column => {
                last.x1 = word.x1;
                last.words.push(word);
            }
            _ => parts.push(Chunk {
                words: vec![word],
                x0: word.x0,
                x1: word.x1,
            }),
        }
    }
    let over_its_own = |part: &Chunk<'_>| {
        let column = walls.partition_point(|&wall| wall < part.middle());
        columns[column].is_some_and(|(x0, x1)| {
            let near = |a: f64, b: f64| (a - b).abs() < 4.0;
            near(part.x0, x0) || near(part.x1, x1) || near(part.middle(), f64::midpoint(x0, x1))
        })
    };
    if parts.len() > 1 && parts.iter().all(over_its_own) {
        parts
    } else {
        vec![chunk]
    }
}

/// A name on two lines with its values at half their height is one row.
fn centred(rows: Vec<Row>) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::new();
    for row in rows {
        if let [.., name, values] = &out[..]
            && name.is_name()
            && row.is_name()
            && values.cells[0].is_empty()
            && row.y - name.y < 1.5 * row.size
            && values.y - name.y < 0.9 * row.size
        {
            let mut values = out.pop().expect("there are two rows");
            let name = out.last_mut().expect("there are two rows");
            values.cells[0] = format!("{} {}", name.cells[0], row.cells[0]);
            *name = Row { y: row.y, ..values };
            continue;
        }
        out.push(row);
    }
    out
}

fn chunks(line: &Line) -> Vec<Chunk<'_>> {
    let mut words: Vec<&Word> = line.words().collect();
    words.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut chunks: Vec<Chunk<'_>> = Vec::new();
    for word in words {
        match chunks.last_mut() {
            Some(chunk) if word.x0 - chunk.x1 < CHUNK_GAP * word.size.max(0.8 * line.size) => {
                chunk.x1 = chunk.x1.max(word.x1);
                chunk.words.push(word);
            }
            _ => chunks.push(Chunk {
                x0: word.x0,
                x1: word.x1,
                words: vec![word],
            }),
        }
    }
    chunks
}

/// The white strips between columns: x that few rows cover. Their middles, from left to right.
fn walls(chunks: &[Vec<Chunk<'_>>], lines: &[Line]) -> Vec<f64> {
    let rows: Vec<&Vec<Chunk<'_>>> = chunks.iter().filter(|row| row.len() > 1).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let sizes: f64 = lines.iter().map(|line| line.size).sum();
    let size = sizes / lines.len() as f64;
    // In a few rows blanks between words may stand under each other by chance.
    let width_min = if rows.len() >= 4 { 0.45 } else { 0.75 } * size;
    // A head over several columns covers the strips between them.
    let spanning = rows.len() / 6;
    let mut edges: Vec<(f64, i32)> = rows
        .iter()
        .flat_map(|row| row.iter())
        .flat_map(|chunk| [(chunk.x0, 1), (chunk.x1, -1)])
        .collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut walls = Vec::new();
    let mut covered = 0;
    // The widest gap since the last column ended: what crosses it lightly does not make it two.
    let mut widest: Option<(f64, f64)> = None;
    for pair in edges.windows(2) {
        covered += pair[0].1;
        let gap = (pair[0].0, pair[1].0);
        if usize::try_from(covered).is_ok_and(|count| count <= spanning) {
            if widest.is_none_or(|(from, to)| to - from < gap.1 - gap.0) {
                widest = Some(gap);
            }
        } else {
            walls.extend(widest.take());
        }
    }
    let mut walls: Vec<f64> = walls
        .into_iter()
        .filter(|(from, to)| to - from >= width_min)
        .map(|(from, to)| f64::midpoint(from, to))
        .collect();
    walls.retain(|&wall| parts_rows(&rows, wall));
    walls
}

/// Whether a wall has cells on both sides in some rows; one row alone does not make a column.
fn parts_rows(rows: &[&Vec<Chunk<'_>>], wall: f64) -> bool {
    let parted = |row: &&&Vec<Chunk<'_>>| {
        row.iter().any(|c| c.x1 <= wall) && row.iter().any(|c| c.x0 >= wall)
    };
    let count = rows.iter().filter(parted).count();
    count >= 2 || rows.len() < 3
}

struct Row {
    cells: Vec<String>,
    x0: f64,
    y: f64,
    size: f64,
}

impl Row {
    fn new(line: &Line, chunks: &[Chunk<'_>], walls: &[f64]) -> Self {
        let mut cells = vec![String::new(); walls.len() + 1];
        for chunk in chunks {
            let cell = &mut cells[chunk.column(walls)];
            if !cell.is_empty() {
                cell.push(' ');
            }
            let words: Vec<Word> = chunk.words.iter().map(|&word| word.clone()).collect();
            cell.push_str(&line::text(&words, line.y, line.size));
        }
        Self {
            cells,
            x0: line.x0,
            y: line.y,
            size: line.size,
        }
    }

    /// Whether it is filled in its first column alone.
    fn is_name(&self) -> bool {
        !self.cells[0].is_empty() && self.cells[1..].iter().all(String::is_empty)
    }

    /// Whether a line below goes on with cells of this row: an interval under its estimate, the rest of a long name.
    fn takes(&self, below: &Row) -> bool {
        if below.y - self.y > 1.6 * self.size {
            return false;
        }
        let filled = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count();
        if !below.cells[0].is_empty() {
            let alone = filled(below) == 1;
            let name_goes_on = goes_on(&self.cells[0], &below.cells[0]);
            let values_below = filled(self) == 1
                && (self.x0 - below.x0).abs() < 1.0
                && !self.cells[0].ends_with(':');
            return !self.cells[0].is_empty() && name_goes_on && (alone || values_below);
        }
        let pairs = self.cells.iter().zip(&below.cells);
        filled(below) > 0
            && pairs
                .filter(|(_, below)| !below.is_empty())
                .all(|(above, below)| !above.is_empty() && goes_on(above, below))
    }

    fn join(&mut self, below: Row) {
        for (cell, more) in self.cells.iter_mut().zip(below.cells) {
            if !cell.is_empty() && !more.is_empty() {
                cell.push(' ');
            }
            cell.push_str(&more);
        }
        self.y = below.y;
    }
}

fn goes_on(above: &str, below: &str) -> bool {
    let opens = below.starts_with(['(', '[', '–', '−', '-', '±'])
        || below.chars().next().is_some_and(char::is_lowercase);
    opens || above.ends_with(['-', ',', '–', '(', '/', '&', '±']) || above.ends_with(" and")
}
