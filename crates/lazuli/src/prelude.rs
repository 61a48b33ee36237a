//! What most programs import: `use lazuli::prelude::*;`.

pub use crate::{
    AsofArgs, AsofStrategy, Closed, CsvOptions, DataFrame, DataType, EagerFrame, ExecOptions, Expr, IntoLazy,
    JoinArgs, JoinType, Keep, LazyFrame, Scalar, Schema, Series, TimeUnit, UnionMode, all, coalesce, col,
    cols, concat, concat_diagonal, concat_horizontal, corr, cov, date, date_range, datetime, datetime_range,
    df, duration, element, from_epoch, int_range, len, linear_space, lit, row_number, scan_csv,
    scan_csv_files, scan_csv_with, time, time_range, when,
};
