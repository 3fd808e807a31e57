use galen_spec::data::{ColumnKind, Data, Expectation as Declared, Severity};
use serde_json::{Value, json};

/// The expectations that the declared columns themselves state: each is there, of its type, has a value unless it may be
/// missing, one of its values, and (a warning, since a rare value may be true) lies in its plausible range.
pub fn declared(plan: &Data) -> Vec<Declared> {
    let mut all = Vec::new();
    for column in &plan.columns {
        let mut expect = |id: &str, expectation: &str, params: &[(&str, Value)], severity| {
            all.push(Declared {
                id: format!("{}_{id}", column.name),
                expectation: expectation.to_owned(),
                column: Some(column.name.clone()),
                params: params
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), v.clone()))
                    .collect(),
                severity,
                suggested: false,
            });
        };
        expect("exists", "expect_column_to_exist", &[], Severity::Stop);
        if column.kind != ColumnKind::Category {
            let kind = serde_json::to_value(column.kind).unwrap_or(Value::Null);
            let of_type = "expect_column_values_to_be_of_type";
            expect("typed", of_type, &[("type_", kind)], Severity::Stop);
        }
        if !column.may_be_missing {
            expect(
                "present",
                "expect_column_values_to_not_be_null",
                &[],
                Severity::Stop,
            );
        }
        if let Some(values) = &column.values {
            let set = [("value_set", json!(values))];
            expect(
                "known",
                "expect_column_values_to_be_in_set",
                &set,
                Severity::Stop,
            );
        }
        if let Some([low, high]) = column.range {
            let range = [("min_value", json!(low)), ("max_value", json!(high))];
            expect(
                "plausible",
                "expect_column_values_to_be_between",
                &range,
                Severity::Warn,
            );
        }
    }
    all
}
