//! Many packs at once, killed whenever it happens.

use std::fs;

use grex_fixtures::{Sandbox, Signal, grex};

use crate::home::Home;

const PACKS: usize = 8;

/// How often it is killed: `GREX_FAULTS_ROUNDS`, or this.
const ROUNDS: u32 = 20;

#[test]
fn eight_packs_are_killed_at_any_time() {
    let rounds = std::env::var("GREX_FAULTS_ROUNDS");
    let rounds = rounds.map_or(ROUNDS, |text| text.parse().unwrap());
    let sandbox = Sandbox::new();
    sandbox.write("home/.profile", "# mine");
    let original = Home::read(&sandbox.home());
    let remotes: Vec<_> = (0..PACKS)
        .map(|number| {
            let name = format!("p{number}");
            let files = [(".grex/files/one", "1\n"), (".grex/files/other", "2\n")];
            let remote = sandbox.remote(&name).commit_files(&files);
            remote.pack_yaml(&pack_yaml(number, 0)).create()
        })
        .collect();
    grex!(sandbox, "init").run().success();
    for remote in &remotes {
        let url = remote.file_url();
        grex!(sandbox, "add", "--no-install", url).run().success();
    }
    let whole = grex!(sandbox, "update", "--trust");
    let started = std::time::Instant::now();
    whole.run().success();
    let usual = started.elapsed();
    let mut survived = 0;
    for round in 1..=rounds {
        for (number, remote) in remotes.iter().enumerate() {
            remote.push_commit(".grex/pack.yaml", pack_yaml(number, round));
        }
        let running = grex!(sandbox, "update", "--trust").start();
        // Any time is as good as any other; that these are spread is all that is asked of them.
        std::thread::sleep(usual * round / rounds);
        running.signal(Signal::Kill);
        let killed = running.wait();
        survived += u32::from(killed.status.is_some());
        grex!(sandbox, "update", "--trust").run().success();
        let status = grex!(sandbox, "status", "--json").run();
        for pack in status.json().as_array().unwrap() {
            assert_eq!(pack["install"], "installed", "round {round}: {pack}");
        }
        let lines = sandbox.read("home/.profile");
        for number in 0..PACKS {
            let line = format!("export P{number}='{round}'\n");
            assert!(lines.contains(&line), "round {round}: {lines}");
            let link = fs::read_link(sandbox.path(format!("home/.p{number}"))).unwrap();
            assert!(
                link.ends_with(link_source(round)),
                "round {round}: {link:?}"
            );
        }
    }
    println!(
        "FAULTS update, 8 packs: killed {} times, {survived} were faster",
        rounds - survived
    );
    let mut rm = grex!(sandbox, "rm", "-y");
    for number in 0..PACKS {
        rm = rm.arg(format!("p{number}"));
    }
    rm.run().success();
    let left = Home::read(&sandbox.home()).differences(&original);
    assert!(left.is_empty(), "{left:#?}");
    let journal = sandbox.path("workspace/.grex/.state/journal.jsonl");
    assert_eq!(fs::read_to_string(journal).unwrap_or_default(), "");
}

fn link_source(round: u32) -> &'static str {
    if round.is_multiple_of(2) {
        "one"
    } else {
        "other"
    }
}

/// What changes from round to round: a value, where a link leads, and a directory.
fn pack_yaml(number: usize, round: u32) -> String {
    let source = link_source(round);
    format!(
        "schema_version: \"1\"\nname: p{number}\ntype: declarative\nactions:\n  \
         - env: {{ name: P{number}, value: \"{round}\" }}\n  \
         - symlink: {{ src: .grex/files/{source}, dst: $HOME/.p{number} }}\n  \
         - mkdir: {{ path: $HOME/shared/{number}-{round} }}\n"
    )
}
