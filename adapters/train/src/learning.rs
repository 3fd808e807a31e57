use galen_model::{EncodeError, Encoded, Input, InputContract, InputKind, Output, Training};
use galen_pipeline::{NativeError, StageInput};
use galen_spec::data::{ColumnKind, Data};
use galen_spec::nearest;
use galen_table::{ReadOptions, Table};
use serde::Serialize;

use crate::params::{Params, wrong};

/// A dependency of this name is the data plan, from which units, ranges and categories are taken; all others are tables.
const DATA_PLAN: &str = "data.yaml";

/// What is learned from: all tables, one after the other, as the model will see them.
pub(crate) struct Learning {
    pub contract: InputContract,
    /// One a table.
    pub encoded: Vec<Encoded>,
    pub truth: Vec<bool>,
    pub tables: Vec<Source>,
}

/// Where rows came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Source {
    pub name: String,
    pub rows: u64,
    pub events: u64,
}

impl Learning {
    /// Reads the dependencies of the stage.
    pub fn read(input: &StageInput, params: &Params) -> Result<Self, NativeError> {
        let is_plan = |name: &str| name == DATA_PLAN || name.ends_with("/data.yaml");
        let plan = input.deps.iter().find(|(name, _)| is_plan(name));
        let plan = plan
            .map(|(name, bytes)| read_plan(name, bytes))
            .transpose()?;
        let mut tables = Vec::new();
        for (name, bytes) in input.deps.iter().filter(|(name, _)| !is_plan(name)) {
            tables.push((name.as_str(), read_table(name, bytes, plan.as_ref())?));
        }
        if tables.is_empty() {
            return Err(NativeError::Computation {
                what: "there is no table to learn from".into(),
                help: "name one or more in `deps`".into(),
            });
        }
        let truths = tables
            .iter()
            .map(|(name, table)| truth(name, table, &params.truth))
            .collect::<Result<Vec<_>, _>>()?;
        let source = |((name, _), truth): (&(&str, Table), &Vec<bool>)| Source {
            name: (*name).to_owned(),
            rows: truth.len() as u64,
            events: truth.iter().filter(|&&truth| truth).count() as u64,
        };
        let sources: Vec<Source> = tables.iter().zip(&truths).map(source).collect();
        let contract = contract(input, params, &tables, plan.as_ref(), &sources)?;
        let encoded = tables
            .iter()
            .map(|(name, table)| {
                contract
                    .encode(table)
                    .map_err(|error| refused(name, &error))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let truth = truths.concat();
        one_class_only(&truth, &params.truth)?;
        Ok(Self {
            contract,
            encoded,
            truth,
            tables: sources,
        })
    }

    /// The number of people that had the event.
    pub fn events(&self) -> usize {
        self.truth.iter().filter(|&&truth| truth).count()
    }

    /// All rows as the model sees them, in the order of the truth.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.encoded
            .iter()
            .flat_map(|encoded| (0..encoded.rows()).map(|row| encoded.row(row)))
    }
}

fn read_plan(name: &str, bytes: &[u8]) -> Result<Data, NativeError> {
    let plan = galen_spec::read::text(name, bytes)
        .and_then(|text| galen_spec::read::read::<Data>(name, text));
    plan.map_err(|_| {
        dep(
            name,
            "it is no data plan",
            "`galen check` says what is wrong with it",
        )
    })
}

fn read_table(name: &str, bytes: &[u8], plan: Option<&Data>) -> Result<Table, NativeError> {
    let options = ReadOptions {
        columns: plan.map(|plan| plan.columns.clone()).unwrap_or_default(),
        ..ReadOptions::default()
    };
    let table = Table::read_csv(bytes, &options);
    table.map_err(|error| dep(name, "it is no table", &error.to_string()))
}

fn truth(name: &str, table: &Table, column: &str) -> Result<Vec<bool>, NativeError> {
    let help = "the truth is 1 for who had the event and 0 for who had not";
    known(name, table, column, "truth")?;
    let values = table.numbers(column);
    let values = values.map_err(|error| dep(name, &error.to_string(), help))?;
    let read = |(row, value): (usize, &Option<f64>)| match value {
        Some(0.0) => Ok(false),
        Some(1.0) => Ok(true),
        Some(value) => {
            let what = format!("the truth `{column}` is {value} in row {row}");
            Err(dep(name, &what, help))
        }
        None => {
            let what = format!("the truth `{column}` is absent in row {row}");
            Err(dep(name, &what, "leave out whose truth is not known"))
        }
    };
    values.iter().enumerate().map(read).collect()
}

fn known(name: &str, table: &Table, column: &str, param: &str) -> Result<(), NativeError> {
    if table.has(column) {
        return Ok(());
    }
    let names = table.names();
    let what = format!("`{column}` is no column of `{name}`");
    let help = match nearest(column, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", names.join(", ")),
    };
    Err(wrong(param, &what, &help))
}

fn contract(
    input: &StageInput,
    params: &Params,
    tables: &[(&str, Table)],
    plan: Option<&Data>,
    sources: &[Source],
) -> Result<InputContract, NativeError> {
    let inputs = params
        .inputs
        .iter()
        .map(|name| describe(name, params, tables, plan))
        .collect::<Result<Vec<_>, _>>()?;
    let meaning = plan.map_or_else(
        || format!("Probability that `{}` is 1", params.truth),
        |plan| format!("Probability of: {}", plan.reference_standard.method),
    );
    let output = Output {
        name: "probability".into(),
        meaning,
    };
    let said =
        |(param, _): &(&String, &serde_json::Value)| !["inputs", "truth"].contains(&param.as_str());
    let training = Training {
        datasets: sources.iter().map(|source| source.name.clone()).collect(),
        n: sources.iter().map(|source| source.rows).sum(),
        events: sources.iter().map(|source| source.events).sum(),
        params: input
            .params
            .iter()
            .filter(said)
            .map(|(param, value)| (param.clone(), value.clone()))
            .collect(),
    };
    let algorithm = "logistic_regression".to_owned();
    InputContract::new(inputs, output, params.truth.clone(), algorithm, training)
        .map_err(|error| wrong("inputs", &error.to_string(), "correct the inputs"))
}

/// What is known of an input: from the data plan, or from the tables.
fn describe(
    name: &str,
    params: &Params,
    tables: &[(&str, Table)],
    plan: Option<&Data>,
) -> Result<Input, NativeError> {
    for (of, table) in tables {
        known(of, table, name, "inputs")?;
    }
    let declared = plan.and_then(|plan| plan.column(name));
    let numeric = |(_, table): &(&str, Table)| table.numbers(name).is_ok();
    let kind = match declared {
        Some(column) if column.kind == ColumnKind::Category => InputKind::Category {
            values: column
                .values
                .clone()
                .map_or_else(|| words(name, tables), Ok)?,
        },
        Some(_) => InputKind::Number,
        None if tables.iter().all(numeric) => InputKind::Number,
        None => InputKind::Category {
            values: words(name, tables)?,
        },
    };
    if let InputKind::Category { values } = &kind
        && values.len() != 2
    {
        // The code of one of three words is no quantity, and a coefficient for it would mean nothing.
        let what = format!("the category `{name}` has {} values", values.len());
        return Err(wrong(
            "inputs",
            &what,
            "use a number, or a category of two values",
        ));
    }
    let number = kind == InputKind::Number;
    let positive = params.logs.contains(name);
    if positive && !number {
        let what = format!("`{name}` is a category");
        return Err(wrong("transforms", &what, "only a number has a logarithm"));
    }
    Ok(Input {
        name: name.to_owned(),
        kind,
        unit: declared.and_then(|column| column.unit.clone()),
        range: declared.and_then(|column| column.range).filter(|_| number),
        positive,
        may_be_missing: params.missing_indicator.contains(name),
    })
}

/// The words of a column in all tables, sorted.
fn words(name: &str, tables: &[(&str, Table)]) -> Result<Vec<String>, NativeError> {
    let mut words = std::collections::BTreeSet::new();
    for (of, table) in tables {
        let texts = table.texts(name);
        let texts = texts.map_err(|error| dep(of, &error.to_string(), "name another column"))?;
        words.extend(texts.into_iter().flatten());
    }
    Ok(words.into_iter().collect())
}

fn one_class_only(truth: &[bool], column: &str) -> Result<(), NativeError> {
    let events = truth.iter().filter(|&&truth| truth).count();
    if events > 0 && events < truth.len() {
        return Ok(());
    }
    Err(NativeError::Computation {
        what: format!("of {} cases {events} have `{column}` = 1", truth.len()),
        help: "learning needs cases of both kinds".into(),
    })
}

fn refused(name: &str, error: &EncodeError) -> NativeError {
    let help = match error {
        EncodeError::Missing { input, .. } => {
            format!("or name `{input}` in `missing_indicator`")
        }
        _ => "correct the table, or name other inputs".to_owned(),
    };
    dep(name, &error.to_string(), &help)
}

fn dep(name: &str, what: &str, help: &str) -> NativeError {
    NativeError::Dep {
        dep: name.to_owned(),
        what: what.to_owned(),
        help: help.to_owned(),
    }
}
