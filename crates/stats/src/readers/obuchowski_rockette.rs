//! Readers and tests crossed with the cases: everybody read everything.

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

use super::figure::{Figure, Measured};
use super::{Covariances, around, two_sided};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};

/// A figure of merit of readers and tests, and what follows for readers like them on cases like these.
///
/// # Source
/// Obuchowski and Rockette 1995, Commun Stat Simul 24:285-308; Hillis 2007, Stat Med 26:596-619 (degrees of freedom); Hillis 2014, Stat Med
/// 33:330-360 (intervals); covariances after DeLong et al. 1988, with several cases of a patient after Obuchowski 1997.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReaderStudy {
    /// What the numbers are.
    pub figure: Figure,
    /// The figure of merit, by test, then by reader.
    pub areas: Vec<Vec<f64>>,
    /// The variance of one of them, and the mean covariances of two: of one reader with two tests, of two readers with one test, of two readers
    /// with two tests.
    pub variance: f64,
    pub covariances: [f64; 3],
    /// The mean squares of tests, of readers, and of tests by readers.
    pub mean_squares: [f64; 3],
    /// "All tests are equal", for readers and cases like these; for these readers only; for these cases only.
    pub readers_and_cases: Test,
    pub cases_only: Test,
    pub readers_only: Test,
    /// The mean of each test over the readers, for readers and cases like these.
    pub tests: Vec<Estimate>,
    /// Each two tests: the first less the second.
    pub differences: Vec<Contrast>,
}

/// A test of "there is no difference".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Test {
    /// None where nothing varies.
    pub statistic: Option<f64>,
    /// Of the numerator and, of an F statistic, of the denominator.
    pub degrees_of_freedom: [Option<f64>; 2],
    pub p_value: Option<f64>,
}

/// Two tests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast {
    /// Places of the tests.
    pub of: [usize; 2],
    /// For readers and cases like these.
    pub readers_and_cases: Estimate,
    pub p_value: Option<f64>,
    /// For these readers, and cases like these.
    pub cases_only: Estimate,
    pub cases_only_p_value: Option<f64>,
}

/// Analyses a study in which every reader read every case with every test: `cases[test][reader]`, of the same truth and patients.
///
/// # Errors
/// [`Undefined::NotPaired`] if that does not hold, [`Undefined::TooFewCases`] with fewer than two tests or readers, and those of the figure.
pub fn obuchowski_rockette(
    cases: &[Vec<Cases>],
    figure: Figure,
    how: Covariances,
    level: Level,
) -> Result<ReaderStudy, Undefined> {
    let (tests, readers) = (cases.len(), cases.first().map_or(0, Vec::len));
    if tests < 2 || readers < 2 {
        return Err(Undefined::TooFewCases);
    }
    let first = &cases[0][0];
    let is_crossed = |one: &Cases| one.truth() == first.truth() && one.cluster() == first.cluster();
    if cases
        .iter()
        .any(|row| row.len() != readers || !row.iter().all(is_crossed))
    {
        return Err(Undefined::NotPaired);
    }
    let measured: Vec<Vec<Measured>> = cases
        .iter()
        .map(|row| {
            row.iter()
                .map(|one| figure.of(one))
                .collect::<Result<_, _>>()
        })
        .collect::<Result<_, _>>()?;
    let areas: Vec<Vec<f64>> = measured
        .iter()
        .map(|row| row.iter().map(Measured::value).collect())
        .collect();
    let spread = Spread::of(first, &measured, how)?;
    let squares = Squares::of(&areas);
    let (i, j) = (tests as f64, readers as f64);
    let Spread {
        variance,
        covariances: [one_reader, one_test, neither],
        by_test,
    } = spread;
    // What readers and cases add to the difference of two tests, each J times.
    let both = squares.tests_by_readers + (j * (one_test - neither)).max(0.0);
    let of_cases = variance - one_reader + (j - 1.0) * (one_test - neither);
    let between = (i - 1.0) * (j - 1.0);
    let freedom = match squares.tests_by_readers > 0.0 {
        true => both * both / (squares.tests_by_readers.powi(2) / between),
        false => f64::INFINITY,
    };
    let n = first.n() as u64;
    let mean = |row: &[f64]| row.iter().sum::<f64>() / j;
    let means: Vec<f64> = areas.iter().map(|row| mean(row)).collect();
    let mut differences = Vec::new();
    for a in 0..tests {
        for b in a + 1..tests {
            let value = means[a] - means[b];
            let (error, of_these) = (
                (2.0 / j * both).sqrt(),
                (2.0 / j * of_cases.max(0.0)).sqrt(),
            );
            differences.push(Contrast {
                of: [a, b],
                readers_and_cases: around(
                    value,
                    error,
                    freedom,
                    (-1.0, 1.0),
                    (n, level, "obuchowski_rockette"),
                ),
                p_value: two_sided(value / error, freedom),
                cases_only: around(
                    value,
                    of_these,
                    f64::INFINITY,
                    (-1.0, 1.0),
                    (n, level, "obuchowski_rockette_fixed_readers"),
                ),
                cases_only_p_value: two_sided(value / of_these, f64::INFINITY),
            });
        }
    }
    let own = |test: usize| {
        let spread: f64 = areas[test]
            .iter()
            .map(|area| (area - means[test]).powi(2))
            .sum();
        let square = spread / (j - 1.0);
        let sum = square + (j * by_test[test]).max(0.0);
        let freedom = if square > 0.0 {
            sum * sum / (square * square / (j - 1.0))
        } else {
            f64::INFINITY
        };
        around(
            means[test],
            (sum / j).sqrt(),
            freedom,
            (0.0, 1.0),
            (n, level, "obuchowski_rockette"),
        )
    };
    Ok(ReaderStudy {
        readers_and_cases: f_test(squares.tests / both, i - 1.0, freedom),
        cases_only: chi_square((i - 1.0) * squares.tests / of_cases, i - 1.0),
        readers_only: f_test(squares.tests / squares.tests_by_readers, i - 1.0, between),
        tests: (0..tests).map(own).collect(),
        differences,
        variance,
        covariances: [one_reader, one_test, neither],
        mean_squares: [squares.tests, squares.readers, squares.tests_by_readers],
        figure,
        areas,
    })
}

/// How the figures vary with the cases.
struct Spread {
    variance: f64,
    covariances: [f64; 3],
    /// The mean covariance of two readers with each test.
    by_test: Vec<f64>,
}

impl Spread {
    fn of(cases: &Cases, measured: &[Vec<Measured>], how: Covariances) -> Result<Self, Undefined> {
        let mut sums = [(0.0, 0.0); 4];
        let mut by_test = vec![0.0; measured.len()];
        let all: Vec<(usize, usize)> = (0..measured.len())
            .flat_map(|test| (0..measured[test].len()).map(move |reader| (test, reader)))
            .collect();
        for (at, &(test, reader)) in all.iter().enumerate() {
            for &(other_test, other_reader) in &all[at..] {
                let kind = match (test == other_test, reader == other_reader) {
                    (true, true) => 0,
                    (false, true) => 1,
                    (true, false) => 2,
                    (false, false) => 3,
                };
                let own = how.of(
                    cases,
                    &measured[test][reader],
                    &measured[other_test][other_reader],
                )?;
                if kind == 2 {
                    by_test[test] += own;
                }
                sums[kind].0 += own;
                sums[kind].1 += 1.0;
            }
        }
        let [variance, one_reader, one_test, neither] = sums.map(|(sum, count)| sum / count);
        let readers = measured[0].len() as f64;
        let pairs = readers * (readers - 1.0) / 2.0;
        Ok(Self {
            variance,
            covariances: [one_reader, one_test, neither],
            by_test: by_test.into_iter().map(|sum| sum / pairs).collect(),
        })
    }
}

/// Mean squares of the figures.
struct Squares {
    tests: f64,
    readers: f64,
    tests_by_readers: f64,
}

impl Squares {
    fn of(areas: &[Vec<f64>]) -> Self {
        let (i, j) = (areas.len() as f64, areas[0].len() as f64);
        let by_test: Vec<f64> = areas
            .iter()
            .map(|row| row.iter().sum::<f64>() / j)
            .collect();
        let of_reader = |reader: usize| areas.iter().map(|row| row[reader]).sum::<f64>() / i;
        let by_reader: Vec<f64> = (0..areas[0].len()).map(of_reader).collect();
        let all = by_test.iter().sum::<f64>() / i;
        let square = |values: &[f64]| {
            values
                .iter()
                .map(|value| (value - all).powi(2))
                .sum::<f64>()
        };
        let mut rest = 0.0;
        for (row, test) in areas.iter().zip(&by_test) {
            for (area, reader) in row.iter().zip(&by_reader) {
                rest += (area - test - reader + all).powi(2);
            }
        }
        Self {
            tests: j * square(&by_test) / (i - 1.0),
            readers: i * square(&by_reader) / (j - 1.0),
            tests_by_readers: rest / ((i - 1.0) * (j - 1.0)),
        }
    }
}

fn f_test(statistic: f64, numerator: f64, denominator: f64) -> Test {
    let law = FisherSnedecor::new(numerator, denominator.min(1e9)).ok();
    let statistic = Some(statistic).filter(|statistic| statistic.is_finite());
    Test {
        statistic,
        degrees_of_freedom: [
            Some(numerator),
            denominator.is_finite().then_some(denominator),
        ],
        p_value: law.zip(statistic).map(|(law, statistic)| law.sf(statistic)),
    }
}

fn chi_square(statistic: f64, freedom: f64) -> Test {
    let law = ChiSquared::new(freedom).ok();
    let statistic = Some(statistic).filter(|statistic| statistic.is_finite() && *statistic >= 0.0);
    Test {
        statistic,
        degrees_of_freedom: [Some(freedom), None],
        p_value: law.zip(statistic).map(|(law, statistic)| law.sf(statistic)),
    }
}
