//! Reading papers: the real ones of the shared folder, and pages that are printed here to be difficult.

mod archive;
mod broken;
mod markup;
mod numbers;
mod pages;
mod papers;
mod print;
mod texts;
