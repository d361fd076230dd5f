//! A pack type whose packs hold letters, `.grex/letters/*`: each is a text that names a file, which
//! an install touches.

use std::{fs, path::Path};

use async_trait::async_trait;
use grex::{
    model::{
        action::ActionEntry,
        surface::{PartContent, Surface, SurfacePart},
    },
    plugin::{
        error::PackError,
        pack_type::{Pack, PackCx, PackReport, PackTypePlugin},
    },
};
use serde_json::json;

/// Where the letters lie in a pack.
const LETTERS: &str = ".grex/letters";

/// The pack type.
pub(crate) struct Letters;

#[async_trait]
impl PackTypePlugin for Letters {
    fn name(&self) -> &str {
        "letters"
    }

    fn surface(&self, pack: &Pack) -> Result<Surface, PackError> {
        let mut names = names(&pack.root.join(LETTERS))?;
        names.sort();
        let mut parts = Vec::new();
        for name in names {
            let part = format!("{LETTERS}/{name}");
            let path = pack.root.join(&part);
            let is_file = path.symlink_metadata().is_ok_and(|letter| letter.is_file());
            let text = fs::read_to_string(&path).ok().filter(|_| is_file);
            let text = text.ok_or_else(|| {
                PackError::unusable(format!("{part} is no text"), "replace it by a text file")
            })?;
            parts.push(SurfacePart::text(part, text));
        }
        Ok(Surface {
            is_inert: parts.is_empty(),
            parts,
        })
    }

    async fn install(&self, cx: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        // What was approved is what runs: nothing is read again.
        let actions: Vec<_> = cx.surface.parts.iter().filter_map(touch).collect();
        cx.host.say(&format!("{} letters", actions.len()));
        let actions = cx.host.apply(&actions).await?;
        Ok(PackReport { actions })
    }

    async fn update(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        self.install(cx, pack).await
    }

    async fn teardown(&self, cx: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        let actions = cx.host.undo().await?;
        Ok(PackReport { actions })
    }

    async fn sync(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }
}

/// The names in a directory, which need not be there.
fn names(directory: &Path) -> Result<Vec<String>, PackError> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Ok(Vec::new());
    };
    let unusable = || PackError::unusable("a letter has a name that is no text", "rename it");
    entries
        .map(|entry| {
            let name = entry.map_err(|_| unusable())?.file_name();
            name.into_string().map_err(|_| unusable())
        })
        .collect()
}

fn touch(part: &SurfacePart) -> Option<ActionEntry> {
    match &part.content {
        PartContent::Text { text } => Some(ActionEntry {
            name: String::from("touch"),
            arguments: json!({"path": text.trim()}),
        }),
        PartContent::Digest { .. } => None,
    }
}
