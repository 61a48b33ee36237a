//! `list.sum`, `list.mean`, `list.min` and the like: aggregates, each list a group.

use lazuli_array::Column;
use lazuli_kernels::{KernelError, list::Lists};

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::Expr;
use crate::aggregate::{self, Aggregate, AggregateRef, Groups, RowOrder};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// An aggregate of the items of each list; null for a null list. Types, nulls and empty lists are as in the aggregate.
#[derive(Debug)]
pub struct ListAggregate {
    name: &'static str,
    aggregate: AggregateRef,
}

pub(super) static MAX: ListAggregate = ListAggregate { name: "list.max", aggregate: aggregate::MAX };
pub(super) static MEAN: ListAggregate = ListAggregate { name: "list.mean", aggregate: aggregate::MEAN };
pub(super) static MEDIAN: ListAggregate = ListAggregate { name: "list.median", aggregate: aggregate::MEDIAN };
pub(super) static MIN: ListAggregate = ListAggregate { name: "list.min", aggregate: aggregate::MIN };
pub(super) static N_UNIQUE: ListAggregate =
    ListAggregate { name: "list.n_unique", aggregate: aggregate::N_UNIQUE };
pub(super) static STD: ListAggregate = ListAggregate { name: "list.std", aggregate: aggregate::STD };
pub(super) static SUM: ListAggregate = ListAggregate { name: "list.sum", aggregate: aggregate::SUM };
pub(super) static VAR: ListAggregate = ListAggregate { name: "list.var", aggregate: aggregate::VAR };

impl ScalarFunction for ListAggregate {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((list, rest)) = arguments.split_first() else { return Err(expected("a list")) };
        let Some(item) = item_type(list) else { return Err(expected("a list")) };
        let items: Vec<Argument<'_>> = std::iter::once(Argument { data_type: &item, literal: None })
            .chain(rest.iter().copied())
            .collect();
        let Signature { mut inputs, output } = self.aggregate.signature(&items)?;
        inputs[0] = list_of(inputs[0].clone());
        Ok(Signature { inputs, output })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list aggregate", inputs, num_rows, &|lists, _| {
            let item = Argument { data_type: lists.items().data_type(), literal: None };
            lists.masked(of_lists(&*self.aggregate, &[item], &[lists.items().clone()], lists)?)
        })
    }

    fn is_fallible(&self) -> bool {
        self.aggregate == aggregate::SUM
    }
}

/// An aggregate of columns as long as the items of lists, each list a group: one value a list.
pub(super) fn of_lists(
    aggregate: &dyn Aggregate,
    arguments: &[Argument<'_>],
    columns: &[Column],
    lists: &Lists,
) -> Result<Column, KernelError> {
    of_groups(aggregate, arguments, columns, &lists.item_rows(), lists.len())
}

/// An aggregate of groups: one value a group.
pub(super) fn of_groups(
    aggregate: &dyn Aggregate,
    arguments: &[Argument<'_>],
    columns: &[Column],
    groups: &[u32],
    num_groups: usize,
) -> Result<Column, KernelError> {
    let mut states = aggregate.accumulator(arguments);
    states.resize(num_groups);
    states.update(columns, Groups::Ids(groups), RowOrder(0))?;
    states.finish(0..num_groups)
}

impl ListNamespace {
    /// The sum of each list; 0 of an empty one. Integers sum to 64 bits exactly or fail.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("prices").list().sum().to_string(), "list.sum(prices)");
    /// ```
    #[allow(clippy::should_implement_trait, reason = "the word of aggregates; nothing is iterated")]
    pub fn sum(self) -> Expr {
        self.0.call(super::SUM)
    }

    /// The arithmetic mean of each list; null of an empty one.
    pub fn mean(self) -> Expr {
        self.0.call(super::MEAN)
    }

    /// The middle item of each list, the mean of two for an even count; null of an empty one.
    pub fn median(self) -> Expr {
        self.0.call(super::MEDIAN)
    }

    /// The least item of each list, NaN ignored; null of an empty one.
    pub fn min(self) -> Expr {
        self.0.call(super::MIN)
    }

    /// The greatest item of each list, NaN ignored; null of an empty one.
    pub fn max(self) -> Expr {
        self.0.call(super::MAX)
    }

    /// The sample standard deviation (n - 1) of each list; null for fewer than two items.
    pub fn std(self) -> Expr {
        self.0.call(super::STD)
    }

    /// The sample variance (n - 1) of each list; null for fewer than two items.
    pub fn var(self) -> Expr {
        self.0.call(super::VAR)
    }

    /// The number of distinct items of each list; null counts as one.
    pub fn n_unique(self) -> Expr {
        self.0.call(super::N_UNIQUE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::col;

    #[test]
    fn each_list_is_a_group() {
        assert_eq!(show(a().sum()), "5 0 - 4");
        assert_eq!(show(a().mean()), "1.6666666666666667 - - 2.0");
        assert_eq!(show(a().median()), "2.0 - - 2.0");
        assert_eq!(show(a().min()), "1 - - 1");
        assert_eq!(show(a().max()), "2 - - 3");
        assert_eq!(show(col("s").list().max()), "y - - z");
        assert_eq!(show(a().std()), "0.5773502691896257 - - 1.4142135623730951");
        assert_eq!(show(a().var()), "0.3333333333333333 - - 2.0");
        assert_eq!(show(a().n_unique()), "3 0 - 2");
        assert_eq!(show(col("f").list().sum()), "1 0 - 0");
        assert!(show(col("s").list().sum()).contains("list.sum takes"));
        assert!(show(col("n").list().sum()).contains("list.sum takes a list, found Int64"));
    }
}
