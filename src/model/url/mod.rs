//! Where packs come from. A [`PackUrl`] is parsed once, at the edge, into a value that no git
//! command can take for an option, that starts no remote helper and that carries no password.
//! Whether a scheme is allowed *here* (a cloned pack may not name local paths) is for the caller
//! to ask with [`PackUrl::is_local`], after [`PackUrl::resolve`].

mod authority;
mod error;
mod identity;
mod pack_url;
mod parse;
mod relative;

pub use error::UrlError;
pub use pack_url::{PackUrl, Scheme};

#[cfg(test)]
mod tests;
