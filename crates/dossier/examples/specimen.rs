//! Writes the type specimen as HTML to stdout: `cargo run -p galen-dossier --example specimen > specimen.html`.

use galen_dossier::{Links, html, specimen::specimen};

fn main() {
    print!("{}", html::document(&specimen(), &Links::Appendix));
}
