//! What other tools say of the repositories that they manage.
//!
//! One file a format: bytes in, a [`Found`] out. Nothing here opens a file or runs anything; files
//! that a file names are asked of [`Files`]. Everything that is read is somebody else's: it goes
//! through [`PackPath`](super::path::PackPath), [`PackUrl`](super::url::PackUrl) and
//! [`RefName`](super::reference::RefName), and what these refuse is a [`Failed`] with its place, so
//! that the rest can be used. What has no counterpart here is counted as a [`Note`], so that nothing
//! disappears unnoticed. See `docs/import.md`.

mod entry;
mod files;
mod format;
mod found;
mod git_workspace;
mod gita;
mod gitmodules;
mod groups;
mod json;
mod mani;
mod meta;
mod myrepos;
mod repo;
mod repos_json;
mod source;
mod tree;
mod vcstool;
mod west;
mod yaml;

#[cfg(test)]
mod test_files;
#[cfg(test)]
mod tests;

pub use self::{
    files::{Contents, Files},
    format::Format,
    found::{Failed, ForeignError, Found, Note, OnDisk, Place, Repository, Skipped},
    groups::Groups,
    repo::only_include,
    source::{Context, read},
};
