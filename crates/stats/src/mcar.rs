//! Whether values are missing completely at random.

use std::collections::BTreeMap;

use statrs::distribution::{ChiSquared, ContinuousCDF};
use thiserror::Error;

use crate::matrix::{Cholesky, Matrix};
use crate::normal;

/// What Little's test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mcar {
    /// How far the means of each pattern lie from those that all rows would have.
    pub statistic: f64,
    pub degrees_of_freedom: u64,
    /// Of values that are missing completely at random.
    pub p_value: f64,
    /// Rows with a value at least.
    pub rows: u64,
    /// Which columns are missing together: as many ways as there are.
    pub patterns: u64,
}

/// Why there is no test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoMcar {
    #[error("fewer than two columns of numbers that vary have a value")]
    TooFewColumns,
    #[error("the same columns have a value in every row")]
    OnePattern,
    #[error("too few rows have each column")]
    TooFewRows,
    #[error("a column follows from the others")]
    Dependent,
    #[error("the means did not settle")]
    NotConverged,
}

const STEPS_MAX: usize = 2000;
/// In standard deviations of a column.
const SETTLED: f64 = 1e-9;

/// Little's test of columns of one length, NaN where a value is missing: rows are independent, columns about normal.
///
/// Means and covariances are those of maximum likelihood, found by expectation and maximisation over sums by pattern, so that
/// a step costs as much for a million rows as for a thousand. Rows without any value say nothing and are left out.
///
/// # Errors
/// [`NoMcar`]
///
/// # Source
/// Little 1988, J Am Stat Assoc 83:1198-1202, equation 4; Little and Rubin 2002, Statistical Analysis with Missing Data,
/// section 11.2 (the steps).
pub fn little(columns: &[Vec<f64>]) -> Result<Mcar, NoMcar> {
    let columns: Vec<Vec<f64>> = columns.iter().filter_map(|one| scaled(one)).collect();
    let p = columns.len();
    if p < 2 {
        return Err(NoMcar::TooFewColumns);
    }
    let patterns = patterns(&columns);
    if patterns.len() < 2 {
        return Err(NoMcar::OnePattern);
    }
    let rows: f64 = patterns.iter().map(|pattern| pattern.rows).sum();
    let seen = |column: usize| -> f64 {
        let with = patterns.iter().filter(|one| one.seen.contains(&column));
        with.map(|one| one.rows).sum()
    };
    if (0..p).any(|column| seen(column) <= p as f64) {
        return Err(NoMcar::TooFewRows);
    }
    let (mean, covariance) = likeliest(&patterns, p, rows)?;
    let (mut statistic, mut degrees) = (0.0, 0);
    for pattern in &patterns {
        let observed = Cholesky::of(&part(&covariance, &pattern.seen, &pattern.seen))
            .ok_or(NoMcar::Dependent)?;
        let away: Vec<f64> = pattern
            .seen
            .iter()
            .zip(&pattern.sums)
            .map(|(column, sum)| sum / pattern.rows - mean[*column])
            .collect();
        statistic += pattern.rows * dot(&away, &observed.solve(&away));
        degrees += pattern.seen.len();
    }
    let degrees_of_freedom = (degrees - p) as u64;
    if degrees_of_freedom == 0 {
        return Err(NoMcar::OnePattern);
    }
    let law = ChiSquared::new(degrees_of_freedom as f64).map_err(|_| NoMcar::OnePattern)?;
    Ok(Mcar {
        statistic,
        degrees_of_freedom,
        p_value: law.sf(statistic),
        rows: rows as u64,
        patterns: patterns.len() as u64,
    })
}

/// The values of a column as those of a normal law with the same order, equal ones alike; NaN stays. A few extreme values so
/// weigh no more than their ranks, where a statistic supposes normal columns.
///
/// # Source
/// van der Waerden 1952, Indag Math 14:453-458: the quantile of rank / (n + 1).
pub fn normal_scores(column: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..column.len()).filter(|i| !column[*i].is_nan()).collect();
    order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
    let mut scores = vec![f64::NAN; column.len()];
    let (n, mut before) = (order.len() as f64, 0.0);
    for equal in order.chunk_by(|a, b| column[*a] == column[*b]) {
        let rank = before + (equal.len() as f64 + 1.0) / 2.0;
        for place in equal {
            scores[*place] = normal::quantile(rank / (n + 1.0));
        }
        before += equal.len() as f64;
    }
    scores
}

/// A column in its standard deviations from its mean; `None` if it does not vary.
fn scaled(column: &[f64]) -> Option<Vec<f64>> {
    let present = || column.iter().filter(|value| !value.is_nan());
    let n = present().count() as f64;
    let mean = present().sum::<f64>() / n;
    let variance = present().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    let sd = variance.sqrt();
    (sd > 0.0 && sd.is_finite()).then(|| column.iter().map(|value| (value - mean) / sd).collect())
}

/// The rows in which the same columns have a value.
struct Pattern {
    seen: Vec<usize>,
    missing: Vec<usize>,
    rows: f64,
    /// Of the columns that are seen.
    sums: Vec<f64>,
    /// Of the products of each two of them.
    products: Matrix,
}

fn patterns(columns: &[Vec<f64>]) -> Vec<Pattern> {
    let mut rows_of: BTreeMap<Vec<bool>, Vec<usize>> = BTreeMap::new();
    for row in 0..columns[0].len() {
        let mask = columns.iter().map(|column| column[row].is_nan()).collect();
        rows_of.entry(mask).or_default().push(row);
    }
    let some = rows_of
        .into_iter()
        .filter(|(mask, _)| mask.contains(&false));
    some.map(|(mask, rows)| {
        let of = |wanted: bool| (0..mask.len()).filter(|i| mask[*i] == wanted).collect();
        let (seen, missing): (Vec<usize>, Vec<usize>) = (of(false), of(true));
        let sum = |of: &dyn Fn(usize) -> f64| rows.iter().map(|row| of(*row)).sum::<f64>();
        let sums = seen.iter().map(|i| sum(&|row| columns[*i][row])).collect();
        let products = Matrix::of(seen.len(), seen.len(), |a, b| {
            let (a, b) = (&columns[seen[a]], &columns[seen[b]]);
            sum(&|row| a[row] * b[row])
        });
        Pattern {
            rows: rows.len() as f64,
            seen,
            missing,
            sums,
            products,
        }
    })
    .collect()
}

/// Means and covariances of the highest likelihood, from columns in standard deviations.
fn likeliest(patterns: &[Pattern], p: usize, rows: f64) -> Result<(Vec<f64>, Matrix), NoMcar> {
    let mut mean = vec![0.0; p];
    let mut covariance = Matrix::of(p, p, |a, b| f64::from(u8::from(a == b)));
    for _ in 0..STEPS_MAX {
        let (mut sums, mut products) = (vec![0.0; p], Matrix::zero(p, p));
        for pattern in patterns {
            pattern.expect(&mean, &covariance, &mut sums, &mut products)?;
        }
        let next: Vec<f64> = sums.iter().map(|sum| sum / rows).collect();
        let spread = Matrix::of(p, p, |a, b| products.at(a, b) / rows - next[a] * next[b]);
        let moved = |a: &[f64], b: &[f64]| {
            let steps = a.iter().zip(b).map(|(a, b)| (a - b).abs());
            steps.fold(0.0, f64::max)
        };
        let step = moved(&next, &mean).max(moved(&spread.values, &covariance.values));
        (mean, covariance) = (next, spread);
        if step < SETTLED {
            return Ok((mean, covariance));
        }
        if !step.is_finite() {
            return Err(NoMcar::Dependent);
        }
    }
    Err(NoMcar::NotConverged)
}

impl Pattern {
    /// Adds the expected sums and products of these rows, what is missing given what is seen.
    fn expect(
        &self,
        mean: &[f64],
        covariance: &Matrix,
        sums: &mut [f64],
        products: &mut Matrix,
    ) -> Result<(), NoMcar> {
        let (seen, missing) = (&self.seen, &self.missing);
        let observed = Cholesky::of(&part(covariance, seen, seen)).ok_or(NoMcar::Dependent)?;
        // One line a missing column: how it follows from the seen ones.
        let lines = missing.iter().map(|m| {
            let with: Vec<f64> = seen.iter().map(|s| covariance.at(*m, *s)).collect();
            observed.solve(&with)
        });
        let lines: Vec<Vec<f64>> = lines.collect();
        let of_means: Vec<f64> = seen.iter().map(|s| mean[*s]).collect();
        // What a row has of a missing column: a constant, and the line times what it has of the seen ones.
        let constant = |i: usize| mean[missing[i]] - dot(&lines[i], &of_means);
        for (s, sum) in seen.iter().zip(&self.sums) {
            sums[*s] += sum;
        }
        for (a, s) in seen.iter().enumerate() {
            for (b, t) in seen.iter().enumerate() {
                products.add(*s, *t, self.products.at(a, b));
            }
        }
        let expected: Vec<f64> = (0..missing.len())
            .map(|i| self.rows * constant(i) + dot(&lines[i], &self.sums))
            .collect();
        for (i, m) in missing.iter().enumerate() {
            sums[*m] += expected[i];
            let through: Vec<f64> = (0..seen.len())
                .map(|b| {
                    (0..seen.len())
                        .map(|a| lines[i][a] * self.products.at(a, b))
                        .sum()
                })
                .collect();
            for (b, s) in seen.iter().enumerate() {
                let product = constant(i) * self.sums[b] + through[b];
                products.add(*m, *s, product);
                products.add(*s, *m, product);
            }
            for (j, other) in missing.iter().enumerate() {
                let with: Vec<f64> = seen.iter().map(|s| covariance.at(*other, *s)).collect();
                let left = covariance.at(*m, *other) - dot(&lines[i], &with);
                let product = self.rows * left
                    + constant(i) * expected[j]
                    + dot(&lines[i], &self.sums) * constant(j)
                    + dot(&through, &lines[j]);
                products.add(*m, *other, product);
            }
        }
        Ok(())
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn part(matrix: &Matrix, rows: &[usize], columns: &[usize]) -> Matrix {
    Matrix::of(rows.len(), columns.len(), |row, column| {
        matrix.at(rows[row], columns[column])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draw::Draw;

    /// Columns that go together, some of whose values are missing: by chance, or the larger the first column is.
    fn columns(rows: usize, by_chance: bool, seed: u64) -> Vec<Vec<f64>> {
        let mut draw = Draw::new(seed, 0);
        let mut columns = vec![Vec::new(); 4];
        for _ in 0..rows {
            let common = draw.normal();
            let values: Vec<f64> = (0..4).map(|_| common + draw.normal()).collect();
            for (at, column) in columns.iter_mut().enumerate() {
                let share = if by_chance || values[0] < 0.0 {
                    0.1
                } else {
                    0.5
                };
                let is_gone = at > 0 && draw.uniform() < share;
                column.push(if is_gone { f64::NAN } else { values[at] });
            }
        }
        columns
    }

    #[test]
    fn values_that_are_missing_by_chance_are_told_from_others() {
        let false_alarms = (0..200).filter(|seed| {
            let test = little(&columns(300, true, *seed)).expect("is defined");
            test.p_value < 0.05
        });
        // 200 draws of 0.05: outside of 2 to 19 once in a thousand.
        let false_alarms = false_alarms.count();
        assert!((2..=19).contains(&false_alarms), "{false_alarms}");
        let test = little(&columns(300, false, 1)).expect("is defined");
        assert!(test.p_value < 1e-6, "{test:?}");
    }

    #[test]
    fn normal_scores_keep_the_order_and_share_ties() {
        let scores = normal_scores(&[1e9, f64::NAN, -2.0, -2.0]);
        assert!(scores[1].is_nan() && scores[2] == scores[3] && scores[3] < scores[0]);
        // Ranks 3 and 1.5 of three values.
        assert!(
            (scores[0] - 0.674_489_750_196_081_7).abs() < 1e-12,
            "{scores:?}"
        );
        assert!(
            (scores[2] + 0.318_639_363_964_375_2).abs() < 1e-12,
            "{scores:?}"
        );
    }

    #[test]
    fn the_test_agrees_with_a_general_optimiser() {
        let text = include_str!("../tests/reference/mcar.json");
        let document: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
        for case in document["cases"].as_array().expect("cases") {
            let columns: Vec<Vec<Option<f64>>> =
                serde_json::from_value(case["columns"].clone()).expect("columns");
            let columns: Vec<Vec<f64>> = columns
                .into_iter()
                .map(|one| {
                    one.into_iter()
                        .map(|value| value.unwrap_or(f64::NAN))
                        .collect()
                })
                .collect();
            let found = little(&columns).expect("is defined");
            let wanted = |key: &str| case[key].as_f64().expect("a number");
            let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * b.abs();
            assert!(close(found.statistic, wanted("statistic")), "{found:?}");
            assert!(close(found.p_value, wanted("p_value")), "{found:?}");
            assert_eq!(
                found.degrees_of_freedom as f64,
                wanted("degrees_of_freedom")
            );
            assert_eq!(found.patterns as f64, wanted("patterns"));
        }
    }

    #[test]
    fn what_cannot_be_tested_says_why() {
        let whole = columns(50, true, 1)[0].clone();
        let mut gaps = whole.clone();
        gaps[..10].fill(f64::NAN);
        let test = |columns: &[Vec<f64>]| little(columns).map(|test| test.patterns);
        assert_eq!(test(&[]), Err(NoMcar::TooFewColumns));
        assert_eq!(
            test(&[whole.clone(), vec![1.0; 50]]),
            Err(NoMcar::TooFewColumns)
        );
        let other = columns(50, true, 2)[0].clone();
        assert_eq!(test(&[whole.clone(), other]), Err(NoMcar::OnePattern));
        assert_eq!(test(&[whole.clone(), gaps.clone()]), Err(NoMcar::Dependent));
        let mut one = vec![f64::NAN; 50];
        one[..2].copy_from_slice(&[1.0, 2.0]);
        assert_eq!(test(&[whole, one]), Err(NoMcar::TooFewRows));
    }

    proptest! {
        #[test]
        fn neither_scale_nor_order_matters(seed in 0_u64..1000) {
            let before = columns(60, false, seed);
            let mut after: Vec<Vec<f64>> = before.iter().map(|one| one.iter().rev().map(|v| 40.0 - 3.0 * v).collect()).collect();
            after.rotate_left(1);
            match (little(&before), little(&after)) {
                (Ok(a), Ok(b)) => {
                    prop_assert!((a.statistic - b.statistic).abs() < 1e-5 * a.statistic, "{:?} {:?}", a, b);
                    prop_assert_eq!(a.degrees_of_freedom, b.degrees_of_freedom);
                }
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }
}
