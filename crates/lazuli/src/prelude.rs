//! What most programs import: `use lazuli::prelude::*;`.

pub use crate::{
    AsofArgs, AsofStrategy, CsvOptions, DataFrame, DataType, EagerFrame, ExecOptions, Expr, IntoLazy,
    JoinArgs, JoinType, Keep, LazyFrame, Scalar, Schema, Series, TimeUnit, UnionMode, all, all_horizontal,
    any_horizontal, as_list, as_struct, coalesce, col, cols, concat, concat_diagonal, concat_horizontal,
    concat_list, concat_str, corr, cov, df, element, field, fold, format_str, len, lit, max_horizontal,
    mean_horizontal, min_horizontal, row_number, scan_csv, scan_csv_files, scan_csv_with, sum_horizontal,
    when,
};
pub use lazuli_expr::selectors as cs;
