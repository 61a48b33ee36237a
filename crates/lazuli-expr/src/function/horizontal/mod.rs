//! Functions of the columns of a row: sums, extremes, logic. Selectors among their arguments stand for all the columns that
//! they choose: `sum_horizontal(all())` is one column.

mod all_horizontal; // and any_horizontal
mod count_horizontal;
mod fold; // any expression, column after column
mod min_horizontal; // and max_horizontal
mod sum_horizontal; // and mean_horizontal

pub use all_horizontal::{all_horizontal, any_horizontal};
pub use count_horizontal::count_horizontal;
pub use fold::{cum_fold, cum_reduce, cum_sum_horizontal, fold, reduce};
pub use min_horizontal::{max_horizontal, min_horizontal};
pub use sum_horizontal::{mean_horizontal, sum_horizontal};

use lazuli_kernels::LogicalOp;

use super::FunctionRef;
use all_horizontal::Logic;
use min_horizontal::Extreme;

/// Whether all values of a row are true.
pub const ALL_HORIZONTAL: FunctionRef =
    FunctionRef::Builtin(&Logic { name: "all_horizontal", op: LogicalOp::And });
/// Whether any value of a row is true.
pub const ANY_HORIZONTAL: FunctionRef =
    FunctionRef::Builtin(&Logic { name: "any_horizontal", op: LogicalOp::Or });
/// The number of values in a row that are not null.
pub const COUNT_HORIZONTAL: FunctionRef = FunctionRef::Builtin(&count_horizontal::CountHorizontal);
/// The greatest value of a row.
pub const MAX_HORIZONTAL: FunctionRef =
    FunctionRef::Builtin(&Extreme { name: "max_horizontal", least: false });
/// The mean of a row.
pub const MEAN_HORIZONTAL: FunctionRef = FunctionRef::Builtin(&sum_horizontal::MeanHorizontal);
/// The least value of a row.
pub const MIN_HORIZONTAL: FunctionRef =
    FunctionRef::Builtin(&Extreme { name: "min_horizontal", least: true });
/// The sum of a row.
pub const SUM_HORIZONTAL: FunctionRef = FunctionRef::Builtin(&sum_horizontal::SumHorizontal);

/// The functions of this family.
pub(super) static FUNCTIONS: &[FunctionRef] = &[
    ALL_HORIZONTAL,
    ANY_HORIZONTAL,
    COUNT_HORIZONTAL,
    MAX_HORIZONTAL,
    MEAN_HORIZONTAL,
    MIN_HORIZONTAL,
    SUM_HORIZONTAL,
];
