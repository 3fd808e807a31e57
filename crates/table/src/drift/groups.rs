use std::collections::BTreeMap;

use super::compare::{accumulator, compare as compare_column, decide, side, told};
use super::{Against, DatasetDrift, DriftError, DriftOptions, GroupDrift, Side, compare::Plan};
use crate::Cell;
use crate::accumulator::{AnyAccumulator, Grouped, GroupedStates};
use crate::scan::{Pace, gather};

/// Groups beyond which there are too many to look at.
pub const GROUPS_MAX: usize = 400;

/// How rows are put into groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Split {
    /// By the value of a column, such as a subgroup or a site: each is compared with the same one of the reference.
    By(String),
    /// By the window of the calendar in which the column's date or moment lies: each window of the current table is compared
    /// with the whole reference.
    Windows { column: String, every: Calendar },
}

/// A window of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    Day,
    /// From Monday, as ISO 8601 numbers them.
    Week,
    Month,
    Quarter,
    Year,
}

impl Calendar {
    /// The window of a day or moment, such as `2026-W48`; `None` for what is neither.
    pub fn window(self, cell: Cell) -> Option<String> {
        let days = match cell {
            Cell::Date(days) => i64::from(days),
            Cell::DateTime(micros) => micros.div_euclid(86_400_000_000),
            _ => return None,
        };
        let date = jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()?;
        let (year, month) = (date.year(), date.month());
        Some(match self {
            Calendar::Day => date.to_string(),
            Calendar::Week => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Calendar::Month => format!("{year:04}-{month:02}"),
            Calendar::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
            Calendar::Year => format!("{year:04}"),
        })
    }
}

impl Split {
    fn column(&self) -> &str {
        match self {
            Split::By(column) | Split::Windows { column, .. } => column,
        }
    }

    fn grouped(&self, inner: Box<dyn AnyAccumulator>) -> Grouped {
        match self {
            Split::By(column) => Grouped::new(inner, column, |cell| Some(cell.to_string())),
            Split::Windows { column, every } => {
                let every = *every;
                Grouped::new(inner, column, move |cell| every.window(cell))
            }
        }
    }
}

/// Compares the columns within each group.
pub fn compare(
    reference: Against,
    current: Against,
    plan: &[Plan],
    options: &DriftOptions,
    split: &Split,
    pace: Pace,
) -> Result<Vec<GroupDrift>, DriftError> {
    if let Split::Windows { column, .. } = split {
        match current {
            Against::Rows(scan) if scan.heads().kind(column)?.is_time() => {}
            Against::Rows(_) => return Err(DriftError::NoTime(column.clone())),
            Against::Profile(_) => return Err(DriftError::NoWindows),
        }
    }
    let mut groups: BTreeMap<String, Vec<super::ColumnDrift>> = BTreeMap::new();
    for plan in plan.iter().filter(|plan| plan.name != split.column()) {
        let new = sides(current, split, plan, false, pace)?;
        if new.len() > GROUPS_MAX {
            return Err(DriftError::TooManyGroups {
                column: split.column().to_owned(),
                limit: GROUPS_MAX,
            });
        }
        let (whole, mut old) = match split {
            Split::By(_) => (None, sides(reference, split, plan, true, pace)?),
            Split::Windows { .. } => (Some(whole(reference, plan, pace)?), BTreeMap::new()),
        };
        for (group, new) in new {
            let same = old.remove(&group);
            let none = Side::none(plan.kind);
            let old = whole.as_ref().or(same.as_ref()).unwrap_or(&none);
            let column = compare_column(plan, old, &new, options);
            groups.entry(group).or_default().push(column);
        }
        // A group that nobody is in any more has drifted as far as it can, and is shown so.
        for (group, old) in old {
            let column = compare_column(plan, &old, &Side::none(plan.kind), options);
            groups.entry(group).or_default().push(column);
        }
    }
    let compared = groups.into_iter().map(|(group, mut columns)| {
        decide(&mut columns, options);
        GroupDrift {
            by: BTreeMap::from([(split.column().to_owned(), group)]),
            dataset: DatasetDrift::of(&columns, options.share),
            columns,
        }
    });
    Ok(compared.collect())
}

/// A column of the reference, as a whole.
fn whole(reference: Against, plan: &Plan, pace: Pace) -> Result<Side, DriftError> {
    let mut told = told(reference, std::slice::from_ref(plan), true, pace)?;
    Ok(told.remove(0).side(plan))
}

/// A column by group.
fn sides(
    table: Against,
    split: &Split,
    plan: &Plan,
    is_reference: bool,
    pace: Pace,
) -> Result<BTreeMap<String, Side>, DriftError> {
    match table {
        Against::Rows(scan) => {
            let grouped = split.grouped(accumulator(plan));
            let failed = |error| DriftError::Scan(is_reference, error);
            let state = gather(scan, &[&grouped], pace).map_err(failed)?.remove(0);
            let groups = GroupedStates::of(state).into_iter();
            Ok(groups
                .map(|(group, state)| (group, side(plan, state)))
                .collect())
        }
        Against::Profile(profile) => {
            let by = split.column();
            let groups = profile.column_by(by, &plan.name);
            let groups = groups.ok_or_else(|| DriftError::NoGroups(by.to_owned()))?;
            let of = |(group, column)| (group, Side::of_profile(plan.kind, column));
            Ok(groups.into_iter().map(of).collect())
        }
    }
}
