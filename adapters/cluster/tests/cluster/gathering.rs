//! Accumulators as aggregates: the same as in one pass.

use std::sync::Arc;

use galen_cluster::{GatherError, gather};
use galen_table::accumulator::conformance::{one_of_each, text};
use galen_table::accumulator::{AnyAccumulator, AnyState, MomentsOf, Rows};
use galen_table::scan::{Folder, Member, Pace, Scan, ScanError};
use galen_table::{ReadOptions, Table};

/// A table in so many parts of unequal length.
pub fn in_parts(rows: usize, parts: usize) -> Arc<dyn Scan> {
    let text = text(rows);
    let (head, body) = text.split_once('\n').expect("it has a header");
    let lines: Vec<&str> = body.lines().collect();
    let cut = |part: usize| rows * part * part / (parts * parts);
    let member = |part: usize| {
        let lines = lines[cut(part)..cut(part + 1)].join("\n");
        let text = format!("{head}\n{lines}\n");
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default());
        let scan: Box<dyn Scan> = Box::new(table.expect("the test writes a table"));
        let name = format!("part {part}");
        Member {
            file: name.clone(),
            name,
            scan,
        }
    };
    let (folder, left_out) =
        Folder::new((0..parts).map(member).collect(), None).expect("the columns are the same");
    assert!(left_out.is_empty(), "{left_out:?}");
    Arc::new(folder)
}

fn on_cluster(
    scan: &Arc<dyn Scan>,
    accumulators: &[Arc<dyn AnyAccumulator>],
    partitions: usize,
) -> Result<Vec<AnyState>, GatherError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build();
    let runtime = runtime.expect("threads can be made");
    runtime.block_on(gather(Arc::clone(scan), accumulators, partitions, || false))
}

#[test]
fn every_accumulator_gathers_on_any_number_of_partitions_what_it_gathers_in_one_pass() {
    let scan = in_parts(4_000, 8);
    let (names, all): (Vec<_>, Vec<_>) = one_of_each().into_iter().unzip();
    let references: Vec<&dyn AnyAccumulator> = all.iter().map(AsRef::as_ref).collect();
    let expected = galen_table::scan::gather(scan.as_ref(), &references, Pace::ALONE);
    let expected = expected.expect("the table is read");
    for partitions in [1, 3, 8] {
        let found = on_cluster(&scan, &all, partitions).expect("the table is read");
        for (at, name) in names.iter().enumerate() {
            let of = |state| all[at].state(state).expect("JSON can hold it");
            assert_eq!(of(&found[at]), of(&expected[at]), "{name} in {partitions}");
        }
    }
}

#[test]
fn a_table_without_a_row_is_gathered_as_in_one_pass() {
    let empty: Arc<dyn Scan> =
        Arc::new(in_memory("id,n\n1,2\n").filter(&[false]).expect("one row"));
    let rows: Arc<dyn AnyAccumulator> = Arc::new(Rows);
    let found = on_cluster(&empty, &[Arc::clone(&rows)], 3).expect("the table is read");
    assert_eq!(rows.state(&found[0]).expect("JSON can hold it"), 0);
}

fn in_memory(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
}

#[test]
fn a_column_that_is_not_there_is_told() {
    let scan: Arc<dyn Scan> = Arc::new(in_memory("id\n1\n"));
    let absent: Arc<dyn AnyAccumulator> = Arc::new(MomentsOf { column: "n".into() });
    let error = on_cluster(&scan, &[absent], 1).err();
    let is_told = matches!(error, Some(GatherError::Scan(ScanError::Column(_))));
    assert!(is_told, "{error:?}");
}
