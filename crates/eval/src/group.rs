use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_table::Table;
use serde::Serialize;

use crate::columns::groups_of;
use crate::drawn::of_places;
use crate::{Columns, EvalError};

/// Cases of one value of a column, or of one crossing, with every metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The column and its value; several of a crossing.
    pub by: BTreeMap<String, String>,
    /// Whether nobody declared the group beforehand: what it shows is a question, and no answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exploratory: bool,
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub positives: usize,
    /// Whether there are enough cases of both kinds to say anything of a share.
    pub decidable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    pub metrics: BTreeMap<String, Estimate>,
    /// The values of metrics drawn towards those of all groups, the more the fewer cases there are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shrunk: BTreeMap<String, f64>,
}

/// Cases of the rarer kind that are needed to know a share of 0.8 to within 0.2 (Wilson's interval no wider than 0.4).
pub const CASES_NEEDED: usize = 14;

/// Why a group cannot be judged, with the number of patients that are missing.
pub fn undecidable(positives: usize, negatives: usize) -> Option<String> {
    let missing = |has: usize| CASES_NEEDED.saturating_sub(has);
    let (diseased, healthy) = (missing(positives), missing(negatives));
    let text = match (diseased, healthy) {
        (0, 0) => return None,
        (d, 0) => format!("{d} more diseased cases are needed"),
        (0, h) => format!("{h} more healthy cases are needed"),
        (d, h) => format!("{d} more diseased and {h} more healthy cases are needed"),
    };
    Some(format!(
        "{text} to know a share of 0.8 to within 0.2 (here are {positives} diseased and {negatives} healthy)."
    ))
}

impl Group {
    /// Which group it is: `sex F, site north`.
    pub fn in_words(&self) -> String {
        let by = self
            .by
            .iter()
            .map(|(name, value)| format!("{name} {value}"));
        let by = by.collect::<Vec<_>>().join(", ");
        match self.exploratory {
            true => format!("{by} (exploratory)"),
            false => by,
        }
    }
}

/// What was measured of a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupOf<P> {
    pub by: BTreeMap<String, String>,
    /// Whether nobody declared the group beforehand.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exploratory: bool,
    #[serde(flatten)]
    pub part: P,
}

/// Whom a case that no table row is belongs to: a mask, or the boxes of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    pub patient: Option<String>,
    pub groups: Vec<MemberOf>,
}

/// A value of a column of groups.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemberOf {
    pub column: String,
    pub value: String,
    /// Whether nobody declared the group beforehand.
    pub exploratory: bool,
}

/// What is measured of all members, and of each group; `of` is told their places and their patients.
///
/// # Errors
/// [`EvalError`] if some have a patient and others none.
pub(crate) fn by_membership<P>(
    members: &[&Member],
    of: impl Fn(&[usize], Option<&[u32]>) -> P,
) -> Result<(P, Vec<GroupOf<P>>), EvalError> {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let patients: Option<Vec<u32>> = members
        .iter()
        .map(|member| {
            let next = numbers.len() as u32;
            Some(*numbers.entry(member.patient.as_deref()?).or_insert(next))
        })
        .collect();
    if patients.is_none() && members.iter().any(|member| member.patient.is_some()) {
        return Err(EvalError::Other(
            "Some cases have a patient and others none.".to_owned(),
        ));
    }
    let mut groups: BTreeMap<&MemberOf, Vec<usize>> = BTreeMap::new();
    for (place, member) in members.iter().enumerate() {
        for group in &member.groups {
            groups.entry(group).or_default().push(place);
        }
    }
    let part = part_of(patients.as_deref(), &of);
    let all: Vec<usize> = (0..members.len()).collect();
    let groups = groups.into_iter().map(|(group, places)| GroupOf {
        by: [(group.column.clone(), group.value.clone())].into(),
        exploratory: group.exploratory,
        part: part(&places),
    });
    Ok((part(&all), groups.collect()))
}

/// What is measured of places, whose patients are found among those of all.
fn part_of<'a, P>(
    patients: Option<&'a [u32]>,
    of: &'a impl Fn(&[usize], Option<&[u32]>) -> P,
) -> impl Fn(&[usize]) -> P + 'a {
    move |places| {
        let own: Option<Vec<u32>> = patients.map(|all| of_places(all, places));
        of(places, own.as_deref())
    }
}

/// What is measured of all rows, and of each value of each column of groups; `of` is told the places of cases and their patients.
pub(crate) fn by_group<P>(
    table: &Table,
    columns: &Columns,
    (rows, cluster): (&[usize], Option<&[u32]>),
    of: impl Fn(&[usize], Option<&[u32]>) -> P,
) -> Result<(P, Vec<GroupOf<P>>), EvalError> {
    let part = part_of(cluster, &of);
    let all: Vec<usize> = (0..rows.len()).collect();
    let mut groups = Vec::new();
    for name in columns.groups.iter().chain(&columns.exploratory) {
        for (value, places) in groups_of(table, &[name], rows)? {
            groups.push(GroupOf {
                by: [(name.clone(), value.concat())].into(),
                exploratory: columns.exploratory.contains(name),
                part: part(&places),
            });
        }
    }
    Ok((part(&all), groups))
}
