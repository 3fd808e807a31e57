//! Families: criteria that share the error of one level.

use galen_control::judge::{CriterionResult, Outcome};
use galen_control::{Evidence, judge};
use galen_spec::Name;
use galen_spec::protocol::Protocol;
use serde_json::{Value, json};

use crate::world::*;

/// A protocol whose first two criteria are one family.
fn sharing(procedure: &str) -> Value {
    let mut plan = protocol();
    plan["criteria"][1]["kind"] = json!("required");
    plan["families"] = json!([{
        "id": "primary", "procedure": procedure, "criteria": ["discrimination", "women"],
    }]);
    plan
}

/// What becomes of the criteria when the rows of both endpoints have these lower ends at 0.975 and at 0.95.
fn judged(plan: Value, all: [f64; 2], women: [f64; 2]) -> Vec<(Outcome, f64, bool)> {
    let mut world = World::sealed();
    world.freeze(&[(Name::Protocol, plan.clone())]).unwrap();
    let protocol: Protocol = serde_json::from_value(plan).unwrap();
    let rows = |id: &str, lows: [f64; 2]| {
        let level = [0.975, 0.95];
        let row = |at: usize| {
            let mut row = row(id, estimate(lows[at], 0.9));
            row.estimate.level = level[at];
            row
        };
        [row(0), row(1)]
    };
    let mut evidence = Evidence::of("evaluation", Vec::new());
    evidence.rows.extend(rows("auroc", all));
    evidence.rows.extend(rows("auroc_women", women));
    evidence
        .rows
        .iter_mut()
        .skip(2)
        .for_each(|row| row.subgroup = Some("women".to_owned()));
    let results = judge::criteria(&world.state, &protocol, &evidence);
    let told = |one: &CriterionResult| (one.result, one.estimate.level, one.not_asked.is_some());
    results.iter().take(2).map(told).collect()
}

#[test]
fn criteria_of_a_family_are_claimed_as_its_procedure_says() {
    use Outcome::{Inconclusive, Pass};
    // At 0.95 both clear their bounds, at 0.975 only the first: Holm asks the second at 0.95 then.
    let both = judged(sharing("holm"), [0.76, 0.77], [0.69, 0.71]);
    assert_eq!(both, [(Pass, 0.95, false), (Pass, 0.95, false)]);
    // Neither clears at 0.975: Holm claims none, Hochberg both, since both clear at 0.95.
    let (all, women) = ([0.74, 0.76], [0.69, 0.71]);
    let holm = judged(sharing("holm"), all, women);
    assert_eq!(
        holm,
        [(Inconclusive, 0.975, false), (Inconclusive, 0.975, false)]
    );
    let hochberg = judged(sharing("hochberg"), all, women);
    assert_eq!(hochberg, [(Pass, 0.95, false), (Pass, 0.95, false)]);
    // A sequence does not go on beyond what is not met, whatever the next one shows.
    let stopped = judged(sharing("fixed_sequence"), [0.5, 0.74], [0.8, 0.8]);
    assert_eq!(
        stopped,
        [(Inconclusive, 0.95, false), (Inconclusive, 0.95, true)]
    );
}

#[test]
fn a_later_family_is_asked_only_if_all_of_the_earlier_one_was_met() {
    use Outcome::{Inconclusive, Pass};
    let mut plan = sharing("holm");
    plan["families"] = json!([
        {"id": "primary", "procedure": "fixed_sequence", "criteria": ["discrimination"]},
        {"id": "secondary", "procedure": "fixed_sequence", "criteria": ["women"]},
    ]);
    let met = judged(plan.clone(), [0.5, 0.76], [0.5, 0.71]);
    assert_eq!(met, [(Pass, 0.95, false), (Pass, 0.95, false)]);
    let not_met = judged(plan, [0.5, 0.74], [0.5, 0.71]);
    assert_eq!(
        not_met,
        [(Inconclusive, 0.95, false), (Inconclusive, 0.95, true)]
    );
}

#[test]
fn a_family_that_shares_more_than_there_is_cannot_be_frozen() {
    let mut world = World::sealed();
    let mut plan = sharing("graphical");
    plan["families"][0]["weights"] = json!({"discrimination": 0.7, "women": 0.5});
    refused(world.freeze(&[(Name::Protocol, plan)]), "wrong_file");
    let mut plan = sharing("holm");
    plan["families"][0]["criteria"] = json!(["discrimination", "women", "women"]);
    refused(world.freeze(&[(Name::Protocol, plan)]), "wrong_file");
}

#[test]
fn another_family_after_a_look_makes_its_criteria_post_hoc() {
    let fingerprint = |plan: Value| {
        let plan: Protocol = serde_json::from_value(plan).unwrap();
        galen_control::act::freeze::fingerprint(&plan, &plan.criteria[1])
    };
    let holm = fingerprint(sharing("holm"));
    assert_ne!(holm, fingerprint(sharing("hochberg")));
    assert_ne!(holm, fingerprint(protocol()));
    let mut easier = sharing("holm");
    easier["criteria"][0]["rule"] = json!("lower >= 0.5");
    assert_ne!(
        holm,
        fingerprint(easier),
        "an easier criterion beside it gives its share on"
    );
}
