use serde_json::Value;

use super::{Comparison, ConditionError, Expression, query, word};

/// Reads a condition as Great Expectations 1.9 and later writes it.
pub fn read(value: &Value, depth: usize) -> Result<Expression, ConditionError> {
    if depth == 0 {
        return Err(shape("The condition is nested too deeply.".to_owned()));
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let column = || -> Result<Box<Expression>, ConditionError> {
        let name = value
            .get("column")
            .and_then(|column| column.get("name").unwrap_or(column).as_str());
        let name = name.ok_or_else(|| shape("The condition names no `column`.".to_owned()))?;
        Ok(Box::new(Expression::Column(name.to_owned())))
    };
    let parts = || {
        let parts = value.get("conditions").and_then(Value::as_array);
        let parts =
            parts.ok_or_else(|| shape("The condition has no list `conditions`.".to_owned()))?;
        parts
            .iter()
            .map(|part| read(part, depth - 1))
            .collect::<Result<Vec<_>, _>>()
    };
    match text("type") {
        Some("comparison") => comparison(value, column()?),
        Some("nullity") => {
            let is_null = value.get("is_null").and_then(Value::as_bool);
            let is_null =
                is_null.ok_or_else(|| shape("The condition does not say `is_null`.".to_owned()))?;
            let null = Expression::IsNull(column()?);
            Ok(if is_null {
                null
            } else {
                Expression::Not(Box::new(null))
            })
        }
        Some("and") => Ok(Expression::All(parts()?)),
        Some("or") => Ok(Expression::Any(parts()?)),
        Some("pass_through") => {
            let filter = text("pass_through_filter");
            query::read(
                filter.ok_or_else(|| {
                    shape("The condition has no `pass_through_filter`.".to_owned())
                })?,
            )
        }
        _ => Err(shape(
            "The condition's `type` must be comparison, nullity, and, or, or pass_through."
                .to_owned(),
        )),
    }
}

fn comparison(value: &Value, column: Box<Expression>) -> Result<Expression, ConditionError> {
    let operator = value
        .get("operator")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let parameter = value.get("parameter").unwrap_or(&Value::Null);
    let how = match operator {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "IN" | "NOT_IN" => {
            let words = parameter
                .as_array()
                .and_then(|list| list.iter().map(word).collect());
            let words = words.ok_or_else(|| {
                shape(format!(
                    "The parameter of {operator} must be a list of values."
                ))
            })?;
            let among = Expression::Among(column, words);
            return Ok(if operator == "IN" {
                among
            } else {
                Expression::Not(Box::new(among))
            });
        }
        other => {
            return Err(shape(format!(
                "The condition's operator `{other}` is none of ==, !=, <, <=, >, >=, IN, NOT_IN."
            )));
        }
    };
    let word = word(parameter).ok_or_else(|| {
        shape(format!(
            "The condition's parameter {parameter} is no single value."
        ))
    })?;
    Ok(Expression::Compare(
        how,
        column,
        Box::new(Expression::Word(word)),
    ))
}

fn shape(why: String) -> ConditionError {
    ConditionError::Shape(why)
}
