//! Values to types: which type holds every value of a column.
//!
//! What was seen of a column is a set of kinds, and of lists and objects the same again of what is in them. Sets are joined
//! without regard to order, but for the order of keys, which is that of first appearance.
//!
//! | seen, besides null | type |
//! |---|---|
//! | `true`, `false` | Boolean |
//! | integers | Int64; UInt64 if one needs it and none is negative; String past that |
//! | floats, or both | Float64, unless an integer would be rounded or a float is past all of them: then String |
//! | strings | String: dates are read where a type is given |
//! | arrays | List of what is in them |
//! | objects | Struct of all keys |
//! | more than one of these | String: each value as it is written |
//! | nothing | String |

use super::syntax::{MAX_DEPTH, Span, Syntax, array_items, skip_key, skip_space, skip_value, unescape};
use lazuli_array::{DataType, Field, Name};
use lazuli_kernels::parse::{Misfit, parse_f64, parse_i64, parse_u64};
use std::collections::HashMap;

const BOOLEAN: u16 = 1;
/// Fits 64 bits with a sign.
const INTEGER: u16 = 1 << 1;
const NEGATIVE: u16 = 1 << 2;
/// Fits 64 bits without a sign only.
const UNSIGNED: u16 = 1 << 3;
const FLOAT: u16 = 1 << 4;
/// An integer that Float64 would round.
const ROUNDED: u16 = 1 << 5;
/// An integer past 64 bits, or a float past all of them.
const HUGE: u16 = 1 << 6;
const STRING: u16 = 1 << 7;
const LIST: u16 = 1 << 8;
const OBJECT: u16 = 1 << 9;
const NUMBER: u16 = INTEGER | NEGATIVE | UNSIGNED | FLOAT | ROUNDED | HUGE;

/// What was seen of the values of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    kinds: u16,
    item: Option<Box<Shape>>,
    members: Members,
}

/// Keys in order of first appearance, and what was seen of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    names: Vec<Name>,
    shapes: Vec<Shape>,
    places: HashMap<Name, usize>,
}

impl Members {
    /// The shape of a key, which most often is the one at `expected`.
    fn shape(&mut self, name: &str, expected: usize) -> (usize, &mut Shape) {
        let place = match self.names.get(expected) {
            Some(known) if known == name => expected,
            _ => match self.places.get(name) {
                Some(&place) => place,
                None => {
                    let place = self.names.len();
                    self.names.push(name.into());
                    self.shapes.push(Shape::default());
                    self.places.insert(name.into(), place);
                    place
                }
            },
        };
        (place, &mut self.shapes[place])
    }

    /// Adds what another has seen, as if it came later.
    pub(super) fn merge(&mut self, other: &Self) {
        for (place, (name, shape)) in other.names.iter().zip(&other.shapes).enumerate() {
            self.shape(name, place).1.merge(shape);
        }
    }

    /// Names and types, in order.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&Name, DataType)> {
        self.names.iter().zip(self.shapes.iter().map(Shape::data_type))
    }

    /// Looks at an object, up to what is wrong with it. The text is UTF-8.
    pub(super) fn observe<const LINES: bool>(&mut self, text: &[u8], start: usize) -> Syntax<usize> {
        self.observe_at::<LINES>(text, start, MAX_DEPTH)
    }

    fn observe_at<const LINES: bool>(&mut self, text: &[u8], start: usize, depth: u32) -> Syntax<usize> {
        let mut at = skip_space::<LINES>(text, start + 1);
        if text.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        let mut scratch = Vec::new();
        let mut expected = 0;
        loop {
            let (quote, is_escaped, value) = skip_key::<LINES>(text, at)?;
            let mut raw = &text[at + 1..quote];
            if is_escaped {
                scratch.clear();
                unescape(raw, &mut scratch);
                raw = &scratch;
            }
            let (span, end) = skip_value::<LINES>(text, value, depth.saturating_sub(1))?;
            let name = String::from_utf8_lossy(raw);
            let (place, shape) = self.shape(&name, expected);
            expected = place + 1;
            shape.observe_value(text, span, depth.saturating_sub(1));
            at = skip_space::<LINES>(text, end);
            match text.get(at) {
                Some(b',') => at = skip_space::<LINES>(text, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return super::syntax::fault(at, super::syntax::Fault::Comma),
            }
        }
    }
}

impl Shape {
    /// Looks at a value that was accepted. Recurses as deep as values may be nested.
    fn observe_value(&mut self, text: &[u8], span: Span, depth: u32) {
        if span.is_null() {
            return;
        }
        let raw = span.of(text);
        match raw.first() {
            Some(b't' | b'f') => self.kinds |= BOOLEAN,
            Some(b'"') => self.kinds |= STRING,
            Some(b'[') => {
                self.kinds |= LIST;
                let mut items = Vec::new();
                if array_items(text, span.start(), &mut items).is_ok() && depth > 0 {
                    let item = self.item.get_or_insert_default();
                    items.into_iter().for_each(|span| item.observe_value(text, span, depth - 1));
                }
            }
            Some(b'{') => {
                self.kinds |= OBJECT;
                if depth > 0 {
                    // It was accepted before.
                    let _ = self.members.observe_at::<false>(text, span.start(), depth);
                }
            }
            _ => self.kinds |= number_kinds(raw),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.kinds |= other.kinds;
        if let Some(item) = &other.item {
            self.item.get_or_insert_default().merge(item);
        }
        self.members.merge(&other.members);
    }

    fn data_type(&self) -> DataType {
        let is_only = |kinds: u16| self.kinds & !kinds == 0;
        let has = |kinds: u16| self.kinds & kinds != 0;
        match () {
            () if self.kinds == 0 => DataType::String,
            () if is_only(BOOLEAN) => DataType::Boolean,
            () if is_only(NUMBER) && has(FLOAT) => {
                if has(ROUNDED | HUGE) {
                    DataType::String
                } else {
                    DataType::Float64
                }
            }
            () if is_only(NUMBER) && (has(HUGE) || has(UNSIGNED) && has(NEGATIVE)) => DataType::String,
            () if is_only(NUMBER) && has(UNSIGNED) => DataType::UInt64,
            () if is_only(NUMBER) => DataType::Int64,
            () if is_only(LIST) => {
                DataType::List(Box::new(self.item.as_ref().map_or(DataType::String, |item| item.data_type())))
            }
            () if is_only(OBJECT) => {
                let field = |(name, data_type): (&Name, _)| Field::new(name.clone(), data_type);
                DataType::Struct(self.members.fields().map(field).collect())
            }
            () => DataType::String,
        }
    }
}

/// The kinds of a number of JSON.
fn number_kinds(text: &[u8]) -> u16 {
    let negative = if text.starts_with(b"-") { NEGATIVE } else { 0 };
    match parse_i64(text) {
        // Through i128: i64::MAX rounds up to 2^63, and the difference must be seen.
        Ok(value) if value as f64 as i128 == i128::from(value) => INTEGER | negative,
        Ok(_) => INTEGER | ROUNDED | negative,
        Err(Misfit::OutOfRange) => match parse_u64(text) {
            Ok(value) if value as f64 as u128 == u128::from(value) => UNSIGNED,
            Ok(_) => UNSIGNED | ROUNDED,
            Err(_) => HUGE,
        },
        Err(_) if parse_f64(text).is_ok_and(f64::is_finite) => FLOAT,
        Err(_) => HUGE | FLOAT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(values: &[&str]) -> String {
        let mut members = Members::default();
        for value in values {
            let text = format!("{{\"a\":{value}}}");
            members.observe::<true>(text.as_bytes(), 0).expect("JSON");
        }
        members.fields().next().map(|(_, data_type)| data_type.to_string()).expect("one column")
    }

    #[test]
    fn types_of_columns() {
        for (values, data_type) in [
            (&["1", "-2", "null"][..], "Int64"),
            (&["1", "2.5"], "Float64"),
            (&["1e3"], "Float64"),
            (&["9223372036854775807"], "Int64"),
            (&["9223372036854775808"], "UInt64"),
            (&["9223372036854775808", "-1"], "String"),
            (&["18446744073709551616"], "String"),
            (&["9007199254740993", "0.5"], "String"),
            (&["9007199254740992", "0.5"], "Float64"),
            (&["9223372036854775808", "0.5"], "Float64"),
            (&["1e400"], "String"),
            (&["true", "false"], "Boolean"),
            (&["true", "1"], "String"),
            (&["\"2020-01-01\""], "String"),
            (&["null"], "String"),
            (&["[1, 2]", "[]", "[2.5]", "null"], "List(Float64)"),
            (&["[]"], "List(String)"),
            (&["[1]", "1"], "String"),
            (&["{\"x\": 1}", "{\"y\": [true], \"x\": 2.5}"], "Struct(x: Float64, y: List(Boolean))"),
            (&["[{\"x\": 1}, {\"y\": null}]"], "List(Struct(x: Int64, y: String))"),
            (&["{\"x\": 1}", "[1]"], "String"),
            (&["{}"], "Struct()"),
        ] {
            assert_eq!(infer(values), data_type, "{values:?}");
        }
    }

    #[test]
    fn what_was_seen_apart_is_joined() {
        let texts = ["{\"a\":1,\"b\":{\"c\":1}}", "{\"d\":\"x\",\"b\":{\"e\":[1]},\"a\":2.5}"];
        let mut both = Members::default();
        let mut later = Members::default();
        both.observe::<true>(texts[0].as_bytes(), 0).expect("JSON");
        later.observe::<true>(texts[1].as_bytes(), 0).expect("JSON");
        let mut whole = both.clone();
        whole.observe::<true>(texts[1].as_bytes(), 0).expect("JSON");
        both.merge(&later);
        let show = |members: &Members| {
            members
                .fields()
                .map(|(name, data_type)| format!("{name}: {data_type}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(show(&both), show(&whole));
        assert_eq!(show(&both), "a: Float64, b: Struct(c: Int64, e: List(Int64)), d: String");
    }
}
