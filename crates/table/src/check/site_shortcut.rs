use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::adjusted::{Adjusted, auroc_adjusted};
use galen_stats::multivariate::DomainClassifier;
use serde_json::json;

use super::association::chi_square;
use super::inputs::Inputs;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};

/// The inputs betray where or when a row was collected, and that tells the label.
///
/// A forest of random trees is asked to recognise each of the five largest sites by the inputs (cross-validated, patients
/// kept together). If one is recognised (the lower bound of the area under the curve is 0.6 or more) and the label goes with
/// the site (chi-square test, Rao-Scott), a second forest tells the label, and its area among all cases is compared with that
/// among cases of one site each. What is lost there was the site and not the disease: a lower bound of 0.05 stops, of 0.02
/// warns; less is noted where a site is recognised at 0.8. The same is asked of the time, cut in two at its median. At most
/// 2,000 diseased and as many healthy rows are drawn, by their content. The limits are conventions of galen.
///
/// # Source
/// Zech et al. 2018, PLoS Med 15:e1002683 (a network that recognised the hospital); DeGrave, Janizek and Lee 2021, Nat Mach
/// Intell 3:610-619 (shortcuts); Janes and Pepe 2009, Biometrika 96:371-382 (the adjusted curve).
pub struct SiteShortcut;

const RECOGNISED: f64 = 0.6;
const WELL_RECOGNISED: f64 = 0.8;
const STOP: f64 = 0.05;
const WARN: f64 = 0.02;
/// Sites that are asked for.
const SITES: usize = 5;
/// A site with fewer drawn rows cannot be learned.
const ROWS: usize = 40;
const RESAMPLES: u32 = 200;

impl Check for SiteShortcut {
    fn about(&self) -> About {
        About {
            id: "site_shortcut",
            head: CheckHead::Relevance,
            what: "Do the inputs betray the site, and the site the label?",
            source: "Zech et al. 2018; DeGrave, Janizek and Lee 2021",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let (site, time) = (study.roles.site.as_deref(), study.roles.time.as_deref());
        let mut findings = Vec::new();
        if site.is_none() && time.is_none() {
            return findings;
        }
        let inputs = Inputs::of(study);
        if let Some(site) = site {
            findings.extend(look(study, &inputs, site, &inputs.texts(site)));
        }
        if let Some(time) = time
            && let Some(halves) = halves(&inputs, time)
        {
            findings.extend(look(study, &inputs, time, &halves));
        }
        findings
    }
}

/// Whether a row is of the earlier or the later half.
fn halves(inputs: &Inputs, time: &str) -> Option<Vec<Option<String>>> {
    let times = inputs.column(time)?;
    let mut sorted: Vec<f64> = times
        .iter()
        .copied()
        .filter(|time| !time.is_nan())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let middle = *sorted.get(sorted.len() / 2)?;
    let half = |time: &f64| match time {
        time if time.is_nan() => None,
        time if *time < middle => Some("earlier".to_owned()),
        _ => Some("later".to_owned()),
    };
    Some(times.iter().map(half).collect())
}

fn look(study: &Study, inputs: &Inputs, role: &str, places: &[Option<String>]) -> Option<Finding> {
    let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, place) in places.iter().enumerate() {
        if let Some(place) = place {
            rows_of.entry(place).or_default().push(row);
        }
    }
    let label = label_by_place(study, inputs, &rows_of)?;
    if label.p_value >= 0.05 {
        return None;
    }
    let names = inputs_but(study, role);
    let columns = names.iter().map(|name| Some((*name, inputs.column(name)?)));
    let (names, columns): (Vec<&str>, Vec<Vec<f64>>) = columns.flatten().unzip();
    let mut largest: Vec<(&&str, &Vec<usize>)> = rows_of.iter().collect();
    largest.sort_by_key(|(name, rows)| (std::cmp::Reverse(rows.len()), **name));
    let asked = largest
        .iter()
        .take(if largest.len() == 2 { 1 } else { SITES });
    let asked = asked.filter(|(_, rows)| rows.len() >= ROWS && places.len() - rows.len() >= ROWS);
    let told = asked.filter_map(|(name, rows)| {
        let mut is_here = vec![false; places.len()];
        rows.iter().for_each(|&row| is_here[row] = true);
        Some((**name, inputs.told_apart(&columns, &is_here)?))
    });
    let low = |told: &DomainClassifier| told.auc.low.unwrap_or_default();
    let (place, told) = told.max_by(|(_, a), (_, b)| low(a).total_cmp(&low(b)))?;
    if low(&told) < RECOGNISED {
        return None;
    }
    let numbers: BTreeMap<&str, u32> = rows_of.keys().copied().zip(0..).collect();
    let unknown = numbers.len() as u32;
    let strata = places.iter();
    let strata: Vec<u32> = strata
        .map(|place| place.as_deref().map_or(unknown, |place| numbers[place]))
        .collect();
    let cases = inputs.cases(inputs.held_out(&columns).ok()?)?;
    let adjusted = auroc_adjusted(&cases, &strata, RESAMPLES, 0, study.roles.level).ok()?;
    let lost = adjusted.lost.low.unwrap_or_default();
    let severity = if lost >= STOP {
        Severity::Stop
    } else if lost >= WARN {
        Severity::Warn
    } else if low(&told) >= WELL_RECOGNISED {
        Severity::Note
    } else {
        return None;
    };
    Some(finding(
        role, place, severity, &names, &told, adjusted, &label,
    ))
}

/// How the label goes with the place.
struct Label {
    p_value: f64,
    places: serde_json::Value,
    lowest: f64,
    highest: f64,
}

fn label_by_place(
    study: &Study,
    inputs: &Inputs,
    rows_of: &BTreeMap<&str, Vec<usize>>,
) -> Option<Label> {
    // The drawn rows hold as many diseased as healthy; their differences between places are those of all rows.
    let count = |rows: &Vec<usize>| {
        let diseased = rows.iter().filter(|&&row| inputs.truth[row]).count();
        (diseased, rows.len() - diseased)
    };
    let counts: Vec<(usize, usize)> = rows_of.values().map(count).collect();
    let place_of: BTreeMap<usize, usize> = rows_of
        .values()
        .enumerate()
        .flat_map(|(place, rows)| rows.iter().map(move |&row| (inputs.rows[row], place)))
        .collect();
    let deff = study.design_effect(
        |row| place_of.get(&row).copied(),
        counts.len(),
        |row| study.truth[row] == Some(true),
    );
    let test = chi_square(&counts)?.divided(deff);
    let weights = study.count(|_| true);
    let (all, drawn) = (
        (weights.diseased as f64, weights.healthy as f64),
        counts
            .iter()
            .fold((0, 0), |sum, c| (sum.0 + c.0, sum.1 + c.1)),
    );
    // Weighted back to all rows.
    let share = |&(diseased, healthy): &(usize, usize)| {
        let d = diseased as f64 * all.0 / drawn.0.max(1) as f64;
        let h = healthy as f64 * all.1 / drawn.1.max(1) as f64;
        d / (d + h)
    };
    let large = counts.iter().filter(|(d, h)| d + h >= ROWS).map(share);
    let shares: Vec<f64> = large.collect();
    let places = rows_of.iter().zip(&counts).take(50);
    Some(Label {
        p_value: test.p_value,
        lowest: shares.iter().copied().fold(1.0, f64::min),
        highest: shares.iter().copied().fold(0.0, f64::max),
        places: places
            .map(|((name, rows), count)| {
                json!({"place": name, "drawn": rows.len(), "share_diseased": share(count)})
            })
            .collect(),
    })
}

/// The honest inputs but the role itself and the other places and times.
fn inputs_but<'a>(study: &Study<'a>, role: &str) -> Vec<&'a str> {
    let roles = [
        study.roles.site.as_deref(),
        study.roles.time.as_deref(),
        study.roles.event_time.as_deref(),
    ];
    let names = study.honest().into_iter();
    names
        .filter(|name| *name != role && !roles.contains(&Some(*name)))
        .collect()
}

fn finding(
    role: &str,
    place: &str,
    severity: Severity,
    names: &[&str],
    told: &DomainClassifier,
    adjusted: Adjusted,
    label: &Label,
) -> Finding {
    let mut drivers: Vec<(&str, f64)> =
        names.iter().copied().zip(told.importance.clone()).collect();
    drivers.sort_by(|a, b| b.1.total_cmp(&a.1));
    drivers.truncate(5);
    let by: Vec<String> = drivers
        .iter()
        .filter(|(_, importance)| *importance > 0.005)
        .take(3)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(", most by {}", by.join(", "))
    };
    let message = format!(
        "The inputs tell {place:?} of `{role}` from the rest (AUC {:.2}{by}), the share of diseased goes from {} to {} by `{role}`, and a model of the inputs loses {:.3} of its AUC of {:.3} among cases of one `{role}`.",
        told.auc.value.unwrap_or_default(),
        percent(label.lowest),
        percent(label.highest),
        adjusted.lost.value.unwrap_or_default(),
        adjusted.crude,
    );
    let drivers: Vec<_> = drivers
        .iter()
        .map(|(column, importance)| json!({"column": column, "importance": importance}))
        .collect();
    let mut columns = vec![role.to_owned()];
    columns.extend(drivers.iter().filter_map(|one| {
        let is_driver = one["importance"]
            .as_f64()
            .is_some_and(|importance| importance > 0.005);
        is_driver.then(|| one["column"].as_str().map(str::to_owned))?
    }));
    Finding {
        check: "site_shortcut",
        severity,
        columns,
        message,
        evidence: json!({
            "recognised": {"place": place, "auroc": told.auc, "drivers": drivers},
            "label": {"p_value": label.p_value, "places": label.places},
            "auroc": adjusted.crude, "auroc_within": adjusted.adjusted,
            "part_taken_away": adjusted.taken_away,
        }),
        measure: Some(Measure {
            name: "auroc_lost_within_place",
            estimate: adjusted.lost,
        }),
        help: "Judge the model within each place, balance the places in training, and test it at a place that it has not seen."
            .to_owned(),
    }
}
