use std::fmt;

use serde::Serialize;

/// A number as a paper prints it, with what its rounding hides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Printed {
    /// A percentage is a proportion here: 0.456 of `45.6%`.
    pub value: f64,
    /// Digits behind the point, as printed.
    pub decimals: u8,
    /// It was printed as a percentage.
    pub percent: bool,
}

/// What binary fractions leave of decimal ones.
const SLACK: f64 = 1e-9;

impl Printed {
    /// Of the digits of a number without a sign of percent: `1,234`, `0.91`, `.91`, `-0.02`.
    pub fn read(digits: &str, percent: bool) -> Option<Printed> {
        let digits: String = digits
            .chars()
            .filter(|&letter| letter != ',')
            .map(|letter| if letter == '–' { '-' } else { letter })
            .collect();
        let raw: f64 = digits.parse().ok()?;
        let decimals = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
        let printed = Printed {
            value: raw,
            decimals: u8::try_from(decimals).ok()?,
            percent: false,
        };
        raw.is_finite().then(|| match percent {
            true => printed.of_hundred(),
            false => printed,
        })
    }

    /// The same digits, understood as a percentage.
    #[must_use]
    pub fn of_hundred(self) -> Printed {
        match self.percent {
            true => self,
            false => Printed {
                value: self.value / 100.0,
                percent: true,
                ..self
            },
        }
    }

    /// Half a unit of the last digit.
    pub fn half(self) -> f64 {
        let unit = 10f64.powi(-i32::from(self.decimals));
        let unit = if self.percent { unit / 100.0 } else { unit };
        unit / 2.0
    }

    /// The least that rounds to it.
    pub fn low(self) -> f64 {
        self.value - self.half() - SLACK
    }

    /// The most that rounds to it.
    pub fn high(self) -> f64 {
        self.value + self.half() + SLACK
    }

    /// Whether a number rounds to it.
    pub fn could_be(self, number: f64) -> bool {
        self.low() <= number && number <= self.high()
    }

    /// Whether a number is less than one unit of the last digit away: rounded, cut, or nudged so that a column sums to 100.
    pub fn is_near(self, number: f64) -> bool {
        (number - self.value).abs() < 2.0 * self.half() - SLACK
    }

    /// Whether two prints can be of one number.
    pub fn may_equal(self, other: Printed) -> bool {
        self.low() <= other.high() && other.low() <= self.high()
    }

    /// A number in the digits of this one.
    pub fn like(self, number: f64) -> Printed {
        Printed {
            value: number,
            ..self
        }
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        match self.percent {
            true => write!(out, "{:.decimals$}%", self.value * 100.0),
            false => write!(out, "{:.decimals$}", self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_proportion_that_prints_as_it_was() {
        let printed = Printed::read("45.6", true).expect("digits");
        assert!((printed.value - 0.456).abs() < 1e-12);
        assert_eq!(printed.to_string(), "45.6%");
        assert!(printed.could_be(123.0 / 270.0) && !printed.could_be(124.0 / 270.0));
    }

    #[test]
    fn thousands_are_not_decimals() {
        let printed = Printed::read("1,234", false).expect("digits");
        assert!((printed.value - 1234.0).abs() < f64::EPSILON && printed.decimals == 0);
    }

    #[test]
    fn half_a_unit_is_allowed_at_both_ends() {
        let printed = Printed::read("0.91", false).expect("digits");
        assert!(printed.could_be(0.905) && printed.could_be(0.915));
        assert!(!printed.could_be(0.9049) && !printed.could_be(0.9151));
        assert!(printed.is_near(0.9199) && !printed.is_near(0.92));
    }
}
