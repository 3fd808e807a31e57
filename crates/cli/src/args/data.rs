//! What the commands on data take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Reading;

#[derive(Args, Debug)]
pub struct DataValidate {
    /// A dataset of the project, or a file, a folder or a pattern of files
    pub what: String,
    /// For a file: a data plan or a suite
    #[arg(long, value_name = "SUITE.YAML")]
    pub expect: Option<PathBuf>,
    /// Write all rows of which something does not hold, with what that is; the format follows from the extension
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write a report for a build server: .xml is JUnit, .sarif is SARIF
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
    /// The column that names a row's patient: examples then carry a pseudonym of it
    #[arg(long, value_name = "COL")]
    pub id: Option<String>,
    /// Another table that an expectation names, as NAME=FILE
    #[arg(long = "table", value_name = "NAME=FILE")]
    pub tables: Vec<String>,
    /// What is of severity warn also counts
    #[arg(long)]
    pub strict: bool,
    /// For a schema of TFDV: the environment that the data are of, such as SERVING
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// For a schema of TFDV: the data before these, for drift
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// For a schema of TFDV: the data in use, for skew
    #[arg(long, value_name = "FILE")]
    pub serving: Option<PathBuf>,
    /// For a schema of TFDV: an earlier version of these data, for their number
    #[arg(long, value_name = "FILE")]
    pub previous_version: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct DataDrift {
    /// The table of the past, or its profile that `data profile --out` wrote as .json
    #[arg(long, value_name = "FILE")]
    pub reference: PathBuf,
    /// The table of today, or its profile
    #[arg(long, value_name = "FILE")]
    pub current: PathBuf,
    /// A column's test, as COLUMN=TEST, or COLUMN=TEST:THRESHOLD
    #[arg(long = "test", value_name = "COL=ID")]
    pub tests: Vec<String>,
    /// The p-value below which a column has drifted, for tests that give one; without it each test has Evidently's threshold, which
    /// is 0.05 of the tests that are taken by default
    #[arg(long)]
    pub alpha: Option<f64>,
    /// How p-values are adjusted for the number of columns: none, bonferroni, holm, benjamini_hochberg, benjamini_yekutieli
    #[arg(long, default_value = "none", value_name = "ID")]
    pub multiplicity: String,
    /// How large an effect does not matter (Hedges' g, total variation): a column has then drifted when its whole interval
    /// lies beyond, however many rows there are
    #[arg(long, value_name = "X")]
    pub margin: Option<f64>,
    /// The share of columns from which on the table has drifted
    #[arg(long, default_value_t = 0.5, value_name = "SHARE")]
    pub drift_share: f64,
    /// Compare only these columns
    #[arg(long = "column", value_name = "COL")]
    pub columns: Vec<String>,
    /// Do not compare these columns, such as identifiers
    #[arg(long, value_name = "COL")]
    pub without: Vec<String>,
    /// Also compare within each value of a column: a subgroup, a site
    #[arg(long, value_name = "COL", conflicts_with = "time")]
    pub by: Option<String>,
    /// Also compare each window of the calendar in which this column lies with the whole reference
    #[arg(long, value_name = "COL")]
    pub time: Option<String>,
    /// The windows of --time
    #[arg(long, value_enum, default_value = "month", requires = "time")]
    pub window: WindowWord,
    /// Also compare whole rows: a classifier that tells them apart, what drove it, two distances
    #[arg(long)]
    pub rows: bool,
    /// With --rows: the column that names a row's patient
    #[arg(long, value_name = "COL", requires = "rows")]
    pub id: Option<String>,
    /// The seed of what is drawn
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Write a page with pictures of every column (.html)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

/// A window of the calendar.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum WindowWord {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Args, Debug)]
pub struct DataProfile {
    /// A table: a file, a folder or a pattern; or profiles that --out wrote as .json, which are put together
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A column to describe; without it all are
    #[arg(long = "column", value_name = "COL")]
    pub columns: Vec<String>,
    /// The column that names the patients
    #[arg(long, value_name = "COL")]
    pub id: Option<String>,
    /// The column with the outcome: the lift of each value on it is told
    #[arg(long, value_name = "COL")]
    pub label: Option<String>,
    /// The label's value that is the outcome; default: 1, or true
    #[arg(long, value_name = "VALUE", requires = "label")]
    pub positive: Option<String>,
    /// Describe the rows of each of the twenty most frequent values of this column apart as well
    #[arg(long, value_name = "COL")]
    pub by: Option<String>,
    /// Compute Pearson's correlations of all rows; without it associations are of 32,768 drawn rows at most
    #[arg(long)]
    pub pearson_of_all: bool,
    /// The seed by which rows are drawn
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// A value that fewer cells hold is not told in what --out writes; 1 tells all
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub min_cell: u64,
    /// Write a profile that can be sent: .json, which others can put together, or .html
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// Write a first draft of expectations, to be reviewed
    #[arg(long, value_name = "SUITE.YAML")]
    pub suggest: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct DataCheck {
    /// A dataset of the project, or a file
    pub what: String,
    /// For a file: the column with the label
    #[arg(long, value_name = "COL")]
    pub label: Option<String>,
    /// The label's value that means diseased
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// The column with the patient
    #[arg(long, value_name = "COL")]
    pub id: Option<String>,
    /// When a row was collected and the score is made: a day, a moment, a number, or a year
    #[arg(long, value_name = "COL")]
    pub time: Option<String>,
    /// When the event was, on the scale of --time; or the time to it or to the end of follow-up
    #[arg(long, value_name = "COL")]
    pub label_time: Option<String>,
    /// Which part a row is in: train, tune, test
    #[arg(long, value_name = "COL")]
    pub split: Option<String>,
    /// A subgroup that will be judged by itself
    #[arg(long = "group", value_name = "COL")]
    pub groups: Vec<String>,
    /// Where a row was collected: hospital, scanner, laboratory
    #[arg(long, value_name = "COL")]
    pub site: Option<String>,
    /// What may decide over both the inputs and the label: workflow, severity, insurance
    #[arg(long = "confounder", value_name = "COL")]
    pub confounders: Vec<String>,
    /// The people for whom the model is meant: columns of the same names, and `count` if a row is a cell
    #[arg(long, value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// A protocol whose subgroups and criteria say how many cases are needed
    #[arg(long, value_name = "PROTOCOL.YAML")]
    pub protocol: Option<PathBuf>,
    /// The column with the path of a row's image: then the images are checked as well
    #[arg(long, value_name = "COL")]
    pub images: Option<String>,
    /// Where these paths begin; default: the folder of the file
    #[arg(long, value_name = "DIR")]
    pub image_dir: Option<PathBuf>,
    /// Draw the pairs of images that show the same side by side, the most alike first, as a PNG file
    #[arg(long, value_name = "FILE.PNG")]
    pub sheet: Option<PathBuf>,
    /// Score the metadata too, or only them without --label: completeness, coverage (against --target, if given), consistency
    /// (between sites, if --site is given). By the fields of `tabular`, `image`, `xray`, `mammography`, `ct`, `mr`, `pathology`; of
    /// `dicom`, each modality by its own; or of a dictionary in the format of DataCard-Metadata (M3C)
    #[arg(long, value_name = "FIELDS")]
    pub metadata: Option<String>,
    /// Write the report of a file as a page, with what is missing together drawn
    #[arg(long, value_name = "FILE.HTML")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct DataAgree {
    /// Readings: a row each, or a row a case with a column a reader
    pub file: PathBuf,
    /// The column with the case
    #[arg(long, value_name = "COL")]
    pub case: String,
    /// The column that says who read; without --label a column of each reader's labels
    #[arg(long = "reader", value_name = "COL", required = true)]
    pub readers: Vec<String>,
    /// The column with the label that the reader gave
    #[arg(long, value_name = "COL")]
    pub label: Option<String>,
    /// The column with the moment of the reading: who read when, in whose order, and whether they changed on the way
    #[arg(long, value_name = "COL")]
    pub when: Option<String>,
    /// The column with the condition of the reading, such as what was hidden from the reader
    #[arg(long, value_name = "COL")]
    pub condition: Option<String>,
    /// Count a near miss as less than a far one, by the distance or its square
    #[arg(long, value_enum)]
    pub weights: Option<AgreeWeights>,
    /// The labels from the least to the greatest, where they are words
    #[arg(long, value_name = "A,B,…")]
    pub order: Option<String>,
    /// The column with the patient, whose cases depend on each other
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// How the readers together decide
    #[arg(long, value_enum, default_value = "majority")]
    pub rule: AdjudicationRule,
    /// The reader who decides, alone or where others are tied
    #[arg(long, value_name = "READER")]
    pub senior: Option<String>,
    /// How many readers must say the same, for a panel
    #[arg(long, value_name = "K")]
    pub panel: Option<usize>,
    /// Write what they decide, a row a case, as CSV
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Labels are paths of masks below this folder: how far they overlap (Dice); what is not black is meant
    #[arg(long, value_name = "DIR")]
    pub masks: Option<PathBuf>,
    /// The column with a model's score of the case: how much what it is judged by hangs on who read
    #[arg(long, value_name = "COL")]
    pub score: Option<String>,
    /// The label that means diseased, for --score
    #[arg(long, value_name = "LABEL")]
    pub positive: Option<String>,
    /// From which score on the model says diseased, for its sensitivity and specificity
    #[arg(long, value_name = "X")]
    pub threshold: Option<f64>,
    /// How often patients are drawn anew for an interval
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub resamples: u32,
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub reading: Reading,
}

/// How much two labels disagree.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AgreeWeights {
    Linear,
    Quadratic,
}

/// How readers together decide.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AdjudicationRule {
    /// What most say; ties to the senior reader, or to nobody
    Majority,
    /// The senior reader
    Senior,
    /// So many of them
    Panel,
    /// The most probable truth, with the errors of each reader
    DawidSkene,
}

impl AdjudicationRule {
    /// As it is written on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Majority => "majority",
            Self::Senior => "senior",
            Self::Panel => "panel",
            Self::DawidSkene => "dawid-skene",
        }
    }
}

#[derive(Args, Debug)]
pub struct DataTile {
    /// An image, a folder of images, or a pattern
    pub what: PathBuf,
    /// Pixels of a tile's side
    #[arg(long, value_name = "PIXELS", default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..=8192))]
    pub size: u32,
    /// Pixels from the start of a tile to that of the next; default: the size, so that no two overlap
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..=8192))]
    pub stride: Option<u32>,
    /// The share of a tile that must be tissue, for it to be kept
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    pub tissue: f64,
    /// The share of a tile that may be pen, fold or bubble, each, for it to be kept
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub artefact: f64,
    /// Write the kept tiles as PNG files into this folder, and the list of all tiles as tiles.csv
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Draw tiles beside each other: kept ones first, then those that were left out, a row a reason
    #[arg(long, value_name = "FILE.PNG")]
    pub sheet: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct DataSplit {
    /// A dataset of the project (people are admitted, excluded and counted, then drawn by the declared seed), or a file
    pub what: String,
    /// Write the parts as files into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// For a file: the column with the patient
    #[arg(long, value_name = "COL")]
    pub id: Option<String>,
    /// A column whose values every part has in the same shares
    #[arg(long, value_name = "COL")]
    pub stratify: Vec<String>,
    /// The column with the site: whole sites go to one part
    #[arg(long, value_name = "COL")]
    pub site: Option<String>,
    /// The column with the time: the first part is the earliest
    #[arg(long, value_name = "COL")]
    pub time: Option<String>,
    /// Name and share of each part
    #[arg(
        long,
        value_name = "NAME=SHARE,…",
        default_value = "train=0.7,tune=0.1,test=0.2"
    )]
    pub parts: String,
    /// So many equal parts instead, for a cross-validation
    #[arg(long, value_name = "N", conflicts_with = "parts")]
    pub folds: Option<u32>,
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct DataEstimate {
    /// Cases whose truth is known
    #[arg(long, value_name = "FILE")]
    pub reference: PathBuf,
    /// Cases that came since; what is known of their truth is shown beside the estimates
    #[arg(long, value_name = "FILE")]
    pub current: PathBuf,
    /// What the model answers: yes or no by a probability, one of several classes by a probability of each, or a number
    #[arg(long, value_enum, default_value = "binary")]
    pub task: EstimationTask,
    /// The column with the truth
    #[arg(long, value_name = "COL")]
    pub truth: String,
    /// The value of the truth that means diseased; without it the truth is 0 or 1
    #[arg(long, value_name = "VALUE")]
    pub positive: Option<String>,
    /// The column with the model's probability; of several classes CLASS=COL, once each
    #[arg(long = "score", value_name = "[CLASS=]COL")]
    pub scores: Vec<String>,
    /// The column with what the model says: its flag, the class, or the number that it predicts. Without it the class with the
    /// highest probability is what it says
    #[arg(long, value_name = "COL")]
    pub predicted: Option<String>,
    /// The score at which a case is flagged, where no column says it
    #[arg(long, value_name = "X", conflicts_with = "predicted")]
    pub threshold: Option<f64>,
    /// A column that the model sees: to learn errors from, and to check assumptions with
    #[arg(long = "feature", value_name = "COL")]
    pub features: Vec<String>,
    /// The column with the patient
    #[arg(long, value_name = "COL")]
    pub patient: Option<String>,
    /// Judge so many rows together
    #[arg(long, value_name = "N", group = "chunks")]
    pub chunk_size: Option<usize>,
    /// Judge so many equal parts, each together; 10 if nothing is said
    #[arg(long, value_name = "N", group = "chunks")]
    pub chunk_number: Option<usize>,
    /// Judge together the rows of one value of a column, such as a month
    #[arg(long, value_name = "COL", group = "chunks")]
    pub chunk_by: Option<String>,
    /// A metric; all that can be estimated if none is named
    #[arg(long = "metric", value_name = "ID")]
    pub metrics: Vec<String>,
    /// Whether scores are recalibrated on the reference: if that is better on held-out cases, or as said
    #[arg(long, value_enum, default_value = "if-better")]
    pub recalibrate: Recalibrate,
    /// How often chance is drawn anew for an interval
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub resamples: u32,
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub reading: Reading,
}

/// What a model answers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EstimationTask {
    Binary,
    Multiclass,
    Regression,
}

/// When scores are recalibrated.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Recalibrate {
    IfBetter,
    Always,
    Never,
}
