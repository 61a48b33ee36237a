//! Flatbuffers as they are written: from the end, so that whatever a table points to is there before it.

/// Bytes that grow towards their beginning. Places are counted from the end.
#[derive(Default)]
pub(in crate::ipc) struct Builder {
    /// The bytes, the last one first.
    reversed: Vec<u8>,
}

/// A place, from the end of the bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::ipc) struct Place(u32);

enum Value {
    Bytes([u8; 8], usize),
    Offset(Place),
}

/// The fields of a table that is about to be written.
#[derive(Default)]
pub(in crate::ipc) struct Fields(Vec<(usize, Value)>);

impl Fields {
    fn bytes(&mut self, slot: usize, bytes: &[u8]) {
        let mut all = [0; 8];
        all[..bytes.len()].copy_from_slice(bytes);
        self.0.push((slot, Value::Bytes(all, bytes.len())));
    }

    pub(in crate::ipc) fn bool(&mut self, slot: usize, value: bool) {
        self.bytes(slot, &[u8::from(value)]);
    }

    pub(in crate::ipc) fn u8(&mut self, slot: usize, value: u8) {
        self.bytes(slot, &[value]);
    }

    pub(in crate::ipc) fn i16(&mut self, slot: usize, value: i16) {
        self.bytes(slot, &value.to_le_bytes());
    }

    pub(in crate::ipc) fn i32(&mut self, slot: usize, value: i32) {
        self.bytes(slot, &value.to_le_bytes());
    }

    pub(in crate::ipc) fn i64(&mut self, slot: usize, value: i64) {
        self.bytes(slot, &value.to_le_bytes());
    }

    pub(in crate::ipc) fn offset(&mut self, slot: usize, place: Place) {
        self.0.push((slot, Value::Offset(place)));
    }
}

impl Builder {
    fn push(&mut self, bytes: &[u8]) {
        self.reversed.extend(bytes.iter().rev());
    }

    /// Fills up, so that after `length` bytes more the place is a multiple of `align`.
    fn align(&mut self, length: usize, align: usize) {
        let end = (self.reversed.len() + length).next_multiple_of(align);
        self.reversed.resize(end - length, 0);
    }

    fn here(&self) -> Place {
        Place(self.reversed.len() as u32)
    }

    /// A distance from the next four bytes forward to a place.
    fn push_offset(&mut self, place: Place) {
        let distance = self.reversed.len() as u32 + 4 - place.0;
        self.push(&distance.to_le_bytes());
    }

    pub(in crate::ipc) fn text(&mut self, text: &str) -> Place {
        self.align(4 + text.len() + 1, 4);
        self.push(&[0]);
        self.push(text.as_bytes());
        self.push(&(text.len() as u32).to_le_bytes());
        self.here()
    }

    pub(in crate::ipc) fn tables(&mut self, places: &[Place]) -> Place {
        self.align(0, 4);
        for &place in places.iter().rev() {
            self.push_offset(place);
        }
        self.push(&(places.len() as u32).to_le_bytes());
        self.here()
    }

    /// Structs of whole eights of bytes, `count` of them.
    pub(in crate::ipc) fn structs(&mut self, bytes: &[u8], count: usize) -> Place {
        // The elements are aligned to 8, so the length before them is not.
        self.align(bytes.len(), 8);
        self.push(bytes);
        self.push(&(count as u32).to_le_bytes());
        self.here()
    }

    pub(in crate::ipc) fn pairs(&mut self, pairs: &[(i64, i64)]) -> Place {
        let bytes: Vec<u8> = pairs
            .iter()
            .flat_map(|(first, second)| [first.to_le_bytes(), second.to_le_bytes()])
            .flatten()
            .collect();
        self.structs(&bytes, pairs.len())
    }

    pub(in crate::ipc) fn table(&mut self, fields: Fields) -> Place {
        let num_slots = fields.0.iter().map(|(slot, _)| slot + 1).max().unwrap_or(0);
        let mut places: Vec<Option<Place>> = vec![None; num_slots];
        let start = self.reversed.len() as u32;
        // The widest last, that is first in the bytes: less to fill up.
        for width in [1, 2, 4, 8] {
            for (slot, value) in &fields.0 {
                match value {
                    Value::Bytes(bytes, length) if *length == width => {
                        self.align(width, width);
                        self.push(&bytes[..width]);
                    }
                    Value::Offset(place) if width == 4 => {
                        self.align(4, 4);
                        self.push_offset(*place);
                    }
                    _ => continue,
                }
                places[*slot] = Some(self.here());
            }
        }
        // The way back to the vtable, which stands right before.
        self.align(4, 4);
        let vtable_bytes = 4 + 2 * num_slots;
        self.push(&(vtable_bytes as i32).to_le_bytes());
        let table = self.here();
        let end = self.reversed.len() as u32;
        for place in places.iter().rev() {
            let distance = place.map_or(0, |place| end - place.0);
            self.push(&(distance as u16).to_le_bytes());
        }
        self.push(&((end - start) as u16).to_le_bytes());
        self.push(&(vtable_bytes as u16).to_le_bytes());
        table
    }

    /// The bytes, a multiple of 8 of them.
    pub(in crate::ipc) fn finish(mut self, root: Place) -> Vec<u8> {
        self.align(4, 8);
        self.push_offset(root);
        self.reversed.reverse();
        self.reversed
    }
}
