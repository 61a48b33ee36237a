//! Plans run by the engine, under every configuration.

mod budget; // too little memory
mod builder; // plans by verbs
mod configurations; // ways to run a plan that must not matter
mod errors; // mistakes, failures, panics
mod files; // delimited files in and out
mod forms; // physical forms and cuts
mod handles; // queries on threads of their own
mod joins; // pairs of rows
mod joins_where; // pairs of rows by predicates
mod many_groups; // about as many groups as rows
mod order; // sort, slice, unique, concat
mod profiles; // what operators did
mod reshape; // pivot and unpivot
mod rows; // filter, select, group_by
mod spilling; // rows that wait in files
mod spilling_by_key; // rows that meet by key, and wait in files
mod spilling_groups; // groups that wait in files
mod spilling_join; // pairs of rows of which one side waits in files
mod streams; // an answer batch by batch
mod verified; // optimized and as written
mod windows; // values made of the rows of a partition
