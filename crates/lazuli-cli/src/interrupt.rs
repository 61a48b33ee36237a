//! Ctrl-C, and requests to end: the query is cancelled, what was half written goes, and the exit code says so.

use std::sync::OnceLock;
use std::time::Duration;

use lazuli::{CancelFlag, discard_unfinished_files};

/// What a program ends with that Ctrl-C has stopped.
pub const EXIT_CODE: u8 = 130;

/// A query that waits for input that does not come can't end by itself: it is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The flag that is set when the user wants the program to end, which it then does.
pub fn flag() -> CancelFlag {
    static FLAG: OnceLock<CancelFlag> = OnceLock::new();
    let watch = || {
        let flag = CancelFlag::default();
        let asked = flag.clone();
        // On a thread of its own, which the end of the program ends.
        let handler = move || {
            asked.cancel();
            std::thread::sleep(PATIENCE);
            discard_unfinished_files();
            eprintln!("interrupted");
            std::process::exit(EXIT_CODE.into());
        };
        // Where it can't be had, the program ends at once, as it would without.
        let _ = ctrlc::set_handler(handler);
        flag
    };
    FLAG.get_or_init(watch).clone()
}
