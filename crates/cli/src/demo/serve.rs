//! The served model answers: the same server as `galen serve`, on a free port of this machine, asked over HTTP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use galen_server::{Options, Server, new_token};
use serde_json::{Value, json};

use super::Telling;
use crate::command::serve::{block_on, failed};
use crate::place::Place;
use crate::report::Failure;

/// Serves the released model, asks it for one invented person, and asks for a page of the same process.
pub fn answer(told: &mut Telling) -> Result<(), Failure> {
    let started = Instant::now();
    let place = Place {
        folder: told.dir().to_path_buf(),
        person: None,
        world: told.world(),
    };
    let project = Arc::new(place.project()?);
    let wrong =
        |error: String| Failure::environment("serve", error, "see that the store can be written");
    let token = new_token(&project).map_err(|error| wrong(error.to_string()))?;
    let (send, stop) = tokio::sync::oneshot::channel::<()>();
    let secret = token.reveal().to_owned();
    let request = json!({
        "id": "one invented person",
        "inputs": [
            {"name": "age", "shape": [1], "datatype": "FP32", "data": [81]},
            {"name": "sex", "shape": [1], "datatype": "BYTES", "data": ["F"]},
            {"name": "kappa", "shape": [1], "datatype": "FP32", "data": [2.4]},
            {"name": "lambda", "shape": [1], "datatype": "FP32", "data": [2.9]},
            {"name": "creatinine", "shape": [1], "datatype": "FP32", "data": [1.3]},
        ],
    });
    let name = galen_server::oip::model_name(&project.state()?);
    let path = format!("/v2/models/{name}/infer");
    let (answer, page) = block_on(async {
        let server = Server::bind(
            project,
            &Options::new(SocketAddr::from(([127, 0, 0, 1], 0))),
        )
        .await
        .map_err(failed)?;
        let address = server.address();
        let serving = tokio::spawn(server.run(async move {
            let _ = stop.await;
        }));
        let (body, target, bearer) = (request.to_string(), path.clone(), secret.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let answer = http(address, "POST", &target, &bearer, &body)?;
            let page = http(address, "GET", "/", &bearer, "")?;
            Ok::<(String, String), std::io::Error>((answer, page))
        })
        .await;
        let _ = send.send(());
        let _ = serving.await;
        match asked {
            Ok(Ok(both)) => Ok(both),
            Ok(Err(error)) => Err(wrong(error.to_string())),
            Err(error) => Err(wrong(error.to_string())),
        }
    })??;
    told.print("\n$ galen serve &");
    told.print(&format!(
        "$ curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8420{path} -d '{request}'"
    ));
    let answer: Value = serde_json::from_str(&answer)
        .map_err(|error| wrong(format!("the server answered {answer:?}: {error}")))?;
    told.print(&format!("  {answer}"));
    told.print(&format!(
        "  The same process shows the web pages: GET / gave {} bytes of HTML.",
        page.len()
    ));
    told.print(&format!(
        "  To log in later: the token of this demo is {secret}"
    ));
    told.note("galen serve", started.elapsed().as_secs_f64(), answer);
    Ok(())
}

/// One HTTP request over loopback; the body of the answer.
fn http(
    address: SocketAddr,
    method: &str,
    path: &str,
    bearer: &str,
    body: &str,
) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {bearer}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
        Some((head, body)) => Err(std::io::Error::other(format!(
            "{}: {body}",
            head.lines().next().unwrap_or_default()
        ))),
        None => Err(std::io::Error::other("no answer")),
    }
}
