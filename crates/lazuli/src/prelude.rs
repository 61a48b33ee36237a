//! What most programs import: `use lazuli::prelude::*;`.

pub use crate::{
    AsofArgs, AsofStrategy, CsvOptions, DataFrame, DataType, EagerFrame, ExecOptions, Expr, IntoLazy,
    JoinArgs, JoinType, Keep, LazyFrame, Scalar, Schema, Series, TimeUnit, UnionMode, all, coalesce, col,
    cols, concat, concat_diagonal, concat_horizontal, concat_str, corr, cov, df, element, format_str, len,
    lit, row_number, scan_csv, scan_csv_files, scan_csv_with, when,
};
