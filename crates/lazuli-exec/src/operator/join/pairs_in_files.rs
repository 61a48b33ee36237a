//! Joins whose built side does not fit in memory: both sides in files by the hash of their keys, joined a pair of partitions
//! after the other. What comes of them is put in the order that it has in memory, by number:
//!
//! ```text
//! probing row n, with its matches in the order of built rows    n
//! built row m of a full join that found no match                probing rows + m
//! ```
//! Of a pair the built partition becomes a table and the probing one passes by. If there is no room for the table, both are
//! split. Where that is in vain, since one key has most of the rows, or not worth it, the built rows become tables a chunk
//! after the other, in their order, and the probing rows pass by once for each; which of them found a match is known, and
//! given out, at the end. So neither side's most frequent key has to fit in memory.
//!
//! Grace hash join: Kitsuregawa et al. 1983; the chunks are a block nested loop.

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Column, SchemaRef};
use lazuli_kernels::join::{PairCursor, matched, one_by_one};
use lazuli_kernels::{NO_ROW, concat_batches, filter_batch};

use super::build::BuiltTable;
use super::probe::{JoinProbe, Matching, Pairs, ProbeRows};
use super::unmatched::alone;
use super::waiting::{WaitingRows, WaitingSide};
use super::{JoinOutput, OPERATOR};
use crate::Result;
use crate::context::QueryContext;
use crate::source::Pieces;
use crate::spill::{HashPartitions, OrderFilling, Ordered, Partition, RowNumbers, RowsByNumber};

/// The part of the budget that partitions in work may have, those of all threads: others need theirs to be read and written.
const PARTITIONS_PART: usize = 2;

/// A built partition of at most so many chunks is not split: to read the probing rows so often costs no more than to read and
/// write all rows of both sides.
const FEW_CHUNKS: usize = 4;

/// What a chunk takes while it is put together and its table is made, in terms of its rows.
const TIMES_A_CHUNK: usize = 3;

/// What a table takes beside the rows while it is built, about: a slot of a hash table, and lists of rows.
const TABLE_BYTES_A_ROW: usize = 24 + 18;

/// The rows of both sides.
pub(super) struct PairsInFiles<'a> {
    built: &'a WaitingSide,
    probe: &'a JoinProbe,
    /// `None` if no row has come.
    probing: Option<Arc<WaitingRows>>,
    probing_partitions: Vec<Partition>,
    probing_numbers: RowNumbers,
    /// The columns of a built row without a match, if those are wanted.
    alone: Option<&'a JoinOutput>,
    context: &'a QueryContext,
}

impl<'a> PairsInFiles<'a> {
    /// Both sides, once they have all rows.
    pub(super) fn new(
        built: &'a WaitingSide,
        probe: &'a JoinProbe,
        alone: Option<&'a JoinOutput>,
        context: &'a QueryContext,
    ) -> Result<Self> {
        let probing = probe.take_waiting();
        let (probing_partitions, probing_numbers) = match &probing {
            Some(rows) => rows.finish(context)?,
            None => (Vec::new(), RowNumbers::default()),
        };
        Ok(Self { built, probe, probing, probing_partitions, probing_numbers, alone, context })
    }

    fn schema(&self) -> &SchemaRef {
        match &self.probe.matching {
            Matching::Pairs { output, .. } => &output.schema,
            Matching::Exists { output, .. } => output.schema(),
        }
    }

    /// All rows of the join, in order.
    pub(super) fn join(&self) -> Result<Ordered> {
        let context = self.context;
        let built_rows = if self.alone.is_some() { self.built.numbers.num_rows() } else { 0 };
        let count = self.probing_numbers.num_rows() + built_rows;
        let rows = Arc::new(RowsByNumber::new(OPERATOR, self.schema().clone(), count, context)?);
        rows.fill(self.built.partitions.len(), context, |number, out| {
            self.pair(&self.built.partitions[number], self.probing_partitions.get(number), out)
        })?;
        rows.finish(context)
    }

    /// Gives what comes of two partitions to `out`.
    fn pair(&self, built: &Partition, probing: Option<&Partition>, out: &mut OrderFilling) -> Result<()> {
        let context = self.context;
        let has_probing = probing.is_some_and(|partition| partition.num_rows() > 0);
        let wants_built = built.num_rows() > 0 && self.alone.is_some();
        let wants_probing = has_probing && (built.num_rows() > 0 || self.probe.matching.keeps_unmatched());
        if !wants_built && !wants_probing {
            return Ok(());
        }
        if let Some((table, numbers)) = self.load(built)? {
            self.pass(&table, probing, None, out)?;
            return self.add_unmatched_built(&table, &numbers, out);
        }
        if built.memory_bytes() / FEW_CHUNKS <= self.most_chunk_bytes() || !built.can_be_split() {
            return self.chunk_by_chunk(built, probing, out);
        }
        let built = self.built.rows.partitions.split(built, context)?;
        let probing = match (&self.probing, probing) {
            (Some(rows), Some(partition)) => rows.partitions.split(partition, context)?,
            _ => Vec::new(),
        };
        for (number, built) in built.iter().enumerate() {
            self.pair(built, probing.get(number), out)?;
        }
        Ok(())
    }

    /// What a thread may have of the budget for one partition.
    fn most_bytes(&self) -> usize {
        self.context.memory.limit_bytes() / (PARTITIONS_PART * self.context.threads())
    }

    /// And so for a chunk.
    fn most_chunk_bytes(&self) -> usize {
        self.most_bytes() / TIMES_A_CHUNK
    }

    /// A built partition as a table, with the numbers of its rows; `None` if there is no room for it.
    fn load(&self, built: &Partition) -> Result<Option<(BuiltTable, Vec<u64>)>> {
        let WaitingSide { side, rows, numbers, .. } = self.built;
        let table_bytes = built.memory_bytes().saturating_add(built.num_rows() * TABLE_BYTES_A_ROW);
        let bytes = HashPartitions::bytes_in_order(built).max(table_bytes);
        let mut reservation = self.context.memory.reservation(OPERATOR);
        if bytes > self.most_bytes() || !reservation.try_grow_with_room(bytes) {
            return Ok(None);
        }
        let (batch, numbers) = rows.partitions.read_in_order_within(built, numbers, &mut reservation)?;
        // There is no chunk of nothing, by whose table rows without a match could be given out.
        let must = built.num_rows() == 0;
        let table = BuiltTable::new(side, &batch, reservation, must, &one_by_one)?;
        Ok(table.ok().map(|table| (table, numbers)))
    }

    /// A built partition as tables of parts of its rows, one after the other.
    fn chunk_by_chunk(
        &self,
        built: &Partition,
        probing: Option<&Partition>,
        out: &mut OrderFilling,
    ) -> Result<()> {
        let context = self.context;
        let side = &self.built.side;
        let pieces = self.in_order(built)?;
        let probing_rows = probing.map_or(0, Partition::num_rows);
        let _bits = context.memory.reserve(OPERATOR, probing_rows / 8)?;
        let mut matches = Matches::new(probing_rows);
        let (mut next, count) = (0, pieces.num_rows().len());
        while next < count {
            let mut reservation = context.memory.reservation(OPERATOR);
            let (mut batches, mut numbers, mut bytes) = (Vec::new(), Vec::new(), 0);
            while next < count {
                let with_next = bytes + pieces.memory_bytes(next);
                let needed = with_next.saturating_mul(TIMES_A_CHUNK);
                if batches.is_empty() {
                    reservation.grow_to(needed)?;
                } else if with_next > self.most_chunk_bytes() || !reservation.try_grow_with_room(needed) {
                    break;
                }
                let (batch, more, _covered) = pieces.load_numbered(next, context)?;
                batches.push(batch);
                numbers.extend(more);
                (next, bytes) = (next + 1, with_next);
            }
            let whole = concat_batches(&side.schema, &batches);
            drop(batches);
            reservation.shrink_to(bytes);
            let Ok(table) = BuiltTable::new(side, &whole, reservation, true, &one_by_one)? else {
                unreachable!("what must fit is there or an error");
            };
            drop(whole);
            self.pass(&table, probing, Some(&mut matches), out)?;
            self.add_unmatched_built(&table, &numbers, out)?;
            if next == count || self.has_enough(&matches) {
                return self.add_by_matches(&table, probing, &matches, out);
            }
        }
        Ok(())
    }

    /// Whether one match of a row is as good as many.
    fn is_about_existence(&self) -> bool {
        matches!(self.probe.matching, Matching::Exists { .. })
    }

    /// Whether further chunks change nothing.
    fn has_enough(&self, matches: &Matches) -> bool {
        self.is_about_existence() && matches.are_all(0..matches.count)
    }

    /// The rows of a built partition, in order.
    fn in_order(&self, built: &Partition) -> Result<Ordered> {
        let context = self.context;
        let WaitingSide { side, rows, numbers, .. } = self.built;
        let ordered = RowsByNumber::new(OPERATOR, side.schema.clone(), numbers.num_rows(), context)?;
        let ordered = Arc::new(ordered);
        let mut filling = OrderFilling::new(ordered.clone(), context);
        for &block in &built.blocks {
            context.check_cancelled()?;
            let (batch, mut of_rows) = rows.partitions.read(block)?;
            numbers.replace(&mut of_rows);
            filling.add(&batch, of_rows)?;
        }
        filling.flush()?;
        drop(filling);
        ordered.finish(context)
    }

    /// Calls `work` for each block of a probing partition: with the place of its first row among those of the partition, the
    /// number of its rows, and what reads them and their numbers.
    fn each_block(
        &self,
        probing: Option<&Partition>,
        mut work: impl FnMut(usize, usize, &mut dyn FnMut() -> Result<(Batch, Vec<u64>)>) -> Result<()>,
    ) -> Result<()> {
        let (Some(rows), Some(partition)) = (&self.probing, probing) else { return Ok(()) };
        let mut reservation = self.context.memory.reservation(OPERATOR);
        let mut first = 0;
        for &block in &partition.blocks {
            self.context.check_cancelled()?;
            work(first, block.num_rows(), &mut || {
                reservation.grow_to(block.memory_bytes())?;
                let (batch, mut numbers) = rows.partitions.read(block)?;
                self.probing_numbers.replace(&mut numbers);
                Ok((batch, numbers))
            })?;
            first += block.num_rows();
        }
        Ok(())
    }

    /// The probing rows pass by a table: of all rows if `matches` is `None`, else of some of them, and what is known of a row
    /// only in the end is noted there.
    fn pass(
        &self,
        table: &BuiltTable,
        probing: Option<&Partition>,
        mut matches: Option<&mut Matches>,
        out: &mut OrderFilling,
    ) -> Result<()> {
        let mut places = Vec::new();
        self.each_block(probing, |first, num_rows, read| {
            let is_known = |matches: &Matches| matches.are_all(first..first + num_rows);
            if self.is_about_existence() && matches.as_deref().is_some_and(is_known) {
                return Ok(());
            }
            let (batch, numbers) = read()?;
            let keys: Vec<Column> = self.probe.keys.iter().map(|&key| batch.column(key).clone()).collect();
            table.index.lookup(&keys, batch.num_rows(), &mut places);
            if let Some(matches) = matches.as_deref_mut() {
                matches.note(first, &places);
            }
            match &self.probe.matching {
                Matching::Exists { .. } if matches.is_some() => Ok(()),
                Matching::Exists { anti, .. } => {
                    let matched = matched(&places);
                    self.add_existing(&batch, &numbers, &if *anti { matched.not() } else { matched }, out)
                }
                Matching::Pairs { keep_unmatched, output } => {
                    table.note_matches(&places);
                    let keep_unmatched = *keep_unmatched && matches.is_none();
                    let capacity = self.context.morsel_rows;
                    let (mut probe, mut build, mut cursor) = (Vec::new(), Vec::new(), PairCursor::default());
                    while table.index.pairs(
                        &places,
                        keep_unmatched,
                        capacity,
                        &mut cursor,
                        &mut probe,
                        &mut build,
                    ) {
                        self.context.check_cancelled()?;
                        let has_unmatched = keep_unmatched && build.contains(&NO_ROW);
                        let pairs = Pairs { probe: ProbeRows::Some(&probe), build: &build, has_unmatched };
                        let numbers = probe.iter().map(|&row| numbers[row as usize]).collect();
                        out.add(&pairs.joined(output, &batch, table), numbers)?;
                    }
                    Ok(())
                }
            }
        })
    }

    /// Gives out the rows that are known once they have passed by all chunks.
    fn add_by_matches(
        &self,
        table: &BuiltTable,
        probing: Option<&Partition>,
        matches: &Matches,
        out: &mut OrderFilling,
    ) -> Result<()> {
        let wants_matched = match self.probe.matching {
            Matching::Pairs { keep_unmatched: false, .. } => return Ok(()),
            Matching::Pairs { .. } | Matching::Exists { anti: true, .. } => false,
            Matching::Exists { anti: false, .. } => true,
        };
        self.each_block(probing, |first, num_rows, read| {
            if !wants_matched && matches.are_all(first..first + num_rows) {
                return Ok(());
            }
            let (batch, numbers) = read()?;
            let matched = matches.of(first, batch.num_rows());
            let wanted = if wants_matched { matched } else { matched.not() };
            let Matching::Pairs { output, .. } = &self.probe.matching else {
                return self.add_existing(&batch, &numbers, &wanted, out);
            };
            let probe: Vec<u32> = wanted.ones().map(|row| row as u32).collect();
            let build = vec![NO_ROW; probe.len()];
            let pairs = Pairs { probe: ProbeRows::Some(&probe), build: &build, has_unmatched: true };
            let numbers = probe.iter().map(|&row| numbers[row as usize]).collect();
            out.add(&pairs.joined(output, &batch, table), numbers)
        })
    }

    /// Gives out these rows of a semi or anti join.
    fn add_existing(
        &self,
        batch: &Batch,
        numbers: &[u64],
        wanted: &Bitmap,
        out: &mut OrderFilling,
    ) -> Result<()> {
        let Matching::Exists { output, .. } = &self.probe.matching else { return Ok(()) };
        let numbers = wanted.ones().map(|row| numbers[row]).collect();
        out.add(&filter_batch(&output.choose(batch), wanted), numbers)
    }

    /// Gives out the rows of a full join's built side that found no match.
    fn add_unmatched_built(&self, table: &BuiltTable, numbers: &[u64], out: &mut OrderFilling) -> Result<()> {
        let Some(output) = self.alone else { return Ok(()) };
        let first = self.probing_numbers.num_rows();
        for rows in table.unmatched_rows().chunks(self.context.morsel_rows) {
            let numbers = rows.iter().map(|&row| first + numbers[row as usize]).collect();
            out.add(&alone(table, output, rows), numbers)?;
        }
        Ok(())
    }
}

/// Which rows of a probing partition have found a match.
struct Matches {
    words: Vec<u64>,
    count: usize,
}

impl Matches {
    fn new(count: usize) -> Self {
        Self { words: vec![0; count.div_ceil(64)], count }
    }

    /// Notes the matches among rows from `first` on.
    fn note(&mut self, first: usize, places: &[u32]) {
        for (row, _) in (first..).zip(places).filter(|(_, place)| **place != NO_ROW) {
            self.words[row / 64] |= 1 << (row % 64);
        }
    }

    fn has(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    fn of(&self, first: usize, length: usize) -> Bitmap {
        Bitmap::from_fn(length, |row| self.has(first + row))
    }

    fn are_all(&self, mut rows: std::ops::Range<usize>) -> bool {
        rows.all(|row| self.has(row))
    }
}
