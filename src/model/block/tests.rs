#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

fn entries(entries: &[&str]) -> Vec<String> {
    entries.iter().map(|entry| (*entry).to_owned()).collect()
}

fn put(text: &str, lines: &[&str]) -> String {
    String::from_utf8(replace(text.as_bytes(), None, &entries(lines)).unwrap()).unwrap()
}

#[test]
fn a_block_is_appended_sorted_and_each_entry_once() {
    assert_eq!(
        put("target/\n", &["/b/", ".grex-tmp.*", "/a/", "/b/"]),
        "target/\n# >>> grex >>>\n.grex-tmp.*\n/a/\n/b/\n# <<< grex <<<\n"
    );
    assert_eq!(put("", &["/a/"]), "# >>> grex >>>\n/a/\n# <<< grex <<<\n");
    assert_eq!(put("x\n", &[]), "x\n");
}

#[test]
fn a_block_is_replaced_where_it_stands() {
    let text = "one\n# >>> grex >>>\n/a/\n# <<< grex <<<\ntwo";
    assert_eq!(
        put(text, &["/b/", "/c/"]),
        "one\n# >>> grex >>>\n/b/\n/c/\n# <<< grex <<<\ntwo"
    );
    assert_eq!(put(text, &["/a/"]), text);
    assert_eq!(put(text, &[]), "one\ntwo");
    assert_eq!(put("# >>> grex >>>\n# <<< grex <<<", &[]), "");
}

#[test]
fn line_endings_and_a_missing_final_newline_are_kept() {
    assert_eq!(
        put("a\r\nb\r\n", &["/x/"]),
        "a\r\nb\r\n# >>> grex >>>\r\n/x/\r\n# <<< grex <<<\r\n"
    );
    // The block's own endings win over those of the rest.
    let mixed = "a\n# >>> grex >>>\r\n/x/\r\n# <<< grex <<<\r\nb\n";
    assert_eq!(
        put(mixed, &["/y/"]),
        "a\n# >>> grex >>>\r\n/y/\r\n# <<< grex <<<\r\nb\n"
    );
    assert_eq!(put(mixed, &[]), "a\nb\n");
}

/// Whoever appends a line to the file must not append it to the closing marker.
#[test]
fn a_text_without_a_final_line_break_gets_it_back() {
    const NOTE: &str = "# the line break before this block goes with it";
    for (text, newline) in [("a", "\n"), ("a\r\nb", "\r\n")] {
        let with = put(text, &["/x/"]);
        let lines = [text, "# >>> grex >>>", NOTE, "/x/", "# <<< grex <<<", ""];
        assert_eq!(with, lines.join(newline));
        assert_eq!(find(with.as_bytes(), None).unwrap().unwrap().lines, ["/x/"]);
        let changed = put(&with, &["/y/", "/x/"]);
        assert_eq!(put(&with, &["/x/"]), with);
        assert_eq!(put(&changed, &[]), text);
        let appended = format!("{changed}mine{newline}");
        assert_eq!(put(&appended, &[]), format!("{text}{newline}mine{newline}"));
        // An editor may take the last line break away.
        assert_eq!(put(changed.trim_ascii_end(), &[]), text);
    }
    assert_eq!(put("a\n# >>> grex >>>\n/x/\n# <<< grex <<<", &[]), "a");
}

#[test]
fn the_last_of_several_blocks_takes_the_line_break_along() {
    let text = b"no end";
    let put = |text: &[u8], name: &str, lines: &[&str]| {
        replace(text, Some(name), &entries(lines)).unwrap()
    };
    let all = ["a", "b", "c"]
        .iter()
        .fold(text.to_vec(), |text, name| put(&text, name, &["x"]));
    for order in [
        ["a", "b", "c"],
        ["c", "b", "a"],
        ["b", "a", "c"],
        ["a", "c", "b"],
    ] {
        let left = order
            .iter()
            .fold(all.clone(), |text, name| put(&text, name, &[]));
        assert_eq!(left, text, "{order:?}");
    }
}

#[test]
fn bytes_that_are_not_text_are_kept() {
    let text = b"\xff\xfe\r\n\0x";
    let with = replace(text, None, &entries(&["/a/"])).unwrap();
    assert!(with.starts_with(text));
    assert_eq!(replace(&with, None, &[]).unwrap(), text);
}

#[test]
fn blocks_with_names_live_side_by_side() {
    let first = replace(b"", Some("a/b"), &entries(&["export X='1\n2'"])).unwrap();
    assert_eq!(
        first,
        b"# >>> grex:a/b >>>\nexport X='1\n2'\n# <<< grex:a/b <<<\n"
    );
    let both = replace(&first, Some("c"), &entries(&["y"])).unwrap();
    assert!(both.starts_with(&first));
    assert_eq!(
        replace(&both, Some("a/b"), &[]).unwrap(),
        b"# >>> grex:c >>>\ny\n# <<< grex:c <<<\n"
    );
    assert_eq!(find(&both, None).unwrap(), None);
    assert_eq!(find(&both, Some("c")).unwrap().unwrap().lines, ["y"]);
}

#[test]
fn blocks_of_another_program_are_read() {
    let text = b"x\n# >>> grex:one >>>\r\n/one/\r\n# <<< grex:one <<<\r\n# >>> grex >>>\n/a/\n# <<< grex <<<\n# >>> grex:two >>>\n# <<< grex:two <<<\n";
    let blocks = foreign_blocks(text).unwrap();
    assert_eq!(
        blocks,
        [
            Block {
                name: Some("one".into()),
                line: 2,
                lines: vec!["/one/".into()]
            },
            Block {
                name: Some("two".into()),
                line: 8,
                lines: vec![]
            },
        ]
    );
    assert_eq!(find(text, None).unwrap().unwrap().line, 5);
}

#[test]
fn markers_that_do_not_pair_up_are_an_error_with_their_line() {
    let open = "# >>> grex >>>\n";
    let close = "# <<< grex <<<\n";
    let fails = |text: String| replace(text.as_bytes(), None, &entries(&["/a/"])).unwrap_err();
    assert_eq!(
        fails(format!("x\n{open}/a/\n")).to_string(),
        "line 2: the block that begins here (`# >>> grex >>>`) never ends"
    );
    assert_eq!(
        fails(format!("x\n{close}")).to_string(),
        "line 2: `# <<< grex <<<` ends a block that does not begin"
    );
    assert_eq!(
        fails(format!("{open}{open}{close}{close}")).to_string(),
        "line 2: `# >>> grex >>>` inside the block that begins in line 1"
    );
    assert_eq!(
        fails(format!("{open}# >>> grex:a >>>\n")).to_string(),
        "line 2: `# >>> grex:a >>>` inside the block that begins in line 1"
    );
    assert_eq!(
        fails(format!("{open}{close}x\n{open}{close}")).to_string(),
        "line 4: `# >>> grex >>>` again, after the block that begins in line 1"
    );
    assert_eq!(
        fails(format!("{open}# <<< grex:a <<<\n")),
        BlockError::Unopened {
            line: 2,
            marker: "# <<< grex:a <<<".into()
        }
    );
    // Another block's doubling is not in the way of this one.
    let doubled = "# >>> grex:a >>>\n# <<< grex:a <<<\n".repeat(2);
    assert!(replace(doubled.as_bytes(), None, &entries(&["/a/"])).is_ok());
}

#[test]
fn blanks_around_a_marker_do_not_hide_it() {
    assert_eq!(
        put("  # >>> grex >>> \n/a/\n# <<< grex <<<\t", &["/b/"]),
        "# >>> grex >>>\n/b/\n# <<< grex <<<"
    );
    assert!(put("# >>> grexit >>>\n# >>> grex: >>>\n", &[]).contains("grexit"));
}

#[test]
fn an_entry_cannot_forge_a_marker() {
    for entry in [
        "# <<< grex <<<",
        "a\n# >>> grex:x >>>\nb",
        " # <<< grex <<<\r",
    ] {
        assert_eq!(
            replace(b"", None, &entries(&[entry])).unwrap_err(),
            BlockError::Entry {
                entry: entry.into()
            }
        );
    }
}

#[test]
fn ignore_lines_escape_what_is_special() {
    let line = |path: &str| ignore_line(&PackPath::parse(path).unwrap());
    assert_eq!(line("dotfiles"), "/dotfiles/");
    assert_eq!(line("services/api"), "/services/api/");
    assert_eq!(line("a[b]c"), "/a\\[b\\]c/");
    assert_eq!(line("#x/!y"), "/#x/!y/");
}

/// Pieces of text in which line endings and near-markers are likely.
fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = proptest::sample::select(vec![
        &b"\n"[..],
        b"\r\n",
        b"\r",
        b"line",
        b"\xff\0",
        b"# >>> grexer >>>",
        b"# >>> grex:other >>>\n/other/\n# <<< grex:other <<<\n",
    ]);
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn replacing_twice_is_replacing_once(text in any_text(), lines in proptest::collection::vec("/[a-z]{1,2}/", 0..5)) {
        let Ok(once) = replace(&text, None, &lines) else { return Ok(()) };
        prop_assert_eq!(replace(&once, None, &lines).unwrap(), once);
    }

    #[test]
    fn the_text_around_a_block_never_changes(
        text in any_text(),
        first in proptest::collection::vec("/[a-z]{1,2}/", 1..5),
        second in proptest::collection::vec("/[a-z]{1,2}/", 1..5),
    ) {
        let Ok(with_first) = replace(&text, None, &first) else { return Ok(()) };
        prop_assert!(with_first.starts_with(&text));
        let with_second = replace(&with_first, None, &second).unwrap();
        prop_assert_eq!(&with_second, &replace(&text, None, &second).unwrap());
        prop_assert_eq!(replace(&with_second, None, &[]).unwrap(), text);
    }

    #[test]
    fn any_bytes_are_refused_or_kept(text in proptest::collection::vec(any::<u8>(), 0..100)) {
        let with = replace(&text, None, &["/a/".into()]).unwrap();
        prop_assert!(with.starts_with(&text));
    }
}
