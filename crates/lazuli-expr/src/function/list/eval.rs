//! `list.eval`, `list.agg` and `list.filter`: an expression over the items of each list.
//!
//! The expression reads a column `element`, the items of all lists of a batch. An aggregate in it is one of groups, each list
//! a group, and a window in it has the lists for partitions; the rest is row by row over the items, whatever their list.

use std::sync::Arc;

use lazuli_array::{Array, Batch, Column, DataType, Field, Name, PrimitiveArray, Schema};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::list::{self, Lists};
use lazuli_kernels::sort::{SortKey, sort_indices};
use lazuli_kernels::{KernelError, take_column};

use super::ListNamespace;
use super::aggregate::of_groups;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::evaluate::{Evaluator, Value};
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::typing::{Context, Typed, resolve};
use crate::{Expr, Literal, Window};

/// The name of the items in the expression.
const ELEMENT: &str = "element";

/// The items of each list, in the expression of [`ListNamespace::eval`], `agg` or `filter`; the values of one cell, in the
/// aggregate of a pivot.
///
/// ```
/// use lazuli_expr::{col, element};
///
/// assert_eq!(col("a").list().eval(element() * 2).to_string(), "list.eval(a, element * 2)");
/// ```
pub fn element() -> Expr {
    Expr::Column(ELEMENT.into())
}

/// What becomes of the values of the expression.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// They are the items of new lists.
    Eval,
    /// There is one for each list.
    Agg,
    /// They say which items stay.
    Filter,
}

/// An expression over the items of lists.
#[derive(Debug)]
struct Body {
    form: Form,
    body: Expr,
}

const FORMS: [(&str, Form); 3] =
    [("list.eval", Form::Eval), ("list.agg", Form::Agg), ("list.filter", Form::Filter)];

/// The call of `list.eval`, `list.agg` or `list.filter` with this expression; `None` for another name.
pub fn call_with_body(name: &str, list: Expr, body: Expr) -> Option<Expr> {
    let (_, form) = FORMS.iter().find(|(own, _)| *own == name)?;
    let function = FunctionRef::Custom(Arc::new(Body { form: *form, body }));
    Some(Expr::Function { function, inputs: vec![list] })
}

impl Body {
    fn typed(&self, item: &DataType) -> Result<Typed, SignatureError> {
        let schema = schema_of(vec![Field::new(ELEMENT, item.clone())]);
        resolve(&self.body, &schema, Context::Windows).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            SignatureError::InvalidArgument(errors.join("; "))
        })
    }
}

fn schema_of(fields: Vec<Field>) -> Schema {
    Schema::try_new(fields).expect("names made here are distinct")
}

impl ScalarFunction for Body {
    fn name(&self) -> &str {
        FORMS.iter().find(|(_, form)| *form == self.form).map_or("", |(name, _)| name)
    }

    fn body(&self) -> Option<&Expr> {
        Some(&self.body)
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [list] = arguments else { return Err(expected("a list and an expression over element()")) };
        let item = item_type(list).ok_or_else(|| expected("a list and an expression over element()"))?;
        let value = self.typed(&item)?;
        let output = match self.form {
            Form::Eval => list_of(value.data_type),
            Form::Agg if is_by_item(&value.expr) => {
                let reason =
                    "list.agg needs one value for each list, as an aggregate gives it; see list.eval";
                return Err(SignatureError::InvalidArgument(reason.into()));
            }
            Form::Agg => value.data_type,
            Form::Filter if matches!(value.data_type, DataType::Boolean | DataType::Null) => {
                list_of(item.clone())
            }
            Form::Filter => {
                let reason = format!("list.filter needs a condition, found {}", value.data_type);
                return Err(SignatureError::InvalidArgument(reason));
            }
        };
        Ok(Signature { inputs: vec![list_of(item)], output })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list.eval", inputs, num_rows, &|lists, _| {
            let Ok(Typed { expr, .. }) = self.typed(lists.items().data_type()) else {
                unreachable!("the signature typed the expression")
            };
            let by_item = is_by_item(&expr);
            // One value a list is what `agg` wants, and needs no spreading to the items.
            let values = Lifted::new(lists, &expr, by_item || self.form == Form::Filter).run(&expr)?;
            match self.form {
                Form::Eval if by_item => Ok(lists.with_items(values)),
                Form::Eval => Ok(lists.with_single(values)),
                Form::Agg => lists.masked(values),
                Form::Filter => match values.array() {
                    Array::Boolean(mask) => list::filter(lists, &mask.true_mask()),
                    _ => list::filter(lists, &lazuli_array::Bitmap::filled(false, values.len())),
                },
            }
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_deterministic(&self) -> bool {
        !self
            .body
            .has_part(|part| matches!(part, Expr::Function { function, .. } if !function.is_deterministic()))
    }
}

/// Whether an expression has a value for each item: it reads one outside of an aggregate, or is a window.
fn is_by_item(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::Over { .. } => true,
        Expr::Aggregate { .. } => false,
        other => other.children().into_iter().any(is_by_item),
    }
}

/// Aggregates and windows of an expression as columns beside the items, or beside the lists.
struct Lifted<'a> {
    lists: &'a Lists,
    /// The list of each item; none if nothing is about lists.
    item_rows: Vec<u32>,
    by_item: bool,
    columns: Vec<(Name, Column)>,
}

impl<'a> Lifted<'a> {
    fn new(lists: &'a Lists, expr: &Expr, by_item: bool) -> Self {
        let is_of_list = |part: &Expr| matches!(part, Expr::Aggregate { .. } | Expr::Over { .. });
        let item_rows = if expr.has_part(is_of_list) { lists.item_rows() } else { Vec::new() };
        let columns = if by_item { vec![(ELEMENT.into(), lists.items().clone())] } else { Vec::new() };
        Self { lists, item_rows, by_item, columns }
    }

    fn run(mut self, expr: &Expr) -> Result<Column, KernelError> {
        let expr = self.lift(expr)?;
        let rows = if self.by_item { self.lists.items().len() } else { self.lists.len() };
        let values = evaluated(&expr, std::mem::take(&mut self.columns), rows);
        values.map_err(|error| if self.by_item { self.lists.error_at_row(error) } else { error })
    }

    fn lift(&mut self, expr: &Expr) -> Result<Expr, KernelError> {
        let column = match expr {
            Expr::Aggregate { .. } => {
                let values = self.aggregate(expr, &self.item_rows, self.lists.len())?;
                if self.by_item { take_column(&values, &self.item_rows) } else { values }
            }
            Expr::Over { input, window } => self.over(input, window)?,
            other => return other.try_map_children(&mut |child| self.lift(child)),
        };
        let name: Name = format!("_{}", self.columns.len()).into();
        self.columns.push((name.clone(), column));
        Ok(Expr::Column(name))
    }

    fn schema(&self) -> Schema {
        schema_of(vec![Field::new(ELEMENT, self.lists.items().data_type().clone())])
    }

    /// A row by row expression over the items.
    fn over_items(&self, expr: &Expr) -> Result<Column, KernelError> {
        let items = self.lists.items();
        evaluated(expr, vec![(ELEMENT.into(), items.clone())], items.len())
            .map_err(|error| self.lists.error_at_row(error))
    }

    /// The arguments of a call: values of those that are columns, types and constants of all.
    fn arguments(
        &self,
        inputs: &[Expr],
        num_columns: usize,
    ) -> Result<(Vec<Column>, Vec<Known>), KernelError> {
        let columns = inputs
            .iter()
            .take(num_columns)
            .map(|input| self.over_items(input))
            .collect::<Result<Vec<_>, _>>()?;
        let known = inputs
            .iter()
            .enumerate()
            .map(|(index, input)| match (input, columns.get(index)) {
                (Expr::Literal(literal), _) => (literal.data_type.clone(), Some(literal.clone())),
                (_, Some(column)) => (column.data_type().clone(), None),
                // Its rows are counted, its values are not read, as by `len`.
                (input, None) => (crate::typing::data_type(input, &self.schema()), None),
            })
            .collect();
        Ok((columns, known))
    }

    fn aggregate(&self, call: &Expr, groups: &[u32], num_groups: usize) -> Result<Column, KernelError> {
        let Expr::Aggregate { aggregate, inputs } = call else {
            unreachable!("resolved around an aggregate")
        };
        let (columns, known) = self.arguments(inputs, aggregate.num_columns())?;
        of_groups(&**aggregate, &as_arguments(&known), &columns, groups, num_groups)
    }

    /// A window over each list, or over the partitions of each list: a value for each item.
    fn over(&self, call: &Expr, window: &Window) -> Result<Column, KernelError> {
        let rows = self.lists.items().len();
        let (mut ids, mut num_partitions) = (self.item_rows.clone(), self.lists.len());
        if !window.partition_by.is_empty() {
            let mut keys =
                vec![Column::new(DataType::UInt32, PrimitiveArray::from_vec(self.item_rows.clone()))];
            for key in &window.partition_by {
                keys.push(self.over_items(key)?);
            }
            let types: Vec<DataType> = keys.iter().map(|key| key.data_type().clone()).collect();
            let mut table = GroupTable::new(&types);
            table.insert(&keys, rows, &mut ids)?;
            num_partitions = table.len();
        }
        let mut order = None;
        if !window.order_by.is_empty() {
            let columns = window
                .order_by
                .iter()
                .map(|key| self.over_items(&key.expr))
                .collect::<Result<Vec<_>, _>>()?;
            let keys: Vec<SortKey<'_>> = columns
                .iter()
                .zip(&window.order_by)
                .map(|(column, key)| SortKey {
                    column,
                    descending: key.descending,
                    nulls_first: key.nulls_first,
                })
                .collect();
            order = Some(sort_indices(&keys, rows)?);
        }
        match call {
            Expr::WindowFunction { function, inputs } => {
                let (columns, known) = self.arguments(inputs, function.num_columns())?;
                let partitions = crate::window::Partitions::new(&ids, num_partitions, order.as_deref());
                function
                    .evaluate(&columns, &as_arguments(&known), &partitions)
                    .map_err(|error| self.lists.error_at_row(error))
            }
            call => Ok(take_column(&self.aggregate(call, &ids, num_partitions)?, &ids)),
        }
    }
}

/// The type of an argument, and its value if it is a constant.
type Known = (DataType, Option<Literal>);

fn as_arguments(known: &[Known]) -> Vec<Argument<'_>> {
    known.iter().map(|(data_type, literal)| Argument { data_type, literal: literal.as_ref() }).collect()
}

/// A row by row expression over columns.
fn evaluated(expr: &Expr, columns: Vec<(Name, Column)>, num_rows: usize) -> Result<Column, KernelError> {
    let fields = columns.iter().map(|(name, column)| Field::new(name.clone(), column.data_type().clone()));
    let schema = Arc::new(schema_of(fields.collect()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = Batch::new(schema, columns, num_rows);
    let value = Evaluator::new(expr, batch.schema()).evaluate(&batch).map_err(|error| error.source)?;
    Ok(value.into_column(num_rows))
}

impl ListNamespace {
    fn with_body(self, form: Form, body: Expr) -> Expr {
        let function = FunctionRef::Custom(Arc::new(Body { form, body }));
        Expr::Function { function, inputs: vec![self.0] }
    }

    /// An expression over the items of each list, [`element`], gives the items of a new list; an aggregate gives a list of
    /// one item.
    ///
    /// ```
    /// use lazuli_expr::{col, element};
    ///
    /// let shares = col("amounts").list().eval(element() / element().sum());
    /// assert_eq!(shares.to_string(), "list.eval(amounts, element / sum(element))");
    /// ```
    pub fn eval(self, body: impl Into<Expr>) -> Expr {
        self.with_body(Form::Eval, body.into())
    }

    /// An aggregate of the items of each list, [`element`]: one value for each.
    ///
    /// ```
    /// use lazuli_expr::{col, element};
    ///
    /// let range = col("a").list().agg(element().max() - element().min());
    /// assert_eq!(range.to_string(), "list.agg(a, max(element) - min(element))");
    /// ```
    pub fn agg(self, body: impl Into<Expr>) -> Expr {
        self.with_body(Form::Agg, body.into())
    }

    /// The items of each list for which a condition over [`element`] is true.
    ///
    /// ```
    /// use lazuli_expr::{col, element};
    ///
    /// let large = col("a").list().filter(element().gt(10));
    /// assert_eq!(large.to_string(), "list.filter(a, element > 10)");
    /// ```
    pub fn filter(self, condition: impl Into<Expr>) -> Expr {
        self.with_body(Form::Filter, condition.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use super::*;
    use crate::{col, lit};

    #[test]
    fn items_are_rows() {
        assert_eq!(show(a().eval(element() * 2)), "[2,4,4,-] [] - [6,2]");
        assert_eq!(show(a().eval(element() - element().min())), "[0,1,1,-] [] - [2,0]");
        assert_eq!(show(a().eval(element().cum_sum())), "[1,3,5,-] [] - [3,4]");
        assert_eq!(show(a().eval(element().sum())), "[5] [0] - [4]");
        assert_eq!(show(a().eval(element().sum().over([element()]))), "[1,4,4,0] [] - [3,1]");
        assert_eq!(show(col("s").list().eval(element().is_null())), "[false,true,false] [] - [false]");
    }

    #[test]
    fn aggregates_give_one_value() {
        assert_eq!(show(a().agg(element().sum())), "5 0 - 4");
        assert_eq!(show(a().agg((element() * element()).sum() + element().len())), "13 0 - 12");
        assert_eq!(show(a().agg(lit(1))), "1 1 - 1");
        assert!(show(a().agg(element() + 1)).contains("list.agg needs one value for each list"));
    }

    #[test]
    fn conditions_choose_items() {
        assert_eq!(show(a().filter(element().gt(1))), "[2,2] [] - [3]");
        assert_eq!(show(a().filter(element().eq(element().max()))), "[2,2] [] - [3]");
        assert_eq!(show(a().filter(element().is_null())), "[-] [] - []");
        assert_eq!(show(a().filter(lit(None::<bool>))), "[] [] - []");
        assert!(show(a().filter(element() + 1)).contains("list.filter needs a condition"));
    }

    #[test]
    fn mistakes_inside_are_told() {
        assert!(show(a().eval(col("b") + 1)).contains("column not found: b"));
        assert!(show(col("n").list().eval(element())).contains("list.eval takes a list and an expression"));
        let error = show(a().eval(element() * i64::MAX));
        assert!(error.contains("overflow in * at row 0"), "{error}");
    }

    #[test]
    fn equal_expressions_make_equal_calls() {
        assert_eq!(a().eval(element() + 1), a().eval(element() + 1));
        assert_ne!(a().eval(element() + 1), a().eval(element() + 2));
        assert_ne!(a().eval(element().sum()), a().agg(element().sum()));
    }
}
