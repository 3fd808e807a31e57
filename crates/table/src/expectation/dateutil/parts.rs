use jiff::civil;

use super::words::{integer, is_digits};

/// The numbers that may be year, month and day, in their order.
#[derive(Default)]
pub struct Date {
    pub values: Vec<i64>,
    year: Option<usize>,
    month: Option<usize>,
    pub with_century: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    Year,
    Month,
}

impl Date {
    pub fn push_text(&mut self, text: &str, part: Option<Part>) -> Option<()> {
        let long = is_digits(text) && text.chars().count() > 2;
        self.add(integer(text)?, part, long)
    }

    pub fn push_number(&mut self, value: f64) -> Option<()> {
        self.add(value as i64, None, value > 100.0)
    }

    pub fn push(&mut self, value: i64, part: Option<Part>) -> Option<()> {
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

    pub fn could_be_day(&self, value: f64) -> bool {
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
    pub fn resolve(&self) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
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
