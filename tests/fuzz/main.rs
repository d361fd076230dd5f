//! Every parser of foreign bytes against its seeds and a number of mutations of them, on stable
//! Rust. The same targets run under libFuzzer; `docs/testing.md` says how, and how to run more of
//! these.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests read and write files directly, and print a table when asked"
)]

mod mutation;
mod rounds;
mod seeds;
mod targets;

macro_rules! tests {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        $($(#[$meta])* #[test] fn $name() { rounds::run(stringify!($name)); })*

        /// The names above.
        const NAMES: &[&str] = &[$($(#[$meta])* stringify!($name),)*];
    };
}

tests! {
    arguments,
    block,
    classification,
    event,
    filter,
    git_config,
    import,
    journal,
    lockfile,
    manifest,
    #[cfg(feature = "mcp")]
    mcp,
    objects,
    origin,
    pack_file,
    pack_path,
    progress,
    redaction,
    reference,
    reflog,
    refs,
    seal,
    shell,
    source_prefix,
    status,
    text,
    trust,
    undo,
    url,
    variables,
    version,
}

#[test]
fn every_target_has_a_test_and_seeds() {
    let targets: Vec<_> = targets::ALL.iter().map(|target| target.name).collect();
    assert_eq!(NAMES, targets);
    for name in targets {
        assert!(seeds::of(name).len() >= 3, "{name} has too few seeds");
    }
}

/// A mutation of what no parser takes tries nothing but how it refuses.
#[test]
fn what_should_be_valid_is() {
    use grex::model::{action, event, foreign, lock, manifest, pack};

    let seed = |target: &str, name: &str| {
        let found = seeds::of(target).into_iter().find(|(seed, _)| seed == name);
        let (_, bytes) = found.unwrap_or_else(|| panic!("{target}/{name} is gone"));
        bytes
    };
    let vocabulary = action::Vocabulary::builtin();
    let contract = seed("pack_file", "everything");
    let text = std::str::from_utf8(&contract).expect("UTF-8");
    let name = "pack.yaml";
    let source = pack::PackSource {
        pack: pack::SourceFile { name, text },
        target: None,
    };
    let spec = pack::parse(source, &vocabulary).expect("a contract");
    assert_eq!((spec.children.len(), spec.actions.len()), (2, 5));
    for name in [
        "symlink", "env", "mkdir", "rmdir", "require", "when", "exec",
    ] {
        let value = serde_json::from_slice(&seed("arguments", name)).expect("JSON");
        assert_eq!(vocabulary.check_action(name, &value), Ok(()), "{name}");
    }
    for name in ["add", "add-extra", "update", "rm", "sync", "audit"] {
        let parsed = event::Event::parse(&seed("event", name)).map(drop);
        assert_eq!(parsed, Ok(()), "{name}");
    }
    let log = manifest::fold(&seed("manifest", "log")).expect("a log");
    assert_eq!(log.packs.len(), 1);
    let (lockfile, warnings) = lock::Lockfile::parse(&seed("lockfile", "two"));
    assert_eq!((lockfile.entries.len(), warnings.len()), (2, 0));
    serde_json::from_slice::<grex::store::undo::Installed>(&seed("undo", "installed"))
        .expect("a record");
    for (name, format) in [
        ("repos-json", foreign::Format::ReposJson),
        ("gitmodules", foreign::Format::Gitmodules),
        ("vcstool.repos", foreign::Format::Vcstool),
        ("vcstool-extends", foreign::Format::Vcstool),
        ("repo.xml", foreign::Format::Repo),
        ("west.yml", foreign::Format::West),
        ("meta.json", foreign::Format::Meta),
        ("mrconfig", foreign::Format::Myrepos),
        ("mani.yaml", foreign::Format::Mani),
        ("gita.csv", foreign::Format::Gita),
        ("workspace-lock.toml", foreign::Format::GitWorkspace),
    ] {
        assert_ne!(targets::found(format, &seed("import", name)), 0, "{name}");
    }
}
