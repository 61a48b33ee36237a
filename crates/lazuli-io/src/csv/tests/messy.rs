//! Real files that are not tidy.
