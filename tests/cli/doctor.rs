//! `doctor`: each finding reached, told, put right where that is possible, and gone afterwards.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use grex_fixtures::{Fault, Outcome, Rule, Sandbox, grex, tree_snapshot_without};
use serde_json::Value;

use crate::support::{
    Still, error_of, half_made, register, registration, tidy, url_of, workspace, workspace_with,
};

/// What `doctor` finds, but for what it says of the git that is tested with.
#[track_caller]
fn findings(outcome: &Outcome) -> Vec<Value> {
    let report = outcome.json();
    assert_eq!(report["exit_code"], outcome.status.unwrap(), "{report:#}");
    let findings = report["findings"].as_array().expect("findings").iter();
    let findings = findings.filter(|finding| finding["check"] != "git");
    findings.cloned().collect()
}

#[track_caller]
fn doctor(sandbox: &Sandbox, words: &[&str], code: i32) -> Vec<Value> {
    let outcome = grex!(sandbox, "doctor", "--json").args(words).run();
    outcome.code(code);
    tidy_but_for_leftovers(&outcome);
    findings(&outcome)
}

#[track_caller]
fn tidy_but_for_leftovers(outcome: &Outcome) {
    assert!(
        !outcome.stderr.contains("panicked"),
        "{}",
        outcome.snapshot()
    );
}

/// Everything in the workspace but the lines that say who held a lock last.
fn everything(sandbox: &Sandbox) -> Vec<String> {
    let state = ".grex/.state";
    let locks = [
        format!("{state}/workspace.grex-lock"),
        format!("{state}/manifest.grex-lock"),
    ];
    let locks = locks.each_ref().map(String::as_str);
    tree_snapshot_without(&sandbox.workspace(), &locks)
}

/// What one fault is told as.
struct Told<'a> {
    check: &'a str,
    severity: &'a str,
    pack: Option<&'a str>,
    words: &'a [&'a str],
    code: i32,
}

impl Told<'_> {
    #[track_caller]
    fn check(&self, found: &[Value]) {
        let finding = found
            .iter()
            .find(|finding| finding["check"] == self.check && finding["pack"].as_str() == self.pack)
            .unwrap_or_else(|| panic!("no {} of {:?} in {found:#?}", self.check, self.pack));
        assert_eq!(finding["severity"], self.severity, "{finding:#}");
        let text = format!("{} {}", finding["detail"], finding["fix"]);
        for word in self.words {
            assert!(text.contains(word), "{word:?} in {finding:#}");
        }
        for name in ["detail", "fix"] {
            assert!(!finding[name].as_str().unwrap().is_empty(), "{finding:#}");
        }
    }

    /// It is found, and neither looking nor planning changes anything; it is fixed, is gone, and
    /// a second `--fix` changes nothing.
    #[track_caller]
    fn is_healed(&self, sandbox: &Sandbox) {
        let before = everything(sandbox);
        self.check(&doctor(sandbox, &[], self.code));
        let planned = doctor(sandbox, &["--fix", "--dry-run"], self.code);
        assert!(planned.iter().all(|finding| finding["fixed"] == false));
        assert_eq!(everything(sandbox), before, "looking changed something");
        let found = doctor(sandbox, &["--fix"], 0);
        self.check(&found);
        for finding in &found {
            assert_eq!(
                (&finding["auto_fixable"], &finding["fixed"]),
                (&true.into(), &true.into()),
                "{finding:#}"
            );
        }
        assert_eq!(doctor(sandbox, &[], 0), [Value::Null; 0]);
        let after = everything(sandbox);
        assert_eq!(doctor(sandbox, &["--fix"], 0), [Value::Null; 0]);
        assert_eq!(
            everything(sandbox),
            after,
            "the second --fix changed something"
        );
        grex!(sandbox, "sync").run().success();
    }

    /// It is found, and `--fix` leaves it and everything else alone.
    #[track_caller]
    fn is_left_alone(&self, sandbox: &Sandbox) {
        let before = everything(sandbox);
        self.check(&doctor(sandbox, &[], self.code));
        let found = doctor(sandbox, &["--fix"], self.code);
        self.check(&found);
        for finding in &found {
            assert_eq!(
                (&finding["auto_fixable"], &finding["fixed"]),
                (&false.into(), &false.into()),
                "{finding:#}"
            );
        }
        assert_eq!(everything(sandbox), before, "--fix changed something");
    }
}

fn append(sandbox: &Sandbox, file: &str, text: &str) {
    let before = fs::read_to_string(sandbox.path(file)).unwrap_or_default();
    sandbox.write(file, before + text);
}

fn trash(sandbox: &Sandbox) -> Vec<String> {
    let mut names = Vec::new();
    for bin in fs::read_dir(sandbox.path("workspace/.grex/.state/trash"))
        .into_iter()
        .flatten()
    {
        for entry in fs::read_dir(bin.unwrap().path()).unwrap() {
            names.push(entry.unwrap().file_name().to_string_lossy().into_owned());
        }
    }
    names
}

#[test]
fn a_sound_workspace_is_so_and_nothing_is_touched() {
    let sandbox = workspace_with(&["one", "services/api"]);
    let before = everything(&sandbox);
    let outcome = grex!(sandbox, "doctor", "--json").run();
    outcome.code(0);
    assert_eq!(findings(&outcome), [Value::Null; 0]);
    assert_eq!(doctor(&sandbox, &["--fix"], 0), [Value::Null; 0]);
    assert_eq!(everything(&sandbox), before);
    tidy(&sandbox, &outcome);
}

#[test]
fn the_json_has_all_its_fields_and_the_text_says_the_same() {
    let sandbox = workspace_with(&["one"]);
    fs::remove_dir_all(sandbox.path("workspace/one")).unwrap();
    append(&sandbox, "workspace/grex.jsonl", "{\"torn");
    let outcome = grex!(sandbox, "doctor", "--json").run();
    outcome.code(7);
    let report = outcome.json();
    assert_eq!(report["worst_severity"], "warning");
    let missing = findings(&outcome)
        .into_iter()
        .find(|one| one["check"] == "missing");
    let mut fields: Vec<_> = missing
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    fields.sort();
    let expected = [
        "auto_fixable",
        "check",
        "detail",
        "fix",
        "fixed",
        "pack",
        "severity",
    ];
    assert_eq!(fields, expected);
    let outcome = grex!(sandbox, "doctor").run();
    outcome.code(7);
    let url = url_of(&sandbox, "one");
    // An old git is one more.
    let count = 2 + usize::from(outcome.stdout.contains("[git]"));
    let text = format!(
        "warning: line 2: cut off while it was written, left out [manifest]\n  \
         fix: `grex doctor --fix` cuts it off, as the next change of the manifest would\n\
         warning: one: it is declared ({url}), and nothing is there [missing]\n  \
         fix: `grex sync --only one` clones it\n\
         {count} warnings; `grex doctor --fix` puts one of them right\n"
    );
    assert!(
        outcome.stdout.ends_with(&text),
        "{}\n{text}",
        outcome.stdout
    );
    let outcome = grex!(sandbox, "doctor", "--fix", "--dry-run").run();
    outcome.code(7);
    assert!(
        outcome.stdout.contains("would be fixed: "),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.ends_with("dry run: nothing was changed\n"));
    let outcome = grex!(sandbox, "doctor", "--fix").run();
    outcome.code(7);
    assert!(
        outcome
            .stdout
            .contains("fixed: line 2: cut off while it was written, left out [manifest]\n"),
        "{}",
        outcome.stdout
    );
    let left = match count {
        2 => "1 warning, 1 fixed\n",
        _ => "2 warnings, 1 fixed\n",
    };
    assert!(outcome.stdout.ends_with(left), "{}", outcome.stdout);
}

#[test]
fn wrong_words_are_refused_before_anything_is_looked_at() {
    let sandbox = workspace();
    grex!(sandbox, "doctor", "--filter", "a").run().code(2);
    grex!(sandbox, "doctor", "--trust").run().code(2);
    grex!(sandbox, "doctor", "one").run().code(2);
}

#[test]
fn bad_lines_of_the_manifest_are_moved_aside() {
    let sandbox = workspace_with(&["one"]);
    append(&sandbox, "workspace/grex.jsonl", "garbage\n<<<<<<< ours\n");
    // One that was good before is hidden by them.
    let told = Told {
        check: "manifest",
        severity: "error",
        pack: None,
        words: &["grex.jsonl: line 2", "grex.jsonl.rejected"],
        code: 3,
    };
    told.check(&doctor(&sandbox, &[], 3));
    let before = everything(&sandbox);
    doctor(&sandbox, &["--fix", "--dry-run"], 3);
    assert_eq!(everything(&sandbox), before, "planning changed something");
    let found = doctor(&sandbox, &["--fix"], 0);
    told.check(&found);
    assert_eq!(found[0]["fixed"], true);
    let done = "moved to grex.jsonl.rejected; mend it there and append it to grex.jsonl";
    assert_eq!(found[0]["done"], done);
    assert_eq!(
        sandbox.read("workspace/grex.jsonl.rejected"),
        "garbage\n<<<<<<< ours\n"
    );
    assert!(sandbox.path("workspace/one/README").exists());
    fs::remove_file(sandbox.path("workspace/grex.jsonl.rejected")).unwrap();
    assert_eq!(doctor(&sandbox, &[], 0), [Value::Null; 0]);
    grex!(sandbox, "sync").run().success();
}

#[test]
fn nothing_is_pruned_for_a_line_that_was_moved_aside() {
    let sandbox = workspace_with(&["one"]);
    let manifest = sandbox.read("workspace/grex.jsonl");
    let damaged = manifest.replace("\"op\"", "\"op");
    assert_ne!(damaged, manifest);
    sandbox.write("workspace/grex.jsonl", &damaged);
    let fixed = grex!(sandbox, "doctor", "--fix").run();
    fixed.code(7);
    let done = "moved to grex.jsonl.rejected; mend it there and append it to grex.jsonl";
    assert!(fixed.stdout.contains(done), "{}", fixed.stdout);
    let again = grex!(sandbox, "doctor").run();
    again.code(7);
    for found in [&fixed, &again] {
        let left = "grex.jsonl.rejected has lines that were moved out of the manifest";
        assert!(found.stdout.contains(left), "{}", found.stdout);
        assert!(!found.stdout.contains("--prune"), "{}", found.stdout);
    }
    // Mended and put back as it says, everything is as it was.
    sandbox.write("workspace/grex.jsonl", &manifest);
    fs::remove_file(sandbox.path("workspace/grex.jsonl.rejected")).unwrap();
    doctor(&sandbox, &["--fix"], 0);
    assert_eq!(doctor(&sandbox, &[], 0), [Value::Null; 0]);
}

#[test]
fn a_manifest_of_a_later_grex_or_none_at_all_is_left_alone() {
    let sandbox = workspace_with(&["one"]);
    let line = registration("two", "https://example.org/two", None);
    let line = line.replace("\"schema_version\":\"1\"", "\"schema_version\":\"9\"");
    append(&sandbox, "workspace/grex.jsonl", &line);
    let mut told = Told {
        check: "manifest",
        severity: "error",
        pack: None,
        words: &["line 2", "schema_version", "a later one"],
        code: 3,
    };
    told.is_left_alone(&sandbox);
    fs::remove_file(sandbox.path("workspace/grex.jsonl")).unwrap();
    let before = everything(&sandbox);
    let outcome = grex!(sandbox, "doctor", "--json", "--manifest", "grex.jsonl").run();
    outcome.code(3);
    told.words = &["no manifest", "grex init"];
    told.check(&findings(&outcome));
    assert_eq!(everything(&sandbox), before);
    fs::create_dir(sandbox.path("workspace/grex.jsonl")).unwrap();
    let outcome = grex!(sandbox, "doctor", "--json", "--manifest", "grex.jsonl").run();
    outcome.code(3);
    told.words = &["it is a directory"];
    told.check(&findings(&outcome));
}

#[test]
fn what_is_odd_in_the_manifest_is_told_and_compaction_settles_it() {
    let sandbox = workspace_with(&["one"]);
    let older = "{\"op\":\"update\",\"ts\":\"2020-01-01T00:00:00Z\",\"id\":\"one\",\"type\":\"meta\",\"schema_version\":\"1\"}\n";
    let nothing = "{\"op\":\"rm\",\"ts\":\"2020-01-01T00:00:00Z\",\"id\":\"gone\",\"schema_version\":\"1\"}\n";
    append(
        &sandbox,
        "workspace/grex.jsonl",
        &format!("{older}{nothing}"),
    );
    let mut told = Told {
        check: "manifest",
        severity: "warning",
        pack: Some("one"),
        words: &["line 2", "older than line 1", "--compact"],
        code: 7,
    };
    told.is_left_alone(&sandbox);
    told.pack = Some("gone");
    told.words = &["has no effect"];
    told.is_left_alone(&sandbox);
    let outcome = grex!(sandbox, "doctor", "--compact", "--dry-run").run();
    outcome.code(7);
    assert!(
        outcome
            .stdout
            .contains("would be compacted: 3 lines before, 1 after"),
        "{}",
        outcome.stdout
    );
    let listed = grex!(sandbox, "ls", "--json").run().json();
    let outcome = grex!(sandbox, "doctor", "--compact", "--json").run();
    outcome.code(0);
    let compaction = &outcome.json()["compaction"];
    assert_eq!(
        (&compaction["before"], &compaction["after"]),
        (&3.into(), &1.into())
    );
    assert_eq!(grex!(sandbox, "ls", "--json").run().json(), listed);
    // What is short stays as it is, times included.
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "doctor", "--compact").run();
    outcome.code(0);
    assert!(
        outcome.stdout.contains("as short as it can be"),
        "{}",
        outcome.stdout
    );
    still.check();
}

#[test]
fn a_manifest_that_must_not_be_compacted_is_not() {
    let sandbox = workspace_with(&["one"]);
    append(
        &sandbox,
        "workspace/grex.jsonl",
        "{\"op\":\"fly\",\"schema_version\":\"1\"}\n",
    );
    let still = Still::of(sandbox.workspace());
    let found = doctor(&sandbox, &["--fix", "--compact"], 7);
    let texts: Vec<_> = found
        .iter()
        .map(|one| one["detail"].as_str().unwrap())
        .collect();
    assert!(
        texts.iter().any(|text| text.contains("unknown op `fly`")),
        "{texts:?}"
    );
    assert!(
        texts.iter().any(|text| text.contains("was not compacted")),
        "{texts:?}"
    );
    append(&sandbox, "workspace/grex.jsonl", "");
    still.check_content();
    append(&sandbox, "workspace/grex.jsonl", "garbage\n");
    let broken = sandbox.read("workspace/grex.jsonl");
    doctor(&sandbox, &["--compact"], 3);
    assert_eq!(sandbox.read("workspace/grex.jsonl"), broken);
}

#[test]
fn a_killed_compaction_leaves_what_is_cleared() {
    let sandbox = workspace_with(&["one"]);
    append(
        &sandbox,
        "workspace/grex.jsonl",
        &registration("one", &url_of(&sandbox, "one"), None),
    );
    let manifest = sandbox.read("workspace/grex.jsonl");
    // The name that a rewrite of the manifest goes by is its own: SHA-256 of `grex.jsonl`.
    sandbox.write("workspace/.grex-tmp.9b184652071ea834", "half");
    Told {
        check: "leftover",
        severity: "warning",
        pack: None,
        words: &[".grex-tmp."],
        code: 7,
    }
    .is_healed(&sandbox);
    assert_eq!(sandbox.read("workspace/grex.jsonl"), manifest);
    assert_eq!(
        half_made(&sandbox.workspace()),
        [""; 0].map(std::path::PathBuf::from)
    );
    assert_eq!(trash(&sandbox), [""; 0]);
}

#[test]
fn the_lockfile_is_rewritten_and_what_could_not_be_read_is_kept() {
    let sandbox = workspace_with(&["one"]);
    let good = sandbox.read("workspace/grex.lock.jsonl");
    sandbox.write("workspace/grex.lock.jsonl", format!("garbage\n{good}"));
    let mut told = Told {
        check: "lockfile",
        severity: "error",
        pack: None,
        words: &["grex.lock.jsonl: line 1", "trash"],
        code: 3,
    };
    told.is_healed(&sandbox);
    assert_eq!(sandbox.read("workspace/grex.lock.jsonl"), good);
    assert_eq!(trash(&sandbox), ["grex.lock.jsonl"]);
    // A line that was cut off is what a killed run leaves, and so is a pack twice.
    append(&sandbox, "workspace/grex.lock.jsonl", "{\"id\":\"on");
    told.severity = "warning";
    told.code = 7;
    told.words = &["line 2"];
    told.is_healed(&sandbox);
    append(&sandbox, "workspace/grex.lock.jsonl", &good);
    told.words = &["not sorted"];
    told.is_healed(&sandbox);
    assert_eq!(sandbox.read("workspace/grex.lock.jsonl"), good);
}

#[test]
fn a_lockfile_that_is_none_or_gone_is_told() {
    let sandbox = workspace_with(&["one"]);
    fs::remove_file(sandbox.path("workspace/grex.lock.jsonl")).unwrap();
    Told {
        check: "lockfile",
        severity: "warning",
        pack: Some("one"),
        words: &["grex sync"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    fs::create_dir(sandbox.path("workspace/grex.lock.jsonl")).unwrap();
    Told {
        check: "lockfile",
        severity: "error",
        pack: None,
        words: &["it is a directory"],
        code: 3,
    }
    .is_left_alone(&sandbox);
}

#[test]
fn entries_of_what_is_gone_are_forgotten_and_those_of_what_is_there_stay() {
    let sandbox = workspace_with(&["one", "two"]);
    let manifest = registration("one", &url_of(&sandbox, "one"), None);
    sandbox.write("workspace/grex.jsonl", manifest);
    grex!(sandbox, "init").run().success();
    Told {
        check: "orphan",
        severity: "warning",
        pack: Some("two"),
        words: &["grex sync --prune"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    fs::remove_dir_all(sandbox.path("workspace/two")).unwrap();
    Told {
        check: "orphan",
        severity: "warning",
        pack: Some("two"),
        words: &["it is gone"],
        code: 7,
    }
    .is_healed(&sandbox);
    assert!(!sandbox.read("workspace/grex.lock.jsonl").contains("two"));
}

#[test]
fn blocks_are_put_right_and_no_line_of_the_users_goes() {
    let sandbox = workspace_with(&["one"]);
    let good = sandbox.read("workspace/.gitignore");
    let broken = good.replace("# <<< grex <<<\n", "mine\n");
    assert_ne!(broken, good);
    sandbox.write("workspace/.gitignore", broken);
    let mut told = Told {
        check: "block",
        severity: "error",
        pack: None,
        words: &[".gitignore: line 1"],
        code: 7,
    };
    told.is_healed(&sandbox);
    assert_eq!(
        sandbox.read("workspace/.gitignore"),
        format!("{good}mine\n")
    );
    told.severity = "warning";
    told.words = &[".gitignore", "does not hold"];
    sandbox.write("workspace/.gitignore", "mine\n");
    told.is_healed(&sandbox);
    assert_eq!(
        sandbox.read("workspace/.gitignore"),
        format!("mine\n{good}")
    );
    told.words = &[".gitignore", "another program", "grex:one"];
    let foreign = "# >>> grex:one >>>\n/one/\n/other/\n# <<< grex:one <<<\n";
    sandbox.write("workspace/.gitignore", format!("{foreign}{good}"));
    told.is_healed(&sandbox);
    assert_eq!(
        sandbox.read("workspace/.gitignore"),
        format!("/other/\n{good}")
    );
    told.words = &[".gitattributes"];
    fs::remove_file(sandbox.path("workspace/.gitattributes")).unwrap();
    told.is_healed(&sandbox);
    let attributes = sandbox.read("workspace/.gitattributes");
    assert!(
        attributes.contains("grex.jsonl merge=union"),
        "{attributes}"
    );
}

/// A workspace with a pack that has a child.
fn family() -> Sandbox {
    let sandbox = workspace();
    let child = sandbox.remote("child").commit("a", "1\n").create();
    let yaml = crate::support::pack_yaml(
        "tree",
        &[serde_json::json!({ "url": child.url(), "path": "leaf" })],
    );
    let tree = sandbox.remote("tree").pack_yaml(&yaml).create();
    register(&sandbox, &[("tree", &tree.url())]);
    grex!(sandbox, "sync").run().success();
    sandbox
}

#[test]
fn the_block_of_a_pack_with_children_is_put_right() {
    let sandbox = family();
    assert_eq!(doctor(&sandbox, &[], 0), [Value::Null; 0]);
    let exclude = "workspace/tree/.git/info/exclude";
    let good = sandbox.read(exclude);
    sandbox.write(exclude, "mine\n");
    Told {
        check: "block",
        severity: "warning",
        pack: Some("tree"),
        words: &["info/exclude"],
        code: 7,
    }
    .is_healed(&sandbox);
    assert!(sandbox.read(exclude).starts_with("mine\n"));
    assert!(good.ends_with(&sandbox.read(exclude)["mine\n".len()..]));
}

#[test]
fn a_pack_yaml_that_cannot_be_used_is_told_with_its_place() {
    let sandbox = family();
    sandbox.write(
        "workspace/tree/.grex/pack.yaml",
        "schema_version: \"1\"\nname: tree\ntype: mta\n",
    );
    Told {
        check: "pack-yaml",
        severity: "error",
        pack: Some("tree"),
        words: &["pack.yaml:3:7", "meta"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    sandbox.write("workspace/.grex/pack.yaml", "nonsense: [\n");
    Told {
        check: "pack-yaml",
        severity: "error",
        pack: Some("."),
        words: &["pack.yaml"],
        code: 7,
    }
    .is_left_alone(&sandbox);
}

#[test]
fn what_packs_depend_on_is_looked_for() {
    let sandbox = workspace();
    for (name, wants) in [("one", "two"), ("two", "one"), ("three", "four")] {
        let yaml =
            format!("schema_version: \"1\"\nname: {name}\ntype: meta\ndepends_on: [{wants}]\n");
        let remote = sandbox.remote(name).pack_yaml(&yaml).create();
        register(&sandbox, &[(name, &remote.url())]);
    }
    grex!(sandbox, "sync").run().success();
    for (pack, words) in [("three", "depends on `four`"), ("one", "one -> two -> one")] {
        Told {
            check: "depends-on",
            severity: "error",
            pack: Some(pack),
            words: &[words],
            code: 7,
        }
        .is_left_alone(&sandbox);
    }
}

#[test]
fn what_is_missing_and_what_nothing_declares_is_told() {
    let sandbox = workspace_with(&["one"]);
    fs::remove_dir_all(sandbox.path("workspace/one")).unwrap();
    Told {
        check: "missing",
        severity: "warning",
        pack: Some("one"),
        words: &["grex sync --only one"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    let url = url_of(&sandbox, "one");
    sandbox.git("workspace", &["clone", "-q", &url, "my own"]);
    Told {
        check: "undeclared",
        severity: "warning",
        pack: Some("my own"),
        words: &[&format!("grex add {url} 'my own'")],
        code: 7,
    }
    .is_left_alone(&sandbox);
}

#[test]
fn l3_a_lock_that_git_left_is_told_with_its_age_and_never_deleted() {
    let sandbox = workspace_with(&["one"]);
    let lock = sandbox.write("workspace/one/.git/index.lock", "");
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_700);
    let file = fs::File::options().write(true).open(&lock).unwrap();
    file.set_modified(hour_ago).unwrap();
    let path = lock.display().to_string();
    let mut told = Told {
        check: "repository",
        severity: "warning",
        pack: Some("one"),
        words: &["1 hour", &format!("rm {path}")],
        code: 7,
    };
    told.is_left_alone(&sandbox);
    fs::rename(&lock, sandbox.path("workspace/one/.git/config.lock")).unwrap();
    told.words = &["config.lock is there for 1 hour"];
    told.is_left_alone(&sandbox);
}

#[test]
fn s7_broken_repositories_are_told_and_left_alone() {
    let packs = [
        "head", "objects", "index", "config", "refs", "origin", "taken", "git-gone",
    ];
    let sandbox = workspace_with(&packs);
    let git = |pack: &str| sandbox.path(format!("workspace/{pack}/.git"));
    fs::write(git("head").join("HEAD"), "").unwrap();
    fs::remove_dir_all(git("objects").join("objects")).unwrap();
    fs::create_dir(git("objects").join("objects")).unwrap();
    let index = fs::read(git("index").join("index")).unwrap();
    fs::write(git("index").join("index"), &index[..index.len() / 2]).unwrap();
    fs::write(git("config").join("config"), "[core\n\0").unwrap();
    fs::write(git("refs").join("refs/heads/main"), "nonsense\n").unwrap();
    sandbox.git(
        "workspace/origin",
        &["remote", "set-url", "origin", "https://example.org/x"],
    );
    fs::remove_dir_all(sandbox.path("workspace/taken")).unwrap();
    sandbox.write("workspace/taken", "mine\n");
    fs::remove_dir_all(git("git-gone")).unwrap();
    for pack in packs {
        Told {
            check: "repository",
            severity: "error",
            pack: Some(pack),
            words: &[match pack {
                "head" => "HEAD is empty",
                "refs" => "put the commit that it had into `.git/refs/heads/main`",
                "origin" => "https://example.org/x",
                "taken" | "git-gone" => "no git repository",
                _ => "broken",
            }],
            code: 7,
        }
        .is_left_alone(&sandbox);
    }
}

#[test]
fn links_out_of_the_workspace_and_in_place_of_our_directory_are_told() {
    let sandbox = workspace_with(&["one"]);
    fs::remove_dir_all(sandbox.path("workspace/one")).unwrap();
    symlink(sandbox.home(), sandbox.path("workspace/one")).unwrap();
    Told {
        check: "repository",
        severity: "error",
        pack: Some("one"),
        words: &["symbolic link", "outside the workspace"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    fs::remove_dir_all(sandbox.path("workspace/.grex")).unwrap();
    symlink(sandbox.home(), sandbox.path("workspace/.grex")).unwrap();
    let found = doctor(&sandbox, &[], 7);
    Told {
        check: "lock",
        severity: "error",
        pack: None,
        words: &["symbolic link", "our own directory"],
        code: 7,
    }
    .check(&found);
}

#[test]
fn a_lock_that_nobody_can_take_is_told_and_one_that_a_killed_run_left_is_not() {
    let sandbox = workspace_with(&["one"]);
    let lock = "workspace/.grex/.state/manifest.grex-lock";
    sandbox.write(
        lock,
        "{\"pid\":1,\"host\":\"h\",\"verb\":\"add\",\"started\":\"2020-01-01T00:00:00Z\"}\n",
    );
    assert_eq!(doctor(&sandbox, &[], 0), [Value::Null; 0]);
    fs::remove_file(sandbox.path(lock)).unwrap();
    fs::create_dir(sandbox.path(lock)).unwrap();
    Told {
        check: "lock",
        severity: "error",
        pack: None,
        words: &["manifest.grex-lock"],
        code: 7,
    }
    .is_left_alone(&sandbox);
}

#[test]
fn what_killed_runs_left_goes_to_the_trash() {
    let sandbox = workspace_with(&["services/api"]);
    sandbox.write("workspace/services/.grex-tmp.ffffff0-1-0/work", "mine\n");
    sandbox.write("workspace/.grex/.state/undo/.grex-tmp.x", "half");
    let told = Told {
        check: "leftover",
        severity: "warning",
        pack: None,
        words: &["left by an interrupted run"],
        code: 7,
    };
    told.is_healed(&sandbox);
    let mut kept = trash(&sandbox);
    kept.sort();
    assert_eq!(kept, ["grex-tmp.ffffff0-1-0", "grex-tmp.x"]);
    sandbox.write("workspace/.grex/.state/run/hooks-1/setup.sh", "x");
    told.is_healed(&sandbox);
    // Of a run that may be at work from another workspace, nothing is moved.
    let process = std::process::id();
    let name = format!("workspace/services/.grex-tmp.{process:x}-1-0");
    sandbox.write(format!("{name}/work"), "mine\n");
    Told {
        words: &["is not of a run in this workspace"],
        ..told
    }
    .is_left_alone(&sandbox);
}

#[test]
fn what_a_journal_tells_of_is_cleared_up_as_by_the_next_run() {
    let sandbox = workspace_with(&["one"]);
    let journal = "workspace/.grex/.state/journal.jsonl";
    sandbox.write("workspace/.grex-tmp.1-1-1/half", "x");
    sandbox.write(
        journal,
        "{\"kind\":\"clone-begin\",\"id\":\"one\",\"path\":\"one\",\"temporary\":\".grex-tmp.1-1-1\"}\n",
    );
    let mut told = Told {
        check: "journal",
        severity: "warning",
        pack: Some("one"),
        words: &[".grex-tmp.1-1-1", "interrupted"],
        code: 7,
    };
    told.is_healed(&sandbox);
    assert!(!sandbox.path("workspace/.grex-tmp.1-1-1").exists());
    assert_eq!(sandbox.read(journal), "");
    sandbox.write(
        journal,
        "{\"kind\":\"install-begin\",\"id\":\"one\"}\n{\"kind\":\"inst",
    );
    told.words = &["install", "interrupted"];
    told.is_healed(&sandbox);
    sandbox.write(journal, "{\"kind\":\"later\"}\n");
    told.pack = None;
    told.words = &["a kind that this grex does not know"];
    told.is_left_alone(&sandbox);
}

#[test]
fn the_trash_is_emptied_of_what_is_old_alone() {
    let sandbox = workspace_with(&["one"]);
    let trash = "workspace/.grex/.state/trash";
    sandbox.write(format!("{trash}/20200101T000000Z/a/work"), "old\n");
    sandbox.write(format!("{trash}/20200102T000000Z-x/a/work"), "old\n");
    sandbox.write(format!("{trash}/20991231T000000Z/a/work"), "new\n");
    sandbox.write(format!("{trash}/mine/work"), "mine\n");
    Told {
        check: "trash",
        severity: "warning",
        pack: None,
        words: &["20200101T000000Z", "older than 30 days"],
        code: 7,
    }
    .is_healed(&sandbox);
    let mut left: Vec<_> = fs::read_dir(sandbox.path(trash))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["20991231T000000Z", "mine"]);
}

/// A workspace with a pack that has installed a link.
fn installed() -> Sandbox {
    let sandbox = workspace();
    let yaml = "schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n  - symlink: { src: a, dst: ~/.vimrc }\n";
    let remote = sandbox
        .remote("dots")
        .commit_files(&[(".grex/pack.yaml", yaml), ("a", "1\n")])
        .create();
    grex!(sandbox, "add", remote.url(), "--trust")
        .run()
        .success();
    assert_eq!(doctor(&sandbox, &[], 0), [Value::Null; 0]);
    sandbox
}

fn record(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("workspace/.grex/.state/undo/dots.json")
}

#[test]
fn what_was_changed_on_the_machine_is_told() {
    let sandbox = installed();
    fs::remove_file(sandbox.path("home/.vimrc")).unwrap();
    Told {
        check: "install",
        severity: "warning",
        pack: Some("dots"),
        words: &["grex update dots --force"],
        code: 7,
    }
    .is_left_alone(&sandbox);
}

#[test]
fn a_record_that_cannot_be_used_is_told_and_left_alone() {
    let sandbox = installed();
    let text = sandbox.read(record(&sandbox));
    for broken in [
        &text[..text.len() / 2],
        &text.replace(".vimrc", "precious"),
        "",
    ] {
        sandbox.write(record(&sandbox), broken);
        Told {
            check: "install",
            severity: "error",
            pack: None,
            words: &["dots.json", "mv "],
            code: 7,
        }
        .is_left_alone(&sandbox);
    }
}

#[test]
fn what_nothing_declares_and_is_installed_is_told() {
    let sandbox = installed();
    sandbox.write("workspace/grex.jsonl", "");
    sandbox.write("workspace/grex.lock.jsonl", "");
    fs::remove_dir_all(sandbox.path("workspace/dots")).unwrap();
    grex!(sandbox, "init").run().success();
    Told {
        check: "install",
        severity: "warning",
        pack: Some("dots"),
        words: &["grex rm dots"],
        code: 7,
    }
    .is_left_alone(&sandbox);
}

#[test]
fn the_key_and_the_approvals_are_looked_at() {
    let sandbox = installed();
    let own = |name: &str| sandbox.path(format!("home/.local/state/grex/{name}"));
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let mut told = Told {
        check: "trust",
        severity: "error",
        pack: None,
        words: &["trust.jsonl", "chmod 600"],
        code: 7,
    };
    mode(&own("trust.jsonl"), 0o644);
    told.is_left_alone(&sandbox);
    mode(&own("trust.jsonl"), 0o600);
    append(&sandbox, "home/.local/state/grex/trust.jsonl", "garbage\n");
    told.severity = "warning";
    told.words = &["a line", "trust.jsonl"];
    told.is_left_alone(&sandbox);
    sandbox.write(own("trust.jsonl"), "");
    fs::write(own("key"), "short").unwrap();
    told.severity = "error";
    told.words = &["key", "5 bytes"];
    told.is_left_alone(&sandbox);
}

#[test]
fn an_install_that_was_killed_is_told() {
    let sandbox = installed();
    let journal = "workspace/.grex/.state/journal.jsonl";
    sandbox.write(journal, "{\"kind\":\"install-begin\",\"id\":\"dots\"}\n");
    let found = doctor(&sandbox, &["--fix"], 7);
    let state = |check: &str| found.iter().find(|one| one["check"] == check).unwrap();
    assert_eq!(state("journal")["fixed"], true, "{found:#?}");
    assert_eq!(state("install")["fixed"], false, "{found:#?}");
    Told {
        check: "install",
        severity: "warning",
        pack: Some("dots"),
        words: &["did not come to its end", "grex update dots"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    grex!(sandbox, "update").run().success();
    assert_eq!(doctor(&sandbox, &[], 0), [Value::Null; 0]);
}

#[test]
fn e6_no_git_is_a_finding_and_the_rest_is_looked_at() {
    let sandbox = workspace_with(&["one"]);
    append(&sandbox, "workspace/grex.jsonl", "{\"torn");
    let outcome = grex!(sandbox, "doctor", "--json")
        .env("GREX_GIT", "/nowhere/git")
        .run();
    outcome.code(7);
    let report = outcome.json();
    assert_eq!(report["worst_severity"], "error");
    let checks: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["check"])
        .collect();
    assert_eq!(checks, ["git", "manifest"]);
    let fixed = grex!(sandbox, "doctor", "--fix", "--json")
        .env("GREX_GIT", "/nowhere/git")
        .run();
    fixed.code(7);
    assert_eq!(fixed.json()["findings"][1]["fixed"], true);
}

#[test]
fn settings_that_git_cannot_read_are_told() {
    let sandbox = workspace();
    append(&sandbox, "home/.gitconfig", "[broken\n");
    let outcome = grex!(sandbox, "doctor", "--json").run();
    outcome.code(7);
    let report = outcome.json();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|one| one["check"] == "git" && one["severity"] == "error");
    let detail = finding.expect("a finding")["detail"].to_string();
    assert!(detail.contains(".gitconfig"), "{detail}");
}

#[test]
fn a_git_with_known_holes_is_told_and_is_no_drift() {
    let sandbox = workspace_with(&["one"]);
    let real = sandbox.git_program().display().to_string();
    let old = sandbox.write_script(
        "bin/old-git",
        &format!("#!/bin/sh\ncase \"$1\" in version) echo git version 2.47.0;; *) exec {real} \"$@\";; esac\n"),
    );
    let outcome = grex!(sandbox, "doctor", "--json")
        .env("GREX_GIT", &old)
        .run();
    outcome.code(0);
    let report = outcome.json();
    assert_eq!(report["worst_severity"], "warning");
    let detail = report["findings"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("2.47.0")
            && report["findings"][0]["fix"]
                .as_str()
                .unwrap()
                .contains("2.47.3"),
        "{detail}"
    );
}

#[test]
fn status_says_what_is_installed_of_a_pack_whose_contract_broke() {
    let sandbox = installed();
    sandbox.write("workspace/dots/.grex/pack.yaml", "nonsense: [\n");
    let outcome = grex!(sandbox, "status", "--json").run();
    outcome.code(4);
    let dots = crate::support::entry(&outcome.json(), "dots");
    assert_eq!(
        (&dots["install"], &dots["actions_hash_match"]),
        (&"outdated".into(), &false.into())
    );
}

#[test]
fn a_record_that_cannot_be_used_is_warned_of_once() {
    let sandbox = installed();
    sandbox.write(record(&sandbox), "garbage");
    let outcome = grex!(sandbox, "update").run();
    assert_eq!(
        outcome.stderr.matches("warning:").count(),
        1,
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn what_a_run_has_under_way_is_no_leftover_and_fixing_waits_for_its_end() {
    let sandbox = workspace_with(&["one"]);
    let shim = sandbox.shim();
    shim.rules(&[Rule::on("fetch").fault(Fault::barrier("held", 2))]);
    let mut sync = grex!(sandbox, "sync").with_shim(&shim).start();
    sync.wait_until("the fetch", || shim.count("fetch") == 1);
    sandbox.write("workspace/.grex-tmp.fffffff-1-0/half", "half\n");
    let outcome = grex!(sandbox, "doctor", "--json").run();
    outcome.code(0);
    let process = sync.pid().to_string();
    assert!(
        outcome.stderr.contains(&process) && outcome.stderr.contains("is at work here"),
        "{}",
        outcome.snapshot()
    );
    let outcome = grex!(sandbox, "doctor", "--fix", "--lock-timeout", "0", "--json").run();
    outcome.code(5);
    assert_eq!(error_of(&outcome)["kind"], "locked");
    assert!(
        sandbox
            .path("workspace/.grex-tmp.fffffff-1-0/half")
            .exists()
    );
    shim.meet("held", 2);
    sync.wait().success();
    let found = doctor(&sandbox, &["--fix"], 0);
    assert_eq!(found[0]["check"], "leftover");
    assert_eq!(trash(&sandbox), ["grex-tmp.fffffff-1-0"]);
}

#[test]
fn nothing_is_looked_for_behind_a_link_that_leads_out() {
    let sandbox = workspace_with(&["services/api"]);
    fs::remove_dir_all(sandbox.path("workspace/services")).unwrap();
    sandbox.write("home/services/.grex-tmp.fffffff-1-0/work", "mine\n");
    sandbox.write("home/services/api/.git/info/exclude", "mine\n");
    symlink(
        sandbox.path("home/services"),
        sandbox.path("workspace/services"),
    )
    .unwrap();
    let before = tree_snapshot_without(&sandbox.home(), &[]);
    Told {
        check: "repository",
        severity: "error",
        pack: Some("services/api"),
        words: &["outside the workspace"],
        code: 7,
    }
    .is_left_alone(&sandbox);
    assert_eq!(tree_snapshot_without(&sandbox.home(), &[]), before);
}
