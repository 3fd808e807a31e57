use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::ColumnKind;
use crate::file::{Name, Specs};

/// The division leaves somebody in every part.
pub struct Parts;

impl CrossCheck for Parts {
    fn id(&self) -> &'static str {
        "data.parts"
    }

    fn holds(&self) -> &'static str {
        "The division is by an integer column, its shares lie between 0 and 1 and leave cases for learning, and its names differ."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let (data, parts) = (&specs.data, &specs.data.parts);
        let mut problems = Vec::new();
        let mut push = |key: &str, message: String| {
            problems.push(Problem::error(Name::Data, format!("parts.{key}"), message));
        };
        for (key, share) in [
            ("reference", parts.reference),
            ("development", parts.development),
        ] {
            if !(share > 0.0 && share < 1.0) {
                push(key, format!("{share} is not a share between 0 and 1"));
            }
        }
        if parts.reference + parts.development >= 1.0 {
            push("development", "no case is left for learning".to_owned());
        }
        if parts.drawn_from.is_empty() {
            push("drawn_from", format!("no value of `{}` is named", parts.by));
        }
        let reserved = ["reference", "development"];
        for (key, name) in [("learn", &parts.learn), ("arrivals", &parts.arrivals)] {
            if reserved.contains(&name.as_str()) || name.trim().is_empty() {
                push(key, format!("`{name}` is the name of another part"));
            }
        }
        if parts.learn == parts.arrivals {
            push(
                "arrivals",
                format!("`{}` is the name of another part", parts.arrivals),
            );
        }
        match data.column(&parts.by) {
            Some(column) if column.kind != ColumnKind::Integer => {
                push(
                    "by",
                    format!("`{}` is no integer, and cases are divided by one", parts.by),
                );
            }
            Some(column) => {
                for (v, value) in parts.drawn_from.iter().enumerate() {
                    let outside = column
                        .range
                        .is_some_and(|[low, high]| (*value as f64) < low || (*value as f64) > high);
                    if outside {
                        let key = format!("drawn_from[{v}]");
                        push(
                            &key,
                            format!("{value} is outside the range of `{}`", parts.by),
                        );
                    }
                }
            }
            None => {
                let there = data.columns.iter().map(|column| column.name.as_str());
                let by = &parts.by;
                problems.extend(Problem::unless_named(
                    Name::Data,
                    "parts.by",
                    "column",
                    by,
                    there,
                ));
            }
        }
        problems
    }
}
