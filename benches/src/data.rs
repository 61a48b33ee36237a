//! Seeded tables in memory: the same values on every machine.

use lazuli::{Column, DataFrame, FromValues};

/// Rows of the table of the published speed comparisons.
pub const ROWS: usize = 1_000_000;

/// Sebastiano Vigna's splitmix64 (public domain): one addition and two multiplications a number.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// The columns of the table, as plain vectors too, for loops that check answers.
pub struct Orders {
    pub id: Vec<i64>,
    pub category: Vec<String>,
    pub amount: Vec<f64>,
    pub frame: DataFrame,
}

/// `id` (a permutation), `category` (100 texts), `amount` (0 to 1000, in cents), `quantity`, `price`.
pub fn orders() -> Result<Orders, Box<dyn std::error::Error>> {
    let mut random = Random(42);
    let mut id: Vec<i64> = (0..ROWS as i64).collect();
    for index in (1..ROWS).rev() {
        id.swap(index, random.below(index as u64 + 1) as usize);
    }
    let category: Vec<String> = (0..ROWS).map(|_| format!("category {:02}", random.below(100))).collect();
    let amount: Vec<f64> = (0..ROWS).map(|_| random.below(100_000) as f64 / 100.0).collect();
    let quantity: Vec<i64> = (0..ROWS).map(|_| 1 + random.below(20) as i64).collect();
    let price: Vec<f64> = (0..ROWS).map(|_| random.below(1_000_000) as f64 / 1000.0).collect();
    let frame = DataFrame::from_columns(vec![
        ("id".into(), Column::from_values(id.iter().copied())),
        ("category".into(), Column::from_values(category.iter().map(String::as_str))),
        ("amount".into(), Column::from_values(amount.iter().copied())),
        ("quantity".into(), Column::from_values(quantity.into_iter())),
        ("price".into(), Column::from_values(price.into_iter())),
    ])?;
    Ok(Orders { id, category, amount, frame })
}

/// Every tenth id, in another order, with a region.
pub fn regions() -> Result<DataFrame, Box<dyn std::error::Error>> {
    let mut random = Random(7);
    let mut id: Vec<i64> = (0..ROWS as i64).step_by(10).collect();
    for index in (1..id.len()).rev() {
        id.swap(index, random.below(index as u64 + 1) as usize);
    }
    let region: Vec<&str> =
        id.iter().map(|_| ["north", "east", "south", "west"][random.below(4) as usize]).collect();
    Ok(DataFrame::from_columns(vec![
        ("id".into(), Column::from_values(id.into_iter())),
        ("region".into(), Column::from_values(region.into_iter())),
    ])?)
}
