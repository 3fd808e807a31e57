use std::sync::Arc;

use super::outcomes::{By, Classes, OutcomesOf};
use super::profile::ProfileOf;
use super::{
    AnyAccumulator, Cells, Chunk, CoMomentsOf, Filtered, Grouped, Keep, Keys, Missing, MomentsOf,
    NumbersOf, Rows, SampleOf, Word, WordsOf,
};
use crate::Cell;

/// A text of so many rows with a column of each kind, some of whose values are absent, for [`one_of_each`].
pub fn text(rows: usize) -> String {
    let mut text = String::from("id,n,word,yes,day,at\n");
    for row in 0..rows {
        let n = match row % 11 {
            0 => String::new(),
            // Sums of such numbers depend on the order in which they are added.
            _ => format!(
                "{}",
                (row as f64 * 0.37).sin() * 10_f64.powi(row as i32 % 7)
            ),
        };
        let word = ["a", "b", "", "c \"d\"", "\u{e9}"][row % 5].replace('"', "\"\"");
        let day = 1 + row % 28;
        text.push_str(&format!(
            "{row},{n},\"{word}\",{},2024-02-{day:02},2024-02-{day:02}T0{}:30:00\n",
            row % 3 == 0,
            row % 10
        ));
    }
    text
}

/// One accumulator of each type, with its name, about the columns of [`text`]: what holds for these holds for every one.
pub fn one_of_each() -> Vec<(&'static str, Arc<dyn AnyAccumulator>)> {
    let all = || {
        ["id", "n", "word", "yes", "day", "at"]
            .map(str::to_owned)
            .to_vec()
    };
    let column = || "n".to_owned();
    let cells = |keep| {
        let rule = |table: &crate::Table| {
            let judge = |cell: Cell| cell.number().is_some_and(|number| number < 0.5);
            Ok(table.values("n")?.judge(judge))
        };
        Cells::new(vec![column()], rule).keeping(keep)
    };
    let odd = |chunk: &Chunk| {
        let rows = 0..chunk.table.rows();
        Ok(rows.map(|row| chunk.row_number(row) % 2 == 1).collect())
    };
    let classes = vec![
        Classes {
            column: column(),
            by: By::Edges(vec![-1.0, 0.0, 1.0]),
        },
        Classes {
            column: "word".into(),
            by: By::Words(vec![Word::Text("a".into()), Word::Text("b".into())]),
        },
    ];
    let keys = |missing| Keys {
        columns: vec!["word".into(), "yes".into()],
        missing,
    };
    let filtered = Filtered::new(
        Box::new(keys(Missing::All)),
        vec!["n".into()],
        Arc::new(odd),
    );
    let grouped = Grouped::new(Box::new(cells(Keep::EveryRow)), "word", |cell| {
        Some(cell.to_string())
    });
    vec![
        ("cells", Arc::new(cells(Keep::Examples))),
        ("every cell", Arc::new(cells(Keep::EveryRow))),
        (
            "co-moments",
            Arc::new(CoMomentsOf {
                columns: vec!["id".into(), column()],
            }),
        ),
        ("filtered", Arc::new(filtered)),
        ("grouped", Arc::new(grouped)),
        ("keys", Arc::new(keys(Missing::Never))),
        (
            "key",
            Arc::new(Keys {
                columns: vec!["id".into()],
                missing: Missing::Any,
            }),
        ),
        ("moments", Arc::new(MomentsOf { column: column() })),
        ("numbers", Arc::new(NumbersOf { column: column() })),
        (
            "outcomes",
            Arc::new(OutcomesOf {
                label: "yes".into(),
                positive: "true".into(),
                columns: classes,
            }),
        ),
        (
            "profile",
            Arc::new(ProfileOf {
                columns: all(),
                most: 10_000,
            }),
        ),
        (
            "sketched profile",
            Arc::new(ProfileOf {
                columns: all(),
                most: 20,
            }),
        ),
        ("rows", Arc::new(Rows)),
        (
            "sample",
            Arc::new(SampleOf {
                columns: all(),
                seed: 7,
                share: 0.25,
            }),
        ),
        (
            "words",
            Arc::new(WordsOf {
                column: "word".into(),
            }),
        ),
        ("words of numbers", Arc::new(WordsOf { column: column() })),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{Pace, gather};
    use crate::{ReadOptions, Table};

    #[test]
    fn a_state_that_was_kept_is_the_state() {
        let text = text(2_000);
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        for (name, accumulator) in one_of_each() {
            let mut states = gather(&table, &[accumulator.as_ref()], Pace::ALONE).expect(name);
            let state = states.remove(0);
            let kept = accumulator.state(&state).expect(name);
            let text = serde_json::to_string(&kept).expect("JSON is written");
            let read = serde_json::from_str(&text).expect("what was written is JSON");
            let again = accumulator.restore(&read).expect(name);
            assert_eq!(accumulator.state(&again).expect(name), kept, "{name}");
            // It goes on as the other does.
            let (mut a, mut b) = (state, again);
            let chunk = Chunk::from(&table, 2_000);
            accumulator.update(&mut a, &chunk).expect(name);
            accumulator.update(&mut b, &chunk).expect(name);
            let told = |state| accumulator.state(state).expect(name);
            assert_eq!(told(&a), told(&b), "{name}");
        }
    }

    /// A file of an accumulator that is not among them would escape the laws.
    #[test]
    fn each_file_of_an_accumulator_is_among_them() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/accumulator");
        let files = std::fs::read_dir(folder).expect("the folder is there");
        let types = files.filter_map(|file| {
            let path = file.expect("it is listed").path();
            if path.ends_with("conformance.rs") {
                return None;
            }
            let text = std::fs::read_to_string(&path).ok()?;
            let begin = ["impl Accumulator for ", "impl AnyAccumulator for "]
                .iter()
                .find_map(|words| text.split_once(words))?;
            Some(begin.1.split_whitespace().next()?.to_owned())
        });
        let own = include_str!("conformance.rs");
        let mut count = 0;
        for name in types {
            let is_made = [" {", "::new("]
                .iter()
                .any(|way| own.contains(&format!("{name}{way}")));
            assert!(
                is_made || own.contains(&format!("Arc::new({name})")),
                "{name}"
            );
            count += 1;
        }
        assert!(count >= 12, "{count} accumulators were found");
    }
}
