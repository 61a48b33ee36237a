//! Seeded columns: the same values on every machine, as many rows as asked for.

/// Sebastiano Vigna's splitmix64 (public domain): one addition and two multiplications a number.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// How many rows `BENCH_ROWS` asks for; a million if it doesn't.
pub fn rows() -> Result<usize, std::num::ParseIntError> {
    std::env::var("BENCH_ROWS").map_or(Ok(1_000_000), |rows| rows.parse())
}

/// Amounts from 0 to 1000 in whole cents, and those cents, whose sums are exact.
pub fn amounts(rows: usize, random: &mut Random) -> (Vec<f64>, Vec<u32>) {
    let cents: Vec<u32> = (0..rows).map(|_| random.below(100_000) as u32).collect();
    (cents.iter().map(|cents| f64::from(*cents) / 100.0).collect(), cents)
}

/// Every `step`-th number below `limit`, in random order: a permutation by rounds of Feistel's network, which writes one
/// after the other where a shuffle would jump about in memory.
pub fn shuffled(limit: usize, step: usize, random: &mut Random) -> Vec<i64> {
    let count = limit.div_ceil(step) as u64;
    let half_bits = (64 - count.leading_zeros()).div_ceil(2);
    let mask = (1_u64 << half_bits) - 1;
    let keys = [random.next(), random.next(), random.next(), random.next()];
    let permuted = |number: u64| {
        let halves = (number >> half_bits, number & mask);
        let (high, low) = keys.iter().fold(halves, |(left, right), key| {
            let mixed = (right ^ key).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (right, left ^ (((mixed ^ (mixed >> 29)) >> 7) & mask))
        });
        (high << half_bits) | low
    };
    // Numbers at or above the count go round once more; a permutation leads each of them back below it.
    let below = |number: u64| {
        (0..)
            .scan(number, |at, _: u64| {
                *at = permuted(*at);
                Some(*at)
            })
            .find(|number| *number < count)
    };
    (0..count).filter_map(below).map(|number| number as i64 * step as i64).collect()
}
