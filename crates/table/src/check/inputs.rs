//! What a model could learn from: a draw of the rows with truth, with its columns as numbers.

use std::collections::{BTreeMap, HashMap};

use galen_stats::multivariate::{self, DomainClassifier, HeldOut, Rows, Settings};
use galen_stats::sketch::spread;
use galen_stats::{Cases, Estimate, Undefined, metric};
use twox_hash::XxHash3_64;

use super::Study;
use crate::{Cell, Kind, Table};

/// Diseased, and healthy, rows that are drawn at most.
const ROWS: usize = 2000;
/// Categories of a column beyond which the rarer ones are one.
const CATEGORIES: usize = 30;
/// Trees of a forest: more tell little more, and every check of a large table waits for them.
const TREES: u32 = 60;

/// Drawn rows of a study.
pub(super) struct Inputs<'a> {
    study: &'a Study<'a>,
    /// Where each drawn row lies in the table.
    pub rows: Vec<usize>,
    pub truth: Vec<bool>,
    pub patients: Option<Vec<u32>>,
}

impl<'a> Inputs<'a> {
    /// Draws rows by what they say, so that neither their order nor chance decides.
    pub fn of(study: &'a Study<'a>) -> Self {
        let rows = study.drawn.get_or_init(|| drawn(study)).clone();
        let truth = rows.iter().map(|&row| study.truth[row] == Some(true));
        let patients = study.patients.as_ref();
        // Numbered by their first drawn row: the numbers of the table hang on its order.
        let mut numbers = HashMap::new();
        let patients = patients.map(|patients| {
            let mut number = |row: &usize| {
                let next = numbers.len() as u32;
                *numbers.entry(patients[*row]).or_insert(next)
            };
            rows.iter().map(&mut number).collect()
        });
        Self {
            truth: truth.collect(),
            patients,
            rows,
            study,
        }
    }

    /// The values of a column as a forest takes them, NaN where there is none: numbers as they are, categories by how
    /// frequent they are. `None` for free text and identifiers, and without two different values.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let values = if self.study.table.kind(name).ok()? == Kind::Text {
            let texts = self.texts(name);
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for text in texts.iter().flatten() {
                *counts.entry(text).or_default() += 1;
            }
            let all: usize = counts.values().sum();
            if counts.len() > CATEGORIES && 2 * counts.len() > all {
                return None;
            }
            let mut order: Vec<(&str, usize)> = counts.into_iter().collect();
            order.sort_by_key(|(text, count)| (std::cmp::Reverse(*count), *text));
            let codes = order.iter().enumerate();
            let codes: HashMap<&str, usize> = codes
                .map(|(code, (text, _))| (*text, code.min(CATEGORIES)))
                .collect();
            let code =
                |text: &Option<String>| text.as_deref().map_or(f64::NAN, |text| codes[text] as f64);
            texts.iter().map(code).collect::<Vec<f64>>()
        } else {
            let values = self.study.table.values(name).ok()?;
            let number = |&row: &usize| match values.cell(row) {
                Some(Cell::Boolean(value)) => f64::from(u8::from(value)),
                Some(cell) => cell.on_a_scale().unwrap_or(f64::NAN),
                None => f64::NAN,
            };
            self.rows.iter().map(number).collect()
        };
        let mut present = values.iter().filter(|value| !value.is_nan());
        let first = present.next()?;
        let varies = present.any(|value| value != first) || values.iter().any(|v| v.is_nan());
        varies.then_some(values)
    }

    pub fn texts(&self, name: &str) -> Vec<Option<String>> {
        let text = |&row: &usize| self.study.table.text(name, row);
        self.rows.iter().map(text).collect()
    }

    /// Scores of the drawn rows by forests that did not learn from them; in the order of the drawn rows.
    ///
    /// # Errors
    /// [`Undefined::TooFewCases`] below 20 diseased or healthy rows.
    pub fn held_out(&self, columns: &[Vec<f64>]) -> Result<Vec<f64>, Undefined> {
        let patients = self.patients.as_deref();
        let HeldOut { rows, scores } =
            multivariate::held_out(columns, &self.truth, patients, &settings(self.study))?;
        let mut of_row = vec![0.0; self.rows.len()];
        rows.into_iter()
            .zip(scores)
            .for_each(|(row, score)| of_row[row] = score);
        Ok(of_row)
    }

    /// How well a forest tells rows of one kind from the others, by cross-validation; `None` where it is not defined.
    pub fn told_apart(&self, columns: &[Vec<f64>], kind: &[bool]) -> Option<DomainClassifier> {
        let of = |wanted: bool| -> Vec<usize> {
            (0..kind.len()).filter(|&row| kind[row] == wanted).collect()
        };
        let (others, these) = (of(false), of(true));
        let picked = |rows: &[usize]| -> Vec<Vec<f64>> {
            let pick = |column: &Vec<f64>| rows.iter().map(|&row| column[row]).collect();
            columns.iter().map(pick).collect()
        };
        let patients_of = |rows: &[usize]| -> Option<Vec<u32>> {
            let patients = self.patients.as_ref()?;
            Some(rows.iter().map(|&row| patients[row]).collect())
        };
        let (a, b) = (picked(&others), picked(&these));
        let (of_a, of_b) = (patients_of(&others), patients_of(&these));
        let side = |columns, patients| Rows { columns, patients };
        multivariate::domain_classifier(
            &side(&a, of_a.as_deref()),
            &side(&b, of_b.as_deref()),
            &settings(self.study),
        )
        .ok()
    }

    /// The area under the curve of scores of the drawn rows.
    pub fn auroc(&self, scores: Vec<f64>) -> Option<Estimate> {
        let cases = self.cases(scores)?;
        let estimate = metric::measure(metric::by_id("auroc")?, &cases, self.study.roles.level);
        estimate.value.is_some().then_some(estimate)
    }

    pub fn cases(&self, scores: Vec<f64>) -> Option<Cases> {
        Cases::new(self.truth.clone(), scores, None, self.patients.clone()).ok()
    }
}

/// Diseased and healthy rows with the smallest hashes.
fn drawn(study: &Study) -> Vec<usize> {
    let hashes = hashes(study.table, &study.table.names());
    let mut rows = Vec::new();
    for kind in [false, true] {
        let of_kind = (0..study.truth.len()).filter(|&row| study.truth[row] == Some(kind));
        let mut of_kind: Vec<usize> = of_kind.collect();
        of_kind.sort_by_key(|&row| (hashes[row], row));
        of_kind.truncate(ROWS);
        rows.extend(of_kind);
    }
    rows.sort_by_key(|&row| (hashes[row], row));
    rows
}

fn settings(study: &Study) -> Settings {
    Settings {
        rows_max: ROWS,
        trees: TREES,
        level: study.roles.level,
        ..Settings::default()
    }
}

/// A number for each row that hangs on its values in these columns and on nothing else.
pub(super) fn hashes(table: &Table, names: &[&str]) -> Vec<u64> {
    let mut hashes = vec![0; table.rows()];
    for name in names {
        let Ok(values) = table.values(name) else {
            continue;
        };
        for (row, hash) in hashes.iter_mut().enumerate() {
            let value = match values.cell(row) {
                None => 1,
                Some(Cell::Integer(value)) => value as u64,
                Some(Cell::Number(value)) => value.to_bits(),
                Some(Cell::Boolean(value)) => u64::from(value),
                Some(Cell::Date(days)) => days as u64,
                Some(Cell::DateTime(micros)) => micros as u64,
                Some(Cell::Text(text)) => XxHash3_64::oneshot(text.as_bytes()),
            };
            *hash = spread(*hash ^ value);
        }
    }
    hashes
}
