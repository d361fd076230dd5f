//! What a `sync` works out without looking at anything: which packs there are, the next step for
//! each, and in which order they start.

use divan::{Bencher, counter::ItemsCount};
use grex::{
    engine::{
        decide::{Step, Wanted, decide},
        node::Root,
        observe::{Checkout, Followed, Meaning, RemoteMatch},
        scheduler::{Lane, Limits, Scheduler},
    },
    git::{
        config::RepositoryConfig,
        refs::{Head, ObjectId},
    },
};

use crate::{SIZES, made};

#[divan::bench(args = SIZES)]
fn plan_packs(bencher: Bencher<'_, '_>, packs: usize) {
    let declarations = made::declarations(packs);
    let lockfile = made::lockfile(packs);
    let (root, checkout, wanted) = (Root::new(None, None), checkout(), Wanted::default());
    bencher.counter(ItemsCount::new(packs)).bench_local(|| {
        let mut scheduler = Scheduler::new(Limits::new(None, 4, None, 8));
        for declaration in &declarations {
            let node = root.registered(declaration).unwrap();
            let step = decide(&node, &checkout, &wanted, lockfile.get(node.path.as_str()));
            assert!(matches!(step, Step::Fetch(_)), "{step:?}");
            scheduler.enqueue(Lane::of(&node.url), (node, step));
        }
        let mut started = 0;
        while let Some((lane, unit)) = scheduler.start_next() {
            divan::black_box(unit);
            scheduler.release(&lane);
            started += 1;
        }
        assert_eq!(started, packs);
    });
}

/// A checkout that is on its branch and as it was last fetched.
fn checkout() -> Checkout {
    let commit = ObjectId::parse(made::COMMIT).unwrap();
    Checkout {
        root: "/workspace/pack".into(),
        git_dir: "/workspace/pack/.git".into(),
        head: Head::Branch("main".to_owned()),
        commit: Some(commit.clone()),
        remote: RemoteMatch::Same("origin".to_owned()),
        is_unfilled: false,
        under_way: None,
        index_lock: None,
        meaning: Meaning::Current(Some(Followed {
            branch: "main".to_owned(),
            remote: "origin".to_owned(),
            merge_ref: "refs/heads/main".to_owned(),
            tracking: "refs/remotes/origin/main".to_owned(),
            is_configured: true,
            local: Some(commit.clone()),
            upstream: Some(commit),
        })),
        config: RepositoryConfig::from_list_z(b"").unwrap(),
    }
}
