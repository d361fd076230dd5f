//! The JSON Schema of `.grex/pack.yaml`, for editors.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::raw::PackFile;

/// The JSON Schema (draft 2020-12) of a pack that uses what comes with grex. A copy of it is
/// `docs/schema/pack.schema.json`.
pub fn json_schema() -> Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<PackFile>()
        .to_value()
}
