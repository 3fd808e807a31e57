//! `galen export`: what the ledger holds, in the formats of other tools.

mod prml;

use crate::args::Export;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn export(args: &Export, place: &Place) -> Result<Report, Failure> {
    match args {
        Export::Prml { out } => prml::prml(out.as_deref(), place),
    }
}
