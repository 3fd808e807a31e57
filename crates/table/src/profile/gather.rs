use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use super::associations::associations;
use super::label::LabelState;
use super::state::{
    AssociationState, ByState, GroupState, PairState, ProfileState, exact_values, named,
};
use crate::accumulator::column::{ColumnSeen, shown};
use crate::accumulator::profile::{ProfileOf, ProfileSeen};
use crate::accumulator::{AnyAccumulator, Chunk, CoMomentsOf, Filtered, SampleOf, Word, finished};
use crate::scan::{Pace, Scan, ScanError, gather};
use crate::{Cell, ColumnError, Kind};

/// What is asked of a profile.
#[derive(Clone, Debug, Default)]
pub struct ProfileOptions {
    /// The columns that are described; all if empty.
    pub columns: Vec<String>,
    /// The column that names the patients.
    pub patient: Option<String>,
    pub label: Option<Label>,
    /// The column by whose values rows are described apart.
    pub by: Option<String>,
    pub pearson: Pearson,
    /// The seed by which rows are drawn for associations.
    pub seed: u64,
}

/// An outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub column: String,
    /// Its value that is the outcome, as it is written.
    pub positive: String,
}

/// Of which rows Pearson's correlations are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pearson {
    /// Of those that are drawn for the other associations.
    #[default]
    Drawn,
    /// Of all.
    All,
}

/// Why a table has no profile.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ProfileError {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error("No cell of the label `{column}` is `{positive}`; it holds {}.", known.join(", "))]
    NoOutcome {
        column: String,
        positive: String,
        known: Vec<String>,
    },
}

impl From<ColumnError> for ProfileError {
    fn from(error: ColumnError) -> Self {
        Self::Scan(error.into())
    }
}

/// Rows that are drawn for associations; of a table with fewer all are taken.
const DRAWN: u64 = 1 << 15;
/// Columns whose associations are looked at.
const ASSOCIATED: usize = 50;
/// Groups that are described.
const GROUPS: usize = 20;

/// Gathers the profile of a table in one pass; a label, or groups, need another.
///
/// # Errors
/// [`ProfileError`].
pub fn profile(
    scan: &dyn Scan,
    options: &ProfileOptions,
    pace: Pace,
) -> Result<ProfileState, ProfileError> {
    let heads = scan.heads();
    let named_columns = [&options.patient, &options.by].into_iter().flatten();
    let label = options.label.iter().map(|label| &label.column);
    for name in named_columns.chain(label).chain(&options.columns) {
        heads.place(name)?;
    }
    let columns: Vec<String> = match options.columns.as_slice() {
        [] => heads.list().iter().map(|head| head.name.clone()).collect(),
        some => some.to_vec(),
    };
    let most = exact_values(scan.rows(), columns.len() as u64);
    let all = ProfileOf {
        columns: columns.clone(),
        most,
    };
    let wanted = |name: &&String| Some(*name) != options.patient.as_ref();
    let sample = SampleOf {
        columns: columns
            .iter()
            .filter(wanted)
            .take(ASSOCIATED)
            .cloned()
            .collect(),
        seed: options.seed,
        share: (DRAWN as f64 / scan.rows().max(1) as f64).min(1.0),
    };
    let of_numbers = |name: &&String| {
        heads
            .kind(name)
            .is_ok_and(|k| k.is_numeric() || k.is_time())
    };
    let pairs = CoMomentsOf {
        columns: match options.pearson {
            Pearson::All => sample.columns.iter().filter(of_numbers).cloned().collect(),
            Pearson::Drawn => Vec::new(),
        },
    };
    let mut accumulators: Vec<&dyn AnyAccumulator> = vec![&all, &sample];
    if options.pearson == Pearson::All {
        accumulators.push(&pairs);
    }
    let mut states = gather(scan, &accumulators, pace)?.into_iter();
    let seen = finished::<ProfileOf>(states.next().expect(ONE));
    let sampled = finished::<SampleOf>(states.next().expect(ONE));
    let drawn = (sample.share < 1.0).then_some(options.seed);
    let mut found = associations(&sampled, &sample.columns, drawn);
    if let Some(all_pairs) = states.next() {
        let all_pairs = finished::<CoMomentsOf>(all_pairs).0;
        let names = &pairs.columns;
        let places = (0..names.len()).flat_map(|i| (i + 1..names.len()).map(move |j| (i, j)));
        for ((i, j), moments) in places.zip(all_pairs) {
            let same = |p: &&mut super::Association| p.a == names[i] && p.b == names[j];
            if let Some(pair) = found.pairs.iter_mut().find(same) {
                pair.moments = moments;
                pair.pearson = moments.pearson();
                pair.pearson_n = Some(moments.n);
            }
        }
    }
    let more = columns.iter().filter(wanted).skip(ASSOCIATED);
    found.left_out.extend(more.map(|column| super::LeftOut {
        column: column.clone(),
        why: "it comes after the fiftieth column",
    }));
    let mut profile = ProfileState::new(columns, options.patient.as_deref(), seen);
    profile.associations = Some(AssociationState {
        pairs: found
            .pairs
            .iter()
            .filter(|pair| pair.moments.n > 0)
            .map(|pair| PairState {
                a: pair.a.clone(),
                b: pair.b.clone(),
                // Drawn rows stand for all, where profiles of several places are merged.
                moments: match pair.pearson_n {
                    Some(_) => pair.moments,
                    None => pair.moments.scaled(1.0 / sample.share),
                },
            })
            .collect(),
        found: Some(found),
    });
    if let Some(label) = &options.label {
        profile.label = Some(LabelState::gather(scan, label, &profile, pace)?);
    }
    if let Some(by) = &options.by {
        profile.by = Some(by_groups(scan, by, &profile, options, pace)?);
    }
    Ok(profile)
}

const ONE: &str = "each accumulator gives one state";

/// Describes the rows of each frequent value of a column apart.
fn by_groups(
    scan: &dyn Scan,
    by: &str,
    profile: &ProfileState,
    options: &ProfileOptions,
    pace: Pace,
) -> Result<ByState, ProfileError> {
    let columns: Vec<String> = profile.names().into_iter().map(str::to_owned).collect();
    let most = exact_values(scan.rows(), columns.len() as u64);
    let groups = match profile.columns.iter().find(|column| column.name == by) {
        Some(column) => frequent(&column.seen),
        None => {
            let columns = vec![by.to_owned()];
            let alone = ProfileOf { columns, most };
            let mut states = gather(scan, &[&alone], pace)?;
            let seen = finished::<ProfileOf>(states.swap_remove(0));
            seen.columns.first().map(frequent).unwrap_or_default()
        }
    };
    let of_group = groups.iter().map(|(_, word)| {
        let (word, column) = (word.clone(), by.to_owned());
        let inner = ProfileOf {
            columns: columns.clone(),
            most,
        };
        let condition = move |chunk: &Chunk| {
            let same = chunk
                .table
                .values(&column)?
                .judge(|cell| is_word(cell, &word));
            Ok(same.into_iter().map(|same| same == Some(true)).collect())
        };
        Filtered::new(Box::new(inner), vec![by.to_owned()], Arc::new(condition))
    });
    let of_group: Vec<Filtered> = of_group.collect();
    let accumulators: Vec<&dyn AnyAccumulator> = of_group.iter().map(|g| g as _).collect();
    let states = gather(scan, &accumulators, pace)?;
    let states = states.into_iter().map(finished::<ProfileOf>);
    let groups: Vec<GroupState> = groups
        .into_iter()
        .zip(states)
        .map(|((value, _), seen): (_, ProfileSeen)| GroupState {
            value,
            rows: seen.rows,
            columns: named(columns.clone(), options.patient.as_deref(), seen.columns),
        })
        .collect();
    let within: u64 = groups.iter().map(|group| group.rows).sum();
    Ok(ByState {
        column: by.to_owned(),
        groups,
        rows_left_out: profile.rows - within,
    })
}

/// The most frequent values, as JSON writes them and as cells are compared with them.
pub(super) fn frequent(seen: &ColumnSeen) -> Vec<(Value, Word)> {
    let mut all: Vec<_> = seen
        .counts
        .all()
        .filter(|(.., n)| *n > seen.counts.lost)
        .collect();
    all.sort_unstable_by(|a, b| {
        let order = match seen.kind {
            Kind::Text => a.1.cmp(b.1),
            _ => (a.0 as i64).cmp(&(b.0 as i64)),
        };
        b.2.cmp(&a.2).then(order)
    });
    all.truncate(GROUPS);
    let both = |(key, text, _): (u64, &str, u64)| {
        let word = match seen.kind {
            Kind::Text => Word::Text(text.to_owned()),
            Kind::Integer => Word::Integer(key as i64),
            Kind::Number => Word::of(Cell::Number(crate::accumulator::counts::number_of(key))),
            Kind::Boolean => Word::Boolean(key != 0),
            Kind::Date => Word::Date(key as i32),
            Kind::DateTime => Word::DateTime(key as i64),
        };
        (shown(seen.kind, key, text), word)
    };
    all.into_iter().map(both).collect()
}

/// Whether a cell holds a word; a long text is compared as it is kept.
pub(crate) fn is_word(cell: Cell, word: &Word) -> bool {
    match (cell, word) {
        (Cell::Text(text), Word::Text(word)) => {
            crate::accumulator::counts::kept(text) == word.as_str()
        }
        (Cell::Text(_), _) => false,
        (other, word) => Word::of(other) == *word,
    }
}
