//! The Open Inference Protocol, version 2, over HTTP with JSON, for the live release.
//!
//! One model is served: it has the project's name, and the live release is its only version. Inputs are those of the
//! model's contract: a number is FP32, a category BYTES, both `[-1]` or `[-1, 1]`. An input that may be missing can be
//! left out, or comes with a BOOL input `<name>_missing` that says in which rows it is. Outputs are `score` and `flagged`.
//! Binary tensors are not spoken, and a request that carries them is refused.

mod answer;
mod metadata;
mod request;
mod tensor;

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::site::Site;
use crate::watch::{Live, Seen};

pub use answer::answer;
pub(crate) use answer::clinical_use;
pub use metadata::{metadata, model_name};
pub use request::{Request, read};

/// The largest body of a request, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

type Shared = State<Arc<Site>>;

/// `GET /v2`.
pub(crate) async fn server() -> Json<Value> {
    Json(json!({"name": "galen", "version": env!("CARGO_PKG_VERSION"), "extensions": []}))
}

/// `GET /v2/health/live`.
pub(crate) async fn is_live() -> Json<Value> {
    Json(json!({"live": true}))
}

/// `GET /v2/health/ready`.
pub(crate) async fn is_ready(State(site): Shared) -> Result<Json<Value>, Failure> {
    site.work(|site| {
        Site::live(&site.see()?)?;
        Ok(Json(json!({"ready": true})))
    })
    .await
}

/// `GET /v2/models/{name}`, and of a version.
pub(crate) async fn model(
    State(site): Shared,
    Path(path): Path<Asked>,
) -> Result<Json<Value>, Failure> {
    site.work(move |site| {
        let seen = site.see()?;
        let live = path.live(&seen)?;
        Ok(Json(metadata(&seen.view.state, &live)))
    })
    .await
}

/// `GET /v2/models/{name}/ready`, and of a version.
pub(crate) async fn model_is_ready(
    State(site): Shared,
    Path(path): Path<Asked>,
) -> Result<Json<Value>, Failure> {
    site.work(move |site| {
        path.live(&site.see()?)?;
        Ok(Json(json!({"name": path.name, "ready": true})))
    })
    .await
}

/// `POST /v2/models/{name}/infer`, and of a version.
pub(crate) async fn infer(
    State(site): Shared,
    Path(path): Path<Asked>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Failure> {
    if headers.contains_key("inference-header-content-length") {
        return Err(Failure::bad(
            "binary tensors are not spoken here; send them as JSON (in tritonclient: binary_data=False)",
        ));
    }
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        let message = format!(
            "the body broke off or is larger than {BODY_BYTES_MAX} bytes; send fewer rows at once"
        );
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    })?;
    site.work(move |site| {
        let seen = site.see()?;
        let live = path.live(&seen)?;
        let request = read(&body, live.model.contract()).map_err(Failure::bad)?;
        let began = Instant::now();
        let scores = live
            .model
            .scores(&request.rows)
            .map_err(|error| Failure::broken(error.to_string()))?;
        site.meter.inference(scores.len(), began.elapsed());
        Ok(Json(answer(&seen.view.state, &live, &request, &scores)))
    })
    .await
}

/// A model and perhaps its version, from the path.
#[derive(serde::Deserialize)]
pub(crate) struct Asked {
    name: String,
    version: Option<String>,
}

impl Asked {
    /// The live model, if it is the one that was asked for.
    fn live(&self, seen: &Seen) -> Result<Arc<Live>, Failure> {
        let served = model_name(&seen.view.state);
        if self.name != served {
            return Err(Failure::not_found(format!(
                "there is no model `{}`; this server has `{served}`",
                self.name
            )));
        }
        let live = Site::live(seen)?;
        match &self.version {
            Some(version) if *version != live.release.id => {
                let live = &live.release.id;
                Err(Failure::not_found(format!(
                    "version `{version}` is not live; `{live}` is the only one served"
                )))
            }
            _ => Ok(live),
        }
    }
}
