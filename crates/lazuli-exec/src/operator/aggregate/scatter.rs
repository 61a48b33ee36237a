//! Rows that wait for their partition: sorted by the hash of their keys, a morsel at a time.
//!
//! What is kept of a morsel is the columns that aggregates read and the keys: packed into words where all workers can pack
//! them alike ([`KeyForm`]), else as columns. Rows of a partition lie together, in their order.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lazuli_array::{Batch, Column};
use lazuli_expr::RowOrder;
use lazuli_kernels::hash::hash_rows;
use lazuli_kernels::keys::{GroupTable, KeyPlan};
use lazuli_kernels::partition::Partitions;
use lazuli_kernels::take_column;

use super::AggregateSpec;
use super::groups::{GroupStates, Keys};
use super::inputs::Inputs;
use super::kept::{KeptColumn, KeptKeys, KeptRows};
use super::order::Place;
use super::output::gather_words;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::{ExecError, Result};

/// How keys are written, agreed on by all workers: equal keys must meet in one partition.
#[derive(Default)]
pub(super) struct KeyForm(Mutex<Form>);

#[derive(Default, Clone)]
pub(super) enum Form {
    /// Nobody has asked yet.
    #[default]
    Undecided,
    /// As words of a plan; who meets values beyond it makes it wider.
    Words(Arc<KeyPlan>),
    /// As columns: there are interned values that workers number each in their own way.
    Columns,
}

impl KeyForm {
    fn lock(&self) -> MutexGuard<'_, Form> {
        // A plan is put in whole, so a poisoned form is one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The form at present.
    pub(super) fn get(&self) -> Form {
        self.lock().clone()
    }

    /// Makes sure that the keys of a table have this form.
    pub(super) fn admit(&self, table: &GroupTable) {
        let mut form = self.lock();
        let admitted = match &*form {
            Form::Undecided => table.plan().map_or(Form::Columns, |plan| Form::Words(Arc::new(plan))),
            Form::Words(plan) if !plan.is_for_table(table) => Form::Columns,
            Form::Words(plan) => match plan.widened_by(table) {
                Some(plan) => Form::Words(Arc::new(plan)),
                None => return,
            },
            Form::Columns => return,
        };
        *form = admitted;
    }

    /// A form that these keys have.
    fn for_keys(&self, keys: &[Column]) -> Form {
        let mut form = self.lock();
        if let Form::Words(plan) = &*form {
            if !plan.is_for(keys) {
                *form = Form::Columns;
            } else if let Some(wider) = plan.widened(keys) {
                *form = Form::Words(Arc::new(wider));
            }
        }
        form.clone()
    }
}

/// Keys of rows.
pub(super) enum KeyRows {
    /// Words of a plan.
    Words(Vec<u64>),
    /// As they are.
    Columns(Vec<Column>),
}

impl KeyRows {
    /// The keys in order of partitions. `plan`: that of words.
    pub(super) fn partitioned(
        &self,
        plan: Option<&KeyPlan>,
        num_rows: usize,
        bits: u32,
    ) -> (Self, Partitions) {
        let mut hashes = Vec::new();
        match (self, plan) {
            (Self::Words(words), Some(plan)) => {
                plan.hash(words, &mut hashes);
                let partitions = Partitions::new(&hashes, bits);
                (Self::Words(partitions.gather_words(words, plan.num_words())), partitions)
            }
            (Self::Columns(keys), _) => {
                hash_rows(keys, num_rows, &mut hashes);
                let partitions = Partitions::new(&hashes, bits);
                let keys = keys.iter().map(|key| take_column(key, partitions.rows())).collect();
                (Self::Columns(keys), partitions)
            }
            (Self::Words(_), None) => unreachable!("words have a plan"),
        }
    }

    /// Some of the rows.
    pub(super) fn sliced<'a>(&'a self, rows: &Range<usize>, plan: Option<&Arc<KeyPlan>>) -> KeySlice<'a> {
        match self {
            Self::Words(words) => {
                let width = plan.map_or(1, |plan| plan.num_words());
                KeySlice::Words(&words[rows.start * width..rows.end * width])
            }
            Self::Columns(keys) => {
                KeySlice::Columns(keys.iter().map(|key| key.sliced(rows.start, rows.len())).collect())
            }
        }
    }

    /// Bytes of memory that the keys occupy.
    pub(super) fn memory_bytes(&self) -> usize {
        match self {
            Self::Words(words) => words.capacity() * 8,
            Self::Columns(keys) => {
                let mut footprint = Footprint::default();
                keys.iter().for_each(|key| footprint.add_column(key));
                footprint.bytes()
            }
        }
    }
}

/// Keys of some rows.
pub(super) enum KeySlice<'a> {
    Words(&'a [u64]),
    Columns(Vec<Column>),
}

impl KeySlice<'_> {
    pub(super) fn as_keys(&self) -> Keys<'_> {
        match self {
            Self::Words(words) => Keys::Words(words),
            Self::Columns(keys) => Keys::Columns(keys),
        }
    }
}

/// What is kept of a morsel.
pub(super) struct Chunk {
    /// The worker's number of the morsel.
    pub(super) morsel: u32,
    /// The place of the morsel's first row among all.
    pub(super) order: RowOrder,
    pub(super) keys: KeptKeys,
    /// The plan of the keys, if they are words.
    plan: Option<Arc<KeyPlan>>,
    /// Which row of the morsel each row is.
    pub(super) rows: KeptRows,
    /// The columns that aggregates read.
    pub(super) columns: Vec<KeptColumn>,
}

/// The rows that a worker keeps.
pub(super) struct Scatter {
    spec: Arc<AggregateSpec>,
    inputs: Arc<Inputs>,
    bits: u32,
    pub(super) chunks: Vec<Chunk>,
    /// The plan of the last morsel.
    plan: Option<Arc<KeyPlan>>,
    /// Scratch.
    words: Vec<u64>,
    footprint: Footprint,
    bytes: usize,
    num_rows: usize,
    reservation: Reservation,
}

/// Bits of a hash that tell partitions apart: many enough that a partition of some ten million groups has a table of a few
/// times the near cache, few enough that a morsel's rows of one partition fill a page.
const MIN_PARTITION_BITS: u32 = 7;

/// Partitions a thread, so that a large one does not hold up the others for long.
const PARTITIONS_PER_THREAD: usize = 4;

/// How many partitions there are, as bits.
pub(super) fn partition_bits(context: &QueryContext) -> u32 {
    let partitions = (context.threads() * PARTITIONS_PER_THREAD).next_power_of_two();
    partitions.trailing_zeros().clamp(MIN_PARTITION_BITS, 10)
}

impl Scatter {
    pub(super) fn new(spec: &Arc<AggregateSpec>, inputs: &Arc<Inputs>, context: &QueryContext) -> Self {
        Self {
            spec: spec.clone(),
            inputs: inputs.clone(),
            bits: partition_bits(context),
            chunks: Vec::new(),
            plan: None,
            words: Vec::new(),
            footprint: Footprint::default(),
            bytes: 0,
            num_rows: 0,
            reservation: context.memory.reservation(spec.operator),
        }
    }

    /// Keeps the rows of morsel `number`; `false` if there is no room for them.
    pub(super) fn keep(
        &mut self,
        batch: &Batch,
        number: u32,
        order: RowOrder,
        form: &KeyForm,
    ) -> Result<bool> {
        let num_rows = batch.num_rows();
        let keys: Vec<Column> = self.spec.keys.iter().map(|&key| batch.column(key).clone()).collect();
        let fits = |plan: &&Arc<KeyPlan>| plan.is_for(&keys) && plan.widened(&keys).is_none();
        let plan = match self.plan.as_ref().filter(fits) {
            Some(plan) => Some(plan.clone()),
            None => match form.for_keys(&keys) {
                Form::Words(plan) => Some(plan),
                Form::Columns | Form::Undecided => None,
            },
        };
        let keys = match &plan {
            Some(plan) => {
                let mut words = std::mem::take(&mut self.words);
                plan.encode(&keys, num_rows, &mut words);
                KeyRows::Words(words)
            }
            None => KeyRows::Columns(keys),
        };
        let (partitioned, rows) = keys.partitioned(plan.as_deref(), num_rows, self.bits);
        if let KeyRows::Words(words) = keys {
            self.words = words;
        }
        let kept = KeptKeys::from(partitioned);
        self.bytes += kept.add_to(&mut self.footprint);
        let columns: Vec<KeptColumn> =
            self.inputs.of_batch(batch).map(|column| KeptColumn::gathered(column, rows.rows())).collect();
        columns.iter().for_each(|column| column.add_to(&mut self.footprint));
        let rows = KeptRows::from(rows);
        self.bytes += rows.memory_bytes();
        if !self.reservation.try_grow_with_room(self.bytes + self.footprint.bytes()) {
            return Ok(false);
        }
        self.num_rows += num_rows;
        self.chunks.push(Chunk { morsel: number, order, keys: kept, plan: plan.clone(), rows, columns });
        self.plan = plan;
        Ok(true)
    }

    /// What making groups of the rows takes at most, beside what they take: groups as large as their rows, and the result.
    pub(super) fn bytes_to_group(&self) -> usize {
        (self.reservation.bytes() + self.num_rows * size_of::<u64>()).saturating_mul(2)
    }

    /// Gives all rows to numbered groups, and lets go of them one morsel after the other. After each of them `then` may take
    /// groups out.
    pub(super) fn give_to(
        mut self,
        groups: &mut GroupStates,
        mut then: impl FnMut(&mut GroupStates) -> Result<()>,
    ) -> Result<()> {
        let chunk_bytes = self.reservation.bytes() / self.chunks.len().max(1);
        let mut left = self.chunks.len();
        for chunk in std::mem::take(&mut self.chunks) {
            let rows = chunk.rows.all();
            let places: Vec<u64> =
                rows.iter().map(|&row| Place::in_morsel(chunk.morsel).of_row(row)).collect();
            match (&chunk.keys, &chunk.plan) {
                (KeptKeys::Columns(keys), _) => groups.insert(Keys::Columns(keys), &places)?,
                (words, plan) => {
                    let (words, plan) = words.words().zip(plan.as_ref()).expect("words have a plan");
                    let keys =
                        plan.decode(&words, usize::MAX).map_err(ExecError::kernel(self.spec.operator))?;
                    groups.insert(Keys::Columns(&keys), &places)?;
                }
            }
            // A group may have been met in a morsel that came later and was not kept.
            groups.lower_first_rows(groups.num_groups(), &places);
            let columns: Vec<Column> = chunk.columns.iter().map(KeptColumn::whole).collect();
            for call in self.spec.owners() {
                let arguments = self.inputs.of_call(call, &columns);
                // Rows of a group are in one partition, and so in their order.
                groups.update_call(call, &arguments, 0..rows.len(), chunk.order)?;
            }
            drop(chunk);
            left -= 1;
            self.reservation.shrink_to(left * chunk_bytes);
            then(groups)?;
        }
        Ok(())
    }

    /// The chunks, and the reservation that covers them.
    pub(super) fn into_parts(self) -> (Vec<Chunk>, Reservation) {
        (self.chunks, self.reservation)
    }
}

impl Chunk {
    /// The same rows with their keys in another form, one that holds them.
    pub(super) fn into_form(self, plan: Option<&Arc<KeyPlan>>, bits: u32) -> Result<Self> {
        let is_same = match (&self.plan, plan) {
            (None, None) => true,
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            _ => false,
        };
        if is_same {
            return Ok(self);
        }
        let old = self.plan.as_ref().expect("a form goes from words to wider words or to columns");
        let words = self.keys.words().expect("keys with a plan are words");
        // Keys have other hashes in another form, so rows change partitions. In each, rows of a morsel are in order: back
        // to that of the morsel first.
        let rows_before = self.rows.all();
        let num_rows = rows_before.len();
        let mut back = vec![0u32; num_rows];
        for (position, &row) in rows_before.iter().enumerate() {
            back[row as usize] = position as u32;
        }
        let keys = match plan {
            Some(plan) => KeyRows::Words(gather_words(&old.recode(&words, plan), plan.num_words(), &back)),
            None => {
                // Texts stay codes of their dictionary, however many there are.
                let keys = old.decode(&words, usize::MAX).map_err(ExecError::kernel("group_by"))?;
                KeyRows::Columns(keys.iter().map(|key| take_column(key, &back)).collect())
            }
        };
        let (keys, rows) = keys.partitioned(plan.map(|plan| &**plan), num_rows, bits);
        let moved: Vec<u32> = rows.rows().iter().map(|&row| back[row as usize]).collect();
        let columns = self.columns.iter().map(|column| column.taken(&moved)).collect();
        Ok(Self { keys: keys.into(), plan: plan.cloned(), rows: rows.into(), columns, ..self })
    }
}
