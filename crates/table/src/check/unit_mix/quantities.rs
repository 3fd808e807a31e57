//! Quantities that are reported in two units, and how one becomes the other.

use crate::names::{without_number, words};

/// A quantity by the words that name it in columns.
pub(super) struct Quantity {
    pub words: &'static [&'static str],
    pub conversions: &'static [Conversion],
}

/// `to` = `factor` times `from`, plus `offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Conversion {
    pub from: &'static str,
    pub to: &'static str,
    pub factor: f64,
    pub offset: f64,
}

impl Conversion {
    pub fn apply(&self, value: f64) -> f64 {
        self.factor * value + self.offset
    }
}

const fn times(from: &'static str, to: &'static str, factor: f64) -> Conversion {
    Conversion {
        from,
        to,
        factor,
        offset: 0.0,
    }
}

const PER_LITRE: Conversion = times("g/dL", "g/L", 10.0);
const THOUSANDS: Conversion = times("10^3/µL", "/µL", 1000.0);
const PERCENT: Conversion = times("fraction", "%", 100.0);
const PRESSURE: Conversion = times("kPa", "mmHg", 7.500_62);

/// # Source
/// Young and Huth 1998, SI Units for Clinical Measurement (from the molar masses); NGSP and IFCC master equation for
/// haemoglobin A1c: Weykamp et al. 2008, Clin Chem 54:240-248; NIST SP 811 for mass, length, temperature and pressure.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity {
        words: &["glucose", "glu", "gluc", "sugar"],
        conversions: &[times("mmol/L", "mg/dL", 18.016)],
    },
    Quantity {
        words: &["cholesterol", "chol", "ldl", "hdl"],
        conversions: &[times("mmol/L", "mg/dL", 38.67)],
    },
    Quantity {
        words: &["triglyceride", "triglycerides", "trig", "tg"],
        conversions: &[times("mmol/L", "mg/dL", 88.57)],
    },
    Quantity {
        words: &["creatinine", "creat", "crea", "scr"],
        conversions: &[times("mg/dL", "µmol/L", 88.42)],
    },
    Quantity {
        words: &["bilirubin", "bili"],
        conversions: &[times("mg/dL", "µmol/L", 17.104)],
    },
    Quantity {
        words: &["urea", "bun"],
        conversions: &[
            times("mmol/L", "mg/dL of nitrogen", 2.801),
            times("mmol/L", "mg/dL", 6.006),
        ],
    },
    Quantity {
        words: &["calcium"],
        conversions: &[times("mmol/L", "mg/dL", 4.008)],
    },
    Quantity {
        words: &["phosphate", "phosphorus"],
        conversions: &[times("mmol/L", "mg/dL", 3.097)],
    },
    Quantity {
        words: &["uric", "urate"],
        conversions: &[times("mg/dL", "µmol/L", 59.48)],
    },
    Quantity {
        words: &["lactate"],
        conversions: &[times("mmol/L", "mg/dL", 9.008)],
    },
    Quantity {
        words: &["iron"],
        conversions: &[times("µmol/L", "µg/dL", 5.585)],
    },
    Quantity {
        words: &["albumin", "alb", "protein"],
        conversions: &[PER_LITRE],
    },
    // Before haemoglobin, whose short name begins its own.
    Quantity {
        words: &["hba1c", "a1c"],
        conversions: &[Conversion {
            from: "%",
            to: "mmol/mol",
            factor: 10.929,
            offset: -23.5,
        }],
    },
    Quantity {
        words: &["haemoglobin", "hemoglobin", "hgb", "hb"],
        conversions: &[PER_LITRE, times("mmol/L", "g/dL", 1.6114)],
    },
    Quantity {
        words: &["crp"],
        conversions: &[times("mg/dL", "mg/L", 10.0)],
    },
    Quantity {
        words: &["troponin"],
        conversions: &[times("ng/mL", "ng/L", 1000.0)],
    },
    Quantity {
        words: &["fibrinogen"],
        conversions: &[times("g/L", "mg/dL", 100.0)],
    },
    Quantity {
        words: &["wbc", "leukocytes", "leucocytes", "platelets", "plt"],
        conversions: &[THOUSANDS],
    },
    Quantity {
        words: &["spo2", "sao2", "fio2", "hematocrit", "haematocrit", "hct"],
        conversions: &[PERCENT],
    },
    Quantity {
        words: &["pao2", "paco2", "pco2", "po2"],
        conversions: &[PRESSURE],
    },
    Quantity {
        words: &["weight", "wt"],
        conversions: &[times("kg", "lb", 2.204_62), times("kg", "g", 1000.0)],
    },
    Quantity {
        words: &["height", "ht"],
        conversions: &[
            times("m", "cm", 100.0),
            times("inch", "cm", 2.54),
            times("m", "inch", 39.370_1),
        ],
    },
    Quantity {
        words: &["temperature", "temp"],
        conversions: &[Conversion {
            from: "°C",
            to: "°F",
            factor: 1.8,
            offset: 32.0,
        }],
    },
];

/// What a column may be reported in; nothing if its name says no quantity. Names are cut at what is no letter or digit, and
/// also where a small letter meets a capital one: `SaO2` is a word, and `SerumCreatinine` two.
pub(super) fn conversions_of(column: &str) -> &'static [Conversion] {
    let parts = column.split(|letter: char| !letter.is_alphanumeric());
    let whole = parts.map(str::to_lowercase);
    let words: Vec<String> = whole.chain(words(column)).collect();
    let is_named = |name: &&str| {
        words
            .iter()
            .any(|word| word == name || without_number(word) == *name)
    };
    let named = QUANTITIES
        .iter()
        .find(|quantity| quantity.words.iter().any(is_named));
    named.map_or(&[], |quantity| quantity.conversions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_cut_into_words() {
        for (column, from) in [
            ("temp1", "°C"),
            ("SerumCreatinine", "mg/dL"),
            ("HbA1c", "%"),
            ("SaO2_first", "fraction"),
            ("Glucose_first", "mmol/L"),
            ("last HDL", "mmol/L"),
        ] {
            let found = conversions_of(column).first();
            assert_eq!(found.map(|one| one.from), Some(from), "{column}");
        }
        for column in ["attempt", "weighted_score", "heights_of_3", "1"] {
            assert!(conversions_of(column).is_empty(), "{column}");
        }
    }
}
