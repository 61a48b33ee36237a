//! Rows of one side of a join in files, by the hash of their keys.

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Bitmap, Column, SchemaRef};
use lazuli_kernels::filter_batch;

use super::{BuildSide, OPERATOR};
use crate::Result;
use crate::context::QueryContext;
use crate::morsel::MorselIndex;
use crate::operator::collect::Kept;
use crate::spill::{HashFilling, HashPartitions, NullKeys, Partition, Places, RowNumbers};

/// Rows of one side that wait in files. Filled by several threads.
pub(super) struct WaitingRows {
    /// Positions of the keys.
    keys: Vec<usize>,
    /// Whether rows that have no match are wanted, too.
    keeps_unmatched: bool,
    pub(super) partitions: Arc<HashPartitions>,
    places: Places,
    /// Of threads that are not at it.
    idle: Mutex<Vec<HashFilling>>,
}

impl WaitingRows {
    /// None yet, for rows of these columns.
    pub(super) fn new(
        schema: SchemaRef,
        keys: Vec<usize>,
        keeps_unmatched: bool,
        context: &QueryContext,
    ) -> Result<Self> {
        let partitions = HashPartitions::new(OPERATOR, schema, keys.clone(), context)?;
        let partitions = Arc::new(partitions.with_nulls(NullKeys::Apart));
        let (places, idle) = (Places::default(), Mutex::default());
        Ok(Self { keys, keeps_unmatched, partitions, places, idle })
    }

    /// Takes in the rows of a morsel. Of several morsels of one index those that a worker adds first come first.
    pub(super) fn add(&self, index: MorselIndex, batch: &Batch, context: &QueryContext) -> Result<()> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut filling = idle.unwrap_or_else(|| HashFilling::new(self.partitions.clone(), context));
        let first = Places::first_of(self.places.enter(index, batch.num_rows()));
        match self.wanted(batch) {
            Some(wanted) => {
                let places = wanted.ones().map(|row| first + row as u64).collect();
                filling.add(&filter_batch(batch, &wanted), places)?;
            }
            None => filling.add(batch, (first..first + batch.num_rows() as u64).collect())?,
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(filling);
        Ok(())
    }

    /// Takes in what was kept, by several threads.
    pub(super) fn add_all(&self, kept: &Kept, context: &QueryContext) -> Result<()> {
        context.run_tasks(context.threads(), |_| {
            while let Some((index, batch)) = kept.next() {
                context.check_cancelled()?;
                self.add(index, &batch, context)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Which rows may be in the result; `None`: all.
    fn wanted(&self, batch: &Batch) -> Option<Bitmap> {
        if self.keeps_unmatched {
            return None;
        }
        let validities = self.keys.iter().filter_map(|&key| Column::validity(batch.column(key)));
        validities.reduce(|one, other| one.and(&other)).filter(|wanted| wanted.count_zeros() > 0)
    }

    /// All rows by partition, and the numbers that their places mean. Called once, after the last row.
    pub(super) fn finish(&self, context: &QueryContext) -> Result<(Vec<Partition>, RowNumbers)> {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        let fillings: Vec<Mutex<HashFilling>> = idle.into_iter().map(Mutex::new).collect();
        context.run_tasks(fillings.len(), |filling| {
            fillings[filling].lock().unwrap_or_else(PoisonError::into_inner).flush()
        })?;
        Ok((self.partitions.take(), self.places.numbers()))
    }
}

/// A built side in files.
pub(super) struct WaitingSide {
    pub(super) side: Arc<BuildSide>,
    pub(super) rows: Arc<WaitingRows>,
    pub(super) partitions: Vec<Partition>,
    pub(super) numbers: RowNumbers,
}

impl WaitingSide {
    /// The side, once it has all rows.
    pub(super) fn new(side: Arc<BuildSide>, rows: Arc<WaitingRows>, context: &QueryContext) -> Result<Self> {
        let (partitions, numbers) = rows.finish(context)?;
        context.memory.reservation(OPERATOR).note_spilled(0, partitions.len() as u64);
        Ok(Self { side, rows, partitions, numbers })
    }
}
