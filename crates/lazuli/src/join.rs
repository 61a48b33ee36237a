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
    nulls_equal: bool,
    validate: JoinValidation,
}

/// How often a key may occur on either side of a join; checked when it runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum JoinValidation {
    /// Any number of times.
    #[default]
    ManyToMany,
    /// Once on the left, any number of times on the right.
    OneToMany,
    /// Any number of times on the left, once on the right.
    ManyToOne,
    /// Once on both sides.
    OneToOne,
}

impl JoinArgs {
    /// A join of this type.
    pub fn new(join_type: JoinType) -> Self {
        let validate = JoinValidation::ManyToMany;
        Self { join_type, suffix: "_right".into(), coalesce: false, nulls_equal: false, validate }
    }

    /// What is put behind names of the right side that the left side has too; `_right` if not said.
    pub fn suffix(self, suffix: impl Into<Name>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }

    /// For a full join: the key columns of both sides become one column.
    pub fn coalesce(self) -> Self {
        Self { coalesce: true, ..self }
    }

    /// A null key equals a null key.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let left = df! { "k" => [Some(1), None], "a" => [1, 2] }?;
    /// let right = df! { "k" => [None, Some(2)], "b" => [3, 4] }?;
    /// let out = left.join(&right, "k", "k", JoinArgs::new(JoinType::Inner).nulls_equal())?;
    /// assert_eq!(out, df! { "k" => [None::<i32>], "a" => [2], "b" => [3] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nulls_equal(self) -> Self {
        Self { nulls_equal: true, ..self }
    }

    /// Keys that occur more often than `validate` allows are an error when the join runs.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// let left = df! { "k" => [1, 1] }?;
    /// let right = df! { "k" => [1, 2] }?;
    /// let args = |validate| JoinArgs::new(JoinType::Inner).validate(validate);
    /// assert!(left.join(&right, "k", "k", args(JoinValidation::ManyToOne)).is_ok());
    /// assert!(left.join(&right, "k", "k", args(JoinValidation::OneToOne)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn validate(self, validate: JoinValidation) -> Self {
        Self { validate, ..self }
    }

    pub(crate) fn left_is_unique(&self) -> bool {
        matches!(self.validate, JoinValidation::OneToOne | JoinValidation::OneToMany)
    }

    pub(crate) fn right_is_unique(&self) -> bool {
        matches!(self.validate, JoinValidation::OneToOne | JoinValidation::ManyToOne)
    }

    pub(crate) fn has_nulls_equal(&self) -> bool {
        self.nulls_equal
    }

    pub(crate) fn into_node(
        self,
        left: LogicalPlan,
        right: LogicalPlan,
        left_keys: Vec<Expr>,
        right_keys: Vec<Expr>,
    ) -> Node {
        let Self { join_type, suffix, coalesce, nulls_equal, validate: _ } = self;
        Node::Join(Join {
            left,
            right,
            left_keys,
            right_keys,
            join_type,
            suffix,
            coalesce,
            nulls_equal,
            output: Vec::new(),
        })
    }
}

impl From<JoinType> for JoinArgs {
    fn from(join_type: JoinType) -> Self {
        Self::new(join_type)
    }
}
