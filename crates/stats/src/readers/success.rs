//! Sums of products of successes over pairs of readings.

/// The ratings of a test: by reader, then by case; none where the reader did not read the case.
pub(super) type Ratings = Vec<Vec<Option<f64>>>;

/// For each of eight kinds of pairs of comparisons, a sum over all pairs of that kind.
///
/// A comparison is of one healthy with one diseased case by one reader. The kinds are, in the order of Gallas: one reader
/// with the same two cases; the same diseased case and any healthy one; the same healthy case and any diseased one; any
/// cases; then the same four for any two readers. "Any" takes in "the same".
pub(super) type Sums = [i128; 8];

/// The sums of two tests: how many pairs of comparisons there are, and the sum of their products, where a comparison counts 2
/// if the diseased case is rated higher, 1 if both are rated the same. Whole numbers, so their order does not matter.
pub(super) struct Pairs {
    pub(super) count: Sums,
    /// Four times the sum of the products of successes.
    pub(super) won: Sums,
}

/// The comparisons of a test: twice the successes of each reader, and how many comparisons there are.
pub(super) struct Comparisons {
    /// By reader: twice the success, the number.
    pub(super) by_reader: Vec<[i128; 2]>,
}

/// The sums of `a` and `b`, which may be the same test; readers are the same by their place.
///
/// The cost is one comparison for each reader, test, healthy case and diseased case; pairs are never looped over.
pub(super) fn pairs(truth: &[bool], a: &Ratings, b: &Ratings) -> Pairs {
    let cases = |of: bool| -> Vec<usize> { (0..truth.len()).filter(|&i| truth[i] == of).collect() };
    let (healthy, diseased) = (cases(false), cases(true));
    let sides = [a, b].map(|test| Side::of(test, &diseased));
    let readers = a.len().max(b.len());
    let mut won = Running::new(readers, diseased.len());
    let mut count = Running::new(readers, diseased.len());
    let blank = || vec![vec![0; diseased.len()]; readers];
    let (mut of_won, mut of_count) = ([blank(), blank()], [blank(), blank()]);
    for &case in &healthy {
        for (side, (won, count)) in sides.iter().zip(of_won.iter_mut().zip(&mut of_count)) {
            side.compare(case, won, count);
        }
        won.add(&of_won);
        count.add(&of_count);
    }
    Pairs {
        count: count.sums(),
        won: won.sums(),
    }
}

/// The comparisons of each reader with a test.
pub(super) fn comparisons(truth: &[bool], test: &Ratings) -> Comparisons {
    let of_reader = |ratings: &Vec<Option<f64>>| {
        let rated = |of: bool| {
            let both = truth
                .iter()
                .zip(ratings)
                .filter(move |(truth, _)| **truth == of);
            let mut found: Vec<f64> = both.filter_map(|(_, rating)| *rating).collect();
            found.sort_unstable_by(f64::total_cmp);
            found
        };
        let (healthy, diseased) = (rated(false), rated(true));
        let twice = diseased.iter().map(|score| {
            let below = healthy.partition_point(|other| other < score);
            let not_above = healthy.partition_point(|other| other <= score);
            (below + not_above) as i128
        });
        [twice.sum(), healthy.len() as i128 * diseased.len() as i128]
    };
    Comparisons {
        by_reader: test.iter().map(of_reader).collect(),
    }
}

/// A test on one side of the pairs.
struct Side<'a> {
    test: &'a Ratings,
    /// By reader, the ratings of diseased cases; NaN, which beats nothing, where there is none.
    diseased: Vec<Vec<f64>>,
    /// By reader, 1 for each diseased case that was read.
    read: Vec<Vec<i64>>,
}

impl<'a> Side<'a> {
    fn of(test: &'a Ratings, diseased: &[usize]) -> Self {
        let of_reader = |ratings: &Vec<Option<f64>>| -> Vec<f64> {
            let rating = |&case: &usize| ratings[case].unwrap_or(f64::NAN);
            diseased.iter().map(rating).collect()
        };
        let diseased: Vec<Vec<f64>> = test.iter().map(of_reader).collect();
        let is_read = |rating: &f64| i64::from(!rating.is_nan());
        let read = diseased
            .iter()
            .map(|ratings| ratings.iter().map(is_read).collect())
            .collect();
        Self {
            test,
            diseased,
            read,
        }
    }

    /// Writes, by reader, the comparisons of a healthy case with each diseased one.
    fn compare(&self, healthy: usize, won: &mut [Vec<i64>], count: &mut [Vec<i64>]) {
        for (reader, ratings) in self.test.iter().enumerate() {
            match ratings[healthy] {
                None => {
                    won[reader].fill(0);
                    count[reader].fill(0);
                }
                Some(own) => {
                    for (won, score) in won[reader].iter_mut().zip(&self.diseased[reader]) {
                        *won = 2 * i64::from(*score > own) + i64::from(*score == own);
                    }
                    count[reader].copy_from_slice(&self.read[reader]);
                }
            }
        }
    }
}

/// Sums over the healthy cases that were seen so far, of two sides.
struct Running {
    sums: Sums,
    /// By side and reader, for each diseased case.
    by_diseased: [Vec<Vec<i64>>; 2],
}

impl Running {
    fn new(readers: usize, diseased: usize) -> Self {
        let blank = || vec![vec![0; diseased]; readers];
        Self {
            sums: [0; 8],
            by_diseased: [blank(), blank()],
        }
    }

    /// Adds the comparisons of one healthy case: by side, reader and diseased case.
    fn add(&mut self, [a, b]: &[Vec<Vec<i64>>; 2]) {
        let diseased = a.first().map_or(0, Vec::len);
        let mut of_all = [vec![0_i64; diseased], vec![0_i64; diseased]];
        let mut healthy_of_all = [0_i128; 2];
        for (own, other) in a.iter().zip(b) {
            self.sums[0] += i128::from(product(own, other));
            let [x, y] = [own, other].map(|row| i128::from(row.iter().sum::<i64>()));
            self.sums[2] += x * y;
            healthy_of_all[0] += x;
            healthy_of_all[1] += y;
        }
        self.sums[6] += healthy_of_all[0] * healthy_of_all[1];
        for (side, rows) in [a, b].into_iter().enumerate() {
            for (row, kept) in rows.iter().zip(&mut self.by_diseased[side]) {
                for ((value, kept), all) in row.iter().zip(kept).zip(&mut of_all[side]) {
                    *kept += value;
                    *all += value;
                }
            }
        }
        self.sums[4] += i128::from(product(&of_all[0], &of_all[1]));
    }

    fn sums(self) -> Sums {
        let [a, b] = &self.by_diseased;
        let mut sums = self.sums;
        let wide = |own: &[i64], other: &[i64]| -> i128 {
            let both = own.iter().zip(other);
            both.map(|(x, y)| i128::from(*x) * i128::from(*y)).sum()
        };
        let diseased = a.first().map_or(0, Vec::len);
        let mut of_all = [vec![0_i64; diseased], vec![0_i64; diseased]];
        let mut all = [0_i128; 2];
        for (own, other) in a.iter().zip(b) {
            sums[1] += wide(own, other);
            let [x, y] = [own, other].map(|row| i128::from(row.iter().sum::<i64>()));
            sums[3] += x * y;
            all[0] += x;
            all[1] += y;
            for (side, row) in [own, other].into_iter().enumerate() {
                for (sum, value) in of_all[side].iter_mut().zip(row) {
                    *sum += value;
                }
            }
        }
        sums[5] = wide(&of_all[0], &of_all[1]);
        sums[7] = all[0] * all[1];
        sums
    }
}

fn product(a: &[i64], b: &[i64]) -> i64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
