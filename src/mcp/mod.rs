//! The MCP server: the verbs as tools for an agent, over standard input and output.
//!
//! A tool call enters the same function of [`crate::ops`], with the same request type, as the
//! verb of the command line; what is here is about the protocol and about what an agent may do.

mod answer;
mod call;
mod catalogue;
mod handler;
mod host;
mod limits;
mod person;
mod place;
mod progress;
mod resources;
mod schema;
mod serve;
mod tools;
mod transport;
mod turns;

pub use host::{Choice, Launch};
pub use serve::serve;
pub use transport::Transport;
pub use turns::Turn;
