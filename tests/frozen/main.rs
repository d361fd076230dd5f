//! What version 1 promises (docs/stability.md), held against what is built.
//!
//! Each surface is a list of facts, one a line, in `v1/SURFACE.txt`. Two tests watch over each:
//!
//! - `keeps_its_promises` fails when a fact is gone, or when something is demanded that was not:
//!   then whoever relied on it is broken.
//! - `is_recorded` fails when there is more than is written down. That is compatible;
//!   `GREX_UPDATE=1 cargo test --test frozen` writes it down. It never takes a fact back: a line that
//!   has to go is removed by hand, by somebody who means it.
//!
//! The traits of the library are held by `author`, which is a plugin of each kind and uses all that
//! there is: it does not compile when something is gone.
#![cfg(all(feature = "mcp", unix))]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write files, start programs and fail by panicking"
)]

mod author;
mod books;
mod command_line;
mod documents;
mod environment;
mod promise;
mod shape;
mod tools;

/// Two tests a surface, so that a break and an addition are told apart by name.
macro_rules! surfaces {
    ($($surface:ident: $facts:path,)*) => {
        $(mod $surface {
            #[test]
            fn keeps_its_promises() {
                crate::promise::kept(stringify!($surface), &$facts());
            }
            #[test]
            fn is_recorded() {
                crate::promise::recorded(stringify!($surface), &$facts());
            }
        })*
        const SURFACES: &[&str] = &[$(stringify!($surface)),*];
    };
}

mod surface {
    surfaces! {
        verbs_and_flags: crate::command_line::facts,
        exit_codes: crate::command_line::exit_codes,
        variables: crate::environment::facts,
        pack_yaml: crate::documents::pack_yaml,
        reports: crate::documents::reports,
        manifest: crate::books::manifest,
        lockfile: crate::books::lockfile,
        tools: crate::tools::facts,
    }

    #[test]
    fn every_list_is_held() {
        let mut lists: Vec<String> = std::fs::read_dir(crate::promise::directory())
            .expect("the lists")
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| Some(name.strip_suffix(".txt")?.to_owned()))
            .collect();
        lists.sort_unstable();
        let mut held = SURFACES.to_vec();
        held.sort_unstable();
        assert_eq!(lists, held);
    }
}
