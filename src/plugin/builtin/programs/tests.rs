#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde_json::{Value, json};

use super::child::{Failure, run};
use crate::{
    model::action::Step,
    plugin::{
        action::ActionOutcome, builtin::test_host::TestMachine, change::Change, error::ActionError,
    },
    sys::{
        cancel::Cancel,
        process::{Isolation, Spawn},
    },
};

fn script(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn shell(line: &str) -> Value {
    json!({"shell": true, "cmd_shell": line})
}

fn with(mut arguments: Value, key: &str, value: Value) -> Value {
    arguments[key] = value;
    arguments
}

async fn applied(machine: &mut TestMachine, arguments: Value) -> ActionOutcome {
    machine.apply("exec", arguments).await.unwrap()
}

async fn refused(machine: &mut TestMachine, arguments: Value) -> ActionError {
    machine
        .apply_only(&[("exec", arguments)])
        .await
        .unwrap_err()
}

/// Says whether nobody has the FIFO open, waiting for that at most ten seconds: who was killed is
/// gone a moment later.
async fn nobody_holds(fifo: &Path) -> bool {
    let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NONBLOCK;
    for _ in 0..1000 {
        match rustix::fs::open(fifo, flags, rustix::fs::Mode::empty()) {
            Err(rustix::io::Errno::NXIO) => return true,
            opened => drop(opened.unwrap()),
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn arguments_arrive_as_they_are_and_no_shell_sees_them() {
    let mut machine = TestMachine::new();
    machine.variables.set("VALUE", "$(touch x) `y`");
    script(
        &machine.pack.root.join("show"),
        "#!/bin/sh\nprintf '<%s>' \"$@\"\n",
    );
    let outcome = applied(
        &mut machine,
        json!({"cmd": ["./show", "a b", "", "$VALUE", "%VALUE%", "$$x", "it's", ";", "ä\nb"]}),
    )
    .await;
    assert_eq!(
        machine.said,
        [
            "<a b><><$(touch x) `y`><$(touch x) `y`><$x><it's><;><ä",
            "b>"
        ]
    );
    assert_eq!(
        outcome.changes,
        [Change::Run {
            command:
                r"./show 'a b' '' '$(touch x) `y`' '$(touch x) `y`' '$x' 'it'\''s' ';' $'ä\nb'"
                    .into(),
            directory: machine.pack.root.to_str().unwrap().into(),
        }]
    );
    assert_eq!((outcome.undo, outcome.resources), (vec![], vec![]));
}

#[tokio::test]
async fn a_plan_runs_nothing() {
    let machine = TestMachine::new();
    let plan = machine.plan("exec", shell("touch made")).await.unwrap();
    let [Change::Run { command, .. }] = &plan.changes[..] else {
        panic!("{plan:?}");
    };
    assert_eq!(command, "/bin/sh -c 'touch made'");
    assert_eq!(plan.message, None);
    assert!(!machine.pack.root.join("made").exists());
}

#[tokio::test]
async fn an_unset_variable_is_named_with_its_place() {
    let machine = TestMachine::new();
    for (arguments, steps) in [
        (
            json!({"cmd": ["a", "b", "$UNSET_HERE"]}),
            vec![Step::Key("cmd".into()), Step::Index(2)],
        ),
        (
            json!({"cmd": ["a"], "cwd": "$UNSET_HERE"}),
            vec![Step::Key("cwd".into())],
        ),
        (
            json!({"cmd": ["a"], "env": {"X": "$UNSET_HERE"}}),
            vec![Step::Key("env".into()), Step::Key("X".into())],
        ),
    ] {
        let Err(ActionError::Arguments { error }) = machine.plan("exec", arguments).await else {
            panic!("{steps:?} is taken");
        };
        assert_eq!(error.path, steps);
    }
}

#[tokio::test]
async fn the_shell_expands_its_own_line() {
    let mut machine = TestMachine::new();
    machine.variables.set("X", "grex's");
    let arguments = with(
        shell("X=${X}2; echo \"$X 100% $((1+2)) ${UNSET-none}\""),
        "env",
        json!({"X": "$X"}),
    );
    let outcome = applied(&mut machine, arguments).await;
    assert_eq!(machine.said, ["grex's2 100% 3 none"]);
    let Change::Run { command, .. } = &outcome.changes[0] else {
        panic!("{outcome:?}");
    };
    assert!(command.starts_with("X=\"$X\" /bin/sh -c '"), "{command}");
}

#[tokio::test]
async fn the_environment_tells_of_the_pack() {
    let mut machine = TestMachine::new();
    machine.session.insert("BOTH".into(), "session".into());
    machine.session.insert("LATER".into(), "session".into());
    let arguments = with(
        shell("env | sort | grep -E '^(GREX_(PACK|OS|WORK|DRY)|BOTH|LATER)'"),
        "env",
        json!({"BOTH": "own $HOME"}),
    );
    applied(&mut machine, arguments).await;
    let (root, workspace) = (machine.pack.root.display(), machine.workspace.display());
    assert_eq!(
        machine.said,
        [
            format!("BOTH=own {}", machine.home.display()),
            "GREX_DRY_RUN=0".into(),
            "GREX_OS=linux".into(),
            "GREX_PACK_ID=dotfiles".into(),
            "GREX_PACK_NAME=dotfiles".into(),
            "GREX_PACK_OS=linux".into(),
            format!("GREX_PACK_PATH={root}"),
            format!("GREX_WORKSPACE={workspace}"),
            "LATER=session".into(),
        ]
    );
}

/// Runs itself again with the variables of a git hook: a process cannot safely set its own.
#[tokio::test]
async fn a_git_inside_acts_on_what_it_stands_in() {
    const INNER: &str = "GREX_TEST_INSIDE_A_GIT_HOOK";
    if std::env::var_os(INNER).is_some() {
        let mut machine = TestMachine::new();
        let arguments = with(
            shell("env | grep -c -E '^GIT_(DIR|INDEX_FILE)='; env | grep ^GIT_"),
            "env",
            json!({"GIT_PREFIX": "wanted"}),
        );
        applied(&mut machine, arguments).await;
        assert!(machine.said.contains(&"0".to_owned()), "{:?}", machine.said);
        let kept = "GIT_CONFIG_COUNT=0".to_owned();
        let wanted = "GIT_PREFIX=wanted".to_owned();
        assert!(machine.said.contains(&kept), "{:?}", machine.said);
        assert!(machine.said.contains(&wanted), "{:?}", machine.said);
        return;
    }
    let mut spawn = Spawn::new(&std::env::current_exe().unwrap());
    spawn
        .argument("--exact")
        .argument(format!(
            "{}::a_git_inside_acts_on_what_it_stands_in",
            module_path!().trim_start_matches("grex::")
        ))
        .variable(INNER, "1")
        .variable("GIT_DIR", "/nowhere/.git")
        .variable("GIT_INDEX_FILE", "/nowhere/index")
        .variable("GIT_PREFIX", "callers/")
        .variable("GIT_CONFIG_COUNT", "0");
    let said = Mutex::new(String::new());
    let say = |line: &str| said.lock().unwrap().push_str(line);
    let result = run(&spawn, "the test", &Cancel::new(), &say).await;
    assert_eq!(result, Ok(()));
    assert!(said.lock().unwrap().contains("1 passed"), "{said:?}");
}

#[tokio::test]
async fn directories_are_relative_to_the_pack() {
    let mut machine = TestMachine::new();
    machine.pack_file("sub/deep/file", "");
    script(&machine.pack.root.join("sub/tool"), "#!/bin/sh\npwd\n");
    for (cwd, place) in [
        ("sub", machine.pack.root.join("sub")),
        ("./sub/.", machine.pack.root.join("sub")),
        ("~/", machine.home.clone()),
        ("$GREX_WORKSPACE", machine.workspace.clone()),
    ] {
        machine.said.clear();
        let outcome = applied(&mut machine, with(shell("pwd -P"), "cwd", cwd.into())).await;
        assert_eq!(machine.said, [place.to_str().unwrap()], "{cwd}");
        let Change::Run { directory, .. } = &outcome.changes[0] else {
            panic!("{outcome:?}");
        };
        assert_eq!(Path::new(directory), place, "{cwd}");
    }
    machine.said.clear();
    applied(&mut machine, json!({"cmd": ["./tool"], "cwd": "sub"})).await;
    assert_eq!(machine.said, [machine.in_pack("sub")]);
}

#[tokio::test]
async fn programs_are_looked_for_where_their_own_path_says() {
    let mut machine = TestMachine::new();
    for (place, says) in [("own", "own"), ("session", "session")] {
        machine.pack_file(&format!("{place}/keep"), "");
        script(
            &machine.pack.root.join(place).join("grex-test-tool"),
            &format!("#!/bin/sh\necho {says}\n"),
        );
    }
    let error = refused(&mut machine, json!({"cmd": ["grex-test-tool"]})).await;
    assert!(
        matches!(&error, ActionError::Precondition { message, hint: Some(_) }
            if message.contains("`grex-test-tool`")),
        "{error:?}"
    );
    let session = format!("{}:/bin", machine.in_pack("session"));
    machine.session.insert("PATH".into(), session);
    applied(&mut machine, json!({"cmd": ["grex-test-tool"]})).await;
    // A relative entry counts from where the program runs, not from where grex does.
    applied(
        &mut machine,
        json!({"cmd": ["grex-test-tool"], "env": {"PATH": "own:/bin"}}),
    )
    .await;
    assert_eq!(machine.said, ["session", "own"]);
}

#[tokio::test]
async fn what_cannot_be_started_is_named_with_advice() {
    let mut machine = TestMachine::new();
    let pack = machine.pack.root.clone();
    machine.pack_file("text", "hello");
    script(&pack.join("crlf"), "#!/bin/sh\r\necho x\r\n");
    script(&pack.join("odd"), "#!/nowhere/interpreter -x\n");
    for (arguments, reason, advice) in [
        (json!({"cmd": ["./none"]}), "none does not exist", "`cwd`"),
        (
            json!({"cmd": ["./text"]}),
            "text is not executable",
            "chmod +x",
        ),
        (json!({"cmd": ["./"]}), "is not a file", "program"),
        (json!({"cmd": ["./crlf"]}), "cannot start", "CR LF"),
        (
            json!({"cmd": ["./odd"]}),
            "cannot start",
            "`/nowhere/interpreter`",
        ),
        (
            json!({"cmd": ["sh"], "cwd": "none"}),
            "none does not exist",
            "`cwd`",
        ),
        (
            json!({"cmd": ["sh"], "cwd": "text"}),
            "text is not a directory",
            "`cwd`",
        ),
        (json!({"cmd": [""]}), "name is empty", "`cmd`"),
        (
            json!({"cmd": ["a\u{1b}[31mb"]}),
            "the program `ab` is not",
            "install",
        ),
    ] {
        let error = refused(&mut machine, arguments.clone()).await;
        let ActionError::Precondition { message, hint } = &error else {
            panic!("{error:?}");
        };
        assert!(message.contains(reason), "{message}");
        assert!(hint.as_deref().unwrap().contains(advice), "{hint:?}");
        let ignored = with(arguments, "on_fail", "ignore".into());
        machine.apply_only(&[("exec", ignored)]).await.unwrap();
    }
}

#[tokio::test]
async fn a_plan_says_what_earlier_actions_may_yet_bring() {
    let machine = TestMachine::new();
    let plan = machine
        .plan("exec", json!({"cmd": ["./built"]}))
        .await
        .unwrap();
    assert!(plan.message.unwrap().ends_with("built does not exist"));
    let plan = machine
        .plan("exec", with(shell("true"), "cwd", "later".into()))
        .await
        .unwrap();
    assert!(plan.message.unwrap().ends_with("later is not there yet"));
    machine.pack_file("file", "");
    let warned = with(
        with(shell("true"), "cwd", "file".into()),
        "on_fail",
        "warn".into(),
    );
    let plan = machine.plan("exec", warned.clone()).await.unwrap();
    assert!(plan.message.unwrap().ends_with("file is not a directory"));
    let ignored = with(warned, "on_fail", "ignore".into());
    let plan = machine.plan("exec", ignored).await.unwrap();
    assert_eq!((plan.message, plan.changes.len()), (None, 1));
    let error = machine
        .plan("exec", with(shell("true"), "cwd", "file".into()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("file is not a directory"),
        "{error}"
    );
}

#[tokio::test]
async fn failures_are_errors_warnings_or_nothing() {
    let mut machine = TestMachine::new();
    let line = "echo out; echo why >&2; printf 'no\\033[31m more\\n' >&2; exit 3";
    let quoted = line.replace('\'', r"'\''");
    let message = format!("`/bin/sh -c '{quoted}'` exited with 3:\nwhy\nno more");
    let error = refused(&mut machine, shell(line)).await;
    assert_eq!(error.to_string(), message);
    assert!(matches!(error, ActionError::Failed { .. }));
    assert!(
        error.hint().unwrap().contains("on_fail: warn"),
        "{:?}",
        error.hint()
    );
    for (on_fail, said) in [("warn", Some(message)), ("ignore", None)] {
        let arguments = with(shell(line), "on_fail", on_fail.into());
        let planned = machine.plan("exec", arguments.clone()).await.unwrap();
        let outcome = machine.apply_only(&[("exec", arguments)]).await.unwrap();
        assert_eq!(outcome.message, said);
        assert_eq!(outcome.changes, planned.changes);
    }
    let error = refused(&mut machine, shell("kill -9 $$")).await;
    assert_eq!(
        error.to_string(),
        "`/bin/sh -c 'kill -9 $$'` was ended by signal 9"
    );
}

#[tokio::test]
async fn errors_hold_the_end_of_what_was_said_and_no_secret() {
    let mut machine = TestMachine::new();
    let line = "i=0; while [ $i -lt 3000 ]; do echo \"line $i\" >&2; i=$((i+1)); done; \
                echo 'https://me:hunter2@example.org/' >&2; exit 1";
    let error = refused(&mut machine, shell(line)).await.to_string();
    assert!(error.contains("line 2999\nhttps://"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    assert!(error.len() < 2048 + 400, "{}", error.len());
    assert_eq!(machine.said.len(), 3001);
    assert!(!machine.said.concat().contains("hunter2"));
}

#[tokio::test]
async fn nothing_can_ask() {
    let mut machine = TestMachine::new();
    applied(
        &mut machine,
        shell("cat; (: < /dev/tty) 2>/dev/null || echo 'no terminal'"),
    )
    .await;
    assert_eq!(machine.said, ["no terminal"]);
}

#[tokio::test]
async fn a_cancelled_run_ends_the_whole_group() {
    let place = tempfile::tempdir().unwrap();
    let alive = place.path().join("alive");
    let mut spawn = Spawn::new(Path::new("/bin/sh"));
    // The reader of the FIFO sees its end when the last writer is gone.
    spawn
        .argument("-c")
        .argument(
            "mkfifo \"$1\"; exec 3<> \"$1\"; trap '' TERM; sh -c 'echo ready; sleep 60'; sleep 60",
        )
        .argument("-")
        .argument(&alive)
        .isolation(Isolation::Session);
    let cancel = Cancel::new();
    let say = |line: &str| {
        assert_eq!(line, "ready");
        cancel.request();
        cancel.request();
    };
    let result = run(&spawn, "x", &cancel, &say).await;
    assert_eq!(result, Err(Failure::Cancelled));
    assert!(nobody_holds(&alive).await);
    // Nothing is started any more.
    let started = run(&spawn, "x", &cancel, &|_| panic!("it runs")).await;
    assert_eq!(started, Err(Failure::Cancelled));
}

#[tokio::test]
async fn what_a_program_leaves_in_the_background_is_ended() {
    let mut machine = TestMachine::new();
    let line = "mkfifo alive; exec 3<> alive; sleep 60 > /dev/null 2>&1 & exit 0";
    machine.apply_only(&[("exec", shell(line))]).await.unwrap();
    assert!(nobody_holds(&machine.pack.root.join("alive")).await);
}

#[tokio::test]
async fn a_flood_without_line_ends_arrives_in_pieces() {
    let mut spawn = Spawn::new(Path::new("/bin/sh"));
    spawn
        .argument("-c")
        .argument("head -c 20000000 /dev/zero | tr '\\0' x >&2; exit 1");
    let lengths = Mutex::new(Vec::new());
    let say = |line: &str| lengths.lock().unwrap().push(line.len());
    let result = run(&spawn, "x", &Cancel::new(), &say).await;
    let Err(Failure::Ended { message }) = result else {
        panic!("{result:?}");
    };
    assert!(message.len() < 3000, "{}", message.len());
    let lengths = lengths.into_inner().unwrap();
    assert_eq!(lengths.iter().sum::<usize>(), 20_000_000);
    assert!(lengths.iter().all(|length| *length <= 8192));
}

#[tokio::test]
async fn a_program_that_is_being_written_is_tried_again() {
    let place = tempfile::tempdir().unwrap();
    let file: PathBuf = place.path().join("tool");
    script(&file, "#!/bin/sh\necho ran\n");
    let said = Mutex::new(Vec::new());
    let say = |line: &str| said.lock().unwrap().push(line.to_owned());
    let (spawn, cancel) = (Spawn::new(&file), Cancel::new());
    let writer = fs::OpenOptions::new().append(true).open(&file).unwrap();
    // On this thread, the first try is over before the writer is closed.
    let (result, ()) = tokio::join!(run(&spawn, "x", &cancel, &say), async { drop(writer) });
    assert_eq!(result, Ok(()));
    assert_eq!(said.into_inner().unwrap(), ["ran"]);
}

#[tokio::test]
async fn a_program_that_stays_busy_is_said_to_be() {
    let place = tempfile::tempdir().unwrap();
    let file: PathBuf = place.path().join("tool");
    script(&file, "#!/bin/sh\n");
    let _writer = fs::OpenOptions::new().append(true).open(&file).unwrap();
    let result = run(&Spawn::new(&file), "x", &Cancel::new(), &|_| ()).await;
    let Err(Failure::Unready { hint, .. }) = result else {
        panic!("{result:?}");
    };
    assert!(hint.contains("writing"), "{hint}");
}
