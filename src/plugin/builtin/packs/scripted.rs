//! The pack type `scripted`: hooks.

use async_trait::async_trait;

use super::{canonical, hook, tree};
use crate::model::surface::Surface;
use crate::{
    model::action::OperatingSystem,
    plugin::{
        error::PackError,
        pack_type::{Pack, PackCx, PackReport, PackTypePlugin},
    },
};

/// A pack that brings programs. What runs is what the surface holds, which was approved.
pub(super) struct Scripted;

#[async_trait]
impl PackTypePlugin for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    /// Its hooks, everything that lies beside them, and the files that they may refer to.
    fn surface(&self, pack: &Pack) -> Result<Surface, PackError> {
        canonical::refuse_actions(&pack.spec)?;
        let mut parts = tree::hooks(&pack.root)?;
        let runs = hook::NAMES.map(|name| hook::file(name, OperatingSystem::current()));
        let is_inert = !parts.iter().any(|part| runs.contains(&part.name));
        parts.extend(tree::files(&pack.root)?);
        Ok(Surface { parts, is_inert })
    }

    async fn install(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        hook::run(cx, pack, hook::SETUP).await
    }

    async fn update(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        hook::run(cx, pack, hook::SETUP).await
    }

    /// A pack that was of another type before may have left something to be undone.
    async fn teardown(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        let mut report = hook::run(cx, pack, hook::TEARDOWN).await?;
        report.actions.extend(cx.host.undo().await?);
        Ok(report)
    }

    async fn sync(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        hook::run(cx, pack, hook::SYNC).await
    }
}
