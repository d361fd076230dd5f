//! `import`.

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
        import::{ImportReport, ImportRequest, import},
        typed,
    },
};

pub(in crate::mcp) struct Import;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct ImportArguments {
    /// In the workspace
    file: Option<String>,
    /// Default: as the file shows
    format: Option<String>,
    #[serde(default)]
    group: Vec<String>,
    /// Register repositories found on disk
    #[serde(default)]
    scan: bool,
    depth: Option<usize>,
    default_type: Option<String>,
    #[serde(default)]
    migrate_gitignore: bool,
    /// Change the URL of registered paths
    #[serde(default)]
    force: bool,
    #[serde(default)]
    dry_run: bool,
}

impl Tool for Import {
    type Arguments = ImportArguments;
    type Output = ImportReport;
    const NAME: &'static str = "import";
    const TITLE: &'static str = "Import from another tool";
    const DESCRIPTION: &'static str = "Register the repositories of another tool's file (.gitmodules, .repos, repo XML, west.yml, mani.yaml, ...) or those found on disk. No network: call sync next.";
    const HINTS: Hints = Hints {
        reads: false,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    const QUEUES: bool = true;

    async fn call(call: &Call, arguments: ImportArguments) -> Result<Self::Output, Failure> {
        let file = arguments.file.as_deref();
        let request = ImportRequest {
            file: file
                .map(|file| place::file(&call.host.workspace, file))
                .transpose()?,
            format: arguments.format.as_deref().map(typed::format).transpose()?,
            groups: arguments.group,
            base_url: None,
            scan: arguments.scan,
            depth: arguments.depth,
            default_type: arguments.default_type,
            migrate_gitignore: arguments.migrate_gitignore,
            force: arguments.force,
            sync: false,
        };
        let session = call.session(arguments.dry_run, None)?;
        Ok(import(&session, request).await?)
    }
}
