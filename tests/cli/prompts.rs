//! What git asks for: on the terminal, one pack after another; or not at all.

use grex_fixtures::{
    Fault, Outcome, Rule, Sandbox, Shim, Times, grex,
    server::{HttpServer, Mood, SshServer},
};
use serde_json::json;

use crate::{
    pty::{Terminal, is_drawn},
    support::{
        entry, no_leftovers, pack_yaml, register, registration, tidy, workspace, workspace_with,
    },
};

const USER: &str = "me";
const PASSWORD: &str = "s3cret";
const NAME_PROMPT: &str = "Username for ";
const PASSWORD_PROMPT: &str = "Password for ";

/// A workspace with so many packs to clone from a server that wants a name and a password.
struct Ground {
    sandbox: Sandbox,
    server: HttpServer,
    names: Vec<String>,
    shim: Shim,
}

impl Ground {
    fn new(count: usize) -> Self {
        let sandbox = workspace();
        sandbox.remote("any").commit("a", "a").create();
        let server = HttpServer::start(&sandbox, Mood::basic(USER, PASSWORD));
        let names: Vec<_> = (1..=count).map(|number| format!("pack{number}")).collect();
        let url = server.url("any");
        let packs = names.iter().map(|name| (name.as_str(), url.as_str()));
        register(&sandbox, &packs.collect::<Vec<_>>());
        let shim = sandbox.shim();
        Self {
            sandbox,
            server,
            names,
            shim,
        }
    }

    fn at_terminal(&self, words: &[&str]) -> Terminal {
        Terminal::start(&self.sandbox, &self.shim, 100, words)
    }

    fn has(&self, name: &str) -> bool {
        self.sandbox.path(format!("workspace/{name}/a")).exists()
    }

    /// How often somebody tried to log in.
    fn logins(&self) -> usize {
        let requests = self.server.requests();
        let tried = requests
            .iter()
            .filter(|request| request.header("authorization").is_some());
        tried.count()
    }

    /// Every pack failed for lack of authentication, and nothing is left of the attempts.
    #[track_caller]
    fn all_locked(&self, outcome: &Outcome) {
        tidy(&self.sandbox, outcome);
        for name in &self.names {
            assert!(!self.has(name), "{name}");
        }
    }
}

/// How often git has asked a question; that it could not ask it is no question.
fn times_asked(terminal: &Terminal, question: &str) -> usize {
    let raw = terminal.raw();
    let told = format!("could not read {question}");
    raw.matches(question).count() - raw.matches(&told).count()
}

/// Waits until git has asked `question` so often; no more than that, and nothing else moves.
#[track_caller]
fn asked(terminal: &mut Terminal, question: &str, times: usize) {
    // All that was ever there: what was answered may have left the screen.
    let begin = std::time::Instant::now();
    while times_asked(terminal, question) < times {
        assert!(begin.elapsed().as_secs() < 60, "{}", terminal.screen());
        terminal.wait_for("a screen", |_| true);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let raw = terminal.raw();
    assert_eq!(times_asked(terminal, question), times, "{raw}");
    let screen = terminal.screen();
    assert!(!screen.lines().any(is_drawn), "{screen}");
}

#[track_caller]
fn log_in(terminal: &mut Terminal, time: usize, password: &str) {
    asked(terminal, NAME_PROMPT, time);
    terminal.type_in(&format!("{USER}\n"));
    asked(terminal, PASSWORD_PROMPT, time);
    terminal.type_in(&format!("{password}\n"));
}

#[test]
fn n4_somebody_at_the_terminal_is_asked_for_one_pack_after_another() {
    let ground = Ground::new(16);
    // Long enough that the display is there before anybody is asked.
    let slow = Fault::Progress {
        lines: 10,
        every_ms: 60,
    };
    ground
        .shim
        .rules(&[Rule::on("clone").times(Times::First(16)).fault(slow)]);
    let mut terminal = ground.at_terminal(&["sync"]);
    for time in 1..=16 {
        asked(&mut terminal, NAME_PROMPT, time);
        let done = ground.names.iter().filter(|name| ground.has(name));
        assert_eq!(done.count(), time - 1);
        log_in(&mut terminal, time, PASSWORD);
    }
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(terminal.most_lines() > 1, "{}", terminal.raw());
    assert!(ground.names.iter().all(|name| ground.has(name)));
    // Each was tried once without anybody, and once with somebody.
    assert_eq!(ground.shim.count("clone"), 32);
    let raw = terminal.raw();
    assert!(raw.contains("16 cloned"), "{raw}");
    assert!(!raw.contains("failed"), "{raw}");
    assert!(!raw.contains(PASSWORD), "{raw}");
    no_leftovers(&ground.sandbox);
}

#[test]
fn n4_where_there_is_no_terminal_nobody_is_asked() {
    let ground = Ground::new(16);
    let outcome = grex!(ground.sandbox, "sync", "--json")
        .with_shim(&ground.shim)
        .run();
    outcome.code(4);
    ground.all_locked(&outcome);
    let report = outcome.json();
    for name in &ground.names {
        let pack = entry(&report, name);
        assert_eq!(pack["failure"]["class"], "auth", "{pack}");
        let told = pack["message"].as_str().unwrap_or_default();
        assert!(told.contains("127.0.0.1"), "{pack}");
    }
    assert_eq!(ground.shim.count("clone"), 16);
}

#[test]
fn n4_who_does_not_want_to_be_asked_is_not() {
    for (words, variables) in [
        (&["sync", "--no-input"][..], &[][..]),
        (&["sync", "--json"], &[]),
        (&["sync"], &[("CI", "1")]),
    ] {
        let ground = Ground::new(2);
        let mut terminal =
            Terminal::start_with(&ground.sandbox, &ground.shim, 100, words, variables);
        assert_eq!(terminal.end(), 4, "{words:?}\n{}", terminal.screen());
        let raw = terminal.raw();
        assert_eq!(times_asked(&terminal, NAME_PROMPT), 0, "{words:?}\n{raw}");
        assert!(raw.contains("127.0.0.1"), "{words:?}\n{raw}");
        assert_eq!(ground.shim.count("clone"), 2, "{words:?}");
        no_leftovers(&ground.sandbox);
    }
}

#[test]
fn a_wrong_password_is_told_and_not_tried_again() {
    let ground = Ground::new(2);
    let mut terminal = ground.at_terminal(&["sync"]);
    log_in(&mut terminal, 1, "wrong");
    log_in(&mut terminal, 2, PASSWORD);
    assert_eq!(terminal.end(), 4, "{}", terminal.screen());
    let there = ground.names.iter().filter(|name| ground.has(name));
    assert_eq!(there.count(), 1);
    let screen = terminal.screen();
    assert!(screen.contains("1 cloned, 1 failed"), "{screen}");
    assert!(screen.contains("Authentication failed"), "{screen}");
    let refused = ground
        .server
        .requests()
        .into_iter()
        .filter(|request| request.status == 401 && request.header("authorization").is_some());
    assert_eq!(refused.count(), 1);
    assert_eq!(ground.shim.count("clone"), 4);
    no_leftovers(&ground.sandbox);
}

#[test]
fn ctrl_c_at_a_question_ends_the_run_and_leaves_nothing() {
    for at_password in [false, true] {
        let ground = Ground::new(3);
        let mut terminal = ground.at_terminal(&["sync"]);
        asked(&mut terminal, NAME_PROMPT, 1);
        if at_password {
            terminal.type_in("me\n");
            asked(&mut terminal, PASSWORD_PROMPT, 1);
        }
        let begin = std::time::Instant::now();
        terminal.type_in("\u{3}");
        assert_eq!(terminal.end(), 130, "{}", terminal.screen());
        assert!(begin.elapsed() < crate::interrupts::SOON);
        let raw = terminal.raw();
        assert_eq!(times_asked(&terminal, NAME_PROMPT), 1, "{raw}");
        assert!(raw.contains("3 skipped"), "{raw}");
        assert!(!ground.names.iter().any(|name| ground.has(name)));
        no_leftovers(&ground.sandbox);
        ground.server.set_mood(Mood::Plain);
        grex!(ground.sandbox, "sync").run().success();
    }
}

#[test]
fn ctrl_z_at_a_question_stops_the_run_and_it_goes_on() {
    let ground = Ground::new(2);
    let script = "\"$GREX\" sync; echo code $?; read x; fg; echo then $?";
    let mut terminal = Terminal::start_shell(&ground.sandbox, &ground.shim, script);
    asked(&mut terminal, NAME_PROMPT, 1);
    terminal.type_in("\u{1a}");
    terminal.wait_for("the shell", |screen| screen.contains("code 14"));
    terminal.type_in("\n");
    terminal.wait_for("the run to go on", |screen| {
        screen.matches("sync").count() > 0
    });
    // The question stands where it stood.
    terminal.type_in("me\n");
    asked(&mut terminal, PASSWORD_PROMPT, 1);
    terminal.type_in("s3cret\n");
    log_in(&mut terminal, 2, PASSWORD);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(terminal.raw().contains("then 0"), "{}", terminal.raw());
    assert!(ground.names.iter().all(|name| ground.has(name)));
}

#[test]
fn in_the_background_of_a_shell_nobody_is_asked() {
    let ground = Ground::new(1);
    let script = "\"$GREX\" sync & wait $!; echo code $?";
    let mut terminal = Terminal::start_shell(&ground.sandbox, &ground.shim, script);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    let raw = terminal.raw();
    assert!(raw.contains("code 4"), "{raw}");
    assert_eq!(times_asked(&terminal, NAME_PROMPT), 0, "{raw}");
    no_leftovers(&ground.sandbox);
}

#[test]
fn a_request_to_end_reaches_whoever_asks() {
    let ground = Ground::new(1);
    let mut terminal = ground.at_terminal(&["sync"]);
    asked(&mut terminal, NAME_PROMPT, 1);
    // To grex alone, and not by way of the terminal.
    let process = terminal.pid().to_string();
    let sent = std::process::Command::new("kill").arg(process).status();
    assert!(sent.unwrap().success());
    assert_eq!(terminal.end(), 143, "{}", terminal.screen());
    no_leftovers(&ground.sandbox);
}

#[test]
fn a_credential_helper_answers_before_anybody_is_asked() {
    let ground = Ground::new(3);
    let helper = "!f() { test \"$1\" = get && echo username=me && echo password=s3cret; }; f";
    let words = ["config", "--global", "credential.helper", helper];
    ground.sandbox.git("", &words);
    let mut terminal = ground.at_terminal(&["sync"]);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(!terminal.raw().contains(NAME_PROMPT), "{}", terminal.raw());
    assert_eq!(ground.shim.count("clone"), 3);
}

#[test]
fn what_a_locked_pack_declares_comes_too_and_asks_in_its_turn() {
    let ground = Ground::new(0);
    let child = json!({"url": ground.server.url("any"), "path": "child"});
    ground
        .sandbox
        .remote("parent")
        .commit(".grex/pack.yaml", pack_yaml("parent", &[child]))
        .create();
    register(&ground.sandbox, &[("top", &ground.server.url("parent"))]);
    let mut terminal = ground.at_terminal(&["sync"]);
    log_in(&mut terminal, 1, PASSWORD);
    log_in(&mut terminal, 2, PASSWORD);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(ground.has("top/child"));
    assert_eq!(ground.shim.count("clone"), 4);
    assert!(ground.logins() > 0);
}

#[test]
fn a_fetch_asks_as_a_clone_does() {
    let ground = Ground::new(2);
    ground.server.set_mood(Mood::Plain);
    grex!(ground.sandbox, "sync").run().success();
    ground.server.set_mood(Mood::basic(USER, PASSWORD));
    let mut terminal = ground.at_terminal(&["sync"]);
    log_in(&mut terminal, 1, PASSWORD);
    log_in(&mut terminal, 2, PASSWORD);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert_eq!(ground.shim.count("fetch"), 4);
}

#[test]
fn what_needs_nobody_is_done_before_anybody_is_asked() {
    let sandbox = workspace_with(&[]);
    sandbox.remote("locked").commit("a", "a").create();
    let open = sandbox.remote("open").commit("a", "a").create();
    let server = HttpServer::start(&sandbox, Mood::basic(USER, PASSWORD));
    register(
        &sandbox,
        &[("locked", &server.url("locked")), ("open", &open.url())],
    );
    let shim = sandbox.shim();
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &["sync"]);
    asked(&mut terminal, NAME_PROMPT, 1);
    assert!(sandbox.path("workspace/open/a").exists());
    log_in(&mut terminal, 1, "wrong");
    assert_eq!(terminal.end(), 4, "{}", terminal.screen());
    assert!(terminal.screen().contains("1 cloned, 1 failed"));
}

#[test]
fn a_workspace_that_is_cloned_may_ask_too() {
    let sandbox = Sandbox::new();
    let pack = sandbox.remote("pack").commit("a", "a").create();
    sandbox
        .remote("all")
        .commit("grex.jsonl", registration("pack", &pack.url(), None))
        .create();
    sandbox.write("workspace/.keep", "");
    let server = HttpServer::start(&sandbox, Mood::basic(USER, PASSWORD));
    let url = server.url("all");
    let words = ["init", "--from", &url, "../all"];
    let shim = sandbox.shim();
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &words);
    asked(&mut terminal, NAME_PROMPT, 1);
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 130, "{}", terminal.screen());
    assert!(!sandbox.path("all").exists());
    no_leftovers(&sandbox);
    let mut terminal = Terminal::start(&sandbox, &shim, 100, &words);
    log_in(&mut terminal, 1, PASSWORD);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(sandbox.path("all/pack/a").exists());
}

#[test]
fn ssh_asks_whether_a_host_is_known() {
    let sandbox = workspace();
    sandbox.remote("api").commit("a", "a").create();
    let Some(server) = SshServer::start(&sandbox) else {
        return;
    };
    register(&sandbox, &[("api", &server.url("api"))]);
    let command = format!(
        "{} -o StrictHostKeyChecking=ask -o UserKnownHostsFile={}",
        server.ssh_command(),
        sandbox.path("nobody-known").display()
    );
    let variables = [("GIT_SSH_COMMAND", command.as_str())];
    let words = ["sync"];
    let mut terminal = Terminal::start_with(&sandbox, &sandbox.shim(), 100, &words, &variables);
    asked(&mut terminal, "continue connecting", 1);
    terminal.type_in("yes\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(sandbox.path("workspace/api/a").exists());
    no_leftovers(&sandbox);
}

const KEY_PROMPT: &str = "Enter passphrase for key";

/// A workspace with packs to clone over ssh, with a key that has a passphrase, and the variable that
/// makes git use it.
fn behind_a_passphrase(names: &[&str]) -> Option<(Sandbox, SshServer, Shim, String)> {
    let sandbox = workspace();
    sandbox.remote("api").commit("a", "a").create();
    let server = SshServer::start(&sandbox)?;
    server.lock_key(PASSWORD);
    let url = server.url("api");
    let packs = names.iter().map(|name| (*name, url.as_str()));
    register(&sandbox, &packs.collect::<Vec<_>>());
    let shim = sandbox.shim();
    let command = server.ssh_command();
    Some((sandbox, server, shim, command))
}

#[test]
fn n4_a_key_s_passphrase_is_asked_for_one_pack_after_another() {
    let names = ["one", "two", "three"];
    let Some((sandbox, _server, shim, command)) = behind_a_passphrase(&names) else {
        return;
    };
    let open = sandbox.remote("open").commit("a", "a").create();
    register(&sandbox, &[("open", &open.url())]);
    let variables = [("GIT_SSH_COMMAND", command.as_str())];
    let mut terminal = Terminal::start_with(&sandbox, &shim, 100, &["sync"], &variables);
    let has = |name: &str| sandbox.path(format!("workspace/{name}/a")).exists();
    for time in 1..=3 {
        asked(&mut terminal, KEY_PROMPT, time);
        // All have had their turn with the others, and what needs nobody is done.
        assert_eq!(shim.count("clone"), 4 + time);
        assert!(has("open"));
        assert_eq!(names.iter().filter(|name| has(name)).count(), time - 1);
        terminal.type_in(&format!("{PASSWORD}\n"));
    }
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(names.iter().all(|name| has(name)));
    let raw = terminal.raw();
    assert_eq!(times_asked(&terminal, KEY_PROMPT), 3, "{raw}");
    assert!(!raw.contains(PASSWORD), "{raw}");
    no_leftovers(&sandbox);
}

#[test]
fn a_wrong_passphrase_fails_its_pack_only() {
    let Some((sandbox, _server, shim, command)) = behind_a_passphrase(&["one", "two"]) else {
        return;
    };
    let variables = [("GIT_SSH_COMMAND", command.as_str())];
    let mut terminal = Terminal::start_with(&sandbox, &shim, 100, &["sync"], &variables);
    // ssh itself asks three times.
    for time in 1..=3 {
        asked(&mut terminal, KEY_PROMPT, time);
        terminal.type_in("wrong\n");
    }
    asked(&mut terminal, KEY_PROMPT, 4);
    terminal.type_in(&format!("{PASSWORD}\n"));
    assert_eq!(terminal.end(), 4, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("1 cloned, 1 failed"), "{screen}");
    assert!(screen.contains("Permission denied"), "{screen}");
    assert_eq!(shim.count("clone"), 4);
    no_leftovers(&sandbox);
}

#[test]
fn n4_without_a_terminal_nobody_is_asked_for_a_passphrase() {
    let Some((sandbox, _server, shim, command)) = behind_a_passphrase(&["one", "two"]) else {
        return;
    };
    let run = grex!(sandbox, "sync", "--json").with_shim(&shim);
    let outcome = run.env("GIT_SSH_COMMAND", &command).run();
    outcome.code(4);
    for name in ["one", "two"] {
        let pack = entry(&outcome.json(), name);
        assert_eq!(pack["failure"]["class"], "auth", "{pack}");
    }
    assert!(
        !outcome.stderr.contains(KEY_PROMPT),
        "{}",
        outcome.snapshot()
    );
    assert_eq!(shim.count("clone"), 2);
    tidy(&sandbox, &outcome);
    // Nor at one, when nobody wants to be.
    let variables = [("GIT_SSH_COMMAND", command.as_str())];
    let words = ["sync", "--no-input"];
    let mut terminal = Terminal::start_with(&sandbox, &shim, 100, &words, &variables);
    assert_eq!(terminal.end(), 4, "{}", terminal.screen());
    assert_eq!(times_asked(&terminal, KEY_PROMPT), 0, "{}", terminal.raw());
    no_leftovers(&sandbox);
}
