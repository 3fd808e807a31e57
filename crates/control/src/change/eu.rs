//! The European Union: the MDR has no PCCP; the AI Act knows pre-determined changes.
//!
//! # Source
//! MDR 2017/745 Annex IX 2.4 and 4.10; MDCG 2020-3 (software chart); Regulation (EU) 2024/1689 Art. 3(23) and 43(4).

use serde::{Deserialize, Serialize};

use super::{Difference, Facts};

/// What a change is in the European Union.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EuClass {
    pub mdr: MdrClass,
    pub ai_act: AiActClass,
    pub rule: String,
}

/// Significance under the MDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MdrClass {
    Significant,
    NotSignificant,
    Undecided,
}

/// Modification under the AI Act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AiActClass {
    PreDetermined,
    Substantial,
    NotSubstantial,
    Undecided,
}

pub(super) fn classify(facts: &Facts, differences: &[Difference]) -> EuClass {
    let (mdr, mdr_rule) = mdr(facts, differences);
    let (ai_act, ai_rule) = ai_act(facts);
    EuClass {
        mdr,
        ai_act,
        rule: format!("{mdr_rule}, {ai_rule}"),
    }
}

fn mdr(facts: &Facts, differences: &[Difference]) -> (MdrClass, &'static str) {
    let algorithm = differences.iter().any(|difference| {
        matches!(
            difference,
            Difference::Algorithm(_) | Difference::InputAdded(_) | Difference::Truth(_)
        )
    });
    match (facts.initial, facts.intended_use_same, facts.new_hazard) {
        (true, _, _) => (MdrClass::Significant, "EU-1"),
        (_, Some(false), _) | (_, _, Some(true)) => (MdrClass::Significant, "EU-3"),
        (_, None, _) | (_, _, None) => (MdrClass::Undecided, "EU-3"),
        _ if algorithm => (MdrClass::Significant, "EU-2"),
        _ if facts.restores_spec == Some(true) => (MdrClass::NotSignificant, "EU-2"),
        // Retraining alone: notified bodies differ, so a person agrees it with theirs beforehand.
        _ => (MdrClass::Undecided, "EU-4"),
    }
}

fn ai_act(facts: &Facts) -> (AiActClass, &'static str) {
    match facts.intended_use_same {
        Some(false) => (AiActClass::Substantial, "EU-6"),
        None => (AiActClass::Undecided, "EU-6"),
        Some(true) if facts.initial => (AiActClass::NotSubstantial, "EU-6"),
        Some(true) if facts.in_plan && facts.criteria_met => {
            match (facts.protocol_followed, facts.new_hazard) {
                (Some(true), Some(false)) => (AiActClass::PreDetermined, "EU-7"),
                (Some(false), _) | (_, Some(true)) => (AiActClass::Substantial, "EU-6"),
                _ => (AiActClass::Undecided, "EU-7"),
            }
        }
        Some(true) if facts.restores_spec == Some(true) && facts.new_hazard == Some(false) => {
            (AiActClass::NotSubstantial, "EU-6")
        }
        Some(true) => (AiActClass::Substantial, "EU-6"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::us::tests::planned;

    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);

    #[test]
    fn significance_under_the_mdr_follows_the_chart() {
        use MdrClass::{NotSignificant, Significant, Undecided};
        let retraining = vec![Difference::TrainingData("learn-1996".to_owned())];
        let input = vec![Difference::InputAdded("creatinine".to_owned())];
        let algorithm = vec![Difference::Algorithm("forest".to_owned())];
        let truth = vec![Difference::Truth("dead_1y".to_owned())];
        let cases = [
            (
                "EU-1",
                Significant,
                Facts {
                    initial: true,
                    ..planned()
                },
                &retraining,
            ),
            (
                "EU-3",
                Significant,
                Facts {
                    intended_use_same: NO,
                    ..planned()
                },
                &retraining,
            ),
            (
                "EU-3",
                Significant,
                Facts {
                    new_hazard: YES,
                    ..planned()
                },
                &retraining,
            ),
            (
                "EU-3",
                Undecided,
                Facts {
                    intended_use_same: None,
                    ..planned()
                },
                &input,
            ),
            (
                "EU-3",
                Undecided,
                Facts {
                    new_hazard: None,
                    ..planned()
                },
                &input,
            ),
            ("EU-2", Significant, planned(), &input),
            ("EU-2", Significant, planned(), &algorithm),
            (
                "EU-2",
                Significant,
                Facts {
                    restores_spec: YES,
                    ..planned()
                },
                &truth,
            ),
            (
                "EU-2",
                NotSignificant,
                Facts {
                    restores_spec: YES,
                    ..planned()
                },
                &retraining,
            ),
            ("EU-4", Undecided, planned(), &retraining),
        ];
        for (i, (rule, class, facts, differences)) in cases.into_iter().enumerate() {
            assert_eq!(mdr(&facts, differences), (class, rule), "case {i}");
        }
    }

    #[test]
    fn a_change_is_pre_determined_only_if_it_was_planned_and_made_as_planned() {
        use AiActClass::{NotSubstantial, PreDetermined, Substantial, Undecided};
        let ordinary = || Facts {
            in_plan: false,
            ..planned()
        };
        let cases = [
            ("EU-7", PreDetermined, planned()),
            (
                "EU-6",
                Substantial,
                Facts {
                    intended_use_same: NO,
                    ..planned()
                },
            ),
            (
                "EU-6",
                Undecided,
                Facts {
                    intended_use_same: None,
                    ..planned()
                },
            ),
            (
                "EU-6",
                NotSubstantial,
                Facts {
                    initial: true,
                    in_plan: false,
                    ..planned()
                },
            ),
            (
                "EU-6",
                Substantial,
                Facts {
                    criteria_met: false,
                    ..planned()
                },
            ),
            (
                "EU-6",
                Substantial,
                Facts {
                    protocol_followed: NO,
                    ..planned()
                },
            ),
            (
                "EU-6",
                Substantial,
                Facts {
                    new_hazard: YES,
                    ..planned()
                },
            ),
            (
                "EU-7",
                Undecided,
                Facts {
                    new_hazard: None,
                    ..planned()
                },
            ),
            (
                "EU-7",
                Undecided,
                Facts {
                    protocol_followed: None,
                    ..planned()
                },
            ),
            (
                "EU-6",
                NotSubstantial,
                Facts {
                    restores_spec: YES,
                    ..ordinary()
                },
            ),
            (
                "EU-6",
                Substantial,
                Facts {
                    restores_spec: YES,
                    new_hazard: YES,
                    ..ordinary()
                },
            ),
            ("EU-6", Substantial, ordinary()),
        ];
        for (i, (rule, class, facts)) in cases.into_iter().enumerate() {
            assert_eq!(ai_act(&facts), (class, rule), "case {i}");
        }
    }

    #[test]
    fn both_rules_are_named() {
        assert_eq!(classify(&planned(), &[]).rule, "EU-4, EU-7");
    }
}
