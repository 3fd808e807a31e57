//! Prints a [`Page`](galen_dossier::Page) as PDF by Typst.
//!
//! The page becomes a tree of plain values (`print_tree`), which one template (`page.typ`) sets as A4. Words of users are values of that
//! tree and never part of the template, so they cannot become markup. No file, network, clock or font of the machine is used: the same
//! page gives the same bytes.

mod print_tree;
mod typesetter;

pub use typesetter::Typesetter;
