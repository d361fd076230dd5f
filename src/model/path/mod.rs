//! Where packs lie: [`PackPath`] and [`PackId`], the rules a path has to keep (see
//! docs/formats.md, "Names and paths"), and the search for two that cannot live side by side.
//! Nothing here looks at a disk: symbolic links are the business of whoever opens the path.

mod conflict;
mod fold;
mod id;
mod pack_path;
mod segment;

pub use conflict::{Conflict, ConflictKind, conflict};
pub use id::PackId;
pub use pack_path::{PackPath, PathError};
pub use segment::SegmentFault;
