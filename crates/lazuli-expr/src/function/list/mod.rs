//! Functions of `list.`: lists.
//!
//! What is made of the items of a list is made of all lists of a batch at once: their items are one column, an item's
//! list is its group. Aggregates of lists are those of groups, with the same results; `eval`, `agg` and `filter` run
//! any expression over the items.
//!
//! Lists of one length need no type of their own: what other engines call `arr.` are these functions, and
//! [`ListNamespace::to_array`] checks the length (`docs/decisions/fixed-width-lists.md`).

mod aggregate; // sum, mean and the like
mod arg_extreme; // arg_min, arg_max
mod arguments; // what functions of lists take
mod bools; // any, all
mod concat; // list.concat, concat_list
mod contains;
mod count_matches;
mod diff;
mod dot;
mod ends; // head, tail
mod eval; // eval, agg, filter
mod gather;
mod gather_every;
mod get; // get, first, last
mod item;
mod join;
mod len;
mod rearrange; // unique, reverse, drop_nulls
mod repeat_by;
mod set; // union, intersection, differences
mod shift;
mod slice;
mod sort;
mod to_array;
mod to_struct;

pub use concat::{as_list, concat_list};
pub use eval::{call_with_body, element};

use super::FunctionRef;
use crate::Expr;

/// The functions of lists: [`Expr::list`].
#[derive(Debug, Clone)]
pub struct ListNamespace(pub(crate) Expr);

impl ListNamespace {
    /// The items of all lists, as rows; null for a list that is null or empty. As [`Expr::explode`].
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().explode().to_string(), "explode(tags)");
    /// ```
    pub fn explode(self) -> Expr {
        self.0.explode()
    }
}

impl Expr {
    /// The functions of lists.
    pub fn list(self) -> ListNamespace {
        ListNamespace(self)
    }

    /// The functions of lists of one length, which are those of lists.
    pub fn arr(self) -> ListNamespace {
        ListNamespace(self)
    }
}

macro_rules! functions {
    ($($(#[doc = $doc:literal])* $name:ident = $function:expr;)*) => {
        $($(#[doc = $doc])* pub const $name: FunctionRef = FunctionRef::Builtin(&$function);)*

        /// The functions of this family.
        pub(super) static FUNCTIONS: &[FunctionRef] = &[$($name),*];
    };
}

functions! {
    /// Whether no item is false.
    ALL = bools::ALL;
    /// Whether one item is true.
    ANY = bools::ANY;
    /// The place of the greatest item.
    ARG_MAX = arg_extreme::ARG_MAX;
    /// The place of the least item.
    ARG_MIN = arg_extreme::ARG_MIN;
    /// Values as a list, lists among them as items.
    AS_LIST = concat::AS_LIST;
    /// The items of several lists one after the other.
    CONCAT = concat::CONCAT;
    /// Values and the items of lists one after the other.
    CONCAT_LIST = concat::CONCAT_LIST;
    /// Whether a value is among the items.
    CONTAINS = contains::Contains;
    /// How often a value is among the items.
    COUNT_MATCHES = count_matches::CountMatches;
    /// Each item less an earlier one.
    DIFF = diff::Diff;
    /// The sum of products.
    DOT = dot::Dot;
    /// The items that are not null.
    DROP_NULLS = rearrange::DROP_NULLS;
    /// The first item.
    FIRST = get::FIRST;
    /// The items at some places.
    GATHER = gather::Gather;
    /// Every n-th item.
    GATHER_EVERY = gather_every::GatherEvery;
    /// The item at a place.
    GET = get::GET;
    /// The first items.
    HEAD = ends::HEAD;
    /// The only item.
    ITEM = item::Item;
    /// The texts of a list as one.
    JOIN = join::Join;
    /// The last item.
    LAST = get::LAST;
    /// The number of items.
    LEN = len::Len;
    /// The greatest item.
    MAX = aggregate::MAX;
    /// The arithmetic mean.
    MEAN = aggregate::MEAN;
    /// The middle item.
    MEDIAN = aggregate::MEDIAN;
    /// The least item.
    MIN = aggregate::MIN;
    /// The number of distinct items.
    N_UNIQUE = aggregate::N_UNIQUE;
    /// A value over and over.
    REPEAT_BY = repeat_by::RepeatBy;
    /// The items backwards.
    REVERSE = rearrange::REVERSE;
    /// The items of the left that are not in the right.
    SET_DIFFERENCE = set::DIFFERENCE;
    /// The items that are in both.
    SET_INTERSECTION = set::INTERSECTION;
    /// The items that are in one of two only.
    SET_SYMMETRIC_DIFFERENCE = set::SYMMETRIC_DIFFERENCE;
    /// The items that are in either.
    SET_UNION = set::UNION;
    /// The items some places further on.
    SHIFT = shift::Shift;
    /// Some items that stand together.
    SLICE = slice::Slice;
    /// The items in order.
    SORT = sort::Sort;
    /// The standard deviation.
    STD = aggregate::STD;
    /// The sum.
    SUM = aggregate::SUM;
    /// The last items.
    TAIL = ends::TAIL;
    /// Lists whose length is checked.
    TO_ARRAY = to_array::ToArray;
    /// Items as fields.
    TO_STRUCT = to_struct::ToStruct;
    /// The distinct items.
    UNIQUE = rearrange::UNIQUE;
    /// The variance.
    VAR = aggregate::VAR;
}
