use super::{Ratings, Weights};
use crate::estimate::Undefined;

/// The mean agreement of two readers of one case, over the cases that at least two read.
///
/// # Errors
/// [`Undefined::NoCase`].
///
/// # Source
/// Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., 2.4 (p_a).
pub fn percent_agreement(ratings: &Ratings, weights: Weights) -> Result<f64, Undefined> {
    let counts = ratings.counts();
    let (mut sum, mut cases) = (0.0, 0.0);
    for counts in &counts {
        let readers: f64 = counts.iter().sum();
        if readers < 2.0 {
            continue;
        }
        let agree: f64 = (0..counts.len())
            .map(|a| {
                let weighted: f64 = (0..counts.len())
                    .map(|b| ratings.weight(weights, a, b) * counts[b])
                    .sum();
                counts[a] * (weighted - 1.0)
            })
            .sum();
        sum += agree / (readers * (readers - 1.0));
        cases += 1.0;
    }
    if cases == 0.0 {
        return Err(Undefined::NoCase);
    }
    Ok(sum / cases)
}

/// What is left of agreement beyond chance.
fn beyond(observed: f64, by_chance: f64) -> Result<f64, Undefined> {
    if by_chance >= 1.0 {
        return Err(Undefined::SameScore);
    }
    Ok((observed - by_chance) / (1.0 - by_chance))
}

/// Cohen's kappa of two readers, over the cases that both read; weighted if asked.
///
/// # Errors
/// [`Undefined::NoCase`], and [`Undefined::SameScore`] where both name one category only.
///
/// # Source
/// Cohen 1960, Educ Psychol Meas 20:37-46; Cohen 1968, Psychol Bull 70:213-220 (weights).
pub fn cohen_kappa(pair: &Ratings, weights: Weights) -> Result<f64, Undefined> {
    let q = pair.values.len();
    let mut table = vec![vec![0.0; q]; q];
    let mut n = 0.0;
    for case in &pair.of_case {
        if let [Some(a), Some(b)] = case[..] {
            table[a][b] += 1.0;
            n += 1.0;
        }
    }
    if n == 0.0 {
        return Err(Undefined::NoCase);
    }
    let rows: Vec<f64> = table
        .iter()
        .map(|row| row.iter().sum::<f64>() / n)
        .collect();
    let columns: Vec<f64> = (0..q)
        .map(|b| table.iter().map(|row| row[b]).sum::<f64>() / n)
        .collect();
    let (mut observed, mut by_chance) = (0.0, 0.0);
    for a in 0..q {
        for b in 0..q {
            let weight = pair.weight(weights, a, b);
            observed += weight * table[a][b] / n;
            by_chance += weight * rows[a] * columns[b];
        }
    }
    beyond(observed, by_chance)
}

/// The share of each category, the mean over the cases of its share among the readers.
fn shares(ratings: &Ratings) -> Result<Vec<f64>, Undefined> {
    let mut shares = vec![0.0; ratings.values.len()];
    let mut cases = 0.0;
    for counts in ratings.counts() {
        let readers: f64 = counts.iter().sum();
        if readers > 0.0 {
            shares
                .iter_mut()
                .zip(&counts)
                .for_each(|(share, count)| *share += count / readers);
            cases += 1.0;
        }
    }
    if cases == 0.0 {
        return Err(Undefined::NoCase);
    }
    Ok(shares.into_iter().map(|share| share / cases).collect())
}

/// Fleiss' kappa; where cases have different numbers of readers, Gwet's generalisation of it.
///
/// # Errors
/// As [`cohen_kappa`].
///
/// # Source
/// Fleiss 1971, Psychol Bull 76:378-382; Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., 2.4 and 3.5.
pub fn fleiss_kappa(ratings: &Ratings, weights: Weights) -> Result<f64, Undefined> {
    let observed = percent_agreement(ratings, weights)?;
    let shares = shares(ratings)?;
    let mut by_chance = 0.0;
    for (a, one) in shares.iter().enumerate() {
        for (b, other) in shares.iter().enumerate() {
            by_chance += ratings.weight(weights, a, b) * one * other;
        }
    }
    beyond(observed, by_chance)
}

/// Gwet's first agreement coefficient; with weights it is his second.
///
/// # Errors
/// [`Undefined::NoCase`], and [`Undefined::SameScore`] where there is one category only.
///
/// # Source
/// Gwet 2008, Br J Math Stat Psychol 61:29-48; Gwet 2014, Handbook, 4th ed., 4.4.
pub fn gwet_ac(ratings: &Ratings, weights: Weights) -> Result<f64, Undefined> {
    let observed = percent_agreement(ratings, weights)?;
    let shares = shares(ratings)?;
    let q = shares.len() as f64;
    if q < 2.0 {
        return Err(Undefined::SameScore);
    }
    let mut all_weights = 0.0;
    for a in 0..shares.len() {
        for b in 0..shares.len() {
            all_weights += ratings.weight(weights, a, b);
        }
    }
    let spread: f64 = shares.iter().map(|share| share * (1.0 - share)).sum();
    beyond(observed, all_weights / (q * (q - 1.0)) * spread)
}

/// Krippendorff's alpha; readings may be missing. Without weights for names, with quadratic weights for numbers (interval), with
/// linear ones by the distance.
///
/// # Errors
/// [`Undefined::NoCase`] where no case has two readings, [`Undefined::SameScore`] where all say one thing.
///
/// # Source
/// Krippendorff 2011, Computing Krippendorff's Alpha-Reliability (coincidences of pairable values).
pub fn krippendorff_alpha(ratings: &Ratings, weights: Weights) -> Result<f64, Undefined> {
    let q = ratings.values.len();
    let mut together = vec![vec![0.0; q]; q];
    for counts in ratings.counts() {
        let readers: f64 = counts.iter().sum();
        if readers < 2.0 {
            continue;
        }
        for a in 0..q {
            for b in 0..q {
                let pairs = counts[a] * (counts[b] - f64::from(u8::from(a == b)));
                together[a][b] += pairs / (readers - 1.0);
            }
        }
    }
    let totals: Vec<f64> = together.iter().map(|row| row.iter().sum()).collect();
    let n: f64 = totals.iter().sum();
    if n == 0.0 {
        return Err(Undefined::NoCase);
    }
    let (mut observed, mut expected) = (0.0, 0.0);
    for a in 0..q {
        for b in 0..q {
            let difference = 1.0 - ratings.weight(weights, a, b);
            observed += together[a][b] * difference;
            expected += totals[a] * totals[b] * difference;
        }
    }
    if expected == 0.0 {
        return Err(Undefined::SameScore);
    }
    Ok(1.0 - (n - 1.0) * observed / expected)
}
