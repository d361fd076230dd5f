//! More at once than the other side, or this machine, has room for.

use grex_fixtures::server::{SshOptions, SshServer};
use serde_json::json;

use crate::ground::{Ground, Report};

#[test]
fn n5_all_packs_of_an_ssh_server_with_few_places_arrive() {
    let ground = Ground::new();
    let options = SshOptions {
        max_startups: "4:50:6".to_owned(),
        ..SshOptions::default()
    };
    let Some(server) = SshServer::start_with(&ground.sandbox, &options) else {
        return;
    };
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    for number in 0..16 {
        ground.declare(&format!("pack-{number}"), &server.url("api"), None);
    }
    let run = |change: &str| {
        // Which connections the server drops is chance, on a slow machine up to two of three.
        let run = ground.sync(&["-j16", "--retries=6"]);
        let run = run.env("GIT_SSH_COMMAND", server.ssh_command()).run();
        let report = Report::of_run(run.success());
        for number in 0..16 {
            let fields = json!({"change": change, "sha_after": remote.head("main")});
            report.expect(&format!("pack-{number}"), &fields);
        }
    };
    run("cloned");
    remote.push_commit("a", "2\n");
    run("updated");
}

/// More than there is room for with 64 open files.
const PACKS: usize = 32;

#[test]
fn n8_few_file_descriptors_and_many_jobs_never_end_half_way() {
    for limit in [20, 64] {
        let ground = Ground::new();
        for number in 0..PACKS {
            let name = format!("pack-{number}");
            let remote = ground.sandbox.remote(&name).commit("a", "1\n").create();
            ground.declare(&name, &remote.url(), None);
        }
        let run = |words: &str| {
            let script = format!("ulimit -n {limit}; exec \"$0\" {words}");
            let shell = ground.sandbox.program("sh").args(["-c", &script]);
            shell.arg(env!("CARGO_BIN_EXE_grex")).run()
        };
        let outcome = run("sync --json -j64");
        assert!(
            !outcome.stderr.contains("panicked"),
            "{}",
            outcome.snapshot()
        );
        if outcome.status == Some(0) {
            let report = Report::of_run(&outcome);
            assert_eq!(report.packs.len(), PACKS);
            for number in 0..PACKS {
                report.expect(&format!("pack-{number}"), &json!({"change": "cloned"}));
                assert_eq!(ground.read(&format!("pack-{number}/a")), "1\n");
            }
        } else {
            // It says so: exit 1 or 4, never in silence or by a signal.
            assert!(
                matches!(outcome.status, Some(1 | 4)),
                "{}",
                outcome.snapshot()
            );
            let said = outcome.stdout.clone() + &outcome.stderr;
            assert!(said.contains("open files"), "{}", outcome.snapshot());
        }
        assert!(
            limit < 64 || outcome.status == Some(0),
            "{}",
            outcome.snapshot()
        );
        let left = ground.everything();
        assert!(!left.iter().any(|line| line.contains(".grex-tmp")));
        // Whatever it was, the next run with room enough is fine, and nothing is left to do.
        ground.synced(&[]);
        let report = ground.synced(&[]);
        assert_eq!(report.packs.len(), PACKS);
        for pack in &report.packs {
            assert_eq!(pack["change"], "up-to-date", "{pack}");
        }
    }
}
