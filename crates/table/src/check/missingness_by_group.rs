use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::{Estimate, Multiplicity, interval};
use serde_json::json;

use super::association::chi_square;
use super::measurement_process::masks;
use super::missingness_by_label::SURE;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};

/// A column is missing more often in one subgroup, at one site or in one period.
///
/// For every declared subgroup, the site and the year of collection, the missing share of every column is compared between
/// their values (chi-square test, Rao-Scott where patients have several rows, Holm's correction over all). The measure is the
/// largest share minus the smallest, among values with at least 20 rows, with Newcombe's interval; that the two were chosen for
/// being extreme is said. 0.1 and more with an adjusted p-value below 0.005 warns, less is noted. The limits are conventions of galen.
///
/// # Source
/// Sterne et al. 2009, BMJ 338:b2393; Getzen, Ungar, Mowery, Jiang and Long 2023, J Biomed Inform 139:104269 (missing more often
/// in those who have less access to care); Rao and Scott 1984, Ann Stat 12:46-60.
pub struct MissingnessByGroup;

const WARN: f64 = 0.1;
/// Rows of a value whose share is looked at.
const ROWS: usize = 20;
/// Values beyond which a column divides into no groups.
const VALUES: usize = 50;

impl Check for MissingnessByGroup {
    fn about(&self) -> About {
        About {
            id: "missingness_by_group",
            head: CheckHead::Representativeness,
            what: "Is a column missing more often in one subgroup, at one site or in one period?",
            source: "Sterne et al. 2009; Getzen et al. 2023",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let roles = study.roles;
        let mut by: Vec<&str> = roles.groups.iter().map(String::as_str).collect();
        by.extend(roles.site.as_deref());
        by.extend(roles.time.as_deref());
        by.sort_unstable();
        by.dedup();
        let masks = masks(study);
        let mut compared: Vec<Compared> = Vec::new();
        for by in by {
            let Some(groups) = Groups::of(study, by) else {
                continue;
            };
            let others = masks.iter().filter(|(column, _)| *column != by);
            compared.extend(
                others.filter_map(|(column, missing)| {
                    Compared::of(study, by, &groups, column, missing)
                }),
            );
        }
        let p_values: Vec<f64> = compared.iter().map(|one| one.p_value).collect();
        let adjusted = Multiplicity::Holm.adjust(&p_values);
        let level = roles.level;
        let both = compared.into_iter().zip(adjusted);
        let found = both.filter(|(_, adjusted)| *adjusted < 1.0 - level.value());
        let found = found.map(|(one, adjusted)| one.finding(study, adjusted));
        let (warned, noted): (Vec<Finding>, Vec<Finding>) =
            found.partition(|one| one.severity != Severity::Note);
        warned.into_iter().chain(joined(noted)).collect()
    }
}

/// One note a variable: a page of them would hide the warnings.
fn joined(noted: Vec<Finding>) -> Vec<Finding> {
    let mut by: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for one in noted {
        by.entry(one.columns.last().cloned().unwrap_or_default())
            .or_default()
            .push(one);
    }
    let join = |(name, mut all): (String, Vec<Finding>)| {
        let difference = |one: &Finding| {
            let measure = one.measure.as_ref();
            measure.and_then(|m| m.estimate.value).unwrap_or_default()
        };
        all.sort_by(|a, b| difference(b).total_cmp(&difference(a)));
        let mut columns: Vec<String> = all.iter().map(|one| one.columns[0].clone()).collect();
        columns.push(name);
        let more = match all.len() - 1 {
            0 => String::new(),
            more => format!(" So it is, a little, of {more} more columns."),
        };
        let evidence: Vec<_> = all
            .iter()
            .map(|one| json!({"column": one.columns[0], "found": one.evidence}))
            .collect();
        let first = all.remove(0);
        Finding {
            message: first.message + &more,
            columns,
            evidence: json!({ "columns": evidence }),
            measure: first.measure,
            ..first
        }
    };
    by.into_iter().map(join).collect()
}

/// The groups of the rows.
struct Groups {
    names: Vec<String>,
    of: Vec<Option<usize>>,
}

impl Groups {
    fn of(study: &Study, by: &str) -> Option<Self> {
        let texts = study.table.texts(by).ok()?;
        let is_time = study.roles.time.as_deref() == Some(by);
        let name = |text: &Option<String>| {
            let text = text.as_deref()?;
            Some(
                if is_time {
                    super::prevalence_shift::period(text)
                } else {
                    text
                }
                .to_owned(),
            )
        };
        let named: Vec<Option<String>> = texts.iter().map(name).collect();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for name in named.iter().flatten() {
            numbers.insert(name, 0);
            if numbers.len() > VALUES {
                return None;
            }
        }
        numbers
            .values_mut()
            .zip(0..)
            .for_each(|(number, next)| *number = next);
        let number = |name: &Option<String>| name.as_deref().map(|name| numbers[name]);
        Some(Self {
            of: named.iter().map(number).collect(),
            names: numbers.keys().map(|name| (*name).to_owned()).collect(),
        })
    }
}

/// The missing shares of a column.
struct Compared {
    by: String,
    column: String,
    p_value: f64,
    deff: f64,
    /// Name, missing, all.
    groups: Vec<(String, usize, usize)>,
}

impl Compared {
    fn of(
        study: &Study,
        by: &str,
        groups: &Groups,
        column: &str,
        missing: &[bool],
    ) -> Option<Self> {
        let mut counts = vec![(0, 0); groups.names.len()];
        for (group, missing) in groups.of.iter().zip(missing) {
            if let Some(group) = group {
                let count = &mut counts[*group];
                if *missing { count.0 += 1 } else { count.1 += 1 }
            }
        }
        let deff = study.design_effect(|row| groups.of[row], counts.len(), |row| missing[row]);
        let test = chi_square(&counts)?.divided(deff);
        let names = groups.names.iter().cloned();
        let groups = names.zip(counts).map(|(name, (m, p))| (name, m, m + p));
        Some(Self {
            by: by.to_owned(),
            column: column.to_owned(),
            p_value: test.p_value,
            deff,
            groups: groups.collect(),
        })
    }

    fn finding(self, study: &Study, adjusted: f64) -> Finding {
        let share = |(_, missing, all): &(String, usize, usize)| *missing as f64 / *all as f64;
        let large: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, _, all)| *all >= ROWS)
            .collect();
        let by_share = |a: &&&(String, usize, usize), b: &&&(String, usize, usize)| {
            share(a).total_cmp(&share(b))
        };
        let ends = large
            .iter()
            .min_by(by_share)
            .zip(large.iter().max_by(by_share));
        let n = self.groups.iter().map(|group| group.2).sum::<usize>() as u64;
        let level = study.roles.level;
        let (message, estimate) = match ends {
            Some((low, high)) => {
                let effective = |count: usize| count as f64 / self.deff;
                let interval = interval::newcombe(
                    effective(high.1),
                    effective(high.2),
                    effective(low.1),
                    effective(low.2),
                    level,
                );
                let message = format!(
                    "`{}` is missing in {} of the rows with {:?} in `{}`, and in {} of those with {:?}.",
                    self.column,
                    percent(share(high)),
                    high.0,
                    self.by,
                    percent(share(low)),
                    low.0,
                );
                let value = share(high) - share(low);
                (
                    message,
                    Estimate::new(value, interval, n, level, "newcombe_of_extremes"),
                )
            }
            None => {
                let message = format!(
                    "How often `{}` is missing goes with `{}`, whose values have fewer than {ROWS} rows each.",
                    self.column, self.by
                );
                let why = galen_stats::Undefined::TooFewCases;
                (
                    message,
                    Estimate::undefined(why, n, level, "newcombe_of_extremes"),
                )
            }
        };
        let is_far = adjusted < SURE && estimate.value.is_some_and(|value| value >= WARN);
        let groups = self.groups.iter().take(VALUES);
        let groups: Vec<_> = groups
            .map(|(name, missing, all)| json!({"group": name, "missing": missing, "n": all}))
            .collect();
        Finding {
            check: "missingness_by_group",
            severity: if is_far { Severity::Warn } else { Severity::Note },
            columns: vec![self.column, self.by],
            message,
            measure: Some(Measure {
                name: "difference_in_missing_share",
                estimate,
            }),
            evidence: json!({
                "groups": groups, "p_value": self.p_value, "p_adjusted": adjusted,
                "design_effect": self.deff, "chosen": "the largest and the smallest share",
            }),
            help: "Find out why it is not measured there; judge the model with and without it in each of them."
                .to_owned(),
        }
    }
}
