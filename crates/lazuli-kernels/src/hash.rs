//! Hashing rows: 64 bits a row, the same in every run and process, whatever the physical form.
//!
//! Equal rows, as frames see equality, have equal hashes: NaN is one value, -0.0 is 0.0, null is a value of its own, a
//! dictionary string hashes as the plain string it stands for, an integer as the same integer of another width.
//! All bits are usable; tables and partitions take them from the top.
//!
//! Integers: two multiplications with shifts between them (the finaliser of MurmurHash3, Appleby 2011, cut down).
//! Bytes: 64 x 64 -> 128 bit multiplications, halves folded together (wyhash, Wang Yi 2019; foldhash).
//! Not here: anything that must resist an attacker. Seeds are fixed, since partitions must agree between runs.

use lazuli_array::{
    Array, Bitmap, Code, Column, DictionaryArray, ListArray, dispatch_codes, dispatch_float, dispatch_integer,
};

use crate::level::{Level, by_level};

/// The hash of a null row.
pub const NULL_HASH: u64 = 0x7A5D_9F0C_36E1_B284;

// Odd constants with about as many ones as zeros, from the digits of the golden ratio and of pi.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const MULTIPLIER_1: u64 = 0xD6E8_FEB8_6659_FD93;
const MULTIPLIER_2: u64 = 0xA409_3822_299F_31D1;
const MULTIPLIER_3: u64 = 0xBE54_66CF_34E9_0C6D;

/// The hash of an integer.
#[inline(always)]
pub fn hash_u64(value: u64) -> u64 {
    let mut hash = (value ^ SEED).wrapping_mul(MULTIPLIER_1);
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(MULTIPLIER_2);
    hash ^ (hash >> 32)
}

/// The hash of a row of several words.
#[inline]
pub fn hash_words(words: &[u64]) -> u64 {
    match words {
        [word] => hash_u64(*word),
        [first, second] => hash_u64(fold(*first ^ SEED, *second ^ MULTIPLIER_2) ^ second),
        words => words.iter().fold(SEED, |hash, &word| combine(hash, hash_u64(word))),
    }
}

by_level! {
    fn hash_single_words(words: &[u64], hashes: &mut [u64]) = hash_single_words_body;
}

#[inline(always)]
fn hash_single_words_body(words: &[u64], hashes: &mut [u64]) {
    for (hash, &word) in hashes.iter_mut().zip(words) {
        *hash = hash_u64(word);
    }
}

/// Writes [`hash_words`] of each row of `width` words to `hashes`, which is cleared first.
pub fn hash_all_words(words: &[u64], width: usize, hashes: &mut Vec<u64>) {
    hashes.clear();
    if width == 1 {
        hashes.resize(words.len(), 0);
        hash_single_words(Level::best(), words, hashes);
    } else {
        hashes.extend(words.chunks_exact(width).map(hash_words));
    }
}

/// One hash from two, order counts.
#[inline]
pub fn combine(left: u64, right: u64) -> u64 {
    let hash = (left.rotate_left(25) ^ right).wrapping_mul(MULTIPLIER_3);
    hash ^ (hash >> 32)
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The hash of a byte string, and so of a text.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let seed = SEED ^ (length as u64).wrapping_mul(MULTIPLIER_1);
    let folded = if length > 16 {
        hash_long(bytes, seed)
    } else {
        // Two loads that overlap cover every byte; the length is in the seed, so nothing is counted twice unseen.
        let (first, last) = if length >= 8 {
            (word_at(bytes, 0), word_at(bytes, length - 8))
        } else if length >= 4 {
            (u64::from(half_word_at(bytes, 0)), u64::from(half_word_at(bytes, length - 4)))
        } else if length > 0 {
            (u64::from(bytes[0]), u64::from(bytes[length / 2]) << 8 | u64::from(bytes[length - 1]))
        } else {
            (0, 0)
        };
        fold(first ^ seed, last ^ MULTIPLIER_2)
    };
    hash_u64(folded)
}

fn hash_long(bytes: &[u8], seed: u64) -> u64 {
    let (mut even, mut odd) = (seed, seed ^ MULTIPLIER_3);
    // The last 32 bytes are taken on their own, overlapping what came before; shorter texts take them as 16 + 16.
    let mut position = 0;
    while position + 32 < bytes.len() {
        even = fold(word_at(bytes, position) ^ even, word_at(bytes, position + 8) ^ MULTIPLIER_2);
        odd = fold(word_at(bytes, position + 16) ^ odd, word_at(bytes, position + 24) ^ MULTIPLIER_1);
        position += 32;
    }
    let end = bytes.len();
    if end - position > 16 {
        even = fold(word_at(bytes, position) ^ even, word_at(bytes, position + 8) ^ MULTIPLIER_3);
    }
    odd = fold(word_at(bytes, end - 16) ^ odd, word_at(bytes, end - 8) ^ MULTIPLIER_2);
    even.rotate_left(31) ^ odd
}

#[inline]
fn word_at(bytes: &[u8], position: usize) -> u64 {
    u64::from_le_bytes(bytes[position..position + 8].try_into().expect("eight bytes"))
}

#[inline]
fn half_word_at(bytes: &[u8], position: usize) -> u32 {
    u32::from_le_bytes(bytes[position..position + 4].try_into().expect("four bytes"))
}

/// The bits of a float, the same for all NaNs and for both zeros.
#[inline]
pub fn canonical_bits(value: f64) -> u64 {
    // -0.0 + 0.0 is 0.0.
    if value.is_nan() { CANONICAL_NAN } else { (value + 0.0).to_bits() }
}

/// The bits that stand for every NaN.
pub const CANONICAL_NAN: u64 = 0x7FF8_0000_0000_0000;

/// One hash a row of a column.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::hash::hash_column;
///
/// let column = Column::from_values([0.0, -0.0].into_iter());
/// let hashes = hash_column(&column);
/// assert_eq!(hashes[0], hashes[1]);
/// ```
pub fn hash_column(column: &Column) -> Vec<u64> {
    let mut hashes = vec![0; column.len()];
    hash_array(column.array(), &mut hashes);
    hashes
}

/// One hash a row of several columns of `rows` rows, written to `hashes`, which is cleared first.
///
/// For one column the hashes of [`hash_column`]; for none the same hash in each row.
pub fn hash_rows(columns: &[Column], rows: usize, hashes: &mut Vec<u64>) {
    hashes.clear();
    hashes.resize(rows, SEED);
    let Some((first, rest)) = columns.split_first() else { return };
    hash_array(first.array(), hashes);
    let mut scratch = if rest.is_empty() { Vec::new() } else { vec![0; rows] };
    for column in rest {
        hash_array(column.array(), &mut scratch);
        for (hash, &other) in hashes.iter_mut().zip(&scratch) {
            *hash = combine(*hash, other);
        }
    }
}

/// Writes one hash a row of an array. Panics if `hashes` has another length.
#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    reason = "one body for all widths: for one of them it does nothing"
)]
pub fn hash_array(array: &Array, hashes: &mut [u64]) {
    assert_eq!(array.len(), hashes.len(), "one hash a row");
    dispatch_integer!(
        array,
        |array| fill(hashes, array.values().iter().map(|&value| hash_u64(value as i64 as u64))),
        else dispatch_float!(
            array,
            |array| fill(hashes, array.values().iter().map(|&value| hash_u64(canonical_bits(value.into())))),
            else match array {
                Array::Int128(array) => fill(
                    hashes,
                    array.values().iter().map(|&value| hash_words(&[value as u64, (value >> 64) as u64])),
                ),
                Array::Boolean(array) => {
                    fill(hashes, array.values().iter().map(|value| hash_u64(value.into())))
                }
                Array::String(array) => {
                    fill(hashes, (0..array.len()).map(|row| hash_bytes(array.value_bytes(row))))
                }
                Array::Binary(array) => fill(hashes, (0..array.len()).map(|row| hash_bytes(array.value(row)))),
                Array::Dictionary(array) => hash_dictionary(array, hashes),
                Array::List(array) => hash_lists(array, hashes),
                Array::Struct(array) => {
                    hashes.fill(SEED);
                    let mut scratch = vec![0; array.len()];
                    for field in array.fields() {
                        hash_array(field, &mut scratch);
                        for (hash, &other) in hashes.iter_mut().zip(&scratch) {
                            *hash = combine(*hash, other);
                        }
                    }
                }
                Array::Null(_) => hashes.fill(NULL_HASH),
                _ => unreachable!("integers and floats are dispatched above"),
            }
        )
    );
    if let Some(validity) = array.validity() {
        set_nulls(&validity, hashes);
    }
}

#[inline]
fn fill(hashes: &mut [u64], values: impl Iterator<Item = u64>) {
    for (hash, value) in hashes.iter_mut().zip(values) {
        *hash = value;
    }
}

fn set_nulls(validity: &Bitmap, hashes: &mut [u64]) {
    for (chunk, word) in hashes.chunks_mut(64).zip(validity.words()) {
        if word == u64::MAX {
            continue;
        }
        for (bit, hash) in chunk.iter_mut().enumerate() {
            if word >> bit & 1 == 0 {
                *hash = NULL_HASH;
            }
        }
    }
}

fn hash_dictionary(array: &DictionaryArray, hashes: &mut [u64]) {
    let dictionary = array.dictionary();
    let values = dictionary.values();
    if dictionary.is_empty() {
        hashes.fill(NULL_HASH);
    } else if dictionary.len() <= array.len() {
        let by_code: Vec<u64> = (0..values.len()).map(|code| hash_bytes(values.value_bytes(code))).collect();
        dispatch_codes!(array.stored_codes(), |codes| {
            fill(hashes, codes.values().iter().map(|&code| by_code[code.index()]));
        });
    } else {
        fill(
            hashes,
            array.codes().values().iter().map(|&code| hash_bytes(values.value_bytes(code as usize))),
        );
    }
}

fn hash_lists(array: &ListArray, hashes: &mut [u64]) {
    let offsets = array.offsets();
    let (start, end) = (offsets[0] as usize, offsets[array.len()] as usize);
    let mut items = vec![0; end - start];
    hash_array(&array.values().sliced(start, end - start), &mut items);
    for (hash, pair) in hashes.iter_mut().zip(offsets.windows(2)) {
        let row = &items[pair[0] as usize - start..pair[1] as usize - start];
        *hash = row.iter().fold(hash_u64(row.len() as u64), |hash, &item| combine(hash, item));
    }
}
