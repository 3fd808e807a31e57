//! Numbers against those of other packages, published examples and written-out formulas; `../reference` holds their answers.

mod attribution;
mod consequence;
mod effects;
mod evaluation;
mod evidently;
mod packages;
mod readers;
mod shared_examples;
mod times;
mod without_labels;
