//! `grex serve`.

use crate::{
    cli::{
        error::CliError,
        globals::{GlobalArgs, usage},
        invocation::Invocation,
    },
    mcp::{self, Choice, Launch},
    ops::error::OpError,
    store::layout::Workspace,
};

const EXAMPLES: &str = "\
EXAMPLES
  grex serve --mcp                          the workspace of this directory
  grex serve --mcp -C ~/work --read-only    only what changes nothing
  grex serve --mcp --tools ls,status,sync   only these tools
  grex serve --mcp --retries 0 -j4          with limits that hold for every call

An MCP client starts this and speaks on standard input and output; docs/mcp.md shows how to register it. One process serves one client and one workspace. It ends with exit 0 at the end of input.";

/// Let an agent use grex: speak the Model Context Protocol on standard input and output
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ServeArgs {
    /// Speak the Model Context Protocol; there is no other way yet
    #[arg(long, required = true)]
    mcp: bool,
    /// Serve only tools that change nothing: ls, status, doctor
    #[arg(long)]
    read_only: bool,
    /// Serve only these tools
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    tools: Vec<String>,
    /// Serve all tools but these
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    exclude_tools: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) globals: GlobalArgs,
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: ServeArgs, invocation: &Invocation) -> Result<u8, CliError> {
    let globals = &invocation.globals;
    let ServeArgs {
        mcp: _,
        read_only,
        tools,
        exclude_tools,
        globals: _,
    } = args;
    if globals.trust || !globals.trust_sources.is_empty() {
        return Err(usage("an agent's calls are not approved in advance")
            .with_hint("run `grex update --trust` yourself; what was approved stays approved")
            .into());
    }
    globals.refuse_filters("serve", "each call takes its own")?;
    if globals.dry_run {
        return Err(usage(
            "each call takes its own `dry_run`; --read-only serves only what changes nothing",
        )
        .into());
    }
    let launch = Launch {
        workspace: workspace(invocation)?,
        settings: globals.settings.clone(),
        registry: std::sync::Arc::clone(&invocation.registry),
        choice: Choice {
            read_only,
            tools,
            exclude: exclude_tools,
        },
        cancel: invocation.cancel.clone(),
    };
    // Nothing but the protocol may appear from now on.
    drop(invocation.end_display()?);
    mcp::serve(launch).await?;
    Ok(0)
}

/// The workspace that is found, or the one that the tool `init` may make here.
fn workspace(invocation: &Invocation) -> Result<Workspace, OpError> {
    invocation.workspace().or_else(|refused| {
        let directory = invocation.directory()?;
        match directory.is_dir() && invocation.globals.manifest.is_none() {
            true => Invocation::workspace_to_be(&directory),
            false => Err(refused),
        }
    })
}
