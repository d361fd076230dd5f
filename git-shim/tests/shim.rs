//! Drives the program: every fault, the record, and the ways of passing through. (This file also
//! makes `cargo test --workspace` build the program for the tests of other packages.)
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test starts programs, and fails by panicking"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use git_shim::{Fault, Invocation, Rule, Times, log, state::State};
use tempfile::TempDir;

/// A directory with a log, a file of rules, and a script that stands for the real git.
struct Ground {
    dir: TempDir,
}

impl Ground {
    fn new(rules: &[Rule]) -> Self {
        let ground = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        fs::write(ground.path("rules"), serde_json::to_string(rules).unwrap()).unwrap();
        ground.real_git("echo real \"$@\"");
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    /// Another process writes the script: this one could fork in another thread just then, and a
    /// file that anyone has open for writing cannot be run.
    fn real_git(&self, script: &str) {
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod +x "$0""#;
        let mut shell = Command::new("sh");
        shell.args(["-c", write]).arg(self.path("real")).arg(script);
        assert!(shell.status().unwrap().success());
    }

    fn command(&self, args: &[&str]) -> Command {
        self.wrapped(Command::new(env!("CARGO_BIN_EXE_git-shim")), args)
    }

    fn wrapped(&self, mut command: Command, args: &[&str]) -> Command {
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("GIT_SHIM_RULES", self.path("rules"))
            .env("GIT_SHIM_LOG", self.path("log"))
            .env("GIT_SHIM_REAL", self.path("real"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn log(&self) -> Vec<Invocation> {
        log::read(&self.path("log")).unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Reads one line, so that the test knows how far the process has come.
fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    line
}

fn terminate(child: &Child) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
}

/// A fault that tells the test that the process has come this far.
fn ready() -> Fault {
    Fault::FatalThenSucceed {
        stderr: "ready\n".into(),
    }
}

#[test]
fn without_a_log_the_process_becomes_git() {
    let ground = Ground::new(&[]);
    ground.real_git("echo $$ \"$@\"; exit 5");
    let mut command = ground.command(&["-c", "a.b=c d", "fetch"]);
    let child = command
        .env_remove("GIT_SHIM_LOG")
        .env_remove("GIT_SHIM_RULES")
        .spawn()
        .unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(stdout(&output), format!("{pid} -c a.b=c d fetch\n"));
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn the_first_other_git_on_the_path_is_the_real_one() {
    let ground = Ground::new(&[]);
    fs::create_dir(ground.path("a")).unwrap();
    fs::create_dir(ground.path("b")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_git-shim"), ground.path("a/git")).unwrap();
    fs::rename(ground.path("real"), ground.path("b/git")).unwrap();
    let path = std::env::join_paths([ground.path("a"), ground.path("b")]).unwrap();
    let run = |real: Option<&Path>, path: &std::ffi::OsStr| {
        let mut command = ground.command(&["x"]);
        command.env("PATH", path).env_remove("GIT_SHIM_REAL");
        real.map(|real| command.env("GIT_SHIM_REAL", real));
        command.output().unwrap()
    };
    let output = run(None, &path);
    assert_eq!(stdout(&output), "real x\n");
    let itself = ground.path("a/git");
    assert_eq!(run(Some(&itself), &path).status.code(), Some(97));
    assert_eq!(
        run(None, ground.path("a").as_os_str()).status.code(),
        Some(97)
    );
}

#[test]
fn the_record_tells_what_was_asked_and_how_it_ended() {
    let ground = Ground::new(&[]);
    ground.real_git("exit 3");
    let mut command = ground.command(&["-C", "sub", "fetch", "origin"]);
    command.env_clear().envs([
        ("GIT_SHIM_LOG", ground.path("log").to_str().unwrap()),
        ("GIT_SHIM_REAL", ground.path("real").to_str().unwrap()),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("LANGUAGE", "C"),
        ("SECRET", "s"),
    ]);
    assert_eq!(command.status().unwrap().code(), Some(3));
    let [one] = ground.log().try_into().unwrap();
    assert_eq!(one.argv, ["-C", "sub", "fetch", "origin"]);
    assert_eq!(one.subcommand, "fetch");
    assert_eq!(Path::new(&one.repository), ground.path("sub"));
    assert_eq!(
        Path::new(&one.cwd),
        ground.dir.path().canonicalize().unwrap()
    );
    let names: Vec<&str> = one.environment.keys().map(String::as_str).collect();
    assert_eq!(names, ["GIT_OPTIONAL_LOCKS", "LANGUAGE"]);
    let ended = one.ended.unwrap();
    assert_eq!((ended.exit, ended.signal), (Some(3), None));
    assert!(ended.duration_us > 0);
    let mode = fs::metadata(ground.path("log"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_signal_that_ended_git_ends_the_shim() {
    for (name, number) in [("TERM", 15), ("KILL", 9), ("INT", 2), ("PIPE", 13)] {
        let ground = Ground::new(&[]);
        ground.real_git(&format!("kill -{name} $$"));
        assert_eq!(ground.run(&["gc"]).status.signal(), Some(number), "{name}");
        assert_eq!(
            ground.log()[0].ended.as_ref().unwrap().signal,
            Some(number),
            "{name}"
        );
    }
}

#[test]
fn a_signal_to_the_group_is_recorded_as_gits_end() {
    let ground = Ground::new(&[]);
    ground.real_git("echo ready >&2; exec sleep 600");
    let mut command = ground.command(&["fetch"]);
    let mut child = std::os::unix::process::CommandExt::process_group(&mut command, 0)
        .spawn()
        .unwrap();
    assert_eq!(first_line(&mut child), "ready\n");
    let group = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process_group(group, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    assert_eq!(ground.log()[0].ended.as_ref().unwrap().signal, Some(15));
}

#[test]
fn many_at_once_lose_no_record_and_count_right() {
    const MANY: u64 = 64;
    let ground = Ground::new(&[
        Rule::on("fetch").fault(Fault::barrier("all", MANY)),
        Rule::on("fetch")
            .times(Times::Only(7))
            .fault(Fault::fatal("fatal: the seventh\n")),
    ]);
    let children: Vec<Child> = (0..MANY)
        .map(|_| ground.command(&["fetch"]).spawn().unwrap())
        .collect();
    let codes: Vec<_> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().status.code())
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(128)).count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 63);
    let log = ground.log();
    assert_eq!(log.len(), 64);
    assert_eq!(log.iter().filter(|one| one.succeeded()).count(), 63);
    assert!(
        log.iter().all(|one| one.overlaps(&log[0])),
        "the barrier held them together"
    );
}

#[test]
fn rules_choose_by_subcommand_directory_argument_and_time() {
    let ground = Ground::new(&[
        Rule::on("fetch")
            .repository("api")
            .times(Times::First(1))
            .fault(Fault::fatal("one")),
        Rule::on_any()
            .argument("bad.git")
            .fault(Fault::fatal("two")),
    ]);
    assert_eq!(
        stdout(&ground.run(&["-C", "web", "fetch"])),
        "real -C web fetch\n"
    );
    assert_eq!(
        stdout(&ground.run(&["-C", "api", "status"])),
        "real -C api status\n"
    );
    assert_eq!(stderr(&ground.run(&["-C", "x/api", "fetch"])), "one");
    assert_eq!(
        stdout(&ground.run(&["-C", "x/api", "fetch"])),
        "real -C x/api fetch\n"
    );
    assert_eq!(
        stderr(&ground.run(&["clone", "--", "https://h/bad.git"])),
        "two"
    );
}

#[test]
fn what_is_unknown_fails_loudly() {
    let ground = Ground::new(&[]);
    for rules in [
        "[{\"fault\": []}]",
        "[{\"faults\": [\"nonsense\"]}]",
        "",
        "[] trailing",
    ] {
        fs::write(ground.path("rules"), rules).unwrap();
        let output = ground.run(&["fetch"]);
        assert_eq!(output.status.code(), Some(97), "{rules}");
        assert!(
            stderr(&output).starts_with("git-shim: cannot understand"),
            "{output:?}"
        );
        assert_eq!(stdout(&output), "");
    }
    fs::remove_file(ground.path("rules")).unwrap();
    assert_eq!(ground.run(&["fetch"]).status.code(), Some(97));
    let mut unwritable = ground.command(&["fetch"]);
    unwritable.env("GIT_SHIM_LOG", "/nonexistent/log");
    assert_eq!(unwritable.output().unwrap().status.code(), Some(97));
}

#[test]
fn delay_and_progress_take_their_time() {
    let ground =
        Ground::new(&[Rule::on("fetch")
            .fault(Fault::Delay { ms: 30 })
            .fault(Fault::Progress {
                lines: 2,
                every_ms: 20,
            })]);
    let output = ground.run(&["fetch"]);
    let expected = "Receiving objects:  50% (1/2)\rReceiving objects: 100% (2/2), done.\n";
    assert_eq!(stderr(&output), expected);
    assert_eq!(stdout(&output), "real fetch\n");
    assert!(ground.log()[0].ended.as_ref().unwrap().duration_us >= 70_000);
}

#[test]
fn a_hang_lasts_until_someone_ends_it() {
    let ground = Ground::new(&[Rule::on("fetch").fault(ready()).fault(Fault::Hang)]);
    let mut child = ground.command(&["fetch"]).spawn().unwrap();
    assert_eq!(first_line(&mut child), "ready\n");
    terminate(&child);
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    assert_eq!(
        ground.log()[0].ended,
        None,
        "counted, though it could not say how it ended"
    );
}

#[test]
fn sigterm_can_be_ignored() {
    let ground = Ground::new(&[Rule::on("fetch")
        .fault(Fault::IgnoreTerm)
        .fault(ready())
        .fault(Fault::barrier("go", 2))
        .fault(Fault::Fail {
            exit: 3,
            stderr: String::new(),
        })]);
    let mut child = ground.command(&["fetch"]).spawn().unwrap();
    assert_eq!(first_line(&mut child), "ready\n");
    terminate(&child);
    let state = State::beside(&ground.path("rules")).unwrap();
    state.meet("go", 2, Duration::from_secs(30)).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_barrier_that_nobody_comes_to_fails_loudly() {
    let lonely = Fault::Barrier {
        name: "b".into(),
        count: 2,
        timeout_ms: 20,
    };
    let ground = Ground::new(&[Rule::on("fetch").fault(lonely)]);
    let output = ground.run(&["fetch"]);
    assert_eq!(output.status.code(), Some(97));
    assert!(
        stderr(&output).contains("1 of 2 came to the barrier-b"),
        "{output:?}"
    );
    assert_eq!(ground.log()[0].ended.as_ref().unwrap().exit, Some(97));
}

#[test]
fn a_grandchild_holds_the_pipes() {
    let ground = Ground::new(&[Rule::on("fetch").fault(Fault::Grandchild { ms: 600_000 })]);
    let mut child = ground.command(&["fetch"]).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let grandchild = i32::try_from(ground.log()[0].grandchild.unwrap()).unwrap();
    let grandchild = rustix::process::Pid::from_raw(grandchild).unwrap();
    rustix::process::test_kill_process(grandchild).unwrap();
    let mut pipe = child.stdout.take().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        sender.send(text).unwrap();
    });
    assert!(receiver.try_recv().is_err());
    rustix::process::kill_process(grandchild, rustix::process::Signal::KILL).unwrap();
    assert_eq!(receiver.recv().unwrap(), "real fetch\n");
    reader.join().unwrap();
}

#[test]
fn a_clone_can_be_made_by_half() {
    let dying = |exit| Ground::new(&[Rule::on("clone").fault(Fault::HalfClone { exit })]);
    let ground = dying(None);
    assert_eq!(
        ground
            .run(&["clone", "--", "https://h/a.git", "t"])
            .status
            .signal(),
        Some(9)
    );
    assert!(ground.path("t/.git/HEAD").is_file());
    assert!(!ground.path("t/.git/refs/heads/main").exists());
    let ground = dying(Some(128));
    assert_eq!(
        ground.run(&["clone", "https://h/a.git"]).status.code(),
        Some(128)
    );
    assert!(ground.path("a/.git/objects/pack/tmp_pack_shim00").is_file());
    assert_eq!(ground.run(&["clone"]).status.code(), Some(97));
}

#[test]
fn asking_needs_a_terminal() {
    let ground = Ground::new(&[Rule::on("fetch").fault(Fault::AskTty {
        prompt: "Password: ".into(),
    })]);
    let mut no_terminal = Command::new("setsid");
    no_terminal.args(["--wait", env!("CARGO_BIN_EXE_git-shim")]);
    let output = ground.wrapped(no_terminal, &["fetch"]).output().unwrap();
    assert_eq!(stdout(&output), "real fetch\n");
    let terminal = ground.log()[0].terminal.clone().unwrap();
    assert!(!terminal.opened && terminal.error.is_some(), "{terminal:?}");
}

#[test]
fn asking_at_a_terminal_gets_the_answer() {
    let ground = Ground::new(&[Rule::on("fetch").fault(Fault::AskTty {
        prompt: "Password: ".into(),
    })]);
    let inside = format!("'{}' fetch", env!("CARGO_BIN_EXE_git-shim"));
    let mut terminal = Command::new("script");
    terminal.args(["-q", "-e", "-c", &inside, "/dev/null"]);
    let mut child = ground
        .wrapped(terminal, &[])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = child.stdin.take().unwrap();
    typed.write_all(b"hunter2\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(stdout(&output).contains("Password: "), "{output:?}");
    drop(typed);
    let answer = ground.log()[0].terminal.clone().unwrap().answer;
    assert_eq!(answer.as_deref(), Some("hunter2"));
}

#[test]
fn another_version_can_be_pretended() {
    let ground = Ground::new(&[Rule::on_any().fault(Fault::Version {
        text: "1.8.3".into(),
    })]);
    assert_eq!(stdout(&ground.run(&["--version"])), "git version 1.8.3\n");
    assert_eq!(stdout(&ground.run(&["version"])), "git version 1.8.3\n");
    assert_eq!(stdout(&ground.run(&["fetch"])), "real fetch\n");
}

#[test]
fn fatal_is_not_always_the_end() {
    let fatal = Fault::FatalThenSucceed {
        stderr: "fatal: helper failed\n".into(),
    };
    let ground = Ground::new(&[Rule::on("fetch").fault(fatal)]);
    let output = ground.run(&["fetch"]);
    assert_eq!(stderr(&output), "fatal: helper failed\n");
    assert_eq!(stdout(&output), "real fetch\n");
    assert!(output.status.success());
}

#[test]
fn stderr_can_be_long() {
    let ground = Ground::new(&[Rule::on("fetch").fault(Fault::StderrBytes { count: 100_001 })]);
    let output = ground.run(&["fetch"]);
    assert_eq!(output.stderr.len(), 100_001);
    assert!(
        output
            .stderr
            .split(|byte| *byte == b'\n')
            .all(|line| line.len() < 80)
    );
}

#[test]
fn a_program_can_run_in_between() {
    let run = |program: &str| {
        let argv = vec!["sh".into(), "-c".into(), program.into()];
        let ground = Ground::new(&[Rule::on("fetch").fault(Fault::Run { argv })]);
        let output = ground.run(&["fetch"]);
        (ground, output)
    };
    let (ground, output) = run("echo x > made");
    assert_eq!(stdout(&output), "real fetch\n");
    assert!(ground.path("made").is_file());
    assert_eq!(run("exit 1").1.status.code(), Some(97));
}
