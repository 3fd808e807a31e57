//! Columns that come typed, from Parquet or Arrow, in the types of a [`Table`].

mod arrow;
mod parquet;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, Float64Array, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Schema, TimeUnit};

use super::markers::Markers;
use super::{ReadError, ReadOptions, expected};
use crate::table::{Head, Heads};
use crate::{Kind, cell};

pub(super) use arrow::open as open_arrow;
pub(super) use parquet::open as open_parquet;

/// Rows that are decoded at once.
const BATCH: usize = 65_536;

/// What each column of a file becomes.
struct Columns {
    heads: Arc<Heads>,
    plans: Vec<Plan>,
}

struct Plan {
    /// The type of the file.
    natural: Kind,
    /// As it is held: declared, or the natural one.
    kind: Kind,
    markers: Markers,
}

impl Columns {
    /// Whole and floating numbers and decimals are numbers; days, moments and truth values stay so; everything else is its
    /// text. A column without any value has no kind, so it is text.
    fn of(
        schema: &Schema,
        what: &'static str,
        options: &ReadOptions,
        has_values: &[bool],
    ) -> Result<Self, ReadError> {
        let fields = schema.fields();
        if fields.len() > options.limits.columns {
            return Err(ReadError::TooManyColumns {
                line: 1,
                limit: options.limits.columns,
            });
        }
        let mut seen = std::collections::HashMap::new();
        let (mut list, mut plans) = (Vec::new(), Vec::new());
        for (at, field) in fields.iter().enumerate() {
            let (name, second) = (field.name().trim().to_owned(), at + 1);
            if name.is_empty() {
                return Err(ReadError::UnnamedColumn { position: second });
            }
            if let Some(first) = seen.insert(name.clone(), second) {
                return Err(ReadError::DuplicateColumn {
                    name,
                    first,
                    second,
                });
            }
            let Some(natural) = kind_of(field.data_type()) else {
                let kind = field.data_type();
                let why = format!("column `{name}` is of {kind}: write its parts as columns");
                return Err(ReadError::Columnar { what, why });
            };
            let column = options.column(&name);
            let natural = if has_values[at] { natural } else { Kind::Text };
            let kind = column.map_or(natural, |column| cell::declared_kind(column.kind));
            plans.push(Plan {
                natural,
                kind,
                markers: Markers::new(&options.na, false),
            });
            list.push(Head { name, kind });
        }
        Ok(Self {
            heads: Arc::new(Heads::new(list)),
            plans,
        })
    }

    /// The array of a column in the type of its kind, null and NaN being missing; `first` is the number of its first row.
    fn held(
        &self,
        place: usize,
        array: &ArrayRef,
        what: &'static str,
        first: u64,
    ) -> Result<ArrayRef, ReadError> {
        let (plan, head) = (&self.plans[place], &self.heads.list()[place]);
        let broken = |error: arrow_schema::ArrowError| ReadError::Columnar {
            what,
            why: format!("column `{}`: {error}", head.name),
        };
        let array = natural(plan.natural, array).map_err(broken)?;
        let array = match plan.natural {
            Kind::Number => finite(array, &head.name, first)?,
            // A damaged file can say a type that its array is not.
            Kind::Text => {
                without_markers(array, &plan.markers).ok_or_else(|| ReadError::Columnar {
                    what,
                    why: format!("column `{}` is damaged; get the file anew", head.name),
                })?
            }
            _ => array,
        };
        if plan.kind == plan.natural {
            return Ok(array);
        }
        let texts = texts(array.as_ref()).map_err(broken)?;
        let wrong = (0..texts.len())
            .filter(|&row| texts.is_valid(row) && !cell::fits(plan.kind, texts.value(row)))
            .collect::<Vec<_>>();
        match (wrong.first(), expected(plan.kind)) {
            (Some(&row), Some(expected)) => Err(ReadError::Cell {
                // There are no lines: a row is named by its number alone.
                line: first + row as u64 + 1,
                row: first as usize + row,
                column: head.name.clone(),
                value: texts.value(row).to_owned(),
                expected,
                cells: wrong.len(),
            }),
            _ => Ok(cell::typed(plan.kind, &texts)),
        }
    }
}

/// How a type is held; `None` for lists and records.
fn kind_of(kind: &DataType) -> Option<Kind> {
    use DataType::*;
    match kind {
        Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 => Some(Kind::Integer),
        Float16 | Float32 | Float64 | Decimal32(..) | Decimal64(..) | Decimal128(..)
        | Decimal256(..) => Some(Kind::Number),
        Boolean => Some(Kind::Boolean),
        Date32 | Date64 => Some(Kind::Date),
        Timestamp(..) => Some(Kind::DateTime),
        // Beyond 64 bits with a sign a number is a code, as in a text.
        Null | UInt64 | Utf8 | LargeUtf8 | Utf8View | Time32(_) | Time64(_) | Duration(_) => {
            Some(Kind::Text)
        }
        Dictionary(_, values) => kind_of(values),
        _ => None,
    }
}

/// The array in the one type of Arrow in which the kind is held.
fn natural(kind: Kind, array: &ArrayRef) -> Result<ArrayRef, arrow_schema::ArrowError> {
    let to = match kind {
        Kind::Integer => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Boolean => DataType::Boolean,
        Kind::Date => DataType::Date32,
        Kind::DateTime => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Text => match array.data_type() {
            DataType::Utf8 => return Ok(array.clone()),
            DataType::Dictionary(_, values) if kind_of(values) == Some(Kind::Text) => {
                let coded = |values| DataType::Dictionary(Box::new(DataType::Int32), values);
                coded(Box::new(DataType::Utf8))
            }
            DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
            _ => return Ok(Arc::new(texts(array.as_ref())?)),
        },
    };
    if *array.data_type() == to {
        return Ok(array.clone());
    }
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    // A moment of any zone is held as its moment in UTC.
    if let DataType::Timestamp(unit, Some(_)) = array.data_type() {
        let utc = DataType::Timestamp(*unit, None);
        let bare = array.to_data().into_builder().data_type(utc).build()?;
        return cast_with_options(&arrow_array::make_array(bare), &to, &strict);
    }
    cast_with_options(array, &to, &strict)
}

/// NaN is missing, an infinite number an error.
fn finite(array: ArrayRef, name: &str, first: u64) -> Result<ArrayRef, ReadError> {
    let numbers = array.as_primitive::<Float64Type>();
    if numbers.values().iter().all(|value| value.is_finite()) {
        return Ok(array);
    }
    let infinite = |row: &usize| numbers.is_valid(*row) && numbers.value(*row).is_infinite();
    if let Some(row) = (0..numbers.len()).find(infinite) {
        return Err(ReadError::Infinite {
            column: name.to_owned(),
            row: first as usize + row,
        });
    }
    let kept = numbers.iter().map(|value| value.filter(|v| !v.is_nan()));
    Ok(Arc::new(kept.collect::<Float64Array>()))
}

/// Texts without those that mean that there is none; `None` for an array of another type.
fn without_markers(array: ArrayRef, markers: &Markers) -> Option<ArrayRef> {
    let is_missing = |text: &str| markers.mean_missing(text.trim());
    if let Some(coded) = array.as_dictionary_opt::<Int32Type>() {
        let words = coded.values().as_string_opt::<i32>()?;
        if !words.iter().flatten().any(is_missing) {
            return Some(array);
        }
        let kept: StringArray = (0..coded.len())
            .map(|row| {
                let code = coded.key(row)?;
                words.is_valid(code).then(|| words.value(code))
            })
            .map(|text| text.filter(|text| !is_missing(text)))
            .collect();
        return Some(Arc::new(kept));
    }
    let texts = array.as_string_opt::<i32>()?;
    if !texts.iter().flatten().any(is_missing) {
        return Some(array);
    }
    let kept = texts
        .iter()
        .map(|text| text.filter(|text| !is_missing(text)));
    Some(Arc::new(kept.collect::<StringArray>()))
}

/// The cells of an array as texts.
fn texts(array: &dyn Array) -> Result<StringArray, arrow_schema::ArrowError> {
    let format = FormatOptions::default();
    let shown = ArrayFormatter::try_new(array, &format)?;
    let mut builder = arrow_array::builder::StringBuilder::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            builder.append_null();
        } else {
            builder.append_value(shown.value(row).try_to_string()?);
        }
    }
    Ok(builder.finish())
}
