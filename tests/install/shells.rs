//! Values arrive in shells byte for byte.

use grex_fixtures::need;

use crate::{
    home::Home,
    support::{declarative, rm, workspace},
};

#[test]
fn a4_any_value_arrives_literally_in_every_shell() {
    let value = "a\nb 'c' \"d\" `id` $(touch pwned) $HOME \\ \\n ! # ~ * %PATH% ;&|\t\u{e9} ";
    let sandbox = workspace();
    for file in [".bashrc", ".zshrc", ".profile", ".config/fish/config.fish"] {
        sandbox.write(format!("home/{file}"), "# mine\n");
    }
    let before = Home::of(&sandbox);
    // In pack.yaml, `$` and `%` stand for themselves when doubled.
    let written = value.replace('$', "$$").replace('%', "%%");
    let written = serde_json::to_string(&written).unwrap();
    let rest = format!("actions:\n  - env: {{ name: GREETING, value: {written} }}\n");
    declarative(&sandbox, "dots", &rest).add();
    let print = "printf %s \"$GREETING\"";
    for (shell, words) in [
        (
            "sh",
            &["-c", ". \"$HOME/.profile\"; printf %s \"$GREETING\""][..],
        ),
        ("bash", &["--login", "-c", print]),
        (
            "bash",
            &["-c", ". \"$HOME/.bashrc\"; printf %s \"$GREETING\""],
        ),
        ("zsh", &["-i", "-c", print]),
        ("fish", &["-c", print]),
    ] {
        if need(shell) {
            let outcome = sandbox.program(shell).args(words).run();
            assert_eq!(outcome.stdout, value, "{shell}: {}", outcome.stderr);
        }
    }
    assert!(!sandbox.path("workspace/pwned").exists());
    rm(&sandbox, &["dots"]).success();
    let now = Home::of(&sandbox);
    // Fish writes notes of its own.
    assert_eq!(
        now.without(&[".config/fish", ".local/share/fish", ".cache/fish"]),
        before.without(&[".config/fish", ".local/share/fish", ".cache/fish"])
    );
    assert!(!sandbox.path("home/.config/fish/conf.d/grex.fish").exists());
}
