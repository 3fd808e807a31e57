use jiff::civil;

/// Whether a text is a date or a time as Python's `dateutil` reads one, almost whatever its form.
///
/// What the text leaves open is taken so that it can be one: a day without a month is of a month of 31 days, 29 February
/// without a year is of a leap year. (`dateutil` takes them from the day on which it runs, so that its answer changes
/// with the calendar.)
///
/// # Source
/// dateutil 2.9, `dateutil.parser.parse` with its defaults.
pub fn is_parseable(text: &str) -> bool {
    parse(text).is_some_and(|moment| moment.exists())
}

/// The moment that a text writes, in microseconds since 1970 in UTC: ISO 8601, or a form that `dateutil` reads if it names
/// year, month and day and no time zone.
pub fn moment(text: &str) -> Option<i64> {
    if let Some(micros) = crate::cell::moment(text) {
        return Some(micros);
    }
    let moment =
        parse(text).filter(|moment| moment.exists() && moment.zone.is_none() && !moment.offset)?;
    let part = |value: Option<i64>| i8::try_from(value.unwrap_or(0)).ok();
    let year = i16::try_from(moment.year?).ok()?;
    let date = civil::Date::new(year, part(Some(moment.month?))?, part(Some(moment.day?))?).ok()?;
    let time = date.at(
        part(moment.hour)?,
        part(moment.minute)?,
        part(moment.second)?,
        0,
    );
    let zoned = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_microsecond())
}

/// What a text said of a moment.
#[derive(Default)]
struct Moment {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    weekday: bool,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    ampm: bool,
    zone: Option<String>,
    /// Whether an offset from UTC is known.
    offset: bool,
}

impl Moment {
    fn exists(&self) -> bool {
        let within = |value: Option<i64>, limit| value.is_none_or(|v| (0..limit).contains(&v));
        if !within(self.hour, 24) || !within(self.minute, 60) || !within(self.second, 60) {
            return false;
        }
        let month = self.month.unwrap_or(1);
        let part = |value: i64| i8::try_from(value).unwrap_or_default();
        let year = i16::try_from(self.year.unwrap_or(2000)).unwrap_or_default();
        let day = part(self.day.unwrap_or(1));
        year >= 1 && civil::Date::new(year, part(month), day).is_ok()
    }

    fn says_nothing(&self) -> bool {
        let numbers = [
            self.year,
            self.month,
            self.day,
            self.hour,
            self.minute,
            self.second,
        ];
        numbers.iter().all(Option::is_none)
            && !(self.weekday || self.ampm || self.offset || self.zone.is_some())
    }
}

fn parse(text: &str) -> Option<Moment> {
    let mut tokens = tokens(text);
    let mut at = 0;
    let mut moment = Moment::default();
    let mut date = Date::default();
    while at < tokens.len() {
        let token = tokens[at].clone();
        if is_float(&token) {
            at = number(&tokens, at, &mut date, &mut moment)?;
        } else if is_weekday(&token) {
            moment.weekday = true;
        } else if let Some(month) = month_of(&token) {
            at = month_and_more(&tokens, at, month, &mut date)?;
        } else if let Some(afternoon) = ampm_of(&token) {
            let hour = moment.hour.filter(|hour| (0..=12).contains(hour))?;
            moment.hour = Some(of_day(hour, afternoon));
            moment.ampm = true;
        } else if could_be_zone(&moment, &token) {
            moment.offset = is_utc(&token);
            moment.zone = Some(token.clone());
            if let Some(sign) = tokens.get_mut(at + 1)
                && (sign == "+" || sign == "-")
            {
                // "GMT+3" means that it is three hours after GMT: the sign is turned.
                *sign = if sign == "+" { "-" } else { "+" }.to_owned();
                moment.offset = false;
                if is_utc(&token) {
                    moment.zone = None;
                }
            }
        } else if moment.hour.is_some() && (token == "+" || token == "-") {
            at = offset(&tokens, at, &mut moment)?;
        } else if !is_jump(&token) {
            return None;
        }
        at += 1;
    }
    (moment.year, moment.month, moment.day) = date.resolve()?;
    if let Some(year) = moment.year
        && year < 100
        && !date.with_century
    {
        moment.year = Some(if year < 76 { year + 2000 } else { year + 1900 });
    }
    (!moment.says_nothing()).then_some(moment)
}

/// Reads the offset from UTC after its sign.
fn offset(tokens: &[String], mut at: usize, moment: &mut Moment) -> Option<usize> {
    let digits = tokens.get(at + 1)?;
    let length = digits.chars().count();
    if length == 4 {
        integer(&digits[..digits.char_indices().nth(2)?.0])?;
        integer(&digits[digits.char_indices().nth(2)?.0..])?;
    } else if tokens.get(at + 2).is_some_and(|t| t == ":") {
        integer(digits)?;
        integer(tokens.get(at + 3)?)?;
        at += 2;
    } else if length <= 2 {
        integer(digits)?;
    } else {
        return None;
    }
    moment.offset = true;
    let name_follows = tokens.get(at + 2).is_some_and(|t| is_jump(t))
        && tokens.get(at + 3).is_some_and(|t| t == "(")
        && tokens.get(at + 5).is_some_and(|t| t == ")");
    if let (true, Some(name)) = (name_follows, tokens.get(at + 4))
        && name.chars().count() >= 3
        && moment.zone.is_none()
        && is_zone_name(name)
    {
        moment.zone = Some(name.clone());
        at += 4;
    }
    Some(at + 1)
}

/// Reads what follows the name of a month: `-2003-25`, ` of 2003`.
fn month_and_more(tokens: &[String], mut at: usize, month: i64, date: &mut Date) -> Option<usize> {
    date.push(month, Some(Part::Month))?;
    let Some(next) = tokens.get(at + 1) else {
        return Some(at);
    };
    if next == "-" || next == "/" {
        date.push_text(tokens.get(at + 2)?, None)?;
        if tokens.get(at + 3) == Some(next) {
            date.push_text(tokens.get(at + 4)?, None)?;
            at += 2;
        }
        at += 2;
    } else if next == " "
        && at + 4 < tokens.len()
        && tokens[at + 3] == " "
        && tokens[at + 2].eq_ignore_ascii_case("of")
    {
        let year = &tokens[at + 4];
        if is_digits(year) {
            let year = integer(year)?;
            let year = if year < 76 {
                year + 2000
            } else if year < 100 {
                year + 1900
            } else {
                year
            };
            date.push(year, Some(Part::Year))?;
        }
        at += 4;
    }
    Some(at)
}

fn number(tokens: &[String], mut at: usize, date: &mut Date, moment: &mut Moment) -> Option<usize> {
    let token = &tokens[at];
    let value = decimal(token)?;
    let length = token.chars().count();
    let next = tokens.get(at + 1);
    let part = |from: usize, to: usize| {
        let part: String = token.chars().skip(from).take(to - from).collect();
        integer(&part)
    };
    let is_time_next = next.is_some_and(|t| t == ":" || hms_of(t).is_some());
    if date.values.len() == 3
        && (length == 2 || length == 4)
        && moment.hour.is_none()
        && !is_time_next
    {
        // 19990101T23[59]
        moment.hour = Some(part(0, 2)?);
        if length == 4 {
            moment.minute = Some(part(2, 4)?);
        }
    } else if length == 6 || (length > 6 && token.find('.') == Some(6)) {
        if date.values.is_empty() && !token.contains('.') {
            for from in [0, 2, 4] {
                date.push_text(&token[from..from + 2], None)?;
            }
        } else {
            moment.hour = Some(part(0, 2)?);
            moment.minute = Some(part(2, 4)?);
            let seconds: String = token.chars().skip(4).collect();
            moment.second = Some(seconds_of(&seconds)?);
        }
    } else if matches!(length, 8 | 12 | 14) {
        let text =
            |from: usize, to: usize| token.chars().skip(from).take(to - from).collect::<String>();
        date.push_text(&text(0, 4), Some(Part::Year))?;
        date.push_text(&text(4, 6), None)?;
        date.push_text(&text(6, 8), None)?;
        if length > 8 {
            moment.hour = Some(part(8, 10)?);
            moment.minute = Some(part(10, 12)?);
            if length > 12 {
                moment.second = Some(part(12, 14)?);
            }
        }
    } else if let Some(place) = hms_place(tokens, at) {
        let unit = hms_of(&tokens[place])?;
        // A unit that stands before the number was that of the number before: "3h 5" means five minutes.
        let unit = if place > at { unit } else { unit + 1 };
        at = at.max(place);
        assign(moment, token, value, unit)?;
    } else if at + 2 < tokens.len() && next.is_some_and(|t| t == ":") {
        moment.hour = Some(value as i64);
        let minutes = decimal(&tokens[at + 2])?;
        (moment.minute, moment.second) = minutes_of(minutes);
        if at + 4 < tokens.len() && tokens[at + 3] == ":" {
            moment.second = Some(seconds_of(&tokens[at + 4])?);
            at += 2;
        }
        at += 2;
    } else if let Some(separator) = next.filter(|t| matches!(t.as_str(), "-" | "/" | ".")) {
        at = separated(tokens, at, separator, date)?;
    } else if next.is_none_or(|t| is_jump(t)) {
        if let Some(afternoon) = tokens.get(at + 2).and_then(|t| ampm_of(t)) {
            moment.hour = Some(of_day(value as i64, afternoon));
            at += 1;
        } else {
            date.push_number(value)?;
        }
        at += 1;
    } else if let Some(afternoon) = next
        .and_then(|t| ampm_of(t))
        .filter(|_| (0.0..24.0).contains(&value))
    {
        moment.hour = Some(of_day(value as i64, afternoon));
        at += 1;
    } else if date.could_be_day(value) {
        date.push_number(value)?;
    } else {
        return None;
    }
    Some(at)
}

/// Reads `01-01[-01]`, `01-Jan[-01]`.
fn separated(tokens: &[String], mut at: usize, separator: &str, date: &mut Date) -> Option<usize> {
    date.push_text(&tokens[at], None)?;
    if let Some(second) = tokens.get(at + 2).filter(|t| !is_jump(t)) {
        if is_digits(second) {
            date.push_text(second, None)?;
        } else {
            date.push(month_of(second)?, Some(Part::Month))?;
        }
        if tokens.get(at + 3).is_some_and(|t| t == separator) {
            let third = tokens.get(at + 4)?;
            match month_of(third) {
                Some(month) => date.push(month, Some(Part::Month))?,
                None => date.push_text(third, None)?,
            }
            at += 2;
        }
        at += 1;
    }
    Some(at + 1)
}

fn assign(moment: &mut Moment, token: &str, value: f64, unit: usize) -> Option<()> {
    match unit {
        0 => {
            moment.hour = Some(value as i64);
            if value.fract() != 0.0 {
                moment.minute = Some((60.0 * value.fract()) as i64);
            }
        }
        1 => (moment.minute, moment.second) = minutes_of(value),
        2 => moment.second = Some(seconds_of(token)?),
        _ => {}
    }
    Some(())
}

fn minutes_of(value: f64) -> (Option<i64>, Option<i64>) {
    let seconds = (value.fract() != 0.0).then_some((60.0 * value.fract()) as i64);
    (Some(value as i64), seconds)
}

fn seconds_of(text: &str) -> Option<i64> {
    let Some((whole, fraction)) = text.split_once('.') else {
        return integer(text);
    };
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    integer(&six)?;
    integer(whole)
}

/// The numbers that may be year, month and day, in their order.
#[derive(Default)]
struct Date {
    values: Vec<i64>,
    year: Option<usize>,
    month: Option<usize>,
    with_century: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Year,
    Month,
}

impl Date {
    fn push_text(&mut self, text: &str, part: Option<Part>) -> Option<()> {
        let long = is_digits(text) && text.chars().count() > 2;
        self.add(integer(text)?, part, long)
    }

    fn push_number(&mut self, value: f64) -> Option<()> {
        self.add(value as i64, None, value > 100.0)
    }

    fn push(&mut self, value: i64, part: Option<Part>) -> Option<()> {
        self.add(value, part, value > 100)
    }

    fn add(&mut self, value: i64, part: Option<Part>, is_year: bool) -> Option<()> {
        if is_year && part == Some(Part::Month) {
            return None;
        }
        self.with_century |= is_year;
        let part = if is_year { Some(Part::Year) } else { part };
        let place = self.values.len();
        let slot = match part {
            Some(Part::Year) => &mut self.year,
            Some(Part::Month) => &mut self.month,
            None => &mut None,
        };
        if slot.is_some() {
            return None;
        }
        *slot = Some(place);
        self.values.push(value);
        Some(())
    }

    fn could_be_day(&self, value: f64) -> bool {
        let month = self.month.map(|place| self.values[place]);
        let year = self.year.map_or(2000, |place| self.values[place]);
        let year = if month.is_some() { year } else { 2000 };
        let days = i16::try_from(year)
            .ok()
            .zip(i8::try_from(month.unwrap_or(1)).ok())
            .and_then(|(year, month)| civil::Date::new(year, month, 1).ok())
            .map_or(31, |date| date.days_in_month());
        (1.0..=f64::from(days)).contains(&value)
    }

    /// Which of the numbers is year, month and day.
    #[allow(clippy::type_complexity)]
    fn resolve(&self) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
        let values = &self.values;
        let known = usize::from(self.year.is_some()) + usize::from(self.month.is_some());
        let at = |place: Option<usize>| place.map(|place| values[place]);
        if values.len() == known && known > 0 {
            return Some((at(self.year), at(self.month), None));
        }
        if values.len() == 3
            && let (Some(year), Some(month)) = (self.year, self.month)
        {
            return Some((at(Some(year)), at(Some(month)), at(Some(3 - year - month))));
        }
        match (values.as_slice(), self.month) {
            ([], _) => Some((None, None, None)),
            (&[one], None) if one > 31 => Some((Some(one), None, None)),
            (&[one], None) => Some((None, None, Some(one))),
            (&[_], Some(_)) => Some((None, at(self.month), None)),
            (&[a, b], Some(place)) => {
                let other = if place == 0 { b } else { a };
                let month = at(Some(place));
                Some(if other > 31 {
                    (Some(other), month, None)
                } else {
                    (None, month, Some(other))
                })
            }
            (&[a, b], None) if a > 31 => Some((Some(a), Some(b), None)),
            (&[a, b], None) if b > 31 => Some((Some(b), Some(a), None)),
            (&[a, b], None) => Some((None, Some(a), Some(b))),
            (&[a, b, c], month) => {
                let (year, month, day) = match month {
                    Some(0) if b > 31 => (b, a, c),
                    Some(0) => (c, a, b),
                    Some(1) if a > 31 => (a, b, c),
                    Some(1) => (c, b, a),
                    Some(_) if b > 31 => (b, c, a),
                    Some(_) => (a, c, b),
                    None if a > 31 || self.year == Some(0) => (a, b, c),
                    None if a > 12 => (c, b, a),
                    None => (c, a, b),
                };
                Some((Some(year), Some(month), Some(day)))
            }
            _ => None,
        }
    }
}

/// The words, numbers and signs of a text; dots and commas are parts of numbers where they can be.
fn tokens(text: &str) -> Vec<String> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Start,
        Word,
        Number,
        WordDot,
        NumberDot,
    }
    let letters: Vec<char> = text.chars().filter(|&c| c != '\0').collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let mut token = String::new();
        let mut state = State::Start;
        let mut seen_letters = false;
        while at < letters.len() {
            let next = letters[at];
            let (is_word, is_digit) = (next.is_alphabetic(), next.is_numeric());
            let after_dot = token.ends_with('.');
            let to = match state {
                State::Start if is_word => State::Word,
                State::Start if is_digit => State::Number,
                State::Start => {
                    token.push(if next.is_whitespace() { ' ' } else { next });
                    at += 1;
                    break;
                }
                State::Word if is_word => State::Word,
                State::Word if next == '.' => State::WordDot,
                State::Number if is_digit => State::Number,
                State::Number if next == '.' || (next == ',' && token.chars().count() >= 2) => {
                    State::NumberDot
                }
                State::WordDot if next == '.' || is_word => State::WordDot,
                State::WordDot if is_digit && after_dot => State::NumberDot,
                State::NumberDot if next == '.' || is_digit => State::NumberDot,
                State::NumberDot if is_word && after_dot => State::WordDot,
                _ => break,
            };
            seen_letters |= matches!(state, State::Word | State::WordDot);
            state = to;
            token.push(next);
            at += 1;
        }
        // A character after a word makes it one of letters, even if it does not belong to it.
        seen_letters |= at < letters.len() && matches!(state, State::Word | State::WordDot);
        let dotted = matches!(state, State::WordDot | State::NumberDot);
        let is_several =
            seen_letters || token.matches('.').count() > 1 || token.ends_with(['.', ',']);
        if dotted && is_several {
            split_at_dots(&token, &mut tokens);
        } else if state == State::NumberDot && !token.contains('.') {
            tokens.push(token.replace(',', "."));
        } else {
            tokens.push(token);
        }
    }
    tokens
}

fn split_at_dots(token: &str, tokens: &mut Vec<String>) {
    let mut part = String::new();
    for letter in token.chars() {
        if letter == '.' || letter == ',' {
            tokens.push(std::mem::take(&mut part));
            tokens.push(letter.to_string());
        } else {
            part.push(letter);
        }
    }
    tokens.push(part);
    tokens.retain(|token| !token.is_empty());
}

/// The place of the unit (h, minutes, …) of a number, after or before it.
fn hms_place(tokens: &[String], at: usize) -> Option<usize> {
    let is_unit = |place: usize| tokens.get(place).is_some_and(|t| hms_of(t).is_some());
    let is_blank = |place: usize| tokens.get(place).is_some_and(|t| t == " ");
    if is_unit(at + 1) {
        Some(at + 1)
    } else if is_blank(at + 1) && is_unit(at + 2) {
        Some(at + 2)
    } else if at > 0 && is_unit(at - 1) {
        Some(at - 1)
    } else if at > 1 && at == tokens.len() - 1 && is_blank(at - 1) && is_unit(at - 2) {
        Some(at - 2)
    } else {
        None
    }
}

fn could_be_zone(moment: &Moment, token: &str) -> bool {
    moment.hour.is_some() && moment.zone.is_none() && !moment.offset && is_zone_name(token)
}

fn is_zone_name(token: &str) -> bool {
    token.chars().count() <= 5 && (token.bytes().all(|b| b.is_ascii_uppercase()) || token == "z")
}

fn of_day(hour: i64, afternoon: bool) -> i64 {
    match (hour, afternoon) {
        (..12, true) => hour + 12,
        (12, false) => 0,
        _ => hour,
    }
}

fn is_jump(token: &str) -> bool {
    let signs = [" ", ".", ",", ";", "-", "/", "'"];
    let words = [
        "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th",
    ];
    signs.contains(&token) || words.iter().any(|word| token.eq_ignore_ascii_case(word))
}

fn is_utc(token: &str) -> bool {
    ["utc", "gmt", "z"]
        .iter()
        .any(|name| token.eq_ignore_ascii_case(name))
}

fn is_weekday(token: &str) -> bool {
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

fn month_of(token: &str) -> Option<i64> {
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
    let place = months.iter().position(|month| is(&month));
    let place = place.or(token.eq_ignore_ascii_case("sept").then_some(8))?;
    i64::try_from(place + 1).ok()
}

fn hms_of(token: &str) -> Option<usize> {
    let units = [
        ["h", "hour", "hours"],
        ["m", "minute", "minutes"],
        ["s", "second", "seconds"],
    ];
    units
        .iter()
        .position(|names| names.iter().any(|name| token.eq_ignore_ascii_case(name)))
}

fn ampm_of(token: &str) -> Option<bool> {
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
fn is_float(token: &str) -> bool {
    decimal(token).is_some()
        || ["nan", "inf", "infinity"]
            .iter()
            .any(|word| token.eq_ignore_ascii_case(word))
}

fn decimal(token: &str) -> Option<f64> {
    let digits = token.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if digits { token.parse().ok() } else { None }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn integer(text: &str) -> Option<i64> {
    if is_digits(text) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn almost_every_way_to_write_a_date_is_one() {
        for text in [
            "2024-01-05",
            "5 January 2024",
            "01/05/2024 13:30",
            "Jan 5, 2024 1:30 PM",
            "20240105T133000",
            "12:30",
            "Thu Sep 25 10:36:28 2003",
            "2003-09-25T10:49:41.5-03:00",
            "10",
            "Sep",
            "25.9.2003",
            "1.5h",
            "Friday",
            "Thu, 25 Sep 2003 10:49:41 -0300",
            "3rd of May 2001",
            "10pm",
            "July 4, 1976 12:01:02 am",
            "Sep of 03",
            "2004 10 Apr 11h30m",
            "20080227T21:26:01.123456789",
            "Wed, July 10, '96",
            "1996.July.10 AD 12:08 PM",
            "10h36m28.5s",
            "99-01-01",
            "13/2/2001",
            "0:00PM, PST",
        ] {
            assert!(is_parseable(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_in_the_calendar_or_is_a_word_is_none() {
        for text in [
            "yesterday",
            "2024-13-45",
            "2024-02-30",
            "not a date",
            "2024-01-05 25:00",
            "",
            " ",
            "at",
            "P001",
            "nan",
            "1 2 3 4",
            "12:61",
            "2023-02-29",
            "January January",
            "am",
            "99999999",
            "1e5",
            "True",
        ] {
            assert!(!is_parseable(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text: String) {
            is_parseable(&text);
        }

        #[test]
        fn any_text_that_looks_like_a_date_is_read_without_a_panic(text in "[0-9 :.,/+()apmtzTZh東-]{0,20}") {
            is_parseable(&text);
        }
    }
}
