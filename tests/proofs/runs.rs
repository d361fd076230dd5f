//! Runs that are traced: large, contended, failing and killed ones.

use std::path::PathBuf;

use grex_fixtures::{Fault, Rule, Times};

use crate::{
    ground::{Ground, wait_for, wait_for_event},
    judge::judge,
};

/// How many packs the large run has.
const PACKS: usize = 100;

#[test]
fn real_runs_follow_the_protocol() {
    let grounds = [
        large(),
        contended(),
        failing(),
        killed(),
        installing(),
        installs_that_wait(),
        removing(),
    ];
    let traces: Vec<PathBuf> = grounds.iter().map(Ground::trace).collect();
    judge(traces.iter().map(PathBuf::as_path), []);
}

/// A sync of a hundred packs, sixteen at once.
fn large() -> Ground {
    let ground = Ground::new("large");
    let url = ground.sandbox.remote("one").commit("f", "1").create().url();
    let names: Vec<_> = (0..PACKS).map(|number| format!("packs/{number}")).collect();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), url.as_str()))
        .collect();
    ground.register("workspace", &packs);
    ground.grex(&["sync", "-j", "16"]).run().success();
    let events = ground.events();
    let of = |name, tier| {
        events
            .iter()
            .filter(|event| event["event"] == name && event["tier"] == tier)
            .count()
    };
    assert!(
        of("take", 2) >= PACKS,
        "{} packs were locked",
        of("take", 2)
    );
    assert_eq!(of("request", 1), PACKS, "each unit asks for a permit");
    let permits = |event: &&serde_json::Value| event["permits"] == 16;
    assert!(events.iter().filter(permits).count() >= 2 * PACKS);
    assert_eq!(of("take", 0), 2, "the init and the sync hold the workspace");
    ground
}

/// Two workspaces have one directory, and two processes want it; two more want one workspace.
fn contended() -> Ground {
    let ground = Ground::new("contended");
    let url = ground.sandbox.remote("y").commit("f", "1").create().url();
    ground.register("workspace", &[("x/y", &url)]);
    ground.grex(&["sync"]).run().success();
    ground.register("workspace/x", &[("y", &url)]);
    let inner = ground.sandbox.path("workspace/x");
    let shim = ground.sandbox.shim();
    let rule = Rule::on("fetch").times(Times::First(1));
    shim.rules(&[rule.fault(Fault::barrier("held", 2))]);
    let mut first = ground
        .grex(&["sync"])
        .in_dir(&inner)
        .with_shim(&shim)
        .start();
    wait_for(&shim, &mut first, "fetch", 1);
    let mut second = ground.grex(&["sync"]).start();
    let mut third = ground.grex(&["sync"]).in_dir(&inner).start();
    // Refused, back in the queue, and refused again.
    wait_for_event(&ground, &mut second, "refuse", 2, 2);
    wait_for_event(&ground, &mut third, "request", 0, 1);
    shim.meet("held", 2);
    for run in [first, second, third] {
        run.wait().success();
    }
    ground
}

/// Packs whose server is not there, some of them tried again, and a run that ends at the first.
fn failing() -> Ground {
    let ground = Ground::new("failing");
    let url = ground.sandbox.remote("one").commit("f", "1").create().url();
    let gone = ground.sandbox.path("remotes/gone.git");
    let gone = gone.to_str().expect("a path");
    let packs = [("a", url.as_str()), ("b", gone), ("c", &url), ("d", gone)];
    ground.register("workspace", &packs);
    let shim = ground.sandbox.shim();
    let message =
        "fatal: unable to access 'https://example.org/': Could not resolve host: example.org";
    let rule = Rule::on("clone").times(Times::First(2));
    shim.rules(&[rule.fault(Fault::fatal(message))]);
    ground.grex(&["sync", "-j2"]).with_shim(&shim).run().code(4);
    ground.grex(&["sync", "-j2", "--fail-fast"]).run().code(4);
    // A workspace that somebody else has, and no time to wait.
    shim.forget();
    shim.rules(&[Rule::on("fetch")
        .times(Times::First(1))
        .fault(Fault::barrier("held", 2))]);
    let mut first = ground
        .grex(&["sync", "-j1", "--only", "a"])
        .with_shim(&shim)
        .start();
    wait_for(&shim, &mut first, "fetch", 1);
    ground.grex(&["--lock-timeout=0", "sync"]).run().code(5);
    ground.grex(&["--lock-timeout=1", "sync"]).run().code(5);
    shim.meet("held", 2);
    first.wait().success();
    ground
}

/// A run that is killed with two packs in its hands and a third in the queue, while another one waits for the
/// workspace.
fn killed() -> Ground {
    let ground = Ground::new("killed");
    let url = ground.sandbox.remote("one").commit("f", "1").create().url();
    ground.register("workspace", &[("a", &url), ("b", &url), ("c", &url)]);
    ground.grex(&["sync"]).run().success();
    let shim = ground.sandbox.shim();
    shim.rules(&[Rule::on("fetch").fault(Fault::barrier("held", 3))]);
    let mut first = ground.grex(&["sync", "-j2"]).with_shim(&shim).start();
    wait_for(&shim, &mut first, "fetch", 2);
    let mut second = ground.grex(&["sync"]).start();
    wait_for_event(&ground, &mut second, "request", 0, 1);
    ground.kill(first);
    shim.meet("held", 3);
    second.wait().success();
    ground
}

const START_UP: &str = "actions:\n  - env: { name: V, value: \"1\" }\n";

/// Adds and installs packs that write one start-up file, two at a time.
fn installing() -> Ground {
    let ground = Ground::new("installing");
    for name in ["a", "b", "c"] {
        let yaml = declarative(name, &START_UP.replace('V', &format!("V_{name}")));
        let remote = ground.sandbox.remote(name).pack_yaml(&yaml).create();
        ground
            .grex(&["add", &remote.url(), "--no-install"])
            .run()
            .success();
    }
    ground.grex(&["update", "--trust", "-j2"]).run().success();
    assert!(ground.events().iter().any(|event| event["tier"] == 3));
    ground
}

/// An install that finds somebody else at work in the pack gives its permit back and comes again.
fn installs_that_wait() -> Ground {
    let ground = Ground::new("installs-that-wait");
    let hold = "touch $HOME/begun; while ! test -e $HOME/go; do sleep 0.02; done";
    let actions = format!("actions:\n  - exec: {{ cmd: [sh, -c, \"{hold}\"] }}\n");
    let slow = ground.sandbox.remote("slow");
    let slow = slow.pack_yaml(&declarative("slow", &actions)).create();
    let rest = format!("depends_on: [slow]\n{START_UP}");
    let late = ground.sandbox.remote("late");
    let late = late.pack_yaml(&declarative("late", &rest)).create();
    ground.register(
        "workspace",
        &[("slow", &slow.url()), ("x/late", &late.url())],
    );
    ground.register("workspace/x", &[("late", &late.url())]);
    let mut outer = ground.grex(&["update", "--trust"]).start();
    let begun = ground.sandbox.path("home/begun");
    outer.wait_until("the first install", || begun.exists());
    // Both packs are there, and the second is still to be installed.
    let shim = ground.sandbox.shim();
    shim.rules(&[Rule::on("fetch").fault(Fault::barrier("held", 2))]);
    let inner = ground.sandbox.path("workspace/x");
    let inner = ground.grex(&["sync"]).in_dir(inner).with_shim(&shim);
    let mut inner = inner.start();
    wait_for(&shim, &mut inner, "fetch", 1);
    ground.sandbox.write("home/go", "");
    outer.wait_for_stderr("waiting for the pack `x/late`");
    wait_for_event(&ground, &mut outer, "refuse", 2, 2);
    shim.meet("held", 2);
    inner.wait().success();
    outer.wait().success();
    assert!(
        ground
            .sandbox
            .read("home/.profile")
            .contains("export V='1'")
    );
    ground
}

/// `rm` of a pack that somebody else is at work in waits for it with nothing but the workspace in its hands.
fn removing() -> Ground {
    let ground = Ground::new("removing");
    let url = ground.sandbox.remote("y").commit("f", "1").create().url();
    ground.register("workspace", &[("x/y", &url), ("z", &url)]);
    ground.grex(&["sync"]).run().success();
    ground.register("workspace/x", &[("y", &url)]);
    let shim = ground.sandbox.shim();
    let rule = Rule::on("fetch").times(Times::First(1));
    shim.rules(&[rule.fault(Fault::barrier("held", 2))]);
    let inner = ground.sandbox.path("workspace/x");
    let inner = ground.grex(&["sync"]).in_dir(inner).with_shim(&shim);
    let mut inner = inner.start();
    wait_for(&shim, &mut inner, "fetch", 1);
    let mut rm = ground.grex(&["rm", "-y", "x/y", "z"]).start();
    wait_for_event(&ground, &mut rm, "request", 2, 1);
    shim.meet("held", 2);
    inner.wait().success();
    rm.wait().success();
    // The manifest is locked once for each.
    assert!(
        ground
            .events()
            .iter()
            .filter(|event| event["tier"] == 4)
            .count()
            >= 4
    );
    // And packs that nothing declares any more, all at once.
    ground.register("workspace", &[("x/y", &url), ("z", &url)]);
    ground.grex(&["sync"]).run().success();
    ground.register("workspace", &[]);
    shim.forget();
    let rule = Rule::on("fetch").times(Times::First(1));
    shim.rules(&[rule.fault(Fault::barrier("again", 2))]);
    let mut inner = ground
        .grex(&["sync"])
        .in_dir(ground.sandbox.path("workspace/x"))
        .with_shim(&shim)
        .start();
    wait_for(&shim, &mut inner, "fetch", 1);
    let mut prune = ground.grex(&["sync", "--prune"]).start();
    wait_for_event(&ground, &mut prune, "request", 2, 1);
    shim.meet("again", 2);
    inner.wait().success();
    prune.wait().success();
    assert!(!ground.sandbox.path("workspace/x/y").exists());
    assert!(!ground.sandbox.path("workspace/z").exists());
    ground
}

fn declarative(name: &str, rest: &str) -> String {
    format!("schema_version: \"1\"\nname: {name}\ntype: declarative\n{rest}")
}
