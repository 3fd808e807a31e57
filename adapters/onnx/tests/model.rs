//! A real model (`reference/scores.py`) against onnxruntime, and files that are none.

use galen_model::{
    EXPLAINERS, Encoded, Input, InputColumn, InputContract, Predict, PredictError, Scale, Settings,
};
use galen_onnx::{OnnxError, OnnxModel};
use proptest::prelude::*;
use serde_json::Value;

const MODEL: &[u8] = include_bytes!("reference/model.onnx");
const CONTRACT: &[u8] = include_bytes!("reference/contract.json");
const SCORES: &[u8] = include_bytes!("reference/scores.json");

fn contract() -> InputContract {
    InputContract::read(CONTRACT).expect("is a contract")
}

fn model() -> OnnxModel {
    OnnxModel::read(MODEL, contract()).expect("is a model")
}

/// The contract of a model of the same algorithm with other inputs.
fn contract_of(inputs: Vec<Input>) -> InputContract {
    let InputContract {
        output,
        truth,
        algorithm,
        training,
        ..
    } = contract();
    InputContract::new(inputs, output, truth, algorithm, training).expect("fits")
}

/// The rows and scores of the reference.
fn reference() -> (Encoded, Vec<f64>) {
    let reference: Value = serde_json::from_slice(SCORES).expect("is JSON");
    let number = |value: &Value| value.as_f64().expect("a number");
    let rows: Vec<Vec<f64>> = serde_json::from_value(reference["rows"].clone()).expect("rows");
    let numbers =
        |place: usize| InputColumn::Numbers(rows.iter().map(|row| Some(row[place])).collect());
    let sex = rows
        .iter()
        .map(|row| Some(if row[1] == 1.0 { "M" } else { "F" }.to_owned()));
    let creatinine = rows.iter().map(|row| (row[5] == 0.0).then_some(row[4]));
    let columns = [
        ("age".to_owned(), numbers(0)),
        ("sex".to_owned(), InputColumn::Texts(sex.collect())),
        ("kappa".to_owned(), numbers(2)),
        ("lambda".to_owned(), numbers(3)),
        (
            "creatinine".to_owned(),
            InputColumn::Numbers(creatinine.collect()),
        ),
    ];
    let encoded = contract().encode_columns(&columns).expect("is encoded");
    let scores = reference["scores"]
        .as_array()
        .expect("scores")
        .iter()
        .map(number);
    (encoded, scores.collect())
}

#[test]
fn scores_are_those_of_onnxruntime() {
    let (rows, expected) = reference();
    let scores = model().scores(&rows).expect("scores");
    for (score, expected) in scores.iter().zip(expected) {
        assert!((score - expected).abs() < 1e-6, "{score} {expected}");
    }
}

#[test]
fn a_score_depends_neither_on_the_batch_nor_on_the_thread() {
    let (rows, _) = reference();
    let model = model();
    let together = model.scores(&rows).expect("scores");
    std::thread::scope(|scope| {
        for shift in 0..4 {
            let (model, rows, together) = (&model, &rows, &together);
            scope.spawn(move || {
                for row in (shift..rows.rows()).step_by(4) {
                    let alone = model.scores(&rows.take(&[row])).expect("scores");
                    assert_eq!(alone[0], together[row]);
                }
            });
        }
    });
    assert_eq!(model.scores(&rows.take(&[])), Ok(vec![]));
}

#[test]
fn a_model_that_does_not_belong_to_the_contract_is_refused() {
    let two = contract_of(vec![Input::number("age"), Input::number("kappa")]);
    let refusal = OnnxModel::read(MODEL, two.clone())
        .err()
        .expect("six numbers, not two");
    assert_eq!(
        refusal.to_string(),
        "the model must have one input, of numbers (FP32) in 2 columns (age, kappa); it has tensor(f32) of shape [N, 6]; it \
         does not belong to this contract"
    );
    let rows = two.encode_columns(&[
        ("age".to_owned(), InputColumn::Numbers(vec![Some(60.0)])),
        ("kappa".to_owned(), InputColumn::Numbers(vec![Some(1.0)])),
    ]);
    let scores = model().scores(&rows.expect("is encoded"));
    assert!(
        matches!(scores, Err(PredictError::Inputs { .. })),
        "{scores:?}"
    );
}

#[test]
fn what_is_no_model_is_refused() {
    // An outermost field of 2^64 - 1 bytes behind a good model.
    let backwards = [MODEL, &[0x0a], &[0xff; 9], &[0x01]].concat();
    let too_large = vec![0; (64 << 20) + 1];
    let foreign: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"RTEN\x02\x00\x00\x00",
        b"<html></html>",
        b"\x80\x04\x95pickle",
        CONTRACT,
        &backwards,
        &too_large,
    ];
    for bytes in foreign {
        let refusal = OnnxModel::read(bytes, contract()).err();
        let refusal = refusal.expect("is no model").to_string();
        assert!(
            refusal.contains("no ONNX model") || refusal.contains("limit"),
            "{refusal}"
        );
    }
}

#[test]
fn a_torn_model_is_refused_wherever_it_is_torn() {
    for length in 0..MODEL.len() {
        if let Ok(model) = OnnxModel::read(&MODEL[..length], contract()) {
            // Only what no score depends on may be lost: the operator set comes last.
            let (rows, expected) = reference();
            let scores = model.scores(&rows).expect("scores");
            let gap = |(a, b): (&f64, f64)| (a - b).abs();
            assert!(
                scores.iter().zip(expected).map(gap).all(|gap| gap < 1e-6),
                "torn at {length}"
            );
        }
    }
}

#[test]
fn a_model_with_one_flipped_bit_is_an_error_or_gives_probabilities() {
    let (rows, _) = reference();
    for place in 0..8 * MODEL.len() {
        let mut bytes = MODEL.to_vec();
        bytes[place / 8] ^= 1 << (place % 8);
        if let Ok(model) = OnnxModel::read(&bytes, contract())
            && let Ok(scores) = model.scores(&rows)
        {
            let probabilities = scores.iter().all(|score| (0.0..=1.0).contains(score));
            assert!(probabilities, "bit {place}");
        }
    }
}

#[test]
fn the_exact_shares_of_a_model_add_up_to_its_scores() {
    let (rows, _) = reference();
    let model = model();
    let background: Vec<usize> = (0..50).collect();
    let settings = Settings {
        scale: Scale::LogOdds,
        resamples: 50,
        ..Settings::default()
    };
    let told = EXPLAINERS[0]
        .explain(&model, &rows, &rows.take(&background), &settings)
        .expect("is explained");
    assert_eq!(
        told.features,
        ["age", "sex", "kappa", "lambda", "creatinine"]
    );
    for (shares, score) in told.values.iter().zip(model.scores(&rows).expect("scores")) {
        let sum = told.base + shares.iter().sum::<f64>();
        assert!((sum - (score / (1.0 - score)).ln()).abs() < 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Flipped bits may give another model. They may not bring the program down, or a score that is no probability.
    #[test]
    fn a_model_with_flipped_bits_is_an_error_or_gives_probabilities(
        flips in proptest::collection::vec((0..MODEL.len(), 0..8_u8), 1..4)
    ) {
        let mut bytes = MODEL.to_vec();
        for (place, bit) in flips {
            bytes[place] ^= 1 << bit;
        }
        match OnnxModel::read(&bytes, contract()) {
            Err(error) => prop_assert!(!error.to_string().is_empty()),
            Ok(model) => {
                let (rows, _) = reference();
                if let Ok(scores) = model.scores(&rows) {
                    prop_assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_a_model(bytes: Vec<u8>) {
        let refusal = OnnxModel::read(&bytes, contract()).err();
        let refused = matches!(refusal, Some(OnnxError::Unreadable { .. } | OnnxError::Input { .. }));
        prop_assert!(refused, "not refused for what it is");
    }
}
