//! Plans that see what they will have done.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use super::*;

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn later_actions_see_what_earlier_ones_will_have_done() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("d");
    let link = directory.join("l");
    let mut foreseen = Foreseen::default();
    assert_eq!(foreseen.look(&directory).unwrap(), Sight::Nothing);
    foreseen
        .foresee(&[Change::Directory {
            path: text(&directory),
        }])
        .unwrap();
    assert_eq!(
        foreseen.look(&directory).unwrap(),
        Sight::Directory { empty: true }
    );
    let change = Change::Link {
        path: text(&link),
        old: None,
        new: Some("/x".into()),
    };
    foreseen.foresee(&[change]).unwrap();
    assert_eq!(foreseen.look(&link).unwrap(), Sight::Link("/x".into()));
    assert_eq!(
        foreseen.look(&directory).unwrap(),
        Sight::Directory { empty: false }
    );
    assert!(!directory.exists());
}

#[test]
fn what_was_moved_takes_its_content_along() {
    let place = tempfile::tempdir().unwrap();
    let (from, to) = (place.path().join("a"), place.path().join("b"));
    fs::create_dir(&from).unwrap();
    fs::write(from.join("f"), "").unwrap();
    let mut foreseen = Foreseen::default();
    let change = Change::Move {
        from: text(&from),
        to: text(&to),
    };
    foreseen.foresee(&[change]).unwrap();
    assert_eq!(foreseen.look(&from.join("f")).unwrap(), Sight::Nothing);
    assert_eq!(foreseen.look(&from).unwrap(), Sight::Nothing);
    assert_eq!(
        foreseen.look(&to).unwrap(),
        Sight::Directory { empty: false }
    );
}

#[test]
fn held_lines_are_those_that_the_plan_leaves() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rc");
    fs::write(
        &file,
        "mine\r\n# >>> grex:p >>>\r\nA=1\r\nB=2\r\n# <<< grex:p <<<\r\n",
    )
    .unwrap();
    let mut foreseen = Foreseen::default();
    let beginnings = ["A=".to_owned(), "AA=".to_owned()];
    let held = foreseen.held_lines(&file, "p", &beginnings).unwrap();
    assert_eq!((held.lines, held.has_crlf), (vec!["A=1".to_owned()], true));
    assert_eq!(foreseen.take_texts(), []);
    let change = |block: &str, old: Option<&str>, new: &str| Change::Entry {
        path: text(&file),
        block: block.into(),
        old: old.map(Into::into),
        new: Some(new.into()),
    };
    foreseen
        .foresee(&[
            change("p", Some("A=1"), "A=3"),
            change("q", None, "A=4"),
            change("p", None, "AA=5"),
        ])
        .unwrap();
    let held = foreseen.held_lines(&file, "p", &beginnings).unwrap();
    assert_eq!(held.lines, ["A=3", "AA=5"]);
    let held = foreseen.held_lines(&file, "q", &beginnings).unwrap();
    assert_eq!(held.lines, ["A=4"]);
    let after = foreseen.text(&file).unwrap().unwrap();
    assert!(after.starts_with("mine\r\n# >>> grex:p >>>\r\nA=3\r\nAA=5\r\nB=2\r\n"));
    assert_eq!(foreseen.take_texts()[0].1.after.as_deref(), Some(&*after));
    assert_eq!(foreseen.take_texts(), []);
    let marker = foreseen.foresee(&[change("p", None, "# <<< grex:p <<<")]);
    assert!(marker.is_err());
    // Once it is elsewhere, nothing is held where it was.
    let moved = Change::Move {
        from: text(&file),
        to: text(&place.path().join("backup")),
    };
    foreseen.foresee(&[moved]).unwrap();
    assert_eq!(
        foreseen.held_lines(&file, "p", &beginnings).unwrap().lines,
        [""; 0]
    );
}

#[test]
fn lines_of_blocks_add_up_to_one_text() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rc");
    fs::write(&file, "mine\n").unwrap();
    let entry = |old: Option<&str>, new: Option<&str>| Change::Entry {
        path: text(&file),
        block: "p".into(),
        old: old.map(Into::into),
        new: new.map(Into::into),
    };
    let mut foreseen = Foreseen::default();
    foreseen
        .foresee(&[
            entry(None, Some("b")),
            entry(None, Some("a")),
            entry(Some("b"), Some("c")),
        ])
        .unwrap();
    let changed = foreseen.take_texts();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].1.before.as_deref(), Some("mine\n"));
    let after = foreseen.text(&file).unwrap().unwrap();
    assert_eq!(after, "mine\n# >>> grex:p >>>\na\nc\n# <<< grex:p <<<\n");
    foreseen
        .foresee(&[entry(Some("a"), None), entry(None, Some("a"))])
        .unwrap();
    assert_eq!(foreseen.take_texts(), []);
}

fn rename(foreseen: &mut Foreseen, from: &Path, to: &Path) {
    let change = Change::Move {
        from: text(from),
        to: text(to),
    };
    foreseen.foresee(&[change]).unwrap();
}

fn remove(foreseen: &mut Foreseen, path: &Path) {
    let change = Change::Remove {
        path: text(path),
        with_content: true,
    };
    foreseen.foresee(&[change]).unwrap();
}

#[test]
fn what_lies_in_a_directory_that_will_be_renamed_is_seen_there() {
    let place = tempfile::tempdir().unwrap();
    let (a, b, c) = (
        place.path().join("a"),
        place.path().join("b"),
        place.path().join("c"),
    );
    fs::create_dir_all(a.join("deep")).unwrap();
    fs::write(a.join("deep/f"), "on disk").unwrap();
    let mut foreseen = Foreseen::default();
    let write = Change::Write {
        path: text(&a.join("planned")),
        before: None,
        after: Some("planned".into()),
    };
    foreseen.foresee(&[write]).unwrap();
    for (from, to) in [(&a, &b), (&b, &c)] {
        rename(&mut foreseen, from, to);
        assert_eq!(foreseen.look(&from.join("deep/f")).unwrap(), Sight::Nothing);
        assert_eq!(
            foreseen.look(&from.join("planned")).unwrap(),
            Sight::Nothing
        );
        assert_eq!(foreseen.text(&from.join("planned")).unwrap(), None);
        assert_eq!(foreseen.text(&from.join("deep/f")).unwrap(), None);
        assert_eq!(foreseen.look(&to.join("deep/f")).unwrap(), Sight::File);
        let read = |path: &str| foreseen.text(&to.join(path)).unwrap();
        assert_eq!(read("deep/f").as_deref(), Some("on disk"));
        assert_eq!(read("planned").as_deref(), Some("planned"));
    }
    // What is changed there is told where it will be.
    let changed: Vec<_> = foreseen.take_texts();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].0, c.join("planned"));
    // Something new at the old place hides nothing and has nothing.
    let directory = Change::Directory { path: text(&a) };
    foreseen.foresee(&[directory]).unwrap();
    assert_eq!(foreseen.look(&a).unwrap(), Sight::Directory { empty: true });
    assert_eq!(foreseen.look(&a.join("deep")).unwrap(), Sight::Nothing);
    assert!(a.join("deep/f").exists());
}

#[test]
fn a_file_that_will_be_renamed_keeps_its_text() {
    let place = tempfile::tempdir().unwrap();
    let (from, to) = (place.path().join("f"), place.path().join("g"));
    fs::write(&from, "text").unwrap();
    let mut foreseen = Foreseen::default();
    rename(&mut foreseen, &from, &to);
    assert_eq!(foreseen.text(&to).unwrap().as_deref(), Some("text"));
    assert_eq!(foreseen.text(&from).unwrap(), None);
    assert_eq!(foreseen.take_texts(), []);
}

#[test]
fn a_directory_is_empty_once_everything_in_it_will_be_gone() {
    let place = tempfile::tempdir().unwrap();
    let (d, e) = (place.path().join("d"), place.path().join("e"));
    fs::create_dir_all(d.join("x/deep")).unwrap();
    fs::create_dir_all(d.join("y")).unwrap();
    let mut foreseen = Foreseen::default();
    let is_empty = |foreseen: &Foreseen, path: &Path| {
        foreseen.look(path).unwrap() == Sight::Directory { empty: true }
    };
    remove(&mut foreseen, &d.join("nowhere"));
    remove(&mut foreseen, &d.join("x"));
    assert_eq!(foreseen.look(&d.join("x/deep")).unwrap(), Sight::Nothing);
    assert!(!is_empty(&foreseen, &d));
    rename(&mut foreseen, &d, &e);
    remove(&mut foreseen, &e.join("y"));
    assert!(is_empty(&foreseen, &e));
    let again = Change::Directory {
        path: text(&e.join("x")),
    };
    foreseen.foresee(&[again]).unwrap();
    assert!(!is_empty(&foreseen, &e));
    assert!(is_empty(&foreseen, &e.join("x")));
    remove(&mut foreseen, &e.join("x"));
    assert!(is_empty(&foreseen, &e));
}

#[test]
fn what_was_planned_in_a_directory_goes_with_it() {
    let place = tempfile::tempdir().unwrap();
    let d = place.path().join("d");
    let file = d.join("f");
    let mut foreseen = Foreseen::default();
    let write = Change::Write {
        path: text(&file),
        before: None,
        after: Some("x".into()),
    };
    let directory = Change::Directory { path: text(&d) };
    foreseen.foresee(&[directory.clone(), write]).unwrap();
    // It is there: nothing is made anew.
    foreseen.foresee(std::slice::from_ref(&directory)).unwrap();
    assert_eq!(foreseen.look(&file).unwrap(), Sight::File);
    remove(&mut foreseen, &d);
    foreseen.foresee(&[directory]).unwrap();
    assert_eq!(foreseen.look(&file).unwrap(), Sight::Nothing);
    assert_eq!(foreseen.text(&file).unwrap(), None);
    assert_eq!(foreseen.look(&d).unwrap(), Sight::Directory { empty: true });
    assert_eq!(foreseen.take_texts(), []);
}
