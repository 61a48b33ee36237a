//! What most programs import: `use lazuli::prelude::*;`.

pub use crate::{
    AsofArgs, AsofStrategy, Closed, CsvOptions, DataFrame, DataType, DummiesArgs, DynamicArgs, EagerFrame,
    EagerSeries, ExecOptions, Expr, FillNull, IntoLazy, JoinArgs, JoinType, JoinValidation, Keep, LazyFrame,
    RollingArgs, SampleArgs, Scalar, Schema, Series, TimeUnit, UnionMode, UpdateArgs, all, coalesce, col,
    cols, concat, concat_align, concat_diagonal, concat_diagonal_relaxed, concat_horizontal,
    concat_horizontal_extend, concat_relaxed, corr, cov, date, date_range, datetime, datetime_range, df,
    duration, element, from_epoch, int_range, len, linear_space, lit, row_number, scan_csv, scan_csv_files,
    scan_csv_with, time, time_range, when,
};
