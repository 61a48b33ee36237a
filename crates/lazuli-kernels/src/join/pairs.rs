//! Rows of both sides side by side, a bounded number at a time.

use super::{JoinIndex, NO_ROWS};

/// How far the pairs of some probing rows have been listed.
#[derive(Debug, Default)]
pub struct PairCursor {
    /// The probing row at hand.
    row: usize,
    /// How many of its rows have been listed.
    listed: usize,
}

impl JoinIndex {
    /// Writes the next pairs over `probe` and `build`, at most `capacity` of them (at least one), in order of probing
    /// rows and then of built rows. `false` if there are none left.
    ///
    /// `keep_unmatched`: a probing row without a match is paired with [`NO_ROWS`] instead of left out.
    pub fn pairs(
        &self,
        places: &[u32],
        keep_unmatched: bool,
        capacity: usize,
        cursor: &mut PairCursor,
        probe: &mut Vec<u32>,
        build: &mut Vec<u32>,
    ) -> bool {
        let capacity = capacity.max(1);
        probe.clear();
        build.clear();
        while let Some(place) = places.get(cursor.row) {
            let row = cursor.row as u32;
            let rows = match self.rows_of(place) {
                [] if keep_unmatched => &[NO_ROWS],
                rows => rows,
            };
            // Nearly all keys have one row or a few.
            let room = capacity - build.len();
            if cursor.listed == 0 && rows.len() <= room {
                build.extend_from_slice(rows);
                probe.resize(build.len(), row);
                cursor.row += 1;
                continue;
            }
            let rest = &rows[cursor.listed..];
            let now = rest.len().min(room);
            build.extend_from_slice(&rest[..now]);
            probe.resize(build.len(), row);
            if now == rest.len() {
                *cursor = PairCursor { row: cursor.row + 1, listed: 0 };
            } else {
                cursor.listed += now;
                return true;
            }
        }
        !build.is_empty()
    }
}
