//! The tools: what each is called, says of itself and promises, and how it is called.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use rmcp::model::{JsonObject, Tool as Listed, ToolAnnotations};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    answer::{Failure, Trouble},
    call::Call,
    host::Choice,
    limits, schema,
    tools::{
        add::Add, doctor::Doctor, exec::Exec, import::Import, init::Init, ls::Ls, rm::Rm, run::Run,
        status::Status, sync::Sync, update::Update,
    },
};
use crate::ops::error::OpError;

/// What a client may expect of a tool; see the protocol's `ToolAnnotations`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hints {
    pub(super) reads: bool,
    pub(super) destructive: bool,
    pub(super) idempotent: bool,
    pub(super) open_world: bool,
}

/// A verb as a tool.
///
/// ```ignore
/// impl Tool for Ls {
///     type Arguments = LsArguments;
///     type Output = Page<ListedPack>;
///     const NAME: &str = "ls";
///     ...
///     async fn call(call: &Call, arguments: LsArguments) -> Result<Self::Output, Failure> {
///         let packs = ls(&call.session(false)?, &arguments.request()?)?;
///         Ok(Page::of(packs, ...))
///     }
/// }
/// ```
pub(super) trait Tool: 'static {
    /// What it takes: the verb's flags in snake_case.
    type Arguments: DeserializeOwned + JsonSchema + Send;
    /// What it answers.
    type Output: Serialize + JsonSchema + Send;
    /// The verb.
    const NAME: &'static str;
    /// For people.
    const TITLE: &'static str;
    /// For agents that have never heard of grex.
    const DESCRIPTION: &'static str;
    const HINTS: Hints;
    /// Whether calls wait for their turn, in the order in which they came.
    const QUEUES: bool;

    /// Does it.
    fn call(
        call: &Call,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

type Running = Pin<Box<dyn Future<Output = Result<Value, Trouble>> + Send>>;

/// A tool without its types.
pub(super) struct Registered {
    pub(super) queues: bool,
    reads: bool,
    listed: Listed,
    run: fn(Call, JsonObject) -> Running,
}

impl Registered {
    fn of<T: Tool>() -> Self {
        let Hints {
            reads,
            destructive,
            idempotent,
            open_world,
        } = T::HINTS;
        let hints = ToolAnnotations::new()
            .read_only(reads)
            .destructive(destructive)
            .idempotent(idempotent)
            .open_world(open_world);
        let listed = Listed::new(
            T::NAME,
            T::DESCRIPTION,
            Arc::new(schema::input::<T::Arguments>()),
        )
        .with_title(T::TITLE)
        .with_raw_output_schema(Arc::new(schema::output::<T::Output>()))
        .with_annotations(hints);
        Self {
            queues: T::QUEUES,
            reads,
            listed,
            run: |call, arguments| Box::pin(run::<T>(call, arguments)),
        }
    }

    /// Calls it.
    pub(super) fn run(&self, call: Call, arguments: JsonObject) -> Running {
        (self.run)(call, arguments)
    }
}

async fn run<T: Tool>(call: Call, arguments: JsonObject) -> Result<Value, Trouble> {
    let arguments: T::Arguments = serde_json::from_value(Value::Object(arguments))
        .map_err(|error| Trouble::Malformed(error.to_string()))?;
    let output = T::call(&call, arguments).await?;
    let value = serde_json::to_value(output).map_err(|error| Failure::other(error.to_string()))?;
    Ok(limits::result(value))
}

/// The tools that are served, by name.
pub(super) struct Catalogue {
    tools: BTreeMap<&'static str, Registered>,
}

impl Catalogue {
    /// Returns the chosen ones.
    ///
    /// # Errors
    /// Fails when a chosen name is none, and when nothing is left.
    pub(super) fn chosen(choice: &Choice) -> Result<Self, OpError> {
        let all: BTreeMap<&'static str, Registered> = [
            (Add::NAME, Registered::of::<Add>()),
            (Doctor::NAME, Registered::of::<Doctor>()),
            (Exec::NAME, Registered::of::<Exec>()),
            (Import::NAME, Registered::of::<Import>()),
            (Init::NAME, Registered::of::<Init>()),
            (Ls::NAME, Registered::of::<Ls>()),
            (Rm::NAME, Registered::of::<Rm>()),
            (Run::NAME, Registered::of::<Run>()),
            (Status::NAME, Registered::of::<Status>()),
            (Sync::NAME, Registered::of::<Sync>()),
            (Update::NAME, Registered::of::<Update>()),
        ]
        .into_iter()
        .collect();
        let names = choice.of(all.iter().map(|(name, tool)| (*name, tool.reads)))?;
        let tools = all
            .into_iter()
            .filter(|(name, _)| names.contains(name))
            .collect();
        Ok(Self { tools })
    }

    /// The tools as a client lists them, by name.
    pub(super) fn list(&self) -> Vec<Listed> {
        self.tools
            .values()
            .map(|tool| tool.listed.clone())
            .collect()
    }

    /// One of them.
    pub(super) fn get(&self, name: &str) -> Option<&Registered> {
        self.tools.get(name)
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.tools.keys().copied()
    }
}
