//! Who is answered.

use axum::body::Body;
use axum::http::Request;
use galen_server::{first_token, new_token};

use crate::world::{Answer, World};

fn plain(method: &str, path: &str, body: &str) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path);
    let builder = builder.header("content-type", "application/x-www-form-urlencoded");
    builder
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

fn with_cookie(mut request: Request<Body>, cookie: &str) -> Request<Body> {
    request.headers_mut().insert(
        "cookie",
        format!("other=1; {cookie}").parse().expect("a header"),
    );
    request
}

/// The pair that a browser sends back.
fn cookie(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn only_probes_and_the_log_in_are_open() {
    let world = World::released();
    for path in [
        "/v2/health/live",
        "/v2/health/ready",
        "/login",
        "/style.css",
        "/favicon.svg",
    ] {
        assert_eq!(
            world.send(plain("GET", path, "")).await.status,
            200,
            "{path}"
        );
    }
    for path in [
        "/v2",
        "/v2/models/galen-test",
        "/metrics",
        "/api/v1/status",
        "/v2/nothing",
    ] {
        let answer = world.send(plain("GET", path, "")).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        assert!(answer.error().contains("log in"));
    }
    for path in ["/", "/ledger?before=3", "/documents/protocol", "/nothing"] {
        let answer = world.send(plain("GET", path, "")).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(
            answer.header("location").starts_with("/login?next=/"),
            "{path}"
        );
    }
    let answer = world
        .send(plain("POST", "/v2/models/galen-test/infer", "{}"))
        .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_refusal_tells_a_stranger_nothing_of_the_project() {
    let world = World::released();
    for (method, path) in [
        ("PUT", "/login"),
        ("POST", "/logout"),
        ("DELETE", "/"),
        ("POST", "/login"),
        ("GET", "/login"),
    ] {
        let answer = world.send(plain(method, path, "")).await;
        assert!(
            !answer.text.contains("release-2") && !answer.text.contains("Galen_Test"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_session_opens_by_the_token_and_ends_by_a_form_of_its_own() {
    let world = World::released();
    let wrong = world
        .send(plain("POST", "/login", "token=galen_wrong"))
        .await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, ""));
    let body = format!("token={}&next=//evil.example", world.token);
    let entered = world.send(plain("POST", "/login", &body)).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/"));
    let set = entered.header("set-cookie");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict"),
        "{set}"
    );
    let cookie = cookie(&entered);
    assert_eq!(
        world
            .send(with_cookie(plain("GET", "/", ""), &cookie))
            .await
            .status,
        200
    );
    assert_eq!(
        world
            .send(with_cookie(plain("GET", "/", ""), "galen_session=00"))
            .await
            .status,
        303
    );

    let refused = world
        .send(with_cookie(plain("POST", "/logout", "form=guess"), &cookie))
        .await;
    assert_eq!(refused.status, 403);
    let form = world
        .send(with_cookie(plain("GET", "/logout", ""), &cookie))
        .await
        .text;
    let secret = form
        .split("name=\"form\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a form");
    let left = world
        .send(with_cookie(
            plain("POST", "/logout", &format!("form={secret}")),
            &cookie,
        ))
        .await;
    assert_eq!(left.status, 303);
    assert_eq!(
        world
            .send(with_cookie(plain("GET", "/", ""), &cookie))
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn a_session_ends_with_the_day_and_with_its_token() {
    let world = World::released();
    let enter = || plain("POST", "/login", &format!("token={}", world.token));
    let first = cookie(&world.send(enter()).await);
    world.clock.forward(12 * 60 * 60);
    assert_eq!(
        world
            .send(with_cookie(plain("GET", "/", ""), &first))
            .await
            .status,
        303
    );
    let second = cookie(&world.send(enter()).await);
    assert_eq!(
        world
            .send(with_cookie(plain("GET", "/", ""), &second))
            .await
            .status,
        200
    );
    let token = new_token(&world.project).expect("is written");
    assert_eq!(
        world
            .send(with_cookie(plain("GET", "/", ""), &second))
            .await
            .status,
        303
    );
    assert_eq!(world.get("/v2").await.status, 401);
    assert_ne!(token.reveal(), world.token);
}

#[tokio::test]
async fn who_guesses_must_wait() {
    let world = World::declared();
    for _ in 0..5 {
        assert_eq!(
            world
                .send(plain("POST", "/login", "token=guess"))
                .await
                .status,
            401
        );
    }
    let right = || plain("POST", "/login", &format!("token={}", world.token));
    let waits = world.send(right()).await;
    assert_eq!((waits.status, waits.header("retry-after")), (429, "60"));
    world.clock.forward(60);
    assert_eq!(world.send(right()).await.status, 303);
}

#[tokio::test]
async fn the_store_holds_only_the_digest_of_the_token() {
    use galen_store::Disk;
    let world = World::declared();
    assert!(first_token(&world.project).expect("is read").is_none());
    let kept = String::from_utf8(world.store.read("accounts/tokens.json").expect("is there"))
        .expect("text");
    let secret = world.token.trim_start_matches("galen_");
    assert!(secret.len() == 64 && !kept.contains(secret), "{kept}");
    assert!(kept.contains(&galen_store::Digest::of(world.token.as_bytes()).to_string()));
    world
        .store
        .write("accounts/tokens.json", b"{")
        .expect("is written");
    assert!(first_token(&world.project).is_err());
    assert_eq!(world.get("/v2").await.status, 500);
}
