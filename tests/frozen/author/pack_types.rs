//! A pack type; the trait demands all of it.

use std::path::PathBuf;

use async_trait::async_trait;
use grex::{
    model::{pack::PackSpec, surface::Surface},
    plugin::{
        error::PackError,
        pack_type::{ActionReport, Pack, PackChild, PackCx, PackReport, PackTypePlugin},
    },
};

use super::{
    data,
    host::{Host, scene},
};

pub(super) struct All;

#[async_trait]
impl PackTypePlugin for All {
    fn name(&self) -> &str {
        "all"
    }

    fn surface(&self, pack: &Pack) -> Result<Surface, PackError> {
        let root: &PathBuf = &pack.root;
        let spec: &PackSpec = &pack.spec;
        if !root.is_absolute() || spec.name != pack.id {
            return Err(PackError::unusable("it lies nowhere", "move it"));
        }
        Ok(data::surface())
    }

    async fn install(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        scene(&cx.scene);
        let approved: &Surface = cx.surface;
        assert!(!approved.is_inert && approved.parts.len() == 2);
        let children: &Vec<PackChild> = &pack.children;
        cx.host.say(&format!("{} children", children.len()));
        let reports: Vec<ActionReport> = cx.host.apply(&[data::entry()]).await?;
        Ok(data::report(reports))
    }

    async fn update(&self, cx: &PackCx<'_>, pack: &Pack) -> Result<PackReport, PackError> {
        self.install(cx, pack).await
    }

    async fn teardown(&self, cx: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        let actions: Vec<ActionReport> = cx.host.undo().await?;
        Ok(PackReport { actions })
    }

    async fn sync(&self, _: &PackCx<'_>, _: &Pack) -> Result<PackReport, PackError> {
        Ok(PackReport::default())
    }
}

#[tokio::test]
async fn pack_types_are_called_as_they_were() {
    let host = Host::new();
    let child = PackChild {
        id: String::from("p/c"),
        url: String::from("../c.git"),
        reference: None,
        commit: String::new(),
    };
    let spec = PackSpec {
        name: String::from("p"),
        pack_type: String::from("all"),
        version: None,
        depends_on: Vec::new(),
        children: Vec::new(),
        actions: Vec::new(),
        teardown: None,
        extensions: serde_json::Map::new(),
    };
    let pack = Pack {
        id: String::from("p"),
        root: PathBuf::from("/p"),
        spec,
        children: vec![child],
    };
    let all: &dyn PackTypePlugin = &All;
    let surface = all.surface(&pack).unwrap();
    let cx = PackCx {
        scene: host.scene(),
        surface: &surface,
        host: &host,
    };
    let installed = all.install(&cx, &pack).await.unwrap();
    assert_eq!(all.update(&cx, &pack).await, Ok(installed.clone()));
    let [report] = <[ActionReport; 1]>::try_from(installed.actions).unwrap();
    let (action, changed): (String, bool) = (report.action, report.changed);
    assert_eq!((action.as_str(), changed), ("own", true));
    assert!(report.message.is_some() && report.changes.len() == 8);
    let nothing = PackReport::default();
    assert_eq!(all.teardown(&cx, &pack).await, Ok(nothing.clone()));
    assert_eq!(all.sync(&cx, &pack).await, Ok(nothing));
}
