//! Reading a declared file: bytes become a typed value, or diagnostics that say where and what.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::{Error, Location, MergeKeyPolicy, NonFiniteFloatPolicy, Options};

use crate::diagnostic::Diagnostic;
use crate::file::{Name, Specs};
use crate::nearest::{advice, nearest};
use crate::position::{Place, Positions};

/// Bytes that a declared file may have.
pub const BYTES_MAX: usize = 1024 * 1024;
/// Collections that may lie within one another.
pub(crate) const DEPTH_MAX: usize = 32;
/// Parser events that aliases may repeat, all together.
const REPEATED_MAX: usize = 20_000;
/// Values without a value that are shown.
const NO_VALUES_MAX: usize = 20;

/// The text of a declared file.
///
/// # Errors
/// A file over [`BYTES_MAX`] or one that is not UTF-8.
pub fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Vec<Diagnostic>> {
    if bytes.len() > BYTES_MAX {
        return Err(vec![too_large(file, bytes.len())]);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let place = place(line as u64, column as u64, 1);
        let id = id(file, "encoding");
        vec![
            Diagnostic::error(id, file, place, "this is not UTF-8 text")
                .help("save the file as UTF-8"),
        ]
    })
}

/// Reads one declared file; `file` is its name, such as `protocol.yaml`.
///
/// # Errors
/// What is wrong with it: syntax, an unknown or absent key, a wrong type, or a limit that was passed.
pub fn read<T: DeserializeOwned + Serialize>(file: &str, text: &str) -> Result<T, Vec<Diagnostic>> {
    if text.len() > BYTES_MAX {
        return Err(vec![too_large(file, text.len())]);
    }
    let value: T = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| vec![explain(file, text, &error)])?;
    let empty = no_values(&value);
    if empty.is_empty() {
        return Ok(value);
    }
    let positions = Positions::of(text);
    let found = empty.iter().map(|path| {
        let message = "this is no finite number, or nothing at all";
        Diagnostic::error(id(file, "value"), file, positions.find(path), message)
            .help("write a number, or leave the key out")
    });
    Err(found.collect())
}

/// Any value that YAML can write, for files whose shape is another tool's.
///
/// # Errors
/// The line, and what is wrong there.
pub fn value(text: &str) -> Result<Value, (u64, String)> {
    if text.len() > BYTES_MAX {
        return Err((1, format!("it is larger than {BYTES_MAX} bytes")));
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        (line, error.to_string())
    })
}

/// The paths of numbers that are not finite (`.nan`, `1e999`) and of values that are null: JSON writes both as null, and
/// no type of this crate writes a null for what is absent.
fn no_values<T: Serialize>(value: &T) -> Vec<String> {
    fn walk<'a>(value: &'a Value, path: &mut Vec<Step<'a>>, found: &mut Vec<String>) {
        match value {
            Value::Null if found.len() < NO_VALUES_MAX => {
                found.push(path.iter().map(Step::to_string).collect());
            }
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    path.push(Step::Item(i));
                    walk(item, path, found);
                    path.pop();
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries {
                    path.push(Step::Key(key, path.is_empty()));
                    walk(entry, path, found);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let value = serde_json::to_value(value).unwrap_or(Value::Null);
    walk(&value, &mut Vec::new(), &mut found);
    found
}

/// One step of a path into a value; a key knows whether it is the first.
enum Step<'a> {
    Item(usize),
    Key(&'a str, bool),
}

impl std::fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Item(i) => write!(f, "[{i}]"),
            Step::Key(key, true) => f.write_str(key),
            Step::Key(key, false) => write!(f, ".{key}"),
        }
    }
}

impl Specs {
    /// Reads all declared files of a project; `text` gives the text of a file that is there.
    ///
    /// # Errors
    /// What is wrong in any of them, collected over all files.
    pub fn read(text: &dyn Fn(Name) -> Option<String>) -> Result<Specs, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let intent = read_one(Name::Intent, text, &mut found);
        let risk = read_one(Name::Risk, text, &mut found);
        let data = read_one(Name::Data, text, &mut found);
        let protocol = read_one(Name::Protocol, text, &mut found);
        let pipeline = read_one(Name::Pipeline, text, &mut found);
        let pccp = read_one(Name::Pccp, text, &mut found);
        let monitor = read_one(Name::Monitor, text, &mut found);
        let team = read_one(Name::Team, text, &mut found);
        let specs = || {
            Some(Specs {
                intent: intent?,
                risk: risk?,
                data: data?,
                protocol: protocol?,
                pipeline: pipeline?,
                pccp: pccp?,
                monitor: monitor?,
                team: team?,
            })
        };
        specs().ok_or(found)
    }
}

fn read_one<T: DeserializeOwned + Serialize>(
    name: Name,
    text: &dyn Fn(Name) -> Option<String>,
    found: &mut Vec<Diagnostic>,
) -> Option<T> {
    let file = name.file();
    let Some(text) = text(name) else {
        let absent = Diagnostic::error(id(&file, "absent"), &file, None, "there is no such file");
        found.push(absent.help(format!("write it; docs/files/{name}.md says what goes in")));
        return None;
    };
    read(&file, &text)
        .map_err(|mut diagnostics| found.append(&mut diagnostics))
        .ok()
}

fn options() -> Options {
    let mut options = Options::default();
    let mut budget = options.budget.take().unwrap_or_default();
    budget.max_depth = DEPTH_MAX;
    budget.flow_nesting_limit = DEPTH_MAX;
    budget.max_documents = 1;
    budget.max_aliases = 1_000;
    options.budget = Some(budget);
    options.alias_limits.max_total_replayed_events = REPEATED_MAX;
    options.merge_keys = MergeKeyPolicy::Error;
    options.non_finite_float_policy = NonFiniteFloatPolicy::Reject;
    options.strict_booleans = true;
    options.with_snippet = false;
    options
}

/// Says what an error of the parser means for the person who wrote the file.
fn explain(file: &str, text: &str, error: &Error) -> Diagnostic {
    let at = error.location();
    let new = |kind: &str, message: String| {
        Diagnostic::error(
            id(file, kind),
            file,
            at.and_then(|at| place_in(text, at)),
            message,
        )
    };
    match error {
        Error::AliasError { error, .. } => explain(file, text, error),
        Error::SerdeUnknownField {
            field, expected, ..
        } => {
            let found = new("unknown_key", format!("there is no key `{field}` here"));
            found.help(choice("keys here", field, expected))
        }
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => {
            let found = new(
                "unknown_word",
                format!("`{variant}` is none of the words for this"),
            );
            found.help(choice("words here", variant, expected))
        }
        Error::SerdeMissingField { field, .. } => {
            let found = new("absent_key", format!("the key `{field}` is absent"));
            found.help(format!("add `{field}:`"))
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("this key");
            let found = new("duplicate_key", format!("`{key}` is written twice"));
            found.help("keep one of them")
        }
        Error::SerdeInvalidType {
            unexpected,
            expected,
            ..
        }
        | Error::SerdeInvalidValue {
            unexpected,
            expected,
            ..
        } => new(
            "type",
            format!("this is {unexpected}, and {expected} was expected"),
        ),
        Error::SerdeInvalidLength { len, expected, .. } => new(
            "type",
            format!("this has {len} items, and {expected} was expected"),
        ),
        Error::InvalidScalar { ty, .. } => new("type", format!("this is not {}", kind(ty))),
        Error::Message { msg, .. } => new("value", msg.clone()),
        Error::MergeKeyNotAllowed { .. } => {
            let found = new(
                "merge_key",
                "merge keys (`<<`) are not read here".to_owned(),
            );
            found.help("write the keys out; a declared file says everything where it stands")
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            let limits = format!(
                "at most {DEPTH_MAX} levels, one document, and {REPEATED_MAX} repetitions by aliases"
            );
            new("limit", plain(error)).help(limits)
        }
        _ => new("syntax", plain(error)),
    }
}

/// The parser's name of a type in words.
fn kind(ty: &str) -> &str {
    if ty.contains("float") {
        "a number"
    } else if ty.starts_with("bool") {
        "`true` or `false`"
    } else if ty.contains("int") || ty.starts_with(['u', 'i']) {
        "a whole number that is allowed here"
    } else {
        ty
    }
}

/// The parser's own words without the place, which the diagnostic says already.
fn plain(error: &Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let end = first.rfind(" at line ").unwrap_or(first.len());
    first[..end].to_owned()
}

fn choice(what: &str, word: &str, expected: &[&str]) -> String {
    let all = advice("", expected.iter().copied());
    let all = all.strip_prefix("one of: ").unwrap_or(&all);
    match nearest(word, expected.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? {what}: {all}"),
        None => format!("{what}: {all}"),
    }
}

fn too_large(file: &str, bytes: usize) -> Diagnostic {
    let message = format!("the file has {bytes} bytes; at most {BYTES_MAX} are read");
    Diagnostic::error(id(file, "limit"), file, None, message)
}

fn id(file: &str, kind: &str) -> String {
    format!("{}.{kind}", file.strip_suffix(".yaml").unwrap_or(file))
}

/// A parser's location as a place; the width ends with the line.
fn place_in(text: &str, at: Location) -> Option<Place> {
    let line = text
        .lines()
        .nth(usize::try_from(at.line()).ok()?.checked_sub(1)?);
    let left = line.map_or(0, |line| line.chars().count() as u64) + 1;
    let width = at.span().len().min(left.saturating_sub(at.column()));
    place(at.line(), at.column(), width)
}

fn place(line: u64, column: u64, width: u64) -> Option<Place> {
    let number = |value: u64| u32::try_from(value.max(1)).ok();
    Some(Place {
        line: number(line)?,
        column: number(column)?,
        width: number(width)?,
    })
}
