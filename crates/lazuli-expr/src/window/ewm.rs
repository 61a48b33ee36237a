//! `ewm_mean`, `ewm_sum`, `ewm_std`, `ewm_var`: means, sums and deviations in which older values weigh less and less.

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;

use super::{Partitions, WindowFunction};
use crate::aggregate::SUM;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked, with_columns};

/// Exponentially weighted moments of all values so far, a Float64; null where the value is null. NaN poisons what comes
/// after it.
///
/// With `adjust` (the default) the weights of n values are 1, 1 - alpha, (1 - alpha)^2, ... from the last one back,
/// divided by their sum; without, each value moves the mean by alpha of the way towards it. Nulls let older values weigh
/// less, as values do, unless `ignore_nulls`.
#[derive(Debug)]
pub struct Ewm {
    pub(super) name: &'static str,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Mean,
    Sum,
    Std,
    Var,
}

/// How fast older values lose weight.
///
/// ```
/// use lazuli_expr::window::Decay;
/// use lazuli_expr::col;
///
/// assert_eq!(col("a").ewm_mean(Decay::Span(3.0)).to_string(), "ewm_mean(a, 'span', 3.0)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decay {
    /// The weight of a value, above 0, at most 1.
    Alpha(f64),
    /// alpha = 1 / (1 + com), from 0.
    CenterOfMass(f64),
    /// alpha = 2 / (span + 1), from 1.
    Span(f64),
    /// alpha = 1 - exp(-ln 2 / half-life), above 0.
    HalfLife(f64),
}

const WORDS: [(&str, fn(f64) -> Decay); 4] = [
    ("alpha", Decay::Alpha),
    ("com", Decay::CenterOfMass),
    ("span", Decay::Span),
    ("half_life", Decay::HalfLife),
];

impl Decay {
    fn alpha(self) -> Result<f64, SignatureError> {
        let wrong = |reason: String| Err(SignatureError::InvalidArgument(reason));
        match self {
            Self::Alpha(alpha) if alpha > 0.0 && alpha <= 1.0 => Ok(alpha),
            Self::Alpha(alpha) => wrong(format!("alpha must be above 0 and at most 1, not {alpha}")),
            Self::CenterOfMass(com) if com >= 0.0 => Ok(1.0 / (1.0 + com)),
            Self::CenterOfMass(com) => wrong(format!("com must be at least 0, not {com}")),
            Self::Span(span) if span >= 1.0 => Ok(2.0 / (span + 1.0)),
            Self::Span(span) => wrong(format!("span must be at least 1, not {span}")),
            Self::HalfLife(half) if half > 0.0 => Ok(1.0 - (-std::f64::consts::LN_2 / half).exp()),
            Self::HalfLife(half) => wrong(format!("half_life must be above 0, not {half}")),
        }
    }

    pub(in crate::window) fn constants(self) -> [Scalar; 2] {
        let (word, number) = match self {
            Self::Alpha(number) => ("alpha", number),
            Self::CenterOfMass(number) => ("com", number),
            Self::Span(number) => ("span", number),
            Self::HalfLife(number) => ("half_life", number),
        };
        [Scalar::from(word), Scalar::Float64(number)]
    }
}

const EXPECTED: &str = "one column of numbers, alpha (or the word com, span or half_life and a number), and maybe \
                        whether to adjust, for std and var whether to keep the bias, the least number of values, and \
                        whether to ignore nulls";

struct Settings {
    alpha: f64,
    adjust: bool,
    bias: bool,
    min_samples: usize,
    ignore_nulls: bool,
}

impl Ewm {
    fn settings(&self, arguments: &[Argument<'_>]) -> Result<Settings, SignatureError> {
        let mut options = Options::behind(1, arguments, EXPECTED)?;
        let decay = match options.peek() {
            Some(Scalar::String(_)) => options.word(&WORDS, "kind of decay")?,
            _ => Decay::Alpha as fn(f64) -> Decay,
        };
        let number = options.number()?.ok_or_else(|| options.wrong())?;
        let alpha = decay(number).alpha()?;
        let adjust = self.what == What::Sum || options.boolean(true)?;
        let bias = matches!(self.what, What::Std | What::Var) && options.boolean(false)?;
        let min_samples = options.count()?.unwrap_or(1);
        let ignore_nulls = options.boolean(false)?;
        options.end()?;
        Ok(Settings { alpha, adjust, bias, min_samples, ignore_nulls })
    }
}

impl WindowFunction for Ewm {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        self.settings(arguments)?;
        match SUM.signature(&arguments[..1])?.output {
            DataType::Duration(_) => Err(SignatureError::Expected(EXPECTED.into())),
            _ => Ok(with_columns(arguments, &[DataType::Float64], DataType::Float64)),
        }
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let settings = self.settings(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let lazuli_array::Array::Float64(array) = inputs[0].array() else {
            return Err(unchecked(self.name, arguments));
        };
        let (values, validity) = (array.values(), array.validity());
        let mut results = vec![None; values.len()];
        partitions.visit(State::default(), |state, row| {
            let value = validity.is_none_or(|validity| validity.get(row)).then(|| values[row]);
            state.step(value, &settings);
            if value.is_some() && state.count >= settings.min_samples {
                results[row] = state.result(self.what, settings.bias);
            }
        });
        Ok(Column::new(DataType::Float64, results.into_iter().collect::<PrimitiveArray<f64>>()))
    }
}

/// Weighted moments so far, updated value by value.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    count: usize,
    mean: f64,
    /// The weighted mean of squared distances from the mean.
    spread: f64,
    /// The weight of all there is, in units of the next value's.
    weight: f64,
    /// The weighted sum of values.
    total: f64,
    /// The sums of weights and of their squares, in the same units.
    sum: f64,
    squares: f64,
}

impl State {
    fn step(&mut self, value: Option<f64>, settings: &Settings) {
        if self.count == 0 {
            if let Some(value) = value {
                *self = Self {
                    count: 1,
                    mean: value,
                    spread: 0.0,
                    total: value,
                    weight: 1.0,
                    sum: 1.0,
                    squares: 1.0,
                };
            }
            return;
        }
        if value.is_some() || !settings.ignore_nulls {
            let factor = 1.0 - settings.alpha;
            self.total *= factor;
            self.weight *= factor;
            self.sum *= factor;
            self.squares *= factor * factor;
        }
        let Some(value) = value else { return };
        self.count += 1;
        self.total += value;
        let own = if settings.adjust { 1.0 } else { settings.alpha };
        let total = self.weight + own;
        let old = self.mean;
        // A mean of equal values is that value, whatever roundings say.
        if old != value {
            self.mean = (self.weight * old + own * value) / total;
        }
        let (from_old, from_new) = (old - self.mean, value - self.mean);
        self.spread =
            (self.weight * (self.spread + from_old * from_old) + own * (from_new * from_new)) / total;
        self.sum += own;
        self.squares += own * own;
        self.weight = total;
        if !settings.adjust {
            self.sum /= total;
            self.squares /= total * total;
            self.weight = 1.0;
        }
    }

    fn result(&self, what: What, bias: bool) -> Option<f64> {
        match what {
            What::Mean => return Some(self.mean),
            What::Sum => return Some(self.total),
            What::Std | What::Var => {}
        }
        let variance = if bias {
            self.spread
        } else {
            let square = self.sum * self.sum;
            let rest = square - self.squares;
            (rest > 0.0).then(|| square / rest * self.spread)?
        };
        Some(if what == What::Std { variance.sqrt() } else { variance })
    }
}
