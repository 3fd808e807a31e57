mod stored;
mod withheld;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, StringArray};
use arrow_buffer::NullBuffer;
use galen_stats::sketch::{Distinct, Quantiles};
use serde::{Deserialize, Serialize};

use super::Moments;
use super::counts::{self, Counts, hash_of, hash_of_integer, kept, number_key, text_key};
use crate::Kind;
use crate::values::Values;

pub(crate) use stored::shown;

/// What was seen of a column: every value with its count, as long as there are few different ones; beyond that how many different
/// ones there are, where the numbers lie and which values are frequent, near and in little space.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub(crate) struct ColumnSeen {
    pub kind: Kind,
    /// Cells with a value.
    pub n: u64,
    pub missing: u64,
    pub counts: Counts,
    pub sketch: Option<Box<Sketch>>,
    /// Whether only counts are told, because the column names patients or has fewer cells than may be told of.
    pub withheld: bool,
}

/// What is known of values of which not all are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sketch {
    pub distinct: Different,
    /// Of numbers, days and moments.
    pub quantiles: Quantiles,
    pub moments: Moments,
    /// Of texts.
    pub lengths: Lengths,
    /// Every value that was kept stands for at least so many that were near it.
    pub grouped: u64,
}

/// How many different values there are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Different {
    Sketched(Distinct),
    /// At least and at most so many: hashes of values were not to leave the place.
    Between(u64, u64),
}

impl Default for Different {
    fn default() -> Self {
        Different::Sketched(Distinct::default())
    }
}

/// How many characters texts have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lengths {
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub sum: u64,
}

/// Frequent values that are kept of a column of which not all are.
pub(crate) const FREQUENT: usize = 2048;

/// Buffers of a chunk, used for one column after the other.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    keys: Vec<u64>,
    hashes: Vec<u64>,
    numbers: Vec<f64>,
    /// The rows of texts.
    places: Vec<u32>,
    boxes: Boxes,
    /// The hash of each row so far.
    pub rows: Vec<u64>,
}

/// Boxes into which hashes fall: a value that is frequent in a chunk is in a full one, so that the others are passed over, which are nearly
/// all where values hardly repeat.
#[derive(Debug, Default)]
struct Boxes(Vec<u16>);

const BOXES: usize = 1 << 13;

impl Boxes {
    /// Calls `count` with the place of each hash in a full box; no other one occurs more often than it is said to have been passed over.
    fn common(
        &mut self,
        hashes: &[u64],
        counts: &mut Counts,
        mut count: impl FnMut(&mut Counts, usize),
    ) {
        const BLOCK: usize = 1 << 16;
        let of = |hash: u64| (hash >> 32) as usize % BOXES;
        for (block, from) in hashes.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
            if block.len() < BOXES {
                (from..from + block.len()).for_each(|at| count(counts, at));
                continue;
            }
            self.0.clear();
            self.0.resize(BOXES, 0);
            for &hash in block {
                let full = &mut self.0[of(hash)];
                *full = full.saturating_add(1);
            }
            let full = 3 * block.len() / BOXES;
            counts.pass_over(full as u64);
            for (at, &hash) in block.iter().enumerate() {
                if usize::from(self.0[of(hash)]) > full {
                    count(counts, from + at);
                }
            }
        }
    }
}

/// The hash of an absent value.
const ABSENT: u64 = 0x2545_f491_4f6c_dd1d;

/// The hash of a row with the hash of one more cell.
#[inline]
fn with_cell(row: u64, cell: u64) -> u64 {
    (row.rotate_left(5) ^ cell).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl ColumnSeen {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            n: 0,
            missing: 0,
            counts: Counts::new(kind),
            sketch: None,
            withheld: false,
        }
    }

    /// Takes the cells of a chunk in, and adds them to the hashes of their rows; at most `most` different values are all kept.
    pub fn take(&mut self, values: Values, buffers: &mut Buffers, most: usize) {
        let rows = values.len();
        let missing = values.missing();
        match values {
            Values::Text(array) => return self.take_texts(array, buffers, most),
            Values::Coded(array) => return self.take_codes(array, buffers, most),
            Values::Integer(array) => buffers.fill(array.values(), array.nulls(), |v| {
                (v as u64, hash_of_integer(v))
            }),
            Values::Number(array) => buffers.fill(array.values(), array.nulls(), |v| {
                let key = number_key(v);
                (key, hash_of(Kind::Number, key))
            }),
            Values::Date(array) => buffers.fill(array.values(), array.nulls(), |v| {
                let key = i64::from(v) as u64;
                (key, hash_of(Kind::Date, key))
            }),
            Values::DateTime(array) => buffers.fill(array.values(), array.nulls(), |v| {
                (v as u64, hash_of(Kind::DateTime, v as u64))
            }),
            Values::Boolean(array) => {
                let values: Vec<bool> = array.values().iter().collect();
                buffers.fill(&values, array.nulls(), |v| {
                    let key = u64::from(v);
                    (key, hash_of(Kind::Boolean, key))
                });
            }
        }
        self.n += (rows - missing) as u64;
        self.missing += missing as u64;
        self.take_keys(buffers, most);
    }

    /// Takes in the keys and hashes of the buffers.
    fn take_keys(&mut self, buffers: &mut Buffers, most: usize) {
        let (keys, hashes) = (&buffers.keys[..], &buffers.hashes[..]);
        let mut done = 0;
        if self.sketch.is_none() {
            done = self.counts.count_numbers(keys, hashes, most);
            self.sketch_beyond(most);
        }
        let Some(sketch) = &mut self.sketch else {
            return;
        };
        sketch.see_hashes(&hashes[done..]);
        buffers.numbers.clear();
        let kind = self.kind;
        buffers
            .numbers
            .extend(keys[done..].iter().map(|&key| number_of(kind, key)));
        sketch.quantiles.see_all(&buffers.numbers);
        sketch.moments.see_all(&buffers.numbers);
        let counts = &mut self.counts;
        let boxes = &mut buffers.boxes;
        boxes.common(&hashes[done..], counts, |counts, at| {
            counts.count_key(keys[done + at], 1);
            counts.keep_frequent(FREQUENT);
        });
    }

    fn take_texts(&mut self, array: &StringArray, buffers: &mut Buffers, most: usize) {
        buffers.hashes.clear();
        buffers.places.clear();
        for (row, text) in array.iter().enumerate() {
            let key = text.map_or(ABSENT, |text| text_key(&kept(text)));
            buffers.rows[row] = with_cell(buffers.rows[row], key);
            if text.is_some() {
                buffers.hashes.push(key);
                buffers.places.push(row as u32);
            }
        }
        let places = &buffers.places;
        let text = |at: usize| kept(array.value(places[at] as usize));
        let n = places.len();
        self.n += n as u64;
        self.missing += (array.len() - n) as u64;
        let mut done = 0;
        while self.sketch.is_none() && done < n {
            self.counts.count_text(buffers.hashes[done], &text(done), 1);
            self.sketch_beyond(most);
            done += 1;
        }
        let Some(sketch) = &mut self.sketch else {
            return;
        };
        sketch.see_hashes(&buffers.hashes[done..]);
        (done..n).for_each(|at| sketch.lengths.see(array.value(places[at] as usize), 1));
        let keys = &buffers.hashes[done..];
        buffers.boxes.common(keys, &mut self.counts, |counts, at| {
            counts.count_text(keys[at], &text(done + at), 1);
            counts.keep_frequent(FREQUENT);
        });
    }

    /// Each word is looked at once.
    fn take_codes(
        &mut self,
        array: &DictionaryArray<Int32Type>,
        buffers: &mut Buffers,
        most: usize,
    ) {
        let words = array.values().as_string::<i32>();
        let kept: Vec<_> = words.iter().map(|word| word.map(kept)).collect();
        let keys = kept
            .iter()
            .map(|word| word.as_ref().map_or(ABSENT, |w| text_key(w)));
        let keys: Vec<u64> = keys.collect();
        let mut times = vec![0; words.len()];
        let codes = array.keys();
        for (row, at) in buffers.rows.iter_mut().zip(0..) {
            let hash = if codes.is_valid(at) {
                let code = codes.value(at) as usize;
                times[code] += 1;
                keys[code]
            } else {
                ABSENT
            };
            *row = with_cell(*row, hash);
        }
        let before = self.n;
        for ((word, key), times) in kept.iter().zip(keys).zip(times) {
            if let (Some(word), 1..) = (word, times) {
                self.take_text(key, word, times, most);
            }
        }
        self.missing += array.len() as u64 - (self.n - before);
    }

    fn take_text(&mut self, key: u64, text: &str, times: u64, most: usize) {
        self.n += times;
        self.counts.count_text(key, text, times);
        match &mut self.sketch {
            None => self.sketch_beyond(most),
            Some(sketch) => {
                sketch.see_hashes(&[key]);
                sketch.lengths.see(text, times);
                self.counts.keep_frequent(FREQUENT);
            }
        }
    }

    /// Takes in what was seen of later rows of the same column.
    pub fn merge(&mut self, mut later: Self, most: usize) {
        debug_assert_eq!(self.kind, later.kind);
        if later.sketch.is_some() {
            self.begin_sketch();
        }
        self.n += later.n;
        self.missing += later.missing;
        if self.sketch.is_some() {
            later.begin_sketch();
        }
        for (key, text, times) in later.counts.all() {
            match self.kind {
                Kind::Text => self.counts.count_text(key, text, times),
                _ => self.counts.count_key(key, times),
            }
        }
        self.counts.lost += later.counts.lost;
        self.withheld |= later.withheld;
        match (&mut self.sketch, later.sketch) {
            (Some(sketch), Some(later)) => {
                sketch.merge(*later);
                self.counts.keep_frequent(FREQUENT);
            }
            _ => self.sketch_beyond(most),
        }
        if self.withheld {
            self.forget();
        }
    }

    /// The same column, its whole numbers as numbers.
    pub fn into_numbers(mut self) -> Self {
        let mut counts = Counts::new(Kind::Number);
        for (key, _, times) in self.counts.all() {
            counts.count_key(number_key(number_of(self.kind, key)), times);
        }
        counts.lost = self.counts.lost;
        self.kind = Kind::Number;
        self.counts = counts;
        self
    }

    fn sketch_beyond(&mut self, most: usize) {
        if self.counts.len() > most {
            self.begin_sketch();
            self.counts.keep_frequent(FREQUENT);
        }
    }

    /// Begins to sketch, with all values that were kept so far.
    fn begin_sketch(&mut self) {
        if self.sketch.is_some() {
            return;
        }
        let mut sketch = Box::new(Sketch::default());
        let mut hashes = Vec::with_capacity(self.counts.len());
        for (key, text, times) in self.counts.all() {
            hashes.push(hash_of(self.kind, key));
            if self.kind == Kind::Text {
                sketch.lengths.see(text, times);
            }
        }
        sketch.see_hashes(&hashes);
        if self.kind != Kind::Text {
            let values = self.values();
            for &(value, times) in &values {
                sketch.quantiles.see(value, times);
            }
            sketch.moments = Moments::of_counted(&values);
        }
        self.sketch = Some(sketch);
    }

    /// The numbers in their order, each with the number of cells it stands for: all of them, or those that the sketch kept. Days and
    /// moments count in seconds since 1970; texts are no numbers.
    pub fn values(&self) -> Vec<(f64, u64)> {
        if self.kind == Kind::Text {
            return Vec::new();
        }
        if let Some(sketch) = &self.sketch {
            return sketch.quantiles.weighted();
        }
        let mut keys: Vec<(i64, u64)> = self.counts.all().map(|(k, _, n)| (k as i64, n)).collect();
        keys.sort_unstable();
        let value = |(key, times)| (number_of(self.kind, key as u64), times);
        keys.into_iter().map(value).collect()
    }

    /// How far the rank of a value may be from the true one, as a share of all values, in 99 of 100 cases; `None` if every value is
    /// known.
    pub fn rank_error(&self) -> Option<f64> {
        let grouped = self.sketch.as_ref()?.grouped;
        Some(Quantiles::ERROR + grouped as f64 / self.n.max(1) as f64)
    }

    /// How many different values there are, at least and at most.
    pub fn different(&self) -> (u64, u64) {
        match &self.sketch {
            Some(sketch) => {
                let (low, high) = sketch.distinct.bounds();
                // No more than there are cells, and no fewer than there are values at hand.
                (
                    low.clamp(self.counts.len() as u64, self.n),
                    high.min(self.n),
                )
            }
            None => (self.counts.len() as u64, self.counts.len() as u64),
        }
    }

    /// How long the texts are.
    pub fn lengths(&self) -> Lengths {
        if let Some(sketch) = &self.sketch {
            return sketch.lengths;
        }
        let mut lengths = Lengths::default();
        if self.kind == Kind::Text {
            self.counts
                .all()
                .for_each(|(_, text, times)| lengths.see(text, times));
        }
        lengths
    }

    /// Count, mean and spread of the numbers.
    pub fn moments(&self) -> Moments {
        match &self.sketch {
            Some(sketch) => sketch.moments,
            None => Moments::of_counted(&self.values()),
        }
    }
}

impl Sketch {
    fn see_hashes(&mut self, hashes: &[u64]) {
        if let Different::Sketched(distinct) = &mut self.distinct {
            hashes.iter().for_each(|hash| distinct.see(*hash));
        }
    }

    fn merge(&mut self, later: Self) {
        self.distinct.merge(later.distinct);
        self.quantiles.merge(&later.quantiles);
        self.moments.merge(later.moments);
        self.lengths.merge(later.lengths);
        self.grouped = self.grouped.max(later.grouped);
    }
}

impl Different {
    /// At least and at most so many.
    pub fn bounds(&self) -> (u64, u64) {
        match self {
            Different::Sketched(distinct) => {
                let n = distinct.estimate().round() as u64;
                (n, n)
            }
            Different::Between(low, high) => (*low, *high),
        }
    }

    fn merge(&mut self, later: Self) {
        if let (Different::Sketched(a), Different::Sketched(b)) = (&mut *self, &later) {
            a.merge(b);
            return;
        }
        // What both have in common is not known.
        let ((a, b), (c, d)) = (self.bounds(), later.bounds());
        *self = Different::Between(a.max(c), b + d);
    }
}

impl Lengths {
    pub fn see(&mut self, text: &str, times: u64) {
        let length = text.chars().count() as u64;
        self.merge(Self {
            min: Some(length),
            max: Some(length),
            sum: length * times,
        });
    }

    fn merge(&mut self, other: Self) {
        let joined = |a: Option<u64>, b: Option<u64>, f: fn(u64, u64) -> u64| match (a, b) {
            (Some(a), Some(b)) => Some(f(a, b)),
            (a, b) => a.or(b),
        };
        self.min = joined(self.min, other.min, u64::min);
        self.max = joined(self.max, other.max, u64::max);
        self.sum += other.sum;
    }
}

/// The number of a key: itself, or seconds since 1970.
pub(crate) fn number_of(kind: Kind, key: u64) -> f64 {
    match kind {
        Kind::Number => counts::number_of(key),
        Kind::Date => key as i64 as f64 * 86_400.0,
        Kind::DateTime => key as i64 as f64 / 1e6,
        Kind::Integer | Kind::Boolean | Kind::Text => key as i64 as f64,
    }
}

impl Buffers {
    /// Begins a chunk of so many rows.
    pub fn begin(&mut self, rows: usize) {
        self.rows.clear();
        self.rows.resize(rows, 0);
    }

    /// The keys and hashes of the values that there are, and the hashes of the rows with them.
    #[inline]
    fn fill<T: Copy>(
        &mut self,
        values: &[T],
        nulls: Option<&NullBuffer>,
        of: impl Fn(T) -> (u64, u64),
    ) {
        self.keys.resize(values.len(), 0);
        self.hashes.resize(values.len(), 0);
        let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else {
            let places = self.keys.iter_mut().zip(&mut self.hashes);
            for ((&value, row), (to_key, to_hash)) in values.iter().zip(&mut self.rows).zip(places)
            {
                let (key, hash) = of(value);
                *to_key = key;
                *to_hash = hash;
                *row = with_cell(*row, hash);
            }
            return;
        };
        let mut end = 0;
        let masks = nulls.inner().bit_chunks();
        let rows = values.chunks(64).zip(self.rows.chunks_mut(64));
        for ((values, rows), mut present) in rows.zip(masks.iter_padded()) {
            for (&value, row) in values.iter().zip(rows) {
                // Without a branch: missing values come in no order.
                let (key, hash) = of(value);
                self.keys[end] = key;
                self.hashes[end] = hash;
                end += (present & 1) as usize;
                let hash = if present & 1 == 1 { hash } else { ABSENT };
                *row = with_cell(*row, hash);
                present >>= 1;
            }
        }
        self.keys.truncate(end);
        self.hashes.truncate(end);
    }
}
