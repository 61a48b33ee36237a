//! Frames as tables: the first and the last rows, in boxes.

use std::fmt::{self, Display, Formatter, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::{Batch, DataFrame, DataType, Scalar, Schema, Series};

/// How a table is drawn.
///
/// ```
/// use lazuli_array::{TableFormat, df};
///
/// let frame = df! { "a" => [1i64, 2, 3, 4] }?;
/// let text = frame.format_table(&TableFormat { max_rows: 2, ..TableFormat::default() });
/// assert!(text.contains("…"));
/// # Ok::<(), lazuli_array::ArrayError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFormat {
    /// Rows shown: the first half of them from the top, the rest from the end. `usize::MAX` shows all.
    pub max_rows: usize,
    /// Columns shown: the first half of them from the left, the rest from the right.
    pub max_columns: usize,
    /// Characters of a name, a type or a value; what is longer ends in an ellipsis. At least 1.
    pub max_cell_chars: usize,
    /// Columns of the terminal that the table may take; more columns of the frame are left out until it fits, as long
    /// as one is left. `None` sets no limit.
    pub max_width: Option<usize>,
    /// Whether types stand under names.
    pub show_types: bool,
    /// Whether a line `shape: (rows, columns)` stands above.
    pub show_shape: bool,
    /// The characters of lines and ellipses.
    pub style: TableStyle,
}

/// The characters that boxes are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableStyle {
    /// Box-drawing characters, and `…` for what is left out.
    #[default]
    Unicode,
    /// `+`, `-` and `|`, and `...` for what is left out.
    Ascii,
}

impl Default for TableFormat {
    /// 10 rows, 8 columns, 30 characters a cell, any width, with types and shape.
    fn default() -> Self {
        Self {
            max_rows: 10,
            max_columns: 8,
            max_cell_chars: 30,
            max_width: None,
            show_types: true,
            show_shape: true,
            style: TableStyle::Unicode,
        }
    }
}

impl DataFrame {
    /// The frame as a table, without a line end at the end.
    pub fn format_table(&self, format: &TableFormat) -> String {
        let shape = format!("shape: ({}, {})", self.height(), self.width());
        render(format, &shape, self.schema(), self.height(), &|row, column| self.get(row, column))
    }
}

impl Batch {
    /// The batch as a table, without a line end at the end.
    pub fn format_table(&self, format: &TableFormat) -> String {
        let shape = format!("shape: ({}, {})", self.num_rows(), self.num_columns());
        render(format, &shape, self.schema(), self.num_rows(), &|row, column| self.column(column).get(row))
    }
}

impl Series {
    /// The series as a table of one column, without a line end at the end.
    pub fn format_table(&self, format: &TableFormat) -> String {
        let shape = format!("shape: ({},)", self.len());
        let field = crate::Field::new(self.name().clone(), self.data_type().clone());
        let schema = Schema::try_new(vec![field]).expect("one name can't occur twice");
        render(format, &shape, &schema, self.len(), &|row, _| self.get(row))
    }
}

/// The table of [`DataFrame::format_table`] in the default format.
impl Display for DataFrame {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format_table(&TableFormat::default()))
    }
}

/// The table of [`Batch::format_table`] in the default format.
impl Display for Batch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format_table(&TableFormat::default()))
    }
}

/// The table of [`Series::format_table`] in the default format.
impl Display for Series {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format_table(&TableFormat::default()))
    }
}

fn render(
    format: &TableFormat,
    shape: &str,
    schema: &Schema,
    height: usize,
    value: &dyn Fn(usize, usize) -> Scalar,
) -> String {
    let mut text = String::new();
    if format.show_shape {
        text.push_str(shape);
    }
    if schema.is_empty() {
        return text;
    }
    let rows = Shown::new(height, format.max_rows);
    let mut columns = Shown::new(schema.len(), format.max_columns.max(1));
    let mut table = draw(format, schema, &rows, &columns, value);
    while let Some(max_width) = format.max_width
        && width(&table) > max_width
        && columns.len() > 1
    {
        columns = Shown::new(schema.len(), columns.len() - 1);
        table = draw(format, schema, &rows, &columns, value);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    for (index, line) in table.lines().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        text.push_str(separator);
        text.push_str(line.trim_end());
    }
    text
}

/// Columns of the terminal that the table takes: content, a space on both sides, lines between and around.
fn width(table: &Table) -> usize {
    table.column_max_content_widths().iter().map(|width| usize::from(*width) + 3).sum::<usize>() + 1
}

fn draw(
    format: &TableFormat,
    schema: &Schema,
    rows: &Shown,
    columns: &Shown,
    value: &dyn Fn(usize, usize) -> Scalar,
) -> Table {
    let ellipsis = format.style.ellipsis();
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.load_style(match format.style {
        TableStyle::Unicode => presets::UTF8_FULL_CONDENSED,
        TableStyle::Ascii => presets::ASCII_FULL_CONDENSED,
    });
    let aligned = |text: String, column: usize| {
        let right = is_number(schema.field(column).data_type());
        Cell::new_owned(text).set_alignment(if right { CellAlignment::Right } else { CellAlignment::Left })
    };
    table.set_header(columns.positions().map(|column| {
        let Some(column) = column else { return Cell::new(ellipsis) };
        let field = schema.field(column);
        let mut text = shortened(format, field.name());
        if format.show_types {
            text.push('\n');
            text.push_str(&shortened(format, field.data_type()));
        }
        aligned(text, column)
    }));
    for row in rows.positions() {
        table.add_row(columns.positions().map(|column| match (row, column) {
            (Some(row), Some(column)) => aligned(shortened(format, &value(row, column)), column),
            (None, Some(column)) => aligned(ellipsis.into(), column),
            (_, None) => Cell::new(ellipsis),
        }));
    }
    table
}

/// Whether values of this type are aligned at their last digit.
fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

impl TableStyle {
    fn ellipsis(self) -> &'static str {
        match self {
            Self::Unicode => "…",
            Self::Ascii => "...",
        }
    }
}

/// Which of a run of rows or columns are shown: some from the start, some from the end.
struct Shown {
    head: usize,
    tail: usize,
    total: usize,
}

impl Shown {
    fn new(total: usize, max: usize) -> Self {
        if total <= max {
            return Self { head: total, tail: 0, total };
        }
        Self { head: max.div_ceil(2), tail: max / 2, total }
    }

    fn len(&self) -> usize {
        self.head + self.tail
    }

    /// Positions in order; `None` where some are left out.
    fn positions(&self) -> impl Iterator<Item = Option<usize>> + use<> {
        let gap = (self.len() < self.total).then_some(None);
        (0..self.head).map(Some).chain(gap).chain((self.total - self.tail..self.total).map(Some))
    }
}

/// The text of a value in one line of at most `max_cell_chars` characters.
fn shortened(format: &TableFormat, value: &impl Display) -> String {
    let mut cell = CellText { text: String::new(), chars: 0, max_chars: format.max_cell_chars.max(1) };
    // The cell stops the value's `Display` when it is full, so a list of a million items costs no more than a short one.
    if write!(cell, "{value}").is_err() {
        let ellipsis = format.style.ellipsis();
        let keep = cell.max_chars.saturating_sub(ellipsis.chars().count());
        if let Some((end, _)) = cell.text.char_indices().nth(keep) {
            cell.text.truncate(end);
        }
        cell.text.push_str(ellipsis);
    }
    cell.text
}

/// Text up to a number of characters, control characters escaped; more is an error.
struct CellText {
    text: String,
    chars: usize,
    max_chars: usize,
}

impl CellText {
    fn push(&mut self, char: char) -> fmt::Result {
        if self.chars == self.max_chars {
            return Err(fmt::Error);
        }
        self.chars += 1;
        self.text.push(char);
        Ok(())
    }
}

impl Write for CellText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| match char.is_control() {
            true => char.escape_default().try_for_each(|char| self.push(char)),
            false => self.push(char),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::df;

    fn table(frame: &DataFrame, format: TableFormat) -> String {
        format!("\n{}\n", frame.format_table(&format))
    }

    #[test]
    fn a_small_frame_is_shown_whole() {
        let frame = df! {
            "name" => [Some("ab"), None, Some("two\nlines")],
            "price" => [1.5, 22.25, f64::NAN],
            "paid" => [true, false, true],
        }
        .expect("equal lengths");
        assert_eq!(
            table(&frame, TableFormat::default()),
            "
shape: (3, 3)
┌────────────┬─────────┬─────────┐
│ name       ┆   price ┆ paid    │
│ String     ┆ Float64 ┆ Boolean │
╞════════════╪═════════╪═════════╡
│ ab         ┆     1.5 ┆ true    │
│ null       ┆   22.25 ┆ false   │
│ two\\nlines ┆     NaN ┆ true    │
└────────────┴─────────┴─────────┘
"
        );
        assert_eq!(frame.to_string(), frame.format_table(&TableFormat::default()));
    }

    #[test]
    fn what_is_left_out_is_marked() {
        let long = "x".repeat(50);
        let frame = df! {
            "a" => 0..100i64,
            "b" => (0..100).map(|_| long.as_str()).collect::<Vec<_>>(),
            "c" => 0..100i32,
            "d" => 0..100i32,
        }
        .expect("equal lengths");
        let format = TableFormat { max_rows: 3, max_columns: 3, max_cell_chars: 6, ..TableFormat::default() };
        assert_eq!(
            table(&frame, format.clone()),
            "
shape: (100, 4)
┌───────┬────────┬───┬───────┐
│     a ┆ b      ┆ … ┆     d │
│ Int64 ┆ String ┆   ┆ Int32 │
╞═══════╪════════╪═══╪═══════╡
│     0 ┆ xxxxx… ┆ … ┆     0 │
│     1 ┆ xxxxx… ┆ … ┆     1 │
│     … ┆ …      ┆ … ┆     … │
│    99 ┆ xxxxx… ┆ … ┆    99 │
└───────┴────────┴───┴───────┘
"
        );
        let ascii = TableFormat {
            max_rows: 1,
            max_width: Some(20),
            show_types: false,
            show_shape: false,
            style: TableStyle::Ascii,
            ..format
        };
        assert_eq!(
            table(&frame, ascii),
            "
+-----+-----+-----+
|   a | ... |   d |
+=================+
|   0 | ... |   0 |
| ... | ... | ... |
+-----+-----+-----+
"
        );
    }

    #[test]
    fn a_width_keeps_at_least_one_column() {
        let frame = df! { "a" => ["some text"], "b" => ["more text"] }.expect("equal lengths");
        let text = frame.format_table(&TableFormat { max_width: Some(1), ..TableFormat::default() });
        assert!(text.contains("some text") && text.contains('…') && !text.contains("more text"));
    }

    #[test]
    fn frames_without_rows_or_columns_have_a_table() {
        let empty = df! { "a" => Vec::<i64>::new() }.expect("a column");
        assert_eq!(
            table(&empty, TableFormat::default()),
            "
shape: (0, 1)
┌───────┐
│     a │
│ Int64 │
╞═══════╡
└───────┘
"
        );
        assert_eq!(df! {}.expect("no columns").to_string(), "shape: (0, 0)");
    }

    #[test]
    fn a_long_list_is_cut_not_walked() {
        let list = Scalar::List(Box::new(Scalar::Int64(7).to_column(1_000_000)));
        assert_eq!(shortened(&TableFormat::default(), &list), "[7, 7, 7, 7, 7, 7, 7, 7, 7, 7…");
    }

    #[test]
    fn a_series_and_a_batch_have_tables_too() {
        let series = Series::from_iter("a", [1i64, 2]);
        assert_eq!(
            format!("\n{series}\n"),
            "
shape: (2,)
┌───────┐
│     a │
│ Int64 │
╞═══════╡
│     1 │
│     2 │
└───────┘
"
        );
        let frame = df! { "a" => [1i64, 2] }.expect("a column");
        assert_eq!(frame.batches()[0].to_string(), frame.to_string());
    }
}
