//! What type a column is of, in the words of galen, pandas and SQL.

use super::{AskError, Asked, Observed, Question};
use crate::accumulator::Cells;
use crate::{Kind, Table};

/// A type that a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    /// Whole numbers, none of them missing.
    Whole,
    /// Fractions, or whole numbers some of which are missing.
    Fraction,
    /// Numbers of any sort: galen's own word.
    Number,
    /// Whole numbers, some of which may be missing: galen's own word, and SQL's.
    Integer,
    Boolean,
    Moment,
    Text,
    /// What pandas holds as objects: texts, and truth values with missing ones among them.
    Object,
    /// A type that no file's column is of.
    Other,
}

/// Words that pandas and numpy know, SQL's, and galen's own.
const WORDS: [(&[&str], Type); 9] = [
    (
        &["int", "int64", "long", "i8", "int_", "int64dtype"],
        Type::Whole,
    ),
    (
        &["float", "float64", "double", "f8", "float_", "float64dtype"],
        Type::Fraction,
    ),
    (
        &[
            "number",
            "numeric",
            "decimal",
            "real",
            "double precision",
            "double_precision",
            "doubletype",
            "floattype",
            "decimaltype",
        ],
        Type::Number,
    ),
    (
        &[
            "integer",
            "bigint",
            "smallint",
            "tinyint",
            "integertype",
            "longtype",
        ],
        Type::Integer,
    ),
    (
        &[
            "bool",
            "bool_",
            "boolean",
            "booleandtype",
            "booleantype",
            "?",
        ],
        Type::Boolean,
    ),
    (
        &[
            "date",
            "datetime",
            "datetime64",
            "datetime64[ns]",
            "datetime64[us]",
            "datetime64[s]",
            "timestamp",
            "datetype",
            "timestamptype",
            "timestamp_ntz",
            "timestamp_tz",
        ],
        Type::Moment,
    ),
    (
        &[
            "str",
            "string",
            "str_",
            "string_types",
            "unicode",
            "text",
            "varchar",
            "char",
            "nvarchar",
            "category",
            "stringdtype",
            "stringtype",
            "u",
        ],
        Type::Text,
    ),
    (&["object", "object_", "o"], Type::Object),
    (
        &[
            "int8",
            "int16",
            "int32",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "float16",
            "float32",
            "complex",
            "complex64",
            "complex128",
            "bytes",
            "list",
            "dict",
            "none",
            "nonetype",
            "timedelta64",
            "timedelta64[ns]",
            "categoricaldtype",
            "interval",
            "period",
        ],
        Type::Other,
    ),
];

fn of_word(word: &str) -> Option<Type> {
    let lower = word.to_lowercase();
    // `VARCHAR(20)` is a text of any length.
    let plain = lower.split('(').next().unwrap_or_default().trim();
    WORDS
        .iter()
        .find(|(words, _)| words.contains(&plain))
        .map(|(_, of)| *of)
}

/// Asks whether the values are of one of several types. `alone` says that `object` is a type of the column by itself.
///
/// # Errors
/// [`AskError`] if there is no column, or no word is known.
pub fn of_values(
    question: &Question,
    name: &'static str,
    words: &[&str],
    alone: bool,
) -> Result<Asked, AskError> {
    let types: Vec<Type> = words.iter().filter_map(|word| of_word(word)).collect();
    if types.is_empty() {
        return Err(question.params.wrong(name, EXPECTED));
    }
    let kind = question.kind(question.column()?)?;
    let by_cell = !(alone && types == [Type::Object]);
    ask(
        question,
        OfType {
            kind,
            types,
            by_cell,
            as_a_column: false,
        },
    )
}

/// Asks whether the column as a whole is of the type `type_`.
///
/// # Errors
/// As [`of_values`].
pub fn of_column(question: &Question) -> Result<Asked, AskError> {
    let word = question.params.needed_text("type_")?;
    let wanted = of_word(word).ok_or_else(|| question.params.wrong("type_", EXPECTED))?;
    let kind = question.kind(question.column()?)?;
    ask(
        question,
        OfType {
            kind,
            types: vec![wanted],
            by_cell: false,
            as_a_column: true,
        },
    )
}

const EXPECTED: &str = "a type of pandas, SQL or galen, such as int64, VARCHAR or number";

fn ask(question: &Question, of: OfType) -> Result<Asked, AskError> {
    let column = question.column()?.to_owned();
    // Whether values are missing does not change what an object is.
    let fits = of.fits(true);
    let judge = {
        let column = column.clone();
        move |table: &Table| Ok(table.values(&column)?.judge(|_| fits))
    };
    let cells = Cells::new(vec![column], judge).keeping(question.keep);
    Ok(Asked::of(cells, move |seen| {
        let lacks = seen.left_out > 0;
        if of.by_cell && of.is_object(lacks) {
            return Observed::Cells(seen);
        }
        Observed::Whole {
            holds: of.fits(lacks),
            value: of.name(lacks).into(),
        }
    }))
}

/// Which types a column of a kind is to be of.
struct OfType {
    /// None of a column without values.
    kind: Option<Kind>,
    types: Vec<Type>,
    /// Whether cells of what pandas holds as objects are judged one by one.
    by_cell: bool,
    /// Whether the type of the column is asked for, and not that of its values.
    as_a_column: bool,
}

impl OfType {
    /// Whether the values of a column of this kind, with or without missing ones, are of one of the types.
    fn fits(&self, lacks: bool) -> bool {
        let fits = |wanted: &Type| match (wanted, self.kind) {
            (Type::Number, kind) => kind.is_none_or(Kind::is_numeric),
            (Type::Integer, kind) => kind.is_none_or(|kind| kind == Kind::Integer),
            (Type::Whole, Some(Kind::Integer)) => !lacks,
            (Type::Fraction, Some(Kind::Integer)) => lacks,
            (Type::Fraction, Some(Kind::Number) | None) => true,
            (Type::Boolean, Some(Kind::Boolean)) => !(self.as_a_column && lacks),
            (Type::Moment, Some(Kind::Date | Kind::DateTime)) => true,
            // Days in a text file are texts to pandas.
            (Type::Text, Some(Kind::Text | Kind::Date | Kind::DateTime)) => true,
            (Type::Object, Some(Kind::Text | Kind::Date | Kind::DateTime)) => !self.by_cell,
            (Type::Object, Some(Kind::Boolean)) => lacks && !self.by_cell,
            _ => false,
        };
        self.types.iter().any(fits)
    }

    fn is_object(&self, lacks: bool) -> bool {
        match self.kind {
            Some(Kind::Text | Kind::Date | Kind::DateTime) => true,
            Some(Kind::Boolean) => lacks,
            _ => false,
        }
    }

    /// The name that pandas has for the column.
    fn name(&self, lacks: bool) -> &'static str {
        match self.kind {
            Some(Kind::Integer) if !lacks => "int64",
            Some(Kind::Integer | Kind::Number) | None => "float64",
            Some(Kind::Boolean) if !lacks => "bool",
            Some(Kind::Boolean | Kind::Text) => "object",
            Some(Kind::Date) => "date",
            Some(Kind::DateTime) => "datetime",
        }
    }
}
