//! The example project is clean, and for each cross-check a copy with one broken reference fails where it is broken.

use crate::example::{broken, diagnostics, text};
use galen_spec::{CHECKS, Name, Severity};

#[test]
fn the_example_project_reads_and_checks_clean() {
    let found = diagnostics(&text);
    let errors: Vec<_> = found
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| found.render(None))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_only_warning_of_the_example_is_its_careless_input() {
    let found = diagnostics(&text);
    let ids: Vec<_> = found.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(ids, ["pipeline.input"]);
    assert!(found[0].message.contains("futime"));
}

/// One way to break the example: in this file the first text becomes the second; the check points at `at` in the new line.
struct Break {
    id: &'static str,
    file: Name,
    from: &'static str,
    to: &'static str,
    at: &'static str,
}

const fn of(
    id: &'static str,
    file: Name,
    from: &'static str,
    to: &'static str,
    at: &'static str,
) -> Break {
    Break {
        id,
        file,
        from,
        to,
        at,
    }
}

const BREAKS: &[Break] = &[
    of(
        "ids.unique",
        Name::Risk,
        "id: wrong_version",
        "id: drift",
        "drift",
    ),
    of(
        "intent.complete",
        Name::Intent,
        "device: FLC-Review, five-year mortality flag from serum free light chains",
        "device: ''",
        "''",
    ),
    of(
        "intent.claim.endpoint",
        Name::Intent,
        "endpoints: [auroc_all]",
        "endpoints: [auroc_al]",
        "auroc_al",
    ),
    of(
        "risk.matrix",
        Name::Risk,
        "O2: [A, A, R, R, U]",
        "O2: [A, R, A, R, U]",
        "A, R, U]",
    ),
    of(
        "risk.hazard.risk_control",
        Name::Risk,
        "risk_controls: [two_signatures]",
        "risk_controls: [two_signature]",
        "two_signature]",
    ),
    of(
        "risk.risk_control.verification",
        Name::Risk,
        "- criterion: assay_error",
        "- criterion: assay_eror",
        "assay_eror",
    ),
    of(
        "risk.residual",
        Name::Risk,
        "residual: O1",
        "residual: O2",
        "O2",
    ),
    of(
        "data.column",
        Name::Data,
        "range: [50, 110]",
        "range: [110, 50]",
        "range",
    ),
    of("data.unit", Name::Data, "unit: mg/dL", "unit: mmHg", "mmHg"),
    of(
        "data.reference_standard",
        Name::Data,
        "    column: death\n    value",
        "    column: sex\n    value",
        "sex",
    ),
    of(
        "data.cohort",
        Name::Data,
        "reference_standard:\n",
        "cohort:\n  - id: old\n    title: Aged 90 or over\nreference_standard:\n",
        "old",
    ),
    of(
        "data.expectation",
        Name::Data,
        "column: creatinine\n",
        "column: creatinin\n",
        "creatinin",
    ),
    of(
        "data.reviewed",
        Name::Data,
        "    expectation: expect_column_to_exist\n",
        "    expectation: expect_column_to_exist\n    suggested: true\n",
        "true",
    ),
    of(
        "data.parts",
        Name::Data,
        "reference: 0.4",
        "reference: 0.9",
        "0.15",
    ),
    of(
        "protocol.set",
        Name::Protocol,
        "dataset: development",
        "dataset: reference",
        "reference",
    ),
    of(
        "protocol.subgroup",
        Name::Protocol,
        "column: sex, equals: F",
        "column: sex, equals: W",
        "W",
    ),
    of(
        "protocol.perturbation",
        Name::Protocol,
        "columns: [creatinine]",
        "columns: [futime]",
        "futime",
    ),
    of(
        "protocol.endpoint",
        Name::Protocol,
        "metric: auroc",
        "metric: aurco",
        "aurco",
    ),
    of(
        "protocol.criterion",
        Name::Protocol,
        "endpoint: oe_all",
        "endpoint: oe_everybody",
        "oe_everybody",
    ),
    of(
        "protocol.family",
        Name::Protocol,
        "rationale: Stress test; people who are no longer flagged because nobody measured their creatinine.",
        "rationale: Stress test.\nfamilies:\n  - id: primary\n    procedure: holm\n    criteria: [stress_sensitivit]",
        "criteria: [stress_sensitivit]",
    ),
    of(
        "protocol.criterion.undecidable",
        Name::Protocol,
        "rule: lower >= 0.75",
        "rule: lower >= 0.80",
        "lower >= 0.80",
    ),
    of(
        "pipeline.stage",
        Name::Pipeline,
        "outs: [models/release2]",
        "outs: [../release2]",
        "../release2",
    ),
    of(
        "pipeline.dependency",
        Name::Pipeline,
        "dataset:learn-1996",
        "dataset:learn-1997",
        "\"dataset:learn-1997\"",
    ),
    of(
        "pipeline.input",
        Name::Pipeline,
        "inputs: [age, sex, kappa, lambda]",
        "inputs: [age, sex, kapa, lambda]",
        "kapa",
    ),
    of(
        "pccp.modification",
        Name::Pccp,
        "inputs_added: [creatinine]",
        "inputs_added: [chapter]",
        "chapter",
    ),
    of(
        "monitor.check",
        Name::Monitor,
        "column: kappa",
        "column: sample.yr",
        "sample.yr",
    ),
    of(
        "monitor.rollback",
        Name::Monitor,
        "action: notify\n    rationale: >-\n      About a quarter",
        "action: roll_back\n    rationale: >-\n      About a quarter",
        "roll_back",
    ),
    of(
        "team.duty",
        Name::Team,
        "seal: [custodian]",
        "seal: [custodiann]",
        "custodiann",
    ),
    of(
        "team.signature",
        Name::Team,
        "release_signatures: [clinician, regulatory]",
        "release_signatures: [clinician, clinician]",
        "clinician]",
    ),
];

#[test]
fn every_cross_check_finds_its_broken_reference_at_file_line_and_column() {
    for case in BREAKS {
        let source = broken(case.file, case.from, case.to);
        let found = diagnostics(&|name| {
            Some(if name == case.file {
                source.clone()
            } else {
                text(name)?
            })
        });
        let hit = found.iter().find(|found| found.id == case.id);
        let hit = hit.unwrap_or_else(|| panic!("{} was not found: {found:#?}", case.id));
        assert_eq!(hit.at.file, case.file.file());
        let line = hit
            .at
            .line
            .and_then(|line| source.lines().nth(line as usize - 1));
        let from = hit.at.column.map_or(0, |column| column as usize - 1);
        let rest: String = line.unwrap_or_default().chars().skip(from).collect();
        assert!(rest.starts_with(case.at), "{} points at `{rest}`", case.id);
    }
}

#[test]
fn every_cross_check_has_a_way_to_fail() {
    for check in CHECKS {
        assert!(
            BREAKS.iter().any(|case| case.id == check.id()),
            "{}",
            check.id()
        );
    }
}

#[test]
fn a_bound_that_every_value_meets_or_none_is_found() {
    for (to, said) in [
        ("rule: lower >= -5", "every value meets"),
        ("rule: lower >= 0", "every value meets"),
        ("rule: lower >= 1.2", "no value meets"),
        ("rule: inside (-1, 2)", "every value meets"),
    ] {
        let source = broken(Name::Protocol, "rule: lower >= 0.75", to);
        let found = diagnostics(&|name| {
            Some(if name == Name::Protocol {
                source.clone()
            } else {
                text(name)?
            })
        });
        let hit = found.iter().any(|one| {
            one.id == "protocol.criterion"
                && one.severity == Severity::Error
                && one.message.contains(said)
        });
        assert!(hit, "{to}: {found:#?}");
    }
}
