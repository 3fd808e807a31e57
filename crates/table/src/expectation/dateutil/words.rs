//! The words of a date.

pub fn is_jump(token: &str) -> bool {
    let signs = [" ", ".", ",", ";", "-", "/", "'"];
    let words = [
        "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th",
    ];
    signs.contains(&token) || words.iter().any(|word| token.eq_ignore_ascii_case(word))
}

pub fn is_utc(token: &str) -> bool {
    ["utc", "gmt", "z"]
        .iter()
        .any(|name| token.eq_ignore_ascii_case(name))
}

pub fn is_weekday(token: &str) -> bool {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    days.iter()
        .any(|day| token.eq_ignore_ascii_case(day) || token.eq_ignore_ascii_case(&day[..3]))
}

pub fn month_of(token: &str) -> Option<i64> {
    let months = [
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
    let is =
        |month: &&str| token.eq_ignore_ascii_case(month) || token.eq_ignore_ascii_case(&month[..3]);
    let place = months.iter().position(is);
    let place = place.or(token.eq_ignore_ascii_case("sept").then_some(8))?;
    i64::try_from(place + 1).ok()
}

pub fn hms_of(token: &str) -> Option<usize> {
    let units = [
        ["h", "hour", "hours"],
        ["m", "minute", "minutes"],
        ["s", "second", "seconds"],
    ];
    units
        .iter()
        .position(|names| names.iter().any(|name| token.eq_ignore_ascii_case(name)))
}

pub fn ampm_of(token: &str) -> Option<bool> {
    let is = |names: [&str; 2]| names.iter().any(|name| token.eq_ignore_ascii_case(name));
    if is(["am", "a"]) {
        Some(false)
    } else if is(["pm", "p"]) {
        Some(true)
    } else {
        None
    }
}

/// Whether Python takes it for a number; some of those are not finite and end the reading.
pub fn is_float(token: &str) -> bool {
    decimal(token).is_some()
        || ["nan", "inf", "infinity"]
            .iter()
            .any(|word| token.eq_ignore_ascii_case(word))
}

pub fn decimal(token: &str) -> Option<f64> {
    let digits = token.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if digits { token.parse().ok() } else { None }
}

pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub fn integer(text: &str) -> Option<i64> {
    if is_digits(text) {
        text.parse().ok()
    } else {
        None
    }
}
