//! The files' shape: what serde reads and the JSON Schema describes. What one field alone cannot
//! say (names, URLs, paths, arguments) is checked in `layer.rs`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::action::{ActionEntry, PACK_TYPES};

/// The schema version that is read.
const SCHEMA_VERSION: &str = "1";

/// The contract of a pack, schema version 1. Keys that begin with `x-` are the author's own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "a mapping with `schema_version`, `name` and `type`"
)]
#[schemars(title = "grex pack", extend("patternProperties" = {"^x-": true}))]
pub(super) struct PackFile {
    /// The version of this schema: the text "1", in quotes.
    #[expect(dead_code, reason = "reading it is the check")]
    schema_version: SchemaVersion,
    /// The pack's name: lower-case letters, digits and `-`; it begins with a letter.
    #[schemars(extend("pattern" = "^[a-z][a-z0-9-]*$"))]
    name: String,
    /// The pack's type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = PACK_TYPES))]
    pack_type: String,
    /// The pack's version, free text.
    #[serde(default)]
    #[schemars(with = "String")]
    version: Option<String>,
    /// Packs that have to be there, by name, path or URL. They are never cloned for it.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    depends_on: Option<Vec<String>>,
    /// Packs that this one owns: cloned, updated and torn down with it.
    #[serde(default)]
    #[schemars(with = "Vec<ChildEntry>")]
    children: Option<Vec<ChildEntry>>,
    /// What is done on install, in order.
    #[serde(default)]
    #[schemars(with = "Vec<ActionEntry>")]
    actions: Option<Vec<ActionEntry>>,
    /// What is done on teardown. Without it, what was installed is undone in reverse.
    #[serde(default)]
    #[schemars(with = "Vec<ActionEntry>")]
    teardown: Option<Vec<ActionEntry>>,
}

/// A platform's override, `.grex/targets/<system>.yaml`: the same without `schema_version`, and
/// every key optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
pub(super) struct TargetFile {
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) pack_type: Option<String>,
    pub(super) version: Option<String>,
    pub(super) depends_on: Option<Vec<String>>,
    pub(super) children: Option<Vec<ChildEntry>>,
    pub(super) actions: Option<Vec<ActionEntry>>,
    pub(super) teardown: Option<Vec<ActionEntry>>,
    /// Whether its lists replace the pack's instead of being appended.
    #[serde(default)]
    pub(super) actions_replace: bool,
}

/// A pack that is owned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping with `url`")]
#[schemars(rename = "Child", extend("patternProperties" = {"^x-": true}))]
pub(super) struct ChildEntry {
    /// Where it comes from. May be relative to this pack's URL: `../other.git`.
    #[schemars(extend("minLength" = 1))]
    pub(super) url: String,
    /// Where it lies in this pack; the URL's last segment without `.git` if absent.
    #[serde(default)]
    #[schemars(with = "String", extend("minLength" = 1))]
    pub(super) path: Option<String>,
    /// The branch, tag or commit that it follows.
    #[serde(default, rename = "ref")]
    #[schemars(with = "String", extend("minLength" = 1))]
    pub(super) reference: Option<String>,
}

/// The text `1`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline, extend("const" = SCHEMA_VERSION))]
struct SchemaVersion;

#[derive(Debug, thiserror::Error)]
#[error("this grex reads schema version \"1\"\nwrite `schema_version: \"1\"`, or use a newer grex")]
struct SchemaVersionError;

impl TryFrom<String> for SchemaVersion {
    type Error = SchemaVersionError;

    fn try_from(text: String) -> Result<Self, SchemaVersionError> {
        if text != SCHEMA_VERSION {
            return Err(SchemaVersionError);
        }
        Ok(Self)
    }
}

impl From<PackFile> for TargetFile {
    fn from(file: PackFile) -> Self {
        Self {
            name: Some(file.name),
            pack_type: Some(file.pack_type),
            version: file.version,
            depends_on: file.depends_on,
            children: file.children,
            actions: file.actions,
            teardown: file.teardown,
            actions_replace: false,
        }
    }
}
