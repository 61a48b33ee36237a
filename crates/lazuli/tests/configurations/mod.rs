//! Ways to run a query that must not matter to its answer.

use lazuli::{ExecOptions, OptimizerOptions};

/// With the optimizer and without, one thread and several, morsels of a few rows and of the usual number; no source is so
/// small that one thread reads it alone.
pub fn configurations() -> Vec<ExecOptions> {
    let mut all = Vec::new();
    for optimizer in [OptimizerOptions::default(), OptimizerOptions::none()] {
        for threads in [1, 3] {
            for morsel_rows in [7, ExecOptions::DEFAULT_MORSEL_ROWS] {
                all.push(ExecOptions {
                    optimizer,
                    threads: Some(threads),
                    morsel_rows,
                    single_thread_rows: 0,
                    ..ExecOptions::default()
                });
            }
        }
    }
    all
}
