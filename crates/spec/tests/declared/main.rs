//! The declared files of the example project, and files of somebody who means no good.

mod cross_checks;
mod example;
mod prml;
mod published;
mod untrusted;
