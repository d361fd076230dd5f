//! The pack type `declarative`: actions.

use async_trait::async_trait;

use super::{canonical, tree};
use crate::model::surface::Surface;
use crate::{
    model::action::ActionEntry,
    plugin::{
        error::PackError,
        pack_type::{Pack, PackCx, PackReport, PackTypePlugin},
    },
};

/// The part of a surface that holds the actions of an install.
const ACTIONS: &str = "actions";

/// The part that holds those of a teardown; without it, what was installed is undone.
const TEARDOWN: &str = "teardown";

/// A pack that says what is to be. What runs is what the surface says, which was approved.
pub(super) struct Declarative;

#[async_trait]
impl PackTypePlugin for Declarative {
    fn name(&self) -> &str {
        "declarative"
    }

    /// Its actions, its teardown, and the files that they may refer to.
    fn surface(&self, pack: &Pack) -> Result<Surface, PackError> {
        let spec = &pack.spec;
        let mut parts = vec![canonical::part(ACTIONS, &spec.actions)?];
        if let Some(teardown) = &spec.teardown {
            parts.push(canonical::part(TEARDOWN, teardown)?);
        }
        parts.extend(tree::files(&pack.root)?);
        let has_teardown = spec.teardown.as_ref().is_some_and(|list| !list.is_empty());
        Ok(Surface {
            parts,
            is_inert: spec.actions.is_empty() && !has_teardown,
        })
    }

    async fn install(&self, cx: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        apply(cx, ACTIONS).await
    }

    async fn update(&self, cx: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        apply(cx, ACTIONS).await
    }

    /// A teardown of its own stands in the place of undoing.
    async fn teardown(&self, cx: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        if cx.surface.part(TEARDOWN).is_some() {
            return apply(cx, TEARDOWN).await;
        }
        let actions = cx.host.undo().await?;
        Ok(PackReport { actions })
    }

    async fn sync(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }
}

async fn apply(cx: &PackCx<'_>, part: &str) -> Result<PackReport, PackError> {
    let text = cx.surface.text(part).unwrap_or_default();
    let entries: Vec<ActionEntry> = serde_json::from_str(text).map_err(|error| {
        PackError::unusable(
            format!("the pack's `{part}` cannot be read from what was approved: {error}"),
            "install the pack again",
        )
    })?;
    let actions = cx.host.apply(&entries).await?;
    Ok(PackReport { actions })
}
