//! Values to columns and back.

use lazuli_array::{Name, Scalar, Schema};
use lazuli_expr::{Expr, Literal, Selector, col, len};
use lazuli_plan::{Caller, Explode, JoinType, Node, Unpivot};

use super::LazyFrame;
use super::columns::names_or_all;
use crate::verb::{Written, fresh, invalid, require};
use crate::{DataFrame, IntoLazy, LazyPivot, Series, element};

impl LazyFrame {
    /// The values of the `on` columns become columns; follow with [`LazyPivot::agg`] or [`LazyPivot::values`].
    #[track_caller]
    pub fn pivot<N: Into<Name>>(self, on: impl IntoIterator<Item = N>) -> LazyPivot {
        LazyPivot::new(self, on.into_iter().map(Into::into).collect(), Caller::here())
    }

    /// Columns become rows: for each of the `on` columns in turn, all rows with its name in `variable` and its value in
    /// `value`, beside the `index` columns. No `on`: all columns that are not `index`.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let wide = df! { "id" => ["x", "y"], "q1" => [1, 2], "q2" => [3, 4] }?;
    /// let long = wide.lazy().unpivot(["q1", "q2"], ["id"]).collect()?;
    /// assert_eq!(long, df! {
    ///     "id" => ["x", "y", "x", "y"], "variable" => ["q1", "q1", "q2", "q2"], "value" => [1, 2, 3, 4],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn unpivot<O: Into<Name>, I: Into<Name>>(
        self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
    ) -> Self {
        self.unpivot_as(on, index, "variable", "value")
    }

    /// As [`LazyFrame::unpivot`], with names for the column of names and the column of values.
    #[track_caller]
    pub fn unpivot_as<O: Into<Name>, I: Into<Name>>(
        self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
        variable_name: impl Into<Name>,
        value_name: impl Into<Name>,
    ) -> Self {
        let on = on.into_iter().map(Into::into).collect();
        let index = index.into_iter().map(Into::into).collect();
        let (variable_name, value_name) = (variable_name.into(), value_name.into());
        self.then(|input| {
            Node::Unpivot(Unpivot { input, on, index, variable_name, value_name, value_type: None })
        })
    }

    /// Another name for [`LazyFrame::unpivot`].
    #[track_caller]
    pub fn melt<O: Into<Name>, I: Into<Name>>(
        self,
        on: impl IntoIterator<Item = O>,
        index: impl IntoIterator<Item = I>,
    ) -> Self {
        self.unpivot(on, index)
    }

    /// Items of lists become rows: one row for each item of these columns, with the row's other values beside it. A null
    /// or empty list gives one row with null. Several columns are exploded side by side; in each row their lists have the
    /// same number of items. Row order stays.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let sales = df! { "shop" => ["x", "y", "x", "x"], "price" => [3, 9, 5, 4] }?;
    /// let best = sales
    ///     .lazy()
    ///     .group_by("shop")
    ///     .agg(col("price").top_k(2))
    ///     .explode(["price"])
    ///     .collect()?;
    /// assert_eq!(best, df! { "shop" => ["x", "x", "y"], "price" => [5, 4, 9] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn explode<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.then(|input| Node::Explode(Explode { input, columns, drop_empty: false }))
    }

    /// The fields of these struct columns as columns, in their place; null where a struct is.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let points = df! { "x" => [1, 2], "y" => [3, 4] }?.lazy().select([as_struct(["x", "y"]).alias("point")]);
    /// assert_eq!(points.unnest(["point"]).collect()?, df! { "x" => [1, 2], "y" => [3, 4] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn unnest<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.select(Expr::Selector(Selector::Unnested(columns)))
    }

    /// As [`LazyFrame::explode`], but an empty list gives no row.
    #[track_caller]
    pub fn explode_non_empty<N: Into<Name>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.then(|input| Node::Explode(Explode { input, columns, drop_empty: true }))
    }

    /// A column of 0 and 1 for each value of these columns, in place of them, called `{column}_{value}`: 1 where the row has
    /// it. A first pass over the data finds the values; the new columns come by value, null last. No names: all columns.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let frame = df! { "id" => [1, 2, 3], "size" => [Some(10), Some(9), None] }?;
    /// assert_eq!(frame.lazy().to_dummies(["size"]).collect()?, df! {
    ///     "id" => [1, 2, 3], "size_9" => [0u8, 1, 0], "size_10" => [1u8, 0, 0], "size_null" => [0u8, 0, 1],
    /// }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn to_dummies(self, args: impl Into<DummiesArgs>) -> Self {
        let args = args.into();
        let first = args.clone();
        self.written_after(
            "to_dummies",
            move |frame, schema| {
                let columns = names_or_all(schema, &first.columns)?;
                Ok(columns
                    .into_iter()
                    .map(|name| frame.clone().select(col(name.clone())).unique().sort(col(name)))
                    .collect())
            },
            move |frame, schema, values| dummies(frame, schema, values, &args),
        )
    }

    /// Rows become columns and columns rows. The values come as the one type that holds all of them; no such type is an
    /// error. The first pass reads all rows into memory.
    ///
    /// ```
    /// use lazuli::prelude::*;
    /// use lazuli::TransposeArgs;
    ///
    /// let frame = df! { "year" => ["2023", "2024"], "sold" => [3, 4], "made" => [5, 6] }?;
    /// let args = TransposeArgs { header: Some("what".into()), names_from: Some("year".into()), ..TransposeArgs::default() };
    /// let out = frame.lazy().transpose(args).collect()?;
    /// assert_eq!(out, df! { "what" => ["sold", "made"], "2023" => [3, 5], "2024" => [4, 6] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn transpose(self, args: TransposeArgs) -> Self {
        let first = args.clone();
        self.written_after(
            "transpose",
            move |frame, schema| {
                let names = transposed_names(schema, &first)?;
                let row = fresh("row", &[schema]);
                let numbered = frame.clone().with_row_index(row.clone(), 0);
                let values = if names.is_empty() {
                    numbered.select(col(row.clone()).alias("value")).head(0)
                } else {
                    numbered.select(cells(&names, &row)).unpivot(names, [row])
                };
                let mut queries = vec![values.select("value"), frame.clone().select(len())];
                queries.extend(first.names_from.as_ref().map(|name| frame.select(col(name.clone()))));
                Ok(queries)
            },
            move |_, schema, answers| transposed(schema, answers, &args),
        )
    }

    /// Long columns cut into pieces that stand side by side, called `{column}_0`, `{column}_1`, ...: `step` rows of the
    /// result if they run downwards, `step` columns for each if they run across; null where there are not enough. No names:
    /// all columns. A first pass counts the rows.
    ///
    /// ```
    /// use lazuli::prelude::*;
    /// use lazuli::UnstackOrder;
    ///
    /// let frame = df! { "a" => [1, 2, 3] }?;
    /// let out = frame.lazy().unstack(2, UnstackOrder::Down, ["a"]).collect()?;
    /// assert_eq!(out, df! { "a_0" => [1, 2], "a_1" => [Some(3), None] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn unstack<N: Into<Name>>(
        self,
        step: usize,
        order: UnstackOrder,
        columns: impl IntoIterator<Item = N>,
    ) -> Self {
        let columns: Vec<Name> = columns.into_iter().map(Into::into).collect();
        self.written_after(
            "unstack",
            |frame, _| Ok(vec![frame.select(len())]),
            move |frame, schema, counts| {
                let num_rows = match counts.first().map(|count| count.get(0, 0)) {
                    Some(Scalar::Int64(rows)) => rows,
                    _ => 0,
                };
                unstacked(frame, schema, (step, order), num_rows, &columns)
            },
        )
    }
}

/// Which columns [`LazyFrame::to_dummies`] takes, and what it makes of them. The names of the columns alone are enough where
/// nothing else is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DummiesArgs {
    columns: Vec<Name>,
    separator: String,
    drop_first: bool,
    drop_nulls: bool,
}

impl DummiesArgs {
    /// These columns; all if there are none.
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { columns, separator: "_".into(), drop_first: false, drop_nulls: false }
    }

    /// What stands between column and value in the new names; `_` if not said.
    pub fn separator(self, separator: impl Into<String>) -> Self {
        Self { separator: separator.into(), ..self }
    }

    /// No column for the first value of each, which then is that of rows with 0 in all others.
    pub fn drop_first(self) -> Self {
        Self { drop_first: true, ..self }
    }

    /// No column for null.
    pub fn drop_nulls(self) -> Self {
        Self { drop_nulls: true, ..self }
    }
}

impl<N: Into<Name>, const K: usize> From<[N; K]> for DummiesArgs {
    fn from(columns: [N; K]) -> Self {
        Self::new(columns)
    }
}

fn dummies(frame: LazyFrame, schema: &Schema, values: &[DataFrame], args: &DummiesArgs) -> Written {
    let columns = names_or_all(schema, &args.columns)?;
    let mut exprs = Vec::new();
    for name in schema.names() {
        let Some(place) = columns.iter().position(|column| column == name) else {
            exprs.push(col(name.clone()));
            continue;
        };
        let values = values[place].rows().filter_map(|row| row.into_iter().next());
        let wanted = values.filter(|value| !(args.drop_nulls && value.is_null()));
        exprs.extend(wanted.skip(usize::from(args.drop_first)).map(|value| {
            let title = format!("{name}{}{value}", args.separator);
            let is_it = match value {
                Scalar::Null => col(name.clone()).is_null(),
                value => {
                    let data_type =
                        schema.get(name).map(|field| field.data_type().clone()).unwrap_or_default();
                    let literal = Expr::Literal(Literal { value, data_type, flexible: false });
                    col(name.clone()).eq(literal).fill_null(false)
                }
            };
            is_it.cast(lazuli_array::DataType::UInt8).alias(title)
        }));
    }
    Ok(frame.select(exprs))
}

/// What the columns and rows are called after [`LazyFrame::transpose`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransposeArgs {
    /// A first column of this name, with the names that the columns had.
    pub header: Option<Name>,
    /// The column of texts that names the new columns; it is not among the rows. `column_0`, `column_1`, ... if neither this
    /// nor `names` is given.
    pub names_from: Option<Name>,
    /// The names of the new columns, one for each row.
    pub names: Option<Vec<Name>>,
}

/// The columns that become rows.
fn transposed_names(
    schema: &Schema,
    args: &TransposeArgs,
) -> std::result::Result<Vec<Name>, lazuli_plan::PlanMistake> {
    require(schema, args.names_from.as_slice())?;
    Ok(schema.names().filter(|name| Some(*name) != args.names_from.as_ref()).cloned().collect())
}

fn cells(names: &[Name], row: &Name) -> Vec<Expr> {
    names.iter().chain([row]).map(|name| col(name.clone())).collect()
}

/// The columns from the values of all cells, one old column after the other.
fn transposed(schema: &Schema, answers: &[DataFrame], args: &TransposeArgs) -> Written {
    let failed = |error: lazuli_array::ArrayError| invalid(error.to_string());
    let names = transposed_names(schema, args)?;
    let values = answers[0].column_at(0);
    let cells: Vec<Scalar> = values.iter().collect();
    let num_rows = match answers[1].get(0, 0) {
        Scalar::Int64(rows) => usize::try_from(rows).unwrap_or(0),
        _ => 0,
    };
    let titles: Vec<Name> = match (&args.names, answers.get(2)) {
        (Some(names), _) => names.clone(),
        (None, Some(titles)) => titles.column_at(0).iter().map(|value| value.to_string().into()).collect(),
        (None, None) => (0..num_rows).map(|row| format!("column_{row}").into()).collect(),
    };
    if titles.len() != num_rows {
        return Err(invalid(format!("{} names for {num_rows} columns", titles.len())));
    }
    let mut columns = Vec::with_capacity(num_rows + 1);
    if let Some(header) = &args.header {
        columns.push(Series::from_iter(header.clone(), names.iter().map(Name::as_str)));
    }
    for (row, title) in titles.into_iter().enumerate() {
        let of_row = (0..names.len()).map(|column| cells[column * num_rows + row].clone());
        let column = lazuli_array::Column::from_scalars(values.data_type(), of_row).map_err(failed)?;
        columns.push(Series::new(title, column));
    }
    Ok(DataFrame::try_new(columns).map_err(failed)?.lazy())
}

/// In which direction [`LazyFrame::unstack`] lays out a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnstackOrder {
    /// Downwards, then on to the next column.
    Down,
    /// Across, then on to the next row.
    Across,
}

fn unstacked(
    frame: LazyFrame,
    schema: &Schema,
    (step, order): (usize, UnstackOrder),
    num_rows: i64,
    columns: &[Name],
) -> Written {
    let columns = names_or_all(schema, columns)?;
    let Some(step) = i64::try_from(step).ok().filter(|step| *step > 0) else {
        return Err(invalid(format!("pieces of {step} rows")));
    };
    let (row, piece) = (fresh("row", &[schema]), fresh("piece", &[schema]));
    let pieces = (num_rows + step - 1) / step;
    let (height, width) = match order {
        UnstackOrder::Down => (step, pieces.max(1)),
        UnstackOrder::Across => (pieces, step),
    };
    let number = || col(row.clone());
    let (down, across) = match order {
        UnstackOrder::Down => (number() % step, number().floor_div(step)),
        UnstackOrder::Across => (number().floor_div(step), number() % step),
    };
    let placed = frame
        .with_row_index(row.clone(), 0)
        .with_columns([down.alias(row.clone()), across.alias(piece.clone())]);
    let wide = placed
        .pivot([piece])
        .index([row.clone()])
        .values(columns.clone())
        .columns(0..width)
        .agg(element().first());
    let rows = DataFrame::try_new(vec![Series::from_iter(row.clone(), 0..height)]);
    let rows = rows.map_err(|error| invalid(error.to_string()))?.lazy();
    let made = |name: &Name, piece: i64| match columns.len() {
        1 => col(piece.to_string()).alias(format!("{name}_{piece}")),
        _ => col(format!("{name}_{piece}")),
    };
    let exprs: Vec<Expr> = columns
        .iter()
        .flat_map(|name| (0..width).map(move |piece| (name, piece)))
        .map(|(name, piece)| made(name, piece))
        .collect();
    Ok(rows.join(wide, col(row.clone()), col(row), JoinType::Left).select(exprs))
}
