//! The binary and its repository, from outside.

mod audit;
mod cohort;
mod commands;
mod data;
mod data_estimate;
mod demo;
mod errors;
mod evaluation;
mod forgeries;
mod gate_stage;
mod gx;
mod imaging;
mod kept;
mod page;
mod project;
mod registered;
mod replaced;
mod repository;
mod suggested;
mod tables;
mod tfdv;
mod tutorial;
mod typed;
