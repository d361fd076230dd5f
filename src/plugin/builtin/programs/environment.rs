//! The environment of the programs of packs.

use std::path::Path;

use crate::{
    git::FOREIGN_VARIABLES,
    plugin::scene::Scene,
    sys::process::{Isolation, Spawn},
};

/// A program of a pack without arguments, started in `directory`: in a session of its own, so that
/// nothing in it can ask; with the environment of grex, this run's session variables and what tells
/// of the pack; and without any variable that makes a git in it act on another repository than the
/// one it stands in.
pub(in crate::plugin::builtin) fn describe(
    program: &Path,
    directory: &Path,
    scene: &Scene<'_>,
) -> Spawn {
    let mut spawn = Spawn::new(program);
    spawn.directory(directory);
    spawn.isolation(Isolation::Session);
    spawn.without_variables(FOREIGN_VARIABLES);
    for (name, value) in scene.session {
        spawn.variable(name, value);
    }
    let system = scene.platform.name();
    spawn
        .variable("GREX_PACK_NAME", &scene.pack.name)
        .variable("GREX_PACK_PATH", &scene.pack.root)
        .variable("GREX_PACK_ID", &scene.pack.id)
        .variable("GREX_PACK_OS", system)
        .variable("GREX_OS", system)
        .variable("GREX_WORKSPACE", scene.workspace)
        .variable("GREX_DRY_RUN", if scene.dry_run { "1" } else { "0" });
    spawn
}
