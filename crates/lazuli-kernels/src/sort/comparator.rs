//! The order of two rows, for what does not pack into integers.

use std::cmp::Ordering;

use lazuli_array::{Array, Bitmap, Code, DataType, dispatch_codes, dispatch_primitive};

use super::SortKey;

type Compare<'a> = Box<dyn Fn(usize, usize) -> Ordering + Send + Sync + 'a>;

/// The order of rows under some sort keys.
///
/// ```
/// use std::cmp::Ordering;
///
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::sort::{RowComparator, SortKey};
///
/// let column = Column::from_values(["b", "a"].into_iter());
/// let rows = RowComparator::new(&[SortKey { column: &column, descending: false, nulls_first: false }]);
/// assert_eq!(rows.compare(0, 1), Ordering::Greater);
/// ```
pub struct RowComparator<'a> {
    keys: Vec<Compare<'a>>,
}

impl<'a> RowComparator<'a> {
    /// The order that these keys give.
    pub fn new(keys: &[SortKey<'a>]) -> Self {
        let keys = keys
            .iter()
            .map(|key| {
                let values = compare_values(key.column.data_type(), key.column.array());
                nullable(key.column.array(), values, key.descending, key.nulls_first)
            })
            .collect();
        Self { keys }
    }

    /// The order of two rows; `Equal` if no key tells them apart. Panics out of bounds.
    #[inline]
    pub fn compare(&self, left: usize, right: usize) -> Ordering {
        self.keys.iter().map(|key| key(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl std::fmt::Debug for RowComparator<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RowComparator({} keys)", self.keys.len())
    }
}

/// Adds direction and nulls to an order of values.
fn nullable<'a>(array: &'a Array, values: Compare<'a>, descending: bool, nulls_first: bool) -> Compare<'a> {
    let values: Compare<'a> =
        if descending { Box::new(move |left, right| values(right, left)) } else { values };
    let Some(validity) = array.validity() else { return values };
    let null = if nulls_first { Ordering::Less } else { Ordering::Greater };
    Box::new(move |left, right| match (is_valid(&validity, left), is_valid(&validity, right)) {
        (true, true) => values(left, right),
        (false, false) => Ordering::Equal,
        (false, true) => null,
        (true, false) => null.reverse(),
    })
}

fn is_valid(validity: &Bitmap, row: usize) -> bool {
    validity.get(row)
}

/// The ascending order of rows that are not null.
fn compare_values<'a>(data_type: &DataType, array: &'a Array) -> Compare<'a> {
    dispatch_primitive!(
        array,
        |array| {
            let values = array.values();
            Box::new(move |left, right| lazuli_array::Native::total_cmp(values[left], values[right]))
        },
        else match array {
            Array::Null(_) => Box::new(|_, _| Ordering::Equal),
            Array::Boolean(array) => {
                let values = array.values();
                Box::new(move |left, right| values.get(left).cmp(&values.get(right)))
            }
            Array::String(array) => {
                Box::new(move |left, right| array.value_bytes(left).cmp(array.value_bytes(right)))
            }
            Array::Binary(array) => Box::new(move |left, right| array.value(left).cmp(array.value(right))),
            Array::Dictionary(array) => {
                let values = array.dictionary().values();
                dispatch_codes!(array.stored_codes(), |codes| {
                    let codes = codes.values();
                    if matches!(data_type, DataType::Enum(_)) {
                        return Box::new(move |left, right| codes[left].cmp(&codes[right]));
                    }
                    Box::new(move |left, right| {
                        let (left, right) = (codes[left], codes[right]);
                        if left == right {
                            return Ordering::Equal;
                        }
                        values.value_bytes(left.index()).cmp(values.value_bytes(right.index()))
                    })
                })
            }
            Array::List(array) => {
                let DataType::List(item) = data_type else { unreachable!("only List lies as a list") };
                let items = nullable(array.values(), compare_values(item, array.values()), false, false);
                let offsets = array.offsets();
                Box::new(move |left, right| {
                    let (left, left_end) = (offsets[left] as usize, offsets[left + 1] as usize);
                    let (right, right_end) = (offsets[right] as usize, offsets[right + 1] as usize);
                    (left..left_end)
                        .zip(right..right_end)
                        .map(|(left, right)| items(left, right))
                        .find(|order| order.is_ne())
                        .unwrap_or_else(|| (left_end - left).cmp(&(right_end - right)))
                })
            }
            Array::Struct(array) => {
                let DataType::Struct(fields) = data_type else { unreachable!("only Struct lies as a struct") };
                let fields: Vec<Compare<'a>> = fields
                    .iter()
                    .zip(array.fields())
                    .map(|(field, array)| {
                        nullable(array, compare_values(field.data_type(), array), false, false)
                    })
                    .collect();
                Box::new(move |left, right| {
                    fields
                        .iter()
                        .map(|field| field(left, right))
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                })
            }
            _ => unreachable!("primitives are dispatched above"),
        }
    )
}
