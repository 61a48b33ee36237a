//! What a command line says of a file of text: the options of a pipeline's source, as flags.

use std::path::Path;

use clap::Args;
use lazuli::{CsvOptions, JsonLayout, NdjsonOptions};
use lazuli_sql::pipeline::{CsvSourceSpec, NdjsonSourceSpec, NullValues, OneOrMany};

use crate::failure::Failure;
use crate::{csv_source, ndjson_source};

/// How a CSV file is to be read; what is not said is as usual or found in the file.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "CSV (type, infer and on-misfit are for JSON too, on-unknown-key is for JSON alone)"
)]
pub struct CsvArguments {
    /// What separates fields; a comma, or a tab for .tsv and .tab, if not given
    #[arg(long, value_name = "CHAR")]
    separator: Option<char>,
    /// What quotes fields; empty for none
    #[arg(long, value_name = "CHAR")]
    quote: Option<String>,
    /// What takes the meaning from the character behind it
    #[arg(long, value_name = "CHAR")]
    escape: Option<char>,
    /// detect, utf8, utf8-lossy, utf16-le, utf16-be or latin1
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The first record is a row like the others
    #[arg(long)]
    no_header: bool,
    /// Lines to leave out before the header
    #[arg(long, value_name = "N")]
    skip_rows: Option<usize>,
    /// Lines that start with this are left out
    #[arg(long, value_name = "TEXT")]
    comment_prefix: Option<String>,
    /// A text that means null; may be given several times
    #[arg(long = "null", value_name = "TEXT")]
    null_values: Vec<String>,
    /// The type of a column, as amount=Float64; may be given several times
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = pair)]
    types: Vec<(String, String)>,
    /// The form of a column's dates or times, as day=%d/%m/%Y; may be given several times
    #[arg(long = "date-format", value_name = "COLUMN=FORM", value_parser = pair)]
    formats: Vec<(String, String)>,
    /// How much of the file decides about types: sample, full or never
    #[arg(long, value_name = "HOW")]
    infer: Option<String>,
    /// A text that is no value of its type: fail, widen, reject or null
    #[arg(long, value_name = "WHAT")]
    on_misfit: Option<String>,
    /// A key that is in no column: fail or ignore
    #[arg(long, value_name = "WHAT")]
    on_unknown_key: Option<String>,
    /// A record of a wrong number of fields: fail, pad, truncate or reject
    #[arg(long, value_name = "WHAT")]
    on_ragged: Option<String>,
}

impl CsvArguments {
    /// The options of the reader of JSON, of those flags that have a meaning for it.
    pub fn ndjson_options(&self) -> Result<NdjsonOptions, Failure> {
        let spec = NdjsonSourceSpec {
            ndjson: Some(OneOrMany::Many(Vec::new())),
            types: self.types.iter().cloned().collect(),
            infer: self.infer.clone(),
            on_misfit: self.on_misfit.clone(),
            on_unknown_key: self.on_unknown_key.clone(),
            ..NdjsonSourceSpec::default()
        };
        let (_, options) = ndjson_source::options(&spec).map_err(Failure::message)?;
        Ok(NdjsonOptions { layout: JsonLayout::Detect, ..options })
    }

    /// The options of the reader for this file.
    pub fn options(&self, path: &Path) -> Result<CsvOptions, Failure> {
        let spec = CsvSourceSpec {
            csv: OneOrMany::One(path.display().to_string()),
            separator: self.separator,
            quote: self.quote.clone(),
            escape: self.escape,
            encoding: self.encoding.clone(),
            has_header: self.no_header.then_some(false),
            skip_rows: self.skip_rows,
            comment_prefix: self.comment_prefix.clone(),
            null_values: Some(self.null_values.clone())
                .filter(|texts| !texts.is_empty())
                .map(NullValues::Everywhere),
            types: self.types.iter().cloned().collect(),
            formats: self.formats.iter().cloned().collect(),
            infer: self.infer.clone(),
            on_misfit: self.on_misfit.clone(),
            on_ragged: self.on_ragged.clone(),
            ..CsvSourceSpec::default()
        };
        csv_source::options(&spec).map_err(Failure::message)
    }
}

/// `COLUMN=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or("expected COLUMN=VALUE")?;
    Ok((column.into(), value.into()))
}
