//! What a pipeline says of a CSV file, as the options of the reader.

use std::path::Path;

use lazuli::{CsvOptions, Dialect, Encoding, FileColumns, InferMode, OnMisfit, OnRagged};
use lazuli_sql::pipeline::{CsvSourceSpec, NullValues};

use crate::formats;

/// The options that a pipeline asks for.
pub fn options(spec: &CsvSourceSpec) -> Result<CsvOptions, String> {
    let is_tsv = spec.csv.texts().first().is_some_and(|path| formats::is_tab_separated(Path::new(path)));
    let mut dialect = if is_tsv { Dialect::tsv() } else { Dialect::default() };
    if let Some(separator) = spec.separator {
        dialect.separator = one_byte("separator", separator)?;
    }
    if let Some(quote) = &spec.quote {
        let mut letters = quote.chars();
        dialect.quote = match (letters.next(), letters.next()) {
            (None, _) => None,
            (Some(letter), None) => Some(one_byte("quote", letter)?),
            (Some(_), Some(_)) => {
                return Err(format!("quote must be one ASCII character or none, found {quote}"));
            }
        };
    }
    dialect.escape = spec.escape.map(|escape| one_byte("escape", escape)).transpose()?;
    dialect.has_header = spec.has_header.unwrap_or(true);
    dialect.header_rows = spec.header_rows.unwrap_or(1);
    dialect.skip_lines = spec.skip_rows.unwrap_or(0);
    dialect.comment = spec.comment_prefix.clone();
    let mut options = CsvOptions::default();
    match &spec.null_values {
        None => {}
        Some(NullValues::Everywhere(texts)) => dialect.null_values = texts.clone(),
        Some(NullValues::ByColumn(columns)) => {
            options.null_values_of =
                columns.iter().map(|(name, texts)| (name.as_str().into(), texts.clone())).collect();
        }
    }
    options.dialect = dialect;
    if let Some(name) = &spec.encoding {
        options.encoding = Encoding::from_name(name).ok_or_else(|| {
            format!(
                "encoding can't be {name}; there are: detect, utf8, utf8-lossy, utf16-le, utf16-be, latin1"
            )
        })?;
    }
    options.column_names =
        spec.column_names.as_ref().map(|names| names.iter().map(|name| name.as_str().into()).collect());
    for (name, type_name) in &spec.types {
        let data_type = lazuli_sql::parse_data_type(type_name).map_err(|error| error.to_string())?;
        options.schema_overrides.push((name.as_str().into(), data_type));
    }
    options.formats =
        spec.formats.iter().map(|(name, format)| (name.as_str().into(), format.clone())).collect();
    options.infer = choice("infer", spec.infer.as_deref(), &INFER)?;
    options.on_misfit = choice("on_misfit", spec.on_misfit.as_deref(), &ON_MISFIT)?;
    options.on_ragged = choice(
        "on_ragged",
        spec.on_ragged.as_deref(),
        &[
            ("fail", OnRagged::Fail),
            ("pad", OnRagged::Pad),
            ("truncate", OnRagged::Truncate),
            ("reject", OnRagged::Reject),
        ],
    )?;
    options.file_columns = choice(
        "file_columns",
        spec.file_columns.as_deref(),
        &[("same", FileColumns::Same), ("union", FileColumns::Union)],
    )?;
    options.include_file_paths = spec.include_file_paths.as_deref().map(Into::into);
    Ok(options)
}

/// How much of a file decides about types.
pub const INFER: [(&str, InferMode); 3] =
    [("sample", InferMode::Sample), ("full", InferMode::Full), ("never", InferMode::Never)];

/// What to do with what is no value of its type.
pub const ON_MISFIT: [(&str, OnMisfit); 4] = [
    ("fail", OnMisfit::Fail),
    ("widen", OnMisfit::Widen),
    ("reject", OnMisfit::Reject),
    ("null", OnMisfit::Null),
];

/// The choice of this name, the first if there is no name.
pub fn choice<T: Copy>(option: &str, name: Option<&str>, choices: &[(&str, T)]) -> Result<T, String> {
    let Some(name) = name else { return Ok(choices[0].1) };
    choices.iter().find(|(known, _)| *known == name).map(|&(_, choice)| choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|&(name, _)| name).collect();
        format!("{option} can't be {name}; there are: {}", names.join(", "))
    })
}

/// A character that is one byte.
pub fn one_byte(option: &str, letter: char) -> Result<u8, String> {
    u8::try_from(letter)
        .ok()
        .filter(u8::is_ascii)
        .ok_or_else(|| format!("{option} must be one ASCII character, found {letter}"))
}
