use std::ops::ControlFlow;

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::ast::{Visit, Visitor};
use galen_table::expectation::QueryError;

/// How deep expressions and queries may nest. An engine walks them by recursion, and writes the name of each level.
const DEPTH: usize = 400;

/// Looks whether a statement only reads, and is not nested too deeply to be planned.
///
/// # Errors
/// [`QueryError::NotReading`], [`QueryError::TooDeep`].
pub fn check(statement: &Statement) -> Result<(), QueryError> {
    let Statement::Statement(statement) = statement else {
        return Err(not_reading(statement));
    };
    if !matches!(statement.as_ref(), ast::Statement::Query(_)) {
        return Err(not_reading(statement));
    }
    let mut seen = Nesting::default();
    match statement.visit(&mut seen) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

/// Says how a statement begins that does something else.
fn not_reading(statement: &impl ToString) -> QueryError {
    let text = statement.to_string();
    let word = text.split_whitespace().next().unwrap_or_default();
    QueryError::NotReading(format!("begins with {word}"))
}

/// Counts the levels on the way down.
#[derive(Default)]
struct Nesting {
    depth: usize,
}

impl Nesting {
    fn down(&mut self) -> ControlFlow<QueryError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return ControlFlow::Break(QueryError::TooDeep { limit: DEPTH });
        }
        ControlFlow::Continue(())
    }

    fn up(&mut self) -> ControlFlow<QueryError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

impl Visitor for Nesting {
    type Break = QueryError;

    fn pre_visit_expr(&mut self, _expression: &ast::Expr) -> ControlFlow<QueryError> {
        self.down()
    }

    fn post_visit_expr(&mut self, _expression: &ast::Expr) -> ControlFlow<QueryError> {
        self.up()
    }

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<QueryError> {
        self.depth += chained(&query.body);
        self.down()
    }

    fn post_visit_query(&mut self, query: &ast::Query) -> ControlFlow<QueryError> {
        self.depth -= chained(&query.body);
        self.up()
    }

    fn pre_visit_select(&mut self, select: &ast::Select) -> ControlFlow<QueryError> {
        if select.into.is_some() {
            let what = "writes with INTO".to_owned();
            return ControlFlow::Break(QueryError::NotReading(what));
        }
        self.depth += joined(select);
        self.down()
    }

    fn post_visit_select(&mut self, select: &ast::Select) -> ControlFlow<QueryError> {
        self.depth -= joined(select);
        self.up()
    }

    fn pre_visit_statement(&mut self, statement: &ast::Statement) -> ControlFlow<QueryError> {
        match statement {
            ast::Statement::Query(_) => ControlFlow::Continue(()),
            other => ControlFlow::Break(not_reading(other)),
        }
    }
}

/// How many UNION, EXCEPT and INTERSECT follow each other: each is a level of the plan.
fn chained(body: &ast::SetExpr) -> usize {
    let (mut body, mut levels) = (body, 0);
    while let ast::SetExpr::SetOperation { left, .. } = body {
        (body, levels) = (left, levels + 1);
    }
    levels
}

/// How many tables a select joins: each is a level of the plan.
fn joined(select: &ast::Select) -> usize {
    select.from.iter().map(|from| 1 + from.joins.len()).sum()
}
