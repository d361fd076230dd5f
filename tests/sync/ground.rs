//! What these tests share: a workspace with declared packs, and ways to look at what a run did.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::Write,
    path::PathBuf,
};

use grex_fixtures::{
    Outcome, Program, Remote, RemoteBuilder, Sandbox, Shim, grex, tree_snapshot,
    tree_snapshot_without,
};
use serde_json::{Value, json};

/// A workspace whose packs come from remotes of the same sandbox.
pub(crate) struct Ground {
    pub(crate) sandbox: Sandbox,
}

impl Ground {
    /// A workspace in which nothing is declared.
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("workspace/grex.jsonl", "");
        Self { sandbox }
    }

    /// A workspace with one pack, `api`, declared with `reference` and not there yet.
    pub(crate) fn with_pack(
        reference: Option<&str>,
        build: impl FnOnce(RemoteBuilder) -> RemoteBuilder,
    ) -> (Self, Remote) {
        let ground = Self::new();
        let remote = build(ground.sandbox.remote("api")).create();
        ground.declare("api", &remote.url(), reference);
        (ground, remote)
    }

    /// As [`Self::with_pack`], and the pack has arrived.
    pub(crate) fn with_synced_pack(
        reference: Option<&str>,
        build: impl FnOnce(RemoteBuilder) -> RemoteBuilder,
    ) -> (Self, Remote) {
        let (ground, remote) = Self::with_pack(reference, build);
        let report = ground.synced(&[]);
        assert_eq!(report.of("api")["change"], "cloned");
        (ground, remote)
    }

    /// Appends the declaration of a pack to the manifest.
    pub(crate) fn declare(&self, path: &str, url: &str, reference: Option<&str>) {
        let mut event = json!({
            "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "url": url, "path": path,
            "type": "meta", "schema_version": "1",
        });
        if let Some(reference) = reference {
            event["ref"] = reference.into();
        }
        self.append(&event);
    }

    /// Appends an event to the manifest.
    pub(crate) fn append(&self, event: &Value) {
        let path = self.sandbox.workspace().join("grex.jsonl");
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        writeln!(file, "{event}").unwrap();
    }

    /// Changes the declared ref of a pack; `None` clears it.
    pub(crate) fn declare_ref(&self, path: &str, reference: Option<&str>) {
        self.append(&json!({
            "op": "update", "ts": "2026-01-02T03:04:06Z", "id": path, "ref": reference,
            "schema_version": "1",
        }));
    }

    /// Declares a pack no longer.
    pub(crate) fn forget(&self, path: &str) {
        self.append(&json!({
            "op": "rm", "ts": "2026-01-02T03:04:06Z", "id": path, "schema_version": "1",
        }));
    }

    /// Prepares `grex sync --json` with more arguments.
    pub(crate) fn sync(&self, arguments: &[&str]) -> Program {
        grex!(self.sandbox, "sync", "--json").args(arguments)
    }

    /// Runs `grex sync`, which must succeed.
    pub(crate) fn synced(&self, arguments: &[&str]) -> Report {
        Report::of_run(self.sync(arguments).run().success())
    }

    /// Runs `grex sync`, which must end with this code and a report.
    pub(crate) fn failed(&self, code: i32, arguments: &[&str]) -> Report {
        Report::of_run(self.sync(arguments).run().code(code))
    }

    /// A path in the workspace.
    pub(crate) fn place(&self, path: &str) -> PathBuf {
        self.sandbox.workspace().join(path)
    }

    /// Runs git in a pack.
    pub(crate) fn git(&self, pack: &str, arguments: &[&str]) -> String {
        self.sandbox.git(self.place(pack), arguments)
    }

    /// The commit that is checked out in a pack.
    pub(crate) fn head(&self, pack: &str) -> String {
        self.git(pack, &["rev-parse", "HEAD"])
    }

    /// What `HEAD` says in a pack: `main`, or the commit when it is detached.
    pub(crate) fn at(&self, pack: &str) -> String {
        let head = fs::read_to_string(self.place(pack).join(".git/HEAD")).unwrap();
        let head = head.trim_end();
        head.strip_prefix("ref: refs/heads/")
            .unwrap_or(head)
            .to_owned()
    }

    /// Reads a file of the workspace.
    pub(crate) fn read(&self, path: &str) -> String {
        self.sandbox.read(self.place(path))
    }

    /// Writes a file of the workspace.
    pub(crate) fn write(&self, path: &str, content: &str) {
        self.sandbox.write(self.place(path), content);
    }

    /// Commits a file in a pack, as its user; returns the commit.
    pub(crate) fn commit(&self, pack: &str, file: &str, content: &str) -> String {
        self.write(&format!("{pack}/{file}"), content);
        self.git(pack, &["add", "--", file]);
        self.git(pack, &["commit", "-q", "-m", "of my own"]);
        self.head(pack)
    }

    /// Everything in the workspace, down to times of change; see [`everything_in`].
    pub(crate) fn everything(&self) -> Vec<String> {
        everything_in(&self.sandbox.workspace())
    }

    /// Everything below a path of the workspace; see [`everything_in`].
    pub(crate) fn everything_below(&self, path: &str) -> Vec<String> {
        everything_in(&self.place(path))
    }

    /// The files of a pack with their times, without any `.git`.
    pub(crate) fn files(&self, pack: &str) -> Vec<String> {
        tree_snapshot_without(&self.place(pack), &[".git"])
            .into_iter()
            .filter(|line| !line.contains("/.git/") && !line.contains("/.git "))
            .collect()
    }

    /// What is the user's in a pack: files with times, branches, tags, stashes, index and HEAD.
    /// What was fetched is not.
    pub(crate) fn users_state(&self, pack: &str) -> Vec<String> {
        let mut state = self.files(pack);
        let format = "--format=%(refname) %(objectname)";
        for listed in [
            self.git(
                pack,
                &[
                    "for-each-ref",
                    format,
                    "refs/heads",
                    "refs/tags",
                    "refs/stash",
                ],
            ),
            self.git(pack, &["ls-files", "--stage"]),
            self.at(pack),
        ] {
            state.extend(listed.lines().map(str::to_owned));
        }
        state
    }

    /// The lockfile's entry of a pack.
    pub(crate) fn locked(&self, id: &str) -> Value {
        self.read("grex.lock.jsonl")
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .find(|entry| entry["id"] == id)
            .unwrap_or_else(|| panic!("{id} is not in the lockfile"))
    }

    /// The directories in the trash, one for each move.
    pub(crate) fn trash(&self) -> Vec<PathBuf> {
        let Ok(bins) = fs::read_dir(self.place(".grex/.state/trash")) else {
            return Vec::new();
        };
        bins.map(|bin| bin.unwrap().path()).collect()
    }
}

/// Everything below a directory, down to times of change. Of lock files, which name the last
/// process that held them, the content is left out.
pub(crate) fn everything_in(directory: &std::path::Path) -> Vec<String> {
    tree_snapshot(directory)
        .into_iter()
        .map(|line| match line.split_once("grex-lock ") {
            Some((path, rest)) => {
                let kept: Vec<_> = rest.split(' ').take(2).collect();
                format!("{path}grex-lock {}", kept.join(" "))
            }
            None => line,
        })
        .collect()
}

/// How often each subcommand of git was started since the record was last forgotten.
pub(crate) fn spawns(shim: &Shim) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in shim.invocations() {
        *counts.entry(one.subcommand).or_default() += 1;
    }
    counts
}

/// Counts as [`spawns`] gives them.
pub(crate) fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

/// The report of one `sync`.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) packs: Vec<Value>,
}

impl Report {
    /// Reads the report that a run printed.
    #[track_caller]
    pub(crate) fn of_run(outcome: &Outcome) -> Self {
        match outcome.json() {
            Value::Array(packs) => Self { packs },
            other => panic!("no report: {other}\n{}", outcome.snapshot()),
        }
    }

    /// The ids, in the order of the report.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.packs
            .iter()
            .map(|pack| pack["id"].as_str().unwrap())
            .collect()
    }

    /// What the report says of a pack.
    #[track_caller]
    pub(crate) fn of(&self, id: &str) -> &Value {
        self.packs
            .iter()
            .find(|pack| pack["id"] == id)
            .unwrap_or_else(|| panic!("{id} is not in {:#?}", self.packs))
    }

    /// Asserts the fields of a pack that are given.
    #[track_caller]
    pub(crate) fn expect(&self, id: &str, fields: &Value) -> &Self {
        let pack = self.of(id);
        for (name, expected) in fields.as_object().unwrap() {
            assert_eq!(pack.get(name), Some(expected), "`{name}` of {pack:#}");
        }
        self
    }

    /// Asserts that a pack failed and was left alone, as what, and what the message names.
    #[track_caller]
    pub(crate) fn expect_refusal(&self, id: &str, class: &str, named: &[&str]) -> &Self {
        self.expect(id, &json!({"result": "err", "change": "none"}));
        let pack = self.of(id);
        assert_eq!(pack["failure"]["class"], class, "{pack:#}");
        self.expect_message(id, named)
    }

    /// Asserts what the hint of a pack that failed names.
    #[track_caller]
    pub(crate) fn expect_hint(&self, id: &str, named: &[&str]) -> &Self {
        let pack = self.of(id);
        let hint = pack["failure"]["hint"].as_str().unwrap_or_default();
        for name in named {
            assert!(hint.contains(name), "no `{name}` in the hint of {pack:#}");
        }
        self
    }

    /// Asserts what the message of a pack names.
    #[track_caller]
    pub(crate) fn expect_message(&self, id: &str, named: &[&str]) -> &Self {
        let pack = self.of(id);
        let message = pack["message"].as_str().unwrap_or_default();
        for name in named {
            assert!(
                message.contains(name),
                "no `{name}` in the message of {pack:#}"
            );
        }
        self
    }
}

/// How many processes of a subcommand were at work at the same time, at most. The order of the
/// shim's log decides: it has a line when a process begins and one before it ends, whatever the
/// clocks say.
pub(crate) fn most_at_once(sandbox: &Sandbox, subcommand: &str) -> usize {
    let mut at_work = BTreeSet::new();
    let mut most = 0;
    for line in sandbox.read("shim-log.jsonl").lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let id = record["id"].as_str().unwrap().to_owned();
        if record["event"] == "started" && record["subcommand"] == subcommand {
            at_work.insert(id);
            most = most.max(at_work.len());
        } else if record["event"] == "ended" {
            at_work.remove(&id);
        }
    }
    most
}
