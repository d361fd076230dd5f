//! The Model Context Protocol: the verbs as tools, for programs that work for people.

pub mod transport;
pub mod turns;
