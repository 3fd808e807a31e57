//! Sets that judge may not be searched or chosen on.

use std::path::Path;

use galen_store::Digest;

use crate::outside::read_file;
use crate::place::Place;
use crate::report::Failure;

/// Refuses a file that holds the bytes of a sealed set, or of the reference set of the protocol, of the project around the command.
/// Without a project nothing is known to be sealed.
pub fn refuse(file: &Path, place: &Place) -> Result<(), Failure> {
    let Ok(project) = place.project() else {
        return Ok(());
    };
    let path = place.path(file);
    if !path.is_file() {
        return Ok(());
    }
    let state = project.state()?;
    let digest = Digest::of(&read_file(&path)?);
    let sealed = state
        .sealed
        .iter()
        .find(|(_, sealed)| sealed.seal.plain == digest);
    let reference = state.splits.values().flat_map(|split| &split.parts);
    let reference = reference.filter(|part| part.name == "reference");
    let name = match sealed {
        Some((name, _)) => Some(name.clone()),
        None => reference
            .into_iter()
            .find(|part| part.digest == digest)
            .map(|part| part.name.clone()),
    };
    match name {
        None => Ok(()),
        Some(name) => Err(Failure {
            code: "refused.reference_set".to_owned(),
            exit: 1,
            ..Failure::usage(
                "reference_set",
                format!(
                    "{} is the set `{name}`, which judges: what is chosen on it looks better than it is",
                    file.display()
                ),
                "choose on other cases: a tuning or the development set",
            )
        }),
    }
}
