//! Dividing cases into parts, once, by a declared seed.

use std::collections::{BTreeMap, BTreeSet};

use galen_spec::data::{Data, Parts};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use thiserror::Error;

use crate::cohort::{Cohort, CohortError, whole_numbers};
use crate::patient::{PatientError, patients};
use crate::{ColumnError, Table};

/// The name of the part that gates judge on.
pub const REFERENCE: &str = "reference";
/// The name of the part that a team looks at while it works.
pub const DEVELOPMENT: &str = "development";

/// The parts of a cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// `reference`, `development`, then `learn-…` and `arrivals-…` in the order of their values.
    pub parts: Vec<Part>,
    /// Rows that are in no part because their patient is in the reference or the development set.
    pub kept_away: Vec<usize>,
}

/// Cases that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub name: String,
    /// Rows of the cohort's table, from 0, ascending.
    pub rows: Vec<usize>,
    /// Those rows.
    pub table: Table,
}

/// Why a cohort could not be divided.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SplitError {
    #[error(transparent)]
    Cohort(#[from] CohortError),
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error(transparent)]
    Patient(#[from] PatientError),
    #[error(
        "The shares of the reference set ({reference}) and of the development set ({development}) must be at least 0 and together at most 1."
    )]
    Shares { reference: f64, development: f64 },
    #[error(
        "No row with a known truth has a value of `{by}` from which the parts are drawn: {drawn_from:?}."
    )]
    NothingToDrawFrom { by: String, drawn_from: Vec<i64> },
    #[error("Two parts would be called `{0}`: give `learn` and `arrivals` different names.")]
    SameName(String),
}

impl Division {
    /// The part of that name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

/// Divides the rows of a cohort, each of which is one person unless the plan names the patient.
///
/// The rows of known truth whose value of `by` is drawn from are shuffled, from their order in the table, by Fisher and
/// Yates' method. The random numbers are 64-bit words of ChaCha20 whose key is the seed in eight bytes, little end first,
/// and 24 zero bytes; a bounded one is a word modulo the bound, words of an incomplete last block being drawn again. Of
/// the shuffled rows the first `reference` share (rounded half away from zero) is the reference set, the next
/// `development` share the development set, and what is left is `learn-<value>`. So the same table and seed give the same
/// parts everywhere, and another order of the same rows gives other parts. Where the plan names the patient, patients are shuffled, in
/// the order of their first rows, and the shares are of patients; a row of other values, or a synthetic one, whose patient is in the
/// reference or the development set is in no part: a model that had learnt from it would know the answer.
///
/// Rows that the rules do not admit are in no part; nor are censored rows of the values that are drawn from. Synthetic rows of these
/// values are for learning only, and those of other values in no part: nobody judges or watches by them. Rows of other values are `arrivals-<value>`, censored
/// ones too: in use nobody knows who will be lost.
///
/// # Errors
/// [`SplitError`].
///
/// # Source
/// Durstenfeld 1964, CACM 7:420 (the shuffle); RFC 8439 (ChaCha20).
pub fn split(cohort: &Cohort, plan: &Data) -> Result<Division, SplitError> {
    let parts = &plan.parts;
    let by = whole_numbers(&cohort.table, &parts.by, &cohort.admitted)?;
    let (mut pool, mut learnt, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (row, value) in by.iter().enumerate() {
        // Who is not admitted has no value.
        let Some(value) = value else { continue };
        match (parts.drawn_from.contains(value), cohort.synthetic[row]) {
            (true, false) if cohort.known[row] => pool.push(row),
            (true, true) if cohort.known[row] => learnt.push(row),
            (false, false) => others.push(row),
            _ => {}
        }
    }
    if pool.is_empty() {
        return Err(SplitError::NothingToDrawFrom {
            by: parts.by.clone(),
            drawn_from: parts.drawn_from.clone(),
        });
    }
    let patient = patient_of_each(cohort, plan)?;
    let drawn = units(&pool, patient.as_ref());
    let (first, second) = sizes(parts, drawn.len())?;
    let shuffled = shuffled((0..drawn.len()).collect(), parts.seed);
    let rows_of = |units: &[usize]| -> Vec<usize> {
        units
            .iter()
            .flat_map(|unit| drawn[*unit].iter().copied())
            .collect()
    };
    let (reference, rest) = shuffled.split_at(first);
    let (development, learn) = rest.split_at(second);
    let (reference, development, learn) =
        (rows_of(reference), rows_of(development), rows_of(learn));
    let mut kept_away = Vec::new();
    if let Some(patient) = &patient {
        let judged: BTreeSet<u32> = (reference.iter().chain(&development))
            .map(|row| patient[row])
            .collect();
        let mut keep = |rows: &mut Vec<usize>| {
            rows.retain(|row| {
                let may = !judged.contains(&patient[row]);
                if !may {
                    kept_away.push(*row);
                }
                may
            });
        };
        keep(&mut learnt);
        keep(&mut others);
        kept_away.sort_unstable();
    }
    let rows = pool.len() + learnt.len() + others.len();
    let mut all = vec![
        (REFERENCE.to_owned(), reference),
        (DEVELOPMENT.to_owned(), development),
    ];
    learnt.extend(learn);
    all.extend(parts_by_value(&parts.learn, &learnt, &by));
    all.extend(parts_by_value(&parts.arrivals, &others, &by));
    for (_, rows) in &mut all {
        rows.sort_unstable();
    }
    prove(&all, rows)?;
    let part = |(name, rows): (String, Vec<usize>)| {
        let table = cohort.table.take(&rows)?;
        Ok(Part { name, rows, table })
    };
    let parts = all
        .into_iter()
        .map(part)
        .collect::<Result<_, ColumnError>>()?;
    Ok(Division { parts, kept_away })
}

/// The patient of each admitted row, where the plan names the patient.
fn patient_of_each(
    cohort: &Cohort,
    plan: &Data,
) -> Result<Option<BTreeMap<usize, u32>>, PatientError> {
    let Some(column) = &plan.patient else {
        return Ok(None);
    };
    let rows = 0..cohort.table.rows();
    let admitted: Vec<usize> = rows.filter(|&row| cohort.admitted[row]).collect();
    let numbers = patients(&cohort.table, column, &admitted)?;
    Ok(Some(admitted.into_iter().zip(numbers).collect()))
}

/// What is drawn: each row, or the rows of each patient together, in the order of their first rows.
fn units(pool: &[usize], patient: Option<&BTreeMap<usize, u32>>) -> Vec<Vec<usize>> {
    let Some(patient) = patient else {
        return pool.iter().map(|&row| vec![row]).collect();
    };
    let mut at: BTreeMap<u32, usize> = BTreeMap::new();
    let mut units: Vec<Vec<usize>> = Vec::new();
    for &row in pool {
        let next = units.len();
        let unit = *at.entry(patient[&row]).or_insert(next);
        if unit == next {
            units.push(Vec::new());
        }
        units[unit].push(row);
    }
    units
}

/// How many of `n` rows or patients are for the reference set, and how many for the development set.
fn sizes(parts: &Parts, n: usize) -> Result<(usize, usize), SplitError> {
    let (reference, development) = (parts.reference, parts.development);
    let allowed = |share: f64| (0.0..=1.0).contains(&share);
    if !allowed(reference) || !allowed(development) || !allowed(reference + development) {
        return Err(SplitError::Shares {
            reference,
            development,
        });
    }
    let first = (reference * n as f64).round() as usize;
    let second = (development * n as f64).round() as usize;
    Ok((first, second.min(n - first)))
}

/// Each part has its own name, no row is in two, and so many rows are in one.
fn prove(parts: &[(String, Vec<usize>)], rows: usize) -> Result<(), SplitError> {
    let mut names = BTreeSet::new();
    if let Some((name, _)) = parts.iter().find(|(name, _)| !names.insert(name)) {
        return Err(SplitError::SameName(name.clone()));
    }
    let all: Vec<usize> = parts
        .iter()
        .flat_map(|(_, rows)| rows.iter().copied())
        .collect();
    let different: BTreeSet<usize> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "no row is in two parts");
    assert_eq!(
        different.len(),
        rows,
        "every row that may be in a part is in one"
    );
    Ok(())
}

fn parts_by_value(prefix: &str, rows: &[usize], by: &[Option<i64>]) -> Vec<(String, Vec<usize>)> {
    let mut values: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for &row in rows {
        if let Some(value) = by[row] {
            values.entry(value).or_default().push(row);
        }
    }
    let named = values.into_iter();
    named
        .map(|(value, rows)| (format!("{prefix}-{value}"), rows))
        .collect()
}

pub(crate) fn shuffled(mut rows: Vec<usize>, seed: u64) -> Vec<usize> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = ChaCha20Rng::from_seed(key);
    for last in (1..rows.len()).rev() {
        rows.swap(last, below(last as u64 + 1, &mut random) as usize);
    }
    rows
}

/// A number in 0..bound, each equally likely.
fn below(bound: u64, random: &mut ChaCha20Rng) -> u64 {
    // The number of words is a multiple of the bound only without these last ones.
    let surplus = (u64::MAX % bound + 1) % bound;
    loop {
        let word = random.next_u64();
        if word <= u64::MAX - surplus {
            return word % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;
    use crate::cohort::cohort;
    use crate::cohort::tests::{flchain, plan};

    #[test]
    fn the_demo_people_are_divided_as_declared() {
        let cohort = cohort(&flchain(), &plan()).expect("the demo derives it");
        let division = split(&cohort, &plan()).expect("the demo divides it");
        let n = |name: &str| division.part(name).map(|part| part.table.rows());
        // 4,690 people of known truth came in 1995 and 1996: 40 % of them are 1,876 and 15 % are 703.5.
        assert_eq!((n("reference"), n("development")), (Some(1876), Some(704)));
        assert_eq!(
            n("learn-1995").zip(n("learn-1996")).map(|(a, b)| a + b),
            Some(2110)
        );
        // Everybody arrives, also the 3 and 20 people who were lost before five years.
        assert_eq!(
            (n("arrivals-2002"), n("arrivals-2003")),
            (Some(48), Some(222))
        );
        let all: usize = division.parts.iter().map(|part| part.rows.len()).sum();
        let lost = cohort.flow.by[&1995].censored + cohort.flow.by[&1996].censored;
        assert_eq!(all as u64, 7874 - lost);
        let reference = &division.part("reference").expect("it was drawn").table;
        let dead = reference.numbers("dead_5y").expect("the truth is there");
        let deaths = dead.iter().filter(|&&dead| dead == Some(1.0)).count();
        // 588 of 4,690 died, so about 235 of 1,876 do; four standard deviations are 45.
        assert!((190..=280).contains(&deaths), "{deaths}");
        assert!(dead.iter().all(Option::is_some));
    }

    #[test]
    fn synthetic_rows_are_for_learning_only() {
        let people = "1995,2000,alive,clinic\n".repeat(20);
        let made = "1995,2000,alive,made\n".repeat(10) + "1997,2000,alive,made\n";
        let csv = format!("sample.yr,futime,death,origin\n{people}{made}1997,2000,dead,clinic\n");
        let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default());
        let plan = Data {
            synthetic: Some("origin == 'made'".into()),
            ..plan()
        };
        let cohort = cohort(&table.expect("the test writes a table"), &plan).expect("a cohort");
        let division = split(&cohort, &plan).expect("it can be divided");
        let of = |name: &str| {
            let part = division.part(name).expect("a part");
            let made = part.rows.iter().filter(|&&row| cohort.synthetic[row]);
            (part.rows.len(), made.count())
        };
        assert_eq!((of("reference"), of("development")), ((8, 0), (3, 0)));
        assert_eq!((of("learn-1995"), of("arrivals-1997")), ((19, 10), (1, 0)));
    }

    fn ten(parts: Parts) -> Result<Division, SplitError> {
        let csv = format!("sample.yr,futime,death\n{}", "1995,2000,alive\n".repeat(10));
        let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default());
        let plan = Data { parts, ..plan() };
        let cohort = cohort(&table.expect("the test writes a table"), &plan)?;
        split(&cohort, &plan)
    }

    #[test]
    fn a_seed_gives_the_same_parts_on_every_machine() {
        let parts = ten(Parts {
            seed: 7,
            ..plan().parts
        })
        .expect("ten can be divided")
        .parts;
        // From tests/reference/shuffle.py, which has its own ChaCha20.
        assert_eq!(parts[0].rows, [0, 1, 5, 8]);
        assert_eq!(parts[1].rows, [6, 9]);
        let other = ten(Parts {
            seed: 8,
            ..plan().parts
        })
        .expect("ten can be divided");
        assert_ne!(other.parts, parts);
    }

    #[test]
    fn the_parts_share_no_patient_where_the_plan_names_one() {
        let mut csv = "sample.yr,futime,death,who\n".to_owned();
        for patient in 0..40 {
            for visit in 0..3 {
                let year = if visit == 2 { 1999 } else { 1995 };
                csv += &format!("{year},2000,alive,p{patient}\n");
            }
        }
        let table = Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table");
        let plan = Data {
            patient: Some("who".into()),
            ..plan()
        };
        let cohort = cohort(&table, &plan).expect("a cohort");
        let division = split(&cohort, &plan).expect("it can be divided");
        let of = |name: &str| {
            let part = division.part(name).expect("a part");
            let who: BTreeSet<_> = part
                .table
                .texts("who")
                .expect("a column")
                .into_iter()
                .collect();
            (part.rows.len(), who)
        };
        let (reference, development) = (of("reference"), of("development"));
        // 40 % and 15 % of 40 patients with two rows of that year.
        assert_eq!((reference.0, reference.1.len()), (32, 16));
        assert_eq!((development.0, development.1.len()), (12, 6));
        let learn = of("learn-1995");
        assert_eq!((learn.0, learn.1.len()), (36, 18));
        let arrivals = of("arrivals-1999");
        assert_eq!((arrivals.0, division.kept_away.len()), (18, 22));
        for others in [&development.1, &learn.1, &arrivals.1] {
            assert!(reference.1.is_disjoint(others));
        }
        assert!(development.1.is_disjoint(&arrivals.1));
        let nobody = Table::read_csv(
            csv.replace(",p7\n", ",\n").as_bytes(),
            &ReadOptions::default(),
        );
        let cohort =
            super::super::cohort::cohort(&nobody.expect("a table"), &plan).expect("a cohort");
        assert!(matches!(split(&cohort, &plan), Err(SplitError::Patient(_))));
    }

    #[test]
    fn every_place_of_the_shuffle_is_equally_likely() {
        let mut counts = [0_u32; 5];
        for seed in 0..5000 {
            let place = shuffled((0..5).collect(), seed)
                .iter()
                .position(|&row| row == 0);
            counts[place.expect("row 0 stays somewhere")] += 1;
        }
        assert!(
            counts.iter().all(|c| (880..=1120).contains(c)),
            "{counts:?}"
        );
    }

    #[test]
    fn shares_and_names_that_cannot_be_are_refused() {
        let parts = || plan().parts;
        assert!(matches!(
            ten(Parts {
                reference: 0.9,
                ..parts()
            }),
            Err(SplitError::Shares { .. })
        ));
        assert!(matches!(
            ten(Parts {
                development: f64::NAN,
                ..parts()
            }),
            Err(SplitError::Shares { .. })
        ));
        assert!(matches!(
            ten(Parts {
                drawn_from: vec![1],
                ..parts()
            }),
            Err(SplitError::NothingToDrawFrom { .. })
        ));
        assert!(matches!(
            ten(Parts {
                by: "year".into(),
                ..parts()
            }),
            Err(SplitError::Cohort(_))
        ));
    }
}
