//! `galen import tfdv`: a schema of TensorFlow Data Validation becomes a suite.

use std::path::Path;

use galen_spec::suite::Suite;
use galen_table::tfdv::not_judged;
use serde_json::json;

use crate::outside::{read_file, write_file};
use crate::place::Place;
use crate::report::{Failure, Report, declared};

pub fn tfdv(source: &Path, out: Option<&Path>, place: &Place) -> Result<Report, Failure> {
    let name = source.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or("schema.pbtxt");
    let bytes = read_file(&place.path(source))?;
    let text = galen_spec::read::text(name, &bytes).map_err(|found| declared(found, 2))?;
    let schema = galen_tfdv::read(name, text).map_err(|found| declared(found, 2))?;
    let left = not_judged(&schema);
    let suite = Suite {
        tfdv: Some(schema),
        ..Suite::default()
    };
    let yaml = written(name, &suite)?;
    if let Some(out) = out {
        write_file(&place.path(out), yaml.as_bytes())?;
    }
    for sentence in &left {
        eprintln!("warning: {sentence}.");
    }
    let features = suite.tfdv.iter().flat_map(|schema| &schema.feature);
    let columns: Vec<&str> = features.map(|one| one.name.as_str()).collect();
    let expectations = columns
        .iter()
        .map(|column| json!({"expectation": "tfdv_schema", "column": column}));
    let document = json!({
        "source": source.display().to_string(),
        "out": out.map(|out| out.display().to_string()),
        "expectations": expectations.collect::<Vec<_>>(),
        "not_judged": left,
        "suite": suite,
    });
    let text = match out {
        Some(out) => format!("{} features in {}.", columns.len(), out.display()),
        None => yaml.trim_end().to_owned(),
    };
    Ok(Report::new("import tfdv", document, text))
}

/// The text of a suite, which reads back as the same suite.
fn written(name: &str, suite: &Suite) -> Result<String, Failure> {
    let wrong = |why: String| {
        let message = format!("{name} cannot be written as a suite: {why}");
        Failure::usage("not_written", message, "report this, with the schema")
    };
    let yaml = galen_spec::write(suite).map_err(|error| wrong(error.to_string()))?;
    let yaml = format!("# From a schema of TensorFlow Data Validation.\n{yaml}");
    match galen_spec::read::<Suite>("suite.yaml", &yaml) {
        Ok(read) if read == *suite => Ok(yaml),
        Ok(_) => Err(wrong("a value would be read back as another".to_owned())),
        Err(found) => {
            let first = found
                .first()
                .map(|one| format!("{}: {}", one.at, one.message));
            Err(wrong(first.unwrap_or_default()))
        }
    }
}
