//! `sync` of sixteen packs, killed with all of its gits at any time.

use std::time::Instant;

use grex_fixtures::need;

use crate::{
    ground::Ground,
    seeded::Seeded,
    sixteen::{self, Sixteen},
};

/// How often it is killed: `GREX_FAULTS_ROUNDS`, or this.
const ROUNDS: u32 = 6;

#[test]
fn n7_sync_of_sixteen_packs_is_killed_with_its_gits_at_any_time() {
    if !need("cc") || !need("cp") {
        return;
    }
    let rounds = std::env::var("GREX_FAULTS_ROUNDS");
    let rounds = rounds.map_or(ROUNDS, |text| text.parse().unwrap());
    let mut random = Seeded::from_environment();
    let ground = Ground::new();
    let sandbox = &ground.sandbox;
    let packs = Sixteen::register(&ground);
    ground.save("before");
    let started = Instant::now();
    let whole = sixteen::start(sandbox);
    whole.wait().success();
    let mut usual = started.elapsed();
    let expected = packs.state(sandbox);
    let (mut killed, mut survived) = (0, 0);
    let mut done_at_kill = [0; 5];
    let mut findings = Vec::new();
    for round in 1..=rounds {
        ground.restore("before");
        let moment = random.moment(usual);
        let started = Instant::now();
        let mut run = sixteen::start(sandbox);
        // No event is waited for: any time is as good as any other.
        std::thread::sleep(moment.saturating_sub(started.elapsed()));
        if run.has_ended() {
            run.wait().success();
            usual = usual.mul_f64(0.95);
            continue;
        }
        sixteen::kill_all(sandbox, &run);
        let outcome = run.wait();
        if outcome.signal != Some(9) {
            outcome.success();
            continue;
        }
        killed += 1;
        let done = packs.done(sandbox);
        done_at_kill[done.div_ceil(5).min(4)] += 1;
        let outcome = ground.grex(&["sync"]);
        let mut found = packs.state(sandbox).differences("after sync", &expected);
        if outcome.status != Some(0) {
            found.push(outcome.snapshot());
        }
        survived += u32::from(found.is_empty());
        let when = format!("seed {}, round {round}, after {moment:?}", random.seed);
        findings.extend(found.iter().map(|line| format!("{when}: {line}")));
    }
    println!(
        "FAULTS sync, 16 packs: killed {killed} times with its gits, survived {survived}, {} were over \
         before; packs done when killed: none {}, 1-5 {}, 6-10 {}, 11-15 {}, all {}; seed {}",
        rounds - killed,
        done_at_kill[0],
        done_at_kill[1],
        done_at_kill[2],
        done_at_kill[3],
        done_at_kill[4],
        random.seed
    );
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(killed > 0, "no run was killed: each was over before");
}
