//! Flatbuffers as they are read: tables in bytes that nobody has checked.
//!
//! A table is a place. In front of its fields stands the distance back to its vtable, which says for each field how far
//! behind the table's start it lies, or 0 for one that is left out. Texts, vectors and other tables are distances forward.
//! Every step here compares with the bytes that are there, so no bytes lead out of them; that steps lead round in
//! circles is for the caller to bound (see `schema`).
//!
//! <https://flatbuffers.dev/internals/>

use super::{IpcError, Result};

/// A table somewhere in some bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    vtable: &'a [u8],
}

fn ended() -> IpcError {
    IpcError::corrupt("its metadata reaches beyond its end")
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or_else(ended)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize> {
    Ok(u32::from_le_bytes(array(bytes, at)?) as usize)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize> {
    Ok(u16::from_le_bytes(array(bytes, at)?) as usize)
}

impl<'a> Table<'a> {
    /// The table that the bytes begin with the way to.
    pub(super) fn root(bytes: &'a [u8]) -> Result<Self> {
        Self::at(bytes, u32_at(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Result<Self> {
        let back = i64::from(i32::from_le_bytes(array(bytes, at)?));
        let start = usize::try_from(at as i64 - back).map_err(|_| ended())?;
        let length = u16_at(bytes, start)?;
        let vtable = bytes.get(start..).and_then(|rest| rest.get(..length)).ok_or_else(ended)?;
        if length < 4 {
            return Err(IpcError::corrupt("metadata without a table of fields"));
        }
        Ok(Self { bytes, at, vtable })
    }

    /// Where a field lies, if it is there.
    fn place(&self, slot: usize) -> Option<usize> {
        match u16_at(self.vtable, 4 + 2 * slot) {
            Ok(offset) if offset > 0 => Some(self.at + offset),
            _ => None,
        }
    }

    fn scalar<const N: usize>(&self, slot: usize) -> Result<Option<[u8; N]>> {
        self.place(slot).map(|place| array(self.bytes, place)).transpose()
    }

    pub(super) fn bool(&self, slot: usize) -> Result<bool> {
        Ok(self.u8(slot)? != 0)
    }

    pub(super) fn u8(&self, slot: usize) -> Result<u8> {
        Ok(self.scalar::<1>(slot)?.map_or(0, |[byte]| byte))
    }

    pub(super) fn i16(&self, slot: usize, default: i16) -> Result<i16> {
        Ok(self.scalar(slot)?.map_or(default, i16::from_le_bytes))
    }

    pub(super) fn i32(&self, slot: usize, default: i32) -> Result<i32> {
        Ok(self.scalar(slot)?.map_or(default, i32::from_le_bytes))
    }

    pub(super) fn i64(&self, slot: usize) -> Result<i64> {
        Ok(self.scalar(slot)?.map_or(0, i64::from_le_bytes))
    }

    /// What a field that is a distance leads to.
    fn target(&self, slot: usize) -> Result<Option<usize>> {
        let Some(place) = self.place(slot) else { return Ok(None) };
        Ok(Some(follow(self.bytes, place)?))
    }

    pub(super) fn table(&self, slot: usize) -> Result<Option<Self>> {
        self.target(slot)?.map(|at| Self::at(self.bytes, at)).transpose()
    }

    /// A table that must be there.
    pub(super) fn needed(&self, slot: usize, what: &'static str) -> Result<Self> {
        self.table(slot)?.ok_or_else(|| IpcError::corrupt(format!("metadata without {what}")))
    }

    pub(super) fn text(&self, slot: usize) -> Result<Option<&'a str>> {
        let Some(at) = self.target(slot)? else { return Ok(None) };
        let length = u32_at(self.bytes, at)?;
        let bytes = self.bytes.get(at + 4..).and_then(|rest| rest.get(..length)).ok_or_else(ended)?;
        std::str::from_utf8(bytes).map(Some).map_err(|_| IpcError::corrupt("a name that is no UTF-8"))
    }

    /// The elements of a vector, each of `width` bytes; none if it is left out.
    pub(super) fn elements(&self, slot: usize, width: usize) -> Result<&'a [u8]> {
        let Some(at) = self.target(slot)? else { return Ok(&[]) };
        let bytes = u32_at(self.bytes, at)?.checked_mul(width).ok_or_else(ended)?;
        self.bytes.get(at + 4..).and_then(|rest| rest.get(..bytes)).ok_or_else(ended)
    }

    /// The tables of a vector.
    pub(super) fn tables(
        &self,
        slot: usize,
    ) -> Result<impl ExactSizeIterator<Item = Result<Self>> + use<'a>> {
        let all = self.bytes;
        let first = self.target(slot)?.map_or(0, |at| at + 4);
        let count = self.elements(slot, 4)?.len() / 4;
        Ok((0..count).map(move |index| Self::at(all, follow(all, first + 4 * index)?)))
    }
}

fn follow(bytes: &[u8], place: usize) -> Result<usize> {
    // Both are below 2^32 and the length of a slice: the sum does not overflow.
    Ok(place + u32_at(bytes, place)?)
}

/// The structs of a vector that are pairs of 64-bit numbers.
pub(super) fn pairs(bytes: &[u8]) -> impl ExactSizeIterator<Item = (i64, i64)> + '_ {
    let (pairs, _) = bytes.as_chunks::<16>();
    pairs.iter().map(|pair| {
        let [low, high] = [0, 8].map(|at| pair[at..at + 8].try_into().map_or(0, i64::from_le_bytes));
        (low, high)
    })
}

#[cfg(test)]
mod tests {
    use super::super::write::flat::{Builder, Fields};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_built_is_read() {
        let mut builder = Builder::default();
        let name = builder.text("naïve");
        let pairs_at = builder.pairs(&[(1, -2), (3, 4)]);
        let inner: Vec<_> = (0..3)
            .map(|number| {
                let mut fields = Fields::default();
                fields.i64(0, number);
                builder.table(fields)
            })
            .collect();
        let inner = builder.tables(&inner);
        let mut fields = Fields::default();
        fields.bool(0, true);
        fields.i16(1, -7);
        fields.offset(3, name);
        fields.offset(4, pairs_at);
        fields.offset(5, inner);
        fields.i32(6, 1 << 20);
        let root = builder.table(fields);
        let bytes = builder.finish(root);
        let table = Table::root(&bytes).expect("it was built");
        assert!(table.bool(0).expect("there"));
        assert_eq!(table.i16(1, 0).expect("there"), -7);
        assert_eq!(table.i16(2, 5).expect("left out"), 5);
        assert_eq!(table.text(3).expect("there"), Some("naïve"));
        assert_eq!(pairs(table.elements(4, 16).expect("there")).collect::<Vec<_>>(), [(1, -2), (3, 4)]);
        let numbers: Vec<i64> = table
            .tables(5)
            .expect("there")
            .map(|inner| inner.and_then(|inner| inner.i64(0)).expect("there"))
            .collect();
        assert_eq!(numbers, [0, 1, 2]);
        assert_eq!(table.i32(6, 0).expect("there"), 1 << 20);
        assert_eq!(table.i64(90).expect("beyond the vtable"), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(prop_oneof![0u8..16, any::<u8>()], 0..200)) {
            if let Ok(table) = Table::root(&bytes) {
                for slot in 0..8 {
                    let _ = (table.i64(slot), table.text(slot), table.elements(slot, 16), table.table(slot));
                    if let Ok(tables) = table.tables(slot) {
                        tables.take(50).for_each(drop);
                    }
                }
            }
        }
    }
}
