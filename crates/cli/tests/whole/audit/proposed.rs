//! `galen audit --llm`: a server of chat completions proposes, the paper decides.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::paper;
use crate::project::text;
use crate::typed::bare;

/// A server that answers until the test ends, and what it was asked: first lines and bodies.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

fn serve(answer: impl Fn(&str) -> (u16, Value) + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, line, body) = request(stream.expect("a connection"));
            let (status, answer) = answer(&line);
            let answer = answer.to_string();
            let length = answer.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
            )
            .expect("the client listens");
            kept.lock().expect("one thread").push((line, body));
        }
    });
    Server { url, asked }
}

fn request(stream: TcpStream) -> (TcpStream, String, String) {
    let mut reader = BufReader::new(stream);
    let mut head: Vec<String> = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request");
        match line.trim() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok()).flatten()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).expect("a body");
    let body = String::from_utf8(body).expect("UTF-8");
    (reader.into_inner(), head.swap_remove(0), body)
}

fn completion(content: &str) -> Value {
    json!({"id": "1", "object": "chat.completion", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    ]})
}

#[test]
fn quotes_of_a_model_are_kept_where_they_stand_in_the_paper() {
    let place = TempDir::new().expect("a folder");
    let path = paper("saha19a");
    let path = path.to_str().expect("a name");
    let alone = bare(place.path(), &["audit", path, "--json"])
        .exits(0)
        .json();
    // A sentence of the paper for an open item, one that is invented, one for an item that was not asked.
    let said = json!({"quotes": [
        {"id": "PROV-2", "quote": "dataset (Staal et al., 2004) is used for TRAINING and testing for the retinal vessels"},
        {"id": "PROV-2", "quote": "All patients gave their written consent to everything."},
        {"id": "LEAK-2", "quote": "The DRIVE dataset (Staal et al., 2004) is used for training"},
    ]});
    let server = serve(move |line| match line.starts_with("GET /v1/models ") {
        true => (200, json!({"data": [{"id": "small-model"}]})),
        false => (200, completion(&format!("```json\n{said}\n```"))),
    });
    let words = [
        "audit",
        path,
        "--json",
        "--out",
        "r.md",
        "--llm",
        &server.url,
    ];
    let found = bare(place.path(), &words).exits(0).json();
    let of = |document: &Value, id: &str| {
        let items = document["items"].as_array().expect("items").clone();
        items
            .into_iter()
            .find(|item| item["id"] == id)
            .expect("an item")
    };
    let proposed = of(&found, "PROV-2")["proposed"].clone();
    assert_eq!(proposed.as_array().map(Vec::len), Some(1), "{proposed}");
    assert_eq!(proposed[0]["tells"], "proposed");
    assert!(proposed[0]["page"].is_u64());
    let count = |name: &str| found["proposals"][name].as_u64().expect("a number");
    let asked = server.asked.lock().expect("no test panicked").clone();
    assert_eq!(asked.len() as u64, 1 + count("questions"));
    assert_eq!(count("kept"), 1);
    assert_eq!(count("dropped"), 2 * count("questions"));
    assert_eq!(found["proposals"]["model"], "small-model");
    // No verdict moved, and nothing is marked where no model was asked.
    for item in found["items"].as_array().expect("items") {
        let before = of(&alone, text(&item["id"]));
        assert_eq!(item["verdict"], before["verdict"]);
        assert_eq!(item["evidence"], before["evidence"]);
        assert!(before["proposed"].is_null());
    }
    assert!(alone["proposals"].is_null());
    let body: Value = serde_json::from_str(&asked[1].1).expect("JSON");
    assert_eq!(body["model"], "small-model");
    assert_eq!(body["temperature"], 0);
    assert!(text(&body["messages"][1]["content"]).contains("PROV-2: "));
    let report = std::fs::read_to_string(place.path().join("r.md")).expect("a report");
    assert!(report.contains("## Proposed by small-model"), "{report}");
    assert!(report.contains("no verdict rests"), "{report}");
}

#[test]
fn a_server_that_does_not_help_is_named() {
    let place = TempDir::new().expect("a folder");
    let path = paper("saha19a");
    let path = path.to_str().expect("a name");
    let told = |url: &str, code: i32| {
        let words = ["audit", path, "--llm-model", "m", "--llm", url];
        bare(place.path(), &words).exits(code).err
    };
    assert!(told("http://127.0.0.1:9", 3).contains("does not answer"));
    assert!(told("localhost", 3).contains("is no address of a server"));
    let server = serve(|_| (404, json!({"error": {"message": "model m not found"}})));
    let refused = told(&server.url, 3);
    assert!(
        refused.contains("404") && refused.contains("model m not found"),
        "{refused}"
    );
    assert!(refused.contains("--llm-model"), "{refused}");
    let server = serve(|_| (200, json!({"hello": "world"})));
    assert!(told(&server.url, 3).contains("sends no chat completion"));
}

#[test]
fn a_server_that_stops_answering_costs_no_report() {
    let place = TempDir::new().expect("a folder");
    for name in ["saha19a", "chen21a", "moor19a"] {
        let copy = place.path().join(format!("{name}.pdf"));
        std::fs::copy(paper(name), copy).expect("a copy");
    }
    let answered = std::sync::atomic::AtomicUsize::new(0);
    let server =
        serve(
            move |_| match answered.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                0 => (200, completion("{\"quotes\": []}")),
                _ => (503, json!({"error": {"message": "out of memory"}})),
            },
        );
    let words = [
        "audit",
        ".",
        "--out",
        "all.json",
        "--llm-model",
        "m",
        "--llm",
        &server.url,
    ];
    let told = bare(place.path(), &words).exits(2).out;
    assert!(
        told.contains("did not answer to the end on 3 paper(s)"),
        "{told}"
    );
    // The second and third paper are tried once each, no more.
    assert_eq!(server.asked.lock().expect("no test panicked").len(), 4);
    let written = std::fs::read(place.path().join("all.json")).expect("a report");
    let written: Value = serde_json::from_slice(&written).expect("JSON");
    let papers = written["papers"].as_array().expect("papers");
    assert_eq!(papers.len(), 3);
    for one in papers {
        assert_eq!(one["items"].as_array().map(Vec::len), Some(59));
        assert!(text(&one["proposals"]["failed"]).contains("out of memory"));
    }
}
