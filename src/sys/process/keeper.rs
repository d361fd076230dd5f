//! Somebody who ends our children when we cannot: a process that was killed outright ends nobody,
//! and its children, in sessions and groups of their own, get no signal with it.
//!
//! The keeper is a small shell in a session of its own, at the reading end of a pipe whose writing
//! end only grex has. It is told of each group that begins and ends; at the end of its input, which
//! comes however grex ends, it kills the groups that are left.

#![expect(
    clippy::disallowed_methods,
    reason = "this is a part of the one place that starts processes"
)]

use std::{
    io::{self, PipeWriter, Write},
    path::PathBuf,
    process::Stdio,
    sync::{Mutex, OnceLock, PoisonError},
};

use tokio::process::{Child, Command};

use super::{
    group,
    spawn::{Isolation, Leader},
};

/// What the keeper does. Lines are `+ GROUP` and `- GROUP`. What grex was started with beside the
/// standard streams is closed: it may be somebody's pipe, who waits for its end.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
groups=' '
while read -r what group; do
    case $what in
    +) groups="$groups$group " ;;
    -) case $groups in
        *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
        esac ;;
    esac
done
for group in $groups; do
    kill -s KILL -- "-$group"
done
"#;

/// The keeper of this process, if it has one.
static KEEPER: OnceLock<Keeper> = OnceLock::new();

/// From now on, children that are started die with this process, whatever ends it. It costs a
/// process, so only who serves for long asks for it. Must be called within a runtime.
///
/// # Errors
/// Fails when the keeper cannot be started.
pub fn keep_watch() -> io::Result<()> {
    if KEEPER.get().is_none() {
        // One of two that were started at once sees the end of its input, and ends.
        drop(KEEPER.set(Keeper::start()?));
    }
    Ok(())
}

/// The keeper, as long as this lives.
struct Keeper {
    /// Closed on exec: nobody else keeps it open.
    tell: Mutex<PipeWriter>,
    _process: Child,
}

impl Keeper {
    fn start() -> io::Result<Self> {
        let (listen, tell) = io::pipe()?;
        let shell = which::which("sh").unwrap_or_else(|_| PathBuf::from("/bin/sh"));
        let mut command = Command::new(shell);
        command
            .args(["-c", SCRIPT])
            .stdin(listen)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .env_clear()
            .current_dir("/");
        let process = group::start(command, Isolation::Session)?;
        Ok(Self {
            tell: Mutex::new(tell),
            _process: process,
        })
    }

    fn tell(&self, what: char, group: u32) {
        let mut tell = self.tell.lock().unwrap_or_else(PoisonError::into_inner);
        // One short write is never torn. A keeper that somebody has killed is missed only if grex
        // is killed as well.
        let _ = tell.write_all(format!("{what} {group}\n").as_bytes());
    }
}

/// A group that the keeper looks after, until this is dropped.
pub(super) struct Kept(Option<Leader>);

/// Tells the keeper, where there is one, of a child that has a group of its own. If grex is killed
/// between the start of a child and this, the child lives on.
pub(super) fn watch(leader: Option<Leader>) -> Kept {
    let leader = leader.filter(|leader| leader.has_group);
    match (KEEPER.get(), leader) {
        (Some(keeper), Some(leader)) => {
            keeper.tell('+', leader.process);
            Kept(Some(leader))
        }
        _ => Kept(None),
    }
}

impl Kept {
    /// The child has ended. Unless others are left in its group, the group is gone, and its number
    /// may be somebody else's soon.
    ///
    /// The child was taken note of just before, so its number is free for the moment in between: the
    /// keeper would kill a stranger only if, in that moment, grex were killed and the system had
    /// given out all other numbers.
    pub(super) fn leader_has_ended(&mut self) {
        if self.0.is_some_and(|leader| !group::is_alive(leader)) {
            self.end();
        }
    }

    fn end(&mut self) {
        if let (Some(keeper), Some(leader)) = (KEEPER.get(), self.0.take()) {
            keeper.tell('-', leader.process);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{
        fs::File,
        io::{BufRead, BufReader, Read},
        os::unix::process::{CommandExt, ExitStatusExt},
        path::Path,
        process::Command,
        time::{Duration, Instant},
    };

    use super::*;
    use crate::sys::{
        cancel::Cancel,
        process::{Limits, Spawn, run},
    };

    /// How long a child that nobody kills lives, and a test that fails takes.
    const LIFE: Duration = Duration::from_secs(40);

    fn sleeper() -> std::process::Child {
        let mut command = Command::new("sleep");
        command.arg(LIFE.as_secs().to_string()).process_group(0);
        command.spawn().unwrap()
    }

    #[tokio::test]
    async fn at_the_end_of_its_input_the_groups_that_are_left_are_killed() {
        let keeper = Keeper::start().unwrap();
        let (mut first, mut ended, mut last) = (sleeper(), sleeper(), sleeper());
        for child in [&first, &ended, &last] {
            keeper.tell('+', child.id());
        }
        keeper.tell('-', ended.id());
        // The number of no group, though the end of one.
        keeper.tell('-', last.id() % 10);
        drop(keeper);
        assert_eq!(last.wait().unwrap().signal(), Some(9));
        assert_eq!(first.wait().unwrap().signal(), Some(9));
        assert!(ended.try_wait().unwrap().is_none(), "it was told as ended");
        ended.kill().unwrap();
        ended.wait().unwrap();
    }

    /// The keeper outlives signals that are meant for everybody.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn it_ignores_requests_to_end() {
        let keeper = Keeper::start().unwrap();
        let status = format!("/proc/{}/status", keeper._process.id().unwrap());
        let ignored = [1, 2, 15].map(|signal| 1_u64 << (signal - 1));
        let deadline = Instant::now() + LIFE;
        loop {
            let status = std::fs::read_to_string(&status).unwrap();
            let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
            let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
            if ignored.iter().all(|signal| mask & signal != 0) {
                return;
            }
            assert!(Instant::now() < deadline, "{mask:x}");
            tokio::task::yield_now().await;
        }
    }

    const FIFO: &str = "GREX_TEST_KEEPER_FIFO";

    /// Is no test: it is what the next one starts, and kills.
    #[tokio::test]
    async fn a_server_with_a_child() {
        let Some(fifo) = std::env::var_os(FIFO) else {
            return;
        };
        keep_watch().unwrap();
        let quick = {
            let mut spawn = Spawn::new(Path::new("/bin/sh"));
            spawn.argument("-c").argument(":");
            spawn
        };
        run(&quick, Limits::default(), &Cancel::new(), &mut |_, _| ())
            .await
            .unwrap();
        let mut spawn = Spawn::new(Path::new("/bin/sh"));
        // What it prints is heard after the keeper was told of it, and only then it goes on.
        let script =
            "echo started; read -r _ < \"$1.go\"; exec 3> \"$1\"; echo \"$$\" >&3; sleep \"$2\"";
        spawn.argument("-c").argument(script).argument("-");
        spawn.argument(&fifo).argument(LIFE.as_secs().to_string());
        let mut go = fifo;
        go.push(".go");
        let mut on_line = |_, _: &[u8]| std::fs::write(&go, "\n").unwrap();
        run(&spawn, Limits::default(), &Cancel::new(), &mut on_line)
            .await
            .unwrap();
    }

    #[test]
    fn children_die_with_a_process_that_is_killed() {
        let place = tempfile::tempdir().unwrap();
        let fifo = place.path().join("fifo");
        let made = Command::new("mkfifo")
            .args([&fifo, &place.path().join("fifo.go")])
            .status();
        assert!(made.unwrap().success());
        let mut server = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("sys::process::keeper::tests::a_server_with_a_child")
            .env(FIFO, &fifo)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut child = BufReader::new(File::open(&fifo).unwrap());
        child.read_line(&mut String::new()).unwrap();
        let started = Instant::now();
        server.kill().unwrap();
        // Both end when nobody has them open any more: the child with its own, and the keeper.
        child.read_to_end(&mut Vec::new()).unwrap();
        let mut out = server.stdout.take().unwrap();
        out.read_to_end(&mut Vec::new()).unwrap();
        assert!(started.elapsed() < LIFE / 2, "{:?}", started.elapsed());
        server.wait().unwrap();
    }
}
