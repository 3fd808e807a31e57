//! What a table says of cases that are no rows of it themselves: masks, and images with boxes.

use std::collections::BTreeMap;

use galen_eval::{Member, MemberOf};
use galen_table::Table;

use super::failure;
use crate::args::EvalFile;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::Failure;

/// The patient and the subgroups of each row.
///
/// # Errors
/// [`Failure`] for a column that is not there, and a row without a patient where patients are asked for.
pub fn of_rows(table: &Table, args: &EvalFile) -> Result<Vec<Member>, Failure> {
    let texts = |column: &str| table.texts(column).map_err(|error| failure(&error.into()));
    let patients = args.cluster.as_deref().map(texts).transpose()?;
    let mut columns = Vec::new();
    for column in args.groups.iter().chain(&args.exploratory) {
        columns.push((column, args.exploratory.contains(column), texts(column)?));
    }
    let member = |row: usize| {
        let patient = match &patients {
            None => None,
            Some(texts) => Some(texts[row].clone().ok_or_else(|| {
                Failure::usage(
                    "missing",
                    format!("row {row} (counted from 0) of the cases names no patient"),
                    "complete the table of the cases",
                )
            })?),
        };
        let groups = columns.iter().map(|(column, exploratory, texts)| MemberOf {
            column: (*column).clone(),
            value: texts[row]
                .clone()
                .unwrap_or_else(|| "not reported".to_owned()),
            exploratory: *exploratory,
        });
        Ok(Member {
            patient,
            groups: groups.collect(),
        })
    };
    (0..table.rows()).map(member).collect()
}

/// What the table of the cases says, by their names; none if there is no such table. `id` is the column of the names where nothing else is
/// said, `named` how a name stands for its case.
///
/// # Errors
/// [`Failure`] if a patient or subgroups are asked for without a table, without the column of the names, and for a name that stands twice.
pub fn by_name(
    args: &EvalFile,
    place: &Place,
    id: Option<&str>,
    named: impl Fn(&str) -> &str,
) -> Result<Option<BTreeMap<String, Member>>, Failure> {
    let Some(cases) = &args.cases else {
        let mut asked = args.groups.iter().chain(&args.exploratory);
        return match asked.next().or(args.cluster.as_ref()) {
            None => Ok(None),
            Some(column) => Err(Failure::usage(
                "cases",
                format!("nothing says what `{column}` is of a case"),
                "name the table of the cases: --cases FILE --id COL",
            )),
        };
    };
    let Some(id) = args.id.as_deref().or(id) else {
        return Err(Failure::usage(
            "id",
            "nothing says which column of the cases is their name",
            "name it: --id COL",
        ));
    };
    let table = table_in(&place.path(cases), &args.reading)?;
    let names = table.texts(id).map_err(|error| failure(&error.into()))?;
    let mut members = BTreeMap::new();
    for (name, member) in names.into_iter().zip(of_rows(&table, args)?) {
        let Some(name) = name else { continue };
        if members.insert(named(&name).to_owned(), member).is_some() {
            return Err(Failure::usage(
                "twice",
                format!("`{name}` is named twice"),
                "name each case once",
            ));
        }
    }
    Ok(Some(members))
}

/// What is said of a case; nothing if there is no table of them.
///
/// # Errors
/// [`Failure`] for a case that the table does not name.
pub fn of(members: Option<&BTreeMap<String, Member>>, name: &str) -> Result<Member, Failure> {
    let Some(members) = members else {
        return Ok(Member::default());
    };
    members.get(name).cloned().ok_or_else(|| {
        Failure::usage(
            "cases",
            format!("the table of the cases does not name {name}"),
            "complete it",
        )
    })
}
