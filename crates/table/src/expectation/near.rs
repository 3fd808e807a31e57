use std::collections::BTreeMap;

use super::EXPECTATIONS;

/// The listed ids that look most like a name that is none of them.
pub fn near(name: &str) -> Vec<&'static str> {
    nearest(name, EXPECTATIONS.iter().map(|e| e.about().id))
}

/// The names, three at most, that look most like one that is none of them.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known: Vec<_> = known.collect();
    known.sort_by(|a, b| likeness(name, b).total_cmp(&likeness(name, a)));
    known.truncate(3);
    let best = known.first().map_or(0.0, |one| likeness(name, one));
    known.retain(|one| likeness(name, one) > 0.95 * best);
    known
}

/// The share of neighbouring letters that two names have in common.
///
/// # Source
/// Dice 1945, Ecology 26:297-302.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| {
        let mut counts: BTreeMap<(u8, u8), usize> = BTreeMap::new();
        text.as_bytes()
            .windows(2)
            .take(200)
            .for_each(|w| *counts.entry((w[0], w[1])).or_insert(0) += 1);
        counts
    };
    let (a, b) = (pairs(a), pairs(b));
    let common: usize = a
        .iter()
        .map(|(pair, n)| (*n).min(b.get(pair).copied().unwrap_or(0)))
        .sum();
    let all: usize = a.values().chain(b.values()).sum();
    2.0 * common as f64 / all.max(1) as f64
}

/// Ids in words: `is a`, `are a, b`.
pub(super) fn quoted(ids: &[&str]) -> String {
    let is = if ids.len() == 1 { "is" } else { "are" };
    let ids: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
    format!("{is} {}", ids.join(", "))
}
