//! The slow, obvious twins of the kernels, row by row over scalars: what the property tests compare to.

use lazuli_array::{Bitmap, Column, DataType, Scalar};

use crate::take::NO_ROW;

fn column(data_type: &DataType, values: impl IntoIterator<Item = Scalar>) -> Column {
    Column::from_scalars(data_type, values).expect("values of the column's type")
}

pub(crate) fn filter(input: &Column, mask: &Bitmap) -> Column {
    column(input.data_type(), (0..input.len()).filter(|&row| mask.get(row)).map(|row| input.get(row)))
}

pub(crate) fn take(input: &Column, rows: &[u32]) -> Column {
    column(
        input.data_type(),
        rows.iter().map(|&row| if row == NO_ROW { Scalar::Null } else { input.get(row as usize) }),
    )
}

pub(crate) fn concat(data_type: &DataType, inputs: &[&Column]) -> Column {
    column(data_type, inputs.iter().flat_map(|input| (0..input.len()).map(|row| input.get(row))))
}
