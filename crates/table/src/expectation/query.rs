use std::fmt;

use serde_json::Value;
use thiserror::Error;

/// The longest query that is taken, in bytes: engines of SQL walk it again and again, as deep as it nests.
const LONGEST: usize = 32 << 10;

/// A query of SQL, in which `{batch}` stands for the table that is validated.
///
/// # Source
/// Great Expectations 1.24, `QueryMetricProvider._format_query`: braces are those of Python's `str.format`, of which only
/// the field `batch` is filled. A brace that is meant is written twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    declared: String,
    pieces: Vec<Piece>,
}

/// Some of a query: letters of it, or the table where there are none; and the byte of the declared text where it began.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    begin: usize,
    text: Option<String>,
}

/// What an engine finds with a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The names of the columns, in the order of the query.
    pub columns: Vec<String>,
    /// The first rows: a value a column.
    pub first: Vec<Vec<Value>>,
    /// How many rows were found.
    pub rows: u64,
}

impl Found {
    /// The first rows, each value by the name of its column.
    pub fn named(&self) -> Vec<Value> {
        let named = |row: &Vec<Value>| {
            let cells = self.columns.iter().cloned().zip(row.iter().cloned());
            Value::Object(cells.collect())
        };
        self.first.iter().map(named).collect()
    }
}

/// How far an engine reads what a query finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// To the last row, which is counted; so many are given.
    All { first: usize },
    /// So many rows, and no further.
    First(usize),
}

/// An engine that answers queries of SQL about the table that is validated and about others.
pub trait Queries: Sync {
    /// What a query finds: the same on each machine as long as the query says which rows it means.
    ///
    /// # Errors
    /// [`QueryError`].
    fn find(&self, query: &Query, extent: Extent) -> Result<Found, QueryError>;
}

/// A place in a query; both count from 1, columns in letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

/// Why a query was not answered.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum QueryError {
    #[error("The query has {bytes} bytes and the limit is {LONGEST}.")]
    TooLong { bytes: usize },
    #[error(
        "The query has at {place} a brace that is no `{{batch}}`: write a brace that is meant twice, `{{{{` or `}}}}`."
    )]
    Brace { place: Place },
    #[error("A query only reads, with one SELECT or WITH; this one {0}.")]
    NotReading(String),
    #[error(
        "The query nests more than {limit} levels deep: divide it with WITH, or write a list with IN."
    )]
    TooDeep { limit: usize },
    #[error(
        "The query reads tables more than {limit} times, when what WITH names is put where it is used."
    )]
    TooMany { limit: u64 },
    #[error("The query has no column `{name}`{}{}.", at(place), or_near(near))]
    NoColumn {
        name: String,
        place: Option<Place>,
        near: Vec<String>,
    },
    #[error(
        "The query knows no table `{name}`; it knows {}. Name the file of another with `--table {name}=FILE`.",
        known.join(", ")
    )]
    NoTable { name: String, known: Vec<String> },
    #[error("The query is wrong{}: {why}", at(place))]
    Wrong { why: String, place: Option<Place> },
    #[error(
        "The query needs more than {mib} MiB of memory: let it read fewer rows, sort or join less."
    )]
    TooMuchMemory { mib: usize },
    #[error("The query was stopped before its last row.")]
    Stopped,
    #[error("The table could not be read for the query: {0}")]
    Unread(String),
    #[error("The query engine failed: {0}")]
    Failed(String),
}

fn at(place: &Option<Place>) -> String {
    place.map_or_else(String::new, |place| format!(" at {place}"))
}

fn or_near(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let near: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("; near it: {}", near.join(", "))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl Query {
    /// Reads a query as it is declared for the table that is validated.
    ///
    /// # Errors
    /// [`QueryError::TooLong`], [`QueryError::Brace`].
    pub fn read(declared: &str) -> Result<Self, QueryError> {
        // Great Expectations cuts these off, since it puts the query into another.
        let declared = declared.trim_end_matches([';', ' ', '\t', '\r', '\n', '\u{b}', '\u{c}']);
        limited(declared)?;
        let mut pieces = Vec::new();
        let mut begin = 0;
        while let Some(at) = declared[begin..].find(['{', '}']) {
            let at = begin + at;
            let rest = &declared[at..];
            let text = |end| Some(declared[begin..end].to_owned());
            if rest.starts_with("{{") || rest.starts_with("}}") {
                // The first brace stands, the second is passed over.
                let text = text(at + 1);
                pieces.push(Piece { begin, text });
                begin = at + 2;
            } else if rest.starts_with(FIELD) {
                let text = text(at);
                pieces.push(Piece { begin, text });
                pieces.push(Piece {
                    begin: at,
                    text: None,
                });
                begin = at + FIELD.len();
            } else {
                let place = place_of(declared, at);
                return Err(QueryError::Brace { place });
            }
        }
        let text = Some(declared[begin..].to_owned());
        pieces.push(Piece { begin, text });
        let declared = declared.to_owned();
        Ok(Self { declared, pieces })
    }

    /// Takes a query of other tables as it stands: braces in it mean nothing.
    ///
    /// # Errors
    /// [`QueryError::TooLong`].
    pub fn verbatim(declared: &str) -> Result<Self, QueryError> {
        limited(declared)?;
        let declared = declared.to_owned();
        let text = Some(declared.clone());
        let pieces = vec![Piece { begin: 0, text }];
        Ok(Self { declared, pieces })
    }

    /// The query with a name for the table that is validated.
    pub fn of_table(&self, name: &str) -> String {
        let pieces = self.pieces.iter().map(|piece| piece.filled(name));
        pieces.collect()
    }

    /// Where a place in [`Query::of_table`] with the same name is in the declared text.
    pub fn declared_place(&self, name: &str, place: Place) -> Place {
        let mut left = offset_of(&self.of_table(name), place);
        for piece in &self.pieces {
            let length = piece.filled(name).len();
            if left < length {
                let within = if piece.text.is_some() { left } else { 0 };
                return place_of(&self.declared, piece.begin + within);
            }
            left -= length;
        }
        place_of(&self.declared, self.declared.len())
    }
}

/// What stands for the table.
const FIELD: &str = "{batch}";

impl Piece {
    fn filled<'a>(&'a self, name: &'a str) -> &'a str {
        self.text.as_deref().unwrap_or(name)
    }
}

fn limited(declared: &str) -> Result<(), QueryError> {
    let bytes = declared.len();
    if bytes > LONGEST {
        return Err(QueryError::TooLong { bytes });
    }
    Ok(())
}

/// The place of a byte that begins a letter, or of the end.
fn place_of(text: &str, offset: usize) -> Place {
    let before = &text[..offset];
    let line = before.rsplit('\n').next().unwrap_or_default();
    Place {
        line: before.matches('\n').count() as u64 + 1,
        column: line.chars().count() as u64 + 1,
    }
}

/// The byte of a place; the end for a place that the text does not have.
fn offset_of(text: &str, place: Place) -> usize {
    let mut begin = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if at as u64 + 1 == place.line {
            let letters = place.column.saturating_sub(1) as usize;
            let within = line.char_indices().nth(letters);
            return begin + within.map_or(line.len(), |(offset, _)| offset);
        }
        begin += line.len();
    }
    begin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(declared: &str) -> Query {
        Query::read(declared).expect("the test writes a query")
    }

    #[test]
    fn the_table_is_put_for_its_field_and_a_brace_that_is_written_twice_stands() {
        let query = read("SELECT '{{' FROM {batch} a JOIN {batch} b; \n;");
        assert_eq!(query.of_table("t"), "SELECT '{' FROM t a JOIN t b");
        let other = Query::verbatim("SELECT '{' FROM {batch}").expect("it is short");
        assert_eq!(other.of_table("t"), "SELECT '{' FROM {batch}");
    }

    #[test]
    fn any_other_brace_is_an_error_that_says_where() {
        for (declared, column) in [("SELECT {", 8), ("SELECT '{x}'", 9), ("a}", 2), ("é{0}", 2)] {
            let place = Place { line: 1, column };
            let error = QueryError::Brace { place };
            assert_eq!(Query::read(declared), Err(error), "{declared}");
        }
        let place = Place { line: 2, column: 3 };
        assert_eq!(Query::read("a\nb {"), Err(QueryError::Brace { place }));
    }

    #[test]
    fn a_place_in_the_filled_query_is_one_in_the_declared() {
        let declared = "SELECT '{{é}}' FROM {batch}\n  WHERE '{{' = x AND y";
        let query = read(declared);
        for word in ["SELECT", "FROM", "WHERE", "x AND", "y"] {
            for name in ["t", "a longer name"] {
                let filled = query.of_table(name);
                let at = |text: &str| place_of(text, text.find(word).expect("it is there"));
                let found = query.declared_place(name, at(&filled));
                assert_eq!(found, at(declared), "{word}");
            }
        }
        let beyond = Place { line: 9, column: 1 };
        let end = place_of(declared, declared.len());
        assert_eq!(query.declared_place("t", beyond), end);
    }

    #[test]
    fn a_query_that_is_too_long_is_not_taken() {
        let long = "x".repeat(LONGEST + 1);
        let error = QueryError::TooLong { bytes: LONGEST + 1 };
        assert_eq!(Query::read(&long), Err(error.clone()));
        assert_eq!(Query::verbatim(&long), Err(error));
    }
}
