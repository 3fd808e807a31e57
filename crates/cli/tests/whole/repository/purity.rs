//! What the middle of the house does not know: files, network, clock, environment, processes, unseeded chance; and who
//! alone appends.

use super::sources;

/// Words that reach outside.
const OUTSIDE: [&str; 12] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net::Tcp",
    "std::net::Udp",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "OsRng",
    "thread_rng",
    "getrandom",
];

/// Crates that translate between the outside and the middle.
const EDGE: [&str; 2] = ["crates/cli/", "crates/server/"];

/// Files whose purpose it is to reach outside, behind a trait.
const DOORS: [&str; 3] = [
    "crates/store/src/disk/folder.rs",
    // Waits for a lock, which is not a time that anything depends on.
    "crates/store/src/disk/memory.rs",
    "crates/pipeline/src/command.rs",
];

/// The text without its tests, which may read what they like.
fn without_tests(text: &str) -> &str {
    let mut from = 0;
    while let Some(at) = text[from..].find("#[cfg(test)]") {
        let at = from + at;
        let rest = &text[at + "#[cfg(test)]".len()..];
        let next = rest.trim_start().lines().next().unwrap_or_default();
        if next.starts_with("mod ") && next.ends_with('{') {
            return &text[..at];
        }
        from = at + 1;
    }
    text
}

#[test]
fn the_middle_knows_no_clock_file_network_or_environment() {
    let mut found = Vec::new();
    for file in sources() {
        let is_edge = EDGE.iter().any(|edge| file.path.starts_with(edge));
        let is_law = file.path.contains("/laws");
        if is_edge || is_law || DOORS.contains(&file.path.as_str()) {
            continue;
        }
        let text = without_tests(&file.text);
        let words = OUTSIDE.iter().filter(|word| text.contains(**word));
        found.extend(words.map(|word| format!("{}: {word}", file.path)));
    }
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\nb"), "a\n");
    assert_eq!(
        without_tests("#[cfg(test)]\nmod laws;\na"),
        "#[cfg(test)]\nmod laws;\na"
    );
}

#[test]
fn the_lifecycle_alone_appends_to_the_ledger() {
    let appends = |text: &str| {
        let text = without_tests(text);
        text.contains("galen_ledger")
            && (text.contains("ledger.append(") || text.contains("Ledger::create("))
    };
    let who: Vec<String> = sources()
        .iter()
        .filter(|file| appends(&file.text))
        .map(|file| file.path.clone())
        .collect();
    assert_eq!(who, ["crates/lifecycle/src/project.rs"]);
}

#[test]
fn the_lifecycle_has_one_file_an_act() {
    for file in sources() {
        let Some(act) = file.path.strip_prefix("crates/lifecycle/src/act/") else {
            continue;
        };
        assert!(
            file.text.contains("impl Project {"),
            "{act} is no act of a project"
        );
    }
}

#[test]
fn no_crate_is_empty() {
    let mut crates: std::collections::BTreeMap<String, (usize, bool)> =
        std::collections::BTreeMap::new();
    for file in sources() {
        let folder: Vec<&str> = file.path.split('/').take(2).collect();
        let (lines, _) = crates.entry(folder.join("/")).or_default();
        *lines += without_tests(&file.text).lines().count();
    }
    let mut tested = super::texts("crates");
    tested.extend(super::texts("adapters"));
    for file in tested
        .iter()
        .filter(|file| file.path.ends_with(".rs") && file.text.contains("#[test]"))
    {
        let folder: Vec<&str> = file.path.split('/').take(2).collect();
        if let Some((_, is_tested)) = crates.get_mut(&folder.join("/")) {
            *is_tested = true;
        }
    }
    for (name, (lines, is_tested)) in crates {
        assert!(
            lines > 100 && is_tested,
            "{name}: {lines} lines, tested: {is_tested}"
        );
    }
}
