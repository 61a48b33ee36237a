//! Aggregates and window functions of each list of a column: what stands around an aggregate that gives rows.
//!
//! `unique(a).sort().first()` is resolved to these: the inner aggregate gives a list for each group, and each further step
//! takes the list as the rows of its group. They are no functions that users call.

use std::sync::LazyLock;

use lazuli_array::{Array, Column, DataType, ListArray};
use lazuli_kernels::KernelError;

use super::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::aggregate::{AGGREGATES, AggregateRef};
use crate::evaluate::Value;
use crate::window::{Partitions, WINDOW_FUNCTIONS, WindowFunctionRef};
use crate::{Groups, Literal, RowOrder};

/// A function of all rows, of each list.
struct Each {
    name: String,
    step: Step,
}

enum Step {
    Aggregate(AggregateRef),
    Window(WindowFunctionRef),
}

static EACH: LazyLock<Vec<Each>> = LazyLock::new(|| {
    let aggregates = AGGREGATES.iter().map(|aggregate| Each {
        name: format!("each.{}", aggregate.name()),
        step: Step::Aggregate(aggregate.clone()),
    });
    let windows = WINDOW_FUNCTIONS.iter().map(|function| Each {
        name: format!("each.{}", function.name()),
        step: Step::Window(function.clone()),
    });
    aggregates.chain(windows).collect()
});

fn named(name: &str) -> Option<FunctionRef> {
    let each = EACH.iter().find(|each| each.name.strip_prefix("each.") == Some(name))?;
    Some(FunctionRef::Builtin(each))
}

/// The aggregate of each list; `None` for one of several columns.
pub(crate) fn each_aggregate(aggregate: &AggregateRef) -> Option<FunctionRef> {
    if aggregate.num_columns() > 1 { None } else { named(aggregate.name()) }
}

/// The window function over each list; `None` for one of several columns.
pub(crate) fn each_window(function: &WindowFunctionRef) -> Option<FunctionRef> {
    if function.num_columns() == 1 { named(function.name()) } else { None }
}

impl ScalarFunction for Each {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((Argument { data_type: DataType::List(item), .. }, rest)) = arguments.split_first() else {
            return Err(SignatureError::Expected("lists".into()));
        };
        let items = [Argument { data_type: item, literal: None }];
        let arguments: Vec<Argument<'_>> = items.iter().chain(rest).copied().collect();
        let list = |item: DataType| DataType::List(Box::new(item));
        let mut signature = match &self.step {
            Step::Aggregate(aggregate) => aggregate.signature(&arguments)?,
            Step::Window(function) => {
                let signature = function.signature(&arguments)?;
                Signature { output: list(signature.output), ..signature }
            }
        };
        if let Some(first) = signature.inputs.first_mut() {
            *first = list(std::mem::replace(first, DataType::Null));
        }
        Ok(signature)
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let lists = inputs[0].clone().into_column(num_rows);
        let (Array::List(array), DataType::List(item)) = (lists.array(), lists.data_type()) else {
            return Err(KernelError::unsupported("each", [lists.data_type()]));
        };
        let literals: Vec<Literal> = inputs[1..]
            .iter()
            .map(|input| Literal {
                value: input.clone().into_column(1).get(0),
                data_type: input.data_type().clone(),
                flexible: false,
            })
            .collect();
        let items = [Argument { data_type: item, literal: None }];
        let constants =
            literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) });
        let arguments: Vec<Argument<'_>> = items.iter().copied().chain(constants).collect();
        let offsets = array.offsets();
        let (start, end) = (offsets[0], offsets[array.len()]);
        let values = array.values().sliced(start as usize, (end - start) as usize);
        let values = [Column::new((**item).clone(), values)];
        let mut ids = Vec::with_capacity(values[0].len());
        for (id, pair) in (0..).zip(offsets.windows(2)) {
            ids.extend(std::iter::repeat_n(id, (pair[1] - pair[0]) as usize));
        }
        Ok(Value::Column(match &self.step {
            Step::Aggregate(aggregate) => {
                let mut accumulator = aggregate.accumulator(&arguments);
                accumulator.resize(num_rows);
                accumulator.update(&values[..aggregate.num_columns()], Groups::Ids(&ids), RowOrder(0))?;
                accumulator.finish(0..num_rows)?
            }
            Step::Window(function) => {
                let partitions = match num_rows {
                    1 => Partitions::one(ids.len(), None),
                    _ => Partitions::new(&ids, num_rows, None),
                };
                let results = function.evaluate(&values, &arguments, &partitions)?;
                let offsets: Vec<i64> = offsets.iter().map(|offset| offset - start).collect();
                let data_type = DataType::List(Box::new(results.data_type().clone()));
                Column::new(data_type, ListArray::new(offsets.into(), results.into_array(), None))
            }
        }))
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn takes_rows(&self) -> bool {
        true
    }

    fn gives_rows(&self) -> bool {
        match &self.step {
            Step::Aggregate(aggregate) => aggregate.gives_rows(),
            Step::Window(_) => true,
        }
    }
}
