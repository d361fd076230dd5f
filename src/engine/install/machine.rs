//! What a run knows of the machine, the same for every pack in it.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::scratch::Scratch;
use crate::{
    engine::session::Session,
    model::{action::OperatingSystem, variables::Variables},
    plugin::{
        locks::FileLocks,
        scene::{PackIdentity, Places, Scene},
    },
    store::user_state,
    sys::{cancel::Cancel, clock, env, fs::FileError, lock::Holder, user},
};

/// What a run knows of the machine.
pub struct Machine {
    /// Where things are.
    pub places: Places,
    /// The environment as text, and what is defined for every pack.
    pub variables: Variables,
    /// The time of the run, for the names of backups.
    pub stamp: String,
    /// Locks on files that more than one pack writes.
    pub locks: FileLocks,
    /// What grex keeps of this user on this machine.
    pub user_state: PathBuf,
    scratch: Scratch,
}

/// A machine on which nothing can be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no home directory: HOME is not set, and the system does not know one")]
pub struct Homeless;

impl Machine {
    /// Looks at the machine of a session. `verb` names the run to whoever finds a lock held.
    ///
    /// # Errors
    /// There is no home directory.
    pub fn of(session: &Session, verb: &str) -> Result<Self, Homeless> {
        let places = match &session.places {
            Some(places) => places.clone(),
            None => Places::of_this_machine().ok_or(Homeless)?,
        };
        let user_state = session
            .user_state
            .clone()
            .or_else(user_state)
            .ok_or(Homeless)?;
        let mut variables = Variables::new();
        for (name, value) in env::variables() {
            variables.set(&name, value);
        }
        if let Some(home) = places.home.to_str() {
            variables.set("HOME", home);
        }
        if let Some(name) = env::user().or_else(user::name) {
            variables.set("USER", name);
        }
        variables.set("GREX_OS", OperatingSystem::current().name());
        if let Some(workspace) = session.workspace.root().to_str() {
            variables.set("GREX_WORKSPACE", workspace);
        }
        let holder = Holder::this_process(verb, session.clock.now_text());
        Ok(Self {
            places,
            variables,
            stamp: clock::file_name(session.clock.now()),
            locks: FileLocks::new(
                user_state.join("locks"),
                session.settings.lock_timeout,
                holder,
            ),
            user_state,
            scratch: Scratch::at(session.workspace.scratch()),
        })
    }

    /// The variables of a pack.
    pub fn variables_of(&self, pack: &PackIdentity) -> Variables {
        let mut variables = self.variables.clone();
        variables.set("GREX_PACK_NAME", pack.name.clone());
        // A path that is no text cannot be the value of a variable: naming it is then an error.
        if let Some(root) = pack.root.to_str() {
            variables.set("GREX_PACK_PATH", root);
        }
        variables
    }

    /// What a plugin may know.
    pub fn scene<'a>(&'a self, session: &'a Session, pack: &'a PackScene<'a>) -> Scene<'a> {
        Scene {
            pack: pack.identity,
            workspace: session.workspace.root(),
            scratch: self.scratch.path(),
            variables: &pack.variables,
            session: &pack.session,
            platform: OperatingSystem::current(),
            places: &self.places,
            dry_run: pack.dry_run,
            stamp: &self.stamp,
            cancel: pack.cancel,
            registry: &session.registry,
            locks: &self.locks,
        }
    }

    /// Clears the directory for what lives as long as the run, and sees to it that nothing of it
    /// stays. Only for a run that holds the workspace.
    ///
    /// # Errors
    /// What a killed run has left cannot be removed.
    pub fn take_scratch(&mut self) -> Result<(), FileError> {
        self.scratch.take()
    }
}

/// What of a scene is one pack's.
pub struct PackScene<'a> {
    /// The pack.
    pub identity: &'a PackIdentity,
    /// Its variables.
    pub variables: Arc<Variables>,
    /// What the run has set for it.
    pub session: Arc<BTreeMap<String, String>>,
    /// Nothing may be changed.
    pub dry_run: bool,
    /// Tells when to stop.
    pub cancel: &'a Cancel,
}
