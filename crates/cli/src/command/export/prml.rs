//! `galen export prml`: every claim of the frozen protocol as a pre-registration manifest.

use std::path::Path;

use serde_json::{Value, json};

use crate::outside::write_file;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn prml(out: Option<&Path>, place: &Place) -> Result<Report, Failure> {
    let registered = place.project()?.registered()?;
    let mut lines = Vec::new();
    let mut manifests: Vec<Value> = Vec::new();
    for one in &registered {
        let name = match one.version {
            1 => one.name.clone(),
            version => format!("{}.{version}", one.name),
        };
        let text = one.manifest.canonical();
        if let Some(out) = out {
            let folder = place.path(out);
            // The names by which the reference implementation finds the hash of a manifest.
            write_file(&folder.join(format!("{name}.prml")), text.as_bytes())?;
            let hash = format!("{}\n", one.hash.hex());
            write_file(&folder.join(format!("{name}.prml.sha256")), hash.as_bytes())?;
        }
        lines.push(match out {
            Some(_) => format!("  {}  {name}.prml", one.hash.hex()),
            None => format!("# {name}.prml, sha256 {}\n{text}", one.hash.hex()),
        });
        manifests.push(json!({
            "name": name,
            "claim": one.name,
            "version": one.version,
            "sha256": one.hash.hex(),
            "manifest": one.manifest.entries(),
        }));
    }
    let text = match out {
        Some(out) => format!(
            "{} manifest(s) of PRML 0.1 in {}:\n{}",
            registered.len(),
            out.display(),
            lines.join("\n")
        ),
        None => lines.join("\n").trim_end().to_owned(),
    };
    let document = json!({
        "out": out.map(|out| out.display().to_string()),
        "manifests": manifests,
    });
    Ok(Report::new("export prml", document, text))
}
