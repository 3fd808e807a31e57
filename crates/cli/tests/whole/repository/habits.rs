//! What everybody types, and what a stranger looks for first.

use std::fs;

use super::{root, texts};

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn ci_runs_what_everybody_runs() {
    let run = text(".ci/run");
    let does: Vec<&str> = run.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        does,
        [
            "set -euo pipefail",
            "cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\"",
            "CI=true exec ./test"
        ]
    );
}

#[test]
fn the_test_formats_then_lints_then_builds_then_tests() {
    let script = text("test");
    let steps: Vec<&str> = script
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("step cargo "))
        .collect();
    assert_eq!(
        steps
            .iter()
            .map(|step| step.split(' ').next().unwrap_or_default())
            .collect::<Vec<_>>(),
        ["fmt", "clippy", "check", "nextest", "test"]
    );
    assert!(steps[1].ends_with("-D warnings") && steps[1].contains("--all-targets"));
    // With another set of features or another profile each dependency would be built twice.
    let workspace = || steps.iter().filter(|step| step.contains("--workspace"));
    assert_eq!(workspace().count(), 3);
    assert!(workspace().all(|step| step.contains("--features galen/full")));
    assert!(steps.iter().all(|step| !step.contains("--release")));
}

#[cfg(unix)]
#[test]
fn what_is_to_be_run_can_be_run() {
    use std::os::unix::fs::PermissionsExt;
    for path in ["test", ".ci/run"] {
        let mode = fs::metadata(root().join(path))
            .expect("is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o111, 0o111, "{path}");
    }
}

#[test]
fn a_stranger_finds_what_a_stranger_looks_for() {
    for path in [
        "README.md",
        "LICENSE",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "justfile",
        "rust-toolchain.toml",
        "docs/start-here.md",
        "docs/architecture.md",
        "docs/glossary.md",
        "docs/formats.md",
    ] {
        assert!(!text(path).trim().is_empty(), "{path} is empty");
    }
    assert!(
        text("LICENSE")
            .contains("Apache License\n                           Version 2.0, January 2004")
    );
}

#[test]
fn the_readme_counts_what_the_lists_hold() {
    let readme = text("README.md");
    for counted in [
        format!("{} checks on tables", galen_table::check::CHECKS.len()),
        format!("{} cross-checks", galen_spec::CHECKS.len()),
        "7,874 residents".to_owned(),
    ] {
        assert!(
            readme.contains(&counted),
            "README.md does not say {counted}"
        );
    }
    let cohort = text("share/galen/flchain/flchain.csv");
    assert_eq!(cohort.lines().skip(1).count(), 7874);
}

#[test]
fn contributing_says_of_every_list_how_to_add_to_it() {
    let page = text("CONTRIBUTING.md");
    for list in [
        "METRICS",
        "DRIFT_TESTS",
        "EFFECTS",
        "ESTIMABLE",
        "PERTURBATIONS",
        "EXPECTATIONS",
        "CHECKS",
        "PROPERTIES",
        "ATTRIBUTES",
        "EXPLAINERS",
        "MONITOR_CHECKS",
        "DOCUMENTS",
    ] {
        assert!(page.contains(&format!("`{list}`")), "{list}");
        let named = super::sources()
            .iter()
            .any(|file| file.text.contains(&format!("pub const {list}: ")));
        assert!(named, "there is no list {list}");
    }
}

#[test]
fn a_decision_says_context_choice_and_what_was_given_up() {
    let decisions = texts("docs/decisions");
    assert!(!decisions.is_empty());
    for (number, file) in decisions.iter().enumerate() {
        assert!(
            file.path.contains(&format!("/{:04}-", number + 1)),
            "{}",
            file.path
        );
        for part in ["## Context", "## Choice", "## Given up"] {
            assert!(file.text.contains(part), "{} lacks {part}", file.path);
        }
        assert!(
            file.text.lines().count() <= 60,
            "{} is longer than a page",
            file.path
        );
    }
}

#[test]
fn a_first_build_builds_the_binary_and_dependencies_are_optimised_once() {
    let manifest = text("Cargo.toml");
    assert!(manifest.contains("default-members = [\"crates/cli\"]"));
    let dev = manifest
        .split("[profile.dev.package.\"*\"]")
        .nth(1)
        .expect("dependencies have a profile");
    let dev = dev.split("\n[").next().unwrap_or_default();
    assert!(dev.contains("opt-level = 1") && dev.contains("debug = 0"));
}
