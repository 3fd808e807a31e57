//! Writes the type specimen as PDF to stdout: `cargo run -p galen-pdf --example specimen_pdf > specimen.pdf`.

use std::io::Write;

use galen_dossier::{Printer, specimen::specimen};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pdf = galen_pdf::Typesetter::new().pdf(&specimen())?;
    Ok(std::io::stdout().write_all(&pdf)?)
}
