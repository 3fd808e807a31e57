use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::{ColumnKind, KnownAt};
use crate::file::{Name, Specs};

/// The truth is made of columns that nobody knows when the score is made.
pub struct Events;

impl CrossCheck for Events {
    fn id(&self) -> &'static str {
        "data.reference_standard"
    }

    fn holds(&self) -> &'static str {
        "The event's columns exist, are known only later, and the event's value occurs; the truth's name is not a column."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let (data, standard) = (&specs.data, &specs.data.reference_standard);
        let event = &standard.event;
        let mut problems = Vec::new();
        for (key, name) in [("column", &event.column), ("time", &event.time)] {
            let path = format!("reference_standard.event.{key}");
            let Some(column) = data.column(name) else {
                let there = data.columns.iter().map(|column| column.name.as_str());
                problems.extend(Problem::unless_named(
                    Name::Data,
                    path,
                    "column",
                    name,
                    there,
                ));
                continue;
            };
            if column.known_at != KnownAt::Later {
                let message =
                    format!("`{name}` makes the truth, yet is not declared as known later");
                let help = format!("write `known_at: later` for the column `{name}`");
                problems.push(Problem::error(Name::Data, &path, message).help(help));
            }
            let kind = column.kind;
            if key == "time" && kind == ColumnKind::Category {
                let message = format!("`{name}` is a category and cannot count days");
                problems.push(Problem::error(Name::Data, path, message));
            } else if key == "column"
                && let Some(values) = &column.values
            {
                let path = "reference_standard.event.value";
                let there = values.iter().map(String::as_str);
                let what = format!("value of `{name}`");
                let value = &event.value;
                problems.extend(Problem::unless_named(Name::Data, path, &what, value, there));
            }
        }
        if data.column(&standard.name).is_some() {
            let message = format!("`{}` is already a column", standard.name);
            problems.push(Problem::error(
                Name::Data,
                "reference_standard.name",
                message,
            ));
        }
        if event.within_days == 0 {
            let path = "reference_standard.event.within_days";
            problems.push(Problem::error(
                Name::Data,
                path,
                "an event needs at least a day",
            ));
        }
        problems
    }
}
