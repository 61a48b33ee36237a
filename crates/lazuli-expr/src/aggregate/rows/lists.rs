//! The rows of all groups, as they came.

use std::any::Any;
use std::ops::Range;

use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column, take_column_optional};

use super::{Evaluate, OwnedArguments, RowGroups, items_of, list_column};
use crate::function::Argument;
use crate::{Accumulator, Groups, RowOrder};

/// Rows that came together.
struct Run {
    columns: Vec<Column>,
    groups: RunGroups,
    places: Places,
}

enum RunGroups {
    /// All rows belong to group 0.
    One,
    /// The group of each row.
    Each(Vec<u32>),
}

/// The place of each row among all rows of the query.
enum Places {
    /// Rows follow one another from this one on.
    From(i128),
    Each(Vec<i128>),
}

impl Run {
    fn len(&self) -> usize {
        self.columns[0].len()
    }

    fn group(&self, row: usize) -> usize {
        match &self.groups {
            RunGroups::One => 0,
            RunGroups::Each(groups) => groups[row] as usize,
        }
    }

    fn place(&self, row: usize) -> i128 {
        match &self.places {
            Places::From(first) => first + row as i128,
            Places::Each(places) => places[row],
        }
    }

    fn memory_bytes(&self) -> usize {
        let groups = if let RunGroups::Each(groups) = &self.groups { groups.capacity() * 4 } else { 0 };
        let places = if let Places::Each(places) = &self.places { places.capacity() * 16 } else { 0 };
        self.columns.iter().map(Column::memory_bytes).sum::<usize>() + groups + places
    }
}

/// The rows of all groups. Values are shared with the batches that they came in until results are asked for.
pub(super) struct RowLists {
    operation: &'static str,
    num_columns: usize,
    evaluate: Evaluate,
    arguments: OwnedArguments,
    num_groups: usize,
    runs: Vec<Run>,
    num_rows: usize,
}

/// Rows of groups, side by side in order.
struct Arranged {
    offsets: Vec<i64>,
    columns: Vec<Column>,
    places: ArrangedPlaces,
}

/// The places of rows in order.
enum ArrangedPlaces {
    /// The first of a run, and how many there are.
    Runs(Vec<(i128, usize)>),
    Each(Vec<i128>),
}

impl ArrangedPlaces {
    fn into_each(self) -> Vec<i128> {
        match self {
            Self::Each(places) => places,
            Self::Runs(runs) => runs
                .into_iter()
                .flat_map(|(first, len)| (0..len as i128).map(move |row| first + row))
                .collect(),
        }
    }

    /// Those of some rows, which are in order.
    fn at(&self, rows: &[u32]) -> Vec<i128> {
        match self {
            Self::Each(places) => rows.iter().map(|&row| places[row as usize]).collect(),
            Self::Runs(runs) => {
                let (mut run, mut start) = (0, 0);
                let place = |&row: &u32| {
                    while row as usize >= start + runs[run].1 {
                        start += runs[run].1;
                        run += 1;
                    }
                    runs[run].0 + (row as usize - start) as i128
                };
                rows.iter().map(place).collect()
            }
        }
    }
}

impl RowLists {
    pub(super) fn new(
        operation: &'static str,
        num_columns: usize,
        evaluate: Evaluate,
        arguments: &[Argument<'_>],
    ) -> Self {
        let arguments = OwnedArguments::new(arguments);
        Self { operation, num_columns, evaluate, arguments, num_groups: 0, runs: Vec::new(), num_rows: 0 }
    }

    fn push(&mut self, run: Run) -> Result<(), KernelError> {
        let run = match self.evaluate {
            // Only where going through the groups costs no more than going through the rows.
            Evaluate::Best(best) if run.len() > 1 && self.num_groups <= run.len() => self.best(run, best)?,
            _ => run,
        };
        self.num_rows += run.len();
        if run.len() > 0 {
            self.runs.push(run);
        }
        self.check_rows()
    }

    fn check_rows(&self) -> Result<(), KernelError> {
        match u32::try_from(self.num_rows) {
            Ok(_) => Ok(()),
            Err(_) => Err(KernelError::TooLong { operation: self.operation, rows: self.num_rows }),
        }
    }

    /// The best row of each group in place of all.
    fn best(
        &self,
        run: Run,
        best: fn(&RowGroups<'_>) -> Result<Vec<u32>, KernelError>,
    ) -> Result<Run, KernelError> {
        let Arranged { offsets, columns, places } = self.arranged(&[&run], 0..self.num_groups);
        let picked = best(&RowGroups::new(&columns, &offsets))?;
        let (groups, rows): (Vec<u32>, Vec<u32>) =
            (0..).zip(picked).filter(|(_, row)| *row != NO_ROW).unzip();
        Ok(Run {
            columns: columns.iter().map(|column| take_column(column, &rows)).collect(),
            groups: RunGroups::Each(groups),
            places: Places::Each(places.at(&rows)),
        })
    }

    /// The rows of these groups.
    fn arranged(&self, runs: &[&Run], groups: Range<usize>) -> Arranged {
        let mut runs = runs.to_vec();
        // Mostly enough to put rows in order, as runs of one worker hardly ever overlap.
        runs.sort_by_key(|run| run.place(0));
        if groups == (0..1)
            && let Some(arranged) = self.end_to_end(&runs)
        {
            return arranged;
        }
        let mut counts = vec![0usize; groups.len()];
        for run in &runs {
            for group in (0..run.len()).map(|row| run.group(row)).filter(|group| groups.contains(group)) {
                counts[group - groups.start] += 1;
            }
        }
        let mut offsets = Vec::with_capacity(groups.len() + 1);
        offsets.push(0);
        let mut next = Vec::with_capacity(groups.len());
        let mut total = 0;
        for &count in &counts {
            next.push(total);
            total += count;
            offsets.push(total as i64);
        }
        let (mut rows, mut places) = (vec![0u32; total], vec![0i128; total]);
        let mut first_row = 0;
        for run in &runs {
            for row in 0..run.len() {
                let group = run.group(row);
                if groups.contains(&group) {
                    let slot = &mut next[group - groups.start];
                    rows[*slot] = first_row + row as u32;
                    places[*slot] = run.place(row);
                    *slot += 1;
                }
            }
            first_row += run.len() as u32;
        }
        for pair in offsets.windows(2) {
            let range = pair[0] as usize..pair[1] as usize;
            if !places[range.clone()].is_sorted() {
                let mut both: Vec<(i128, u32)> =
                    places[range.clone()].iter().copied().zip(rows[range.clone()].iter().copied()).collect();
                both.sort_unstable();
                for (slot, (place, row)) in range.zip(both) {
                    (places[slot], rows[slot]) = (place, row);
                }
            }
        }
        // Rows that are all there and in order need no move.
        let in_place = rows.len() == first_row as usize && rows.iter().copied().eq(0..first_row);
        let arguments = self.arguments.0.iter().take(self.num_columns);
        let columns = arguments.enumerate().map(|(index, (data_type, _))| {
            let parts: Vec<&Column> = runs.iter().map(|run| &run.columns[index]).collect();
            let all = concat_columns(data_type, &parts);
            if in_place { all } else { take_column(&all, &rows) }
        });
        Arranged { columns: columns.collect(), offsets, places: ArrangedPlaces::Each(places) }
    }

    /// Runs of group 0 alone that follow one another, put side by side; `None` for others.
    fn end_to_end(&self, runs: &[&Run]) -> Option<Arranged> {
        let mut end = i128::MIN;
        for run in runs {
            match (&run.groups, &run.places) {
                (RunGroups::One, Places::From(first)) if *first >= end => end = first + run.len() as i128,
                _ => return None,
            }
        }
        let arguments = self.arguments.0.iter().take(self.num_columns);
        let columns = arguments.enumerate().map(|(index, (data_type, _))| {
            let parts: Vec<&Column> = runs.iter().map(|run| &run.columns[index]).collect();
            concat_columns(data_type, &parts)
        });
        let num_rows: usize = runs.iter().map(|run| run.len()).sum();
        let places = runs.iter().map(|run| (run.place(0), run.len())).collect();
        let places = ArrangedPlaces::Runs(places);
        Some(Arranged { columns: columns.collect(), offsets: vec![0, num_rows as i64], places })
    }

    fn all_arranged(&self, groups: Range<usize>) -> Arranged {
        self.arranged(&self.runs.iter().collect::<Vec<_>>(), groups)
    }
}

/// The type that places are written as.
const PLACE: DataType = DataType::Decimal { precision: 38, scale: 0 };

fn lists_of(column: &Column) -> &ListArray {
    let Array::List(lists) = column.array() else {
        unreachable!("state columns have the types that state() gave them")
    };
    lists
}

impl Accumulator for RowLists {
    fn absorb(&mut self, other: &mut dyn Accumulator) -> Result<bool, KernelError> {
        let Some(other) = (other as &mut dyn Any).downcast_mut::<Self>() else { return Ok(false) };
        for run in other.runs.drain(..) {
            self.num_rows += run.len();
            self.runs.push(run);
        }
        self.check_rows()?;
        Ok(true)
    }

    fn resize(&mut self, num_groups: usize) {
        self.num_groups = self.num_groups.max(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError> {
        let groups = match groups {
            Groups::One { .. } => RunGroups::One,
            Groups::Ids(ids) => RunGroups::Each(ids.to_vec()),
        };
        let columns = inputs[..self.num_columns].to_vec();
        self.push(Run { columns, groups, places: Places::From(order.row(0)) })
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        let arranged = self.all_arranged(groups);
        let places = Column::new(PLACE, PrimitiveArray::from_vec(arranged.places.into_each()));
        let columns = std::iter::once(places).chain(arranged.columns);
        Ok(columns.map(|column| list_column(arranged.offsets.clone(), column)).collect())
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        let places = lists_of(&state[0]);
        let Array::Int128(all_places) = items_of(places) else {
            unreachable!("state columns have the types that state() gave them")
        };
        let groups = match groups {
            Groups::One { .. } => RunGroups::One,
            Groups::Ids(ids) => {
                let mut each = Vec::with_capacity(all_places.len());
                for (&id, pair) in ids.iter().zip(places.offsets().windows(2)) {
                    each.extend(std::iter::repeat_n(id, (pair[1] - pair[0]) as usize));
                }
                RunGroups::Each(each)
            }
        };
        let columns = self
            .arguments
            .0
            .iter()
            .zip(&state[1..])
            .map(|((data_type, _), column)| Column::new(data_type.clone(), items_of(lists_of(column))));
        let (columns, places) = (columns.collect(), Places::Each(all_places.values().to_vec()));
        self.push(Run { columns, groups, places })
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        let arranged = self.all_arranged(groups);
        let row_groups = RowGroups::new(&arranged.columns, &arranged.offsets);
        match self.evaluate {
            Evaluate::Column(evaluate) => evaluate(&row_groups, &self.arguments.borrowed()),
            Evaluate::Best(best) => Ok(take_column_optional(&arranged.columns[0], &best(&row_groups)?)),
        }
    }

    fn memory_bytes(&self) -> usize {
        self.runs.iter().map(Run::memory_bytes).sum::<usize>() + self.runs.capacity() * size_of::<Run>()
    }
}
