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
