//! A column's state as JSON: what is kept, sent and read again.

use galen_stats::sketch::{Distinct, Quantiles};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ColumnSeen, Different, Lengths, Sketch};
use crate::accumulator::Moments;
use crate::accumulator::counts::{kept, number_key, number_of, text_key};
use crate::{Cell, Kind, cell};

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    #[serde(rename = "type")]
    kind: Kind,
    n: u64,
    missing: u64,
    /// Values and how often each occurs.
    values: Vec<(Value, u64)>,
    /// At most so many may be missing from a count.
    #[serde(default, skip_serializing_if = "is_zero")]
    lost: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sketch: Option<StoredSketch>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSketch {
    distinct: StoredDistinct,
    quantiles: Quantiles,
    moments: Moments,
    lengths: Lengths,
    grouped: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredDistinct {
    Sketched(Distinct),
    Between([u64; 2]),
}

/// Counts beyond it are no counts of cells.
const HIGHEST: u64 = 1 << 50;

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl From<ColumnSeen> for Stored {
    fn from(seen: ColumnSeen) -> Self {
        let shown = |(key, text, times): (u64, &str, u64)| (shown(seen.kind, key, text), times);
        let mut all: Vec<_> = seen.counts.all().collect();
        match seen.kind {
            Kind::Text => all.sort_unstable_by_key(|(_, text, _)| *text),
            _ => all.sort_unstable_by_key(|(key, ..)| *key as i64),
        }
        Stored {
            kind: seen.kind,
            n: seen.n,
            missing: seen.missing,
            values: all.into_iter().map(shown).collect(),
            lost: seen.counts.lost,
            withheld: seen.withheld,
            sketch: seen.sketch.map(|sketch| StoredSketch {
                distinct: match sketch.distinct {
                    Different::Sketched(distinct) => StoredDistinct::Sketched(distinct),
                    Different::Between(low, high) => StoredDistinct::Between([low, high]),
                },
                quantiles: sketch.quantiles,
                moments: sketch.moments,
                lengths: sketch.lengths,
                grouped: sketch.grouped,
            }),
        }
    }
}

impl TryFrom<Stored> for ColumnSeen {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let mut seen = ColumnSeen::new(stored.kind);
        (seen.n, seen.missing) = (stored.n, stored.missing);
        let mut cells = 0_u64;
        for (value, times) in &stored.values {
            cells = cells.saturating_add(*times);
            seen.count(value, *times)?;
        }
        seen.counts.lost = stored.lost;
        seen.withheld = stored.withheld;
        seen.sketch = stored.sketch.map(|sketch| {
            Box::new(Sketch {
                distinct: match sketch.distinct {
                    StoredDistinct::Sketched(distinct) => Different::Sketched(distinct),
                    StoredDistinct::Between([low, high]) => Different::Between(low, high),
                },
                quantiles: sketch.quantiles,
                moments: sketch.moments,
                lengths: sketch.lengths,
                grouped: sketch.grouped,
            })
        });
        let numbers = [stored.n, stored.missing, stored.lost];
        if numbers.iter().any(|n| *n > HIGHEST) || cells > stored.n {
            return Err("its counts are more than its cells".to_owned());
        }
        if seen.sketch.is_none() && cells != stored.n {
            return Err("its counts are not those of all cells".to_owned());
        }
        Ok(seen)
    }
}

impl ColumnSeen {
    /// Counts a value as it is written.
    fn count(&mut self, value: &Value, times: u64) -> Result<(), String> {
        let key = match (self.kind, value) {
            (Kind::Text, Value::String(text)) => {
                let text = kept(text);
                self.counts.count_text(text_key(&text), &text, times);
                return Ok(());
            }
            (Kind::Integer, value) => value.as_i64().map(|v| v as u64),
            (Kind::Number, value) => value.as_f64().map(number_key),
            (Kind::Boolean, value) => value.as_bool().map(u64::from),
            (Kind::Date, Value::String(text)) => cell::date(text).map(|v| i64::from(v) as u64),
            (Kind::DateTime, Value::String(text)) => cell::moment(text).map(|v| v as u64),
            _ => None,
        };
        let key = key.ok_or_else(|| format!("{value} is no value of its type"))?;
        self.counts.count_key(key, times);
        Ok(())
    }
}

/// A value as JSON writes it.
pub(crate) fn shown(kind: Kind, key: u64, text: &str) -> Value {
    match kind {
        Kind::Text => json!(text),
        Kind::Integer => json!(key as i64),
        Kind::Number => json!(number_of(key)),
        Kind::Boolean => json!(key != 0),
        Kind::Date => json!(Cell::Date(key as i32).to_string()),
        Kind::DateTime => json!(Cell::DateTime(key as i64).to_string()),
    }
}
