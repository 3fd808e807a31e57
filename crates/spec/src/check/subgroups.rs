use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::{ColumnKind, KnownAt};
use crate::file::{Name, Specs};

/// A subgroup can be found in the data before the outcome is known.
pub struct Subgroups;

impl CrossCheck for Subgroups {
    fn id(&self) -> &'static str {
        "protocol.subgroup"
    }

    fn holds(&self) -> &'static str {
        "A subgroup is one value or one range of a declared column that is not known only later."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (g, group) in specs.protocol.subgroups.iter().enumerate() {
            let path = |key: &str| format!("subgroups[{g}].{key}");
            let Some(column) = specs.data.column(&group.column) else {
                let there = specs.data.columns.iter().map(|column| column.name.as_str());
                let name = &group.column;
                let path = path("column");
                problems.extend(Problem::unless_named(
                    Name::Protocol,
                    path,
                    "column",
                    name,
                    there,
                ));
                continue;
            };
            let mut push = |key: &str, message: String| {
                problems.push(Problem::error(Name::Protocol, path(key), message));
            };
            if column.known_at == KnownAt::Later {
                push(
                    "column",
                    format!("`{}` is known only after the outcome", column.name),
                );
            }
            let ranged = group.at_least.is_some() || group.below.is_some();
            match (&group.equals, ranged) {
                (Some(_), true) => push("equals", "either one value or a range".to_owned()),
                (None, false) => push("id", "add `equals`, `at_least` or `below`".to_owned()),
                (None, true) if column.kind == ColumnKind::Category => {
                    push(
                        "column",
                        format!("`{}` is a category and has no range", column.name),
                    );
                }
                (None, true) if group.at_least >= group.below && group.below.is_some() => {
                    push("below", "the range ends before it begins".to_owned());
                }
                (Some(value), false) => {
                    let there = column.values.iter().flatten().map(String::as_str);
                    if column.values.is_some() {
                        let path = path("equals");
                        let what = format!("value of `{}`", column.name);
                        let unknown =
                            Problem::unless_named(Name::Protocol, path, &what, value, there);
                        problems.extend(unknown);
                    }
                }
                _ => {}
            }
        }
        problems
    }
}
