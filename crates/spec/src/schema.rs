//! The JSON Schemas of the declared files, from which editors complete.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use crate::file::{data, galen, intent, monitor, pccp, pipeline, protocol, risk, suite, team};

/// The schema of every declared file by the file's stem, `galen` first, then in the order of the manual, and the
/// suite, which stands outside a project.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("galen", of::<galen::Project>("galen")),
        ("intent", of::<intent::Intent>("intent")),
        ("risk", of::<risk::Risk>("risk")),
        ("data", of::<data::Data>("data")),
        ("protocol", of::<protocol::Protocol>("protocol")),
        ("pipeline", of::<pipeline::Pipeline>("pipeline")),
        ("pccp", of::<pccp::Pccp>("pccp")),
        ("monitor", of::<monitor::Monitor>("monitor")),
        ("team", of::<team::Team>("team")),
        ("suite", of::<suite::Suite>("suite")),
    ]
}

fn of<T: JsonSchema>(stem: &str) -> Schema {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    schema.insert("title".to_owned(), format!("{stem}.yaml").into());
    schema
}
