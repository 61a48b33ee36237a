//! Which rows have a value, as it comes to light row by row.

use lazuli_array::{Bitmap, BitmapBuilder};

/// A validity map that is only made at the first null: most columns have none.
pub(crate) struct Validity {
    map: Option<BitmapBuilder>,
    /// Rows expected in all.
    capacity: usize,
}

impl Validity {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { map: None, capacity: rows }
    }

    /// The next row has a value.
    #[inline(always)]
    pub(crate) fn push_valid(&mut self) {
        if let Some(map) = &mut self.map {
            map.push(true);
        }
    }

    /// The next row, before which there are `before` rows, has none.
    #[inline(never)]
    pub(crate) fn push_null(&mut self, before: usize) {
        let capacity = self.capacity;
        self.map
            .get_or_insert_with(|| {
                let mut map = BitmapBuilder::with_capacity(capacity);
                map.push_many(true, before);
                map
            })
            .push(false);
    }

    pub(crate) fn finish(self) -> Option<Bitmap> {
        self.map.map(BitmapBuilder::finish)
    }
}
