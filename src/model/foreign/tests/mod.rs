//! Files as the tools write them, as people write them, and as nobody should.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lists;
mod repo;
mod shapes;
mod vcstool;
mod west;
