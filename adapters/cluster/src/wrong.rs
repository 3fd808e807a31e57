use datafusion::common::{Column, DataFusionError, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;
use galen_table::expectation::{Place, QueryError, nearest};
use galen_table::scan::ScanError;

use crate::statement;

/// What went wrong in words that a reader of the query understands.
pub fn of(error: &DataFusionError, memory_bytes: usize) -> QueryError {
    let place = place(error);
    match root(error) {
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound {
                field,
                valid_fields,
            } => no_column(field, valid_fields, place),
            other => QueryError::Wrong {
                why: sentence(&other.to_string()),
                place,
            },
        },
        DataFusionError::ResourcesExhausted(_) => QueryError::TooMuchMemory {
            mib: memory_bytes >> 20,
        },
        DataFusionError::External(error) => match error.downcast_ref::<ScanError>() {
            Some(ScanError::Stopped) => QueryError::Stopped,
            _ => QueryError::Unread(error.to_string()),
        },
        DataFusionError::Internal(why) => QueryError::Failed(first_line(why)),
        DataFusionError::SQL(error, _) => {
            if **error == ParserError::RecursionLimitExceeded {
                let limit = statement::PARSED_DEPTH;
                return QueryError::TooDeep { limit };
            }
            let why = error.to_string();
            let (why, place) = cut_place(why.trim_start_matches("sql parser error: "), place);
            QueryError::Wrong {
                why: sentence(&why),
                place,
            }
        }
        other => QueryError::Wrong {
            why: sentence(&first_line(&other.message())),
            place,
        },
    }
}

/// The error that all the others wrap.
fn root(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::Collection(all) => all.first().map_or(error, root),
        DataFusionError::ArrowError(arrow, _) => match arrow.as_ref() {
            arrow_schema::ArrowError::ExternalError(inner) => {
                inner.downcast_ref().map_or(error, root)
            }
            _ => error,
        },
        DataFusionError::External(inner) => inner.downcast_ref().map_or(error, root),
        _ => error,
    }
}

fn place(error: &DataFusionError) -> Option<Place> {
    match error {
        DataFusionError::Diagnostic(diagnostic, inner) => {
            let span = diagnostic.span.map(|span| Place {
                line: span.start.line,
                column: span.start.column,
            });
            // Line 0 is that of a span that is not known.
            span.filter(|place| place.line > 0).or_else(|| place(inner))
        }
        DataFusionError::Context(_, inner) => place(inner),
        DataFusionError::Shared(inner) => place(inner),
        DataFusionError::Collection(all) => all.first().and_then(place),
        _ => None,
    }
}

fn no_column(field: &Column, valid: &[Column], place: Option<Place>) -> QueryError {
    let known = valid.iter().map(|column| column.name.as_str());
    let near = nearest(&field.name, known);
    QueryError::NoColumn {
        name: field.name.clone(),
        place,
        near: near.into_iter().map(str::to_owned).collect(),
    }
}

/// The parser writes ` at Line: 1, Column: 8` at the end.
fn cut_place(why: &str, known: Option<Place>) -> (String, Option<Place>) {
    let found = why.rsplit_once(" at Line: ").and_then(|(before, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        let line = line.trim().parse().ok()?;
        let column = column.trim().trim_end_matches('"').parse().ok()?;
        Some((before.to_owned(), Place { line, column }))
    });
    match found {
        Some((why, place)) => (why, Some(place)),
        None => (why.to_owned(), known),
    }
}

fn first_line(text: &str) -> String {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.next().unwrap_or_default().trim().to_owned()
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '?', '!']) {
        return text.to_owned();
    }
    format!("{text}.")
}
