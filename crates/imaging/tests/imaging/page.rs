//! `docs/imaging.md` lists the columns as they are.

use std::fs;
use std::path::Path;

use galen_imaging::dicom::{ATTRIBUTES, PRESENT, Shown};
use galen_imaging::picture::PROPERTIES;

/// Below this line the page is made from the lists.
const MADE: &str =
    "<!-- From here on made from the lists: UPDATE=1 cargo test -p galen-imaging page -->\n";

fn made() -> String {
    let mut page = String::from(
        "\n## Columns of a table of DICOM headers\n\nA column is there if any file has the attribute.\n\n\
         | column | attribute | shows |\n|---|---|---|\n| `path` | | the path in the folder |\n",
    );
    for attribute in ATTRIBUTES {
        let names: Vec<_> = attribute
            .columns()
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let shows = match attribute.shown {
            Shown::Value => "the value".to_owned(),
            Shown::Pair(_) => "the first and the second number".to_owned(),
            Shown::Date => "the date, as `2004-01-19`".to_owned(),
            Shown::Age => "the value, and its years if a unit stands there".to_owned(),
            Shown::Presence => format!("`{PRESENT}`, if there is a value"),
        };
        page += &format!("| {} | {} | {shows} |\n", names.join(", "), attribute.tag);
    }
    page += "| `preamble` | | whether the file begins as PS3.10 asks |\n\
             | `pixels` | | whether pixels follow |\n\
             | `private_tags` | | how many elements are of an odd group, without those in sequences |\n\
             | `identifying_attributes` | | keywords of attributes with a value that the Basic Profile of PS3.15 (table E.1-1) removes or empties, without those in sequences; `\\` between |\n\
             \n## Columns of a table of images\n\n| column | shows | source |\n|---|---|---|\n";
    for (name, shows) in [
        ("path", "The path in the folder."),
        ("folder", "The name of the folder that the file lies in."),
        (
            "format",
            "The format by the first bytes: `bmp`, `gif`, `jpeg`, `png`, `tiff`, `webp`.",
        ),
        ("bytes", "Bytes of the file."),
        ("width", "Pixels."),
        ("height", "Pixels."),
        (
            "channels",
            "1 grey, 2 grey and transparency, 3 colour, 4 colour and transparency.",
        ),
        ("bits", "Bits of a channel."),
        (
            "camera_make",
            "Who made the camera, if any file says so (Exif).",
        ),
        (
            "camera_model",
            "Which camera it is, if any file says so (Exif).",
        ),
        (
            "taken",
            "When the image was taken by the camera's clock, if any file says so (Exif).",
        ),
    ] {
        page += &format!("| `{name}` | {shows} | |\n");
    }
    for property in PROPERTIES {
        page += &format!(
            "| `{}` | {} | {} |\n",
            property.name, property.what, property.source
        );
    }
    page
}

#[test]
fn the_page_lists_the_columns_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/imaging.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let (head, _) = page.split_once(MADE).expect("the page has its mark");
    let fresh = format!("{head}{MADE}{}", made());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, fresh).expect("the page can be written");
    } else {
        assert!(page == fresh, "docs/imaging.md is stale: run with UPDATE=1");
    }
}
