//! The server over a small project in memory: whom it answers, what it answers, and that it follows the ledger.

mod access;
mod inference;
mod pages;
mod world;
