use super::Drawing;
use crate::draw::Draw;
use rayon::prelude::*;

/// Rows that a leaf holds at least.
const LEAF_MIN: usize = 5;
/// Rows that walk through a tree before the next tree's turn.
const TOGETHER: usize = 256;

/// Extremely randomised trees: each split is the best of a few random ones, and the share of current rows in a leaf is
/// averaged over all trees.
///
/// They find what is not linear and what shows in several columns together, do not mind the unit of a column, and take
/// missing values as they are: those go to a random side of a split, and whether a value is missing can be the split.
///
/// # Source
/// Geurts, Ernst and Wehenkel 2006, Mach Learn 63:3-42 (Extra-Trees, K the root of the number of columns).
pub(super) struct Forest {
    trees: Vec<Vec<Node>>,
}

/// A question to one column, or the answer: small, because a forest is walked from near memory or not at all fast.
#[derive(Clone, Copy)]
struct Node {
    /// What a number is compared with, all being below an infinite cut; of a leaf the share of current rows.
    cut: f64,
    column: u32,
    /// The place of the node for what is below, that for the rest standing after it; 0, where the root is, in a leaf.
    below: u32,
    missing_below: bool,
}

impl Node {
    fn leaf(share: f64) -> Node {
        Node {
            cut: share,
            column: 0,
            below: 0,
            missing_below: false,
        }
    }

    fn is_below(&self, x: f64) -> bool {
        if x.is_nan() {
            self.missing_below
        } else {
            x < self.cut
        }
    }
}

impl Forest {
    /// Grows `trees` trees on the rows that are named; tree `i` draws from stream `first_stream + i`.
    pub(super) fn grow(
        drawing: &Drawing,
        rows: &[usize],
        trees: u32,
        seed: u64,
        first_stream: u64,
    ) -> Forest {
        let rows: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
        let tree = |tree: u32| {
            let mut draw = Draw::new(seed, first_stream + u64::from(tree));
            grow(drawing, rows.clone(), &mut draw)
        };
        Forest {
            trees: (0..trees).into_par_iter().map(tree).collect(),
        }
    }

    /// For each of these rows the mean share of current rows where it ends up; `value(place, column)` gives the value of
    /// the row at a place of the list.
    pub(super) fn scores(
        &self,
        rows: usize,
        value: impl Fn(usize, usize) -> f64 + Sync,
    ) -> Vec<f64> {
        let leaf = |tree: &[Node], place: usize| {
            let mut node = &tree[0];
            while node.below > 0 {
                let above = u32::from(!node.is_below(value(place, node.column as usize)));
                node = &tree[(node.below + above) as usize];
            }
            node.cut
        };
        // Tree by tree, so that one stays near; few rows at a time, for all cores.
        let part = |part: usize| {
            let places = part * TOGETHER..rows.min((part + 1) * TOGETHER);
            let mut sums = vec![0.0; places.len()];
            for tree in &self.trees {
                for (sum, place) in sums.iter_mut().zip(places.clone()) {
                    *sum += leaf(tree, place);
                }
            }
            sums
        };
        let parts = (0..rows.div_ceil(TOGETHER)).into_par_iter();
        let sums: Vec<f64> = parts.flat_map_iter(part).collect();
        sums.iter()
            .map(|sum| sum / self.trees.len() as f64)
            .collect()
    }
}

fn grow(drawing: &Drawing, mut rows: Vec<u32>, draw: &mut Draw) -> Vec<Node> {
    let mut nodes = vec![Node::leaf(0.5)];
    let mut open = vec![(0, 0..rows.len())];
    while let Some((at, range)) = open.pop() {
        let rows = &mut rows[range.clone()];
        let ones = rows
            .iter()
            .filter(|&&row| drawing.is_current(row as usize))
            .count();
        let mixed = ones > 0 && ones < rows.len();
        let split = mixed.then(|| best_split(drawing, rows, draw)).flatten();
        let Some(split) = split else {
            nodes[at] = Node::leaf(ones as f64 / rows.len() as f64);
            continue;
        };
        let values = &drawing.columns[split.column as usize];
        let middle = range.start + partition(rows, |row| split.is_below(values[row as usize]));
        let below = nodes.len();
        nodes.extend([Node::leaf(0.5); 2]);
        nodes[at] = Node {
            below: below as u32,
            ..split
        };
        open.push((below, range.start..middle));
        open.push((below + 1, middle..range.end));
    }
    nodes
}

/// The purest of a few random splits, none if all columns are constant here.
fn best_split(drawing: &Drawing, rows: &[u32], draw: &mut Draw) -> Option<Node> {
    if rows.len() < 2 * LEAF_MIN {
        return None;
    }
    let wanted = (drawing.columns.len() as f64).sqrt().ceil() as usize;
    let mut columns: Vec<usize> = (0..drawing.columns.len()).collect();
    let mut best: Option<(f64, Node)> = None;
    let mut tried = 0;
    for place in 0..columns.len() {
        if tried == wanted {
            break;
        }
        draw.shuffle_front(&mut columns[place..], 1);
        let Some(split) = random_split(columns[place], drawing, rows, draw) else {
            continue;
        };
        tried += 1;
        let impurity = impurity(drawing, rows, &split);
        if let Some(impurity) = impurity
            && best.is_none_or(|(least, _)| impurity < least)
        {
            best = Some((impurity, split));
        }
    }
    best.map(|(_, split)| split)
}

/// A random split of a column; none if it is constant in these rows.
fn random_split(column: usize, drawing: &Drawing, rows: &[u32], draw: &mut Draw) -> Option<Node> {
    let values = &drawing.columns[column];
    let (mut low, mut high, mut missing) = (f64::INFINITY, f64::NEG_INFINITY, false);
    for &row in rows {
        let x = values[row as usize];
        // NaN is neither smaller nor larger.
        low = low.min(x);
        high = high.max(x);
        missing |= x.is_nan();
    }
    let split = |cut, missing_below| Node {
        cut,
        column: column as u32,
        below: 0,
        missing_below,
    };
    if missing && low <= high && (low == high || draw.below(2) == 0) {
        return Some(split(f64::INFINITY, false));
    }
    if low >= high {
        return None;
    }
    let share = draw.uniform();
    let cut = low * (1.0 - share) + high * share;
    // Rounding must not leave a side empty.
    let cut = if cut > low { cut.min(high) } else { high };
    Some(split(cut, missing && draw.below(2) == 0))
}

/// Gini's impurity after a split, without its factor; none if a side is too small.
fn impurity(drawing: &Drawing, rows: &[u32], split: &Node) -> Option<f64> {
    let values = &drawing.columns[split.column as usize];
    let (mut below, mut ones_below, mut ones) = (0_usize, 0_usize, 0_usize);
    for &row in rows {
        let (is_below, is_one) = (
            usize::from(split.is_below(values[row as usize])),
            usize::from(drawing.is_current(row as usize)),
        );
        below += is_below;
        ones += is_one;
        ones_below += is_below & is_one;
    }
    let above = rows.len() - below;
    if below.min(above) < LEAF_MIN {
        return None;
    }
    let side = |n: usize, ones: usize| (ones * (n - ones)) as f64 / n as f64;
    Some(side(below, ones_below) + side(above, ones - ones_below))
}

/// Moves what holds to the front and says how much it is.
fn partition(rows: &mut [u32], holds: impl Fn(u32) -> bool) -> usize {
    let mut front = 0;
    for at in 0..rows.len() {
        if holds(rows[at]) {
            rows.swap(front, at);
            front += 1;
        }
    }
    front
}
