use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::{Level, Sample, SortedNumbers, effect};
use rayon::prelude::*;
use serde_json::json;

use super::quantity::{Conversion, Quantity};
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::Kind;
use crate::expectation::{Between, quantile, share};

/// A quantity that is reported in two units in one column.
///
/// Only columns whose name says a quantity with two usual units are asked (glucose, creatinine, weight …); values of 0 and
/// below are left out. Two things are looked for. The values fall into two heaps (the best division of their logarithms in
/// two) of at least ten values and 0.5 %, with an empty stretch between the 95th percentile of the lower and the 5th of the upper
/// that is at least 0.3 of the way from one unit to the other. Or two sites with at least 20 values each hardly overlap: the
/// value of one lies above that of the other in 95 of 100 pairs. Either way it is a mix if the lower values, converted, have the
/// median of the upper ones within 20 %, and a spread (interquartile range of the logarithms) within a factor of 2.5. It stops. The
/// limits are conventions of galen.
///
/// # Source
/// Kahn et al. 2016, eGEMs 4:1244 (value conformance and plausibility); Jenks 1967, International Yearbook of Cartography
/// 7:186-190 (the division that leaves the least variance within).
pub struct UnitMix;

const HEAP: usize = 10;
const HEAP_SHARE: f64 = 0.005;
const EMPTY: f64 = 0.3;
const SITE: usize = 20;
const ABOVE: f64 = 0.95;
const MEDIANS: f64 = 1.2;
const SPREADS: f64 = 2.5;
/// Below this spread in logarithms two spreads are not compared: values are rounded.
const ROUNDED: f64 = 0.02;

impl Check for UnitMix {
    fn about(&self) -> About {
        About {
            id: "unit_mix",
            head: CheckHead::Integrity,
            what: "Is a quantity reported in two units?",
            source: "Kahn et al. 2016",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = study.candidates();
        let found = columns.par_iter().map(|column| look(study, column));
        found.collect::<Vec<_>>().into_iter().flatten().collect()
    }
}

fn look(study: &Study, column: &str) -> Option<Finding> {
    let conversions = Quantity::of(column)?.conversions;
    let is_number = matches!(study.table.kind(column).ok()?, Kind::Integer | Kind::Number);
    if conversions.is_empty() || !is_number {
        return None;
    }
    let numbers = study.table.numbers(column).ok()?;
    let positive = numbers.iter().enumerate();
    let mut values: Vec<(f64, usize)> = positive
        .filter_map(|(row, value)| Some(((*value)?, row)))
        .filter(|(value, _)| *value > 0.0)
        .collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let sorted: Vec<f64> = values.iter().map(|value| value.0).collect();
    let (conversion, rows, sites) = within(&values, &sorted, conversions)
        .or_else(|| between_sites(study, &values, conversions))?;
    Some(finding(study, column, conversion, &sorted, rows, sites))
}

/// A conversion, the rows of one of its units, and between sites the one that the others are held against and those.
type Mix = (Conversion, Vec<usize>, Option<(String, Vec<String>)>);

/// Two heaps, whoever the values are of; `values` are sorted, each with its row.
fn within(values: &[(f64, usize)], sorted: &[f64], conversions: &[Conversion]) -> Option<Mix> {
    let at = heaps(sorted)?;
    let conversion = mix(&sorted[..at], &sorted[at..], conversions, true)?;
    Some((
        conversion,
        values[..at].iter().map(|value| value.1).collect(),
        None,
    ))
}

/// Sites that hardly overlap with the largest one; of several the first by name.
fn between_sites(
    study: &Study,
    values: &[(f64, usize)],
    conversions: &[Conversion],
) -> Option<Mix> {
    let sites = study.table.texts(study.roles.site.as_deref()?).ok()?;
    let mut of_site: BTreeMap<&str, (Vec<f64>, Vec<usize>)> = BTreeMap::new();
    for &(value, row) in values {
        if let Some(site) = &sites[row] {
            let (values, rows) = of_site.entry(site).or_default();
            values.push(value);
            rows.push(row);
        }
    }
    of_site.retain(|_, (values, _)| values.len() >= SITE);
    let largest = of_site.values().map(|(values, _)| values.len()).max()?;
    let (reference, (theirs, _)) = of_site.iter().find(|(_, site)| site.0.len() == largest)?;
    let mut found: Option<Conversion> = None;
    let (mut others, mut rows) = (Vec::new(), Vec::new());
    for (site, (own, own_rows)) in of_site.iter().filter(|(site, _)| *site != reference) {
        let (low, high) = match superiority(theirs, own) {
            Some(above) if above >= ABOVE => (theirs, own),
            Some(above) if above <= 1.0 - ABOVE => (own, theirs),
            _ => continue,
        };
        if let Some(conversion) = mix(low, high, conversions, false)
            && *found.get_or_insert(conversion) == conversion
        {
            others.push((*site).to_owned());
            rows.extend(own_rows);
        }
    }
    Some((found?, rows, Some(((*reference).to_owned(), others))))
}

/// The probability that a value of the second is larger than one of the first.
fn superiority(first: &[f64], second: &[f64]) -> Option<f64> {
    let (first, second) = (
        SortedNumbers::of(first).ok()?,
        SortedNumbers::of(second).ok()?,
    );
    let (first, second) = (Sample::Numbers(&first), Sample::Numbers(&second));
    let effect = effect::by_id("probability_of_superiority")?;
    let estimate = effect.estimate(&first, &second, Level::DEFAULT, 0);
    estimate.ok()?.value
}

/// Where sorted positive values are divided so that the least variance of their logarithms is left within both sides; `None`
/// if a side is too small to be a heap.
fn heaps(sorted: &[f64]) -> Option<usize> {
    let n = sorted.len();
    let least = HEAP.max((HEAP_SHARE * n as f64).ceil() as usize);
    if n < 2 * least {
        return None;
    }
    let logs: Vec<f64> = sorted.iter().map(|value| value.ln()).collect();
    let all: f64 = logs.iter().sum();
    // The variance between the sides is largest where that within them is least.
    let (mut below, mut best) = (0.0, (f64::NEG_INFINITY, 0));
    for at in 1..n {
        below += logs[at - 1];
        let (low, high) = (below / at as f64, (all - below) / (n - at) as f64);
        let between = at as f64 * (n - at) as f64 * (high - low).powi(2);
        if between > best.0 {
            best = (between, at);
        }
    }
    (best.1 >= least && n - best.1 >= least).then_some(best.1)
}

/// The conversion that makes the lower values the upper ones.
fn mix(
    low: &[f64],
    high: &[f64],
    conversions: &[Conversion],
    are_heaps: bool,
) -> Option<Conversion> {
    let at = |sorted: &[f64], share| quantile(sorted, share, Between::Lower).unwrap_or(f64::NAN);
    let is_near = |a: f64, b: f64, times: f64| a > 0.0 && a / b <= times && b / a <= times;
    let spread = |sorted: &[f64]| (at(sorted, 0.75) / at(sorted, 0.25)).ln();
    let fits = |conversion: &&Conversion| {
        let converted: Vec<f64> = low.iter().map(|value| conversion.apply(*value)).collect();
        if converted[0] <= 0.0 {
            return false;
        }
        let (a, b) = (spread(&converted), spread(high));
        let alike = is_near(at(&converted, 0.5), at(high, 0.5), MEDIANS)
            && (a.max(b) <= ROUNDED || is_near(a.max(ROUNDED), b.max(ROUNDED), SPREADS));
        let way = (at(&converted, 0.5) / at(low, 0.5)).ln();
        let empty = (at(high, 0.05) / at(low, 0.95)).ln();
        alike && (!are_heaps || empty >= EMPTY * way)
    };
    conversions.iter().find(fits).copied()
}

/// `apart` are rows of one unit, the others of the other one.
fn finding(
    study: &Study,
    column: &str,
    conversion: Conversion,
    sorted: &[f64],
    mut apart: Vec<usize>,
    sites: Option<(String, Vec<String>)>,
) -> Finding {
    apart.sort_unstable();
    let fewer = apart.len().min(sorted.len() - apart.len());
    let estimate = share(fewer, sorted.len(), study.roles.level);
    let part = percent(estimate.value.unwrap_or_default());
    let Conversion { from, to, .. } = conversion;
    let message = match &sites {
        None => format!(
            "`{column}` has values in {from} and in {to}: {fewer} ({part}) are of the rarer unit."
        ),
        Some((reference, others)) => format!(
            "`{column}` is in {from} at some sites and in {to} at others: {} against {reference} ({part} of the values).",
            others.join(", ")
        ),
    };
    let rows: Vec<usize> = apart.iter().copied().take(20).collect();
    Finding {
        check: "unit_mix",
        severity: Severity::Stop,
        columns: vec![column.to_owned()],
        message,
        measure: Some(Measure {
            name: "share_of_the_rarer_unit",
            estimate,
        }),
        evidence: json!({
            "from": from, "to": to, "factor": conversion.factor, "offset": conversion.offset,
            "rows_apart": rows, "n_apart": apart.len(),
        }),
        help: "Ask the sites for their units, and convert the values before anything is learned from them.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    /// 300 cases of three sites; `value` makes the cell of a number between 0 and 1 that is spread evenly, and the site.
    fn found(name: &str, value: impl Fn(f64, usize) -> f64) -> Vec<Finding> {
        let row = |i: usize| {
            let share = (i * 181 % 300) as f64 / 300.0;
            let value = value(share, i % 3);
            format!("P{i},S{},{value:.3},{}\n", i % 3, u8::from(i * 7 % 10 < 3))
        };
        let rows: String = (0..300).map(row).collect();
        let text = format!("id,site,{name},y\n{rows}");
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let roles = Roles {
            id: Some("id".into()),
            site: Some("site".into()),
            ..Roles::of_label("y")
        };
        let found = check(&table, &roles, Beside::default()).expect("the columns are there");
        let found = found.findings.into_iter();
        found.filter(|one| one.check == "unit_mix").collect()
    }

    fn glucose(share: f64) -> f64 {
        4.0 * (1.2 * share).exp()
    }

    #[test]
    fn two_units_are_found_within_a_site_and_between_sites() {
        let at_one_site = found("glucose_mean", |share, site| {
            glucose(share) * if site == 2 { 18.016 } else { 1.0 }
        });
        assert_eq!(at_one_site.len(), 1, "{at_one_site:?}");
        assert_eq!(at_one_site[0].severity, Severity::Stop);
        assert!(
            at_one_site[0].message.contains("100 (33.3 %)"),
            "{}",
            at_one_site[0].message
        );
        let few = found("Glucose", |share, _| {
            glucose(share) * if share > 0.95 { 1.0 / 18.016 } else { 1.0 }
        });
        assert!(
            few.is_empty(),
            "no heap is where the units would put it: {few:?}"
        );
        // Pounds and kilograms overlap, so that only the sites tell.
        let weight = found("weight", |share, site| {
            (55.0 + 50.0 * share) * if site == 0 { 2.204_62 } else { 1.0 }
        });
        assert_eq!(weight.len(), 1, "{weight:?}");
        assert!(
            weight[0].message.contains("kg at some sites and in lb"),
            "{}",
            weight[0].message
        );
        let warm = found("temp", |share, site| {
            let celsius = 36.0 + 3.0 * share;
            if site == 1 {
                1.8 * celsius + 32.0
            } else {
                celsius
            }
        });
        assert_eq!(warm.len(), 1, "{warm:?}");
    }

    #[test]
    fn honest_differences_and_other_factors_are_no_mix() {
        assert!(found("glucose", |share, _| glucose(share)).is_empty());
        // Sicker people at one site, and a marker that spans three powers of ten.
        let sick = found("creatinine", |share, site| {
            (1.5 * share).exp() * if site == 1 { 2.5 } else { 0.7 }
        });
        assert!(sick.is_empty(), "{sick:?}");
        assert!(found("crp", |share, _| (7.0 * share).exp()).is_empty());
        // Eight times as much is no conversion of glucose, and `score` is no quantity.
        let odd = |share: f64, site: usize| glucose(share) * if site == 2 { 8.0 } else { 1.0 };
        assert!(found("glucose", odd).is_empty());
        let unnamed = |share: f64, site: usize| glucose(share) * if site == 2 { 18.0 } else { 1.0 };
        assert!(found("score", unnamed).is_empty());
    }
}
