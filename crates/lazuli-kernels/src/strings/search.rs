//! Literal text in all rows at once: the bytes of a column lie side by side, so they are searched in one pass, and what is
//! found is looked up among the rows' offsets.

use lazuli_array::Bitmap;
use memchr::memmem::Finder;

/// Which rows contain `needle`. Row `i` is `bytes[offsets[i]..offsets[i + 1]]`.
///
/// ```
/// use lazuli_kernels::strings::contains_bytes;
///
/// let found = contains_bytes(&[0, 2, 4, 7], b"abcacab", b"ca"); // ab, ca, cab
/// assert_eq!(found.iter().collect::<Vec<_>>(), [false, true, true]);
/// ```
pub fn contains_bytes(offsets: &[i64], bytes: &[u8], needle: &[u8]) -> Bitmap {
    let rows = offsets.len() - 1;
    if needle.is_empty() {
        return Bitmap::filled(true, rows);
    }
    let mut words = vec![0u64; rows.div_ceil(64)];
    for_each_hit(offsets, bytes, needle, true, |row, _| words[row / 64] |= 1 << (row % 64));
    Bitmap::from_words(words, rows)
}

/// Each row and the byte where `needle`, which is not empty, begins in it: from the left, none overlapping the one before,
/// only the first of a row with `first_only`.
pub(super) fn for_each_hit(
    offsets: &[i64],
    bytes: &[u8],
    needle: &[u8],
    first_only: bool,
    mut each: impl FnMut(usize, usize),
) {
    let finder = Finder::new(needle);
    let haystack = &bytes[..offsets[offsets.len() - 1] as usize];
    let (mut row, mut at) = (0, offsets[0] as usize);
    while let Some(distance) = finder.find(&haystack[at..]) {
        let start = at + distance;
        row = row_at(offsets, row, start as i64);
        let end = offsets[row + 1] as usize;
        let is_inside = start + needle.len() <= end;
        if is_inside {
            each(row, start);
        }
        // If this one reaches beyond the row, so would any later one in it.
        at = if is_inside && !first_only { start + needle.len() } else { end };
    }
}

/// The row that holds the byte at `position`, at or after `row`, which begins at or before it.
fn row_at(offsets: &[i64], row: usize, position: i64) -> usize {
    // Hits tend to be near each other: double the step, then halve the distance.
    let (mut low, mut step) = (row, 1);
    while low + step < offsets.len() && offsets[low + step] <= position {
        low += step;
        step *= 2;
    }
    let high = offsets.len().min(low + step);
    low + offsets[low + 1..high].partition_point(|&offset| offset <= position)
}

/// Which rows begin with `prefix`. Row `i` is `bytes[offsets[i]..offsets[i + 1]]`.
pub fn starts_with_bytes(offsets: &[i64], bytes: &[u8], prefix: &[u8]) -> Bitmap {
    let Some(word) = Word::of(prefix) else {
        return Bitmap::from_fn(offsets.len() - 1, |row| row_bytes(offsets, bytes, row).starts_with(prefix));
    };
    Bitmap::from_fn(offsets.len() - 1, |row| {
        let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
        match bytes.get(start..start + 8).and_then(|bytes| bytes.first_chunk()) {
            Some(eight) => {
                (u64::from_le_bytes(*eight) & word.low_mask == word.low) & (end - start >= prefix.len())
            }
            None => bytes[start..end].starts_with(prefix),
        }
    })
}

/// Which rows end with `suffix`. Row `i` is `bytes[offsets[i]..offsets[i + 1]]`.
pub fn ends_with_bytes(offsets: &[i64], bytes: &[u8], suffix: &[u8]) -> Bitmap {
    let Some(word) = Word::of(suffix) else {
        return Bitmap::from_fn(offsets.len() - 1, |row| row_bytes(offsets, bytes, row).ends_with(suffix));
    };
    Bitmap::from_fn(offsets.len() - 1, |row| {
        let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
        match bytes[..end].last_chunk() {
            Some(eight) => {
                let shifted = u64::from_le_bytes(*eight).checked_shr(word.high_shift).unwrap_or(0);
                (shifted == word.low) & (end - start >= suffix.len())
            }
            None => bytes[start..end].ends_with(suffix),
        }
    })
}

fn row_bytes<'a>(offsets: &[i64], bytes: &'a [u8], row: usize) -> &'a [u8] {
    &bytes[offsets[row] as usize..offsets[row + 1] as usize]
}

/// At most eight bytes as a number to compare with: rows are read eight bytes at a time, whatever their length.
struct Word {
    low: u64,
    low_mask: u64,
    /// What an eight-byte word is shifted by so that its last bytes are the first.
    high_shift: u32,
}

impl Word {
    fn of(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        let high_shift = 64 - 8 * text.len() as u32;
        let low_mask = u64::MAX.checked_shr(high_shift).unwrap_or(0);
        Some(Self { low: u64::from_le_bytes(bytes), low_mask, high_shift })
    }
}
