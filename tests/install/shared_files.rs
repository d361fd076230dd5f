//! Many packs, one file.

use grex_fixtures::{Sandbox, grex};

use crate::{
    home::Home,
    support::{declarative, rm, update, workspace},
};

const PACKS: usize = 20;

fn many(sandbox: &Sandbox) -> Vec<String> {
    let mut names = Vec::new();
    let mut lines = String::new();
    for number in 0..PACKS {
        let name = format!("pack-{number:02}");
        let rest = format!(
            "actions:\n  - env: {{ name: V{number}, value: \"value {number}\" }}\n  \
             - symlink: {{ src: a, dst: \"~/.config/shared/{name}\" }}\n"
        );
        let remote = declarative(sandbox, &name, &rest).file("a", "a\n").create();
        lines += &format!(
            "{}\n",
            serde_json::json!({
                "op": "add", "ts": "2026-01-02T03:04:05Z", "id": name, "schema_version": "1",
                "url": remote.url(), "path": name, "type": "declarative",
            })
        );
        names.push(name);
    }
    sandbox.write("workspace/grex.jsonl", lines);
    names
}

#[test]
fn twenty_packs_share_a_start_up_file() {
    let sandbox = workspace();
    sandbox.write("home/.profile", "# mine\nexport MINE=1");
    sandbox.write("home/.bashrc", "# mine\r\n");
    let before = Home::of(&sandbox);
    let mut names = many(&sandbox);
    update(&sandbox, &["-j8"]).success();
    let text = sandbox.read("home/.profile");
    for number in 0..PACKS {
        let line = format!("export V{number}='value {number}'");
        assert_eq!(text.matches(&line).count(), 1, "{line} in\n{text}");
    }
    let outcome = sandbox
        .program("sh")
        .args(["-c", ". \"$HOME/.profile\"; echo \"$MINE $V0 $V19\""])
        .run();
    assert_eq!(outcome.stdout, "1 value 0 value 19\n");
    // In an order that has nothing to do with that of the install, some alone and some together.
    names.sort_by_key(|name| {
        name.bytes()
            .fold(7_u64, |sum, byte| sum * 31 % 1009 + u64::from(byte))
    });
    let (alone, together) = names.split_at(6);
    for name in alone {
        rm(&sandbox, &[name]).success();
    }
    let together: Vec<&str> = together.iter().map(String::as_str).collect();
    rm(&sandbox, &together).success();
    before.check();
}

#[test]
fn two_runs_at_once_in_two_workspaces_share_it_too() {
    let sandbox = workspace();
    sandbox.write("home/.profile", "# mine");
    let before = Home::of(&sandbox);
    grex!(sandbox, "init", sandbox.path("second"))
        .run()
        .success();
    let mut runs = Vec::new();
    for (directory, name) in [("workspace", "one"), ("second", "two")] {
        let rest = format!(
            "actions:\n  - env: {{ name: {}, value: x }}\n",
            name.to_uppercase()
        );
        let remote = declarative(&sandbox, name, &rest).create();
        let run = grex!(sandbox, "add", remote.url(), "--trust").in_dir(directory);
        runs.push(run.start());
    }
    for run in runs {
        run.wait().success();
    }
    let text = sandbox.read("home/.profile");
    assert!(text.contains("ONE") && text.contains("TWO"), "{text}");
    rm(&sandbox, &["one"]).success();
    grex!(sandbox, "rm", "--yes", "two")
        .in_dir("second")
        .run()
        .success();
    before.check();
}

#[test]
fn packs_of_one_name_in_two_workspaces_do_not_mix() {
    let sandbox = workspace();
    sandbox.write("home/.profile", "# mine\n");
    let before = Home::of(&sandbox);
    grex!(sandbox, "init", sandbox.path("second"))
        .run()
        .success();
    let first = declarative(
        &sandbox,
        "a",
        "actions:\n  - env: { name: ONE, value: x }\n",
    )
    .create();
    let second = declarative(
        &sandbox,
        "b",
        "actions:\n  - env: { name: TWO, value: x }\n",
    )
    .create();
    for (directory, remote) in [("workspace", &first), ("second", &second)] {
        grex!(sandbox, "add", remote.url(), "dots", "--trust")
            .in_dir(directory)
            .run()
            .success();
    }
    let text = sandbox.read("home/.profile");
    assert!(text.contains("ONE") && text.contains("TWO"), "{text}");
    rm(&sandbox, &["dots"]).success();
    let text = sandbox.read("home/.profile");
    assert!(!text.contains("ONE") && text.contains("TWO"), "{text}");
    grex!(sandbox, "rm", "--yes", "dots")
        .in_dir("second")
        .run()
        .success();
    before.check();
}
