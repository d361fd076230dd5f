//! The pack type `meta`: nothing but children.

use async_trait::async_trait;
use serde_json::json;

use super::canonical;
use crate::model::surface::Surface;
use crate::plugin::{
    error::PackError,
    pack_type::{Pack, PackCx, PackReport, PackTypePlugin},
};

/// A pack that does nothing itself.
pub(super) struct Meta;

#[async_trait]
impl PackTypePlugin for Meta {
    fn name(&self) -> &str {
        "meta"
    }

    /// Its children and their commits.
    fn surface(&self, pack: &Pack) -> Result<Surface, PackError> {
        canonical::refuse_actions(&pack.spec)?;
        let parts = pack.children.iter().map(|child| {
            canonical::part(
                format!("child {}", child.id),
                &json!({"url": child.url, "ref": child.reference, "commit": child.commit}),
            )
        });
        Ok(Surface {
            parts: parts.collect::<Result<_, _>>()?,
            is_inert: true,
        })
    }

    async fn install(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }

    async fn update(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }

    async fn teardown(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }

    async fn sync(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }
}
