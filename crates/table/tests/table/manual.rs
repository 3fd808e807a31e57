//! The pages of expectations and of drift tests are those of the code. `UPDATE=1` writes their lower halves anew.

use std::path::Path;

use galen_stats::drift::{DRIFT_TESTS, Kind};
use galen_table::expectation::manual;

const MADE: &str =
    "<!-- From here on made from the code: UPDATE=1 cargo test -p galen-table manual -->\n";

/// Holds the lower half of a page of `docs/` against what the code makes.
fn holds(page: &str, lower_half: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(page);
    let text = std::fs::read_to_string(&path).expect("the page is there");
    let (head, _) = text.split_once(MADE).expect("the page has its mark");
    let fresh = format!("{head}{MADE}\n{lower_half}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).expect("the page is written");
    }
    let text = std::fs::read_to_string(&path).expect("the page is there");
    assert!(
        text == fresh,
        "docs/{page} is stale: UPDATE=1 cargo test -p galen-table manual"
    );
}

#[test]
fn the_lower_half_of_the_manual_of_expectations_is_made_from_their_list() {
    holds("expectations.md", &manual());
}

#[test]
fn the_lower_half_of_the_manual_of_drift_is_made_from_the_list_of_tests() {
    let mut table = "| id | test | compares | gives | threshold | can do with counts | source |\n|---|---|---|---|---|---|---|\n".to_owned();
    for test in DRIFT_TESTS {
        let about = test.about();
        let compares = match about.kind {
            Kind::Number => "numbers",
            Kind::Category => "categories",
            Kind::Either => "both",
        };
        let draws = if about.draws {
            ", draws by `--seed`"
        } else {
            ""
        };
        let id = match about.evidently {
            Some(other) => format!("`{}`, `{other}`", about.id),
            None => format!("`{}`", about.id),
        };
        table.push_str(&format!(
            "| {id} | {} | {compares} | {}{draws} | {} | {} | {} |\n",
            about.title,
            if about.gives_p { "p" } else { "a distance" },
            about.default_threshold,
            if about.takes_counts { "yes" } else { "" },
            about.source,
        ));
    }
    holds("drift.md", &table);
}
