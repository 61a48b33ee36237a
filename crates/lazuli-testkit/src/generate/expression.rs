//! Random expressions over a schema. Most resolve; whoever asks checks.

use lazuli_array::{DataType, Field, Scalar, Schema, TimeUnit};
use lazuli_expr::{Expr, SortKey, coalesce, col, corr, cov, len, lit, row_number, when};

use super::value::{TEXTS, value_of};
use crate::split_mix::SplitMix64;

/// Draws expressions over the columns of a schema.
pub(super) struct Expressions<'a> {
    pub(super) schema: &'a Schema,
    pub(super) random: &'a mut SplitMix64,
}

impl Expressions<'_> {
    /// Any value row by row.
    pub(super) fn any(&mut self, depth: u32) -> Expr {
        match self.random.below(10) {
            0..=1 => self.boolean(depth),
            2..=5 => self.number(depth),
            6 => self.text(depth),
            7 => self.time(depth),
            8 => self.choice(depth),
            _ => self.column(|_| true).unwrap_or_else(|| lit(1)),
        }
    }

    /// A value for each row, made of the rows of its partition.
    pub(super) fn window(&mut self) -> Expr {
        let any = |this: &mut Self| this.column(|data_type| !data_type.is_nested()).unwrap_or_else(|| lit(1));
        let call = match self.random.below(10) {
            0..=2 => self.aggregate(),
            3 => self.small_number().cum_sum(),
            4 => {
                let column = any(self);
                if self.random.one_in(2) { column.cum_min() } else { column.cum_max() }
            }
            5 => any(self).cum_count(),
            6 => {
                let n = self.random.below(5) as i64 - 2;
                any(self).shift(n)
            }
            7..=8 => {
                let method = *self.random.pick(&["average", "min", "max", "dense", "ordinal"]);
                let column = any(self);
                if self.random.one_in(3) { column.rank_descending(method) } else { column.rank(method) }
            }
            _ => {
                let column = any(self);
                row_number() - column.count()
            }
        };
        let keys: Vec<Expr> = (0..self.random.below(3)).filter_map(|_| self.column(|_| true)).collect();
        match self.random.below(3) {
            0 => {
                let order: Vec<SortKey> = (0..1 + self.random.below(2)).map(|_| self.sort_key()).collect();
                call.over_sorted(keys, order)
            }
            _ => call.over(keys),
        }
    }

    /// A condition.
    pub(super) fn boolean(&mut self, depth: u32) -> Expr {
        if depth > 0 && self.random.one_in(2) {
            let (left, right) = (self.boolean(depth - 1), self.boolean(depth - 1));
            return match self.random.below(8) {
                0..=2 => left.and(right),
                3..=4 => left.or(right),
                5 => left.xor(right),
                6 => !left,
                _ => left.eq_missing(right),
            };
        }
        let is_plain = |data_type: &DataType| !data_type.is_nested();
        match self.random.below(12) {
            0 => self.column(|data_type| *data_type == DataType::Boolean).unwrap_or_else(|| lit(true)),
            1 => {
                let column = self.column(|_| true).unwrap_or_else(|| lit(1));
                if self.random.one_in(2) { column.is_null() } else { column.is_not_null() }
            }
            2..=3 => {
                let Some(field) = self.field(is_plain) else { return lit(false) };
                let values: Vec<Expr> =
                    (0..1 + self.random.below(4)).map(|_| self.literal(field.data_type())).collect();
                col(field.name().clone()).is_in(values)
            }
            4..=5 => {
                let Some(field) = self.field(is_plain) else { return lit(true) };
                let (low, high) = (self.literal(field.data_type()), self.literal(field.data_type()));
                col(field.name().clone()).is_between(low, high)
            }
            6 => self.column(DataType::is_float).map_or_else(|| lit(true), Expr::is_nan),
            7 if self.random.one_in(3) => Expr::from(*self.random.pick(&[Some(true), Some(false), None])),
            8 => {
                let (left, right) = (self.number(depth.min(1)), self.number(depth.min(1)));
                self.compared(left, right)
            }
            _ => {
                let Some(field) = self.field(|_| true) else { return lit(true) };
                let left = col(field.name().clone());
                let kin = |other: &DataType| {
                    other == field.data_type() || (other.is_numeric() && field.data_type().is_numeric())
                };
                let right = match self.random.one_in(3) {
                    true => self.column(kin).unwrap_or_else(|| lit(1)),
                    false => self.literal(field.data_type()),
                };
                if field.data_type().is_nested() { left.eq(right) } else { self.compared(left, right) }
            }
        }
    }

    /// Conditions on few columns, such as tell rows apart that a wrong rewrite would mix up: rows that an outer join made,
    /// rows that a later condition can't be asked for, 0.0 and -0.0.
    pub(super) fn telling(&mut self) -> Vec<Expr> {
        let Some(field) = self.field(|_| true) else { return vec![lit(true)] };
        let column = || col(field.name().clone());
        let data_type = field.data_type();
        let literal = self.literal(data_type);
        let one = match self.random.below(12) {
            0 => column().is_null(),
            1 => column().is_not_null(),
            2 if self.random.one_in(2) => column().eq_missing(None::<i32>),
            2 => {
                let other = self.column(|other| other == data_type).unwrap_or_else(column);
                column().eq_missing(other)
            }
            3 => column().neq_missing(literal),
            4 => column().fill_null(literal.clone()).eq(literal),
            5 if data_type.is_float() => (lit(1.0) / column()).gt(0.0),
            5 => return self.guarded(),
            6 => self.boolean(0).or(column().is_null()),
            7 => return self.guarded(),
            8 => {
                let other = self.column(|other| other == data_type).unwrap_or_else(column);
                column().eq(other)
            }
            _ => return vec![self.boolean(0)],
        };
        vec![one]
    }

    /// A condition that may fail behind one that leaves out the rows it fails for.
    fn guarded(&mut self) -> Vec<Expr> {
        let has_guard = |data_type: &DataType| *data_type == DataType::String || data_type.is_integer();
        let Some(field) = self.field(has_guard) else { return vec![self.boolean(0)] };
        let column = || col(field.name().clone());
        if field.data_type().is_integer() {
            return vec![column().is_between(-20, 20), (column().cast(DataType::Int8) + 100i8).gt(98)];
        }
        vec![column().is_in(["12", "-7", "+3", "300"]), column().cast(DataType::Int64).gt(0)]
    }

    fn compared(&mut self, left: Expr, right: Expr) -> Expr {
        match self.random.below(8) {
            0 => left.eq(right),
            1 => left.neq(right),
            2 => left.lt(right),
            3 => left.lt_eq(right),
            4 => left.gt(right),
            5 => left.gt_eq(right),
            6 => left.eq_missing(right),
            _ => left.neq_missing(right),
        }
    }

    /// A number.
    pub(super) fn number(&mut self, depth: u32) -> Expr {
        if depth == 0 || self.random.one_in(4) {
            return match self.column(DataType::is_numeric) {
                Some(column) if !self.random.one_in(8) => column,
                _ => self.small_number(),
            };
        }
        match self.random.below(19) {
            15 | 17 => {
                let (first, second) = (self.number_type(), self.number_type());
                let input = self.number(0);
                let input = self.cast(input, first);
                self.cast(input, second)
            }
            // What changes nothing, or just the sign of a zero.
            16 => match (self.number(depth - 1), self.random.below(5)) {
                (number, 0) => number + 0,
                (number, 1) => number + 0.0,
                (number, 2) => number - 0.0,
                (number, 3) => number * 1,
                (number, _) => number.floor_div(1),
            },
            18 => {
                let number = self.column(DataType::is_float).unwrap_or_else(|| lit(-0.0));
                if self.random.one_in(2) { number + 0.0 } else { number - 0.0 }
            }
            0..=2 => self.number(depth - 1) + self.number(depth - 1),
            3..=4 => self.number(depth - 1) - self.number(depth - 1),
            5 => self.number(depth - 1) * self.number(depth - 1),
            6 => self.number(depth - 1) / self.number(depth - 1),
            7 => {
                let divisor = self.number(depth - 1);
                self.number(depth - 1).floor_div(divisor)
            }
            8 => self.number(depth - 1) % self.number(depth - 1),
            9 => {
                let exponent = self.random.below(4) as i32;
                self.number(depth - 1).pow(exponent)
            }
            10 if self.random.one_in(2) => -self.number(depth - 1),
            10 => self.number(depth - 1).abs(),
            11 => {
                let to = self.number_type();
                let input = self.number(depth - 1);
                self.cast(input, to)
            }
            12 if self.random.one_in(3) => {
                let guarded = self.guarded();
                let condition = guarded.into_iter().reduce(Expr::and).expect("at least one");
                when(condition).then(self.number(depth - 1)).otherwise(self.small_number())
            }
            12 => {
                let (condition, yes, no) = (self.boolean(1), self.number(depth - 1), self.number(depth - 1));
                when(condition).then(yes).otherwise(no)
            }
            13 => {
                let other = self.small_number();
                self.number(depth - 1).fill_null(other)
            }
            _ => match self.column(|data_type| *data_type == DataType::Boolean || data_type.is_text()) {
                Some(column) => {
                    let to = self.number_type();
                    // Most texts are no numbers.
                    if self.random.one_in(8) { column.cast(to) } else { column.try_cast(to) }
                }
                None => self.small_number(),
            },
        }
    }

    fn small_number(&mut self) -> Expr {
        match self.random.below(8) {
            0..=3 => lit(self.random.below(5) as i32 - 1),
            4..=5 => lit(*self.random.pick(&[0.5, -1.5, 2.0, 0.0])),
            6 if self.random.one_in(3) => self.failing_constant(),
            6 => lit(1i8),
            _ => lit(self.random.below(3)),
        }
    }

    /// A constant that has no value: it fails wherever it is asked for, and nowhere else.
    fn failing_constant(&mut self) -> Expr {
        match self.random.below(3) {
            0 => lit(127i8) + lit(1i8),
            1 => lit("x").cast(DataType::Int64),
            _ => lit(2i64).pow(lit(-1i64)),
        }
    }

    fn number_type(&mut self) -> DataType {
        use DataType::{Decimal, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
        let decimal = Decimal { precision: 12, scale: 2 };
        self.random
            .pick(&[
                Int8, Int16, Int32, Int64, Int64, UInt8, UInt16, UInt32, UInt64, Float32, Float64, Float64,
                decimal,
            ])
            .clone()
    }

    fn cast(&mut self, input: Expr, to: DataType) -> Expr {
        if self.random.one_in(3) { input.cast(to) } else { input.try_cast(to) }
    }

    /// A text.
    fn text(&mut self, depth: u32) -> Expr {
        let texts = |data_type: &DataType| data_type.is_text();
        let column = self.column(texts).unwrap_or_else(|| lit("t"));
        match self.random.below(7) {
            0 => column + *self.random.pick(TEXTS),
            1 => column + self.column(texts).unwrap_or_else(|| lit("u")),
            2 => column.fill_null(*self.random.pick(TEXTS)),
            3 => {
                let other = self.column(texts).unwrap_or_else(|| lit("v"));
                when(self.boolean(depth.min(1))).then(column).otherwise(other)
            }
            4..=5 => {
                let has_text = |data_type: &DataType| {
                    data_type.is_integer()
                        || matches!(data_type, DataType::Boolean | DataType::Date | DataType::Decimal { .. })
                };
                self.column(has_text).map_or(column, |other| other.cast(DataType::String))
            }
            _ => column,
        }
    }

    /// A date, time or duration.
    fn time(&mut self, depth: u32) -> Expr {
        let Some(field) = self.field(DataType::is_temporal) else { return self.number(depth) };
        let column = col(field.name().clone());
        let unit = *self.random.pick(&[TimeUnit::Milliseconds, TimeUnit::Microseconds]);
        let duration = Expr::from(value_of(&DataType::Duration(unit), false, self.random));
        let same = self.column(|other| other == field.data_type()).unwrap_or_else(|| column.clone());
        match (field.data_type(), self.random.below(5)) {
            (DataType::Date | DataType::Datetime(..) | DataType::Duration(_), 0) => column + duration,
            (DataType::Date | DataType::Datetime(..) | DataType::Duration(_), 1) => column - same,
            (DataType::Date, 2) => self.cast(column, DataType::Datetime(unit, None)),
            (DataType::Date, 3) => column.cast(DataType::Int64),
            (DataType::Datetime(_, zone), 2) => {
                let to = DataType::Datetime(unit, zone.clone());
                self.cast(column, to)
            }
            (DataType::Datetime(..), 3) => {
                let to = self.random.pick(&[DataType::Date, DataType::Time, DataType::Int64]).clone();
                self.cast(column, to)
            }
            (DataType::Duration(_), 2) => column * (self.random.below(3) as i32),
            (DataType::Duration(_), 3) => column / same,
            (DataType::Duration(_), 4) => column.floor_div(self.random.below(3) as i32),
            _ => column,
        }
    }

    /// One of several values of one type.
    fn choice(&mut self, depth: u32) -> Expr {
        let Some(field) = self.field(|_| true) else { return lit(1) };
        let column = col(field.name().clone());
        let other = self.column(|other| other == field.data_type()).unwrap_or_else(|| column.clone());
        match self.random.below(4) {
            0 => when(self.boolean(depth.min(1))).then(column).otherwise(other),
            1 => when(self.boolean(0)).then(column).end(),
            2 => when(self.boolean(0)).then(column).when(self.boolean(0)).then(other).otherwise(None::<i32>),
            _ => coalesce([column, other]),
        }
    }

    /// An aggregate, or what is made of some; `approximate` ones only if asked for.
    pub(super) fn aggregate(&mut self) -> Expr {
        match self.random.below(10) {
            0 => len(),
            1 => {
                let (first, second) = (self.one_aggregate(), self.one_aggregate());
                match self.random.below(3) {
                    0 => first - second,
                    1 => first / second,
                    _ => first.fill_null(0),
                }
            }
            _ => self.one_aggregate(),
        }
    }

    /// A sample deviation or variance, a covariance or correlation.
    pub(super) fn deviation(&mut self) -> Expr {
        let is_spread = |data_type: &DataType| data_type.is_numeric() || *data_type == DataType::Boolean;
        let column = self.column(is_spread).unwrap_or_else(|| lit(1));
        let other = self.column(is_spread).unwrap_or_else(|| lit(1));
        match self.random.below(4) {
            0 => column.std(),
            1 => column.var(),
            2 => cov(column, other, self.random.below(3) as u8),
            _ => corr(column, other),
        }
    }

    /// An aggregate that gives lists.
    pub(super) fn list(&mut self) -> Expr {
        let Some(field) = self.field(|_| true) else { return lit(1).implode() };
        let column = col(field.name().clone());
        let k = self.random.below(4) as u32;
        match self.random.below(3) {
            0 if !field.data_type().is_nested() => column.top_k(k),
            1 if !field.data_type().is_nested() => column.bottom_k(k),
            _ => column.implode(),
        }
    }

    pub(super) fn one_aggregate(&mut self) -> Expr {
        if self.random.one_in(2) {
            let input = if self.random.one_in(3) { self.number(2) } else { self.number(0) };
            return match self.random.below(7) {
                0..=1 => input.sum(),
                2 => input.mean(),
                3 => input.min(),
                4 => input.max(),
                5 => input.median(),
                _ => input.quantile(*self.random.pick(&[0.0, 0.25, 0.5, 0.9, 1.0])),
            };
        }
        let Some(field) = self.field(|_| true) else { return len() };
        let (data_type, column) = (field.data_type().clone(), col(field.name().clone()));
        match self.random.below(10) {
            0 => column.count(),
            1 => column.first(),
            2 => column.last(),
            3 => column.n_unique(),
            // The unit of the ticks may be too coarse for it.
            3..=5 if data_type.is_temporal() => column.mean(),
            4 => column.null_count(),
            5 => column.len(),
            6 if !data_type.is_nested() => column.min(),
            7 if !data_type.is_nested() => column.max(),
            8 if data_type.is_temporal() => column.median(),
            9 if matches!(data_type, DataType::Duration(_) | DataType::Boolean) => column.sum(),
            9 if data_type.is_temporal() => column.mean(),
            _ => column.count(),
        }
    }

    /// A key to sort by.
    pub(super) fn sort_key(&mut self) -> SortKey {
        let key = match self.random.one_in(4) {
            true => self.any(1),
            false => self.column(|data_type| !data_type.is_nested()).unwrap_or_else(|| lit(1)),
        };
        let key = if self.random.one_in(2) { key.desc() } else { key.asc() };
        if self.random.one_in(3) { key.nulls_first() } else { key }
    }

    /// A column of some type.
    pub(super) fn column(&mut self, wanted: impl Fn(&DataType) -> bool) -> Option<Expr> {
        self.field(wanted).map(|field| col(field.name().clone()))
    }

    /// A field of some type.
    pub(super) fn field(&mut self, wanted: impl Fn(&DataType) -> bool) -> Option<Field> {
        let fields: Vec<&Field> =
            self.schema.fields().iter().filter(|field| wanted(field.data_type())).collect();
        (!fields.is_empty()).then(|| (*self.random.pick(&fields)).clone())
    }

    /// A constant to compare a column with: of its type, or a bare number or text that gives way.
    fn literal(&mut self, data_type: &DataType) -> Expr {
        if self.random.one_in(12) {
            return Expr::from(None::<i32>);
        }
        let value = value_of(data_type, self.random.one_in(4), self.random);
        match (value, self.random.one_in(2)) {
            (Scalar::Int64(value), true) => lit(value),
            (Scalar::Float64(value), true) => lit(value),
            (Scalar::String(value), _) => Expr::from(value),
            (value, true) if data_type.is_integer() && value.data_type().is_integer() => {
                lit(self.random.below(4) as i32)
            }
            (value, _) => Expr::from(value),
        }
    }
}
