//! How many packs are at work at once: shown by barriers that only so many can pass together.

use grex_fixtures::{Fault, Rule, Times, Tree};

use crate::ground::{Ground, most_at_once};

/// So many packs from one remote.
fn packs(count: usize) -> Ground {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    for number in 0..count {
        ground.declare(&format!("pack-{number}"), &remote.url(), None);
    }
    ground
}

#[test]
fn as_many_packs_are_at_work_as_asked_for_and_not_one_more() {
    for jobs in [1, 3, 5] {
        let ground = packs(2 * jobs + 1);
        let shim = ground.sandbox.shim();
        // So many wait for each other and for the test, which comes when they are all there.
        let together = u64::try_from(jobs).unwrap() + 1;
        let rule = Rule::on("clone")
            .times(Times::First(together - 1))
            .fault(Fault::barrier("together", together));
        shim.rules(&[rule]);
        let mut run = ground
            .sync(&["-j", &jobs.to_string()])
            .with_shim(&shim)
            .start();
        run.wait_until("the clones", || shim.count("clone") >= jobs);
        shim.meet("together", together);
        run.wait().success();
        assert_eq!(most_at_once(&ground.sandbox, "clone"), jobs);
        assert_eq!(shim.count("clone"), 2 * jobs + 1);
    }
}

#[test]
fn updates_are_at_work_at_once_too() {
    let ground = packs(6);
    ground.synced(&[]);
    let shim = ground.sandbox.shim();
    let rule = Rule::on("fetch")
        .times(Times::First(4))
        .fault(Fault::barrier("together", 4));
    shim.rules(&[rule]);
    ground
        .sync(&["--parallel", "4"])
        .with_shim(&shim)
        .run()
        .success();
    assert_eq!(most_at_once(&ground.sandbox, "fetch"), 4);
}

#[test]
fn the_environment_says_how_many_packs_are_at_work() {
    let ground = packs(4);
    let shim = ground.sandbox.shim();
    let rule = Rule::on("clone")
        .times(Times::First(2))
        .fault(Fault::barrier("together", 2));
    shim.rules(&[rule]);
    let run = ground.sync(&[]).env("GREX_PARALLEL", "2").with_shim(&shim);
    run.run().success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 2);
}

#[test]
fn status_asks_as_many_packs_at_once_as_asked_for() {
    let ground = packs(6);
    ground.synced(&[]);
    let shim = ground.sandbox.shim();
    let rule = Rule::on("status")
        .times(Times::First(3))
        .fault(Fault::barrier("together", 3));
    shim.rules(&[rule]);
    let run = grex_fixtures::grex!(ground.sandbox, "status", "--json", "-j", "3");
    run.with_shim(&shim).run().success();
    assert_eq!(most_at_once(&ground.sandbox, "status"), 3);
}

#[test]
fn a_child_starts_before_an_unrelated_pack_is_done() {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         outer
           inner
             innermost
         slow",
    );
    for root in tree.roots() {
        ground.declare(&root.path, &root.url, None);
    }
    let shim = ground.sandbox.shim();
    // `slow` ends when the innermost pack has begun, and not before.
    shim.rules(&[
        Rule::on("clone")
            .argument("slow.git")
            .fault(Fault::barrier("last", 2)),
        Rule::on("clone")
            .argument("outer-inner-innermost.git")
            .fault(Fault::barrier("last", 2)),
    ]);
    ground.sync(&["-j", "2"]).with_shim(&shim).run().success();
    assert_eq!(shim.count("clone"), 4);
}

#[test]
fn a_parent_holds_no_place_while_its_children_are_at_work() {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         a
           b
             c
               d
           e
             f",
    );
    ground.declare("a", &tree.pack("a").url, None);
    let shim = ground.sandbox.shim();
    ground.sync(&["-j", "1"]).with_shim(&shim).run().success();
    assert_eq!(most_at_once(&ground.sandbox, "clone"), 1);
    for pack in &tree.packs {
        assert_eq!(ground.head(&pack.path), pack.sha);
    }
}
