use serde::{Deserialize, Serialize};

/// How often each category of one column comes with each of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contingency {
    columns: usize,
    /// Row after row.
    counts: Vec<u64>,
}

impl Contingency {
    /// Of pairs of codes, below `rows` and `columns`; a pair with another code is left out, as one with a missing value is.
    pub fn of(a: &[u32], b: &[u32], rows: usize, columns: usize) -> Self {
        let mut counts = vec![0; rows * columns];
        for (&a, &b) in a.iter().zip(b) {
            let (a, b) = (a as usize, b as usize);
            if a < rows && b < columns {
                counts[a * columns + b] += 1;
            }
        }
        Self { columns, counts }
    }

    /// Pairs.
    pub fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Cramér's V, in 0..=1; absent if a side has fewer than two categories.
    ///
    /// # Source
    /// Cramér 1946, Mathematical Methods of Statistics, 21.9; without Yates's correction, as `scipy.stats.contingency.association`.
    pub fn cramers_v(&self) -> Option<f64> {
        let [r, c] = self.present();
        let least = r.min(c).checked_sub(1).filter(|least| *least > 0)?;
        Some((self.phi_squared() / least as f64).sqrt().min(1.0))
    }

    /// Cramér's V without what it has of chance alone; absent as that.
    ///
    /// # Source
    /// Bergsma 2013, Journal of the Korean Statistical Society 42:323-328.
    pub fn cramers_v_corrected(&self) -> Option<f64> {
        let [r, c] = self.present();
        if r < 2 || c < 2 {
            return None;
        }
        let [r, c, less] = [r, c, self.n() as usize].map(|k| (k - 1) as f64);
        let phi = (self.phi_squared() - r * c / less).max(0.0);
        let [r, c] = [r, c].map(|k| k - k * k / less);
        let v = (phi / r.min(c)).sqrt();
        v.is_finite().then(|| v.min(1.0))
    }

    /// Mutual information in nats, of the shares that were found, hence too high by chance in few cases.
    ///
    /// # Source
    /// Shannon 1948, Bell System Technical Journal 27:379-423; as `sklearn.metrics.mutual_info_score`.
    pub fn mutual_information(&self) -> Option<f64> {
        let n = self.n() as f64;
        if n == 0.0 {
            return None;
        }
        let information = self.cells().map(|(count, row, column)| {
            let share = count / n;
            share * (count * n / (row * column)).ln()
        });
        Some(information.sum::<f64>().max(0.0))
    }

    /// Chi-square over the number of pairs.
    fn phi_squared(&self) -> f64 {
        let shares = self.cells().map(|(n, row, column)| n * n / (row * column));
        (shares.sum::<f64>() - 1.0).max(0.0)
    }

    /// Categories of either side that occur.
    fn present(&self) -> [usize; 2] {
        self.margins()
            .map(|m| m.iter().filter(|n| **n > 0.0).count())
    }

    fn margins(&self) -> [Vec<f64>; 2] {
        let mut margins = [
            vec![0.0; self.counts.len() / self.columns.max(1)],
            vec![0.0; self.columns],
        ];
        for (at, &count) in self.counts.iter().enumerate() {
            margins[0][at / self.columns] += count as f64;
            margins[1][at % self.columns] += count as f64;
        }
        margins
    }

    /// Of each cell that is not empty its count, and those of its row and its column.
    fn cells(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let [rows, columns] = self.margins();
        let filled = self.counts.iter().enumerate().filter(|(_, n)| **n > 0);
        filled.map(move |(at, &n)| {
            (
                n as f64,
                rows[at / self.columns],
                columns[at % self.columns],
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_that_say_the_same_have_v_one_and_all_the_information() {
        let codes = [0, 1, 2, 0, 1, 2, 9];
        let table = Contingency::of(&codes, &codes, 3, 3);
        assert_eq!(table.n(), 6);
        assert!((table.cramers_v().expect("three by three") - 1.0).abs() < 1e-15);
        let information = table.mutual_information().expect("six pairs");
        assert!((information - 3.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn a_side_that_does_not_vary_has_no_v() {
        let table = Contingency::of(&[0, 0, 0], &[0, 1, 1], 2, 2);
        assert_eq!(
            (table.cramers_v(), table.cramers_v_corrected()),
            (None, None)
        );
        assert_eq!(table.mutual_information(), Some(0.0));
        assert_eq!(Contingency::of(&[], &[], 0, 0).mutual_information(), None);
    }

    #[test]
    fn chance_alone_has_no_corrected_v() {
        let code = |seed: u64| move |i: u64| (crate::sketch::spread(seed ^ i << 8) % 6) as u32;
        let a: Vec<u32> = (0..200).map(code(1)).collect();
        let b: Vec<u32> = (0..200).map(code(2)).collect();
        let table = Contingency::of(&a, &b, 6, 6);
        let plain = table.cramers_v().expect("six by six");
        let corrected = table.cramers_v_corrected().expect("six by six");
        assert!(plain > 0.1 && corrected < 0.08, "{plain} {corrected}");
    }
}
