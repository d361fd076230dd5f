//! How long the pure work around a run takes, and the rewrite of its books, by the library's
//! public interface alone: `cargo bench --bench books`. What whole runs take beside git's own is
//! `scripts/bench`'s to measure, see docs/benchmarks.md.

#![allow(
    clippy::unwrap_used,
    reason = "the inputs are made here, and a benchmark fails by panicking"
)]

mod made;

mod filter;
mod lockfile;
mod manifest;
mod plan;

/// Of what so many there are: packs, or events of a manifest. The second is a hundred times the
/// first, so that what grows faster than its input shows.
const SIZES: [usize; 2] = [1_000, 100_000];

fn main() {
    divan::main();
}
