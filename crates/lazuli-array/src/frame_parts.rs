//! Parts of a frame: rows and columns taken out of it, put into it, replaced.

use std::sync::Arc;

use crate::{
    ArrayError, Batch, Column, DataFrame, DataType, Field, Name, Result, Scalar, Schema, SchemaRef, Series,
};

impl DataFrame {
    /// A frame of series that may be chunked differently. No values are copied: chunks are cut where those of any series
    /// end.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] or [`ArrayError::DuplicateName`].
    pub fn from_series(series: Vec<Series>) -> Result<Self> {
        let Some(first) = series.first() else { return Self::try_new(series) };
        let length = first.len();
        if let Some(other) = series.iter().find(|other| other.len() != length) {
            return Err(ArrayError::LengthMismatch {
                what: format!("column {}", other.name()),
                expected: length,
                found: other.len(),
            });
        }
        let mut ends: Vec<usize> = series.iter().flat_map(chunk_ends).filter(|end| *end > 0).collect();
        ends.sort_unstable();
        ends.dedup();
        Self::try_new(series.iter().map(|series| cut_at(series, &ends)).collect::<Result<_>>()?)
    }

    /// A frame of rows.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] if a row has another number of values than the schema has columns, and what
    /// [`Column::from_scalars`] says of values of other types.
    pub fn from_rows(schema: SchemaRef, rows: impl IntoIterator<Item = Vec<Scalar>>) -> Result<Self> {
        let mut columns: Vec<Vec<Scalar>> = vec![Vec::new(); schema.len()];
        let mut num_rows = 0;
        for (place, row) in rows.into_iter().enumerate() {
            if row.len() != schema.len() {
                return Err(ArrayError::LengthMismatch {
                    what: format!("row {place}"),
                    expected: schema.len(),
                    found: row.len(),
                });
            }
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            num_rows += 1;
        }
        let columns = schema.fields().iter().zip(columns);
        let columns = columns
            .map(|(field, values)| Column::from_scalars(field.data_type(), values))
            .collect::<Result<_>>()?;
        let batch = Batch::try_new(schema.clone(), columns, num_rows)?;
        Self::from_batches(schema, vec![batch])
    }

    /// The types of the columns, in order.
    pub fn data_types(&self) -> Vec<DataType> {
        self.schema().fields().iter().map(|field| field.data_type().clone()).collect()
    }

    /// The names of the columns, in order.
    pub fn column_names(&self) -> Vec<Name> {
        self.schema().names().cloned().collect()
    }

    /// One column by name: [`DataFrame::column`].
    ///
    /// # Errors
    /// [`ArrayError::ColumnNotFound`] with the names there are.
    pub fn get_column(&self, name: &str) -> Result<Series> {
        self.column(name)
    }

    /// The place of a column among the others.
    pub fn get_column_index(&self, name: &str) -> Option<usize> {
        self.schema().position(name)
    }

    /// The column at a place; `None` beyond the last.
    pub fn to_series(&self, index: usize) -> Option<Series> {
        (index < self.width()).then(|| self.column_at(index))
    }

    /// The names and their columns, in order.
    pub fn to_dict(&self) -> Vec<(Name, Series)> {
        self.get_columns().into_iter().map(|column| (column.name().clone(), column)).collect()
    }

    /// The rows in order, each value beside the name of its column. Slow: meant for small data.
    pub fn to_dicts(&self) -> Vec<Vec<(Name, Scalar)>> {
        self.rows().map(|row| self.schema().names().cloned().zip(row).collect()).collect()
    }

    /// Whether schemas and rows are the same, as `==`: null equals null, NaN equals NaN.
    pub fn equals(&self, other: &Self) -> bool {
        self == other
    }

    /// What `make` makes of each column; the results have one length.
    ///
    /// # Errors
    /// What `make` gives, and as [`DataFrame::from_series`].
    pub fn map_columns(&self, make: impl FnMut(Series) -> Result<Series>) -> Result<Self> {
        Self::from_series(self.get_columns().into_iter().map(make).collect::<Result<_>>()?)
    }

    /// What `fold` makes of all columns, from the left; `None` without columns.
    ///
    /// # Errors
    /// What `fold` gives.
    pub fn fold(&self, fold: impl FnMut(Series, Series) -> Result<Series>) -> Result<Option<Series>> {
        let mut columns = self.get_columns().into_iter();
        let Some(first) = columns.next() else { return Ok(None) };
        columns.try_fold(first, fold).map(Some)
    }

    /// All columns, in order.
    pub fn get_columns(&self) -> Vec<Series> {
        (0..self.width()).map(|index| self.column_at(index)).collect()
    }

    /// One row as values; `None` beyond the last.
    pub fn row(&self, row: usize) -> Option<Vec<Scalar>> {
        (row < self.height()).then(|| (0..self.width()).map(|column| self.get(row, column)).collect())
    }

    /// The value of a row in the column of a name.
    ///
    /// # Errors
    /// [`ArrayError::ColumnNotFound`], or [`ArrayError::LengthMismatch`] for a row that there is not.
    pub fn item(&self, row: usize, column: &str) -> Result<Scalar> {
        let column = self.schema().require(column)?;
        if row >= self.height() {
            let what = format!("row {row}");
            return Err(ArrayError::LengthMismatch { what, expected: row + 1, found: self.height() });
        }
        Ok(self.get(row, column))
    }

    /// The one value of a frame of one row and one column.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] if there is more or less than that.
    pub fn only_item(&self) -> Result<Scalar> {
        match self.shape() {
            (1, 1) => Ok(self.get(0, 0)),
            (height, width) => Err(ArrayError::LengthMismatch {
                what: "a frame that stands for one value".into(),
                expected: 1,
                found: height * width,
            }),
        }
    }

    /// `length` rows from `offset` on, as far as there are; no values are copied.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        let (mut skip, mut left, mut batches) = (offset, length, Vec::new());
        for batch in self.batches() {
            let from = skip.min(batch.num_rows());
            let taken = left.min(batch.num_rows() - from);
            (skip, left) = (skip - from, left - taken);
            if taken > 0 {
                batches.push(batch.sliced(from, taken));
            }
        }
        Self::from_batches(self.schema().clone(), batches).expect("the schema is the frame's own")
    }

    /// The rows in order, `num_rows` at a time; the last slice may have fewer. Panics for 0.
    pub fn iter_slices(&self, num_rows: usize) -> impl Iterator<Item = Self> + '_ {
        assert!(num_rows > 0, "slices have rows");
        (0..self.height()).step_by(num_rows).map(move |offset| self.sliced(offset, num_rows))
    }

    /// A frame of the same columns with `num_rows` rows of nulls.
    pub fn clear(&self, num_rows: usize) -> Self {
        let schema = self.schema();
        let null = |field: &Field| Column::new_null(field.data_type().clone(), num_rows);
        let columns = schema.fields().iter().map(null).collect();
        let batch = Batch::new(schema.clone(), columns, num_rows);
        Self::from_batches(schema.clone(), vec![batch]).expect("the schema is the frame's own")
    }

    /// The columns, and these behind them.
    ///
    /// # Errors
    /// As [`DataFrame::from_series`].
    pub fn hstack(&self, series: impl IntoIterator<Item = Series>) -> Result<Self> {
        let mut columns = self.get_columns();
        columns.extend(series);
        Self::from_series(columns)
    }

    /// The rows, and those of another frame behind them; no values are copied.
    ///
    /// # Errors
    /// [`ArrayError::SchemaMismatch`] if names, order or types differ.
    pub fn vstack(&self, other: &Self) -> Result<Self> {
        if self.schema() != other.schema() {
            return Err(ArrayError::SchemaMismatch {
                what: "a frame put under another".into(),
                expected: self.schema().to_string(),
                found: other.schema().to_string(),
            });
        }
        let batches = self.batches().iter().chain(other.batches()).cloned();
        let batches = batches.map(|batch| batch.with_schema(self.schema().clone())).collect();
        Self::from_batches(self.schema().clone(), batches)
    }

    /// Puts the rows of another frame behind those of this one; no values are copied.
    ///
    /// # Errors
    /// As [`DataFrame::vstack`].
    pub fn extend(&mut self, other: &Self) -> Result<()> {
        *self = self.vstack(other)?;
        Ok(())
    }

    /// The columns with this one at a place among them. Panics beyond the last.
    ///
    /// # Errors
    /// As [`DataFrame::from_series`].
    pub fn with_inserted(&self, index: usize, series: Series) -> Result<Self> {
        let mut columns = self.get_columns();
        columns.insert(index, series);
        Self::from_series(columns)
    }

    /// The columns with this one in place of another. Panics beyond the last.
    ///
    /// # Errors
    /// As [`DataFrame::from_series`].
    pub fn with_replaced(&self, index: usize, series: Series) -> Result<Self> {
        let mut columns = self.get_columns();
        columns[index] = series;
        Self::from_series(columns)
    }

    /// Takes a column out of the frame.
    ///
    /// # Errors
    /// [`ArrayError::ColumnNotFound`] with the names there are.
    pub fn drop_in_place(&mut self, name: &str) -> Result<Series> {
        let taken = self.schema().require(name)?;
        let series = self.column_at(taken);
        let kept: Vec<usize> = (0..self.width()).filter(|index| *index != taken).collect();
        let schema = Arc::new(self.schema().project(&kept));
        let batches =
            self.batches().iter().map(|batch| batch.project(&kept).with_schema(schema.clone())).collect();
        *self = Self::from_batches(schema, batches)?;
        Ok(series)
    }

    /// All columns as the fields of one of structs.
    pub fn to_struct(&self, name: impl Into<Name>) -> Series {
        let fields: Arc<[Field]> = self.schema().fields().iter().cloned().collect();
        let data_type = DataType::Struct(fields);
        let chunk = |batch: &Batch| {
            let arrays = batch.columns().iter().map(|column| column.array().clone()).collect();
            Column::new(data_type.clone(), crate::StructArray::new(batch.num_rows(), arrays, None))
        };
        let chunks = self.batches().iter().map(chunk).collect();
        Series::try_from_chunks(name, data_type.clone(), chunks).expect("all chunks are of one type")
    }
}

/// Where the chunks of a series end.
fn chunk_ends(series: &Series) -> Vec<usize> {
    let mut end = 0;
    let ends = series.chunks().iter().map(|chunk| {
        end += chunk.len();
        end
    });
    ends.collect()
}

/// A series in chunks that end at these rows, some of which are the ends of its own.
fn cut_at(series: &Series, ends: &[usize]) -> Result<Series> {
    let (mut chunks, mut start, mut end_of_chunk) = (Vec::with_capacity(ends.len()), 0, 0);
    let mut left = series.chunks().iter();
    let mut chunk: Option<&Column> = None;
    for &end in ends {
        while end_of_chunk <= start {
            chunk = left.next();
            end_of_chunk += chunk.map_or(usize::MAX - end_of_chunk, Column::len);
        }
        if let Some(chunk) = chunk {
            chunks.push(chunk.sliced(start + chunk.len() - end_of_chunk, end - start));
        }
        start = end;
    }
    Series::try_from_chunks(series.name().clone(), series.data_type().clone(), chunks)
}

impl Series {
    /// `length` rows from `offset` on, as far as there are; no values are copied.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        let frame = self.to_frame().sliced(offset, length);
        frame.column_at(0)
    }

    /// A frame of this one column.
    pub fn to_frame(&self) -> DataFrame {
        let field = Field::new(self.name().clone(), self.data_type().clone());
        let schema = Arc::new(Schema::try_new(vec![field]).expect("one name"));
        let batch = |chunk: &Column| Batch::new(schema.clone(), vec![chunk.clone()], chunk.len());
        let batches = self.chunks().iter().map(batch).collect();
        DataFrame::from_batches(schema.clone(), batches).expect("the schema is the batches' own")
    }

    /// The rows, and those of another series behind them; no values are copied.
    ///
    /// # Errors
    /// [`ArrayError::SchemaMismatch`] if the types differ.
    pub fn append(&self, other: &Self) -> Result<Self> {
        let chunks = self.chunks().iter().chain(other.chunks()).cloned().collect();
        Self::try_from_chunks(self.name().clone(), self.data_type().clone(), chunks)
    }

    /// Puts the rows of another series behind those of this one; no values are copied.
    ///
    /// # Errors
    /// As [`Series::append`].
    pub fn extend(&mut self, other: &Self) -> Result<()> {
        *self = self.append(other)?;
        Ok(())
    }

    /// Whether names, types and rows are the same, as `==`.
    pub fn equals(&self, other: &Self) -> bool {
        self == other
    }

    /// The value of one row, `length` times. Panics for a row that there is not.
    pub fn new_from_index(&self, row: usize, length: usize) -> Self {
        let value = Column::from_scalars(self.data_type(), vec![self.get(row); length]);
        Self::new(self.name().clone(), value.expect("a value of the column's own type"))
    }

    /// A series of the same name and type with `num_rows` nulls.
    pub fn clear(&self, num_rows: usize) -> Self {
        Self::new(self.name().clone(), Column::new_null(self.data_type().clone(), num_rows))
    }

    /// The rows with these values at these places; a copy. The values are of the type of the series.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] for a place beyond the rows, and what [`Column::from_scalars`] says.
    pub fn scatter(&self, values: impl IntoIterator<Item = (usize, Scalar)>) -> Result<Self> {
        let mut rows: Vec<Scalar> = self.iter().collect();
        for (place, value) in values {
            let num_rows = rows.len();
            let Some(row) = rows.get_mut(place) else {
                let what = format!("row {place}");
                return Err(ArrayError::LengthMismatch { what, expected: place + 1, found: num_rows });
            };
            *row = value;
        }
        Ok(Self::new(self.name().clone(), Column::from_scalars(self.data_type(), rows)?))
    }

    /// Bytes of memory that the rows refer to.
    pub fn memory_bytes(&self) -> usize {
        self.to_frame().memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::df;

    fn chunked(name: &str, sizes: &[usize]) -> Series {
        let mut next = 0i64;
        let chunks = sizes.iter().map(|&size| {
            let values: Vec<i64> = (next..next + size as i64).collect();
            next += size as i64;
            Column::new(DataType::Int64, crate::PrimitiveArray::from_vec(values))
        });
        Series::try_from_chunks(name, DataType::Int64, chunks.collect()).expect("one type")
    }

    #[test]
    fn series_of_any_chunks_make_a_frame() {
        let cuts: [&[usize]; 5] = [&[6], &[2, 4], &[0, 3, 0, 3], &[1, 1, 1, 1, 2], &[5, 1, 0]];
        let expected = df! { "a" => 0..6i64, "b" => 0..6i64 }.expect("six rows");
        for (left, right) in cuts.iter().flat_map(|left| cuts.iter().map(move |right| (left, right))) {
            let frame = DataFrame::from_series(vec![chunked("a", left), chunked("b", right)]);
            assert_eq!(frame.as_ref(), Ok(&expected), "{left:?} {right:?}");
        }
        assert!(DataFrame::from_series(vec![chunked("a", &[2]), chunked("b", &[3])]).is_err());
        assert_eq!(DataFrame::from_series(vec![chunked("a", &[0])]).map(|frame| frame.shape()), Ok((0, 1)));
        assert_eq!(DataFrame::from_series(Vec::new()).map(|frame| frame.shape()), Ok((0, 0)));
    }

    #[test]
    fn slices_lie_across_chunks() {
        let frame = chunked("a", &[2, 1, 3]).to_frame();
        for offset in 0..8 {
            for length in 0..8 {
                let expected: Vec<i64> = (0..6).skip(offset).take(length).collect();
                let slice = frame.sliced(offset, length);
                assert_eq!(slice, df! { "a" => expected }.expect("a column"), "{offset} {length}");
                assert_eq!(slice.column_at(0), frame.column_at(0).sliced(offset, length));
            }
        }
        let heights: Vec<usize> = frame.iter_slices(4).map(|slice| slice.height()).collect();
        assert_eq!(heights, [4, 2]);
    }

    #[test]
    fn columns_are_put_in_and_taken_out() {
        let frame = df! { "a" => [1, 2], "b" => ["x", "y"] }.expect("two rows");
        let c = Series::from_iter("c", [true, false]);
        let stacked = frame.hstack([c.clone()]).expect("another name");
        assert_eq!(stacked.column_names(), ["a", "b", "c"]);
        assert!(stacked.hstack([c.clone()]).is_err());
        assert_eq!(frame.with_inserted(1, c.clone()).expect("another name").column_names(), ["a", "c", "b"]);
        assert_eq!(frame.with_replaced(0, c.clone()).expect("another name").column_names(), ["c", "b"]);
        let mut rest = stacked;
        assert_eq!(rest.drop_in_place("c"), Ok(c));
        assert_eq!(rest, frame);
        assert!(rest.drop_in_place("c").is_err());
        assert_eq!(frame.vstack(&frame).map(|both| both.height()), Ok(4));
        assert!(frame.vstack(&frame.column_at(0).to_frame()).is_err());
    }

    #[test]
    fn rows_and_items() {
        let frame = df! { "a" => [1, 2], "b" => [Some("x"), None] }.expect("two rows");
        assert_eq!(frame.row(1), Some(vec![Scalar::Int32(2), Scalar::Null]));
        assert_eq!(frame.row(2), None);
        assert_eq!(frame.item(0, "b"), Ok(Scalar::from("x")));
        assert!(frame.item(2, "b").is_err() && frame.item(0, "z").is_err() && frame.only_item().is_err());
        assert_eq!(frame.sliced(0, 1).column_at(0).to_frame().only_item(), Ok(Scalar::Int32(1)));
        assert_eq!(DataFrame::from_rows(frame.schema().clone(), frame.rows()), Ok(frame.clone()));
        assert!(DataFrame::from_rows(frame.schema().clone(), [vec![Scalar::Null]]).is_err());
        assert_eq!(frame.clear(2).column_at(1).null_count(), 2);
        let value = frame.to_struct("s").get(1);
        assert_eq!(value, Scalar::Struct(vec![("a".into(), Scalar::Int32(2)), ("b".into(), Scalar::Null)]));
    }

    #[test]
    fn series_are_copied_with_other_values() {
        let series = chunked("a", &[1, 2]);
        let other = series.scatter([(2, Scalar::Int64(9)), (0, Scalar::Null)]).expect("three rows");
        assert_eq!(other, Series::from_iter("a", [None, Some(1i64), Some(9)]));
        assert!(series.scatter([(3, Scalar::Null)]).is_err());
        assert_eq!(series.new_from_index(2, 2), Series::from_iter("a", [2i64, 2]));
        assert_eq!(series.append(&series).map(|both| both.len()), Ok(6));
        assert_eq!(series.clear(2).null_count(), 2);
    }
}
