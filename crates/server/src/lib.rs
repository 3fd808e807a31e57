//! The web side of a project: pages for people, the Open Inference Protocol for programs, numbers for Prometheus.
//!
//! It translates: what holds is folded from the ledger ([`watch`]), what a page says comes from records and evidence
//! through `dossier`, what a model says from `model`. Nothing here appends to the ledger. Pages only show: nobody signs,
//! proposes or releases in the browser; that is done by command, where the signer's key is.
//!
//! In reading order: [`serve`], [`router()`] and its guard, [`account`] (the admin token, sessions), [`watch`] (the state
//! and the live model, swapped when the ledger grows), [`oip`], `api`, `meter`, and one file a page under `web/`.

pub mod account;
mod api;
mod failure;
mod meter;
pub mod oip;
mod router;
pub mod serve;
mod site;
pub mod watch;
mod web;

pub use account::{AccountError, AdminToken, first_token, new_token};
pub use router::router;
pub use serve::{Options, ServeError, Server, serve};
pub use watch::LAST_VERIFIED_FOR;
