//! A file in another format.

use std::path::Path;

use lazuli::ExecOptions;

use crate::csv_arguments::CsvArguments;
use crate::failure::Failure;
use crate::file;
use crate::formats::{self, FileFormat};
use crate::watch::Watch;

/// Reads one file and writes the other, which appears when it is whole.
pub fn run(
    (input, from): (&Path, Option<&FileFormat>),
    (output, to): (&Path, Option<&FileFormat>),
    csv: &CsvArguments,
    options: &ExecOptions,
    watch: &Watch,
) -> Result<(), Failure> {
    if formats::is_compressed(output) {
        return Err(Failure::message(format!(
            "{}: compressed text is not written; write it plain, or to Parquet",
            output.display()
        )));
    }
    if to.is_none() && formats::extension(output).as_deref() == Some("arrows") {
        return Err(Failure::message(format!(
            "{}: streams are read, and files are written; name it .arrow",
            output.display()
        )));
    }
    let to = to.or_else(|| formats::by_extension(output)).ok_or_else(|| {
        let (path, names) = (output.display(), formats::names());
        Failure::message(format!("{path}: its name says no format; give one with --to: {names}"))
    })?;
    file::scan(input, from, csv, options)?.sink((to.sink)(output))?;
    watch.end()
}
