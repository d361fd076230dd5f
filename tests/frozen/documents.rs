//! pack.yaml, and what the verbs print with `--json`.

use grex::model::pack::json_schema;

use crate::{
    promise::Facts,
    shape::{Way, facts},
};

/// What a pack.yaml may say.
pub(crate) fn pack_yaml() -> Facts {
    facts(Way::In, "pack.yaml", &json_schema())
}

/// What the verbs print.
pub(crate) fn reports() -> Facts {
    let schemas = grex::cli::output_schemas();
    let all = schemas
        .iter()
        .map(|output| facts(Way::Out, output.name, &output.schema));
    all.flatten().collect()
}
