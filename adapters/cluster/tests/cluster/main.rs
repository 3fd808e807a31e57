//! DataFusion behind galen's own words: queries, and accumulators as aggregates.

mod errors;
mod gathering;
mod gx;
mod queries;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use galen_cluster::{Engine, Limits};
use galen_table::expectation::{Extent, Found, Others, Queries, Query, QueryError};
use galen_table::scan::Scan;
use galen_table::{ReadOptions, Table};

/// An engine as the command hands it in; row counts of other tables are not asked here.
struct Asked(Engine);

impl Others for Asked {
    fn rows(&self, _name: &str) -> Option<u64> {
        None
    }

    fn queries(&self) -> Option<&dyn Queries> {
        Some(&self.0)
    }
}

/// The folder of the tables that Great Expectations was asked about.
fn tables() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/table/tests/reference/gx")
}

fn table(text: &str) -> Arc<dyn Scan> {
    let table = Table::read_csv(text.as_bytes(), &ReadOptions::default());
    Arc::new(table.expect("the test writes a table"))
}

fn file(name: &str) -> Arc<dyn Scan> {
    let path = tables().join(name);
    let text = std::fs::read_to_string(&path);
    table(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn engine(batch: Arc<dyn Scan>, limits: Limits) -> Engine {
    let other = ("other".to_owned(), table("id,site\n1,a\n2,b\n"));
    Engine::new(batch, [other], limits).expect("the names differ")
}

/// What a query finds in a small table, every row of it.
fn find(declared: &str) -> Result<Found, QueryError> {
    let batch = table("id,age,Site,weight\n1,30,a,\n2,45,b,71.5\n3,45,a,80\n");
    let query = Query::read(declared)?;
    engine(batch, Limits::default()).find(&query, Extent::All { first: 100 })
}
