use super::Drawing;
use crate::draw::Draw;
use rayon::prelude::*;

/// Rows that a leaf holds at least.
const LEAF_MIN: usize = 5;

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

enum Node {
    /// The share of current rows.
    Leaf(f64),
    Split(Split, [usize; 2]),
}

/// A question to one column. All numbers are below an infinite cut, which asks whether the value is missing.
#[derive(Clone, Copy)]
struct Split {
    column: usize,
    cut: f64,
    missing_below: bool,
}

impl Split {
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
        let tree = |tree: u32| {
            let mut draw = Draw::new(seed, first_stream + u64::from(tree));
            grow(drawing, rows.to_vec(), &mut draw)
        };
        Forest {
            trees: (0..trees).into_par_iter().map(tree).collect(),
        }
    }

    /// The mean share of current rows where this row ends up; `value` gives its value in a column.
    pub(super) fn score(&self, value: impl Fn(usize) -> f64) -> f64 {
        let leaf = |tree: &Vec<Node>| {
            let mut at = 0;
            loop {
                match &tree[at] {
                    Node::Leaf(share) => return *share,
                    Node::Split(split, [below, above]) => {
                        at = if split.is_below(value(split.column)) {
                            *below
                        } else {
                            *above
                        };
                    }
                }
            }
        };
        self.trees.iter().map(leaf).sum::<f64>() / self.trees.len() as f64
    }
}

fn grow(drawing: &Drawing, mut rows: Vec<usize>, draw: &mut Draw) -> Vec<Node> {
    let mut nodes = vec![Node::Leaf(0.5)];
    let mut open = vec![(0, 0..rows.len())];
    while let Some((at, range)) = open.pop() {
        let rows = &mut rows[range.clone()];
        let ones = rows.iter().filter(|&&row| drawing.is_current(row)).count();
        let mixed = ones > 0 && ones < rows.len();
        let split = mixed.then(|| best_split(drawing, rows, draw)).flatten();
        let Some(split) = split else {
            nodes[at] = Node::Leaf(ones as f64 / rows.len() as f64);
            continue;
        };
        let values = &drawing.columns[split.column];
        let below = partition(rows, |&row| split.is_below(values[row]));
        let middle = range.start + below;
        let children = [nodes.len(), nodes.len() + 1];
        nodes.extend([Node::Leaf(0.5), Node::Leaf(0.5)]);
        nodes[at] = Node::Split(split, children);
        open.push((children[0], range.start..middle));
        open.push((children[1], middle..range.end));
    }
    nodes
}

/// The purest of a few random splits, none if all columns are constant here.
fn best_split(drawing: &Drawing, rows: &[usize], draw: &mut Draw) -> Option<Split> {
    if rows.len() < 2 * LEAF_MIN {
        return None;
    }
    let wanted = (drawing.columns.len() as f64).sqrt().ceil() as usize;
    let mut columns: Vec<usize> = (0..drawing.columns.len()).collect();
    let mut best: Option<(f64, Split)> = None;
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
fn random_split(
    column: usize,
    drawing: &Drawing,
    rows: &[usize],
    draw: &mut Draw,
) -> Option<Split> {
    let (mut low, mut high, mut missing) = (f64::INFINITY, f64::NEG_INFINITY, false);
    for &row in rows {
        let x = drawing.columns[column][row];
        // NaN is neither smaller nor larger.
        low = low.min(x);
        high = high.max(x);
        missing |= x.is_nan();
    }
    let asks_for_missing = missing && low <= high && (low == high || draw.below(2) == 0);
    if asks_for_missing {
        return Some(Split {
            column,
            cut: f64::INFINITY,
            missing_below: false,
        });
    }
    if low >= high {
        return None;
    }
    let share = draw.uniform();
    let cut = low * (1.0 - share) + high * share;
    Some(Split {
        column,
        // Rounding must not leave a side empty.
        cut: if cut > low { cut.min(high) } else { high },
        missing_below: missing && draw.below(2) == 0,
    })
}

/// Gini's impurity after a split, without its factor; none if a side is too small.
fn impurity(drawing: &Drawing, rows: &[usize], split: &Split) -> Option<f64> {
    let values = &drawing.columns[split.column];
    let (mut below, mut ones_below, mut ones) = (0_usize, 0_usize, 0_usize);
    for &row in rows {
        let (is_below, is_one) = (
            usize::from(split.is_below(values[row])),
            usize::from(drawing.is_current(row)),
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
fn partition(rows: &mut [usize], holds: impl Fn(&usize) -> bool) -> usize {
    let mut front = 0;
    for at in 0..rows.len() {
        if holds(&rows[at]) {
            rows.swap(front, at);
            front += 1;
        }
    }
    front
}
