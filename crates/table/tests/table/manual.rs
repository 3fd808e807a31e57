//! The page of expectations is that of the code. `UPDATE=1` writes its lower half anew.

use std::path::Path;

use galen_table::expectation::manual;

const MADE: &str =
    "<!-- From here on made from the code: UPDATE=1 cargo test -p galen-table manual -->\n";

#[test]
fn the_lower_half_of_the_manual_of_expectations_is_made_from_their_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/expectations.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (head, _) = page.split_once(MADE).expect("the page has its mark");
    let fresh = format!("{head}{MADE}\n{}", manual());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).expect("the page is written");
    }
    let page = std::fs::read_to_string(&path).expect("the page is there");
    assert!(
        page == fresh,
        "docs/expectations.md is stale: UPDATE=1 cargo test -p galen-table manual"
    );
}
