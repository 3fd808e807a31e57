//! The verbs: each file translates arguments into an act, and what came of it into words and a document.

mod audit;
mod authorise;
mod change;
mod check;
mod data;
mod data_accept;
mod data_agree;
mod data_check;
mod data_correct;
mod data_drift;
mod data_estimate;
mod data_profile;
mod data_split;
mod data_tile;
mod data_validate;
mod data_withdraw;
mod dossier;
mod eval;
mod explain;
mod export;
mod finding;
mod freeze;
mod gate;
mod import;
mod init;
mod key;
mod monitor;
mod release;
mod run;
pub mod serve;
mod show;
mod status;
mod verify;

pub use init::template_files;

use crate::args::{User, Verb};
use crate::place::Place;
use crate::report::{Failure, Report, declared};

/// A declared file that the user named.
///
/// # Errors
/// [`Failure`] with what is wrong in it, by line and column.
pub fn declared_file<T: serde::de::DeserializeOwned + serde::Serialize>(
    path: &std::path::Path,
) -> Result<T, Failure> {
    let bytes = crate::outside::read_file(path)?;
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let text = galen_spec::read::text(name, &bytes).map_err(|found| declared(found, 2))?;
    galen_spec::read(name, text).map_err(|found| declared(found, 2))
}

/// Does what a verb says.
///
/// # Errors
/// [`Failure`] with the exit code.
pub fn execute(verb: Verb, place: &Place) -> Result<Report, Failure> {
    match verb {
        Verb::Demo(_) => Err(Failure::usage(
            "usage",
            "the demo does not run within itself",
            "galen demo",
        )),
        Verb::Init(args) => init::init(&args, place),
        Verb::Status => status::status(place),
        Verb::Check => check::check(place),
        Verb::Freeze { names } => freeze::freeze(&names, place),
        Verb::Authorise(args) => authorise::authorise(&args, place),
        Verb::Key(args) => key::key(&args, place),
        Verb::Data(args) => data::data(&args, place),
        Verb::Eval(args) => eval::eval(&args, place),
        Verb::Audit(args) => audit::audit(&args, place),
        Verb::Import(args) => import::import(&args, place),
        Verb::Export(args) => export::export(&args, place),
        Verb::Run {
            stages,
            explain,
            replay,
        } => run::run(&stages, explain, replay.as_of, place),
        Verb::Runs => run::runs(place),
        Verb::Show { id } => show::show(&id, place),
        Verb::Compare { a, b } => run::compare(&a, &b, place),
        Verb::Gate { id, report, replay } => gate::gate(&id, &report, replay.as_of, place),
        Verb::Explain(args) => explain::explain(&args, place),
        Verb::Change(args) => change::change(&args, place),
        Verb::Release { change, replay } => release::release(&change, replay.as_of, place),
        Verb::Rollback { to, reason, replay } => {
            release::rollback(to.as_deref(), &reason, replay.as_of, place)
        }
        Verb::Releases => release::releases(place),
        Verb::Monitor(args) => monitor::monitor(&args, place),
        Verb::Finding(args) => finding::finding(&args, place),
        Verb::Dossier(args) => dossier::dossier(&args, place),
        Verb::User(User::Token) => serve::token(place),
        Verb::Serve { listen } => serve::serve(listen, place),
        Verb::Verify { checkpoint, trust } => {
            verify::verify(checkpoint.as_deref(), trust.as_deref(), place)
        }
    }
}
