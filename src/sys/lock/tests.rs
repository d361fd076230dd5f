#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use super::*;

fn holder(verb: &str) -> Holder {
    Holder::this_process(verb, "2026-01-31T08:09:10Z".into())
}

fn at(path: PathBuf) -> LockFile {
    LockFile::new(Tier::Shared, &path, path.clone())
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn a_lock_names_its_holder_and_its_file_stays() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l.grex-lock"));
    let line = try_hold(&path, &holder("sync"), async {
        fs::read_to_string(&path).unwrap()
    })
    .await
    .unwrap();
    assert_eq!(
        serde_json::from_str::<Holder>(&line).unwrap(),
        holder("sync")
    );
    assert!(line.ends_with("}\n"));
    // A longer line of before does not shine through.
    try_hold(&path, &holder("a"), async {}).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let (line, rest) = text.split_once('\n').unwrap();
    assert_eq!(serde_json::from_str::<Holder>(line).unwrap(), holder("a"));
    assert_eq!(rest, "done\n");
}

#[tokio::test]
async fn a_lock_that_was_never_given_up_is_told_until_it_is_settled() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l.grex-lock"));
    let holder = holder("sync");
    let since = async || interrupted_since(&path);
    let take = || try_hold(&path, &holder, since());
    assert_eq!(take().await.unwrap(), None);
    assert_eq!(take().await.unwrap(), None);
    // What a killed holder leaves, and what a power cut may leave of it.
    let line = serde_json::to_string(&holder).unwrap() + "\n";
    for left in [line.as_str(), "", "{\"pid\":"] {
        fs::write(&path, left).unwrap();
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(began).unwrap();
        // Killed once more: it still counts from the first.
        let held = try_hold(&path, &holder, async {
            (interrupted_since(&path), fs::read(&path).unwrap())
        });
        let (told, again) = held.await.unwrap();
        assert_eq!(told, Some(began), "{left:?}");
        fs::write(&path, again).unwrap();
        file.set_modified(began).unwrap();
        assert_eq!(take().await.unwrap(), Some(began), "{left:?}");
        assert_eq!(take().await.unwrap(), Some(began), "{left:?}");
        let settled = async { settle(&path) };
        try_hold(&path, &holder, settled).await.unwrap();
        assert_eq!(take().await.unwrap(), None, "{left:?}");
    }
}

/// The first byte is what is locked on Windows, where nobody else can read or write it then.
#[tokio::test]
async fn the_first_byte_says_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("x.grex-lock");
    let lock = at(path.clone());
    let first = |path: &Path| fs::read(path).unwrap()[..2].to_owned();
    for verb in ["sync", "add"] {
        let holder = holder(verb);
        let held = try_hold(&lock, &holder, async { first(&path) });
        assert_eq!(held.await.unwrap(), b" {");
        assert_eq!(first(&path), b" {");
        // What another program has put there does not count.
        let mut text = fs::read(&path).unwrap();
        text[0] = b'x';
        fs::write(&path, text).unwrap();
        assert_eq!(last_holder(&path).unwrap().verb, verb);
    }
}

#[tokio::test]
async fn the_second_waits_is_told_once_and_then_gets_it() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    let (inside, entered) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let order = Arc::new(Mutex::new(Vec::new()));

    let (first_path, first_order) = (path.clone(), order.clone());
    let first = tokio::spawn(async move {
        try_hold(&first_path, &holder("first"), async {
            inside.send(()).unwrap();
            released.await.unwrap();
            first_order.lock().unwrap().push("first");
        })
        .await
    });
    entered.await.unwrap();

    // The lock is given up only once the second has said that it waits.
    let mut release = Some(release);
    let mut seen = Vec::new();
    let mut on_wait = |holder: Option<&Holder>| {
        seen.push(holder.cloned());
        release.take().unwrap().send(()).unwrap();
    };
    let cancel = CancellationToken::new();
    let wait = Wait {
        timeout: LONG,
        on_wait: &mut on_wait,
        cancel: &cancel,
    };
    hold(&path, wait, &holder("second"), async {
        order.lock().unwrap().push("second")
    })
    .await
    .unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(*order.lock().unwrap(), ["first", "second"]);
    assert_eq!(seen, [Some(holder("first"))]);
}

#[tokio::test]
async fn a_held_lock_is_refused_at_once_and_the_body_never_runs() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    let outer = holder("outer");
    let inner = try_hold(&path, &outer, async {
        try_hold(&path, &holder("inner"), async { panic!("two holders") }).await
    });
    let Err(LockError::Held {
        holder: found,
        path: named,
        ..
    }) = inner.await.unwrap()
    else {
        panic!()
    };
    assert_eq!((found, named), (Some(holder("outer")), path.to_path_buf()));
}

#[tokio::test]
async fn the_time_to_wait_is_bounded() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    let cancel = CancellationToken::new();
    let timeout = Duration::from_millis(40);
    let outer = holder("outer");
    let outcome = try_hold(&path, &outer, async {
        let wait = Wait {
            timeout,
            on_wait: &mut |_| {},
            cancel: &cancel,
        };
        hold(&path, wait, &holder("inner"), async {}).await
    });
    let Err(error @ LockError::Held { waited, .. }) = outcome.await.unwrap() else {
        panic!()
    };
    assert!(waited >= timeout);
    assert!(
        error.to_string().starts_with("`grex outer` (process "),
        "{error}"
    );
}

#[test]
fn no_time_is_no_waiting() {
    assert_eq!(after(Duration::from_millis(99)), "");
    assert_eq!(after(Duration::from_millis(1260)), ", waited 1.3 s for it");
}

#[tokio::test]
async fn waiting_can_be_cancelled() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    let cancel = CancellationToken::new();
    let outer = holder("outer");
    let outcome = try_hold(&path, &outer, async {
        let wait = Wait {
            timeout: LONG,
            on_wait: &mut |_| cancel.cancel(),
            cancel: &cancel,
        };
        hold(&path, wait, &holder("inner"), async {}).await
    });
    assert!(matches!(
        outcome.await.unwrap(),
        Err(LockError::Cancelled { .. })
    ));
}

#[tokio::test]
async fn a_dropped_body_gives_the_lock_back() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    let (inside, entered) = oneshot::channel();
    let task_path = path.clone();
    // Spawning also shows that the future may move between threads.
    let task = tokio::spawn(async move {
        let body = async {
            inside.send(()).unwrap();
            std::future::pending::<()>().await;
        };
        try_hold(&task_path, &holder("first"), body).await
    });
    entered.await.unwrap();
    assert!(try_hold(&path, &holder("second"), async {}).await.is_err());
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    try_hold(&path, &holder("second"), async {}).await.unwrap();
}

#[tokio::test]
async fn another_process_is_kept_out_and_what_it_left_locks_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    // A process that locks the file, says so, and holds it until its input ends.
    #[allow(
        clippy::disallowed_methods,
        reason = "another process is what this test is about"
    )]
    let spawned = std::process::Command::new("flock")
        .arg(&*path)
        .args(["sh", "-c", "echo held; read line"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut other) = spawned else { return };
    let mut line = String::new();
    io::BufRead::read_line(
        &mut io::BufReader::new(other.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    assert_eq!(line, "held\n");
    assert!(matches!(
        try_hold(&path, &holder("sync"), async {}).await,
        Err(LockError::Held { holder: None, .. })
    ));
    drop(other.stdin.take());
    other.wait().unwrap();
    fs::write(
        &path,
        "{\"pid\":1,\"host\":\"h\",\"verb\":\"sync\",\"started\":\"T\"}\n",
    )
    .unwrap();
    try_hold(&path, &holder("sync"), async {}).await.unwrap();
}

#[tokio::test]
async fn the_modification_time_is_put_back() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    try_hold(&path, &holder("sync"), async {}).await.unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    try_hold(&path, &holder("sync"), async {
        assert_ne!(path.metadata().unwrap().modified().unwrap(), time);
    })
    .await
    .unwrap();
    assert_eq!(path.metadata().unwrap().modified().unwrap(), time);
}

#[tokio::test]
async fn a_lock_that_is_no_file_or_has_no_place_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let link = at(place.path().join("link"));
    symlink("target", &link).unwrap();
    let error = try_hold(&link, &holder("sync"), async {})
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot open the lock {}: it is a symbolic link",
            link.display()
        )
    );
    assert!(!place.path().join("target").exists());

    let nowhere = at(place.path().join("no/lock"));
    let error = try_hold(&nowhere, &holder("sync"), async {})
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with(&format!(
            "cannot open the lock {}: No such",
            nowhere.display()
        )),
        "{error}"
    );
}

#[tokio::test]
async fn all_of_several_locks_are_had_or_none() {
    let place = tempfile::tempdir().unwrap();
    let paths = ["a", "b", "c"].map(|name| at(place.path().join(name)));
    let cancel = CancellationToken::new();
    let (other, all) = (holder("other"), holder("all"));
    let mut asked = 0;
    let outcome = try_hold(&paths[1], &other, async {
        let mut on_wait = |_: Option<&Holder>| asked += 1;
        let wait = Wait {
            timeout: Duration::from_millis(30),
            on_wait: &mut on_wait,
            cancel: &cancel,
        };
        let held = hold_all(&paths, wait, &all, async { panic!("two holders") });
        let outcome: Result<(), _> = held.await;
        // Not even while it was waited for the second one.
        try_hold(&paths[0], &holder("third"), async {})
            .await
            .unwrap();
        outcome
    });
    let error = outcome.await.unwrap().unwrap_err();
    assert!(
        matches!(&error, LockError::Held { holder: Some(who), path, .. }
        if *who == other && **path == *paths[1]),
        "{error}"
    );
    assert_eq!(asked, 1);
    let wait = Wait {
        timeout: Duration::ZERO,
        on_wait: &mut |_| {},
        cancel: &cancel,
    };
    hold_all(&paths, wait, &all, async {
        for path in &paths {
            assert!(try_hold(path, &holder("other"), async {}).await.is_err());
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_lock_that_was_moved_away_is_not_the_one_that_is_asked_for() {
    let place = tempfile::tempdir().unwrap();
    let path = at(place.path().join("l"));
    let mut opened = [open(&path).unwrap()];
    fs::rename(&path, place.path().join("elsewhere")).unwrap();
    assert!(matches!(
        take(&mut opened, &holder("late")).unwrap(),
        Taken::NotThis(_)
    ));
    try_hold(&path, &holder("new"), async {}).await.unwrap();
    assert!(matches!(
        take(&mut opened, &holder("late")).unwrap(),
        Taken::NotThis(_)
    ));
}
