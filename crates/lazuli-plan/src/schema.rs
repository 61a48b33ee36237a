//! Names and types of what a resolved node gives.

use std::sync::Arc;

use lazuli_array::{DataType, Field, Schema, SchemaRef};
use lazuli_expr::{Expr, typing};

use crate::{Explode, JoinColumn, JoinSide, LogicalPlan, Node, Pivot, Scan, Unpivot};

/// The schema of a resolved node. Panics for one that was not resolved.
pub(crate) fn of_resolved(node: &Node) -> SchemaRef {
    match node {
        Node::Scan(scan) => of_scan(scan),
        Node::Filter(filter) => filter.input.schema().clone(),
        Node::Project(project) => schema(fields_of(&project.exprs, project.input.schema())),
        Node::Aggregate(aggregate) => {
            let input = aggregate.input.schema();
            let mut fields = fields_of(&aggregate.keys, input);
            fields.extend(fields_of(&aggregate.aggregates, input));
            schema(fields)
        }
        Node::Join(join) => of_join(&join.left, &join.right, &join.output),
        Node::AsofJoin(join) => of_join(&join.left, &join.right, &join.output),
        Node::JoinWhere(join) => of_join(&join.left, &join.right, &join.output),
        Node::Sort(sort) => sort.input.schema().clone(),
        Node::Slice(slice) => slice.input.schema().clone(),
        Node::Distinct(distinct) => distinct.input.schema().clone(),
        Node::Union(union) => union.inputs.first().map_or_else(Arc::default, |input| input.schema().clone()),
        Node::HorizontalConcat(concat) => {
            schema(concat.inputs.iter().flat_map(|input| input.schema().fields().iter().cloned()).collect())
        }
        Node::Pivot(pivot) => of_pivot(pivot),
        Node::Unpivot(unpivot) => of_unpivot(unpivot),
        Node::Explode(explode) => of_explode(explode),
        Node::Window(window) => {
            let input = window.input.schema();
            let mut fields = input.fields().to_vec();
            fields.extend(fields_of(&window.windows, input));
            schema(fields)
        }
        Node::RowIndex(node) => {
            let index = Field::new(node.name.clone(), DataType::Int64);
            schema(std::iter::once(index).chain(node.input.schema().fields().iter().cloned()).collect())
        }
        Node::Derived(derived) => unreachable!("resolving writes {} out", derived.verb.name()),
        Node::Sink(_) => Arc::default(),
    }
}

fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::try_new(fields).expect("resolving checked that names are unique"))
}

fn fields_of(exprs: &[Expr], input: &Schema) -> Vec<Field> {
    exprs.iter().map(|expr| Field::new(expr.output_name(), typing::data_type(expr, input))).collect()
}

/// The fields of these names. Panics if one is missing.
fn named_fields<'a>(
    names: impl IntoIterator<Item = &'a lazuli_array::Name>,
    input: &Schema,
) -> impl Iterator<Item = Field> {
    names.into_iter().map(|name| input.get(name).expect("resolving checked that the column is there").clone())
}

fn of_scan(scan: &Scan) -> SchemaRef {
    let source = scan.source_schema();
    match &scan.projection {
        Some(names) => schema(named_fields(names, source).collect()),
        None => source.clone(),
    }
}

fn of_join(left: &LogicalPlan, right: &LogicalPlan, output: &[JoinColumn]) -> SchemaRef {
    let (left, right) = (left.schema(), right.schema());
    let fields = output
        .iter()
        .map(|column| {
            let (side, name) = match &column.source {
                JoinSide::Left(name) | JoinSide::Coalesced(name, _) => (left, name),
                JoinSide::Right(name) => (right, name),
            };
            side.get(name).expect("resolving checked that the column is there").with_name(column.name.clone())
        })
        .collect();
    schema(fields)
}

fn of_pivot(pivot: &Pivot) -> SchemaRef {
    let input = pivot.input.schema();
    let mut fields: Vec<Field> = named_fields(&pivot.index, input).collect();
    let values: Vec<Field> = named_fields(&pivot.values, input).collect();
    fields
        .extend(pivot.outputs().into_iter().map(|output| values[output.value_index].with_name(output.name)));
    schema(fields)
}

fn of_unpivot(unpivot: &Unpivot) -> SchemaRef {
    let mut fields: Vec<Field> = named_fields(&unpivot.index, unpivot.input.schema()).collect();
    fields.push(Field::new(unpivot.variable_name.clone(), DataType::String));
    let value_type = unpivot.value_type.clone().expect("resolving found the type of the values");
    fields.push(Field::new(unpivot.value_name.clone(), value_type));
    schema(fields)
}

fn of_explode(explode: &Explode) -> SchemaRef {
    let item_of = |field: &Field| match field.data_type() {
        DataType::List(item) if explode.columns.contains(field.name()) => {
            Field::new(field.name().clone(), (**item).clone())
        }
        _ => field.clone(),
    };
    schema(explode.input.schema().fields().iter().map(item_of).collect())
}
