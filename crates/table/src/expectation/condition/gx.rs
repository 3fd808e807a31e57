use super::compare::Word;
use super::{Comparison, ConditionError, Expression};

/// Reads a condition in the grammar of Great Expectations before 1.9: `col("age") > 60`, `col("sex") == "F"`,
/// `col("day") < date("2024-01-01")`, `col("age").notnull()`.
pub fn read(text: &str) -> Result<Expression, ConditionError> {
    let wrong = |rest: &str, why: &str| ConditionError::Syntax {
        text: text.to_owned(),
        grammar: "great_expectations",
        why: why.to_owned(),
        at: text[..text.len() - rest.len()].chars().count() + 1,
    };
    let rest = text.trim_start();
    let rest = rest
        .strip_prefix("col(\"")
        .ok_or_else(|| wrong(rest, "`col(\"NAME\")` is missing"))?;
    let end = rest
        .find("\")")
        .ok_or_else(|| wrong(rest, "the name does not end with `\")`"))?;
    let column = Box::new(Expression::Column(rest[..end].to_owned()));
    let rest = rest[end + 2..].trim_start();
    if rest.trim_end().eq_ignore_ascii_case(".notnull()") {
        return Ok(Expression::Not(Box::new(Expression::IsNull(column))));
    }
    let operators = [
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    let found = operators
        .iter()
        .find_map(|(sign, how)| Some((*how, rest.strip_prefix(sign)?)));
    let (how, after) =
        found.ok_or_else(|| wrong(rest, "a comparison or `.notnull()` is missing"))?;
    let value = after.trim();
    let quoted = |value: &str| {
        let inner = |quote| {
            value
                .strip_prefix(quote)?
                .strip_suffix(quote)
                .map(str::to_owned)
        };
        inner('"').or_else(|| inner('\''))
    };
    let date = |value: &str| quoted(value.strip_prefix("date(")?.strip_suffix(')')?.trim());
    let number = || value.parse::<f64>().ok().filter(|value| value.is_finite());
    let word = match quoted(value).or_else(|| date(value)) {
        Some(text) => Word::Text(text),
        None => Word::Number(number().ok_or_else(|| {
            wrong(
                after,
                "a number, a text in quotes or a `date(…)` is missing",
            )
        })?),
    };
    Ok(Expression::Compare(
        how,
        column,
        Box::new(Expression::Word(word)),
    ))
}
