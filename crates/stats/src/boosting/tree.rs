use super::Boosting;
use super::bins::Bins;
use rayon::prelude::*;

/// Rows below which a category is not looked at by itself, and rows by which its mean is drawn to 0 for its rank.
const CATEGORY_ROWS: f64 = 10.0;

/// A regression tree over bins.
#[derive(Clone, Debug)]
pub(super) struct Tree(Vec<Node>);

#[derive(Clone, Debug)]
enum Node {
    Leaf(f64),
    Branch {
        split: Split,
        left: usize,
        right: usize,
    },
}

/// A question to one column: which bins go left.
#[derive(Clone, Copy, Debug)]
struct Split {
    column: usize,
    /// One bit a bin.
    left: [u64; 4],
    gain: f64,
}

impl Split {
    fn goes_left(&self, bin: u8) -> bool {
        self.left[usize::from(bin >> 6)] >> (bin & 63) & 1 == 1
    }
}

impl Tree {
    pub(super) fn value(&self, binned: &[Vec<u8>], row: usize) -> f64 {
        let mut at = 0;
        loop {
            match &self.0[at] {
                Node::Leaf(value) => return *value,
                Node::Branch { split, left, right } => {
                    let goes_left = split.goes_left(binned[split.column][row]);
                    at = if goes_left { *left } else { *right };
                }
            }
        }
    }
}

/// Sum of residuals and number of rows.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    sum: f64,
    n: f64,
}

impl Cell {
    fn less(self, other: Cell) -> Cell {
        Cell {
            sum: self.sum - other.sum,
            n: self.n - other.n,
        }
    }

    fn and(self, other: Cell) -> Cell {
        Cell {
            sum: self.sum + other.sum,
            n: self.n + other.n,
        }
    }

    /// What a leaf of these rows takes from the sum of squares.
    fn fit(self) -> f64 {
        self.sum * self.sum / self.n
    }
}

/// Of each column the cells of its bins, that of what is missing last.
type Histogram = Vec<Vec<Cell>>;

/// A leaf that may still be divided.
struct Leaf {
    node: usize,
    rows: Vec<u32>,
    total: Cell,
    histogram: Histogram,
    best: Option<Split>,
}

/// A tree while it grows, by the leaf whose division gains most.
pub(super) struct Growth<'a> {
    bins: &'a [Bins],
    binned: &'a [Vec<u8>],
    residual: &'a [f64],
    how: &'a Boosting,
    nodes: Vec<Node>,
    leaves: Vec<Leaf>,
}

impl<'a> Growth<'a> {
    pub(super) fn new(
        bins: &'a [Bins],
        binned: &'a [Vec<u8>],
        residual: &'a [f64],
        how: &'a Boosting,
    ) -> Growth<'a> {
        let mut growth = Growth {
            bins,
            binned,
            residual,
            how,
            nodes: vec![Node::Leaf(0.0)],
            leaves: Vec::new(),
        };
        let rows: Vec<u32> = (0..residual.len() as u32).collect();
        let histogram = growth.histogram(&rows);
        growth.add_leaf(0, rows, histogram);
        growth
    }

    pub(super) fn grow(&mut self) {
        while self.leaves.len() < self.how.leaves {
            let gains = self.leaves.iter().enumerate();
            let gains = gains.filter_map(|(at, leaf)| Some((at, leaf.best?)));
            // Of equal gains the older leaf, so that the tree is the same everywhere.
            let best = gains.reduce(|a, b| if b.1.gain > a.1.gain { b } else { a });
            let Some((at, split)) = best else { return };
            self.divide(at, split);
        }
    }

    /// The tree, and of each leaf its rows and what is added to their prediction.
    pub(super) fn finish(mut self) -> (Tree, Vec<(Vec<u32>, f64)>) {
        let mut leaves = Vec::with_capacity(self.leaves.len());
        for leaf in self.leaves {
            let value = self.how.rate * leaf.total.sum / leaf.total.n;
            self.nodes[leaf.node] = Node::Leaf(value);
            leaves.push((leaf.rows, value));
        }
        (Tree(self.nodes), leaves)
    }

    fn divide(&mut self, at: usize, split: Split) {
        let leaf = self.leaves.remove(at);
        let column = &self.binned[split.column];
        let (left, right): (Vec<u32>, Vec<u32>) = leaf
            .rows
            .into_iter()
            .partition(|&row| split.goes_left(column[row as usize]));
        // The larger half's histogram is what the smaller one leaves of the whole.
        let smaller = self.histogram(if left.len() < right.len() {
            &left
        } else {
            &right
        });
        let larger = difference(&leaf.histogram, &smaller);
        let (of_left, of_right) = if left.len() < right.len() {
            (smaller, larger)
        } else {
            (larger, smaller)
        };
        let first = self.nodes.len();
        self.nodes[leaf.node] = Node::Branch {
            split,
            left: first,
            right: first + 1,
        };
        self.nodes.extend([Node::Leaf(0.0), Node::Leaf(0.0)]);
        self.add_leaf(first, left, of_left);
        self.add_leaf(first + 1, right, of_right);
    }

    fn add_leaf(&mut self, node: usize, rows: Vec<u32>, histogram: Histogram) {
        let total = histogram[0].iter().copied().reduce(Cell::and);
        let total = total.unwrap_or_default();
        let splits: Vec<Option<Split>> = (0..self.bins.len())
            .into_par_iter()
            .map(|column| self.best_split(column, &histogram[column], total))
            .collect();
        let best = splits
            .into_iter()
            .flatten()
            .reduce(|a, b| if b.gain > a.gain { b } else { a });
        self.leaves.push(Leaf {
            node,
            rows,
            total,
            histogram,
            best,
        });
    }

    fn histogram(&self, rows: &[u32]) -> Histogram {
        let of_column = |(bins, column): (&Bins, &Vec<u8>)| {
            let mut cells = vec![Cell::default(); usize::from(bins.missing()) + 1];
            for &row in rows {
                let cell = &mut cells[usize::from(column[row as usize])];
                cell.sum += self.residual[row as usize];
                cell.n += 1.0;
            }
            cells
        };
        let columns = self.bins.par_iter().zip(self.binned);
        columns.map(of_column).collect()
    }

    fn best_split(&self, column: usize, cells: &[Cell], total: Cell) -> Option<Split> {
        let none = usize::from(self.bins[column].missing());
        let missing = cells[none];
        let mut best: Option<Split> = None;
        let mut offer = |left: Cell, bits: &[u64; 4]| {
            let right = total.less(left);
            let rows_min = self.how.leaf_rows as f64;
            if left.n < rows_min || right.n < rows_min {
                return;
            }
            let gain = left.fit() + right.fit() - total.fit();
            // Rounding alone makes gains of a few units in the last place.
            let is_better = gain > best.map_or(1e-12 * (1.0 + total.fit()), |best| best.gain);
            if is_better {
                best = Some(Split {
                    column,
                    left: *bits,
                    gain,
                });
            }
        };
        let mut left = Cell::default();
        let mut bits = [0_u64; 4];
        if self.bins[column].is_category() {
            for bin in ranked(cells) {
                left = left.and(cells[bin]);
                bits[bin >> 6] |= 1 << (bin & 63);
                offer(left, &bits);
            }
            return best;
        }
        for (bin, cell) in cells[..none].iter().enumerate() {
            left = left.and(*cell);
            bits[bin >> 6] |= 1 << (bin & 63);
            if cell.n == 0.0 {
                continue;
            }
            let mut with_missing = bits;
            with_missing[none >> 6] |= 1 << (none & 63);
            if missing.n > 0.0 {
                offer(left, &bits);
                offer(left.and(missing), &with_missing);
            } else if 2.0 * left.n > total.n {
                // None is missing here; one that is later goes with the many.
                offer(left, &with_missing);
            } else {
                offer(left, &bits);
            }
        }
        best
    }
}

fn difference(whole: &Histogram, part: &Histogram) -> Histogram {
    let cell = |(whole, part): (&Cell, &Cell)| {
        let left = whole.less(*part);
        // Rounding must not leave a sum without rows.
        if left.n == 0.0 { Cell::default() } else { left }
    };
    let less = |(whole, part): (&Vec<Cell>, &Vec<Cell>)| whole.iter().zip(part).map(cell).collect();
    whole.iter().zip(part).map(less).collect()
}

/// The categories with enough rows, by their mean residual; what is missing is one of them.
fn ranked(cells: &[Cell]) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..cells.len())
        .filter(|&b| cells[b].n >= CATEGORY_ROWS)
        .collect();
    let rank = |bin: usize| cells[bin].sum / (cells[bin].n + CATEGORY_ROWS);
    ranked.sort_by(|&a, &b| rank(a).total_cmp(&rank(b)));
    ranked
}
