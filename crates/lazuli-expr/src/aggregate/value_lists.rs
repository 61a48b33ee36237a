//! All values of each group, for the aggregates that must see them at once.
//!
//! Rows are appended with their groups, and put in order of groups by one counting sort when lists are asked for. One
//! group alone needs neither.

use std::cell::RefCell;
use std::ops::Range;

use lazuli_array::{Array, Column, DataType, ListArray, Native, PhysicalType, PrimitiveArray, memory};

use crate::Groups;
use crate::aggregate::valid_rows::for_each_valid;

/// Values by group, in no order that matters.
#[derive(Debug)]
pub(super) struct ValueLists<V> {
    num_groups: usize,
    rows: RefCell<Rows<V>>,
}

#[derive(Debug)]
struct Rows<V> {
    values: Vec<V>,
    order: Order,
}

#[derive(Debug)]
enum Order {
    /// All belong to group 0.
    One,
    /// The value at `i` belongs to group `groups[i]`.
    AsMet { groups: Vec<u32> },
    /// The values of group `i` lie at `offsets[i]..offsets[i + 1]`.
    ByGroup { offsets: Vec<usize> },
}

impl<V: Native> ValueLists<V> {
    /// No groups yet.
    pub(super) fn new() -> Self {
        Self { num_groups: 0, rows: RefCell::new(Rows { values: Vec::new(), order: Order::One }) }
    }

    /// Makes room for groups `0..num_groups`.
    pub(super) fn resize(&mut self, num_groups: usize) {
        self.num_groups = self.num_groups.max(num_groups);
    }

    /// Appends the values that count.
    pub(super) fn extend<T: Native>(
        &mut self,
        array: &PrimitiveArray<T>,
        groups: Groups<'_>,
        widen: impl Fn(T) -> V,
    ) {
        let values = array.values();
        let rows = self.rows.get_mut();
        memory::reserve(&mut rows.values, values.len());
        if let Groups::Ids(ids) = groups {
            let groups = rows.groups_mut();
            memory::reserve(groups, ids.len());
            match array.validity() {
                None => groups.extend_from_slice(ids),
                validity => for_each_valid(validity, values.len(), |row| groups.push(ids[row])),
            }
        }
        match array.validity() {
            None => rows.values.extend(values.iter().map(|&value| widen(value))),
            validity => for_each_valid(validity, values.len(), |row| rows.values.push(widen(values[row]))),
        }
        if let Groups::One { .. } = groups {
            rows.pad_with_group_0();
        }
    }

    /// The lists of groups as a column of lists.
    pub(super) fn to_column(&self, groups: Range<usize>) -> Column {
        let mut rows = self.rows.borrow_mut();
        let offsets = rows.arrange(self.num_groups);
        let (start, end) = (offsets[groups.start], offsets[groups.end]);
        let item_offsets =
            offsets[groups.start..=groups.end].iter().map(|&offset| (offset - start) as i64).collect();
        let mut items = memory::with_capacity(end - start);
        items.extend_from_slice(&rows.values[start..end]);
        let items = PrimitiveArray::from_vec(items);
        let item_type = match V::PHYSICAL {
            PhysicalType::UInt64 => DataType::UInt64,
            PhysicalType::Int64 => DataType::Int64,
            PhysicalType::Float64 => DataType::Float64,
            _ => DataType::Decimal { precision: 38, scale: 0 },
        };
        Column::new(DataType::List(Box::new(item_type)), ListArray::new(item_offsets, items.into(), None))
    }

    /// Appends lists that [`ValueLists::to_column`] made.
    pub(super) fn extend_from_column(&mut self, column: &Column, groups: Groups<'_>) {
        let Array::List(lists) = column.array() else {
            unreachable!("state columns have the types that state() gave them")
        };
        let items = V::unwrap(lists.values()).expect("state columns have the types that state() gave them");
        let offsets = lists.offsets();
        let rows = self.rows.get_mut();
        let num_items = (offsets[lists.len()] - offsets[0]) as usize;
        memory::reserve(&mut rows.values, num_items);
        if let Groups::Ids(ids) = groups {
            let groups = rows.groups_mut();
            memory::reserve(groups, num_items);
            for (&id, pair) in ids.iter().zip(offsets.windows(2)) {
                groups.extend(std::iter::repeat_n(id, (pair[1] - pair[0]) as usize));
            }
        }
        rows.values.extend_from_slice(&items.values()[offsets[0] as usize..offsets[lists.len()] as usize]);
        if let Groups::One { .. } = groups {
            rows.pad_with_group_0();
        }
    }

    /// Appends the lists of another, if all of both are of group 0.
    pub(super) fn absorb(&mut self, other: &mut Self) -> bool {
        let (rows, others) = (self.rows.get_mut(), other.rows.get_mut());
        if !matches!((&rows.order, &others.order), (Order::One, Order::One)) {
            return false;
        }
        // The shorter ones move.
        if rows.values.len() < others.values.len() {
            std::mem::swap(&mut rows.values, &mut others.values);
        }
        memory::reserve(&mut rows.values, others.values.len());
        rows.values.extend_from_slice(&others.values);
        true
    }

    /// What `result` makes of the values of each group, which it may reorder; `None` for groups without values.
    pub(super) fn map<R>(&self, groups: Range<usize>, result: impl Fn(&mut [V]) -> R) -> Vec<Option<R>> {
        let mut rows = self.rows.borrow_mut();
        let ranges: Vec<Range<usize>> = {
            let offsets = rows.arrange(self.num_groups);
            groups.map(|group| offsets[group]..offsets[group + 1]).collect()
        };
        let lists =
            ranges.into_iter().map(|range| (!range.is_empty()).then(|| result(&mut rows.values[range])));
        lists.collect()
    }

    /// Bytes of memory that the lists occupy.
    pub(super) fn memory_bytes(&self) -> usize {
        let rows = self.rows.borrow();
        let order = match &rows.order {
            Order::One => 0,
            Order::AsMet { groups } => groups.capacity() * size_of::<u32>(),
            Order::ByGroup { offsets } => offsets.capacity() * size_of::<usize>(),
        };
        rows.values.capacity() * size_of::<V>() + order
    }
}

impl<V: Native> Rows<V> {
    /// The group of each value, for more to be appended.
    fn groups_mut(&mut self) -> &mut Vec<u32> {
        let groups = match &mut self.order {
            Order::AsMet { groups } => std::mem::take(groups),
            Order::One => vec![0; self.values.len()],
            Order::ByGroup { offsets } => {
                let mut groups = Vec::with_capacity(self.values.len());
                for (group, pair) in offsets.windows(2).enumerate() {
                    groups.extend(std::iter::repeat_n(group as u32, pair[1] - pair[0]));
                }
                groups
            }
        };
        self.order = Order::AsMet { groups };
        let Order::AsMet { groups } = &mut self.order else { unreachable!("set on the line above") };
        groups
    }

    /// Says that values appended without groups belong to group 0.
    fn pad_with_group_0(&mut self) {
        if !matches!(self.order, Order::One) {
            let num_values = self.values.len();
            self.groups_mut().resize(num_values, 0);
        }
    }

    /// Puts values in order of their groups and tells where each group's lie.
    fn arrange(&mut self, num_groups: usize) -> Vec<usize> {
        let offsets = match std::mem::replace(&mut self.order, Order::One) {
            Order::One => {
                let mut offsets = vec![self.values.len(); num_groups + 1];
                offsets[0] = 0;
                offsets
            }
            Order::ByGroup { mut offsets } => {
                offsets.resize(num_groups + 1, self.values.len());
                offsets
            }
            Order::AsMet { groups } => {
                let mut offsets = vec![0; num_groups + 1];
                for &group in &groups {
                    offsets[group as usize + 1] += 1;
                }
                for group in 0..num_groups {
                    offsets[group + 1] += offsets[group];
                }
                let mut next = offsets.clone();
                let mut arranged = memory::with_capacity(self.values.len());
                arranged.resize(self.values.len(), V::default());
                for (&group, &value) in groups.iter().zip(&self.values) {
                    arranged[next[group as usize]] = value;
                    next[group as usize] += 1;
                }
                self.values = arranged;
                offsets
            }
        };
        if num_groups > 1 {
            self.order = Order::ByGroup { offsets: offsets.clone() };
        }
        offsets
    }
}
