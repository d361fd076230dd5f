//! Real runs write down what happens to their locks, and Lean judges whether the protocol that is proved
//! allows it. What is proved is about a model; this is what ties the model to the program.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the fences around processes are for grex itself, not for its tests; what Lean says is told"
)]

mod ground;
mod judge;
mod refused;
mod runs;
