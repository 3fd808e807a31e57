//! `galen import prml`: a claim that was registered elsewhere, as a criterion of a protocol.

use std::path::Path;

use galen_spec::prml::Manifest;
use galen_spec::protocol::{Criterion, CriterionKind, Endpoint};
use galen_stats::metric;
use galen_store::Digest;
use serde::Serialize;
use serde_json::{Value, json};

use crate::outside::{read_file, write_file};
use crate::place::Place;
use crate::report::{Failure, Report, declared};

/// Names that other packages give to metrics of the manual.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("roc_auc", "auroc"),
    ("auc", "auroc"),
    ("auc_roc", "auroc"),
    ("average_precision", "auprc"),
    ("recall", "sensitivity"),
    ("tpr", "sensitivity"),
    ("tnr", "specificity"),
    ("precision", "ppv"),
    ("f1_score", "f1"),
    ("matthews_corrcoef", "mcc"),
    ("cohen_kappa", "kappa"),
    ("brier_score", "brier"),
    ("balanced_accuracy_score", "balanced_accuracy"),
    ("accuracy_score", "accuracy"),
];

/// What goes into `protocol.yaml`.
#[derive(Serialize)]
struct Lines {
    endpoints: [Endpoint; 1],
    criteria: [Criterion; 1],
}

pub fn prml(
    source: &Path,
    recorded: Option<&str>,
    out: Option<&Path>,
    place: &Place,
) -> Result<Report, Failure> {
    let name = source.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or("manifest.prml");
    let path = place.path(source);
    let bytes = read_file(&path)?;
    let text = galen_spec::read::text(name, &bytes).map_err(|found| declared(found, 2))?;
    let manifest = Manifest::read(name, text).map_err(|found| declared(found, 2))?;
    let hash = Digest::of(manifest.canonical().as_bytes()).hex();
    let recorded = match recorded {
        Some(hash) => Some((hash.to_owned(), "--recorded".to_owned())),
        None => beside(&path, &manifest)?,
    };
    let state = match &recorded {
        None => "unrecorded",
        Some((recorded, _)) if *recorded == hash => "locked",
        Some(_) => "tampered",
    };
    let lines = lines_of(&manifest, &hash);
    let mut told = vec![format!(
        "{} {} {}, of {} (claim {}).",
        manifest.metric(),
        manifest.comparator(),
        manifest.threshold(),
        manifest.entries()["dataset"]["id"]
            .as_str()
            .unwrap_or_default(),
        manifest.claim_id()
    )];
    told.push(match (&recorded, state) {
        (Some((recorded, from)), "tampered") => format!(
            "Tampered: the manifest's hash is {hash}, and {from} says {recorded}. What it claims is not what was registered."
        ),
        (Some((_, from)), _) => format!("Its hash {hash} is the one of {from}."),
        (None, _) => format!(
            "Its hash is {hash}; no file beside it says what it was when the claim was registered."
        ),
    });
    let yaml = match &lines {
        Ok(lines) => Some(galen_spec::write(lines).map_err(|error| {
            Failure::usage(
                "not_written",
                error.to_string(),
                "report this, with the manifest",
            )
        })?),
        Err(why) => {
            told.push(format!("No criterion is made of it: {why}."));
            None
        }
    };
    let writes = state != "tampered";
    match (out, &yaml) {
        (Some(out), Some(yaml)) if writes => {
            let yaml = format!(
                "# From the claim {}, sha256 {hash}.\n{yaml}",
                manifest.claim_id()
            );
            write_file(&place.path(out), yaml.as_bytes())?;
            told.push(format!(
                "Its endpoint and criterion are in {}.",
                out.display()
            ));
        }
        (None, Some(yaml)) if writes => {
            told.push("For protocol.yaml, where the bound of an interval must hold what it asks of a value:".to_owned());
            told.push(yaml.trim_end().to_owned());
        }
        _ => {}
    }
    let document = json!({
        "source": source.display().to_string(),
        "out": out.map(|out| out.display().to_string()).filter(|_| writes && yaml.is_some()),
        "manifest": manifest.entries(),
        "sha256": hash,
        "recorded": recorded.as_ref().map(|(recorded, _)| recorded),
        "state": state,
        "criterion": lines.as_ref().ok().map(|lines| &lines.criteria[0]),
        "endpoint": lines.as_ref().ok().map(|lines| &lines.endpoints[0]),
        "why": lines.as_ref().err(),
    });
    Ok(Report::new("import prml", document, told.join("\n")).judged(state != "tampered"))
}

/// The hash that was written when the claim was registered, and the file that says so.
fn beside(path: &Path, manifest: &Manifest) -> Result<Option<(String, String)>, Failure> {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    // The reference implementation takes the file's stem, the specification the claim.
    for name in [stem, manifest.claim_id()] {
        let file = format!("{name}.prml.sha256");
        let sidecar = path.with_file_name(&file);
        if sidecar.is_file() {
            let bytes = read_file(&sidecar)?;
            let words = String::from_utf8_lossy(&bytes);
            let hash = words.split_whitespace().next().unwrap_or_default();
            return Ok(Some((hash.to_owned(), file)));
        }
    }
    Ok(None)
}

/// The endpoint and criterion that a claim is, or why there is none.
fn lines_of(manifest: &Manifest, hash: &str) -> Result<Lines, String> {
    let arguments = manifest.entries().get("metric_args");
    let written = |key: &str| arguments.and_then(|arguments| arguments.get(key));
    let Some(rule) = manifest.rule() else {
        return Err("no interval is equal to one number".to_owned());
    };
    // What galen itself wrote holds the whole endpoint.
    let endpoint = match written("endpoint").cloned().map(serde_json::from_value) {
        Some(Ok(endpoint)) => endpoint,
        _ => {
            let metric = metric_of(manifest.metric())?;
            Endpoint {
                id: metric.to_owned(),
                title: metric::by_id(metric)
                    .map_or(metric, |metric| metric.about().title)
                    .to_owned(),
                metric: metric.to_owned(),
                subgroup: None,
                under: None,
                difference: None,
            }
        }
    };
    let level = written("levels")
        .and_then(|levels| levels.get(0))
        .and_then(Value::as_f64);
    let criterion = Criterion {
        id: match written("criterion").and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => format!("{}_claimed", endpoint.id),
        },
        endpoint: endpoint.id.clone(),
        kind: written("kind")
            .cloned()
            .and_then(|kind| serde_json::from_value(kind).ok())
            .unwrap_or(CriterionKind::Required),
        rule,
        level: level.unwrap_or(0.95),
        expected: None,
        expected_error: None,
        updates_only: written("updates_only") == Some(&json!(true)),
        rationale: format!(
            "Claimed in the PRML manifest {} (sha256 {hash}) before the evaluation.",
            manifest.claim_id()
        ),
    };
    Ok(Lines {
        endpoints: [endpoint],
        criteria: [criterion],
    })
}

/// The metric of the manual that a manifest names.
fn metric_of(named: &str) -> Result<&'static str, String> {
    let plain = named.to_lowercase();
    let plain = ["lower(", "upper("]
        .iter()
        .find_map(|side| plain.strip_prefix(side)?.strip_suffix(')'))
        .unwrap_or(&plain);
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == plain);
    let id = other.map_or(plain, |(_, id)| id);
    match metric::by_id(id) {
        Some(metric) => Ok(metric.about().id),
        None => Err(match metric::nearest(id) {
            Some(near) => format!("the manual has no metric {named}; the nearest is {near}"),
            None => format!("the manual has no metric {named}"),
        }),
    }
}
