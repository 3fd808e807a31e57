//! What `galen eval` takes.

mod consequence;
mod tasks;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Reading;
pub use consequence::{EvalAdaptive, EvalChain, EvalGoals, EvalTriage, PriorityWord};
pub use tasks::OfTask;

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Eval {
    #[command(subcommand)]
    pub other: Option<EvalOther>,
    #[command(flatten)]
    pub file: EvalFile,
}

#[derive(Subcommand, Debug)]
pub enum EvalOther {
    /// Two models on the same patients: paired differences with intervals, and a verdict by the margin
    ///
    /// Example: galen eval compare new.csv old.csv --truth died --score risk --id patient --margin 0.02
    Compare(Box<EvalCompare>),
    /// Several readers, several tests, the same cases (multi-reader multi-case): areas, differences, for readers and cases like these
    ///
    /// Example: galen eval readers vandyke.csv --truth truth --rating rating --reader reader --test treatment --case case
    Readers(Box<EvalReaders>),
    /// Search weak subgroups that nobody declared, and ask again of patients whom the search did not see
    ///
    /// Example: galen eval slices development.csv --confirm tune.csv --truth died --score risk --threshold 0.2 --feature sex --feature age --cluster patient
    Slices(Box<EvalSlices>),
    /// Why a metric is worse in a group: prevalence, case mix, quality, missing values, preprocessing, labels, training, each with its part
    ///
    /// Example: galen eval gap answers.csv --truth died --score risk --threshold 0.2 --by site --group north --case-mix age --case-mix stage
    Gap(Box<EvalGap>),
    /// Choose a threshold on cases for that purpose; on a sealed reference set it is refused
    ///
    /// Example: galen eval threshold tune.csv --truth died --score risk --aim sensitivity=0.9 --surely --cluster patient
    Threshold(Box<EvalThreshold>),
    /// A chain of updates: each against the one before and against the model that was cleared, on the same cases
    ///
    /// Example: galen eval chain cleared.csv update1.csv update2.csv --truth died --score risk --id row --margin 0.02
    Chain(Box<EvalChain>),
    /// What moving flagged cases up in a reading list does to waiting times, by queueing theory and simulation
    ///
    /// Example: galen eval triage --sensitivity 0.9 --specificity 0.85 --prevalence 0.1 --arrivals 5 --reading-minutes 10
    Triage(Box<EvalTriage>),
    /// What a test must reach for what its result is to change, and whether a table does
    ///
    /// Example: galen eval goals --prevalence 0.1 --rule-out-below 0.02 --rule-in-above 0.4 --tp 90 --fn 10 --fp 30 --tn 170
    Goals(EvalGoals),
    /// Versions of a model: what each learned, what the change of its cases did, what it kept
    ///
    /// Example: galen eval adaptive answers.csv --truth died --score risk --model version --dataset set --case row
    Adaptive(Box<EvalAdaptive>),
    /// How many cases a criterion needs to be met with a probability
    ///
    /// Example: galen eval size --metric sensitivity --expected 0.9 --criterion 0.8 --power 0.9 --prevalence 0.1
    ///
    /// Example: galen eval size --metric o_e_ratio --pilot tune.csv --truth died --score risk --rule "inside (0.7, 1.43)" --cases 1870
    Size(Box<EvalSize>),
}

/// What the answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvalTask {
    Binary,
    Multiclass,
    Regression,
    Survival,
    Segmentation,
    Detection,
    Alarms,
    Multilabel,
    Ordinal,
}

/// What becomes of a case that the model gave no answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IndeterminateWord {
    Refuse,
    Exclude,
    Wrong,
}

/// What becomes of a case without a truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UnverifiedWord {
    Exclude,
    Correct,
    Refuse,
}

#[derive(Args, Debug)]
pub struct EvalFile {
    /// A table with the truth and the model's answers; for segmentation also a folder of predicted masks, for detection the found boxes
    #[arg(required = true)]
    pub what: Option<PathBuf>,
    /// The column with the truth; for survival the time to the event or to the end of follow-up; for alarms the time of the event; for folders of masks the folder with the
    /// true ones, for detection the file with the true boxes
    #[arg(long, value_name = "COL", required_unless_present = "labels")]
    pub truth: Option<String>,
    #[command(flatten)]
    pub of_task: OfTask,
    /// The column with the model's score; a class's or a horizon's as CLASS=COL or T=COL
    #[arg(long = "score", value_name = "COL")]
    pub scores: Vec<String>,
    /// The column with the model's own answer, where it is not that of a threshold
    #[arg(long, value_name = "COL")]
    pub predicted: Option<String>,
    /// Cases of this score and more are flagged
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// The value of the truth that means diseased; default: 1, true or yes
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// A column whose values are subgroups
    #[arg(long = "group", value_name = "COL")]
    pub groups: Vec<String>,
    /// A column of subgroups that nobody declared beforehand: what they show is marked as exploratory
    #[arg(long, value_name = "COL")]
    pub exploratory: Vec<String>,
    /// Cross the subgroups of several columns as well
    #[arg(long)]
    pub cross: bool,
    /// The column with the patient, if there are several rows of one: every interval then counts patients
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// The column that names a row's patient, each once: a value that repeats is refused
    #[arg(long, value_name = "COL")]
    pub id: Option<String>,
    /// The column with the weight of a row
    #[arg(long, value_name = "COL")]
    pub weight: Option<String>,
    /// For survival: the column that says whether the event was seen, or with --cause which kind
    #[arg(long, value_name = "COL")]
    pub event: Option<String>,
    /// For survival: a time by which is asked; for alarms: how long before the event one counts
    #[arg(long = "horizon", value_name = "T")]
    pub horizons: Vec<f64>,
    /// For masks and boxes: a table of the cases, whose --id column has the names of their masks or images
    #[arg(long, value_name = "FILE")]
    pub cases: Option<PathBuf>,
    /// For segmentation: the width and height of a pixel, such as millimetres
    #[arg(long, value_name = "X[,Y]", value_delimiter = ',')]
    pub spacing: Vec<f64>,
    /// For segmentation: how far apart outlines may lie and be the same, in the unit of the spacing
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub tolerance: f64,
    /// For detection: the common share of two boxes from which on one hits the other
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    pub overlap: f64,
    /// For detection: a further hit of a true box is neither right nor wrong, instead of a false alarm
    #[arg(long)]
    pub ignore_repeats: bool,
    /// What becomes of a case without an answer: refuse, exclude (counted), or wrong (counted against the model)
    #[arg(long, value_enum, default_value = "refuse")]
    pub indeterminate: IndeterminateWord,
    /// What becomes of a case without a truth: exclude (counted, and warned of if that depends on the model), correct (metrics as if
    /// every case had one, besides), or refuse
    #[arg(long, value_enum, default_value = "exclude")]
    pub unverified: UnverifiedWord,
    /// A column that, besides the model's answer, decided who has a truth
    #[arg(long = "verified-by", value_name = "COL")]
    pub verified_by: Vec<String>,
    /// The sensitivity of the reference standard itself, where it errs
    #[arg(long, value_name = "S")]
    pub reference_sensitivity: Option<f64>,
    /// The specificity of the reference standard itself, where it errs
    #[arg(long, value_name = "S")]
    pub reference_specificity: Option<f64>,
    /// On how many diseased cases the sensitivity of the reference standard was measured
    #[arg(long, value_name = "N")]
    pub reference_diseased: Option<u64>,
    /// On how many healthy cases the specificity of the reference standard was measured
    #[arg(long, value_name = "N")]
    pub reference_healthy: Option<u64>,
    /// How many are ill where the model is used: predictive values, calibration and net benefit at that prevalence, besides; the
    /// calibration curve of --plot is then that of there
    #[arg(long, value_name = "P")]
    pub deployment_prevalence: Option<f64>,
    #[arg(long, value_enum, default_value = "binary")]
    pub task: EvalTask,
    /// Say for each metric of a column of subgroups whether no group is worse than another by more than this
    #[arg(long, value_name = "X")]
    pub margin: Option<f64>,
    /// Draw a curve of all cases: roc, pr, calibration or decision; or forest, a metric by subgroup
    #[arg(long, value_name = "KIND=F.SVG")]
    pub plot: Vec<String>,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}

/// Which metrics, and how their intervals are made.
#[derive(Args, Debug)]
pub struct How {
    /// A metric, as ID, or ID=SHARE where it is asked at a share (sensitivity_at_specificity=0.95); default: all
    #[arg(long = "metric", value_name = "ID")]
    pub metrics: Vec<String>,
    /// The confidence level of the intervals
    #[arg(long, default_value_t = 0.95)]
    pub level: f64,
    /// How intervals are made, where it fits: wilson, clopper_pearson, wilson_rao_scott, delong, delong_clustered, logit,
    /// bootstrap_percentile, bootstrap_bca; default: each metric's own
    #[arg(long, value_name = "ID")]
    pub method: Option<String>,
    /// Draws of patients, where an interval is drawn
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub resamples: u32,
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

/// The columns of truth and answers, in every table.
#[derive(Args, Debug)]
pub struct Answers {
    /// The column with the truth, in every table
    #[arg(long, value_name = "COL")]
    pub truth: String,
    /// The column with the score, in every table
    #[arg(long, value_name = "COL")]
    pub score: Option<String>,
    /// The column with the model's own answer, in every table
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
}

#[derive(Args, Debug)]
pub struct EvalCompare {
    /// The table of the first model
    pub a: PathBuf,
    /// The table of the second model
    pub b: PathBuf,
    #[command(flatten)]
    pub answers: Answers,
    /// The column that names a case, by which the two are joined
    #[arg(long, value_name = "COL")]
    pub id: String,
    /// By how much the first may be worse and still be as good
    #[arg(long, value_name = "X")]
    pub margin: Option<f64>,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}

/// How covariances of figures are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CovarianceWord {
    Delong,
    Jackknife,
}

/// How a reader study is analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnalysisWord {
    /// Obuchowski and Rockette: every reader read every case with every test
    Crossed,
    /// Gallas, as in iMRMC: whoever read what
    UStatistics,
}

/// What is measured of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FigureWord {
    Auroc,
    Sensitivity,
    Specificity,
}

#[derive(Args, Debug)]
pub struct EvalReaders {
    /// A table with one row a reading, or a file of iMRMC (.imrmc)
    pub what: PathBuf,
    /// The column with the truth of the case
    #[arg(long, value_name = "COL")]
    pub truth: Option<String>,
    /// The column with the reader's rating; higher means more likely diseased
    #[arg(long, value_name = "COL")]
    pub rating: Option<String>,
    /// The column with the reader
    #[arg(long, value_name = "COL")]
    pub reader: Option<String>,
    /// The column with the test, modality or aid that the case was read with
    #[arg(long, value_name = "COL")]
    pub test: Option<String>,
    /// The column with the case
    #[arg(long, value_name = "COL")]
    pub case: Option<String>,
    /// The column with the patient, if there are several cases of one
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// The value of the truth that means diseased; default: 1, true or yes
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// Crossed (every reader read every case with every test), or u-statistics (any pattern, as in iMRMC; areas only)
    #[arg(long, value_enum, default_value = "crossed")]
    pub analysis: AnalysisWord,
    /// auroc, or sensitivity or specificity at the threshold of the ratings
    #[arg(long, value_enum, default_value = "auroc")]
    pub metric: FigureWord,
    /// Cases of this rating and more are called diseased
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// Hold the readers against a model that answers alone: the column with its score, the same in all rows of a case
    #[arg(long, value_name = "COL", conflicts_with = "model_reader")]
    pub model: Option<String>,
    /// The same, where the model stands in the table as a reader of this name
    #[arg(long, value_name = "NAME")]
    pub model_reader: Option<String>,
    /// The threshold of the model's scores; default: that of the ratings
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub model_threshold: Option<f64>,
    /// How covariances are found: by what each case adds, or by leaving out each case (Dorfman, Berbaum and Metz)
    #[arg(long, value_enum, default_value = "delong")]
    pub covariance: CovarianceWord,
    /// Read the file as iMRMC's, whatever it is called
    #[arg(long)]
    pub imrmc_in: bool,
    /// Write the readings as a file of iMRMC
    #[arg(long, value_name = "F.IMRMC")]
    pub imrmc: Option<PathBuf>,
    /// The confidence level of the intervals
    #[arg(long, default_value_t = 0.95)]
    pub level: f64,
    /// Draw every reader in the plane of a ROC curve, with the mean of each test and the model
    #[arg(long, value_name = "F.SVG")]
    pub plot: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct EvalSlices {
    /// The table that is searched; never the reference set
    pub what: PathBuf,
    /// A table of other patients, of whom what was found is asked again
    #[arg(long, value_name = "FILE")]
    pub confirm: PathBuf,
    #[command(flatten)]
    pub answers: Answers,
    /// A column whose values may make a subgroup
    #[arg(long = "feature", value_name = "COL", required = true)]
    pub features: Vec<String>,
    /// What is to be worse: sensitivity, specificity, accuracy or brier
    #[arg(long, value_name = "ID", default_value = "accuracy")]
    pub metric: String,
    /// How many subgroups are asked again; each makes the answer of the others less sure
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub most: usize,
    /// The confidence level of the intervals
    #[arg(long, default_value_t = 0.95)]
    pub level: f64,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct EvalGap {
    /// A table with the truth, the model's answers, the groups and what may explain the gap
    pub what: PathBuf,
    #[command(flatten)]
    pub answers: Answers,
    /// The column of groups
    #[arg(long, value_name = "COL")]
    pub by: String,
    /// The group that is worse, or better
    #[arg(long, value_name = "VALUE")]
    pub group: String,
    /// The group that it is compared with; default: all others
    #[arg(long, value_name = "VALUE")]
    pub against: Option<String>,
    /// A column of who the patients are and how ill: age, severity, kind of lesion
    #[arg(long, value_name = "COL")]
    pub case_mix: Vec<String>,
    /// A column of how good images or measurements are: sharpness, noise, a device
    #[arg(long, value_name = "COL")]
    pub quality: Vec<String>,
    /// A column whose absence may matter
    #[arg(long, value_name = "COL")]
    pub missing: Vec<String>,
    /// A column with the scores of the same cases when the model ran again with the other group's preprocessing (resizing, colour,
    /// window, units), as NAME=COL
    #[arg(long, value_name = "NAME=COL")]
    pub rerun: Vec<String>,
    /// Run this model again on the group's cases: its folder, with model.onnx and contract.json
    #[arg(long, value_name = "DIR", requires = "again")]
    pub model: Option<PathBuf>,
    /// What the model is given in the second run, as NAME:INPUT=OTHER,…: another column in place of an input (made with the other
    /// group's resizing, colour or window), or the input times a number (another unit)
    #[arg(long, value_name = "NAME:INPUT=OTHER", requires = "model")]
    pub again: Vec<String>,
    /// A column with the truth by a second, better reading
    #[arg(long, value_name = "COL")]
    pub second_truth: Option<String>,
    /// A table of the cases that the model learned from, with the same column of groups
    #[arg(long, value_name = "FILE")]
    pub training: Option<PathBuf>,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct EvalThreshold {
    /// A table with the truth and the model's score, of cases that judge nothing
    pub what: PathBuf,
    /// The column with the truth
    #[arg(long, value_name = "COL")]
    pub truth: String,
    /// The column with the score
    #[arg(long, value_name = "COL")]
    pub score: String,
    /// What is to be reached: sensitivity=X, specificity=X, alert_rate=X (at most), youden, or miss_cost=X (a miss harms so many times as
    /// much as a false alarm)
    #[arg(long, value_name = "AIM")]
    pub aim: String,
    /// The bound of the interval is to reach it, not the value
    #[arg(long)]
    pub surely: bool,
    /// The value of the truth that means diseased; default: 1, true or yes
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// The column with the patient, if there are several cases of one
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// The column with the weight of a row
    #[arg(long, value_name = "COL")]
    pub weight: Option<String>,
    #[command(flatten)]
    pub how: How,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct EvalSize {
    /// sensitivity, specificity, accuracy, ppv, npv, prevalence or auroc; with a pilot any metric
    #[arg(long, value_name = "ID")]
    pub metric: String,
    /// The value that the team expects; default with a pilot: its own, which a new set will hardly reach if the model was chosen on it
    #[arg(
        long,
        value_name = "X",
        required_unless_present = "pilot",
        allow_negative_numbers = true
    )]
    pub expected: Option<f64>,
    /// The bound that the lower end of the interval must reach
    #[arg(
        long,
        value_name = "Y",
        required_unless_present = "rule",
        conflicts_with = "rule",
        allow_negative_numbers = true
    )]
    pub criterion: Option<f64>,
    /// With a pilot any rule of a protocol: "upper <= 0.02", "inside (0.70, 1.43)"
    #[arg(long, value_name = "RULE", requires = "pilot")]
    pub rule: Option<String>,
    /// The probability with which the criterion is to be met if the expected value is true
    #[arg(long, default_value_t = 0.8)]
    pub power: f64,
    /// The share of diseased cases
    #[arg(long, value_name = "P")]
    pub prevalence: Option<f64>,
    /// The share of flagged cases, for ppv and npv
    #[arg(long, value_name = "P")]
    pub alert_rate: Option<f64>,
    /// Cases of a patient, on average
    #[arg(long, value_name = "M", default_value_t = 1.0)]
    pub cluster_size: f64,
    /// How alike the cases of one patient are: the intraclass correlation
    #[arg(long, value_name = "R", default_value_t = 0.0)]
    pub icc: f64,
    /// A table of a pilot, or of development cases, with the truth and the model's answers: its interval tells the doubt of a larger set
    #[arg(long, value_name = "FILE")]
    pub pilot: Option<PathBuf>,
    /// Of the pilot: the table of another model, if the difference to it is asked (the first less this one)
    #[arg(long, value_name = "FILE", requires_all = ["pilot", "id"])]
    pub against: Option<PathBuf>,
    /// Of the pilot: the column that names a case, by which two tables are joined
    #[arg(long, value_name = "COL", requires = "pilot")]
    pub id: Option<String>,
    /// Of the pilot: the column with the truth
    #[arg(long, value_name = "COL", requires = "pilot")]
    pub truth: Option<String>,
    /// Of the pilot: the column with the score
    #[arg(long, value_name = "COL", requires = "pilot")]
    pub score: Option<String>,
    /// Of the pilot: the column with the model's own answer
    #[arg(long, value_name = "COL", requires = "pilot")]
    pub predicted: Option<String>,
    /// Of the pilot: cases of this score and more are flagged
    #[arg(
        long,
        value_name = "X",
        requires = "pilot",
        allow_negative_numbers = true
    )]
    pub threshold: Option<f64>,
    /// Of the pilot: the value of the truth that means diseased; default: 1, true or yes
    #[arg(long, value_name = "VALUE", requires = "pilot")]
    pub positive: Option<String>,
    /// Of the pilot: the column with the patient, if there are several cases of one
    #[arg(long, value_name = "COL", requires = "pilot")]
    pub cluster: Option<String>,
    /// Say what so many cases can decide, and the standard error that they have
    #[arg(long, value_name = "N")]
    pub cases: Option<u64>,
    /// Draw the probability that the criterion is met by the number of cases
    #[arg(long, value_name = "F.SVG")]
    pub plot: Option<PathBuf>,
    /// The confidence level of the interval
    #[arg(long, default_value_t = 0.95)]
    pub level: f64,
    #[command(flatten)]
    pub reading: Reading,
}
