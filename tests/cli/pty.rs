//! grex at a terminal of the test's own.

use std::{
    io::{Read, Write},
    path::Path,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use grex_fixtures::{Sandbox, Shim};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// What takes longer is stuck.
const LIMIT: Duration = Duration::from_secs(60);
/// Enough rows that nothing scrolls away.
const ROWS: u16 = 50;

/// A run of grex at a terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    reader: Option<JoinHandle<()>>,
    // Dropped, it hangs up.
    master: Box<dyn MasterPty + Send>,
}

/// What is, and was, on the screen.
struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
    /// The most lines of the display that were there at once.
    most: usize,
}

impl Terminal {
    /// Starts grex in the workspace, at a terminal with so many columns.
    pub(crate) fn start(sandbox: &Sandbox, shim: &Shim, columns: u16, words: &[&str]) -> Self {
        Self::start_with(sandbox, shim, columns, words, &[])
    }

    /// The same with more variables.
    pub(crate) fn start_with(
        sandbox: &Sandbox,
        shim: &Shim,
        columns: u16,
        words: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_grex"));
        command.args(words);
        Self::start_command(sandbox, shim, columns, command, variables)
    }

    /// Starts a shell with job control, which knows grex as `$GREX`.
    pub(crate) fn start_shell(sandbox: &Sandbox, shim: &Shim, script: &str) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-m", "-c", script]);
        let variables = [("GREX", env!("CARGO_BIN_EXE_grex"))];
        Self::start_command(sandbox, shim, 100, command, &variables)
    }

    /// Starts another program that people type at, with grex on its `PATH`.
    pub(crate) fn start_program(sandbox: &Sandbox, shim: &Shim, words: &[&str]) -> Self {
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        let path = with_grex(sandbox);
        let variables = [("PATH", path.as_str()), ("TERM", "xterm"), ("PS1", "> ")];
        Self::start_command(sandbox, shim, 100, command, &variables)
    }

    fn start_command(
        sandbox: &Sandbox,
        shim: &Shim,
        columns: u16,
        mut command: CommandBuilder,
        variables: &[(&str, &str)],
    ) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        command.cwd(sandbox.workspace());
        command.env_clear();
        for (name, value) in sandbox.environment().iter().chain(&shim.env()) {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("grex starts");
        drop(pair.slave);
        let keyboard = pair.master.take_writer().expect("a keyboard");
        let output = pair.master.try_clone_reader().expect("a screen");
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(ROWS, columns, 0),
            raw: Vec::new(),
            most: 0,
        }));
        let sink = Arc::clone(&seen);
        let reader = std::thread::spawn(move || watch(output, &sink));
        Self {
            child,
            keyboard,
            seen,
            reader: Some(reader),
            master: pair.master,
        }
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("a process that was started")
    }

    /// Gives the terminal another width. What is on its screen is cut, as xterm does it.
    pub(crate) fn resize(&mut self, columns: u16) {
        let size = PtySize {
            rows: ROWS,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("a terminal");
        let mut seen = self.seen.lock().unwrap();
        seen.screen.screen_mut().set_size(ROWS, columns);
    }

    /// What is on the screen, row by row, without blank rows at its end.
    pub(crate) fn screen(&self) -> String {
        self.look(rows)
    }

    /// Looks at the screen, with its colours.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().unwrap().screen.screen())
    }

    /// What somebody gets who copies the screen: rows that only the screen's edge has parted are
    /// one line.
    pub(crate) fn copied(&self) -> String {
        let seen = self.seen.lock().unwrap();
        seen.screen.screen().contents().trim_end().to_owned()
    }

    /// All that was ever sent to the terminal.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap().raw).into_owned()
    }

    /// The most lines of the display that were there at once.
    pub(crate) fn most_lines(&self) -> usize {
        self.seen.lock().unwrap().most
    }

    /// Waits until the screen shows something.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, shown: impl Fn(&str) -> bool) {
        let begin = Instant::now();
        loop {
            let screen = self.screen();
            if shown(&screen) {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                begin.elapsed() < LIMIT && (ended.is_none() || shown(&self.screen())),
                "waited for {what}, {ended:?}:\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Types something.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.keyboard
            .write_all(text.as_bytes())
            .expect("somebody reads the keyboard");
        self.keyboard.flush().expect("somebody reads the keyboard");
    }

    /// Waits for the end; returns the exit code.
    #[track_caller]
    pub(crate) fn end(&mut self) -> u32 {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < LIMIT, "stuck:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(2));
        };
        // Nobody has the terminal open any more; what is left is read to its end.
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        status.exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
    }
}

/// The sandbox's `PATH` with the built grex on it.
pub(crate) fn with_grex(sandbox: &Sandbox) -> String {
    let grex = Path::new(env!("CARGO_BIN_EXE_grex"));
    let directory = grex.parent().expect("a directory").to_str().unwrap();
    let mut variables = sandbox.environment().iter();
    let path = variables.find(|(name, _)| name == "PATH");
    let path = path.expect("a PATH").1.to_str().unwrap();
    format!("{directory}:{path}")
}

fn watch(mut output: Box<dyn Read + Send>, sink: &Mutex<Seen>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = output.read(&mut buffer) {
        let mut seen = sink.lock().unwrap();
        // Byte by byte: what is on the screen for a moment only counts as well.
        for byte in &buffer[..count] {
            seen.raw.push(*byte);
            seen.screen.process(&[*byte]);
            if *byte == b'\n' || *byte == b' ' {
                let screen = seen.screen.screen();
                let drawn = rows(screen).lines().filter(|line| is_drawn(line)).count();
                seen.most = seen.most.max(drawn);
            }
        }
    }
}

fn rows(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    let rows: Vec<_> = screen
        .rows(0, columns)
        .map(|row| row.trim_end().to_owned())
        .collect();
    rows.join("\n").trim_end().to_owned()
}

/// A line of the display: the total, or a pack at work below it.
pub(crate) fn is_drawn(line: &str) -> bool {
    line.starts_with("  ") || (line.contains(" of ") && line.contains(" packs"))
}
