//! What the built grex prints with `--json` is what the schemas in `docs/schema` say: every verb in
//! each of its forms, every exit code. Each document is held against its schema closed, so that
//! nothing is printed that is not described; each of its fields is then renamed and given another
//! type, which the schema as it is published has to notice; and at the end every field and every
//! word of a choice was seen.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write files, start programs and fail by panicking"
)]

mod documents;
mod errors;
mod ground;
mod installing;
mod looking;
mod registering;
mod removing;
mod running;
mod synchronising;
