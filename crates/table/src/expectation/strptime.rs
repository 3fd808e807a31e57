use jiff::civil;
use regex::{Regex, RegexBuilder};

/// A form in which a moment is written, with the directives of Python's `strptime`.
///
/// # Source
/// Python 3.11, `_strptime.py`, in the C locale.
#[derive(Clone, Debug)]
pub struct TimeForm {
    regex: Regex,
}

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl TimeForm {
    /// # Errors
    /// What is wrong with the form, in words.
    pub fn new(form: &str) -> Result<Self, String> {
        let mut pattern = String::from(r"\A(?:");
        let mut seen = String::new();
        write(form, &mut pattern, &mut seen)?;
        pattern.push(')');
        if seen.contains('G') && !(seen.contains('V') && seen.contains(['A', 'a', 'w', 'u'])) {
            return Err("`%G` needs `%V` and a day of the week".to_owned());
        }
        if seen.contains('V') && !seen.contains('G') {
            return Err("`%V` needs `%G` and a day of the week".to_owned());
        }
        if seen.contains('G') && seen.contains('j') {
            return Err("`%j` goes with `%Y` and not with `%G`".to_owned());
        }
        let regex = RegexBuilder::new(&pattern).case_insensitive(true).build();
        let regex = regex.map_err(|error| error.to_string())?;
        Ok(Self { regex })
    }

    /// Whether the whole text is a moment in this form.
    pub fn fits(&self, text: &str) -> bool {
        let Some(found) = self.regex.captures(text) else {
            return false;
        };
        // As Python does: the first way to read the text must reach its end; others are not tried.
        if found.get(0).is_none_or(|all| all.end() != text.len()) {
            return false;
        }
        let number = |name: &str| {
            let text = found.name(name)?.as_str().trim();
            text.parse::<i64>().ok()
        };
        let is_there = |name: &str| found.name(name).is_some();
        if number("S").is_some_and(|second| second > 59) {
            return false;
        }
        if let Some(offset) = found.name("z")
            && !offset_is_valid(offset.as_str())
        {
            return false;
        }
        let year = number("Y").or_else(|| {
            let short = number("y")?;
            Some(if short <= 68 {
                2000 + short
            } else {
                1900 + short
            })
        });
        if is_there("j") {
            // Python counts the day of the year on, past the end of the year if need be.
            return year.unwrap_or(1900) >= 1;
        }
        if let (Some(year), Some(week)) = (number("G"), number("V")) {
            return (1..=9999).contains(&year) && (1..=weeks_of(year)).contains(&week);
        }
        let named = ["B", "b"].iter().find_map(|name| {
            let text = found.name(name)?.as_str().to_lowercase();
            let place = MONTHS.iter().position(|month| month.starts_with(&text))?;
            i64::try_from(place + 1).ok()
        });
        let month = named.or(number("m")).unwrap_or(1);
        let day = number("d").unwrap_or(1);
        let part = |value: i64| i8::try_from(value).unwrap_or_default();
        let year = i16::try_from(year.unwrap_or(1900)).unwrap_or_default();
        year >= 1 && civil::Date::new(year, part(month), part(day)).is_ok()
    }
}

/// Appends the pattern of a form; a directive that stands twice cannot be told apart.
fn write(form: &str, pattern: &mut String, seen: &mut String) -> Result<(), String> {
    let mut letters = form.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            while letters.peek().is_some_and(|next| next.is_whitespace()) {
                letters.next();
            }
            pattern.push_str(r"\s+");
            continue;
        }
        if letter != '%' {
            pattern.push_str(&regex::escape(&letter.to_string()));
            continue;
        }
        let Some(directive) = letters.next() else {
            return Err("a `%` stands alone at its end".to_owned());
        };
        match directive {
            '%' => pattern.push('%'),
            'c' => write("%a %b %d %H:%M:%S %Y", pattern, seen)?,
            'x' => write("%m/%d/%y", pattern, seen)?,
            'X' => write("%H:%M:%S", pattern, seen)?,
            _ if seen.contains(directive) => return Err(format!("`%{directive}` stands twice")),
            _ => {
                let Some(of) = directive_pattern(directive) else {
                    return Err(format!("`%{directive}` is no directive"));
                };
                seen.push(directive);
                pattern.push_str(&format!("(?P<{directive}>{of})"));
            }
        }
    }
    Ok(())
}

fn directive_pattern(directive: char) -> Option<String> {
    let short = |names: &[&str]| names.iter().map(|n| &n[..3]).collect::<Vec<_>>().join("|");
    Some(match directive {
        'd' => r"3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9]".to_owned(),
        'f' => "[0-9]{1,6}".to_owned(),
        'H' => r"2[0-3]|[0-1]\d|\d".to_owned(),
        'I' => "1[0-2]|0[1-9]|[1-9]".to_owned(),
        'G' | 'Y' => r"\d\d\d\d".to_owned(),
        'j' => r"36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9]".to_owned(),
        'm' => "1[0-2]|0[1-9]|[1-9]".to_owned(),
        'M' => r"[0-5]\d|\d".to_owned(),
        'S' => r"6[0-1]|[0-5]\d|\d".to_owned(),
        'U' | 'W' => r"5[0-3]|[0-4]\d|\d".to_owned(),
        'w' => "[0-6]".to_owned(),
        'u' => "[1-7]".to_owned(),
        'V' => r"5[0-3]|0[1-9]|[1-4]\d|\d".to_owned(),
        'y' => r"\d\d".to_owned(),
        'z' => r"[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|(?-i:Z)".to_owned(),
        'A' => WEEKDAYS.join("|"),
        'a' => short(&WEEKDAYS),
        'B' => MONTHS.join("|"),
        'b' => short(&MONTHS),
        'p' => "am|pm".to_owned(),
        'Z' => "utc|gmt".to_owned(),
        _ => return None,
    })
}

/// Whether an offset from UTC is written with colons everywhere or nowhere, and is less than a day.
fn offset_is_valid(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let parts = &text[3..];
    let consistent = if parts.starts_with(':') {
        parts.len() <= 3 || parts[3..].starts_with(':')
    } else {
        !parts.contains(':')
    };
    let hours = text[1..3].parse::<u8>();
    consistent && hours.is_ok_and(|hours| hours < 24)
}

/// The number of ISO weeks of a year.
fn weeks_of(year: i64) -> i64 {
    let year = i16::try_from(year).unwrap_or(1);
    let last = civil::Date::new(year, 12, 28).map(|date| date.iso_week_date().week());
    last.map_or(52, i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(form: &str, text: &str) -> bool {
        TimeForm::new(form).expect("the form is one").fits(text)
    }

    #[test]
    fn a_day_must_be_in_the_calendar_and_the_text_end_where_the_form_ends() {
        assert!(fits("%Y-%m-%d", "2024-02-29"));
        assert!(fits("%Y-%m-%d", "2024-2-9"));
        for text in [
            "2023-02-29",
            "2024-02-30",
            "2024-01-01 ",
            "24-01-01",
            "0000-01-01",
        ] {
            assert!(!fits("%Y-%m-%d", text), "{text}");
        }
        // Python 1900 is the year of a form without one, and no leap year.
        assert!(!fits("%d %b", "29 Feb"));
        assert!(fits("%d %b", "29 feb") == fits("%d %b", "29 Feb"));
    }

    #[test]
    fn hours_offsets_and_names_are_read_as_python_reads_them() {
        assert!(fits("%b %d, %Y %I:%M %p", "Jan 5, 2024 1:30 PM"));
        assert!(!fits("%I", "13"));
        assert!(fits("%H:%M:%S", "23:59:59") && !fits("%H:%M:%S", "23:59:60"));
        for offset in ["+0200", "+02:00", "-02:00:30.5", "Z"] {
            assert!(fits("%z", offset), "{offset}");
        }
        for offset in ["+02:0030", "+2400", "z", "+2"] {
            assert!(!fits("%z", offset), "{offset}");
        }
        assert!(fits("%Y-%j", "2023-366") && !fits("%Y-%j", "2023-367"));
        assert!(fits("%G-W%V-%u", "2020-W53-1") && !fits("%G-W%V-%u", "2021-W53-1"));
        assert!(fits("%a  %B", "tue \t MAY"));
    }

    #[test]
    fn a_form_that_python_refuses_is_refused() {
        for form in ["%Q", "%", "%Y %Y", "%V", "%G", "%F"] {
            assert!(TimeForm::new(form).is_err(), "{form}");
        }
    }
}
