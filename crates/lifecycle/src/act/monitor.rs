//! Watching a release: predictions and labels come in, windows are closed, the frozen policy acts.

use std::collections::{BTreeMap, BTreeSet};

use galen_control::act::window::{Ask as WindowAsk, Window};
use galen_control::{Actor, Ask, Deed, Evidence, Held, Row, State, Subject};
use galen_model::{EncodeError, Encoded, Predict};
use galen_monitor::{Reference, WindowData};
use galen_spec::Name;
use galen_spec::monitor::Monitor;
use galen_table::{ColumnError, Table};
use jiff::civil::Date;

use crate::error::ActError;
use crate::predictions::{
    Label, Prediction, labels_path, last_day, period, predictions_path, window_table,
};
use crate::project::{Entry, Project};

/// A column that is logged: its name, and the text of each case.
type Logged = (String, Vec<Option<String>>);

/// What came in.
#[derive(Clone, Debug)]
pub struct Ingested {
    pub window: String,
    pub release: Option<String>,
    pub accepted: u64,
    pub rejected: u64,
    pub reasons: BTreeMap<String, u64>,
}

/// A window that was closed, with all that followed by itself.
#[derive(Clone, Debug)]
pub struct Closed {
    pub window: Window,
    pub evidence: Evidence,
    pub entries: Vec<Entry>,
}

impl Project {
    /// Scores the rows of a table by the live release and logs each under its pseudonym. A row that the release's contract
    /// does not admit is rejected and counted.
    ///
    /// `id` names the column of identifiers; without one a row is named by the file's stem and its number.
    ///
    /// # Errors
    /// [`ActError::Refused`] if nothing is live.
    pub fn ingest(
        &self,
        table: &Table,
        stem: &str,
        id: Option<&str>,
        as_of: Date,
    ) -> Result<Ingested, ActError> {
        let state = self.state()?;
        let monitor = self.monitor_plan(&state)?;
        let Some(release) = state.live_release() else {
            return Err(ActError::input(
                "nothing_live",
                "no release is live, so nothing can be scored",
                "galen releases",
            ));
        };
        if release.as_of.is_some_and(|since| as_of < since) {
            return Err(ActError::input(
                "before_release",
                format!(
                    "{as_of} lies before the day on which {} went live",
                    release.id
                ),
                "give the day on which the cases came",
            ));
        }
        let model = self.model(&release.model.digest)?;
        let ids = self.pseudonyms(&identifiers(table, stem, id)?)?;
        let columns = self.logged_columns(&state, table)?;
        let mut ingested = Ingested {
            window: period(monitor.value.window, as_of),
            release: Some(release.id.clone()),
            accepted: 0,
            rejected: 0,
            reasons: BTreeMap::new(),
        };
        let mut lines = Vec::new();
        // All at once where every row fits; one by one only to tell the rows that do not.
        let scores: Vec<Result<f64, String>> = match score_all(model.as_ref(), table) {
            Some(scores) => scores.into_iter().map(Ok).collect(),
            None => (0..table.rows())
                .map(|row| score_one(model.as_ref(), table, row))
                .collect(),
        };
        let mut seen = BTreeSet::new();
        for (row, scored) in scores.into_iter().enumerate() {
            let twice = !seen.insert(&ids[row]);
            match scored {
                Ok(_) if twice => {
                    let why = "the identifier stands in this file twice".to_owned();
                    *ingested.reasons.entry(why).or_default() += 1;
                }
                Ok(score) => lines.push(Prediction {
                    pseudonym: ids[row].clone(),
                    at: as_of,
                    inputs: columns
                        .iter()
                        .filter_map(|(name, values)| Some((name.clone(), values[row].clone()?)))
                        .collect(),
                    score,
                }),
                Err(why) => *ingested.reasons.entry(why).or_default() += 1,
            }
        }
        ingested.accepted = lines.len() as u64;
        ingested.rejected = table.rows() as u64 - ingested.accepted;
        self.append_journal(&predictions_path(&ingested.window, &release.id), &lines)?;
        Ok(ingested)
    }

    /// Takes the truth of cases that were predicted in a window. Rows without truth are counted as rejected.
    ///
    /// # Errors
    /// [`ActError::Input`] if the column is not there.
    pub fn label(
        &self,
        table: &Table,
        stem: &str,
        id: Option<&str>,
        window: &str,
    ) -> Result<Ingested, ActError> {
        let state = self.state()?;
        let truth = self.truth_name(&state)?;
        let ids = self.pseudonyms(&identifiers(table, stem, id)?)?;
        let values = table.numbers(&truth).map_err(|error| {
            ActError::input(
                "truth",
                error.to_string(),
                format!("give a table with the column {truth}"),
            )
        })?;
        let mut ingested = Ingested {
            window: window.to_owned(),
            release: None,
            accepted: 0,
            rejected: 0,
            reasons: BTreeMap::new(),
        };
        let mut known = std::collections::BTreeSet::new();
        for release in &state.releases {
            let lines: Vec<Prediction> = self.journal(&predictions_path(window, &release.id))?;
            known.extend(lines.into_iter().map(|line| line.pseudonym));
        }
        let mut lines = Vec::new();
        for (pseudonym, value) in ids.into_iter().zip(values) {
            let reject = match value {
                _ if !known.contains(&pseudonym) => "was not predicted in this window",
                Some(value) if value == 0.0 || value == 1.0 => {
                    lines.push(Label {
                        pseudonym,
                        truth: value == 1.0,
                    });
                    continue;
                }
                Some(_) => "truth is neither 0 nor 1",
                None => "truth is unknown",
            };
            *ingested.reasons.entry(reject.to_owned()).or_default() += 1;
        }
        ingested.accepted = lines.len() as u64;
        ingested.rejected = table.rows() as u64 - ingested.accepted;
        self.append_journal(&labels_path(window), &lines)?;
        Ok(ingested)
    }

    /// Closes every window that has ended by `as_of` and holds something new, oldest first; the frozen policy acts.
    ///
    /// # Errors
    /// [`ActError`]; windows that were closed before the error stay closed.
    pub fn close_windows(&self, by: &Actor, as_of: Date) -> Result<Vec<Closed>, ActError> {
        let mut closed = Vec::new();
        for (window, release) in self.open_windows()? {
            let state = self.state()?;
            let monitor = self.monitor_plan(&state)?;
            if last_day(monitor.value.window, &window).is_none_or(|day| day > as_of) {
                continue;
            }
            let table = self.window_of(&state, &window, &release)?;
            let bytes = table.to_csv();
            let digest = galen_store::Digest::of(&bytes);
            let known = state.windows.get(&format!("{window}/{release}"));
            if known.is_some_and(|known| {
                known.window.predictions == digest && known.window.policy == monitor.digest
            }) {
                continue;
            }
            self.keep(&bytes)?;
            let evidence =
                self.window_evidence(&state, &monitor, &release, digest, &table, &window)?;
            let labelled = table
                .missing(&self.truth_name(&state)?)
                .map(|missing| missing.iter().filter(|missing| !**missing).count())
                .unwrap_or_default();
            let held = Held {
                digest: self.keep(&evidence.bytes())?,
                value: evidence.clone(),
            };
            let ask = Ask::Window(WindowAsk {
                window,
                release,
                n: table.rows() as u64,
                labelled: labelled as u64,
                predictions: digest,
                evidence: held,
            });
            let entries = self.perform(by, Some(as_of), ask)?;
            let Deed::Window(window) = entries[0].record.deed.clone() else {
                unreachable!("closing a window records it first")
            };
            closed.push(Closed {
                window,
                evidence,
                entries,
            });
        }
        Ok(closed)
    }

    /// Windows with predictions, by period and release.
    fn open_windows(&self) -> Result<Vec<(String, String)>, ActError> {
        let paths = self.store.list("journals/predictions")?;
        let mut windows: Vec<(String, String)> = paths
            .iter()
            .filter_map(|path| {
                let mut parts = path.strip_prefix("journals/predictions/")?.split('/');
                let (period, file) = (parts.next()?, parts.next()?);
                Some((period.to_owned(), file.strip_suffix(".ndjson")?.to_owned()))
            })
            .collect();
        windows.sort();
        Ok(windows)
    }

    pub(crate) fn window_of(
        &self,
        state: &State,
        window: &str,
        release: &str,
    ) -> Result<Table, ActError> {
        let predictions: Vec<Prediction> = self.journal(&predictions_path(window, release))?;
        let labels: Vec<Label> = self.journal(&labels_path(window))?;
        window_table(&predictions, &labels, &self.truth_name(state)?).map_err(|error| {
            ActError::input(
                "journal",
                error.to_string(),
                "the journal of this window is damaged; run galen verify",
            )
        })
    }

    /// The checks of the frozen plan on a window; a pure function of artifacts, so that `verify` can do it again.
    pub(crate) fn window_evidence(
        &self,
        state: &State,
        monitor: &Held<Monitor>,
        release: &str,
        predictions: galen_store::Digest,
        table: &Table,
        window: &str,
    ) -> Result<Evidence, ActError> {
        let threshold = self.judged_by(state, release)?.threshold;
        let truth = self.truth_name(state)?;
        let wrong = |error: galen_table::ColumnError| {
            ActError::input("window", error.to_string(), "run galen verify")
        };
        let scores: Vec<f64> = table
            .numbers("score")
            .map_err(wrong)?
            .into_iter()
            .flatten()
            .collect();
        let labels = table.numbers(&truth).ok().map(|values| {
            values
                .into_iter()
                .map(|value| value.map(|value| value == 1.0))
                .collect::<Vec<Option<bool>>>()
        });
        let reference = state.dataset(&monitor.value.reference)?.digest;
        let data = WindowData {
            from: window.to_owned(),
            to: window.to_owned(),
            table: table.without(&["pseudonym", "at", "score", &truth]),
            scores,
            truth: labels,
            threshold,
        };
        let reference_table = Reference {
            table: self.table(&reference)?,
        };
        let model = state.release(release)?.model.digest;
        let mut evidence = Evidence::of(
            "window",
            vec![
                Subject::new("predictions", predictions),
                Subject::new("monitor", monitor.digest),
                Subject::new("reference", reference),
                Subject::new("model", model),
            ],
        );
        evidence
            .settings
            .insert("threshold".to_owned(), serde_json::json!(threshold));
        for check in &monitor.value.checks {
            let result = galen_monitor::check::run(check, &data, &reference_table);
            evidence.rows.push(Row {
                quantity: check.id.clone(),
                title: result.sentence,
                subgroup: None,
                p_value: result.p_value,
                estimate: result.estimate,
            });
        }
        Ok(evidence)
    }

    pub(crate) fn truth_name(&self, state: &State) -> Result<String, ActError> {
        Ok(self.data_plan(state)?.value.reference_standard.name)
    }

    /// What is logged of a case: the columns that the data plan says are known when the score is made.
    fn logged_columns(&self, state: &State, table: &Table) -> Result<Vec<Logged>, ActError> {
        let specs = self.in_force(state, &[Name::Data])?;
        let plan = specs
            .data
            .map(|held| held.value.columns)
            .unwrap_or_default();
        let known = plan.iter().filter(|column| {
            column.known_at == galen_spec::data::KnownAt::Score && table.has(&column.name)
        });
        known
            .map(|column| {
                let texts = table.texts(&column.name).map_err(|error| {
                    ActError::input(
                        "table",
                        error.to_string(),
                        "correct the file, then do this again",
                    )
                })?;
                Ok((column.name.clone(), texts))
            })
            .collect()
    }
}

/// The scores of all rows, if the model's contract admits every one.
fn score_all(model: &dyn Predict, table: &Table) -> Option<Vec<f64>> {
    let encoded = model.contract().encode(table).ok()?.within_range().ok()?;
    model.scores(&encoded).ok()
}

/// The score of one row by itself, or why there is none, in words that hold nothing of the case.
fn score_one(model: &dyn Predict, table: &Table, row: usize) -> Result<f64, String> {
    let one = table.alone(row).map_err(|error| error.to_string())?;
    let encoded = model.contract().encode(&one);
    let encoded = encoded.and_then(Encoded::within_range);
    let encoded = encoded.map_err(|error| reason(&error))?;
    let scores = model.scores(&encoded).map_err(|error| error.to_string())?;
    scores
        .first()
        .copied()
        .ok_or_else(|| "the model gave no score".to_owned())
}

fn reason(error: &EncodeError) -> String {
    match error {
        EncodeError::Column {
            input,
            source: ColumnError::NotNumbers { .. },
        } => {
            format!("`{input}` is no number")
        }
        EncodeError::Missing { input, .. } => format!("`{input}` has no value"),
        EncodeError::NotFinite { input, .. } => format!("`{input}` is not finite"),
        EncodeError::NotPositive { input, .. } => format!("`{input}` is not above 0"),
        EncodeError::UnknownCategory { input, .. } => {
            format!("`{input}` is none of the words that the model knows")
        }
        EncodeError::Outside(outside) => format!(
            "`{}` is outside of {} to {}",
            outside.input, outside.range[0], outside.range[1]
        ),
        other => other.to_string(),
    }
}

fn identifiers(table: &Table, stem: &str, id: Option<&str>) -> Result<Vec<String>, ActError> {
    let Some(column) = id else {
        return Ok((1..=table.rows())
            .map(|row| format!("{stem}#{row}"))
            .collect());
    };
    let texts = table.texts(column).map_err(|error| {
        ActError::input(
            "id",
            error.to_string(),
            "name the column of identifiers: --id COLUMN",
        )
    })?;
    texts
        .into_iter()
        .enumerate()
        .map(|(row, id)| {
            id.ok_or_else(|| {
                ActError::input(
                    "id",
                    format!("row {} has no identifier", row + 1),
                    "every case needs one",
                )
            })
        })
        .collect()
}
