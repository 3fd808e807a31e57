//! What is missing together, and whether by chance alone.

use galen_stats::mcar::{little, normal_scores};
use serde::Serialize;

use super::Study;
use super::inputs::Inputs;
use crate::Kind;

/// The gaps of a table: which columns lack a value in the same rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Gaps {
    pub rows: u64,
    /// The columns with gaps, those with most first.
    pub columns: Vec<GapColumn>,
    /// The most frequent ways to be incomplete, and among them the complete rows if there are any.
    pub patterns: Vec<GapPattern>,
    /// How many other ways there are, and the rows that have them.
    pub more_patterns: u64,
    pub more_rows: u64,
    /// None if nothing is missing.
    pub chance: Option<Chance>,
}

/// A column with gaps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapColumn {
    pub name: String,
    pub missing: u64,
}

/// Rows in which the same columns lack a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapPattern {
    /// The columns that lack one; none for complete rows.
    pub missing: Vec<String>,
    pub rows: u64,
}

/// Little's test that values are missing completely at random.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// The columns of numbers that were asked about.
    pub columns: Vec<String>,
    pub rows: u64,
    pub patterns: Option<u64>,
    pub statistic: Option<f64>,
    pub degrees_of_freedom: Option<u64>,
    /// Small if the rows with some gaps differ from the others in what they have.
    pub p_value: Option<f64>,
    /// Why there is no test.
    pub why: Option<String>,
}

/// Patterns that are told one by one.
const PATTERNS: usize = 24;
/// Columns of the test: those with gaps, and complete ones beside them. With more of them most patterns have one row.
const WITH_GAPS: usize = 10;
const COMPLETE: usize = 6;
/// A column that lacks more than this says too little of itself.
const GONE: f64 = 0.8;

/// The gaps of the columns that a model could use.
///
/// Little's test is asked of at most 4,000 drawn rows, of ten columns of numbers with gaps and six without, as normal scores:
/// it supposes normal columns, and a laboratory value is none. Where patients have several rows there is no test.
///
/// # Source
/// Little 1988, J Am Stat Assoc 83:1198-1202.
pub(super) fn gaps(study: &Study) -> Gaps {
    let rows = study.table.rows();
    let masks = study.candidates().into_iter().filter_map(|name| {
        let missing = study.table.missing(name).ok()?;
        let count = missing.iter().filter(|missing| **missing).count();
        (count > 0).then_some((name, missing, count))
    });
    let mut masks: Vec<(&str, Vec<bool>, usize)> = masks.collect();
    masks.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    let mut gaps = Gaps {
        rows: rows as u64,
        ..Gaps::default()
    };
    if masks.is_empty() {
        return gaps;
    }
    for (name, _, count) in &masks {
        let (name, missing) = ((*name).to_owned(), *count as u64);
        gaps.columns.push(GapColumn { name, missing });
    }
    // Sorted and counted: a table of many gaps has nearly as many patterns as rows.
    let words = masks.len().div_ceil(64);
    let mut keys = vec![0_u64; rows * words];
    for (at, (_, missing, _)) in masks.iter().enumerate() {
        let (word, bit) = (at / 64, at % 64);
        for (row, missing) in missing.iter().enumerate() {
            keys[row * words + word] |= u64::from(*missing) << bit;
        }
    }
    let mut sorted: Vec<&[u64]> = keys.chunks_exact(words).collect();
    sorted.sort_unstable();
    let equal = sorted.chunk_by(|a, b| a == b);
    let mut patterns: Vec<(&[u64], u64)> = equal.map(|rows| (rows[0], rows.len() as u64)).collect();
    patterns.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let more = patterns.split_off(patterns.len().min(PATTERNS));
    gaps.more_patterns = more.len() as u64;
    gaps.more_rows = more.iter().map(|(_, rows)| rows).sum();
    for (key, rows) in patterns {
        let is_missing = |at: &usize| key[at / 64] >> (at % 64) & 1 == 1;
        let missing = (0..masks.len()).filter(is_missing);
        let missing = missing.map(|at| masks[at].0.to_owned()).collect();
        gaps.patterns.push(GapPattern { missing, rows });
    }
    gaps.chance = Some(chance(study));
    gaps
}

fn chance(study: &Study) -> Chance {
    let mut chance = Chance {
        columns: Vec::new(),
        rows: 0,
        patterns: None,
        statistic: None,
        degrees_of_freedom: None,
        p_value: None,
        why: None,
    };
    if study.patients.is_some() {
        chance.why = Some("rows of a patient are not independent".to_owned());
        return chance;
    }
    let inputs = Inputs::of(study);
    let (mut with_gaps, mut complete) = (WITH_GAPS, COMPLETE);
    let mut columns = Vec::new();
    for name in study.candidates() {
        let is_number = matches!(study.table.kind(name), Ok(Kind::Integer | Kind::Number));
        let Some(values) = inputs.column(name).filter(|_| is_number) else {
            continue;
        };
        let missing = values.iter().filter(|value| value.is_nan()).count();
        if missing as f64 > GONE * values.len() as f64 {
            continue;
        }
        let room = if missing > 0 {
            &mut with_gaps
        } else {
            &mut complete
        };
        if *room > 0 {
            *room -= 1;
            chance.columns.push(name.to_owned());
            columns.push(normal_scores(&values));
        }
    }
    chance.rows = inputs.rows.len() as u64;
    match little(&columns) {
        Ok(test) => {
            chance.rows = test.rows;
            chance.patterns = Some(test.patterns);
            chance.statistic = Some(test.statistic);
            chance.degrees_of_freedom = Some(test.degrees_of_freedom);
            chance.p_value = Some(test.p_value);
        }
        Err(why) => chance.why = Some(why.to_string()),
    }
    chance
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::Table;

    /// 400 rows of a label, an age, and two laboratory values that are missing together: by chance, or in the old.
    fn table(by_chance: bool) -> Table {
        let mut columns = ["dead", "age", "sodium", "lactate", "name"]
            .map(|name| (name.to_owned(), Vec::new()))
            .to_vec();
        let mut state = 1_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) as f64 / (1_u64 << 31) as f64
        };
        for row in 0..400 {
            let age = 20.0 + 60.0 * uniform();
            let gone = if by_chance {
                uniform() < 0.3
            } else {
                age > 60.0
            };
            let number = |value: f64| Some(format!("{value:.3}"));
            columns[0].1.push(Some(u8::from(row % 4 == 0).to_string()));
            columns[1].1.push(number(age));
            columns[2]
                .1
                .push(number(130.0 + 10.0 * uniform() + 0.1 * age).filter(|_| !gone));
            columns[3]
                .1
                .push(number((2.0 * uniform()).exp()).filter(|_| !gone && row != 7));
            columns[4].1.push(Some(format!("n{row}")));
        }
        Table::from_texts(columns).expect("a table")
    }

    fn found(table: &Table, roles: &Roles) -> Gaps {
        check(table, roles, Beside::default())
            .expect("is checked")
            .gaps
    }

    #[test]
    fn patterns_are_counted_and_gaps_by_chance_told_from_others() {
        let by_chance = found(&table(true), &Roles::of_label("dead"));
        let names: Vec<&str> = by_chance
            .columns
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["lactate", "sodium"]);
        let shape: Vec<usize> = by_chance
            .patterns
            .iter()
            .map(|one| one.missing.len())
            .collect();
        assert_eq!(shape, [0, 2, 1]);
        assert_eq!(by_chance.patterns[2].rows, 1);
        assert_eq!(
            by_chance.patterns.iter().map(|one| one.rows).sum::<u64>(),
            400
        );
        let chance = by_chance.chance.expect("values are missing");
        assert_eq!(chance.columns, ["age", "sodium", "lactate"]);
        assert!(chance.p_value.expect("a test") > 0.01, "{chance:?}");
        let not = found(&table(false), &Roles::of_label("dead"))
            .chance
            .expect("values are missing");
        assert!(not.p_value.expect("a test") < 1e-6, "{not:?}");
    }

    #[test]
    fn a_table_without_gaps_and_one_of_several_rows_a_patient_have_no_test() {
        let complete = table(true).without(&["sodium", "lactate"]);
        let gaps = found(&complete, &Roles::of_label("dead"));
        assert_eq!((gaps.chance, gaps.patterns.len()), (None, 0));
        let table = table(true);
        let ids = (0..400)
            .map(|row| Some(format!("p{}", row / 2)))
            .collect::<Vec<_>>();
        let table = table.with_texts("patient", &ids).expect("a column");
        let roles = Roles {
            id: Some("patient".to_owned()),
            ..Roles::of_label("dead")
        };
        let chance = found(&table, &roles).chance.expect("values are missing");
        assert_eq!(
            chance.why.as_deref(),
            Some("rows of a patient are not independent")
        );
    }
}
