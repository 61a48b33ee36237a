//! Sinks whose rows meet by key, when these are too many: partitions in files, worked on one by one, and what comes of it in the
//! order of the rows.
//!
//! ```text
//! morsels ─▶ partitions by key, rows with places ─▶ each as it is in memory ─▶ rows by number ─▶ pieces, in order
//! ```

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};

use super::collect::{Kept, Share, Shares};
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::pipeline::{SinkWorker, Task};
use crate::spill::{
    Begun, HashFilling, HashPartitions, OrderFilling, Ordered, Partition, Places, RowNumbers, RowsByNumber,
};
use crate::{ExecError, Result};

/// Larger tables than those of so many rows are slow to look up.
const MOST_ROOM_BYTES: usize = 256 << 20;

/// Where rows of a sink go when they are too many, once the first of its workers has found that they are.
pub(crate) struct Overflow {
    operator: &'static str,
    /// The columns of rows.
    schema: SchemaRef,
    /// Positions of the keys.
    keys: Vec<usize>,
    begun: Begun<External>,
}

impl Overflow {
    /// For rows of these columns that meet by those at `keys`; `operator` is named by errors.
    pub(crate) fn new(operator: &'static str, schema: SchemaRef, keys: Vec<usize>) -> Self {
        Self { operator, schema, keys, begun: Begun::default() }
    }

    /// Where rows go, if they are too many.
    pub(crate) fn begun(&self) -> Option<Arc<External>> {
        self.begun.get()
    }

    /// As [`Overflow::begun`]; from now on, if they were not before.
    pub(crate) fn begin(&self, context: &QueryContext) -> Result<Arc<External>> {
        self.begun.get_or_begin(|| {
            let (operator, schema, keys) = (self.operator, self.schema.clone(), self.keys.clone());
            let partitions = Arc::new(HashPartitions::new(operator, schema, keys, context)?);
            Ok(External { operator, partitions, places: Places::default() })
        })
    }

    /// A worker that keeps all rows in `shares` while there is room: for sinks whose work is in their finish.
    pub(crate) fn worker<'a>(
        &'a self,
        shares: &'a Shares,
        context: &'a QueryContext,
    ) -> Box<dyn SinkWorker + 'a> {
        let share = Share::new(self.operator, context);
        Box::new(OverflowWorker { overflow: self, shares, context, share, filling: None })
    }
}

struct OverflowWorker<'a> {
    overflow: &'a Overflow,
    shares: &'a Shares,
    context: &'a QueryContext,
    share: Share,
    /// Instead of the share, since rows are too many.
    filling: Option<ExternalFilling>,
}

impl OverflowWorker<'_> {
    /// Where rows go that there is no room for. The first time all that was kept goes there.
    fn filling(&mut self) -> Result<&mut ExternalFilling> {
        if self.filling.is_none() {
            let external = self.overflow.begin(self.context)?;
            let share = std::mem::replace(&mut self.share, Share::new(self.overflow.operator, self.context));
            self.filling = Some(ExternalFilling::of_share(external, share, self.context)?);
        }
        Ok(self.filling.as_mut().expect("made above"))
    }
}

impl SinkWorker for OverflowWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let Morsel { index, batch, .. } = input;
        // When one worker has no room, the others give back what they have.
        let is_external = self.filling.is_some() || self.overflow.begun().is_some();
        if is_external || !self.share.has_room(&batch) {
            self.filling()?.add(index, &batch)?;
        } else {
            self.share.morsels.push((index, batch));
        }
        Ok(Flow::More)
    }

    fn combine(mut self: Box<Self>) -> Result<()> {
        if let Some(filling) = &mut self.filling {
            filling.flush()?;
        }
        self.shares.add(self.share);
        Ok(())
    }
}

/// Rows in partitions by key, with their places.
pub(crate) struct External {
    operator: &'static str,
    partitions: Arc<HashPartitions>,
    places: Places,
}

impl External {
    /// Takes in what was kept, by several threads.
    pub(crate) fn take_all(self: &Arc<Self>, kept: &Kept, context: &QueryContext) -> Result<()> {
        context.run_tasks(context.threads(), |_| {
            let mut filling = ExternalFilling::new(self.clone(), context);
            filling.add_all(kept, context)?;
            filling.flush()
        })?;
        Ok(())
    }

    /// The partitions.
    pub(crate) fn partitions(&self) -> &HashPartitions {
        &self.partitions
    }

    /// The numbers of rows, when nobody puts in any more.
    pub(crate) fn numbers(&self) -> RowNumbers {
        self.places.numbers()
    }

    /// All that was taken in. Called once, when nobody puts in any more.
    pub(crate) fn written(&self) -> Written<'_> {
        let mut partitions = self.partitions.take();
        partitions.retain(|partition| partition.num_rows() > 0);
        // The largest first, so that no thread begins with it when the others have nothing left to do.
        partitions.sort_by_key(|partition| std::cmp::Reverse(partition.memory_bytes()));
        Written { external: self, partitions, numbers: self.places.numbers() }
    }
}

/// All rows of a sink, in partitions.
pub(crate) struct Written<'a> {
    external: &'a External,
    partitions: Vec<Partition>,
    numbers: RowNumbers,
}

impl Written<'_> {
    /// Has `work` look at each partition and put rows of these columns, with their numbers; leaves them in order of these.
    pub(crate) fn finish(
        &self,
        schema: SchemaRef,
        context: &QueryContext,
        work: impl Fn(&Partition, &mut Output<'_>) -> Result<()> + Sync,
    ) -> Result<Ordered> {
        let operator = self.external.operator;
        context.memory.reservation(operator).note_spilled(0, self.partitions.len() as u64);
        let rows = Arc::new(RowsByNumber::new(operator, schema, self.numbers.num_rows(), context)?);
        self.each(Some(&rows), context, work)?;
        rows.finish(context)
    }

    /// Has `work` look at each partition, and put nothing.
    pub(crate) fn look(
        &self,
        context: &QueryContext,
        work: impl Fn(&Partition, &mut Output<'_>) -> Result<()> + Sync,
    ) -> Result<()> {
        self.each(None, context, work)
    }

    fn each(
        &self,
        rows: Option<&Arc<RowsByNumber>>,
        context: &QueryContext,
        work: impl Fn(&Partition, &mut Output<'_>) -> Result<()> + Sync,
    ) -> Result<()> {
        let Self { external, partitions, numbers } = self;
        let next = AtomicUsize::new(0);
        let later = Mutex::new(Vec::new());
        let output = |later| {
            let filling = rows.map(|rows| OrderFilling::new(rows.clone(), context));
            Output { partitions: &external.partitions, numbers, filling, later, context }
        };
        // A task a thread, not a task a partition: what each writes has to fill blocks.
        context.run_tasks(context.threads().min(partitions.len()), |_| {
            let mut output = output(Some(&later));
            while let Some(partition) = partitions.get(next.fetch_add(1, Ordering::Relaxed)) {
                context.check_cancelled()?;
                work(partition, &mut output)?;
            }
            output.flush()
        })?;
        let mut alone = output(None);
        for partition in std::mem::take(&mut *later.lock().unwrap_or_else(PoisonError::into_inner)) {
            context.check_cancelled()?;
            work(&partition, &mut alone)?;
        }
        alone.flush()
    }
}

/// What one worker puts into partitions.
pub(crate) struct ExternalFilling {
    external: Arc<External>,
    filling: HashFilling,
}

impl ExternalFilling {
    pub(crate) fn new(external: Arc<External>, context: &QueryContext) -> Self {
        let filling = HashFilling::new(external.partitions.clone(), context);
        Self { external, filling }
    }

    /// For a worker that has kept rows until now.
    pub(crate) fn of_share(external: Arc<External>, share: Share, context: &QueryContext) -> Result<Self> {
        let mut filling = Self::new(external, context);
        filling.add_all(&Kept::new(share.morsels, share.reservation), context)?;
        Ok(filling)
    }

    /// Takes in rows of a morsel: all that there will be of it.
    pub(crate) fn add(&mut self, index: MorselIndex, batch: &Batch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let first = Places::first_of(self.external.places.enter(index, batch.num_rows()));
        self.filling.add(batch, (first..first + batch.num_rows() as u64).collect())
    }

    /// Takes in what was kept, or a share of it if others do, too.
    pub(crate) fn add_all(&mut self, kept: &Kept, context: &QueryContext) -> Result<()> {
        while let Some((index, batch)) = kept.next() {
            context.check_cancelled()?;
            self.add(index, &batch)?;
        }
        Ok(())
    }

    /// Writes all that is left.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.filling.flush()
    }
}

/// Where a thread that works on partitions reads them, and puts what comes of them.
pub(crate) struct Output<'a> {
    pub(crate) partitions: &'a HashPartitions,
    pub(crate) numbers: &'a RowNumbers,
    /// `None` where nothing comes of them.
    filling: Option<OrderFilling>,
    /// What does not fit beside that of other threads, and can't be split. `None` where there are no others.
    later: Option<&'a Mutex<Vec<Partition>>>,
    pub(crate) context: &'a QueryContext,
}

impl Output<'_> {
    /// What rows that a thread has in memory at once may weigh.
    pub(crate) fn room_bytes(&self) -> usize {
        let memory = &self.context.memory;
        let free_bytes = memory.limit_bytes().saturating_sub(memory.used_bytes());
        (free_bytes / (8 * self.context.threads())).clamp(1, MOST_ROOM_BYTES)
    }

    /// Puts rows, each with its number.
    pub(crate) fn put(&mut self, batch: &Batch, numbers: Vec<u64>) -> Result<()> {
        let filling = self.filling.as_mut().expect("who only looks puts nothing");
        filling.add(batch, numbers)
    }

    fn flush(&mut self) -> Result<()> {
        self.filling.as_mut().map_or(Ok(()), OrderFilling::flush)
    }

    /// Works on a partition, or, if memory is refused, on the parts of it. One that can't be split is left until it has the memory to
    /// itself: whether it fits does not depend on what others do meanwhile.
    pub(crate) fn split_if_refused(
        &mut self,
        partition: &Partition,
        work: &dyn Fn(&Partition, &mut Self) -> Result<()>,
    ) -> Result<()> {
        match work(partition, self) {
            Err(ExecError::MemoryBudget { .. }) => {}
            done => return done,
        }
        // What waits to be written holds memory; whether that is enough is seen when it is written.
        self.flush()?;
        match work(partition, self) {
            Err(ExecError::MemoryBudget { .. }) if partition.can_be_split() => self.split(partition, work),
            Err(error @ ExecError::MemoryBudget { .. }) => {
                let Some(later) = self.later else { return Err(error) };
                later.lock().unwrap_or_else(PoisonError::into_inner).push(partition.clone());
                Ok(())
            }
            done => done,
        }
    }

    /// Works on the parts of a partition.
    pub(crate) fn split(
        &mut self,
        partition: &Partition,
        work: &dyn Fn(&Partition, &mut Self) -> Result<()>,
    ) -> Result<()> {
        for part in self.partitions.split(partition, self.context)? {
            if part.num_rows() > 0 {
                self.context.check_cancelled()?;
                self.split_if_refused(&part, work)?;
            }
        }
        Ok(())
    }
}
