//! `galen authorise`.

use galen_lifecycle::Letter;
use serde_json::json;

use crate::args::Authorise;
use crate::outside::read_file;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn authorise(args: &Authorise, place: &Place) -> Result<Report, Failure> {
    let bytes = read_file(&place.path(&args.letter))?;
    let letter = Letter {
        kind: &args.kind,
        authority: &args.authority,
        number: &args.number,
        date: args.date,
        scope: &args.scope,
        bytes: &bytes,
    };
    let entry = place.project()?.authorise(&place.actor()?, &letter)?;
    let text = format!(
        "Entry {}: {} {} of {} by {} covers the frozen intent and PCCP.",
        entry.index, args.kind, args.number, args.date, args.authority
    );
    Ok(Report::new(
        "authorise",
        json!({"entry": entry.index, "number": args.number}),
        text,
    ))
}
