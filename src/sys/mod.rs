//! The only door to the machine: processes, files, locks, signals, the clock, the environment.

pub mod clock;
pub mod fs;
pub mod lock;
