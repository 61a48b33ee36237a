//! Writes `docs/features.md`, the list of features and what of each is here; see `lazuli_testkit::features`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use lazuli_testkit::features::{Existing, INVENTORY, Inventory, PAGE, page};
use lazuli_testkit::tidy::Tree;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let made = Tree::read(&root).map_err(|error| error.to_string()).and_then(|tree| {
        let text = fs::read_to_string(root.join(INVENTORY)).map_err(|error| error.to_string())?;
        let inventory = Inventory::parse(&text)?;
        let text = page(&inventory, &Existing::new(&tree));
        fs::write(root.join(PAGE), text).map_err(|error| error.to_string())
    });
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("make_features: {reason}");
            ExitCode::FAILURE
        }
    }
}
