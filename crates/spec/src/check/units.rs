use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// A unit is a code of UCUM, so that programs understand it and nobody mistakes it.
///
/// # Source
/// Schadow and McDonald, The Unified Code for Units of Measure, version 2.2 (case sensitive).
pub struct Units;

impl CrossCheck for Units {
    fn id(&self) -> &'static str {
        "data.unit"
    }

    fn holds(&self) -> &'static str {
        "The unit of a column is a code of UCUM, such as `mg/dL`, `mm[Hg]`, `a` or `1`."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let columns = specs.data.columns.iter().enumerate();
        let wrong = columns.filter_map(|(c, column)| {
            let unit = column.unit.as_deref()?;
            let error = octofhir_ucum::validate(unit).err()?.to_string();
            // The first line says what is wrong; near misses follow, of an empty unit all that there are.
            let mut lines = error.lines();
            let what = lines.next().unwrap_or_default();
            let near = lines.find_map(|line| line.trim().strip_prefix("- Did you mean "));
            let near = near.map(|near| near.split(" [").next().unwrap_or(near));
            let message = format!("`{unit}` is no unit of UCUM: {what}");
            let problem = Problem::error(Name::Data, format!("columns[{c}].unit"), message);
            Some(match near.filter(|_| !unit.trim().is_empty()) {
                Some(near) => problem.help(format!("did you mean {near}")),
                None => problem
                    .help("write a code of UCUM: years are `a`, a count is `1`, mmHg is `mm[Hg]`"),
            })
        });
        wrong.collect()
    }
}
