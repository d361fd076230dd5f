//! Ctrl-C and its like, at any moment.

use std::time::{Duration, Instant};

use grex_fixtures::{Fault, Rule, Sandbox, Shim, Signal, grex};

use crate::support::{
    Still, no_leftovers, no_processes, register, tidy, workspace, workspace_with,
};

/// An interrupted run is over within two seconds; a loaded machine gets one more.
pub(crate) const SOON: Duration = Duration::from_secs(3);

/// A workspace with three packs to clone, one of which is there already.
fn three_packs() -> (Sandbox, Shim) {
    let sandbox = workspace();
    for name in ["one", "two", "three"] {
        let remote = sandbox.remote(name).commit("a", name).create();
        register(&sandbox, &[(name, &remote.url())]);
    }
    grex!(sandbox, "sync", "--only", "one").run().success();
    let shim = sandbox.shim();
    (sandbox, shim)
}

#[track_caller]
fn the_next_run_is_fine(sandbox: &Sandbox) {
    let outcome = grex!(sandbox, "sync").run();
    outcome.success();
    assert_eq!(outcome.stderr, "", "{}", outcome.snapshot());
    for name in ["one", "two", "three"] {
        assert_eq!(sandbox.read(format!("workspace/{name}/a")), name);
    }
    grex!(sandbox, "status", "--fail-on-drift").run().success();
    no_leftovers(sandbox);
}

#[test]
fn a_clone_that_hangs_is_ended_and_leaves_nothing() {
    for signal_all in [false, true] {
        let (sandbox, shim) = three_packs();
        shim.rules(&[Rule::on("clone").fault(Fault::Hang)]);
        let mut run = grex!(sandbox, "sync", "-j4").with_shim(&shim).start();
        run.wait_until("two clones", || shim.count("clone") == 2);
        let begin = Instant::now();
        if signal_all {
            run.signal_group(Signal::Interrupt);
        } else {
            run.signal(Signal::Interrupt);
        }
        let outcome = run.wait();
        assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
        outcome.code(130);
        assert!(
            outcome.stderr.contains("stopping"),
            "{}",
            outcome.snapshot()
        );
        tidy(&sandbox, &outcome);
        assert!(!sandbox.path("workspace/two").exists());
        the_next_run_is_fine(&sandbox);
    }
}

#[test]
fn a_real_clone_in_the_middle_leaves_nothing() {
    let (sandbox, shim) = three_packs();
    // Half of it is there when the signal comes.
    shim.rules(&[
        Rule::on("clone")
            .argument("two.git")
            .fault(Fault::HalfClone { exit: None }),
        Rule::on("clone").argument("three.git").fault(Fault::Hang),
    ]);
    let mut run = grex!(sandbox, "sync", "-j4", "--retries=0")
        .with_shim(&shim)
        .start();
    run.wait_until("two clones", || shim.count("clone") >= 2);
    run.signal(Signal::Terminate);
    let outcome = run.wait();
    outcome.code(143);
    tidy(&sandbox, &outcome);
    the_next_run_is_fine(&sandbox);
}

#[test]
fn a_child_that_ignores_the_first_signal_is_killed_in_time() {
    let (sandbox, shim) = three_packs();
    shim.rules(&[Rule::on("clone")
        .fault(Fault::IgnoreTerm)
        .fault(Fault::Hang)]);
    let mut run = grex!(sandbox, "sync", "-j4").with_shim(&shim).start();
    run.wait_until("two clones", || shim.count("clone") == 2);
    let begin = Instant::now();
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    outcome.code(130);
    tidy(&sandbox, &outcome);
    the_next_run_is_fine(&sandbox);
}

#[test]
fn a_second_signal_kills_a_child_that_ignores_the_first() {
    let (sandbox, shim) = three_packs();
    let ready = sandbox.path("ready");
    let argv = ["sh", "-c", &format!("echo x >> '{}'", ready.display())]
        .map(String::from)
        .to_vec();
    let deaf = Rule::on("clone")
        .fault(Fault::IgnoreTerm)
        .fault(Fault::Run { argv })
        .fault(Fault::Hang);
    shim.rules(&[deaf]);
    let mut run = grex!(sandbox, "sync", "-j4").with_shim(&shim).start();
    let deaf_ones = || {
        std::fs::read_to_string(&ready)
            .unwrap_or_default()
            .lines()
            .count()
    };
    run.wait_until("two deaf clones", || deaf_ones() == 2);
    run.signal(Signal::Interrupt);
    let mut stopping = String::new();
    while !stopping.contains("stopping") {
        stopping = run.stderr_so_far();
        std::thread::sleep(Duration::from_millis(1));
    }
    let begin = Instant::now();
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    // Well before the first signal alone would have done it.
    assert!(
        begin.elapsed() < Duration::from_millis(900),
        "{:?}",
        begin.elapsed()
    );
    outcome.code(130);
    tidy(&sandbox, &outcome);
    the_next_run_is_fine(&sandbox);
}

#[test]
fn grandchildren_that_hold_the_pipes_hold_nobody_up() {
    let (sandbox, shim) = three_packs();
    let rule = Rule::on("clone")
        .fault(Fault::Grandchild { ms: 60_000 })
        .fault(Fault::Hang);
    shim.rules(&[rule]);
    let mut run = grex!(sandbox, "sync", "-j4").with_shim(&shim).start();
    run.wait_until("two clones", || {
        shim.invocations()
            .iter()
            .filter(|one| one.grandchild.is_some())
            .count()
            == 2
    });
    let begin = Instant::now();
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    outcome.code(130);
    tidy(&sandbox, &outcome);
}

#[test]
fn an_add_that_is_interrupted_registers_nothing() {
    let sandbox = workspace_with(&["one"]);
    let two = sandbox.remote("two").commit("a", "2").create();
    let shim = sandbox.shim();
    let still = Still::of(sandbox.workspace());
    shim.rules(&[Rule::on("clone").fault(Fault::Hang)]);
    let mut run = grex!(sandbox, "add", two.url()).with_shim(&shim).start();
    run.wait_until("the clone", || shim.count("clone") == 1);
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    outcome.code(130);
    tidy(&sandbox, &outcome);
    still.check_content();
    grex!(sandbox, "add", two.url()).run().success();
}

#[test]
fn an_init_from_that_is_interrupted_leaves_nothing() {
    let sandbox = workspace();
    let other = sandbox.remote("other").commit("grex.jsonl", "").create();
    let shim = sandbox.shim();
    let still = Still::of(sandbox.workspace());
    shim.rules(&[Rule::on("clone").fault(Fault::Hang)]);
    let mut run = grex!(sandbox, "init", "--from", other.url(), "deep/er")
        .with_shim(&shim)
        .start();
    run.wait_until("the clone", || shim.count("clone") == 1);
    run.signal(Signal::Interrupt);
    let outcome = run.wait();
    outcome.code(130);
    tidy(&sandbox, &outcome);
    still.check();
}

#[test]
fn waiting_for_a_lock_can_be_interrupted() {
    let (sandbox, shim) = three_packs();
    shim.rules(&[Rule::on("clone").fault(Fault::barrier("held", 3))]);
    let mut first = grex!(sandbox, "sync", "-j4").with_shim(&shim).start();
    first.wait_until("two clones", || shim.count("clone") == 2);
    let mut second = grex!(sandbox, "sync").start();
    second.wait_for_stderr("waiting");
    second.signal(Signal::Interrupt);
    // It ends although the first one still has the lock, and so not because it got it.
    let outcome = second.wait();
    outcome.code(130);
    assert!(
        !outcome.stderr.contains("panicked"),
        "{}",
        outcome.snapshot()
    );
    shim.meet("held", 3);
    first.wait().success();
    the_next_run_is_fine(&sandbox);
}

#[test]
fn n7_a_killed_grex_is_recovered_from() {
    let (sandbox, shim) = three_packs();
    shim.rules(&[
        Rule::on("clone")
            .argument("two.git")
            .fault(Fault::Run {
                argv: vec!["true".into()],
            })
            .fault(Fault::Hang),
        Rule::on("clone").argument("three.git").fault(Fault::Hang),
    ]);
    let mut run = grex!(sandbox, "sync", "-j4").with_shim(&shim).start();
    run.wait_until("two clones", || shim.count("clone") == 2);
    // What half-made clones look like when nobody could clear them away.
    let left: Vec<_> = shim
        .invocations()
        .iter()
        .filter(|one| one.subcommand == "clone")
        .map(|one| (one.pid, one.argv.last().unwrap().clone()))
        .collect();
    run.signal(Signal::Kill);
    let outcome = run.wait();
    assert_eq!(outcome.signal, Some(9));
    for (pid, target) in &left {
        // The orphans go too, as when the whole machine goes down.
        let pid = rustix::process::Pid::from_raw(i32::try_from(*pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        std::fs::create_dir_all(std::path::Path::new(target).join(".git/objects/pack")).unwrap();
    }
    let outcome = grex!(sandbox, "sync").run();
    outcome.success();
    no_leftovers(&sandbox);
    the_next_run_is_fine(&sandbox);
}

#[test]
fn n7_sixteen_clones_of_a_killed_grex_are_made_by_the_next_run() {
    let sandbox = workspace();
    let remote = sandbox.remote("any").commit("a", "a").create();
    let names: Vec<_> = (0..16).map(|number| format!("pack{number}")).collect();
    let url = remote.url();
    let packs = names.iter().map(|name| (name.as_str(), url.as_str()));
    register(&sandbox, &packs.collect::<Vec<_>>());
    let shim = sandbox.shim();
    shim.rules(&[Rule::on("clone").fault(Fault::barrier("held", 17))]);
    let mut run = grex!(sandbox, "sync", "-j16").with_shim(&shim).start();
    run.wait_until("sixteen clones", || shim.count("clone") == 16);
    run.signal(Signal::Kill);
    assert_eq!(run.wait().signal, Some(9));
    // Nobody listens to them any more; what they make of that is their own affair.
    shim.meet("held", 17);
    no_processes(&sandbox);
    let outcome = grex!(sandbox, "sync").run();
    outcome.success();
    tidy(&sandbox, &outcome);
    for name in names {
        assert_eq!(sandbox.read(format!("workspace/{name}/a")), "a");
    }
    grex!(sandbox, "status", "--fail-on-drift").run().success();
}
