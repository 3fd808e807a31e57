//! The demo's people and data plan, as a user has them.

use galen_spec::data::{Data, Severity};
use galen_table::check::{Beside, Roles, check};
use galen_table::cohort::cohort;
use galen_table::expectation::{declared, validate};
use galen_table::split::split;
use galen_table::{ReadOptions, Table};

fn plan() -> Data {
    let text = include_str!("../../../../examples/flchain/data.yaml");
    galen_spec::read("data.yaml", text).expect("the demo declares it")
}

fn people(plan: &Data) -> Table {
    let bytes = include_bytes!("../../../../share/galen/flchain/flchain.csv");
    let options = ReadOptions {
        columns: plan.columns.clone(),
        ..ReadOptions::default()
    };
    Table::read_csv(bytes, &options).expect("every cell is of its declared type")
}

#[test]
fn the_people_are_as_the_plan_declares_them() {
    let plan = plan();
    let mut expectations = plan.expectations.clone();
    expectations.extend(declared(&plan));
    let results = validate(&people(&plan), &expectations);
    assert_eq!(results.len(), expectations.len());
    for result in results {
        assert!(result.ok, "{} {:?}", result.id, result.why);
    }
}

#[test]
fn creatinine_of_the_last_recruits_is_not_as_declared() {
    let plan = plan();
    let division = split(
        &cohort(&people(&plan), &plan).expect("it is derived"),
        &plan,
    );
    let division = division.expect("it is divided");
    let last = &division.part("arrivals-2003").expect("people came").table;
    let results = validate(last, &plan.expectations);
    let measured = results
        .iter()
        .find(|r| r.id == "creatinine_mostly_measured");
    let measured = measured.expect("the plan declares it");
    assert!(!measured.ok);
    assert_eq!(
        (measured.unexpected, measured.severity),
        (Some(201), Severity::Warn)
    );
}

#[test]
fn the_parts_are_those_that_the_plan_promises() {
    let plan = plan();
    let division = split(
        &cohort(&people(&plan), &plan).expect("it is derived"),
        &plan,
    );
    let division = division.expect("it is divided");
    let promised = plan.datasets();
    assert_eq!(promised.len(), division.parts.len() + plan.sources.len());
    assert!(
        division
            .parts
            .iter()
            .all(|part| promised.contains(&part.name))
    );
}

#[test]
fn the_inputs_of_the_model_give_nothing_away_and_the_careless_ones_do() {
    let plan = plan();
    let table = cohort(&people(&plan), &plan).expect("it is derived").table;
    let stops = |inputs: &[&str]| {
        let roles = Roles {
            inputs: Some(inputs.iter().map(|i| (*i).to_owned()).collect()),
            ..Roles::of_plan(&plan)
        };
        let report = check(&table, &roles, Beside::of_plan(&plan)).expect("the roles are there");
        let stops = report
            .findings
            .iter()
            .filter(|f| f.severity == Severity::Stop);
        stops.map(|f| f.check).collect::<Vec<_>>()
    };
    assert!(stops(&["age", "sex", "kappa", "lambda", "creatinine"]).is_empty());
    assert!(stops(&["age", "futime"]).contains(&"future_leakage"));
    assert!(stops(&["age", "chapter"]).contains(&"label_proxy"));
}
