//! Images as rows: what the file says of itself, and numbers of its pixels in which a changed scanner, stain, lamp or
//! focus shows.

mod camera;
pub(crate) mod fingerprint;
mod letters;
mod pixels;
mod property;
mod read;

use std::fmt::Display;

use crate::Column;
pub use fingerprint::Fingerprint;
pub use pixels::Pixels;
pub use property::{PROPERTIES, Property};
pub use read::{Picture, PictureError};

/// The table of images: `path`, what each file says, and each of [`PROPERTIES`].
///
/// `folder` is the name of the folder that a file lies in, which is the label in many sets of images. The columns of the
/// camera are there if any file names one.
pub fn columns(paths: &[String], pictures: &[Picture]) -> Vec<Column> {
    fn shown<T: Display>(value: T) -> Option<String> {
        Some(value.to_string())
    }
    let column = |name: &str, cell: &dyn Fn(&Picture) -> Option<String>| {
        (name.to_owned(), pictures.iter().map(cell).collect())
    };
    let folders = paths.iter().map(|path| folder(path));
    let mut columns = vec![
        ("path".to_owned(), paths.iter().map(shown).collect()),
        ("folder".to_owned(), folders.collect()),
        column("format", &|one| shown(one.format)),
        column("bytes", &|one| shown(one.bytes)),
        column("width", &|one| shown(one.width)),
        column("height", &|one| shown(one.height)),
        column("channels", &|one| shown(one.channels)),
        column("bits", &|one| shown(one.bits)),
    ];
    let camera = [
        column("camera_make", &|one| one.camera.make.clone()),
        column("camera_model", &|one| one.camera.model.clone()),
        column("taken", &|one| one.camera.taken.clone()),
    ];
    let is_known = |(_, cells): &Column| cells.iter().any(Option::is_some);
    columns.extend(camera.into_iter().filter(is_known));
    for (index, property) in PROPERTIES.iter().enumerate() {
        columns.push(column(property.name, &|one| {
            one.properties[index].and_then(shown)
        }));
    }
    columns
}

/// The name of the folder in which a file lies.
fn folder(path: &str) -> Option<String> {
    let (folders, _) = path.rsplit_once('/')?;
    Some(folders.rsplit('/').next().unwrap_or(folders).to_owned())
}
