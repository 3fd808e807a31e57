//! The Open Inference Protocol, case by case.

use axum::body::Body;
use galen_store::Disk;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::world::{NOTICE, World, person};

fn tensor(name: &str, datatype: &str, data: Value) -> Value {
    let rows = data.as_array().map_or(0, Vec::len);
    json!({"name": name, "shape": [rows], "datatype": datatype, "data": data})
}

/// A request for some people: age, sex, kappa.
fn asked(people: &[(f64, &str, f64)]) -> Value {
    let of = |value: &dyn Fn(&(f64, &str, f64)) -> Value| {
        Value::Array(people.iter().map(value).collect())
    };
    json!({"inputs": [
        tensor("age", "FP32", of(&|person| json!(person.0))),
        tensor("sex", "BYTES", of(&|person| json!(person.1))),
        tensor("kappa", "FP32", of(&|person| json!(person.2))),
    ]})
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn near(found: &Value, expected: f64) {
    let found = found.as_f64().expect("a number");
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[tokio::test]
async fn the_live_model_scores_and_flags_and_says_what_it_is() {
    let world = World::released();
    let mut body = asked(&[(80.0, "M", 1.5), (55.0, "F", 0.5)]);
    body["id"] = json!("a b/ü");
    body["inputs"].as_array_mut().expect("a list").push(tensor(
        "creatinine",
        "FP32",
        json!([1.0, 0]),
    ));
    body["inputs"].as_array_mut().expect("a list").push(tensor(
        "creatinine_missing",
        "BOOL",
        json!([false, true]),
    ));
    let answer = world.infer(body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert_eq!(answer["model_name"], "galen-test");
    assert_eq!(answer["model_version"], "release-2");
    assert_eq!(answer["id"], "a b/ü");
    let scores = &answer["outputs"][0];
    assert_eq!(
        (&scores["name"], &scores["datatype"], &scores["shape"]),
        (&json!("score"), &json!("FP64"), &json!([2]))
    );
    near(&scores["data"][0], sigmoid(-10.0 + 8.0 + 0.3 + 0.6 + 0.5));
    near(&scores["data"][1], sigmoid(-10.0 + 5.5 + 0.2 + 0.4));
    assert_eq!(answer["outputs"][1]["data"], json!([true, false]));
    let parameters = &answer["parameters"];
    assert_eq!(parameters["release"], "release-2");
    assert_eq!(parameters["threshold"], 0.3);
    assert_eq!(parameters["notice"], NOTICE);
    assert_eq!(parameters["clinical_use"], "authorised under K000001");
    let state = world.project.state().expect("is folded");
    assert_eq!(
        parameters["model"],
        json!(state.live_release().expect("is live").model.digest)
    );
}

#[tokio::test]
async fn an_input_that_may_be_missing_can_be_left_out() {
    let world = World::released();
    let answer = world
        .infer(asked(&[(80.0, "M", 1.5)]).to_string())
        .await
        .json();
    near(
        &answer["outputs"][0]["data"][0],
        sigmoid(-10.0 + 8.0 + 0.3 + 0.6 + 0.4),
    );
    assert!(answer.get("id").is_none());
    let mut body = asked(&[(80.0, "M", 1.5)]);
    body["inputs"].as_array_mut().expect("a list").push(tensor(
        "creatinine_missing",
        "BOOL",
        json!([false]),
    ));
    let refused = world.infer(body.to_string()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.error().contains("creatinine"));
}

#[tokio::test]
async fn order_nesting_and_chosen_outputs_do_not_change_a_score() {
    let world = World::released();
    let plain = world
        .infer(asked(&[(70.0, "F", 1.0), (60.0, "M", 2.0)]).to_string())
        .await
        .json();
    let nested = json!({
        "parameters": {"unknown": 1},
        "inputs": [
            {"name": "sex", "shape": [2, 1], "datatype": "BYTES", "data": [["F"], ["M"]]},
            {"name": "kappa", "shape": [2, 1], "datatype": "FP32", "data": [1, 2]},
            {"name": "age", "shape": [2, 1], "datatype": "FP32", "parameters": {}, "data": [[70], [60.0]]},
        ],
        "outputs": [{"name": "flagged"}, {"name": "score", "parameters": {}}],
    });
    let nested = world.infer(nested.to_string()).await.json();
    assert_eq!(nested["outputs"][1], plain["outputs"][0]);
    assert_eq!(nested["outputs"][0], plain["outputs"][1]);
}

#[tokio::test]
async fn whatever_the_caller_does_wrong_is_400_with_a_sentence() {
    let world = World::released();
    let good = asked(&[(70.0, "F", 1.0)]);
    let with = |at: usize, key: &str, value: Value| {
        let mut body = good.clone();
        body["inputs"][at][key] = value;
        body.to_string()
    };
    let and = |tensor: Value| {
        let mut body = good.clone();
        body["inputs"].as_array_mut().expect("a list").push(tensor);
        body.to_string()
    };
    let whole = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body.to_string()
    };
    let big = 1_u64 << 33;
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "not JSON"),
        ("{".to_owned(), "not JSON"),
        ("[]".to_owned(), "object"),
        ("null".to_owned(), "object"),
        ("{}".to_owned(), "inputs"),
        (json!({"inputs": []}).to_string(), "no input"),
        (json!({"inputs": {}}).to_string(), "inputs"),
        (json!({"inputs": [1]}).to_string(), "object"),
        (json!({"inputs": [{"datatype": "FP32"}]}).to_string(), "name"),
        (format!("{{\"inputs\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000)), "not JSON"),
        (whole("id", json!(7)), "id"),
        (whole("parameters", json!([])), "parameters"),
        (whole("outputs", json!({})), "outputs"),
        (whole("outputs", json!([{"name": "risk"}])), "no output"),
        (whole("outputs", json!([{"name": "score"}, {"name": "score"}])), "twice"),
        (with(0, "datatype", json!("FP64")), "`age` must be FP32"),
        (with(0, "datatype", json!("fp32")), "no datatype"),
        (with(0, "datatype", json!(32)), "datatype"),
        (with(0, "shape", json!([-1])), "shape"),
        (with(0, "shape", json!([0.5])), "shape"),
        (with(0, "shape", json!([big, big])), "shape"),
        (with(0, "shape", json!([big])), "elements"),
        (with(0, "shape", json!("1")), "shape"),
        (with(0, "data", json!([1, 2])), "elements"),
        (with(0, "data", json!([null])), "null in row 0"),
        (with(0, "data", json!(["70"])), "a text in row 0"),
        (with(0, "data", json!([[70]])), "nested"),
        (with(0, "data", json!([true])), "true or false in row 0"),
        (with(0, "data", json!([u64::MAX])), "outside of 18 to 110"),
        (with(0, "data", json!([1e300])), "FP32"),
        (with(0, "data", json!([17])), "`age` is 17 in row 0"),
        (with(1, "data", json!(["X"])), "`sex` is \"X\" in row 0"),
        (with(1, "data", json!([1])), "a number in row 0"),
        (with(2, "data", json!([0])), "`kappa` is 0 in row 0"),
        (and(tensor("age", "FP32", json!([70]))), "twice"),
        (and(tensor("futime", "FP32", json!([70]))), "no input"),
        (and(tensor("creatinine", "FP32", json!([1, 2]))), "rows"),
        (and(tensor("creatinine_missing", "BOOL", json!([1]))), "true or false"),
        (with(0, "name", json!("creatinine")), "`age` is not there"),
        (json!({"inputs": [tensor("age", "FP32", json!([]))]}).to_string(), "no row"),
        ("{\"inputs\": [{\"name\": \"age\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [NaN]}]}".to_owned(), "not JSON"),
        ("{\"inputs\": [{\"name\": \"age\", \"datatype\": \"FP32\", \"shape\": [1], \"data\": [1e999]}]}".to_owned(), "not JSON"),
    ];
    for (body, text) in cases {
        let answer = world.infer(body.clone()).await;
        let shown: String = body.chars().take(300).collect();
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
        let sentence = answer.error();
        assert!(sentence.contains(text), "{shown}: {sentence}");
    }
    let answer = world.infer(Body::from(vec![0xff; 64])).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_body_beyond_the_limit_and_binary_tensors_are_refused() {
    let world = World::released();
    let answer = world.infer(" ".repeat((16 << 20) + 1)).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
    assert!(answer.error().contains("16777216"));
    let mut request = world.request("POST", "/v2/models/galen-test/infer", Body::from("{}"));
    request.headers_mut().insert(
        "inference-header-content-length",
        "2".parse().expect("a number"),
    );
    let answer = world.send(request).await;
    assert_eq!(answer.status, 400);
    assert!(answer.error().contains("binary"));
}

#[tokio::test]
async fn metadata_names_the_contract_and_the_version_that_answers() {
    let world = World::released();
    assert_eq!(world.get("/v2").await.json()["name"], "galen");
    assert_eq!(world.get("/v2/").await.status, 200);
    let model = world.get("/v2/models/galen-test").await.json();
    assert_eq!(model["versions"], json!(["release-2"]));
    assert_eq!(
        model["inputs"][1],
        json!({"name": "sex", "datatype": "BYTES", "shape": [-1]})
    );
    assert_eq!(
        model["inputs"][4],
        json!({"name": "creatinine_missing", "datatype": "BOOL", "shape": [-1]})
    );
    assert_eq!(
        world
            .get("/v2/models/galen-test/versions/release-2")
            .await
            .json(),
        model
    );
    assert_eq!(
        world.get("/v2/models/galen-test/ready").await.json()["ready"],
        true
    );
    for path in [
        "/v2/models/other",
        "/v2/models/other/ready",
        "/v2/models/galen-test/versions/release-1",
        "/v2/models/galen-test/versions/release-1/ready",
        "/v2/models/galen-test/versions/../../x",
        "/v2/repository/index",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.error();
    }
    for path in [
        "/v2/models/other/infer",
        "/v2/models/galen-test/versions/release-1/infer",
    ] {
        let answer = world
            .send(world.request(
                "POST",
                path,
                Body::from(asked(&[(70.0, "F", 1.0)]).to_string()),
            ))
            .await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(world.get("/v2/models/galen-test/infer").await.status, 405);
}

#[tokio::test]
async fn without_a_live_release_nothing_is_scored() {
    let world = World::declared();
    let answer = world.infer(asked(&[(70.0, "F", 1.0)]).to_string()).await;
    assert_eq!(answer.status, 503);
    assert!(answer.error().contains("no release is live"));
    assert_eq!(world.get("/v2/health/ready").await.status, 503);
    assert_eq!(world.get("/v2/health/live").await.status, 200);
}

#[tokio::test]
async fn a_rollback_is_served_by_the_next_request_and_no_request_is_recorded() {
    let world = World::released();
    let body = || asked(&[(80.0, "M", 1.5)]).to_string();
    assert_eq!(
        world.infer(body()).await.json()["model_version"],
        "release-2"
    );
    let entries = world.project.state().expect("is folded").entries;
    world
        .project
        .roll_back(&person("dora"), Some(date(2002, 6, 1)), None, "a doubt")
        .expect("is rolled back");
    let answer = world.infer(body()).await.json();
    assert_eq!(answer["model_version"], "release-1");
    near(
        &answer["outputs"][0]["data"][0],
        sigmoid(-9.5 + 8.0 + 0.3 + 0.6),
    );
    assert_eq!(
        world.project.state().expect("is folded").entries,
        entries + 1
    );
    assert_eq!(
        world
            .get("/v2/models/galen-test/versions/release-2")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn the_policy_of_a_crossed_check_changes_what_is_served() {
    let world = World::released();
    assert_eq!(
        world
            .infer(asked(&[(80.0, "M", 1.5)]).to_string())
            .await
            .json()["model_version"],
        "release-2"
    );
    world.use_for(2003);
    assert_eq!(
        world
            .infer(asked(&[(80.0, "M", 1.5)]).to_string())
            .await
            .json()["model_version"],
        "release-1"
    );
    let metrics = world.get("/metrics").await.text;
    assert!(metrics.contains("galen_rows_scored_total 2\n"), "{metrics}");
    assert!(
        metrics.contains("galen_release_info{release=\"release-1\""),
        "{metrics}"
    );
    assert!(metrics.contains("galen_alerts_open 1\n"), "{metrics}");
}

#[tokio::test]
async fn an_unreadable_ledger_serves_the_last_verified_state_for_a_quarter_of_an_hour() {
    let world = World::released();
    let body = || asked(&[(80.0, "M", 1.5)]).to_string();
    assert_eq!(world.infer(body()).await.status, 200);
    let checkpoint = world
        .store
        .read(galen_ledger::CHECKPOINT)
        .expect("is there");
    let text = String::from_utf8(checkpoint.clone()).expect("text");
    let forged = text.replacen("Galen_Test", "Galen_Tent", 1);
    for damaged in [forged.as_bytes(), b"", b"\xff"] {
        world
            .store
            .write(galen_ledger::CHECKPOINT, damaged)
            .expect("is written");
        world.clock.forward(100);
        assert_eq!(world.infer(body()).await.status, 200);
        assert!(world.get("/").await.text.contains("cannot be verified now"));
    }
    assert!(
        world
            .get("/metrics")
            .await
            .text
            .contains("galen_ledger_verified 0\n")
    );
    world.clock.forward(15 * 60);
    let answer = world.infer(body()).await;
    assert_eq!(answer.status, 503);
    assert!(answer.error().contains("cannot be verified"));
    assert_eq!(world.get("/v2/health/ready").await.status, 503);
    world
        .store
        .write(galen_ledger::CHECKPOINT, &checkpoint)
        .expect("is written");
    assert_eq!(world.infer(body()).await.status, 200);
}

#[tokio::test]
async fn an_old_copy_of_the_ledger_is_not_followed() {
    let world = World::released();
    let old = world
        .store
        .read(galen_ledger::CHECKPOINT)
        .expect("is there");
    world
        .project
        .roll_back(&person("dora"), None, None, "a doubt")
        .expect("is rolled back");
    let body = || asked(&[(80.0, "M", 1.5)]).to_string();
    assert_eq!(
        world.infer(body()).await.json()["model_version"],
        "release-1"
    );
    world
        .store
        .write(galen_ledger::CHECKPOINT, &old)
        .expect("is written");
    assert_eq!(
        world.infer(body()).await.json()["model_version"],
        "release-1"
    );
    world.clock.forward(15 * 60);
    assert_eq!(world.infer(body()).await.status, 503);
}

#[tokio::test]
async fn a_model_that_was_changed_on_disk_is_not_served() {
    let world = World::released();
    let state = world.project.state().expect("is folded");
    let digest = state.live_release().expect("is live").model.digest;
    let manifest = world.project.artifacts.get(&digest).expect("is there");
    let manifest = galen_store::Manifest::from_bytes(&manifest).expect("a manifest");
    let part = manifest.entry("model.onnx").expect("is in it").digest;
    world
        .store
        .write(&galen_store::Artifacts::path(&part), b"[0.0,[0,0,0,0,0]]")
        .expect("is written");
    let answer = world.infer(asked(&[(80.0, "M", 1.5)]).to_string()).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.error().contains("release-2"));
}
