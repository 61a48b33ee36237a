//! What most programs import: `use lazuli::prelude::*;`.

pub use crate::{
    AsofArgs, AsofStrategy, CsvOptions, DataFrame, DataType, Decay, EagerFrame, ExecOptions, Expr, IntoLazy,
    JoinArgs, JoinType, Keep, LazyFrame, Rolling, RollingBy, Scalar, Schema, Series, TimeUnit, UnionMode,
    all, coalesce, col, cols, concat, concat_diagonal, concat_horizontal, corr, cov, df, element, len, lit,
    row_index, row_number, scan_csv, scan_csv_files, scan_csv_with, when,
};
