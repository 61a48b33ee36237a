//! What a file seems to be, for people and for pipelines.

use std::path::Path;

use lazuli::csv::{Sniffed, sniff};
use lazuli::{DataFrame, Dialect, Encoding, Series};
use serde_json::{Map, Value};

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output;

/// Prints what a file seems to be, and why; as a table with the columns' types and the source of a pipeline that reads it.
pub fn run(path: &Path, format: Format) -> Result<(), Failure> {
    let sniffed = sniff(path).map_err(|error| Failure::message(error.to_string()))?;
    if format != Format::Table {
        return output::write_frame(&frame(&sniffed)?, format);
    }
    let width = sniffed.findings.iter().map(|finding| finding.aspect.len()).max().unwrap_or(0);
    for finding in &sniffed.findings {
        println!("{:width$}  {}: {}", finding.aspect, finding.value, finding.reason);
    }
    println!("\ncolumns");
    output::write_schema(&sniffed.schema, format)?;
    println!("\nin a pipeline\n\"source\": {}", source(path, &sniffed));
    Ok(())
}

fn frame(sniffed: &Sniffed) -> Result<DataFrame, Failure> {
    let texts = |name: &str, text: fn(&lazuli::csv::Finding) -> &str| {
        Series::from_iter(name, sniffed.findings.iter().map(|finding| text(finding).to_string()))
    };
    let columns = vec![
        texts("aspect", |finding| finding.aspect),
        texts("value", |finding| &finding.value),
        texts("reason", |finding| &finding.reason),
    ];
    DataFrame::try_new(columns).map_err(|error| Failure::message(error.to_string()))
}

/// The source of a pipeline: what differs from what most files are.
fn source(path: &Path, sniffed: &Sniffed) -> Value {
    let dialect = &sniffed.options.dialect;
    let usual = Dialect::default();
    let letter = |byte: u8| Value::from(char::from(byte).to_string());
    let mut source = Map::new();
    source.insert("csv".into(), path.display().to_string().into());
    if !matches!(sniffed.options.encoding, Encoding::Utf8 | Encoding::Detect) {
        source.insert("encoding".into(), sniffed.options.encoding.name().into());
    }
    if dialect.separator != usual.separator {
        source.insert("separator".into(), letter(dialect.separator));
    }
    if dialect.quote != usual.quote {
        source.insert("quote".into(), dialect.quote.map_or("".into(), letter));
    }
    if let Some(escape) = dialect.escape {
        source.insert("escape".into(), letter(escape));
    }
    if !dialect.has_header {
        source.insert("has_header".into(), false.into());
    }
    if dialect.skip_lines > 0 {
        source.insert("skip_rows".into(), dialect.skip_lines.into());
    }
    if let Some(comment) = &dialect.comment {
        source.insert("comment_prefix".into(), comment.as_str().into());
    }
    Value::Object(source)
}
