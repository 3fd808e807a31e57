//! The command line: verbs, options, help.

mod data;
mod eval;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

pub use data::{
    AdjudicationRule, AgreeWeights, DataAgree, DataCheck, DataDrift, DataEstimate, DataProfile,
    DataSplit, DataTile, DataValidate, EstimationTask, Recalibrate, WindowWord,
};
pub use eval::{
    AnalysisWord, Answers, CovarianceWord, Eval, EvalAdaptive, EvalChain, EvalCompare, EvalFile,
    EvalGap, EvalGoals, EvalOther, EvalReaders, EvalSize, EvalSlices, EvalTask, EvalThreshold,
    EvalTriage, FigureWord, How, IndeterminateWord, PriorityWord, UnverifiedWord,
};

/// Carries a clinical AI model from its declared intended use to a safe rollback, and proves every step.
///
/// Begin with `galen demo`. Exit codes: 0 done; 1 a judgement is negative or the act was refused; 2 the input or usage is
/// wrong; 3 the environment failed; 130 interrupted.
#[derive(Parser, Debug)]
#[command(
    name = "galen",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Run as if started in this folder
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Print one JSON document on stdout, also on failure
    #[arg(long, global = true)]
    pub json: bool,
    /// The person who acts, by the id in team.yaml (or GALEN_PERSON)
    #[arg(long = "as", global = true, value_name = "ID")]
    pub person: Option<String>,
    /// The folder of private keys (or GALEN_KEYS; default: the configuration folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// A file of lines `ID: passphrase` for use without a terminal (or GALEN_PASSPHRASES)
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrases: Option<PathBuf>,
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Walk a model through its whole life on real data, in a folder of its own
    ///
    /// Example: galen demo --dir galen-demo
    Demo(Demo),
    /// Found a project: write the declared files of a template and begin the ledger
    ///
    /// Example: galen init my-project --template laboratory
    Init(Init),
    /// Say where the project is, what blocks, who must act, and the next command
    Status,
    /// Check the declared files, and whether they fit together
    ///
    /// Exit 2 for a file that cannot be read, 1 for files that do not hold.
    Check,
    /// Put the digests of declared files on the ledger
    ///
    /// Example: galen freeze intent risk data protocol pipeline pccp monitor team --as dora
    Freeze {
        /// Names of declared files: intent, risk, data, protocol, pipeline, pccp, monitor, team
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Record what an authority or notified body allowed
    Authorise(Authorise),
    /// Keys of people
    #[command(subcommand)]
    Key(Key),
    /// Datasets: add, examine, divide, seal
    #[command(subcommand)]
    Data(Box<Data>),
    /// What a model's answers are worth: every metric with its interval, by group; needs no project
    ///
    /// Example: galen eval answers.csv --truth died --score risk --threshold 0.2 --group sex --cluster patient
    Eval(Box<Eval>),
    /// Say what published papers on clinical models report, leave out, and what does not add up in them; needs no project
    ///
    /// Reads PDF, JATS XML, HTML, DOCX and text, without network. Each verdict rests on a quoted sentence with its section and page.
    /// Several papers, or a folder, are put side by side. Exit 2 if a paper cannot be read.
    ///
    /// Example: galen audit paper.pdf --out gaps.html --out gaps.pdf
    Audit(Audit),
    /// Read what other tools have written; needs no project
    #[command(subcommand)]
    Import(Import),
    /// Write what the ledger holds for other tools
    #[command(subcommand)]
    Export(Export),
    /// Run stages of pipeline.yaml; what is cached is not computed again
    ///
    /// Example: galen run release1 --as ada
    Run {
        /// Stages to run, with all that they need; without names, those that no other stage reads from
        stages: Vec<String>,
        /// Say what would run and why, and run nothing
        #[arg(long)]
        explain: bool,
        #[command(flatten)]
        replay: Replay,
    },
    /// List the runs
    Runs,
    /// Show a run, a change, a release or an entry of the ledger
    Show { id: String },
    /// Compare the models of two runs on the development set
    Compare { a: String, b: String },
    /// Judge a proposed change on the sealed reference set (one counted look), or show a run's development gate
    ///
    /// Example: galen gate change-1 --as dora
    Gate {
        /// A change or a run
        id: String,
        /// Write a report for a build server: .xml is JUnit, .sarif is SARIF
        #[arg(long, value_name = "F")]
        report: Vec<PathBuf>,
        #[command(flatten)]
        replay: Replay,
    },
    /// Explain a released model
    #[command(subcommand)]
    Explain(Explain),
    /// Changes: propose, assess, sign
    #[command(subcommand)]
    Change(Change),
    /// Make a signed change live
    Release {
        change: String,
        #[command(flatten)]
        replay: Replay,
    },
    /// Return to an earlier release
    Rollback {
        /// The release to return to; without it the latest superseded one
        #[arg(long)]
        to: Option<String>,
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        replay: Replay,
    },
    /// List the releases
    Releases,
    /// Watch a release: predictions, labels, windows, alerts
    #[command(subcommand)]
    Monitor(Monitor),
    /// Findings: open, analyse, close
    #[command(subcommand)]
    Finding(Finding),
    /// Documents, rendered from the ledger
    #[command(subcommand)]
    Dossier(Dossier),
    /// Accounts of the server
    #[command(subcommand)]
    User(User),
    /// Serve web pages, the released model and the API on one port
    Serve {
        /// Address and port
        #[arg(long, default_value = "127.0.0.1:8420")]
        listen: SocketAddr,
    },
    /// Prove the project: log, signatures, decisions, artifacts, numbers
    ///
    /// Example: galen verify --checkpoint kept-elsewhere.txt
    Verify {
        /// A checkpoint that was kept elsewhere (a copy of .galen/ledger/checkpoint)
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Fingerprints of keys got elsewhere: lines `person sha256:…`, as `galen key list` prints them
        #[arg(long, value_name = "FILE")]
        trust: Option<PathBuf>,
    },
}

/// The date of a replay of old data.
#[derive(Args, Debug)]
pub struct Replay {
    /// The date that a replay stands at; the record carries the real clock as well
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

#[derive(Args, Debug)]
pub struct Audit {
    /// Papers, or folders of papers
    #[arg(required = true)]
    pub papers: Vec<PathBuf>,
    /// Write the report; its ending says how: .html, .pdf, .md or .json
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// Papers that cannot be read are named, and make no error
    #[arg(long)]
    pub skip_bad: bool,
    /// A server of OpenAI's chat completions, such as http://localhost:8080/v1, that proposes further evidence. Its quotes are kept where
    /// they stand in the paper, and change no verdict. A key is taken from GALEN_LLM_KEY
    #[arg(long, value_name = "URL")]
    pub llm: Option<String>,
    /// The server's model to ask; the first that it lists if none is named
    #[arg(long, value_name = "NAME", requires = "llm")]
    pub llm_model: Option<String>,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// The folder to make; one that is not the demo's own is refused
    #[arg(long, default_value = "galen-demo")]
    pub dir: PathBuf,
    /// The data file, if it is not beside the binary or in the source tree
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Init {
    /// The project's folder
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The declared files to begin with; without it those that are in the folder are used
    #[arg(long, value_enum)]
    pub template: Option<Template>,
}

/// Declared files to begin with.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Template {
    /// The laboratory aid of `galen demo`
    Laboratory,
}

#[derive(Args, Debug)]
pub struct Authorise {
    /// What was granted, such as `clearance`
    pub kind: String,
    #[arg(long)]
    pub authority: String,
    #[arg(long)]
    pub number: String,
    #[arg(long)]
    pub date: Date,
    #[arg(long)]
    pub scope: String,
    /// The letter
    #[arg(long, value_name = "FILE")]
    pub letter: PathBuf,
}

#[derive(Subcommand, Debug)]
pub enum Key {
    /// Make a key for a person under a passphrase, and enrol it in the project
    New { person: String },
    /// List the enrolled keys with their fingerprints
    List,
}

#[derive(Subcommand, Debug)]
pub enum User {
    /// Make a new admin token in place of the old one; sessions of the old one end
    Token,
}

#[derive(Subcommand, Debug)]
pub enum Data {
    /// Add a file or a folder as a version of a dataset
    Add {
        path: PathBuf,
        /// The dataset's name; default: the file's stem
        #[arg(long)]
        name: Option<String>,
        /// The data were generated and not observed: they may be learned from, and are refused in a reference set
        #[arg(long)]
        synthetic: bool,
    },
    /// List the datasets
    List,
    /// Show a dataset: NAME or NAME@VERSION
    Show { name: String },
    /// Describe the columns of a table, or put stored profiles together; needs no project
    ///
    /// Example: galen data profile stays.parquet --label died --out profile.html --suggest suite.yaml
    ///
    /// What --out writes may leave the place where the patients are: it tells no value that fewer than --min-cell cells hold,
    /// and nothing but counts of a column that names patients. What is printed tells all.
    Profile(DataProfile),
    /// Try the expectations of the data plan on a dataset, or those of a plan or suite on a file
    ///
    /// Example: galen data validate stays/ --expect suite.yaml --report found.xml --out failing.csv
    ///
    /// Exit 1 if something of severity stop does not hold (with --strict also warn), 2 if a file cannot be read.
    Validate(DataValidate),
    /// Accept an anomaly of a dataset: the frozen schema lets it pass from now on, and the ledger says who, what and why
    ///
    /// galen data validate names the anomalies. The data plan must be frozen with a schema of TensorFlow Data Validation
    /// under `tfdv`; its file stays as it is, and what was accepted ends when another data plan is frozen. Exit 1 if there
    /// is no such anomaly, or if no least change of the schema would let it pass.
    ///
    /// Example: galen data accept stays --anomaly ward:ENUM_TYPE_UNEXPECTED_STRING_VALUES --reason "A ward was opened." --as gil
    Accept {
        /// A dataset of the project
        name: String,
        /// The column and the anomaly's name, as in age:INT_TYPE_BIG_INT
        #[arg(long, value_name = "COLUMN:TYPE")]
        anomaly: String,
        /// Why the data are right and the schema was too narrow
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Look for what ruins clinical models, in a dataset or in a file
    Check(DataCheck),
    /// Compare the columns of two files, folders or patterns of files; needs no project
    ///
    /// Example: galen data drift --reference 2024.parquet --current 2025.parquet --margin 0.1 --multiplicity holm
    ///
    /// Exit 1 if the table has drifted: by default when at least half of its columns have.
    Drift(DataDrift),
    /// Estimate how well a model does on new cases whose truth is not known yet; needs no project
    ///
    /// A reference of cases with truth says what the model's scores, or its errors, are worth. Exit 1 when an estimate
    /// crosses its limits, or when an assumption of it does not hold.
    /// Example: galen data estimate --reference labelled.csv --current today.csv --score risk --truth died --threshold 0.2
    #[command(verbatim_doc_comment)]
    Estimate(DataEstimate),
    /// Several readers of the same cases: how far they agree, and what they say together
    Agree(DataAgree),
    /// Divide by patient: a dataset as its plan declares, or any file as the options say, with a receipt
    Split(DataSplit),
    /// Cut slides into tiles: where there is tissue, and what spoils it (pen, folds, bubbles, focus)
    ///
    /// Example: galen data tile slides --size 256 --tissue 0.5 --out tiles --sheet tiles.png
    #[command(verbatim_doc_comment)]
    Tile(DataTile),
    /// Open a sealed dataset for a purpose, when as many people have asked as the protocol says; every look is counted
    ///
    /// The file that it writes is no longer sealed: keep it where those who train do not look.
    Open {
        /// A sealed dataset, also as NAME@VERSION
        name: String,
        /// What it is opened for, in words that all who ask must use alike; for a gate the change
        #[arg(long, value_name = "WORDS")]
        purpose: String,
        /// Where its plain bytes go; nothing is opened without it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Labels were wrong: correct them in every dataset that has them, and list what was judged by the old ones
    ///
    /// Each dataset with both columns gets a new version, sealed ones as well. A verdict by the old labels is stale: a change that
    /// is not released must be judged again, a released model is proposed again.
    Correct {
        /// A table of identifiers and right labels, such as galen data agree --out writes
        file: PathBuf,
        /// The column of identifiers
        #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
        id: String,
        /// The column whose cells are corrected
        #[arg(long, value_name = "COLUMN")]
        label: String,
        /// What was wrong, and who found it
        #[arg(long, value_name = "WORDS")]
        reason: String,
        /// Say what would change, and what would be stale; nothing is done, and no sealed set is looked into
        #[arg(long)]
        dry_run: bool,
    },
    /// A person withdraws consent: destroy every row of theirs, keep the digests, list what had used them
    ///
    /// Datasets get a version without the person, sealed ones as well; artifacts and journals lose the bytes. What was done before
    /// still verifies. Copies outside of the project's store are not reached; those in its folder are named.
    Withdraw {
        /// The identifier, as it stands in the tables or as files are named after it; it does not go to the ledger
        #[arg(value_name = "PERSON")]
        patient: String,
        /// The column of identifiers
        #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
        id: String,
        /// Why, without naming the person: what the ledger holds stays there
        #[arg(long, value_name = "WORDS")]
        reason: String,
        /// Say what would be destroyed, and what had used it; nothing is done
        #[arg(long)]
        dry_run: bool,
    },
    /// Encrypt a dataset to a custodian's key
    Seal {
        name: String,
        /// The person whose key opens it; default: the one who seals
        #[arg(long, value_name = "ID")]
        custodian: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
pub enum Import {
    /// Write the expectations of Great Expectations (0.18 and 1.x) as a suite for `galen data validate --expect`
    ///
    /// Exit 2 if something cannot be taken over: it is named with its line, and nothing is written.
    ///
    /// Example: galen import gx gx/expectations/people.json --out people.yaml
    Gx {
        /// A suite, a checkpoint, a validation definition, or the folder of a project
        source: PathBuf,
        /// The suite to write; a folder if there are several; without it, it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// A value for a parameter of the suite, as NAME=VALUE
        #[arg(long = "set", value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// Leave out what cannot be taken over, and name it
        #[arg(long)]
        skip_bad: bool,
    },
    /// Write a schema of TensorFlow Data Validation (schema.pbtxt) as a suite for `galen data validate --expect`
    ///
    /// Example: galen import tfdv schema.pbtxt --out suite.yaml
    Tfdv {
        /// The schema, as protobuf text
        schema: PathBuf,
        /// The suite to write; without it, it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a pre-registered claim (PRML 0.1 and 0.2, as `falsify` locks it) and write it as a criterion for protocol.yaml
    ///
    /// The hash is compared with the one that was recorded when the claim was registered: that of FILE.prml.sha256 beside it. Exit 1
    /// if they differ. A criterion asks of the bound of an interval what a claim asks of a value, so that it is never the easier one.
    ///
    /// Example: galen import prml auroc.prml --out criteria.yaml
    Prml {
        /// The manifest, in YAML or JSON
        manifest: PathBuf,
        /// The hash that was recorded, if no file beside the manifest holds it
        #[arg(long, value_name = "SHA256")]
        recorded: Option<String>,
        /// The endpoint and criterion to write; without it, they are printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Subcommand, Debug)]
pub enum Export {
    /// Write each claim that the frozen protocol makes on its sealed reference set as a PRML 0.1 manifest, with its hash
    ///
    /// One manifest a bound, which `falsify verify` checks; a change of a claim amends the manifest before it. They depend on nothing
    /// but the ledger.
    ///
    /// Example: galen export prml --out registered
    Prml {
        /// The folder to write CRITERION.prml and CRITERION.prml.sha256 into; without it, they are printed
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// How a table in a file is read.
#[derive(Args, Clone, Debug, Default)]
pub struct Reading {
    /// csv, tsv, psv, ndjson, parquet or arrow; default: by the file's name, then by its first bytes. Of a folder also images
    /// or dicom: one row a file
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// A text that means that there is no value, besides the empty one and those that pandas knows (NA, NaN, null …)
    #[arg(long = "na", value_name = "TEXT")]
    pub na: Vec<String>,
    /// Only the empty text and those of --na mean that there is no value
    #[arg(long)]
    pub no_default_na: bool,
    /// The encoding of a text file, such as latin1; default: UTF-8, or UTF-16 by its byte order mark
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// A data plan whose columns say their types: they win over what is found
    #[arg(long, value_name = "DATA.YAML")]
    pub schema: Option<PathBuf>,
    /// Add a column with the name of the file that a row is from, such as a patient's id
    #[arg(long, value_name = "COL")]
    pub file_column: Option<String>,
    /// Leave files out that cannot be read, and say which
    #[arg(long)]
    pub skip_bad: bool,
    /// To how many bytes a packed file may unpack
    #[arg(long, value_name = "BYTES")]
    pub max_unpacked: Option<u64>,
    /// Threads; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub jobs: Option<usize>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(jobs) => Ok(jobs),
        Err(_) => Err("a whole number from 1".to_owned()),
    }
}

#[derive(Subcommand, Debug)]
pub enum Explain {
    /// Shapley values: of all people of the development set, or of one
    Shap {
        /// The release to explain; default: the live one
        #[arg(long)]
        release: Option<String>,
        /// One person, by row from 0; shown and not recorded
        #[arg(long)]
        row: Option<usize>,
        #[arg(long, default_value = "exact")]
        method: String,
        #[command(flatten)]
        replay: Replay,
    },
}

#[derive(Subcommand, Debug)]
pub enum Change {
    /// Propose a run's model for release
    Propose {
        run: String,
        /// The modification of the PCCP that it is
        #[arg(long)]
        modification: Option<String>,
        #[arg(long)]
        summary: String,
        #[command(flatten)]
        replay: Replay,
    },
    /// Classify a judged change; an answer that is left out is unknown, and blocks
    Assess(Assess),
    /// Sign a change with its meaning
    Sign {
        change: String,
        #[arg(long)]
        role: String,
        #[arg(long, value_enum, default_value = "approval")]
        meaning: MeaningWord,
        #[arg(long)]
        reason: String,
    },
    /// List the changes
    List,
    /// Show a change
    Show { change: String },
}

#[derive(Args, Debug)]
pub struct Assess {
    pub change: String,
    /// Intended use, indications, users and environment stay as they are
    #[arg(long, value_enum)]
    pub intended_use_same: Option<YesNo>,
    /// A new hazard, or a risk that rises
    #[arg(long, value_enum)]
    pub new_hazard: Option<YesNo>,
    /// Every step of the modification protocol was followed
    #[arg(long, value_enum)]
    pub protocol_followed: Option<YesNo>,
    /// The change only restores the authorised specification
    #[arg(long, value_enum)]
    pub restores_spec: Option<YesNo>,
    /// Could significantly affect safety or effectiveness
    #[arg(long, value_enum)]
    pub safety_effect_possible: Option<YesNo>,
    #[arg(long)]
    pub rationale: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum MeaningWord {
    Review,
    Approval,
    Responsibility,
    Authorship,
}

#[derive(Subcommand, Debug)]
pub enum Monitor {
    /// Score the rows of a file by the live release and log them under pseudonyms
    Ingest {
        file: PathBuf,
        /// The column of identifiers; without it a row is named by file and number
        #[arg(long, value_name = "COL")]
        id: Option<String>,
        /// When they came; default: today
        #[command(flatten)]
        replay: Replay,
    },
    /// Take the truth of people who were scored in a window
    Label {
        file: PathBuf,
        #[arg(long)]
        window: String,
        #[arg(long, value_name = "COL")]
        id: Option<String>,
    },
    /// Close the windows that have ended; the frozen policy acts
    Run {
        #[command(flatten)]
        replay: Replay,
    },
    /// Show windows, alerts and what is live
    Status,
}

#[derive(Subcommand, Debug)]
pub enum Finding {
    /// Open a finding with its containment
    Open {
        #[arg(long)]
        title: String,
        #[arg(long)]
        containment: String,
        #[arg(long)]
        alert: Option<String>,
        #[command(flatten)]
        replay: Replay,
    },
    /// Record the cause of a finding; the evidence is computed
    Analyse {
        finding: String,
        #[arg(long)]
        cause: String,
    },
    /// Close a finding whose cause is known
    Close {
        finding: String,
        /// What was changed, and how its effect was verified
        #[arg(long)]
        correction: String,
    },
    /// List the findings
    List,
    /// Show a finding
    Show { finding: String },
}

#[derive(Subcommand, Debug)]
pub enum Dossier {
    /// Build a document from the ledger, and record it
    Build {
        kind: String,
        /// Where to write; the format follows from the extension: .html, .pdf, .json
        #[arg(long, value_name = "FILE")]
        out: Vec<PathBuf>,
    },
    /// List the kinds of documents
    List,
}
