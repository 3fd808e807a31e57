//! What the demo declares is what was asked of it.

use galen_spec::data::Data;
use galen_spec::monitor::{Action, Limit, Monitor};
use galen_spec::pccp::Pccp;
use galen_spec::protocol::{CriterionKind, Difference, Protocol};
use galen_spec::read;

use super::{root, texts};

fn declared<T: serde::de::DeserializeOwned + serde::Serialize>(stem: &str) -> T {
    let path = format!("examples/flchain/{stem}.yaml");
    let text = std::fs::read_to_string(root().join(&path)).expect("the file is there");
    read(&format!("{stem}.yaml"), &text).unwrap_or_else(|found| panic!("{path}: {found:?}"))
}

#[test]
fn the_label_of_the_demo_is_death_within_1826_days() {
    let data: Data = declared("data");
    let event = &data.reference_standard.event;
    assert_eq!(
        (event.column.as_str(), event.value.as_str()),
        ("death", "dead")
    );
    assert_eq!((event.time.as_str(), event.within_days), ("futime", 1826));
}

#[test]
fn the_reference_set_of_the_demo_is_two_fifths_of_the_first_two_years() {
    let parts = declared::<Data>("data").parts;
    assert_eq!(
        (parts.by.as_str(), parts.drawn_from),
        ("sample.yr", vec![1995, 1996])
    );
    assert_eq!(parts.reference, 0.4);
}

#[test]
fn the_required_criteria_of_the_demo_are_those_that_were_asked() {
    let protocol: Protocol = declared("protocol");
    let required: Vec<(String, String, String, f64, bool)> = protocol
        .criteria
        .iter()
        .filter(|criterion| criterion.kind == CriterionKind::Required)
        .map(|criterion| {
            let endpoint = protocol
                .endpoint(&criterion.endpoint)
                .expect("the endpoint is there");
            let of = match &endpoint.difference {
                None => "value".to_owned(),
                Some(Difference::Between([a, b])) => format!("{a} minus {b}"),
                Some(Difference::DropUnder(id)) => format!("drop under {id}"),
                Some(Difference::ToReleased) => "minus released".to_owned(),
            };
            let (metric, rule) = (endpoint.metric.clone(), criterion.rule.to_string());
            (metric, of, rule, criterion.level, criterion.updates_only)
        })
        .collect();
    let asked = [
        ("auroc", "value", "lower >= 0.75", 0.95, false),
        ("o_e_ratio", "value", "inside (0.70, 1.43)", 0.95, false),
        (
            "auroc",
            "women minus men",
            "inside (-0.15, 0.15)",
            0.90,
            false,
        ),
        (
            "auroc",
            "drop under assay_error",
            "upper <= 0.02",
            0.95,
            false,
        ),
        ("auroc", "minus released", "lower >= -0.02", 0.95, true),
    ];
    assert_eq!(required.len(), asked.len());
    for (found, asked) in required.iter().zip(asked) {
        let rule: galen_spec::Rule = asked.2.parse().expect("a rule");
        assert_eq!((found.0.as_str(), found.1.as_str()), (asked.0, asked.1));
        assert_eq!(
            (&found.2, found.3, found.4),
            (&rule.to_string(), asked.3, asked.4)
        );
    }
}

#[test]
fn the_descriptive_criteria_of_the_demo_look_at_age_sex_and_gammopathy() {
    let protocol: Protocol = declared("protocol");
    let described = |metric: &str, subgroup: &str| {
        protocol.criteria.iter().any(|criterion| {
            let endpoint = protocol
                .endpoint(&criterion.endpoint)
                .expect("the endpoint is there");
            criterion.kind == CriterionKind::Descriptive
                && endpoint.metric == metric
                && endpoint.subgroup.as_deref() == Some(subgroup)
        })
    };
    for (metric, subgroup) in [
        ("o_e_ratio", "under_70"),
        ("o_e_ratio", "from_70"),
        ("sensitivity", "women"),
        ("sensitivity", "men"),
        ("auroc", "mgus_known"),
    ] {
        assert!(described(metric, subgroup), "{metric} of {subgroup}");
    }
}

#[test]
fn no_endpoint_of_the_demo_is_a_gap_in_sensitivity_by_age() {
    let protocol: Protocol = declared("protocol");
    for endpoint in &protocol.endpoints {
        let gap = matches!(&endpoint.difference, Some(Difference::Between(_)));
        assert!(
            !(gap && endpoint.metric == "sensitivity"),
            "{}",
            endpoint.id
        );
    }
}

#[test]
fn the_pccp_of_the_demo_names_creatinine_and_no_other_input() {
    let pccp: Pccp = declared("pccp");
    let added: Vec<&str> = pccp
        .modifications
        .iter()
        .flat_map(|modification| &modification.allows.inputs_added)
        .map(String::as_str)
        .collect();
    assert_eq!(added, ["creatinine"]);
}

#[test]
fn the_policy_of_the_demo_rolls_back_on_missing_creatinine_alone() {
    let plan: Monitor = declared("monitor");
    for check in &plan.checks {
        let rolls_back = check.action == Action::RollBack;
        assert_eq!(rolls_back, check.id == "creatinine_missing", "{}", check.id);
    }
    let check = plan
        .checks
        .iter()
        .find(|check| check.id == "creatinine_missing");
    let check = check.expect("the check is there");
    assert_eq!(check.column.as_deref(), Some("creatinine"));
    assert_eq!(check.limit, Limit::LowerAbove(0.30));
}

#[test]
fn the_data_of_the_demo_have_origin_licence_and_the_script_that_wrote_them() {
    let folder = texts("share/galen/flchain");
    let text = |name: &str| {
        let file = folder.iter().find(|file| file.path.ends_with(name));
        file.unwrap_or_else(|| panic!("there is no {name}"))
            .text
            .as_str()
    };
    let origin = text("ORIGIN.md");
    for fact in [
        "Dispenzieri",
        "survival",
        "LGPL",
        "Olmsted County",
        "r-cran-survival",
    ] {
        assert!(origin.contains(fact), "ORIGIN.md does not say {fact}");
    }
    assert!(text("make.R").contains("flchain.csv"));
    assert_eq!(text("flchain.csv").lines().count(), 7874 + 1);
}
