#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{path::Path, time::Duration};

use super::{Ending, Finished, Isolation, Limits, Spawn, Stream, run};
use crate::sys::cancel::Cancel;

fn shell(script: &str) -> Spawn {
    let mut spawn = Spawn::new(Path::new("/bin/sh"));
    spawn.argument("-c").argument(script);
    spawn
}

async fn finish(spawn: &Spawn, limits: Limits, cancel: &Cancel) -> (Finished, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let finished = run(spawn, limits, cancel, &mut |stream, bytes| match stream {
        Stream::Out => out.extend_from_slice(bytes),
        Stream::Err => err.extend_from_slice(bytes),
    })
    .await
    .unwrap();
    (
        finished,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

#[tokio::test]
async fn both_outputs_and_the_code_arrive() {
    let spawn = shell("echo out; echo err >&2; exit 3");
    let (finished, out, err) = finish(&spawn, Limits::default(), &Cancel::new()).await;
    assert_eq!(finished.ending, Ending::Exited(3));
    assert_eq!((out.as_str(), err.as_str()), ("out\n", "err\n"));
    assert!(!finished.leaked);
}

#[tokio::test]
async fn a_signal_from_elsewhere_is_named() {
    let (finished, ..) = finish(&shell("kill -9 $$"), Limits::default(), &Cancel::new()).await;
    assert_eq!(finished.ending, Ending::Signalled(9));
}

#[tokio::test]
async fn silence_beyond_the_limit_ends_a_child() {
    let limit = Duration::from_millis(50);
    let limits = Limits { stall: Some(limit) };
    let (finished, ..) = finish(&shell("sleep 60"), limits, &Cancel::new()).await;
    assert_eq!(finished.ending, Ending::Stalled(limit));
}

#[tokio::test]
async fn a_child_that_ignores_the_request_is_killed_with_its_group() {
    let cancel = Cancel::new();
    let (started, mut has_started) = tokio::sync::mpsc::unbounded_channel();
    let child = {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            let spawn = shell("trap '' TERM; sh -c 'echo $$; sleep 60'; sleep 60");
            run(&spawn, Limits::default(), &cancel, &mut |_, bytes| {
                started
                    .send(String::from_utf8_lossy(bytes).trim().to_owned())
                    .unwrap();
            })
            .await
            .unwrap()
        })
    };
    let grandchild = has_started.recv().await.unwrap();
    cancel.request();
    cancel.request();
    let finished = child.await.unwrap();
    assert_eq!(finished.ending, Ending::Cancelled);
    // Both outputs have ended: nobody holds them any more, the grandchild included.
    assert!(!finished.leaked, "the grandchild {grandchild} lives");
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipes_is_not_waited_for() {
    let spawn = shell("sleep 30 & echo done");
    let (finished, out, _) = finish(&spawn, Limits::default(), &Cancel::new()).await;
    assert_eq!(
        (finished.ending, out.as_str()),
        (Ending::Exited(0), "done\n")
    );
    assert!(finished.leaked);
}

#[tokio::test]
async fn a_session_has_no_terminal() {
    let mut spawn = shell("[ \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$ ] && echo own");
    spawn.isolation(Isolation::Session);
    let (_, out, _) = finish(&spawn, Limits::default(), &Cancel::new()).await;
    assert_eq!(out, "own\n");
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let spawn = Spawn::new(Path::new("/nowhere/git"));
    let error = run(&spawn, Limits::default(), &Cancel::new(), &mut |_, _| ())
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("cannot start /nowhere/git: "),
        "{error}"
    );
}
