//! The distribution of Kolmogorov's D for one sample.

use crate::binomial;
use std::f64::consts::PI;

/// P(D_n >= d) for the two-sided D of one sample of n values, n >= 1.
///
/// # Source
/// Simard and L'Ecuyer 2011, J Stat Softw 39(11): which form is used where.
pub(super) fn upper_tail(n: u64, d: f64) -> f64 {
    let size = n as f64;
    if d >= 1.0 {
        return 0.0;
    }
    if size * d <= 0.5 {
        return 1.0;
    }
    let square = size * d * d;
    let far = if n <= 140 { 4.0 } else { 2.2 };
    if square >= far || d >= 0.5 {
        return (2.0 * one_sided(n, d)).min(1.0);
    }
    if n <= 140 || (n <= 100_000 && size * d.powf(1.5) <= 1.4) {
        1.0 - durbin(n, d)
    } else {
        1.0 - pelz_good(size, d)
    }
}

/// Terms of a long sum that are enough.
const TERMS: u64 = 8192;

/// P(D_n+ >= d), exactly; of large n every so many terms only, whose sum has the same digits as that of all: the terms
/// are smooth and vanish at both ends, where the trapezoidal rule converges exponentially.
///
/// # Source
/// Birnbaum and Tingey 1951, Ann Math Stat 22:592-596. Each term is a binomial probability, so none is lost far out.
/// Trefethen and Weideman 2014, SIAM Rev 56:385-458.
fn one_sided(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let last = (size * (1.0 - d)).floor() as u64;
    let stride = (n / TERMS).max(1);
    let sum: f64 = (0..=last)
        .step_by(stride as usize)
        .map(|j| {
            let p = d + j as f64 / size;
            let q = (1.0 - d) - j as f64 / size;
            if q <= 0.0 {
                0.0
            } else {
                d / p * binomial::pmf(j, n, p, q)
            }
        })
        .sum();
    sum * stride as f64
}

/// P(D_n < d), exactly, by powers of Durbin's matrix.
///
/// # Source
/// Marsaglia, Tsang and Wang 2003, J Stat Softw 8(18).
fn durbin(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let k = (size * d).ceil() as usize;
    let h = k as f64 - size * d;
    let m = 2 * k - 1;
    // The matrix as a product of its first column (= last row, reversed) and shifted reciprocals of factorials.
    let factorial: Vec<f64> = std::iter::successors(Some((1_usize, 1.0)), |&(i, f)| {
        Some((i + 1, f / (i + 1) as f64))
    })
    .map(|(_, f)| f)
    .take(m)
    .collect();
    let edge: Vec<f64> = (1..=m)
        .map(|i| (1.0 - h.powi(i as i32)) * factorial[i - 1])
        .collect();
    let mut matrix = vec![vec![0.0; m]; m];
    for r in 0..m {
        for c in 1..m.min(r + 2) {
            matrix[r][c] = if r + 1 == c { 1.0 } else { factorial[r - c] };
        }
    }
    for i in 0..m {
        matrix[i][0] = edge[i];
        matrix[m - 1][m - 1 - i] = edge[i];
    }
    let corner = 1.0 - 2.0 * h.powi(m as i32) + (2.0 * h - 1.0).max(0.0).powi(m as i32);
    matrix[m - 1][0] = corner * factorial[m - 1];
    let (power, exponent) = power(&matrix, n);
    // n! / n^n, factor by factor beside the power of two that was taken out.
    let mut p = power[k - 1][k - 1];
    let mut exponent = exponent;
    for i in 1..=n {
        p *= i as f64 / size;
        if p < 1e-140 {
            p *= 2.0_f64.powi(400);
            exponent -= 400;
        }
    }
    (p.ln() + exponent as f64 * std::f64::consts::LN_2).exp()
}

/// The n-th power of a matrix over a power of two, and that exponent.
fn power(matrix: &[Vec<f64>], n: u64) -> (Vec<Vec<f64>>, i64) {
    let m = matrix.len();
    let mut result: Vec<Vec<f64>> = (0..m)
        .map(|r| (0..m).map(|c| f64::from(u8::from(r == c))).collect())
        .collect();
    let (mut base, mut base_exponent, mut exponent) = (matrix.to_vec(), 0_i64, 0_i64);
    let mut rest = n;
    while rest > 0 {
        if rest % 2 == 1 {
            result = product(&result, &base);
            exponent += base_exponent + shrink(&mut result);
        }
        base = product(&base, &base);
        base_exponent = 2 * base_exponent + shrink(&mut base);
        rest /= 2;
    }
    (result, exponent)
}

/// Takes 2^400 out of a matrix as often as its largest cell allows.
fn shrink(matrix: &mut [Vec<f64>]) -> i64 {
    let largest = matrix
        .iter()
        .flatten()
        .fold(0.0_f64, |most, cell| most.max(cell.abs()));
    if largest < 1e140 {
        return 0;
    }
    for cell in matrix.iter_mut().flatten() {
        *cell *= 2.0_f64.powi(-400);
    }
    400
}

fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let m = a.len();
    let mut c = vec![vec![0.0; m]; m];
    for (row, line) in a.iter().zip(&mut c) {
        for (cell, other) in row.iter().zip(b) {
            for (sum, factor) in line.iter_mut().zip(other) {
                *sum += cell * factor;
            }
        }
    }
    c
}

/// P(D_n <= d) for large n: the limit and three corrections.
///
/// # Source
/// Pelz and Good 1976, J R Stat Soc B 38:152-156, as written out by Simard and L'Ecuyer 2011, section 2.6.
fn pelz_good(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, pi2) = (z * z, PI * PI);
    let (z4, z6) = (z2 * z2, z2 * z2 * z2);
    let [mut k0, mut k1, mut k2, mut k3] = [0.0; 4];
    let terms = (16.0 * z / PI).ceil().max(1.0) as u32;
    for k in 0..terms {
        let odd2 = (2.0 * f64::from(k) + 1.0).powi(2);
        let weight = (-pi2 * odd2 / (8.0 * z2)).exp();
        let (a, b, c) = (
            pi2 * odd2 / 4.0,
            (pi2 * odd2).powi(2) / 16.0,
            (pi2 * odd2).powi(3) / 64.0,
        );
        k0 += weight;
        k1 += weight * (a - z2);
        k2 += weight * (6.0 * z6 + 2.0 * z4 + (2.0 * z4 - 5.0 * z2) * a + (1.0 - 2.0 * z2) * b);
        k3 += weight
            * (c * (5.0 - 30.0 * z2)
                + b * (-60.0 * z2 + 212.0 * z4)
                + a * (135.0 * z4 - 96.0 * z6)
                - 30.0 * z6
                - 90.0 * z4 * z4);
    }
    let (mut k2_even, mut k3_even) = (0.0, 0.0);
    for k in 1..=terms {
        let square = pi2 * f64::from(k).powi(2);
        let weight = (-square / (2.0 * z2)).exp();
        k2_even += square * weight;
        k3_even += square * (3.0 * z2 - square) * weight;
    }
    let root = (2.0 * PI).sqrt();
    let k0 = root / z * k0;
    let k1 = root / (6.0 * z4) * k1;
    let k2 = root / (72.0 * z.powi(7)) * k2 - root / (36.0 * z2 * z) * k2_even;
    let k3 = root / (6480.0 * z.powi(10)) * k3 + root / (216.0 * z6) * k3_even;
    (k0 + k1 / n.sqrt() + k2 / n + k3 / n.powf(1.5)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.stats.kstwo.sf over all its regions, by `tests/reference/make.py`.
    #[test]
    fn the_tail_of_kolmogorovs_d_agrees_with_scipy() {
        let text = include_str!("../../tests/reference/kolmogorov.json");
        let document: serde_json::Value =
            serde_json::from_str(text).expect("written by the script");
        let rows: Vec<[f64; 3]> =
            serde_json::from_value(document["n_d_p"].clone()).expect("rows of three");
        assert!(rows.len() > 100);
        for [n, d, p] in rows {
            let found = upper_tail(n as u64, d);
            // Near 1 the tail is 1 minus a small number, so what counts is the absolute error there.
            assert!(
                (found - p).abs() <= 1e-9 * p.min(0.1),
                "n {n}, d {d}: found {found:e}, scipy has {p:e}"
            );
        }
    }
}
