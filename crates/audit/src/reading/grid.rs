//! The cells of a table whose cells may span columns and rows.

/// A table under way. A cell over several columns or rows stands in the first of them; the others are empty.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<String>,
    row: Vec<String>,
    /// For each column, how many rows a cell of an earlier row still covers.
    covered: Vec<usize>,
}

/// A span that a file may state; more is a mistake or a trap.
const SPAN_MAX: usize = 200;

impl Grid {
    pub(super) fn cell(&mut self, text: &str, columns: usize, rows: usize) {
        self.skip_covered();
        let start = self.row.len();
        let columns = columns.clamp(1, SPAN_MAX);
        let words: Vec<&str> = text.split_whitespace().collect();
        self.row.push(words.join(" "));
        self.row.resize(start + columns, String::new());
        if self.covered.len() < self.row.len() {
            self.covered.resize(self.row.len(), 0);
        }
        for covered in &mut self.covered[start..start + columns] {
            *covered = rows.clamp(1, 10_000);
        }
    }

    fn skip_covered(&mut self) {
        while self
            .covered
            .get(self.row.len())
            .is_some_and(|rows| *rows > 0)
        {
            self.row.push(String::new());
        }
    }

    pub(super) fn end_row(&mut self) {
        self.skip_covered();
        for covered in &mut self.covered {
            *covered = covered.saturating_sub(1);
        }
        let row = std::mem::take(&mut self.row);
        if row.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(row.join("\t"));
        }
    }

    pub(super) fn rows(self) -> Vec<String> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_span_leave_their_other_places_empty() {
        let mut grid = Grid::default();
        grid.cell("Group", 1, 2);
        grid.cell("Sepsis", 2, 1);
        grid.end_row();
        grid.cell("n", 1, 1);
        grid.cell("%", 1, 1);
        grid.end_row();
        grid.cell("Women", 1, 1);
        grid.cell("236", 1, 1);
        grid.cell(" 41.4 ", 1, 1);
        grid.end_row();
        assert_eq!(
            grid.rows(),
            ["Group\tSepsis\t", "\tn\t%", "Women\t236\t41.4"]
        );
    }
}
