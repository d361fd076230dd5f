//! How many processes a run starts: counted by a shim in git's place, for one pack and for ten,
//! so that what a pack costs is known exactly.

use std::{collections::BTreeMap, fs, path::Path};

use grex_fixtures::{Remote, RemoteBuilder, Shim, grex};

use crate::ground::{Ground, counts, spawns};

/// So many packs from one remote.
struct Packs {
    ground: Ground,
    remote: Remote,
    shim: Shim,
}

impl Packs {
    fn declared(
        count: usize,
        build: impl Fn(RemoteBuilder) -> RemoteBuilder,
        reference: impl Fn(&Remote) -> Option<String>,
    ) -> Self {
        let ground = Ground::new();
        let remote = build(ground.sandbox.remote("pack")).create();
        let reference = reference(&remote);
        for number in 0..count {
            ground.declare(
                &format!("pack-{number}"),
                &remote.url(),
                reference.as_deref(),
            );
        }
        let shim = ground.sandbox.shim();
        Self {
            ground,
            remote,
            shim,
        }
    }

    /// Runs grex and returns what it started.
    fn spawned_by(&self, arguments: &[&str]) -> BTreeMap<String, usize> {
        self.shim.forget();
        let run = grex!(self.ground.sandbox).args(arguments);
        run.with_shim(&self.shim).run().success();
        let mut counts = spawns(&self.shim);
        // A wrapper such as the shim is asked, beside the settings, where git's own files are.
        if let Some(asked) = counts.remove("--exec-path") {
            assert_eq!((asked, counts.get("config")), (1, Some(&1)));
        }
        counts
    }

    /// Asserts the processes of a first `sync` and of a second one.
    fn expect(self, first: &[(&str, usize)], second: &[(&str, usize)]) -> Self {
        assert_eq!(self.spawned_by(&["sync"]), counts(first), "the first run");
        assert_eq!(self.spawned_by(&["sync"]), counts(second), "the second run");
        self
    }
}

fn two_commits(remote: RemoteBuilder) -> RemoteBuilder {
    remote.commit("a", "1\n").commit("a", "2\n")
}

const SIZES: [usize; 2] = [1, 10];

#[test]
fn a_clone_is_one_process_and_an_up_to_date_pack_is_one() {
    for n in SIZES {
        Packs::declared(n, two_commits, |_| None).expect(
            &[("version", 1), ("config", 1), ("clone", n)],
            &[("fetch", n)],
        );
        Packs::declared(n, two_commits, |_| Some("main".to_owned())).expect(
            &[("version", 1), ("config", 1), ("clone", n)],
            &[("fetch", n)],
        );
    }
}

#[test]
fn a_pack_that_is_pinned_to_a_tag_is_one_process_and_then_none() {
    for n in SIZES {
        let light = |remote: RemoteBuilder| remote.commit("a", "1\n").tag("v1").commit("a", "2\n");
        let annotated = |remote: RemoteBuilder| {
            remote
                .commit("a", "1\n")
                .annotated_tag("v1")
                .commit("a", "2\n")
        };
        let first = [("version", 1), ("config", 1), ("clone", n)];
        Packs::declared(n, light, |_| Some("v1".to_owned())).expect(&first, &[]);
        Packs::declared(n, annotated, |_| Some("v1".to_owned())).expect(&first, &[]);
        Packs::declared(n, annotated, |_| Some("refs/tags/v1".to_owned())).expect(&first, &[]);
    }
}

#[test]
fn an_annotated_tag_in_a_pack_file_of_git_is_still_no_process() {
    for n in SIZES {
        let annotated = |remote: RemoteBuilder| {
            remote
                .commit("a", "1\n")
                .annotated_tag("v1")
                .commit("a", "2\n")
        };
        let packs = Packs::declared(n, annotated, |_| Some("v1".to_owned()));
        packs.spawned_by(&["sync"]);
        for number in 0..n {
            let name = format!("pack-{number}");
            packs.ground.git(&name, &["pack-refs", "--all"]);
            packs.ground.git(&name, &["gc", "-q"]);
        }
        assert_eq!(packs.spawned_by(&["sync"]), counts(&[]));
    }
}

#[test]
fn a_pack_that_is_pinned_to_a_full_commit_is_two_processes_and_then_none() {
    for n in SIZES {
        Packs::declared(n, two_commits, |remote| {
            Some(remote.resolve("refs/heads/main~1"))
        })
        .expect(
            &[("version", 1), ("config", 1), ("clone", n), ("checkout", n)],
            &[],
        );
    }
}

#[test]
fn a_pack_that_is_pinned_to_a_short_commit_is_then_no_process() {
    for n in SIZES {
        let packs = Packs::declared(n, two_commits, |remote| {
            Some(remote.resolve("refs/heads/main~1")[..10].to_owned())
        });
        packs.spawned_by(&["sync"]);
        assert_eq!(packs.spawned_by(&["sync"]), counts(&[]));
    }
}

#[test]
fn a_clone_with_a_checkout_hook_is_two_processes() {
    for n in SIZES {
        let packs = Packs::declared(n, two_commits, |_| None);
        let sandbox = &packs.ground.sandbox;
        sandbox.write_script("hooks/post-checkout", "#!/bin/sh\n");
        let hooks = sandbox.path("hooks");
        sandbox.git(
            "",
            &[
                "config",
                "--global",
                "core.hooksPath",
                hooks.to_str().unwrap(),
            ],
        );
        packs.expect(
            &[("version", 1), ("config", 1), ("clone", n), ("checkout", n)],
            &[("fetch", n)],
        );
    }
}

#[test]
fn a_branch_that_moved_is_two_processes() {
    for n in SIZES {
        let packs = Packs::declared(n, two_commits, |_| None);
        packs.spawned_by(&["sync"]);
        packs.remote.push_commit("b", "3\n");
        assert_eq!(
            packs.spawned_by(&["sync"]),
            counts(&[("fetch", n), ("merge", n)])
        );
        assert_eq!(packs.spawned_by(&["sync"]), counts(&[("fetch", n)]));
    }
}

/// So many packs as git itself finds too many (`gc.autoPackLimit`) are packed anew when a fetch has brought
/// something, and are not looked for when it has not.
#[test]
fn what_has_piled_up_is_packed_once_something_comes() {
    let packs = Packs::declared(1, two_commits, |_| None);
    packs.spawned_by(&["sync"]);
    packs.ground.git("pack-0", &["gc", "-q"]);
    let objects = packs.ground.place("pack-0/.git/objects/pack");
    let count = || {
        let files = fs::read_dir(&objects).unwrap();
        let is_pack = |name: &Path| name.extension().is_some_and(|end| end == "pack");
        files
            .filter(|file| is_pack(&file.as_ref().unwrap().path()))
            .count()
    };
    let first = fs::read_dir(&objects).unwrap().find_map(|file| {
        let path = file.unwrap().path();
        (path.extension()? == "pack").then_some(path)
    });
    let first = first.unwrap();
    for number in 0..51 {
        for end in ["pack", "idx"] {
            let copy = objects.join(format!("pack-{number:040}.{end}"));
            fs::copy(first.with_extension(end), copy).unwrap();
        }
    }
    assert_eq!(packs.spawned_by(&["sync"]), counts(&[("fetch", 1)]));
    assert_eq!(count(), 52);
    packs.remote.push_commit("b", "3\n");
    assert_eq!(
        packs.spawned_by(&["sync"]),
        counts(&[("fetch", 1), ("merge", 1), ("maintenance", 1)])
    );
    assert!(count() <= 2, "{}", count());
}

#[test]
fn status_is_one_process_a_pack_and_ls_is_none() {
    for n in SIZES {
        let packs = Packs::declared(n, two_commits, |_| None);
        packs.spawned_by(&["sync"]);
        assert_eq!(packs.spawned_by(&["status"]), counts(&[("status", n)]));
        assert_eq!(packs.spawned_by(&["ls"]), counts(&[]));
    }
}

#[test]
fn children_cost_what_registered_packs_cost() {
    for n in SIZES {
        let ground = Ground::new();
        let inner = two_commits(ground.sandbox.remote("inner")).create();
        let mut yaml = "schema_version: \"1\"\nname: outer\ntype: meta\nchildren:\n".to_owned();
        for number in 0..n {
            yaml += &format!("  - url: \"{}\"\n    path: inner-{number}\n", inner.url());
        }
        let outer = ground.sandbox.remote("outer").pack_yaml(&yaml).create();
        ground.declare("outer", &outer.url(), None);
        let shim = ground.sandbox.shim();
        let packs = Packs {
            ground,
            remote: inner,
            shim,
        };
        let packs = packs.expect(
            &[("version", 1), ("config", 1), ("clone", n + 1)],
            &[("fetch", n + 1)],
        );
        assert_eq!(packs.spawned_by(&["status"]), counts(&[("status", n + 1)]));
    }
}

#[test]
fn an_empty_workspace_starts_no_git_at_all() {
    let packs = Packs::declared(0, two_commits, |_| None);
    packs.spawned_by(&["sync"]);
    for verb in ["sync", "status", "ls"] {
        assert_eq!(packs.spawned_by(&[verb]), counts(&[]), "{verb}");
    }
}
