//! Masks what must not be shown or stored: credentials in URLs, in headers, in configuration
//! values and assignments, and tokens that can be told by their shape. It errs on the side of
//! masking too much. It finds what looks like a secret, not every secret: so nothing that is known
//! to be one may get as far as this.

mod assigned;
mod scan;
mod tokens;
mod userinfo;

pub use scan::{places, secrets};
pub use tokens::is_token;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

#[cfg(test)]
mod tests;
