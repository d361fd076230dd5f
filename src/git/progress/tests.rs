//! Samples of what git, servers and ssh really print.

use super::*;

fn lines(chunks: &[&[u8]]) -> Vec<Line> {
    let mut found = Vec::new();
    let mut splitter = LineSplitter::new();
    for chunk in chunks {
        splitter.push(chunk, &mut |line| found.push(line));
    }
    splitter.finish(&mut |line| found.push(line));
    found
}

fn one(text: &str) -> Line {
    let mut found = lines(&[text.as_bytes()]);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn progress(stage: Stage, done: u64, total: u64) -> Progress {
    Progress {
        stage,
        percent: u8::try_from(done * 100 / total).ok(),
        done,
        total: Some(total),
        bytes: None,
        rate: None,
        remote: false,
        finished: false,
    }
}

/// A clone with `--progress`, shortened: git 2.39.5 and 2.47.3 print the same.
const CLONE: &[u8] = b"Cloning into 'p1'...\n\
remote: Enumerating objects: 402, done.        \n\
remote: Counting objects:   0% (1/402)        \rremote: Counting objects: 100% (402/402), done.        \n\
Receiving objects:   1% (5/402)\rReceiving objects: 100% (402/402), 343.59 KiB | 5.92 MiB/s, done.\n\
remote: Total 403 (delta 115), reused 0 (delta 0), pack-reused 0 (from 0)        \n\
Resolving deltas:   0% (0/115)\rUpdating files:  50% (200/400)\r\
From file:///tmp/up\n   d288415..ea67d3e  main       -> origin/main\n";

#[test]
fn reads_a_clone_wherever_it_is_cut() {
    let expected = vec![
        Line::Local("Cloning into 'p1'...".into()),
        Line::Progress(Progress {
            percent: None,
            total: None,
            remote: true,
            finished: true,
            ..progress(Stage::Other("Enumerating objects".into()), 402, 402)
        }),
        Line::Progress(Progress {
            remote: true,
            ..progress(Stage::Counting, 1, 402)
        }),
        Line::Progress(Progress {
            remote: true,
            finished: true,
            ..progress(Stage::Counting, 402, 402)
        }),
        Line::Progress(progress(Stage::Receiving, 5, 402)),
        Line::Progress(Progress {
            bytes: Some(351_836),
            rate: Some("5.92 MiB/s".into()),
            finished: true,
            ..progress(Stage::Receiving, 402, 402)
        }),
        Line::Remote("Total 403 (delta 115), reused 0 (delta 0), pack-reused 0 (from 0)".into()),
        Line::Progress(progress(Stage::Resolving, 0, 115)),
        Line::Progress(progress(Stage::Updating, 200, 400)),
        Line::Local("From file:///tmp/up".into()),
        Line::Local("   d288415..ea67d3e  main       -> origin/main".into()),
    ];
    assert_eq!(lines(&[CLONE]), expected);
    for cut in 0..CLONE.len() {
        let (before, after) = CLONE.split_at(cut);
        assert_eq!(lines(&[before, after]), expected, "cut at {cut}");
    }
}

#[test]
fn forwards_what_is_no_progress() {
    for text in [
        "git@host: Permission denied (publickey).",
        "error: 5% (1/2)",
        "Confirm user presence for key ED25519-SK SHA256:abc",
        "warning: You appear to have cloned an empty repository.",
        "Password: 1234",
        "Receiving objects: half",
        "Receiving objects:  50% (1/2), all of it",
        "Receiving objects:  50% (1/99999999999999999999999)",
        "! [rejected]        main -> main  (non-fast-forward)",
    ] {
        assert_eq!(one(text), Line::Local(text.into()));
    }
    assert_eq!(
        one("Host key verification failed.\r\n"),
        Line::Local("Host key verification failed.".into())
    );
    assert_eq!(
        one("remote: Repository not found.\u{1b}[K\n"),
        Line::Remote("Repository not found.".into())
    );
    assert_eq!(one("remote:\n"), Line::Remote(String::new()));
    assert_eq!(one("remote:   indented"), Line::Remote("  indented".into()));
    assert!(lines(&[b"\n\r\n\r\r\n"]).is_empty());
}

#[test]
fn reads_sizes_without_rates_and_filters() {
    let line = "Filtering content:  50% (1/2), 1.50 GiB | 10.00 MiB/s";
    let expected = Progress {
        bytes: Some(3 << 29),
        rate: Some("10.00 MiB/s".into()),
        ..progress(Stage::Filtering, 1, 2)
    };
    assert_eq!(one(line), Line::Progress(expected));
    let expected = Progress {
        bytes: Some(12),
        ..progress(Stage::Receiving, 1, 2)
    };
    assert_eq!(
        one("Unpacking objects:  50% (1/2), 12 bytes"),
        Line::Progress(expected)
    );
}

#[test]
fn long_lines_come_in_pieces_and_complete() {
    let text = "ä".repeat(20_000);
    let found = lines(&[b"x", text.as_bytes(), b"\nnext"]);
    let mut joined = String::new();
    for line in &found {
        let Line::Local(piece) = line else {
            panic!("{line:?}")
        };
        assert!(piece.len() <= 8 * 1024);
        joined.push_str(piece);
    }
    assert_eq!(joined, format!("x{text}next"));
    assert_eq!(lines(&[&[0x80; 50_000]]).len(), 7);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = lines(&[&bytes]);
    }
}
