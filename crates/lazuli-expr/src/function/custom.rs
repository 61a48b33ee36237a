//! Functions that the user brings as closures: `map_batches` over columns, `map_elements` over values, `inspect` to look at
//! columns.
//!
//! A closure is asked for parts of the frame, in any order and from several threads, so it has to work row by row: the
//! value of a row may depend on that row only. It says what type comes out, because a plan is typed before anything runs;
//! what it gives is checked against that.

use std::fmt;
use std::sync::Arc;

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::KernelError;

use crate::evaluate::Value;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs};

/// Rows in, as many rows out, or a message.
type Function = dyn Fn(&[Column]) -> Result<Column, String> + Send + Sync;

struct Custom {
    name: &'static str,
    function: Box<Function>,
    output: DataType,
}

impl Custom {
    fn checked(&self, columns: &[Column], rows: usize) -> Result<Column, KernelError> {
        let failed = |reason: String| KernelError::Custom { function: self.name.into(), reason };
        let column = (self.function)(columns).map_err(failed)?;
        if column.len() != rows {
            return Err(failed(format!("it gave {} rows for {rows}", column.len())));
        }
        if *column.data_type() != self.output {
            let (promised, found) = (&self.output, column.data_type());
            return Err(failed(format!("it promised {promised} and gave {found}")));
        }
        Ok(column)
    }
}

impl ScalarFunction for Custom {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        if arguments.is_empty() {
            return Err(SignatureError::Expected("at least one column".into()));
        }
        Ok(Signature::unchanged(arguments, self.output.clone()))
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<_> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let columns: Vec<Column> = inputs.iter().map(|input| input.clone().into_column(rows)).collect();
        Ok(Value::from_result(self.checked(&columns, rows)?, &operands))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

/// A closure that looks at rows as they pass.
struct Inspect(Box<dyn Fn(&Column) + Send + Sync>);

impl ScalarFunction for Inspect {
    fn name(&self) -> &str {
        "inspect"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [of] => Ok(Signature::unchanged(arguments, of.data_type.clone())),
            _ => Err(SignatureError::Expected("one column".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let rows = if inputs[0].is_constant() { 1 } else { num_rows };
        (self.0)(&inputs[0].clone().into_column(rows));
        Ok(inputs[0].clone())
    }

    /// It is called where it is written, neither ahead of the query nor once for two.
    fn is_deterministic(&self) -> bool {
        false
    }
}

/// What `function` makes of the rows of several columns, a part of the frame at a time; it gives as many rows as it got, of
/// type `output`. Row by row: the value of a row may depend on that row only.
///
/// ```
/// use lazuli_array::{Column, DataType};
/// use lazuli_expr::function::map_batches;
/// use lazuli_kernels::add;
///
/// let sum = map_batches(
///     ["a", "b"],
///     |columns| add((&columns[0]).into(), (&columns[1]).into()),
///     DataType::Int64,
/// );
/// assert_eq!(sum.to_string(), "map_batches(a, b)");
/// ```
pub fn map_batches<E: fmt::Display>(
    exprs: impl IntoExprs,
    function: impl Fn(&[Column]) -> Result<Column, E> + Send + Sync + 'static,
    output: DataType,
) -> Expr {
    custom(
        "map_batches",
        exprs.into_exprs(),
        move |columns| function(columns).map_err(|error| error.to_string()),
        output,
    )
}

fn custom(
    name: &'static str,
    inputs: Vec<Expr>,
    function: impl Fn(&[Column]) -> Result<Column, String> + Send + Sync + 'static,
    output: DataType,
) -> Expr {
    let custom = Custom { name, function: Box::new(function), output };
    Expr::Function { function: FunctionRef::Custom(Arc::new(custom)), inputs }
}

impl Expr {
    /// What `function` makes of the rows, a part of the frame at a time; it gives as many rows as it got, of type
    /// `output`. Row by row: the value of a row may depend on that row only. For several columns see
    /// [`map_batches`](crate::function::map_batches).
    pub fn map_batches<E: fmt::Display>(
        self,
        function: impl Fn(&Column) -> Result<Column, E> + Send + Sync + 'static,
        output: DataType,
    ) -> Self {
        let function = move |columns: &[Column]| function(&columns[0]).map_err(|error| error.to_string());
        custom("map_batches", vec![self], function, output)
    }

    /// The same values, which `look` gets to see as they pass: a part of the frame at a time, in any order and from several
    /// threads; a constant as one row. Not called for a column that the query does not need.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let seen = col("a").inspect(|column| println!("{} rows", column.len())) * 2;
    /// assert_eq!(seen.to_string(), "inspect(a) * 2");
    /// ```
    pub fn inspect(self, look: impl Fn(&Column) + Send + Sync + 'static) -> Self {
        self.call(FunctionRef::Custom(Arc::new(Inspect(Box::new(look)))))
    }

    /// What `function` makes of each value, of type `output` or null; null stays null without being asked for. Far slower
    /// than an expression, since every value is wrapped and unwrapped.
    ///
    /// ```
    /// use lazuli_array::{DataType, Scalar};
    /// use lazuli_expr::col;
    ///
    /// let shout = col("name").map_elements(
    ///     |name| match name {
    ///         Scalar::String(name) => Scalar::from(name.to_uppercase()),
    ///         _ => Scalar::Null,
    ///     },
    ///     DataType::String,
    /// );
    /// assert_eq!(shout.to_string(), "map_elements(name)");
    /// ```
    pub fn map_elements(
        self,
        function: impl Fn(&Scalar) -> Scalar + Send + Sync + 'static,
        output: DataType,
    ) -> Self {
        let item = output.clone();
        let each = move |columns: &[Column]| {
            let values = (0..columns[0].len()).map(|row| match columns[0].get(row) {
                Scalar::Null => Scalar::Null,
                value => function(&value),
            });
            Column::from_scalars(&item, values).map_err(|error| error.to_string())
        };
        custom("map_elements", vec![self], each, output)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_kernels::Constant;

    use super::*;
    use crate::col;

    fn run(expr: Expr, inputs: &[Value], rows: usize) -> Result<Value, String> {
        let Expr::Function { function, .. } = expr else { panic!("a call") };
        function.evaluate(inputs, rows).map_err(|error| error.to_string())
    }

    #[test]
    fn values_and_columns() {
        let numbers = Value::Column(Column::from_values([Some(1i64), None, Some(3)].into_iter()));
        let double = || {
            col("a").map_elements(
                |value| match value {
                    Scalar::Int64(value) => Scalar::Float64(*value as f64 * 2.0),
                    _ => Scalar::Boolean(true),
                },
                DataType::Float64,
            )
        };
        let expected = Column::from_values([Some(2.0), None, Some(6.0)].into_iter());
        assert_eq!(run(double(), std::slice::from_ref(&numbers), 3), Ok(expected.into()));
        let constant = Value::Constant(Constant::from_scalar(&Scalar::Int64(2)));
        assert_eq!(run(double(), &[constant], 3), Ok(Constant::from_scalar(&Scalar::Float64(4.0)).into()));
        let negate = col("a").map_batches(lazuli_kernels::neg, DataType::Int64);
        let expected = Column::from_values([Some(-1i64), None, Some(-3)].into_iter());
        assert_eq!(run(negate, &[numbers], 3), Ok(expected.into()));
    }

    #[test]
    fn broken_promises_are_errors() {
        let numbers = Value::Column(Column::from_values([1i64, 2].into_iter()));
        let of = |function: fn(&Column) -> Result<Column, String>| {
            run(col("a").map_batches(function, DataType::Int64), std::slice::from_ref(&numbers), 2)
        };
        assert_eq!(
            of(|column| Ok(column.sliced(0, 1))),
            Err("map_batches failed: it gave 1 rows for 2".into())
        );
        assert_eq!(
            of(|column| Ok(Column::new_null(DataType::String, column.len()))),
            Err("map_batches failed: it promised Int64 and gave String".into())
        );
        assert_eq!(of(|_| Err("no".into())), Err("map_batches failed: no".into()));
        let wrong = col("a").map_elements(|_| Scalar::from("x"), DataType::Int64);
        assert!(run(wrong, &[numbers], 2).is_err_and(|error| error.starts_with("map_elements failed")));
    }

    #[test]
    fn columns_are_seen_and_stay() {
        use std::sync::Mutex;

        let seen: Arc<Mutex<Vec<usize>>> = Arc::default();
        let lengths = seen.clone();
        let look = move |column: &Column| {
            if let Ok(mut lengths) = lengths.lock() {
                lengths.push(column.len());
            }
        };
        let numbers = Value::Column(Column::from_values([Some(1i64), None].into_iter()));
        let constant = Value::Constant(Constant::from_scalar(&Scalar::Int64(2)));
        let expr = col("a").inspect(look);
        for input in [numbers, constant] {
            assert_eq!(run(expr.clone(), std::slice::from_ref(&input), 2), Ok(input));
        }
        assert_eq!(*seen.lock().unwrap(), [2, 1]);
    }
}
