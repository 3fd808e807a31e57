//! Pages: each shows what the ledger says, in a frame that runs and fetches nothing.

use std::collections::BTreeMap;

use jiff::civil::date;

use crate::world::{Answer, NOTICE, World, person};

/// The world after its second release was rolled back by policy.
fn watched() -> World {
    let world = World::released();
    world.use_for(2002);
    world.use_for(2003);
    world
}

#[tokio::test]
async fn every_page_shows_its_part_of_the_record() {
    let world = watched();
    let state = world.project.state().expect("is folded");
    let verdict = &state.changes["change-2"]
        .judged
        .as_ref()
        .expect("is judged")
        .judge;
    let evidence = world.project.evidence(&verdict.evidence).expect("is kept");
    let auroc = evidence
        .row("auroc")
        .and_then(|row| row.estimate.value)
        .expect("a value");
    let auroc = format!("{auroc:.2}");
    let digest = verdict.evidence.to_string();
    let evidence_path = format!("/evidence/{digest}");
    let cases: Vec<(&str, Vec<&str>)> = vec![
        (
            "/",
            vec![
                "Test of risk",
                "release-1 is live",
                "finding-1",
                "creatinine missing",
                "Rolled back",
            ],
        ),
        (
            "/runs",
            vec!["run-1", "run-2", "age, sex, kappa, creatinine"],
        ),
        (
            "/runs/run-2",
            vec![
                "log loss",
                "models/second/model.onnx",
                "Development gate",
                "<svg",
                "lower &gt;= 0.6",
            ],
        ),
        (
            "/changes",
            vec!["change-2", "within pccp", "the second model"],
        ),
        (
            "/changes/change-2",
            vec![
                &auroc,
                &digest,
                "Ben Best (ben)",
                "clinician",
                "2 of 4 allowed",
                "<svg",
                "input `creatinine` is new",
            ],
        ),
        (
            "/releases",
            vec!["release-2", "rolled back", "frozen policy", "Cleo Clear"],
        ),
        (
            "/releases/release-2",
            vec!["ROC", "Calibration", "Shapley", "K000001"],
        ),
        (
            "/monitor",
            vec![
                "2002",
                "2003",
                "crossed",
                "rollback to release-1",
                "limit 0.30",
                "a missing value reads as health",
            ],
        ),
        (
            "/findings",
            vec!["finding-1", "release-2 was rolled back to release-1"],
        ),
        (
            "/data",
            vec![
                "reference",
                "2 of 4 looks used",
                "seed 7",
                "Dora Deed (dora)",
            ],
        ),
        ("/ledger", vec!["Window closed", "Founded", "Checkpoint"]),
        (
            "/ledger/0",
            vec!["urn:galen:act:found:1", "&quot;system_key&quot;"],
        ),
        (
            &evidence_path,
            vec![&auroc, "Observed to expected", "evaluation"],
        ),
        ("/documents", vec!["/documents/"]),
        ("/try", vec!["name=\"age\"", "name=\"kappa\""]),
        ("/logout", vec!["Log out"]),
    ];
    for (path, texts) in cases {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        for text in texts {
            assert!(
                answer.text.contains(text),
                "{path} does not say {text}:\n{}",
                answer.text
            );
        }
        if path != "/logout" {
            assert!(answer.text.contains(NOTICE), "{path}");
        }
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        for foreign in ["<script", " style=\"", "http://", "src=\"https", " onclick"] {
            let text = answer.text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains(foreign), "{path} has {foreign}");
        }
    }
}

/// Everything that can be reached from the overview, by its path.
async fn reached(world: &World) -> BTreeMap<String, Answer> {
    let (mut seen, mut todo) = (BTreeMap::new(), vec!["/".to_owned()]);
    while let Some(path) = todo.pop() {
        if seen.contains_key(&path) {
            continue;
        }
        let answer = world.get(&path).await;
        if is_page(&answer) {
            let links = answer
                .text
                .split("href=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            let links = links
                .filter(|link| link.starts_with('/'))
                .map(|link| link.replace("&amp;", "&"));
            todo.extend(links);
        }
        seen.insert(path, answer);
    }
    assert!(seen.len() > 60, "{}", seen.len());
    seen
}

fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("text/html")
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    for (path, answer) in reached(&watched()).await {
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn every_web_page_carries_the_notice() {
    let world = watched();
    let mut pages = reached(&world).await;
    pages.retain(|_, answer| is_page(answer));
    for path in [
        "/nothing",
        "/runs/run-9",
        "/ledger?before=x",
        "/try?age=80&sex=M&kappa=1.5&creatinine=",
    ] {
        pages.insert(path.to_owned(), world.get(path).await);
    }
    // The two doors show nothing of the project, so there is nothing to be warned of.
    for door in ["/login", "/logout"] {
        let door = world.get(door).await;
        for shown in ["Galen_Test", "Test of risk", "release-", "records"] {
            assert!(!door.text.contains(shown), "{shown}: {}", door.text);
        }
    }
    pages.remove("/logout");
    for (path, answer) in pages {
        let before = answer.text.split_once(NOTICE).map(|(before, _)| before);
        let is_first = before.is_some_and(|before| !before.contains("<h1"));
        assert!(is_first, "{path} does not begin with the notice");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_a_sentence() {
    let world = World::declared();
    for path in [
        "/nothing",
        "/runs/run-9",
        "/changes/x",
        "/releases/release-1",
        "/ledger/99999",
        "/ledger/-1",
        "/evidence/sha256:zz",
        "/evidence/..%2f..%2fsecret",
        "/documents/novel",
        "/documents/protocol.exe",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        assert!(answer.text.contains("<h1>Not Found</h1>"), "{path}");
    }
    for path in ["/ledger?before=x", "/api/v1/ledger?from=-1"] {
        assert_eq!(world.get(path).await.status, 400, "{path}");
    }
    for path in [
        "/",
        "/runs",
        "/changes",
        "/releases",
        "/monitor",
        "/findings",
        "/data",
        "/ledger",
        "/try",
    ] {
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn people_in_artifacts_are_not_shown_as_evidence() {
    let world = World::released();
    let digest = world
        .project
        .state()
        .expect("is folded")
        .dataset("development")
        .expect("is there")
        .digest;
    let answer = world.get(&format!("/evidence/{digest}")).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.text.contains("is no evidence") && !answer.text.contains("futime"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn one_person_is_scored_and_explained_without_a_trace() {
    let world = World::released();
    let entries = world.project.state().expect("is folded").entries;
    let answer = world.get("/try?age=80&sex=M&kappa=1.5&creatinine=").await;
    let score = 1.0 / (1.0 + f64::exp(10.0 - 8.0 - 0.3 - 0.6 - 0.4));
    assert!(
        answer.text.contains(&format!("{score:.3}")),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("flagged") && answer.text.contains("creatinine = not measured"),
        "{}",
        answer.text
    );
    for query in [
        "age=17&sex=M&kappa=1",
        "age=70&sex=X&kappa=1",
        "age=70&sex=M",
        "age=old&sex=M&kappa=1",
    ] {
        let answer = world.get(&format!("/try?{query}")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("Not scored."), "{query}");
    }
    let evil = world
        .get("/try?age=%3Cscript%3E&sex=%22%3E%3Cscript%3E")
        .await;
    assert!(!evil.text.contains("<script"));
    assert_eq!(world.project.state().expect("is folded").entries, entries);
}

#[tokio::test]
async fn the_api_speaks_as_the_commands_do() {
    let world = World::released();
    let status = world.get("/api/v1/status").await.json();
    assert_eq!(
        (&status["kind"], &status["live"], &status["ready"]),
        (&"status".into(), &"release-2".into(), &true.into())
    );
    assert!(status["galen"].is_string());
    let releases = world.get("/api/v1/releases").await.json();
    assert_eq!(releases["releases"][0]["state"], "superseded");
    world
        .project
        .roll_back(&person("dora"), Some(date(2002, 5, 1)), None, "a doubt")
        .expect("is rolled back");
    assert_eq!(
        world.get("/api/v1/releases").await.json()["releases"][1]["state"],
        "rolled_back"
    );
    let size = world.project.state().expect("is folded").entries;
    let ledger = world
        .get(&format!("/api/v1/ledger?from={}", size - 2))
        .await
        .json();
    assert_eq!(ledger["entries"].as_array().map(Vec::len), Some(2));
    assert_eq!(ledger["entries"][1]["record"]["deed"]["act"], "roll_back");
    assert_eq!(
        world
            .get("/api/v1/ledger?from=18446744073709551615")
            .await
            .json()["entries"],
        serde_json::json!([])
    );
}
