use std::collections::{BTreeMap, BTreeSet};

use galen_spec::data::Severity;
use serde_json::json;

use super::association::chi_square;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::expectation::share;

/// The share of diseased changes over time, between sites or between parts.
///
/// Periods are the values of the time column, the years of dates, or the fifths of a number with more than 60 values. Pearson's
/// chi-square test (Rao-Scott where patients have several rows) compares those in which at least five cases of each label are
/// expected. A p-value below 0.01 together with shares that lie 0.05 apart warns; one below 0.05 is noted. The measure is the difference of the highest and the lowest share among the compared periods; it
/// has no interval, since the two were chosen for being extreme.
///
/// # Source
/// Moreno-Torres et al. 2012, Pattern Recognition 45:521-530 (prior probability shift); Cochran 1954, Biometrics
/// 10:417-451 (expected counts of five).
pub struct PrevalenceShift;

/// More periods than this are no calendar.
const PERIODS: usize = 60;
/// The p-value below which it warns.
const WARN: f64 = 0.01;

impl Check for PrevalenceShift {
    fn about(&self) -> About {
        About {
            id: "prevalence_shift",
            head: CheckHead::Representativeness,
            what: "Does the share of diseased change over time, between sites or between parts?",
            source: "Moreno-Torres et al. 2012; Cochran 1954",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let roles = study.roles;
        let columns = [&roles.time, &roles.site, &roles.split]
            .into_iter()
            .flatten();
        columns.filter_map(|column| look(study, column)).collect()
    }
}

fn look(study: &Study, column: &str) -> Option<Finding> {
    let Some(names) = periods_of(study, column) else {
        let message = format!(
            "`{column}` has more than {PERIODS} values that are no numbers, which are too many to be compared, so that no shift was looked for."
        );
        let evidence = json!({ "periods_at_most": PERIODS });
        return Some(finding(column, Severity::Note, message, None, evidence));
    };
    let mut periods: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (name, truth) in names.iter().zip(&study.truth) {
        if let (Some(name), Some(truth)) = (name, truth) {
            let count = periods.entry(name).or_default();
            if *truth { count.0 += 1 } else { count.1 += 1 }
        }
    }
    let numbers: BTreeMap<&str, usize> = periods.keys().copied().zip(0..).collect();
    let number = |row: usize| names[row].as_deref().map(|name| numbers[name]);
    let deff = study.design_effect(number, numbers.len(), |row| study.truth[row] == Some(true));
    let all = study.count(|_| true);
    let diseased_share = all.diseased as f64 / (all.diseased + all.healthy) as f64;
    let rarer = diseased_share.min(1.0 - diseased_share);
    let compared = |d: usize, h: usize| (d + h) as f64 * rarer >= 5.0;
    let counts: Vec<_> = periods
        .values()
        .copied()
        .filter(|&(d, h)| compared(d, h))
        .collect();
    let test = chi_square(&counts)?.divided(deff);
    let shares = counts.iter().map(|&(d, h)| d as f64 / (d + h) as f64);
    let (low, high) = shares.fold((1.0_f64, 0.0_f64), |(low, high), s| {
        (low.min(s), high.max(s))
    });
    let severity = if test.p_value < WARN && high - low >= 0.05 {
        Severity::Warn
    } else if test.p_value < 0.05 {
        Severity::Note
    } else {
        return None;
    };
    let rows = periods.iter().map(|(period, &(d, h))| {
        let estimate = share(d, d + h, study.roles.level);
        json!({ "period": period, "share": estimate, "compared": compared(d, h) })
    });
    let rows: Vec<_> = rows.collect();
    let message = format!(
        "The share of diseased changes with `{column}`: between {} and {}.",
        percent(low),
        percent(high)
    );
    let estimate = galen_stats::Estimate {
        value: Some(high - low),
        low: None,
        high: None,
        why: Some("The two shares were chosen for being extreme.".to_owned()),
        method: "difference_of_extremes".to_owned(),
        ..share(all.diseased, all.diseased + all.healthy, study.roles.level)
    };
    let measure = Measure {
        name: "difference_in_prevalence",
        estimate,
    };
    let evidence = json!({
        "chi_square": test.statistic, "degrees": test.degrees, "p_value": test.p_value,
        "design_effect": deff, "periods": rows,
    });
    Some(finding(column, severity, message, Some(measure), evidence))
}

/// The period of each row; `None` if there are too many and they are no numbers.
fn periods_of(study: &Study, column: &str) -> Option<Vec<Option<String>>> {
    let texts = study.table.texts(column).ok()?;
    let is_time = study.roles.time.as_deref() == Some(column);
    let name = |text: &Option<String>| {
        let text = text.as_deref()?;
        Some(if is_time { period(text) } else { text }.to_owned())
    };
    let names: Vec<Option<String>> = texts.iter().map(name).collect();
    let different: BTreeSet<&String> = names.iter().flatten().collect();
    if different.len() <= PERIODS {
        return Some(names);
    }
    let values = study.on_a_scale(column)?;
    let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let at = |fifth: usize| sorted[(fifth * sorted.len() / 5).min(sorted.len() - 1)];
    let fifth = |value: &Option<f64>| {
        let value = (*value)?;
        let fifth = (1..5).filter(|&fifth| value >= at(fifth)).count();
        Some(format!("fifth {} (from {})", fifth + 1, at(fifth)))
    };
    Some(values.iter().map(fifth).collect())
}

/// The year of a date (`2001-05-30`), or the text itself.
pub(super) fn period(text: &str) -> &str {
    let is_date = text.len() > 4
        && text.is_ascii()
        && text[..4].bytes().all(|b| b.is_ascii_digit())
        && text[4..].starts_with('-');
    if is_date { &text[..4] } else { text }
}

fn finding(
    column: &str,
    severity: Severity,
    message: String,
    measure: Option<Measure>,
    evidence: serde_json::Value,
) -> Finding {
    Finding {
        check: "prevalence_shift",
        severity,
        columns: vec![column.to_owned()],
        message,
        measure,
        evidence,
        help: "Find out whether the patients, the recruitment or the way the truth is found changed; watch calibration in use."
            .to_owned(),
    }
}
