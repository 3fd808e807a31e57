mod needed;

use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::{Estimate, interval};
use serde_json::json;
use statrs::distribution::{DiscreteCDF, Poisson};

use super::missingness_by_label::SURE;
use super::{About, Check, CheckHead, Finding, Measure, Study};

/// A declared subgroup with too few cases to be judged.
///
/// The rarer label of a subgroup decides how sure one can be of a share such as the sensitivity: the measure is the width
/// of Wilson's interval of a share of 0.8 among its cases (1 without a case). Wider than 0.4 (about 14 cases) warns,
/// wider than 0.25 (about 37) is noted. Crossings of two subgroups, and of a subgroup and the site, whose interval is wider than 0.4
/// are noted, a list for two columns; it warns if one of them has at most half of the cases that it would have if the two were
/// independent, and not by chance (Poisson, 0.005, Bonferroni over the crossings): then those people were not collected. Of
/// subgroups that are too small by themselves no crossing is listed. The limits are conventions of galen. Beside a protocol each
/// criterion of a subgroup is asked how many cases it needs to be met with probability 0.8 if the expected value is true (without one, if
/// no case is wrong): fewer warn if it is required, and are noted if it is descriptive.
///
/// # Source
/// Wilson 1927, JASA 22:209-212; TRIPOD+AI 2024, BMJ 385:e078378, item 12e (subgroups) and item 10 (sample size).
pub struct GroupTooSmall;

/// More categories than this are no subgroups.
const CATEGORIES: usize = 50;
/// Widths from which on it is said.
const WARNED: f64 = 0.4;
const NOTED: f64 = 0.25;
/// Crossings that a message names.
const NAMED: usize = 4;

impl Check for GroupTooSmall {
    fn about(&self) -> About {
        About {
            id: "group_too_small",
            head: CheckHead::Representativeness,
            what: "Has a declared subgroup too few cases to be judged?",
            source: "Wilson 1927; TRIPOD+AI 2024",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let groups = &study.roles.groups;
        let mut found: Vec<Finding> = groups.iter().flat_map(|one| look(study, one)).collect();
        let columns: Vec<&String> = groups.iter().chain(&study.roles.site).collect();
        for (at, a) in columns.iter().enumerate() {
            for b in columns[at + 1..].iter().filter(|b| *b != a) {
                found.extend(cross(study, a, b));
            }
        }
        found.extend(
            study
                .protocol
                .into_iter()
                .flat_map(|protocol| needed::find(study, protocol)),
        );
        found
    }
}

/// How many are diseased and healthy.
type Labels = (usize, usize);

fn count(labels: &mut Labels, truth: Option<bool>) {
    match truth {
        Some(true) => labels.0 += 1,
        Some(false) => labels.1 += 1,
        None => {}
    }
}

/// A crossing of two subgroups.
struct Crossing<'a> {
    of: [&'a str; 2],
    labels: Labels,
    /// How many cases there would be if the two were independent.
    expected: f64,
}

impl Crossing<'_> {
    fn cases(&self) -> usize {
        self.labels.0 + self.labels.1
    }

    /// Whether at most half of what was to be expected is there, and not by chance.
    fn is_hole(&self, crossings: usize) -> bool {
        let law = Poisson::new(self.expected.max(f64::MIN_POSITIVE));
        let p = law.map_or(1.0, |law| law.cdf(self.cases() as u64));
        self.cases() as f64 <= 0.5 * self.expected && p < SURE / crossings as f64
    }
}

/// Crossings of two columns that have too few cases.
fn cross(study: &Study, a: &str, b: &str) -> Option<Finding> {
    let texts = [study.table.texts(a).ok()?, study.table.texts(b).ok()?];
    let mut cells: BTreeMap<[&str; 2], Labels> = BTreeMap::new();
    let mut sides: [BTreeMap<&str, Labels>; 2] = Default::default();
    for ((a, b), truth) in texts[0].iter().zip(&texts[1]).zip(&study.truth) {
        let (Some(a), Some(b), Some(_)) = (a, b, truth) else {
            continue;
        };
        count(cells.entry([a, b]).or_default(), *truth);
        count(sides[0].entry(a).or_default(), *truth);
        count(sides[1].entry(b).or_default(), *truth);
    }
    if sides.iter().any(|side| side.len() > CATEGORIES) {
        return None;
    }
    let crossings = sides[0].len() * sides[1].len();
    let all: usize = sides[0].values().map(|labels| labels.0 + labels.1).sum();
    // Of a subgroup that is too small by itself that is said already; of a site it is not.
    let judged = |column: &str, side: &BTreeMap<&'_ str, Labels>| {
        let is_site = study.roles.site.as_deref() == Some(column);
        let large = |labels: &Labels| width(study, labels.0.min(labels.1)).0 <= WARNED;
        let judged = side.iter().filter(|(_, labels)| is_site || large(labels));
        judged
            .map(|(name, labels)| ((*name).to_owned(), labels.0 + labels.1))
            .collect::<Vec<_>>()
    };
    let (a_sides, b_sides) = (judged(a, &sides[0]), judged(b, &sides[1]));
    let each = a_sides.iter().flat_map(|(a, n)| {
        b_sides
            .iter()
            .map(move |(b, m)| ([a.as_str(), b.as_str()], n * m))
    });
    let mut few: Vec<Crossing> = each
        .map(|(of, product)| Crossing {
            of,
            labels: cells.get(&of).copied().unwrap_or_default(),
            expected: product as f64 / all as f64,
        })
        .filter(|one| width(study, one.labels.0.min(one.labels.1)).0 > WARNED)
        .collect();
    if few.is_empty() {
        return None;
    }
    few.sort_by_key(|one| one.cases());
    let holes: Vec<&Crossing> = few.iter().filter(|one| one.is_hole(crossings)).collect();
    let said = |one: &&Crossing| {
        let ([a, b], (diseased, healthy)) = (one.of, one.labels);
        format!("{a:?} and {b:?} ({diseased} diseased, {healthy} healthy)")
    };
    let shown: Vec<&Crossing> = if holes.is_empty() {
        few.iter().collect()
    } else {
        holes.clone()
    };
    let named: Vec<String> = shown
        .iter()
        .copied()
        .take(NAMED)
        .map(|one| said(&one))
        .collect();
    let more = match shown.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = if holes.is_empty() {
        format!(
            "{} of {crossings} crossings of `{a}` and `{b}` have too few cases to be judged: {}{more}.",
            few.len(),
            named.join(", ")
        )
    } else {
        format!(
            "Crossings of `{a}` and `{b}` with at most half of the cases that chance would give them: {}. These are {}{more}. Of {crossings} crossings {} have too few cases to be judged.",
            holes.len(),
            named.join(", "),
            few.len()
        )
    };
    let severity = match holes.is_empty() {
        true => Severity::Note,
        false => Severity::Warn,
    };
    let evidence: Vec<_> = few
        .iter()
        .map(|one| {
            let ([a, b], (diseased, healthy)) = (one.of, one.labels);
            json!({"groups": [a, b], "diseased": diseased, "healthy": healthy, "expected": one.expected, "is_hole": one.is_hole(crossings)})
        })
        .collect();
    let (width, estimate) = width(study, few[0].labels.0.min(few[0].labels.1));
    let measure = Measure {
        name: "interval_width",
        estimate: of_width(width, estimate),
    };
    let evidence = json!({ "crossings": crossings, "too_small": evidence });
    let found = finding(a, severity, message, Some(measure), evidence);
    Some(Finding {
        columns: vec![a.to_owned(), b.to_owned()],
        ..found
    })
}

fn look(study: &Study, column: &str) -> Vec<Finding> {
    let Ok(texts) = study.table.texts(column) else {
        return Vec::new();
    };
    let mut groups: BTreeMap<&str, Labels> = BTreeMap::new();
    for (text, truth) in texts.iter().zip(&study.truth) {
        let group = text.as_deref().unwrap_or("not reported");
        count(groups.entry(group).or_default(), *truth);
    }
    if groups.len() > CATEGORIES {
        let message = format!(
            "`{column}` has {} values, which are too many to be subgroups.",
            groups.len()
        );
        return vec![finding(
            column,
            Severity::Note,
            message,
            None,
            json!({ "values": groups.len() }),
        )];
    }
    groups
        .iter()
        .filter_map(|(group, &(d, h))| judge(study, column, group, d, h))
        .collect()
}

fn judge(
    study: &Study,
    column: &str,
    group: &str,
    diseased: usize,
    healthy: usize,
) -> Option<Finding> {
    let fewer = diseased.min(healthy);
    let (width, estimate) = width(study, fewer);
    let severity = if width > WARNED {
        Severity::Warn
    } else if width > NOTED {
        Severity::Note
    } else {
        return None;
    };
    let (low, high) = (estimate.low.unwrap_or(0.0), estimate.high.unwrap_or(1.0));
    let message = format!(
        "The subgroup {group:?} of `{column}` has {diseased} diseased and {healthy} healthy cases: a share of 0.8 among the {fewer} would be known only from {low:.2} to {high:.2}."
    );
    let measure = Measure {
        name: "interval_width",
        estimate: of_width(width, estimate),
    };
    let evidence = json!({ "group": group, "diseased": diseased, "healthy": healthy });
    Some(finding(column, severity, message, Some(measure), evidence))
}

/// How wide the interval of a share of 0.8 among so many cases is, and that interval.
fn width(study: &Study, cases: usize) -> (f64, Estimate) {
    let (n, level) = (cases as f64, study.roles.level);
    let (low, high) = if cases == 0 {
        (0.0, 1.0)
    } else {
        interval::wilson(0.8 * n, n, level)
    };
    let estimate = Estimate::new(0.8, (low, high), cases as u64, level, "wilson");
    (high - low, estimate)
}

fn of_width(width: f64, interval: Estimate) -> Estimate {
    Estimate {
        value: Some(width),
        low: None,
        high: None,
        why: Some("The width is that of an interval and has none itself.".to_owned()),
        ..interval
    }
}

fn finding(
    column: &str,
    severity: Severity,
    message: String,
    measure: Option<Measure>,
    evidence: serde_json::Value,
) -> Finding {
    Finding {
        check: "group_too_small",
        severity,
        columns: vec![column.to_owned()],
        message,
        measure,
        evidence,
        help: "Collect more of these cases, join subgroups for a reason given before, or make no claim about them."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    fn found(text: &str) -> Vec<Finding> {
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let roles = Roles {
            id: Some("id".into()),
            site: Some("site".into()),
            groups: vec!["sex".into()],
            ..Roles::of_label("y")
        };
        let found = check(&table, &roles, Beside::default()).expect("the columns are there");
        let found = found.findings.into_iter();
        found.filter(|one| one.check == "group_too_small").collect()
    }

    /// 600 people of two sites; at the second every `each`th is a woman, at the first every second.
    fn people(each: usize) -> String {
        let row = |i: usize| {
            let site = i % 2;
            let person = i / 2;
            let is_woman = person.is_multiple_of(if site == 0 { 2 } else { each });
            let sex = if is_woman { "F" } else { "M" };
            format!(
                "P{i},S{site},{sex},{}\n",
                u8::from(person.is_multiple_of(3))
            )
        };
        format!("id,site,sex,y\n{}", (0..600).map(row).collect::<String>())
    }

    #[test]
    fn people_who_were_not_collected_at_a_site_are_found() {
        let holes = found(&people(30));
        assert_eq!(holes.len(), 1, "{holes:?}");
        assert_eq!(holes[0].severity, Severity::Warn);
        assert_eq!(holes[0].columns, ["sex", "site"]);
        assert!(
            holes[0].message.contains("\"F\" and \"S1\""),
            "{}",
            holes[0].message
        );
        assert!(found(&people(2)).is_empty());
    }

    #[test]
    fn small_crossings_of_large_groups_are_noted() {
        // Every tenth is a woman everywhere: few, and no fewer than chance gives.
        let text = people(2).replace(",F,", ",M,");
        let lines = text.lines().enumerate().map(|(at, line)| match at % 26 {
            1 | 2 => line.replace(",M,", ",F,"),
            _ => line.to_owned(),
        });
        let noted = found(&lines.collect::<Vec<_>>().join("\n"));
        assert!(
            noted
                .iter()
                .all(|one| one.severity == Severity::Note || one.columns == ["sex"]),
            "{noted:?}"
        );
    }
}
