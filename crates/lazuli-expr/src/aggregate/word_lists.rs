//! Words of each group as one state column, a list a group: for states of no fixed size.

use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray};

/// The column of these words, group after group. `push` puts those of a group behind others.
pub(super) fn of_groups<S>(groups: &[S], push: impl Fn(&S, &mut Vec<u64>)) -> Column {
    let mut words: Vec<u64> = Vec::new();
    let mut offsets = vec![0i64];
    for group in groups {
        push(group, &mut words);
        offsets.push(words.len() as i64);
    }
    let lists = ListArray::new(offsets.into(), PrimitiveArray::from_vec(words).into(), None);
    Column::new(DataType::List(Box::new(DataType::UInt64)), lists)
}

/// The words of each group of such a column, in order.
pub(super) fn iter(state: &Column) -> impl Iterator<Item = &[u64]> {
    let Array::List(lists) = state.array() else {
        unreachable!("state columns have the types that state() gave them")
    };
    let Array::UInt64(words) = lists.values() else {
        unreachable!("state columns have the types that state() gave them")
    };
    let words = words.values();
    lists.offsets().windows(2).map(move |pair| &words[pair[0] as usize..pair[1] as usize])
}
