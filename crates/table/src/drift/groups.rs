use std::collections::BTreeMap;

use super::compare::{accumulator, compare as compare_column, decide, side};
use super::{DatasetDrift, DriftError, DriftOptions, GroupDrift, compare::Plan};
use crate::accumulator::{AnyAccumulator, AnyState, Grouped, GroupedStates};
use crate::scan::{Pace, Scan, gather};
use crate::{Cell, Kind};

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
    reference: &dyn Scan,
    current: &dyn Scan,
    plan: &[Plan],
    options: &DriftOptions,
    split: &Split,
    pace: Pace,
) -> Result<Vec<GroupDrift>, DriftError> {
    let is_time = |scan: &dyn Scan| scan.heads().kind(split.column()).map(Kind::is_time);
    if let Split::Windows { column, .. } = split
        && !is_time(current)?
    {
        return Err(DriftError::NoTime(column.clone()));
    }
    let mut groups: BTreeMap<String, Vec<super::ColumnDrift>> = BTreeMap::new();
    for plan in plan.iter().filter(|plan| plan.name != split.column()) {
        let new =
            states(current, split, plan, true, pace).map_err(|e| DriftError::Scan(false, e))?;
        let by_group = matches!(split, Split::By(_));
        let mut old = states(reference, split, plan, by_group, pace)
            .map_err(|e| DriftError::Scan(true, e))?;
        if new.len() > GROUPS_MAX {
            return Err(DriftError::TooManyGroups {
                column: split.column().to_owned(),
                limit: GROUPS_MAX,
            });
        }
        let whole = if by_group {
            None
        } else {
            old.remove("").map(|state| side(plan, state))
        };
        let none = || side(plan, accumulator(plan).begin());
        for (group, state) in new {
            let old = match &whole {
                Some(whole) => whole.clone(),
                None => old
                    .remove(&group)
                    .map_or_else(none, |state| side(plan, state)),
            };
            let column = compare_column(plan, &old, &side(plan, state), options);
            groups.entry(group).or_default().push(column);
        }
        // A group that nobody is in any more has drifted as far as it can, and is shown so.
        for (group, state) in old {
            let column = compare_column(plan, &side(plan, state), &none(), options);
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

/// The states of a column by group, or one of all rows under the empty name.
fn states(
    scan: &dyn Scan,
    split: &Split,
    plan: &Plan,
    by_group: bool,
    pace: Pace,
) -> Result<BTreeMap<String, AnyState>, crate::scan::ScanError> {
    if !by_group {
        let all = accumulator(plan);
        let state = gather(scan, &[all.as_ref()], pace)?.pop();
        return Ok(state
            .map(|state| (String::new(), state))
            .into_iter()
            .collect());
    }
    let grouped = split.grouped(accumulator(plan));
    let state = gather(scan, &[&grouped], pace)?.pop();
    Ok(state.map(GroupedStates::of).unwrap_or_default())
}
