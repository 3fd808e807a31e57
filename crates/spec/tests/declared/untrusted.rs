//! A declared file is untrusted input: whatever it holds, reading ends with a value or with a message.

use galen_spec::protocol::Protocol;
use galen_spec::{Diagnostic, Name, Positions, pipeline, read};
use proptest::prelude::*;

use crate::example::{broken, diagnostics, text};

fn read_protocol(text: &str) -> Vec<Diagnostic> {
    read::<Protocol>("protocol.yaml", text).unwrap_err()
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_key_that_was_meant() {
    let source = broken(
        Name::Protocol,
        "    endpoint: oe_all",
        "    endpont: oe_all",
    );
    let found = read_protocol(&source);
    assert_eq!(found[0].id, "protocol.unknown_key");
    assert!(
        found[0]
            .help
            .as_deref()
            .unwrap()
            .starts_with("did you mean `endpoint`?")
    );
    let line = source
        .lines()
        .position(|line| line.contains("endpont"))
        .unwrap()
        + 1;
    assert_eq!(found[0].at.line, Some(line as u32));
    assert_eq!(found[0].at.column, Some(5));
    assert_eq!(found[0].at.width, Some(7));
}

#[test]
fn a_rule_that_is_none_says_how_rules_are_written() {
    let source = broken(Name::Protocol, "rule: lower >= 0.75", "rule: lower > 0.75");
    let found = read_protocol(&source);
    assert!(
        found[0].message.contains("is not a rule"),
        "{}",
        found[0].message
    );
    let line = source
        .lines()
        .position(|line| line.contains("lower > "))
        .unwrap()
        + 1;
    assert_eq!(found[0].at.line, Some(line as u32));
}

#[test]
fn an_absent_key_a_wrong_type_and_a_wrong_word_each_have_their_message() {
    let cases = [
        ("  looks: 6\n", "", "protocol.absent_key"),
        ("looks: 6", "looks: many", "protocol.type"),
        ("looks: 6", "looks: -1", "protocol.type"),
        ("threshold: 0.15", "threshold: .nan", "protocol.value"),
        ("threshold: 0.15", "threshold: 1e999", "protocol.type"),
        ("kind: required", "kind: requird", "protocol.unknown_word"),
        (
            "  looks: 6\n",
            "  looks: 6\n  looks: 7\n",
            "protocol.duplicate_key",
        ),
        ("  looks: 6\n", "  looks: [6\n", "protocol.syntax"),
    ];
    for (from, to, id) in cases {
        let found = read_protocol(&broken(Name::Protocol, from, to));
        assert_eq!(found[0].id, id, "{to}: {:#?}", found[0]);
        assert!(found[0].at.line.is_some(), "{to}");
    }
}

#[test]
fn mistakes_in_several_files_are_shown_together() {
    let found = diagnostics(&|name| match name {
        Name::Team => None,
        Name::Intent => Some("device: x".to_owned()),
        _ => text(name),
    });
    let ids: Vec<_> = found.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(ids, ["intent.absent_key", "team.absent"]);
}

#[test]
fn a_file_over_the_limit_is_refused_with_the_limit() {
    let found = read_protocol(&"# long\n".repeat(200_000));
    assert_eq!(found[0].id, "protocol.limit");
    assert!(found[0].message.contains("1048576"));
}

#[test]
fn a_deep_file_is_refused() {
    for text in [
        "[".repeat(100_000),
        "stages: ".to_owned() + &"[".repeat(40) + &"]".repeat(40),
    ] {
        let found = read::<pipeline::Pipeline>("pipeline.yaml", &text).unwrap_err();
        assert!(
            ["pipeline.limit", "pipeline.syntax", "pipeline.type"].contains(&found[0].id.as_str())
        );
        let _ = Positions::of(&text);
    }
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = format!("*a{}", level - 1);
        text += &format!(
            "a{level}: &a{level} [{}]\n",
            [before.as_str(); 9].join(", ")
        );
    }
    let stage = "name: s\n    title: t\n    native: n\n    outs: [o]\n    params:\n      bomb: *b";
    let text = text.replace('\n', "\n      ");
    let bomb = format!(
        "stages:\n  - params:\n      {}\n    {stage}",
        text.trim_end()
    );
    let found = read::<pipeline::Pipeline>("pipeline.yaml", &bomb).unwrap_err();
    assert!(found[0].id == "pipeline.limit", "{:#?}", found[0]);
    let _ = Positions::of(&bomb);
}

#[test]
fn a_long_key_over_a_long_list_takes_no_long_time() {
    let key = "k".repeat(400_000);
    let list = "~, ".repeat(50_000);
    let text = format!(
        "stages:\n  - name: s\n    title: t\n    outs: [o]\n    params:\n      ? {key}\n      : [{list}]\n"
    );
    let found = read::<pipeline::Pipeline>("pipeline.yaml", &text).unwrap_err();
    assert!(found.len() <= 20, "{}", found.len());
    let items = "  - [a]\n".repeat(100_000);
    let _ = Positions::of(&format!("stages:\n{items}"));
}

#[test]
fn bytes_that_are_no_text_are_named_by_line_and_column() {
    let found = galen_spec::read::text("data.yaml", b"a: b\nc: \xff").unwrap_err();
    assert_eq!((found[0].at.line, found[0].at.column), (Some(2), Some(4)));
}

proptest! {
    #[test]
    fn any_bytes_end_with_a_value_or_a_message(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = galen_spec::read::text("protocol.yaml", &bytes) {
            let _ = Positions::of(text);
            for found in read::<Protocol>("protocol.yaml", text).err().into_iter().flatten() {
                let _ = found.render(Some(text));
            }
        }
    }

    #[test]
    fn any_text_of_yaml_s_own_characters_ends_with_a_value_or_a_message(
        text in "([-a-z0-9:?,&*!|>'\"%@`{}\\[\\]#<~. ]|\n|\t){0,120}"
    ) {
        let _ = Positions::of(&text);
        for found in read::<pipeline::Pipeline>("pipeline.yaml", &text).err().into_iter().flatten() {
            let _ = found.render(Some(&text));
        }
    }

    #[test]
    fn an_example_with_a_piece_cut_out_ends_with_a_value_or_a_message(
        from in 0usize..9_000, length in 0usize..200
    ) {
        let text = text(Name::Protocol).unwrap();
        let cut: String = text.chars().enumerate()
            .filter(|(i, _)| *i < from || *i >= from + length)
            .map(|(_, c)| c)
            .collect();
        let found = diagnostics(&|name| {
            if name == Name::Protocol { Some(cut.clone()) } else { crate::example::text(name) }
        });
        for found in found {
            let _ = found.render(Some(&cut));
        }
    }
}
