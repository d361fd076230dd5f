//! What a client may read without calling a tool: the workspace, and each pack.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rmcp::{
    ErrorData,
    model::{
        ListResourceTemplatesResult, ListResourcesResult, ReadResourceResponse, ReadResourceResult,
        Resource, ResourceContents, ResourceTemplate,
    },
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{host::Host, limits};
use crate::{
    engine::{event::Unobserved, select::Selection, session::Session},
    model::path::PackPath,
    ops::{
        error::OpError,
        ls::{LsRequest, ls},
        status::{StatusRequest, status},
        typed,
    },
    store::pack_file,
    sys::{cancel::Cancel, clock::Clock},
};

const WORKSPACE: &str = "grex://workspace";
const PACK: &str = "grex://pack/";
const JSON: &str = "application/json";

/// The resources that are always there.
pub(super) fn list() -> ListResourcesResult {
    let workspace = Resource::new(WORKSPACE, "workspace")
        .with_title("The workspace")
        .with_description("What the manifest declares, with what the lockfile records")
        .with_mime_type(JSON);
    ListResourcesResult::with_all_items(vec![workspace])
}

/// The resources that have a name to fill in.
pub(super) fn templates() -> ListResourceTemplatesResult {
    let pack = ResourceTemplate::new(format!("{PACK}{{id}}"), "pack")
        .with_title("A pack")
        .with_description("Its pack.yaml, lockfile entry and status; id is its path, / as %2F")
        .with_mime_type(JSON);
    ListResourceTemplatesResult::with_all_items(vec![pack])
}

/// Reads one.
///
/// # Errors
/// Fails when there is no such resource, or it cannot be read.
pub(super) async fn read(
    host: &Arc<Host>,
    uri: &str,
    call: CancellationToken,
) -> Result<ReadResourceResponse, ErrorData> {
    let cancel = Cancel::new();
    let session = Arc::new(Session::new(
        host.workspace.clone(),
        host.settings.clone(),
        Arc::clone(&host.registry),
        Clock::system(),
        cancel.clone(),
        Arc::new(Unobserved),
    ));
    let content = async {
        match uri.strip_prefix(PACK) {
            Some(id) => pack(&session, id).await,
            None if uri == WORKSPACE => workspace(&session),
            None => Err(typed::usage("there is no such resource")),
        }
    };
    let content = tokio::select! {
        content = content => content,
        () = call.cancelled() => Err(typed::usage("cancelled")),
        () = host.stop.stopped() => Err(typed::usage("the server ends")),
    };
    // What was started for it ends with it.
    cancel.request();
    let content = content.map_err(|error| {
        ErrorData::resource_not_found(error.to_string(), Some(json!({ "uri": uri })))
    })?;
    let text = limits::result(content).to_string();
    let contents = ResourceContents::text(text, uri).with_mime_type(JSON);
    Ok(ReadResourceResult::new(vec![contents]).into())
}

fn workspace(session: &Arc<Session>) -> Result<Value, OpError> {
    let packs = ls(session, &LsRequest::default())?;
    let root = session.workspace.root().to_string_lossy();
    Ok(json!({ "workspace": root, "packs": packs }))
}

async fn pack(session: &Arc<Session>, id: &str) -> Result<Value, OpError> {
    let id = percent_decode_str(id).decode_utf8_lossy();
    let path = typed::pack_path(&id)?;
    let listed = ls(session, &LsRequest::default())?;
    let lock = listed
        .into_iter()
        .find(|pack| pack.path == path.as_str())
        .ok_or_else(|| typed::usage(format!("there is no pack `{path}`")))?;
    let request = StatusRequest {
        selection: only(&path),
        ..StatusRequest::default()
    };
    let view = status(session, request).await?;
    let status = view.packs.into_iter().find(|pack| pack.id == lock.id);
    let root = session.workspace.pack_root(&path)?;
    let contract = pack_file::text(&root)?;
    Ok(json!({ "pack": lock, "pack_yaml": contract, "status": status }))
}

fn only(path: &PackPath) -> Selection {
    Selection {
        within: vec![path.clone()],
        ..Selection::default()
    }
}
