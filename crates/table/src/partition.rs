//! Dividing any table into parts by patient, before a project is there.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::split::shuffled;
use crate::{ColumnError, Table};

/// How a table is divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// The column with the patient; all rows of a patient are in one part.
    pub id: String,
    /// Columns whose values every part has in the same shares, as far as whole patients allow.
    pub stratify: Vec<String>,
    /// The column with the site; all patients of a site are in one part.
    pub site: Option<String>,
    /// The column with the time; the first part is the earliest and the last the latest.
    pub time: Option<String>,
    /// Name and share of each part.
    pub parts: Vec<(String, f64)>,
    pub seed: u64,
}

/// The part of each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    /// For each row the part by its place in the declared list.
    pub part_of: Vec<usize>,
    /// For each part the identifiers of its patients, sorted.
    pub patients: Vec<Vec<String>>,
}

/// Why a table was not divided.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PartitionError {
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("{rows} rows have no value in `{id}`, so nobody knows whose they are.")]
    NoId { id: String, rows: usize },
    #[error("{rows} rows have no value in `{time}`, so nobody knows where they belong.")]
    NoTime { time: String, rows: usize },
    #[error("`{time}` holds texts that are no times, such as {value:?}.")]
    NotTimes { time: String, value: String },
    #[error("The shares are {shares:?}; they must be above 0 and sum to 1.")]
    Shares { shares: Vec<f64> },
    #[error("Two parts are called `{0}`.")]
    SameName(String),
    #[error(
        "Parts by time cannot also have equal shares of `{0}`, nor whole sites: name one of them."
    )]
    TimeAndMore(String),
    #[error("There are {units} {what}, which do not fill {parts} parts.")]
    TooFew {
        units: usize,
        what: &'static str,
        parts: usize,
    },
}

/// Divides a table by patient.
///
/// Without site and time, the patients of each stratum (the greatest value of each stratifying column over the patient's rows)
/// are shuffled from the order of their identifiers, by the seed, and dealt out so that every part comes nearest to its share
/// of the stratum; what rounding leaves is carried to the next stratum. With a site, whole sites go, the largest first, to the
/// part that lacks most. With a time, patients go by their first time. The order of the rows does not matter.
///
/// # Errors
/// [`PartitionError`].
///
/// # Source
/// Kapoor and Narayanan 2023, Patterns 4:100804, L1.1 and L3.2 (by patient); TRIPOD+AI 2024, item 12a (by site and time);
/// Sechidis, Tsoumakas and Vlahavas 2011, ECML: 145-158 (stratified dealing).
pub fn partition(table: &Table, how: &Partition) -> Result<Parted, PartitionError> {
    check(how)?;
    let ids = table.texts(&how.id)?;
    let without = ids.iter().filter(|id| id.is_none()).count();
    if without > 0 {
        return Err(PartitionError::NoId {
            id: how.id.clone(),
            rows: without,
        });
    }
    let ids: Vec<String> = ids
        .into_iter()
        .flatten()
        .map(|id| id.trim().to_owned())
        .collect();
    let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, id) in ids.iter().enumerate() {
        rows_of.entry(id).or_default().push(row);
    }
    let patients: Vec<(&str, Vec<usize>)> = rows_of.into_iter().collect();
    if patients.len() < how.parts.len() {
        return Err(PartitionError::TooFew {
            units: patients.len(),
            what: "patients",
            parts: how.parts.len(),
        });
    }
    let part_of_patient = match (&how.time, &how.site) {
        (Some(time), _) => by_time(table, how, time, &patients)?,
        (None, Some(site)) => by_site(table, how, site, &patients)?,
        (None, None) => by_stratum(table, how, &patients)?,
    };
    let mut part_of = vec![0; table.rows()];
    let mut of_part = vec![Vec::new(); how.parts.len()];
    for ((id, rows), part) in patients.iter().zip(part_of_patient) {
        rows.iter().for_each(|&row| part_of[row] = part);
        of_part[part].push((*id).to_owned());
    }
    Ok(Parted {
        part_of,
        patients: of_part,
    })
}

fn check(how: &Partition) -> Result<(), PartitionError> {
    let shares: Vec<f64> = how.parts.iter().map(|part| part.1).collect();
    let sum: f64 = shares.iter().sum();
    if shares.is_empty()
        || shares.iter().any(|share| share.is_nan() || *share <= 0.0)
        || (sum - 1.0).abs() > 1e-6
    {
        return Err(PartitionError::Shares { shares });
    }
    let mut names = BTreeSet::new();
    if let Some((name, _)) = how.parts.iter().find(|(name, _)| !names.insert(name)) {
        return Err(PartitionError::SameName(name.clone()));
    }
    match (&how.time, &how.site, how.stratify.first()) {
        (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
            Err(PartitionError::TimeAndMore(other.clone()))
        }
        _ => Ok(()),
    }
}

/// What each part should have of so many.
fn quotas(how: &Partition, count: usize) -> Vec<f64> {
    how.parts
        .iter()
        .map(|(_, share)| share * count as f64)
        .collect()
}

fn by_stratum(
    table: &Table,
    how: &Partition,
    patients: &[(&str, Vec<usize>)],
) -> Result<Vec<usize>, PartitionError> {
    let columns: Vec<Vec<Option<String>>> = how
        .stratify
        .iter()
        .map(|column| table.texts(column))
        .collect::<Result<_, _>>()?;
    let mut strata: BTreeMap<Vec<Option<&str>>, Vec<usize>> = BTreeMap::new();
    for (patient, (_, rows)) in patients.iter().enumerate() {
        let greatest = |column: &'_ Vec<Option<String>>| -> Option<usize> {
            rows.iter().copied().max_by_key(|&row| column[row].clone())
        };
        let stratum = columns
            .iter()
            .map(|column| column[greatest(column)?].as_deref());
        strata.entry(stratum.collect()).or_default().push(patient);
    }
    let mut part_of = vec![0; patients.len()];
    // What a part lacks so far, also from strata before.
    let mut lacks = vec![0.0; how.parts.len()];
    for (number, (_, of_stratum)) in strata.into_iter().enumerate() {
        let quotas = quotas(how, of_stratum.len());
        lacks
            .iter_mut()
            .zip(&quotas)
            .for_each(|(lack, quota)| *lack += quota);
        let mut here = vec![0.0; how.parts.len()];
        let seed = how.seed.wrapping_add((number as u64) << 32);
        for patient in shuffled(of_stratum, seed) {
            // Whole quotas of the stratum first, then the part that lacks most.
            let open = (0..here.len()).filter(|&part| here[part] + 1.0 <= quotas[part] + 1e-9);
            let most = |parts: &mut dyn Iterator<Item = usize>| {
                parts.max_by(|&a, &b| lacks[a].total_cmp(&lacks[b]).then(b.cmp(&a)))
            };
            let part = most(&mut open.into_iter()).or_else(|| most(&mut (0..here.len())));
            let part = part.unwrap_or_default();
            here[part] += 1.0;
            lacks[part] -= 1.0;
            part_of[patient] = part;
        }
    }
    Ok(part_of)
}

fn by_site(
    table: &Table,
    how: &Partition,
    site: &str,
    patients: &[(&str, Vec<usize>)],
) -> Result<Vec<usize>, PartitionError> {
    let sites = table.texts(site)?;
    // Patients who were at two sites bind these together.
    let mut bound: BTreeMap<&str, &str> = BTreeMap::new();
    let name = |row: usize| sites[row].as_deref().unwrap_or("");
    for (_, rows) in patients {
        for pair in rows.windows(2) {
            let (a, b) = (root(&bound, name(pair[0])), root(&bound, name(pair[1])));
            if a != b {
                bound.insert(a.max(b), a.min(b));
            }
        }
    }
    let mut units: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (patient, (_, rows)) in patients.iter().enumerate() {
        let unit = rows.first().map_or("", |&row| root(&bound, name(row)));
        units.entry(unit).or_default().push(patient);
    }
    if units.len() < how.parts.len() {
        return Err(PartitionError::TooFew {
            units: units.len(),
            what: "sites without a patient in common",
            parts: how.parts.len(),
        });
    }
    let order = shuffled((0..units.len()).collect(), how.seed);
    let units: Vec<Vec<usize>> = units.into_values().collect();
    let mut order: Vec<&Vec<usize>> = order.into_iter().map(|unit| &units[unit]).collect();
    order.sort_by_key(|unit| std::cmp::Reverse(unit.len()));
    let mut lacks = quotas(how, patients.len());
    let mut part_of = vec![0; patients.len()];
    let mut filled = vec![false; lacks.len()];
    for (number, unit) in order.iter().enumerate() {
        let empty = filled.iter().filter(|filled| !**filled).count();
        // The last sites go to parts that have none.
        let must_fill = order.len() - number <= empty;
        let part = (0..lacks.len())
            .filter(|&part| !must_fill || !filled[part])
            .max_by(|&a, &b| lacks[a].total_cmp(&lacks[b]).then(b.cmp(&a)))
            .unwrap_or_default();
        lacks[part] -= unit.len() as f64;
        filled[part] = true;
        unit.iter().for_each(|&patient| part_of[patient] = part);
    }
    Ok(part_of)
}

fn root<'a>(bound: &BTreeMap<&'a str, &'a str>, mut site: &'a str) -> &'a str {
    while let Some(other) = bound.get(site) {
        site = other;
    }
    site
}

fn by_time(
    table: &Table,
    how: &Partition,
    time: &str,
    patients: &[(&str, Vec<usize>)],
) -> Result<Vec<usize>, PartitionError> {
    let times = table.on_a_scale(time)?;
    let without = times.iter().filter(|time| time.is_none()).count();
    if let Some(row) = times.iter().position(Option::is_none) {
        return Err(match table.text(time, row) {
            Some(value) => PartitionError::NotTimes {
                time: time.to_owned(),
                value,
            },
            None => PartitionError::NoTime {
                time: time.to_owned(),
                rows: without,
            },
        });
    }
    let first = |rows: &Vec<usize>| {
        let times = rows.iter().filter_map(|&row| times[row]);
        times.fold(f64::INFINITY, f64::min)
    };
    let mut order: Vec<(f64, usize)> = patients
        .iter()
        .enumerate()
        .map(|(patient, (_, rows))| (first(rows), patient))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut part_of = vec![0; patients.len()];
    let (mut part, mut until, mut before) = (0, 0.0, f64::NEG_INFINITY);
    let quotas = quotas(how, patients.len());
    until += quotas[0];
    for (place, (time, patient)) in order.into_iter().enumerate() {
        // People of one time stay together, so that no part begins before the one before it ends.
        while place as f64 + 0.5 > until && time > before && part + 1 < quotas.len() {
            part += 1;
            until += quotas[part];
        }
        before = time;
        part_of[patient] = part;
    }
    Ok(part_of)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ReadOptions;

    fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
    }

    fn how() -> Partition {
        let part = |name: &str, share| (name.to_owned(), share);
        Partition {
            id: "id".to_owned(),
            stratify: vec![],
            site: None,
            time: None,
            parts: vec![part("train", 0.7), part("tune", 0.1), part("test", 0.2)],
            seed: 1,
        }
    }

    /// Patients of one to three rows; every fourth is ill; five sites; a year.
    fn rows(patients: usize) -> String {
        let row = |n: usize, visit: usize| {
            format!(
                "P{n:03},{},S{},{}\n",
                u8::from(n.is_multiple_of(4)),
                n % 5,
                2000 + n * 7 % 23 + visit
            )
        };
        let rows = (0..patients).flat_map(|n| (0..=n % 3).map(move |visit| row(n, visit)));
        format!("id,ill,site,year\n{}", rows.collect::<String>())
    }

    proptest! {
        #[test]
        fn every_patient_is_in_one_part_and_shares_are_kept_within_one_patient_a_stratum(
            patients in 10..200_usize, seed: u64,
        ) {
            let table = table(&rows(patients));
            let how = Partition { stratify: vec!["ill".to_owned()], seed, ..how() };
            let parted = partition(&table, &how).expect("enough patients");
            let all: Vec<&String> = parted.patients.iter().flatten().collect();
            let different: BTreeSet<&String> = all.iter().copied().collect();
            prop_assert_eq!(all.len(), patients);
            prop_assert_eq!(different.len(), patients);
            let ids = table.texts("id").expect("ids");
            for (row, part) in parted.part_of.iter().enumerate() {
                prop_assert!(parted.patients[*part].contains(ids[row].as_ref().expect("an id")));
            }
            let is_ill = |id: &&String| id[1..].parse::<usize>().expect("a number") % 4 == 0;
            let ill = all.iter().filter(|id| is_ill(id)).count() as f64;
            for (patients_of, (_, share)) in parted.patients.iter().zip(&how.parts) {
                let found = patients_of.iter().filter(is_ill).count() as f64;
                prop_assert!((found - share * ill).abs() <= 1.0 + 1e-9, "{found} of {ill}");
                prop_assert!((patients_of.len() as f64 - share * patients as f64).abs() <= 2.0 + 1e-9);
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter_and_the_seed_does() {
        let text = rows(60);
        let (header, body) = text.split_once('\n').expect("a header");
        let backward: Vec<&str> = body.lines().rev().collect();
        let backward = format!("{header}\n{}\n", backward.join("\n"));
        let of = |text: &str, seed| {
            partition(&table(text), &Partition { seed, ..how() })
                .expect("parts")
                .patients
        };
        assert_eq!(of(&text, 1), of(&backward, 1));
        assert_ne!(of(&text, 1), of(&text, 2));
    }

    #[test]
    fn whole_sites_and_times_in_order_are_kept() {
        let table = table(&rows(100));
        let by_site = Partition {
            site: Some("site".to_owned()),
            ..how()
        };
        let parted = partition(&table, &by_site).expect("five sites");
        let sites = table.texts("site").expect("sites");
        let mut part_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (row, site) in sites.iter().flatten().enumerate() {
            assert_eq!(
                *part_of.entry(site).or_insert(parted.part_of[row]),
                parted.part_of[row]
            );
        }
        assert!(parted.patients.iter().all(|patients| !patients.is_empty()));
        let by_time = Partition {
            time: Some("year".to_owned()),
            ..how()
        };
        let parted = partition(&table, &by_time).expect("years");
        let years = table.numbers("year").expect("years");
        let ids = table.texts("id").expect("ids");
        let first = |patient: &String| {
            let rows = (0..years.len()).filter(|&row| ids[row].as_ref() == Some(patient));
            rows.filter_map(|row| years[row])
                .fold(f64::INFINITY, f64::min)
        };
        let ends = parted.patients.iter().map(|patients| {
            let years: Vec<f64> = patients.iter().map(first).collect();
            let of = |f: fn(f64, f64) -> f64, from| years.iter().copied().fold(from, f);
            (of(f64::min, f64::INFINITY), of(f64::max, f64::NEG_INFINITY))
        });
        let ends: Vec<_> = ends.collect();
        assert!(
            ends.windows(2).all(|pair| pair[0].1 < pair[1].0),
            "{ends:?}"
        );
    }

    #[test]
    fn what_cannot_be_divided_is_said() {
        let table = table("id,site,t\nA,x,1\n,x,2\nB,x,3\n");
        assert_eq!(
            partition(&table, &how()),
            Err(PartitionError::NoId {
                id: "id".into(),
                rows: 1
            })
        );
        let parts = vec![("a".to_owned(), 0.5), ("b".to_owned(), 0.6)];
        let wrong = Partition { parts, ..how() };
        assert!(matches!(
            partition(&table, &wrong),
            Err(PartitionError::Shares { .. })
        ));
        let few = self::table("id,site\nA,x\nB,x\nC,x\n");
        let by_site = Partition {
            site: Some("site".into()),
            ..how()
        };
        assert!(matches!(
            partition(&few, &by_site),
            Err(PartitionError::TooFew { units: 1, .. })
        ));
    }
}
