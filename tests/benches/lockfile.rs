//! The lockfile: as text, and rewritten on the disk after one pack moved.

use divan::{Bencher, counter::ItemsCount};
use grex::{
    model::lock::Lockfile,
    store::{Workspace, lockfile::LockfileWriter},
};

use crate::{SIZES, made};

#[divan::bench(args = SIZES)]
fn parse_lockfile(bencher: Bencher<'_, '_>, packs: usize) {
    let text = made::lockfile(packs).render();
    bencher
        .counter(ItemsCount::new(packs))
        .bench_local(|| Lockfile::parse(divan::black_box(text.as_bytes())));
}

#[divan::bench(args = SIZES)]
fn render_lockfile(bencher: Bencher<'_, '_>, packs: usize) {
    let lockfile = made::lockfile(packs);
    bencher
        .counter(ItemsCount::new(packs))
        .bench_local(|| divan::black_box(&lockfile).render());
}

/// With the syncs that this takes, which the disk decides about.
#[divan::bench(args = SIZES)]
fn rewrite_lockfile(bencher: Bencher<'_, '_>, packs: usize) {
    let directory = tempfile::tempdir().unwrap();
    let workspace = Workspace::at(&directory.path().canonicalize().unwrap());
    let mut known = made::lockfile(packs);
    let moved = known.entries.values().next_back().unwrap().id.clone();
    let mut commit = 0_u64;
    bencher
        .counter(ItemsCount::new(packs))
        .with_inputs(|| {
            commit += 1;
            let mut entry = known.entries[&moved].clone();
            entry.sha = format!("{commit:040x}");
            let writer = LockfileWriter::new(&workspace, known.clone());
            known.entries.insert(moved.clone(), entry.clone());
            (writer, entry)
        })
        .bench_local_values(|(mut writer, entry)| {
            assert!(writer.record(entry).unwrap());
            assert!(writer.finish().unwrap());
        });
}
