//! Real shells read what env writes: the values have to arrive byte for byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, process::Command};

use grex_fixtures::need;
use serde_json::json;

use crate::plugin::builtin::test_host::TestMachine;

/// What might not survive a shell.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "plain",
        " spaces  around ",
        "two\nlines",
        "\n",
        "\n\n\nleading and trailing\n\n",
        "ends in newline\n",
        "tab\tcr\rcrlf\r\n",
        "\r",
        "esc\u{1b}[31m del\u{7f}",
        "it's",
        "''",
        "'",
        "'''x'''",
        "\"double\" and 'single'",
        "\"",
        "\\",
        "trailing \\",
        "\\\\ \\n \\x41 \\101 \\' \\\"",
        "newline and \\\n",
        "'\n'",
        "$(touch owned) `touch owned` ${HOME} $HOME $((1+1))",
        "$(touch owned)\n`touch owned`\n",
        "! !! !x ^a^b",
        "!x\n!y",
        "% %s %d %% %n",
        "%s\n%d",
        "# no comment",
        "a #b\n#c",
        "~ ~/x ~root",
        "-n",
        "--",
        "-e\n",
        "* ? [a-z] {a,b} (x) <y> >z | & ;",
        "ünïcödé 日本語 🦀 e\u{301}",
        "é\n日本語\n",
        "\u{85}\u{9b}\u{2028}\u{feff}\u{202e}",
        "\u{f601}\u{f6ff}\u{fdd0}\u{f8ff}\u{10ffff}",
        "1\n2\u{1}3",
        "# <<< grex:dotfiles <<<",
        "a\n# <<< grex:dotfiles <<<\n# >>> grex:dotfiles >>>\n",
        "export B='x'",
        "=a=",
        "x",
        "xx\n",
    ]
    .map(str::to_owned)
    .into();
    values.push((1..=127_u8).map(char::from).collect());
    values.push("100 kB of 'it' ".repeat(6_700));
    values.push("\\%\n".repeat(33_000));
    values
}

fn name(index: usize) -> String {
    format!("V{index}")
}

/// A machine on which all values are set. Its shells have something in their files already.
async fn machine(before: &[(&str, &str)], login_shell: &str) -> TestMachine {
    let mut machine = TestMachine::new();
    machine.places.login_shell = Some(login_shell.into());
    for (path, text) in before {
        machine.home_file(path, text);
    }
    let uses: Vec<_> = values()
        .iter()
        .enumerate()
        // A `$` or `%` of a pack's is doubled.
        .map(|(index, value)| {
            let value = value.replace('$', "$$").replace('%', "%%");
            let value = match value.strip_prefix("~/") {
                Some(_) => unreachable!("it would be the home directory"),
                None => value,
            };
            json!({"name": name(index), "value": value})
        })
        .collect();
    let applied = machine.apply_together("env", &uses).await;
    assert_eq!(applied.error, None);
    machine
}

/// The environment of a program that the shell starts.
#[expect(
    clippy::disallowed_methods,
    reason = "shells are the judges of quoting"
)]
fn environment(
    machine: &TestMachine,
    shell: &str,
    arguments: &[&str],
    locale: &str,
) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let output = Command::new(shell)
        .args(arguments)
        .current_dir(&machine.home)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", &machine.home)
        .env("ZDOTDIR", &machine.places.zsh)
        .env("XDG_CONFIG_HOME", &machine.places.config)
        .env("TERM", "dumb")
        .env("LC_ALL", locale)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!machine.home.join("owned").exists());
    let entries = output.stdout.split(|byte| *byte == 0);
    entries
        .filter_map(|entry| {
            let split = entry.iter().position(|byte| *byte == b'=')?;
            Some((entry[..split].to_vec(), entry[split + 1..].to_vec()))
        })
        .collect()
}

fn check(machine: &TestMachine, shell: &str, arguments: &[&str]) {
    for locale in ["C", "C.UTF-8"] {
        let found = environment(machine, shell, arguments, locale);
        for (index, value) in values().iter().enumerate() {
            let arrived = found.get(name(index).as_bytes()).map(Vec::as_slice);
            assert!(
                arrived == Some(value.as_bytes()),
                "{shell} {arguments:?} in {locale}: {:?} became {:?}",
                value.chars().take(200).collect::<String>(),
                arrived.map(|arrived| String::from_utf8_lossy(&arrived[..arrived.len().min(200)])),
            );
        }
    }
}

const PRINT: &str = "env -0";

#[tokio::test]
async fn sh_reads_the_values() {
    let machine = machine(&[(".profile", "set -u -e")], "sh").await;
    check(&machine, "sh", &["-c", ". \"$HOME/.profile\"; env -0"]);
    if need("dash") {
        check(&machine, "dash", &["-l", "-c", PRINT]);
    }
}

#[tokio::test]
async fn a_file_with_dos_line_endings_brings_the_values_too() {
    let machine = machine(
        &[
            (".profile", "# mine\r\n"),
            (".config/fish/conf.d/grex.fish", "# mine\r\n"),
        ],
        "sh",
    )
    .await;
    check(&machine, "sh", &["-c", ". \"$HOME/.profile\"; env -0"]);
    if need("fish") {
        check(&machine, "fish", &["-c", PRINT]);
    }
}

#[tokio::test]
async fn bash_reads_the_values() {
    if !need("bash") {
        return;
    }
    let machine = machine(&[(".bashrc", "set -o histexpand\n")], "sh").await;
    check(&machine, "bash", &["--login", "-c", PRINT]);
    check(&machine, "bash", &["-i", "-c", PRINT]);
    check(
        &machine,
        "bash",
        &["--posix", "-c", ". \"$HOME/.profile\"; env -0"],
    );
}

#[tokio::test]
async fn zsh_reads_the_values() {
    if !need("zsh") {
        return;
    }
    let machine = machine(&[(".zshrc", "setopt rc_quotes extended_glob\n")], "sh").await;
    check(&machine, "zsh", &["-i", "-c", PRINT]);
    check(&machine, "zsh", &["-c", ". \"$HOME/.profile\"; env -0"]);
}

#[tokio::test]
async fn fish_reads_the_values() {
    if !need("fish") {
        return;
    }
    let machine = machine(&[], "fish").await;
    check(&machine, "fish", &["-c", PRINT]);
    check(&machine, "fish", &["-l", "-c", PRINT]);
}
