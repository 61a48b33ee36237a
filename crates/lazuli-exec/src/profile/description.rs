//! What operators say of themselves: names, and what they leave for others.

use std::sync::Arc;

use lazuli_array::Schema;

use crate::source::Stored;

/// What an operator says of itself.
#[derive(Debug, Default)]
pub(crate) struct Description {
    /// Its name, as a user of frames knows it.
    pub(crate) operator: String,
    /// What it works on.
    pub(crate) detail: String,
    /// What it reads of what earlier pipelines have left.
    pub(crate) reads: Vec<Link>,
}

impl Description {
    pub(crate) fn new(operator: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { operator: operator.into(), detail: detail.into(), reads: Vec::new() }
    }

    /// An operator that works on some of the columns that come in.
    pub(crate) fn of_columns(operator: impl Into<String>, positions: &[usize], schema: &Schema) -> Self {
        let names: Vec<&str> =
            positions.iter().map(|&position| schema.field(position).name().as_str()).collect();
        Self::new(operator, names.join(", "))
    }

    /// It reads what somebody has left there.
    pub(crate) fn reading(mut self, link: Link) -> Self {
        self.reads.push(link);
        self
    }
}

/// Something that a sink leaves and others read, by its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Link(usize);

impl Link {
    pub(crate) fn to<T: ?Sized>(shared: &Arc<T>) -> Self {
        Self(Arc::as_ptr(shared).cast::<()>().addr())
    }
}

/// What a sink leaves behind.
pub(crate) enum Leaves<'a> {
    /// Rows.
    Rows(&'a Arc<Stored>),
    /// A table that others look rows up in.
    Table(Link),
    /// Nothing within the query.
    Nothing,
}

/// What a scan says of its source when it is done.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scanned {
    /// Rows that it went through, those that it skipped included.
    pub(crate) rows: u64,
    /// Whether it filters them.
    pub(crate) filters: bool,
    /// Groups of rows that it skipped.
    pub(crate) row_groups_pruned: u64,
}
