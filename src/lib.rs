//! grex brings a tree of git repositories, and the set-up that lives in it, into the declared
//! state. The modules below are its layers, lowest first; each imports only those above it in
//! this list. `docs/ARCHITECTURE.md` is the map.

pub mod model;
pub mod store;
pub mod sys;
