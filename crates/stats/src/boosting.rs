//! Gradient boosting of shallow regression trees on histograms: a learner that needs no tuning, takes columns as they
//! are, and gives the same answer on every machine.
//!
//! It is here to learn what cannot be written down: how large a model's error is for a kind of patient. It is no model
//! for patients.

mod bins;
mod tree;

use bins::Bins;
use rayon::prelude::*;
use thiserror::Error;
use tree::{Growth, Tree};

/// A column of features. What is missing is learned from as any other value.
#[derive(Clone, Debug, PartialEq)]
pub enum Feature {
    /// Numbers in an order that means something; NaN and infinities are missing.
    Number(Vec<f64>),
    /// Categories by code, in no order; `None` is missing. A code that was not there at the fit is taken as missing.
    Category(Vec<Option<u32>>),
}

impl Feature {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Feature::Number(values) => values.len(),
            Feature::Category(codes) => codes.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of these indices.
    pub fn pick(&self, rows: &[usize]) -> Feature {
        match self {
            Feature::Number(values) => {
                Feature::Number(rows.iter().map(|&row| values[row]).collect())
            }
            Feature::Category(codes) => {
                Feature::Category(rows.iter().map(|&row| codes[row]).collect())
            }
        }
    }
}

/// How trees are grown. The defaults are those of LightGBM and of scikit-learn's histogram boosting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boosting {
    /// The number of trees.
    pub trees: usize,
    /// The share of each tree's answer that is taken, in 0..=1.
    pub rate: f64,
    /// The most leaves of a tree.
    pub leaves: usize,
    /// The fewest rows of a leaf.
    pub leaf_rows: usize,
}

impl Default for Boosting {
    fn default() -> Self {
        Boosting {
            trees: 100,
            rate: 0.1,
            leaves: 31,
            leaf_rows: 20,
        }
    }
}

/// Columns that nothing can be learned from.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FitError {
    /// No row at all.
    #[error("there is no row to learn from")]
    NoRow,
    /// No column at all.
    #[error("there is no feature to learn from")]
    NoFeature,
    /// Columns of different length.
    #[error("feature {column} (counted from 0) has {rows} rows and the target has {target}")]
    Length {
        /// The feature, counted from 0.
        column: usize,
        /// Its rows.
        rows: usize,
        /// The rows of the target.
        target: usize,
    },
    /// A target that is NaN or infinite.
    #[error("the target of row {row} (counted from 0) is {value}; it must be a finite number")]
    Target {
        /// The row, counted from 0.
        row: usize,
        /// Its target.
        value: f64,
    },
}

/// A mean and the trees that correct it.
#[derive(Clone, Debug)]
pub struct BoostedTrees {
    mean: f64,
    bins: Vec<Bins>,
    trees: Vec<Tree>,
}

impl BoostedTrees {
    /// Fits the mean of a target given features, by squared error. The order of rows does not matter but for rounding.
    ///
    /// # Errors
    /// [`FitError`].
    ///
    /// # Source
    /// Friedman 2001, Annals of Statistics 29:1189-1232 (algorithm 2, with shrinkage); Ke and others 2017, LightGBM,
    /// NeurIPS 30 (histograms, growth by the best leaf); Fisher 1958, JASA 53:789-798 (the best division of categories is
    /// among those that are ordered by their mean).
    pub fn fit(
        features: &[Feature],
        target: &[f64],
        how: &Boosting,
    ) -> Result<BoostedTrees, FitError> {
        check(features, target)?;
        let bins: Vec<Bins> = features.par_iter().map(Bins::of).collect();
        let binned = binned(&bins, features);
        let mean = target.iter().sum::<f64>() / target.len() as f64;
        let mut residual: Vec<f64> = target.iter().map(|value| value - mean).collect();
        let mut trees = Vec::with_capacity(how.trees);
        for _ in 0..how.trees {
            let mut growth = Growth::new(&bins, &binned, &residual, how);
            growth.grow();
            let (tree, leaves) = growth.finish();
            // A tree without a split found nothing, and no later one will.
            if leaves.len() < 2 {
                break;
            }
            for (rows, value) in leaves {
                for row in rows {
                    residual[row as usize] -= value;
                }
            }
            trees.push(tree);
        }
        Ok(BoostedTrees { mean, bins, trees })
    }

    /// The predicted mean of each row of the same columns.
    pub fn predict(&self, features: &[Feature]) -> Vec<f64> {
        let binned = binned(&self.bins, features);
        let rows = features.first().map_or(0, Feature::len);
        let predict = |row: usize| {
            let steps = self.trees.iter().map(|tree| tree.value(&binned, row));
            self.mean + steps.sum::<f64>()
        };
        (0..rows).into_par_iter().map(predict).collect()
    }
}

fn binned(bins: &[Bins], features: &[Feature]) -> Vec<Vec<u8>> {
    bins.par_iter()
        .zip(features)
        .map(|(bins, feature)| bins.apply(feature))
        .collect()
}

fn check(features: &[Feature], target: &[f64]) -> Result<(), FitError> {
    if target.is_empty() {
        return Err(FitError::NoRow);
    }
    if features.is_empty() {
        return Err(FitError::NoFeature);
    }
    let mut lengths = features.iter().map(Feature::len).enumerate();
    if let Some((column, rows)) = lengths.find(|&(_, rows)| rows != target.len()) {
        return Err(FitError::Length {
            column,
            rows,
            target: target.len(),
        });
    }
    match target.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(FitError::Target {
            row,
            value: target[row],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    fn error(trees: &BoostedTrees, features: &[Feature], target: &[f64]) -> f64 {
        let predicted = trees.predict(features);
        let squares = predicted.iter().zip(target).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f64>() / target.len() as f64
    }

    #[test]
    fn a_step_in_one_column_is_found_and_noise_in_another_is_not() {
        let mut draw = Draw::new(1, 0);
        let x: Vec<f64> = (0..400).map(|_| draw.normal()).collect();
        let noise: Vec<f64> = (0..400).map(|_| draw.normal()).collect();
        let target: Vec<f64> = x.iter().map(|&x| if x > 0.3 { 5.0 } else { 1.0 }).collect();
        let features = [Feature::Number(noise), Feature::Number(x)];
        let trees = BoostedTrees::fit(&features, &target, &Boosting::default()).expect("fits");
        let asked = [
            Feature::Number(vec![0.0; 4]),
            Feature::Number(vec![-9.0, 0.0, 0.6, 9.0]),
        ];
        for (found, wanted) in trees.predict(&asked).iter().zip([1.0, 1.0, 5.0, 5.0]) {
            assert!((found - wanted).abs() < 0.01, "{found} {wanted}");
        }
    }

    #[test]
    fn that_a_value_is_missing_is_learned_from() {
        let x: Vec<f64> = (0..300)
            .map(|i| if i % 3 == 0 { f64::NAN } else { f64::from(i) })
            .collect();
        let target: Vec<f64> = x.iter().map(|x| f64::from(u8::from(x.is_nan()))).collect();
        let features = [Feature::Number(x)];
        let trees = BoostedTrees::fit(&features, &target, &Boosting::default()).expect("fits");
        assert!(error(&trees, &features, &target) < 1e-6);
        let infinite = trees.predict(&[Feature::Number(vec![f64::INFINITY])]);
        assert!((infinite[0] - 1.0).abs() < 0.01, "{infinite:?}");
    }

    #[test]
    fn categories_are_divided_without_an_order() {
        // Codes 1, 4 and 6 are high: no single cut of the codes divides them.
        let codes: Vec<Option<u32>> = (0..700).map(|i| (i % 8 != 7).then_some(i % 8)).collect();
        let high = |code: &Option<u32>| matches!(code, Some(1 | 4 | 6));
        let target: Vec<f64> = codes.iter().map(|c| f64::from(u8::from(high(c)))).collect();
        let features = [Feature::Category(codes)];
        let one_split = Boosting {
            trees: 1,
            rate: 1.0,
            leaves: 2,
            ..Boosting::default()
        };
        let trees = BoostedTrees::fit(&features, &target, &one_split).expect("fits");
        assert!(error(&trees, &features, &target) < 1e-12);
        let unseen = trees.predict(&[Feature::Category(vec![Some(99)])]);
        assert_eq!(unseen, trees.predict(&[Feature::Category(vec![None])]));
    }

    #[test]
    fn a_leaf_has_its_fewest_rows_and_a_tree_its_most_leaves() {
        let x: Vec<f64> = (0..100).map(f64::from).collect();
        let target: Vec<f64> = x.iter().map(|x| x * x).collect();
        let features = [Feature::Number(x)];
        let how = Boosting {
            trees: 1,
            rate: 1.0,
            leaves: 100,
            leaf_rows: 30,
        };
        let distinct = |how: &Boosting| {
            let trees = BoostedTrees::fit(&features, &target, how).expect("fits");
            let mut predicted = trees.predict(&features);
            predicted.dedup();
            predicted.len()
        };
        assert_eq!(distinct(&how), 3);
        assert_eq!(distinct(&Boosting { leaves: 2, ..how }), 2);
        assert_eq!(
            distinct(&Boosting {
                leaf_rows: 60,
                ..how
            }),
            1
        );
    }

    #[test]
    fn columns_that_cannot_be_learned_from_are_refused() {
        let fit = |features: &[Feature], target: &[f64]| {
            BoostedTrees::fit(features, target, &Boosting::default()).map(|_| ())
        };
        let column = Feature::Number(vec![1.0, 2.0]);
        assert_eq!(fit(&[], &[1.0]), Err(FitError::NoFeature));
        assert_eq!(fit(&[Feature::Number(vec![])], &[]), Err(FitError::NoRow));
        let short = fit(std::slice::from_ref(&column), &[1.0]);
        assert_eq!(
            short,
            Err(FitError::Length {
                column: 0,
                rows: 2,
                target: 1
            })
        );
        assert!(matches!(
            fit(&[column], &[1.0, f64::NAN]),
            Err(FitError::Target { row: 1, .. })
        ));
    }
}
