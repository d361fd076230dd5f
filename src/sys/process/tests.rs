#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{ffi::OsString, path::Path, time::Duration};

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
async fn a_child_has_our_variables_less_what_is_kept_from_it() {
    let ours = crate::sys::env::everything();
    let mut spawn = Spawn::new(Path::new("/usr/bin/env"));
    spawn
        .argument("-0")
        .without_variables(&["HOME", "GREX_TEST_OF_NOBODY"])
        .variable("PATH", "/first")
        .variable("PATH", "/nowhere");
    let (_, out, _) = finish(&spawn, Limits::default(), &Cancel::new()).await;
    let mut has: Vec<_> = out.split_terminator('\0').map(str::to_owned).collect();
    let kept = |name: &&(OsString, OsString)| name.0 != "HOME" && name.0 != "PATH";
    let mut expected: Vec<_> = ours
        .iter()
        .filter(kept)
        .map(|(name, value)| format!("{}={}", name.display(), value.display()))
        .chain([String::from("PATH=/nowhere")])
        .collect();
    has.sort();
    expected.sort();
    assert_eq!(has, expected);
    assert!(ours.iter().any(|(name, _)| name == "PATH"));
}

#[tokio::test]
async fn a_signal_from_elsewhere_is_named() {
    let (finished, ..) = finish(&shell("kill -9 $$"), Limits::default(), &Cancel::new()).await;
    assert_eq!(finished.ending, Ending::Signalled(9));
}

#[tokio::test]
async fn silence_beyond_the_limit_ends_a_child() {
    let limit = Duration::from_millis(50);
    let limits = Limits {
        stall: Some(limit),
        ..Limits::default()
    };
    let (finished, ..) = finish(&shell("sleep 60"), limits, &Cancel::new()).await;
    assert_eq!(finished.ending, Ending::Stalled(limit));
}

#[tokio::test]
async fn silence_while_we_were_stopped_does_not_count() {
    let limits = Limits {
        stall: Some(Duration::from_millis(800)),
        ..Limits::default()
    };
    // Nothing of this runtime goes on meanwhile, as if the whole process were stopped.
    tokio::spawn(async { std::thread::sleep(Duration::from_millis(1_000)) });
    let (finished, ..) = finish(&shell("sleep 1.1"), limits, &Cancel::new()).await;
    assert_eq!(finished.ending, Ending::Exited(0));
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

/// Waits until a process is gone (one that nobody has taken note of yet is), for at most ten
/// seconds.
#[cfg(target_os = "linux")]
async fn is_gone(process: &str) -> bool {
    for _ in 0..1000 {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let state = state.rsplit(") ").next().unwrap_or_default();
        if state.is_empty() || state.starts_with('Z') {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

const ENDING_GROUPS: Limits = Limits {
    stall: None,
    ends_group: true,
};

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_child_leaves_in_its_group_is_ended_where_that_is_wanted() {
    for script in [
        "sleep 60 & echo $!",
        "sleep 60 >/dev/null 2>&1 & echo $!",
        // Says first that nothing can ask it to end any more.
        "mkfifo \"$1\"; sh -c 'trap \"\" TERM; echo > \"$1\"; sleep 60' - \"$1\" & read x < \"$1\"; echo $!",
    ] {
        let place = tempfile::tempdir().unwrap();
        let mut spawn = shell(script);
        spawn.argument("-").argument(place.path().join("fifo"));
        spawn.isolation(Isolation::Session);
        let (finished, out, _) = finish(&spawn, ENDING_GROUPS, &Cancel::new()).await;
        assert_eq!(finished.ending, Ending::Exited(0), "{script}");
        assert!(!finished.leaked, "{script}");
        assert!(is_gone(out.trim()).await, "{script}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_child_leaves_in_its_group_lives_on_where_it_may() {
    let (_, out, _) = finish(
        &shell("sleep 60 >/dev/null 2>&1 & echo $!"),
        Limits::default(),
        &Cancel::new(),
    )
    .await;
    let process = out.trim();
    assert!(std::path::Path::new(&format!("/proc/{process}")).exists());
    finish(
        &shell(&format!("kill {process}")),
        Limits::default(),
        &Cancel::new(),
    )
    .await;
}

#[tokio::test]
async fn who_reads_what_a_child_printed_last_may_finish() {
    let script =
        "mkfifo \"$1\"; { read x < \"$1\"; echo \"late $x\"; } & exec 3> \"$1\"; echo word >&3";
    let place = tempfile::tempdir().unwrap();
    let mut spawn = shell(script);
    spawn.argument("-").argument(place.path().join("fifo"));
    let (finished, out, _) = finish(&spawn, ENDING_GROUPS, &Cancel::new()).await;
    assert_eq!((out.as_str(), finished.leaked), ("late word\n", false));
}

#[tokio::test]
async fn a_session_has_no_terminal() {
    // A session of its own, or, where there is no terminal to be kept from, a group.
    let mut spawn = shell(
        "[ \"$(ps -o pgid= -p $$ | tr -d ' ')\" = $$ ] && ! (: < /dev/tty) 2>/dev/null && echo own",
    );
    spawn.isolation(Isolation::Session);
    let (_, out, _) = finish(&spawn, Limits::default(), &Cancel::new()).await;
    assert_eq!(out, "own\n");
}

#[tokio::test]
async fn who_has_the_terminal_is_in_our_group() {
    let mut spawn = shell("for process in $$ $PPID; do ps -o pgid= -p $process; done");
    spawn.isolation(Isolation::Terminal);
    let (_, out, _) = finish(&spawn, Limits::default(), &Cancel::new()).await;
    let groups: Vec<_> = out.split_whitespace().collect();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0], groups[1]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_has_the_terminal_is_ended_with_those_it_has_started() {
    let cancel = Cancel::new();
    let mut spawn = shell("sh -c 'echo $$; exec sleep 60' & wait; true");
    spawn.isolation(Isolation::Terminal);
    let mut helper = String::new();
    let finished = run(&spawn, Limits::default(), &cancel, &mut |_, bytes| {
        helper += String::from_utf8_lossy(bytes).trim();
        cancel.request();
    })
    .await
    .unwrap();
    assert_eq!(finished.ending, Ending::Cancelled);
    assert!(!finished.leaked);
    assert!(is_gone(&helper).await, "{helper}");
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
