//! What people declare and import: galen's YAML, suites of Great Expectations, schemas of TensorFlow Data Validation.
#![no_main]

use galen_spec::suite::Suite;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = galen_spec::read::text("suite.yaml", bytes) else {
        return;
    };
    for found in galen_spec::read::<Suite>("suite.yaml", text).err().into_iter().flatten() {
        let _ = found.render(Some(text));
    }
    let _ = galen_table::gx::suite("suite.json", text, &serde_json::Map::new());
    let _ = galen_table::gx::checkpoint("checkpoint.yml", text);
    let _ = galen_table::gx::layout("great_expectations.yml", text);
    let _ = galen_tfdv::read("schema.pbtxt", text);
});
