//! An array and what it means.

use std::sync::{Arc, OnceLock};

use crate::{Array, ArrayError, Bitmap, DataType, Result, Scalar, Statistics};

/// An [`Array`] with its logical [`DataType`] and cached [`Statistics`]. Cloning is cheap and shares the cache.
#[derive(Debug, Clone)]
pub struct Column {
    data_type: DataType,
    array: Array,
    statistics: Arc<OnceLock<Statistics>>,
    /// Where a slice was cut from.
    origin: Option<Origin>,
}

/// The column that a slice was cut from, so that neighbouring slices can be joined again without a copy.
#[derive(Debug, Clone)]
struct Origin {
    whole: Arc<Whole>,
    /// The slice's first row in it.
    offset: usize,
}

/// A column that is no slice itself. Clones of one column are told by their shared cache of statistics.
#[derive(Debug)]
struct Whole {
    array: Array,
    statistics: Arc<OnceLock<Statistics>>,
}

impl Column {
    /// A column of this type.
    ///
    /// # Errors
    /// [`ArrayError::PhysicalMismatch`] if the array can't hold it.
    pub fn try_new(data_type: DataType, array: Array) -> Result<Self> {
        if !data_type.accepts(&array) {
            return Err(ArrayError::PhysicalMismatch { data_type, found: array.physical_name() });
        }
        Ok(Self { data_type, array, statistics: Arc::default(), origin: None })
    }

    /// As [`Column::try_new`], for parts made here. Panics if they do not fit.
    pub fn new(data_type: DataType, array: impl Into<Array>) -> Self {
        let array = array.into();
        assert!(data_type.accepts(&array), "a {data_type} column over a {} array", array.physical_name());
        Self { data_type, array, statistics: Arc::default(), origin: None }
    }

    /// `length` nulls of this type.
    pub fn new_null(data_type: DataType, length: usize) -> Self {
        let array = Array::new_null(&data_type, length);
        Self { data_type, array, statistics: Arc::default(), origin: None }
    }

    /// The logical type.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The values.
    pub fn array(&self) -> &Array {
        &self.array
    }

    /// The values, owned.
    pub fn into_array(self) -> Array {
        self.array
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.array.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.array.is_empty()
    }

    /// Number of null rows.
    pub fn null_count(&self) -> usize {
        self.array.null_count()
    }

    /// Which rows hold a value; `None` when all do.
    pub fn validity(&self) -> Option<Bitmap> {
        self.array.validity()
    }

    /// The value of a row as a scalar. Panics out of bounds.
    pub fn get(&self, row: usize) -> Scalar {
        Scalar::from_array(&self.data_type, &self.array, row)
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        if offset == 0 && length == self.len() {
            return self.clone();
        }
        let origin = match &self.origin {
            Some(origin) => Origin { whole: origin.whole.clone(), offset: origin.offset + offset },
            None => {
                let whole = Whole { array: self.array.clone(), statistics: self.statistics.clone() };
                Origin { whole: Arc::new(whole), offset }
            }
        };
        Self {
            data_type: self.data_type.clone(),
            array: self.array.sliced(offset, length),
            statistics: Arc::default(),
            origin: Some(origin),
        }
    }

    /// The rows of slices one after the other without a copy, if they were cut from one column and are neighbours there
    /// in this order; where they are all of it, with its statistics. `None` otherwise, and for no slices.
    ///
    /// ```
    /// use lazuli_array::{Column, FromValues};
    ///
    /// let column = Column::from_values(0..10i64);
    /// let slices = [column.sliced(0, 4), column.sliced(4, 1), column.sliced(5, 5)];
    /// assert_eq!(Column::rejoined(&[&slices[0], &slices[1], &slices[2]]), Some(column));
    /// assert_eq!(Column::rejoined(&[&slices[0], &slices[2]]), None);
    /// ```
    pub fn rejoined(slices: &[&Self]) -> Option<Self> {
        let (first, rest) = slices.split_first()?;
        if rest.is_empty() {
            return Some((*first).clone());
        }
        let Origin { whole, offset } = first.origin.as_ref()?;
        let mut end = offset + first.len();
        for slice in rest {
            let origin = slice.origin.as_ref()?;
            if origin.offset != end || !Arc::ptr_eq(&origin.whole.statistics, &whole.statistics) {
                return None;
            }
            end += slice.len();
        }
        let data_type = first.data_type.clone();
        if *offset == 0 && end == whole.array.len() {
            let (array, statistics) = (whole.array.clone(), whole.statistics.clone());
            return Some(Self { data_type, array, statistics, origin: None });
        }
        Some(Self {
            data_type,
            array: whole.array.sliced(*offset, end - offset),
            statistics: Arc::default(),
            origin: first.origin.clone(),
        })
    }

    /// Bytes of memory that the rows refer to.
    pub fn memory_bytes(&self) -> usize {
        self.array.memory_bytes()
    }

    /// The cached statistics, computed by `compute` at the first call on this column or a clone of it.
    pub fn statistics_or_init(&self, compute: impl FnOnce(&Self) -> Statistics) -> &Statistics {
        self.statistics.get_or_init(|| compute(self))
    }

    /// The cached statistics, if somebody has asked for them before.
    pub fn cached_statistics(&self) -> Option<&Statistics> {
        self.statistics.get()
    }
}

/// Columns are equal if their types and rows are.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.data_type == other.data_type && self.array == other.array
    }
}
