//! Any pattern of readers and cases: the variance of the mean area from the moments of single comparisons.

use serde::Serialize;

use super::success::{Pairs, Ratings, comparisons, pairs};
use super::{around, two_sided};
use crate::estimate::{Estimate, Level, Undefined};

/// Above so many degrees of freedom the interval is that of the normal law.
const NORMAL_ABOVE: f64 = 50.0;

/// The mean areas of tests over their readers, for readers and cases like these, whoever read what.
///
/// The mean is over all comparisons of a healthy with a diseased case that a reader read both, so a reader counts by the
/// number of comparisons; ties count half. Readers and cases are drawn independently of each other, and each case is a
/// patient of its own.
///
/// # Source
/// Gallas 2006, Acad Radiol 13:353-362 (moments); Gallas and Brown 2008, Neural Networks 21:387-397 (any pattern, two tests);
/// Gallas, Bandos, Samuelson and Wagner 2009, Commun Stat Theory Methods 38:2586-2603 (components); degrees of freedom after
/// Obuchowski, Gallas and Hillis 2012, Acad Radiol 19:1508-1517, as in the software iMRMC of the FDA: at least those of the factor
/// with the fewest, rounded down for Student's law, and the normal law above 50.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneShot {
    /// Each test.
    pub means: Vec<OneShotTest>,
    /// Each two tests: the first less the second.
    pub differences: Vec<OneShotDifference>,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneShotTest {
    /// The area of each reader; none of one who read no healthy or no diseased case.
    pub areas: Vec<Option<f64>>,
    /// How many read anything, and how many healthy and diseased cases were read.
    pub readers: usize,
    pub healthy: usize,
    pub diseased: usize,
    /// The mean area, and the p-value of "it is one half".
    #[serde(flatten)]
    pub found: Inference,
    pub moments: Moments,
}

/// Two tests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneShotDifference {
    /// Places of the tests.
    pub of: [usize; 2],
    /// The unbiased covariance of both means, and that of V-statistics.
    pub covariance: f64,
    pub covariance_mle: f64,
    /// The difference, and the p-value of "there is none".
    #[serde(flatten)]
    pub found: Inference,
    /// Of the covariance.
    pub moments: Moments,
}

/// A value by the unbiased variance, and by that of V-statistics.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inference {
    /// Unbiased (U-statistics); it may be negative, and then gives no interval.
    pub unbiased: Given,
    /// With the readers and cases as their own population: V-statistics, the maximum likelihood estimate, which in a crossed study is
    /// the ideal bootstrap's. It is mostly too large, and in a crossed study never negative.
    pub mle: Given,
}

/// What a variance gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Given {
    pub variance: f64,
    /// None where the variance is negative.
    pub standard_error: Option<f64>,
    pub degrees_of_freedom: Option<f64>,
    pub estimate: Estimate,
    pub p_value: Option<f64>,
}

/// The eight moments of successes and their coefficients: the variance is the sum of their products.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moments {
    /// M1 to M8: the mean product of the successes of two comparisons, none where the study has no such two. M1 to M4 are of one
    /// reader: with both cases the same, another healthy case, another diseased case, both other; M5 to M8 of two readers.
    pub unbiased: [Option<f64>; 8],
    /// The same over all pairs that share at least that much: V-statistics.
    pub mle: [Option<f64>; 8],
    /// That of M8 is already less 1, for the square of the mean that is taken away.
    pub coefficients: [f64; 8],
}

/// Analyses ratings `tests[test][reader][case]` of cases with this truth; none where a reader did not read the case. Readers of
/// two tests are the same by their place.
///
/// # Errors
/// [`Undefined::NotPaired`] where the numbers of readers or cases differ, [`Undefined::NotFinite`] for a rating that is not
/// finite, [`Undefined::NoDiseasedCase`] and [`Undefined::NoHealthyCase`], [`Undefined::TooFewReaders`] or
/// [`Undefined::TooFewCases`] if no two readers of a test read different healthy and diseased cases, or a factor has no degree of freedom.
pub fn u_statistics(truth: &[bool], tests: &[Ratings], level: Level) -> Result<OneShot, Undefined> {
    check(truth, tests)?;
    let parts: Vec<Part> = tests
        .iter()
        .map(|test| Part::of(truth, test, test))
        .collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for (test, part) in tests.iter().zip(&parts) {
        found.push(one(truth, test, part, level)?);
    }
    let mut differences = Vec::new();
    for a in 0..tests.len() {
        for b in a + 1..tests.len() {
            let both = Part::of(truth, &tests[a], &tests[b])?;
            let value = mean(truth, &tests[a]) - mean(truth, &tests[b]);
            let read = |case: usize| is_read(&tests[a], case) || is_read(&tests[b], case);
            let n = (0..truth.len()).filter(|&case| read(case)).count() as u64;
            let satterthwaite = Satterthwaite::of_two(&parts[a], &parts[b], &both)?;
            let variance = |of: fn(&Part) -> f64| of(&parts[a]) + of(&parts[b]) - 2.0 * of(&both);
            let scale = Scale {
                null: 0.0,
                within: (-1.0, 1.0),
                n,
                level,
            };
            differences.push(OneShotDifference {
                of: [a, b],
                covariance: both.unbiased(),
                covariance_mle: both.mle(),
                found: scale.inference(
                    value,
                    [variance(Part::unbiased), variance(Part::mle)],
                    &satterthwaite,
                ),
                moments: both.moments,
            });
        }
    }
    Ok(OneShot {
        means: found,
        differences,
    })
}

fn check(truth: &[bool], tests: &[Ratings]) -> Result<(), Undefined> {
    let readers = tests.first().map_or(0, Vec::len);
    if truth.is_empty() || readers == 0 {
        return Err(Undefined::NoCase);
    }
    if !truth.contains(&true) {
        return Err(Undefined::NoDiseasedCase);
    }
    if !truth.contains(&false) {
        return Err(Undefined::NoHealthyCase);
    }
    let ratings = || tests.iter().flatten();
    if tests.iter().any(|test| test.len() != readers)
        || ratings().any(|ratings| ratings.len() != truth.len())
    {
        return Err(Undefined::NotPaired);
    }
    match ratings()
        .flatten()
        .flatten()
        .all(|rating| rating.is_finite())
    {
        true => Ok(()),
        false => Err(Undefined::NotFinite),
    }
}

fn one(
    truth: &[bool],
    test: &Ratings,
    part: &Part,
    level: Level,
) -> Result<OneShotTest, Undefined> {
    let area = |of: &[i128; 2]| (of[1] > 0).then(|| of[0] as f64 / (2.0 * of[1] as f64));
    let read = |of: bool| {
        let cases = (0..truth.len()).filter(|&case| truth[case] == of);
        cases.filter(|&case| is_read(test, case)).count()
    };
    let (healthy, diseased) = (read(false), read(true));
    let scale = Scale {
        null: 0.5,
        within: (0.0, 1.0),
        n: (healthy + diseased) as u64,
        level,
    };
    Ok(OneShotTest {
        areas: comparisons(truth, test)
            .by_reader
            .iter()
            .map(area)
            .collect(),
        readers: test
            .iter()
            .filter(|ratings| ratings.iter().any(Option::is_some))
            .count(),
        healthy,
        diseased,
        found: scale.inference(
            mean(truth, test),
            [part.unbiased(), part.mle()],
            &Satterthwaite::of_one(part)?,
        ),
        moments: part.moments.clone(),
    })
}

fn is_read(test: &Ratings, case: usize) -> bool {
    test.iter().any(|ratings| ratings[case].is_some())
}

/// The mean area over all comparisons.
fn mean(truth: &[bool], test: &Ratings) -> f64 {
    let all = comparisons(truth, test).by_reader;
    let sum = |at: usize| all.iter().map(|of| of[at]).sum::<i128>() as f64;
    sum(0) / (2.0 * sum(1))
}

/// The variance of a test, or the covariance of two, in its parts.
struct Part {
    moments: Moments,
    /// Shares of all pairs of comparisons that have the healthy case, the diseased case and the reader in common.
    shares: [f64; 3],
    /// What healthy cases, diseased cases and readers add to the variance of a single comparison, by V-statistics.
    components: [f64; 3],
}

impl Part {
    fn of(truth: &[bool], a: &Ratings, b: &Ratings) -> Result<Self, Undefined> {
        let Pairs { count, won } = pairs(truth, a, b);
        let of_kind =
            |won: i128, count: i128| (count > 0).then(|| won as f64 / (4.0 * count as f64));
        let [apart, won_apart] = [count, won].map(apart);
        let unbiased: [Option<f64>; 8] =
            std::array::from_fn(|kind| of_kind(won_apart[kind], apart[kind]));
        let mle: [Option<f64>; 8] = std::array::from_fn(|kind| of_kind(won[kind], count[kind]));
        if unbiased[7].is_none() {
            let readers = apart[4..].iter().all(|count| *count == 0);
            return Err(match readers {
                true => Undefined::TooFewReaders,
                false => Undefined::TooFewCases,
            });
        }
        let all = count[7] as f64;
        let mut coefficients = apart.map(|count| count as f64 / all);
        // Written so that it is no difference of two numbers near 1.
        coefficients[7] = (apart[7] - count[7]) as f64 / all;
        let square = mle[7].unwrap_or_default();
        let component = |kind: usize| mle[kind].map_or(0.0, |moment| moment - square);
        Ok(Self {
            shares: [6, 5, 3].map(|kind| count[kind] as f64 / all),
            components: [6, 5, 3].map(component),
            moments: Moments {
                unbiased,
                mle,
                coefficients,
            },
        })
    }

    fn unbiased(&self) -> f64 {
        self.variance(&self.moments.unbiased)
    }

    fn mle(&self) -> f64 {
        self.variance(&self.moments.mle)
    }

    fn variance(&self, moments: &[Option<f64>; 8]) -> f64 {
        let both = self.moments.coefficients.iter().zip(moments);
        // The coefficients sum to 0, so the moments may be taken from the square of the mean, and what never varies gives 0.
        // A moment that no pair has is of a coefficient of 0.
        let square = self.moments.mle[7].unwrap_or_default();
        both.map(|(coefficient, moment)| coefficient * (moment.unwrap_or(square) - square))
            .sum()
    }

    /// For each factor, how many of its levels the pattern is worth, less one.
    fn freedom(&self) -> Result<[f64; 3], Undefined> {
        let found = self
            .shares
            .map(|share| (1.0 / share - 1.0).round_ties_even());
        match found {
            [healthy, diseased, _] if healthy < 1.0 || diseased < 1.0 => {
                Err(Undefined::TooFewCases)
            }
            [_, _, readers] if readers < 1.0 => Err(Undefined::TooFewReaders),
            found => Ok(found),
        }
    }
}

/// From sums over all pairs that share at least so much, sums over the pairs that share exactly so much.
fn apart([a, b, c, d, e, f, g, h]: [i128; 8]) -> [i128; 8] {
    [
        a,
        b - a,
        c - a,
        d - c - b + a,
        e - a,
        f - e - b + a,
        g - e - c + a,
        h - g - f + e - d + c + b - a,
    ]
}

/// Degrees of freedom from those of the factors.
struct Satterthwaite {
    /// The sum of squared mean squares, each by its degrees of freedom.
    denominator: f64,
    least: f64,
}

impl Satterthwaite {
    fn of_one(part: &Part) -> Result<Self, Undefined> {
        let freedom = part.freedom()?;
        let terms = part.components.iter().zip(freedom);
        Ok(Self {
            denominator: terms
                .map(|(component, freedom)| term(*component, freedom))
                .sum(),
            least: least(freedom),
        })
    }

    /// A factor that both tests share varies by what it adds to the difference, another by what it adds to each.
    fn of_two(a: &Part, b: &Part, both: &Part) -> Result<Self, Undefined> {
        let of_each = [a.freedom()?, b.freedom()?];
        let mut denominator = 0.0;
        let mut freedom = [0.0; 3];
        for factor in 0..3 {
            let [of_a, of_b] = [of_each[0][factor], of_each[1][factor]];
            freedom[factor] = of_a.min(of_b);
            let [x, y] = [a.components[factor], b.components[factor]];
            denominator += match both.shares[factor] > 0.0 {
                true => term(x + y - 2.0 * both.components[factor], freedom[factor]),
                false => term(x, of_a) + term(y, of_b),
            };
        }
        Ok(Self {
            denominator,
            least: least(freedom),
        })
    }

    /// None of a negative variance.
    fn of_variance(&self, variance: f64) -> Option<f64> {
        let found = variance * variance / self.denominator;
        (variance >= 0.0 && !found.is_nan()).then(|| found.max(self.least))
    }
}

/// (component / freedom)^2 / freedom.
fn term(component: f64, freedom: f64) -> f64 {
    component * component / freedom.powi(3)
}

fn least(freedom: [f64; 3]) -> f64 {
    freedom.into_iter().fold(f64::INFINITY, f64::min)
}

/// What a value is measured against.
struct Scale {
    null: f64,
    within: (f64, f64),
    n: u64,
    level: Level,
}

impl Scale {
    fn inference(
        &self,
        value: f64,
        [unbiased, mle]: [f64; 2],
        satterthwaite: &Satterthwaite,
    ) -> Inference {
        Inference {
            unbiased: self.given(value, unbiased, satterthwaite, "u_statistics"),
            mle: self.given(value, mle, satterthwaite, "v_statistics_mle"),
        }
    }

    fn given(
        &self,
        value: f64,
        variance: f64,
        satterthwaite: &Satterthwaite,
        method: &str,
    ) -> Given {
        let exact = satterthwaite.of_variance(variance);
        let Some(freedom) = exact else {
            let why = match variance < 0.0 {
                true => Undefined::NegativeVariance,
                false => Undefined::NoVariation,
            };
            return Given {
                variance,
                standard_error: (variance >= 0.0).then_some(0.0),
                degrees_of_freedom: None,
                estimate: Estimate::without_interval(value, why, self.n, self.level, method),
                p_value: None,
            };
        };
        let law = match freedom > NORMAL_ABOVE {
            true => f64::INFINITY,
            false => freedom.floor(),
        };
        let error = variance.sqrt();
        let about = (self.n, self.level, method);
        Given {
            variance,
            standard_error: Some(error),
            degrees_of_freedom: Some(freedom).filter(|freedom| freedom.is_finite()),
            estimate: around(value, error, law, self.within, about),
            p_value: two_sided((value - self.null) / error, law),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_core::{RngCore, SeedableRng};

    /// A draw of the standard normal law.
    fn normal(random: &mut ChaCha8Rng) -> f64 {
        let share = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        crate::normal::quantile(share.clamp(1e-12, 1.0 - 1e-12))
    }

    /// Two tests after Roe and Metz: what cases, readers, and both add to a rating, in part by test.
    fn drawn(
        random: &mut ChaCha8Rng,
        readers: usize,
        truth: &[bool],
        is_read: impl Fn(usize, usize) -> bool,
    ) -> Vec<Ratings> {
        let case: Vec<f64> = truth.iter().map(|_| 0.6 * normal(random)).collect();
        let skill: Vec<f64> = (0..readers).map(|_| 0.4 * normal(random)).collect();
        let mut tests = Vec::new();
        for _ in 0..2 {
            let by_test: Vec<f64> = truth.iter().map(|_| 0.4 * normal(random)).collect();
            let mut test = Vec::new();
            for (reader, skill) in skill.iter().enumerate() {
                let own = skill + 0.3 * normal(random);
                let rating = |at: usize| {
                    let signal = f64::from(u8::from(truth[at])) * (1.0 + own);
                    let rating = signal + case[at] + by_test[at] + 0.7 * normal(random);
                    is_read(reader, at).then_some(rating)
                };
                test.push((0..truth.len()).map(rating).collect());
            }
            tests.push(test);
        }
        tests
    }

    #[test]
    fn over_many_studies_the_mean_of_the_variance_estimates_is_the_variance() {
        let truth: Vec<bool> = (0..24).map(|case| case % 2 == 0).collect();
        // Everybody reads everything; or two groups of readers each read a half, and both the last eight cases.
        let split = |reader: usize, case: usize| case >= 16 || (case / 8 == reader % 2);
        let patterns: [&dyn Fn(usize, usize) -> bool; 2] = [&|_, _| true, &split];
        for (number, pattern) in patterns.into_iter().enumerate() {
            let mut random = ChaCha8Rng::seed_from_u64(number as u64);
            // Values, their squares and the estimates: of the first test, then of the difference.
            let mut sums = [[0.0; 4]; 2];
            const STUDIES: usize = 3000;
            for _ in 0..STUDIES {
                let tests = drawn(&mut random, 4, &truth, pattern);
                let study = u_statistics(&truth, &tests, Level::DEFAULT).expect("a study");
                let found = [&study.means[0].found, &study.differences[0].found];
                for (sums, found) in sums.iter_mut().zip(found) {
                    let value = found.unbiased.estimate.value.expect("a mean");
                    let of = [
                        value,
                        value * value,
                        found.unbiased.variance,
                        found.mle.variance,
                    ];
                    for (sum, value) in sums.iter_mut().zip(of) {
                        *sum += value / STUDIES as f64;
                    }
                }
            }
            for [mean, square, unbiased, mle] in sums {
                let variance = square - mean * mean;
                // The variance of 3000 draws is known to about 2.6 percent.
                assert!(
                    (unbiased / variance - 1.0).abs() < 0.09,
                    "pattern {number}: {unbiased} and not {variance}"
                );
                assert!(
                    mle > 1.05 * variance,
                    "pattern {number}: {mle} of {variance}"
                );
            }
        }
    }

    fn of_scores(scores: &[[i32; 6]]) -> Vec<Ratings> {
        let reader =
            |scores: &[i32; 6]| scores.iter().map(|score| Some(f64::from(*score))).collect();
        vec![scores.iter().map(reader).collect()]
    }

    const TRUTH: [bool; 6] = [false, false, false, true, true, true];

    #[test]
    fn one_reader_tells_nothing_of_readers() {
        let one = u_statistics(&TRUTH, &of_scores(&[[1, 2, 3, 2, 3, 4]]), Level::DEFAULT);
        assert_eq!(one, Err(Undefined::TooFewReaders));
    }

    #[test]
    fn perfect_readers_have_no_interval_because_nothing_varies() {
        let scores = of_scores(&[[1, 1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6]]);
        let study = u_statistics(&TRUTH, &scores, Level::DEFAULT).expect("a study");
        let found = &study.means[0].found.unbiased;
        assert_eq!((found.estimate.value, found.p_value), (Some(1.0), None));
        assert_eq!(found.estimate.interval(), None);
    }

    #[test]
    fn ratings_that_are_not_finite_or_not_of_these_cases_are_refused() {
        let mut scores = of_scores(&[[1, 2, 3, 2, 3, 4]; 2]);
        scores[0][1].pop();
        let of = |tests: &[Ratings]| u_statistics(&TRUTH, tests, Level::DEFAULT).map(|_| ());
        assert_eq!(of(&scores), Err(Undefined::NotPaired));
        scores[0][1].push(Some(f64::NAN));
        assert_eq!(of(&scores), Err(Undefined::NotFinite));
        assert_eq!(of(&[]), Err(Undefined::NoCase));
        let healthy = u_statistics(&[false; 6], &scores, Level::DEFAULT);
        assert_eq!(healthy, Err(Undefined::NoDiseasedCase));
    }

    proptest! {
        #[test]
        fn the_order_of_readers_and_cases_changes_nothing_and_nothing_is_not_finite(
            readings in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.8, 0..4_i32), 8), 6),
        ) {
            let truth: Vec<bool> = (0..8).map(|case| case % 2 == 0).collect();
            let rating = |given: &Option<i32>| given.map(f64::from);
            let rated: Vec<Vec<Option<f64>>> = readings
                .iter()
                .map(|reader| reader.iter().map(rating).collect())
                .collect();
            let tests = vec![rated[..3].to_vec(), rated[3..].to_vec()];
            let turned: Vec<Ratings> = tests
                .iter()
                .map(|test| {
                    let of_reader = |reader: &Vec<Option<f64>>| reader.iter().rev().copied().collect();
                    test.iter().rev().map(of_reader).collect()
                })
                .collect();
            let back: Vec<bool> = truth.iter().rev().copied().collect();
            let one = u_statistics(&truth, &tests, Level::DEFAULT);
            let mut other = u_statistics(&back, &turned, Level::DEFAULT);
            if let Ok(study) = &mut other {
                study.means.iter_mut().for_each(|test| test.areas.reverse());
            }
            prop_assert_eq!(&one, &other);
            if let Ok(study) = &one {
                let text = format!("{study:?}");
                prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{}", text);
            }
        }
    }
}
