//! Logging in with the admin token, and out.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::{Shared, layout};
use crate::account::{SESSION_SECONDS, WAIT_SECONDS, form_secret, is_form_of, token_of};
use crate::failure::Failure;
use crate::router::{COOKIE, session_id};

/// `GET /login`.
pub(super) async fn form(Query(query): Query<BTreeMap<String, String>>) -> Html<String> {
    Html(page(query.get("next"), None).into_string())
}

/// `POST /login`.
pub(super) async fn enter(
    State(site): Shared,
    from: Result<ConnectInfo<SocketAddr>, axum::extract::rejection::ExtensionRejection>,
    headers: HeaderMap,
    Form(said): Form<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let from = from.ok().map(|info| info.0.ip());
    let next = said.get("next");
    if !site.attempts.may_try(from, site.now()) {
        let sentence = format!(
            "Too many failed log-ins from here. Wait {WAIT_SECONDS} seconds, then try again."
        );
        let mut response = (
            StatusCode::TOO_MANY_REQUESTS,
            Html(page(next, Some(&sentence)).into_string()),
        )
            .into_response();
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(WAIT_SECONDS));
        return Ok(refused(response));
    }
    let token = said
        .get("token")
        .map(|token| token.trim().to_owned())
        .unwrap_or_default();
    let found = site
        .work(move |site| {
            token_of(&site.project, &token).map_err(|error| Failure::broken(error.to_string()))
        })
        .await?;
    let Some(token) = found else {
        site.attempts.failed(from, site.now());
        tokio::time::sleep(site.slow_failures).await;
        let sentence =
            "This is not the token. It was printed once, when the server was first started.";
        let response = (
            StatusCode::UNAUTHORIZED,
            Html(page(next, Some(sentence)).into_string()),
        )
            .into_response();
        return Ok(refused(response));
    };
    site.attempts.succeeded(from);
    let id = site
        .sessions
        .open(token, site.now(), site.project.ports.entropy.as_ref());
    // Behind a proxy that speaks TLS the cookie must not travel without it.
    let secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme == "https");
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={id}; HttpOnly; SameSite=Strict; Path=/; Max-Age={SESSION_SECONDS}{secure}"
    );
    Ok(with_cookie(
        Redirect::to(&here(next)).into_response(),
        &cookie,
    ))
}

/// `GET /logout`: the form, with what only this session's pages carry.
pub(super) async fn leaving(headers: HeaderMap) -> Html<String> {
    let body = html! {
        article.page {
            header.page-head { h1 { "Log out" } }
            @match session_id(&headers) {
                Some(id) => {
                    form.enter action="/logout" method="post" {
                        input type="hidden" name="form" value=(form_secret(&id));
                        p { "This ends the session of this browser." }
                        button type="submit" { "Log out" }
                    }
                }
                None => p { "There is no session: a token was sent with the request." }
            }
            p { a href="/" { "Back to the overview" } }
        }
    };
    Html(layout::page(None, "", "Log out", body).into_string())
}

/// `POST /logout`.
pub(super) async fn leave(
    State(site): Shared,
    headers: HeaderMap,
    Form(said): Form<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let id = session_id(&headers).unwrap_or_default();
    if !is_form_of(&id, said.get("form").map_or("", String::as_str)) {
        return Err(Failure::new(
            StatusCode::FORBIDDEN,
            "this form is not of your session; open /logout and try again",
        ));
    }
    site.sessions.close(&id);
    let cookie = format!("{COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    Ok(with_cookie(Redirect::to("/login").into_response(), &cookie))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Marks an answer that is a page already, though its status is one of a failure.
#[derive(Clone)]
pub(crate) struct IsPage;

fn refused(mut response: Response) -> Response {
    response.extensions_mut().insert(IsPage);
    response
}

/// A path of this server, whatever the form says.
fn here(next: Option<&String>) -> String {
    let safe = |next: &&String| {
        next.starts_with('/')
            && !next[1..].starts_with(['/', '\\'])
            && next.bytes().all(|byte| byte.is_ascii_graphic())
    };
    next.filter(safe).cloned().unwrap_or_else(|| "/".to_owned())
}

fn page(next: Option<&String>, refused: Option<&str>) -> Markup {
    let body = html! {
        div.door {
            img src="/favicon.svg" alt="" width="52" height="52";
            h1 { "galen" }
            p { "Carries a clinical model from its intended use to a safe rollback, on a signed ledger." }
            form.enter action="/login" method="post" {
                @if let Some(next) = next { input type="hidden" name="next" value=(next); }
                @if let Some(sentence) = refused { p.refused role="alert" id="refused" { (sentence) } }
                label for="token" { "Admin token" }
                input id="token" name="token" type="password" autocomplete="current-password" required autofocus
                    aria-describedby=[refused.map(|_| "refused")];
                button type="submit" { "Log in" }
            }
            p.small { "The token was printed once, when the server was first started. A new one: " code { "galen user token" } }
        }
    };
    layout::page(None, "", "Log in", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_never_leads_to_another_server() {
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/a\r\nb",
            "evil",
        ] {
            assert_eq!(here(Some(&next.to_owned())), "/", "{next}");
        }
        assert_eq!(
            here(Some(&"/ledger?before=5".to_owned())),
            "/ledger?before=5"
        );
    }
}
