//! The verbs on frames in memory: each is the lazy one plus `collect`.

use std::path::PathBuf;
use std::sync::Arc;

use lazuli_array::{DataFrame, Name};
use lazuli_exec::{Engine, FrameSource};
use lazuli_expr::{Expr, IntoExprs, IntoSortKeys};
use lazuli_plan::Keep;

use crate::{AsofArgs, AsofKey, JoinArgs, LazyFrame, LazyGroupBy, LazyPivot, Result, scan};

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

    /// See [`LazyFrame::describe`].
    ///
    /// # Errors
    /// As [`LazyFrame::describe`].
    fn describe(&self) -> Result<DataFrame> {
        self.lazy().describe().collect()
    }

    /// See [`LazyFrame::sink_csv`].
    ///
    /// # Errors
    /// As [`LazyFrame::sink_csv`].
    #[track_caller]
    fn write_csv(&self, path: impl Into<PathBuf>) -> Result<()> {
        self.lazy().sink_csv(path)
    }
}

impl EagerFrame for DataFrame {
    fn rechunk(&self) -> DataFrame {
        Engine::global().rechunk(self)
    }
}
