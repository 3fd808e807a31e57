//! Clinical quantities by the names that columns have for them: what is possible, and how one unit becomes another.

use crate::names::{without_number, words};

/// A quantity by the names that columns have for it.
pub(super) struct Quantity {
    /// Words, or several with a space between. One of at most two letters counts as the first word of a name only.
    names: &'static [&'static str],
    /// The unit of `possible`.
    pub unit: &'static str,
    /// What a living person can have; wide enough that a value beyond is no extreme case and a mistake.
    pub possible: [f64; 2],
    pub conversions: &'static [Conversion],
}

impl Quantity {
    /// The quantity that a column's name says; nothing if it says none, or something made of one.
    pub fn of(column: &str) -> Option<&'static Self> {
        let whole = column.split(|letter: char| !letter.is_alphanumeric());
        let whole: Vec<String> = whole.map(str::to_lowercase).collect();
        let cut = words(column);
        let is_derived = |word: &String| DERIVED.contains(&without_number(word));
        if whole.iter().chain(&cut).any(is_derived) {
            return None;
        }
        let says = |words: &[String], name: &str| {
            let name: Vec<&str> = name.split(' ').collect();
            let is_same = |word: &String, part: &str| word == part || without_number(word) == part;
            let same = |words: &[String]| words.iter().zip(&name).all(|(a, b)| is_same(a, b));
            let is_short = name.len() == 1 && name[0].len() <= 2;
            let mut places = words.windows(name.len());
            if is_short {
                places.next().is_some_and(same)
            } else {
                places.any(same)
            }
        };
        let is_named = |name: &&str| says(&whole, name) || says(&cut, name);
        QUANTITIES.iter().find(|one| one.names.iter().any(is_named))
    }

    /// The possible values in each unit, the usual one first.
    pub fn units(&self) -> impl Iterator<Item = (&'static str, [f64; 2])> {
        let [low, high] = self.possible;
        let others = self.conversions.iter().map(move |one| {
            if one.from == self.unit {
                (one.to, [one.apply(low), one.apply(high)])
            } else {
                (one.from, [one.undo(low), one.undo(high)])
            }
        });
        std::iter::once((self.unit, self.possible)).chain(others)
    }
}

/// Words of names that say something made of a quantity, or of another fluid than blood.
const DERIVED: &[&str] = &[
    "change",
    "count",
    "csf",
    "day",
    "days",
    "delta",
    "diff",
    "difference",
    "dose",
    "flag",
    "gap",
    "group",
    "history",
    "increase",
    "is",
    "log",
    "measured",
    "missing",
    "month",
    "months",
    "n",
    "norm",
    "percentile",
    "quantile",
    "quartile",
    "rank",
    "ratio",
    "scaled",
    "score",
    "sd",
    "slope",
    "std",
    "time",
    "trend",
    "urinary",
    "urine",
    "var",
    "variance",
    "week",
    "weeks",
    "z",
    "zscore",
];

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

    fn undo(&self, value: f64) -> f64 {
        (value - self.offset) / self.factor
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
/// haemoglobin A1c: Weykamp et al. 2008, Clin Chem 54:240-248; NIST SP 811 for mass, length, temperature and pressure. What is
/// possible is a convention of galen, wider than the extremes of which case reports tell.
const QUANTITIES: &[Quantity] = &[
    Quantity {
        names: &["glucose", "glu", "gluc", "sugar"],
        unit: "mmol/L",
        possible: [0.2, 160.0],
        conversions: &[times("mmol/L", "mg/dL", 18.016)],
    },
    Quantity {
        names: &["cholesterol", "chol"],
        unit: "mmol/L",
        possible: [0.3, 80.0],
        conversions: &[times("mmol/L", "mg/dL", 38.67)],
    },
    Quantity {
        names: &["ldl", "hdl"],
        unit: "mmol/L",
        possible: [0.01, 60.0],
        conversions: &[times("mmol/L", "mg/dL", 38.67)],
    },
    Quantity {
        names: &["triglyceride", "triglycerides", "trig", "tg"],
        unit: "mmol/L",
        possible: [0.05, 400.0],
        conversions: &[times("mmol/L", "mg/dL", 88.57)],
    },
    Quantity {
        names: &["creatinine", "creat", "crea", "scr"],
        unit: "mg/dL",
        possible: [0.02, 80.0],
        conversions: &[times("mg/dL", "µmol/L", 88.42)],
    },
    Quantity {
        names: &["bilirubin", "bili"],
        unit: "mg/dL",
        possible: [0.0, 100.0],
        conversions: &[times("mg/dL", "µmol/L", 17.104)],
    },
    Quantity {
        names: &["urea", "bun"],
        unit: "mmol/L",
        possible: [0.1, 150.0],
        conversions: &[
            times("mmol/L", "mg/dL of nitrogen", 2.801),
            times("mmol/L", "mg/dL", 6.006),
        ],
    },
    Quantity {
        names: &["calcium"],
        unit: "mmol/L",
        possible: [0.2, 8.0],
        conversions: &[times("mmol/L", "mg/dL", 4.008)],
    },
    Quantity {
        names: &["phosphate", "phosphorus"],
        unit: "mmol/L",
        possible: [0.03, 20.0],
        conversions: &[times("mmol/L", "mg/dL", 3.097)],
    },
    Quantity {
        names: &["uric", "urate"],
        unit: "mg/dL",
        possible: [0.05, 80.0],
        conversions: &[times("mg/dL", "µmol/L", 59.48)],
    },
    Quantity {
        names: &["lactate"],
        unit: "mmol/L",
        possible: [0.05, 70.0],
        conversions: &[times("mmol/L", "mg/dL", 9.008)],
    },
    Quantity {
        names: &["iron"],
        unit: "µmol/L",
        possible: [0.1, 2000.0],
        conversions: &[times("µmol/L", "µg/dL", 5.585)],
    },
    Quantity {
        names: &["albumin", "alb", "total protein"],
        unit: "g/dL",
        possible: [0.2, 20.0],
        conversions: &[PER_LITRE],
    },
    // Before haemoglobin, whose short name begins its own.
    Quantity {
        names: &["hba1c", "a1c"],
        unit: "%",
        possible: [2.0, 30.0],
        conversions: &[Conversion {
            from: "%",
            to: "mmol/mol",
            factor: 10.929,
            offset: -23.5,
        }],
    },
    Quantity {
        names: &["haemoglobin", "hemoglobin", "hgb", "hb"],
        unit: "g/dL",
        possible: [0.5, 35.0],
        conversions: &[PER_LITRE, times("mmol/L", "g/dL", 1.6114)],
    },
    Quantity {
        names: &["crp", "c reactive protein"],
        unit: "mg/L",
        possible: [0.0, 1500.0],
        conversions: &[times("mg/dL", "mg/L", 10.0)],
    },
    Quantity {
        names: &["troponin"],
        unit: "ng/mL",
        possible: [0.0, 20_000.0],
        conversions: &[times("ng/mL", "ng/L", 1000.0)],
    },
    Quantity {
        names: &["fibrinogen"],
        unit: "g/L",
        possible: [0.05, 30.0],
        conversions: &[times("g/L", "mg/dL", 100.0)],
    },
    Quantity {
        names: &["wbc", "leukocytes", "leucocytes"],
        unit: "10^3/µL",
        possible: [0.0, 2000.0],
        conversions: &[THOUSANDS],
    },
    Quantity {
        names: &["platelets", "plt"],
        unit: "10^3/µL",
        possible: [0.0, 6000.0],
        conversions: &[THOUSANDS],
    },
    Quantity {
        names: &["spo2", "sao2"],
        unit: "%",
        possible: [5.0, 100.0],
        conversions: &[PERCENT],
    },
    Quantity {
        names: &["fio2"],
        unit: "%",
        possible: [15.0, 100.0],
        conversions: &[PERCENT],
    },
    Quantity {
        names: &["hematocrit", "haematocrit", "hct"],
        unit: "%",
        possible: [2.0, 90.0],
        conversions: &[PERCENT],
    },
    Quantity {
        names: &["pao2", "po2"],
        unit: "mmHg",
        possible: [3.0, 900.0],
        conversions: &[PRESSURE],
    },
    Quantity {
        names: &["paco2", "pco2"],
        unit: "mmHg",
        possible: [2.0, 300.0],
        conversions: &[PRESSURE],
    },
    Quantity {
        names: &["weight", "wt", "wtkg", "wtkilo", "weightkg"],
        unit: "kg",
        possible: [0.2, 700.0],
        conversions: &[times("kg", "lb", 2.204_62), times("kg", "g", 1000.0)],
    },
    Quantity {
        names: &["height", "ht"],
        unit: "cm",
        possible: [20.0, 280.0],
        conversions: &[
            times("m", "cm", 100.0),
            times("inch", "cm", 2.54),
            times("m", "inch", 39.370_1),
        ],
    },
    Quantity {
        names: &["temperature", "temp"],
        unit: "°C",
        possible: [10.0, 48.0],
        conversions: &[Conversion {
            from: "°C",
            to: "°F",
            factor: 1.8,
            offset: 32.0,
        }],
    },
    Quantity {
        names: &["age"],
        unit: "years",
        possible: [0.0, 125.0],
        conversions: &[],
    },
    Quantity {
        names: &["heart rate", "heartrate", "hr", "hrt", "pulse"],
        unit: "/min",
        possible: [10.0, 400.0],
        conversions: &[],
    },
    Quantity {
        names: &[
            "respiratory rate",
            "resp rate",
            "resp",
            "resprate",
            "respiration",
            "rr",
        ],
        unit: "/min",
        possible: [1.0, 200.0],
        conversions: &[],
    },
    Quantity {
        names: &["systolic", "sbp", "sysbp", "sysabp", "nisysabp"],
        unit: "mmHg",
        possible: [15.0, 400.0],
        conversions: &[PRESSURE],
    },
    Quantity {
        names: &["diastolic", "dbp", "diasbp", "diasabp", "nidiasabp"],
        unit: "mmHg",
        possible: [1.0, 350.0],
        conversions: &[PRESSURE],
    },
    Quantity {
        names: &["mean arterial pressure", "meanbp", "mbp", "nimap", "map"],
        unit: "mmHg",
        possible: [5.0, 370.0],
        conversions: &[PRESSURE],
    },
    Quantity {
        names: &["gcs", "glasgow"],
        unit: "points",
        possible: [3.0, 15.0],
        conversions: &[],
    },
    Quantity {
        names: &["ph"],
        unit: "pH",
        possible: [6.2, 8.3],
        conversions: &[],
    },
    Quantity {
        names: &["sodium", "sod", "na"],
        unit: "mmol/L",
        possible: [70.0, 250.0],
        conversions: &[],
    },
    Quantity {
        names: &["potassium"],
        unit: "mmol/L",
        possible: [0.5, 25.0],
        conversions: &[],
    },
    Quantity {
        names: &["chloride", "cl"],
        unit: "mmol/L",
        possible: [40.0, 250.0],
        conversions: &[],
    },
    Quantity {
        names: &["bicarbonate", "hco3"],
        unit: "mmol/L",
        possible: [1.0, 90.0],
        conversions: &[],
    },
    Quantity {
        names: &["bmi", "body mass index"],
        unit: "kg/m²",
        possible: [5.0, 300.0],
        conversions: &[],
    },
    Quantity {
        names: &["inr"],
        unit: "ratio",
        possible: [0.3, 60.0],
        conversions: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_cut_into_words() {
        for (column, unit) in [
            ("temp1", "°C"),
            ("SerumCreatinine", "mg/dL"),
            ("HbA1c", "%"),
            ("SaO2_first", "%"),
            ("Glucose_first", "mmol/L"),
            ("last HDL", "mmol/L"),
            ("Heart Rate", "/min"),
            ("HR", "/min"),
            ("meanbp1", "mmHg"),
            ("Na_last", "mmol/L"),
        ] {
            let found = Quantity::of(column).map(|one| one.unit);
            assert_eq!(found, Some(unit), "{column}");
        }
        for column in [
            "attempt",
            "weighted_score",
            "heights_of_3",
            "1",
            "glucose_delta",
            "age_group",
            "age in months",
            "diagnosis_na",
            "HeartRateSlope",
        ] {
            assert!(Quantity::of(column).is_none(), "{column}");
        }
    }

    #[test]
    fn what_is_possible_is_told_in_each_unit() {
        let temperature = Quantity::of("temp").expect("a quantity");
        let units: Vec<_> = temperature.units().collect();
        assert_eq!(units[1].0, "°F");
        assert_eq!(units[1].1, [50.0, 118.4]);
        for one in QUANTITIES {
            for (unit, [low, high]) in one.units() {
                assert!(low < high, "{unit} of {:?}", one.names);
            }
        }
    }
}
