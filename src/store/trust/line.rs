//! The lines of the file of approvals.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::approvals::Subject;
use crate::model::surface::{PartContent, Surface, SurfacePart};

/// Longer texts are kept as digests, in bytes: they are kept only to show later what changed.
const LONGEST_TEXT: usize = 64 << 10;

/// One line. Kinds are added, never changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Line {
    /// One pack, as it was when it was approved.
    Pack {
        /// What decides; see [`key_of`].
        key: String,
        path: String,
        url: String,
        actions_hash: String,
        ts: String,
        surface: Surface,
    },
    /// Whatever comes from a source.
    Source { prefix: String, ts: String },
    /// A kind of a later program.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// Returns what an approval is about, in 64 hexadecimal digits: the SHA-256 of the pack's place,
/// origin and surface, each preceded by its length.
pub(super) fn key_of(subject: &Subject<'_>) -> String {
    let mut hasher = Sha256::new();
    let parts = [
        b"grex-trust-1".as_slice(),
        subject.path.as_os_str().as_encoded_bytes(),
        subject.url.as_bytes(),
        subject.actions_hash.as_bytes(),
    ];
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a surface with the same hash and no long texts.
pub(super) fn shortened(surface: &Surface) -> Surface {
    let shorten = |part: &SurfacePart| match &part.content {
        PartContent::Text { text } if text.len() > LONGEST_TEXT => {
            SurfacePart::digest(part.name.as_str(), part.executable, text.as_bytes())
        }
        _ => part.clone(),
    };
    Surface {
        parts: surface.parts.iter().map(shorten).collect(),
        is_inert: surface.is_inert,
    }
}
