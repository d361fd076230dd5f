use crate::model::foreign::{
    Format,
    test_files::{Memory, failed, lines, notes, skipped},
};

#[test]
fn versions_stay_text_and_types_other_than_git_are_reported() {
    let text = "\
repositories:
  core/a:
    type: git
    url: https://h/a.git
    version: 1.10
  b: {type: git, url: 'https://h/b', version: 007}
  c: {type: git, url: https://h/c}
  d: {type: hg, url: https://h/d, version: default}
  e: {type: git, url: git@h/org/e}
  f: {type: git}
  ../g: {type: git, url: https://h/g}
  h: {type: git, url: https://h/h, version: --upload-pack=x}
  i: {type: git, url: ../i, add_depends: x}
";
    let found = Memory::of("a.repos", text)
        .read(Format::Vcstool, "a.repos")
        .unwrap();
    assert_eq!(
        lines(&found),
        [
            "core/a https://h/a.git 1.10",
            "b https://h/b 007",
            "c https://h/c -",
            "i /i -"
        ]
    );
    assert_eq!(skipped(&found), ["d: its type is `hg`, not git"]);
    let failed = failed(&found);
    assert_eq!(failed.len(), 4, "{failed:?}");
    assert!(
        failed[0].starts_with("e:9: `git@h/org/e` is neither"),
        "{failed:?}"
    );
    assert!(failed[1].starts_with("f:10: it has no URL"), "{failed:?}");
    assert!(failed[2].starts_with("../g:11: "), "{failed:?}");
    assert!(failed[3].starts_with("h:12: "), "{failed:?}");
    assert_eq!(notes(&found), ["`add_depends` of repositories 1 13"]);
}

#[test]
fn a_null_mapping_is_empty() {
    for text in [
        "repositories:\n",
        "repositories: {}\n",
        "repositories: null",
    ] {
        let found = Memory::of("a", text).read(Format::Vcstool, "a").unwrap();
        assert!(
            found.repositories.is_empty() && found.failed.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn what_is_extended_comes_first_and_the_last_word_counts() {
    let memory = Memory::of(
        "deep/top.repos",
        "extends: [base.repos, ../more.repos]\nrepositories:\n  a: {type: git, url: https://h/a, version: top}\n",
    )
    .and(
        "deep/base.repos",
        "repositories:\n  a: {type: git, url: https://h/a, version: base}\n  b: {type: git, url: https://h/b, version: base}\n",
    )
    .and(
        "more.repos",
        "repositories:\n  b: {type: git, url: https://h/b, version: more}\n",
    );
    let found = memory.read(Format::Vcstool, "deep/top.repos").unwrap();
    assert_eq!(lines(&found), ["a https://h/a top", "b https://h/b more"]);
    assert_eq!(found.repositories[1].place.file, "more.repos");
}

#[test]
fn circles_and_ways_out_are_errors() {
    let circle = Memory::of("a", "extends: b\n").and("b", "\nextends: a\n");
    let error = circle.read(Format::Vcstool, "a").unwrap_err();
    assert_eq!(error.to_string(), "files include each other: a -> b -> a");
    assert_eq!((error.place.file.as_str(), error.place.line), ("b", 2));
    for way_out in ["../x", "/etc/passwd", "C:/x", "b/../../x", "..\\\\x"] {
        let memory = Memory::of("a", &format!("extends: \"{way_out}\"\n"));
        assert!(memory.read(Format::Vcstool, "a").is_err(), "{way_out}");
    }
    let missing = Memory::of("a", "extends: b\n").read(Format::Vcstool, "a");
    assert_eq!(missing.unwrap_err().to_string(), "`b` is not there");
    let mut long = Memory::default();
    for index in 0..40 {
        long = long.and(&index.to_string(), &format!("extends: '{}'\n", index + 1));
    }
    assert!(long.read(Format::Vcstool, "0").is_err());
}
