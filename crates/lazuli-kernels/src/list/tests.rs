//! Each kernel against the obvious code over scalars.

use lazuli_array::Scalar;
use proptest::prelude::*;

use super::*;
use crate::strategies;

/// A column of lists, a number for each row, and one more column of lists of the same type.
fn cases() -> BoxedStrategy<(Column, Column, Column)> {
    let kinds = [DataType::Int8, DataType::Float64, DataType::String, DataType::Boolean];
    strategies::one_of(kinds.to_vec())
        .prop_flat_map(|kind| {
            let lists = DataType::List(Box::new(kind));
            (0usize..40).prop_flat_map(move |rows| {
                let numbers = proptest::collection::vec(proptest::option::of(-4i64..5), rows);
                let list = || strategies::column(&lists, rows..rows + 1);
                (list(), numbers, list())
            })
        })
        .prop_map(|(lists, numbers, others)| {
            let numbers = Column::new(DataType::Int64, numbers.into_iter().collect::<PrimitiveArray<i64>>());
            (lists, numbers, others)
        })
        .boxed()
}

fn items_of(value: &Scalar) -> Option<Vec<Scalar>> {
    match value {
        Scalar::List(column) => Some((0..column.len()).map(|row| column.get(row)).collect()),
        _ => None,
    }
}

/// The rows of a column as vectors; `None` for null.
fn rows_of(column: &Column) -> Vec<Option<Vec<Scalar>>> {
    (0..column.len()).map(|row| items_of(&column.get(row))).collect()
}

fn number(column: &Column, row: usize) -> Option<i64> {
    match column.get(row) {
        Scalar::Int64(value) => Some(value),
        _ => None,
    }
}

fn distinct(items: Vec<Scalar>) -> Vec<Scalar> {
    let mut kept: Vec<Scalar> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

proptest! {
    #[test]
    fn places_match_naive((column, numbers, _) in cases(), cut in 0usize..5) {
        let cut = cut.min(column.len());
        let column = column.sliced(cut, column.len() - cut);
        let numbers = numbers.sliced(cut, numbers.len() - cut);
        let lists = Lists::new("test", &column).unwrap();
        let naive = |each: &dyn Fn(Vec<Scalar>, i64) -> Vec<Scalar>| -> Vec<Option<Vec<Scalar>>> {
            rows_of(&column)
                .into_iter()
                .enumerate()
                .map(|(row, items)| Some(each(items?, number(&numbers, row)?)))
                .collect()
        };
        let n = Datum::Column(&numbers);
        let expected = naive(&|items, n| {
            let count = items.len() as i64;
            let kept = if n < 0 { (count + n).max(0) } else { n.min(count) };
            items[..kept as usize].to_vec()
        });
        prop_assert_eq!(rows_of(&head(&lists, n).unwrap()), expected);
        let expected = naive(&|items, n| {
            let count = items.len() as i64;
            let dropped = if n < 0 { (-n).min(count) } else { (count - n).max(0) };
            items[dropped as usize..].to_vec()
        });
        prop_assert_eq!(rows_of(&tail(&lists, n).unwrap()), expected);
        let two = Constant::from_scalar(&Scalar::Int64(2));
        let expected = naive(&|items, n| {
            let start = if n < 0 { items.len() as i64 + n } else { n };
            (start..start + 2).filter_map(|at| items.get(usize::try_from(at).ok()?).cloned()).collect()
        });
        prop_assert_eq!(rows_of(&slice(&lists, n, Some(Datum::Constant(&two))).unwrap()), expected);
        let expected = naive(&|items, n| {
            let at = |at: i64| usize::try_from(at).ok().and_then(|at| items.get(at).cloned());
            (0..items.len() as i64).map(|place| at(place - n).unwrap_or(Scalar::Null)).collect()
        });
        prop_assert_eq!(rows_of(&shift(&lists, n).unwrap()), expected);
        let found = get(&lists, n, true).unwrap();
        for (row, items) in rows_of(&column).into_iter().enumerate() {
            let expected = items.zip(number(&numbers, row)).and_then(|(items, n)| {
                let at = if n < 0 { items.len() as i64 + n } else { n };
                items.get(usize::try_from(at).ok()?).cloned()
            });
            prop_assert_eq!(found.get(row), expected.unwrap_or(Scalar::Null));
        }
    }

    #[test]
    fn sets_match_naive((left, _, right) in cases()) {
        let lists = [&left, &right].map(|column| Lists::new("test", column).unwrap());
        let of = |operation| rows_of(&set_operation(operation, &lists[0], &lists[1]).unwrap());
        let naive = |each: &dyn Fn(Vec<Scalar>, Vec<Scalar>) -> Vec<Scalar>| -> Vec<Option<Vec<Scalar>>> {
            let pairs = rows_of(&left).into_iter().zip(rows_of(&right));
            pairs.map(|(left, right)| Some(distinct(each(left?, right?)))).collect()
        };
        let without = |left: &[Scalar], right: &[Scalar]| -> Vec<Scalar> {
            left.iter().filter(|item| !right.contains(item)).cloned().collect()
        };
        prop_assert_eq!(of(SetOperation::Union), naive(&|left, right| [left, right].concat()));
        prop_assert_eq!(of(SetOperation::Difference), naive(&|left, right| without(&left, &right)));
        prop_assert_eq!(
            of(SetOperation::SymmetricDifference),
            naive(&|left, right| [without(&left, &right), without(&right, &left)].concat())
        );
        prop_assert_eq!(
            of(SetOperation::Intersection),
            naive(&|left, right| left.into_iter().filter(|item| right.contains(item)).collect())
        );
        let appended = rows_of(&concat_lists(&[&lists[0], &lists[1]]).unwrap());
        let pairs = rows_of(&left).into_iter().zip(rows_of(&right));
        let expected: Vec<_> = pairs.map(|(left, right)| Some([left?, right?].concat())).collect();
        prop_assert_eq!(appended, expected);
        let expected: Vec<_> = rows_of(&left).into_iter().map(|items| items.map(distinct)).collect();
        prop_assert_eq!(rows_of(&unique(&lists[0]).unwrap()), expected);
    }

    #[test]
    fn searches_match_naive((column, _, others) in cases()) {
        let lists = Lists::new("test", &column).unwrap();
        // The first item of the other list is what is looked for, null where there is none.
        let zero = Constant::from_scalar(&Scalar::Int64(0));
        let values = get(&Lists::new("test", &others).unwrap(), Datum::Constant(&zero), true).unwrap();
        let found = contains(&lists, Datum::Column(&values), true).unwrap();
        let counts = count_matches(&lists, Datum::Column(&values)).unwrap();
        for (row, items) in rows_of(&column).into_iter().enumerate() {
            let count = items.map(|items| items.iter().filter(|item| **item == values.get(row)).count());
            prop_assert_eq!(counts.get(row), count.map(|count| count as i64).into());
            prop_assert_eq!(found.get(row), count.map(|count| count > 0).into());
        }
        let reversed = Lists::new("test", &reverse(&lists).unwrap()).unwrap();
        prop_assert_eq!(reverse(&reversed).unwrap(), column.clone());
        let kept = rows_of(&drop_nulls(&lists).unwrap());
        let expected: Vec<_> = rows_of(&column)
            .into_iter()
            .map(|items| items.map(|items| items.into_iter().filter(|item| !item.is_null()).collect::<Vec<_>>()))
            .collect();
        prop_assert_eq!(kept, expected);
    }

    #[test]
    fn sorted_lists_are_those_sorted_alone(
        (column, _, _) in cases(), descending in proptest::bool::ANY, nulls_first in proptest::bool::ANY,
    ) {
        let lists = Lists::new("test", &column).unwrap();
        let sorted = sort(&lists, descending, nulls_first).unwrap();
        for row in 0..column.len() {
            let expected = match column.get(row) {
                Scalar::List(items) => {
                    let key = crate::sort::SortKey { column: &items, descending, nulls_first };
                    let order = crate::sort::sort_indices(&[key], items.len()).unwrap();
                    Scalar::List(Box::new(crate::take_column(&items, &order)))
                }
                other => other,
            };
            prop_assert_eq!(sorted.get(row), expected);
        }
    }
}

#[test]
fn what_lies_under_null_is_no_item() {
    let items: Array = PrimitiveArray::from_vec(vec![1i64, 2, 3, 4]).into();
    let validity = Some([true, false, true].into_iter().collect());
    let array = ListArray::new(vec![0i64, 1, 3, 4].into(), items, validity);
    let column = Column::new(DataType::List(Box::new(DataType::Int64)), array);
    for (column, rows) in [(column.clone(), vec![0u32, 2]), (column.sliced(1, 2), vec![1])] {
        let lists = Lists::new("test", &column).unwrap();
        assert_eq!(lists.item_rows(), rows);
        assert_eq!(lists.with_items(lists.items().clone()), column);
    }
}

#[test]
fn places_beyond_the_ends_name_the_row() {
    let lists = Column::from_scalars(
        &DataType::List(Box::new(DataType::Int64)),
        [Scalar::List(Box::new(strategies::ints(&[Some(1)]))), Scalar::List(Box::new(strategies::ints(&[])))],
    )
    .unwrap();
    let lists = Lists::new("test", &lists).unwrap();
    let zero = Constant::from_scalar(&Scalar::Int64(0));
    let error = get(&lists, Datum::Constant(&zero), false).unwrap_err();
    assert_eq!(error.row(), Some(1));
    assert_eq!(item(&lists, false).unwrap_err().row(), Some(1));
    assert_eq!(item(&lists, true).unwrap(), strategies::ints(&[Some(1), None]));
}
