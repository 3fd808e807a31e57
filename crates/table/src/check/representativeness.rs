use std::collections::{BTreeMap, BTreeSet};

use galen_spec::data::Severity;
use galen_stats::{Estimate, Multiplicity, binomial, interval};
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::Table;

/// The people of the table are not those for whom the model is meant.
///
/// The target is a table of its own (`--target`): with a column `count` a row is a cell of the population, otherwise a person.
/// The declared subgroups that the target has as well are compared, each alone and all crossed; without declared ones every
/// column that both have. A number of the table goes into the bands of the target (`60-69`, `80+`, `<18`). Patients are
/// counted, and not rows. For each cell: how many are here, the share here minus the share there with an interval (Wilson's,
/// since the population is known), and a binomial test, Holm's correction over all cells. A cell with less than half of its
/// share, or nobody, warns if it is 1 % of the population or more; other significant gaps of 0.05 and more are noted. The
/// limits are conventions of galen.
///
/// # Source
/// TRIPOD+AI 2024, BMJ 385:e078378, item 20 (participants against the target); GMLP 2021, principle 3 (data sets that
/// represent the intended patients); Wilson 1927, JASA 22:209-212; Holm 1979, Scand J Stat 6:65-70.
pub struct Representativeness;

const HALF: f64 = 0.5;
const OF_POPULATION: f64 = 0.01;
const GAP: f64 = 0.05;
/// Cells of a crossing, or values of a column, beyond which it is not compared.
const CELLS: usize = 200;

impl Check for Representativeness {
    fn about(&self) -> About {
        About {
            id: "representativeness",
            head: CheckHead::Representativeness,
            what: "Are the people those for whom the model is meant?",
            source: "TRIPOD+AI 2024 item 20; GMLP 2021 principle 3",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let Some(target) = study.target else {
            return Vec::new();
        };
        let shared = shared(study, target);
        if shared.is_empty() {
            let groups = study.roles.groups.iter().map(|g| format!("`{g}`"));
            return vec![finding(
                Severity::Warn,
                study.roles.groups.clone(),
                format!(
                    "The target population has none of the compared columns{}, so nothing can be said of it: give it columns of the same names.",
                    match groups.collect::<Vec<_>>().join(", ") {
                        none if none.is_empty() => none,
                        groups => format!(" ({groups})"),
                    }
                ),
                None,
                json!({ "target_columns": target.names() }),
            )];
        }
        let mut compared: Vec<Cell> = Vec::new();
        for column in &shared {
            compared.extend(cells(study, target, &[column]).unwrap_or_default());
        }
        if shared.len() > 1 {
            let all: Vec<&str> = shared.iter().map(String::as_str).collect();
            compared.extend(cells(study, target, &all).unwrap_or_default());
        }
        let p_values: Vec<f64> = compared.iter().map(|cell| cell.p_value).collect();
        let adjusted = Multiplicity::Holm.adjust(&p_values);
        let level = study.roles.level;
        let both = compared.iter().zip(adjusted);
        both.filter(|(_, adjusted)| *adjusted < 1.0 - level.value())
            .filter_map(|(cell, adjusted)| cell.finding(study, adjusted))
            .collect()
    }
}

/// The declared subgroups that both tables have, or all columns that both have.
fn shared(study: &Study, target: &Table) -> Vec<String> {
    let is_there = |name: &&str| target.has(name) && study.table.has(name);
    let declared = study.roles.groups.iter().map(String::as_str);
    let declared: Vec<&str> = declared.collect();
    let names = if declared.is_empty() {
        let candidates = study.candidates().into_iter();
        candidates.filter(|name| *name != "count").collect()
    } else {
        declared
    };
    names
        .into_iter()
        .filter(is_there)
        .map(str::to_owned)
        .collect()
}

/// A cell of one column or of a crossing.
struct Cell {
    columns: Vec<String>,
    values: Vec<String>,
    here: usize,
    all: usize,
    share_there: f64,
    p_value: f64,
}

/// The cells of these columns; `None` if there are too many or nobody is in them.
fn cells(study: &Study, target: &Table, columns: &[&str]) -> Option<Vec<Cell>> {
    let weights = match target.numbers("count") {
        Ok(counts) => counts
            .iter()
            .map(|count| count.unwrap_or_default().max(0.0))
            .collect(),
        Err(_) => vec![1.0; target.rows()],
    };
    let theirs: Vec<Vec<Option<String>>> = columns
        .iter()
        .map(|column| target.texts(column).ok())
        .collect::<Option<_>>()?;
    let mut there: BTreeMap<Vec<String>, f64> = BTreeMap::new();
    for (row, weight) in weights.iter().enumerate() {
        let cell: Option<Vec<String>> = theirs.iter().map(|texts| texts[row].clone()).collect();
        if let Some(cell) = cell {
            *there.entry(cell).or_default() += weight;
        }
    }
    let population: f64 = there.values().sum();
    if there.len() > CELLS || there.len() < 2 || population <= 0.0 {
        return None;
    }
    let ours: Vec<Vec<Option<String>>> = columns
        .iter()
        .zip(&theirs)
        .map(|(column, theirs)| in_bands_of(study, column, theirs))
        .collect::<Option<_>>()?;
    // A patient counts once, with the first row that says all.
    let mut seen = BTreeSet::new();
    let mut here: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for row in 0..study.table.rows() {
        let cell: Option<Vec<String>> = ours.iter().map(|texts| texts[row].clone()).collect();
        let is_new = |cell: &Vec<String>| {
            let patients = study.patients.as_ref();
            !cell.is_empty() && patients.is_none_or(|patients| seen.insert(patients[row]))
        };
        if let Some(cell) = cell.filter(is_new) {
            *here.entry(cell).or_default() += 1;
        }
    }
    let all: usize = here.values().sum();
    if all == 0 {
        return None;
    }
    let names: BTreeSet<Vec<String>> = there.keys().chain(here.keys()).cloned().collect();
    let cell = |values: Vec<String>| {
        let share_there = there.get(&values).copied().unwrap_or_default() / population;
        let count = here.get(&values).copied().unwrap_or_default();
        Cell {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            values,
            here: count,
            all,
            share_there,
            p_value: binomial::two_sided(count as u64, all as u64, share_there),
        }
    };
    Some(names.into_iter().map(cell).collect())
}

impl Cell {
    fn finding(&self, study: &Study, adjusted: f64) -> Option<Finding> {
        let level = study.roles.level;
        let share = self.here as f64 / self.all as f64;
        let gap = share - self.share_there;
        let is_scarce = self.share_there >= OF_POPULATION && share < HALF * self.share_there;
        let severity = if is_scarce {
            Severity::Warn
        } else if gap.abs() >= GAP {
            Severity::Note
        } else {
            return None;
        };
        let (low, high) = interval::wilson(self.here as f64, self.all as f64, level);
        let bounds = (low - self.share_there, high - self.share_there);
        let named: Vec<String> = self
            .columns
            .iter()
            .zip(&self.values)
            .map(|(column, value)| format!("{column} = {value}"))
            .collect();
        let named = named.join(", ");
        let claim = if is_scarce {
            format!(" A claim for {named} cannot rest on them.")
        } else {
            String::new()
        };
        let message = format!(
            "{named}: {} of {} people here ({}), {} of the target population.{claim}",
            self.here,
            self.all,
            percent(share),
            percent(self.share_there),
        );
        let estimate = Estimate::new(gap, bounds, self.all as u64, level, "wilson");
        let evidence = json!({
            "cell": self.columns.iter().zip(&self.values).collect::<BTreeMap<_, _>>(),
            "here": self.here, "of": self.all, "share_here": share, "share_there": self.share_there,
            "p_value": self.p_value, "p_adjusted": adjusted,
        });
        let measure = Measure {
            name: "gap_in_share",
            estimate,
        };
        Some(finding(
            severity,
            self.columns.clone(),
            message,
            Some(measure),
            evidence,
        ))
    }
}

fn finding(
    severity: Severity,
    columns: Vec<String>,
    message: String,
    measure: Option<Measure>,
    evidence: serde_json::Value,
) -> Finding {
    Finding {
        check: "representativeness",
        severity,
        columns,
        message,
        measure,
        evidence,
        help: "Collect more of these people, narrow the intended use to those who are here, or weight and say so."
            .to_owned(),
    }
}

/// The values of a column as the target writes them: numbers go into its bands.
fn in_bands_of(
    study: &Study,
    column: &str,
    theirs: &[Option<String>],
) -> Option<Vec<Option<String>>> {
    let texts = study.table.texts(column).ok()?;
    let names: BTreeSet<&String> = theirs.iter().flatten().collect();
    let Ok(numbers) = study.table.numbers(column) else {
        return Some(texts);
    };
    let bands: Vec<(&String, [f64; 2])> = names
        .iter()
        .filter_map(|name| Some((*name, band(name)?)))
        .collect();
    let is_written_alike = texts.iter().flatten().any(|text| names.contains(text));
    if is_written_alike || bands.is_empty() {
        return Some(texts);
    }
    let band_of = |number: &Option<f64>| {
        let number = (*number)?;
        let found = bands
            .iter()
            .find(|(_, [low, high])| *low <= number && number < *high);
        Some(found.map_or_else(
            || "outside of the bands".to_owned(),
            |(name, _)| (*name).clone(),
        ))
    };
    Some(numbers.iter().map(band_of).collect())
}

/// The numbers from, and below which, a band goes: `60-69` (in whole numbers), `80+`, `>=80`, `<40`.
fn band(name: &str) -> Option<[f64; 2]> {
    let name = name.trim().replace(['\u{2013}', '\u{2212}'], "-");
    let number = |text: &str| text.trim().parse::<f64>().ok();
    if let Some(low) = name.strip_suffix('+').or_else(|| name.strip_prefix(">=")) {
        return Some([number(low)?, f64::INFINITY]);
    }
    if let Some(high) = name.strip_prefix('<') {
        return Some([f64::NEG_INFINITY, number(high)?]);
    }
    let (low, high) = name.split_once('-')?;
    Some([number(low)?, number(high)? + 1.0])
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::ReadOptions;

    fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
    }

    fn found(rows: impl Iterator<Item = (u32, &'static str)>, target: &str) -> Vec<Finding> {
        let rows = rows
            .enumerate()
            .map(|(n, (age, sex))| format!("P{n},{age},{sex},{}\n", n % 3 / 2));
        let table_here = table(&format!("id,age,sex,y\n{}", rows.collect::<String>()));
        let target = table(target);
        let roles = Roles {
            id: Some("id".into()),
            groups: vec!["age".into(), "sex".into()],
            ..Roles::of_label("y")
        };
        let beside = Beside {
            target: Some(&target),
            ..Beside::default()
        };
        let all = check(&table_here, &roles, beside).expect("the columns are there");
        let here = all.findings.into_iter();
        here.filter(|one| one.check == "representativeness")
            .collect()
    }

    const CENSUS: &str =
        "age,sex,count\n18-49,F,300\n18-49,M,300\n50-79,F,150\n50-79,M,150\n80+,F,60\n80+,M,40\n";

    #[test]
    fn people_like_the_population_are_not_reported_and_those_who_are_absent_are() {
        let like = (0..500).map(|n| {
            let age = [30, 30, 30, 30, 30, 30, 60, 60, 60, 85][n % 10];
            (age, ["F", "M"][n / 10 % 2])
        });
        assert_eq!(found(like, CENSUS), []);
        let nobody_old = (0..500).map(|n| ([30, 60][n % 2], ["F", "M"][n / 2 % 2]));
        let findings = found(nobody_old, CENSUS);
        let old = findings
            .iter()
            .find(|one| one.evidence["cell"]["age"] == "80+");
        let old = old.expect("a tenth of the population is absent");
        assert_eq!(old.severity, Severity::Warn);
        assert!(
            old.message.contains("0 of 500 people here") && old.message.contains("cannot rest")
        );
        let gap = &old.measure.as_ref().expect("it was measured").estimate;
        assert!((gap.value.unwrap_or_default() + 0.1).abs() < 1e-12);
        assert!(gap.high < Some(0.0), "{gap:?}");
    }

    #[test]
    fn a_target_without_the_groups_says_so() {
        let findings = found(
            (0..50).map(|n| (30 + n, "F")),
            "region,count\nnorth,5\nsouth,5\n",
        );
        assert!(
            findings[0]
                .message
                .contains("none of the compared columns (`age`, `sex`)")
        );
    }

    #[test]
    fn bands_are_read() {
        assert_eq!(band("60-69"), Some([60.0, 70.0]));
        assert_eq!(band("80+"), Some([80.0, f64::INFINITY]));
        assert_eq!(band("<40"), Some([f64::NEG_INFINITY, 40.0]));
        assert_eq!(band("female"), None);
    }
}
