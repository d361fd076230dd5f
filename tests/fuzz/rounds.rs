//! A target's rounds: first its seeds as they are, then mutations of them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::{
    mutation::mutated,
    seeds,
    targets::{ALL, Target},
};

/// How many mutations are tried by default; fewer when that takes longer than [`TIME`].
const ROUNDS: u64 = 2000;

/// How long the default rounds of a target may take.
const TIME: Duration = Duration::from_secs(1);

/// Runs a target on its seeds, then on mutations of them: as many as `GREX_FUZZ_ROUNDS` says, from
/// the seed that `GREX_FUZZ_SEED` gives. Without these, every run tries the same ones, until a
/// second has gone by.
pub(crate) fn run(name: &str) {
    let target = ALL.iter().find(|target| target.name == name);
    let target = target.expect("a target");
    let seeds = seeds::of(name);
    for (seed, input) in &seeds {
        attempt(target, input, || format!("the seed {name}/{seed}"));
    }
    let asked = number("GREX_FUZZ_ROUNDS");
    let seed = number("GREX_FUZZ_SEED").unwrap_or_default();
    let began = Instant::now();
    let mut round = 0;
    while round < asked.unwrap_or(ROUNDS) && (asked.is_some() || began.elapsed() < TIME) {
        // Each round can be had by itself: its number is all that it depends on.
        let from = seed.wrapping_add(round);
        let mut random = fastrand::Rng::with_seed(from);
        let input = mutated(&seeds, &mut random);
        attempt(target, &input, || {
            format!("GREX_FUZZ_SEED={from} GREX_FUZZ_ROUNDS=1")
        });
        round += 1;
    }
    if asked.is_some() {
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "FUZZ {name:16} {:3} seeds {round:9} mutations {seconds:8.1} s",
            seeds.len()
        );
    }
}

/// Tries one input. The input of a target that fails, or that ends the process, lies in a file.
fn attempt(target: &Target, input: &[u8], whence: impl Fn() -> String) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
    std::fs::write(&file, input).expect("room for the input");
    let run = AssertUnwindSafe(|| (target.run)(input));
    if let Err(panic) = catch_unwind(run) {
        println!(
            "{} fails on {}: {}",
            target.name,
            whence(),
            input.escape_ascii()
        );
        println!("the same bytes are in {}", file.display());
        resume_unwind(panic);
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is a number")),
    )
}
