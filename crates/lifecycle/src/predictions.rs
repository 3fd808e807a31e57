//! The prediction log: what was asked of a release, under pseudonyms, as journals that are sealed into artifacts when
//! their window is closed.

use std::collections::BTreeMap;

use galen_spec::monitor::Window;
use galen_store::Digest;
use galen_table::Table;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::ActError;
use crate::project::Project;

/// Where the secret lies that turns identifiers into pseudonyms.
pub(crate) const PSEUDONYM_KEY: &str = "secret/pseudonym.key";

/// Held while a journal is written: a line that comes while another is taken out would be lost.
const LOCK: &str = "journals/lock";

/// One prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Prediction {
    pub pseudonym: String,
    pub at: Date,
    /// Inputs as text; an absent one is missing.
    pub inputs: BTreeMap<String, String>,
    pub score: f64,
}

/// The truth of a case that was predicted before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Label {
    pub pseudonym: String,
    pub truth: bool,
}

/// The name of the period that a date lies in: `2008`, or `2008-03`.
pub fn period(window: Window, date: Date) -> String {
    match window {
        Window::Year => format!("{:04}", date.year()),
        Window::Month => format!("{:04}-{:02}", date.year(), date.month()),
    }
}

/// The last day of a period; `None` for a name that is none.
pub fn last_day(window: Window, period: &str) -> Option<Date> {
    let first = match window {
        Window::Year => format!("{period}-12-01"),
        Window::Month => format!("{period}-01"),
    };
    first.parse::<Date>().ok().map(|date| date.last_of_month())
}

impl Project {
    /// The pseudonym of an identifier: the same for the same identifier, and not to be undone without the project's secret.
    pub(crate) fn pseudonyms(&self, ids: &[String]) -> Result<Vec<String>, ActError> {
        let key = self.secret(PSEUDONYM_KEY)?;
        // A key of fixed length in front: nothing can be appended to the identifier that a shorter one would explain.
        Ok(ids
            .iter()
            .map(|id| Digest::of(&[&key, id.as_bytes()].concat()).hex()[..16].to_owned())
            .collect())
    }

    /// Appends lines to a journal, synced before this returns.
    pub(crate) fn append_journal<T: Serialize>(
        &self,
        path: &str,
        lines: &[T],
    ) -> Result<(), ActError> {
        let _lock = self.store.lock(LOCK, self.ports.wait, &self.ports.who)?;
        let mut bytes = Vec::new();
        // A line that an earlier crash left torn ends here, so that it cannot swallow the next one.
        if self.store.len(path)?.is_some_and(|length| length > 0)
            && !self.store.read(path)?.ends_with(b"\n")
        {
            bytes.push(b'\n');
        }
        for line in lines {
            bytes.extend(
                serde_json::to_vec(line)
                    .expect("a journal line holds only text and finite numbers"),
            );
            bytes.push(b'\n');
        }
        Ok(self.store.append(path, &bytes)?)
    }

    /// The whole lines of a journal; a torn line, which was never answered for, is left out.
    pub(crate) fn journal<T: for<'a> Deserialize<'a>>(
        &self,
        path: &str,
    ) -> Result<Vec<T>, ActError> {
        let bytes = match self.store.len(path)? {
            Some(_) => self.store.read(path)?,
            None => return Ok(Vec::new()),
        };
        Ok(bytes
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect())
    }

    /// Takes the lines of a person out of every journal; gives how many there are. Counts only unless `write`.
    ///
    /// # Errors
    /// [`ActError::Disk`].
    pub(crate) fn without_lines_of(&self, pseudonym: &str, write: bool) -> Result<u64, ActError> {
        let _lock = self.store.lock(LOCK, self.ports.wait, &self.ports.who)?;
        let mut count = 0;
        let paths = self.store.list("journals")?;
        for path in paths.iter().filter(|path| path.ends_with(".ndjson")) {
            let bytes = self.store.read(path)?;
            let is_theirs = |line: &&[u8]| {
                let line = serde_json::from_slice::<serde_json::Value>(line);
                line.is_ok_and(|line| line["pseudonym"] == pseudonym)
            };
            let (theirs, others): (Vec<&[u8]>, Vec<&[u8]>) = bytes
                .split_inclusive(|byte| *byte == b'\n')
                .partition(is_theirs);
            if !theirs.is_empty() && write {
                self.store.write(path, &others.concat())?;
            }
            count += theirs.len() as u64;
        }
        Ok(count)
    }
}

/// The path of a window's prediction journal.
pub(crate) fn predictions_path(period: &str, release: &str) -> String {
    format!("journals/predictions/{period}/{release}.ndjson")
}

/// The path of a window's label journal.
pub(crate) fn labels_path(period: &str) -> String {
    format!("journals/labels/{period}.ndjson")
}

/// The predictions of a window with their truth, as one table: pseudonym, date, inputs, score, truth (empty if unknown).
/// A case that was asked twice counts once, as it was asked first.
pub(crate) fn window_table(
    predictions: &[Prediction],
    labels: &[Label],
    truth: &str,
) -> Result<Table, galen_table::ColumnError> {
    let mut seen = std::collections::BTreeSet::new();
    let cases: Vec<&Prediction> = predictions
        .iter()
        .filter(|case| seen.insert(&case.pseudonym))
        .collect();
    let labels: BTreeMap<&str, bool> = labels
        .iter()
        .map(|label| (label.pseudonym.as_str(), label.truth))
        .collect();
    let inputs: std::collections::BTreeSet<&String> = predictions
        .iter()
        .flat_map(|case| case.inputs.keys())
        .collect();
    let column = |name: &str, value: &dyn Fn(&Prediction) -> Option<String>| {
        (
            name.to_owned(),
            cases
                .iter()
                .map(|case| value(case))
                .collect::<Vec<Option<String>>>(),
        )
    };
    let mut columns = vec![
        column("pseudonym", &|case| Some(case.pseudonym.clone())),
        column("at", &|case| Some(case.at.to_string())),
    ];
    columns.extend(
        inputs
            .into_iter()
            .map(|name| column(name, &|case| case.inputs.get(name).cloned())),
    );
    columns.push(column("score", &|case| Some(case.score.to_string())));
    columns.push(column(truth, &|case| {
        labels
            .get(case.pseudonym.as_str())
            .map(|diseased| u8::from(*diseased).to_string())
    }));
    Table::from_texts(columns)
}
