//! The only door to the machine: processes, files, locks, signals, the clock, the environment.

pub mod cancel;
pub mod clock;
pub mod env;
pub mod fs;
pub mod lock;
pub mod memory;
pub mod process;
pub mod reason;
pub mod signal;
pub mod stdio;
pub mod timings;
pub mod user;
