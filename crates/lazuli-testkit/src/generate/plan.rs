//! Random verbs: each is drawn, checked by the resolver, and drawn anew if it does not resolve.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lazuli_array::{DataFrame, DataType, Name, Scalar, Schema, SchemaRef, TimeUnit};
use lazuli_expr::{Expr, Selector, col};
use lazuli_plan::{
    Aggregate, AsofJoin, AsofStrategy, Caller, Distinct, Explode, Filter, HorizontalConcat, Join, JoinSide,
    JoinType, JoinWhere, Keep, LogicalPlan, Node, Pivot, PivotColumn, Project, RowIndex, Scan, Slice, Sort,
    Union, UnionMode, Unpivot, resolve,
};

use super::expression::Expressions;
use super::value::value_of;
use super::{APPROXIMATE, MemorySource, Query, frame};
use crate::reference::{self, Asking};
use crate::split_mix::SplitMix64;

/// How often a verb is drawn before the plan stays as it is.
const TRIES: usize = 12;

/// One in so many verbs that leave no rows is kept.
const NONE_IN: u64 = 8;

/// Rows that a plan may have at most, by a bound that does not know how many of them match: the reference looks at each.
const MAX_ROWS: usize = 2_000;

/// Names of computed columns; the first are those of the frames, so that columns are replaced.
const NAMES: &[&str] = &["a", "b", "c", "x", "y", "z"];

/// Draws one query.
pub(super) struct Builder {
    random: SplitMix64,
    frames: Vec<DataFrame>,
    rejected: usize,
    drawn: usize,
}

impl Builder {
    pub(super) fn new(random: SplitMix64) -> Self {
        Self { random, frames: Vec::new(), rejected: 0, drawn: 0 }
    }

    pub(super) fn query(mut self) -> Query {
        let first = frame::any(&mut self.random);
        let schema = first.schema().clone();
        self.frames.push(first);
        for _ in 0..self.random.below(3) {
            let other = match self.random.one_in(2) {
                true => frame::with_schema(&schema, &mut self.random),
                false => frame::any(&mut self.random),
            };
            self.frames.push(other);
        }
        let mut plan = scan(&self.frames[0]);
        let num_verbs = 1 + self.random.below(6);
        for number in 1..=num_verbs {
            plan = self.verb(plan, number == num_verbs);
            if number < num_verbs || !has_approximate(&plan) {
                plan = self.riders(plan);
            }
        }
        Query { plan, rejected: self.rejected, drawn: self.drawn }
    }

    /// The plan and one verb more.
    fn verb(&mut self, plan: LogicalPlan, is_last: bool) -> LogicalPlan {
        let schema = schema_of(&plan);
        for _ in 0..TRIES {
            self.drawn += 1;
            let node = self.draw(&plan, &schema, is_last);
            let candidate = LogicalPlan::new(node, Caller::Engine);
            if resolve(&candidate).is_ok() && most_rows(&candidate) <= MAX_ROWS {
                if self.tells_enough(&candidate) {
                    return candidate;
                }
            } else {
                self.rejected += 1;
            }
        }
        plan
    }

    /// Whether the plan has rows, or is one of the few that may have none: no rows agree with everything, so verbs that
    /// leave none are mostly drawn anew.
    fn tells_enough(&mut self, plan: &LogicalPlan) -> bool {
        let may_leave_none =
            matches!(plan.node(), Node::Filter(_) | Node::Slice(_) | Node::Join(_) | Node::JoinWhere(_));
        if !may_leave_none || self.random.one_in(NONE_IN) {
            return true;
        }
        let Ok(resolved) = resolve(plan) else { return false };
        // What the reference has no meaning for is the test's business, as is a failure.
        let answer = catch_unwind(AssertUnwindSafe(|| reference::run(&resolved, Asking::Needed)));
        !matches!(answer, Ok(Ok(table)) if table.rows.is_empty())
    }

    /// The plan and what rules most like to move: filters and slices, right above it.
    fn riders(&mut self, mut plan: LogicalPlan) -> LogicalPlan {
        // Joins are where rules move most.
        let of_right = right_columns(&plan);
        let num_riders = match &of_right {
            Some(_) => 1 + self.random.below(2),
            None => self.random.below(5).saturating_sub(2),
        };
        for _ in 0..num_riders {
            let schema = schema_of(&plan);
            let input = plan.clone();
            let node = match (self.random.below(4), &of_right) {
                (0, _) => {
                    let (offset, length) = (self.random.index(4) as i64, Some(self.random.index(7)));
                    Node::Slice(Slice { input, offset, length })
                }
                // What an outer join made of rows without a partner.
                (1..=2, Some(right)) => {
                    Node::Filter(Filter { input, predicates: self.over(right).telling() })
                }
                _ => Node::Filter(Filter { input, predicates: self.over(&schema).telling() }),
            };
            self.drawn += 1;
            let candidate = LogicalPlan::new(node, Caller::Engine);
            if resolve(&candidate).is_err() {
                self.rejected += 1;
            } else if self.tells_enough(&candidate) {
                plan = candidate;
            }
        }
        plan
    }

    fn draw(&mut self, plan: &LogicalPlan, schema: &SchemaRef, is_last: bool) -> Node {
        let input = plan.clone();
        match self.random.below(42) {
            36..=37 => self.join(input, schema),
            38..=39 => self.joins(input, schema),
            40..=41 => self.sorted(input, schema),
            0..=4 => self.filter(input, schema),
            5..=7 => self.project(input, schema, false, is_last),
            8..=10 => self.project(input, schema, true, is_last),
            11..=15 => self.group(input, schema, is_last),
            16..=17 => self.join(input, schema),
            18 => self.join_where(input, schema),
            19 => match self.random.one_in(2) {
                true => self.join(input, schema),
                false if self.random.one_in(2) => self.asof_join(input, schema),
                false => self.join_where(input, schema),
            },
            20..=22 => {
                let keys = (0..1 + self.random.below(3)).map(|_| self.over(schema).sort_key()).collect();
                Node::Sort(Sort { input, keys, limit: None })
            }
            23..=24 => {
                let offset = self.random.below(24) as i64 - 8;
                let length = (!self.random.one_in(4)).then(|| self.random.index(16));
                Node::Slice(Slice { input, offset, length })
            }
            25..=26 => self.distinct(input, schema),
            27..=28 => self.union(input),
            29 => self.side_by_side(input, schema),
            30 if self.random.one_in(2) => self.row_index(input),
            30 => self.choice_of_columns(input, schema),
            31 => self.unpivot(input, schema),
            32..=33 => self.explode(input, schema),
            _ => self.pivot(input, schema),
        }
    }

    fn over<'a>(&'a mut self, schema: &'a Schema) -> Expressions<'a> {
        Expressions { schema, random: &mut self.random }
    }

    fn filter(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let depth = self.random.below(3) as u32;
        let mut predicates = vec![self.over(schema).boolean(depth)];
        if self.random.one_in(3) {
            predicates.push(self.over(schema).boolean(1));
        }
        if self.random.one_in(10) {
            let column = self.over(schema).number(0);
            predicates.push(column.clone().gt(column.mean()));
        }
        Node::Filter(Filter { input, predicates })
    }

    fn project(&mut self, input: LogicalPlan, schema: &SchemaRef, keep_input: bool, is_last: bool) -> Node {
        let mut exprs = Vec::new();
        let only_aggregates = !keep_input && self.random.one_in(8);
        for number in 0..1 + self.random.index(4) {
            let name =
                if self.random.one_in(2) { *self.random.pick(NAMES) } else { ["p", "q", "r", "s"][number] };
            let expr = match self.random.below(14) {
                _ if only_aggregates => self.over(schema).aggregate(),
                0 => {
                    let column = self.over(schema).number(0);
                    column.clone() - column.mean()
                }
                1 => self.over(schema).aggregate(),
                12..=13 => self.over(schema).window(),
                2..=4 => match self.over(schema).field(|_| true) {
                    Some(field) => col(field.name().clone()),
                    None => self.over(schema).any(0),
                },
                _ => self.over(schema).any(3),
            };
            exprs.push(if self.random.one_in(5) { expr } else { expr.alias(name) });
        }
        if is_last && self.random.one_in(6) {
            exprs.push(self.over(schema).deviation().alias(APPROXIMATE));
        }
        Node::Project(Project { input, exprs, keep_input })
    }

    fn group(&mut self, input: LogicalPlan, schema: &SchemaRef, is_last: bool) -> Node {
        let mut keys = Vec::new();
        for number in 0..self.random.index(4) {
            keys.push(match self.random.one_in(5) {
                true => self.over(schema).any(1).alias(["k", "l", "m"][number]),
                false => self.over(schema).column(|_| true).unwrap_or_else(|| col("a")),
            });
        }
        let mut aggregates = Vec::new();
        for number in 0..1 + self.random.index(4) {
            let mut expr = self.over(schema).aggregate();
            if let (true, Some(key)) = (self.random.one_in(10), keys.first()) {
                expr = expr + key.clone();
            }
            aggregates.push(if self.random.one_in(6) {
                expr
            } else {
                expr.alias(["g", "h", "i", "j"][number])
            });
        }
        if is_last && self.random.one_in(4) {
            aggregates.push(self.over(schema).deviation().alias(APPROXIMATE));
        }
        Node::Aggregate(Aggregate { input, keys, aggregates })
    }

    /// Another plan: a scan and maybe a verb, or the given one once more.
    fn other(&mut self, plan: &LogicalPlan) -> LogicalPlan {
        if self.random.one_in(5) {
            return plan.clone();
        }
        let leaf = scan(&self.frames[self.random.index(self.frames.len())]);
        if self.random.one_in(2) {
            return leaf;
        }
        let schema = schema_of(&leaf);
        let node = match self.random.below(4) {
            0 => self.filter(leaf.clone(), &schema),
            1 => self.project(leaf.clone(), &schema, true, false),
            2 => self.group(leaf.clone(), &schema, false),
            _ => self.distinct(leaf.clone(), &schema),
        };
        let candidate = LogicalPlan::new(node, Caller::Engine);
        if resolve(&candidate).is_ok() { candidate } else { leaf }
    }

    fn join(&mut self, left: LogicalPlan, schema: &SchemaRef) -> Node {
        let right = self.other(&left);
        let right_schema = schema_of(&right);
        let join_type = *self.random.pick(&[
            JoinType::Inner,
            JoinType::Inner,
            JoinType::Left,
            JoinType::Left,
            JoinType::Right,
            JoinType::Full,
            JoinType::Semi,
            JoinType::Anti,
            JoinType::Cross,
        ]);
        let (mut left_keys, mut right_keys) = (Vec::new(), Vec::new());
        let num_keys = if join_type == JoinType::Cross { 0 } else { 1 + self.random.below(2) };
        for _ in 0..num_keys {
            let Some(field) = self.over(schema).field(|_| true) else { break };
            let like = |data_type: &DataType| {
                data_type == field.data_type() || (data_type.is_integer() && field.data_type().is_integer())
            };
            let Some(key) = self.over(&right_schema).column(like) else { continue };
            let (left_key, right_key) = match self.random.one_in(8) && field.data_type().is_integer() {
                true => (col(field.name().clone()).abs(), key + 1),
                false => (col(field.name().clone()), key),
            };
            left_keys.push(left_key);
            right_keys.push(right_key);
        }
        let suffix = if self.random.one_in(4) { "_2" } else { "_right" }.into();
        let coalesce = self.random.one_in(2);
        Node::Join(Join {
            left,
            right,
            left_keys,
            right_keys,
            join_type,
            suffix,
            coalesce,
            nulls_equal: self.random.one_in(6),
            output: Vec::new(),
        })
    }

    /// Two or three joins that read the columns of the same rows, as rules put them in another order: their right sides
    /// are short, and some have no key twice.
    fn joins(&mut self, left: LogicalPlan, schema: &SchemaRef) -> Node {
        let mut plan = left;
        for _ in 0..1 + self.random.below(2) {
            let node = self.short_join(&plan, schema);
            plan = LogicalPlan::new(node, Caller::Engine);
            if resolve(&plan).is_err() {
                // The whole is refused, and another verb is drawn.
                return plan.node().clone();
            }
        }
        self.short_join(&plan, schema)
    }

    fn short_join(&mut self, left: &LogicalPlan, schema: &SchemaRef) -> Node {
        let Some(field) = self.over(schema).field(|data_type| !data_type.is_nested()) else {
            return self.join(left.clone(), schema);
        };
        let length = Some(1 + self.random.index(5));
        let leaf = scan(&self.frames[self.random.index(self.frames.len())]);
        let offset = self.random.index(6) as i64;
        let mut right = LogicalPlan::new(Node::Slice(Slice { input: leaf, offset, length }), Caller::Engine);
        let right_schema = schema_of(&right);
        let like = |other: &DataType| other == field.data_type();
        let Some(key) = self.over(&right_schema).column(like) else { return self.join(left.clone(), schema) };
        if self.random.one_in(2) {
            let (input, subset) = (right, Some(vec![key.clone()]));
            right =
                LogicalPlan::new(Node::Distinct(Distinct { input, subset, keep: Keep::Any }), Caller::Engine);
        }
        let join_type = *self.random.pick(&[
            JoinType::Inner,
            JoinType::Left,
            JoinType::Left,
            JoinType::Semi,
            JoinType::Anti,
        ]);
        Node::Join(Join {
            left: left.clone(),
            right,
            left_keys: vec![col(field.name().clone())],
            right_keys: vec![key],
            join_type,
            suffix: format!("_{}", self.random.below(1000)).into(),
            coalesce: false,
            nulls_equal: false,
            output: Vec::new(),
        })
    }

    /// Rows in some order below a verb that may or may not see it.
    fn sorted(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let keys = (0..1 + self.random.below(2)).map(|_| self.over(schema).sort_key()).collect();
        let sorted = LogicalPlan::new(Node::Sort(Sort { input, keys, limit: None }), Caller::Engine);
        if resolve(&sorted).is_err() {
            return sorted.node().clone();
        }
        match self.random.below(6) {
            0..=1 => {
                let keys = (0..1 + self.random.below(2)).map(|_| self.over(schema).sort_key()).collect();
                Node::Sort(Sort { input: sorted, keys, limit: None })
            }
            2..=3 => {
                let num_aggregates = 1 + self.random.index(2);
                let aggregates = ["g", "h"][..num_aggregates].iter();
                let aggregates =
                    aggregates.map(|name| self.over(schema).one_aggregate().alias(*name)).collect();
                Node::Aggregate(Aggregate { input: sorted, keys: Vec::new(), aggregates })
            }
            4 => {
                let Some(key) = self.over(schema).column(|_| true) else { return sorted.node().clone() };
                let aggregates = vec![self.over(schema).one_aggregate().alias("g")];
                let groups =
                    Node::Aggregate(Aggregate { input: sorted, keys: vec![key.clone()], aggregates });
                let (input, keys) = (LogicalPlan::new(groups, Caller::Engine), vec![key.desc()]);
                Node::Sort(Sort { input, keys, limit: None })
            }
            _ => {
                let (Some(field), leaf) = (self.over(schema).field(|_| true), scan(&self.frames[0])) else {
                    return sorted.node().clone();
                };
                let leaf_schema = schema_of(&leaf);
                let like = |other: &DataType| other == field.data_type();
                let Some(key) = self.over(&leaf_schema).column(like) else { return sorted.node().clone() };
                let join_type = *self.random.pick(&[JoinType::Semi, JoinType::Anti, JoinType::Inner]);
                Node::Join(Join {
                    left: leaf,
                    right: sorted,
                    left_keys: vec![key],
                    right_keys: vec![col(field.name().clone())],
                    join_type,
                    suffix: "_right".into(),
                    coalesce: false,
                    nulls_equal: false,
                    output: Vec::new(),
                })
            }
        }
    }

    fn asof_join(&mut self, left: LogicalPlan, schema: &SchemaRef) -> Node {
        let right = self.other(&left);
        let right_schema = schema_of(&right);
        let has_order = |data_type: &DataType| data_type.is_numeric() || data_type.is_temporal();
        let on = self.over(schema).field(has_order);
        let key = on.as_ref().and_then(|on| self.over(&right_schema).column(|other| other == on.data_type()));
        let (mut left_by, mut right_by) = (Vec::new(), Vec::new());
        if self.random.one_in(2)
            && let Some(field) = self.over(schema).field(|_| true)
            && let Some(key) = self.over(&right_schema).column(|other| other == field.data_type())
        {
            left_by.push(col(field.name().clone()));
            right_by.push(key);
        }
        let is_number = on.as_ref().is_some_and(|on| on.data_type().is_numeric());
        let tolerance = self.random.below(4) as i64;
        let tolerance = match is_number {
            true => Scalar::from(tolerance),
            false => Scalar::Duration(tolerance * 86_400_000, TimeUnit::Milliseconds),
        };
        Node::AsofJoin(AsofJoin {
            left,
            right,
            // Without a key of its own kind it is refused, and another verb is drawn.
            left_on: on.as_ref().map_or_else(|| col("a"), |on| col(on.name().clone())),
            right_on: key.unwrap_or_else(|| col("a")),
            left_by,
            right_by,
            strategy: *self.random.pick(&[
                AsofStrategy::Backward,
                AsofStrategy::Forward,
                AsofStrategy::Nearest,
            ]),
            tolerance: self.random.one_in(2).then_some(tolerance),
            allow_exact_matches: !self.random.one_in(4),
            coalesce: self.random.one_in(2),
            suffix: if self.random.one_in(4) { "_2" } else { "_right" }.into(),
            output: Vec::new(),
        })
    }

    /// A join by comparisons of a value of each side, mostly inequalities, and now and then by anything.
    fn join_where(&mut self, left: LogicalPlan, schema: &SchemaRef) -> Node {
        let right = self.other(&left);
        let suffix = if self.random.one_in(4) { "_2" } else { "_right" };
        let mut fields = schema.fields().to_vec();
        let right_schema = schema_of(&right);
        for field in right_schema.fields() {
            let is_taken = fields.iter().any(|other| other.name() == field.name());
            let name = if is_taken { format!("{}{suffix}", field.name()) } else { field.name().to_string() };
            fields.push(field.with_name(name));
        }
        let right_fields = fields.split_off(schema.len());
        let mut predicates = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let Some(field) = self.over(schema).field(|data_type| !data_type.is_nested()) else { break };
            let kin: Vec<Expr> = right_fields
                .iter()
                .filter(|other| {
                    let (own, other) = (field.data_type(), other.data_type());
                    own == other || (own.is_numeric() && other.is_numeric())
                })
                .map(|other| col(other.name().clone()))
                .collect();
            if kin.is_empty() {
                continue;
            }
            let mut own = col(field.name().clone());
            let mut other = self.random.pick(&kin).clone();
            if field.data_type().is_numeric() && self.random.one_in(4) {
                // May overflow, for rows that have a partner or for others.
                own = own + 1;
            }
            if field.data_type().is_numeric() && self.random.one_in(6) {
                other = other * 2;
            }
            predicates.push(match self.random.below(9) {
                0 => own.eq(other),
                1..=2 => own.lt(other),
                3 => own.lt_eq(other),
                4..=5 => own.gt(other),
                6 => other.lt_eq(own),
                7 => own.gt_eq(other),
                _ => own.neq(other),
            });
        }
        if predicates.is_empty() || self.random.one_in(4) {
            fields.extend(right_fields);
            // Names may clash: then the join is refused, and another verb is drawn.
            if let Ok(pairs) = Schema::try_new(fields) {
                predicates.push(self.over(&pairs).boolean(1));
            }
        }
        Node::JoinWhere(JoinWhere { left, right, predicates, suffix: suffix.into(), output: Vec::new() })
    }

    fn distinct(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let keep = *self.random.pick(&[Keep::First, Keep::First, Keep::Last, Keep::Any, Keep::None]);
        let subset = (!self.random.one_in(3)).then(|| {
            (0..1 + self.random.below(2))
                .map(|_| match self.random.one_in(6) {
                    true => self.over(schema).any(1),
                    false => self.over(schema).column(|_| true).unwrap_or_else(|| col("a")),
                })
                .collect()
        });
        Node::Distinct(Distinct { input, subset, keep })
    }

    fn union(&mut self, input: LogicalPlan) -> Node {
        let mode = *self.random.pick(&[
            UnionMode::Vertical,
            UnionMode::Vertical,
            UnionMode::VerticalRelaxed,
            UnionMode::Diagonal,
            UnionMode::DiagonalRelaxed,
        ]);
        let mut inputs = vec![input.clone()];
        for _ in 0..1 + self.random.below(2) {
            let other = match self.random.one_in(3) {
                true => {
                    let schema = schema_of(&input);
                    LogicalPlan::new(self.filter(input.clone(), &schema), Caller::Engine)
                }
                false => self.other(&input),
            };
            let fits = inputs.iter().all(|input| meet_without_text(input, &other));
            inputs.push(if fits { other } else { input.clone() });
        }
        if self.random.one_in(2) {
            inputs.rotate_left(1);
        }
        Node::Union(Union { inputs, mode })
    }

    fn side_by_side(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let other = if self.random.one_in(3) { self.other(&input) } else { input.clone() };
        let names = schema_of(&other);
        let renamed = names.names().enumerate().map(|(number, name)| {
            let taken = schema.contains(name);
            let new: Name = if taken { format!("{name}{number}").into() } else { name.clone() };
            (name.clone(), new)
        });
        let selector = Expr::Selector(Selector::Renamed(renamed.collect()));
        let mut renamed = LogicalPlan::new(
            Node::Project(Project { input: other, exprs: vec![selector], keep_input: false }),
            Caller::Engine,
        );
        if self.random.one_in(3)
            && let Ok(resolved) = resolve(&renamed)
        {
            let key = Expressions { schema: resolved.schema(), random: &mut self.random }.sort_key();
            renamed = LogicalPlan::new(
                Node::Sort(Sort { input: renamed, keys: vec![key], limit: None }),
                Caller::Engine,
            );
        }
        Node::HorizontalConcat(HorizontalConcat { inputs: vec![input, renamed] })
    }

    /// `rename` and `drop`.
    fn choice_of_columns(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let names: Vec<Name> = schema.names().cloned().collect();
        let selector = if names.len() > 1 && self.random.one_in(2) {
            Selector::Except(vec![self.random.pick(&names).clone()])
        } else if names.is_empty() {
            Selector::All
        } else {
            Selector::Renamed(vec![(self.random.pick(&names).clone(), (*self.random.pick(NAMES)).into())])
        };
        Node::Project(Project { input, exprs: vec![Expr::Selector(selector)], keep_input: false })
    }

    /// Rows by number; the name may be taken.
    fn row_index(&mut self, input: LogicalPlan) -> Node {
        let name = if self.random.one_in(2) { "row" } else { self.random.pick(NAMES) };
        let offset = self.random.below(5) as i64 - 2;
        Node::RowIndex(RowIndex { input, name: name.into(), offset })
    }

    fn unpivot(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let Some(kind) = self.over(schema).field(|_| true) else {
            return Node::Slice(Slice { input, offset: 0, length: None });
        };
        let (mut on, mut index) = (Vec::new(), Vec::new());
        for field in schema.fields() {
            let same = field.data_type() == kind.data_type()
                || (field.data_type().is_numeric() && kind.data_type().is_numeric());
            if same && !self.random.one_in(4) {
                on.push(field.name().clone());
            } else if self.random.one_in(2) {
                index.push(field.name().clone());
            }
        }
        if on.is_empty() {
            on.push(kind.name().clone());
            index.retain(|name| name != kind.name());
        }
        let (variable_name, value_name) = ("variable".into(), "value".into());
        Node::Unpivot(Unpivot { input, on, index, variable_name, value_name, value_type: None })
    }

    /// Lists to rows; lists are made first if there are none.
    fn explode(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let drop_empty = self.random.one_in(4);
        let is_list = |data_type: &DataType| matches!(data_type, DataType::List(_));
        if let Some(field) = self.over(schema).field(is_list) {
            return Node::Explode(Explode { input, columns: vec![field.name().clone()], drop_empty });
        }
        let keys: Vec<Expr> = match self.random.one_in(4) {
            true => Vec::new(),
            false => self.over(schema).column(|_| true).into_iter().collect(),
        };
        let num_lists = 1 + self.random.index(3);
        let aggregates: Vec<Expr> =
            (0..num_lists).map(|number| self.over(schema).list().alias(["u", "v", "w"][number])).collect();
        // All of them now and then, though their lengths may differ.
        let num_exploded = if self.random.one_in(3) { num_lists } else { 1 };
        let columns = aggregates[..num_exploded].iter().map(Expr::output_name).collect();
        let lists = Node::Aggregate(Aggregate { input, keys, aggregates });
        Node::Explode(Explode { input: LogicalPlan::new(lists, Caller::Engine), columns, drop_empty })
    }

    fn pivot(&mut self, input: LogicalPlan, schema: &SchemaRef) -> Node {
        let fields: Vec<_> = schema.fields().to_vec();
        let is_plain = |data_type: &DataType| !data_type.is_nested() && *data_type != DataType::Null;
        let Some(on) = self.over(schema).field(is_plain) else {
            return Node::Slice(Slice { input, offset: 1, length: None });
        };
        let others: Vec<Name> =
            fields.iter().map(|field| field.name().clone()).filter(|name| name != on.name()).collect();
        let (mut index, mut values) = (Vec::new(), Vec::new());
        for name in others {
            match self.random.below(3) {
                0 => index.push(name),
                1 => values.push(name),
                _ => {}
            }
        }
        let mut columns: Vec<PivotColumn> = Vec::new();
        for _ in 0..1 + self.random.below(4) {
            let value = match self.random.one_in(8) {
                true => Scalar::Null,
                false => value_of(on.data_type(), false, &mut self.random),
            };
            let column = PivotColumn { values: vec![value] };
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        let element = col("element");
        let aggregate = match self.random.below(9) {
            0 => None,
            1 => Some(element.sum()),
            2 => Some(element.len()),
            3 => Some(element.first()),
            4 => Some(element.count()),
            5 => Some(element.max()),
            6 => Some(element.mean()),
            7 => Some(element.clone().max() - element.min()),
            _ => Some(element.last()),
        };
        let fill = self.random.one_in(4).then(|| Scalar::Int64(self.random.below(2) as i64));
        let on = vec![on.name().clone()];
        Node::Pivot(Pivot { input, on, index, values, aggregate, columns: Some(columns), fill })
    }
}

fn scan(frame: &DataFrame) -> LogicalPlan {
    LogicalPlan::new(Node::Scan(Scan::new(MemorySource::new(frame.clone()).into())), Caller::Engine)
}

/// Whether some values may differ from the reference in the last digits; nothing may be computed from those.
fn has_approximate(plan: &LogicalPlan) -> bool {
    schema_of(plan).names().any(|name| name.starts_with(APPROXIMATE))
}

/// Names and types of the columns that a join takes from its right side; `None` if there are none, or no join.
fn right_columns(plan: &LogicalPlan) -> Option<Schema> {
    let resolved = resolve(plan).ok()?;
    let output = match resolved.node() {
        Node::Join(join) => &join.output,
        Node::AsofJoin(join) => &join.output,
        Node::JoinWhere(join) => &join.output,
        _ => return None,
    };
    let is_right = |name: &Name| {
        output.iter().any(|column| column.name == *name && !matches!(column.source, JoinSide::Left(_)))
    };
    let fields: Vec<_> =
        resolved.schema().fields().iter().filter(|field| is_right(field.name())).cloned().collect();
    if fields.is_empty() { None } else { Schema::try_new(fields).ok() }
}

/// Names and types of a plan that resolves.
fn schema_of(plan: &LogicalPlan) -> SchemaRef {
    resolve(plan).expect("plans are checked as they grow").schema().clone()
}

/// Whether columns of one name are never text here and something else there: a concat would make texts of floats, whose
/// form the reference does not know.
fn meet_without_text(left: &LogicalPlan, right: &LogicalPlan) -> bool {
    let (Ok(left), Ok(right)) = (resolve(left), resolve(right)) else { return false };
    left.schema().fields().iter().all(|field| {
        right
            .schema()
            .get(field.name())
            .is_none_or(|other| other.data_type().is_text() == field.data_type().is_text())
    })
}

/// A bound on the rows of a plan.
fn most_rows(plan: &LogicalPlan) -> usize {
    most_rows_of(plan, 1)
}

/// The most rows that any step of a plan may have if each row of its frames were there so many times; of an explode, the most
/// values, since beside each row may stand a list of all that are not exploded.
pub fn largest_step(plan: &LogicalPlan, times: usize) -> usize {
    let rows = match plan.node() {
        Node::Explode(explode) => most_rows_of(&explode.input, times).saturating_pow(2),
        _ => most_rows_of(plan, times),
    };
    plan.inputs().into_iter().map(|input| largest_step(input, times)).fold(rows, usize::max)
}

fn most_rows_of(plan: &LogicalPlan, times: usize) -> usize {
    let inputs: Vec<usize> = plan.inputs().into_iter().map(|input| most_rows_of(input, times)).collect();
    let pairs = || inputs[0].max(1).saturating_mul(inputs[1].max(1));
    match plan.node() {
        Node::Scan(scan) => {
            let memory = scan.source.as_any().downcast_ref::<MemorySource>();
            memory.map_or(0, MemorySource::num_rows).saturating_mul(times)
        }
        Node::Join(join) => match join.join_type {
            JoinType::Semi | JoinType::Anti => inputs[0],
            _ => pairs(),
        },
        Node::AsofJoin(_) => inputs[0],
        Node::JoinWhere(_) => pairs(),
        Node::Union(_) => inputs.iter().sum(),
        Node::Unpivot(unpivot) => inputs[0].saturating_mul(unpivot.on.len().max(1)),
        // No bound in truth; those that groups make hold one item for each row of all.
        Node::Explode(_) => inputs[0].saturating_mul(3),
        Node::Slice(slice) => slice.length.map_or(inputs[0], |length| length.min(inputs[0])),
        _ => inputs.into_iter().max().unwrap_or(0),
    }
}
