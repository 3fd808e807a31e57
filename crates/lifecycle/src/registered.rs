//! What the frozen protocol claims, criterion by criterion, in the format of another tool.

use galen_spec::Name;
use galen_spec::prml::{Claim, Manifest};
use galen_spec::protocol::{Criterion, Protocol};
use galen_spec::rule::Rule;
use galen_stats::interval::SEED;
use galen_store::Digest;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::error::ActError;
use crate::project::Project;

/// A claim as a manifest, and which of its line it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// The criterion's id, with the side of a rule that has two.
    pub name: String,
    /// From 1; later ones amend earlier ones.
    pub version: u32,
    pub manifest: Manifest,
    /// SHA-256 of the manifest's canonical text.
    pub hash: Digest,
}

impl Project {
    /// Every claim that a criterion made on the sealed reference set, from the first time that both were on the ledger; each change of
    /// what it claims is an amendment of the manifest before it.
    ///
    /// A manifest depends on nothing but the ledger, so that it is the same whenever it is written.
    ///
    /// # Errors
    /// [`ActError::Input`] if no protocol is frozen or its reference set is not sealed.
    pub fn registered(&self) -> Result<Vec<Registered>, ActError> {
        let mut state = galen_control::State::default();
        let mut protocol: Option<(Digest, Protocol)> = None;
        let mut found: Vec<Registered> = Vec::new();
        for entry in self.records(0, u64::MAX)? {
            state.apply(&entry.record);
            let Some(frozen) = state.frozen.get(&Name::Protocol) else {
                continue;
            };
            if protocol
                .as_ref()
                .is_none_or(|(digest, _)| *digest != frozen.digest)
            {
                protocol = Some((frozen.digest, self.frozen_protocol(frozen.digest)?));
            }
            let Some((_, protocol)) = &protocol else {
                continue;
            };
            if let Some(sealed) = state.sealed.get(&protocol.reference_set.dataset) {
                let scene = Scene {
                    protocol,
                    data: sealed.seal.plain,
                    at: entry.record.at,
                    producer: &state.project,
                };
                scene.register(&mut found);
            }
        }
        match (&protocol, found.is_empty()) {
            (None, _) => Err(ActError::input(
                "not_frozen",
                "no protocol is frozen, so that nothing is claimed yet",
                "freeze it first: galen freeze protocol",
            )),
            (Some((_, protocol)), true) => {
                let set = &protocol.reference_set.dataset;
                Err(ActError::input(
                    "not_sealed",
                    format!(
                        "nothing is claimed of {set} yet: it is not sealed, or no criterion has a bound"
                    ),
                    format!("seal the reference set first: galen data seal {set}"),
                ))
            }
            _ => Ok(found),
        }
    }
}

/// What a claim is made in.
struct Scene<'a> {
    protocol: &'a Protocol,
    data: Digest,
    at: Timestamp,
    producer: &'a str,
}

impl Scene<'_> {
    /// Adds the manifests of criteria that claim something new.
    fn register(&self, found: &mut Vec<Registered>) {
        for criterion in &self.protocol.criteria {
            for (side, comparator, threshold) in sides(criterion.rule) {
                let name = match criterion.rule {
                    Rule::Inside(..) => format!("{}.{side}", criterion.id),
                    _ => criterion.id.clone(),
                };
                let last = found.iter().rev().find(|one| one.name == name);
                let mut claim = self.claim(&name, criterion, side, comparator, threshold);
                if let Some(last) = last {
                    let written = |key| last.manifest.entries().get(key).and_then(Value::as_str);
                    claim.id = last.manifest.claim_id().to_owned();
                    // With the words that always differ taken from the last one, what is left is what it claims.
                    let mut same = claim.clone();
                    same.created_at = written("created_at").unwrap_or_default().to_owned();
                    same.prior_hash = written("prior_hash").map(str::to_owned);
                    if Manifest::from(same) == last.manifest {
                        continue;
                    }
                    claim.prior_hash = Some(last.hash.hex());
                }
                let version = last.map_or(1, |last| last.version + 1);
                let manifest = Manifest::from(claim);
                let hash = Digest::of(manifest.canonical().as_bytes());
                found.push(Registered {
                    name,
                    version,
                    manifest,
                    hash,
                });
            }
        }
    }

    fn claim(
        &self,
        name: &str,
        criterion: &Criterion,
        side: &str,
        comparator: &'static str,
        threshold: f64,
    ) -> Claim {
        let set = &self.protocol.reference_set.dataset;
        let endpoint = self.protocol.endpoint(&criterion.endpoint);
        let metric = endpoint.map_or(String::new(), |endpoint| match &endpoint.difference {
            None => endpoint.metric.clone(),
            Some(_) => format!("{} difference", endpoint.metric),
        });
        Claim {
            id: claim_id(self.at, &format!("{} {name}", self.producer)),
            created_at: self.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            metric: format!("{side}({metric})"),
            metric_args: self.arguments(criterion),
            comparator,
            threshold,
            dataset: set.clone(),
            dataset_hash: self.data.hex(),
            seed: SEED,
            producer: self.producer.to_owned(),
            notes: format!(
                "The value to compare is the {side} bound of the two-sided confidence interval of {metric}, not its point. The record of \
                 this claim is the ledger of galen."
            ),
            prior_hash: None,
        }
    }

    /// All that decides what the bound of the interval is.
    fn arguments(&self, criterion: &Criterion) -> Map<String, Value> {
        let protocol = self.protocol;
        let mut arguments = Map::new();
        let mut add = |key: &str, value: Value| arguments.insert(key.to_owned(), value);
        add("criterion", json!(criterion.id));
        add("kind", json!(criterion.kind));
        add("levels", json!(protocol.levels_of(criterion)));
        add("score_threshold", json!(protocol.threshold));
        if criterion.updates_only {
            add("updates_only", json!(true));
        }
        let Some(endpoint) = protocol.endpoint(&criterion.endpoint) else {
            return arguments;
        };
        add("endpoint", json!(endpoint));
        let named = |id: &str| json!(endpoint).to_string().contains(&json!(id).to_string());
        let groups: Vec<_> = protocol
            .subgroups
            .iter()
            .filter(|one| named(&one.id))
            .collect();
        if !groups.is_empty() {
            add("subgroups", json!(groups));
        }
        let disturbed: Vec<_> = protocol
            .perturbations
            .iter()
            .filter(|one| named(&one.id))
            .collect();
        if !disturbed.is_empty() {
            add("perturbations", json!(disturbed));
        }
        arguments
    }
}

/// What a rule asks of each bound of the interval.
fn sides(rule: Rule) -> Vec<(&'static str, &'static str, f64)> {
    match rule {
        Rule::LowerAtLeast(bound) => vec![("lower", ">=", bound)],
        Rule::UpperAtMost(bound) => vec![("upper", "<=", bound)],
        Rule::Inside(low, high) => vec![("lower", ">", low), ("upper", "<", high)],
        Rule::Report => Vec::new(),
    }
}

/// A UUID of a time and of what it names, the same for the same.
///
/// # Source
/// RFC 9562, section 5.7 (version 7); what it calls random is a digest here, which section 6.9 allows.
fn claim_id(at: Timestamp, named: &str) -> String {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&at.as_millisecond().to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&Digest::of(named.as_bytes()).as_bytes()[..10]);
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
