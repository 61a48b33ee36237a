//! A data file by its name.

use std::path::Path;

use lazuli::{Caller, ExecOptions, LazyFrame, scan_as};

use crate::csv_arguments::CsvArguments;
use crate::failure::Failure;
use crate::formats::{self, FORMATS, FileFormat};

/// A query over a file of this format; if none is given, of the one that its name says (see [`FORMATS`]). A name that says
/// nothing is separated by commas.
pub fn scan(
    path: &Path,
    format: Option<&FileFormat>,
    csv: &CsvArguments,
    options: &ExecOptions,
) -> Result<LazyFrame, Failure> {
    let format = match format.or_else(|| formats::by_extension(path)) {
        Some(format) => format,
        None => match formats::extension(path).as_deref() {
            Some("xlsx") => {
                return Err(Failure::message(format!("{}: xlsx files can't be read yet", path.display())));
            }
            _ => &FORMATS[0],
        },
    };
    if path == Path::new("-") && !format.reads_stdin {
        return Err(Failure::message(format!(
            "{} can't be read from standard input: give a file",
            format.name
        )));
    }
    let caller = Caller::Text("the command line".into());
    Ok(scan_as((format.source)(path, csv)?, caller).with_options(options.clone()))
}
