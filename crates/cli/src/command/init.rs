//! `galen init`.

use serde_json::json;

use crate::args::{Init, Template};
use crate::outside::write_file;
use crate::place::Place;
use crate::report::{Failure, Report};

/// The files of a template, by name.
pub fn template_files(template: Template) -> &'static [(&'static str, &'static str)] {
    macro_rules! laboratory {
        ($($name:literal),*) => { &[$(($name, include_str!(concat!("../../../../examples/flchain/", $name)))),*] };
    }
    match template {
        Template::Laboratory => laboratory!(
            "galen.yaml",
            "intent.yaml",
            "risk.yaml",
            "data.yaml",
            "protocol.yaml",
            "pipeline.yaml",
            "pccp.yaml",
            "monitor.yaml",
            "team.yaml"
        ),
    }
}

pub fn init(args: &Init, place: &Place) -> Result<Report, Failure> {
    let folder = place.path(&args.dir);
    let mut written = Vec::new();
    if let Some(template) = args.template {
        let files = template_files(template);
        if let Some((there, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
            return Err(Failure::usage(
                "file_exists",
                format!("{} is there already", folder.join(there).display()),
                "begin in an empty folder, or leave --template out to use the files that are there",
            ));
        }
        for (name, text) in files {
            write_file(&folder.join(name), text.as_bytes())?;
            written.push(*name);
        }
        write_file(&folder.join(".gitignore"), b".galen/\nkeys/\n")?;
    }
    if !folder.join("galen.yaml").is_file() {
        return Err(Failure::usage(
            "no_project",
            format!("there is no galen.yaml in {}", folder.display()),
            "write one, or begin with a template: galen init DIR --template laboratory",
        ));
    }
    let project = place.project_in(&folder)?;
    let entry = project.found()?;
    let text = format!(
        "Project {} is founded: {} declared file(s) written, the ledger begun.",
        project.settings.name,
        written.len()
    );
    Ok(Report::new(
        "init",
        json!({"project": project.settings.name, "written": written, "entry": entry.index}),
        text,
    ))
}
