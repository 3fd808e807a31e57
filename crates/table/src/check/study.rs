use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use galen_spec::data::{Data, KnownAt};
use galen_spec::protocol::Protocol;
use galen_stats::{Cases, Estimate, Level, interval, metric};

use rayon::prelude::*;

use super::alike::{Pair, alike};
use super::{Beside, CheckError, ImageCopies, label_proxy};
use crate::{ColumnError, Kind, Table, cell};

/// The area under the curve from which on a column nearly is the label.
pub(super) const NEARLY_THE_LABEL: f64 = 0.98;

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
    pub protocol: Option<&'a Protocol>,
    pub target: Option<&'a Table>,
    pub images: Option<&'a ImageCopies>,
    /// Whether each row is diseased; `None` without truth.
    pub truth: Vec<Option<bool>>,
    /// The patient of each row, where patients have several rows: then intervals and tests count patients.
    pub(super) patients: Option<Vec<u32>>,
    /// The rows that models are tried on, drawn when first asked for.
    pub(super) drawn: OnceLock<Vec<usize>>,
    /// Rows that are too alike to be of two people, found when first asked for.
    pub(super) alike: OnceLock<Vec<Pair>>,
    /// The AUC of each candidate alone, found when first asked for.
    separations: OnceLock<BTreeMap<String, Option<Estimate>>>,
}

/// For each label, how many cases have something of how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TwoByTwo {
    pub diseased_with: usize,
    pub diseased: usize,
    pub healthy_with: usize,
    pub healthy: usize,
    /// How many cases count as one, since those of a patient are alike; 1 when each stands alone.
    pub deff: f64,
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
            protocol: beside.protocol,
            target: beside.target,
            images: beside.images,
            patients: patients(table, roles)?,
            drawn: OnceLock::new(),
            alike: OnceLock::new(),
            separations: OnceLock::new(),
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
        let mut of = [(0, 0); 2];
        for (row, truth) in self.truth.iter().enumerate() {
            if let Some(truth) = truth {
                let (with, all) = &mut of[usize::from(*truth)];
                *with += usize::from(has(row));
                *all += 1;
            }
        }
        let [(healthy_with, healthy), (diseased_with, diseased)] = of;
        let group = |row: usize| self.truth[row].map(usize::from);
        TwoByTwo {
            diseased_with,
            diseased,
            healthy_with,
            healthy,
            deff: self.design_effect(group, 2, has),
        }
    }

    /// How many rows count as one for the share of each group that `has` something, since rows of a patient are alike: the
    /// mean of the design effects of the groups; 1 and never less where each row stands alone.
    ///
    /// # Source
    /// Rao and Scott 1984, Ann Stat 12:46-60 (the first-order correction); Rao and Scott 1992, Biometrics 48:577-585 (the
    /// design effect of a share by the ratio estimator).
    pub(super) fn design_effect(
        &self,
        group: impl Fn(usize) -> Option<usize>,
        groups: usize,
        has: impl Fn(usize) -> bool,
    ) -> f64 {
        let Some(patients) = &self.patients else {
            return 1.0;
        };
        let mut totals = vec![HashMap::<u32, (f64, f64)>::new(); groups];
        for (row, patient) in patients.iter().enumerate() {
            if let Some(group) = group(row) {
                let total = totals[group].entry(*patient).or_default();
                total.0 += f64::from(u8::from(has(row)));
                total.1 += 1.0;
            }
        }
        let effects = totals.iter().filter_map(|totals| {
            let mut totals: Vec<(f64, f64)> = totals.values().copied().collect();
            // Sums of floats hang on their order, and that of a map on chance.
            totals.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
            interval::design_effect(&totals)
        });
        let effects: Vec<f64> = effects.filter(|effect| effect.is_finite()).collect();
        match effects.len() {
            0 => 1.0,
            n => (effects.iter().sum::<f64>() / n as f64).max(1.0),
        }
    }

    /// Pairs of rows that are too alike to be of two people, see [`alike`]: id and part are not compared.
    pub(super) fn alike(&self) -> &[Pair] {
        let roles = [self.roles.id.as_deref(), self.roles.split.as_deref()];
        let names = self.table.names().into_iter();
        let names: Vec<&str> = names.filter(|name| !roles.contains(&Some(*name))).collect();
        self.alike.get_or_init(|| alike(self, &names))
    }

    /// A column as numbers on one scale: days and moments as well; `None` for texts.
    pub(super) fn on_a_scale(&self, column: &str) -> Option<Vec<Option<f64>>> {
        let is_text = matches!(self.table.kind(column).ok()?, Kind::Text | Kind::Boolean);
        (!is_text).then(|| self.table.on_a_scale(column).ok())?
    }

    /// How well one column alone tells diseased from healthy: the AUC of its numbers in the direction above 0.5, or of
    /// the share of diseased among the other cases of the same category. Cells without a value are left out.
    pub(super) fn separation(&self, column: &str) -> Option<Estimate> {
        let found = self.separated(column)?;
        let is_category = self.table.kind(column).ok()? == Kind::Text;
        Some(if is_category { found } else { upward(found) })
    }

    /// Whether the scores of a column are higher among the diseased, or as high.
    pub(super) fn rises_with_label(&self, column: &str) -> Option<bool> {
        Some(self.separated(column)?.value? >= 0.5)
    }

    /// The AUC of what a column says, as it stands.
    fn separated(&self, column: &str) -> Option<Estimate> {
        let of = |name: &str| self.auroc(&self.scored(name)?);
        let known = self.separations.get_or_init(|| {
            let candidates = self.candidates();
            let found = candidates.par_iter();
            found.map(|name| ((*name).to_owned(), of(name))).collect()
        });
        match known.get(column) {
            Some(found) => found.clone(),
            None => of(column),
        }
    }

    /// The candidates but those that nearly are the label, or are known later: they would hide what the others tell.
    pub(super) fn honest(&self) -> Vec<&'a str> {
        let is_later = |name: &str| {
            let declared = self.plan.and_then(|plan| plan.column(name));
            declared.is_some_and(|column| column.known_at == KnownAt::Later)
                || self.roles.event_time.as_deref() == Some(name)
        };
        let names = self.candidates().into_iter();
        names
            .filter(|name| !is_later(name) && !label_proxy::is_one(self, name))
            .collect()
    }

    /// What one column says of each row: its number, or the share of diseased among the other cases of its category.
    pub(super) fn scored(&self, column: &str) -> Option<Vec<Option<f64>>> {
        if self.table.kind(column).ok()? == Kind::Text {
            let categories = self.table.texts(column).ok()?;
            return Some(leave_one_out(&categories, &self.truth));
        }
        self.table.numbers(column).ok()
    }

    /// The AUC of scores, for the cases that have one and a truth.
    pub(super) fn auroc(&self, scores: &[Option<f64>]) -> Option<Estimate> {
        let (mut truth, mut score, mut cluster) = (Vec::new(), Vec::new(), Vec::new());
        for (row, both) in self.truth.iter().zip(scores).enumerate() {
            if let (Some(t), Some(s)) = both {
                truth.push(*t);
                score.push(*s);
                if let Some(patients) = &self.patients {
                    cluster.push(patients[row]);
                }
            }
        }
        let cluster = self.patients.is_some().then_some(cluster);
        let cases = Cases::new(truth, score, None, cluster).ok()?;
        let estimate = metric::measure(metric::by_id("auroc")?, &cases, self.roles.level);
        estimate.value.is_some().then_some(estimate)
    }
}

/// The patient of each row by number, if any patient has two rows; a row without an id is a patient of its own.
fn patients(table: &Table, roles: &Roles) -> Result<Option<Vec<u32>>, ColumnError> {
    let Some(id) = &roles.id else {
        return Ok(None);
    };
    let ids = table.texts(id)?;
    let (mut numbers, mut next) = (HashMap::new(), 0);
    let mut patients = Vec::with_capacity(ids.len());
    for id in &ids {
        let number = match id {
            Some(id) => *numbers.entry(id.trim()).or_insert(next),
            None => next,
        };
        next += u32::from(number == next);
        patients.push(number);
    }
    Ok((next as usize != ids.len()).then_some(patients))
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
    let mut counts: HashMap<&str, (f64, f64)> = HashMap::new();
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
