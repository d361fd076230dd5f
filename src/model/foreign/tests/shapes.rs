//! What all formats have in common.

use crate::model::foreign::{
    Format,
    test_files::{Memory, failed, lines},
};

#[test]
fn files_are_recognised_by_name_and_content() {
    let table = [
        (".gitmodules", "", Some(Format::Gitmodules)),
        (
            "modules",
            "[submodule \"a\"]\n path = a\n",
            Some(Format::Gitmodules),
        ),
        ("REPOS.json", "[]", Some(Format::ReposJson)),
        (".meta", "{}", Some(Format::Meta)),
        ("meta.json", "{\"projects\": {}}", Some(Format::Meta)),
        ("x.repos", "repositories:\n", Some(Format::Vcstool)),
        ("x.repos", "extends: y\n", Some(Format::Vcstool)),
        (
            "default.xml",
            "\u{feff}<?xml version=\"1.0\"?>\n<manifest/>",
            Some(Format::Repo),
        ),
        ("x.xml", "<html/>", None),
        (
            "west.yml",
            "manifest:\n  projects: []\n",
            Some(Format::West),
        ),
        ("mani.yaml", "projects:\n  a: {}\n", Some(Format::Mani)),
        (".mrconfig", "", Some(Format::Myrepos)),
        (
            "mr",
            "# x\n[a]\ncheckout = git clone x\n",
            Some(Format::Myrepos),
        ),
        ("repos.csv", "", Some(Format::Gita)),
        ("x", "/a,b,,\n", Some(Format::Gita)),
        ("workspace-lock.toml", "", Some(Format::GitWorkspace)),
        (
            "workspace.toml",
            "[[provider]]\nprovider = \"github\"\n",
            Some(Format::GitWorkspace),
        ),
        ("REPOS.json", "[{\"url\":\"u\"},]", Some(Format::ReposJson)),
        ("a.repos", "repositories:\n\ta: b\n", Some(Format::Vcstool)),
        ("x", "hello\n", None),
        ("x", "", None),
        ("x", "\u{0}", None),
    ];
    for (name, text, expected) in table {
        assert_eq!(
            Format::recognise(name, text.as_bytes()),
            expected,
            "{name} {text:?}"
        );
    }
    assert_eq!(Format::recognise("x", b"\xff\xfe"), None);
    for format in Format::ALL {
        assert_eq!(Format::named(format.name()), Some(format));
    }
}

#[test]
fn an_alias_bomb_is_refused_at_once() {
    let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for index in 1..30 {
        let before = format!("*a{},", index - 1).repeat(10);
        text += &format!("a{index}: &a{index} [{before}]\n");
    }
    text += "repositories: {}\n";
    let error = Memory::of("f", &text)
        .read(Format::Vcstool, "f")
        .unwrap_err();
    assert!(
        error.to_string().contains("more than 300000 values"),
        "{error}"
    );
    let deep = "[".repeat(100_000);
    assert!(Memory::of("f", &deep).read(Format::Vcstool, "f").is_err());
}

#[test]
fn what_is_no_text_is_an_error_with_its_line() {
    struct Bytes;
    impl crate::model::foreign::Files for Bytes {
        fn read(&self, _: &str) -> Result<Option<crate::model::foreign::Contents>, String> {
            let bytes = b"a\nb\n\xff".to_vec();
            Ok(Some(crate::model::foreign::Contents::File(bytes)))
        }
        fn read_in(
            &self,
            _: &str,
            _: &str,
        ) -> Result<Option<crate::model::foreign::Contents>, String> {
            Ok(None)
        }
    }
    let cx = crate::model::foreign::Context {
        files: &Bytes,
        groups: &crate::model::foreign::Groups::default(),
        origin: None,
        directory: None,
    };
    let error = crate::model::foreign::read(Format::Mani, "f", &cx).unwrap_err();
    assert_eq!(
        (error.place.line, error.to_string().as_str()),
        (3, "it is not UTF-8")
    );
}

#[test]
fn foreign_texts_cannot_hide_or_reorder_what_is_shown() {
    let text = "projects:\n  \"a\\u001b[2J\\u202e\\nb\": {url: https://h/a}\n";
    let found = Memory::of("f", text).read(Format::Mani, "f").unwrap();
    let failed = failed(&found);
    assert_eq!(lines(&found), Vec::<String>::new());
    assert!(
        !failed[0].contains(['\u{1b}', '\u{202e}', '\n']) && failed[0].starts_with("a b:2"),
        "{failed:?}"
    );
}
