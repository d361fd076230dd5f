//! From a declaration to a state: observe, decide, schedule, act, report.

pub mod decide;
mod deferral;
pub mod dispatcher;
pub mod event;
pub mod install;
pub mod loss;
pub mod node;
pub mod observe;
pub mod outcome;
mod permits;
pub mod provenance;
pub mod recover;
pub mod scheduler;
pub mod select;
pub mod session;
pub mod side_by_side;
pub mod sync_options;
pub mod terminal;
pub mod tree;
pub mod unit;
