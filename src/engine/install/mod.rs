//! Installing: which packs need it, in which order, what it would change, and doing it so that it
//! can be taken back.
//!
//! [`survey`] reads what is on disk, [`candidate`] says which packs need an install and why,
//! [`plan`] asks every action what it would change, [`run`] makes it so pack by pack, and
//! [`teardown`] takes it back. Nothing here decides whether a pack may run: that is for the
//! operation, which shows the plan to whoever has to agree.

pub mod candidate;
pub mod machine;
pub mod order;
pub mod plan;
pub mod recover;
pub mod run;
pub mod survey;
pub mod sync_hook;
pub mod teardown;

mod dependencies;
mod gather;
mod runner;
mod scratch;
mod transaction;
mod waiting;
mod work;

pub use self::{
    dependencies::{Missing, missing},
    work::places_of,
};

/// Every pack with those that come before it, whatever it may lack.
///
/// # Errors
/// Never: what is lacking is for whoever installs.
pub fn ordered(survey: &survey::Survey) -> Result<Vec<order::Ordered>, Missing> {
    dependencies::ordered(survey, |_| false)
}
