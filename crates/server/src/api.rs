//! galen's own JSON, with the shapes of the commands of the same name, and the numbers for Prometheus.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use galen_control::FindingState;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::oip::model_name;
use crate::site::Site;
use crate::watch::Standing;

/// Records in one answer at most.
const RECORDS_MAX: u64 = 200;

type Shared = State<Arc<Site>>;

/// `GET /api/v1/status`.
pub(crate) async fn status(State(site): Shared) -> Result<Json<Value>, Failure> {
    site.work(|site| {
        let seen = site.see()?;
        let state = &seen.view.state;
        let findings = state
            .findings
            .iter()
            .filter(|finding| finding.state != FindingState::Closed)
            .count();
        Ok(document(
            "status",
            json!({
                "project": state.project,
                "device": state.device,
                "notice": state.notice,
                "model_name": model_name(state),
                "live": state.live,
                "ready": matches!(seen.view.standing, Standing::Live(_)),
                "entries": state.entries,
                "root": seen.view.root,
                "ledger_verified": seen.trouble.is_none(),
                "alerts_open": state.open_alerts().count(),
                "findings_open": findings,
                "changes_open": state.changes.values().filter(|change| change.is_open()).count(),
            }),
        ))
    })
    .await
}

/// `GET /api/v1/releases`.
pub(crate) async fn releases(State(site): Shared) -> Result<Json<Value>, Failure> {
    site.work(|site| {
        let seen = site.see()?;
        let releases: Vec<Value> = seen
            .view
            .state
            .releases
            .iter()
            .map(|release| {
                json!({
                    "id": release.id,
                    "change": release.change,
                    "model": release.model.digest,
                    "state": release.state,
                    "since": release.since,
                    "as_of": release.as_of,
                    "by": release.by,
                    "authorisation": release.authorisation,
                })
            })
            .collect();
        Ok(document("releases", json!({"releases": releases})))
    })
    .await
}

/// `GET /api/v1/ledger?from=N`: records from entry `from` on, at most 200; `next` is where to go on.
pub(crate) async fn ledger(
    State(site): Shared,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Failure> {
    let from = match query.get("from") {
        None => 0,
        Some(from) => from
            .parse::<u64>()
            .map_err(|_| Failure::bad("`from` must be the number of an entry"))?,
    };
    site.work(move |site| {
        let size = site.see()?.view.state.entries;
        let to = from.saturating_add(RECORDS_MAX).min(size);
        let records = if from < to {
            site.project.records(from, to)?
        } else {
            Vec::new()
        };
        let entries: Vec<Value> = records
            .iter()
            .map(|entry| json!({"entry": entry.index, "record": entry.record}))
            .collect();
        let next = (to < size && from < size).then_some(to);
        Ok(document(
            "ledger",
            json!({"entries": entries, "size": size, "next": next}),
        ))
    })
    .await
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(site): Shared) -> Result<impl IntoResponse, Failure> {
    let text = site
        .work(|site| Ok(site.meter.text(&site.watch.see())))
        .await?;
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    ))
}

fn document(kind: &str, body: Value) -> Json<Value> {
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!(kind));
    document.insert("galen".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    if let Value::Object(body) = body {
        document.extend(body);
    }
    Json(Value::Object(document))
}
