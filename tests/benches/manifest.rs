//! The manifest: its fold, and the shortest log of the same fold.

use divan::{Bencher, counter::ItemsCount};
use grex::model::manifest::{compact, fold};

use crate::{SIZES, made};

#[divan::bench(args = SIZES)]
fn fold_events(bencher: Bencher<'_, '_>, events: usize) {
    let log = made::log(events);
    bencher
        .counter(ItemsCount::new(events))
        .bench_local(|| fold(divan::black_box(&log)));
}

#[divan::bench(args = SIZES)]
fn compact_events(bencher: Bencher<'_, '_>, events: usize) {
    let manifest = fold(&made::log(events)).unwrap();
    bencher
        .counter(ItemsCount::new(manifest.packs.len()))
        .bench_local(|| {
            let mut lines = String::new();
            for event in compact(divan::black_box(&manifest), made::TIME) {
                lines.push_str(&event.to_line().unwrap());
            }
            lines
        });
}
