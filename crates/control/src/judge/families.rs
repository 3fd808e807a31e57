use std::collections::BTreeMap;

use galen_spec::protocol::{Asked, Criterion, Protocol};

use super::{Outcome, asks_nothing, judge, row_of};
use crate::{Evidence, State};

/// What becomes of the criteria of every family: each is met at a share of the error, or not, or not reached because a criterion or a
/// family before it was not met. A criterion that is named but not there is not met.
pub(super) fn asked(
    state: &State,
    protocol: &Protocol,
    evidence: &Evidence,
) -> BTreeMap<String, Asked> {
    let of = |id: &String| protocol.criteria.iter().find(|one| one.id == *id);
    let is_asked = |criterion: &Criterion| !asks_nothing(state, protocol, criterion);
    let meets = |criterion: &Criterion, share: f64| {
        let level = protocol.level_at(criterion, share);
        row_of(protocol, criterion, evidence, level)
            .is_ok_and(|estimate| judge(criterion.rule, estimate) == Outcome::Pass)
    };
    let mut found: BTreeMap<String, Asked> = BTreeMap::new();
    let mut stopped: Option<&str> = None;
    for family in &protocol.families {
        let of_family = family.ask(
            |at| of(&family.criteria[at]).is_none_or(is_asked),
            |at, share| of(&family.criteria[at]).is_some_and(|one| meets(one, share)),
        );
        let all_met = (family.criteria.iter().zip(&of_family)).all(|(id, asked)| {
            matches!(asked, Asked::Met(_)) || of(id).is_some_and(|one| !is_asked(one))
        });
        for (id, own) in family.criteria.iter().zip(of_family) {
            let own = match stopped {
                Some(before) => Asked::NotReached(before.to_owned()),
                None => own,
            };
            // One that is named twice has the worse of both.
            let is_worse = matches!(own, Asked::NotMet(_) | Asked::NotReached(_));
            if is_worse || !found.contains_key(id) {
                found.insert(id.clone(), own);
            }
        }
        if !all_met {
            stopped = stopped.or(Some(&family.id));
        }
    }
    found
}
