use super::{AskError, Params, Queries};
use crate::accumulator::Keep;
use crate::{Heads, Kind};

/// What is asked, and of which table.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The declared column.
    pub column: Option<&'a str>,
    pub params: Params<'a>,
    /// The columns of the table.
    pub heads: &'a Heads,
    /// Whether the column of a place has a value in any row.
    pub has_values: &'a dyn Fn(usize) -> bool,
    pub others: &'a dyn Others,
    /// Which unexpected rows are remembered.
    pub keep: Keep,
}

/// Other tables, by the names that expectations know them by.
pub trait Others: Sync {
    /// The number of rows of a table.
    fn rows(&self, name: &str) -> Option<u64>;

    /// What answers queries of SQL about the table that is validated and the others; none unless an engine was handed in.
    fn queries(&self) -> Option<&dyn Queries> {
        None
    }
}

/// There is no other table.
pub struct NoOthers;

impl Others for NoOthers {
    fn rows(&self, _name: &str) -> Option<u64> {
        None
    }
}

impl<'a> Question<'a> {
    /// The declared column, which the table has.
    ///
    /// # Errors
    /// [`AskError::NoColumn`], [`AskError::Column`].
    pub fn column(&self) -> Result<&'a str, AskError> {
        let column = self.column.ok_or(AskError::NoColumn)?;
        self.heads.place(column)?;
        Ok(column)
    }

    /// The kind of a column; none of one without any value.
    ///
    /// # Errors
    /// [`AskError::Column`].
    pub fn kind(&self, column: &str) -> Result<Option<Kind>, AskError> {
        let place = self.heads.place(column)?;
        let kind = self.heads.list()[place].kind;
        Ok((self.has_values)(place).then_some(kind))
    }

    /// What answers queries of SQL.
    ///
    /// # Errors
    /// [`AskError::NeedsQueries`].
    pub fn queries(&self) -> Result<&'a dyn Queries, AskError> {
        self.others.queries().ok_or(AskError::NeedsQueries)
    }

    /// The names of the columns, in the order of the file.
    pub fn names(&self) -> Vec<&'a str> {
        let heads = self.heads.list().iter();
        heads.map(|head| head.name.as_str()).collect()
    }

    /// Refuses a column of numbers or truth values, which are no texts.
    ///
    /// # Errors
    /// [`AskError::NotTexts`].
    pub(super) fn texts_only(&self) -> Result<(), AskError> {
        let column = self.column()?;
        match self.kind(column)? {
            Some(kind) if kind.is_numeric() || kind == Kind::Boolean => Err(AskError::NotTexts {
                column: column.to_owned(),
                kind,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses columns of texts, days and moments in a list, which are no numbers.
    ///
    /// # Errors
    /// [`AskError::NotNumbers`].
    pub(super) fn numbers_only(&self, name: &'static str) -> Result<(), AskError> {
        for column in self.params.needed_columns(name)? {
            match self.kind(&column)? {
                None | Some(Kind::Integer | Kind::Number | Kind::Boolean) => {}
                Some(kind) => return Err(AskError::NotNumbers { column, kind }),
            }
        }
        Ok(())
    }
}
