//! Who read what: when, in which order, and under which condition, such as what was hidden from them.

use std::collections::BTreeMap;

use galen_stats::agreement::Adjudicated;
use galen_stats::association::{Ordered, spearman};
use galen_stats::{Estimate, Level, Undefined, interval};
use galen_table::Table;
use serde::Serialize;

use super::{Said, shown};
use crate::args::DataAgree;
use crate::reading::named_otherwise;
use crate::report::Failure;
use crate::words::table;

/// Cases that two readers must share before their orders are compared.
const SHARED_MIN: usize = 10;
/// Spearman's correlation from which on two orders are nearly one.
const NEARLY_ONE: f64 = 0.95;
/// Pairs of readers that are told one by one.
const PAIRS_TOLD: usize = 10;

/// What the file says of the readings besides the labels.
#[derive(Debug, Default, Serialize)]
pub struct ReadingLog {
    pub readers: Vec<ReaderLog>,
    /// Readers who read their common cases in nearly the same order: what tiredness or learning does falls on the same cases.
    pub same_order: Vec<SameOrder>,
    pub conditions: Vec<Condition>,
}

/// The readings of a reader.
#[derive(Debug, Serialize)]
pub struct ReaderLog {
    pub reader: String,
    pub readings: usize,
    /// The first and the last moment, as the file has them.
    pub first: Option<String>,
    pub last: Option<String>,
    /// How often the reader says what all together say, in the first half of their readings and in the second.
    pub first_half: Estimate,
    pub second_half: Estimate,
    /// The second less the first.
    pub change: Estimate,
}

/// Two readers with one order.
#[derive(Debug, Serialize)]
pub struct SameOrder {
    pub a: String,
    pub b: String,
    pub cases: usize,
    pub spearman: f64,
}

/// The readings under a condition.
#[derive(Debug, Serialize)]
pub struct Condition {
    pub condition: String,
    pub readings: usize,
    pub readers: usize,
    /// How often they say what all together say.
    pub agrees: Estimate,
}

/// A reading with its place in time.
struct One {
    case: usize,
    reader: usize,
    at: Option<f64>,
    at_text: Option<String>,
    condition: Option<String>,
    /// Whether the reader says what all together say; none of a case that the rule does not decide.
    agrees: Option<bool>,
}

/// What the columns of time and condition say; none if no such column is named.
///
/// # Errors
/// [`Failure`] if a column is absent, holds no times, or a row is not a reading.
pub fn of(
    read: &Table,
    said: &Said,
    together: &[Adjudicated],
    args: &DataAgree,
) -> Result<Option<ReadingLog>, Failure> {
    if args.when.is_none() && args.condition.is_none() {
        return Ok(None);
    }
    let (Some(label), [reader]) = (&args.label, args.readers.as_slice()) else {
        return Err(Failure::usage(
            "readers",
            "--when and --condition say something of a reading, and the rows are cases",
            "give a row each reading: --reader COL --label COL",
        ));
    };
    let ones = readings(read, said, together, args, [&args.case, reader, label])?;
    let mut log = ReadingLog::default();
    if args.when.is_some() {
        log.readers = (0..said.readers.len())
            .map(|at| of_reader(at, &ones, said))
            .collect();
        log.same_order = same_order(&ones, said);
    }
    log.conditions = conditions(&ones, said);
    Ok(Some(log))
}

fn readings(
    read: &Table,
    said: &Said,
    together: &[Adjudicated],
    args: &DataAgree,
    [case, reader, label]: [&String; 3],
) -> Result<Vec<One>, Failure> {
    let failed = |error| named_otherwise("column", &error);
    let texts = |name: &String| read.texts(name).map_err(failed);
    let maybe = |name: &Option<String>| name.as_ref().map(texts).transpose();
    let (cases, readers, labels) = (texts(case)?, texts(reader)?, texts(label)?);
    let (whens, conditions) = (maybe(&args.when)?, maybe(&args.condition)?);
    let times = match &args.when {
        None => None,
        Some(when) => Some(read.on_a_scale(when).map_err(failed)?),
    };
    let mut ones = Vec::new();
    for row in 0..read.rows() {
        let (Some(case), Some(reader), Some(label)) = (&cases[row], &readers[row], &labels[row])
        else {
            continue;
        };
        let place = |list: &[String], word: &String| list.binary_search(word).ok();
        let (Some(case), Some(reader)) = (place(&said.cases, case), place(&said.readers, reader))
        else {
            continue;
        };
        let decided = together[case].category;
        ones.push(One {
            case,
            reader,
            at: times.as_ref().and_then(|times| times[row]),
            at_text: whens.as_ref().and_then(|whens| whens[row].clone()),
            condition: conditions.as_ref().and_then(|all| all[row].clone()),
            agrees: decided.map(|category| said.names[category] == *label),
        });
    }
    Ok(ones)
}

/// The readings of one reader in the order of time; those without a time are left out.
fn in_order(reader: usize, ones: &[One]) -> Vec<&One> {
    let mut theirs: Vec<&One> = ones
        .iter()
        .filter(|one| one.reader == reader && one.at.is_some())
        .collect();
    theirs.sort_by(|a, b| {
        a.at.unwrap_or_default()
            .total_cmp(&b.at.unwrap_or_default())
    });
    theirs
}

fn of_reader(reader: usize, ones: &[One], said: &Said) -> ReaderLog {
    let theirs = in_order(reader, ones);
    let (first, second) = theirs.split_at(theirs.len() / 2);
    let (first_half, second_half) = (agreement(first, said), agreement(second, said));
    let ends = |of: &Estimate| Some((of.value?, of.low?, of.high?));
    let n = first_half.n + second_half.n;
    let change = match (ends(&second_half), ends(&first_half)) {
        (Some(later), Some(before)) => Estimate::new(
            later.0 - before.0,
            interval::of_difference(later, before),
            n,
            Level::DEFAULT,
            "newcombe",
        ),
        _ => Estimate::undefined(Undefined::NoCase, n, Level::DEFAULT, "newcombe"),
    };
    let text = |one: Option<&&One>| one.and_then(|one| one.at_text.clone());
    ReaderLog {
        reader: said.readers[reader].clone(),
        readings: ones.iter().filter(|one| one.reader == reader).count(),
        first: text(theirs.first()),
        last: text(theirs.last()),
        first_half,
        second_half,
        change,
    }
}

/// How often readings are as all together say, with Wilson's interval; cases of a patient count by their design effect.
fn agreement(ones: &[&One], said: &Said) -> Estimate {
    let mut totals: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for one in ones {
        let Some(agrees) = one.agrees else { continue };
        let patient = match &said.ratings.patients {
            Some(patients) => u64::from(patients[one.case]),
            None => one.case as u64,
        };
        let total = totals.entry(patient).or_default();
        *total = (total.0 + f64::from(u8::from(agrees)), total.1 + 1.0);
    }
    let totals: Vec<(f64, f64)> = totals.into_values().collect();
    let (k, n) = totals
        .iter()
        .fold((0.0, 0.0), |(k, n), one| (k + one.0, n + one.1));
    if n == 0.0 {
        return Estimate::undefined(Undefined::NoCase, 0, Level::DEFAULT, "wilson");
    }
    let effect = interval::design_effect(&totals).filter(|effect| effect.is_finite());
    let effect = effect.unwrap_or(1.0).max(1.0);
    let ends = interval::wilson(k / effect, n / effect, Level::DEFAULT);
    Estimate::new(k / n, ends, n as u64, Level::DEFAULT, "wilson").events(k as u64)
}

fn same_order(ones: &[One], said: &Said) -> Vec<SameOrder> {
    let orders: Vec<BTreeMap<usize, f64>> = (0..said.readers.len())
        .map(|reader| {
            let theirs = in_order(reader, ones).into_iter().enumerate();
            theirs
                .map(|(place, one)| (one.case, place as f64))
                .collect()
        })
        .collect();
    let mut found = Vec::new();
    for a in 0..orders.len() {
        for b in a + 1..orders.len() {
            let shared: Vec<(f64, f64)> = orders[a]
                .iter()
                .filter_map(|(case, place)| Some((*place, *orders[b].get(case)?)))
                .collect();
            if shared.len() < SHARED_MIN {
                continue;
            }
            let (first, second): (Vec<f64>, Vec<f64>) = shared.iter().copied().unzip();
            let Some(rho) = spearman(&Ordered::new(first), &Ordered::new(second)) else {
                continue;
            };
            if rho >= NEARLY_ONE {
                found.push(SameOrder {
                    a: said.readers[a].clone(),
                    b: said.readers[b].clone(),
                    cases: shared.len(),
                    spearman: rho,
                });
            }
        }
    }
    found
}

fn conditions(ones: &[One], said: &Said) -> Vec<Condition> {
    let mut of: BTreeMap<&String, Vec<&One>> = BTreeMap::new();
    for one in ones {
        if let Some(condition) = &one.condition {
            of.entry(condition).or_default().push(one);
        }
    }
    of.into_iter()
        .map(|(condition, ones)| {
            let mut readers: Vec<usize> = ones.iter().map(|one| one.reader).collect();
            readers.sort_unstable();
            readers.dedup();
            Condition {
                condition: condition.clone(),
                readings: ones.len(),
                readers: readers.len(),
                agrees: agreement(&ones, said),
            }
        })
        .collect()
}

/// The log as lines; none if there is none.
pub fn lines(log: Option<&ReadingLog>) -> Vec<String> {
    let Some(log) = log else { return Vec::new() };
    let mut lines = Vec::new();
    if !log.readers.is_empty() {
        let rows = log.readers.iter().map(|one| {
            vec![
                one.reader.clone(),
                one.first.clone().unwrap_or_default(),
                one.last.clone().unwrap_or_default(),
                shown(&one.first_half),
                shown(&one.second_half),
                shown(&one.change),
            ]
        });
        let heads = [
            "reader",
            "first",
            "last",
            "as the rule, first half",
            "second half",
            "change",
        ];
        lines.push(String::new());
        lines.push(table(&heads, &rows.collect::<Vec<_>>()));
    }
    for pair in log.same_order.iter().take(PAIRS_TOLD) {
        lines.push(format!(
            "{} and {} read their {} common cases in nearly the same order (Spearman {:.2}): what tiredness or learning does falls on the same cases.",
            pair.a, pair.b, pair.cases, pair.spearman
        ));
    }
    if log.same_order.len() > PAIRS_TOLD {
        lines.push(format!(
            "So did {} other pairs.",
            log.same_order.len() - PAIRS_TOLD
        ));
    }
    if !log.conditions.is_empty() {
        let rows = log.conditions.iter().map(|one| {
            vec![
                one.condition.clone(),
                one.readings.to_string(),
                one.readers.to_string(),
                shown(&one.agrees),
            ]
        });
        lines.push(String::new());
        lines.push(table(
            &["condition", "readings", "readers", "as the rule"],
            &rows.collect::<Vec<_>>(),
        ));
    }
    lines
}
