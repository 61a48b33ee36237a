//! An array and what it means.

use std::sync::{Arc, OnceLock};

use crate::{Array, ArrayError, Bitmap, DataType, Result, Scalar, Statistics};

/// An [`Array`] with its logical [`DataType`] and cached [`Statistics`]. Cloning is cheap and shares the cache.
#[derive(Debug, Clone)]
pub struct Column {
    data_type: DataType,
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
        Ok(Self { data_type, array, statistics: Arc::default() })
    }

    /// As [`Column::try_new`], for parts made here. Panics if they do not fit.
    pub fn new(data_type: DataType, array: impl Into<Array>) -> Self {
        let array = array.into();
        assert!(data_type.accepts(&array), "a {data_type} column over a {} array", array.physical_name());
        Self { data_type, array, statistics: Arc::default() }
    }

    /// `length` nulls of this type.
    pub fn new_null(data_type: DataType, length: usize) -> Self {
        let array = Array::new_null(&data_type, length);
        Self { data_type, array, statistics: Arc::default() }
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
        Self {
            data_type: self.data_type.clone(),
            array: self.array.sliced(offset, length),
            statistics: Arc::default(),
        }
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
