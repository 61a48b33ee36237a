//! Which rules run.

use std::fmt;

/// The name of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleId {
    /// What was written twice is one plan with two readers.
    CommonSubplans,
    /// Expressions without columns become constants.
    ConstantFolding,
    /// Expressions become simpler ones of the same value.
    Simplification,
    /// Filters move towards the sources.
    PredicatePushdown,
    /// Outer joins whose extra rows are filtered out become narrower joins.
    JoinNarrowing,
    /// Filters over cross joins become predicates of the join, and their equalities its keys.
    JoinPredicates,
    /// Sorts whose order nobody sees are left out.
    OrderObservance,
    /// A sort of sorted rows becomes one sort.
    SortCollapse,
    /// Joins one on the other change places, so that those that leave rows out come first.
    JoinOrder,
    /// Columns that nobody reads are left out.
    ProjectionPruning,
    /// Projections over one another become one.
    ProjectionMerge,
    /// Limits move towards the sources and into sorts.
    LimitPushdown,
    /// What is computed twice is computed once.
    CommonSubexpressions,
}

impl RuleId {
    /// Every rule, in the order in which they run.
    pub const ALL: [Self; 13] = [
        Self::CommonSubplans,
        Self::ConstantFolding,
        Self::Simplification,
        Self::PredicatePushdown,
        Self::JoinNarrowing,
        Self::JoinPredicates,
        Self::OrderObservance,
        Self::SortCollapse,
        Self::JoinOrder,
        Self::ProjectionPruning,
        Self::ProjectionMerge,
        Self::LimitPushdown,
        Self::CommonSubexpressions,
    ];

    /// The name by which the rule is switched, such as `predicate_pushdown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommonSubplans => "common_subplans",
            Self::ConstantFolding => "constant_folding",
            Self::Simplification => "simplification",
            Self::PredicatePushdown => "predicate_pushdown",
            Self::JoinNarrowing => "join_narrowing",
            Self::JoinPredicates => "join_predicates",
            Self::OrderObservance => "order_observance",
            Self::SortCollapse => "sort_collapse",
            Self::JoinOrder => "join_order",
            Self::ProjectionPruning => "projection_pruning",
            Self::ProjectionMerge => "projection_merge",
            Self::LimitPushdown => "limit_pushdown",
            Self::CommonSubexpressions => "common_subexpressions",
        }
    }

    /// The rule of this name.
    ///
    /// ```
    /// use lazuli_plan::optimizer::RuleId;
    ///
    /// assert_eq!(RuleId::named("limit_pushdown"), Some(RuleId::LimitPushdown));
    /// assert_eq!(RuleId::named("magic"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which rules run for a query; all of them by default.
///
/// ```
/// use lazuli_plan::optimizer::{OptimizerOptions, RuleId};
///
/// let options = OptimizerOptions::default().without(RuleId::JoinNarrowing);
/// assert!(!options.is_enabled(RuleId::JoinNarrowing));
/// assert!(OptimizerOptions::none().with(RuleId::LimitPushdown).is_enabled(RuleId::LimitPushdown));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptimizerOptions {
    enabled: u32,
}

impl OptimizerOptions {
    /// Every rule.
    pub fn all() -> Self {
        Self { enabled: RuleId::ALL.into_iter().fold(0, |bits, rule| bits | rule.bit()) }
    }

    /// No rule: the plan runs as written.
    pub fn none() -> Self {
        Self { enabled: 0 }
    }

    /// The same, and this rule.
    #[must_use]
    pub fn with(self, rule: RuleId) -> Self {
        Self { enabled: self.enabled | rule.bit() }
    }

    /// The same, but not this rule.
    #[must_use]
    pub fn without(self, rule: RuleId) -> Self {
        Self { enabled: self.enabled & !rule.bit() }
    }

    /// Whether a rule runs.
    pub fn is_enabled(self, rule: RuleId) -> bool {
        self.enabled & rule.bit() != 0
    }
}

impl Default for OptimizerOptions {
    fn default() -> Self {
        Self::all()
    }
}
