//! What most programs import: `use lazuli::prelude::*;`.

pub use crate::{
    AsofArgs, AsofStrategy, Closed, CsvOptions, DataFrame, DataType, Decay, DummiesArgs, DynamicArgs,
    EagerFrame, EagerSeries, ExecOptions, Expr, FillNull, IntoLazy, JoinArgs, JoinType, JoinValidation, Keep,
    LazyFrame, Rolling, RollingArgs, RollingBy, SampleArgs, Scalar, Schema, Series, TimeUnit, UnionMode,
    UpdateArgs, all, all_horizontal, any_horizontal, as_list, as_struct, coalesce, col, cols, concat,
    concat_align, concat_diagonal, concat_diagonal_relaxed, concat_horizontal, concat_horizontal_extend,
    concat_list, concat_relaxed, concat_str, corr, cov, date, date_range, datetime, datetime_range, df,
    duration, element, field, fold, format_str, from_epoch, int_range, len, linear_space, lit,
    max_horizontal, mean_horizontal, min_horizontal, row_index, row_number, scan_csv, scan_csv_files,
    scan_csv_with, sum_horizontal, time, time_range, when,
};
#[cfg(feature = "ipc")]
pub use crate::{read_ipc, scan_ipc};
#[cfg(feature = "ndjson")]
pub use crate::{read_ndjson, scan_ndjson};
#[cfg(feature = "parquet")]
pub use crate::{read_parquet, scan_parquet};
pub use lazuli_expr::selectors as cs;
