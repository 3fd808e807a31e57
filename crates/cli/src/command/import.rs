//! `galen import`.

mod gx;
mod prml;
mod tfdv;

use crate::args::Import;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn import(args: &Import, place: &Place) -> Result<Report, Failure> {
    match args {
        Import::Gx {
            source,
            out,
            set,
            skip_bad,
        } => gx::gx(source, out.as_deref(), set, *skip_bad, place),
        Import::Prml {
            manifest,
            recorded,
            out,
        } => prml::prml(manifest, recorded.as_deref(), out.as_deref(), place),
        Import::Tfdv { schema, out } => tfdv::tfdv(schema, out.as_deref(), place),
    }
}
