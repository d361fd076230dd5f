//! The question at a terminal.

use grex_fixtures::{Remote, Sandbox};

use crate::{
    home::Home,
    pty::Terminal,
    support::{declarative, scripted, workspace, yaml},
};

/// A pack with a child, and with all there is to be shown.
fn dots(sandbox: &Sandbox) -> (Remote, Remote) {
    let child = scripted(sandbox, "child")
        .hook("setup", "echo from the child > \"$HOME/.child\"\n")
        .create();
    let rest = format!(
        "children:\n  - url: \"{}\"\nactions:\n  \
         - symlink: {{ src: a, dst: ~/.vimrc, backup: true }}\n  \
         - symlink: {{ src: a, dst: ~/.config/new/link }}\n  \
         - env: {{ name: EDITOR, value: vim }}\n  \
         - exec: {{ shell: true, cmd_shell: \"echo one two three > $HOME/.exec && true || rm -rf /nothing/here/at/all\" }}\n",
        child.url()
    );
    let dots = declarative(sandbox, "dots", &rest)
        .file("a", "a\n")
        .create();
    sandbox.write("home/.vimrc", "mine\n");
    (dots, child)
}

fn asked(screen: &str) -> bool {
    screen.contains("Install? [y]es, [n]o, [a]lways")
}

#[track_caller]
fn ask(sandbox: &Sandbox, words: &[&str]) -> Terminal {
    let mut terminal = Terminal::start(sandbox, &sandbox.shim(), 200, words);
    terminal.wait_for("the question", asked);
    terminal
}

#[test]
fn it_shows_everything_and_children_one_by_one() {
    let sandbox = workspace();
    let (dots, _) = dots(&sandbox);
    let before = Home::of(&sandbox);
    let mut terminal = ask(&sandbox, &["add", &dots.url()]);
    let screen = terminal.screen();
    for part in [
        "dots/child, from ",
        "dots, from ",
        "link   ~/.config/new/link -> ",
        "rename ~/.vimrc -> ~/.vimrc.grex-bak.",
        "link   ~/.vimrc -> ",
        "make   ~/.config/new/",
        "export EDITOR=",
        "echo one two three > ",
        "&& true || rm -rf /nothing/here/at/all",
        "setup.sh",
        "echo from the child > \"$HOME/.child\"",
    ] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    assert!(
        screen.find("dots/child, from ") < screen.find("dots, from "),
        "{screen}"
    );
    before.check();
    terminal.type_in("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert_eq!(sandbox.read("home/.vimrc"), "a\n");
    assert_eq!(sandbox.read("home/.child"), "from the child\n");
    assert_eq!(sandbox.read("home/.exec"), "one two three\n");
}

#[test]
fn every_answer_is_understood() {
    for (answer, code, installed, later) in [
        ("y\n", 0, true, false),
        ("YES\n", 0, true, false),
        ("n\n", 9, false, false),
        ("\n", 9, false, false),
        ("what?\nn\n", 9, false, false),
        ("always\n", 0, true, true),
        ("\u{4}", 9, false, false),
        ("\u{3}", 130, false, false),
    ] {
        let sandbox = workspace();
        let (dots, child) = dots(&sandbox);
        let before = Home::of(&sandbox);
        let mut terminal = ask(&sandbox, &["add", &dots.url()]);
        terminal.type_in(answer);
        assert_eq!(terminal.end(), code, "{answer:?}\n{}", terminal.screen());
        assert!(sandbox.path("workspace/dots/a").exists());
        if installed {
            assert_eq!(sandbox.read("home/.vimrc"), "a\n");
        } else {
            before.check();
            // And it is asked again.
            let mut terminal = ask(&sandbox, &["update"]);
            terminal.type_in("n\n");
            assert_eq!(terminal.end(), 9, "{}", terminal.screen());
            continue;
        }
        // The same is not asked again.
        let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 200, &["update", "--force"]);
        assert_eq!(terminal.end(), 0);
        assert!(!asked(&terminal.screen()), "{}", terminal.screen());
        child.push_commit(".grex/hooks/setup.sh", "echo new > \"$HOME/.child\"\n");
        let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 200, &["update"]);
        if !later {
            terminal.wait_for("the question", asked);
            let screen = terminal.screen();
            assert!(
                screen.contains("-echo from the child") && screen.contains("+echo new"),
                "{screen}"
            );
            terminal.type_in("y\n");
        }
        assert_eq!(terminal.end(), 0, "{}", terminal.screen());
        assert_eq!(asked(&terminal.screen()), !later);
        assert_eq!(sandbox.read("home/.child"), "new\n");
    }
}

#[test]
fn it_is_not_asked_where_the_answer_is_given_or_cannot_be() {
    for (words, code) in [
        (&["--trust"][..], 0),
        (&["--trust-source", "REMOTES"], 0),
        (&["--no-input"], 9),
        (&["--dry-run"], 0),
        (&["--no-install"], 0),
    ] {
        let sandbox = workspace();
        let (dots, _) = dots(&sandbox);
        let url = dots.url();
        let remotes = format!("{}/", sandbox.path("remotes").display());
        let mut all = vec!["add", url.as_str()];
        all.extend(words.iter().map(|word| match *word {
            "REMOTES" => remotes.as_str(),
            word => word,
        }));
        let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 200, &all);
        assert_eq!(terminal.end(), code, "{words:?}\n{}", terminal.screen());
        assert!(!asked(&terminal.raw()), "{words:?}\n{}", terminal.screen());
    }
}

#[test]
fn yes_to_everything_else_is_no_yes_to_this() {
    let sandbox = workspace();
    let (dots, _) = dots(&sandbox);
    let before = Home::of(&sandbox);
    let mut terminal = ask(&sandbox, &["add", "-y", &dots.url()]);
    terminal.type_in("n\n");
    assert_eq!(terminal.end(), 9, "{}", terminal.screen());
    before.check();
}

#[test]
fn what_a_pack_says_cannot_write_on_the_screen() {
    let sandbox = workspace();
    let rest = "actions:\n  - exec: { cmd: [echo, \"\\e[2J\\e[1;1Hharmless\\r\\u202eevil\"] }\n";
    let remote = declarative(&sandbox, "dots", rest).create();
    let mut terminal = ask(&sandbox, &["add", &remote.url()]);
    let raw = terminal.raw();
    assert!(
        !raw.contains("\u{1b}[2J") && !raw.contains('\u{202e}'),
        "{raw:?}"
    );
    assert!(raw.contains("evil") && raw.contains("harmless"), "{raw:?}");
    terminal.type_in("n\n");
    assert_eq!(terminal.end(), 9);
}

#[test]
fn what_changed_meanwhile_was_not_agreed_to() {
    // Between the question and the answer somebody changes the hook on disk.
    let sandbox = workspace();
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "echo good > \"$HOME/.ran\"\n")
        .create();
    let mut terminal = ask(&sandbox, &["add", &remote.url()]);
    sandbox.write(
        "workspace/tools/.grex/hooks/setup.sh",
        "echo evil > \"$HOME/.ran\"\n",
    );
    terminal.type_in("y\n");
    terminal.end();
    let ran = sandbox.path("home/.ran");
    assert!(!ran.exists() || sandbox.read(ran) == "good\n");
}

#[test]
fn an_always_of_one_pack_is_not_one_of_its_neighbours() {
    let sandbox = workspace();
    let (dots, _) = dots(&sandbox);
    let mut terminal = ask(&sandbox, &["add", &dots.url()]);
    terminal.type_in("a\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    let other = declarative(
        &sandbox,
        "dots-other",
        "actions:\n  - mkdir: { path: ~/x }\n",
    )
    .create();
    let mut terminal = ask(&sandbox, &["add", &other.url()]);
    terminal.type_in("n\n");
    assert_eq!(terminal.end(), 9, "{}", terminal.screen());
    dots.push_commit(
        ".grex/pack.yaml",
        yaml(
            "dots",
            "declarative",
            "actions:\n  - mkdir: { path: ~/y }\n",
        ),
    );
    let mut terminal = Terminal::start(&sandbox, &sandbox.shim(), 200, &["update", "dots"]);
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(sandbox.path("home/y").exists());
}
