//! The only door to the machine: processes, files, locks, signals, the clock, the environment.

pub mod cancel;
pub mod env;
pub mod fs;
pub mod process;
pub mod signal;
pub mod clock;
pub mod fs;
pub mod lock;
