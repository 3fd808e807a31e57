use galen_spec::data::Data;
use galen_stats::{Cases, Estimate, Level, metric};

use super::{Beside, CheckError};
use crate::{Kind, Table, cell};

/// Which column plays which role.
#[derive(Clone, Debug, PartialEq)]
pub struct Roles {
    /// The column that says who is diseased; rows without a value have no truth and count as neither.
    pub label: String,
    /// Its value for diseased.
    pub positive: String,
    /// Who a row is about.
    pub id: Option<String>,
    /// When a row was collected and the score is made: a day, a moment, a number on one scale, or a year.
    pub time: Option<String>,
    /// When the event was, on the scale of `time`; or the time to it or to the end of follow-up.
    pub event_time: Option<String>,
    /// Where a row was collected: hospital, scanner, laboratory.
    pub site: Option<String>,
    /// What is known to decide over both being measured and being diseased: workflow, severity, insurance.
    pub confounders: Vec<String>,
    /// Which part a row is in.
    pub split: Option<String>,
    /// Subgroups that will be judged by themselves.
    pub groups: Vec<String>,
    /// The columns that a model uses; any may be used if not given.
    pub inputs: Option<Vec<String>>,
    pub level: Level,
}

impl Roles {
    /// The roles of a table whose label is 1 or 0.
    pub fn of_label(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            positive: "1".to_owned(),
            id: None,
            time: None,
            event_time: None,
            site: None,
            confounders: Vec::new(),
            split: None,
            groups: Vec::new(),
            inputs: None,
            level: Level::DEFAULT,
        }
    }

    /// The roles in a cohort that was made by a plan, see [`crate::cohort::cohort`].
    pub fn of_plan(plan: &Data) -> Self {
        Self {
            time: Some(plan.parts.by.clone()),
            event_time: Some(plan.reference_standard.event.time.clone()),
            ..Self::of_label(&plan.reference_standard.name)
        }
    }
}

/// A table as the checks see it.
#[derive(Debug)]
pub struct Study<'a> {
    pub table: &'a Table,
    pub roles: &'a Roles,
    pub plan: Option<&'a Data>,
    pub target: Option<&'a Table>,
    /// Whether each row is diseased; `None` without truth.
    pub truth: Vec<Option<bool>>,
}

/// For each label, how many cases have something of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct TwoByTwo {
    pub diseased_with: usize,
    pub diseased: usize,
    pub healthy_with: usize,
    pub healthy: usize,
}

impl<'a> Study<'a> {
    /// # Errors
    /// [`CheckError`] if a named column is absent or the label does not tell two kinds of cases apart.
    pub fn new(table: &'a Table, roles: &'a Roles, beside: Beside<'a>) -> Result<Self, CheckError> {
        let named = [
            &roles.id,
            &roles.time,
            &roles.event_time,
            &roles.split,
            &roles.site,
        ];
        let named = named.into_iter().flatten().chain(&roles.confounders);
        for name in named
            .chain(&roles.groups)
            .chain(roles.inputs.iter().flatten())
        {
            table.kind(name)?;
        }
        let positive = cell::number(&roles.positive);
        let is_positive = |text: &str| {
            text == roles.positive || (positive.is_some() && cell::number(text) == positive)
        };
        let texts = table.texts(&roles.label)?;
        let truth: Vec<_> = texts
            .iter()
            .map(|t| t.as_deref().map(is_positive))
            .collect();
        if !truth.contains(&Some(true)) {
            return Err(CheckError::NeverPositive {
                label: roles.label.clone(),
                positive: roles.positive.clone(),
            });
        }
        if !truth.contains(&Some(false)) {
            return Err(CheckError::OneLabel(roles.label.clone()));
        }
        Ok(Self {
            table,
            roles,
            plan: beside.plan,
            target: beside.target,
            truth,
        })
    }

    /// The columns that a model could use: all but label, id and part, or the declared inputs.
    pub(super) fn candidates(&self) -> Vec<&'a str> {
        let table = self.table;
        let roles = [
            Some(&self.roles.label),
            self.roles.id.as_ref(),
            self.roles.split.as_ref(),
        ];
        let is_role = |name: &str| roles.iter().flatten().any(|role| *role == name);
        let is_input = |name: &str| match &self.roles.inputs {
            None => true,
            Some(inputs) => inputs.iter().any(|input| input == name),
        };
        let names = table.names().into_iter();
        names
            .filter(|name| !is_role(name) && is_input(name))
            .collect()
    }

    /// Counts the cases with truth for which `has` holds.
    pub(super) fn count(&self, has: impl Fn(usize) -> bool) -> TwoByTwo {
        let mut counts = TwoByTwo::default();
        for (row, truth) in self.truth.iter().enumerate() {
            match truth {
                Some(true) => {
                    counts.diseased += 1;
                    counts.diseased_with += usize::from(has(row));
                }
                Some(false) => {
                    counts.healthy += 1;
                    counts.healthy_with += usize::from(has(row));
                }
                None => {}
            }
        }
        counts
    }

    /// How well one column alone tells diseased from healthy: the AUC of its numbers in the direction above 0.5, or of
    /// the share of diseased among the other cases of the same category. Cells without a value are left out.
    pub(super) fn separation(&self, column: &str) -> Option<Estimate> {
        if self.table.kind(column).ok()? == Kind::Text {
            let categories = self.table.texts(column).ok()?;
            self.auroc(&leave_one_out(&categories, &self.truth))
        } else {
            self.auroc(&self.table.numbers(column).ok()?).map(upward)
        }
    }

    /// The AUC of scores, for the cases that have one and a truth.
    pub(super) fn auroc(&self, scores: &[Option<f64>]) -> Option<Estimate> {
        let both = self.truth.iter().zip(scores);
        let (truth, scores) = both.filter_map(|(t, s)| Some(((*t)?, (*s)?))).unzip();
        let cases = Cases::new(truth, scores, None, None).ok()?;
        let estimate = metric::measure(metric::by_id("auroc")?, &cases, self.roles.level);
        estimate.value.is_some().then_some(estimate)
    }
}

/// An AUC in the direction above 0.5: that of the negated score if this one is below.
pub(super) fn upward(estimate: Estimate) -> Estimate {
    if estimate.value.is_some_and(|value| value >= 0.5) {
        return estimate;
    }
    Estimate {
        value: estimate.value.map(|v| 1.0 - v),
        low: estimate.high.map(|v| 1.0 - v),
        high: estimate.low.map(|v| 1.0 - v),
        ..estimate
    }
}

/// For each case the share of diseased among the other cases of its category. A category of one says nothing, and an
/// identifier, whose categories all are, separates nothing.
fn leave_one_out(categories: &[Option<String>], truth: &[Option<bool>]) -> Vec<Option<f64>> {
    let mut counts: std::collections::HashMap<&str, (f64, f64)> = std::collections::HashMap::new();
    let (mut all, mut diseased) = (0.0, 0.0);
    let is = |truth: bool| f64::from(u8::from(truth));
    for (category, truth) in categories.iter().zip(truth) {
        if let (Some(category), Some(truth)) = (category, truth) {
            let count = counts.entry(category).or_default();
            *count = (count.0 + is(*truth), count.1 + 1.0);
            diseased += is(*truth);
            all += 1.0;
        }
    }
    let share = |(category, truth): (&Option<String>, &Option<bool>)| {
        let (k, n) = counts[category.as_deref()?];
        let truth = is((*truth)?);
        Some(if n > 1.0 {
            (k - truth) / (n - 1.0)
        } else {
            diseased / all
        })
    };
    categories.iter().zip(truth).map(share).collect()
}
