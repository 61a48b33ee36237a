//! The walk: checks an expression against a schema and writes its casts.

use std::sync::Arc;

use lazuli_array::{DataType, Scalar, Schema};
use lazuli_kernels::cast;

use super::literal::{self, Adapted};
use super::{cast_to, expand::column_not_found, operands};
use crate::aggregate::{AggregateRef, COUNT, FILTER, IMPLODE, LEN, SLICE};
use crate::function::math::{BITWISE_NOT, bitwise_of_operator};
use crate::function::{Argument, FunctionRef, Signature, SignatureError, each_aggregate, each_window};
use crate::supertype::supertype;
use crate::{BinaryOperator, Expr, Literal, SortKey, TypeError, UnaryOperator, Window, WindowMapping};

/// A resolved expression and its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The expression with its casts.
    pub expr: Expr,
    /// Its type.
    pub data_type: DataType,
}

/// What may stand in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Row by row values only; the words say where, for the message.
    RowByRow(&'static str),
    /// Aggregates too, but not inside one another.
    Aggregation,
    /// Aggregates and windows too, but not inside one another.
    Windows,
    /// As `Windows`; a list that stands for rows is typed as one of its items, as it will be spread out to rows.
    Rows,
    /// What stands inside `over`: aggregates and window functions.
    Over,
}

/// Where the arguments of an aggregate stand.
const INSIDE_AGGREGATE: Context = Context::RowByRow("an aggregate");

/// Where the arguments of a window function stand.
const INSIDE_WINDOW: Context = Context::RowByRow("a window function");

/// Checks `expr` against `schema` and writes the casts that make its operands fit.
///
/// Selectors must have been expanded. Resolving twice changes nothing.
///
/// # Errors
/// All mistakes, in the order in which they are written.
pub fn resolve(expr: &Expr, schema: &Schema, context: Context) -> Result<Typed, Vec<TypeError>> {
    let mut resolver = Resolver { schema, errors: Vec::new() };
    match resolver.resolve(expr, context) {
        Some(typed) if resolver.errors.is_empty() => Ok(typed),
        _ => Err(resolver.errors),
    }
}

struct Resolver<'a> {
    schema: &'a Schema,
    errors: Vec<TypeError>,
}

impl Resolver<'_> {
    fn fail(&mut self, error: TypeError) -> Option<Typed> {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
        None
    }

    /// The typed expression, or `None` after noting at least one error. All parts are looked at, so that one mistake
    /// does not hide another.
    fn resolve(&mut self, expr: &Expr, context: Context) -> Option<Typed> {
        match expr {
            Expr::Column(name) => match self.schema.get(name) {
                Some(field) => Some(Typed { expr: expr.clone(), data_type: field.data_type().clone() }),
                None => self.fail(column_not_found(name, self.schema)),
            },
            Expr::Literal(literal) => {
                Some(Typed { expr: expr.clone(), data_type: literal.data_type.clone() })
            }
            Expr::Selector(selector) => self.fail(TypeError::InvalidArgument {
                expr: selector.to_string(),
                reason: "several columns where one is needed".into(),
            }),
            Expr::Alias { input, name } => {
                let input = self.resolve(input, context)?;
                let expr = Expr::Alias { input: Arc::new(input.expr), name: name.clone() };
                Some(Typed { expr, data_type: input.data_type })
            }
            Expr::Binary { left, operator, right } => self.binary(expr, left, *operator, right, context),
            Expr::Unary { operator, input } => self.unary(expr, *operator, input, context),
            Expr::Function { function, inputs } => {
                let typed = self.all(inputs, context)?;
                let typed = if function.adapts_constants() { adapt_all(typed) } else { typed };
                let signature = function.signature(&arguments(&typed));
                let (inputs, output) = self.call(expr, function.name(), typed, signature)?;
                Some(Typed { expr: Expr::Function { function: function.clone(), inputs }, data_type: output })
            }
            Expr::Cast { input, to, mode } => {
                let input = self.resolve(input, context)?;
                if !cast::can_cast(&input.data_type, to) {
                    let from = input.data_type;
                    return self.fail(TypeError::NoCast { expr: expr.to_string(), from, to: to.clone() });
                }
                let expr = Expr::Cast { input: Arc::new(input.expr), to: to.clone(), mode: *mode };
                Some(Typed { expr, data_type: to.clone() })
            }
            Expr::Conditional { branches, otherwise } => {
                self.conditional(expr, branches, otherwise.as_deref(), context)
            }
            Expr::Aggregate { aggregate, inputs } => {
                if let Some(simpler) = without_filter(aggregate, inputs) {
                    return self.resolve(&simpler, context);
                }
                match context {
                    INSIDE_AGGREGATE => {
                        return self.fail(TypeError::NestedAggregate { expr: expr.to_string() });
                    }
                    Context::RowByRow(place) => {
                        return self.fail(TypeError::MisplacedAggregate { expr: expr.to_string(), place });
                    }
                    Context::Aggregation | Context::Windows | Context::Rows | Context::Over => {}
                }
                if inputs.first().is_some_and(Expr::gives_rows) {
                    return self.of_each(expr, each_aggregate(aggregate), inputs, context);
                }
                let typed = self.all(inputs, INSIDE_AGGREGATE)?;
                let signature = aggregate.signature(&arguments(&typed));
                let (inputs, output) = self.call(expr, aggregate.name(), typed, signature)?;
                let expr = Expr::Aggregate { aggregate: aggregate.clone(), inputs };
                Some(in_context(Typed { expr, data_type: output }, context))
            }
            Expr::WindowFunction { function, inputs } => {
                if inputs.first().is_some_and(Expr::gives_rows) {
                    return self.of_each(expr, each_window(function), inputs, context);
                }
                self.may_be_window(expr, context)?;
                let typed = self.all(inputs, INSIDE_WINDOW)?;
                let signature = function.signature(&arguments(&typed));
                let (inputs, output) = self.call(expr, function.name(), typed, signature)?;
                let call = Expr::WindowFunction { function: function.clone(), inputs };
                Some(match context {
                    // Which window it is over is known around the whole: that of its `over`, or the group's rows.
                    Context::Over | INSIDE_AGGREGATE | INSIDE_WINDOW => {
                        Typed { expr: call, data_type: output }
                    }
                    // All of a group's values.
                    Context::Aggregation => Typed {
                        expr: Expr::Aggregate { aggregate: IMPLODE, inputs: vec![call] },
                        data_type: DataType::List(Box::new(output)),
                    },
                    _ => Typed { expr: call.pushed_over(&Arc::default()), data_type: output },
                })
            }
            Expr::Over { input, window } => self.over(expr, input, window, context),
        }
    }

    /// An aggregate or a window function of the rows that another aggregate gives: of each of its lists.
    fn of_each(
        &mut self,
        expr: &Expr,
        function: Option<FunctionRef>,
        inputs: &[Expr],
        context: Context,
    ) -> Option<Typed> {
        let inner = match context {
            Context::Rows => Context::Windows,
            INSIDE_AGGREGATE => return self.fail(TypeError::NestedAggregate { expr: expr.to_string() }),
            other => other,
        };
        let lists = self.resolve(&inputs[0], inner);
        let constants = self.all(&inputs[1..], Context::RowByRow("a constant"));
        let (lists, constants) = (lists?, constants?);
        let Some(function) = function else {
            return self.fail(TypeError::InvalidArgument {
                expr: expr.to_string(),
                reason: "rows that an aggregate gives can't stand beside another column".into(),
            });
        };
        let lists = Typed { expr: lists.expr.without_alias().clone(), ..lists };
        let typed: Vec<Typed> = std::iter::once(lists).chain(constants).collect();
        let signature = function.signature(&arguments(&typed));
        let (inputs, data_type) = self.call(expr, function.name(), typed, signature)?;
        Some(in_context(Typed { expr: Expr::Function { function, inputs }, data_type }, context))
    }

    /// Notes an error if no window may stand there.
    fn may_be_window(&mut self, expr: &Expr, context: Context) -> Option<()> {
        let is_function = matches!(expr, Expr::WindowFunction { .. });
        let error = match context {
            Context::Windows | Context::Rows | Context::Over => return Some(()),
            INSIDE_AGGREGATE | INSIDE_WINDOW | Context::Aggregation if is_function => return Some(()),
            INSIDE_AGGREGATE | INSIDE_WINDOW => TypeError::NestedWindow { expr: expr.to_string() },
            Context::RowByRow(place) => TypeError::MisplacedWindow { expr: expr.to_string(), place },
            Context::Aggregation => {
                TypeError::MisplacedWindow { expr: expr.to_string(), place: "the aggregates of groups" }
            }
        };
        self.fail(error);
        None
    }

    /// The window goes to the aggregates and window functions inside; what is there besides is row by row, over all rows
    /// as over those of a partition.
    ///
    /// Where the results do not go to their rows, they are written as a list of the partition:
    ///
    /// ```text
    /// (a - mean(a)) over (partition by k join)      =>   implode(a - mean(a) over (..)) over (partition by k)
    /// (a - mean(a)) over (partition by k explode)   =>   slice(a - mean(a) over (..), 0) over (partition by k explode)
    /// head(a) over (partition by k explode)         =>   itself: as it would be among the aggregates of a group
    /// ```
    fn over(&mut self, expr: &Expr, input: &Expr, window: &Window, context: Context) -> Option<Typed> {
        if context == Context::Over {
            return self.fail(TypeError::NestedWindow { expr: expr.to_string() });
        }
        self.may_be_window(expr, context)?;
        let explodes = window.mapping == WindowMapping::Explode;
        if explodes && context != Context::Rows {
            return self.fail(TypeError::InvalidArgument {
                expr: expr.to_string(),
                reason: "results of partitions one after the other are rows of their own: they stand in select or \
                         with_columns, and no window or aggregate is made of them"
                    .into(),
            });
        }
        let are_of_rows = window.mapping != WindowMapping::GroupToRows && has_values_of_rows(input);
        let inside = if explodes && !are_of_rows { Context::Aggregation } else { Context::Over };
        let input = self.resolve(input, inside);
        let partition_by = self.all(&window.partition_by, Context::RowByRow("the keys of a window"));
        let order: Vec<Expr> = window.order_by.iter().map(|key| key.expr.clone()).collect();
        let order_by = self.all(&order, Context::RowByRow("the order of a window"));
        let (input, partition_by, order_by) = (input?, partition_by?, order_by?);
        let value = |typed: Typed| typed.expr.without_alias().clone();
        let window = Window {
            partition_by: partition_by.into_iter().map(value).collect(),
            order_by: order_by
                .into_iter()
                .zip(&window.order_by)
                .map(|(typed, key)| SortKey { expr: value(typed), ..key.clone() })
                .collect(),
            mapping: WindowMapping::GroupToRows,
        };
        let to_rows = Arc::new(window);
        let data_type = input.data_type.clone();
        let list = || DataType::List(Box::new(data_type.clone()));
        let all_of = |aggregate: AggregateRef, rest: Option<Expr>| {
            let values = input.expr.pushed_over(&to_rows).without_alias().clone();
            Expr::Aggregate { aggregate, inputs: std::iter::once(values).chain(rest).collect() }
        };
        Some(match (explodes, are_of_rows) {
            (false, false) => Typed { expr: input.expr.pushed_over(&to_rows), data_type },
            (false, true) => Typed { expr: all_of(IMPLODE, None).pushed_over(&to_rows), data_type: list() },
            (true, _) => {
                let (made, data_type) = match (are_of_rows, data_type) {
                    (true, item) => (all_of(SLICE, Some(Expr::from(0i64))), item),
                    (false, DataType::List(item)) if input.expr.gives_rows() => (value(input), *item),
                    (false, one) => (value(input), one),
                };
                let window = Window { mapping: WindowMapping::Explode, ..(*to_rows).clone() };
                Typed { expr: Expr::Over { input: Arc::new(made), window: Arc::new(window) }, data_type }
            }
        })
    }

    fn all(&mut self, exprs: &[Expr], context: Context) -> Option<Vec<Typed>> {
        let typed: Vec<Option<Typed>> = exprs.iter().map(|expr| self.resolve(expr, context)).collect();
        typed.into_iter().collect()
    }

    fn call(
        &mut self,
        expr: &Expr,
        name: &str,
        typed: Vec<Typed>,
        signature: Result<Signature, SignatureError>,
    ) -> Option<(Vec<Expr>, DataType)> {
        match signature {
            Ok(signature) => {
                debug_assert_eq!(signature.inputs.len(), typed.len(), "{name} types all of its arguments");
                let inputs = typed
                    .into_iter()
                    .zip(&signature.inputs)
                    .map(|(typed, to)| cast_to(typed.expr, &typed.data_type, to))
                    .collect();
                Some((inputs, signature.output))
            }
            Err(error) => {
                let expr = expr.to_string();
                self.fail(match error {
                    SignatureError::Expected(expected) => TypeError::UnsupportedInput {
                        expr,
                        function: name.to_string(),
                        expected,
                        found: typed.into_iter().map(|typed| typed.data_type).collect(),
                    },
                    SignatureError::InvalidArgument(reason) => TypeError::InvalidArgument { expr, reason },
                });
                None
            }
        }
    }

    fn binary(
        &mut self,
        expr: &Expr,
        left: &Expr,
        operator: BinaryOperator,
        right: &Expr,
        context: Context,
    ) -> Option<Typed> {
        let (left, right) = (self.resolve(left, context), self.resolve(right, context));
        let (left, right) = (left?, right?);
        let adapted_left = self.adapt(expr, left.clone(), &right.data_type)?;
        let right = self.adapt(expr, right, &left.data_type)?;
        let left = adapted_left;
        // `&`, `|` and `^` of integers are about their bits.
        if operator.is_logical() && left.data_type.is_integer() && right.data_type.is_integer() {
            let function = bitwise_of_operator(operator).expect("logical operators have their bitwise form");
            let signature = function.signature(&arguments(&[left.clone(), right.clone()]));
            let (inputs, output) = self.call(expr, function.name(), vec![left, right], signature)?;
            return Some(Typed { expr: Expr::Function { function, inputs }, data_type: output });
        }
        let Some(types) = operands::operands(operator, &left.data_type, &right.data_type) else {
            return self.fail(TypeError::OperandMismatch {
                expr: expr.to_string(),
                operator: operator.to_string(),
                left: left.data_type,
                right: right.data_type,
            });
        };
        let expr = Expr::Binary {
            left: Arc::new(cast_to(left.expr, &left.data_type, &types.left)),
            operator,
            right: Arc::new(cast_to(right.expr, &right.data_type, &types.right)),
        };
        Some(Typed { expr, data_type: types.output })
    }

    /// A flexible constant in the form that the other side's type asks for; anything else as it is.
    fn adapt(&mut self, expr: &Expr, side: Typed, other: &DataType) -> Option<Typed> {
        let Expr::Literal(literal) = &side.expr else { return Some(side) };
        match literal::adapted(literal, other) {
            Adapted::To(literal) => Some(of_literal(literal)),
            Adapted::Unchanged => Some(side),
            Adapted::Unreadable => self.fail(TypeError::InvalidLiteral {
                expr: expr.to_string(),
                value: literal.to_string(),
                data_type: other.clone(),
            }),
        }
    }

    fn unary(
        &mut self,
        expr: &Expr,
        operator: UnaryOperator,
        input: &Expr,
        context: Context,
    ) -> Option<Typed> {
        let input = self.resolve(input, context)?;
        if operator == UnaryOperator::Not && input.data_type.is_integer() {
            let expr = Expr::Function { function: BITWISE_NOT, inputs: vec![input.expr] };
            return Some(Typed { expr, data_type: input.data_type });
        }
        let to = match (operator, &input.data_type) {
            (UnaryOperator::Not, DataType::Boolean | DataType::Null) => Some(DataType::Boolean),
            (UnaryOperator::Negate, DataType::UInt8) => Some(DataType::Int16),
            (UnaryOperator::Negate, DataType::UInt16) => Some(DataType::Int32),
            (UnaryOperator::Negate, DataType::UInt32 | DataType::UInt64) => Some(DataType::Int64),
            (UnaryOperator::Negate, number) if number.is_numeric() => Some(number.clone()),
            (UnaryOperator::Negate, DataType::Duration(unit)) => Some(DataType::Duration(*unit)),
            (UnaryOperator::Not | UnaryOperator::Negate, _) => None,
        };
        let Some(to) = to else {
            let (function, expected) = match operator {
                UnaryOperator::Not => ("not", "a Boolean"),
                UnaryOperator::Negate => ("-", "a number or a duration"),
            };
            return self.fail(TypeError::UnsupportedInput {
                expr: expr.to_string(),
                function: function.into(),
                expected: expected.into(),
                found: vec![input.data_type],
            });
        };
        let input = Arc::new(cast_to(input.expr, &input.data_type, &to));
        Some(Typed { expr: Expr::Unary { operator, input }, data_type: to })
    }

    fn conditional(
        &mut self,
        expr: &Expr,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        context: Context,
    ) -> Option<Typed> {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in branches {
            conditions.push(self.condition(condition, context));
            values.push(self.resolve(value, context));
        }
        if let Some(otherwise) = otherwise {
            values.push(self.resolve(otherwise, context));
        }
        let conditions: Vec<Expr> = conditions.into_iter().collect::<Option<_>>()?;
        let values = adapt_all(values.into_iter().collect::<Option<Vec<_>>>()?);
        let mut common = DataType::Null;
        for value in &values {
            let Some(wider) = supertype(&common, &value.data_type) else {
                let (left, right) = (common, value.data_type.clone());
                return self.fail(TypeError::NoSupertype { expr: expr.to_string(), left, right });
            };
            common = wider;
        }
        let mut values: Vec<Expr> =
            values.into_iter().map(|value| cast_to(value.expr, &value.data_type, &common)).collect();
        let otherwise = if otherwise.is_some() { values.pop().map(Arc::new) } else { None };
        let expr = Expr::Conditional { branches: conditions.into_iter().zip(values).collect(), otherwise };
        Some(Typed { expr, data_type: common })
    }

    fn condition(&mut self, condition: &Expr, context: Context) -> Option<Expr> {
        let typed = self.resolve(condition, context)?;
        match typed.data_type {
            DataType::Boolean => Some(typed.expr),
            DataType::Null => Some(cast_to(typed.expr, &DataType::Null, &DataType::Boolean)),
            found => {
                self.fail(TypeError::NotBoolean { expr: condition.to_string(), found });
                None
            }
        }
    }
}

/// Whether there is a value for each row outside of aggregates.
fn has_values_of_rows(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::WindowFunction { .. } => true,
        Expr::Aggregate { .. } => false,
        other => other.children().into_iter().any(has_values_of_rows),
    }
}

/// Lists that stand for rows as their items, where rows are made of them.
fn in_context(typed: Typed, context: Context) -> Typed {
    match typed.data_type {
        DataType::List(item) if context == Context::Rows && typed.expr.gives_rows() => {
            Typed { data_type: *item, expr: typed.expr }
        }
        data_type => Typed { data_type, ..typed },
    }
}

/// An aggregate of filtered rows as one of all rows: null where the predicate is not true, if nulls change nothing.
fn without_filter(aggregate: &AggregateRef, inputs: &[Expr]) -> Option<Expr> {
    let (Expr::Aggregate { aggregate: inner, inputs: filtered }, rest) = inputs.split_first()? else {
        return None;
    };
    let [value, predicate] = filtered.as_slice() else { return None };
    if *inner != FILTER {
        return None;
    }
    let kept =
        |value: Expr| Expr::Conditional { branches: vec![(predicate.clone(), value)], otherwise: None };
    let call = |aggregate: AggregateRef, first: Expr| Expr::Aggregate {
        aggregate,
        inputs: std::iter::once(first).chain(rest.iter().cloned()).collect(),
    };
    if let Expr::Aggregate { aggregate: before_it, inputs: before } = value
        && let (true, [value, first]) = (*before_it == FILTER, before.as_slice())
    {
        let inputs = vec![value.clone(), first.clone().and(predicate.clone())];
        return Some(call(aggregate.clone(), Expr::Aggregate { aggregate: FILTER, inputs }));
    }
    if value.gives_rows() {
        return None;
    }
    if aggregate.skips_nulls() {
        return Some(call(aggregate.clone(), kept(value.clone())));
    }
    match (aggregate, rest) {
        (aggregate, []) if *aggregate == LEN => Some(call(COUNT, kept(Expr::from(true)))),
        (aggregate, [second]) if *aggregate == FILTER => {
            let inputs = vec![value.clone(), predicate.clone().and(second.clone())];
            Some(Expr::Aggregate { aggregate: FILTER, inputs })
        }
        _ => None,
    }
}

fn of_literal(literal: Literal) -> Typed {
    Typed { data_type: literal.data_type.clone(), expr: Expr::Literal(literal) }
}

/// Lets flexible constants among `typed` give way to the first argument that does not.
fn adapt_all(typed: Vec<Typed>) -> Vec<Typed> {
    let flexible = |typed: &Typed| matches!(&typed.expr, Expr::Literal(literal) if literal.flexible);
    let Some(anchor) = typed.iter().find(|typed| !flexible(typed)).map(|typed| typed.data_type.clone())
    else {
        return typed;
    };
    // Beside spans of time a text is a word of the function's own, such as the `1h` that `dt.truncate` takes.
    let is_word =
        |literal: &Literal| matches!((&literal.value, &anchor), (Scalar::String(_), DataType::Duration(_)));
    typed
        .into_iter()
        .map(|typed| match &typed.expr {
            Expr::Literal(literal) if is_word(literal) => typed,
            Expr::Literal(literal) => match literal::adapted(literal, &anchor) {
                Adapted::To(literal) => of_literal(literal),
                Adapted::Unchanged | Adapted::Unreadable => typed,
            },
            _ => typed,
        })
        .collect()
}

fn arguments(typed: &[Typed]) -> Vec<Argument<'_>> {
    typed
        .iter()
        .map(|typed| Argument {
            data_type: &typed.data_type,
            literal: match &typed.expr {
                Expr::Literal(literal) => Some(literal),
                _ => None,
            },
        })
        .collect()
}
