//! Hooks: the programs of a scripted pack.

use std::path::Path;

use super::hook_directory::HookDirectory;
use crate::model::surface::{PartContent, SurfacePart};
use crate::{
    model::action::OperatingSystem,
    plugin::{
        builtin::programs::{self, Failure},
        change::Change,
        error::PackError,
        pack_type::{ActionReport, Pack, PackCx, PackReport},
    },
};

/// Where hooks lie, and what they use.
pub(super) const DIRECTORY: &str = ".grex/hooks";

/// The hook of an install.
pub(super) const SETUP: &str = "setup";

/// The hook that runs after every synchronisation.
pub(super) const SYNC: &str = "sync";

/// The hook that takes back what [`SETUP`] did.
pub(super) const TEARDOWN: &str = "teardown";

/// All of them.
pub(super) const NAMES: [&str; 3] = [SETUP, SYNC, TEARDOWN];

/// The file of a hook, relative to the pack's root: a shell script, or one of PowerShell.
pub(super) fn file(name: &str, system: OperatingSystem) -> String {
    let extension = match system {
        OperatingSystem::Windows => "ps1",
        OperatingSystem::Linux | OperatingSystem::Macos => "sh",
    };
    format!("{DIRECTORY}/{name}.{extension}")
}

/// Says whether a file is a hook, of whichever system.
pub(super) fn is_hook(path: &str) -> bool {
    [OperatingSystem::Linux, OperatingSystem::Windows]
        .iter()
        .any(|system| NAMES.iter().any(|name| file(name, *system) == path))
}

/// Runs a hook as it was approved; one that the pack does not have is no work.
pub(super) async fn run(cx: &PackCx<'_>, pack: &Pack, name: &str) -> Result<PackReport, PackError> {
    let file = file(name, cx.scene.platform);
    let Some(part) = cx.surface.part(&file) else {
        return Ok(PackReport::default());
    };
    let interpreter = interpreter(part, cx.scene.platform)?;
    let mut command: Vec<&str> = interpreter.to_vec();
    command.push(&file);
    let command = command.join(" ");
    if !cx.scene.dry_run {
        start(cx, pack, &file, interpreter, &command).await?;
    }
    let report = ActionReport {
        action: file,
        changed: true,
        message: None,
        changes: vec![Change::Run {
            command,
            directory: pack.root.display().to_string(),
        }],
    };
    Ok(PackReport {
        actions: vec![report],
    })
}

/// What runs the hook's file; nothing, if it runs by itself.
fn interpreter(
    part: &SurfacePart,
    system: OperatingSystem,
) -> Result<&'static [&'static str], PackError> {
    let PartContent::Text { text } = &part.content else {
        return Err(PackError::unusable(
            format!("what was approved does not hold the text of {}", part.name),
            "install the pack again",
        ));
    };
    Ok(match system {
        OperatingSystem::Windows => &[
            "powershell",
            "-NoProfile",
            "-ExecutionPolicy",
            "Bypass",
            "-File",
        ],
        _ if part.executable && text.starts_with("#!") => &[],
        _ => &["sh"],
    })
}

async fn start(
    cx: &PackCx<'_>,
    pack: &Pack,
    file: &str,
    interpreter: &[&str],
    shown: &str,
) -> Result<(), PackError> {
    let directory = HookDirectory::write(cx.surface, cx.scene.scratch, &pack.root)?;
    let script = directory.path(file);
    let program = match interpreter {
        [] => script.as_path(),
        ["sh", ..] => Path::new("/bin/sh"),
        [program, ..] => Path::new(program),
    };
    let mut spawn = programs::describe(program, &pack.root, &cx.scene);
    for argument in interpreter.iter().skip(1) {
        spawn.argument(argument);
    }
    if !interpreter.is_empty() {
        spawn.argument(&script);
    }
    let say = |line: &str| cx.host.say(line);
    let result = programs::run(&spawn, shown, cx.scene.cancel, &say).await;
    result.map_err(|failure| match failure {
        Failure::Cancelled => PackError::Cancelled,
        Failure::Unready { message, hint } => PackError::Hook {
            message: format!("`{shown}` did not start: {message}"),
            hint: Some(hint),
        },
        Failure::Ended { message } => PackError::Hook {
            message,
            hint: Some(format!("it ran in {}", pack.root.display())),
        },
    })
}
