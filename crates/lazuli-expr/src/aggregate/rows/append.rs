//! More rows than there were: `append`, `extend_constant`.

use lazuli_array::Column;
use lazuli_kernels::{KernelError, concat_columns};

use super::{Evaluate, RowGroups, RowsAggregate, list_of};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::supertype::supertype;
use crate::typing::adapted_type;

/// The rows that a constant number of repetitions may make.
pub(in crate::aggregate) const MOST_ROWS: usize = 1 << 28;

/// The values of one column and then those of the other, as the type that holds both.
pub(in crate::aggregate) const APPEND: RowsAggregate = RowsAggregate {
    name: "append",
    num_columns: 2,
    gives_rows: true,
    signature: |arguments| {
        let [first, second] = arguments else { return Err(SignatureError::Expected(TWO.into())) };
        let common = common_type(first, second, TWO)?;
        Ok(Signature { inputs: vec![common.clone(), common.clone()], output: list_of(&common) })
    },
    evaluate: Evaluate::Column(|rows, _| {
        let [first, second] = [&rows.columns[0], &rows.columns[1]];
        let behind = first.len() as u32;
        Ok(extended(rows, second, |range, rows| rows.extend(range.map(|row| behind + row))))
    }),
};

/// The values and then a constant so many times, as the type that holds both.
pub(in crate::aggregate) const EXTEND_CONSTANT: RowsAggregate = RowsAggregate {
    name: "extend_constant",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| {
        let count = count_of(arguments)?;
        if count > MOST_ROWS {
            let reason = format!("{count} rows are more than the {MOST_ROWS} that there may be");
            return Err(SignatureError::InvalidArgument(reason));
        }
        let common = common_type(&arguments[0], &arguments[1], CONSTANT)?;
        let inputs = vec![common.clone(), common.clone(), arguments[2].data_type.clone()];
        Ok(Signature { inputs, output: list_of(&common) })
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let count = count_of(arguments).map_err(|_| unchecked("extend_constant", arguments))?;
        let total = rows.columns[0].len() as u128 + count as u128 * rows.num_groups() as u128;
        if total > u128::from(u32::MAX) {
            let rows = usize::try_from(total).unwrap_or(usize::MAX);
            return Err(KernelError::TooLong { operation: "extend_constant", rows });
        }
        let value =
            arguments[1].literal.ok_or_else(|| unchecked("extend_constant", arguments))?.value.clone();
        let value = Column::from_scalars(arguments[0].data_type, [value])?;
        let place = rows.columns[0].len() as u32;
        Ok(extended(rows, &value, |_, rows| rows.extend(std::iter::repeat_n(place, count))))
    }),
};

const TWO: &str = "two columns whose values one type holds";
const CONSTANT: &str = "a column, a constant of its type, and a number of rows from 0";

fn common_type(
    first: &Argument<'_>,
    second: &Argument<'_>,
    expected: &'static str,
) -> Result<lazuli_array::DataType, SignatureError> {
    supertype(first.data_type, &adapted_type(second, first.data_type))
        .ok_or_else(|| SignatureError::Expected(expected.into()))
}

fn count_of(arguments: &[Argument<'_>]) -> Result<usize, SignatureError> {
    let mut options = Options::behind(1, arguments, CONSTANT)?;
    options.value()?;
    let count = options.count()?.ok_or_else(|| options.wrong())?;
    options.end()?;
    Ok(count)
}

/// For each group its rows and then those that `push` adds, given the group's: rows of the first column with `behind` put
/// behind it.
fn extended(
    rows: &RowGroups<'_>,
    behind: &Column,
    push: impl Fn(std::ops::Range<u32>, &mut Vec<u32>),
) -> Column {
    let first = &rows.columns[0];
    let all = [concat_columns(first.data_type(), &[first, behind])];
    let rows = RowGroups { columns: &all, offsets: rows.offsets, ids: Vec::new() };
    rows.picked(|range, rows| {
        let range = range.start as u32..range.end as u32;
        rows.extend(range.clone());
        push(range, rows);
    })
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DataType, FromValues, Scalar};
    use proptest::prelude::*;

    use crate::aggregate::{APPEND, EXTEND_CONSTANT};
    use crate::function::Argument;
    use crate::{Groups, Literal, RowOrder};

    use super::*;

    type Values = Vec<Option<i64>>;

    fn column(values: &[Option<i64>]) -> Column {
        Column::from_values(values.iter().copied())
    }

    fn lists(lists: Vec<Values>) -> Column {
        let items = lists.iter().map(|values| Scalar::List(Box::new(column(values))));
        Column::from_scalars(&list_of(&DataType::Int64), items).unwrap()
    }

    proptest! {
        #[test]
        fn as_vectors_are_extended(
            rows in proptest::collection::vec((0u32..4, proptest::option::of(any::<i64>()), any::<i64>()), 0..30),
            value in proptest::option::of(any::<i64>()),
            count in 0u32..4,
            cut in 0usize..30,
        ) {
            let first: Values = rows.iter().map(|(_, first, _)| *first).collect();
            let second: Values = rows.iter().map(|(_, _, second)| Some(*second)).collect();
            let ids: Vec<u32> = rows.iter().map(|(id, ..)| *id).collect();
            let of_group = |values: &Values, group: u32| -> Values {
                values.iter().zip(&ids).filter(|(_, id)| **id == group).map(|(value, _)| *value).collect()
            };
            let literals = [value.map_or(Scalar::Null, Scalar::Int64), Scalar::UInt32(count)]
                .map(|value| Literal { value, data_type: DataType::Int64, flexible: false });
            let int = Argument { data_type: &DataType::Int64, literal: None };
            let constants = literals.iter().map(|literal| Argument { literal: Some(literal), ..int });
            let with_constants: Vec<Argument<'_>> = std::iter::once(int).chain(constants).collect();
            let cut = cut.min(ids.len());
            for (aggregate, arguments) in [(&APPEND, vec![int, int]), (&EXTEND_CONSTANT, with_constants)] {
                let mut accumulator = aggregate.accumulator(&arguments);
                accumulator.resize(4);
                for (part, range) in [0..cut, cut..ids.len()].into_iter().enumerate() {
                    let inputs = [column(&first[range.clone()]), column(&second[range.clone()])];
                    let order = RowOrder((part as u128) << 32);
                    accumulator
                        .update(&inputs[..aggregate.num_columns()], Groups::Ids(&ids[range]), order)
                        .unwrap();
                }
                let expected = (0..4).map(|group| {
                    let mut values = of_group(&first, group);
                    match arguments.len() {
                        2 => values.extend(of_group(&second, group)),
                        _ => values.extend(std::iter::repeat_n(value, count as usize)),
                    }
                    values
                });
                prop_assert_eq!(accumulator.finish(0..4).unwrap(), lists(expected.collect()));
            }
        }
    }

    #[test]
    fn types_widen_or_are_refused() {
        let argument = |data_type| Argument { data_type, literal: None };
        let output = |first, second| {
            APPEND.signature(&[argument(first), argument(second)]).map(|signature| signature.output)
        };
        assert_eq!(output(&DataType::Int8, &DataType::Int32), Ok(list_of(&DataType::Int32)));
        assert_eq!(output(&DataType::Null, &DataType::Date), Ok(list_of(&DataType::Date)));
        assert!(output(&DataType::Int8, &DataType::String).is_err());
        let count = |count: i64, value: Scalar| {
            let literals = [Literal::flexible(value), Literal::flexible(Scalar::Int64(count))];
            let constants = literals
                .each_ref()
                .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) });
            let arguments = [argument(&DataType::Int8), constants[0], constants[1]];
            EXTEND_CONSTANT.signature(&arguments).map(|signature| signature.output)
        };
        assert_eq!(count(2, Scalar::Int32(7)), Ok(list_of(&DataType::Int8)));
        assert_eq!(count(2, Scalar::Null), Ok(list_of(&DataType::Int8)));
        assert_eq!(count(2, Scalar::Float64(0.5)), Ok(list_of(&DataType::Float64)));
        for wrong in
            [count(-1, Scalar::Int32(7)), count(1, Scalar::from("x")), count(1 << 40, Scalar::Int32(1))]
        {
            assert!(wrong.is_err(), "{wrong:?}");
        }
        assert!(EXTEND_CONSTANT.signature(&[argument(&DataType::Int8)]).is_err());
    }
}
