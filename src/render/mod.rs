//! How what packs would do looks to a person who decides about it, whichever way they are asked.

pub(crate) mod changes;
pub(crate) mod question;
pub(crate) mod style;
