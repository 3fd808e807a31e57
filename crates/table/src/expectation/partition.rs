use serde_json::Value;

/// A declared distribution: the share of each of some values, or of each bin between edges.
///
/// # Source
/// Great Expectations 1.24, `partition_object`.
#[derive(Clone, Debug, PartialEq)]
pub enum Partition {
    Values {
        values: Vec<Value>,
        weights: Vec<f64>,
    },
    /// One edge more than weights, rising; the outer ones may be infinite. The last bin holds its upper edge.
    Bins {
        edges: Vec<f64>,
        weights: Vec<f64>,
        /// The shares below the first and above the last edge.
        tails: Option<[f64; 2]>,
    },
}

/// What is set aside for what the distribution does not have: for values outside it, and for its empty bins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Holdout {
    pub tail: f64,
    pub internal: f64,
}

impl Partition {
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(value: &Value) -> Result<Self, &'static str> {
        let list = |key: &str| value.get(key).and_then(Value::as_array);
        let numbers =
            |list: &Vec<Value>| list.iter().map(Value::as_f64).collect::<Option<Vec<_>>>();
        let weights = list("weights").ok_or("a map with `weights`")?;
        let weights = numbers(weights).ok_or("a map whose `weights` are numbers")?;
        if let Some(values) = list("values") {
            let fits = values.len() == weights.len() && is_one(&weights, &[]);
            return if fits {
                Ok(Self::Values {
                    values: values.clone(),
                    weights,
                })
            } else {
                Err("one of as many `weights` as `values`, which add up to 1")
            };
        }
        let edges = list("bins").ok_or("a map with `values` or `bins`")?;
        let edges = edges_of(edges).ok_or("one whose `bins` are numbers")?;
        let tails = match list("tail_weights").map(numbers) {
            None => None,
            Some(Some(tails)) if tails.len() == 2 => Some([tails[0], tails[1]]),
            Some(_) => return Err("one whose `tail_weights` are two numbers"),
        };
        if edges.len() != weights.len() + 1 || !edges.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err("one of rising `bins`, one more than `weights`");
        }
        if !is_one(
            &weights,
            tails.as_ref().map_or(&[], |tails| tails.as_slice()),
        ) {
            return Err("one whose weights add up to 1");
        }
        let is_open = edges.iter().any(|edge| edge.is_infinite());
        if tails.is_some() && is_open {
            return Err("one with either `tail_weights` or infinite `bins`");
        }
        Ok(Self::Bins {
            edges,
            weights,
            tails,
        })
    }
}

/// JSON has no infinity: null is minus infinity as the first edge and infinity as the last.
fn edges_of(list: &[Value]) -> Option<Vec<f64>> {
    let last = list.len().saturating_sub(1);
    let edge = |(at, value): (usize, &Value)| match value {
        Value::Null if at == 0 => Some(f64::NEG_INFINITY),
        Value::Null if at == last => Some(f64::INFINITY),
        _ => value.as_f64(),
    };
    list.iter().enumerate().map(edge).collect()
}

fn is_one(weights: &[f64], tails: &[f64]) -> bool {
    let sum: f64 = weights.iter().chain(tails).sum();
    (sum - 1.0).abs() <= 1e-8 + 1e-5
}

/// Kullback and Leibler's divergence of the counts of values from their declared shares, in nats; infinite if a value is
/// there that has no share, not a number if there is none at all.
///
/// `counts` are those of the declared values, `others` those of each value that was not declared.
pub fn divergence_of_values(
    weights: &[f64],
    counts: &[u64],
    others: &[u64],
    holdout: Holdout,
) -> f64 {
    let mut expected = weights.to_vec();
    if !others.is_empty() {
        expected
            .iter_mut()
            .for_each(|weight| *weight *= 1.0 - holdout.tail);
        expected.extend(others.iter().map(|_| holdout.tail / others.len() as f64));
    }
    let observed = counts.iter().chain(others).map(|&count| count as f64);
    divergence(&observed.collect::<Vec<_>>(), &expected)
}

/// The same of the counts of bins, and of the values below and above all of them.
pub fn divergence_of_bins(
    edges: &[f64],
    weights: &[f64],
    tails: Option<[f64; 2]>,
    counts: &[u64],
    outside: [u64; 2],
    holdout: Holdout,
) -> f64 {
    let share = 1.0 - holdout.tail - holdout.internal;
    let mut expected: Vec<f64> = weights.iter().map(|weight| weight * share).collect();
    let empty = expected.iter().filter(|&&weight| weight == 0.0).count();
    if holdout.internal > 0.0 {
        let each = holdout.internal / empty as f64;
        expected
            .iter_mut()
            .filter(|weight| **weight == 0.0)
            .for_each(|weight| *weight = each);
    }
    let mut observed: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    let is_open = |edge: Option<&f64>| edge.is_some_and(|edge| edge.is_infinite());
    let (open_below, open_above) = (is_open(edges.first()), is_open(edges.last()));
    // What is set aside goes to the sides that are not within a bin.
    let each = if open_below || open_above {
        holdout.tail
    } else {
        holdout.tail / 2.0
    };
    let [below, above] = tails.unwrap_or([each, each]);
    if !open_below {
        expected.insert(0, below);
        observed.insert(0, outside[0] as f64);
    }
    if !open_above {
        expected.push(above);
        observed.push(outside[1] as f64);
    }
    divergence(&observed, &expected)
}

/// Both are scaled so that they add up to 1.
///
/// # Source
/// Kullback and Leibler 1951, Annals of Mathematical Statistics 22:79-86; scipy 1.17, `scipy.stats.entropy`.
fn divergence(observed: &[f64], expected: &[f64]) -> f64 {
    let (n, total): (f64, f64) = (observed.iter().sum(), expected.iter().sum());
    let term = |(&p, &q): (&f64, &f64)| {
        let (p, q) = (p / n, q / total);
        match (p > 0.0, q > 0.0) {
            (true, true) => p * (p / q).ln(),
            (true, false) => f64::INFINITY,
            _ if p.is_nan() => f64::NAN,
            _ => 0.0,
        }
    };
    observed.iter().zip(expected).map(term).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_divergence_is_that_of_the_definition() {
        let holdout = Holdout {
            tail: 0.01,
            internal: 0.0,
        };
        // ln of (1/2)/0.99 and (1/2)/0.01, each half.
        let expected = 0.5 * (0.5_f64 / 0.99).ln() + 0.5 * (0.5_f64 / 0.01).ln();
        let got = divergence_of_values(&[1.0], &[16], &[16], holdout);
        assert!((got - expected).abs() < 1e-12);
        assert_eq!(
            divergence_of_values(&[1.0], &[16], &[16], Holdout::default()),
            f64::INFINITY
        );
        assert!(divergence_of_values(&[1.0], &[0], &[], Holdout::default()).is_nan());
    }

    #[test]
    fn values_outside_the_bins_count_where_no_bin_is_open() {
        let closed =
            divergence_of_bins(&[0.0, 1.0], &[1.0], None, &[5], [5, 0], Holdout::default());
        assert_eq!(closed, f64::INFINITY);
        let open = [f64::NEG_INFINITY, 0.0, 1.0];
        let got = divergence_of_bins(
            &open,
            &[0.5, 0.5],
            None,
            &[5, 5],
            [0, 0],
            Holdout::default(),
        );
        assert_eq!(got, 0.0);
    }

    #[test]
    fn a_distribution_that_is_none_is_refused() {
        for wrong in [
            json!(3),
            json!({"weights": [1.0]}),
            json!({"values": ["a"], "weights": [0.5]}),
            json!({"bins": [0, 2, 1], "weights": [0.5, 0.5]}),
            json!({"bins": [0, 1], "weights": [0.5, 0.5]}),
            json!({"bins": [null, 1], "weights": [0.5], "tail_weights": [0.25, 0.25]}),
        ] {
            assert!(Partition::read(&wrong).is_err(), "{wrong}");
        }
        assert!(Partition::read(&json!({"bins": [null, 1, null], "weights": [0.5, 0.5]})).is_ok());
    }
}
