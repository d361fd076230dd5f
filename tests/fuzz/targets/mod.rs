//! What is tried on each parser of bytes that somebody else wrote: one function a target, which
//! takes any bytes and fails by panicking. Used by `tests/fuzz/main.rs`, on stable Rust with every
//! run of the tests, and by `tests/fuzz/libfuzzer.rs`, under libFuzzer.

mod books;
mod git;
mod import;
#[cfg(feature = "mcp")]
mod mcp;
mod model;
mod names;
mod support;
mod texts;

#[allow(unused_imports, reason = "only the seeds are looked at like this")]
pub(crate) use import::found;

/// One target.
pub(crate) struct Target {
    /// Its name, and that of the directory of its seeds.
    pub(crate) name: &'static str,
    /// Tries any bytes.
    pub(crate) run: fn(&[u8]),
}

macro_rules! targets {
    ($($(#[$meta:meta])* $name:ident: $run:path,)*) => {
        /// Every target.
        pub(crate) const ALL: &[Target] = &[
            $($(#[$meta])* Target { name: stringify!($name), run: $run },)*
        ];
    };
}

targets! {
    arguments: model::arguments,
    block: model::block,
    classification: git::classification,
    event: model::event,
    filter: names::filter,
    git_config: git::config,
    import: import::import,
    journal: books::journal,
    lockfile: model::lockfile,
    manifest: model::manifest,
    #[cfg(feature = "mcp")]
    mcp: mcp::frames,
    objects: git::objects,
    origin: books::origin,
    pack_file: model::pack_file,
    pack_path: names::pack_path,
    progress: git::progress,
    redaction: texts::redaction,
    reference: names::reference,
    reflog: git::reflog,
    refs: git::refs,
    seal: books::seal,
    shell: texts::shell,
    source_prefix: names::source_prefix,
    status: git::status,
    text: texts::text,
    trust: books::trust,
    undo: books::undo,
    url: names::url,
    variables: texts::variables,
    version: git::version,
}
