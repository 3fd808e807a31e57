use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::natural;
use crate::numbers::Printed;
use crate::pattern::pattern;

/// An interval as printed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    pub low: Printed,
    pub high: Printed,
    /// It is said to be a confidence interval; bounds in brackets alone may be a range.
    pub labelled: bool,
    /// 0.95, unless it says otherwise.
    pub level: f64,
}

/// A number with what belongs to it: `91.2% (31/34; 95% CI 76.3–98.1)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub printed: Printed,
    pub interval: Option<Interval>,
    /// What stands behind `±`.
    pub spread: Option<Printed>,
    /// Part and whole.
    pub fraction: Option<(u64, u64)>,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

pub const NUMBER: &str = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)";
pub const WHOLE: &str = r"(?:\d{1,3}(?:,\d{3})+|\d+)";

static HEAD: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^(?P<number>[-–]?{NUMBER}) ?(?P<percent>%?)")));
static PART_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<part>{WHOLE}) ?(?:/|of|out of) ?(?:the |a total of )?(?P<whole>{WHOLE})(?:(?: [a-z-]+){{0,3}} ?[(\[] ?| ?[,=] ?)"
    ))
});
static FRACTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^ ?(?P<sign>[,;=(\[]) ?(?P<part>{WHOLE}) ?(?:/|of|out of) ?(?:the |a total of )?(?P<whole>{WHOLE})\b(?: [a-z-]+){{0,2}} ?(?P<end>[)\]]|[;,]|$)"
    ))
});
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^ ?[),;:]? ?[(\[]? ?(?:(?P<level>\d{{2}}(?:\.\d)?) ?% ?)?(?:CIs?|C\.I\.|confidence intervals?(?: \(CI\))?|credible intervals?|CrI)(?: ?(?P<after>9\d) ?%)? ?(?:of|was|[,:=])? ?[\[(]? ?(?P<low>[-–]?{NUMBER}) ?(?P<low_percent>%?) ?(?:-|–|to|,|;|and) ?(?P<high>[-–]?{NUMBER}) ?(?P<high_percent>%?) ?[\])]?"
    ))
});
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^ ?[(\[] ?(?P<low>-?{NUMBER}) ?(?P<low_percent>%?) ?(?P<sign>-|–|to|,|;) ?(?P<high>-?{NUMBER}) ?(?P<high_percent>%?) ?[\])]"
    ))
});
static SPREAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^ ?(?:(?:±|\+/-|\+-) ?|\( ?SDs?,? ?=? ?(?:±|\+/-)? ?)(?P<number>{NUMBER}) ?(?P<percent>%?) ?\)?"
    ))
});
static P_VALUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^ ?[,;(]? ?p ?(?:value)? ?[<=>] ?0?\.\d+ ?[,;)]?"));
/// What makes digits no value: part of a word, a range, a date, a level of confidence, a size.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[A-Za-z]|[-–][A-Za-z]| ?[-–] ?\d|[/:^]\d|[.,]\d| ?CIs?\b| ?C\.I\.| ?(?:confidence|credible) interval| ?[×*=]| ?[+] ?[0-9A-Za-z(])",
    )
});

/// What makes digits another's value: a P value, a size, a bound.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:(?:\b[a-z] ?=|[<>≤≥]) ?|\d,)$"));

/// The value that begins at a byte, if one does. `in_intervals` takes whole numbers in brackets for bounds, as below a heading
/// `AUC (95% CI)`.
pub fn value_at(text: &str, start: usize, in_intervals: bool) -> Option<Value> {
    if text[..start]
        .chars()
        .next_back()
        .is_some_and(|before| before.is_alphanumeric() || matches!(before, '.' | '-' | '–' | '/'))
    {
        return None;
    }
    if BEFORE.is_match(&text[..start]) {
        return None;
    }
    let rest = &text[start..];
    if let Some(found) = PART_FIRST.captures(rest) {
        let (part, whole) = (natural(&found["part"])?, natural(&found["whole"])?);
        // `13,317/11,2120` is no number of anything.
        let is_whole = found[0].ends_with(' ') || !found[0].ends_with(',');
        if is_whole
            && let Some(inner) = value_at(text, start + found[0].len(), in_intervals)
            && inner.printed.percent
            && inner.fraction.is_none()
        {
            return Some(Value {
                fraction: Some((part, whole)),
                at: start..inner.at.end,
                ..inner
            });
        }
    }
    let head = HEAD.captures(rest)?;
    let printed = Printed::read(&head["number"], !head["percent"].is_empty())?;
    let mut value = Value {
        printed,
        interval: None,
        spread: None,
        fraction: None,
        at: start..start + head[0].trim_end().len(),
    };
    if BEHIND.is_match(&text[value.at.end..]) {
        return None;
    }
    let is_in_brackets = text[..start].trim_end().ends_with(['(', '[']);
    // A fraction, an interval, a spread and a P value, in any order.
    for _ in 0..4 {
        if !value.take(&text[value.at.end..], in_intervals, is_in_brackets) {
            break;
        }
    }
    Some(value)
}

impl Value {
    /// Takes what stands behind it and belongs to it; false if nothing does.
    fn take(&mut self, behind: &str, in_intervals: bool, is_in_brackets: bool) -> bool {
        let length = if let Some(found) = P_VALUE.find(behind) {
            found.end()
        } else if self.interval.is_none()
            && let Some(found) = LABELLED.captures(behind)
        {
            self.interval = interval(&found, self.printed, true);
            found[0].len()
        } else if self.interval.is_none()
            && let Some(found) = BARE.captures(behind)
            && is_bounds(&found, in_intervals)
        {
            self.interval = interval(&found, self.printed, in_intervals);
            found[0].len()
        } else if self.fraction.is_none()
            && let Some((part, whole, length)) = self.fraction_behind(behind, is_in_brackets)
        {
            self.fraction = Some((part, whole));
            length
        } else if self.spread.is_none()
            && let Some(found) = SPREAD.captures(behind)
        {
            let percent = self.printed.percent || !found["percent"].is_empty();
            self.spread = Printed::read(&found["number"], percent);
            found[0].len()
        } else {
            return false;
        };
        self.at.end += length;
        true
    }

    /// Part and whole that stand behind a share in brackets, and how many bytes they take.
    fn fraction_behind(&self, behind: &str, is_in_brackets: bool) -> Option<(u64, u64, usize)> {
        let found = FRACTION.captures(behind)?;
        let is_share = self.printed.percent || self.printed.value <= 1.0;
        let is_beside = is_in_brackets || matches!(&found["sign"], "(" | "[" | "=");
        let (length, end) = (found[0].len(), &found["end"]);
        // The digits of `11,2120` are no number.
        let is_cut = end == "," && behind[length..].starts_with(|next: char| next.is_ascii_digit());
        if !is_share || !is_beside || is_cut {
            return None;
        }
        let is_closed = matches!(end, ")" | "]");
        let taken = if is_closed {
            length
        } else {
            length - end.len()
        };
        Some((natural(&found["part"])?, natural(&found["whole"])?, taken))
    }
}

/// Whether two numbers in brackets are bounds, and not citations or a range of years.
fn is_bounds(found: &regex::Captures, in_intervals: bool) -> bool {
    let exact = |side: &str, percent: &str| found[side].contains('.') || !found[percent].is_empty();
    let (low, high) = (exact("low", "low_percent"), exact("high", "high_percent"));
    let is_range = matches!(&found["sign"], "-" | "–" | "to");
    in_intervals || low && high || is_range && (low || high)
}

/// Bounds in the scale of their estimate.
fn interval(found: &regex::Captures, of: Printed, labelled: bool) -> Option<Interval> {
    let said = !found["low_percent"].is_empty() || !found["high_percent"].is_empty();
    let mut low = Printed::read(&found["low"], said)?;
    let mut high = Printed::read(&found["high"], said)?;
    // `91.2% (88.1–93.2)`, but `91.2% (0.88–0.93)`.
    if of.percent
        && !said
        && (low.value.abs() > 1.0 || high.value.abs() > 1.0 || high.decimals == 0)
    {
        (low, high) = (low.of_hundred(), high.of_hundred());
    }
    let level = ["level", "after"]
        .iter()
        .find_map(|name| found.name(name)?.as_str().parse::<f64>().ok());
    Some(Interval {
        low,
        high,
        labelled,
        level: level.unwrap_or(95.0) / 100.0,
    })
}

/// Every value of a text, in its order and without overlap.
pub fn values(text: &str, in_intervals: bool) -> Vec<Value> {
    static STARTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[-–]?(?:\d|\.\d)"));
    let mut found: Vec<Value> = Vec::new();
    let mut from = 0;
    while let Some(start) = STARTS.find_at(text, from) {
        // A dash before a number that has one before it is no minus.
        let start_at = start.start();
        match value_at(text, start_at, in_intervals) {
            Some(value) => {
                from = value.at.end.max(start_at + 1);
                found.push(value);
            }
            None => {
                let number = HEAD.find(&text[start_at..]).map_or(1, |head| head.end());
                from = start_at + number.max(start.len());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Value {
        let found = values(text, false);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found[0].clone()
    }

    #[test]
    fn an_interval_is_read_in_every_usual_spelling() {
        for text in [
            "0.91 (95% CI 0.88–0.94)",
            "0.91 (95% CI: 0.88 to 0.94)",
            "0.91 [0.88, 0.94]",
            "0.91 (0.88-0.94)",
            "0.91, 95% CI 0.88-0.94",
            "0.91 (95% CI = [0.88; 0.94])",
            "0.91 [95% CI, 0.88-0.94]",
            "0.91 (95% confidence interval, 0.88, 0.94)",
            "0.91 (CI 95%: 0.88–0.94)",
            "0.91 (P < .001; 95% CI 0.88–0.94)",
            ".91 (95% CI, .88-.94)",
        ] {
            let value = one(text);
            let interval = value.interval.unwrap_or_else(|| panic!("{text}"));
            let all = [value.printed.value, interval.low.value, interval.high.value];
            assert_eq!(all, [0.91, 0.88, 0.94], "{text}");
        }
    }

    #[test]
    fn bounds_have_the_scale_of_their_estimate() {
        for text in [
            "91.2% (95% CI 88.1–93.2)",
            "91.2% (95% CI: 88.1% to 93.2%)",
            "91.2% [88.1%, 93.2%]",
            "31/34 (91.2%; 95% CI 88.1–93.2)",
            "91.2% (31/34; 95% CI 88.1–93.2)",
            "31 of 34 (91.2% [95% CI, 88.1%-93.2%])",
        ] {
            let interval = one(text).interval.unwrap_or_else(|| panic!("{text}"));
            assert!(
                (interval.low.value - 0.881).abs() < 1e-12
                    && (interval.high.value - 0.932).abs() < 1e-12,
                "{text}"
            );
        }
    }

    #[test]
    fn a_fraction_may_stand_on_either_side() {
        for text in [
            "91.2% (31/34)",
            "31/34 (91.2%)",
            "31 of 34 (91.2%)",
            "31 of the 34 patients (91.2%)",
            "91.2% [31 of 34]",
            "91.2% (31 out of 34 patients)",
        ] {
            assert_eq!(one(text).fraction, Some((31, 34)), "{text}");
        }
    }

    #[test]
    fn the_spread_of_repeats_is_no_interval() {
        let value = one("0.91 ± 0.02");
        assert!(value.interval.is_none());
        assert_eq!(value.spread.map(|spread| spread.value), Some(0.02));
    }

    #[test]
    fn levels_ranges_names_and_sizes_are_no_values() {
        assert!(
            values(
                "P = .03, n = 34, < 0.5, 95% CI, 10-fold, F1, 2–4, 3D, 20×",
                false
            )
            .is_empty()
        );
        assert!(values("0.91 (12, 13)", false)[0].interval.is_none());
        for damaged in [
            "81,06/78,484 (10.3%)",
            "13,317/11,2120 (11.9%)",
            "11.9% (13,317/11,2120)",
        ] {
            let found = values(damaged, false);
            assert!(
                found.iter().all(|value| value.fraction.is_none()),
                "{damaged}: {found:?}"
            );
        }
    }
}
