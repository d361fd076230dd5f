//! The installable surface of a pack: exactly what an install would run, as bytes that can be
//! hashed, shown, compared and approved.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What an install of a pack would run. Its hash says whether that has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// The parts, in an order that does not depend on the file system's.
    pub parts: Vec<SurfacePart>,
    /// Nothing of it touches the machine: nobody needs to approve it, and there is nothing to take
    /// back.
    pub is_inert: bool,
}

/// A part of a surface: a list of actions, a hook, a file that comes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurfacePart {
    /// Its name: `actions`, `.grex/hooks/setup.sh`.
    pub name: String,
    /// It may be executed as it is.
    pub executable: bool,
    /// What it is.
    pub content: PartContent,
}

/// What a part of a surface is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PartContent {
    /// Text, kept whole: it is what runs, and what a person approves.
    Text {
        /// The text.
        text: String,
    },
    /// Anything else; only its digest counts.
    Digest {
        /// SHA-256, in hexadecimal digits.
        sha256: String,
        /// Its length in bytes.
        length: u64,
    },
}

impl SurfacePart {
    /// A text that runs.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            executable: false,
            content: PartContent::Text { text: text.into() },
        }
    }

    /// Bytes that come along.
    pub fn digest(name: impl Into<String>, executable: bool, bytes: &[u8]) -> Self {
        Self {
            name: name.into(),
            executable,
            content: PartContent::Digest {
                sha256: hex(&Sha256::digest(bytes)),
                length: bytes.len() as u64,
            },
        }
    }
}

impl Surface {
    /// A part by its name.
    pub fn part(&self, name: &str) -> Option<&SurfacePart> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// The text of a part, if it is kept.
    pub fn text(&self, name: &str) -> Option<&str> {
        match &self.part(name)?.content {
            PartContent::Text { text } => Some(text),
            PartContent::Digest { .. } => None,
        }
    }

    /// `sha256:` and 64 hexadecimal digits. It covers the pack's type, and of each part its name,
    /// whether it is executable, and its bytes; each is preceded by its length, so that no two
    /// surfaces look the same.
    pub fn hash(&self, pack_type: &str) -> String {
        let mut hasher = Sha256::new();
        let mut feed = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        feed(b"grex-surface-1");
        feed(pack_type.as_bytes());
        for part in &self.parts {
            feed(part.name.as_bytes());
            feed(if part.executable { b"x" } else { b"-" });
            match &part.content {
                PartContent::Text { text } => feed(hex(&Sha256::digest(text)).as_bytes()),
                PartContent::Digest { sha256, .. } => feed(sha256.as_bytes()),
            }
        }
        format!("sha256:{}", hex(&hasher.finalize()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_sees_names_modes_bytes_and_borders() {
        let surface = |parts: Vec<SurfacePart>| Surface {
            parts,
            is_inert: false,
        };
        let script = |executable| SurfacePart {
            executable,
            ..SurfacePart::text("a", "x")
        };
        let hashes = [
            surface(vec![]).hash("declarative"),
            surface(vec![]).hash("scripted"),
            surface(vec![script(false)]).hash("scripted"),
            surface(vec![script(true)]).hash("scripted"),
            surface(vec![SurfacePart::text("a", "y")]).hash("scripted"),
            surface(vec![SurfacePart::text("ax", "")]).hash("scripted"),
            surface(vec![SurfacePart::text("", ""), SurfacePart::text("a", "x")]).hash("scripted"),
        ];
        let different: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
        assert!(hashes.iter().all(|hash| hash.len() == 71));
    }

    #[test]
    fn a_kept_text_and_its_digest_are_the_same_surface() {
        let kept = Surface {
            parts: vec![SurfacePart::text("f", "bytes")],
            is_inert: false,
        };
        let digested = Surface {
            parts: vec![SurfacePart::digest("f", false, b"bytes")],
            is_inert: false,
        };
        assert_eq!(kept.hash("t"), digested.hash("t"));
    }
}
