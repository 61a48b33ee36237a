//! `bin_by`: bins between edges that are computed from the data, and what is made of it: `qcut`, `bin_quantiles`, bins of
//! equal width.
//!
//! The edges are expressions beside the rows, quantiles for example, so they are computed once for all rows, or once for a
//! partition if the whole stands inside [`Expr::over`].

use std::collections::HashMap;
use std::sync::Arc;

use lazuli_array::{
    Array, Bitmap, Column, DataType, Dictionary, DictionaryArray, PrimitiveArray, Scalar, StringArray,
};
use lazuli_kernels::{Datum, KernelError, Value};

use super::bin_intervals::numbered;
use super::labels::{enum_of, interval, labels};
use super::labels_or_null;
use crate::Expr;
use crate::function::options::{constant, flag, literal};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Which of the intervals between ascending edges a number lies in; null for null and NaN, and where an edge is null.
///
/// Arguments: the number; labels, a constant list of one more than there are edges, or null; whether intervals hold their
/// lower end; what comes out without labels: the name of the interval if true, else its number from 0; whether edges may
/// equal one another; the edges.
#[derive(Debug)]
pub struct BinBy;

/// Arguments before the edges.
const NUM_OPTIONS: usize = 5;

/// What the constants say.
struct Plan {
    labels: Option<Arc<Dictionary>>,
    left_closed: bool,
    named: bool,
    may_repeat: bool,
}

impl Plan {
    fn of<'a>(
        constant: impl Fn(usize) -> Option<&'a Scalar>,
        num_arguments: usize,
    ) -> Result<Self, SignatureError> {
        let flag = |index: usize| {
            flag(constant(index), false)
                .ok_or_else(|| SignatureError::InvalidArgument("options are true or false".into()))
        };
        let labels = labels(constant(1), num_arguments + 1 - NUM_OPTIONS)?.map(|labels| enum_of(&labels));
        Ok(Self { labels, left_closed: flag(2)?, named: flag(3)?, may_repeat: flag(4)? })
    }

    fn output(&self) -> DataType {
        match &self.labels {
            Some(labels) => DataType::Enum(labels.clone()),
            None if self.named => DataType::Categorical,
            None => DataType::Int64,
        }
    }
}

impl ScalarFunction for BinBy {
    fn name(&self) -> &str {
        "bin_by"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected =
            || SignatureError::Expected("a number, constant options, and edges that are numbers".into());
        let is_number = |argument: &Argument<'_>| {
            argument.data_type.is_numeric() || *argument.data_type == DataType::Null
        };
        if arguments.len() < NUM_OPTIONS
            || !is_number(&arguments[0])
            || !arguments[NUM_OPTIONS..].iter().all(is_number)
            || arguments[1..NUM_OPTIONS].iter().any(|argument| argument.literal.is_none())
        {
            return Err(expected());
        }
        let plan = Plan::of(|index| literal(arguments, index), arguments.len())?;
        let mut signature = Signature::unchanged(arguments, plan.output());
        signature.inputs[0] = DataType::Float64;
        signature.inputs[NUM_OPTIONS..].fill(DataType::Float64);
        Ok(signature)
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let unsupported = || KernelError::unsupported("bin_by", inputs.iter().map(Value::data_type));
        let constants: Vec<Option<Scalar>> = (0..NUM_OPTIONS).map(|index| constant(inputs, index)).collect();
        let plan =
            Plan::of(|index| constants.get(index)?.as_ref(), inputs.len()).map_err(|_| unsupported())?;
        let operands: Vec<Datum<'_>> =
            std::iter::once(&inputs[0]).chain(&inputs[NUM_OPTIONS..]).map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let column = inputs[0].clone().into_column(rows);
        let values = floats(&column).ok_or_else(unsupported)?;
        let edges: Vec<Column> =
            inputs[NUM_OPTIONS..].iter().map(|edge| edge.clone().into_column(rows)).collect();
        let edge_values: Vec<&[f64]> =
            edges.iter().map(floats).collect::<Option<_>>().ok_or_else(unsupported)?;
        let mut valid = Bitmap::from_fn(rows, |row| !values[row].is_nan());
        for validity in std::iter::once(&column).chain(&edges).filter_map(Column::validity) {
            valid = valid.and(&validity);
        }
        if !plan.may_repeat {
            check_edges(&edge_values, &valid)?;
        }
        let mut numbers = vec![0u32; rows];
        for edge in &edge_values {
            let pairs = numbers.iter_mut().zip(values.iter().zip(*edge));
            if plan.left_closed {
                pairs.for_each(|(number, (value, edge))| *number += u32::from(value >= edge));
            } else {
                pairs.for_each(|(number, (value, edge))| *number += u32::from(value > edge));
            }
        }
        let result = if plan.named && plan.labels.is_none() {
            names(&numbers, &edge_values, plan.left_closed, valid)
        } else {
            let nulls = PrimitiveArray::new(vec![0i64; rows].into(), Some(valid));
            numbered(numbers, &Column::new(DataType::Int64, nulls), plan.labels.as_ref())
        };
        Ok(Value::from_result(result, &operands))
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        Plan::of(|index| literal(arguments, index), arguments.len()).is_ok_and(|plan| !plan.may_repeat)
    }
}

fn floats(column: &Column) -> Option<&[f64]> {
    match column.array() {
        Array::Float64(array) => Some(array.values()),
        _ => None,
    }
}

/// The first row that has equal edges is an error.
fn check_edges(edges: &[&[f64]], valid: &Bitmap) -> Result<(), KernelError> {
    for pair in edges.windows(2) {
        let equal = (0..valid.len()).find(|&row| pair[0][row] == pair[1][row] && valid.get(row));
        if let Some(row) = equal {
            return Err(KernelError::InvalidOperand {
                operation: "bin_by",
                row,
                value: Scalar::Float64(pair[0][row]),
                expected: "edges that differ from one another, unless equal ones are allowed",
            });
        }
    }
    Ok(())
}

/// The name of each row's interval. Most rows have the edges of the row before, so names are made once for each pair of
/// edges.
fn names(numbers: &[u32], edges: &[&[f64]], left_closed: bool, valid: Bitmap) -> Column {
    let mut known: HashMap<(u64, u64), u32> = HashMap::new();
    let mut texts: Vec<String> = Vec::new();
    let mut codes = vec![0u32; numbers.len()];
    for (row, (code, &number)) in codes.iter_mut().zip(numbers).enumerate() {
        if !valid.get(row) {
            continue;
        }
        let number = number as usize;
        let low = number.checked_sub(1).map_or(f64::NEG_INFINITY, |edge| edges[edge][row]);
        let high = edges.get(number).map_or(f64::INFINITY, |edge| edge[row]);
        // Zeros of both signs have one name.
        let (low, high) = (low + 0.0, high + 0.0);
        *code = *known.entry((low.to_bits(), high.to_bits())).or_insert_with(|| {
            texts.push(interval(low, high, left_closed));
            texts.len() as u32 - 1
        });
    }
    let texts: StringArray = texts.iter().map(|text| Some(text.as_str())).collect();
    let codes = PrimitiveArray::new(codes.into(), Some(valid));
    Column::new(DataType::Categorical, DictionaryArray::new(codes, Arc::new(Dictionary::new(texts))))
}

/// How [`Expr::qcut`] names its intervals.
#[derive(Debug, Clone, Default)]
pub struct QcutOptions {
    /// Names for the intervals, one more than there are quantiles; none for names such as `(0, 1]`.
    pub labels: Vec<String>,
    /// Intervals hold their lower end and not the upper one.
    pub left_closed: bool,
    /// Quantiles may equal one another, as they do where a value is frequent; otherwise that is an error.
    pub allow_duplicates: bool,
}

fn by_edges(
    input: &Expr,
    labels: &[String],
    options: [bool; 3],
    edges: impl IntoIterator<Item = Expr>,
) -> Expr {
    let constants = std::iter::once(labels_or_null(labels)).chain(options.map(Expr::from));
    input.clone().call_with(super::BIN_BY, constants.chain(edges))
}

/// The quantiles that cut values into so many parts of equal size: those of [`Expr::qcut`] by a number of bins.
///
/// ```
/// assert_eq!(lazuli_expr::function::even_quantiles(4), [0.25, 0.5, 0.75]);
/// ```
pub fn even_quantiles(num_bins: u32) -> Vec<f64> {
    (1..num_bins).map(|part| f64::from(part) / f64::from(num_bins)).collect()
}

impl Expr {
    /// The name of the interval between quantiles of the numbers themselves that each number lies in; null for null and
    /// NaN, which do not count for the quantiles either.
    ///
    /// ```
    /// use lazuli_expr::{col, function::QcutOptions};
    ///
    /// let quarter = col("income").qcut(&[0.25, 0.5, 0.75], QcutOptions::default());
    /// assert!(quarter.to_string().contains("quantile(fill_nan(income, null), 0.5)"));
    /// ```
    pub fn qcut(self, quantiles: &[f64], options: QcutOptions) -> Self {
        let QcutOptions { labels, left_closed, allow_duplicates } = options;
        let edges = self.quantile_edges(quantiles);
        by_edges(&self, &labels, [left_closed, true, allow_duplicates], edges)
    }

    /// The number, from 0, of the interval between quantiles of the numbers themselves; an interval holds its lower end, or
    /// its upper one if `right_closed`. Quantiles that are equal make bins that stay empty.
    pub fn bin_quantiles(self, quantiles: &[f64], right_closed: bool) -> Self {
        let edges = self.quantile_edges(quantiles);
        by_edges(&self, &[], [!right_closed, false, true], edges)
    }

    /// The number, from 0, of the bin that a number lies in, out of `num_bins` of equal width from the least number to the
    /// greatest.
    pub fn bin_evenly(self, num_bins: u32, right_closed: bool) -> Self {
        let (least, greatest) = (self.clone().nan_to_null().min(), self.clone().nan_to_null().max());
        let width = greatest - least.clone();
        let edges =
            (1..num_bins).map(|bin| least.clone() + width.clone() * f64::from(bin) / f64::from(num_bins));
        let edges: Vec<Expr> = edges.collect();
        by_edges(&self, &[], [!right_closed, false, true], edges)
    }

    fn quantile_edges(&self, quantiles: &[f64]) -> Vec<Expr> {
        let mut quantiles = quantiles.to_vec();
        quantiles.sort_by(f64::total_cmp);
        let edge = |q: f64| self.clone().nan_to_null().quantile(q);
        quantiles.into_iter().map(edge).collect()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_kernels::Constant;

    use super::*;

    fn run(
        options: [Scalar; 4],
        values: &[Option<f64>],
        edges: &[Value],
    ) -> Result<Vec<Scalar>, KernelError> {
        let column = Value::Column(Column::from_values(values.iter().copied()));
        let constants = options.into_iter().map(|value| Constant::from_scalar(&value).into());
        let inputs: Vec<Value> =
            std::iter::once(column).chain(constants).chain(edges.iter().cloned()).collect();
        let found = BinBy.evaluate(&inputs, values.len())?.into_column(values.len());
        Ok((0..values.len()).map(|row| found.get(row)).collect())
    }

    fn flags(left_closed: bool, named: bool, may_repeat: bool) -> [Scalar; 4] {
        [Scalar::Null, left_closed.into(), named.into(), may_repeat.into()]
    }

    #[test]
    fn numbers_and_names() {
        let constant = |value: f64| Value::Constant(Constant::from_scalar(&Scalar::Float64(value)));
        let values = [Some(1.0), None, Some(2.0), Some(f64::NAN), Some(3.0)];
        let edges = [constant(1.0), constant(2.0)];
        let number = Scalar::Int64;
        let found = run(flags(false, false, false), &values, &edges);
        assert_eq!(found, Ok(vec![number(0), Scalar::Null, number(1), Scalar::Null, number(2)]));
        let found = run(flags(true, false, false), &values, &edges);
        assert_eq!(found, Ok(vec![number(1), Scalar::Null, number(2), Scalar::Null, number(2)]));
        let found = run(flags(false, true, false), &values, &edges).unwrap();
        assert_eq!(found[0], Scalar::from("(-inf, 1]"));
        assert_eq!(found[4], Scalar::from("(2, inf]"));
        let each = Value::Column(Column::from_values([0.0, 0.0, 5.0, 5.0, 5.0].into_iter()));
        let found = run(flags(false, true, false), &values, &[each]).unwrap();
        assert_eq!(found[0], Scalar::from("(0, inf]"));
        assert_eq!(found[2], Scalar::from("(-inf, 5]"));
    }

    #[test]
    fn equal_edges_are_an_error_unless_allowed() {
        let constant = |value: f64| Value::Constant(Constant::from_scalar(&Scalar::Float64(value)));
        let edges = [constant(1.0), constant(1.0)];
        let error = run(flags(false, true, false), &[None, Some(1.0)], &edges).unwrap_err();
        assert_eq!(error.row(), Some(1));
        let found = run(flags(false, true, true), &[Some(1.0), Some(2.0)], &edges);
        assert_eq!(found, Ok(vec![Scalar::from("(-inf, 1]"), Scalar::from("(1, inf]")]));
    }

    #[test]
    fn even_parts() {
        assert_eq!(even_quantiles(4), [0.25, 0.5, 0.75]);
        assert!(even_quantiles(1).is_empty() && even_quantiles(0).is_empty());
    }
}
