//! What the functions of all rows so far share: whether they go from the last row on.

use lazuli_kernels::KernelError;

use crate::function::{Argument, SignatureError};
use crate::options::{Options, unchecked};

/// Whether the function goes from the last row to the first.
pub(super) fn is_reversed(arguments: &[Argument<'_>]) -> Result<bool, SignatureError> {
    let mut options = Options::behind(1, arguments, "one column, and maybe whether to go from the last row")?;
    let reverse = options.boolean(false)?;
    options.end()?;
    Ok(reverse)
}

/// [`is_reversed`] of arguments that were checked.
pub(super) fn reversed(operation: &'static str, arguments: &[Argument<'_>]) -> Result<bool, KernelError> {
    is_reversed(arguments).map_err(|_| unchecked(operation, arguments))
}
