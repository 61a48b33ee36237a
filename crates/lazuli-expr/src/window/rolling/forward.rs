//! Aggregates over windows that only move forward: values come in at one end and leave at the other, in order.
//!
//! Sums of floats never take a value out again: what a large one rounded away would be missing, and NaN would stay. A
//! window is kept as two stacks instead, sums of all suffixes of the older values and one sum of the newer ones; when the
//! older ones are used up, the newer ones become them. Each value is added twice, whatever the window.

use std::collections::VecDeque;

use lazuli_kernels::aggregate::{FloatMoments, FloatSum, float_key, float_of_key};

use crate::aggregate::{QuantileMethod, interpolate, variance_of};

/// What is known of the values in a window. They are given by row.
pub(super) trait Values<T> {
    /// The window is empty.
    fn clear(&mut self);

    /// The value of this row comes in.
    fn push(&mut self, row: u32);

    /// The value of this row, the oldest, leaves.
    fn pop(&mut self, row: u32);

    /// What the function gives for the values that are in.
    fn result(&mut self) -> Option<T>;
}

/// States that can be merged, of which the default is the state of nothing.
trait Mergeable: Copy + Default {
    fn merged(self, other: &Self) -> Self;
}

impl Mergeable for FloatSum {
    fn merged(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }
}

impl Mergeable for FloatMoments {
    fn merged(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }
}

/// The two stacks.
#[derive(Debug, Default)]
struct TwoStacks<S> {
    /// For each of the older values, newest first: the state of it and all newer ones of these.
    older: Vec<S>,
    newer: Vec<S>,
    /// The state of all of `newer`.
    all_newer: S,
}

impl<S: Mergeable> TwoStacks<S> {
    fn clear(&mut self) {
        self.older.clear();
        self.newer.clear();
        self.all_newer = S::default();
    }

    fn push(&mut self, state: S) {
        self.all_newer = self.all_newer.merged(&state);
        self.newer.push(state);
    }

    fn pop(&mut self) {
        if self.older.is_empty() {
            let mut suffix = S::default();
            while let Some(state) = self.newer.pop() {
                suffix = state.merged(&suffix);
                self.older.push(suffix);
            }
            self.all_newer = S::default();
        }
        self.older.pop();
    }

    fn all(&self) -> S {
        self.older.last().copied().unwrap_or_default().merged(&self.all_newer)
    }
}

/// Sums of floats; `finish` makes a result of the number of values and their sum.
pub(super) struct Sums<'a, F> {
    values: &'a [f64],
    stacks: TwoStacks<FloatSum>,
    finish: F,
}

impl<'a, F: Fn(i64, f64) -> Option<f64>> Sums<'a, F> {
    pub(super) fn new(values: &'a [f64], finish: F) -> Self {
        Self { values, stacks: TwoStacks::default(), finish }
    }
}

impl<F: Fn(i64, f64) -> Option<f64>> Values<f64> for Sums<'_, F> {
    fn clear(&mut self) {
        self.stacks.clear();
    }

    fn push(&mut self, row: u32) {
        let mut state = FloatSum { count: 1, ..FloatSum::default() };
        state.sum.add(self.values[row as usize]);
        self.stacks.push(state);
    }

    fn pop(&mut self, _: u32) {
        self.stacks.pop();
    }

    fn result(&mut self) -> Option<f64> {
        let FloatSum { count, sum } = self.stacks.all();
        (self.finish)(count, sum.total().to_f64())
    }
}

/// Variances and deviations.
pub(super) struct Moments<'a> {
    values: &'a [f64],
    stacks: TwoStacks<FloatMoments>,
    ddof: i64,
    root: bool,
}

impl<'a> Moments<'a> {
    pub(super) fn new(values: &'a [f64], ddof: i64, root: bool) -> Self {
        Self { values, stacks: TwoStacks::default(), ddof, root }
    }
}

impl Values<f64> for Moments<'_> {
    fn clear(&mut self) {
        self.stacks.clear();
    }

    fn push(&mut self, row: u32) {
        let value = self.values[row as usize];
        let mut state = FloatMoments { count: 1, ..FloatMoments::default() };
        state.sum.add(value);
        state.squares.add_product(value, value);
        self.stacks.push(state);
    }

    fn pop(&mut self, _: u32) {
        self.stacks.pop();
    }

    fn result(&mut self) -> Option<f64> {
        let state = self.stacks.all();
        let variance = (state.count > self.ddof).then(|| variance_of(&state, self.ddof))?;
        Some(if self.root { variance.sqrt() } else { variance })
    }
}

/// Sums of integers, exact: those of 64 bits never overflow here; decimals beyond 128 bits are caught by their size.
pub(super) struct WholeSums<'a> {
    values: &'a [i128],
    sum: i128,
}

impl<'a> WholeSums<'a> {
    pub(super) fn new(values: &'a [i128]) -> Self {
        Self { values, sum: 0 }
    }
}

impl Values<i128> for WholeSums<'_> {
    fn clear(&mut self) {
        self.sum = 0;
    }

    fn push(&mut self, row: u32) {
        // Modulo 2^128: what leaves takes back what came. A sum that does not fit 38 digits, of fewer than 2^32 values,
        // could look as if it did only by chance of 2^128.
        self.sum = self.sum.wrapping_add(self.values[row as usize]);
    }

    fn pop(&mut self, row: u32) {
        self.sum = self.sum.wrapping_sub(self.values[row as usize]);
    }

    fn result(&mut self) -> Option<i128> {
        Some(self.sum)
    }
}

/// The row with the best value: a queue of rows that no later one beats (the monotone queue of sliding minima).
pub(super) struct Extremes<'a> {
    keys: &'a [i64],
    candidates: VecDeque<u32>,
}

impl<'a> Extremes<'a> {
    pub(super) fn new(keys: &'a [i64]) -> Self {
        Self { keys, candidates: VecDeque::new() }
    }
}

impl Values<u32> for Extremes<'_> {
    fn clear(&mut self) {
        self.candidates.clear();
    }

    fn push(&mut self, row: u32) {
        let key = self.keys[row as usize];
        while self.candidates.back().is_some_and(|&last| self.keys[last as usize] < key) {
            self.candidates.pop_back();
        }
        self.candidates.push_back(row);
    }

    fn pop(&mut self, row: u32) {
        if self.candidates.front() == Some(&row) {
            self.candidates.pop_front();
        }
    }

    fn result(&mut self) -> Option<u32> {
        self.candidates.front().copied()
    }
}

/// Values in order, as keys ([`float_key`]), for medians and their like: each comes and leaves by a binary search and a
/// move within the window.
pub(super) struct Ordered<'a, F> {
    values: &'a [f64],
    keys: Vec<u64>,
    finish: F,
}

impl<'a, F: Fn(&[u64]) -> Option<f64>> Ordered<'a, F> {
    /// `finish` makes a result of at least one key.
    pub(super) fn new(values: &'a [f64], finish: F) -> Self {
        Self { values, keys: Vec::new(), finish }
    }
}

/// The value at a share of the way from the least to the greatest.
pub(super) fn quantile(keys: &[u64], share: f64, method: QuantileMethod) -> f64 {
    let (index, fraction) = method.place(keys.len(), share);
    let lower = float_of_key(keys[index]);
    let upper = if fraction > 0.0 { float_of_key(keys[index + 1]) } else { lower };
    interpolate(lower, upper, fraction)
}

impl<F: Fn(&[u64]) -> Option<f64>> Values<f64> for Ordered<'_, F> {
    fn clear(&mut self) {
        self.keys.clear();
    }

    fn push(&mut self, row: u32) {
        let key = float_key(self.values[row as usize]);
        let place = self.keys.partition_point(|&other| other < key);
        self.keys.insert(place, key);
    }

    fn pop(&mut self, row: u32) {
        let key = float_key(self.values[row as usize]);
        if let Ok(place) = self.keys.binary_search(&key) {
            self.keys.remove(place);
        }
    }

    fn result(&mut self) -> Option<f64> {
        if self.keys.is_empty() { None } else { (self.finish)(&self.keys) }
    }
}
