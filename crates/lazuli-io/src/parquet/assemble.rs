//! Columns from leaves: structs and lists by the levels beside the values (Melnik et al., "Dremel", 2010).

use super::chunk::{Buffers, Piece, ReadLeaf, Selection, read_chunk};
use super::convert::into_array;
use super::lookup::decide_by_entries;
use super::metadata::{Chunk, Group, ParquetFile};
use super::page_index::PageLocations;
use super::schema::{Leaf, Node};
use super::{ParquetError, Result};
use lazuli_array::{Array, Bitmap, BitmapBuilder, Column, ListArray, StructArray};
use lazuli_kernels::filter;

/// Reads a column of a row group: the rows of `selection`.
///
/// `bytes_read` is told of the bytes of each chunk.
pub(super) fn read_column(
    file: &ParquetFile,
    group: &Group,
    node: &Node,
    selection: Selection<'_>,
    buffers: &mut Buffers,
    bytes_read: &dyn Fn(usize),
) -> Result<Array> {
    let wanted = selection.first_rows.min(group.num_rows);
    let (array, kept) = match node {
        Node::Leaf { leaf } => {
            let (array, leaf) = read_leaf(file, group, *leaf, 0, false, selection, buffers, bytes_read)?;
            (array, leaf.kept)
        }
        Node::Unsupported(reason) => return Err(ParquetError::unsupported(reason.clone())),
        Node::Struct { .. } | Node::List { .. } => {
            if let Some(reason) = node.fault() {
                return Err(ParquetError::unsupported(reason.to_owned()));
            }
            let mut read = |leaf: usize, item_definition: u8| {
                read_leaf(file, group, leaf, item_definition, true, selection, buffers, bytes_read)
            };
            let (array, _) = build(node, Around { item_definition: 0, repetition: 0 }, &mut read)?;
            if array.len() != group.num_rows {
                return Err(ParquetError::corrupt(format!("{} rows of {}", array.len(), group.num_rows)));
            }
            (array, selection.mask.cloned())
        }
    };
    let array = match kept {
        // Pages without a wanted row are not there, and nor are their bits.
        Some(kept) => {
            let rows = array.len().min(kept.len());
            filter(&array.sliced(0, rows), &kept.sliced(0, rows))
        }
        None => array.sliced(0, wanted.min(array.len())),
    };
    let expected = selection.mask.map_or(wanted, Bitmap::count_ones);
    if array.len() != expected {
        return Err(ParquetError::corrupt(format!("{} rows of {expected}", array.len())));
    }
    Ok(array)
}

/// The levels of a leaf, apart from its values.
struct LeafLevels {
    definitions: Vec<u8>,
    repetitions: Vec<u8>,
    kept: Option<Bitmap>,
}

#[allow(clippy::too_many_arguments, reason = "a chunk, and all that is known of it")]
fn read_leaf(
    file: &ParquetFile,
    group: &Group,
    leaf: usize,
    item_definition: u8,
    is_inside: bool,
    selection: Selection<'_>,
    buffers: &mut Buffers,
    bytes_read: &dyn Fn(usize),
) -> Result<(Array, LeafLevels)> {
    let chunk: &Chunk = &group.chunks[leaf];
    let leaf = &file.schema.leaves[leaf];
    let mask = selection.mask.filter(|_| !is_inside);
    let read = with_chunk(file, chunk, leaf, mask, buffers, bytes_read, |bytes, pieces, buffers| {
        read_chunk(leaf, chunk, bytes, pieces, item_definition, is_inside, selection, buffers)
    });
    let in_column = |error: ParquetError| error.in_column(&leaf.path);
    let ReadLeaf { values, validity, definitions, repetitions, kept } = read.map_err(in_column)?;
    let array = into_array(leaf, values, validity).map_err(in_column)?;
    Ok((array, LeafLevels { definitions, repetitions, kept }))
}

/// Decides about the rows of a column by the entries of its dictionary, if it has one: see [`decide_by_entries`].
pub(super) fn decide_column(
    file: &ParquetFile,
    chunk: &Chunk,
    leaf: &Leaf,
    candidates: Option<&Bitmap>,
    buffers: &mut Buffers,
    bytes_read: &dyn Fn(usize),
    decide: &mut dyn FnMut(Column) -> Result<Bitmap>,
) -> Result<Option<Bitmap>> {
    let decided = with_chunk(file, chunk, leaf, candidates, buffers, bytes_read, |bytes, pieces, buffers| {
        decide_by_entries(leaf, chunk, bytes, pieces, candidates, buffers, decide)
    });
    decided.map_err(|error| error.in_column(&leaf.path))
}

/// Reads the bytes of a chunk, or of those pages that have a row of the mask if the file says which these are.
fn with_chunk<T>(
    file: &ParquetFile,
    chunk: &Chunk,
    leaf: &Leaf,
    mask: Option<&Bitmap>,
    buffers: &mut Buffers,
    bytes_read: &dyn Fn(usize),
    then: impl FnOnce(&[u8], Option<&[Piece]>, &mut Buffers) -> Result<T>,
) -> Result<T> {
    let mut buffer = std::mem::take(&mut buffers.chunk);
    let mut pieces = mask.and_then(|mask| PageLocations::read(file, chunk, leaf)?.pieces(mask));
    let read = match &mut pieces {
        Some(pieces) => read_pieces(file, chunk, pieces, &mut buffer),
        None => file.bytes.read_over(chunk.offset, chunk.length, &mut buffer),
    };
    let result = read.and_then(|bytes| {
        bytes_read(bytes.len());
        then(bytes, pieces.as_deref(), buffers)
    });
    buffers.chunk = buffer;
    result
}

/// Puts pieces of a chunk in `out`, one after the other, and says where they are there.
fn read_pieces<'a>(
    file: &ParquetFile,
    chunk: &Chunk,
    pieces: &mut [Piece],
    out: &'a mut Vec<u8>,
) -> Result<&'a [u8]> {
    out.clear();
    let mut bytes = Vec::new();
    for piece in pieces {
        file.bytes.read(chunk.offset + piece.bytes.start as u64, piece.bytes.len(), &mut bytes)?;
        piece.bytes = out.len()..out.len() + bytes.len();
        out.extend_from_slice(&bytes);
    }
    Ok(out)
}

/// The innermost list around a node.
#[derive(Clone, Copy)]
struct Around {
    /// The definition level from which there is an item in it; 0 where there is no list.
    item_definition: u8,
    /// Its repetition level.
    repetition: u8,
}

type ReadArray<'a> = &'a mut dyn FnMut(usize, u8) -> Result<(Array, LeafLevels)>;

/// A node's array, and the levels of its first leaf.
fn build(node: &Node, around: Around, read: ReadArray<'_>) -> Result<(Array, LeafLevels)> {
    match node {
        Node::Leaf { leaf } => read(*leaf, around.item_definition),
        Node::Struct { definition, fields } => {
            let mut arrays = Vec::with_capacity(fields.len());
            let mut first = None;
            for field in fields {
                let (array, levels) = build(field, around, read)?;
                arrays.push(array);
                first.get_or_insert(levels);
            }
            let Some(levels) = first else { return Err(ParquetError::corrupt("a struct without fields")) };
            let mut validity = BitmapBuilder::default();
            for_slots(&levels, around, |level| validity.push(level >= *definition));
            let validity = validity.finish();
            let length = validity.len();
            if arrays.iter().any(|array| array.len() != length) {
                return Err(ParquetError::corrupt("the fields of a struct differ in their number of rows"));
            }
            Ok((StructArray::new(length, arrays, Some(validity)).into(), levels))
        }
        Node::List { definition, item_definition, repetition, item } => {
            let inside = Around { item_definition: *item_definition, repetition: *repetition };
            let (values, levels) = build(item, inside, read)?;
            let (mut offsets, mut validity) = (Vec::new(), BitmapBuilder::default());
            let mut items = 0i64;
            for (entry, &level) in levels.definitions.iter().enumerate() {
                // What repeats is below a list, so there are levels.
                let repeated = levels.repetitions.get(entry).copied().unwrap_or(0);
                if repeated < *repetition && level >= around.item_definition {
                    offsets.push(items);
                    validity.push(level >= *definition);
                } else if offsets.is_empty() && repeated >= *repetition {
                    // Less is a list further out that goes on without one of these: `[[], []]`.
                    return Err(ParquetError::corrupt("a column begins in the middle of a list"));
                }
                if repeated <= *repetition && level >= *item_definition {
                    items += 1;
                }
            }
            offsets.push(items);
            let list = ListArray::try_new(offsets.into(), values, Some(validity.finish()))
                .map_err(|error| ParquetError::corrupt(error.to_string()))?;
            if list.values().len() as i64 != items {
                return Err(ParquetError::corrupt("lists of other lengths than their items"));
            }
            Ok((list.into(), levels))
        }
        Node::Unsupported(reason) => Err(ParquetError::unsupported(reason.clone())),
    }
}

/// The definition levels of the entries that begin a value of a node with this list around it.
fn for_slots(levels: &LeafLevels, around: Around, mut take: impl FnMut(u8)) {
    for (entry, &level) in levels.definitions.iter().enumerate() {
        let repeated = levels.repetitions.get(entry).copied().unwrap_or(0);
        if repeated <= around.repetition && level >= around.item_definition {
            take(level);
        }
    }
}
