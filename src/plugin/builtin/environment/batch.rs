//! Several uses of env, planned or applied together.

use std::collections::BTreeMap;

use serde_json::Value;

use super::durable::{Durable, ReadFrom};
use crate::{
    model::{
        action::{EnvArguments, EnvScope, OperatingSystem, Step, parse},
        undo::UndoRecord,
        variables::Variables,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, Resource},
        change::Change,
        error::ActionError,
    },
};

/// A variable that a pack wants, its value expanded.
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) scope: EnvScope,
    ignores_case: bool,
}

impl Wanted {
    /// The name of what it is about.
    pub(super) fn resource(&self) -> String {
        let name = if self.ignores_case {
            self.name.to_ascii_uppercase()
        } else {
            self.name.clone()
        };
        format!("env:{}:{name}", scope_name(self.scope))
    }
}

/// A scope as packs write it.
pub(super) fn scope_name(scope: EnvScope) -> &'static str {
    match scope {
        EnvScope::User => "user",
        EnvScope::Machine => "machine",
        EnvScope::Session => "session",
    }
}

/// What setting one variable changes.
#[derive(Default)]
pub(super) struct Setting {
    pub(super) changes: Vec<Change>,
    pub(super) undo: Option<UndoRecord>,
}

/// Uses of env that are worked out but not carried out.
pub(super) struct Batch {
    durable: Durable,
    /// The session as the uses so far will have left it, once one of them sets something in it.
    session: Option<(Variables, BTreeMap<String, String>)>,
    outcomes: Vec<ActionOutcome>,
}

impl Batch {
    /// No uses yet.
    pub(super) fn new(source: ReadFrom) -> Self {
        Self {
            durable: Durable::new(source),
            session: None,
            outcomes: Vec::new(),
        }
    }

    /// Works out what one more use changes, after those before it.
    ///
    /// # Errors
    /// The use is left out; the batch is as it was.
    pub(super) fn add(&mut self, cx: &ActionCx<'_>, arguments: &Value) -> Result<(), ActionError> {
        let arguments: EnvArguments = parse(arguments)?;
        let mut scene = cx.scene;
        if let Some((variables, session)) = &self.session {
            scene.variables = variables;
            scene.session = session;
        }
        let seen = ActionCx { scene, ..*cx };
        let wanted = Wanted {
            name: arguments.name.as_str().to_owned(),
            value: seen.expand("value", arguments.value.as_str())?,
            scope: arguments.scope,
            ignores_case: scene.platform == OperatingSystem::Windows,
        };
        let setting = match wanted.scope {
            EnvScope::Session => self.set_in_session(cx, &wanted),
            EnvScope::User | EnvScope::Machine => self.durable.set(cx, &wanted)?,
        };
        self.outcomes.push(ActionOutcome {
            changes: setting.changes,
            resources: vec![Resource {
                name: wanted.resource(),
                exclusive: false,
                argument: vec![Step::Key("name".to_owned())],
            }],
            undo: setting.undo.into_iter().collect(),
            ..ActionOutcome::default()
        });
        Ok(())
    }

    /// What the uses change, in order.
    pub(super) fn into_outcomes(self) -> Vec<ActionOutcome> {
        self.outcomes
    }

    /// Makes it so: all records are announced at once, then each file is written once.
    ///
    /// # Errors
    /// What was announced may have been done in part.
    pub(super) async fn carry_out(
        self,
        cx: &ActionCx<'_>,
    ) -> Result<Vec<ActionOutcome>, ActionError> {
        let records: Vec<_> = self
            .outcomes
            .iter()
            .flat_map(|outcome| outcome.undo.iter().cloned())
            .collect();
        if cx.scene.cancel.is_stopped() {
            return Err(ActionError::Cancelled);
        }
        if !records.is_empty() {
            cx.host.announce(&records).await?;
        }
        self.durable.write(cx).await?;
        for change in self.outcomes.iter().flat_map(|outcome| &outcome.changes) {
            if let Change::Variable {
                name, scope, new, ..
            } = change
                && scope == scope_name(EnvScope::Session)
            {
                cx.host.set_session_variable(name, new.as_deref());
            }
        }
        Ok(self.outcomes)
    }

    /// A session's variable dies with the run: there is nothing to take back.
    fn set_in_session(&mut self, cx: &ActionCx<'_>, wanted: &Wanted) -> Setting {
        let known = self.session.as_ref().map(|(variables, _)| variables);
        let old = known.unwrap_or(cx.scene.variables).get(&wanted.name);
        if old == Some(&wanted.value) {
            return Setting::default();
        }
        let change = Change::Variable {
            name: wanted.name.clone(),
            scope: scope_name(EnvScope::Session).to_owned(),
            old: old.map(str::to_owned),
            new: Some(wanted.value.clone()),
        };
        let (variables, session) = self
            .session
            .get_or_insert_with(|| (cx.scene.variables.clone(), cx.scene.session.clone()));
        variables.set(&wanted.name, &wanted.value);
        session.insert(wanted.name.clone(), wanted.value.clone());
        Setting {
            changes: vec![change],
            undo: None,
        }
    }
}
