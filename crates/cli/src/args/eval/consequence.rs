//! What follows from an evaluation: chains of updates, reading lists, goals, versions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Answers, How};
use crate::args::Reading;

#[derive(Args, Debug)]
pub struct EvalChain {
    /// The table of the model that was cleared
    pub cleared: PathBuf,
    /// The tables of the updates, in their order
    #[arg(required = true)]
    pub updates: Vec<PathBuf>,
    #[command(flatten)]
    pub answers: Answers,
    /// The column that names a case, by which tables are joined
    #[arg(long, value_name = "COL")]
    pub id: String,
    /// What an update may lose against the model that it replaces
    #[arg(long, value_name = "X")]
    pub margin: f64,
    /// What an update may lose against the cleared model; default: the margin
    #[arg(long, value_name = "X")]
    pub anchor_margin: Option<f64>,
    /// How many updates are to be judged on these cases: intervals against the cleared model are widened for them
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub planned: Option<u32>,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}

/// What a flagged case does to a reading of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PriorityWord {
    #[value(name = "preemptive")]
    Preemptive,
    #[value(name = "non_preemptive")]
    NonPreemptive,
}

#[derive(Args, Debug)]
pub struct EvalTriage {
    /// A table with truth and answers, of which sensitivity, specificity and prevalence are measured
    pub what: Option<PathBuf>,
    /// The column with the truth
    #[arg(long, value_name = "COL")]
    pub truth: Option<String>,
    /// The column with the score
    #[arg(long, value_name = "COL")]
    pub score: Option<String>,
    /// The column with the model's own answer
    #[arg(long, value_name = "COL")]
    pub predicted: Option<String>,
    /// Cases of this score and more are flagged
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// The value of the truth that means diseased; default: 1, true or yes
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// The column with the patient, if there are several cases of one
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    #[arg(long, value_name = "S", conflicts_with = "what")]
    pub sensitivity: Option<f64>,
    #[arg(long, value_name = "S", conflicts_with = "what")]
    pub specificity: Option<f64>,
    /// True positives behind the sensitivity
    #[arg(long, value_name = "N", conflicts_with_all = ["what", "sensitivity", "specificity"])]
    pub tp: Option<u64>,
    /// False negatives
    #[arg(long = "fn", value_name = "N")]
    pub fne: Option<u64>,
    /// False positives
    #[arg(long, value_name = "N")]
    pub fp: Option<u64>,
    /// True negatives
    #[arg(long, value_name = "N")]
    pub tn: Option<u64>,
    /// The share of diseased cases in the list; default: that of the table
    #[arg(long, value_name = "P")]
    pub prevalence: Option<f64>,
    /// Cases an hour, interrupting ones too
    #[arg(long, value_name = "PER_HOUR")]
    pub arrivals: f64,
    /// How long a reading takes on average
    #[arg(long, value_name = "M")]
    pub reading_minutes: f64,
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub readers: u32,
    /// The share of cases that are read at once whatever else is read
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub interrupting: f64,
    /// How long reading such a case takes on average; default: as the others
    #[arg(long, value_name = "M")]
    pub interrupting_minutes: Option<f64>,
    /// Whether a flagged case stops the reading of one that is not flagged
    #[arg(long, value_enum, default_value = "preemptive")]
    pub priority: PriorityWord,
    /// Simulated lists
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub trials: u32,
    /// Cases of a simulated list
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub cases: u32,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct EvalGoals {
    /// The risk before the test
    #[arg(long, value_name = "P")]
    pub prevalence: f64,
    /// The risk that a negative must be below
    #[arg(long, value_name = "R")]
    pub rule_out_below: Option<f64>,
    /// The risk that a positive must be above
    #[arg(long, value_name = "R")]
    pub rule_in_above: Option<f64>,
    #[arg(long, value_name = "N")]
    pub tp: Option<u64>,
    #[arg(long = "fn", value_name = "N")]
    pub fne: Option<u64>,
    #[arg(long, value_name = "N")]
    pub fp: Option<u64>,
    #[arg(long, value_name = "N")]
    pub tn: Option<u64>,
    /// What treating gains a diseased patient
    #[arg(long, value_name = "B")]
    pub benefit: Option<f64>,
    /// What treating costs a healthy patient, in the same unit
    #[arg(long, value_name = "H")]
    pub harm: Option<f64>,
    /// What the test itself costs everybody
    #[arg(long, value_name = "H", default_value_t = 0.0)]
    pub test_harm: f64,
    /// The confidence level of the intervals
    #[arg(long, default_value_t = 0.95)]
    pub level: f64,
}

#[derive(Args, Debug)]
pub struct EvalAdaptive {
    /// A table with one row an answer of a version to a case
    pub what: PathBuf,
    #[arg(long, value_name = "COL")]
    pub truth: String,
    #[arg(long, value_name = "COL")]
    pub score: String,
    /// The column with the version that answered
    #[arg(long, value_name = "COL")]
    pub model: String,
    /// The column with the version whose set the case belongs to
    #[arg(long, value_name = "COL")]
    pub dataset: String,
    /// The column with the case
    #[arg(long, value_name = "COL")]
    pub case: String,
    /// The column with the patient, if there are several cases of one
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// The value of the truth that means diseased; default: 1, true or yes
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// Cases of this score and more are flagged
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// How much less a set counts for what was kept with each later set
    #[arg(long, value_name = "L", default_value_t = 0.5)]
    pub decay: f64,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}
