//! The United States: is a change within the authorised PCCP, a new submission, or a letter to file?
//!
//! # Source
//! FDA, Marketing Submission Recommendations for a PCCP for AI-Enabled Device Software Functions (August 2025), use of an
//! authorised PCCP; 21 CFR 807.81(a)(3) and 814.39; FDA, Deciding When to Submit a 510(k) for a Software Change (2017).
//! The order of the rules is our reading of them; a regulatory person decides.

use serde::{Deserialize, Serialize};

use super::Facts;

/// The class with the rule that gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsOutcome {
    pub class: UsClass,
    pub rule: String,
}

/// What a change is in the United States.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsClass {
    WithinPccp,
    NewSubmission,
    LetterToFile,
    NotPermitted,
    /// Something is unknown; blocks until a person decides.
    Undecided,
}

impl UsClass {
    /// The class's word.
    pub fn word(self) -> &'static str {
        match self {
            UsClass::WithinPccp => "within_pccp",
            UsClass::NewSubmission => "new_submission",
            UsClass::LetterToFile => "letter_to_file",
            UsClass::NotPermitted => "not_permitted",
            UsClass::Undecided => "undecided",
        }
    }
}

/// The rule that fits first, and its reason.
pub(super) fn classify(facts: &Facts) -> (UsOutcome, String) {
    let (class, rule, why) = first_rule(facts);
    (
        UsOutcome {
            class,
            rule: rule.to_owned(),
        },
        why.to_owned(),
    )
}

fn first_rule(facts: &Facts) -> (UsClass, &'static str, &'static str) {
    use UsClass::{LetterToFile, NewSubmission, NotPermitted, Undecided, WithinPccp};
    let unknown = |_| {
        (
            Undecided,
            "R11",
            "an answer is unknown; a person must decide",
        )
    };
    if facts.initial {
        return (
            NewSubmission,
            "R0",
            "the first release goes to market by the authorisation itself",
        );
    }
    match facts.intended_use_same {
        None => return unknown(()),
        Some(false) => return (NewSubmission, "R1", "the intended use changes"),
        Some(true) => {}
    }
    if facts.in_plan {
        if !facts.criteria_met {
            return (
                NotPermitted,
                "R2",
                "a criterion of the planned modification is not met",
            );
        }
        match (facts.protocol_followed, facts.new_hazard) {
            (None, _) | (_, None) => return unknown(()),
            (Some(true), Some(false)) => {
                return (
                    WithinPccp,
                    "R6",
                    "the authorised PCCP names the modification, and its protocol was met",
                );
            }
            // Outside the plan after all: assessed as an ordinary change below.
            _ => {}
        }
    }
    match (
        facts.restores_spec,
        facts.new_hazard,
        facts.safety_effect_possible,
    ) {
        (_, Some(true), _) => (NewSubmission, "R9", "a new or raised risk outside the PCCP"),
        (Some(true), Some(false), _) => (
            LetterToFile,
            "R7",
            "the change only restores the authorised specification",
        ),
        (_, _, Some(true)) => (
            NewSubmission,
            "R8",
            "outside the PCCP, and safety or effectiveness could be affected",
        ),
        (Some(false), Some(false), Some(false)) => (
            LetterToFile,
            "R10",
            "no effect on safety or effectiveness, with the rationale on file",
        ),
        _ => unknown(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);

    /// A planned change that meets everything; each case alters what it is about.
    pub(in crate::change) fn planned() -> Facts {
        Facts {
            initial: false,
            in_plan: true,
            criteria_met: true,
            intended_use_same: YES,
            new_hazard: NO,
            protocol_followed: YES,
            restores_spec: NO,
            safety_effect_possible: NO,
        }
    }

    fn ordinary() -> Facts {
        Facts {
            in_plan: false,
            ..planned()
        }
    }

    #[test]
    fn the_first_rule_that_fits_gives_the_class() {
        use UsClass::{LetterToFile, NewSubmission, NotPermitted, Undecided, WithinPccp};
        let unknown = Facts {
            new_hazard: None,
            protocol_followed: None,
            restores_spec: None,
            safety_effect_possible: None,
            ..ordinary()
        };
        let cases = [
            (
                "R0",
                NewSubmission,
                Facts {
                    initial: true,
                    ..planned()
                },
            ),
            (
                "R1",
                NewSubmission,
                Facts {
                    intended_use_same: NO,
                    ..planned()
                },
            ),
            (
                "R1",
                NewSubmission,
                Facts {
                    intended_use_same: NO,
                    restores_spec: YES,
                    ..ordinary()
                },
            ),
            (
                "R2",
                NotPermitted,
                Facts {
                    criteria_met: false,
                    ..planned()
                },
            ),
            (
                "R2",
                NotPermitted,
                Facts {
                    criteria_met: false,
                    new_hazard: YES,
                    ..planned()
                },
            ),
            // R3: the protocol was not followed, so it is an ordinary change.
            (
                "R8",
                NewSubmission,
                Facts {
                    protocol_followed: NO,
                    safety_effect_possible: YES,
                    ..planned()
                },
            ),
            (
                "R10",
                LetterToFile,
                Facts {
                    protocol_followed: NO,
                    ..planned()
                },
            ),
            // R4: an input out of bounds is a difference that the modification does not allow, and so not in plan.
            (
                "R8",
                NewSubmission,
                Facts {
                    safety_effect_possible: YES,
                    ..ordinary()
                },
            ),
            // R5: a new hazard takes a planned change out of the plan.
            (
                "R9",
                NewSubmission,
                Facts {
                    new_hazard: YES,
                    ..planned()
                },
            ),
            ("R6", WithinPccp, planned()),
            (
                "R6",
                WithinPccp,
                Facts {
                    safety_effect_possible: YES,
                    ..planned()
                },
            ),
            (
                "R6",
                WithinPccp,
                Facts {
                    restores_spec: None,
                    safety_effect_possible: None,
                    ..planned()
                },
            ),
            (
                "R7",
                LetterToFile,
                Facts {
                    restores_spec: YES,
                    ..ordinary()
                },
            ),
            (
                "R7",
                LetterToFile,
                Facts {
                    restores_spec: YES,
                    safety_effect_possible: YES,
                    ..ordinary()
                },
            ),
            (
                "R9",
                NewSubmission,
                Facts {
                    restores_spec: YES,
                    new_hazard: YES,
                    ..ordinary()
                },
            ),
            (
                "R8",
                NewSubmission,
                Facts {
                    safety_effect_possible: YES,
                    new_hazard: None,
                    ..ordinary()
                },
            ),
            (
                "R9",
                NewSubmission,
                Facts {
                    new_hazard: YES,
                    ..ordinary()
                },
            ),
            ("R10", LetterToFile, ordinary()),
            (
                "R11",
                Undecided,
                Facts {
                    intended_use_same: None,
                    ..planned()
                },
            ),
            (
                "R11",
                Undecided,
                Facts {
                    protocol_followed: None,
                    ..planned()
                },
            ),
            (
                "R11",
                Undecided,
                Facts {
                    new_hazard: None,
                    ..planned()
                },
            ),
            (
                "R11",
                Undecided,
                Facts {
                    new_hazard: None,
                    ..ordinary()
                },
            ),
            (
                "R11",
                Undecided,
                Facts {
                    safety_effect_possible: None,
                    ..ordinary()
                },
            ),
            (
                "R11",
                Undecided,
                Facts {
                    restores_spec: None,
                    ..ordinary()
                },
            ),
            (
                "R11",
                Undecided,
                Facts {
                    restores_spec: YES,
                    new_hazard: None,
                    ..ordinary()
                },
            ),
            ("R11", Undecided, unknown),
        ];
        for (i, (rule, class, facts)) in cases.into_iter().enumerate() {
            let (outcome, why) = classify(&facts);
            assert_eq!(
                (outcome.rule.as_str(), outcome.class),
                (rule, class),
                "case {i}"
            );
            assert!(!why.is_empty());
        }
    }

    #[test]
    fn nothing_unknown_becomes_a_letter_to_file() {
        let answers = [None, YES, NO];
        for new_hazard in answers {
            for restores_spec in answers {
                for safety_effect_possible in answers {
                    let facts = Facts {
                        new_hazard,
                        restores_spec,
                        safety_effect_possible,
                        ..ordinary()
                    };
                    let (outcome, _) = classify(&facts);
                    if outcome.class == UsClass::LetterToFile {
                        assert_eq!(new_hazard, NO);
                        assert!(restores_spec == YES || safety_effect_possible == NO);
                    }
                }
            }
        }
    }
}
