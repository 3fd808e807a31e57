//! Pages for people: one file a page, each a pure function of the desk, in one layout.

mod changes;
mod data;
mod desk;
mod documents;
mod evidence;
mod findings;
mod layout;
mod ledger;
mod login;
mod monitor;
mod overview;
mod picture;
mod releases;
mod runs;
mod trial;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use galen_dossier::{Links, Page, html};
use maud::{Markup, PreEscaped};

use crate::failure::Failure;
use crate::site::Site;
use desk::Desk;
pub(crate) use login::IsPage;

pub(crate) type Shared = State<Arc<Site>>;

/// The style sheet of documents, and that of the layout around them.
const SITE_STYLE: &str = include_str!("web/site.css");
const FAVICON: &str = include_str!("web/favicon.svg");

pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(overview))
        .route(
            "/runs",
            get(|site| page(site, "/runs", |desk| Ok(runs::list(desk)))),
        )
        .route(
            "/runs/{id}",
            get(|site, id| one(site, id, "/runs", runs::one)),
        )
        .route(
            "/changes",
            get(|site| page(site, "/changes", |desk| Ok(changes::list(desk)))),
        )
        .route(
            "/changes/{id}",
            get(|site, id| one(site, id, "/changes", changes::one)),
        )
        .route(
            "/releases",
            get(|site| page(site, "/releases", |desk| Ok(releases::list(desk)))),
        )
        .route(
            "/releases/{id}",
            get(|site, id| one(site, id, "/releases", releases::one)),
        )
        .route(
            "/monitor",
            get(|site| page(site, "/monitor", |desk| Ok(monitor::page(desk)))),
        )
        .route(
            "/findings",
            get(|site| page(site, "/findings", |desk| Ok(findings::page(desk)))),
        )
        .route(
            "/data",
            get(|site| page(site, "/data", |desk| Ok(data::page(desk)))),
        )
        .route("/ledger", get(ledger::list))
        .route(
            "/ledger/{entry}",
            get(|site, id| one(site, id, "/ledger", ledger::one)),
        )
        .route(
            "/evidence/{digest}",
            get(|site, id| one(site, id, "", evidence::page)),
        )
        .route(
            "/documents",
            get(|site| page(site, "/documents", |desk| Ok(documents::list(desk)))),
        )
        .route("/documents/{kind}", get(documents::one))
        .route("/try", get(trial::page))
        .route("/login", get(login::form).post(login::enter))
        .route("/logout", get(login::leaving).post(login::leave))
        .route("/style.css", get(style))
        .route("/favicon.svg", get(favicon))
}

async fn overview(State(site): Shared) -> Result<Response, Failure> {
    show(&site, "/", |desk| {
        Ok(("Overview".to_owned(), overview::page(desk)?))
    })
    .await
}

/// A page in the layout.
async fn page(
    State(site): Shared,
    place: &'static str,
    write: impl Fn(&Desk) -> Result<Page, Failure> + Send + 'static,
) -> Result<Response, Failure> {
    show(&site, place, move |desk| Ok(framed(&write(desk)?))).await
}

/// A page of one thing that the path names.
async fn one(
    State(site): Shared,
    Path(id): Path<String>,
    place: &'static str,
    write: impl Fn(&Desk, &str) -> Result<Page, Failure> + Send + 'static,
) -> Result<Response, Failure> {
    show(&site, place, move |desk| Ok(framed(&write(desk, &id)?))).await
}

/// Writes a page at the desk and puts it into the layout.
async fn show(
    site: &Arc<Site>,
    place: &'static str,
    write: impl FnOnce(&Desk) -> Result<(String, Markup), Failure> + Send + 'static,
) -> Result<Response, Failure> {
    let text = site
        .work(move |site| {
            let seen = site.see()?;
            let desk = Desk::new(site, &seen)?;
            let (title, body) = write(&desk)?;
            Ok(layout::page(Some(&seen), place, &title, body).into_string())
        })
        .await?;
    Ok(Html(text).into_response())
}

/// A page as title and markup; its notice is the layout's.
fn framed(page: &Page) -> (String, Markup) {
    let bare = Page {
        notice: None,
        ..page.clone()
    };
    (
        page.title.clone(),
        html::fragment(
            &bare,
            &Links::Server {
                root: String::new(),
            },
        ),
    )
}

/// A failure as a page. Who is not known is told nothing of the project.
pub(crate) async fn failure(site: &Arc<Site>, failure: Failure, known: bool) -> Response {
    let status = failure.status;
    let sentence = failure.clone();
    let text = site
        .work(move |site| {
            Ok(
                layout::failure(site.watch.see().ok().filter(|_| known).as_ref(), &failure)
                    .into_string(),
            )
        })
        .await
        .unwrap_or(sentence.message);
    (status, Html(text)).into_response()
}

async fn style() -> impl IntoResponse {
    let text = format!("{}\n{SITE_STYLE}", html::STYLE);
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
}

async fn favicon() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "image/svg+xml"),
            (header::CACHE_CONTROL, "max-age=86400"),
        ],
        FAVICON,
    )
}

/// A picture of ours as markup.
fn svg(text: String) -> Markup {
    // Our plotter escapes all words that it is given.
    PreEscaped(text)
}
