//! `repeat`: a constant over and over, as rows.

use std::ops::Range;

use lazuli_array::{Column, DataType, ListArray};
use lazuli_kernels::cast::{CastMode, can_cast, cast};
use lazuli_kernels::{KernelError, take_column};

use crate::aggregate::counter::{Counted, Counter};
use crate::aggregate::rows::MOST_ROWS;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// A constant so many times, as rows; as the type of the third argument, if there is one. Reads no column.
#[derive(Debug)]
pub struct Repeat;

const EXPECTED: &str =
    "a constant, how often it is to come, from 0, and maybe a value of the type that it is to have";

/// How often, as an argument says that is there.
fn count_of(arguments: &[Argument<'_>]) -> Result<usize, SignatureError> {
    let mut options = Options::behind(0, arguments, EXPECTED)?;
    options.value()?;
    let count = options.count()?.ok_or_else(|| options.wrong())?;
    if count > MOST_ROWS {
        let reason = format!("{count} rows are more than the {MOST_ROWS} that there may be");
        return Err(SignatureError::InvalidArgument(reason));
    }
    Ok(count)
}

impl Aggregate for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [value, _, rest @ ..] = arguments else { return Err(SignatureError::Expected(EXPECTED.into())) };
        count_of(arguments)?;
        let literal = value.literal.ok_or_else(|| SignatureError::Expected(EXPECTED.into()))?;
        let output = match rest {
            [] => value.data_type,
            [to] => to.data_type,
            _ => return Err(SignatureError::Expected(EXPECTED.into())),
        };
        // What does not fit is told now, not when it runs.
        let fits = can_cast(value.data_type, output)
            && Column::from_scalars(value.data_type, [literal.value.clone()])
                .is_ok_and(|column| cast(&column, output, CastMode::Strict).is_ok());
        if !fits {
            let reason = format!("{literal} of type {} is no {output}", value.data_type);
            return Err(SignatureError::InvalidArgument(reason));
        }
        let others = arguments[1..].iter().map(|argument| argument.data_type.clone());
        let inputs = std::iter::once(output.clone()).chain(others).collect();
        Ok(Signature { inputs, output: DataType::List(Box::new(output.clone())) })
    }

    fn num_columns(&self) -> usize {
        0
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let value = arguments.first().and_then(|argument| {
            Column::from_scalars(argument.data_type, [argument.literal?.value.clone()]).ok()
        });
        let repeated = value.zip(count_of(arguments).ok()).ok_or_else(|| unchecked("repeat", arguments));
        Box::new(Repeated { groups: Counter::new(Counted::Rows), repeated })
    }

    fn gives_rows(&self) -> bool {
        true
    }
}

/// The same rows for each group.
struct Repeated {
    /// States that merge, of which only the number is of use.
    groups: Counter,
    repeated: Result<(Column, usize), KernelError>,
}

impl Accumulator for Repeated {
    fn resize(&mut self, num_groups: usize) {
        self.groups.resize(num_groups);
    }

    fn update(&mut self, _: &[Column], _: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        self.groups.state(groups)
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        self.groups.merge(state, groups)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let (value, count) = self.repeated.as_ref().map_err(Clone::clone)?;
        let rows = groups.len().saturating_mul(*count);
        if u32::try_from(rows).is_err() {
            return Err(KernelError::TooLong { operation: "repeat", rows });
        }
        let offsets: Vec<i64> = (0..=groups.len()).map(|group| (group * count) as i64).collect();
        let items = take_column(value, &vec![0; rows]);
        let data_type = DataType::List(Box::new(items.data_type().clone()));
        Ok(Column::new(data_type, ListArray::new(offsets.into(), items.into_array(), None)))
    }

    fn memory_bytes(&self) -> usize {
        self.groups.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;

    use crate::Literal;
    use crate::aggregate::REPEAT;

    use super::*;

    fn with<T>(constants: &[Literal], check: impl FnOnce(&[Argument<'_>]) -> T) -> T {
        let arguments = constants
            .iter()
            .map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) });
        check(&arguments.collect::<Vec<_>>())
    }

    #[test]
    fn each_group_has_them_whatever_its_rows() {
        let constants = [Literal::typed(Scalar::from("x")), Literal::typed(Scalar::UInt32(2))];
        with(&constants, |arguments| {
            let output = REPEAT.signature(arguments).unwrap().output;
            let mut accumulator = REPEAT.accumulator(arguments);
            accumulator.resize(2);
            accumulator.update(&[], Groups::Ids(&[1, 1, 0]), RowOrder(0)).unwrap();
            let mut other = REPEAT.accumulator(arguments);
            other.resize(3);
            other.merge(&accumulator.state(0..2).unwrap(), Groups::Ids(&[2, 0])).unwrap();
            let lists = other.finish(0..3).unwrap();
            assert_eq!(lists.data_type(), &output);
            let texts: Vec<String> = (0..3).map(|row| lists.get(row).to_string()).collect();
            assert_eq!(texts, [r#"["x", "x"]"#; 3]);
        });
    }

    #[test]
    fn constants_are_checked_with_the_plan() {
        let of_type = |data_type| Literal { value: Scalar::Null, data_type, flexible: false };
        let item = |constants: &[Literal]| {
            with(constants, |arguments| REPEAT.signature(arguments)).map(|signature| signature.output)
        };
        let two = Literal::flexible(Scalar::Int32(2));
        let value = Literal::flexible(Scalar::Int32(300));
        let list = |item| Ok(DataType::List(Box::new(item)));
        assert_eq!(item(&[value.clone(), two.clone()]), list(DataType::Int32));
        assert_eq!(item(&[value.clone(), two.clone(), of_type(DataType::Float32)]), list(DataType::Float32));
        assert_eq!(item(&[of_type(DataType::Null), two.clone()]), list(DataType::Null));
        let narrow = item(&[value.clone(), two.clone(), of_type(DataType::Int8)]);
        assert_eq!(narrow, Err(SignatureError::InvalidArgument("300 of type Int32 is no Int8".into())));
        assert!(item(&[value.clone(), Literal::flexible(Scalar::Int32(-1))]).is_err());
        assert!(item(&[value.clone(), Literal::flexible(Scalar::Int64(1 << 40))]).is_err());
        assert!(item(&[value]).is_err());
    }
}
