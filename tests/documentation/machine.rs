//! A machine that examples are run on: a sandbox that looks like the machine of Ada, who has a
//! home in `/home/ada` and fetches from `https://example.org`.

use std::{
    io::{Read, Write},
    path::Path,
    time::Duration,
};

use grex_fixtures::{RemoteBuilder, Sandbox};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// What takes longer is stuck.
const LIMIT: Duration = Duration::from_secs(120);

/// Goes where the last command has left the shell, or home if that is gone, runs one more, and remembers where that is.
const STEP: &str = r#"
cd "$(cat "$EXAMPLE_STATE/directory")" 2>/dev/null || cd || exit 120
before() { return "$(cat "$EXAMPLE_STATE/code")"; }
before
eval "$EXAMPLE_COMMAND"
code=$?
pwd >"$EXAMPLE_STATE/directory"
echo "$code" >"$EXAMPLE_STATE/code"
exit "$code"
"#;

/// What ends the line on which somebody is asked.
const QUESTIONS: [&str; 2] = ["for these sources: ", "[y/N] "];

/// A command that has been run.
pub(crate) struct Ran {
    /// What a terminal would show, with the paths of the machine that is told of.
    pub(crate) output: String,
    pub(crate) code: i32,
}

/// A machine with state: files, and the directory where the shell is.
pub(crate) struct Machine {
    pub(crate) sandbox: Sandbox,
}

impl Machine {
    /// An empty machine: git has a name for Ada, and `example.org` leads to [`Self::remote`]s.
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::new();
        let servers = sandbox.path("remotes/example.org");
        let config = format!(
            "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n\
             [protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n\
             [url \"{}/\"]\n\tinsteadOf = https://example.org/\n\
             \tinsteadOf = git@example.org:\n",
            servers.display()
        );
        sandbox.write("home/.gitconfig", config);
        sandbox.write(
            "state/directory",
            sandbox.home().to_string_lossy().as_bytes(),
        );
        sandbox.write("state/code", "0");
        let grex = env!("CARGO_BIN_EXE_grex");
        sandbox.write_script("bin/grex", &format!("#!/bin/sh\nexec '{grex}' \"$@\"\n"));
        std::fs::create_dir_all(servers).expect("a server");
        Self { sandbox }
    }

    /// Begins a repository on the server: `ada/dots` is `https://example.org/ada/dots.git`.
    pub(crate) fn remote(&self, name: &str) -> RemoteBuilder {
        self.sandbox
            .remote(&format!("example.org/{name}"))
            .saying("Begin")
    }

    /// Goes to a directory, which is made where it is not there.
    pub(crate) fn go(&self, directory: &str) {
        let place = self.sandbox.path(directory);
        std::fs::create_dir_all(&place).expect("a directory");
        self.sandbox
            .write("state/directory", place.to_string_lossy().as_bytes());
    }

    /// Runs something that nobody is told of; it has to succeed. It begins where the shell is.
    pub(crate) fn prepare(&self, script: &str) {
        let script = format!(
            "set -e\ncd \"$(cat {:?}/directory)\" 2>/dev/null || cd\n{}",
            self.state(),
            script
        );
        let ran = self.sandbox.program("sh").args(["-c", &script]);
        self.with_environment(ran).run().success();
    }

    /// Writes a file, seen from where the shell is.
    pub(crate) fn write(&self, place: &str, content: &str) {
        let place = place.replace("~/", &format!("{}/", self.sandbox.home().display()));
        let directory = self.sandbox.read("state/directory");
        self.sandbox
            .write(Path::new(directory.trim_end()).join(place), content);
    }

    /// Runs a command whose input is empty and whose output is no terminal.
    pub(crate) fn run(&self, command: &str) -> Ran {
        let program = self.sandbox.program("sh");
        let program = self
            .with_environment(program)
            .env("EXAMPLE_STATE", self.state())
            .env("EXAMPLE_COMMAND", command)
            .args(["-c", &format!("exec 2>&1\n{STEP}")])
            .timeout(LIMIT);
        let ran = program.run();
        let code = ran.status.unwrap_or(-1);
        Ran {
            output: self.told(&ran.stdout),
            code,
        }
    }

    /// Runs a command at a terminal, where each question gets the next of the answers.
    pub(crate) fn run_at_a_terminal(&self, command: &str, answers: &[String]) -> Ran {
        let size = PtySize {
            rows: 50,
            cols: 100,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.args(["-c", STEP]);
        shell.cwd(self.sandbox.home());
        shell.env_clear();
        for (name, value) in self.sandbox.environment() {
            shell.env(name, value);
        }
        for (name, value) in VARIABLES {
            shell.env(name, value);
        }
        // What is drawn and vanishes is no part of a transcript.
        shell.env("TERM", "dumb");
        shell.env("EXAMPLE_STATE", self.state());
        shell.env("EXAMPLE_COMMAND", command);
        let mut child = pair.slave.spawn_command(shell).expect("a shell");
        drop(pair.slave);
        let mut keyboard = pair.master.take_writer().expect("a keyboard");
        let mut screen = pair.master.try_clone_reader().expect("a screen");
        let mut shown = Vec::new();
        let mut buffer = [0; 4096];
        let mut answers = answers.iter();
        let mut asked = 0;
        // Linux ends what a terminal shows by an error.
        while let Ok(count @ 1..) = screen.read(&mut buffer) {
            shown.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&shown);
            let questions: usize = QUESTIONS
                .iter()
                .map(|question| text.matches(question).count())
                .sum();
            if questions > asked {
                asked = questions;
                // Without an answer the input ends, and nobody waits for one.
                let answer = answers
                    .next()
                    .map_or("\u{4}".to_owned(), |answer| format!("{answer}\n"));
                keyboard
                    .write_all(answer.as_bytes())
                    .expect("somebody reads");
            }
        }
        let status = child.wait().expect("the shell ends");
        let shown = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
        let code = i32::try_from(status.exit_code()).unwrap_or(-1);
        Ran {
            output: self.told(&shown),
            code,
        }
    }

    /// What somebody answers in a transcript, line by line.
    pub(crate) fn answers(transcript: &str) -> Vec<String> {
        let answer = |line: &str| {
            QUESTIONS
                .iter()
                .find_map(|question| Some(line.split_once(question)?.1.to_owned()))
        };
        transcript.lines().filter_map(answer).collect()
    }

    fn with_environment(&self, program: grex_fixtures::Program) -> grex_fixtures::Program {
        VARIABLES
            .iter()
            .fold(program, |program, (name, value)| program.env(name, value))
    }

    fn state(&self) -> std::path::PathBuf {
        self.sandbox.path("state")
    }

    /// A text of the documentation with the paths of the sandbox.
    pub(crate) fn real(&self, text: &str) -> String {
        let home = self.sandbox.home().display().to_string();
        let temporary = self.sandbox.path("tmp").display().to_string();
        let work = format!("{home}/work");
        let places = [
            ("/home/ada", home),
            ("/tmp", temporary),
            ("/path/to/workspace", work),
        ];
        let mut real = String::new();
        let mut rest = text;
        // In one pass, for the sandbox may lie below one of these itself.
        loop {
            let found = places
                .iter()
                .filter_map(|(told, real)| Some((rest.find(told)?, told, real)));
            let Some((place, told, there)) = found.min_by_key(|(place, ..)| *place) else {
                return real + rest;
            };
            real += &rest[..place];
            real += there;
            rest = &rest[place + told.len()..];
        }
    }

    /// A text of the sandbox with the paths of the documentation.
    fn told(&self, text: &str) -> String {
        let home = self.sandbox.home();
        let temporary = self.sandbox.path("tmp");
        text.replace(&*home.to_string_lossy(), "/home/ada")
            .replace(&*temporary.to_string_lossy(), "/tmp")
            .replace(
                &*self.sandbox.path("remotes/example.org").to_string_lossy(),
                "/srv",
            )
    }
}

/// What the sandbox does not say of Ada.
const VARIABLES: [(&str, &str); 4] = [
    ("USER", "ada"),
    ("LOGNAME", "ada"),
    ("SHELL", "/bin/bash"),
    ("PS1", "$ "),
];
