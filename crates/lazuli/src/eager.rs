//! The verbs on frames in memory: each is the lazy one plus `collect`.

#[cfg(feature = "ipc")]
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use lazuli_array::{DataFrame, DataType, Name, Scalar, Schema, Series};
use lazuli_exec::{Engine, FrameSource};
use lazuli_expr::{Expr, IntoExprs, IntoSortKeys};
use lazuli_plan::Keep;

use crate::{
    AsofArgs, AsofKey, DummiesArgs, FillNull, JoinArgs, LazyFrame, LazyGroupBy, LazyPivot, MatchSchema,
    Result, SampleArgs, TransposeArgs, UnstackOrder, UpdateArgs, scan,
};

/// Methods that are the lazy ones plus `collect`.
macro_rules! lazily {
    ($($name:ident($($argument:ident: $type:ty),* $(,)?);)*) => {$(
        #[doc = concat!("See [`LazyFrame::", stringify!($name), "`].")]
        ///
        /// # Errors
        /// As [`LazyFrame::collect`].
        #[track_caller]
        fn $name(&self, $($argument: $type),*) -> Result<DataFrame> {
            self.lazy().$name($($argument),*).collect()
        }
    )*};
}

/// Frames that a query can begin with.
pub trait IntoLazy {
    /// A query over this frame; no values are copied.
    #[track_caller]
    fn lazy(&self) -> LazyFrame;
}

impl IntoLazy for DataFrame {
    #[track_caller]
    fn lazy(&self) -> LazyFrame {
        scan(Arc::new(FrameSource::new(self.clone())))
    }
}

/// The verbs on a frame in memory. For more than one step, [`IntoLazy::lazy`] is faster: the steps are optimized
/// together.
///
/// ```
/// use lazuli::prelude::*;
///
/// let frame = df! { "a" => [3, 1, 2] }?;
/// assert_eq!(frame.filter(col("a").gt(1))?.sort("a")?, df! { "a" => [2, 3] }?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait EagerFrame: IntoLazy {
    /// See [`LazyFrame::select`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn select(&self, exprs: impl IntoExprs) -> Result<DataFrame> {
        self.lazy().select(exprs).collect()
    }

    /// See [`LazyFrame::with_columns`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn with_columns(&self, exprs: impl IntoExprs) -> Result<DataFrame> {
        self.lazy().with_columns(exprs).collect()
    }

    /// See [`LazyFrame::filter`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn filter(&self, predicate: impl Into<Expr>) -> Result<DataFrame> {
        self.lazy().filter(predicate).collect()
    }

    /// See [`LazyFrame::group_by`]; the result of `agg` is lazy: collect it.
    #[track_caller]
    fn group_by(&self, keys: impl IntoExprs) -> LazyGroupBy {
        self.lazy().group_by(keys)
    }

    /// Another name for [`EagerFrame::group_by`].
    #[track_caller]
    fn groupby(&self, keys: impl IntoExprs) -> LazyGroupBy {
        self.lazy().group_by(keys)
    }

    /// See [`LazyFrame::join`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn join(
        &self,
        right: &DataFrame,
        left_on: impl IntoExprs,
        right_on: impl IntoExprs,
        args: impl Into<JoinArgs>,
    ) -> Result<DataFrame> {
        self.lazy().join(right.lazy(), left_on, right_on, args).collect()
    }

    /// See [`LazyFrame::join_asof`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn join_asof(
        &self,
        right: &DataFrame,
        left_on: impl Into<AsofKey>,
        right_on: impl Into<AsofKey>,
        args: impl Into<AsofArgs>,
    ) -> Result<DataFrame> {
        self.lazy().join_asof(right.lazy(), left_on, right_on, args).collect()
    }

    /// See [`LazyFrame::join_where`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn join_where(&self, right: &DataFrame, predicates: impl IntoExprs) -> Result<DataFrame> {
        self.lazy().join_where(right.lazy(), predicates).collect()
    }

    /// See [`LazyFrame::cross_join`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn cross_join(&self, right: &DataFrame) -> Result<DataFrame> {
        self.lazy().cross_join(right.lazy()).collect()
    }

    /// See [`LazyFrame::sort`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn sort(&self, keys: impl IntoSortKeys) -> Result<DataFrame> {
        self.lazy().sort(keys).collect()
    }

    /// See [`LazyFrame::limit`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn limit(&self, n: usize) -> Result<DataFrame> {
        self.lazy().limit(n).collect()
    }

    /// See [`LazyFrame::head`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn head(&self, n: usize) -> Result<DataFrame> {
        self.lazy().head(n).collect()
    }

    /// See [`LazyFrame::tail`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn tail(&self, n: usize) -> Result<DataFrame> {
        self.lazy().tail(n).collect()
    }

    /// See [`LazyFrame::slice`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn slice(&self, offset: i64, length: Option<usize>) -> Result<DataFrame> {
        self.lazy().slice(offset, length).collect()
    }

    /// See [`LazyFrame::unique`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn unique(&self) -> Result<DataFrame> {
        self.lazy().unique().collect()
    }

    /// See [`LazyFrame::unique_by`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn unique_by(&self, subset: impl IntoExprs, keep: Keep) -> Result<DataFrame> {
        self.lazy().unique_by(subset, keep).collect()
    }

    /// See [`LazyFrame::rename`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn rename<O: Into<Name>, N: Into<Name>>(
        &self,
        names: impl IntoIterator<Item = (O, N)>,
    ) -> Result<DataFrame> {
        self.lazy().rename(names).collect()
    }

    /// See [`LazyFrame::drop`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn drop<N: Into<Name>>(&self, names: impl IntoIterator<Item = N>) -> Result<DataFrame> {
        self.lazy().drop(names).collect()
    }

    /// See [`LazyFrame::pivot`]; the result of `agg` is lazy: collect it.
    #[track_caller]
    fn pivot<N: Into<Name>>(&self, on: impl IntoIterator<Item = N>) -> LazyPivot {
        self.lazy().pivot(on)
    }

    /// See [`LazyFrame::unpivot`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn unpivot<O: Into<Name>, I: Into<Name>>(
        &self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
    ) -> Result<DataFrame> {
        self.lazy().unpivot(on, index).collect()
    }

    /// Another name for [`EagerFrame::unpivot`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn melt<O: Into<Name>, I: Into<Name>>(
        &self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
    ) -> Result<DataFrame> {
        self.lazy().unpivot(on, index).collect()
    }

    /// The same rows with each column in one piece of memory, which queries read fastest, and in as few bytes as the
    /// forms of strings allow: codes into one dictionary of distinct values where that is smaller, plain strings
    /// elsewhere. Types and values stay what they are.
    ///
    /// Frames read from files are in many pieces. Until both are gone, the old and the new frame are in memory.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let half = df! { "state" => ["open", "closed", "open"], "n" => [1, 2, 3] }?;
    /// let frame = concat([half.lazy(), half.lazy()]).collect()?;
    /// let whole = frame.rechunk();
    /// assert_eq!((whole.batches().len(), &whole), (1, &frame));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    fn rechunk(&self) -> DataFrame;

    /// See [`LazyFrame::unnest`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn unnest<N: Into<Name>>(&self, columns: impl IntoIterator<Item = N>) -> Result<DataFrame> {
        self.lazy().unnest(columns).collect()
    }

    /// See [`LazyFrame::explode`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn explode<N: Into<Name>>(&self, columns: impl IntoIterator<Item = N>) -> Result<DataFrame> {
        self.lazy().explode(columns).collect()
    }

    /// See [`LazyFrame::drop_nulls`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn drop_nulls(&self, subset: impl IntoExprs) -> Result<DataFrame> {
        self.lazy().drop_nulls(subset).collect()
    }

    lazily! {
        remove(predicate: impl Into<Expr>);
        first();
        last();
        top_k(k: usize, by: impl IntoSortKeys);
        bottom_k(k: usize, by: impl IntoSortKeys);
        reverse();
        gather(rows: impl IntoIterator<Item = i64>);
        gather_every(n: u32, offset: u32);
        drop_nans(subset: impl IntoExprs);
        is_duplicated();
        is_unique();
        with_row_index(name: impl Into<Name>, offset: i64);
        rename_with(rename: impl Fn(&str) -> String + Send + Sync + 'static);
        rename_existing(names: impl IntoIterator<Item = (impl Into<Name>, impl Into<Name>)>);
        set_column_names(names: impl IntoIterator<Item = impl Into<Name>>);
        drop_existing(names: impl IntoIterator<Item = impl Into<Name>>);
        cast(types: impl IntoIterator<Item = (impl Into<Name>, DataType)>);
        try_cast(types: impl IntoIterator<Item = (impl Into<Name>, DataType)>);
        cast_all(to: DataType);
        shift(n: i64);
        shift_and_fill(n: i64, fill: impl Into<Expr>);
        match_to_schema(schema: Schema, options: MatchSchema);
        fill_null(value: impl Into<Expr>);
        fill_null_with(strategy: FillNull);
        fill_nan(value: impl Into<Expr>);
        value_counts(columns: impl IntoIterator<Item = impl Into<Name>>);
        sample_n(n: usize, args: impl Into<SampleArgs>);
        sample_fraction(fraction: f64, args: impl Into<SampleArgs>);
        shuffle(seed: u64);
        set_sorted(keys: impl IntoSortKeys);
        sum();
        product();
        interpolate();
        sum_horizontal();
        mean_horizontal();
        min_horizontal();
        max_horizontal();
        mean();
        median();
        min();
        max();
        std();
        var();
        count();
        null_count();
        quantile(q: f64);
        missing_table();
        corr();
        spearman_rank_corr();
        cov();
        describe();
        to_dummies(args: impl Into<DummiesArgs>);
        transpose(args: TransposeArgs);
        unstack(step: usize, order: UnstackOrder, columns: impl IntoIterator<Item = impl Into<Name>>);
    }

    /// See [`LazyFrame::update`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn update(&self, other: &DataFrame, args: impl Into<UpdateArgs>) -> Result<DataFrame> {
        self.lazy().update(other.lazy(), args).collect()
    }

    /// See [`LazyFrame::merge_sorted`].
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn merge_sorted(&self, other: &DataFrame, keys: impl IntoSortKeys) -> Result<DataFrame> {
        self.lazy().merge_sorted(other.lazy(), keys).collect()
    }

    /// The number of different rows; of different combinations of the columns `subset`, if there are any.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn n_unique<N: Into<Name>>(&self, subset: impl IntoIterator<Item = N>) -> Result<usize> {
        let count = self.lazy().n_unique(subset).collect()?;
        Ok(match count.get(0, 0) {
            Scalar::Int64(count) => usize::try_from(count).unwrap_or(0),
            _ => 0,
        })
    }

    /// Whether the rows are sorted by these keys, as [`LazyFrame::sort`] sorts.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn is_sorted(&self, keys: impl IntoSortKeys) -> Result<bool> {
        let answer = self.lazy().is_sorted(keys).collect()?;
        Ok(answer.get(0, 0) == Scalar::Boolean(true))
    }

    /// The rows by groups with equal values of these columns: for each group the values, and its rows. See
    /// [`LazyGroupBy::groups`].
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "k" => ["x", "y", "x"], "n" => [1, 2, 3] }?;
    /// for (key, rows) in frame.partition_by("k")? {
    ///     println!("{}: {} rows", key[0], rows.height());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    #[track_caller]
    fn partition_by(&self, keys: impl IntoExprs) -> Result<Vec<(Vec<Scalar>, DataFrame)>> {
        self.lazy().group_by(keys).groups()
    }

    /// For each column its name, its type, how many of its rows are not null, and the bytes that they take: `column`, `type`,
    /// `non_null`, `bytes`.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let info = df! { "a" => [Some(1), None] }?.info();
    /// assert_eq!(info.item(0, "type")?, Scalar::from("Int32"));
    /// assert_eq!(info.item(0, "non_null")?, Scalar::Int64(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn info(&self) -> DataFrame;

    /// One line for each column: its name, its type, its first values.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let text = df! { "a" => [1, 2], "name" => ["x", "y"] }?.glimpse();
    /// assert_eq!(text, "Rows: 2\nColumns: 2\na     Int32   1, 2\nname  String  x, y\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn glimpse(&self) -> String;

    /// See [`LazyFrame::sink_csv`].
    ///
    /// # Errors
    /// As [`LazyFrame::sink_csv`].
    #[track_caller]
    fn write_csv(&self, path: impl Into<PathBuf>) -> Result<()> {
        self.lazy().sink_csv(path)
    }

    /// Writes the frame as an Arrow IPC file: see `LazyFrame::sink_ipc`.
    ///
    /// # Errors
    /// Whatever the disk says.
    #[cfg(feature = "ipc")]
    #[track_caller]
    fn write_ipc(&self, path: impl Into<PathBuf>) -> Result<()> {
        self.lazy().sink_ipc(path)
    }

    /// Writes the frame as an Arrow IPC stream into anything that takes bytes: batch by batch as they are, each dictionary
    /// before the first batch that needs it.
    ///
    /// # Errors
    /// Whatever the target says.
    #[cfg(feature = "ipc")]
    fn write_ipc_stream(&self, target: impl Write) -> Result<()>;

    /// See [`LazyFrame::sink_parquet`].
    ///
    /// # Errors
    /// As [`LazyFrame::sink_parquet`].
    #[cfg(feature = "parquet")]
    #[track_caller]
    fn write_parquet(&self, path: impl Into<PathBuf>) -> Result<()> {
        self.lazy().sink_parquet(path)
    }

    /// See [`LazyFrame::sink_ndjson`].
    ///
    /// # Errors
    /// As [`LazyFrame::sink_ndjson`].
    #[cfg(feature = "ndjson")]
    #[track_caller]
    fn write_ndjson(&self, path: impl Into<PathBuf>) -> Result<()> {
        self.lazy().sink_ndjson(path)
    }

    /// See [`LazyFrame::sink_json`].
    ///
    /// # Errors
    /// As [`LazyFrame::sink_json`].
    #[cfg(feature = "ndjson")]
    #[track_caller]
    fn write_json(&self, path: impl Into<PathBuf>) -> Result<()> {
        self.lazy().sink_json(path)
    }
}

/// The most values of a column that [`EagerFrame::glimpse`] shows.
const GLIMPSE_ROWS: usize = 10;

impl EagerFrame for DataFrame {
    #[cfg(feature = "ipc")]
    fn write_ipc_stream(&self, target: impl Write) -> Result<()> {
        crate::ipc::write_stream(self, target, lazuli_io::ipc::IpcWriteOptions::default())
    }

    fn rechunk(&self) -> DataFrame {
        Engine::global().rechunk(self)
    }

    fn info(&self) -> DataFrame {
        let columns = self.get_columns();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let types = columns.iter().map(|column| column.data_type().to_string());
        DataFrame::try_new(vec![
            Series::from_iter("column", columns.iter().map(|column| column.name().as_str())),
            Series::from_iter("type", types),
            Series::from_iter(
                "non_null",
                columns.iter().map(|column| count(column.len() - column.null_count())),
            ),
            Series::from_iter("bytes", columns.iter().map(|column| count(column.memory_bytes()))),
        ])
        .expect("four names, a row for each column")
    }

    fn glimpse(&self) -> String {
        let head = self.sliced(0, GLIMPSE_ROWS);
        let fields = self.schema().fields();
        let types: Vec<String> = fields.iter().map(|field| field.data_type().to_string()).collect();
        let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let name_width = width(&mut fields.iter().map(|field| field.name().chars().count()));
        let type_width = width(&mut types.iter().map(|text| text.chars().count()));
        let mut text = format!("Rows: {}\nColumns: {}\n", self.height(), self.width());
        for (index, (field, data_type)) in fields.iter().zip(&types).enumerate() {
            let values: Vec<String> = head.column_at(index).iter().map(|value| value.to_string()).collect();
            let line =
                format!("{:name_width$}  {data_type:type_width$}  {}", field.name(), values.join(", "));
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}
