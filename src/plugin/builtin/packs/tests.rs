#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
    },
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
};

use async_trait::async_trait;
use serde_json::Value;

use crate::model::surface::{PartContent, Surface};
use crate::{
    model::{
        action::{ActionEntry, OperatingSystem, Vocabulary},
        pack::{PackSource, SourceFile, parse},
    },
    plugin::{
        builtin::test_host::TestMachine,
        change::Change,
        error::PackError,
        pack_type::{ActionReport, Pack, PackChild, PackCx, PackHost, PackReport},
        scene::Scene,
    },
};

/// A machine with a pack that was read from YAML.
struct Bench {
    machine: TestMachine,
    pack: Pack,
    host: Host,
    dry_run: bool,
}

/// Writes down what it is asked for.
#[derive(Default)]
struct Host {
    said: Mutex<Vec<String>>,
    calls: Mutex<Vec<String>>,
    /// Is called with each line.
    on_say: Option<Box<dyn Fn(&str) + Send + Sync>>,
}

#[async_trait]
impl PackHost for Host {
    fn say(&self, line: &str) {
        if let Some(on_say) = &self.on_say {
            on_say(line);
        }
        self.said.lock().unwrap().push(line.to_owned());
    }

    async fn apply(&self, actions: &[ActionEntry]) -> Result<Vec<ActionReport>, PackError> {
        let call = format!("apply {}", serde_json::to_string(actions).unwrap());
        self.calls.lock().unwrap().push(call);
        Ok(vec![ActionReport::default()])
    }

    async fn undo(&self) -> Result<Vec<ActionReport>, PackError> {
        self.calls.lock().unwrap().push("undo".into());
        Ok(vec![ActionReport::default(), ActionReport::default()])
    }
}

#[derive(Clone, Copy)]
enum Verb {
    Install,
    Update,
    Teardown,
    Sync,
}

impl Bench {
    fn new(yaml: &str) -> Self {
        let machine = TestMachine::new();
        let mut bench = Self {
            pack: Pack {
                id: machine.pack.id.clone(),
                root: machine.pack.root.clone(),
                spec: crate::model::pack::PackSpec::plain("x"),
                children: Vec::new(),
            },
            machine,
            host: Host::default(),
            dry_run: false,
        };
        bench.declare(yaml);
        bench
    }

    fn scripted() -> Self {
        Self::new("schema_version: \"1\"\nname: p\ntype: scripted\n")
    }

    fn declare(&mut self, yaml: &str) {
        let source = PackSource {
            pack: SourceFile {
                name: "pack.yaml",
                text: yaml,
            },
            target: None,
        };
        self.pack.spec = parse(source, &Vocabulary::builtin()).unwrap();
    }

    fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.pack.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn executable(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.file(path, bytes);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn surface(&self) -> Result<Surface, PackError> {
        let pack_type = self.machine.registry.pack_type(&self.pack.spec.pack_type);
        pack_type.unwrap().surface(&self.pack)
    }

    fn hash(&self) -> String {
        self.surface().unwrap().hash(&self.pack.spec.pack_type)
    }

    fn names(&self) -> Vec<String> {
        let parts = self.surface().unwrap().parts;
        parts.into_iter().map(|part| part.name).collect()
    }

    fn scratch(&self) -> PathBuf {
        self.machine.home.join("not/there/yet")
    }

    async fn run(&self, verb: Verb) -> Result<PackReport, PackError> {
        self.run_with(verb, &self.surface().unwrap()).await
    }

    async fn run_with(&self, verb: Verb, surface: &Surface) -> Result<PackReport, PackError> {
        let machine = &self.machine;
        let scratch = self.scratch();
        let scene = Scene {
            pack: &machine.pack,
            workspace: &machine.workspace,
            scratch: &scratch,
            variables: &machine.variables,
            session: &machine.session,
            platform: machine.platform,
            places: &machine.places,
            dry_run: self.dry_run,
            stamp: &machine.stamp,
            cancel: &machine.cancel,
            registry: &machine.registry,
            locks: &machine.locks,
        };
        let cx = PackCx {
            scene,
            surface,
            host: &self.host,
        };
        let plugin = machine.registry.pack_type(&self.pack.spec.pack_type);
        let plugin = plugin.unwrap();
        match verb {
            Verb::Install => plugin.install(&cx, &self.pack).await,
            Verb::Update => plugin.update(&cx, &self.pack).await,
            Verb::Teardown => plugin.teardown(&cx, &self.pack).await,
            Verb::Sync => plugin.sync(&cx, &self.pack).await,
        }
    }

    fn said(&self) -> MutexGuard<'_, Vec<String>> {
        self.host.said.lock().unwrap()
    }

    fn calls(&self) -> MutexGuard<'_, Vec<String>> {
        self.host.calls.lock().unwrap()
    }
}

/// Says whether nobody has the FIFO open, waiting for that at most ten seconds: who was killed is
/// gone a moment later.
async fn nobody_holds(fifo: &Path) -> bool {
    let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NONBLOCK;
    for _ in 0..1000 {
        match rustix::fs::open(fifo, flags, rustix::fs::Mode::empty()) {
            Err(rustix::io::Errno::NXIO) => return true,
            opened => drop(opened.unwrap()),
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    false
}

const YAML: &str = "schema_version: \"1\"
name: p
type: declarative
actions:
  - mkdir: {path: ~/a, mode: \"700\"}
  - symlink:
      src: f
      dst: ~/f
      backup: true
teardown:
  - rmdir: {path: ~/a, force: true}
";

#[test]
fn a_surface_does_not_depend_on_how_the_contract_is_laid_out() {
    let mut bench = Bench::new(YAML);
    let surface = bench.surface().unwrap();
    assert_eq!(bench.names(), ["actions", "teardown"]);
    assert_eq!(
        surface.text("actions"),
        Some(
            r#"[{"mkdir":{"mode":"700","path":"~/a"}},{"symlink":{"backup":true,"dst":"~/f","src":"f"}}]"#
        )
    );
    assert!(!surface.is_inert);
    let hash = bench.hash();
    for yaml in [
        YAML.replace('\n', "\r\n"),
        YAML.replace("{path: ~/a, mode", "{mode: '700', path: ~/a} # mode"),
        "# hello\nteardown: [{rmdir: {force: true, path: '~/a'}}]\ntype: declarative\nname: p\n\
         x-note: y\nversion: '3'\nactions: [{mkdir: {mode: '700', path: ~/a}}, \
         {symlink: {backup: true, dst: ~/f, src: f}}]\nschema_version: '1'\n"
            .to_owned(),
    ] {
        bench.declare(&yaml);
        assert_eq!(bench.hash(), hash, "{yaml}");
    }
    for (from, to) in [
        ("mode: \"700\"", "mode: \"701\""),
        ("backup: true", "backup: false"),
        ("teardown:\n  - rmdir: {path: ~/a, force: true}\n", ""),
        (
            "teardown:\n  - rmdir: {path: ~/a, force: true}\n",
            "teardown: []\n",
        ),
    ] {
        let yaml = YAML.replace(from, to);
        assert_ne!(yaml, YAML, "{from}");
        bench.declare(&yaml);
        assert_ne!(bench.hash(), hash, "{yaml}");
    }
    bench.declare(&YAML.replace("teardown:\n  - rmdir: {path: ~/a, force: true}\n", ""));
    let absent = bench.hash();
    bench.declare(&YAML.replace("  - rmdir: {path: ~/a, force: true}\n", "  []\n"));
    assert_ne!(bench.hash(), absent);
}

#[test]
fn files_that_come_along_count_with_name_mode_and_content() {
    let bench = Bench::new("schema_version: \"1\"\nname: p\ntype: declarative\n");
    assert_eq!(bench.names(), ["actions"]);
    bench.file(".grex/files/b", "b");
    bench.executable(".grex/files/a/z", "z");
    bench.file(".grex/hooks/setup.sh", "not a hook of this type");
    fs::create_dir_all(bench.pack.root.join(".grex/files/empty")).unwrap();
    symlink("../b", bench.pack.root.join(".grex/files/a/link")).unwrap();
    let surface = bench.surface().unwrap();
    let parts: Vec<_> = surface
        .parts
        .iter()
        .map(|part| (part.name.as_str(), part.executable))
        .collect();
    assert_eq!(
        parts,
        [
            ("actions", false),
            ("link:.grex/files/a/link", false),
            (".grex/files/a/z", true),
            (".grex/files/b", false),
        ]
    );
    assert!(surface.is_inert, "files alone do nothing");

    let mut seen = vec![bench.hash()];
    let path = |name: &str| bench.pack.root.join(name);
    let changes: &[(&str, &dyn Fn())] = &[
        ("a byte", &|| drop(bench.file(".grex/files/b", "B"))),
        ("a mode", &|| bench.executable(".grex/files/b", "B")),
        ("a name", &|| {
            fs::rename(path(".grex/files/b"), path(".grex/files/c")).unwrap();
        }),
        ("a link's text", &|| {
            fs::remove_file(path(".grex/files/a/link")).unwrap();
            symlink("../c", path(".grex/files/a/link")).unwrap();
        }),
        ("a file with the link's text in its place", &|| {
            fs::remove_file(path(".grex/files/a/link")).unwrap();
            bench.file(".grex/files/a/link", "../c");
        }),
    ];
    for (what, change) in changes {
        change();
        let hash = bench.hash();
        assert!(!seen.contains(&hash), "{what}");
        seen.push(hash);
    }
    // Nothing of this is part of it: time, bits of others, an empty directory.
    let file = fs::File::options()
        .append(true)
        .open(path(".grex/files/c"))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    fs::set_permissions(path(".grex/files/c"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::create_dir(path(".grex/files/more")).unwrap();
    assert_eq!(bench.hash(), *seen.last().unwrap());
}

#[test]
fn packs_that_do_nothing_are_inert() {
    for (rest, is_inert) in [
        ("type: meta", true),
        ("type: declarative", true),
        ("type: declarative\nactions: []\nteardown: []", true),
        ("type: declarative\nteardown: [{exec: {cmd: [x]}}]", false),
        ("type: declarative\nactions: [{exec: {cmd: [x]}}]", false),
        ("type: scripted", true),
    ] {
        let bench = Bench::new(&format!("schema_version: \"1\"\nname: p\n{rest}\n"));
        assert_eq!(bench.surface().unwrap().is_inert, is_inert, "{rest}");
    }
    let bench = Bench::scripted();
    for (file, is_inert) in [
        ("lib.sh", true),
        ("setup.ps1", true),
        ("teardown.sh", false),
    ] {
        bench.file(&format!(".grex/hooks/{file}"), "");
        assert_eq!(bench.surface().unwrap().is_inert, is_inert, "{file}");
    }
}

#[test]
fn a_type_refuses_what_it_would_ignore() {
    for (pack_type, rest, ignored) in [
        ("meta", "actions: [{mkdir: {path: a}}]", "its `actions`"),
        ("meta", "teardown: [{mkdir: {path: a}}]", "its `teardown`"),
        (
            "scripted",
            "actions: [{mkdir: {path: a}}]\nteardown: [{mkdir: {path: a}}]",
            "its `actions` and `teardown`",
        ),
    ] {
        let yaml = format!("schema_version: \"1\"\nname: p\ntype: {pack_type}\n{rest}\n");
        let error = Bench::new(&yaml).surface().unwrap_err();
        let expected = format!(
            "the pack `p` is of type `{pack_type}`, which runs no actions: {ignored} would be ignored"
        );
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.hint(), Some("make it `type: declarative`"));
    }
}

#[test]
fn a_meta_pack_is_its_children() {
    let mut bench = Bench::new("schema_version: \"1\"\nname: p\ntype: meta\n");
    let child = |commit: &str| PackChild {
        id: "a/b".into(),
        url: "https://example.org/b".into(),
        reference: Some("v1".into()),
        commit: commit.into(),
    };
    bench.pack.children = vec![child("1")];
    let first = bench.hash();
    assert_eq!(
        bench.surface().unwrap().text("child a/b"),
        Some(r#"{"commit":"1","ref":"v1","url":"https://example.org/b"}"#)
    );
    bench.pack.children = vec![child("2")];
    assert_ne!(bench.hash(), first);
}

#[test]
fn what_cannot_be_hashed_is_refused() {
    let refused = |prepare: &dyn Fn(&Bench), reason: &str| {
        let bench = Bench::scripted();
        fs::create_dir_all(bench.pack.root.join(".grex/hooks")).unwrap();
        fs::create_dir_all(bench.pack.root.join(".grex/files")).unwrap();
        prepare(&bench);
        let error = bench.surface().unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.hint().is_some(), "{error}");
    };
    let hooks = |bench: &Bench| bench.pack.root.join(".grex/hooks");
    let files = |bench: &Bench| bench.pack.root.join(".grex/files");
    refused(
        &|bench| drop(bench.file(".grex/hooks/setup.sh", b"\xff")),
        "setup.sh is not UTF-8",
    );
    refused(
        &|bench| drop(bench.file(".grex/hooks/sync.ps1", vec![b'x'; (1 << 20) + 1])),
        "sync.ps1 is too long for a hook",
    );
    refused(
        &|bench| symlink("/bin/sh", hooks(bench).join("setup.sh")).unwrap(),
        "setup.sh is a symbolic link",
    );
    refused(
        &|bench| {
            let name = std::ffi::OsStr::from_bytes(b"f\xff");
            fs::write(files(bench).join(name), "").unwrap();
        },
        "is not UTF-8",
    );
    refused(
        &|bench| {
            let place = files(bench).join("fifo");
            nix::unistd::mkfifo(&place, nix::sys::stat::Mode::S_IRWXU).unwrap();
        },
        "fifo is neither a file nor a directory",
    );
    refused(
        &|bench| {
            let file = fs::File::create(files(bench).join("long")).unwrap();
            file.set_len((64 << 20) + 1).unwrap();
        },
        "it is longer than",
    );
    refused(
        &|bench| {
            fs::remove_dir(files(bench)).unwrap();
            symlink("/etc", files(bench)).unwrap();
        },
        ".grex/files is a symbolic link",
    );
    refused(
        &|bench| {
            let aside = bench.pack.root.join("aside");
            fs::rename(bench.pack.root.join(".grex"), &aside).unwrap();
            symlink("aside", bench.pack.root.join(".grex")).unwrap();
        },
        ".grex is a symbolic link",
    );
}

#[tokio::test]
async fn a_declarative_pack_applies_what_was_hashed() {
    let mut bench = Bench::new(YAML);
    let surface = bench.surface().unwrap();
    // What is on disk by now does not matter.
    bench.declare("schema_version: \"1\"\nname: p\ntype: declarative\n");
    for (verb, call) in [
        (
            Verb::Install,
            Some(
                r#"apply [{"mkdir":{"mode":"700","path":"~/a"}},{"symlink":{"backup":true,"dst":"~/f","src":"f"}}]"#,
            ),
        ),
        (
            Verb::Update,
            Some(
                r#"apply [{"mkdir":{"mode":"700","path":"~/a"}},{"symlink":{"backup":true,"dst":"~/f","src":"f"}}]"#,
            ),
        ),
        (Verb::Sync, None),
        (
            Verb::Teardown,
            Some(r#"apply [{"rmdir":{"force":true,"path":"~/a"}}]"#),
        ),
    ] {
        bench.calls().clear();
        let report = bench.run_with(verb, &surface).await.unwrap();
        assert_eq!(report.actions.len(), usize::from(call.is_some()));
        let expected: Vec<_> = call.into_iter().map(str::to_owned).collect();
        assert_eq!(*bench.calls(), expected);
    }
    for (teardown, expected) in [("", "undo"), ("teardown: []\n", "apply []")] {
        bench.declare(&format!(
            "schema_version: \"1\"\nname: p\ntype: declarative\n{teardown}"
        ));
        bench.calls().clear();
        bench.run(Verb::Teardown).await.unwrap();
        assert_eq!(*bench.calls(), [expected]);
    }
}

#[tokio::test]
async fn hooks_run_in_the_pack_with_what_lies_beside_them() {
    let mut bench = Bench::scripted();
    bench.machine.session.insert("LATER".into(), "set".into());
    bench.file(
        ".grex/hooks/setup.sh",
        "#!/nowhere/interpreter\n. \"$(dirname \"$0\")/sub/lib.sh\"\n\"${0%/*}/tool\"\necho error >&2\n",
    );
    bench.file(".grex/hooks/sub/lib.sh", "echo \"lib $PWD $LATER\"\n");
    bench.executable(
        ".grex/hooks/tool",
        b"#!/bin/sh\nenv | grep -E '^GREX_(PACK|OS|WORK|DRY)' | sort\nexit 0\n\xff",
    );
    let report = bench.run(Verb::Install).await.unwrap();
    let (root, workspace) = (
        bench.pack.root.display().to_string(),
        bench.machine.workspace.display().to_string(),
    );
    let mut said = bench.said().clone();
    said.retain(|line| line != "error");
    assert_eq!(bench.said().len(), said.len() + 1);
    assert_eq!(
        said,
        [
            format!("lib {root} set"),
            "GREX_DRY_RUN=0".into(),
            "GREX_OS=linux".into(),
            "GREX_PACK_ID=dotfiles".into(),
            "GREX_PACK_NAME=dotfiles".into(),
            "GREX_PACK_OS=linux".into(),
            format!("GREX_PACK_PATH={root}"),
            format!("GREX_WORKSPACE={workspace}"),
        ]
    );
    assert_eq!(
        report.actions,
        [ActionReport {
            action: ".grex/hooks/setup.sh".into(),
            changed: true,
            message: None,
            changes: vec![Change::Run {
                command: "sh .grex/hooks/setup.sh".into(),
                directory: root,
            }],
        }]
    );
    let left: Vec<_> = fs::read_dir(bench.scratch()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn each_verb_has_its_hook_and_a_missing_one_is_no_work() {
    let bench = Bench::scripted();
    for verb in [Verb::Install, Verb::Update, Verb::Sync] {
        assert_eq!(bench.run(verb).await.unwrap(), PackReport::default());
    }
    assert!(bench.calls().is_empty());
    // What it installed while it was of another type is taken back all the same.
    let report = bench.run(Verb::Teardown).await.unwrap();
    assert_eq!(report.actions, vec![ActionReport::default(); 2]);
    assert_eq!(*bench.calls(), ["undo"]);
    for name in ["setup", "sync", "teardown"] {
        bench.executable(
            &format!(".grex/hooks/{name}.sh"),
            format!("#!/bin/sh\necho {name} $0\n"),
        );
    }
    for (verb, name) in [
        (Verb::Install, "setup"),
        (Verb::Update, "setup"),
        (Verb::Sync, "sync"),
        (Verb::Teardown, "teardown"),
    ] {
        bench.said().clear();
        let report = bench.run(verb).await.unwrap();
        let [Change::Run { command, .. }] = &report.actions[0].changes[..] else {
            panic!("{report:?}");
        };
        assert_eq!(*command, format!(".grex/hooks/{name}.sh"));
        let said = bench.said();
        assert!(said[0].starts_with(&format!("{name} ")), "{said:?}");
        let ran_from = said[0].split(' ').nth(1).unwrap();
        assert!(Path::new(ran_from).starts_with(bench.scratch()), "{said:?}");
    }
    assert_eq!(*bench.calls(), ["undo", "undo"], "one for each teardown");
}

#[tokio::test]
async fn a_dry_run_says_and_does_not_run() {
    let mut bench = Bench::scripted();
    bench.executable(".grex/hooks/setup.sh", "#!/bin/sh\necho no; touch made\n");
    bench.dry_run = true;
    let foretold = bench.run(Verb::Install).await.unwrap();
    assert!(bench.said().is_empty());
    assert!(!bench.pack.root.join("made").exists());
    assert!(!bench.scratch().exists());
    bench.dry_run = false;
    assert_eq!(bench.run(Verb::Install).await.unwrap(), foretold);
    assert!(bench.pack.root.join("made").exists());
}

#[tokio::test]
async fn what_runs_is_what_was_hashed() {
    let bench = Bench::scripted();
    bench.file(".grex/hooks/setup.sh", ". \"${0%/*}/lib.sh\"");
    bench.file(".grex/hooks/lib.sh", "echo approved");
    bench.file(".grex/hooks/data", b"\xff");
    let surface = bench.surface().unwrap();
    assert!(matches!(
        surface.part(".grex/hooks/data").unwrap().content,
        PartContent::Digest { .. }
    ));
    bench.file(".grex/hooks/setup.sh", "echo changed");
    bench.file(".grex/hooks/lib.sh", "echo changed");
    bench.run_with(Verb::Install, &surface).await.unwrap();
    assert_eq!(*bench.said(), ["approved"]);

    bench.file(".grex/hooks/data", b"\xfe");
    let error = bench.run_with(Verb::Install, &surface).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("data is not what was approved any more"),
        "{error}"
    );
    assert_eq!(bench.said().len(), 1);
}

#[tokio::test]
async fn a_kept_surface_cannot_name_files_elsewhere() {
    let bench = Bench::scripted();
    bench.file(".grex/hooks/setup.sh", "echo no");
    let mut surface = bench.surface().unwrap();
    let mut outside = surface.parts[0].clone();
    outside.name = ".grex/hooks/../../../outside".into();
    surface.parts.push(outside);
    let error = bench.run_with(Verb::Install, &surface).await.unwrap_err();
    assert!(matches!(error, PackError::Unusable { .. }), "{error}");
    assert!(!bench.scratch().join("outside").exists());
    assert!(bench.said().is_empty());
}

#[tokio::test]
async fn a_hook_that_fails_is_named_with_the_last_it_said() {
    let bench = Bench::scripted();
    bench.file(".grex/hooks/setup.sh", "echo fine; echo broken >&2; exit 7");
    let error = bench.run(Verb::Install).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`sh .grex/hooks/setup.sh` exited with 7:\nbroken"
    );
    assert!(error.hint().unwrap().contains("dotfiles"));

    bench.executable(".grex/hooks/setup.sh", "#!/bin/sh\r\necho x\r\n");
    let error = bench.run(Verb::Install).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`.grex/hooks/setup.sh` did not start: "),
        "{error}"
    );
    assert!(
        error.hint().unwrap().contains("CR LF"),
        "{:?}",
        error.hint()
    );
}

#[tokio::test]
async fn a_hook_that_never_ends_is_ended_by_a_cancel() {
    let mut bench = Bench::scripted();
    bench.file(
        ".grex/hooks/setup.sh",
        "mkfifo alive; exec 3<> alive; sleep 60 & echo ready; sleep 60",
    );
    let cancel = bench.machine.cancel.clone();
    bench.host.on_say = Some(Box::new(move |_| cancel.request()));
    let error = bench.run(Verb::Install).await.unwrap_err();
    assert_eq!(error, PackError::Cancelled);
    assert!(nobody_holds(&bench.pack.root.join("alive")).await);
    let left: Vec<_> = fs::read_dir(bench.scratch()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn windows_has_hooks_of_its_own() {
    let mut bench = Bench::scripted();
    bench.file(".grex/hooks/setup.sh", "");
    bench.file(".grex/hooks/setup.ps1", "");
    bench.machine.platform = OperatingSystem::Windows;
    bench.dry_run = true;
    let report = bench.run(Verb::Install).await.unwrap();
    assert_eq!(report.actions[0].action, ".grex/hooks/setup.ps1");
}

#[test]
fn canonical_json_sorts_keys_at_every_depth() {
    let value: Value =
        serde_json::from_str("{\"b\": [{\"z\": 1, \"a\": null}], \"a\": \"\\u00e9\\n\"}").unwrap();
    assert_eq!(
        super::canonical::json(&value).unwrap(),
        r#"{"a":"é\n","b":[{"a":null,"z":1}]}"#
    );
}
