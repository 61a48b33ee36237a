//! The rows of a join that are known when all probing lanes have run: those of a full join's built side that found no match,
//! and if the built side is in files all rows of the join.

use std::sync::Arc;

use super::JoinOutput;
use super::build::Built;
use super::pairs_in_files::PairsInFiles;
use super::probe::JoinProbe;
use super::unmatched::unmatched;
use crate::context::QueryContext;
use crate::profile::Link;
use crate::source::{BatchesSource, Stored};

/// A source of these rows, behind the lanes of `probe`. `alone`, of a full join: the columns of a built row without a match.
pub(crate) fn late_rows(probe: Arc<JoinProbe>, alone: Option<JoinOutput>) -> BatchesSource {
    let (reads, table) = (vec![Link::to(&probe.table)], probe.table.clone());
    let (name, has_some) = match &alone {
        Some(_) => ("the rows of a full join without a match", true),
        None => ("the rows of a join in files", false),
    };
    let compute = move |context: &QueryContext, stored: &Stored| {
        match (probe.table.built()?, &alone) {
            (Built::Table(table), Some(output)) => {
                let (batches, reservation) = unmatched(table, output, context)?;
                stored.set(batches, reservation);
            }
            (Built::Table(_), None) => stored.set(Vec::new(), context.memory.reservation(super::OPERATOR)),
            (Built::Waiting(side), alone) => {
                stored.set_waiting(PairsInFiles::new(side, &probe, alone.as_ref(), context)?.join()?);
            }
        }
        Ok(())
    };
    BatchesSource::late(name, compute, move || !has_some && !table.is_waiting()).reading(reads)
}
