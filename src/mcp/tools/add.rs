//! `add`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    mcp::{
        answer::Failure,
        call::Call,
        catalogue::{Hints, Tool},
        place,
    },
    ops::{
        add::{AddReport, AddRequest, add},
        typed,
    },
};

pub(in crate::mcp) struct Add;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct AddArguments {
    /// git URL
    url: String,
    /// Default: the URL's last segment
    path: Option<String>,
    /// Branch, tag or commit to follow
    #[serde(rename = "ref")]
    reference: Option<String>,
    #[serde(rename = "type")]
    pack_type: Option<String>,
    #[serde(default)]
    no_install: bool,
    #[serde(default)]
    dry_run: bool,
}

impl Tool for Add {
    type Arguments = AddArguments;
    type Output = AddReport;
    const NAME: &'static str = "add";
    const TITLE: &'static str = "Add a pack";
    const DESCRIPTION: &'static str = "Register a repository as a pack, clone it and its children, install them if approved. If the clone fails nothing is registered.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: false,
        idempotent: false,
        open_world: true,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: AddArguments) -> Result<Self::Output, Failure> {
        let host = &call.host;
        let path = arguments
            .path
            .as_deref()
            .map(typed::pack_path)
            .transpose()?;
        if let Some(path) = &path {
            place::pack(&host.workspace, path)?;
        }
        if let Some(name) = &arguments.pack_type {
            typed::pack_type(&host.registry.vocabulary(), name)?;
        }
        let request = AddRequest {
            url: typed::url(&arguments.url)?,
            path,
            reference: typed::reference(arguments.reference.as_deref())?,
            pack_type: arguments.pack_type,
            directory: host.root(),
            install: !arguments.no_install,
            trust: call.trust(),
        };
        let session = call.session(arguments.dry_run, None)?;
        let report = add(&session, request).await?;
        let children = report.children.iter();
        let own = report
            .failure
            .iter()
            .map(|failure| (report.id.as_str(), failure));
        let failed = own
            .chain(children.filter_map(|child| Some((child.id.as_str(), child.failure.as_ref()?))));
        match Failure::of_packs(failed, report.children.len() + 1) {
            Some(failure) => Err(failure),
            None => Ok(report),
        }
    }
}
