//! Join arguments: the type of join, and what is rarely changed.

use lazuli_array::Name;
use lazuli_expr::Expr;
use lazuli_plan::{Join, JoinType, LogicalPlan, Node};

/// How two frames are joined. A [`JoinType`] alone is enough where these are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinArgs {
    join_type: JoinType,
    suffix: Name,
    coalesce: bool,
}

impl JoinArgs {
    /// A join of this type.
    pub fn new(join_type: JoinType) -> Self {
        Self { join_type, suffix: "_right".into(), coalesce: false }
    }

    /// What is put behind names of the right side that the left side has too; `_right` if not said.
    pub fn suffix(self, suffix: impl Into<Name>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    /// For a full join: the key columns of both sides become one column.
    pub fn coalesce(self) -> Self {
        Self { coalesce: true, ..self }
    }

    pub(crate) fn into_node(
        self,
        left: LogicalPlan,
        right: LogicalPlan,
        left_keys: Vec<Expr>,
        right_keys: Vec<Expr>,
    ) -> Node {
        let Self { join_type, suffix, coalesce } = self;
        Node::Join(Join {
            left,
            right,
            left_keys,
            right_keys,
            join_type,
            suffix,
            coalesce,
            output: Vec::new(),
        })
    }
}

impl From<JoinType> for JoinArgs {
    fn from(join_type: JoinType) -> Self {
        Self::new(join_type)
    }
}
