//! The greatest few values of each group, kept in order as they come by.
//!
//! Values are ranked by unsigned keys that sort as they do ([`TopKey`]); who wants the least values gives the complements.
//! Which of several equal values is kept can't be told, so the result depends on the values alone.

use lazuli_array::Bitmap;

use super::{for_each_valid, max_id};

/// A key that sorts as the values do.
pub trait TopKey: Copy + Ord + Default + From<u64> + TryInto<u64> {}

impl TopKey for u64 {}
impl TopKey for u128 {}

/// A key for integers of at most 64 bits that are signed.
#[inline]
pub fn signed_key(value: i64) -> u64 {
    value.cast_unsigned() ^ 1 << 63
}

/// The value of a [`signed_key`].
#[inline]
pub fn signed_of_key(key: u64) -> i64 {
    (key ^ 1 << 63).cast_signed()
}

/// A key for integers of 128 bits that are signed.
#[inline]
pub fn signed_wide_key(value: i128) -> u128 {
    value.cast_unsigned() ^ 1 << 127
}

/// The value of a [`signed_wide_key`].
#[inline]
pub fn signed_wide_of_key(key: u128) -> i128 {
    (key ^ 1 << 127).cast_signed()
}

/// A key for floats: NaN is the greatest, -0.0 is 0.0.
#[inline]
pub fn float_key(value: f64) -> u64 {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    let bits = value.to_bits();
    bits ^ (((bits.cast_signed() >> 63).cast_unsigned()) | 1 << 63)
}

/// The value of a [`float_key`].
#[inline]
pub fn float_of_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
}

/// The `k` greatest keys of each group, greatest first, and how many nulls it has, up to `k`.
///
/// One run of `k + 1` words a group: the keys, then the counts of keys and nulls. Slots that are not taken hold the least
/// key, so that a group with room is no special case.
///
/// ```
/// use lazuli_kernels::aggregate::TopSlots;
///
/// let mut top = TopSlots::<u64>::new(2);
/// top.resize(2);
/// top.insert(&[5u64, 3, 9, 7], None, Some(&[0, 1, 0, 0]), |value| value);
/// assert_eq!(top.group(0), (&[9, 7][..], 0));
/// assert_eq!(top.group(1), (&[3][..], 0));
/// ```
#[derive(Debug, Clone)]
pub struct TopSlots<K> {
    k: usize,
    words: Vec<K>,
}

/// Where the count of nulls begins in the last word of a group.
const NULLS: u32 = 32;

impl<K: TopKey> TopSlots<K> {
    /// More values than this are better kept another way: insertion takes time in proportion.
    pub const MAX_K: usize = 16;

    /// No groups yet. Panics if `k` is above [`TopSlots::MAX_K`].
    pub fn new(k: usize) -> Self {
        assert!(k <= Self::MAX_K, "{k} slots are too many");
        Self { k, words: Vec::new() }
    }

    /// How many keys a group keeps at most.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Makes room for groups `0..num_groups`.
    pub fn resize(&mut self, num_groups: usize) {
        let num_words = num_groups * (self.k + 1);
        if num_words > self.words.len() {
            self.words.resize(num_words, K::default());
        }
    }

    /// The keys of a group, greatest first, and its nulls, at most `k`.
    pub fn group(&self, group: usize) -> (&[K], usize) {
        let words = &self.words[group * (self.k + 1)..][..=self.k];
        let (num_keys, num_nulls) = counts(words[self.k]);
        (&words[..num_keys], num_nulls)
    }

    /// Bytes of memory that the slots occupy.
    pub fn memory_bytes(&self) -> usize {
        self.words.capacity() * size_of::<K>()
    }

    /// Takes in the keys of the values that count, those of row `i` into group `group_ids[i]`, or 0; and counts the rows
    /// that do not. Panics if lengths differ or a group has no slots.
    pub fn insert<T: Copy>(
        &mut self,
        values: &[T],
        validity: Option<&Bitmap>,
        group_ids: Option<&[u32]>,
        key: impl Fn(T) -> K,
    ) {
        assert!(group_ids.is_none_or(|ids| ids.len() == values.len()), "one group id a row");
        if values.is_empty() {
            return;
        }
        let last_group = group_ids.map_or(0, max_id) as usize;
        assert!((last_group + 1) * (self.k + 1) <= self.words.len(), "no slots for group {last_group}");
        if let Some(validity) = validity {
            self.add_nulls(&validity.not(), group_ids);
        }
        match self.k {
            0 => {}
            1 => self.insert_into::<T, 2>(values, validity, group_ids, key),
            2 => self.insert_into::<T, 3>(values, validity, group_ids, key),
            3 => self.insert_into::<T, 4>(values, validity, group_ids, key),
            _ => self.insert_many(values, validity, group_ids, key),
        }
    }

    /// As [`TopSlots::insert`] where the number of slots is known when compiled. `WORDS` is `k + 1`, and above 1.
    #[inline]
    fn insert_into<T: Copy, const WORDS: usize>(
        &mut self,
        values: &[T],
        validity: Option<&Bitmap>,
        group_ids: Option<&[u32]>,
        key: impl Fn(T) -> K,
    ) {
        let groups = self.words.as_chunks_mut::<WORDS>().0;
        let insert_at = |group: &mut [K; WORDS], value: T| insert(group, key(value));
        match (group_ids, validity) {
            (None, None) => values.iter().for_each(|&value| insert_at(&mut groups[0], value)),
            (Some(ids), None) => {
                for (&id, &value) in ids.iter().zip(values) {
                    insert_at(&mut groups[id as usize], value);
                }
            }
            (ids, Some(validity)) => for_each_valid(values.len(), validity, |row| {
                let group = ids.map_or(0, |ids| ids[row] as usize);
                insert_at(&mut groups[group], values[row]);
            }),
        }
    }

    fn insert_many<T: Copy>(
        &mut self,
        values: &[T],
        validity: Option<&Bitmap>,
        group_ids: Option<&[u32]>,
        key: impl Fn(T) -> K,
    ) {
        let num_words = self.k + 1;
        let mut insert_row = |row: usize| {
            let group = group_ids.map_or(0, |ids| ids[row] as usize);
            insert(&mut self.words[group * num_words..][..num_words], key(values[row]));
        };
        match validity {
            None => (0..values.len()).for_each(&mut insert_row),
            Some(validity) => for_each_valid(values.len(), validity, insert_row),
        }
    }

    /// Counts rows whose bit is set as nulls of their groups. Panics if a group has no slots.
    pub fn add_nulls(&mut self, nulls: &Bitmap, group_ids: Option<&[u32]>) {
        for row in nulls.ones() {
            self.add_nulls_to(group_ids.map_or(0, |ids| ids[row] as usize), 1);
        }
    }

    /// Adds nulls to a group.
    pub fn add_nulls_to(&mut self, group: usize, num_nulls: usize) {
        let word = &mut self.words[group * (self.k + 1) + self.k];
        let (num_keys, known) = counts(*word);
        let num_nulls = known.saturating_add(num_nulls).min(self.k);
        *word = K::from(num_keys as u64 | (num_nulls as u64) << NULLS);
    }

    /// Takes in one key.
    pub fn insert_key(&mut self, group: usize, key: K) {
        if self.k > 0 {
            insert(&mut self.words[group * (self.k + 1)..][..=self.k], key);
        }
    }
}

/// Numbers of keys and nulls.
#[inline]
fn counts<K: TopKey>(word: K) -> (usize, usize) {
    let word = word.try_into().unwrap_or_else(|_| unreachable!("counts have 64 bits"));
    ((word & u64::from(u32::MAX)) as usize, (word >> NULLS) as usize)
}

/// Puts a key in its place among those of a group, if it has one. The last word holds the counts.
#[inline]
fn insert<K: TopKey>(words: &mut [K], key: K) {
    let k = words.len() - 1;
    let (num_keys, num_nulls) = counts(words[k]);
    if num_keys < k {
        words[k] = K::from((num_keys + 1) as u64 | (num_nulls as u64) << NULLS);
    }
    if key <= words[k - 1] {
        return;
    }
    let mut place = k - 1;
    while place > 0 && words[place - 1] < key {
        words[place] = words[place - 1];
        place -= 1;
    }
    words[place] = key;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn slots_hold_what_sorting_gives(
            rows in prop::collection::vec((0u32..5, any::<Option<u8>>()), 0..200),
            k in 0usize..=TopSlots::<u64>::MAX_K,
            is_one in any::<bool>(),
        ) {
            let ids: Vec<u32> = rows.iter().map(|row| if is_one { 0 } else { row.0 }).collect();
            let values: Vec<u8> = rows.iter().map(|row| row.1.unwrap_or(77)).collect();
            let validity = Bitmap::from_fn(rows.len(), |row| rows[row].1.is_some());
            let validity = (validity.count_zeros() > 0).then_some(validity);
            let mut narrow = TopSlots::<u64>::new(k);
            let mut wide = TopSlots::<u128>::new(k);
            narrow.resize(5);
            wide.resize(5);
            let group_ids = (!is_one).then_some(ids.as_slice());
            narrow.insert(&values, validity.as_ref(), group_ids, u64::from);
            wide.insert(&values, validity.as_ref(), group_ids, u128::from);
            for group in 0..5 {
                let of_group: Vec<Option<u8>> =
                    rows.iter().zip(&ids).filter(|(_, id)| **id == group).map(|(row, _)| row.1).collect();
                let mut expected: Vec<u64> = of_group.iter().flatten().map(|&value| value.into()).collect();
                expected.sort_unstable_by(|left, right| right.cmp(left));
                expected.truncate(k);
                let nulls = of_group.iter().filter(|value| value.is_none()).count().min(k);
                prop_assert_eq!(narrow.group(group as usize), (expected.as_slice(), nulls));
                let expected: Vec<u128> = expected.into_iter().map(u128::from).collect();
                prop_assert_eq!(wide.group(group as usize), (expected.as_slice(), nulls));
            }
        }

        #[test]
        fn keys_sort_as_values(left in any::<f64>(), right in any::<f64>(), a in any::<i64>(), b in any::<i64>()) {
            prop_assert_eq!(
                float_key(left).cmp(&float_key(right)), lazuli_array::Native::total_cmp(left, right)
            );
            let back = float_of_key(float_key(left));
            prop_assert!(back == left || (back.is_nan() && left.is_nan()));
            prop_assert_eq!(signed_key(a).cmp(&signed_key(b)), a.cmp(&b));
            prop_assert_eq!(signed_of_key(signed_key(a)), a);
        }
    }

    #[test]
    fn zeros_and_nans_are_one_each() {
        assert_eq!(float_key(-0.0), float_key(0.0));
        assert_eq!(float_key(-f64::NAN), float_key(f64::NAN));
        assert!(float_key(f64::NAN) > float_key(f64::INFINITY));
        assert!(float_of_key(float_key(-0.0)).is_sign_positive());
    }
}
