#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    model::action::OperatingSystem,
    plugin::{builtin::test_host::TestMachine, change::Change, error::ActionError},
};

fn user(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn scoped(name: &str, value: &str, scope: &str) -> Value {
    json!({"name": name, "value": value, "scope": scope})
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

#[tokio::test]
async fn the_profile_is_made_and_goes_again() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    let outcome = machine.apply("env", user("EDITOR", "vi")).await.unwrap();
    let profile = machine.home.join(".profile");
    assert_eq!(
        read(&profile),
        "# >>> grex:dotfiles >>>\nexport EDITOR='vi'\n# <<< grex:dotfiles <<<\n"
    );
    assert_eq!(
        outcome.changes,
        [Change::Entry {
            path: machine.at_home(".profile"),
            block: "dotfiles".into(),
            old: None,
            new: Some("export EDITOR='vi'".into()),
        }]
    );
    assert_eq!(outcome.resources[0].name, "env:user:EDITOR");
    assert!(!outcome.resources[0].exclusive);
    assert_eq!(outcome.undo[0].resource, "env:user:EDITOR");
    assert_eq!(
        outcome.undo[0].data,
        json!({"name": "EDITOR", "scope": "user", "files": [{
            "path": machine.at_home(".profile"), "block": "dotfiles",
            "old": null, "new": "export EDITOR='vi'", "made": true}]})
    );
    let mode = profile.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o022, 0);
    assert_eq!(mode & 0o644, mode & 0o777);
    let again = machine.apply("env", user("EDITOR", "vi")).await.unwrap();
    assert_eq!((again.changes, again.undo), (vec![], vec![]));
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_was_in_a_file_is_there_again_byte_for_byte() {
    for text in [
        &b""[..],
        b"\n",
        b"mine",
        b"mine\n",
        b"a\r\nb\r\n",
        b"a\r\nb",
        b"caf\xe9 \xff\xfe\n",
        b"# >>> grex:other >>>\nexport A='1'\n# <<< grex:other <<<\nmine",
    ] {
        let mut machine = TestMachine::new();
        put(&machine.home.join(".profile"), text);
        let before = machine.tree();
        machine.apply("env", user("A", "1")).await.unwrap();
        machine.apply("env", user("B", "2\n")).await.unwrap();
        machine.apply("env", user("A", "3")).await.unwrap();
        let written = fs::read(machine.home.join(".profile")).unwrap();
        assert!(written.starts_with(text), "{text:?}");
        machine.undo_all().await;
        assert_eq!(machine.tree(), before, "{text:?}");
    }
}

#[tokio::test]
async fn a_plan_says_what_apply_announces() {
    let mut machine = TestMachine::new();
    machine.places.login_shell = Some("fish".into());
    machine.home_file(".bashrc", "mine\n");
    let list = [
        ("env", user("A", "1")),
        ("env", user("B", "2")),
        ("env", user("A", "3")),
    ];
    let planned = machine.plan_list(&list).await.unwrap();
    let applied = machine.apply_list(&list).await;
    // The third use changes what the first has set, so that a second time is not the same.
    let applied = applied.unwrap();
    assert_eq!(planned.undo, applied.undo);
    assert_eq!(planned.changes, applied.changes);
    let mut together = TestMachine::new();
    together.places.login_shell = Some("fish".into());
    together.home_file(".bashrc", "mine\n");
    let uses: Vec<_> = list
        .iter()
        .map(|(_, arguments)| arguments.clone())
        .collect();
    let planned = together.plan_list(&list).await.unwrap();
    let applied = together.apply_together("env", &uses).await;
    assert_eq!(applied.error, None);
    let outcomes = applied.outcomes;
    let changes: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| outcome.changes.clone())
        .collect();
    let undo: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| outcome.undo.clone())
        .collect();
    assert_eq!((planned.changes, planned.undo), (changes, undo));
    assert_eq!(
        read(&machine.home.join(".bashrc")),
        read(&together.home.join(".bashrc"))
    );
}

#[tokio::test]
async fn files_are_those_of_the_shells_that_are_used() {
    let mut machine = TestMachine::new();
    machine.places.zsh = machine.home.join("zdotdir");
    let before = machine.tree();
    let paths = |changes: Vec<Change>| -> Vec<String> {
        let path = |change| match change {
            Change::Entry { path, .. } | Change::Directory { path } => path,
            change => panic!("{change:?}"),
        };
        changes.into_iter().map(path).collect()
    };
    let plan = machine.plan("env", user("A", "1")).await.unwrap();
    assert_eq!(paths(plan.changes), [machine.at_home(".profile")]);
    machine.places.login_shell = Some("zsh".into());
    let plan = machine.plan("env", user("A", "1")).await.unwrap();
    assert_eq!(
        paths(plan.changes),
        [".profile", "zdotdir", "zdotdir/.zshrc"].map(|path| machine.at_home(path))
    );
    machine.apply("env", user("A", "1")).await.unwrap();
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
    machine.places.login_shell = Some("bash".into());
    machine.home_file("zdotdir/.zshrc", "");
    fs::create_dir_all(machine.home.join(".config/fish")).unwrap();
    let before = machine.tree();
    let outcome = machine.apply("env", user("A", "1")).await.unwrap();
    let conf_d = ".config/fish/conf.d";
    let fish = ".config/fish/conf.d/grex.fish";
    assert_eq!(
        paths(outcome.changes),
        [".profile", ".bashrc", "zdotdir/.zshrc", conf_d, fish].map(|path| machine.at_home(path))
    );
    assert_eq!(outcome.undo[0].directories, [machine.at_home(conf_d)]);
    assert!(read(&machine.home.join(fish)).contains("set -gx A '1'\n"));
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_shell_that_appears_later_gets_its_line() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    machine.apply("env", user("A", "1")).await.unwrap();
    machine.home_file(".bashrc", "");
    let outcome = machine.apply("env", user("A", "1")).await.unwrap();
    assert_eq!(outcome.changes.len(), 1);
    assert!(read(&machine.home.join(".bashrc")).contains("A='1'"));
    machine.undo_all().await;
    assert_eq!(read(&machine.home.join(".bashrc")), "");
    fs::remove_file(machine.home.join(".bashrc")).unwrap();
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn an_earlier_value_comes_back() {
    let mut machine = TestMachine::new();
    machine.home_file(".profile", "mine\n");
    machine.apply("env", user("A", "1")).await.unwrap();
    let first = machine.tree();
    machine.apply("env", user("A", "2")).await.unwrap();
    let later = machine.previous.split_off(1);
    let earlier = std::mem::replace(&mut machine.previous, later);
    machine.undo_as(false).await.unwrap();
    assert_eq!(machine.tree(), first);
    machine.previous = earlier;
    machine.undo_all().await;
    assert_eq!(read(&machine.home.join(".profile")), "mine\n");
}

#[tokio::test]
async fn what_somebody_has_changed_since_stays() {
    let mut machine = TestMachine::new();
    machine.apply("env", user("A", "1")).await.unwrap();
    let profile = machine.home.join(".profile");
    let changed = read(&profile).replace("'1'", "'mine'");
    machine.home_file(".profile", &changed);
    assert_eq!(machine.undo_all().await, []);
    assert_eq!(read(&profile), changed);
    let expected = format!(
        "left {} as it is: its block `grex:dotfiles` has lines that are not what was installed",
        machine.at_home(".profile")
    );
    assert_eq!(machine.said[0], expected);
}

#[tokio::test]
async fn an_undo_says_which_lines_it_leaves_and_only_those() {
    let mut machine = TestMachine::new();
    machine.apply("env", user("A", "1")).await.unwrap();
    machine.apply("env", user("B", "2")).await.unwrap();
    let profile = machine.home.join(".profile");
    let as_installed = read(&profile);
    let records = machine.previous.clone();
    // What the pack still has in the block is no stranger there.
    machine.undo_as(false).await.unwrap();
    assert_eq!(machine.said, [""; 0]);
    machine.previous = records;
    machine.home_file(".profile", &as_installed.replace("export B", "export C"));
    machine.undo_as(false).await.unwrap();
    let left = format!("left lines in {}: ", machine.at_home(".profile"));
    assert!(
        machine.said.iter().any(|line| line.starts_with(&left)),
        "{:?}",
        machine.said
    );
    assert!(read(&profile).contains("export C='2'"));
}

#[tokio::test]
async fn a_block_that_somebody_has_emptied_goes() {
    for before in [None, Some("mine\n")] {
        let mut machine = TestMachine::new();
        if let Some(text) = before {
            machine.home_file(".profile", text);
        }
        machine.apply("env", user("A", "1")).await.unwrap();
        let profile = machine.home.join(".profile");
        let emptied = read(&profile).replace("export A='1'\n", "");
        machine.home_file(".profile", &emptied);
        assert_eq!(machine.undo_all().await, []);
        let after = fs::read_to_string(&profile).ok();
        assert_eq!(after.as_deref(), before);
        assert!(machine.said[0].contains("is removed"), "{:?}", machine.said);
    }
}

#[tokio::test]
async fn a_second_line_for_the_variable_does_not_win() {
    let mut machine = TestMachine::new();
    let block = "# >>> grex:dotfiles >>>\nexport A='1'\nexport A='2'\n# <<< grex:dotfiles <<<\n";
    machine.home_file(".profile", block);
    machine.apply("env", user("A", "1")).await.unwrap();
    let expected = "# >>> grex:dotfiles >>>\nexport A='1'\n# <<< grex:dotfiles <<<\n";
    assert_eq!(read(&machine.home.join(".profile")), expected);
    machine.home_file(".profile", &block.replace("'1'", "'9'"));
    machine.apply("env", user("A", "3")).await.unwrap();
    assert_eq!(
        read(&machine.home.join(".profile")),
        expected.replace('1', "3")
    );
}

#[tokio::test]
async fn linked_files_are_written_where_they_are() {
    let mut machine = TestMachine::new();
    machine.pack_file("rc/profile", "mine\n");
    let real = machine.pack.root.join("rc/profile");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    symlink("../work/dotfiles/rc/profile", machine.home.join(".profile")).unwrap();
    // Two names of one file.
    symlink(".profile", machine.home.join(".bashrc")).unwrap();
    let before = machine.tree();
    let outcome = machine.apply("env", user("A", "1")).await.unwrap();
    assert_eq!(outcome.changes.len(), 1);
    let Change::Entry { path, .. } = &outcome.changes[0] else {
        panic!("{outcome:?}");
    };
    assert_eq!(Path::new(path), real);
    assert!(read(&real).starts_with("mine\n# >>> grex:dotfiles >>>\n"));
    assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(machine.home.join(".profile").is_symlink());
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn links_that_the_same_install_makes_are_followed() {
    let mut machine = TestMachine::new();
    machine.places.login_shell = Some("fish".into());
    machine.pack_file("fish/conf.d/other.fish", "");
    machine.pack_file("bashrc", "mine\n");
    machine.home_file(".bashrc", "old\n");
    let before = machine.tree();
    let list = [
        ("symlink", json!({"src": "fish", "dst": "~/.config/fish"})),
        (
            "symlink",
            json!({"src": "bashrc", "dst": "~/.bashrc", "backup": true}),
        ),
        ("env", user("A", "1")),
    ];
    let outcome = machine.apply_list(&list).await.unwrap();
    let lines = outcome.changes.iter().filter_map(|change| match change {
        Change::Entry { path, .. } => Some(path.clone()),
        _ => None,
    });
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            machine.at_home(".profile"),
            machine.in_pack("bashrc"),
            machine.in_pack("fish/conf.d/grex.fish"),
        ]
    );
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn links_that_lead_to_no_file_are_refused_and_nothing_changes() {
    let cases: [(&str, &str); 4] = [
        ("nowhere", ".bashrc is a symbolic link to nothing"),
        (".bashrc", "leads through too many symbolic links"),
        (".", "home is a directory"),
        ("/dev/null", "/dev/null is not a regular file"),
    ];
    for (target, expected) in cases {
        let mut machine = TestMachine::new();
        symlink(target, machine.home.join(".bashrc")).unwrap();
        let before = machine.tree();
        let error = machine.apply("env", user("A", "1")).await.unwrap_err();
        assert!(
            matches!(error, ActionError::Precondition { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(machine.tree(), before);
    }
}

#[tokio::test]
async fn broken_markers_are_refused_and_no_file_changes() {
    for text in [
        "mine\n# >>> grex:dotfiles >>>\n",
        "mine\n# <<< grex:x <<<\n",
    ] {
        let mut machine = TestMachine::new();
        machine.home_file(".profile", "mine\n");
        machine.home_file(".bashrc", text);
        let before = machine.tree();
        let error = machine.apply("env", user("A", "1")).await.unwrap_err();
        let place = format!("{}: line 2: ", machine.at_home(".bashrc"));
        assert!(error.to_string().starts_with(&place), "{error}");
        assert_eq!(machine.tree(), before);
        assert_eq!(machine.previous, []);
    }
}

#[tokio::test]
async fn an_undo_that_meets_broken_markers_changes_no_file() {
    let mut machine = TestMachine::new();
    machine.home_file(".bashrc", "");
    machine.apply("env", user("A", "1")).await.unwrap();
    let bashrc = read(&machine.home.join(".bashrc"));
    machine.home_file(".bashrc", &bashrc.replace("# <<<", "#"));
    let before = machine.tree();
    let error = machine.undo_as(false).await.unwrap_err();
    assert!(error.to_string().contains(".bashrc: line 1: "), "{error}");
    assert_eq!(machine.tree(), before);
    machine.home_file(".bashrc", &bashrc);
    machine.undo_all().await;
    assert!(!machine.home.join(".profile").exists());
}

#[tokio::test]
async fn a_death_after_the_announcement_is_recovered_from() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    machine.announcements = Some(0);
    machine
        .apply_only(&[("env", user("A", "1"))])
        .await
        .unwrap_err();
    assert_eq!(machine.tree(), before);
    assert_eq!(machine.previous.len(), 1);
    machine.announcements = None;
    machine.apply("env", user("A", "1")).await.unwrap();
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn packs_that_share_a_file_go_in_any_order() {
    for first in [0, 1] {
        let mut machine = TestMachine::new();
        machine.places.login_shell = Some("fish".into());
        let before = machine.tree();
        let mut records = Vec::new();
        for id in ["dotfiles", "other"] {
            machine.pack.id = id.into();
            machine.apply("env", user("A", id)).await.unwrap();
            machine.apply("env", user("B", id)).await.unwrap();
            records.push(std::mem::take(&mut machine.previous));
        }
        let last = records.remove(1 - first);
        machine.previous = records.remove(0);
        let directories = machine.previous[0].directories.clone();
        machine.undo_all().await;
        let profile = read(&machine.home.join(".profile"));
        assert_eq!(profile.matches(">>>").count(), 2, "{profile}");
        machine.previous = last;
        // Whoever runs actions tries again to remove the directories of a pack that went earlier.
        machine.previous[0].directories.extend(directories);
        machine.undo_all().await;
        assert_eq!(machine.tree(), before);
    }
}

#[tokio::test]
async fn variables_of_one_pack_go_in_any_order() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    machine.apply("env", user("A", "1")).await.unwrap();
    machine.apply("env", user("B", "1")).await.unwrap();
    let later = machine.previous.split_off(1);
    machine.undo_all().await;
    assert!(read(&machine.home.join(".profile")).contains("B='1'"));
    machine.previous = later;
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_thousand_variables_are_one_write_a_file_and_quick() {
    let mut machine = TestMachine::new();
    machine.places.login_shell = Some("bash".into());
    machine.home_file(".profile", "mine");
    let before = machine.tree();
    let uses: Vec<_> = (0..1_000)
        .map(|index| user(&format!("NAME_{index}"), &format!("value {index}")))
        .collect();
    let list: Vec<_> = uses
        .iter()
        .map(|arguments| ("env", arguments.clone()))
        .collect();
    let begin = Instant::now();
    let planned = machine.plan_list(&list).await.unwrap();
    let planning = begin.elapsed();
    let begin = Instant::now();
    let applied = machine.apply_together("env", &uses).await;
    let applying = begin.elapsed();
    assert_eq!(applied.error, None);
    let changes: Vec<_> = applied
        .outcomes
        .into_iter()
        .flat_map(|outcome| outcome.changes)
        .collect();
    assert_eq!(planned.changes, changes);
    assert_eq!(read(&machine.home.join(".bashrc")).lines().count(), 1_002);
    let begin = Instant::now();
    let results = machine.undo_together("env").await;
    let undoing = begin.elapsed();
    assert!(
        results
            .iter()
            .all(|result| matches!(result, Ok(changes) if changes.len() == 2))
    );
    assert_eq!(machine.tree(), before);
    let times = format!("plan {planning:?}, apply {applying:?}, undo {undoing:?}");
    assert!(
        planning.max(applying).max(undoing) < Duration::from_secs(3),
        "{times}"
    );
}

#[tokio::test]
async fn uses_before_a_wrong_one_are_applied() {
    let mut machine = TestMachine::new();
    let uses = [user("A", "1"), user("B", "$UNKNOWN"), user("C", "1")];
    let applied = machine.apply_together("env", &uses).await;
    assert_eq!(applied.outcomes.len(), 1);
    let error = applied.error.unwrap().to_string();
    assert!(error.contains("UNKNOWN"), "{error}");
    let profile = read(&machine.home.join(".profile"));
    assert!(
        profile.contains("A='1'") && !profile.contains("C="),
        "{profile}"
    );
}

#[tokio::test]
async fn the_machine_has_a_file_of_its_own() {
    let mut machine = TestMachine::new();
    let file = machine.places.machine_environment.clone();
    put(&file, b"PATH=\"/bin\"\n");
    let before = machine.tree();
    let outcome = machine
        .apply("env", scoped("A", "it's \"x\" $$HOME", "machine"))
        .await
        .unwrap();
    assert_eq!(outcome.resources[0].name, "env:machine:A");
    assert_eq!(
        read(&file),
        "PATH=\"/bin\"\n# >>> grex:dotfiles >>>\nA=\"it's \"x\" $HOME\"\n# <<< grex:dotfiles <<<\n"
    );
    assert!(!machine.home.join(".profile").exists());
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
    for value in ["a\nb", "a#b"] {
        let error = machine
            .apply("env", scoped("A", value, "machine"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, ActionError::Precondition { .. }),
            "{error:?}"
        );
        assert_eq!(error.hint(), Some("set it with `scope: user`"));
    }
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_machine_file_with_dos_line_endings_keeps_them_out_of_the_value() {
    let mut machine = TestMachine::new();
    let file = machine.places.machine_environment.clone();
    put(&file, b"B=2\r\n");
    let before = machine.tree();
    machine
        .apply("env", scoped("A", "1", "machine"))
        .await
        .unwrap();
    // What is behind `#` is a comment there.
    assert!(read(&file).contains("\r\nA=\"1\"#\r\n"));
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_machine_file_that_cannot_be_written_is_named() {
    let mut machine = TestMachine::new();
    machine.places.machine_environment = "/proc/grex/environment".into();
    let applied = machine
        .apply_only(&[("env", scoped("A", "1", "machine"))])
        .await;
    let error = applied.unwrap_err();
    assert!(error.to_string().contains("/proc/grex"), "{error}");
    assert!(error.hint().unwrap().contains("rights"), "{error:?}");
}

#[tokio::test]
async fn macos_has_no_file_for_everybody() {
    let mut machine = TestMachine::new();
    machine.platform = OperatingSystem::Macos;
    let before = machine.tree();
    let error = machine
        .plan("env", scoped("A", "1", "machine"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("macOS"), "{error}");
    assert!(error.hint().unwrap().contains("user"), "{error:?}");
    machine.apply("env", user("A", "1")).await.unwrap();
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_session_variable_is_there_for_what_comes_later() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    let list = [
        ("env", scoped("A", "1", "session")),
        ("env", scoped("USER", "me", "session")),
    ];
    let outcome = machine.apply_only(&list).await.unwrap();
    let change = Change::Variable {
        name: "A".into(),
        scope: "session".into(),
        old: None,
        new: Some("1".into()),
    };
    assert_eq!(outcome.changes, [change]);
    assert_eq!(outcome.resources[0].name, "env:session:A");
    assert_eq!(outcome.undo, []);
    assert_eq!(machine.session.get("A").map(String::as_str), Some("1"));
    assert_eq!(machine.tree(), before);
    let uses = [
        scoped("A", "2\n", "session"),
        scoped("B", "$A$A", "session"),
        user("C", "$B"),
        scoped("A", "2\n", "session"),
    ];
    let applied = machine.apply_together("env", &uses).await;
    assert_eq!(applied.error, None);
    assert_eq!(machine.session["B"], "2\n2\n");
    assert_eq!(applied.outcomes[3].changes, []);
    assert!(read(&machine.home.join(".profile")).contains(r"2\0122\012x"));
}

#[tokio::test]
async fn a_stopped_run_writes_nothing() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    machine.cancel.stop();
    let applied = machine.apply_only(&[("env", user("A", "1"))]).await;
    assert_eq!(applied.unwrap_err(), ActionError::Cancelled);
    assert_eq!(machine.tree(), before);
    assert_eq!(machine.previous, []);
}
