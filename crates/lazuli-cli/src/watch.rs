//! What is told besides the rows: how far a query has come, and the records that were set aside.

use std::io::IsTerminal;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lazuli::{CsvWriteOptions, ExecOptions, IntoLazy, OnProgress, Rejects};

use crate::failure::Failure;

/// Files of fewer bytes are read before a bar could be seen.
const SHORTEST_BYTES: u64 = 32 << 20;

/// Watches the queries of one command.
pub struct Watch {
    rejects: Rejects,
    /// Where the records go that are set aside.
    rejects_path: Option<PathBuf>,
    bar: ProgressBar,
}

impl Watch {
    /// Nothing is shown yet. A bar is only ever drawn on a terminal.
    pub fn new(rejects_path: Option<PathBuf>) -> Self {
        let bar = ProgressBar::hidden();
        let style = ProgressStyle::with_template(
            "{bar:30} {percent:>3}%  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        );
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { rejects: Rejects::default(), rejects_path, bar }
    }

    /// The options with somebody who listens.
    pub fn over(&self, options: ExecOptions) -> ExecOptions {
        let on_progress = std::io::stderr().is_terminal().then(|| {
            let bar = self.bar.clone();
            OnProgress::new(move |progress| {
                if progress.bytes_total < SHORTEST_BYTES {
                    return;
                }
                if bar.is_hidden() && !bar.is_finished() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
                bar.set_length(progress.bytes_total);
                bar.set_position(progress.bytes_done);
                if progress.bytes_done >= progress.bytes_total {
                    bar.finish_and_clear();
                }
            })
        });
        ExecOptions { on_progress, rejects: Some(self.rejects.clone()), ..options }
    }

    /// The query has run: the bar goes, and the records that were set aside are written, or at least counted.
    pub fn end(&self) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let count = self.rejects.len();
        match &self.rejects_path {
            Some(path) => {
                self.rejects.frame().lazy().sink_csv_with(path, CsvWriteOptions::default())?;
                if count > 0 {
                    eprintln!("{}: see {}", told(count), path.display());
                }
            }
            None if count > 0 => eprintln!("{}: --rejects FILE writes them", told(count)),
            None => {}
        }
        Ok(())
    }
}

/// A query that fails leaves no bar behind.
impl Drop for Watch {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn told(count: usize) -> String {
    match count {
        1 => "1 record was set aside".into(),
        _ => format!("{count} records were set aside"),
    }
}
