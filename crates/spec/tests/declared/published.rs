//! What is published about the declared files is true: schemas and pages. `UPDATE=1` writes the schemas anew.

use std::collections::BTreeSet;

use galen_spec::galen::Project;
use galen_spec::read;
use serde_json::Value;

use crate::example::root;

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let folder = root().join("schemas");
    for (stem, schema) in galen_spec::schema::schemas() {
        let path = folder.join(format!("{stem}.schema.json"));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == text,
            "{} is stale: run `UPDATE=1 cargo test -p galen-spec published`",
            path.display()
        );
    }
}

#[test]
fn every_key_of_a_schema_is_named_in_its_page() {
    for (stem, schema) in galen_spec::schema::schemas() {
        let path = root().join(format!("docs/files/{stem}.md"));
        let page = std::fs::read_to_string(&path).unwrap_or_default();
        let mut keys = BTreeSet::new();
        collect_keys(schema.as_value(), &mut keys);
        for key in keys {
            assert!(
                page.contains(&format!("`{key}`")),
                "{} lacks `{key}`",
                path.display()
            );
        }
    }
}

/// Below this line a page is made from the types.
const MADE: &str =
    "<!-- From here on made from the types: UPDATE=1 cargo test -p galen-spec published -->\n";

#[test]
fn the_lower_half_of_every_page_is_that_of_the_types() {
    let keys = galen_spec::schema::schemas();
    let mut pages: Vec<(&str, String)> = keys
        .iter()
        .map(|(stem, schema)| (*stem, galen_spec::manual::keys(schema)))
        .collect();
    pages.push(("checks", galen_spec::manual::checks()));
    for (stem, made) in pages {
        let path = root().join(format!("docs/files/{stem}.md"));
        let page = std::fs::read_to_string(&path).unwrap_or_default();
        let (head, _) = page
            .split_once(MADE)
            .unwrap_or_else(|| panic!("{} lacks its mark: {MADE}", path.display()));
        let fresh = format!("{head}{MADE}\n{made}");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        } else {
            assert!(
                page == fresh,
                "{} is stale: run with UPDATE=1",
                path.display()
            );
        }
    }
}

#[test]
fn what_a_page_quotes_stands_in_the_example() {
    for (stem, _) in galen_spec::schema::schemas() {
        let page = std::fs::read_to_string(root().join(format!("docs/files/{stem}.md"))).unwrap();
        let quote = page
            .split("```yaml\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next());
        let quote = quote.unwrap_or_else(|| panic!("docs/files/{stem}.md quotes nothing"));
        let file = root().join(format!("examples/flchain/{stem}.yaml"));
        let example = std::fs::read_to_string(file).unwrap();
        assert!(
            example.contains(quote),
            "docs/files/{stem}.md quotes what is not there:\n{quote}"
        );
    }
}

#[test]
fn the_project_file_of_the_example_says_that_it_is_a_replay() {
    let text = std::fs::read_to_string(root().join("examples/flchain/galen.yaml")).unwrap();
    let project: Project = read("galen.yaml", &text).unwrap();
    assert_eq!(project.name, "galen-demo");
    assert!(project.notice.unwrap().contains("Not for clinical use"));
}

fn collect_keys(schema: &Value, keys: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| collect_keys(value, keys));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}
