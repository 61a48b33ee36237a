//! Joins: keys of common types, columns of the result spelled out.
//!
//! A pair of keys that are both plain columns becomes one column: the left one in inner and left joins, the right one in
//! right joins, both in one in full joins that coalesce. Full joins that don't, and keys that are computed, keep all
//! columns. A right column whose name is there already gets the suffix; if that is there too it is an error.

use lazuli_array::{Column, DataType, Field, Name, Scalar};
use lazuli_expr::typing::{self, Typed};
use lazuli_expr::{Expr, Literal, supertype};

use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb, names};
use crate::lossless::is_exact;
use crate::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node, PlanMistake, Project};

/// One pair of keys.
pub(super) struct KeyPair {
    pub(super) left: Typed,
    pub(super) right: Typed,
    pub(super) common: DataType,
}

impl KeyPair {
    /// A pair with the type that holds both sides; reports sides that have none.
    pub(super) fn new(left: Typed, right: Typed, verb: &mut Verb<'_>) -> Option<Self> {
        if let Some(common) = common_key_type(&left.data_type, &right.data_type) {
            return Some(Self { left, right, common });
        }
        verb.report(PlanMistake::JoinKeyTypes {
            left_key: left.expr.to_string(),
            left: left.data_type,
            right_key: right.expr.to_string(),
            right: right.data_type,
        });
        None
    }

    /// The two names, if both keys are plain columns.
    pub(super) fn columns(&self) -> Option<(&Name, &Name)> {
        match (self.left.expr.without_alias(), self.right.expr.without_alias()) {
            (Expr::Column(left), Expr::Column(right)) => Some((left, right)),
            _ => None,
        }
    }
}

pub(super) fn resolve(join: &Join, left: Resolved, right: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let (left_scope, right_scope) = (left.scope(), right.scope());
    if !join.output.is_empty()
        && let (Resolved::Plan(left), Resolved::Plan(right)) = (&left, &right)
    {
        // It was resolved before, and its columns say what became of the keys, which may have casts now.
        let (left, right) = (left.clone(), right.clone());
        return verb.plan_of(Node::Join(Join { left, right, ..join.clone() }));
    }
    let pairs = key_pairs(join, &left_scope, &right_scope, verb);
    let output = outputs(join, &left_scope, &right_scope, &pairs, verb);
    let known = Scope::of(
        output.iter().map(|column| known_column(column, &left_scope, &right_scope, &pairs)),
        left_scope.is_open() || right_scope.is_open() || !verb.is_clean,
    );
    match (left.plan(), right.plan()) {
        (Some(left), Some(right)) if verb.is_clean => {
            Resolved::Plan(build(verb, join, left, right, &pairs, output))
        }
        _ => Resolved::Broken(known),
    }
}

/// The keys in pairs, with the types that hold both sides; reports what does not fit.
fn key_pairs(join: &Join, left_scope: &Scope, right_scope: &Scope, verb: &mut Verb<'_>) -> Vec<KeyPair> {
    let left = verb.row_values(&join.left_keys, left_scope, "a join key");
    let right = verb.row_values(&join.right_keys, right_scope, "a join key");
    let is_known = !left_scope.is_open() && !right_scope.is_open() && verb.is_clean;
    if left.len() != right.len() && is_known {
        verb.report(PlanMistake::JoinKeyCount { left: left.len(), right: right.len() });
    } else if join.join_type == JoinType::Cross && !left.is_empty() {
        verb.invalid("a cross join pairs every row with every row and takes no keys; use an inner join");
    } else if join.join_type != JoinType::Cross && left.is_empty() && is_known {
        verb.invalid("a join needs at least one key; use a cross join to pair every row with every row");
    }
    let mut pairs = Vec::new();
    for (left, right) in left.into_iter().zip(right) {
        let (Some(left), Some(right)) = (left, right) else { continue };
        pairs.extend(KeyPair::new(left, right, verb));
    }
    pairs
}

/// The type in which keys of two types are compared: one that holds the values of both exactly. Text is not a number:
/// keys that would only meet as text do not meet.
fn common_key_type(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right {
        return Some(left.clone());
    }
    let common = supertype(left, right)?;
    let meets_as_text = common == DataType::String
        && [left, right].iter().any(|side| !side.is_text() && **side != DataType::Null);
    (is_exact(left, &common) && is_exact(right, &common) && !meets_as_text).then_some(common)
}

/// The columns of the result; reports names that clash.
fn outputs(
    join: &Join,
    left_scope: &Scope,
    right_scope: &Scope,
    pairs: &[KeyPair],
    verb: &mut Verb<'_>,
) -> Vec<JoinColumn> {
    let plain: Vec<(&Name, &Name)> = pairs.iter().filter_map(KeyPair::columns).collect();
    let coalesces = join.join_type == JoinType::Full && join.coalesce;
    let mut columns: Vec<JoinColumn> = Vec::new();
    for name in left_scope.schema().names() {
        let pair = plain.iter().find(|(left, _)| *left == name);
        let source = match pair {
            Some(_) if join.join_type == JoinType::Right => continue,
            Some((_, right)) if coalesces => JoinSide::Coalesced(name.clone(), (*right).clone()),
            _ => JoinSide::Left(name.clone()),
        };
        columns.push(JoinColumn { source, name: name.clone() });
    }
    let drops_right_keys = match join.join_type {
        JoinType::Semi | JoinType::Anti => return columns,
        JoinType::Inner | JoinType::Left => true,
        JoinType::Full => coalesces,
        JoinType::Right | JoinType::Cross => false,
    };
    for name in right_scope.schema().names() {
        if !(drops_right_keys && plain.iter().any(|(_, right)| *right == name)) {
            push_right(&mut columns, name, &join.suffix, verb);
        }
    }
    columns
}

/// Puts a right column behind the others, with the suffix if its name is there already; reports a name that is there
/// all the same.
pub(super) fn push_right(columns: &mut Vec<JoinColumn>, name: &Name, suffix: &Name, verb: &mut Verb<'_>) {
    let is_taken = |name: &str| columns.iter().any(|column| column.name == name);
    let mut output_name = name.clone();
    if is_taken(name) {
        output_name.push_str(suffix);
        if is_taken(&output_name) {
            verb.report(PlanMistake::DuplicateName {
                name: output_name,
                reason: format!("the left side has {name} and {name}{suffix} already; use another suffix"),
            });
            return;
        }
    }
    columns.push(JoinColumn { source: JoinSide::Right(name.clone()), name: output_name });
}

pub(super) fn known_column(
    column: &JoinColumn,
    left: &Scope,
    right: &Scope,
    pairs: &[KeyPair],
) -> KnownColumn {
    let data_type = match &column.source {
        JoinSide::Left(name) => left.data_type(name).cloned(),
        JoinSide::Right(name) => right.data_type(name).cloned(),
        JoinSide::Coalesced(name, _) => pairs
            .iter()
            .find(|pair| pair.columns().is_some_and(|(left, _)| left == name))
            .map(|pair| pair.common.clone()),
    };
    (column.name.clone(), data_type)
}

fn build(
    verb: &Verb<'_>,
    join: &Join,
    left: LogicalPlan,
    right: LogicalPlan,
    pairs: &[KeyPair],
    mut output: Vec<JoinColumn>,
) -> LogicalPlan {
    // Two columns become one only if they are of one type. The other keys were typed over the columns as they are, so
    // those stay, and the cast ones stand beside them.
    let (mut left, mut right) = (WithCasts::new(left), WithCasts::new(right));
    for column in &mut output {
        let JoinSide::Coalesced(left_name, right_name) = &mut column.source else { continue };
        let pair = pairs.iter().find(|pair| pair.columns() == Some((&*left_name, &*right_name)));
        let common = &pair.expect("a pair of keys becomes one column").common;
        *left_name = left.as_type(left_name, common);
        *right_name = right.as_type(right_name, common);
    }
    let keys = |side: &WithCasts, own: fn(&KeyPair) -> &Typed| -> Vec<Expr> {
        let plain = pairs.iter().map(|pair| (side.key(own(pair), &pair.common), &pair.common));
        if join.nulls_equal {
            plain.flat_map(|(key, common)| with_nulls_equal(key, common)).collect()
        } else {
            plain.map(|(key, _)| key).collect()
        }
    };
    let left_keys = keys(&left, |pair| &pair.left);
    let right_keys = keys(&right, |pair| &pair.right);
    let (left, right) = (left.finish(verb), right.finish(verb));
    let nulls_equal = false;
    verb.node(Node::Join(Join { left, right, left_keys, right_keys, output, nulls_equal, ..join.clone() }))
}

/// Keys without nulls that are equal where the key is, or is null on both sides: whether it is null, and the key with some
/// value in place of null.
fn with_nulls_equal(key: Expr, data_type: &DataType) -> Vec<Expr> {
    let is_null = key.clone().is_null();
    match some_value(data_type) {
        None => vec![is_null],
        Some(value) => {
            let literal = Expr::Literal(Literal { value, data_type: data_type.clone(), flexible: false });
            vec![is_null, key.fill_null(literal)]
        }
    }
}

/// A value of a type of join keys; none of a type that has nothing but null.
fn some_value(data_type: &DataType) -> Option<Scalar> {
    Some(match data_type {
        DataType::Null => return None,
        DataType::Boolean => Scalar::Boolean(false),
        DataType::Categorical | DataType::String => Scalar::from(""),
        DataType::Enum(categories) if categories.is_empty() => return None,
        DataType::Enum(categories) => Scalar::from(categories.value(0)),
        DataType::Binary => Scalar::Binary(Vec::new().into()),
        DataType::Date => Scalar::Date(0),
        DataType::Datetime(unit, zone) => Scalar::Datetime(0, *unit, zone.clone()),
        DataType::Duration(unit) => Scalar::Duration(0, *unit),
        DataType::Time => Scalar::Time(0),
        DataType::List(item) => Scalar::List(Box::new(Column::new_null((**item).clone(), 0))),
        DataType::Struct(fields) => {
            let some = |field: &Field| some_value(field.data_type()).unwrap_or(Scalar::Null);
            Scalar::Struct(fields.iter().map(|field| (field.name().clone(), some(field))).collect())
        }
        number => return crate::constant::convert(&Scalar::Int64(0), number),
    })
}

/// A side of a join and some of its columns as other types, under names of their own.
struct WithCasts {
    input: LogicalPlan,
    casts: Vec<(Name, Expr)>,
    next_number: usize,
}

impl WithCasts {
    fn new(input: LogicalPlan) -> Self {
        Self { input, casts: Vec::new(), next_number: 1 }
    }

    /// The name under which a column is of a type.
    fn as_type(&mut self, name: &Name, to: &DataType) -> Name {
        let schema = self.input.schema().clone();
        let field = schema.get(name).expect("the key is a column of this side");
        let cast = typing::cast_to(Expr::Column(name.clone()), field.data_type(), to);
        if let Expr::Column(same) = cast {
            return same;
        }
        if let Some((known, _)) = self.casts.iter().find(|(_, other)| *other == cast) {
            return known.clone();
        }
        let fresh = names::fresh("key", &mut self.next_number, |name| schema.contains(name));
        self.casts.push((fresh.clone(), cast));
        fresh
    }

    /// A key of this side as the type in which both sides are compared.
    fn key(&self, side: &Typed, common: &DataType) -> Expr {
        let key = typing::cast_to(side.expr.without_alias().clone(), &side.data_type, common);
        let known = self.casts.iter().find(|(_, cast)| *cast == key);
        known.map_or(key, |(name, _)| Expr::Column(name.clone()))
    }

    fn finish(self, verb: &Verb<'_>) -> LogicalPlan {
        let Self { input, casts, .. } = self;
        if casts.is_empty() {
            return input;
        }
        let columns = input.schema().names().cloned().map(Expr::Column);
        let exprs = columns.chain(casts.into_iter().map(|(name, cast)| cast.alias(name))).collect();
        verb.node(Node::Project(Project { input, exprs, keep_input: false }))
    }
}
