mod compare;
mod gx;
mod query;
mod structured;

use std::collections::BTreeSet;

use serde_json::Value;
use thiserror::Error;

use super::pattern::Pattern;
use crate::accumulator::Chunk;
use crate::cell::Cell;
use crate::values::Values;
use crate::{ColumnError, Heads};
use compare::{Operand, Sort, Word};

/// Which rows an expectation is about: `row_condition` and `condition_parser` of Great Expectations.
///
/// It is written as a structure (1.x), as `col("age") > 60` (`great_expectations`), or as an expression of pandas'
/// `DataFrame.query` (`pandas`, and a text without a parser). A row without a value fulfils no comparison but `!=`.
///
/// # Source
/// Great Expectations 1.24, `row_conditions.py` and `legacy_row_conditions.py`; pandas 2.3, `DataFrame.query`.
#[derive(Clone, Debug)]
pub struct Condition {
    root: Expression,
    columns: BTreeSet<String>,
}

/// What a condition is made of.
#[derive(Clone, Debug)]
enum Expression {
    Column(String),
    /// The number of the row, from 0.
    Row,
    Word(Word),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Arithmetic(Arithmetic, Box<Expression>, Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// Whether the value is among these.
    Among(Box<Expression>, Vec<Word>),
    IsNull(Box<Expression>),
    Looks(Box<Expression>, Pattern),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
    FloorOver,
    Modulo,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Why a condition cannot be asked.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ConditionError {
    #[error("`{text}` is no condition of {grammar}: {why} at letter {at}.")]
    Syntax {
        text: String,
        grammar: &'static str,
        why: String,
        at: usize,
    },
    #[error("{0}")]
    Shape(String),
    #[error("The condition parser `{0}` is unknown; known are pandas and great_expectations.")]
    Parser(String),
    #[error("The condition compares {a} with {b}.")]
    Sorts { a: &'static str, b: &'static str },
    #[error("The condition takes {0} for true or false.")]
    NotTruth(&'static str),
    #[error(transparent)]
    Column(#[from] ColumnError),
}

/// How deep a condition may be nested.
const DEPTH: usize = 64;

impl Condition {
    /// Reads `row_condition`, written in the grammar that `condition_parser` names.
    ///
    /// # Errors
    /// [`ConditionError::Syntax`], [`ConditionError::Shape`], [`ConditionError::Parser`].
    pub fn read(condition: &Value, parser: Option<&str>) -> Result<Self, ConditionError> {
        let root = match (condition, parser) {
            (Value::String(text), None | Some("pandas" | "python")) => query::read(text)?,
            (
                Value::String(text),
                Some("great_expectations" | "great_expectations__experimental__"),
            ) => gx::read(text)?,
            (Value::String(_), Some(other)) => {
                return Err(ConditionError::Parser(other.to_owned()));
            }
            (structure, _) => structured::read(structure, DEPTH)?,
        };
        let mut columns = BTreeSet::new();
        root.visit(&mut |expression| {
            if let Expression::Column(name) = expression {
                columns.insert(name.clone());
            }
        });
        Ok(Self { root, columns })
    }

    /// The columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// Whether it can be asked of a table with these columns; `has_values` says whether the column of a place has a value in any row.
    ///
    /// # Errors
    /// [`ConditionError::Column`], [`ConditionError::Sorts`], [`ConditionError::NotTruth`].
    pub fn check(
        &self,
        heads: &Heads,
        has_values: &dyn Fn(usize) -> bool,
    ) -> Result<(), ConditionError> {
        self.root.truth(&|name| {
            let place = heads.place(name)?;
            let kind = heads.list()[place].kind;
            let is_empty = !has_values(place);
            Ok(if is_empty {
                Sort::Unknown
            } else {
                Sort::of(kind)
            })
        })
    }

    /// For each row of a chunk whether it fulfils the condition.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn keep(&self, chunk: &Chunk) -> Result<Vec<bool>, ColumnError> {
        let table = chunk.table;
        let columns: Result<Vec<(&str, Values)>, ColumnError> = self
            .columns()
            .map(|name| Ok((name, table.values(name)?)))
            .collect();
        let columns = columns?;
        let keep = (0..table.rows()).map(|row| {
            let number = chunk.row_number(row);
            let value = self.root.value(&Row {
                columns: &columns,
                row,
                number,
            });
            value == Operand::Truth(true)
        });
        Ok(keep.collect())
    }
}

/// One row of a chunk.
struct Row<'a> {
    columns: &'a [(&'a str, Values<'a>)],
    row: usize,
    number: u64,
}

impl<'a> Row<'a> {
    fn cell(&self, name: &str) -> Option<Cell<'a>> {
        let column = self.columns.iter().find(|(known, _)| *known == name);
        column.and_then(|(_, values)| values.cell(self.row))
    }
}

impl Expression {
    fn visit(&self, see: &mut dyn FnMut(&Expression)) {
        see(self);
        match self {
            Self::Column(_) | Self::Row | Self::Word(_) => {}
            Self::Not(of)
            | Self::Negative(of)
            | Self::Among(of, _)
            | Self::IsNull(of)
            | Self::Looks(of, _) => {
                of.visit(see);
            }
            Self::Arithmetic(_, a, b) | Self::Compare(_, a, b) => {
                a.visit(see);
                b.visit(see);
            }
            Self::All(of) | Self::Any(of) => of.iter().for_each(|of| of.visit(see)),
        }
    }

    fn value<'a>(&'a self, row: &Row<'a>) -> Operand<'a> {
        let is_true = |of: &'a Self| of.value(row) == Operand::Truth(true);
        match self {
            Self::Column(name) => row.cell(name).map_or(Operand::Null, Operand::of),
            Self::Row => Operand::Number(row.number as f64),
            Self::Word(word) => word.operand(),
            Self::Not(of) => Operand::Truth(!is_true(of)),
            Self::Negative(of) => match of.value(row).number() {
                Some(value) => Operand::Number(-value),
                None => Operand::Null,
            },
            Self::Arithmetic(what, a, b) => match (a.value(row).number(), b.value(row).number()) {
                (Some(a), Some(b)) => Operand::Number(what.of(a, b)),
                _ => Operand::Null,
            },
            Self::Compare(how, a, b) => Operand::Truth(how.holds(&a.value(row), &b.value(row))),
            Self::Among(of, words) => {
                let value = of.value(row);
                let is = |word: &Word| Comparison::Equal.holds(&value, &word.operand());
                Operand::Truth(words.iter().any(is))
            }
            Self::IsNull(of) => Operand::Truth(of.value(row) == Operand::Null),
            Self::Looks(of, pattern) => Operand::Truth(match of.value(row) {
                Operand::Text(text) => pattern.is_in(&text),
                _ => false,
            }),
            Self::All(of) => Operand::Truth(of.iter().all(is_true)),
            Self::Any(of) => Operand::Truth(of.iter().any(is_true)),
        }
    }

    /// Whether it is true or false of a row, and not a number or a text.
    fn truth(
        &self,
        sort_of: &dyn Fn(&str) -> Result<Sort, ColumnError>,
    ) -> Result<(), ConditionError> {
        match self.sort(sort_of)? {
            Sort::Truth | Sort::Unknown => Ok(()),
            other => Err(ConditionError::NotTruth(other.plural())),
        }
    }

    fn sort(
        &self,
        sort_of: &dyn Fn(&str) -> Result<Sort, ColumnError>,
    ) -> Result<Sort, ConditionError> {
        let number = |of: &Self| match of.sort(sort_of)? {
            Sort::Number | Sort::Truth | Sort::Unknown => Ok(Sort::Number),
            other => Err(ConditionError::Sorts {
                a: other.plural(),
                b: Sort::Number.plural(),
            }),
        };
        match self {
            Self::Column(name) => Ok(sort_of(name)?),
            Self::Row => Ok(Sort::Number),
            Self::Word(word) => Ok(word.sort()),
            Self::Not(of) => of.truth(sort_of).map(|()| Sort::Truth),
            Self::Negative(of) => number(of),
            Self::Arithmetic(_, a, b) => {
                number(a)?;
                number(b)
            }
            Self::Compare(how, a, b) => {
                let (a, b) = (a.sort(sort_of)?, b.sort(sort_of)?);
                let is_equality = matches!(how, Comparison::Equal | Comparison::NotEqual);
                if is_equality || a.can_be_ordered_with(b) {
                    return Ok(Sort::Truth);
                }
                Err(ConditionError::Sorts {
                    a: a.plural(),
                    b: b.plural(),
                })
            }
            Self::Among(of, _) | Self::IsNull(of) | Self::Looks(of, _) => {
                of.sort(sort_of).map(|_| Sort::Truth)
            }
            Self::All(of) | Self::Any(of) => {
                of.iter().try_for_each(|of| of.truth(sort_of))?;
                Ok(Sort::Truth)
            }
        }
    }
}

impl Arithmetic {
    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Plus => a + b,
            Self::Minus => a - b,
            Self::Times => a * b,
            Self::Over => a / b,
            Self::FloorOver => (a / b).floor(),
            // Python's remainder has the sign of the divisor.
            Self::Modulo => a - b * (a / b).floor(),
            Self::Power => a.powf(b),
        }
    }
}

/// A text or number that stands in a condition.
fn word(value: &Value) -> Option<Word> {
    Some(match value {
        Value::Number(number) => Word::Number(number.as_f64()?),
        Value::Bool(value) => Word::Truth(*value),
        Value::String(text) => Word::Text(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{ReadOptions, Table};

    const PEOPLE: &str = "id,age,sex,two words,day,flag\n1,50,F,1,2024-01-01,True\n2,61.5,M,2,2024-02-01,False\n3,,,3,2024-03-01,True\n";

    fn kept(condition: Value, parser: Option<&str>) -> Result<Vec<usize>, ConditionError> {
        let table = Table::read_csv(PEOPLE.as_bytes(), &ReadOptions::default());
        let table = table.expect("the test writes a table");
        let condition = Condition::read(&condition, parser)?;
        condition.check(table.heads(), &|_| true)?;
        let keep = condition.keep(&Chunk::from(&table, 0))?;
        Ok((0..table.rows()).filter(|&row| keep[row]).collect())
    }

    #[test]
    fn an_expression_of_pandas_chooses_rows() {
        for (text, rows) in [
            ("age > 55", vec![1]),
            ("age > 40 and sex == 'F'", vec![0]),
            ("sex != 'F'", vec![1, 2]),
            ("~(sex == 'F') & id < 3", vec![1]),
            ("`two words` in [1, 3] or age.isnull()", vec![0, 2]),
            ("sex not in ('F',)", vec![1, 2]),
            ("1 < id <= 3", vec![1, 2]),
            ("id % 2 == 1", vec![0, 2]),
            ("-id < -1 and id ** 2 // 2 == 2", vec![1]),
            ("day >= '2024-02-01'", vec![1, 2]),
            ("flag", vec![0, 2]),
            ("not flag", vec![1]),
            ("flag == True", vec![0, 2]),
            ("index == 2", vec![2]),
            ("sex.str.startswith('M')", vec![1]),
            ("sex == ['M', 'F']", vec![0, 1]),
            ("age", vec![]),
        ] {
            let got = kept(json!(text), Some("pandas"));
            match got {
                Ok(got) => assert_eq!(got, rows, "{text}"),
                Err(error) => assert!(rows.is_empty(), "{text}: {error}"),
            }
        }
    }

    #[test]
    fn the_grammar_of_great_expectations_chooses_rows() {
        for (text, rows) in [
            (r#"col("age") >= 61.5"#, vec![1]),
            (r#"col("sex") == "F""#, vec![0]),
            (r#"col("sex") != 'F'"#, vec![1, 2]),
            (r#"col("age").notnull()"#, vec![0, 1]),
            (r#"col("two words")>-1"#, vec![0, 1, 2]),
            (r#"col("day") < date("2024-02-01")"#, vec![0]),
        ] {
            let got = kept(json!(text), Some("great_expectations"));
            assert_eq!(got, Ok(rows), "{text}");
        }
        assert!(kept(json!("age > 5"), Some("great_expectations")).is_err());
    }

    #[test]
    fn the_structure_of_version_1_chooses_rows() {
        let compare = |name: &str, operator: &str, parameter: Value| json!({"type": "comparison", "column": {"name": name}, "operator": operator, "parameter": parameter});
        let absent = json!({"type": "nullity", "column": {"name": "age"}, "is_null": true});
        assert_eq!(
            kept(compare("sex", "IN", json!(["M", "X"])), None),
            Ok(vec![1])
        );
        assert_eq!(
            kept(compare("id", "NOT_IN", json!([1])), None),
            Ok(vec![1, 2])
        );
        let or = json!({"type": "or", "conditions": [absent, compare("age", "<", json!(55))]});
        assert_eq!(kept(or, None), Ok(vec![0, 2]));
        let through = json!({"type": "pass_through", "pass_through_filter": "age > 55"});
        assert_eq!(kept(through, None), Ok(vec![1]));
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        let error = |text: &str| kept(json!(text), None).expect_err(text).to_string();
        assert_eq!(
            error("age > 'x'"),
            "The condition compares numbers with texts."
        );
        assert!(error("old > 1").starts_with("There is no column `old`"));
        assert_eq!(
            error("age >"),
            "`age >` is no condition of pandas: a value is missing at letter 6."
        );
        assert!(error("age > 1)").contains("at letter 8"));
        assert!(error("sex.str.title() == 'F'").contains("title"));
        assert!(error(&"(".repeat(100_000)).contains("nested"));
        let parser = Condition::read(&json!("x"), Some("spark")).expect_err("spark is not known");
        assert!(parser.to_string().contains("spark"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in r#"[a-z0-9 ><=!&|~()\[\].,'"`*/%東-]{0,24}"#) {
            let _ = Condition::read(&json!(text), None);
            let _ = Condition::read(&json!(text), Some("great_expectations"));
        }
    }
}
