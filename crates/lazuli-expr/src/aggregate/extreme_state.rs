//! The least or greatest value of fixed width: what `min` and `max` share.
//!
//! Values are widened to `i64`, `i128` or `f64`, so there is one state for all narrow types. `GREATEST` tells which end.

use lazuli_array::{
    Array, BooleanArray, Column, DataType, DictionaryArray, Native, PhysicalType, PrimitiveArray,
    dispatch_codes, dispatch_wide_integer,
};
use lazuli_kernels::aggregate::{max, min};
use lazuli_kernels::cast::{CastMode, cast};

use crate::Groups;
use crate::aggregate::fixed_states::GroupState;
use crate::aggregate::state_column::{
    bits_of, boolean_column, float64_column, gathered, int64_column, int128_column, values_of,
};
use crate::aggregate::valid_rows::{as_numbers, update_states};

/// The least or greatest integer; `i64` for all but decimals and `u64`, which need `i128`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extreme<V, const GREATEST: bool> {
    value: V,
    seen: bool,
}

impl<V: Ord + Copy, const GREATEST: bool> Extreme<V, GREATEST> {
    #[inline]
    fn add(&mut self, value: V) {
        if !self.seen || better::<V, GREATEST>(value, self.value) {
            *self = Self { value, seen: true };
        }
    }

    fn add_state(&mut self, other: Self) {
        if other.seen {
            self.add(other.value);
        }
    }

    fn get(self) -> Option<V> {
        self.seen.then_some(self.value)
    }
}

#[inline]
fn better<V: Ord, const GREATEST: bool>(new: V, old: V) -> bool {
    if GREATEST { new > old } else { new < old }
}

/// The least or greatest of the values that count.
fn extreme<T: Native, const GREATEST: bool>(array: &PrimitiveArray<T>) -> Option<T> {
    let extreme = if GREATEST { max::<T> } else { min::<T> };
    extreme(array.values(), array.validity())
}

/// Takes in one array of one group in its own width, or rows of many groups.
fn update_extremes<T: Native + Ord, V: Ord + Copy, const GREATEST: bool>(
    states: &mut [Extreme<V, GREATEST>],
    array: &PrimitiveArray<T>,
    groups: Groups<'_>,
    widen: impl Fn(T) -> V,
) {
    let Groups::One { .. } = groups else {
        update_states(states, array.values(), array.validity(), groups, |state, value| {
            state.add(widen(value))
        });
        return;
    };
    if let Some(found) = extreme::<T, GREATEST>(array) {
        states[0].add(widen(found));
    }
}

impl<const GREATEST: bool> GroupState for Extreme<i64, GREATEST> {
    #[allow(clippy::unnecessary_cast, reason = "one arm of the dispatch is i64 already")]
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        if let Array::Dictionary(array) = input {
            // The codes of an enum are its order.
            dispatch_codes!(array.stored_codes(), |codes| {
                update_extremes(states, codes, groups, i64::from);
            });
            return;
        }
        dispatch_wide_integer!(
            &*as_numbers(input),
            |array| update_extremes(states, array, groups, |value| value as i64),
            else unreachable!("decimals and floats have states of their own")
        );
    }

    fn merge(&mut self, other: Self) {
        self.add_state(other);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            boolean_column(states.iter().map(|state| state.seen)),
            int64_column(states.iter().map(|state| state.value)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = bits_of(&columns[0]).zip(values_of(&columns[1]));
        gathered(pairs.map(|(seen, &value)| Self { value, seen }))
    }
}

impl<const GREATEST: bool> GroupState for Extreme<i128, GREATEST> {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        match input {
            Array::Int128(array) => update_extremes(states, array, groups, |value| value),
            Array::UInt64(array) => update_extremes(states, array, groups, i128::from),
            _ => unreachable!("narrower integers have states of their own"),
        }
    }

    fn merge(&mut self, other: Self) {
        self.add_state(other);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            boolean_column(states.iter().map(|state| state.seen)),
            int128_column(states.iter().map(|state| state.value)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = bits_of(&columns[0]).zip(values_of(&columns[1]));
        gathered(pairs.map(|(seen, &value)| Self { value, seen }))
    }
}

/// The results, in the width of their type.
pub(super) fn finish_integers<V: Ord + Copy + Into<i128>, const GREATEST: bool>(
    states: &[Extreme<V, GREATEST>],
    data_type: &DataType,
) -> Column {
    column_of(&mut states.iter().map(|state| state.get().map(Into::into)), data_type)
}

/// Integers as a column. Every value came from this type.
fn column_of(values: &mut dyn Iterator<Item = Option<i128>>, data_type: &DataType) -> Column {
    fn of<T: Native>(
        values: &mut dyn Iterator<Item = Option<i128>>,
        narrow: fn(i128) -> T,
    ) -> PrimitiveArray<T> {
        values.map(|value| value.map(narrow)).collect()
    }
    match (data_type, data_type.physical()) {
        (DataType::Boolean, _) => {
            let values = values.map(|value| value.map(|value| value == 1));
            Column::new(DataType::Boolean, values.collect::<BooleanArray>())
        }
        (DataType::Enum(categories), _) => {
            let array = DictionaryArray::try_new(of(values, |value| value as u32), categories.clone());
            Column::new(data_type.clone(), array.expect("the codes come from columns of the same enum"))
        }
        (_, PhysicalType::Int32) => Column::new(data_type.clone(), of(values, |value| value as i32)),
        (_, PhysicalType::UInt64) => Column::new(data_type.clone(), of(values, |value| value as u64)),
        (_, PhysicalType::Int128) => Column::new(data_type.clone(), of(values, |value| value)),
        (_, PhysicalType::Int64) => Column::new(data_type.clone(), of(values, |value| value as i64)),
        _ => {
            let wide = Column::new(DataType::Int64, of(values, |value| value as i64));
            cast(&wide, data_type, CastMode::Strict).expect("every value came from this type")
        }
    }
}

/// The least or greatest float; NaN only if there is nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FloatExtreme<const GREATEST: bool> {
    value: f64,
    seen: Seen,
}

/// What has been met; the better is the greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    #[default]
    Nothing,
    Nan,
    Number,
}

impl<const GREATEST: bool> FloatExtreme<GREATEST> {
    #[inline]
    fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.seen = self.seen.max(Seen::Nan);
        } else if self.seen < Seen::Number || if GREATEST { value > self.value } else { value < self.value } {
            // Adding 0 makes -0.0 the zero it equals, whichever came first.
            *self = Self { value: value + 0.0, seen: Seen::Number };
        }
    }
}

impl<const GREATEST: bool> GroupState for FloatExtreme<GREATEST> {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let wide = as_numbers(input);
        let Array::Float64(array) = &*wide else { unreachable!("integers have states of their own") };
        match groups {
            Groups::One { .. } => {
                if let Some(value) = extreme::<_, GREATEST>(array) {
                    states[0].add(value);
                }
            }
            Groups::Ids(_) => update_states(states, array.values(), array.validity(), groups, Self::add),
        }
    }

    fn merge(&mut self, other: Self) {
        match other.seen {
            Seen::Nothing => {}
            Seen::Nan => self.add(f64::NAN),
            Seen::Number => self.add(other.value),
        }
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            boolean_column(states.iter().map(|state| state.seen != Seen::Nothing)),
            float64_column(
                states.iter().map(|state| if state.seen == Seen::Number { state.value } else { f64::NAN }),
            ),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = bits_of(&columns[0]).zip(values_of(&columns[1]));
        gathered(pairs.map(|(seen, &value)| {
            let mut state = Self::default();
            if seen {
                state.add(value);
            }
            state
        }))
    }
}

/// The results, in the width of their type.
pub(super) fn finish_floats<const GREATEST: bool>(
    states: &[FloatExtreme<GREATEST>],
    data_type: &DataType,
) -> Column {
    let values = states.iter().map(|state| match state.seen {
        Seen::Nothing => None,
        Seen::Nan => Some(f64::NAN),
        Seen::Number => Some(state.value),
    });
    match data_type {
        // Every value came from this type.
        DataType::Float32 => Column::new(
            DataType::Float32,
            values.map(|value| value.map(|value| value as f32)).collect::<PrimitiveArray<f32>>(),
        ),
        _ => Column::new(DataType::Float64, values.collect::<PrimitiveArray<f64>>()),
    }
}
