//! What a pipeline says of a JSON file, as the options of the reader.

use lazuli::ndjson::OnUnknownKey;
use lazuli::{JsonLayout, NdjsonOptions};
use lazuli_sql::pipeline::{NdjsonSourceSpec, OneOrMany};

use crate::csv_source::{INFER, ON_MISFIT, choice};

const ON_UNKNOWN_KEY: [(&str, OnUnknownKey); 2] =
    [("fail", OnUnknownKey::Fail), ("ignore", OnUnknownKey::Ignore)];

/// The paths and options that a pipeline asks for.
pub fn options(spec: &NdjsonSourceSpec) -> Result<(&OneOrMany, NdjsonOptions), String> {
    let (paths, layout) = match (&spec.ndjson, &spec.json) {
        (Some(paths), None) => (paths, JsonLayout::Lines),
        (None, Some(paths)) => (paths, JsonLayout::Array),
        _ => return Err("a source has one of ndjson and json".into()),
    };
    let mut options = NdjsonOptions {
        layout,
        infer: choice("infer", spec.infer.as_deref(), &INFER)?,
        infer_schema_length: spec.infer_schema_length,
        on_misfit: choice("on_misfit", spec.on_misfit.as_deref(), &ON_MISFIT)?,
        on_unknown_key: match spec.on_unknown_key.as_deref() {
            None => None,
            word => Some(choice("on_unknown_key", word, &ON_UNKNOWN_KEY)?),
        },
        include_file_paths: spec.include_file_paths.as_deref().map(Into::into),
        ..NdjsonOptions::default()
    };
    for (name, type_name) in &spec.types {
        let data_type = lazuli_sql::parse_data_type(type_name).map_err(|error| error.to_string())?;
        options.schema_overrides.push((name.as_str().into(), data_type));
    }
    Ok((paths, options))
}
