use crate::Table;

impl Table {
    /// The table as CSV (RFC 4180, LF line ends): cells as they stood in the file, absent values as empty cells.
    ///
    /// The same table gives the same bytes. A cell is quoted only where it must be; in a table of one column an absent
    /// value is written `""`, since an empty line is no row.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let names = self.names();
        let alone = names.len() == 1;
        record(&mut out, names.iter().map(|name| Some(*name)), alone);
        for row in 0..self.rows() {
            let cells = (0..names.len()).map(|place| self.text_at(place, row));
            let cells: Vec<_> = cells.collect();
            record(&mut out, cells.iter().map(Option::as_deref), alone);
        }
        out
    }
}

fn record<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = Option<&'a str>>, alone: bool) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        match cell {
            None if alone => out.extend(b"\"\""),
            None => {}
            Some(cell) if must_quote(cell) => {
                out.push(b'"');
                out.extend(cell.replace('"', "\"\"").bytes());
                out.push(b'"');
            }
            Some(cell) => out.extend(cell.bytes()),
        }
    }
    out.push(b'\n');
}

fn must_quote(cell: &str) -> bool {
    // A byte order mark at the beginning of the file would be skipped.
    cell.contains([',', '"', '\n', '\r']) || cell.starts_with('\u{feff}')
}
