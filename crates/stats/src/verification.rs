//! Cases of which only some have the reference standard: who has it, and what is corrected for that.

use std::collections::BTreeMap;

use crate::cases::Cases;
use crate::compare::{Difference, part_and_rest};
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{auroc_variance, bootstrap_of_patients, by_patient, normal};
use crate::metric::{by_id, measure};
use crate::tally::Tally;
use crate::{logistic, normal as gauss};

/// Cases with a flag, a score or both; the truth is there where the reference standard was applied ("verified").
///
/// `stratum[i]` numbers the values of what else decided who is verified, `cluster[i]` the patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Partly {
    truth: Vec<Option<bool>>,
    flag: Option<Vec<bool>>,
    score: Option<Vec<f64>>,
    stratum: Option<Vec<u32>>,
    cluster: Option<Vec<u32>>,
}

/// What the cases of a full verification would have said.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    pub sensitivity: Estimate,
    pub specificity: Estimate,
    pub prevalence: Estimate,
}

/// Whether who is verified depends on the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    pub n: usize,
    pub verified: usize,
    /// The share that is verified of flagged cases less that of the others.
    pub by_flag: Option<Difference>,
    /// The probability that a verified case has a higher score than one that is not; 0.5 if the score does not matter.
    pub by_score: Option<Difference>,
}

impl Selection {
    /// A sentence that says how unequal it is, where the p-value is below 1 - level.
    pub fn warning(&self, level: Level) -> Option<String> {
        let is_sure = |p: Option<f64>| p.is_some_and(|p| p < 1.0 - level.value());
        let share = format!(
            "{} of {} cases have the reference standard",
            self.verified, self.n
        );
        let tail = "metrics of these cases alone are biased";
        if let Some(found) = self.by_flag.as_ref().filter(|found| is_sure(found.p_value)) {
            let more = found.estimate.value?;
            let word = if more > 0.0 { "more" } else { "less" };
            let (points, p) = (100.0 * more.abs(), found.p_value?);
            return Some(format!(
                "{share}, flagged cases {word} often (by {points:.1} percentage points, p {p:.2e}): {tail}"
            ));
        }
        let found = self
            .by_score
            .as_ref()
            .filter(|found| is_sure(found.p_value))?;
        let (area, p) = (found.estimate.value?, found.p_value?);
        let word = if area > 0.5 { "higher" } else { "lower" };
        Some(format!(
            "{share}, those of {word} scores more often (area {area:.3}, p {p:.2e}): {tail}"
        ))
    }
}

/// Cases of one flag and stratum.
#[derive(Clone, Copy, Default)]
struct Cell {
    diseased: f64,
    healthy: f64,
    not_verified: f64,
}

/// The table of flag and truth that full verification is expected to give.
#[derive(Clone, Copy, Default)]
struct Expected {
    tp: f64,
    fp: f64,
    fne: f64,
    tn: f64,
}

impl Expected {
    fn of<'a>(cells: impl Iterator<Item = (bool, &'a Cell)>) -> Result<Self, Undefined> {
        let mut all = Self::default();
        for (flag, cell) in cells {
            let verified = cell.diseased + cell.healthy;
            if verified == 0.0 {
                return Err(Undefined::NoVerifiedCase);
            }
            let by = (verified + cell.not_verified) / verified;
            let (diseased, healthy) = match flag {
                true => (&mut all.tp, &mut all.fp),
                false => (&mut all.fne, &mut all.tn),
            };
            *diseased += by * cell.diseased;
            *healthy += by * cell.healthy;
        }
        Ok(all)
    }

    fn sensitivity(&self) -> Result<f64, Undefined> {
        share(self.tp, self.fne).ok_or(Undefined::NoDiseasedCase)
    }

    fn specificity(&self) -> Result<f64, Undefined> {
        share(self.tn, self.fp).ok_or(Undefined::NoHealthyCase)
    }

    fn prevalence(&self) -> Result<f64, Undefined> {
        share(self.tp + self.fne, self.fp + self.tn).ok_or(Undefined::NoCase)
    }
}

fn share(part: f64, rest: f64) -> Option<f64> {
    (part + rest > 0.0).then(|| part / (part + rest))
}

type Share = fn(&Expected) -> Result<f64, Undefined>;
type Interval = fn(&Two, f64, Level) -> Result<(f64, f64), Undefined>;

impl Partly {
    /// # Errors
    /// [`Undefined::NotAligned`] where columns differ in length, [`Undefined::NotFinite`] for a score that is no number.
    pub fn new(
        truth: Vec<Option<bool>>,
        flag: Option<Vec<bool>>,
        score: Option<Vec<f64>>,
        stratum: Option<Vec<u32>>,
        cluster: Option<Vec<u32>>,
    ) -> Result<Self, Undefined> {
        let n = truth.len();
        let lengths = [
            flag.as_ref().map(Vec::len),
            score.as_ref().map(Vec::len),
            stratum.as_ref().map(Vec::len),
            cluster.as_ref().map(Vec::len),
        ];
        if lengths.into_iter().flatten().any(|length| length != n) {
            return Err(Undefined::NotAligned);
        }
        if score.iter().flatten().any(|score| !score.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        Ok(Self {
            truth,
            flag,
            score,
            stratum,
            cluster,
        })
    }

    /// Whether verification depends on flag and score: a difference of shares by patients' sums, and an area with DeLong's (with patients
    /// Obuchowski's) variance.
    ///
    /// # Source
    /// Begg and Greenes 1983, Biometrics 39:207-215 (why that biases); Obuchowski 1997, Biometrics 53:567-578.
    pub fn selection(&self, level: Level) -> Selection {
        let is_verified: Vec<bool> = self.truth.iter().map(Option::is_some).collect();
        let verified: Vec<f64> = is_verified
            .iter()
            .map(|is| f64::from(u8::from(*is)))
            .collect();
        let by_flag = self
            .flag
            .as_ref()
            .and_then(|flag| part_and_rest(&verified, flag, self.cluster.as_deref(), level).ok());
        let by_score = self.score.as_ref().and_then(|score| {
            let cases = Cases::new(
                is_verified.clone(),
                score.clone(),
                None,
                self.cluster.clone(),
            )
            .ok()?;
            let estimate = measure(by_id("auroc")?, &cases, level);
            let error = auroc_variance(&cases).ok()?.sqrt();
            let z = (estimate.value? - 0.5) / error;
            Some(Difference {
                p_value: z.is_finite().then(|| gauss::two_sided_p(z)),
                estimate,
            })
        });
        Selection {
            n: self.truth.len(),
            verified: is_verified.iter().filter(|is| **is).count(),
            by_flag,
            by_score,
        }
    }

    /// Sensitivity, specificity and prevalence as if every case were verified, where who is verified depends only on the flag and the stratum.
    ///
    /// Without strata and patients the intervals are the paper's, by the delta method: of sensitivity and specificity on the log odds scale
    /// (`begg_greenes`), of the prevalence normal. Otherwise they are percentile intervals of draws of patients.
    ///
    /// Each estimate is undefined with [`Undefined::NoVerifiedCase`] if no case of a flag and stratum is verified,
    /// [`Undefined::NotDefinedHere`] without flags, [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
    ///
    /// # Source
    /// Begg and Greenes 1983, Biometrics 39:207-215; the prevalence: Tenenbein 1970, JASA 65:1350-1361.
    pub fn corrected(&self, (resamples, seed): (u32, u64), level: Level) -> Corrected {
        const METHOD: &str = "begg_greenes";
        let n = self.truth.len() as u64;
        let all: Vec<usize> = (0..self.truth.len()).collect();
        let patients = by_patient(self.truth.len(), self.cluster.as_deref());
        let is_plain = self.stratum.is_none() && self.cluster.is_none();
        let estimate = |of: Share, interval: Interval| {
            let value = self.expected(&all).and_then(|expected| of(&expected));
            let value = match value {
                Ok(value) => value,
                Err(why) => return Estimate::undefined(why, n, level, METHOD),
            };
            if is_plain {
                let two = self.two();
                return Estimate::with_interval(
                    value,
                    interval(&two, value, level),
                    n,
                    level,
                    METHOD,
                );
            }
            let drawn = |drawn: &[&[usize]]| of(&self.expected(&drawn.concat()).ok()?).ok();
            let bounds = bootstrap_of_patients(&patients, drawn, resamples, seed, level);
            Estimate::with_interval(value, bounds, n, level, "begg_greenes_bootstrap").seed(seed)
        };
        let counted = |estimate: Estimate| {
            estimate.clusters(self.cluster.as_ref().map(|_| patients.len() as u64))
        };
        Corrected {
            sensitivity: counted(estimate(Expected::sensitivity, Two::of_sensitivity)),
            specificity: counted(estimate(Expected::specificity, Two::of_specificity)),
            prevalence: counted(estimate(Expected::prevalence, Two::of_prevalence)),
        }
    }

    /// The area under the ROC curve as if every case were verified: each verified case counts for one over its probability of being verified,
    /// which is a logistic regression of the score within each flag and stratum (the share, where the scores there are all the same; 1, where
    /// all are verified).
    ///
    /// The interval is the percentile interval of draws of patients, in each of which the probabilities are fitted anew.
    ///
    /// Undefined with [`Undefined::NotDefinedHere`] without scores, [`Undefined::NoVerifiedCase`], [`Undefined::Separated`] where a score
    /// decides who is verified, [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
    ///
    /// # Source
    /// He, Lyness and McDermott 2009, Stat Med 28:361-376; Alonzo and Pepe 2005, J R Stat Soc C 54:173-190 (inverse probability weighting).
    pub fn area(&self, (resamples, seed): (u32, u64), level: Level) -> Estimate {
        const METHOD: &str = "ipw_bootstrap";
        let n = self.truth.len() as u64;
        let all: Vec<usize> = (0..self.truth.len()).collect();
        let patients = by_patient(self.truth.len(), self.cluster.as_deref());
        let estimate = match self.weighted_area(&all) {
            Err(why) => Estimate::undefined(why, n, level, METHOD),
            Ok(value) => {
                let drawn = |drawn: &[&[usize]]| self.weighted_area(&drawn.concat()).ok();
                let bounds = bootstrap_of_patients(&patients, drawn, resamples, seed, level);
                Estimate::with_interval(value, bounds, n, level, METHOD).seed(seed)
            }
        };
        estimate.clusters(self.cluster.as_ref().map(|_| patients.len() as u64))
    }

    fn cell_of(&self, case: usize) -> (bool, u32) {
        let flag = self.flag.as_ref().is_some_and(|flag| flag[case]);
        (
            flag,
            self.stratum.as_ref().map_or(0, |stratum| stratum[case]),
        )
    }

    fn cells(&self, cases: &[usize]) -> BTreeMap<(bool, u32), Cell> {
        let mut cells: BTreeMap<(bool, u32), Cell> = BTreeMap::new();
        for &case in cases {
            let cell = cells.entry(self.cell_of(case)).or_default();
            match self.truth[case] {
                Some(true) => cell.diseased += 1.0,
                Some(false) => cell.healthy += 1.0,
                None => cell.not_verified += 1.0,
            }
        }
        cells
    }

    fn expected(&self, cases: &[usize]) -> Result<Expected, Undefined> {
        if self.flag.is_none() {
            return Err(Undefined::NotDefinedHere);
        }
        let cells = self.cells(cases);
        Expected::of(cells.iter().map(|((flag, _), cell)| (*flag, cell)))
    }

    fn two(&self) -> Two {
        let all: Vec<usize> = (0..self.truth.len()).collect();
        let cells = self.cells(&all);
        let cell = |flag: bool| cells.get(&(flag, 0)).copied().unwrap_or_default();
        Two([cell(false), cell(true)])
    }

    fn weighted_area(&self, cases: &[usize]) -> Result<f64, Undefined> {
        let score = self.score.as_ref().ok_or(Undefined::NotDefinedHere)?;
        let mut groups: BTreeMap<(bool, u32), Vec<usize>> = BTreeMap::new();
        for &case in cases {
            groups.entry(self.cell_of(case)).or_default().push(case);
        }
        let (mut truth, mut own, mut weight) = (Vec::new(), Vec::new(), Vec::new());
        for group in groups.values() {
            let probability = self.verified_with(group, score)?;
            for (&case, probability) in group.iter().zip(probability) {
                if let Some(is_diseased) = self.truth[case] {
                    truth.push(is_diseased);
                    own.push(score[case]);
                    weight.push(1.0 / probability);
                }
            }
        }
        match (truth.contains(&true), truth.contains(&false)) {
            (false, _) => return Err(Undefined::NoDiseasedCase),
            (_, false) => return Err(Undefined::NoHealthyCase),
            _ => {}
        }
        let verified = Cases::new(truth, own, None, None).and_then(|cases| cases.weighted(weight));
        let verified = verified.map_err(|_| Undefined::NotFinite)?;
        let area = by_id("auroc").and_then(|area| area.value(&Tally::of(&verified), None));
        area.ok_or(Undefined::NotDefinedHere)
    }

    /// The probability of being verified, of each of these cases.
    fn verified_with(&self, cases: &[usize], score: &[f64]) -> Result<Vec<f64>, Undefined> {
        let n = cases.len() as f64;
        let is_verified: Vec<bool> = cases.iter().map(|&i| self.truth[i].is_some()).collect();
        let verified = is_verified.iter().filter(|is| **is).count();
        if verified == 0 {
            return Err(Undefined::NoVerifiedCase);
        }
        if verified == cases.len() {
            return Ok(vec![1.0; cases.len()]);
        }
        // On one scale whatever the scores are, or the fit may stop for lack of digits.
        let mean = cases.iter().map(|&i| score[i]).sum::<f64>() / n;
        let square = |&i: &usize| (score[i] - mean).powi(2);
        let spread = (cases.iter().map(square).sum::<f64>() / n).sqrt();
        if spread.is_nan() || spread <= 1e-12 * mean.abs() {
            return Ok(vec![verified as f64 / n; cases.len()]);
        }
        let scaled: Vec<f64> = cases.iter().map(|&i| (score[i] - mean) / spread).collect();
        let fitted = Cases::new(is_verified, scaled.clone(), None, None)
            .map_err(|_| Undefined::NotFinite)?;
        let fit = logistic::fit(&fitted, |i| [1.0, scaled[i]], |_| 0.0)?;
        let [a, b] = fit.coefficients;
        Ok(scaled
            .iter()
            .map(|x| 1.0 / (1.0 + (-(a + b * x)).exp()))
            .collect())
    }
}

/// The cells of cases that are not flagged, and that are.
struct Two([Cell; 2]);

impl Two {
    fn of_sensitivity(&self, value: f64, level: Level) -> Result<(f64, f64), Undefined> {
        self.by_odds(value, |cell| (cell.diseased, cell.healthy), level)
    }

    fn of_specificity(&self, value: f64, level: Level) -> Result<(f64, f64), Undefined> {
        self.by_odds(value, |cell| (cell.healthy, cell.diseased), level)
    }

    /// The odds are a ratio of independent things: of the flags, and of the share of this kind among the verified of either flag.
    fn by_odds(
        &self,
        value: f64,
        kind: fn(&Cell) -> (f64, f64),
        level: Level,
    ) -> Result<(f64, f64), Undefined> {
        let mut variance = 0.0;
        for cell in &self.0 {
            let (own, other) = kind(cell);
            let all = own + other + cell.not_verified;
            variance += 1.0 / all + other / (own * (own + other));
        }
        let odds = (value / (1.0 - value)).ln();
        if !odds.is_finite() || !variance.is_finite() {
            return Err(Undefined::NoVariation);
        }
        let (low, high) = normal(odds, variance, (f64::MIN, f64::MAX), level)?;
        let share = |odds: f64| 1.0 / (1.0 + (-odds).exp());
        Ok((share(low), share(high)))
    }

    fn of_prevalence(&self, value: f64, level: Level) -> Result<(f64, f64), Undefined> {
        let all = |cell: &Cell| cell.diseased + cell.healthy + cell.not_verified;
        let n: f64 = self.0.iter().map(all).sum();
        let mut variance = 0.0;
        for cell in self.0.iter().filter(|cell| all(cell) > 0.0) {
            let (part, verified) = (all(cell) / n, cell.diseased + cell.healthy);
            let p = cell.diseased / verified;
            variance += part * (p - value).powi(2) / n + part * part * p * (1.0 - p) / verified;
        }
        normal(value, variance, (0.0, 1.0), level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    /// Cases by flag: diseased, healthy, not verified.
    fn cases(flagged: [usize; 3], others: [usize; 3]) -> Partly {
        let (mut truth, mut flag) = (Vec::new(), Vec::new());
        for (is_flagged, counts) in [(true, flagged), (false, others)] {
            for (kind, count) in [Some(true), Some(false), None].into_iter().zip(counts) {
                truth.extend(std::iter::repeat_n(kind, count));
                flag.extend(std::iter::repeat_n(is_flagged, count));
            }
        }
        Partly::new(truth, Some(flag), None, None, None).expect("well-formed")
    }

    #[test]
    fn full_verification_needs_no_correction() {
        let found = cases([30, 5, 0], [10, 55, 0]).corrected((200, 1), Level::DEFAULT);
        let near = |estimate: &Estimate, value: f64| {
            assert!((estimate.value.expect("defined") - value).abs() < 1e-15);
        };
        near(&found.sensitivity, 0.75);
        near(&found.specificity, 55.0 / 60.0);
        near(&found.prevalence, 0.4);
    }

    #[test]
    fn a_flag_of_which_nobody_is_verified_leaves_the_correction_undefined() {
        let found = cases([30, 5, 3], [0, 0, 60]).corrected((200, 1), Level::DEFAULT);
        assert_eq!(found.sensitivity.value, None);
        assert_eq!(
            found.sensitivity.why,
            Some(Undefined::NoVerifiedCase.to_string())
        );
    }

    #[test]
    fn verification_of_flagged_cases_only_is_warned_of_and_equal_verification_is_not() {
        let unequal = cases([231, 32, 166], [27, 54, 140]).selection(Level::DEFAULT);
        let sentence = unequal.warning(Level::DEFAULT).expect("it is unequal");
        assert!(sentence.contains("flagged cases more often"), "{sentence}");
        let equal = cases([20, 20, 40], [10, 30, 40]).selection(Level::DEFAULT);
        assert_eq!(equal.warning(Level::DEFAULT), None);
    }

    /// Diseased 30 %, a score 1.2 higher; who is verified rises with the score and differs between two strata.
    fn drawn(n: usize, seed: u64) -> (Partly, Partly) {
        let mut draw = Draw::new(seed, 0);
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..n {
            let stratum = u32::from(draw.uniform() < 0.4);
            let is_diseased = draw.uniform() < if stratum == 1 { 0.5 } else { 0.2 };
            let score = draw.normal() + if is_diseased { 1.2 } else { 0.0 };
            let odds = -1.5 + 1.1 * score + 1.5 * f64::from(stratum);
            let is_verified = draw.uniform() < 1.0 / (1.0 + (-odds).exp());
            columns.0.push(is_diseased);
            columns.1.push(is_verified);
            columns.2.push(score > 0.6);
            columns.3.push(score);
            columns.4.push(stratum);
        }
        let (truth, verified, flag, score, stratum) = columns;
        let partly = |truth| {
            let (flag, score) = (Some(flag.clone()), Some(score.clone()));
            Partly::new(truth, flag, score, Some(stratum.clone()), None).expect("well-formed")
        };
        let known = truth
            .iter()
            .zip(&verified)
            .map(|(truth, is)| is.then_some(*truth));
        let known = partly(known.collect());
        (known, partly(truth.into_iter().map(Some).collect()))
    }

    #[test]
    fn the_corrected_area_is_near_that_of_full_verification_and_the_naive_one_is_not() {
        let (known, full) = drawn(20_000, 7);
        let all: Vec<usize> = (0..20_000).collect();
        let wanted = full.weighted_area(&all).expect("both kinds");
        let found = known.weighted_area(&all).expect("both kinds");
        let naive: Vec<usize> = (0..20_000).filter(|&i| known.truth[i].is_some()).collect();
        let naive = known.weighted_area(&naive).expect("both kinds");
        assert!((found - wanted).abs() < 0.012, "{found} {wanted}");
        assert!((naive - wanted).abs() > 0.02, "{naive} {wanted}");
    }

    #[test]
    fn intervals_hold_the_truth_about_as_often_as_they_say() {
        // Every flagged case is verified, of the others a quarter; truth: 0.8 and 0.7 of 0.3.
        let (mut held, rounds) = ([0; 3], 400);
        for round in 0..rounds {
            let mut draw = Draw::new(11, round);
            let mut counts = [[0_usize; 3]; 2];
            for _ in 0..800 {
                let is_diseased = draw.uniform() < 0.3;
                let is_flagged = draw.uniform() < if is_diseased { 0.8 } else { 0.3 };
                let is_verified = draw.uniform() < if is_flagged { 0.9 } else { 0.25 };
                let kind = match (is_verified, is_diseased) {
                    (false, _) => 2,
                    (_, true) => 0,
                    _ => 1,
                };
                counts[usize::from(is_flagged)][kind] += 1;
            }
            let found = cases(counts[1], counts[0]).corrected((200, 1), Level::DEFAULT);
            let three = [
                (&found.sensitivity, 0.8),
                (&found.specificity, 0.7),
                (&found.prevalence, 0.3),
            ];
            for (held, (estimate, truth)) in held.iter_mut().zip(three) {
                let (low, high) = estimate.interval().expect("an interval");
                *held += usize::from(low <= truth && truth <= high);
            }
        }
        // 95 % of 400 is 380, with a standard error of 4.4.
        assert!(
            held.iter().all(|held| (366..=394).contains(held)),
            "{held:?}"
        );
    }
}
