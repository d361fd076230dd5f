//! What is accepted and what is refused, where, and in which words.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::action::{ArgumentError, Step};

/// Three lines, so that what a test adds begins on line 4.
const HEAD: &str = "schema_version: \"1\"\nname: sample\ntype: declarative\n";

fn read(text: &str) -> Result<PackSpec, PackFileError> {
    read_both(text, None)
}

fn read_both(text: &str, target: Option<&str>) -> Result<PackSpec, PackFileError> {
    let source = PackSource {
        pack: SourceFile {
            name: "pack.yaml",
            text,
        },
        target: target.map(|text| SourceFile {
            name: "linux.yaml",
            text,
        }),
    };
    parse(source, &Vocabulary::builtin())
}

fn with_head(tail: &str) -> String {
    format!("{HEAD}{tail}")
}

#[test]
fn everything_that_a_pack_may_say_is_read() {
    let text = r#"# yaml-language-server: $schema=pack.schema.json
schema_version: "1"
name: warp-cfg
type: declarative
version: "0.2.0"
depends_on: [fonts, "https://example.org/x.git", ../y.git]
children:
  - url: git@example.org:me/warp-themes.git
    path: themes
    ref: v1.2.0
    x-why: "the author's own"
  - url: ../other.git
actions:
  - symlink: {src: a, dst: ~/b}
  - when:
      os: linux
      actions:
        - exec: {cmd: [echo, "yes"]}
teardown: []
x-anything: {kept: [1, null, 1.5, yes]}
"#;
    let spec = read(text).unwrap();
    assert_eq!(spec.name, "warp-cfg");
    assert_eq!(spec.pack_type, "declarative");
    assert_eq!(spec.version.as_deref(), Some("0.2.0"));
    assert_eq!(
        spec.depends_on,
        ["fonts", "https://example.org/x.git", "../y.git"]
    );
    assert_eq!(spec.children[0].path.as_str(), "themes");
    assert_eq!(
        spec.children[0].reference.as_ref().unwrap().as_str(),
        "v1.2.0"
    );
    assert_eq!(spec.children[1].url.as_str(), "../other.git");
    assert_eq!(spec.children[1].path.as_str(), "other");
    assert_eq!(spec.children[1].reference, None);
    assert_eq!(
        serde_json::to_value(&spec.actions).unwrap(),
        json!([
            {"symlink": {"src": "a", "dst": "~/b"}},
            {"when": {"os": "linux", "actions": [{"exec": {"cmd": ["echo", "yes"]}}]}},
        ])
    );
    assert_eq!(spec.teardown, Some(Vec::new()));
    assert_eq!(
        serde_json::to_value(&spec.extensions).unwrap(),
        json!({"x-anything": {"kept": [1, null, 1.5, "yes"]}})
    );
}

#[test]
fn unusual_but_plain_yaml_is_accepted() {
    let accepted = [
        with_head(""),
        with_head("children: []\nactions: []\ndepends_on: []\n"),
        with_head("version: 007\n"),
        with_head("version: on\n"),
        with_head("version: 1.2.3\n"),
        with_head("version: |\n  1\n"),
        with_head("actions:\n- mkdir: {path: a, mode: 0755}\n"),
        with_head("actions: [{mkdir: {path: a}}]\n"),
        with_head("version: \"&a *b !c <<\"\n"),
        HEAD.replace('\n', "\r\n"),
        format!("\u{feff}{HEAD}"),
        format!("---\n{HEAD}...\n"),
        "{\"schema_version\": \"1\", \"name\": \"a\", \"type\": \"meta\"}".to_owned(),
        "schema_version: '1'\nname: a-1\ntype: meta".to_owned(),
    ];
    for text in accepted {
        assert!(read(&text).is_ok(), "{text}\n{:?}", read(&text));
    }
    assert_eq!(
        read(&with_head("version: 007\n"))
            .unwrap()
            .version
            .as_deref(),
        Some("007")
    );
}

/// What follows the head, then line, column, what is underlined, message, hint.
type Refusal = (
    &'static str,
    u32,
    u32,
    &'static str,
    &'static str,
    &'static str,
);

#[test]
fn refused_yaml_is_underlined() {
    let table: [Refusal; 27] = [
        (
            "x-a:\n  b: 1\n c: 2\n",
            6,
            2,
            "c",
            "while parsing a block mapping",
            "indent it like the lines around it",
        ),
        (
            "x-a:\n\tb: 1\n",
            5,
            1,
            "\t",
            "a tab where YAML wants spaces",
            "tabs cannot indent: use spaces",
        ),
        (
            "x-a:\n  b: 1\n\tc: 1\n",
            6,
            1,
            "\t",
            "a tab where YAML wants spaces",
            "tabs cannot indent: use spaces",
        ),
        (
            "x-a:\n  - b: 1\n  \t c: 1\nx-b: 1\n",
            6,
            3,
            "\t",
            "a tab where YAML wants spaces",
            "tabs cannot indent: use spaces",
        ),
        (
            "name: b\n",
            4,
            1,
            "name",
            "the key `name` is given twice",
            "keep one of the two",
        ),
        (
            "x-a: {b: 1, \"b\": 2}\n",
            4,
            13,
            "\"b\"",
            "the key `b` is given twice",
            "keep one of the two",
        ),
        (
            "x-a: {1: a, \"1\": b}\n",
            4,
            13,
            "\"1\"",
            "the key `1` is given twice",
            "keep one of the two",
        ),
        (
            "<<: {version: a}\n",
            4,
            1,
            "<<",
            "merge keys",
            "write the values out",
        ),
        (
            "x-a:\n  <<: {}\n",
            5,
            3,
            "<<",
            "merge keys",
            "write the values out",
        ),
        (
            "version: &a b\n",
            4,
            10,
            "&a",
            "anchors (`&name`) and aliases",
            "write the value out",
        ),
        (
            "x-a: &a [1]\n",
            4,
            6,
            "&a",
            "anchors (`&name`) and aliases",
            "write the value out",
        ),
        (
            "version: *a\n",
            4,
            10,
            "*a",
            "anchors (`&name`) and aliases",
            "write the value out",
        ),
        (
            "*a : b\n",
            4,
            1,
            "*a",
            "anchors (`&name`) and aliases",
            "write the value out",
        ),
        (
            "version: !x b\n",
            4,
            10,
            "!x",
            "the tag `!x` is not allowed",
            "remove it",
        ),
        (
            "version: !!str 1\n",
            4,
            10,
            "!!str",
            "the tag `!!str` is not allowed",
            "remove it",
        ),
        (
            "version: !!binary aGk=\n",
            4,
            10,
            "!!binary",
            "the tag `!!binary` is not allowed",
            "remove it",
        ),
        (
            "x-a: !!seq [1]\n",
            4,
            6,
            "!!seq",
            "the tag `!!seq` is not allowed",
            "remove it",
        ),
        (
            "! version: a\n",
            4,
            1,
            "!",
            "the tag `!` is not allowed",
            "remove it",
        ),
        (
            "---\nname: b\n",
            4,
            1,
            "---",
            "the file holds more than one document",
            "remove what follows",
        ),
        (
            "...\n---\n",
            5,
            1,
            "---",
            "the file holds more than one document",
            "remove what follows",
        ),
        (
            "[a]: b\n",
            4,
            1,
            "[",
            "a list or a mapping cannot be a key",
            "in quotes",
        ),
        (
            "? {a: b}\n: c\n",
            4,
            3,
            "{",
            "a list or a mapping cannot be a key",
            "in quotes",
        ),
        ("version: 'a\n", 4, 10, "'", "unclosed quote", ""),
        ("x-a: [a\n", 4, 6, "[", "unclosed bracket", ""),
        (
            "version: a: b\n",
            4,
            11,
            ":",
            "mapping values are not allowed",
            "",
        ),
        (
            "version: \u{1b}[31m\n",
            4,
            10,
            "\u{1b}",
            "unexpected character",
            "",
        ),
        (
            "...\n%YAML 1.1\n---\na: b\n",
            5,
            1,
            "%",
            "directives",
            "remove the line",
        ),
    ];
    check(&table, PackFileErrorKind::Syntax);
}

#[test]
fn refused_keys_types_and_values_are_underlined() {
    let table: [Refusal; 33] = [
        (
            "verison: a\n",
            4,
            1,
            "verison",
            "unknown key `verison`",
            "did you mean `version`?",
        ),
        (
            "zzz: a\n",
            4,
            1,
            "zzz",
            "unknown key `zzz`",
            "known here: `schema_version`, `name`",
        ),
        (
            "actions_replace: true\n",
            4,
            1,
            "actions_replace",
            "unknown key `actions_replace`",
            "",
        ),
        (
            "version: 1.10\n",
            4,
            10,
            "1.10",
            "expected text, found a number",
            "put it in quotes",
        ),
        (
            "version: true\n",
            4,
            10,
            "true",
            "expected text, found `true`",
            "put it in quotes",
        ),
        (
            "version:\n",
            4,
            1,
            "version",
            "expected text, found nothing",
            "give it a value",
        ),
        (
            "version: ~\n",
            4,
            10,
            "~",
            "expected text, found nothing",
            "give it a value",
        ),
        (
            "version: [a]\n",
            4,
            11,
            "a",
            "expected text, found a list",
            "",
        ),
        (
            "children:\n",
            4,
            1,
            "children",
            "expected a list, found nothing",
            "give it a value",
        ),
        (
            "children: {url: a}\n",
            4,
            12,
            "url",
            "expected a list, found a mapping",
            "",
        ),
        (
            "depends_on: a\n",
            4,
            13,
            "a",
            "expected a list, found text",
            "",
        ),
        (
            "depends_on: [a, 1]\n",
            4,
            17,
            "1",
            "expected text, found a number",
            "put it in quotes",
        ),
        (
            "children:\n  - path: a\n",
            5,
            5,
            "path",
            "the key `url` is missing",
            "",
        ),
        (
            "children:\n  - x/y\n",
            5,
            5,
            "x/y",
            "expected a mapping with `url`, found text",
            "",
        ),
        (
            "children:\n  - url: x/y\n    branch: a\n",
            6,
            5,
            "branch",
            "unknown key `branch`",
            "",
        ),
        (
            "children:\n  - url: x/y\n    ref: 1234567\n",
            6,
            10,
            "1234567",
            "expected text, found a number",
            "put it in quotes",
        ),
        (
            "children:\n- url: x/y\n- url: z/y.git/\n",
            6,
            8,
            "z/y.git/",
            "two children have the path `y`",
            "give one of them another `path`",
        ),
        (
            "children:\n- {url: x, path: a/b}\n- {url: x, path: a/b}\n",
            6,
            18,
            "a/b",
            "two children have the path `a/b`",
            "give one",
        ),
        (
            "actions: {mkdir: {path: a}}\n",
            4,
            11,
            "mkdir",
            "expected a list, found a mapping",
            "",
        ),
        (
            "actions: [mkdir]\n",
            4,
            11,
            "mkdir",
            "an action is a mapping with one key, its name",
            "",
        ),
        (
            "actions: [{}]\n",
            4,
            11,
            "{}",
            "an action is a mapping with exactly one key, its name; found 0 keys",
            "",
        ),
        (
            "actions:\n  - mkdir:\n    path: a\n",
            5,
            5,
            "mkdir",
            "an action is a mapping with exactly one key, its name; found 2 keys",
            "indent the arguments",
        ),
        (
            "actions:\n  - mkdir:\n",
            5,
            5,
            "mkdir",
            "expected a mapping with `path`, found nothing",
            "",
        ),
        (
            "actions:\n  - mkdir:\n      pth: a\n",
            6,
            7,
            "pth",
            "unknown key `pth`",
            "did you mean `path`?",
        ),
        (
            "actions:\n  - mkdir:\n      path: a\n      mode: 755\n",
            7,
            13,
            "755",
            "expected text, found a number",
            "put it in quotes",
        ),
        (
            "actions:\n  - mkdir: {path: \"a\\0\"}\n",
            5,
            19,
            "\"a\\0\"",
            "a NUL character is not allowed",
            "",
        ),
        (
            "actions:\n  - symlink: {src: a}\n",
            5,
            15,
            "src",
            "the key `dst` is missing",
            "",
        ),
        (
            "actions:\n  - symlink: {src: a, dst: b, backup: yes}\n",
            5,
            39,
            "yes",
            "expected true or false, found text",
            "write `true` or `false`",
        ),
        (
            "actions:\n  - require: {all_of: [{os: beos}]}\n",
            5,
            29,
            "beos",
            "`beos` is not one of `linux`, `macos`, `windows`",
            "",
        ),
        (
            "actions:\n  - require: {all_of: [{path_exist: a}]}\n",
            5,
            25,
            "path_exist",
            "`path_exist` is not one of",
            "did you mean `path_exists`?",
        ),
        (
            "actions:\n  - when:\n      actions:\n        - exec: {cmd: [a], env: {é: b, A-B: c}}\n",
            7,
            34,
            "é",
            "not the name of a variable",
            "a name is made of",
        ),
        (
            "teardown:\n  - exec: {cmd: []}\n",
            5,
            12,
            "cmd",
            "`cmd` is empty",
            "its first element is the program",
        ),
        (
            "actions:\n  - exec: {cmd_shell: \"é\"}\n",
            5,
            12,
            "cmd_shell",
            "`cmd_shell` needs `shell: true`",
            "",
        ),
    ];
    check(&table, PackFileErrorKind::Invalid);
}

#[test]
fn unknown_names_are_told_apart() {
    let table: [Refusal; 3] = [
        (
            "actions:\n  - simlink: {src: a}\n",
            5,
            5,
            "simlink",
            "unknown action `simlink`",
            "did you mean `symlink`?",
        ),
        (
            "teardown:\n  - download: {}\n",
            5,
            5,
            "download",
            "unknown action `download`",
            "known: `env`, `exec`",
        ),
        (
            "actions:\n  - when:\n      actions:\n        - mkdri: {path: a}\n",
            7,
            11,
            "mkdri",
            "unknown action `mkdri`",
            "did you mean `mkdir`?",
        ),
    ];
    check(&table, PackFileErrorKind::UnknownName);
    let error = read(&HEAD.replace("declarative", "declaratve")).unwrap_err();
    assert!(error.is_unknown_name());
    assert_eq!(
        error.to_string(),
        "pack.yaml:3:7: unknown pack type `declaratve`"
    );
    assert_eq!(error.hint.as_deref(), Some("did you mean `declarative`?"));
}

fn check(table: &[Refusal], kind: PackFileErrorKind) {
    for (tail, line, column, underlined, message, hint) in table {
        let text = with_head(tail);
        let error = read(&text).expect_err(&text);
        assert!(error.message.starts_with(message), "{text}\n{error}");
        assert_eq!(
            (error.line, error.column),
            (Some(*line), Some(*column)),
            "{text}\n{error}"
        );
        assert!(
            error.hint.as_deref().unwrap_or("").contains(hint),
            "{text}\n{error:?}"
        );
        assert_eq!(error.kind, kind, "{text}");
        assert_eq!(
            error.is_unknown_name(),
            kind == PackFileErrorKind::UnknownName
        );
        let label = error.labels().unwrap().next().unwrap();
        let place = label.offset()..label.offset() + label.len();
        assert_eq!(&text[place], *underlined, "{text}\n{error}");
    }
}

#[test]
fn the_head_is_required() {
    let table = [
        ("", 1, 1, "the key `schema_version` is missing"),
        ("# nothing\n", 1, 1, "the key `schema_version` is missing"),
        (
            "[]",
            1,
            1,
            "expected a mapping with `schema_version`, `name` and `type`, found a list",
        ),
        (
            "text",
            1,
            1,
            "expected a mapping with `schema_version`, `name` and `type`, found text",
        ),
        (
            "name: a\ntype: meta\n",
            1,
            1,
            "the key `schema_version` is missing",
        ),
        (
            "schema_version: \"1\"\ntype: meta\n",
            1,
            1,
            "the key `name` is missing",
        ),
        (
            "schema_version: \"1\"\nname: a\n",
            1,
            1,
            "the key `type` is missing",
        ),
        (
            "schema_version: 1\nname: a\ntype: meta\n",
            1,
            17,
            "expected text, found a number",
        ),
        (
            "schema_version: \"2\"\nname: a\ntype: meta\n",
            1,
            17,
            "this grex reads schema version \"1\"",
        ),
        (
            "schema_version: \"1\"\nname: A\ntype: meta\n",
            2,
            7,
            "`A` is not a name",
        ),
        (
            "schema_version: \"1\"\nname: \"\"\ntype: meta\n",
            2,
            7,
            "`` is not a name",
        ),
        (
            "schema_version: \"1\"\nname: 1a\ntype: meta\n",
            2,
            7,
            "`1a` is not a name",
        ),
        (
            "schema_version: \"1\"\nname: a_b\ntype: meta\n",
            2,
            7,
            "`a_b` is not a name",
        ),
        (
            "schema_version: \"1\"\nname: é\ntype: meta\n",
            2,
            7,
            "`é` is not a name",
        ),
    ];
    for (text, line, column, message) in table {
        let error = read(text).expect_err(text);
        assert_eq!(error.message, message, "{text}");
        assert_eq!(
            (error.line, error.column),
            (Some(line), Some(column)),
            "{text}"
        );
    }
}

#[test]
fn several_findings_come_in_the_order_of_the_file() {
    let text = with_head(
        "verison: a\nchildren:\n- url: x/y\n  branch: z\nactions:\n- mkdri: {}\n- mkdir: {}\n",
    );
    let error = read(&text.replace("sample", "Sample")).unwrap_err();
    let lines: Vec<_> = error
        .findings()
        .map(|finding| finding.line.unwrap())
        .collect();
    assert_eq!(lines, [2, 4, 7, 9, 10]);
    assert!(!error.is_unknown_name());
    assert_eq!(error.related().unwrap().count(), 4);
    let both = read_both(&text, Some("zzz: 1\n")).unwrap_err();
    let last = both.findings().last().unwrap();
    assert_eq!((last.file.as_str(), last.line), ("linux.yaml", Some(1)));
}

#[test]
fn findings_are_bounded() {
    let many: String = (0..5000)
        .map(|number| format!("- k{number}: {{}}\n"))
        .collect();
    let error = read(&with_head(&format!("actions:\n{many}"))).unwrap_err();
    assert_eq!(error.findings().count(), 20);
}

#[test]
fn a_deep_or_large_file_is_refused_at_once() {
    let brackets = "[".repeat(400_000);
    let nested = |levels: usize| {
        with_head(&format!(
            "x-a: {}{}",
            "[".repeat(levels),
            "]".repeat(levels)
        ))
    };
    let block: String = (0..70)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    let dashes = format!("x-a:\n {}", "- ".repeat(100_000));
    // The mapping of the file is a level itself.
    assert!(read(&nested(MAX_DEPTH - 1)).is_ok());
    let refused = [
        brackets.clone(),
        "{".repeat(400_000),
        "{a: ".repeat(100_000),
        with_head(&format!("x-a: {brackets}")),
        with_head(&dashes),
        nested(MAX_DEPTH),
        block,
    ];
    for text in refused {
        let begun = Instant::now();
        let error = read(&text).expect_err("too deep");
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(error.kind, PackFileErrorKind::Syntax);
        assert!(
            error.message.contains("more than 64 levels deep"),
            "{error}"
        );
    }
    let large = with_head(&"#".repeat(MAX_PACK_FILE_BYTES));
    assert_eq!(
        read(&large).unwrap_err().kind,
        PackFileErrorKind::Unreadable
    );
    let values = with_head(&format!("x-a: [{}]", "1,".repeat(500_000)));
    assert!(
        read(&values)
            .unwrap_err()
            .message
            .contains("more than 300000 values")
    );
}

#[test]
fn five_thousand_children_are_read() {
    let children: String = (0..5000)
        .map(|number| format!("- url: https://example.org/{number}.git\n  ref: main\n"))
        .collect();
    let spec = read(&with_head(&format!("children:\n{children}"))).unwrap();
    assert_eq!(spec.children.len(), 5000);
    assert_eq!(spec.children[4999].path.as_str(), "4999");
}

#[test]
fn an_override_replaces_scalars_and_appends_lists() {
    let text = with_head(
        "version: a\ndepends_on: [x]\nchildren: [{url: a/b}]\nactions: [{mkdir: {path: a}}]\nx-a: 1\nx-b: 1\n",
    );
    let target =
        "version: b\nchildren: [{url: a/c}]\nactions: [{mkdir: {path: b}}]\nteardown: []\nx-a: 2\n";
    let paths = |spec: &PackSpec| -> Vec<String> {
        spec.children
            .iter()
            .map(|child| child.path.to_string())
            .collect()
    };
    let appended = read_both(&text, Some(target)).unwrap();
    assert_eq!(appended.version.as_deref(), Some("b"));
    assert_eq!(appended.depends_on, ["x"]);
    assert_eq!(paths(&appended), ["b", "c"]);
    assert_eq!(appended.actions.len(), 2);
    assert_eq!(appended.teardown, Some(Vec::new()));
    assert_eq!(
        serde_json::to_value(&appended.extensions).unwrap(),
        json!({"x-a": 2, "x-b": 1})
    );

    let replacing = format!("{target}actions_replace: true\n");
    let replaced = read_both(&text, Some(&replacing)).unwrap();
    assert_eq!(paths(&replaced), ["c"]);
    assert_eq!(
        replaced.actions,
        [ActionSpec::new("mkdir", json!({"path": "b"}))]
    );
    assert_eq!(replaced.depends_on, ["x"], "not mentioned, so not replaced");

    let unchanged = read_both(&text, Some("# nothing yet\n")).unwrap();
    assert_eq!(unchanged, read(&text).unwrap());
    let retyped = read_both(&text, Some("type: scripted\nname: other\n")).unwrap();
    assert_eq!(
        (retyped.pack_type.as_str(), retyped.name.as_str()),
        ("scripted", "other")
    );
}

#[test]
fn an_override_is_refused_where_it_is_wrong() {
    let table = [
        ("schema_version: \"1\"\n", 1, "unknown key `schema_version`"),
        (
            "\nactions_replace: 1\n",
            2,
            "expected true or false, found a number",
        ),
        ("name: A\n", 1, "`A` is not a name"),
        ("type: scriptd\n", 1, "unknown pack type `scriptd`"),
        (
            "children:\n- url: z/y\n",
            2,
            "two children have the path `y`",
        ),
        ("actions:\n- mkdri: {}\n", 2, "unknown action `mkdri`"),
        ("- a\n", 1, "expected a mapping, found a list"),
    ];
    for (target, line, message) in table {
        let text = with_head("children: [{url: x/y}]\n");
        let error = read_both(&text, Some(target)).expect_err(target);
        assert_eq!(
            (error.file.as_str(), error.line),
            ("linux.yaml", Some(line)),
            "{target}"
        );
        assert_eq!(error.message, message, "{target}");
    }
}

#[test]
fn the_default_path_is_the_url_s_last_segment() {
    let table = [
        ("https://example.org/me/x.git", "x"),
        ("https://example.org/me/x", "x"),
        ("https://example.org/me/x.git/", "x"),
        ("git@example.org:x.git", "x"),
        ("git@example.org:me/x", "x"),
        ("../x.git", "x"),
        ("x", "x"),
        ("C:\\repos\\x", "x"),
        ("https://example.org/.git", ""),
        ("..", ".."),
        ("/", ""),
    ];
    for (url, path) in table {
        assert_eq!(ChildSpec::default_path(url), path, "{url}");
    }
}

#[test]
fn a_repository_without_a_contract_is_a_plain_pack() {
    let plain = PackSpec::plain("Some Directory");
    assert_eq!(
        (plain.name.as_str(), plain.pack_type.as_str()),
        ("Some Directory", "meta")
    );
    assert!(plain.children.is_empty() && plain.actions.is_empty() && plain.teardown.is_none());
}

#[test]
fn what_is_shown_holds_no_secret_and_no_control_character() {
    let text =
        with_head("children:\n  - url: https://me:s3cret@example.org/x\n    brnch: \"\u{202e}\"\n");
    let error = read(&text).unwrap_err();
    let mut shown = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .render_report(&mut shown, &error)
        .unwrap();
    assert!(shown.contains("pack.yaml:6:5"), "{shown}");
    assert!(shown.contains("https://*********@example.org/x"), "{shown}");
    assert!(
        !shown.contains("s3cret") && !shown.contains('\u{202e}'),
        "{shown}"
    );
    let escape = read(&with_head("\"\\e[31mx\": 1\n")).unwrap_err();
    assert_eq!(escape.message, "unknown key `?[31mx`");
}

#[test]
fn two_actions_that_cannot_both_be_are_both_underlined() {
    let text = with_head(
        "actions:\n  - symlink: {src: a, dst: ~/x}\n  - symlink: {src: b, dst: \"$HOME//x/\"}\n",
    );
    let spec = read(&text).unwrap();
    let at = |message: &str| ArgumentError::new(vec![Step::Key("dst".into())], message);
    let [first, second] = &spec.actions[..] else {
        panic!("{spec:?}")
    };
    let error = second.error_beside(&at("twice"), first, &at(""));
    assert_eq!((error.line, error.column), (Some(6), Some(28)), "{error}");
    let places: Vec<&str> = error
        .labels()
        .unwrap()
        .map(|label| &text[label.offset()..label.offset() + label.len()])
        .collect();
    assert_eq!(places, ["\"$HOME//x/\"", "~/x"]);
    let by_hand = ActionSpec::new("symlink", json!({"src": "a", "dst": "$"}));
    assert_eq!(by_hand.error_beside(&at("x"), first, &at("")).line, None);
}

proptest! {
    #[test]
    fn no_text_panics_and_every_place_is_inside(text in "[a-z\\[\\]{}:,&*!%#'\"|>? \\-\\n\\té]{0,60}") {
        for text in [text.clone(), with_head(&text)] {
            if let Err(error) = read(&text) {
                for finding in error.findings() {
                    let label = finding.labels().unwrap().next().unwrap();
                    let place = label.offset()..label.offset() + label.len();
                    prop_assert!(text.get(place).is_some(), "{:?}", finding);
                }
            }
        }
    }

    #[test]
    fn json_is_read_as_it_is(value in "(?s)[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{feff}\u{fffe}\u{ffff}]{0,40}") {
        let text = format!("{HEAD}x-a: {}\n", json!(value));
        let spec = read(&text).unwrap();
        prop_assert_eq!(&spec.extensions["x-a"], &json!(value));
    }
}
