//! Why a metric differs between two groups of cases: what the mix of the cases explains, factor by factor, and what it does not.
//!
//! The cases of the first group are weighted until a factor is distributed as in the second one; what the metric then moves by is the part
//! of that factor. What is left when every factor is alike is a difference of the model on like cases.

use rayon::prelude::*;

use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bounds_of, by_patient};
use crate::matrix::{Cholesky, Matrix};
use crate::metric::Metric;
use crate::tally::Tally;

/// Factors that can be told apart; each doubles the work.
pub const FACTORS_MAX: usize = 6;
/// Cases, counted by how much their weights are worth, below which a group cannot be made like the other.
pub const LIKE_CASES_MIN: f64 = 20.0;
/// What holds coefficients of columns of standard deviation 1 finite where a value is found in one group only.
const RIDGE: f64 = 1e-3;
const STEPS_MAX: usize = 30;
/// What sums of weights leave by rounding where a factor changes nothing.
const NOTHING: f64 = 1e-12;
const METHOD: &str = "bootstrap_percentile";

/// Something in which two groups may differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Factor {
    /// How many of the cases are diseased.
    Prevalence,
    /// Columns of numbers, one value a case: how they are distributed among the diseased and among the healthy.
    Columns(Vec<Vec<f64>>),
}

/// What a gap is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// The metric of the first group less that of the second one.
    pub gap: Estimate,
    /// One part a factor, in their order: they and the rest sum to the gap.
    pub parts: Vec<Part>,
    /// What is left of the gap among like cases.
    pub rest: Estimate,
    /// The cases of the first group, counted by what their weights are worth when all factors are alike; of the kind, diseased or
    /// healthy, that has fewer.
    pub like_cases: f64,
}

/// The part of one factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub estimate: Estimate,
    /// The least and the most that it is in any order of the factors.
    pub by_order: (f64, f64),
    /// As [`Attribution::like_cases`], when this factor alone is alike.
    pub like_cases: f64,
}

/// Divides the gap of a metric between the cases of `first` and the others among the factors.
///
/// Among the diseased and among the healthy by themselves, the odds of belonging to the second group given the columns (a logistic
/// regression) weight the cases of the first one; the prevalence weights the diseased against the healthy. A factor's part is its Shapley
/// value: the mean, over all orders of the factors, of what the metric moves by when the factor is made alike after those before it.
/// Draws are of patients, and fit everything anew.
///
/// # Errors
/// [`Undefined::NoCase`] if a group is empty; [`Undefined::NotDefinedHere`] if the metric is not defined in both groups.
///
/// # Panics
/// If there are more than [`FACTORS_MAX`] factors, or a column has another length than the cases.
///
/// # Source
/// Cai, Namkoong and Yadlowsky 2023, arXiv 2303.02011 (a loss of performance divided into shifts of the cases and of the outcome given
/// the cases); Zhang, Singh, Ghassemi and Joshi 2023, ICML, PMLR 202:41550-41578 (Shapley values over shifts); Debray and others 2015,
/// J Clin Epidemiol 68:279-289 (case mix by a membership model).
pub fn attribute(
    metric: &dyn Metric,
    cases: &Cases,
    first: &[bool],
    factors: &[Factor],
    (resamples, seed): (u32, u64),
    level: Level,
) -> Result<Attribution, Undefined> {
    assert!(
        factors.len() <= FACTORS_MAX,
        "at most {FACTORS_MAX} factors"
    );
    let groups = Groups::new(metric, cases, first, factors);
    if groups.kinds.iter().all(|kind| kind.first.is_empty())
        || groups.kinds.iter().all(|kind| kind.second.is_empty())
    {
        return Err(Undefined::NoCase);
    }
    let once = vec![1.0; cases.n()];
    let own = groups.divided(&once).ok_or(Undefined::NotDefinedHere)?;
    let patients = by_patient(cases.n(), cases.cluster());
    let drawn = |number: u32| {
        let mut draw = Draw::new(seed, u64::from(number));
        let mut times = vec![0.0; cases.n()];
        for _ in 0..patients.len() {
            for &case in &patients[draw.below(patients.len())] {
                times[case] += 1.0;
            }
        }
        groups.divided(&times).map(|divided| divided.numbers())
    };
    let draws: Vec<Vec<f64>> = match patients.len() {
        0 | 1 => Vec::new(),
        _ => (0..resamples).into_par_iter().filter_map(drawn).collect(),
    };
    let n = cases.n() as u64;
    let numbers = own.numbers();
    let mut estimates = numbers.iter().enumerate().map(|(at, &value)| {
        let values = draws.iter().map(|draw| draw[at]).collect();
        let bounds = match patients.len() {
            0 | 1 => Err(Undefined::TooFewPatients),
            _ => bounds_of(values, resamples, level),
        };
        Estimate::with_interval(value, bounds, n, level, METHOD)
            .clusters(cases.patients())
            .seed(seed)
    });
    let mut next = || estimates.next().ok_or(Undefined::NotDefinedHere);
    let (gap, rest) = (next()?, next()?);
    let parts = own.by_order.iter().zip(&own.like_cases);
    let parts = parts.map(|(&by_order, &like_cases)| {
        Ok(Part {
            estimate: next()?,
            by_order,
            like_cases,
        })
    });
    Ok(Attribution {
        gap,
        parts: parts.collect::<Result<_, Undefined>>()?,
        rest,
        like_cases: own.all_like,
    })
}

/// A gap that was divided.
struct Divided {
    gap: f64,
    rest: f64,
    parts: Vec<f64>,
    by_order: Vec<(f64, f64)>,
    like_cases: Vec<f64>,
    all_like: f64,
}

impl Divided {
    /// The gap, the rest, the parts; what is left of nothing by rounding is nothing.
    fn numbers(&self) -> Vec<f64> {
        let all = [self.gap, self.rest]
            .into_iter()
            .chain(self.parts.iter().copied());
        all.map(|value| if value.abs() < NOTHING { 0.0 } else { value })
            .collect()
    }
}

/// The healthy or the diseased cases of both groups, by their numbers.
struct Kind {
    first: Vec<usize>,
    second: Vec<usize>,
}

struct Groups<'a> {
    metric: &'a dyn Metric,
    cases: &'a Cases,
    /// Healthy, diseased.
    kinds: [Kind; 2],
    factors: &'a [Factor],
    /// Mean and standard deviation of each column of each factor.
    scales: Vec<Vec<(f64, f64)>>,
}

impl<'a> Groups<'a> {
    fn new(
        metric: &'a dyn Metric,
        cases: &'a Cases,
        first: &[bool],
        factors: &'a [Factor],
    ) -> Groups<'a> {
        let of = |diseased: bool, is_first: bool| {
            let all = 0..cases.n();
            all.filter(|&case| cases.truth()[case] == diseased && first[case] == is_first)
                .collect()
        };
        let kind = |diseased| Kind {
            first: of(diseased, true),
            second: of(diseased, false),
        };
        let scales = factors.iter().map(|factor| match factor {
            Factor::Prevalence => Vec::new(),
            Factor::Columns(columns) => columns.iter().map(|column| scale(column)).collect(),
        });
        Groups {
            metric,
            cases,
            kinds: [kind(false), kind(true)],
            factors,
            scales: scales.collect(),
        }
    }

    /// The gap and its parts, when each case counts so many times. None where the metric is not defined.
    fn divided(&self, times: &[f64]) -> Option<Divided> {
        let weight = |case: usize| times[case] * self.cases.weight_of(case);
        let sums = |of: fn(&Kind) -> &Vec<usize>| {
            self.kinds
                .each_ref()
                .map(|kind| of(kind).iter().map(|&case| weight(case)).sum::<f64>())
        };
        let (in_first, in_second) = (sums(|kind| &kind.first), sums(|kind| &kind.second));
        let second: Vec<(usize, f64)> = self
            .kinds
            .iter()
            .flat_map(|kind| &kind.second)
            .map(|&case| (case, weight(case)))
            .collect();
        let second = self.value(&second)?;
        let k = self.factors.len();
        let mut moved = Vec::with_capacity(1 << k);
        let mut like = Vec::with_capacity(1 << k);
        // The odds of a set of columns do not depend on whether the prevalence is made alike as well.
        let prevalences = self.bits(|factor| matches!(factor, Factor::Prevalence));
        let mut odds: Vec<Option<[Vec<f64>; 2]>> = (0..1 << k).map(|_| None).collect();
        for set in 0..1_usize << k {
            let columns = set & !prevalences;
            if odds[columns].is_none() {
                odds[columns] = Some([self.odds(0, columns, times), self.odds(1, columns, times)]);
            }
            let own = odds[columns].as_ref()?;
            let mut weighted = Vec::new();
            let mut least = f64::INFINITY;
            for (kind, own) in own.iter().enumerate() {
                let sum: f64 = own.iter().sum();
                let wanted = match set & prevalences {
                    0 => in_first[kind],
                    _ => {
                        in_second[kind] * in_first.iter().sum::<f64>()
                            / in_second.iter().sum::<f64>()
                    }
                };
                let squares: f64 = own.iter().map(|own| own * own).sum();
                if sum > 0.0 {
                    least = least.min(sum * sum / squares);
                    let cases = self.kinds[kind].first.iter().zip(own);
                    weighted.extend(cases.map(|(&case, own)| (case, own * wanted / sum)));
                }
            }
            moved.push(self.value(&weighted)?);
            like.push(least);
        }
        let own = moved[0];
        let marginals = |factor: usize| {
            let bit = 1 << factor;
            let without = (0..1_usize << k).filter(|set| set & bit == 0);
            let parts =
                without.map(|set| (set.count_ones() as usize, moved[set] - moved[set | bit]));
            parts.collect::<Vec<_>>()
        };
        let shapley = |factor: usize| -> f64 {
            let parts = marginals(factor).into_iter();
            parts.map(|(before, part)| part * orders(k, before)).sum()
        };
        let by_order = |factor: usize| {
            marginals(factor).into_iter().fold(
                (f64::INFINITY, f64::NEG_INFINITY),
                |(least, most), (_, part)| (least.min(part), most.max(part)),
            )
        };
        let everything = (1 << k) - 1;
        Some(Divided {
            gap: own - second,
            rest: moved[everything] - second,
            parts: (0..k).map(shapley).collect(),
            by_order: (0..k).map(by_order).collect(),
            like_cases: (0..k).map(|factor| like[1 << factor]).collect(),
            all_like: like[everything],
        })
    }

    /// The metric of cases with weights.
    fn value(&self, weighted: &[(usize, f64)]) -> Option<f64> {
        let (mut truth, mut score, mut weight) = (Vec::new(), Vec::new(), Vec::new());
        for &(case, own) in weighted.iter().filter(|(_, own)| *own > 0.0) {
            truth.push(self.cases.truth()[case]);
            score.push(self.cases.score()[case]);
            weight.push(own);
        }
        let cases = Cases::new(truth, score, None, None)
            .ok()?
            .weighted(weight)
            .ok()?;
        let value = self
            .metric
            .value(&Tally::of(&cases), self.cases.threshold());
        value.filter(|value| value.is_finite())
    }

    /// The factors that are so, as bits.
    fn bits(&self, is_so: impl Fn(&Factor) -> bool) -> usize {
        let numbered = self.factors.iter().enumerate();
        numbered
            .filter(|(_, factor)| is_so(factor))
            .map(|(at, _)| 1 << at)
            .sum()
    }

    /// For each case of the first group of a kind, how many times it counts times the odds that a case with its columns is of the second.
    fn odds(&self, kind: usize, set: usize, times: &[f64]) -> Vec<f64> {
        let kind = &self.kinds[kind];
        let weight = |case: usize| times[case] * self.cases.weight_of(case);
        let mut columns: Vec<(&[f64], (f64, f64))> = Vec::new();
        for (at, factor) in self.factors.iter().enumerate() {
            if let (Factor::Columns(own), true) = (factor, set >> at & 1 == 1) {
                columns.extend(
                    own.iter()
                        .map(Vec::as_slice)
                        .zip(self.scales[at].iter().copied()),
                );
            }
        }
        let row = |case: usize| -> Vec<f64> {
            let own = columns
                .iter()
                .map(|(values, (mean, sd))| (values[case] - mean) / sd);
            std::iter::once(1.0).chain(own).collect()
        };
        if columns.is_empty() || kind.second.is_empty() {
            return kind.first.iter().map(|&case| weight(case)).collect();
        }
        let rows: Vec<(Vec<f64>, f64, f64)> = [(&kind.first, 0.0), (&kind.second, 1.0)]
            .into_iter()
            .flat_map(|(cases, second)| cases.iter().map(move |&case| (case, second)))
            .filter(|(case, _)| weight(*case) > 0.0)
            .map(|(case, second)| (row(case), second, weight(case)))
            .collect();
        let b = membership(&rows);
        let odds = |case: usize| dot(&row(case), &b).clamp(-30.0, 30.0).exp();
        kind.first
            .iter()
            .map(|&case| weight(case) * odds(case))
            .collect()
    }
}

/// The coefficients of a logistic regression of rows (with a constant), their truth and weight; a small ridge holds them finite.
fn membership(rows: &[(Vec<f64>, f64, f64)]) -> Vec<f64> {
    let k = rows.first().map_or(0, |(row, ..)| row.len());
    let mut b = vec![0.0; k];
    for _ in 0..STEPS_MAX {
        let mut gradient: Vec<f64> = b.iter().map(|b| -RIDGE * b).collect();
        gradient[0] += RIDGE * b[0];
        let mut information = Matrix::of(k, k, |r, c| if r == c { RIDGE } else { 0.0 });
        for (row, second, weight) in rows {
            let p = 1.0 / (1.0 + (-dot(row, &b)).exp());
            for r in 0..k {
                gradient[r] += weight * row[r] * (second - p);
                for c in 0..=r {
                    information.add(r, c, weight * row[r] * row[c] * p * (1.0 - p));
                }
            }
        }
        // A column that follows from others keeps nothing of its own, and the fit of before stands.
        let Some(triangle) = Cholesky::of(&information) else {
            break;
        };
        let step = triangle.solve(&gradient);
        let longest = step
            .iter()
            .fold(0.0_f64, |longest, part| longest.max(part.abs()));
        let shorten = if longest > 5.0 { 5.0 / longest } else { 1.0 };
        b.iter_mut()
            .zip(&step)
            .for_each(|(b, part)| *b += shorten * part);
        if longest < 1e-9 {
            break;
        }
    }
    b
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The share of the orders of `k` things in which a given one comes after just `before` given ones.
fn orders(k: usize, before: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    factorial(before) * factorial(k - before - 1) / factorial(k)
}

/// Mean and standard deviation; 1 for a column that does not vary.
fn scale(column: &[f64]) -> (f64, f64) {
    let n = column.len().max(1) as f64;
    let mean = column.iter().sum::<f64>() / n;
    let variance = column
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / n;
    (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::by_id;
    use proptest::prelude::*;

    /// Cases of two groups: `severity` differs between them, the score follows it, and is lower by `bias` in the first group.
    fn world(
        n: usize,
        severity: f64,
        bias: f64,
        prevalence: [f64; 2],
        seed: u64,
    ) -> (Cases, Vec<bool>, Vec<f64>) {
        let mut draw = Draw::new(seed, 0);
        let (mut truth, mut score, mut first, mut ill) = (vec![], vec![], vec![], vec![]);
        for _ in 0..n {
            let is_first = draw.uniform() < 0.5;
            let is_ill = draw.uniform() < prevalence[usize::from(!is_first)];
            let own = draw.normal() + if is_first { -severity } else { 0.0 };
            let signal = if is_ill { 1.0 + own } else { -1.0 };
            score.push(signal + draw.normal() - if is_first { bias } else { 0.0 });
            truth.push(is_ill);
            first.push(is_first);
            ill.push(own);
        }
        (
            Cases::new(truth, score, Some(0.0), None).unwrap(),
            first,
            ill,
        )
    }

    fn divided(world: &(Cases, Vec<bool>, Vec<f64>), metric: &str, resamples: u32) -> Attribution {
        let (cases, first, ill) = world;
        let factors = [Factor::Prevalence, Factor::Columns(vec![ill.clone()])];
        attribute(
            by_id(metric).unwrap(),
            cases,
            first,
            &factors,
            (resamples, 1),
            Level::DEFAULT,
        )
        .unwrap()
    }

    fn holds(estimate: &Estimate, value: f64) -> bool {
        estimate
            .interval()
            .is_some_and(|(low, high)| low <= value && value <= high)
    }

    #[test]
    fn a_gap_of_severity_alone_is_explained_by_it_and_nothing_is_left() {
        let found = divided(&world(6000, 1.0, 0.0, [0.4, 0.4], 1), "sensitivity", 200);
        let gap = found.gap.value.unwrap();
        assert!(gap < -0.1, "{gap}");
        let [prevalence, severity] = &found.parts[..] else {
            unreachable!("two factors")
        };
        assert_eq!(prevalence.estimate.value, Some(0.0));
        assert!(severity.estimate.high.unwrap() < 0.0);
        assert!(holds(&severity.estimate, gap) && holds(&found.rest, 0.0));
    }

    #[test]
    fn a_gap_of_the_model_alone_is_left() {
        let found = divided(&world(6000, 0.0, 0.7, [0.4, 0.4], 2), "sensitivity", 200);
        let gap = found.gap.value.unwrap();
        assert!(gap < -0.1 && found.rest.high.unwrap() < 0.0);
        assert!(holds(&found.parts[1].estimate, 0.0) && holds(&found.rest, gap));
    }

    #[test]
    fn a_gap_of_prevalence_moves_the_value_of_a_flag_and_no_sensitivity() {
        let world = world(6000, 0.0, 0.0, [0.1, 0.5], 3);
        let found = divided(&world, "ppv", 200);
        assert!(found.gap.value.unwrap() < -0.2);
        assert!(found.parts[0].estimate.high.unwrap() < -0.1 && holds(&found.rest, 0.0));
        assert_eq!(
            divided(&world, "sensitivity", 10).parts[0].estimate.value,
            Some(0.0)
        );
    }

    #[test]
    fn cases_that_nobody_of_the_group_is_like_are_few() {
        let mut world = world(600, 0.0, 0.0, [0.4, 0.4], 4);
        let both = world.2.iter_mut().zip(&world.1);
        both.for_each(|(ill, first)| *ill += if *first { 0.0 } else { 6.0 });
        let found = divided(&world, "sensitivity", 10);
        assert!(found.like_cases < LIKE_CASES_MIN, "{}", found.like_cases);
        assert!(found.parts[0].like_cases > 50.0);
    }

    #[test]
    fn a_group_without_cases_has_no_gap() {
        let (cases, _, ill) = world(50, 0.0, 0.0, [0.4, 0.4], 5);
        let factors = [Factor::Columns(vec![ill])];
        let metric = by_id("sensitivity").unwrap();
        for all in [true, false] {
            let found = attribute(
                metric,
                &cases,
                &[all; 50],
                &factors,
                (10, 1),
                Level::DEFAULT,
            );
            assert_eq!(found.unwrap_err(), Undefined::NoCase);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn parts_and_rest_sum_to_the_gap_in_any_order_of_rows(seed in 0_u64..1000, severity in -1.0..1.0, bias in -1.0..1.0) {
            let (cases, first, ill) = world(200, severity, bias, [0.3, 0.5], seed);
            let factors = [Factor::Columns(vec![ill.clone()]), Factor::Prevalence];
            let metric = by_id("accuracy").unwrap();
            let found = attribute(metric, &cases, &first, &factors, (10, 1), Level::DEFAULT).unwrap();
            let sum: f64 = found.parts.iter().map(|part| part.estimate.value.unwrap()).sum();
            let gap = found.gap.value.unwrap();
            prop_assert!((sum + found.rest.value.unwrap() - gap).abs() < 1e-12);
            let turned = Cases::new(
                cases.truth().iter().rev().copied().collect(),
                cases.score().iter().rev().copied().collect(),
                Some(0.0),
                None,
            ).unwrap();
            let first: Vec<bool> = first.into_iter().rev().collect();
            let factors = [Factor::Columns(vec![ill.into_iter().rev().collect()]), Factor::Prevalence];
            let again = attribute(metric, &turned, &first, &factors, (10, 1), Level::DEFAULT).unwrap();
            for (one, other) in found.parts.iter().zip(&again.parts) {
                prop_assert!((one.estimate.value.unwrap() - other.estimate.value.unwrap()).abs() < 1e-9);
            }
        }
    }
}
