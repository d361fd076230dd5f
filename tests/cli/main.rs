//! The built grex from outside: what is typed, what lies on disk, what it prints and what it
//! leaves. One module for each idea; names that begin with a letter and a number (`u2_...`) are
//! rows of the catalogue of bad input and faults in `docs/testing.md`.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write files, start programs and fail by panicking"
)]

mod support;

mod add;
mod books;
mod broken_repositories;
mod completions;
mod doctor;
mod environment;
mod errors;
mod exec;
mod exec_output;
mod exec_terminal;
mod filters;
mod hostile_paths;
mod hostile_refs;
mod hostile_urls;
mod import;
mod init;
mod interrupts;
mod locking;
mod ls;
mod moved_remotes;
mod older_tool;
mod output;
mod pack_files;
mod prompts;
mod pty;
mod rm;
mod shared_directories;
mod slips;
mod stalled;
mod status;
mod terminal;
mod terminal_widths;
mod timings;
mod work_to_lose;
