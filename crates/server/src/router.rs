//! Every path, and what stands before them: who may ask, how long it may take, what a browser is told not to do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use galen_lifecycle::Project;

use crate::account::{is_token, token_of};
use crate::failure::Failure;
use crate::serve::Options;
use crate::site::Site;
use crate::{api, oip, web};

/// What anybody may ask for: probes have no credentials, and a log-in page must be seen before the log-in.
const OPEN: [&str; 5] = [
    "/v2/health/live",
    "/v2/health/ready",
    "/login",
    "/style.css",
    "/favicon.svg",
];

/// The name of the session's cookie.
pub(crate) const COOKIE: &str = "galen_session";

/// Nothing is fetched from elsewhere, nothing runs, nobody may frame a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All routes of a project's server, for a listener of one's own or a test.
pub fn router(project: Arc<Project>, options: &Options) -> Router {
    routes(Site::new(project, options))
}

pub(crate) fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/v2", get(oip::server))
        .route("/v2/", get(oip::server))
        .route("/v2/health/live", get(oip::is_live))
        .route("/v2/health/ready", get(oip::is_ready))
        .route("/v2/models/{name}", get(oip::model))
        .route("/v2/models/{name}/ready", get(oip::model_is_ready))
        .route("/v2/models/{name}/infer", post(oip::infer))
        .route("/v2/models/{name}/versions/{version}", get(oip::model))
        .route(
            "/v2/models/{name}/versions/{version}/ready",
            get(oip::model_is_ready),
        )
        .route(
            "/v2/models/{name}/versions/{version}/infer",
            post(oip::infer),
        )
        .route("/api/v1/status", get(api::status))
        .route("/api/v1/releases", get(api::releases))
        .route("/api/v1/ledger", get(api::ledger))
        .route("/metrics", get(api::metrics))
        .merge(web::routes())
        .fallback(no_page)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(site.clone(), guard))
        .layer(from_fn_with_state(site.clone(), patience))
        .layer(from_fn_with_state(site.clone(), dress))
        .with_state(site)
}

async fn no_page() -> Failure {
    Failure::not_found("there is nothing at this address")
}

async fn no_method() -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this address is not asked in this way",
    )
}

/// On an answer to somebody who has a token or a session.
#[derive(Clone)]
struct Known;

/// Lets through who has a token or a session, and what is open to all.
async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if OPEN.contains(&path) {
        return next.run(request).await;
    }
    let (bearer, session) = (bearer(request.headers()), session_id(request.headers()));
    let tried = bearer.is_some();
    let known = site
        .work(move |site| {
            let broken = |error: crate::AccountError| Failure::broken(error.to_string());
            if let Some(token) = bearer {
                return Ok(token_of(&site.project, &token).map_err(broken)?.is_some());
            }
            let token = session.and_then(|id| site.sessions.token(&id, site.now()));
            token.map_or(Ok(false), |token| {
                is_token(&site.project, &token).map_err(broken)
            })
        })
        .await;
    match known {
        Ok(true) => {
            let mut response = next.run(request).await;
            response.extensions_mut().insert(Known);
            response
        }
        Ok(false) => {
            if tried {
                tokio::time::sleep(site.slow_failures).await;
            }
            not_known(&request)
        }
        Err(failure) => failure.into_response(),
    }
}

fn not_known(request: &Request) -> Response {
    let path = request.uri().path();
    if is_for_programs(path) || request.method() != Method::GET {
        let message = "log in first, or send the admin token as `Authorization: Bearer`";
        return Failure::new(StatusCode::UNAUTHORIZED, message).into_response();
    }
    let there = request
        .uri()
        .path_and_query()
        .map_or("/", |there| there.as_str());
    let next: String = there.bytes().map(percent).collect();
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// A byte as it stands in a query.
fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"/-._".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// The session id that a browser sent.
pub(crate) fn session_id(headers: &HeaderMap) -> Option<String> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, id)| id.to_owned())
}

/// Whether an answer is read by a program.
fn is_for_programs(path: &str) -> bool {
    path == "/v2" || path.starts_with("/v2/") || path.starts_with("/api/") || path == "/metrics"
}

/// Ends a request that takes too long.
async fn patience(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let late = || Failure::unavailable("this took too long; ask for less at once, or later");
    match tokio::time::timeout(site.request_time_max, next.run(request)).await {
        Ok(response) => response,
        Err(_) => late().into_response(),
    }
}

/// Counts the answer, makes a page of a failure where a person asked, and adds what every answer carries.
async fn dress(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    site.meter.request(&route, status.as_u16());
    let is_page = response.extensions().get::<web::IsPage>().is_some();
    if !is_page && (status.is_client_error() || status.is_server_error()) {
        let known = response.extensions().get::<Known>().is_some();
        let failure = response.extensions_mut().remove::<Failure>();
        // What the web library itself refuses comes without a sentence of ours.
        let failure = failure.unwrap_or_else(|| {
            Failure::new(
                status,
                status
                    .canonical_reason()
                    .unwrap_or("this cannot be answered")
                    .to_lowercase(),
            )
        });
        response = if is_for_programs(&path) {
            failure.into_response()
        } else {
            web::failure(&site, failure, known).await
        };
    }
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    response
}
