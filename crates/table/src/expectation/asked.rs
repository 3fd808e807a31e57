use serde_json::Value;

use super::{AskError, Question};
use crate::accumulator::{
    Accumulator, AnyAccumulator, AnyState, Cells, CellsSeen, Keys, Missing, finished,
};
use crate::values::Values;
use crate::{Cell, ColumnError, Table};

/// A question that is ready: what is gathered while the rows go by, and how it is judged.
pub struct Asked {
    accumulators: Vec<Box<dyn AnyAccumulator>>,
    finish: Finish,
}

type Finish = Box<dyn FnOnce(Vec<AnyState>) -> Observed + Send>;

/// What was seen of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// Rows were judged one by one.
    Cells(CellsSeen),
    /// Rows were judged by all of them: the number of each unexpected one.
    Rows {
        /// The columns that are shown of an unexpected row.
        columns: Vec<String>,
        judged: u64,
        left_out: u64,
        unexpected: Vec<u64>,
    },
    /// The table was looked at as a whole.
    Whole { holds: bool, value: Value },
    /// The different values of a column were looked at; those that are not as expected, if they were counted.
    Different {
        holds: bool,
        value: Value,
        unexpected: Option<u64>,
    },
    /// Rows were found by a query that are not as expected: how many, their share of those that were judged, if they were,
    /// and the first of them, each value by the name of its column.
    Found {
        holds: bool,
        value: Value,
        unexpected: u64,
        share: Option<f64>,
        rows: Vec<Value>,
    },
    /// It cannot be said of these rows, and why.
    Impossible(String),
}

impl Asked {
    /// Judges each value of the column alone; cells without one are not judged.
    ///
    /// # Errors
    /// [`AskError`] without a column that the table has.
    pub fn each_value(
        question: &Question,
        rule: impl Fn(Cell) -> bool + Send + Sync + 'static,
    ) -> Result<Self, AskError> {
        let column = question.column()?.to_owned();
        let of = column.clone();
        Ok(Self::each_row(question, vec![column], move |table| {
            Ok(table.values(&of)?.judge(&rule))
        }))
    }

    /// Judges each row by the values of some columns; `None` leaves it out.
    pub fn each_row(
        question: &Question,
        columns: Vec<String>,
        rule: impl Fn(&Table) -> Result<Vec<Option<bool>>, ColumnError> + Send + Sync + 'static,
    ) -> Self {
        let cells = Cells::new(columns, rule).keeping(question.keep);
        Self::of(cells, Observed::Cells)
    }

    /// Judges each row by the cells of some columns; `None` leaves it out.
    pub fn each_cells(
        question: &Question,
        columns: Vec<String>,
        rule: impl Fn(&[Option<Cell>]) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        let names = columns.clone();
        Self::each_row(question, columns, move |table| {
            let values: Result<Vec<Values>, _> =
                names.iter().map(|name| table.values(name)).collect();
            let values = values?;
            let mut cells = Vec::with_capacity(values.len());
            let judge = |row| {
                cells.clear();
                cells.extend(values.iter().map(|values| values.cell(row)));
                rule(&cells)
            };
            Ok((0..table.rows()).map(judge).collect())
        })
    }

    /// Judges each row by whether the column has a value there.
    ///
    /// # Errors
    /// [`AskError`] without a column that the table has.
    pub fn presence(question: &Question, expected: bool) -> Result<Self, AskError> {
        let column = question.column()?.to_owned();
        let of = column.clone();
        Ok(Self::each_row(question, vec![column], move |table| {
            let values = table.values(&of)?;
            let is_expected = |row| Some(values.is_missing(row) != expected);
            Ok((0..values.len()).map(is_expected).collect())
        }))
    }

    /// Judges each row by the cells of the columns of `column_list`, unless `ignore_row_if` leaves it out.
    ///
    /// # Errors
    /// [`AskError`] if a column is not there.
    pub fn each_list(
        question: &Question,
        rule: impl Fn(&[Option<Cell>]) -> bool + Send + Sync + 'static,
    ) -> Result<Self, AskError> {
        let columns = question.params.needed_columns("column_list")?;
        for column in &columns {
            question.heads.place(column)?;
        }
        let ignore = question.params.ignore_rows()?;
        let rule = move |cells: &[Option<Cell>]| (!ignore.ignores(cells)).then(|| rule(cells));
        Ok(Self::each_cells(question, columns, rule))
    }

    /// Judges each row by whether another has the same values in some columns.
    pub fn unique(columns: Vec<String>, missing: Missing) -> Self {
        let keys = Keys {
            columns: columns.clone(),
            missing,
        };
        Self::of(keys, move |seen| Observed::Rows {
            columns,
            judged: seen.n(),
            left_out: seen.left_out,
            unexpected: seen.repeated(),
        })
    }

    /// Gathers one thing and judges it.
    pub fn of<A: Accumulator>(
        accumulator: A,
        judge: impl FnOnce(A::State) -> Observed + Send + 'static,
    ) -> Self {
        Self {
            accumulators: vec![Box::new(accumulator)],
            finish: Box::new(|states| {
                let mut states = states.into_iter();
                judge(finished::<A>(states.next().expect(ONE_EACH)))
            }),
        }
    }

    /// Gathers two things and judges them together.
    pub fn of_two<A: Accumulator, B: Accumulator>(
        first: A,
        second: B,
        judge: impl FnOnce(A::State, B::State) -> Observed + Send + 'static,
    ) -> Self {
        Self {
            accumulators: vec![Box::new(first), Box::new(second)],
            finish: Box::new(|states| {
                let mut states = states.into_iter();
                let first = finished::<A>(states.next().expect(ONE_EACH));
                judge(first, finished::<B>(states.next().expect(ONE_EACH)))
            }),
        }
    }

    /// What the columns alone tell.
    pub fn at_once(observed: Observed) -> Self {
        Self {
            accumulators: Vec::new(),
            finish: Box::new(|_| observed),
        }
    }

    /// The same question, with each accumulator changed: one that sees only some rows, for example.
    pub fn map(self, change: impl Fn(Box<dyn AnyAccumulator>) -> Box<dyn AnyAccumulator>) -> Self {
        Self {
            accumulators: self.accumulators.into_iter().map(change).collect(),
            finish: self.finish,
        }
    }

    /// What is gathered.
    pub fn accumulators(&self) -> impl Iterator<Item = &dyn AnyAccumulator> {
        self.accumulators.iter().map(AsRef::as_ref)
    }

    /// Judges the states, one of each accumulator in their order.
    pub fn finish(self, states: Vec<AnyState>) -> Observed {
        (self.finish)(states)
    }
}

const ONE_EACH: &str = "there is one state of each accumulator";
