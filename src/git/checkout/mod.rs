//! A checkout's state, from its files: whose it is, what is under way in it, what it holds.

mod facts;
mod git_dir;
mod operation;
#[cfg(test)]
mod tests;

pub use facts::{
    STALE_LOCKS, has_stash, index_lock_age, is_shallow, linked_worktrees, loose_object_pressure,
    other_locks,
};
pub use git_dir::{GitDir, NotARepository, own_git_dir};
pub use operation::{Operation, operation};
