//! What an `add` would do, without a network and without changing anything. What a pack installs is
//! known once it is there.

use std::sync::Arc;

use crate::{
    engine::{
        node::Found,
        outcome::{Change, PackOutcome, Verdict},
        session::Session,
    },
    model::manifest::Declaration,
    ops::{
        books::{self, Books},
        error::OpError,
    },
};

use super::{AddReport, AddRequest, Registered, installs, node_for, register::Added, report};

pub(super) async fn plan(
    session: &Arc<Session>,
    declaration: Declaration,
    request: &AddRequest,
) -> Result<AddReport, OpError> {
    let books = books::read(session)?;
    let node = node_for(session, &books, &declaration)?;
    let root = session.workspace.pack_root(&declaration.path)?;
    let Books {
        manifest,
        mut roots,
        ..
    } = books;
    let is_live = manifest
        .packs
        .values()
        .any(|live| live.path == declaration.path);
    let is_there = root.exists();
    let (registered, change) = match (is_live, is_there) {
        (true, _) => (Registered::Already, Change::None),
        (false, true) => (Registered::Adopted, Change::None),
        (false, false) => (Registered::Cloned, Change::Cloned),
    };
    let own = PackOutcome {
        change,
        ..PackOutcome::unchanged(&declaration.path, &declaration.url, Verdict::Ok)
    };
    let added = Added {
        declaration,
        registered,
        own,
        children: Vec::new(),
    };
    if !is_there || !request.install {
        return Ok(report::report(added, Vec::new()));
    }
    if !is_live {
        roots.push(Found::Ok(node));
    }
    let installs = installs(session, roots, &added, &request.trust).await?;
    Ok(AddReport {
        installed: false,
        ..report::report(added, installs)
    })
}
