//! What a test must be able to do, from what its result is to change: goals for likelihood ratios, sensitivity and specificity.

use serde::Serialize;

use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{normal, wilson};

/// The risk before the test, and the declared risks below which a negative rules out and above which a positive rules in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risks {
    pub prevalence: f64,
    pub rule_out_below: Option<f64>,
    pub rule_in_above: Option<f64>,
}

/// What the test must reach for these risks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Goals {
    /// The negative likelihood ratio must not be above it: sensitivity >= 1 - this x specificity.
    pub lr_negative_most: Option<f64>,
    /// The positive likelihood ratio must not be below it: sensitivity >= this x (1 - specificity).
    pub lr_positive_least: Option<f64>,
    /// The sensitivity and specificity at which both are reached exactly. Other pairs of the region trade one for the other.
    pub sensitivity: Option<f64>,
    pub specificity: Option<f64>,
}

impl Risks {
    /// # Errors
    /// [`Undefined::ImpossibleNumber`] for shares that are not between 0 and 1; [`Undefined::UnreachableRisk`] if a negative would not lower
    /// the risk, or a positive not raise it.
    ///
    /// # Source
    /// Pennello 2021, Biostat Epidemiol 5:149-168 (as in the software DxGoals); Biggerstaff 2000, Stat Med 19:649-663 (the region).
    pub fn goals(&self) -> Result<Goals, Undefined> {
        let all = [
            Some(self.prevalence),
            self.rule_out_below,
            self.rule_in_above,
        ];
        if !all
            .into_iter()
            .flatten()
            .all(|risk| risk > 0.0 && risk < 1.0)
        {
            return Err(Undefined::ImpossibleNumber);
        }
        let lowers = self
            .rule_out_below
            .is_none_or(|risk| risk < self.prevalence);
        let raises = self.rule_in_above.is_none_or(|risk| risk > self.prevalence);
        if !(lowers && raises) {
            return Err(Undefined::UnreachableRisk);
        }
        let ratio = |risk: f64| odds(risk) / odds(self.prevalence);
        let (least, most) = (
            self.rule_out_below.map(ratio),
            self.rule_in_above.map(ratio),
        );
        let both = least.zip(most);
        Ok(Goals {
            lr_negative_most: least,
            lr_positive_least: most,
            sensitivity: both.map(|(l0, l1)| l1 * (1.0 - l0) / (l1 - l0)),
            specificity: both.map(|(l0, l1)| (l1 - 1.0) / (l1 - l0)),
        })
    }
}

fn odds(risk: f64) -> f64 {
    risk / (1.0 - risk)
}

impl Goals {
    /// The least sensitivity that reaches the goals at a specificity; above 1 where none does.
    pub fn sensitivity_at(&self, specificity: f64) -> f64 {
        let of_negative = self
            .lr_negative_most
            .map_or(0.0, |l0| 1.0 - l0 * specificity);
        let of_positive = self
            .lr_positive_least
            .map_or(0.0, |l1| l1 * (1.0 - specificity));
        of_negative.max(of_positive)
    }
}

/// Whether an interval clears a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    Met,
    NotMet,
    Inconclusive,
}

/// A table of flags and truths held against goals, one case a patient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    pub sensitivity: Estimate,
    pub specificity: Estimate,
    pub lr_positive: Estimate,
    pub lr_negative: Estimate,
    /// The risk of a flagged case, and of one that is not, at the declared prevalence and not at that of the table.
    pub risk_if_flagged: Estimate,
    pub risk_if_not_flagged: Estimate,
    /// The whole interval of the likelihood ratio, and with it of the risk, lies beyond the goal.
    pub rules_out: Option<Reached>,
    pub rules_in: Option<Reached>,
}

/// Holds counts against goals: true positives, false negatives, false positives, true negatives.
///
/// Likelihood ratios have the interval that is symmetric on the log scale (`log`); where a count is 0, the score interval (`koopman`). Risks
/// are theirs at the declared prevalence. Sensitivity and specificity have Wilson's.
///
/// # Errors
/// Those of [`Risks::goals`]; [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
///
/// # Source
/// Pennello 2021, Biostat Epidemiol 5:149-168; Simel, Samsa and Matchar 1991, J Clin Epidemiol 44:763-770 (log); Koopman 1984, Biometrics
/// 40:513-517 (score); Mercaldo, Lau and Zhou 2007, Stat Med 26:2170-2183 (risks at another prevalence).
pub fn judge(
    risks: &Risks,
    [tp, fne, fp, tn]: [u64; 4],
    level: Level,
) -> Result<Judged, Undefined> {
    let goals = risks.goals()?;
    let (diseased, healthy) = (tp + fne, fp + tn);
    if diseased == 0 {
        return Err(Undefined::NoDiseasedCase);
    }
    if healthy == 0 {
        return Err(Undefined::NoHealthyCase);
    }
    let share = |k: u64, n: u64| {
        let bounds = wilson(k as f64, n as f64, level);
        Estimate::new(k as f64 / n as f64, bounds, n, level, "wilson").events(k)
    };
    let positive = ratio((tp, diseased), (fp, healthy), level);
    let negative = ratio((fne, diseased), (tn, healthy), level);
    let risk = |ratio: &Ratio| {
        let of = |ratio: f64| match ratio.is_finite() {
            true => odds(risks.prevalence) * ratio / (1.0 + odds(risks.prevalence) * ratio),
            false => 1.0,
        };
        match ratio.value {
            None => Estimate::undefined(Undefined::NotDefinedHere, ratio.n, level, ratio.method),
            Some(value) => {
                let (low, high) = ratio.bounds;
                Estimate::new(of(value), (of(low), of(high)), ratio.n, level, ratio.method)
            }
        }
    };
    let beyond = |goal: Option<f64>, (low, high): (f64, f64), must_be_above: bool| {
        goal.map(|goal| match (must_be_above, low > goal, high < goal) {
            (true, true, _) | (false, _, true) => Reached::Met,
            (true, _, true) | (false, true, _) => Reached::NotMet,
            _ => Reached::Inconclusive,
        })
    };
    Ok(Judged {
        sensitivity: share(tp, diseased),
        specificity: share(tn, healthy),
        risk_if_flagged: risk(&positive),
        risk_if_not_flagged: risk(&negative),
        rules_in: beyond(goals.lr_positive_least, positive.bounds, true),
        rules_out: beyond(goals.lr_negative_most, negative.bounds, false),
        lr_positive: positive.estimate(Undefined::NoFlaggedHealthyCase, level),
        lr_negative: negative.estimate(Undefined::EveryHealthyCaseFlagged, level),
    })
}

/// A ratio of two shares with its interval; both may be infinite, and where both shares are 0 there is no value.
struct Ratio {
    value: Option<f64>,
    bounds: (f64, f64),
    n: u64,
    method: &'static str,
}

impl Ratio {
    fn estimate(&self, infinite: Undefined, level: Level) -> Estimate {
        match self.value.filter(|value| value.is_finite()) {
            None => Estimate::undefined(infinite, self.n, level, self.method),
            Some(value) => {
                Estimate::with_interval(value, Ok(self.bounds), self.n, level, self.method)
            }
        }
    }
}

fn ratio((k1, n1): (u64, u64), (k2, n2): (u64, u64), level: Level) -> Ratio {
    let (x1, m1, x2, m2) = (k1 as f64, n1 as f64, k2 as f64, n2 as f64);
    let value = (x1 / m1) / (x2 / m2);
    let of = |bounds: (f64, f64), method: &'static str| Ratio {
        value: (!value.is_nan()).then_some(value),
        bounds,
        n: n1 + n2,
        method,
    };
    // A share of 0 or 1 would count as known for certain.
    if k1 > 0 && k2 > 0 && k1 < n1 && k2 < n2 {
        let variance = 1.0 / x1 - 1.0 / m1 + 1.0 / x2 - 1.0 / m2;
        if let Ok((low, high)) = normal(value.ln(), variance, (f64::MIN, f64::MAX), level) {
            return of((low.exp(), high.exp()), "log");
        }
    }
    of(koopman((x1, m1), (x2, m2), level), "koopman")
}

/// The ratios that the score test does not reject: 0 to infinity where neither share has an event.
fn koopman((x1, m1): (f64, f64), (x2, m2): (f64, f64), level: Level) -> (f64, f64) {
    if x1 == 0.0 && x2 == 0.0 {
        return (0.0, f64::INFINITY);
    }
    // Chi-square of the ratio being `theta`, with the shares that are then most likely.
    let rejects = |theta: f64| {
        let a = (m1 + m2) * theta;
        let b = m1 * theta + x1 + m2 + x2 * theta;
        let root = (b * b - 4.0 * a * (x1 + x2)).max(0.0).sqrt();
        // The smaller root in the form that loses no digits.
        let p2 = 2.0 * (x1 + x2) / (b + root);
        let p1 = p2 * theta;
        let apart = (x1 / m1 - theta * x2 / m2).powi(2);
        let variance = p1 * (1.0 - p1) / m1 + theta * theta * p2 * (1.0 - p2) / m2;
        apart > level.z().powi(2) * variance.max(0.0)
    };
    let value = (x1 / m1) / (x2 / m2);
    // Beyond the value the test rejects from one ratio on; halving on the log scale finds it.
    let end = |mut inside: f64, mut outside: f64| {
        for _ in 0..200 {
            let middle = (inside + outside) / 2.0;
            if rejects(middle.exp()) {
                outside = middle
            } else {
                inside = middle
            }
        }
        inside.exp()
    };
    let far = 40.0;
    let own = value.ln().clamp(-far, far);
    (
        if x1 == 0.0 { 0.0 } else { end(own, -far) },
        if x2 == 0.0 {
            f64::INFINITY
        } else {
            end(own, far)
        },
    )
}

/// What treating does: shares of the same unit, such as deaths averted and caused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// What a diseased patient gains by it.
    pub benefit: f64,
    /// What a healthy patient loses by it.
    pub harm: f64,
    /// What everybody loses by the test itself.
    pub test_harm: f64,
}

/// Risks at which what is best to do changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Thresholds {
    /// Without the test: above it treating is better.
    pub treat: f64,
    /// With the test: below it neither test nor treat, above the second treat without testing; None where testing never is best.
    pub test: Option<[f64; 2]>,
}

impl Treatment {
    /// The risks between which a test of this sensitivity and specificity is worth doing.
    ///
    /// # Errors
    /// [`Undefined::ImpossibleNumber`] for benefit or harm not above 0, a negative harm of the test, shares outside 0..=1.
    ///
    /// # Source
    /// Pauker and Kassirer 1980, N Engl J Med 302:1109-1117; without the test 1975, N Engl J Med 293:229-234.
    pub fn thresholds(&self, sensitivity: f64, specificity: f64) -> Result<Thresholds, Undefined> {
        let gains = [self.benefit, self.harm];
        let shares = [sensitivity, specificity];
        let is_possible = gains.iter().all(|own| own.is_finite() && *own > 0.0)
            && self.test_harm.is_finite()
            && self.test_harm >= 0.0
            && shares.iter().all(|share| (0.0..=1.0).contains(share));
        if !is_possible {
            return Err(Undefined::ImpossibleNumber);
        }
        let (benefit, harm) = (self.benefit, self.harm);
        let of = |healthy: f64, diseased: f64, test_harm: f64| {
            (healthy * harm + test_harm) / (healthy * harm + diseased * benefit)
        };
        let test = of(1.0 - specificity, sensitivity, self.test_harm);
        let treat = of(specificity, 1.0 - sensitivity, -self.test_harm);
        Ok(Thresholds {
            treat: harm / (harm + benefit),
            test: (test < treat).then_some([test, treat]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RISKS: Risks = Risks {
        prevalence: 0.01,
        rule_out_below: Some(0.005),
        rule_in_above: Some(0.02),
    };

    #[test]
    fn a_risk_that_no_result_can_reach_is_refused() {
        let odd = Risks {
            rule_out_below: Some(0.02),
            ..RISKS
        };
        assert_eq!(odd.goals(), Err(Undefined::UnreachableRisk));
        let none = Risks {
            prevalence: 0.0,
            ..RISKS
        };
        assert_eq!(none.goals(), Err(Undefined::ImpossibleNumber));
    }

    #[test]
    fn a_table_meets_goals_only_if_its_interval_clears_them() {
        let judged = |counts| judge(&RISKS, counts, Level::DEFAULT).expect("both kinds");
        let large = judged([900, 100, 1000, 9000]);
        assert_eq!(
            (large.rules_in, large.rules_out),
            (Some(Reached::Met), Some(Reached::Met))
        );
        let small = judged([8, 2, 10, 30]);
        assert_eq!(small.rules_in, Some(Reached::Inconclusive));
        let poor = judged([500, 500, 5000, 5000]);
        assert_eq!(
            (poor.rules_in, poor.rules_out),
            (Some(Reached::NotMet), Some(Reached::NotMet))
        );
        // 0 of 40 missed, and 0 of 200 flagged: the bounds say what is known.
        let none = judged([40, 0, 0, 200]);
        assert_eq!(none.lr_positive.value, None);
        assert_eq!(none.rules_in, Some(Reached::Met));
        assert_eq!(none.lr_negative.low, Some(0.0));
        assert_eq!(none.lr_negative.method, "koopman");
    }

    #[test]
    fn a_test_without_harm_that_never_errs_is_worth_doing_at_any_risk() {
        let own = Treatment {
            benefit: 0.05,
            harm: 0.01,
            test_harm: 0.0,
        };
        let found = own.thresholds(1.0, 1.0).expect("possible");
        assert_eq!(found.test, Some([0.0, 1.0]));
        assert!((found.treat - 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(own.thresholds(0.5, 0.5).expect("possible").test, None);
    }

    proptest! {
        #[test]
        fn a_test_at_the_corner_of_the_region_moves_the_risk_exactly_to_the_declared_ones(
            prevalence in 0.02..0.9_f64, down in 0.05..0.95_f64, up in 0.05..0.95_f64,
        ) {
            let (out, rule_in) = (prevalence * down, prevalence + (1.0 - prevalence) * up);
            let risks = Risks { prevalence, rule_out_below: Some(out), rule_in_above: Some(rule_in) };
            let goals = risks.goals().expect("reachable");
            let (se, sp) = (goals.sensitivity.expect("both"), goals.specificity.expect("both"));
            let flagged = prevalence * se / (prevalence * se + (1.0 - prevalence) * (1.0 - sp));
            let rest = prevalence * (1.0 - se) / (prevalence * (1.0 - se) + (1.0 - prevalence) * sp);
            prop_assert!((flagged - rule_in).abs() < 1e-9 && (rest - out).abs() < 1e-9);
            prop_assert!((goals.sensitivity_at(sp) - se).abs() < 1e-9);
        }
    }
}
