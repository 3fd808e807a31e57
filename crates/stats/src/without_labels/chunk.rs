/// Some rows of a table that are judged together: a month, a ward, or so many that came one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What it is called: the group's key, or its first and last row as `[0:499]`.
    pub key: String,
    /// Its rows, counted from 0, rising; at least one.
    pub rows: Vec<usize>,
}

impl Chunk {
    /// Chunks of `size` > 0 rows each, in the order of the rows; what is left over is a smaller one at the end.
    ///
    /// # Source
    /// NannyML 0.13.1, `SizeBasedChunker` with `incomplete="keep"`.
    pub fn by_size(rows: usize, size: usize) -> Vec<Chunk> {
        let starts = (0..rows).step_by(size.max(1));
        let chunk = |start: usize| Chunk::of_run(start, (start + size.max(1)).min(rows));
        starts.map(chunk).collect()
    }

    /// `number` > 0 chunks, in the order of the rows, equally large but for what is left over, which is in the last; fewer
    /// when there are fewer rows.
    ///
    /// # Source
    /// NannyML 0.13.1, `CountBasedChunker` with `incomplete="append"`: its default makes one chunk more than asked for.
    pub fn by_number(rows: usize, number: usize) -> Vec<Chunk> {
        let number = number.min(rows);
        let size = rows.checked_div(number).unwrap_or_default();
        let chunk = |i: usize| {
            let is_last = i + 1 == number;
            Chunk::of_run(i * size, if is_last { rows } else { (i + 1) * size })
        };
        (0..number).map(chunk).collect()
    }

    /// One chunk a key, in the order in which the keys first stand.
    pub fn by_key(keys: &[&str]) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for (row, &key) in keys.iter().enumerate() {
            let at = *known.entry(key).or_insert_with(|| {
                let key = key.to_owned();
                chunks.push(Chunk { key, rows: vec![] });
                chunks.len() - 1
            });
            chunks[at].rows.push(row);
        }
        chunks
    }

    fn of_run(start: usize, end: usize) -> Chunk {
        Chunk {
            key: format!("[{start}:{}]", end - 1),
            rows: (start..end).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(chunks: &[Chunk]) -> Vec<(&str, usize)> {
        let sizes = chunks.iter().map(|c| (c.key.as_str(), c.rows.len()));
        sizes.collect()
    }

    #[test]
    fn every_row_is_in_one_chunk() {
        for rows in [1, 2, 9, 10, 11, 100] {
            for count in [1, 3, 10, 200] {
                for chunks in [Chunk::by_size(rows, count), Chunk::by_number(rows, count)] {
                    let all: Vec<usize> = chunks.iter().flat_map(|c| c.rows.clone()).collect();
                    assert_eq!(all, (0..rows).collect::<Vec<usize>>());
                    assert!(chunks.iter().all(|chunk| !chunk.rows.is_empty()));
                }
                assert_eq!(Chunk::by_number(rows, count).len(), count.min(rows));
            }
        }
        assert_eq!(Chunk::by_size(0, 5), []);
        assert_eq!(Chunk::by_number(0, 5), []);
    }

    #[test]
    fn what_is_left_over_is_a_chunk_by_size_and_in_the_last_one_by_number() {
        assert_eq!(
            sizes(&Chunk::by_size(11, 5)),
            [("[0:4]", 5), ("[5:9]", 5), ("[10:10]", 1)]
        );
        assert_eq!(
            sizes(&Chunk::by_number(11, 2)),
            [("[0:4]", 5), ("[5:10]", 6)]
        );
    }

    #[test]
    fn a_period_is_a_chunk_wherever_its_rows_stand() {
        let chunks = Chunk::by_key(&["2021-03", "2021-02", "2021-03"]);
        assert_eq!(sizes(&chunks), [("2021-03", 2), ("2021-02", 1)]);
        assert_eq!(chunks[0].rows, [0, 2]);
    }
}
