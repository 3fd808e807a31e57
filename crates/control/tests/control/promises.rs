//! What every lifecycle keeps, checked from the records alone and not by the code that decided them.

use std::collections::{BTreeMap, BTreeSet};

use galen_control::act::rewrite::Rewritten;
use galen_control::act::roll_back::Trigger;
use galen_control::act::sign::Meaning;
use galen_control::act::window::Window;
use galen_control::judge::{Crossing, Verdict};
use galen_control::{Actor, Deed, Library, Record, ReleaseState, State};
use galen_spec::Name;
use galen_spec::monitor::{Action, Monitor};
use galen_store::Digest;

use crate::world::Shelf;

/// What the checker remembers of the records so far; nothing of it is the folded state.
#[derive(Default)]
struct Memory<'a> {
    proposers: BTreeMap<&'a str, &'a Actor>,
    /// People and roles that approved each change.
    signed: BTreeMap<&'a str, Vec<(&'a Actor, &'a str)>>,
    /// Every digest that was ever frozen as that file, oldest first, with who froze it.
    frozen: BTreeMap<Name, Vec<(Digest, &'a Actor)>>,
    /// Looks had at, and allowed by the first protocol of, each set.
    looks: BTreeMap<Digest, (u32, u32)>,
    /// The set that was opened for each change.
    opened: BTreeMap<&'a str, Digest>,
    judged: BTreeSet<&'a str>,
    passed: BTreeSet<&'a str>,
    released: BTreeSet<&'a str>,
    withdrawn: BTreeSet<&'a str>,
    live: Option<&'a str>,
    last: Option<&'a Record>,
    /// Inputs of the model of each run, change and release.
    inputs: BTreeMap<&'a str, &'a [String]>,
    /// The policy owes a rollback since the last record.
    owed: bool,
}

/// Whether the records keep the promises; if not, the first that is broken.
pub fn promises(records: &[Record], shelf: &Shelf) -> Result<(), String> {
    let mut memory = Memory::default();
    let mut state = State::default();
    for record in records {
        memory.see(record, shelf)?;
        state.apply(record);
        let live: Vec<&str> = state
            .releases
            .iter()
            .filter(|release| release.state == ReleaseState::Live)
            .map(|release| release.id.as_str())
            .collect();
        if live != Vec::from_iter(state.live.as_deref()) || state.live.as_deref() != memory.live {
            return Err(format!(
                "{live:?} are live, and the state names {:?}",
                state.live
            ));
        }
        memory.last = Some(record);
    }
    holds(!memory.owed, OWED)
}

const OWED: &str = "a crossed check ends in the action that its frozen policy names";

fn holds(holds: bool, broken: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(broken.to_owned())
    }
}

impl<'a> Memory<'a> {
    /// A set with other content is the same set: its looks stay counted. By other labels nothing has passed or is signed, and
    /// what was judged is judged again; without a person the look that was counted is had at what is left.
    fn go_on(&mut self, rewritten: &[Rewritten], labels: bool) {
        for one in rewritten {
            if let Some(looks) = self.looks.get(&one.from).copied() {
                self.looks.insert(one.to, looks);
            }
            let judged = self.judged.clone();
            let changes = self.opened.iter().filter(|(_, set)| **set == one.from);
            let changes: Vec<&'a str> = changes.map(|(change, _)| *change).collect();
            for change in changes {
                if !judged.contains(change) {
                    self.opened.insert(change, one.to);
                } else if labels {
                    self.opened.remove(change);
                    self.judged.remove(change);
                    self.passed.remove(change);
                    self.signed.remove(change);
                }
            }
        }
    }

    fn see(&mut self, record: &'a Record, shelf: &Shelf) -> Result<(), String> {
        let automatic = match &record.deed {
            Deed::Found(_) => true,
            Deed::RollBack(deed) => matches!(deed.trigger, Trigger::Policy { .. }),
            Deed::OpenFinding(_) => record.by == Actor::System,
            _ => false,
        };
        holds(
            automatic == (record.by == Actor::System),
            "only the system acts by itself, and only so",
        )?;
        let acted = record.by == Actor::System && matches!(record.deed, Deed::RollBack(_));
        holds(!self.owed || acted, OWED)?;
        self.owed = false;
        match &record.deed {
            Deed::Run(deed) => {
                let inputs = deed.model.as_ref().map(|model| model.inputs.as_slice());
                self.inputs.insert(&deed.id, inputs.unwrap_or_default());
            }
            Deed::Window(deed) => self.owed = self.owes(deed, shelf),
            Deed::Freeze(deed) => {
                for spec in &deed.specs {
                    let digests = self.frozen.entry(spec.name).or_default();
                    if digests.last().is_none_or(|(last, _)| *last != spec.digest) {
                        digests.push((spec.digest, &record.by));
                    }
                }
            }
            Deed::Propose(deed) => {
                self.proposers.insert(&deed.change, &record.by);
                self.passes_on(&deed.run, &deed.change);
            }
            Deed::Open(deed) => {
                let allowed = shelf
                    .protocol(&deed.protocol)
                    .map_or(0, |it| it.reference_set.looks);
                let looks = self.looks.entry(deed.dataset).or_insert((0, allowed));
                looks.0 += 1;
                holds(looks.0 <= looks.1, "looks stay within the budget")?;
                holds(
                    self.opened.insert(&deed.change, deed.dataset).is_none(),
                    "a change gets one look",
                )?;
            }
            Deed::Judge(deed) => {
                holds(
                    self.opened.get(deed.change.as_str()) == Some(&deed.dataset),
                    "a look is counted before it is had",
                )?;
                let frozen = self.frozen.get(&Name::Protocol).into_iter().flatten();
                let before = frozen
                    .map(|(digest, _)| digest)
                    .any(|it| *it == deed.protocol);
                holds(before, "a verdict's protocol was frozen before")?;
                self.judged.insert(&deed.change);
                if deed.verdict == Verdict::Pass {
                    self.passed.insert(&deed.change);
                }
            }
            Deed::Withdraw(deed) => self.go_on(&deed.rewritten, false),
            Deed::Correct(deed) => self.go_on(&deed.rewritten, true),
            Deed::Sign(deed) => {
                let proposer = self.proposers.get(deed.change.as_str());
                holds(proposer != Some(&&record.by), "who proposed does not sign")?;
                if deed.meaning == Meaning::Approval {
                    self.signed
                        .entry(&deed.change)
                        .or_default()
                        .push((&record.by, &deed.role));
                }
            }
            Deed::Release(deed) => {
                self.is_signed(&deed.change, shelf)?;
                holds(
                    self.passed.contains(deed.change.as_str()),
                    "what is released has passed",
                )?;
                holds(
                    self.released.insert(&deed.release),
                    "a release is made once",
                )?;
                self.live = Some(&deed.release);
                self.passes_on(&deed.change, &deed.release);
            }
            Deed::RollBack(deed) => {
                holds(
                    self.live == Some(&deed.from),
                    "what is rolled back was live",
                )?;
                self.withdrawn.insert(&deed.from);
                if let Some(to) = &deed.to {
                    let fit = self.released.contains(to.as_str())
                        && !self.withdrawn.contains(to.as_str());
                    holds(
                        fit,
                        "a rollback leads to a release that was never withdrawn",
                    )?;
                }
                self.live = deed.to.as_deref();
                self.follows_policy(&deed.trigger)?;
            }
            Deed::OpenFinding(_) if record.by == Actor::System => {
                let after = self
                    .last
                    .is_some_and(|last| matches!(last.deed, Deed::RollBack(_)));
                holds(after, "a finding opens by itself only after a rollback")?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A change has the model of its run, a release that of its change.
    fn passes_on(&mut self, from: &str, to: &'a str) {
        if let Some(inputs) = self.inputs.get(from).copied() {
            self.inputs.insert(to, inputs);
        }
    }

    fn owes(&self, window: &Window, shelf: &Shelf) -> bool {
        let plan = shelf
            .held::<Monitor>(window.policy)
            .expect("a plan that was frozen");
        let inputs = self
            .inputs
            .get(window.release.as_str())
            .copied()
            .unwrap_or_default();
        let crossed = |id: &str| {
            let outcome = window.checks.iter().find(|outcome| outcome.check == id);
            outcome.is_some_and(|outcome| outcome.crossing == Crossing::Crossed)
        };
        self.live == Some(&window.release)
            && plan.value.checks.iter().any(|check| {
                check.action == Action::RollBack
                    && crossed(&check.id)
                    && check
                        .column
                        .as_ref()
                        .is_none_or(|column| inputs.contains(column))
            })
    }

    fn is_signed(&self, change: &str, shelf: &Shelf) -> Result<(), String> {
        let team = self.frozen.get(&Name::Team).and_then(|teams| teams.last());
        let team = team.and_then(|(digest, _)| shelf.team(digest));
        let team = team.ok_or("a release needs a frozen team")?;
        let none = Vec::new();
        let signed = self.signed.get(change).unwrap_or(&none);
        let people: BTreeSet<&&Actor> = signed.iter().map(|(person, _)| person).collect();
        holds(
            people.len() >= 2 && people.len() == signed.len(),
            "different people sign",
        )?;
        let roles: BTreeSet<&str> = signed.iter().map(|(_, role)| *role).collect();
        let all = team
            .release_signatures
            .iter()
            .all(|role| roles.contains(role.as_str()));
        holds(all, "nothing is live without its signatures")
    }

    fn follows_policy(&self, trigger: &Trigger) -> Result<(), String> {
        let Trigger::Policy {
            policy, signers, ..
        } = trigger
        else {
            return Ok(());
        };
        let frozen = self
            .frozen
            .get(&Name::Monitor)
            .and_then(|plans| plans.last());
        let named =
            frozen.is_some_and(|(digest, by)| digest == policy && *signers == [by.to_string()]);
        holds(
            named,
            "an automatic act names the frozen policy and who signed it",
        )?;
        let window = self.last.map(|last| &last.deed);
        holds(
            matches!(window, Some(Deed::Window(_))),
            "an automatic act follows a window",
        )
    }
}
