//! Classifying a change: what differs from the released model, and what the rules of each region say of it.

mod eu;
mod us;

use galen_spec::Rule;
use galen_spec::pccp::{Modification, Pccp};
use galen_spec::protocol::Protocol;
use serde::{Deserialize, Serialize};

use crate::act::run::ModelFacts;
use crate::judge::Verdict;
use crate::{Change, Release, State};

pub use eu::{AiActClass, EuClass, MdrClass};
pub use us::{UsClass, UsOutcome};

/// What only a person can answer; `None` is unknown, and unknown blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Intended use, indications, users and environment stay as they are.
    pub intended_use_same: Option<bool>,
    /// A new hazard or hazardous situation, or a risk estimate that rises.
    pub new_hazard: Option<bool>,
    /// Every step of the modification protocol was followed without deviation.
    pub protocol_followed: Option<bool>,
    /// The change only restores the authorised specification.
    pub restores_spec: Option<bool>,
    /// Could significantly affect safety or effectiveness.
    pub safety_effect_possible: Option<bool>,
    pub rationale: String,
}

/// The class of a change in each region, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    pub us: UsOutcome,
    pub eu: EuClass,
    pub differences: Vec<Difference>,
    pub reasons: Vec<String>,
    /// The first release goes to market by the authorisation itself.
    pub initial: bool,
}

impl Classification {
    /// Whether a change of this class may be released without a further authorisation.
    pub fn may_be_released(&self) -> bool {
        self.initial || matches!(self.us.class, UsClass::WithinPccp | UsClass::LetterToFile)
    }
}

/// One thing that differs between the released model and the proposed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", content = "name", rename_all = "snake_case")]
pub enum Difference {
    InputAdded(String),
    InputRemoved(String),
    TrainingData(String),
    Parameter(String),
    Algorithm(String),
    Truth(String),
}

impl Difference {
    /// The difference as a phrase.
    pub fn phrase(&self) -> String {
        match self {
            Difference::InputAdded(name) => format!("input `{name}` is new"),
            Difference::InputRemoved(name) => format!("input `{name}` is gone"),
            Difference::TrainingData(name) => format!("training data `{name}` differ"),
            Difference::Parameter(name) => format!("training parameter `{name}` differs"),
            Difference::Algorithm(name) => format!("the algorithm is now {name}"),
            Difference::Truth(name) => format!("the truth learned is now `{name}`"),
        }
    }

    fn is_allowed_by(&self, modification: &Modification, all: &[Difference]) -> bool {
        let allows = &modification.allows;
        match self {
            Difference::InputAdded(name) => allows.inputs_added.contains(name),
            Difference::InputRemoved(name) => allows.inputs_removed.contains(name),
            Difference::TrainingData(name) => allows
                .training_data
                .iter()
                .any(|pattern| matches(pattern, name)),
            Difference::Parameter(name) => {
                let added =
                    |input: &&String| all.contains(&Difference::InputAdded((*input).clone()));
                let mut inputs = allows.inputs_added.iter().filter(added);
                allows.params.contains(name) || inputs.any(|input| enters_by(name, input))
            }
            Difference::Algorithm(_) | Difference::Truth(_) => false,
        }
    }

    /// Whether it makes another device of it, so that nothing is only restored.
    fn is_no_restoration(&self) -> bool {
        !matches!(self, Difference::TrainingData(_) | Difference::Parameter(_))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// Whether a parameter says only how an input enters, such as `missing_indicator.creatinine`.
fn enters_by(parameter: &str, input: &str) -> bool {
    parameter
        .rsplit_once('.')
        .is_some_and(|(_, column)| column == input)
}

/// What differs, in a fixed order.
pub fn differences(released: &ModelFacts, proposed: &ModelFacts) -> Vec<Difference> {
    let mut found = Vec::new();
    let new = |of: &[String], than: &[String]| -> Vec<String> {
        of.iter()
            .filter(|name| !than.contains(name))
            .cloned()
            .collect()
    };
    found.extend(
        new(&proposed.inputs, &released.inputs)
            .into_iter()
            .map(Difference::InputAdded),
    );
    found.extend(
        new(&released.inputs, &proposed.inputs)
            .into_iter()
            .map(Difference::InputRemoved),
    );
    let mut data = new(&proposed.training, &released.training);
    data.extend(new(&released.training, &proposed.training));
    found.extend(data.into_iter().map(Difference::TrainingData));
    let (before, after) = (flatten(&released.params), flatten(&proposed.params));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name));
    found.extend(changed.map(|name| Difference::Parameter(name.clone())));
    if released.algorithm != proposed.algorithm {
        found.push(Difference::Algorithm(proposed.algorithm.clone()));
    }
    if released.truth != proposed.truth {
        found.push(Difference::Truth(proposed.truth.clone()));
    }
    found
}

/// Parameters as single named values: `transforms.kappa`, `missing_indicator.creatinine`.
fn flatten(
    params: &std::collections::BTreeMap<String, serde_json::Value>,
) -> std::collections::BTreeMap<String, serde_json::Value> {
    let mut flat = std::collections::BTreeMap::new();
    for (name, value) in params {
        match value {
            serde_json::Value::Object(map) => {
                flat.extend(
                    map.iter()
                        .map(|(key, value)| (format!("{name}.{key}"), value.clone())),
                );
            }
            serde_json::Value::Array(list) if list.iter().all(serde_json::Value::is_string) => {
                let keys = list.iter().filter_map(serde_json::Value::as_str);
                flat.extend(
                    keys.map(|key| (format!("{name}.{key}"), serde_json::Value::Bool(true))),
                );
            }
            other => {
                flat.insert(name.clone(), other.clone());
            }
        }
    }
    flat
}

/// What the decision tables ask, answered.
pub(crate) struct Facts {
    pub initial: bool,
    /// Within a modification that an authorised PCCP names.
    pub in_plan: bool,
    pub criteria_met: bool,
    pub intended_use_same: Option<bool>,
    pub new_hazard: Option<bool>,
    pub protocol_followed: Option<bool>,
    pub restores_spec: Option<bool>,
    pub safety_effect_possible: Option<bool>,
}

/// What differs, with datasets of the same name that had another content when each model learned from them.
fn differences_between(state: &State, released: &Release, change: &Change) -> Vec<Difference> {
    let mut found = differences(&released.model, &change.model);
    let run_of = |change: &Change| state.runs.get(&change.run).map(|run| run.entry);
    let before = state.changes.get(&released.change).and_then(run_of);
    if let (Some(before), Some(after)) = (before, run_of(change)) {
        let both = released.model.training.iter();
        let altered = both.filter(|name| {
            change.model.training.contains(name)
                && state.content(name, before) != state.content(name, after)
        });
        found.extend(altered.map(|name| Difference::TrainingData(name.clone())));
    }
    found
}

/// Whether every criterion that the modification names was asked of the change and passed.
fn planned_criteria_met(change: &Change, modification: &Modification, protocol: &Protocol) -> bool {
    let Some(judged) = change.judged.as_ref().map(|judged| &judged.judge) else {
        return false;
    };
    modification.protocol.criteria.iter().all(|id| {
        let criterion = protocol
            .criteria
            .iter()
            .find(|criterion| criterion.id == *id);
        let asked = criterion.is_some_and(|criterion| criterion.rule != Rule::Report);
        asked && !judged.blocking.contains(id) && !judged.limitations.contains(id)
    })
}

/// Classifies a judged change.
///
/// A change is in plan only if the PCCP in force is authorised, the change names one of its modifications, and that
/// modification allows every difference from the model that is live. While none is live the differences are from the
/// latest release, and nothing is in plan, since the plan's comparisons could not be made.
pub fn classify(
    state: &State,
    change: &Change,
    pccp: &Pccp,
    protocol: &Protocol,
    answers: &Answers,
) -> Classification {
    let live = change
        .follows
        .as_ref()
        .and_then(|id| state.release(id).ok());
    let released = live.or(state.releases.last());
    let initial = state.releases.is_empty();
    let differences = released
        .map(|release| differences_between(state, release, change))
        .unwrap_or_default();
    let modification = change.modification.as_ref().and_then(|id| {
        pccp.modifications
            .iter()
            .find(|modification| modification.id == *id)
    });
    let mut reasons = Vec::new();
    let authorised = state.authorisation().is_some();
    if !authorised {
        reasons
            .push("no authorisation covers the intent and the PCCP that are in force".to_owned());
    }
    let mut in_plan = !initial && authorised && live.is_some();
    if live.is_none() && !initial {
        reasons.push("no release is live that the change could be compared with".to_owned());
    }
    if released.is_some_and(|release| release.model.digest != change.model.digest)
        && differences.is_empty()
    {
        in_plan = false;
        reasons.push("the model differs, and nothing that is recorded of it says why".to_owned());
    }
    match modification {
        Some(modification) => {
            for difference in differences
                .iter()
                .filter(|difference| !difference.is_allowed_by(modification, &differences))
            {
                in_plan = false;
                reasons.push(format!(
                    "{}, which modification {} does not name",
                    difference.phrase(),
                    modification.id
                ));
            }
        }
        None if !initial => {
            in_plan = false;
            reasons.push("the change names no modification of the PCCP".to_owned());
        }
        None => {}
    }
    let verdict = change.judged.as_ref().map(|judged| &judged.judge);
    let criteria_met = verdict.is_some_and(|judge| judge.verdict == Verdict::Pass)
        && modification
            .is_none_or(|modification| planned_criteria_met(change, modification, protocol));
    let mut restores_spec = answers.restores_spec;
    if let Some(difference) = differences.iter().find(|it| it.is_no_restoration()) {
        if restores_spec == Some(true) {
            reasons.push(format!(
                "{}, so the change does not only restore the specification",
                difference.phrase()
            ));
        }
        restores_spec = Some(false);
    }
    let facts = Facts {
        initial,
        in_plan,
        criteria_met,
        intended_use_same: answers.intended_use_same,
        new_hazard: answers.new_hazard,
        protocol_followed: answers.protocol_followed,
        restores_spec,
        safety_effect_possible: answers.safety_effect_possible,
    };
    let (us, why) = us::classify(&facts);
    reasons.push(why);
    let eu = eu::classify(&facts, &differences);
    Classification {
        us,
        eu,
        differences,
        reasons,
        initial,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(inputs: &[&str], training: &[&str], params: serde_json::Value) -> ModelFacts {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        ModelFacts {
            stage: "stage".to_owned(),
            digest: galen_store::Digest::of(b"model"),
            algorithm: "logistic_regression".to_owned(),
            inputs: texts(inputs),
            truth: "dead".to_owned(),
            training: texts(training),
            read: std::collections::BTreeSet::new(),
            params: serde_json::from_value(params).unwrap(),
        }
    }

    fn phrases(released: &ModelFacts, proposed: &ModelFacts) -> Vec<String> {
        let differences = differences(released, proposed);
        differences.iter().map(Difference::phrase).collect()
    }

    #[test]
    fn every_difference_is_named_once_in_a_fixed_order() {
        let released = model(
            &["age", "mgus"],
            &["learn-1995"],
            json!({"l2": 1, "transforms": {"kappa": "log"}}),
        );
        let mut proposed = model(
            &["creatinine", "age"],
            &["learn-1996"],
            json!({"l2": 2, "transforms": {"kappa": "log", "age": "log"}, "missing_indicator": ["creatinine"]}),
        );
        proposed.algorithm = "forest".to_owned();
        proposed.truth = "dead_1y".to_owned();
        let expected = [
            "input `creatinine` is new",
            "input `mgus` is gone",
            "training data `learn-1996` differ",
            "training data `learn-1995` differ",
            "training parameter `l2` differs",
            "training parameter `missing_indicator.creatinine` differs",
            "training parameter `transforms.age` differs",
            "the algorithm is now forest",
            "the truth learned is now `dead_1y`",
        ];
        assert_eq!(phrases(&released, &proposed), expected);
        assert!(differences(&released, &released).is_empty());
    }

    #[test]
    fn a_parameter_that_goes_differs_as_one_that_comes() {
        let (with, without) = (
            model(&[], &[], json!({"l2": 1})),
            model(&[], &[], json!({})),
        );
        assert_eq!(phrases(&with, &without), phrases(&without, &with));
    }

    fn modification(allows: serde_json::Value) -> Modification {
        serde_json::from_value(json!({
            "id": "m", "what": "w", "rationale": "r", "allows": allows,
            "protocol": {"data_management": "d", "retraining": "t", "criteria": [], "update_procedure": "u"},
            "impact": {"benefits": "b", "risks": "r", "hazards": []},
            "implementation": "manual",
        }))
        .unwrap()
    }

    #[test]
    fn a_modification_allows_what_it_names_and_nothing_else() {
        let modification = modification(json!({
            "training_data": ["learn-*", "extra"], "inputs_added": ["creatinine"],
            "inputs_removed": ["mgus"], "params": ["l2"],
        }));
        let name = str::to_owned;
        let cases = [
            (Difference::TrainingData(name("learn-1996")), true),
            (Difference::TrainingData(name("extra")), true),
            (Difference::TrainingData(name("extra2")), false),
            (Difference::TrainingData(name("arrivals-1997")), false),
            (Difference::InputAdded(name("creatinine")), true),
            (Difference::InputAdded(name("mgus")), false),
            (Difference::InputRemoved(name("mgus")), true),
            (Difference::InputRemoved(name("age")), false),
            (Difference::Parameter(name("l2")), true),
            (Difference::Parameter(name("class_weight")), false),
            (Difference::Parameter(name("transforms.age")), false),
            (Difference::Algorithm(name("forest")), false),
            (Difference::Truth(name("dead_1y")), false),
        ];
        for (difference, allowed) in cases {
            let all = [difference.clone()];
            assert_eq!(
                difference.is_allowed_by(&modification, &all),
                allowed,
                "{difference:?}"
            );
        }
    }

    #[test]
    fn how_an_input_enters_is_allowed_only_while_it_is_added() {
        let modification = modification(json!({"inputs_added": ["creatinine"]}));
        let enters = Difference::Parameter("missing_indicator.creatinine".to_owned());
        let added = Difference::InputAdded("creatinine".to_owned());
        assert!(enters.is_allowed_by(&modification, &[added, enters.clone()]));
        assert!(!enters.is_allowed_by(&modification, std::slice::from_ref(&enters)));
    }
}
