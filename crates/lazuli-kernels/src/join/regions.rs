//! Where a hash table keeps what: a region of slots a partition, so that each is filled by one task.
//!
//! The top bits of a hash give the region, its low half the first slot to look at; then one after the other, around the
//! end of the region. Regions have half as many slots again as they have things to keep, at least one of them free.

/// A partition is at most so many things, if there are enough of them to cut: with 16-byte slots a region then fits
/// half of a common second-level cache.
const PART_THINGS: usize = 32 * 1024;
/// As many streams as a scatter bears.
const MAX_BITS: u32 = 8;

#[derive(Debug)]
pub(super) struct Regions {
    /// How far a hash is shifted to give its region, less than 64.
    shift: u32,
    regions: Vec<Region>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    start: usize,
    length: u32,
}

impl Regions {
    /// How many bits of a hash tell partitions apart, for so many things.
    pub(super) fn bits(things: usize) -> u32 {
        things.div_ceil(PART_THINGS).next_power_of_two().trailing_zeros().min(MAX_BITS)
    }

    /// The partition of a hash.
    #[inline]
    pub(super) fn part(bits: u32, hash: u64) -> usize {
        // A shift by 64 is no shift; by 32 twice it is.
        (hash >> 32 >> (32 - bits)) as usize
    }

    /// Slots for so many things in each of the partitions.
    pub(super) fn new(bits: u32, things: impl Iterator<Item = usize>) -> Self {
        let mut start = 0;
        let regions = things
            .map(|things| {
                let region = Region { start, length: Self::slots_for(things) };
                start += region.length as usize;
                region
            })
            .collect();
        Self { shift: 32 - bits, regions }
    }

    /// Slots for so many things.
    fn slots_for(things: usize) -> u32 {
        u32::try_from(things + things / 2 + 1).expect("a partition of what 32-bit numbers can count")
    }

    /// At most so many slots for so many things.
    pub(super) fn max_slots(things: usize) -> usize {
        things + things / 2 + (1 << Self::bits(things))
    }

    pub(super) fn num_slots(&self) -> usize {
        self.regions.last().map_or(0, |region| region.start + region.length as usize)
    }

    /// How many slots each region has.
    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> + '_ {
        self.regions.iter().map(|region| region.length as usize)
    }

    /// The region of a hash, and the slot where a search for it starts.
    #[inline]
    pub(super) fn first_slot(&self, hash: u64) -> (Region, usize) {
        let region = self.regions[(hash >> 32 >> self.shift) as usize];
        (region, region.start + region.offset(hash))
    }

    pub(super) fn region(&self, part: usize) -> Region {
        self.regions[part]
    }
}

impl Region {
    /// Where in the region a search starts.
    #[inline]
    pub(super) fn offset(self, hash: u64) -> usize {
        ((u64::from(hash as u32) * u64::from(self.length)) >> 32) as usize
    }

    /// The slot after `slot`.
    #[inline]
    pub(super) fn after(self, slot: usize) -> usize {
        if slot + 1 == self.start + self.length as usize { self.start } else { slot + 1 }
    }
}
