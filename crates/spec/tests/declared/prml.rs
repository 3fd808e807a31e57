//! Manifests of PRML hash as the reference implementation hashes them; `tests/reference/prml.py` made the answers.

use galen_spec::prml::Manifest;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const REFERENCE: &str = include_str!("../reference/prml.json");

fn reference() -> (Map<String, Value>, Vec<Value>) {
    let Value::Object(mut whole) = serde_json::from_str(REFERENCE).expect("JSON") else {
        unreachable!("the reference is an object")
    };
    match (whole.remove("base"), whole.remove("cases")) {
        (Some(Value::Object(base)), Some(Value::Array(cases))) => (base, cases),
        _ => unreachable!("the reference has a base and cases"),
    }
}

#[test]
fn manifests_hash_as_the_reference_implementation_hashes_them() {
    let (base, cases) = reference();
    assert!(cases.len() > 300);
    for case in cases {
        let mut manifest = base.clone();
        manifest.extend(case["changed"].as_object().expect("keys").clone());
        let text = json!(manifest).to_string();
        let read =
            Manifest::read("case.json", &text).unwrap_or_else(|found| panic!("{text}: {found:?}"));
        let canonical = read.canonical();
        let hash = Sha256::digest(canonical.as_bytes());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, case["hash"], "{canonical}");
        // What is canonical is what is read again, unless readers of YAML differ on it.
        match Manifest::read("case.prml", &canonical) {
            Ok(again) => assert_eq!(again.canonical(), canonical),
            Err(found) => assert!(
                found
                    .iter()
                    .all(|one| one.message.contains("without quotes")),
                "{canonical}: {found:?}"
            ),
        }
    }
}

proptest! {
    #[test]
    fn any_text_of_a_manifest_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = Manifest::read("claim.prml", &text);
    }

    #[test]
    fn a_canonical_text_reads_as_itself(notes in "[a-zA-Z0-9 :#'\\-?.,\\[\\]{}&*!|>%@=~_+ö]{0,12}", share in -1e6f64..1e6, seed: u64) {
        let (mut base, _) = reference();
        base.insert("notes".to_owned(), json!(notes));
        base.insert("seed".to_owned(), json!(seed));
        base.insert("metric_args".to_owned(), json!({"share": share, "words": [notes, {"a": notes}]}));
        let read = Manifest::read("claim.json", &json!(base).to_string()).expect("a manifest");
        let canonical = read.canonical();
        if let Ok(again) = Manifest::read("claim.prml", &canonical) {
            prop_assert_eq!(again.canonical(), canonical);
        }
    }
}
