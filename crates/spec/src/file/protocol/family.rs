//! Families: criteria that share what may go wrong, so that each that is met may be claimed.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Criterion, Protocol};
use crate::rule::Rule;

/// Criteria of a graph beyond this are too many: what they may be asked at grows as 2^n.
const GRAPH_MAX: usize = 8;

/// Criteria that are claimed one by one, and share the error of one level. Of several families the first is the primary one, and each
/// is asked only if every criterion of those before it was met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Names the family, such as `primary`.
    pub id: String,
    /// How the error is shared.
    pub procedure: Procedure,
    /// Ids of criteria, all of one level; their order is that of a fixed sequence.
    pub criteria: Vec<String>,
    /// Of a graph: the share of the error that each criterion starts with; at most 1 together. None is 0.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// Of a graph: where the share of a criterion goes when that is met; from each at most 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub transitions: BTreeMap<String, BTreeMap<String, f64>>,
}

/// How criteria of a family share the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Procedure {
    /// The surest first, at the share of all that are left. Holds however the criteria depend on each other.
    Holm,
    /// The least sure first. Never claims less than Holm; holds where the numbers depend positively, as those of one set of cases mostly do.
    Hochberg,
    /// One after the other, each at the whole error, until one is not met.
    FixedSequence,
    /// Each at its own share, which goes on along the arrows when it is met.
    Graphical,
}

/// What became of a criterion within its family.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Met when asked at this share of the error.
    Met(f64),
    /// Not met when asked at this share.
    NotMet(f64),
    /// Not asked, since the named criterion or family before it was not met.
    NotReached(String),
}

impl Family {
    /// Every share of the error at which a criterion of the family may be asked, rising.
    pub fn shares(&self, criterion: &str) -> Vec<f64> {
        let mut shares = match self.procedure {
            Procedure::FixedSequence => vec![1.0],
            Procedure::Holm | Procedure::Hochberg => {
                (1..=self.criteria.len()).map(one_of).collect()
            }
            Procedure::Graphical => {
                let Some(own) = self.criteria.iter().position(|id| id == criterion) else {
                    return Vec::new();
                };
                let all = 0..1_usize << self.criteria.len().min(GRAPH_MAX);
                let without = all.filter(|met| met & (1 << own) == 0);
                without.map(|met| self.weights_after(met)[own]).collect()
            }
        };
        shares.retain(|share| *share > 0.0);
        shares.sort_by(f64::total_cmp);
        shares.dedup();
        shares
    }

    /// The shares of a graph when the criteria of these bits are met. They do not depend on the order in which they were.
    ///
    /// # Source
    /// Bretz, Maurer, Brannath and Posch 2009, Stat Med 28:586-604, algorithm 1.
    fn weights_after(&self, met: usize) -> Vec<f64> {
        let n = self.criteria.len();
        let own = |id: &String| self.weights.get(id).copied().unwrap_or(0.0);
        let mut weights: Vec<f64> = self.criteria.iter().map(own).collect();
        let arrow = |from: &String, to: &String| {
            let arrows = self.transitions.get(from);
            arrows
                .and_then(|to_each| to_each.get(to))
                .copied()
                .unwrap_or(0.0)
        };
        let mut arrows: Vec<Vec<f64>> = self
            .criteria
            .iter()
            .map(|from| self.criteria.iter().map(|to| arrow(from, to)).collect())
            .collect();
        let mut left: Vec<usize> = (0..n).collect();
        for gone in (0..n.min(GRAPH_MAX)).filter(|at| met & (1 << at) != 0) {
            left.retain(|at| *at != gone);
            let before = arrows.clone();
            for &from in &left {
                weights[from] += weights[gone] * before[gone][from];
                let round = before[from][gone] * before[gone][from];
                for &to in left.iter().filter(|to| **to != from) {
                    let passed = before[from][to] + before[from][gone] * before[gone][to];
                    arrows[from][to] = if round < 1.0 {
                        passed / (1.0 - round)
                    } else {
                        0.0
                    };
                }
            }
            weights[gone] = 0.0;
        }
        // The order of sums must not make two levels of one.
        weights.iter().map(|weight| rounded(*weight)).collect()
    }

    /// What becomes of each criterion, in their order, where `meets` says whether the place in the family meets its bound at a share of
    /// the error. Places that ask nothing (`is_asked` false) are left out of the family.
    ///
    /// # Source
    /// Holm 1979, Scand J Stat 6:65-70; Hochberg 1988, Biometrika 75:800-802; Maurer, Hothorn and Lehmacher 1995 (fixed sequence); Bretz
    /// et al. 2009, Stat Med 28:586-604 (graphs).
    pub fn ask(
        &self,
        is_asked: impl Fn(usize) -> bool,
        meets: impl Fn(usize, f64) -> bool,
    ) -> Vec<Asked> {
        let asked: Vec<usize> = (0..self.criteria.len())
            .filter(|at| is_asked(*at))
            .collect();
        let m = asked.len();
        let count = |share: f64| asked.iter().filter(|at| meets(**at, share)).count();
        match self.procedure {
            Procedure::Holm => {
                let met = (1..=m)
                    .take_while(|k| count(one_of(m - k + 1)) >= *k)
                    .count();
                self.by_count(met, m, meets)
            }
            Procedure::Hochberg => {
                let met = (1..=m).rev().find(|k| count(one_of(m - k + 1)) >= *k);
                self.by_count(met.unwrap_or(0), m, meets)
            }
            Procedure::FixedSequence => {
                let mut stopped: Option<&String> = None;
                let mut found = Vec::new();
                for (at, id) in self.criteria.iter().enumerate() {
                    found.push(match stopped {
                        Some(before) if is_asked(at) => Asked::NotReached(before.clone()),
                        _ if meets(at, 1.0) => Asked::Met(1.0),
                        _ => {
                            stopped = stopped.or(is_asked(at).then_some(id));
                            Asked::NotMet(1.0)
                        }
                    });
                }
                found
            }
            Procedure::Graphical => self.along_the_arrows(&asked, meets),
        }
    }

    /// Met at the share of the last that was met, or not met at that of the next.
    fn by_count(&self, met: usize, m: usize, meets: impl Fn(usize, f64) -> bool) -> Vec<Asked> {
        let of = |at: usize| match met {
            0 => None,
            _ => Some(one_of(m - met + 1)).filter(|share| meets(at, *share)),
        };
        let next = one_of((m - met.min(m)).max(1));
        let each =
            (0..self.criteria.len()).map(|at| of(at).map_or(Asked::NotMet(next), Asked::Met));
        each.collect()
    }

    fn along_the_arrows(&self, asked: &[usize], meets: impl Fn(usize, f64) -> bool) -> Vec<Asked> {
        let n = self.criteria.len();
        // What asks nothing gives its share on at once.
        let mut gone = (0..n)
            .filter(|at| !asked.contains(at))
            .fold(0, |bits, at| bits | 1 << at);
        let mut found = vec![None; n];
        loop {
            let weights = self.weights_after(gone);
            let next = asked
                .iter()
                .copied()
                .find(|at| gone & (1 << at) == 0 && weights[*at] > 0.0 && meets(*at, weights[*at]));
            let Some(next) = next else {
                let last = |(at, met): (usize, Option<Asked>)| {
                    met.unwrap_or_else(|| match weights[at] > 0.0 {
                        true => Asked::NotMet(weights[at]),
                        false => Asked::NotReached(self.id.clone()),
                    })
                };
                return found.into_iter().enumerate().map(last).collect();
            };
            found[next] = Some(Asked::Met(weights[next]));
            gone |= 1 << next;
        }
    }

    /// What is wrong with the family in its protocol: the key, and what.
    pub fn problem(&self, protocol: &Protocol) -> Option<(&'static str, String)> {
        let mut known: Vec<&Criterion> = Vec::new();
        for id in &self.criteria {
            let Some(criterion) = protocol.criteria.iter().find(|one| one.id == *id) else {
                return Some(("criteria", format!("there is no criterion `{id}`")));
            };
            if criterion.rule == Rule::Report {
                return Some((
                    "criteria",
                    format!("`{id}` asks nothing and shares no error"),
                ));
            }
            known.push(criterion);
        }
        let named = protocol.families.iter().flat_map(|family| &family.criteria);
        let twice = self
            .criteria
            .iter()
            .find(|id| named.clone().filter(|one| one == id).count() > 1);
        if let Some(id) = twice {
            return Some(("criteria", format!("`{id}` is named twice in the families")));
        }
        let levels: BTreeSet<u64> = known.iter().map(|one| one.level.to_bits()).collect();
        if levels.len() != 1 {
            return Some((
                "criteria",
                "the criteria of a family have one level".to_owned(),
            ));
        }
        self.graph_problem()
    }

    fn graph_problem(&self) -> Option<(&'static str, String)> {
        let is_graph = self.procedure == Procedure::Graphical;
        if !is_graph {
            let given = !self.weights.is_empty() || !self.transitions.is_empty();
            return given.then(|| {
                (
                    "procedure",
                    "weights and transitions are of a graph".to_owned(),
                )
            });
        }
        if self.criteria.len() > GRAPH_MAX {
            return Some((
                "criteria",
                format!("a graph has at most {GRAPH_MAX} criteria"),
            ));
        }
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        let is_whole = |shares: &BTreeMap<String, f64>| {
            shares.keys().all(|id| self.criteria.contains(id))
                && shares.values().all(is_share)
                && shares.values().sum::<f64>() <= 1.0 + 1e-9
        };
        if !is_whole(&self.weights) || self.weights.values().sum::<f64>() <= 0.0 {
            let what = "weights are shares from 0 to 1 of criteria of the family, together above 0 and at most 1";
            return Some(("weights", what.to_owned()));
        }
        let arrows = self.transitions.iter().all(|(from, to)| {
            self.criteria.contains(from) && is_whole(to) && !to.contains_key(from)
        });
        let what = "transitions are shares from 0 to 1 from a criterion of the family to others, from each at most 1 together";
        (!arrows).then(|| ("transitions", what.to_owned()))
    }
}

fn one_of(k: usize) -> f64 {
    rounded(1.0 / k as f64)
}

/// Shares to twelve decimals, down: never more than what is there.
fn rounded(share: f64) -> f64 {
    const SCALE: f64 = 1e12;
    let near = (share * SCALE).round();
    let sure = if near / SCALE > share + 1e-15 {
        near - 1.0
    } else {
        near
    };
    sure / SCALE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(procedure: Procedure, n: usize) -> Family {
        Family {
            id: "primary".to_owned(),
            procedure,
            criteria: (0..n).map(|at| format!("c{at}")).collect(),
            weights: BTreeMap::new(),
            transitions: BTreeMap::new(),
        }
    }

    /// Which are met, by p-values at an error of 0.05 over the family.
    fn met(family: &Family, p: &[f64]) -> Vec<bool> {
        let asked = family.ask(|_| true, |at, share| p[at] <= 0.05 * share);
        asked
            .iter()
            .map(|one| matches!(one, Asked::Met(_)))
            .collect()
    }

    #[test]
    fn holm_and_hochberg_claim_what_their_papers_claim() {
        // Holm: 0.01 <= 0.05/4, 0.015 <= 0.05/3, 0.03 > 0.05/2.
        let p = [0.03, 0.01, 0.015, 0.04];
        assert_eq!(
            met(&family(Procedure::Holm, 4), &p),
            [false, true, true, false]
        );
        // Hochberg: the greatest, 0.04, is below 0.05.
        assert_eq!(met(&family(Procedure::Hochberg, 4), &p), [true; 4]);
        let p = [0.03, 0.01, 0.015, 0.06];
        assert_eq!(
            met(&family(Procedure::Hochberg, 4), &p),
            [false, true, true, false]
        );
        assert_eq!(met(&family(Procedure::Holm, 2), &[0.03, 0.04]), [false; 2]);
        assert_eq!(
            met(&family(Procedure::Hochberg, 2), &[0.03, 0.04]),
            [true; 2]
        );
    }

    #[test]
    fn a_sequence_stops_at_the_first_that_is_not_met() {
        let sequence = family(Procedure::FixedSequence, 3);
        let asked = sequence.ask(|_| true, |at, _| at != 1);
        assert_eq!(
            asked,
            [
                Asked::Met(1.0),
                Asked::NotMet(1.0),
                Asked::NotReached("c1".to_owned())
            ]
        );
        // What asks nothing stops nobody.
        let asked = sequence.ask(|at| at != 1, |at, _| at != 1);
        assert_eq!(asked[2], Asked::Met(1.0));
    }

    /// Two primary criteria at a half each that give their share to two secondary ones, and these back: Bretz et al. 2009, section 3.1,
    /// with p-values 0.02 and 0.025 of the primary ones, as there at an error of 0.05.
    #[test]
    fn the_share_of_a_criterion_goes_on_along_the_arrows() {
        let ids = ["c0", "c1", "c2", "c3"].map(str::to_owned);
        let to = |id: &str| BTreeMap::from([(id.to_owned(), 1.0)]);
        let graph = Family {
            weights: BTreeMap::from([(ids[0].clone(), 0.5), (ids[1].clone(), 0.5)]),
            transitions: BTreeMap::from([
                (ids[0].clone(), to("c2")),
                (ids[1].clone(), to("c3")),
                (ids[2].clone(), to("c1")),
                (ids[3].clone(), to("c0")),
            ]),
            ..family(Procedure::Graphical, 4)
        };
        // c0 at 0.025, then c2 at 0.025, then c1 at 0.05, then c3 at 0.05.
        assert_eq!(met(&graph, &[0.02, 0.04, 0.02, 0.05]), [true; 4]);
        // Without c2, c1 keeps its half.
        assert_eq!(
            met(&graph, &[0.02, 0.04, 0.03, 0.001]),
            [true, false, false, false]
        );
        assert_eq!(graph.shares("c1"), [0.5, 1.0]);
        // A graph in which every share goes to all others alike is Holm's procedure.
        let all = ["c0", "c1", "c2"].map(str::to_owned);
        let others = |own: &String| {
            all.iter()
                .filter(|id| *id != own)
                .map(|id| (id.clone(), 0.5))
                .collect::<BTreeMap<_, _>>()
        };
        let as_holm = Family {
            weights: all.iter().map(|id| (id.clone(), 1.0 / 3.0)).collect(),
            transitions: all.iter().map(|id| (id.clone(), others(id))).collect(),
            ..family(Procedure::Graphical, 3)
        };
        let holm = family(Procedure::Holm, 3);
        assert_eq!(as_holm.shares("c1"), holm.shares("c1"));
        let grid = [0.001, 0.016, 0.02, 0.03, 0.06];
        for a in grid {
            for b in grid {
                for c in grid {
                    assert_eq!(
                        met(&as_holm, &[a, b, c]),
                        met(&holm, &[a, b, c]),
                        "{a} {b} {c}"
                    );
                }
            }
        }
    }
}
