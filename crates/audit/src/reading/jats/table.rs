//! Tables as rows of cells, in the model of HTML and in that of OASIS.

use super::Reader;
use crate::paper::Kind;
use crate::reading::grid::Grid;
use crate::reading::xml::Element;

impl<'t> Reader<'t> {
    pub(super) fn rows(&mut self, table: Element<'t>) {
        let columns: Vec<&str> = table
            .all("colspec")
            .into_iter()
            .filter_map(|column| column.attribute("colname"))
            .collect();
        let mut rows = Vec::new();
        own_rows(table, &mut rows);
        let mut grid = Grid::default();
        for row in rows {
            for cell in row
                .elements()
                .filter(|cell| matches!(cell.local(), "td" | "th" | "entry"))
            {
                let text = self.words(cell);
                grid.cell(&text, columns_of(cell, &columns), rows_of(cell));
            }
            grid.end_row();
        }
        for row in grid.rows() {
            self.push(Kind::Row, row);
        }
    }
}

/// The rows of a table without those of tables in its cells; these are words of the cell.
fn own_rows<'t>(part: Element<'t>, rows: &mut Vec<Element<'t>>) {
    for inside in part.elements() {
        match inside.local() {
            "tr" | "row" => rows.push(inside),
            _ => own_rows(inside, rows),
        }
    }
}

fn columns_of(cell: Element<'_>, columns: &[&str]) -> usize {
    let place = |of: &str| {
        let name = cell.attribute(of)?;
        columns.iter().position(|column| *column == name)
    };
    match (place("namest"), place("nameend")) {
        (Some(first), Some(last)) if last >= first => last - first + 1,
        _ => number(cell, "colspan").unwrap_or(1),
    }
}

fn rows_of(cell: Element<'_>) -> usize {
    let more = number(cell, "morerows").map(|more| more.saturating_add(1));
    more.or_else(|| number(cell, "rowspan")).unwrap_or(1)
}

fn number(cell: Element<'_>, of: &str) -> Option<usize> {
    cell.attribute(of)?.trim().parse().ok()
}
