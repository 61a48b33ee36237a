//! Constants that give way: `col("small") + 1` keeps the type of the column.

use lazuli_array::{Column, DataType, Scalar, TimeUnit};
use lazuli_kernels::cast;

use crate::{CastMode, Literal, supertype};

/// The constant as exactly this type, if it has a value there. The result no longer gives way.
pub(super) fn converted(literal: &Literal, to: &DataType) -> Option<Literal> {
    let value = match &literal.value {
        Scalar::Null => Scalar::Null,
        value if literal.data_type == *to => value.clone(),
        value => cast::cast(&value.to_column(1), to, cast::CastMode::Strict).ok()?.get(0),
    };
    Some(Literal { value, data_type: to.clone(), flexible: false })
}

impl Literal {
    /// A list of constants, of the narrowest type that holds them all; `None` if there is none.
    ///
    /// ```
    /// use lazuli_array::{DataType, Scalar};
    /// use lazuli_expr::Literal;
    ///
    /// let list = Literal::list([Scalar::from(1), Scalar::from(2.5), Scalar::Null]).expect("numbers");
    /// assert_eq!(list.data_type, DataType::List(Box::new(DataType::Float64)));
    /// assert!(Literal::list([Scalar::from(1), Scalar::from("a")]).is_none());
    /// ```
    pub fn list(values: impl IntoIterator<Item = Scalar>) -> Option<Self> {
        let values: Vec<Self> = values.into_iter().map(Self::typed).collect();
        let mut types = values.iter().map(|value| &value.data_type);
        let common = types.try_fold(DataType::Null, |common, next| supertype(&common, next))?;
        let items: Option<Vec<Scalar>> =
            values.iter().map(|value| converted(value, &common).map(|value| value.value)).collect();
        let items = Column::from_scalars(&common, items?).ok()?;
        Some(Self::typed(Scalar::List(Box::new(items))))
    }
}

/// The kernel's word for a cast mode.
pub(crate) fn kernel_mode(mode: CastMode) -> cast::CastMode {
    match mode {
        CastMode::Strict => cast::CastMode::Strict,
        CastMode::Lenient => cast::CastMode::Lenient,
    }
}

/// What becomes of a flexible constant beside values of another type.
pub(super) enum Adapted {
    /// It takes this form.
    To(Literal),
    /// It stays as it is; the operator's own rules decide.
    Unchanged,
    /// It is text that can't be read as the other type.
    Unreadable,
}

/// How a flexible constant gives way to the type of the other side.
///
/// Numbers take the other side's type when they have exactly that value there, else the narrowest type that holds them;
/// text beside dates and times is read as one; null is a null of any type.
pub(super) fn adapted(literal: &Literal, other: &DataType) -> Adapted {
    if !literal.flexible || *other == DataType::Null {
        return Adapted::Unchanged;
    }
    let to = |target: &DataType| converted(literal, target).map_or(Adapted::Unchanged, Adapted::To);
    match &literal.value {
        Scalar::Null => to(other),
        Scalar::Int32(_) | Scalar::Int64(_) if other.is_integer() => {
            let narrow = [DataType::Int8, DataType::Int16, DataType::Int32];
            std::iter::once(other)
                .chain(&narrow)
                .find_map(|target| converted(literal, target))
                .map_or(Adapted::Unchanged, Adapted::To)
        }
        Scalar::Int32(value) if other.is_float() => integer_as_float(literal, i64::from(*value), other),
        Scalar::Int64(value) if other.is_float() => integer_as_float(literal, *value, other),
        Scalar::Int32(_) | Scalar::Int64(_) if matches!(other, DataType::Decimal { .. }) => {
            to(&DataType::Decimal { precision: 38, scale: 0 })
        }
        Scalar::Float64(_) if *other == DataType::Float32 => to(other),
        Scalar::Float64(value) if matches!(other, DataType::Decimal { .. }) => decimal_literal(*value),
        // A text that the enum does not have stays text: it is equal to none, and comes neither before nor after.
        Scalar::String(_) if matches!(other, DataType::Enum(_)) => to(other),
        Scalar::String(_) if other.is_temporal() => match converted(literal, other) {
            Some(read) => Adapted::To(read),
            // A moment is no date, but dates compare with it: `date < '2024-01-01 12:00:00'`.
            None if *other == DataType::Date => {
                converted(literal, &DataType::Datetime(TimeUnit::Microseconds, None))
                    .map_or(Adapted::Unreadable, Adapted::To)
            }
            None => Adapted::Unreadable,
        },
        _ => Adapted::Unchanged,
    }
}

/// Integers up to 2^24 (2^53) are exact in f32 (f64); larger ones keep their type and compare exactly.
fn integer_as_float(literal: &Literal, value: i64, other: &DataType) -> Adapted {
    let exact_bits = if *other == DataType::Float32 { 24 } else { 53 };
    if value.unsigned_abs() <= 1 << exact_bits {
        converted(literal, other).map_or(Adapted::Unchanged, Adapted::To)
    } else {
        Adapted::Unchanged
    }
}

/// A float as the decimal number that its shortest text says: 0.1 beside decimals is exactly one tenth.
fn decimal_literal(value: f64) -> Adapted {
    let text = format!("{value}");
    let digits_after_point = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if !value.is_finite() || digits_after_point > 38 {
        return Adapted::Unchanged;
    }
    let data_type = DataType::Decimal { precision: 38, scale: digits_after_point as u8 };
    converted(&Literal::typed(Scalar::String(text.into())), &data_type)
        .map_or(Adapted::Unchanged, Adapted::To)
}
