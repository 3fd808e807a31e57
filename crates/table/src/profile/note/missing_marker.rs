use super::super::values::Sorted;
use super::{Looked, Note};
use crate::cell;

/// The lowest or highest number is one that people write where there is none, it is repeated, and no other is near.
pub struct MissingMarker;

const MARKERS: [f64; 16] = [
    9.0,
    99.0,
    999.0,
    9_999.0,
    99_999.0,
    999_999.0,
    99.9,
    999.9,
    77.0,
    777.0,
    7_777.0,
    88.0,
    888.0,
    8_888.0,
    9_999_999.0,
    999.99,
];

impl Note for MissingMarker {
    fn id(&self) -> &'static str {
        "missing_marker"
    }

    fn look(&self, looked: &Looked) -> Option<String> {
        if !looked.seen.kind.is_numeric() {
            return None;
        }
        let mut rest = looked.values;
        let mut found = Vec::new();
        while let Some((marker, others)) = marker(rest) {
            found.push(format!("{} ({} cells)", cell::render(marker.0), marker.1));
            rest = others;
        }
        let (last, before) = found.split_last()?;
        let (list, look, them) = match before {
            [] => (last.clone(), "looks like a mark", "it is, name it"),
            _ => {
                let list = format!("{} and {last}", before.join(", "));
                (list, "look like marks", "they are, name them")
            }
        };
        Some(format!(
            "{list} {look} for what is missing: if {them} with --na."
        ))
    }
}

/// The sorted values without what looks like marks for what is missing.
pub(crate) fn without_markers(values: &[(f64, u64)]) -> &[(f64, u64)] {
    let mut rest = values;
    while let Some((_, others)) = marker(rest) {
        rest = others;
    }
    rest
}

/// A value and how often it occurs.
type Counted = (f64, u64);

/// A marker at one of the ends, and the other values.
fn marker(values: &[Counted]) -> Option<(Counted, &[Counted])> {
    let [first, .., last] = values else {
        return None;
    };
    let (high, low) = (&values[..values.len() - 1], &values[1..]);
    if is_marker(*last) && last.0 - high[high.len() - 1].0 > 0.5 * spread(high) {
        return Some((*last, high));
    }
    let next = low[0].0;
    let below_zero = first.0 < 0.0 && next >= 0.0 && is_marker((-first.0, first.1));
    let minus_one = first.0 == -1.0 && first.1 > 1 && next >= 0.0;
    if below_zero || minus_one {
        return Some((*first, low));
    }
    let far = next - first.0 > 0.5 * spread(low);
    (far && is_marker((-first.0, first.1))).then_some((*first, low))
}

fn is_marker((value, times): (f64, u64)) -> bool {
    times > 1 && MARKERS.contains(&value)
}

/// How far apart most values are; of a single one as far as it is from zero.
fn spread(values: &[(f64, u64)]) -> f64 {
    let sorted = Sorted::new(values);
    let middle = sorted.quantile(0.95).zip(sorted.quantile(0.05));
    match middle.map_or(0.0, |(high, low)| high - low) {
        0.0 => values[0].0.abs(),
        apart => apart,
    }
}
