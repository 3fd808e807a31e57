/// A curve that never falls, fitted by least squares: straight between its knots, level beyond them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Isotonic {
    /// Rising.
    x: Vec<f64>,
    y: Vec<f64>,
}

/// Values nearer to each other than this are one value, as in scikit-learn.
const RESOLUTION: f64 = 1e-15;

/// The distinct places of a sample, and at which of them each value lies: what a fit needs that does not depend on y.
#[derive(Clone, Debug)]
pub(super) struct Places {
    x: Vec<f64>,
    weight: Vec<f64>,
    /// The place of each value, in the order of the sample.
    of: Vec<u32>,
}

impl Places {
    pub(super) fn of(values: &[f64]) -> Places {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        let mut places = Places {
            x: Vec::new(),
            weight: Vec::new(),
            of: vec![0; values.len()],
        };
        for i in order {
            if places
                .x
                .last()
                .is_none_or(|last| values[i] - last >= RESOLUTION)
            {
                places.x.push(values[i]);
                places.weight.push(0.0);
            }
            let place = places.x.len() - 1;
            places.weight[place] += 1.0;
            places.of[i] = place as u32;
        }
        places
    }
}

impl Isotonic {
    /// Fits y, of which there is one a value of the places and at least one.
    ///
    /// # Source
    /// Ayer, Brunk, Ewing, Reid and Silverman 1955, Annals of Mathematical Statistics 26:641-647 (pooling of adjacent
    /// violators); Zadrozny and Elkan 2002, KDD, 694-699 (of scores). Knots and what lies between and beyond them are as
    /// in scikit-learn's `IsotonicRegression(out_of_bounds="clip")`.
    pub(super) fn fit(places: &Places, y: impl IntoIterator<Item = f64>) -> Isotonic {
        let mut sums = vec![0.0; places.x.len()];
        for (&place, y) in places.of.iter().zip(y) {
            sums[place as usize] += y;
        }
        // Of each block its sum, its weight, and its last place.
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        for (place, &sum) in sums.iter().enumerate() {
            let mut block = (sum, places.weight[place], place);
            while let Some(&(sum, weight, _)) = blocks.last() {
                if sum * block.1 < block.0 * weight {
                    break;
                }
                block = (sum + block.0, weight + block.1, block.2);
                blocks.pop();
            }
            blocks.push(block);
        }
        let mut curve = Isotonic {
            x: Vec::with_capacity(2 * blocks.len()),
            y: Vec::with_capacity(2 * blocks.len()),
        };
        let mut first = 0;
        for (sum, weight, last) in blocks {
            for place in [first, last] {
                // A block of one place is one knot.
                if curve.x.last() != Some(&places.x[place]) {
                    curve.x.push(places.x[place]);
                    curve.y.push(sum / weight);
                }
            }
            first = last + 1;
        }
        curve
    }

    /// The height of the curve.
    pub(super) fn at(&self, x: f64) -> f64 {
        let above = self.x.partition_point(|&knot| knot < x);
        match above {
            0 => self.y[0],
            above if above == self.x.len() => self.y[above - 1],
            above => {
                let (x0, x1) = (self.x[above - 1], self.x[above]);
                let (y0, y1) = (self.y[above - 1], self.y[above]);
                y0 + (x - x0) / (x1 - x0) * (y1 - y0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fit(x: &[f64], y: &[f64]) -> Isotonic {
        Isotonic::fit(&Places::of(x), y.iter().copied())
    }

    #[test]
    fn violators_are_pooled_and_the_curve_is_level_beyond_its_ends() {
        let curve = fit(&[1.0, 2.0, 3.0, 4.0, 5.0], &[0.0, 3.0, 1.0, 2.0, 9.0]);
        let found: Vec<f64> = [0.0, 1.5, 2.0, 3.3, 4.5, 7.0].map(|x| curve.at(x)).to_vec();
        assert_eq!(found, [0.0, 1.0, 2.0, 2.0, 5.5, 9.0]);
    }

    #[test]
    fn values_of_one_place_count_as_their_mean() {
        let curve = fit(&[0.5, 0.5, 0.5, 0.9], &[0.0, 0.0, 1.0, 1.0]);
        assert!((curve.at(0.5) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(curve.at(0.9), 1.0);
        assert_eq!(fit(&[0.2], &[1.0]).at(0.7), 1.0);
    }

    proptest! {
        /// The least squares curve is the largest, over starts, of the least, over ends, mean (the min-max formula).
        #[test]
        fn the_fit_is_that_of_the_min_max_formula(y in proptest::collection::vec(0..5_i32, 1..20)) {
            let y: Vec<f64> = y.into_iter().map(f64::from).collect();
            let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
            let curve = fit(&x, &y);
            let mean = |from: usize, to: usize| y[from..=to].iter().sum::<f64>() / (to - from + 1) as f64;
            for (i, at) in x.iter().enumerate() {
                let least = |from: usize| (i..y.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
                let wanted = (0..=i).map(least).fold(f64::NEG_INFINITY, f64::max);
                prop_assert!((curve.at(*at) - wanted).abs() < 1e-12);
            }
        }
    }
}
