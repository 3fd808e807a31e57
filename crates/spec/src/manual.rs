//! The part of the manual that is made from the types: the keys of each declared file, and the cross-checks.

use schemars::Schema;
use serde_json::{Map, Value};

use crate::check::CHECKS;

/// The keys of a declared file as Markdown: one table for the file, one for each thing in it, in the order in which they
/// are first named.
pub fn keys(schema: &Schema) -> String {
    let none = Map::new();
    let root = schema.as_object().unwrap_or(&none);
    let definitions = root
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let mut text = String::from("## Keys of the file\n\n");
    text += &body(root, definitions);
    for name in named(root, definitions) {
        let Some(definition) = definitions.get(&name).and_then(Value::as_object) else {
            continue;
        };
        text += &format!("\n## {name}\n\n");
        text += &body(definition, definitions);
    }
    text
}

/// The cross-checks as a Markdown table.
pub fn checks() -> String {
    let rows = CHECKS
        .iter()
        .map(|check| format!("| `{}` | {} |\n", check.id(), check.holds()));
    "| id | what must hold |\n|---|---|\n".to_owned() + &rows.collect::<String>()
}

/// Description, source and table of one definition.
fn body(definition: &Map<String, Value>, definitions: &Map<String, Value>) -> String {
    let mut text = match definition.get("description").and_then(Value::as_str) {
        Some(description) => about(description) + "\n\n",
        None => String::new(),
    };
    if let Some(properties) = definition.get("properties").and_then(Value::as_object) {
        let needed = definition.get("required").and_then(Value::as_array);
        text += "| key | value | needed | meaning |\n|---|---|---|---|\n";
        for (key, property) in properties {
            let needed = needed.is_some_and(|keys| keys.iter().any(|k| k.as_str() == Some(key)));
            let needed = match property.get("default") {
                Some(default) if default.is_array() || default.is_object() => "no".to_owned(),
                Some(default) if !default.is_null() => {
                    format!("no, `{}`", default.to_string().trim_matches('"'))
                }
                _ if needed => "yes".to_owned(),
                _ => "no".to_owned(),
            };
            let meaning = meaning(property, definitions);
            text += &format!("| `{key}` | {} | {needed} | {meaning} |\n", kind(property));
        }
    }
    text + &words(definition)
}

/// The choices of an enumeration: words, or keys of which exactly one is written.
fn words(definition: &Map<String, Value>) -> String {
    let mut text = String::new();
    if let Some(words) = definition.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = words
            .iter()
            .filter_map(|word| Some(format!("`{}`", word.as_str()?)))
            .collect();
        text += &format!("One of {}.\n", words.join(", "));
    }
    let Some(choices) = definition.get("oneOf").and_then(Value::as_array) else {
        return text;
    };
    text += "| write | meaning |\n|---|---|\n";
    for choice in choices {
        let meaning = choice.get("description").and_then(Value::as_str).map(about);
        let meaning = meaning.unwrap_or_default();
        if let Some(word) = choice.get("const").and_then(Value::as_str) {
            text += &format!("| `{word}` | {meaning} |\n");
        }
        let words = choice.get("enum").and_then(Value::as_array);
        for word in words.into_iter().flatten().filter_map(Value::as_str) {
            text += &format!("| `{word}` | {meaning} |\n");
        }
        let keys = choice.get("properties").and_then(Value::as_object);
        for (key, value) in keys.into_iter().flatten() {
            text += &format!("| `{key}`: {} | {meaning} |\n", kind(value));
        }
    }
    text
}

/// What a key means: its own words, or those of the thing that it holds.
fn meaning(property: &Value, definitions: &Map<String, Value>) -> String {
    let own = property.get("description").and_then(Value::as_str);
    let held = || {
        let held = definitions.get(&references(property).into_iter().next()?)?;
        held.get("description")?.as_str()
    };
    own.or_else(held).map(about).unwrap_or_default()
}

/// What a value looks like.
fn kind(property: &Value) -> String {
    if let Some(name) = property.get("$ref").and_then(Value::as_str) {
        return link(name);
    }
    if let Some(choices) = property.get("anyOf").and_then(Value::as_array) {
        let choices = choices
            .iter()
            .filter(|choice| choice.get("type") != Some(&"null".into()));
        return choices.map(kind).collect::<Vec<_>>().join(" or ");
    }
    let word = match property.get("type") {
        Some(Value::Array(words)) => words
            .iter()
            .filter_map(Value::as_str)
            .find(|w| *w != "null"),
        Some(word) => word.as_str(),
        None => None,
    };
    match word {
        Some("array") => match property.get("items") {
            Some(items) => format!("list of {}", kind(items)),
            None => "list".to_owned(),
        },
        Some("object") => match property.get("additionalProperties") {
            _ if property.get("properties").is_some() => mapping(property),

            Some(values) if values.is_object() => format!("mapping to {}", kind(values)),
            _ => "mapping".to_owned(),
        },
        Some("integer") => "whole number".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("string") => "text".to_owned(),
        _ => "anything".to_owned(),
    }
}

/// A mapping whose keys are words of galen: all of them hold the same kind of value.
fn mapping(property: &Value) -> String {
    let keys = property.get("properties").and_then(Value::as_object);
    let keys = keys.into_iter().flatten();
    let (names, kinds): (Vec<String>, Vec<String>) = keys
        .map(|(key, value)| (format!("`{key}`"), kind(value)))
        .unzip();
    let held = kinds.first().map(String::as_str).unwrap_or("anything");
    format!("mapping from {} to {held}", names.join(", "))
}

/// The names of definitions in the order in which they are first named, walking from the file downwards.
fn named(root: &Map<String, Value>, definitions: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut top = root.clone();
    top.remove("$defs");
    let mut waiting = vec![Value::Object(top)];
    while let Some(value) = waiting.pop() {
        for name in references(&value).into_iter().rev() {
            if !names.contains(&name) {
                waiting.extend(definitions.get(&name).cloned());
            }
        }
        for name in references(&value) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The definitions that a schema refers to, in its order.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match value.as_str() {
                Some(target) if key == "$ref" => vec![last(target).to_owned()],
                _ => references(value),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn link(reference: &str) -> String {
    let name = last(reference);
    format!("[{name}](#{})", name.to_lowercase())
}

/// A doc comment on one line, its source at the end.
fn about(description: &str) -> String {
    let text = description.replace("# Source", "Source:");
    let text: Vec<&str> = text.split_whitespace().collect();
    text.join(" ").replace('|', "\\|")
}
