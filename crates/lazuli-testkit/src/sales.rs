//! A made-up table of order lines, as CSV: any number of rows, the same bytes for the same seed on every machine.
//!
//! `testdata/sales.csv` is `make_sales --rows 100000`; a test regenerates it and compares every byte. The same rows in
//! any number (`make_sales --bytes 1000000000`) feed the streaming tests, so the columns are chosen to be awkward in the
//! ways real exports are:
//!
//! | column | what it holds |
//! |---|---|
//! | `order_id` | 1, 2, 3, ... |
//! | `date` | ISO date in 2023 or 2024, in no order |
//! | `store` | exactly 100 values, `S00` to `S99`, evenly spread: the group-by key of the streaming test |
//! | `category` | 8 values, unevenly spread, a few empty (null) |
//! | `region` | 4 values, fixed by the store |
//! | `product` | 80 values, `P00` to `P79`, ten for each category |
//! | `amount` | two decimals, skewed: most below 1,000, some above; refunds are negative; about one in 200 is empty |
//! | `quantity` | 1 to 9, mostly 1 |
//! | `status` | `paid`, `open`, `void`, `refunded` (then the amount, where it is known, is below zero) |
//! | `customer` | about one in four quoted: commas, doubled quotes, and line breaks inside the quotes |
//! | `note` | nearly always empty (null); else text, some quoted, some with line breaks; `""` is an empty string |
//!
//! Only integers are used, so no rounding mode or maths library can change a byte. The random numbers are SplitMix64
//! (Steele, Lea, Flood 2014), which is a few lines and needs no package.
//!
//! ```
//! use lazuli_testkit::sales::{Extent, write_sales};
//! let mut csv = Vec::new();
//! write_sales(&mut csv, Extent::Rows(2), 1).unwrap();
//! assert!(csv.starts_with(b"order_id,date,store,category,"));
//! ```

use std::io::{self, Write};

use crate::split_mix::SplitMix64;

/// The seed of `testdata/sales.csv`, and the default of `make_sales`.
pub const DEFAULT_SEED: u64 = 2024;

/// Rows of `testdata/sales.csv`, and the default of `make_sales`.
pub const DEFAULT_ROWS: u64 = 100_000;

/// The header line, with its line end.
pub const HEADER: &str = "order_id,date,store,category,region,product,amount,quantity,status,customer,note\n";

/// How much to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The header and this many rows.
    Rows(u64),
    /// The header and whole rows until at least this many bytes are written.
    Bytes(u64),
}

/// Writes the header and the rows of `extent` to `out`; returns (rows, bytes) written.
///
/// The same seed gives the same rows whatever the extent: a shorter file is a prefix of a longer one. `out` receives
/// blocks of about [`BLOCK_BYTES`], so it needs no buffer of its own.
///
/// # Errors
/// Only those of `out`.
pub fn write_sales(out: &mut impl Write, extent: Extent, seed: u64) -> io::Result<(u64, u64)> {
    let mut random = SplitMix64(seed);
    let mut block = Vec::with_capacity(BLOCK_BYTES + MAX_ROW_BYTES);
    block.extend_from_slice(HEADER.as_bytes());
    let (mut num_rows, mut written_bytes) = (0, 0);
    loop {
        let done = match extent {
            Extent::Rows(rows) => num_rows >= rows,
            Extent::Bytes(bytes) => written_bytes + block.len() as u64 >= bytes,
        };
        if done || block.len() >= BLOCK_BYTES {
            out.write_all(&block)?;
            written_bytes += block.len() as u64;
            block.clear();
        }
        if done {
            out.flush()?;
            return Ok((num_rows, written_bytes));
        }
        num_rows += 1;
        push_row(&mut block, num_rows, &mut random);
    }
}

/// Bytes handed to the writer at once: large enough that system calls do not show.
pub const BLOCK_BYTES: usize = 1 << 20;

/// More than any row takes, so that a block never grows.
const MAX_ROW_BYTES: usize = 512;

const CATEGORIES: [&str; 8] = ["Books", "Food", "Games", "Garden", "Home", "Music", "Sport", "Tools"];
/// Thresholds out of 64: Food is bought most often, Music least.
const CATEGORY_SHARES: [u64; 8] = [10, 26, 32, 39, 49, 51, 57, 64];
/// What one piece costs at most, in cents.
const CATEGORY_TOP_CENTS: [u64; 8] = [9_000, 24_000, 70_000, 260_000, 520_000, 45_000, 190_000, 330_000];
const REGIONS: [&str; 4] = ["east", "north", "south", "west"];
const GIVEN_NAMES: [&str; 16] = [
    "Ada", "Bo", "Chloé", "Dmitri", "Eve", "Finn", "Grace", "Hana", "Ibrahim", "José", "Kim", "Lea", "Mo",
    "Nia", "Olu", "Zoë",
];
const FAMILY_NAMES: [&str; 12] =
    ["Abe", "Berg", "Cruz", "Diaz", "Fu", "Kaya", "Lind", "Ng", "Okoro", "Pham", "Rossi", "Wu"];
const NOTES: [&str; 10] = [
    "gift",
    "call first",
    "\"fragile, glass\"",
    "\"left at\nthe back door\"",
    "\"says \"\"urgent\"\"\"",
    "\"\"", // an empty string, which is not a missing one
    "\"3 parcels:\n1 large,\n2 small\"",
    "pickup",
    "N/A",
    "\"1,000.00\"",
];

/// Appends one row. Every field draws from `random` in the order of the columns: moving a draw changes the file.
fn push_row(block: &mut Vec<u8>, order_id: u64, random: &mut SplitMix64) {
    push_number(block, order_id);
    block.push(b',');
    push_date(block, random.below(731));
    block.push(b',');

    let store = random.below(100);
    block.extend_from_slice(&[b'S', b'0' + (store / 10) as u8, b'0' + (store % 10) as u8, b',']);

    let share = random.below(64);
    let category = CATEGORY_SHARES.iter().position(|&limit| share < limit).expect("the last share is 64");
    if random.below(400) != 0 {
        block.extend_from_slice(CATEGORIES[category].as_bytes());
    }
    block.push(b',');
    block.extend_from_slice(REGIONS[(store % 4) as usize].as_bytes());
    block.push(b',');
    block.extend_from_slice(&[b'P', b'0' + category as u8, b'0' + random.below(10) as u8, b',']);

    // The product of two uniform numbers: half of the prices lie below a fifth of the top.
    let piece_cents = 1 + ((CATEGORY_TOP_CENTS[category] * random.below(1024) * random.below(1024)) >> 20);
    let quantity = if random.below(8) == 0 { 2 + random.below(8) } else { 1 };
    let refunded = random.below(50) == 0;
    let amount_missing = random.below(200) == 0;
    if !amount_missing {
        if refunded {
            block.push(b'-');
        }
        push_cents(block, piece_cents * quantity);
    }
    block.push(b',');
    push_number(block, quantity);
    block.push(b',');
    let status = match random.below(16) {
        _ if refunded => "refunded",
        0 => "open",
        1 => "void",
        _ => "paid",
    };
    block.extend_from_slice(status.as_bytes());
    block.push(b',');

    let given = GIVEN_NAMES[random.below(16) as usize];
    let family = FAMILY_NAMES[random.below(12) as usize];
    match random.below(40) {
        0..30 => push_all(block, &[given]),
        30..37 => push_all(block, &["\"", family, ", ", given, "\""]),
        37..39 => push_all(block, &["\"", given, " \"\"", family, "\"\"\""]),
        _ => push_all(block, &["\"", given, "\n", family, "\""]),
    }
    block.push(b',');
    if random.below(25) == 0 {
        block.extend_from_slice(NOTES[random.below(10) as usize].as_bytes());
    }
    block.push(b'\n');
}

fn push_all(block: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        block.extend_from_slice(piece.as_bytes());
    }
}

fn push_number(block: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    block.extend_from_slice(&digits[first..]);
}

fn push_cents(block: &mut Vec<u8>, cents: u64) {
    push_number(block, cents / 100);
    block.extend_from_slice(&[b'.', b'0' + (cents / 10 % 10) as u8, b'0' + (cents % 10) as u8]);
}

/// `day` 0 is 2023-01-01, 730 is 2024-12-31; 2024 is the leap year.
fn push_date(block: &mut Vec<u8>, day: u64) {
    const MONTH_DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (year, mut day) = if day < 365 { (2023, day) } else { (2024, day - 365) };
    let mut month = 0;
    loop {
        let days = MONTH_DAYS[month] + u64::from(month == 1 && year == 2024);
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    push_number(block, year);
    for part in [month as u64 + 1, day + 1] {
        block.extend_from_slice(&[b'-', b'0' + (part / 10) as u8, b'0' + (part % 10) as u8]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generate(extent: Extent, seed: u64) -> (String, u64, u64) {
        let mut out = Vec::new();
        let (rows, bytes) = write_sales(&mut out, extent, seed).expect("writing to memory");
        (String::from_utf8(out).expect("only text is written"), rows, bytes)
    }

    #[test]
    fn days_become_dates() {
        for (day, date) in [
            (0, "2023-01-01"),
            (30, "2023-01-31"),
            (31, "2023-02-01"),
            (58, "2023-02-28"),
            (59, "2023-03-01"),
            (364, "2023-12-31"),
            (365, "2024-01-01"),
            (365 + 59, "2024-02-29"),
            (365 + 60, "2024-03-01"),
            (730, "2024-12-31"),
        ] {
            let mut out = Vec::new();
            push_date(&mut out, day);
            assert_eq!(String::from_utf8_lossy(&out), date, "day {day}");
        }
    }

    #[test]
    fn same_seed_same_bytes_and_a_shorter_file_is_a_prefix() {
        let (long, ..) = generate(Extent::Rows(2_000), 7);
        let (short, ..) = generate(Extent::Rows(500), 7);
        assert!(long.starts_with(&short) && long.len() > short.len());
        assert_eq!(long, generate(Extent::Rows(2_000), 7).0);
        assert_ne!(long, generate(Extent::Rows(2_000), 8).0);
    }

    #[test]
    fn bytes_end_with_the_first_whole_row_past_the_limit() {
        for limit in [0, 1, 5_000, 3 * BLOCK_BYTES as u64 + 17] {
            let (text, rows, bytes) = generate(Extent::Bytes(limit), 3);
            assert_eq!(text.len() as u64, bytes);
            assert!(bytes >= limit && bytes < limit + 512 + HEADER.len() as u64, "{bytes} for {limit}");
            assert_eq!(text, generate(Extent::Rows(rows), 3).0);
            assert!(text.ends_with('\n'));
        }
    }

    #[test]
    fn quoting_appears_in_every_form() {
        let (text, ..) = generate(Extent::Rows(20_000), DEFAULT_SEED);
        for form in [
            ", Ada\"",
            "\"\"Ng\"\"",
            "\"José\nWu\"",
            ",\"\"\n",
            "1 large,\n2 small\"",
            "\"says \"\"urgent\"\"\"",
        ] {
            assert!(text.contains(form), "no {form:?}");
        }
    }
}
