//! `galen serve`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use galen_server::{Options, Server, first_token, new_token};
use serde_json::json;

use crate::outside::stopped;
use crate::place::Place;
use crate::report::{Failure, Report};

/// Serves until Ctrl-C.
pub fn serve(listen: SocketAddr, place: &Place) -> Result<Report, Failure> {
    let project = Arc::new(place.project()?);
    let token = first_token(&project).map_err(|error| {
        Failure::environment(
            "accounts",
            error.to_string(),
            "see that the store can be written",
        )
    })?;
    let served = block_on(async {
        let server = Server::bind(project, &Options::new(listen))
            .await
            .map_err(failed)?;
        eprintln!("galen serves on http://{}", server.address());
        if let Some(token) = token {
            eprintln!("The admin token, shown this once: {}", token.reveal());
        }
        eprintln!("Ctrl-C ends it.");
        server.run(until_stopped()).await.map_err(failed)
    })?;
    served?;
    Ok(Report::new(
        "serve",
        json!({"listen": listen.to_string()}),
        "Stopped.",
    ))
}

/// `galen user token`.
pub fn token(place: &Place) -> Result<Report, Failure> {
    let token = new_token(&place.project()?).map_err(|error| {
        Failure::environment(
            "accounts",
            error.to_string(),
            "see that the store can be written",
        )
    })?;
    let text = format!("The admin token, shown this once: {}", token.reveal());
    Ok(Report::new(
        "user token",
        json!({"token": token.reveal()}),
        text,
    ))
}

/// Runs a future on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        Failure::environment("runtime", error.to_string(), "free some memory or threads")
    })?;
    Ok(runtime.block_on(future))
}

async fn until_stopped() {
    while !stopped() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The server could not serve.
pub fn failed(error: galen_server::ServeError) -> Failure {
    Failure::environment(
        "serve",
        error.to_string(),
        "choose another address: --listen 127.0.0.1:0",
    )
}
