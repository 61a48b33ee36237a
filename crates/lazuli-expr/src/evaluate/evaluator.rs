//! The bound tree: an expression whose columns are positions and whose types are known.

use lazuli_array::{Array, Batch, Bitmap, Column, DataType, Schema};
use lazuli_kernels::{Constant, KernelError, Value, cast};

use super::by_entry::ByEntry;
use super::conditional::Conditional;
use super::operator;
use super::rows::{Rows, scattered};
use crate::function::{Argument, FunctionRef};
use crate::typing::{kernel_mode, operator_output};
use crate::{BinaryOperator, CastMode, EvaluateError, Expr, Literal, UnaryOperator};

/// A resolved expression, bound to a schema and ready to run over its batches. Cheap to share between threads.
#[derive(Debug, Clone)]
pub struct Evaluator {
    /// The expression, for messages.
    expr: Expr,
    data_type: DataType,
    step: Step,
    /// Whether some row may be an error.
    fallible: bool,
    /// Positions of the columns that are read, ascending.
    columns: Vec<usize>,
    /// Whether equal rows give equal results, and nobody can tell how often it is asked.
    pure: bool,
    /// Results by distinct text, where one column of texts is all that is read. Only the outermost such part has it.
    by_entry: Option<ByEntry>,
}

#[derive(Debug, Clone)]
enum Step {
    Column(usize),
    Constant(Constant),
    Binary { left: Box<Evaluator>, operator: BinaryOperator, right: Box<Evaluator> },
    Unary { operator: UnaryOperator, input: Box<Evaluator> },
    Function { function: FunctionRef, inputs: Vec<Evaluator> },
    Cast { input: Box<Evaluator>, mode: CastMode },
    Conditional(Conditional),
}

impl Evaluator {
    /// Binds a resolved, row by row expression to a schema.
    ///
    /// Panics if the expression was not resolved against a schema with these names and types, or has aggregates.
    pub fn new(expr: &Expr, schema: &Schema) -> Self {
        let bind = |part: &Expr| Box::new(Self::new(part, schema));
        let (step, data_type, own_fallible) = match expr {
            Expr::Column(name) => {
                let Some(position) = schema.position(name) else { panic!("not resolved: no column {name}") };
                (Step::Column(position), schema.field(position).data_type().clone(), false)
            }
            Expr::Literal(literal) => (Step::Constant(constant(literal)), literal.data_type.clone(), false),
            Expr::Alias { input, .. } => return Self::new(input, schema),
            Expr::Binary { left, operator, right } => {
                let (left, right) = (bind(left), bind(right));
                let output = operator_output(*operator, &left.data_type, &right.data_type);
                let Some(output) = output else { panic!("not resolved: {expr}") };
                let fallible = operator.is_arithmetic() && !output.is_float();
                (Step::Binary { left, operator: *operator, right }, output, fallible)
            }
            Expr::Unary { operator, input } => {
                let input = bind(input);
                let data_type = input.data_type.clone();
                let fallible = *operator == UnaryOperator::Negate && !data_type.is_float();
                (Step::Unary { operator: *operator, input }, data_type, fallible)
            }
            Expr::Function { function, inputs } => {
                let bound: Vec<Self> = inputs.iter().map(|input| Self::new(input, schema)).collect();
                let arguments: Vec<Argument<'_>> = inputs
                    .iter()
                    .zip(&bound)
                    .map(|(input, bound)| Argument {
                        data_type: &bound.data_type,
                        literal: match input {
                            Expr::Literal(literal) => Some(literal),
                            _ => None,
                        },
                    })
                    .collect();
                let Ok(signature) = function.signature(&arguments) else { panic!("not resolved: {expr}") };
                let fallible = function.is_fallible_for(&arguments);
                (Step::Function { function: function.clone(), inputs: bound }, signature.output, fallible)
            }
            Expr::Cast { input, to, mode } => {
                (Step::Cast { input: bind(input), mode: *mode }, to.clone(), *mode == CastMode::Strict)
            }
            Expr::Conditional { branches, otherwise } => {
                let conditional = Conditional::new(
                    branches.iter().map(|(condition, value)| (*bind(condition), *bind(value))).collect(),
                    otherwise.as_deref().map(|otherwise| *bind(otherwise)),
                );
                let data_type = conditional.data_type().clone();
                (Step::Conditional(conditional), data_type, false)
            }
            Expr::Selector(_) | Expr::Aggregate { .. } | Expr::WindowFunction { .. } | Expr::Over { .. } => {
                panic!("not a row by row expression: {expr}")
            }
        };
        let mut step = step;
        let parts = step.parts();
        let own_pure = match &step {
            Step::Function { function, .. } => {
                matches!(function, FunctionRef::Builtin(_)) && function.is_deterministic()
            }
            _ => true,
        };
        let pure = own_pure && parts.iter().all(|part| part.pure);
        let fallible = own_fallible || parts.iter().any(|part| part.fallible);
        let mut columns: Vec<usize> = parts.iter().flat_map(|part| part.columns.iter().copied()).collect();
        if let Step::Column(position) = step {
            columns.push(position);
        }
        columns.sort_unstable();
        columns.dedup();
        let reads_texts = match columns[..] {
            [column] => matches!(
                schema.field(column).data_type(),
                DataType::String | DataType::Categorical | DataType::Enum(_)
            ),
            _ => false,
        };
        let by_entry = (pure && reads_texts && !matches!(step, Step::Column(_))).then(ByEntry::default);
        if by_entry.is_some() {
            step.parts_mut().into_iter().for_each(Self::forget_entries);
        }
        Self { expr: expr.clone(), data_type, step, fallible, columns, pure, by_entry }
    }

    /// Leaves distinct texts to the part around.
    fn forget_entries(&mut self) {
        if self.by_entry.take().is_some() {
            return; // no part of it has any
        }
        self.step.parts_mut().into_iter().for_each(Self::forget_entries);
    }

    /// The expression.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The type of the result.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// Whether some row may be an error.
    pub fn is_fallible(&self) -> bool {
        self.fallible
    }

    /// Positions of the columns that are read, ascending.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The expression over a batch of the schema that it was bound to: one value a row, or one for all rows.
    ///
    /// # Errors
    /// [`EvaluateError`] that names the part of the expression and the first row that has no value.
    pub fn evaluate(&self, batch: &Batch) -> Result<Value, EvaluateError> {
        self.run(&Rows { columns: batch.columns().into(), num_rows: batch.num_rows() })
    }

    /// The rows for which a boolean expression is true.
    ///
    /// # Errors
    /// As [`Evaluator::evaluate`].
    pub fn evaluate_mask(&self, batch: &Batch) -> Result<Bitmap, EvaluateError> {
        self.mask(&Rows { columns: batch.columns().into(), num_rows: batch.num_rows() })
    }

    pub(super) fn mask(&self, rows: &Rows<'_>) -> Result<Bitmap, EvaluateError> {
        Ok(super::predicates::true_mask(&self.run(rows)?, rows.num_rows))
    }

    pub(super) fn run(&self, rows: &Rows<'_>) -> Result<Value, EvaluateError> {
        // No row asks for anything, not even for a constant that has no value.
        if self.fallible && rows.num_rows == 0 {
            return Ok(Value::Column(Column::new_null(self.data_type.clone(), 0)));
        }
        if let Some(by_entry) = &self.by_entry
            && let column = &rows.columns[self.columns[0]]
            && let Array::Dictionary(codes) = column.array()
            && let Some(value) = by_entry.value(codes, column.data_type(), &self.data_type, |entries| {
                let num_rows = entries.len();
                let mut columns = vec![Column::new_null(DataType::Null, 0); rows.columns.len()];
                columns[self.columns[0]] = entries;
                self.step(&Rows { columns: columns.into(), num_rows })
            })
        {
            return Ok(value);
        }
        self.step(rows)
    }

    fn step(&self, rows: &Rows<'_>) -> Result<Value, EvaluateError> {
        match &self.step {
            Step::Column(position) => Ok(Value::Column(rows.columns[*position].clone())),
            Step::Constant(constant) => Ok(Value::Constant(constant.clone())),
            Step::Binary { left, operator, right } => {
                let left = left.run(rows)?;
                match operator {
                    BinaryOperator::And | BinaryOperator::Or if right.fallible => {
                        self.short_circuit(left, *operator, right, rows)
                    }
                    _ => self.at(operator::binary(*operator, &left, &right.run(rows)?)),
                }
            }
            Step::Unary { operator, input } => self.at(operator::unary(*operator, &input.run(rows)?)),
            Step::Function { function, inputs } => {
                let inputs = inputs.iter().map(|input| input.run(rows)).collect::<Result<Vec<_>, _>>()?;
                self.at(function.evaluate(&inputs, rows.num_rows))
            }
            Step::Cast { input, mode } => self.at(cast_value(&input.run(rows)?, &self.data_type, *mode)),
            Step::Conditional(conditional) => conditional.run(rows, |error| self.failed(error)),
        }
    }

    /// The values for the rows where `mask` is set. A failure tells its row among all rows.
    pub(super) fn run_where(&self, rows: &Rows<'_>, mask: &Bitmap) -> Result<Value, EvaluateError> {
        self.run(&rows.filtered(mask, &self.columns)).map_err(|error| {
            let place = |row: usize| mask.ones().nth(row).expect("one of the rows that were asked for");
            EvaluateError { source: error.source.with_row(place), ..error }
        })
    }

    /// `and` and `or` whose right side may be an error: it is computed only where the left side does not decide.
    fn short_circuit(
        &self,
        left: Value,
        operator: BinaryOperator,
        right: &Self,
        rows: &Rows<'_>,
    ) -> Result<Value, EvaluateError> {
        let left_true = super::predicates::true_mask(&left, rows.num_rows);
        let undecided = match operator {
            BinaryOperator::Or => left_true.not(),
            _ => {
                let not_left = self.at(operator::unary(UnaryOperator::Not, &left))?;
                super::predicates::true_mask(&not_left, rows.num_rows).not()
            }
        };
        let right = if undecided.count_zeros() == 0 {
            right.run(rows)?
        } else {
            let values = right.run_where(rows, &undecided)?.into_column(undecided.count_ones());
            Value::Column(scattered(&values, &undecided))
        };
        self.at(operator::binary(operator, &left, &right))
    }

    fn at<T>(&self, result: Result<T, KernelError>) -> Result<T, EvaluateError> {
        result.map_err(|error| self.failed(error))
    }

    fn failed(&self, source: KernelError) -> EvaluateError {
        EvaluateError { expr: self.expr.to_string(), source }
    }
}

impl Step {
    fn parts(&self) -> Vec<&Evaluator> {
        match self {
            Self::Column(_) | Self::Constant(_) => Vec::new(),
            Self::Binary { left, right, .. } => vec![left, right],
            Self::Unary { input, .. } | Self::Cast { input, .. } => vec![input],
            Self::Function { inputs, .. } => inputs.iter().collect(),
            Self::Conditional(conditional) => conditional.parts(),
        }
    }

    fn parts_mut(&mut self) -> Vec<&mut Evaluator> {
        match self {
            Self::Column(_) | Self::Constant(_) => Vec::new(),
            Self::Binary { left, right, .. } => vec![left, right],
            Self::Unary { input, .. } | Self::Cast { input, .. } => vec![input],
            Self::Function { inputs, .. } => inputs.iter_mut().collect(),
            Self::Conditional(conditional) => conditional.parts_mut(),
        }
    }
}

fn constant(literal: &Literal) -> Constant {
    Constant::try_new(&literal.data_type, literal.value.clone()).expect("a literal's value is of its type")
}

fn cast_value(value: &Value, to: &DataType, mode: CastMode) -> Result<Value, KernelError> {
    Ok(match value {
        Value::Column(column) => Value::Column(cast::cast(column, to, kernel_mode(mode))?),
        Value::Constant(constant) => {
            Value::Constant(Constant::from_column(cast::cast(constant.as_column(), to, kernel_mode(mode))?))
        }
    })
}
