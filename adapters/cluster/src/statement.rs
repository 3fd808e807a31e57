use std::ops::ControlFlow;

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::ast::{Visit, Visitor};
use galen_table::expectation::QueryError;

/// How deep expressions and queries may nest. An engine walks them by recursion, and writes the name of each level.
const DEPTH: usize = 400;
/// How deep the parser follows brackets and other things that it reads by recursion.
pub const PARSED_DEPTH: usize = 50;
/// How often tables may be read, when what WITH names is put where it is used, which can double at each name. Planning
/// slows down with the third power of it: 390 joined tables took five minutes.
const TABLES: u64 = 64;

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

/// Counts the levels on the way down, and what each query reads on the way up.
#[derive(Default)]
struct Nesting {
    depth: usize,
    /// The queries that are being walked, the innermost last.
    open: Vec<Read>,
    /// What WITH has named so far and is seen here.
    named: Vec<(String, Read)>,
    /// Queries that WITH names, known by where they stand, and their names.
    parts: Vec<(*const ast::Query, String)>,
}

/// What a query reads, when what WITH names is put in.
#[derive(Clone, Copy, Default)]
struct Read {
    tables: u64,
    /// Levels of names that stand for queries with names.
    levels: usize,
    /// How much was named where the query begins: what it names is not seen behind it.
    named: usize,
}

impl Read {
    fn add(&mut self, other: Read) {
        self.tables = self.tables.saturating_add(other.tables);
        self.levels = self.levels.max(other.levels);
    }
}

impl Nesting {
    fn down(&mut self) -> ControlFlow<QueryError> {
        self.depth += 1;
        self.limited(self.depth)
    }

    fn up(&mut self) -> ControlFlow<QueryError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn limited(&self, depth: usize) -> ControlFlow<QueryError> {
        if depth > DEPTH {
            return ControlFlow::Break(QueryError::TooDeep { limit: DEPTH });
        }
        ControlFlow::Continue(())
    }

    /// What a name in FROM reads.
    fn of(&self, relation: &ast::ObjectName) -> Read {
        let name = relation.to_string();
        let named = self.named.iter().rev().find(|(known, _)| *known == name);
        let mut read = named.map_or(Read::default(), |(_, read)| *read);
        read.tables = read.tables.max(1);
        read.levels += usize::from(named.is_some());
        read
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

    fn pre_visit_relation(&mut self, relation: &ast::ObjectName) -> ControlFlow<QueryError> {
        let read = self.of(relation);
        if let Some(query) = self.open.last_mut() {
            query.add(read);
            if query.tables > TABLES {
                return ControlFlow::Break(QueryError::TooMany { limit: TABLES });
            }
        }
        self.limited(read.levels)
    }

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<QueryError> {
        for part in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = part.alias.name.to_string();
            self.parts.push((&raw const *part.query, name));
        }
        self.open.push(Read {
            named: self.named.len(),
            ..Read::default()
        });
        self.depth += chained(&query.body);
        self.down()
    }

    fn post_visit_query(&mut self, query: &ast::Query) -> ControlFlow<QueryError> {
        self.depth -= chained(&query.body);
        if let Some(read) = self.open.pop() {
            self.named.truncate(read.named);
            let here = &raw const *query;
            match self.parts.iter().position(|(part, _)| *part == here) {
                // It is read where its name stands.
                Some(at) => {
                    let (_, name) = self.parts.swap_remove(at);
                    self.named.push((name, read));
                }
                None => {
                    if let Some(outer) = self.open.last_mut() {
                        outer.add(read);
                    }
                }
            }
        }
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
