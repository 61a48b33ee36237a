//! Rows of several frames side by side.

use lazuli_array::{Field, Name};
use lazuli_expr::{Expr, IntoExprs, coalesce, col, len, lit, when};
use lazuli_plan::{JoinType, JoinWhere, Node};

use super::LazyFrame;
use crate::verb::{fresh, require, written_all};
use crate::{AsofArgs, AsofKey, JoinArgs};

impl LazyFrame {
    /// Pairs of rows with equal keys, as [`lazuli_plan::JoinType`] says. A null key equals nothing.
    ///
    /// The key columns of the right side are left out where they repeat the left ones; other names that both sides have
    /// get a suffix on the right (`_right`, or [`JoinArgs::suffix`]).
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let orders = df! { "id" => [1, 2, 3], "customer" => ["b", "a", "c"] }?;
    /// let customers = df! { "customer" => ["a", "b"], "city" => ["Rome", "Oslo"] }?;
    /// let out = orders
    ///     .lazy()
    ///     .join(customers.lazy(), "customer", "customer", JoinType::Left)
    ///     .collect()?;
    /// assert_eq!(out, df! {
    ///     "id" => [1, 2, 3], "customer" => ["b", "a", "c"], "city" => [Some("Oslo"), Some("Rome"), None],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn join(
        self,
        right: LazyFrame,
        left_on: impl IntoExprs,
        right_on: impl IntoExprs,
        args: impl Into<JoinArgs>,
    ) -> Self {
        let (left_keys, right_keys) = (left_on.into_exprs(), right_on.into_exprs());
        let args: JoinArgs = args.into();
        let left = if args.left_is_unique() { self.check_unique(&left_keys, &args, "left") } else { self };
        let right =
            if args.right_is_unique() { right.check_unique(&right_keys, &args, "right") } else { right };
        left.then(|left| args.into_node(left, right.plan, left_keys, right_keys))
    }

    /// The same rows, no two of which may have equal keys.
    #[track_caller]
    fn check_unique(self, keys: &[Expr], args: &JoinArgs, side: &'static str) -> Self {
        let (keys, nulls_equal) = (keys.to_vec(), args.has_nulls_equal());
        self.written("join", move |frame, schema| {
            let list: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let copies = len().over(keys.clone()).eq(1);
            // Rows with a null key have no partner, so there may be any number of them.
            let nulls = keys.iter().cloned().map(Expr::is_null).filter(|_| !nulls_equal);
            let is_fine = nulls.fold(copies, |fine, is_null| fine | is_null);
            let names: Vec<Name> = schema.names().cloned().collect();
            let message = format!("join keys of the {side} side are not unique: {}", list.join(", "));
            Ok(frame.filter(is_fine.check(&message)).select(names))
        })
    }

    /// Every row, with the row of the other frame whose key is nearest: the last one before, say
    /// ([`lazuli_plan::AsofStrategy::Backward`]), the next one after, or the nearer of both.
    ///
    /// Keys are numbers, dates or times. Neither frame need be sorted; rows stay in order. [`AsofArgs`] can ask for other
    /// columns to be equal, and bound the distance. A null key has no partner; rows without one get nulls.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let trades = df! { "time" => [12, 25, 31], "symbol" => ["a", "b", "a"] }?;
    /// let quotes = df! { "time" => [10, 20, 30], "symbol" => ["a", "b", "b"], "price" => [1.5, 2.5, 3.5] }?;
    /// let out = trades
    ///     .lazy()
    ///     .join_asof(quotes.lazy(), "time", "time", AsofArgs::new(AsofStrategy::Backward).by("symbol").tolerance(10))
    ///     .collect()?;
    /// assert_eq!(out, df! {
    ///     "time" => [12, 25, 31], "symbol" => ["a", "b", "a"], "price" => [Some(1.5), Some(2.5), None],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn join_asof(
        self,
        right: LazyFrame,
        left_on: impl Into<AsofKey>,
        right_on: impl Into<AsofKey>,
        args: impl Into<AsofArgs>,
    ) -> Self {
        let (AsofKey(left_on), AsofKey(right_on), args) = (left_on.into(), right_on.into(), args.into());
        self.then(|left| args.into_node(left, right.plan, left_on, right_on))
    }

    /// Pairs of a row of this and a row of the other frame for which all predicates are true. They come in the order of
    /// this frame, those of one row in the order of the other.
    ///
    /// Predicates see the columns of both frames; where both have a name, `_right` is put behind it for the right one, in
    /// predicates as in the result. All columns of both frames are in the result. A comparison with null is not true; NaN
    /// equals NaN and is above all numbers. Predicates are asked in order: one that may fail is not asked for pairs that an
    /// earlier one left out.
    ///
    /// Comparisons between a value of the left row and one of the right row (`==`, `<`, `<=`, `>`, `>=`; not of an integer
    /// with a float) are found by hashing or by searching, so the time depends on the number of rows and of matches, not on the number of pairs; any
    /// number of comparisons with one right value count as one, and of inequalities with others the first one does. What
    /// else is asked, is asked of each pair that those leave.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let shifts = df! { "name" => ["Ann", "Bo"], "start" => [8, 12], "end" => [16, 20] }?;
    /// let calls = df! { "call" => [1, 2, 3], "at" => [18, 9, 13] }?;
    /// let out = shifts
    ///     .lazy()
    ///     .join_where(calls.lazy(), col("at").gt_eq(col("start")) & col("at").lt(col("end")))
    ///     .select(["name", "call"]);
    /// assert_eq!(out.collect()?, df! { "name" => ["Ann", "Ann", "Bo", "Bo"], "call" => [2, 3, 1, 3] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn join_where(self, right: LazyFrame, predicates: impl IntoExprs) -> Self {
        let predicates = predicates.into_exprs();
        self.then(|left| {
            let (right, suffix, output) = (right.plan, "_right".into(), Vec::new());
            Node::JoinWhere(JoinWhere { left, right, predicates, suffix, output })
        })
    }

    /// Every pair of a row of this and a row of the other frame.
    #[track_caller]
    pub fn cross_join(self, right: LazyFrame) -> Self {
        self.join(right, Vec::<Expr>::new(), Vec::<Expr>::new(), JoinType::Cross)
    }

    /// The values of `other` in place of this frame's, in the rows with equal keys and the columns that both have: where
    /// the other's value is not null, unless [`UpdateArgs::include_nulls`] is asked for. The types stay this frame's.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let stock = df! { "id" => [1, 2], "left" => [5, 8] }?;
    /// let counted = df! { "id" => [2, 3], "left" => [7, 4] }?;
    /// let out = stock.lazy().update(counted.lazy(), ["id"]).collect()?;
    /// assert_eq!(out, df! { "id" => [1, 2], "left" => [5, 7] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn update(self, other: LazyFrame, args: impl Into<UpdateArgs>) -> Self {
        let args = args.into();
        written_all("update", vec![self, other], move |frames| updated(&frames[0], &frames[1], &args))
    }
}

/// Which rows the result of [`LazyFrame::update`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateHow {
    /// Those of this frame.
    Left,
    /// Those of this frame whose keys the other has.
    Inner,
    /// Those of this frame, then those of the other whose keys this has not.
    Full,
}

/// How [`LazyFrame::update`] finds and takes over values. The names of the keys alone are enough where nothing else is
/// asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateArgs {
    on: Vec<Name>,
    how: UpdateHow,
    include_nulls: bool,
}

impl UpdateArgs {
    /// Rows belong together where these columns are equal.
    pub fn on<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Self {
        let on = names.into_iter().map(Into::into).collect();
        Self { on, how: UpdateHow::Left, include_nulls: false }
    }

    /// Rows belong together by their place.
    pub fn by_row() -> Self {
        Self { on: Vec::new(), how: UpdateHow::Left, include_nulls: false }
    }

    /// Which rows the result has; those of this frame if not said.
    pub fn how(self, how: UpdateHow) -> Self {
        Self { how, ..self }
    }

    /// Nulls of the other frame count as values.
    pub fn include_nulls(self) -> Self {
        Self { include_nulls: true, ..self }
    }
}

impl<N: Into<Name>, const K: usize> From<[N; K]> for UpdateArgs {
    fn from(on: [N; K]) -> Self {
        Self::on(on)
    }
}

fn updated(left: &LazyFrame, right: &LazyFrame, args: &UpdateArgs) -> crate::verb::Written {
    let (left_schema, right_schema) = (left.known(), right.known());
    require(left_schema, &args.on)?;
    require(right_schema, &args.on)?;
    let schemas = [left_schema, right_schema];
    let row = fresh("row", &schemas);
    let (left, right, on) = if args.on.is_empty() {
        (left.clone().with_row_index(row.clone(), 0), right.clone().with_row_index(row.clone(), 0), vec![row])
    } else {
        (left.clone(), right.clone(), args.on.clone())
    };
    let is_there = fresh("is_there", &schemas);
    let shared: Vec<&Field> = left_schema
        .fields()
        .iter()
        .filter(|field| !args.on.contains(field.name()) && right_schema.contains(field.name()))
        .collect();
    let new_name = |name: &Name| fresh(&format!("new_{name}"), &schemas);
    let new = shared.iter().map(|field| {
        let name = field.name();
        col(name.clone()).cast(field.data_type().clone()).alias(new_name(name))
    });
    let keys = on.iter().map(|name| col(name.clone()));
    let marker = std::iter::once(lit(true).alias(is_there.clone()));
    let right = right.select(keys.chain(new).chain(marker).collect::<Vec<_>>());
    let join_type = match args.how {
        UpdateHow::Left => JoinType::Left,
        UpdateHow::Inner => JoinType::Inner,
        UpdateHow::Full => JoinType::Full,
    };
    let join_args = JoinArgs::new(join_type).coalesce();
    let joined = left.join(right, on.clone(), on, join_args);
    let columns = left_schema.names().map(|name| {
        if !shared.iter().any(|field| field.name() == name) {
            return col(name.clone());
        }
        let (old, new) = (col(name.clone()), col(new_name(name)));
        if args.include_nulls {
            when(col(is_there.clone()).is_not_null()).then(new).otherwise(old).alias(name.clone())
        } else {
            coalesce([new, old]).alias(name.clone())
        }
    });
    Ok(joined.select(columns.collect::<Vec<_>>()))
}
