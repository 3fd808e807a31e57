//! `galen data agree`: how far several readers agree, and what they say together.

mod endpoints;
mod masks;
mod reading_log;

use std::collections::BTreeMap;

use galen_stats::agreement::{
    self, Adjudicated, COEFFICIENTS, Ratings, Weights, adjudicate, cohen_kappa, dawid_skene,
};
use galen_stats::{Estimate, Level};
use galen_table::Table;
use serde_json::{Map, Value, json};

use crate::args::{AdjudicationRule, AgreeWeights, DataAgree};
use crate::outside::{try_writing, write_file};
use crate::place::Place;
use crate::reading::{named_otherwise, table_in};
use crate::report::{Failure, Report};
use crate::words::{self, number, table};

pub fn agree(args: &DataAgree, place: &Place) -> Result<Report, Failure> {
    if let Some(folder) = &args.masks {
        return masks::agree(&place.path(folder), args, place);
    }
    if let Some(out) = &args.out {
        try_writing(&place.path(out))?;
    }
    let read = table_in(&place.path(&args.file), &args.reading)?;
    let said = Said::of(&read, args)?;
    let endpoints = endpoints::of(&read, &said, args)?;
    let weights = match args.weights {
        None => Weights::Unweighted,
        Some(AgreeWeights::Linear) => Weights::Linear,
        Some(AgreeWeights::Quadratic) => Weights::Quadratic,
    };
    let level = Level::DEFAULT;
    let with_interval =
        |ratings: &Ratings,
         of: &(dyn Fn(&Ratings) -> Result<f64, galen_stats::Undefined> + Sync)| {
            agreement::interval(ratings, of, args.resamples, args.seed, level)
        };
    let mut pairs = Vec::new();
    for a in 0..said.readers.len() {
        for b in a + 1..said.readers.len() {
            let pair = said.ratings.pair(a, b);
            let n = pair
                .of_case
                .iter()
                .filter(|case| case.iter().all(Option::is_some))
                .count();
            let kappa = with_interval(&pair, &|pair| cohen_kappa(pair, weights));
            pairs.push((said.readers[a].clone(), said.readers[b].clone(), n, kappa));
        }
    }
    let overall: Vec<(&str, Estimate)> = COEFFICIENTS
        .iter()
        .filter(|(id, _)| *id != "icc_2_1" || said.are_numbers)
        .map(|(id, coefficient)| {
            (
                *id,
                with_interval(&said.ratings, &|r| coefficient(r, weights)),
            )
        })
        .collect();
    let together = together(&said, args)?;
    if let Some(out) = &args.out {
        write_file(
            &place.path(out),
            &said.adjudicated(&together, args).to_csv(),
        )?;
    }
    let log = reading_log::of(&read, &said, &together, args)?;
    let open = together.iter().filter(|one| one.category.is_none()).count();
    let read_by: Vec<usize> = (0..said.readers.len())
        .map(|reader| {
            said.ratings
                .of_case
                .iter()
                .filter(|case| case[reader].is_some())
                .count()
        })
        .collect();
    let document = json!({
        "cases": said.cases.len(), "readers": said.readers.len(), "categories": said.names,
        "weights": format!("{weights:?}").to_lowercase(), "level": level.value(), "resamples": args.resamples, "seed": args.seed,
        "read_by": said.readers.iter().zip(&read_by).map(|(reader, n)| json!({"reader": reader, "cases": n})).collect::<Vec<_>>(),
        "pairs": pairs.iter().map(|(a, b, n, kappa)| json!({"a": a, "b": b, "n": n, "cohen_kappa": kappa})).collect::<Vec<_>>(),
        "overall": overall.iter().map(|(id, found)| ((*id).to_owned(), json!(found))).collect::<Map<String, Value>>(),
        "adjudication": {"rule": args.rule.word(), "unresolved": open, "out": args.out},
        "log": log,
        "endpoints": endpoints.iter().map(endpoints::Found::document).collect::<Vec<_>>(),
    });
    let mut lines = vec![format!(
        "{} cases, {} readers, {} categories.",
        said.cases.len(),
        said.readers.len(),
        said.names.len()
    )];
    let rows: Vec<Vec<String>> = said
        .readers
        .iter()
        .zip(&read_by)
        .map(|(reader, n)| vec![reader.clone(), n.to_string()])
        .collect();
    lines.push(table(&["reader", "cases read"], &rows));
    lines.push(String::new());
    let rows: Vec<Vec<String>> = pairs
        .iter()
        .map(|(a, b, n, kappa)| vec![a.clone(), b.clone(), n.to_string(), shown(kappa)])
        .collect();
    lines.push(table(&["a", "b", "both read", "Cohen's kappa"], &rows));
    lines.push(String::new());
    let rows: Vec<Vec<String>> = overall
        .iter()
        .map(|(id, found)| vec![(*id).to_owned(), shown(found)])
        .collect();
    lines.push(table(&["all readers", ""], &rows));
    lines.push(format!(
        "{} of {} cases are decided by the rule; {open} are not.",
        said.cases.len() - open,
        said.cases.len()
    ));
    lines.extend(reading_log::lines(log.as_ref()));
    lines.extend(endpoints::lines(&endpoints));
    Ok(Report::new("data agree", document, lines.join("\n")))
}

fn shown(estimate: &Estimate) -> String {
    match &estimate.why {
        Some(why) if estimate.value.is_none() => why.clone(),
        _ => words::estimate(estimate),
    }
}

/// Case, reader, label.
type Reading = (String, String, String);

/// The patient of each case, if there is a column that says so.
type PatientOf = Option<BTreeMap<String, String>>;

/// All readings of a table.
fn readings(read: &Table, args: &DataAgree) -> Result<(Vec<Reading>, PatientOf), Failure> {
    let column = |name: &str| {
        read.texts(name)
            .map_err(|error| named_otherwise("column", &error))
    };
    let case = column(&args.case)?;
    // Rows without one of them say nothing.
    let mut triples: Vec<Reading> = Vec::new();
    match (&args.label, args.readers.as_slice()) {
        (Some(label), [reader]) => {
            let (readers, labels) = (column(reader)?, column(label)?);
            for ((case, reader), label) in case.iter().zip(readers).zip(labels) {
                if let (Some(case), Some(reader), Some(label)) = (case, reader, label) {
                    triples.push((case.clone(), reader, label));
                }
            }
        }
        (None, readers @ [_, _, ..]) => {
            for reader in readers {
                for (case, label) in case.iter().zip(column(reader)?) {
                    if let (Some(case), Some(label)) = (case, label) {
                        triples.push((case.clone(), reader.clone(), label));
                    }
                }
            }
        }
        _ => {
            return Err(Failure::usage(
                "readers",
                "nothing says who read what",
                "one row a reading: --reader COL --label COL; or one column a reader: --reader A --reader B …, without --label",
            ));
        }
    }
    let patients = match &args.cluster {
        None => None,
        Some(cluster) => {
            let clusters = column(cluster)?;
            let both = case.iter().zip(clusters);
            let both = both.filter_map(|(case, patient)| Some((case.clone()?, patient?)));
            Some(one_patient_each(both)?)
        }
    };
    Ok((triples, patients))
}

/// The number of each case's patient, if there is a column that says so.
fn clusters<'a>(
    cases: impl Iterator<Item = &'a str>,
    patient_of: Option<&BTreeMap<String, String>>,
) -> Result<Option<Vec<u32>>, Failure> {
    let Some(patient_of) = patient_of else {
        return Ok(None);
    };
    let mut numbers: BTreeMap<&String, u32> = BTreeMap::new();
    let mut patients = Vec::new();
    for case in cases {
        let Some(patient) = patient_of.get(case) else {
            return Err(Failure::usage(
                "cluster",
                format!("case `{case}` has no value in the column of --cluster"),
                "give every case its patient",
            ));
        };
        let next = numbers.len() as u32;
        patients.push(*numbers.entry(patient).or_insert(next));
    }
    Ok(Some(patients))
}

/// Who said what, with the words of the file.
struct Said {
    cases: Vec<String>,
    readers: Vec<String>,
    /// The categories as the file writes them.
    names: Vec<String>,
    are_numbers: bool,
    ratings: Ratings,
}

impl Said {
    fn of(read: &Table, args: &DataAgree) -> Result<Self, Failure> {
        let (triples, patients) = readings(read, args)?;
        Self::of_triples(&triples, patients, args)
    }

    fn of_triples(
        triples: &[Reading],
        patient_of: PatientOf,
        args: &DataAgree,
    ) -> Result<Self, Failure> {
        let (mut cases, mut readers) = (BTreeMap::new(), BTreeMap::new());
        let mut names: Vec<String> = Vec::new();
        for (case, reader, label) in triples {
            cases.insert(case.clone(), 0);
            readers.insert(reader.clone(), 0);
            if !names.contains(label) {
                names.push(label.clone());
            }
        }
        cases
            .values_mut()
            .zip(0..)
            .for_each(|(number, next)| *number = next);
        readers
            .values_mut()
            .zip(0..)
            .for_each(|(number, next)| *number = next);
        if cases.is_empty() || names.len() > 1000 {
            return Err(Failure::usage(
                "labels",
                format!(
                    "there are {} cases and {} different labels",
                    cases.len(),
                    names.len()
                ),
                "name the columns of case, reader and label; labels are categories",
            ));
        }
        let as_numbers: Option<Vec<f64>> = names.iter().map(|name| as_number(name)).collect();
        let values = match (&args.order, as_numbers) {
            (Some(order), _) => {
                let order: Vec<&str> = order.split(',').map(str::trim).collect();
                let place = |name: &String| {
                    order
                        .iter()
                        .position(|other| other == name)
                        .map(|at| at as f64)
                        .ok_or_else(|| {
                            Failure::usage(
                                "order",
                                format!("--order does not name the label `{name}`"),
                                "name all labels, from the least to the greatest",
                            )
                        })
                };
                names
                    .iter()
                    .map(place)
                    .collect::<Result<Vec<f64>, Failure>>()?
            }
            (None, Some(numbers)) => numbers,
            (None, None) if args.weights.is_some() => {
                return Err(Failure::usage(
                    "order",
                    "weights ask which label is greater, and the labels are words",
                    "say so: --order none,mild,severe",
                ));
            }
            (None, None) => {
                names.sort();
                (0..names.len()).map(|at| at as f64).collect()
            }
        };
        let are_numbers =
            args.order.is_some() || names.iter().all(|name| as_number(name).is_some());
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let names: Vec<String> = order.iter().map(|&at| names[at].clone()).collect();
        let values: Vec<f64> = order.iter().map(|&at| values[at]).collect();
        let mut of_case = vec![vec![None; readers.len()]; cases.len()];
        for (case, reader, label) in triples {
            let category = names.iter().position(|name| name == label);
            let cell: &mut Option<usize> = &mut of_case[cases[case]][readers[reader]];
            match (*cell, category) {
                (Some(first), Some(second)) if first != second => {
                    return Err(Failure::usage(
                        "twice",
                        format!(
                            "reader `{reader}` says of case `{case}` both `{}` and `{label}`",
                            names[first]
                        ),
                        "give every reading a case of its own, or leave the one that does not count out",
                    ));
                }
                _ => *cell = category,
            }
        }
        let patients = clusters(cases.keys().map(String::as_str), patient_of.as_ref())?;
        Ok(Self {
            cases: cases.into_keys().collect(),
            readers: readers.into_keys().collect(),
            names,
            are_numbers,
            ratings: Ratings {
                of_case,
                values,
                patients,
            },
        })
    }

    /// One row a case: what the rule says, by how many, and whether it decides.
    fn adjudicated(&self, together: &[Adjudicated], args: &DataAgree) -> Table {
        let text = |of: &dyn Fn(&Adjudicated) -> Option<String>| together.iter().map(of).collect();
        let columns = vec![
            (
                args.case.clone(),
                self.cases.iter().cloned().map(Some).collect(),
            ),
            (
                "label".to_owned(),
                text(&|one| Some(self.names[one.category?].clone())),
            ),
            ("share".to_owned(), text(&|one| Some(number(one.share)))),
            (
                "readers".to_owned(),
                text(&|one| Some(one.readers.to_string())),
            ),
            (
                "rule".to_owned(),
                text(&|_| Some(args.rule.word().to_owned())),
            ),
            (
                "resolved".to_owned(),
                text(&|one| Some(one.category.is_some().to_string())),
            ),
        ];
        Table::from_texts(columns).expect("the columns have one length")
    }
}

/// The finite number that a label is.
fn as_number(label: &str) -> Option<f64> {
    label
        .trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

fn one_patient_each(
    both: impl Iterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut patient_of: BTreeMap<String, String> = BTreeMap::new();
    for (case, patient) in both {
        let first = patient_of
            .entry(case.clone())
            .or_insert_with(|| patient.clone());
        if *first != patient {
            return Err(Failure::usage(
                "cluster",
                format!("case `{case}` is of two patients, `{first}` and `{patient}`"),
                "give every case one patient",
            ));
        }
    }
    Ok(patient_of)
}

fn together(said: &Said, args: &DataAgree) -> Result<Vec<Adjudicated>, Failure> {
    let senior = match &args.senior {
        None => None,
        Some(name) => Some(
            said.readers
                .iter()
                .position(|reader| reader == name)
                .ok_or_else(|| {
                    Failure::usage(
                        "senior",
                        format!("no reader is called `{name}`"),
                        format!("name one of {}", said.readers.join(", ")),
                    )
                })?,
        ),
    };
    Ok(match args.rule {
        AdjudicationRule::Majority => adjudicate(&said.ratings, None, senior),
        AdjudicationRule::Senior if senior.is_none() => {
            return Err(Failure::usage(
                "senior",
                "nothing says who the senior reader is",
                "name one: --senior READER",
            ));
        }
        // Nobody can reach so many, so that the senior reader decides wherever there is one.
        AdjudicationRule::Senior => adjudicate(&said.ratings, Some(usize::MAX), senior),
        AdjudicationRule::Panel => match args.panel {
            Some(needed) if needed > 0 => adjudicate(&said.ratings, Some(needed), senior),
            _ => {
                return Err(Failure::usage(
                    "panel",
                    "nothing says how many readers decide",
                    "say so: --panel 2",
                ));
            }
        },
        AdjudicationRule::DawidSkene => dawid_skene(&said.ratings).of_case,
    })
}
