use super::{Looked, Note};
use crate::{Kind, cell};

/// Texts of which many, but not all, are numbers.
pub struct MixedTypes;

/// The least share of numbers of which it is said.
const LEAST: f64 = 0.1;

impl Note for MixedTypes {
    fn id(&self) -> &'static str {
        "mixed_types"
    }

    fn look(&self, looked: &Looked) -> Option<String> {
        if looked.seen.kind != Kind::Text {
            return None;
        }
        let (mut numbers, mut all) = (0, 0);
        let mut other: Option<(u64, &str)> = None;
        for (_, text, times) in looked.seen.counts.all() {
            all += times;
            let digits = text.trim().bytes().all(|b| b.is_ascii_digit());
            if cell::number(text).is_some() || digits {
                numbers += times;
            } else {
                let first = other.is_none_or(|(most, before)| {
                    (times, std::cmp::Reverse(text)) > (most, std::cmp::Reverse(before))
                });
                other = if first { Some((times, text)) } else { other };
            }
        }
        let (_, text) = other?;
        let share = numbers as f64 / all as f64;
        (share >= LEAST).then(|| {
            format!(
                "{:.0} % of the values are numbers and others are not, such as `{text}`: correct them, or name a mark for \
                 what is missing with --na.",
                100.0 * share
            )
        })
    }
}
