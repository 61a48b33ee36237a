//! Frames as tables: the first and the last rows, in boxes.

use std::fmt::{self, Display, Formatter};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use super::cell::{shortened, shortened_value};
use super::format::{Alignment, TableFormat, TableStyle};
use crate::{Batch, DataFrame, DataType, Scalar, Schema, Series};

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
    if schema.is_empty() {
        return if format.show_shape { shape.to_string() } else { String::new() };
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
    let mut lines: Vec<String> = table.lines().map(|line| line.trim_end().to_string()).collect();
    match (format.show_shape, format.shape_below) {
        (false, _) => {}
        (true, false) => lines.insert(0, shape.to_string()),
        (true, true) => lines.push(shape.to_string()),
    }
    lines.join("\n")
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
        TableStyle::Markdown => presets::ASCII_MARKDOWN,
        TableStyle::Plain => presets::NOTHING,
    });
    let aligned = |text: String, column: usize| {
        let is_number = is_number(schema.field(column).data_type());
        let alignment = if is_number { format.number_alignment } else { format.text_alignment };
        // A bar would end a cell of Markdown.
        let text = if format.style == TableStyle::Markdown { text.replace('|', "\\|") } else { text };
        Cell::new_owned(text).set_alignment(match alignment {
            Alignment::Left => CellAlignment::Left,
            Alignment::Center => CellAlignment::Center,
            Alignment::Right => CellAlignment::Right,
        })
    };
    // A header of Markdown is one line.
    let inline = format.types_inline || format.style == TableStyle::Markdown;
    if format.show_names || format.show_types {
        table.set_header(columns.positions().map(|column| {
            let Some(column) = column else { return Cell::new(ellipsis) };
            let field = schema.field(column);
            let name = format.show_names.then(|| shortened(format, field.name()));
            let data_type = format.show_types.then(|| shortened(format, field.data_type()));
            let text = match (name, data_type) {
                (Some(name), Some(data_type)) if inline => format!("{name} ({data_type})"),
                (Some(name), Some(data_type)) => format!("{name}\n{data_type}"),
                (name, data_type) => name.or(data_type).unwrap_or_default(),
            };
            aligned(text, column)
        }));
    }
    for row in rows.positions() {
        table.add_row(columns.positions().map(|column| match (row, column) {
            (Some(row), Some(column)) => aligned(shortened_value(format, &value(row, column)), column),
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
    fn parts_are_hidden_and_moved() {
        let frame = df! { "a" => [1i64], "t" => ["x|y"] }.expect("two columns");
        let format = TableFormat::default;
        let bare = TableFormat { show_names: false, show_types: false, show_shape: false, ..format() };
        assert_eq!(table(&frame, bare), "\n┌───┬─────┐\n│ 1 ┆ x|y │\n└───┴─────┘\n");
        let below =
            TableFormat { shape_below: true, types_inline: true, style: TableStyle::Ascii, ..format() };
        assert_eq!(
            table(&frame, below),
            "
+-----------+------------+
| a (Int64) | t (String) |
+========================+
|         1 | x|y        |
+-----------+------------+
shape: (1, 2)
"
        );
        let markdown = TableFormat { style: TableStyle::Markdown, show_shape: false, ..format() };
        assert_eq!(
            table(&frame, markdown),
            "
| a (Int64) | t (String) |
|-----------|------------|
|         1 | x\\|y       |
"
        );
        let plain = TableFormat {
            style: TableStyle::Plain,
            show_shape: false,
            show_types: false,
            number_alignment: Alignment::Left,
            text_alignment: Alignment::Right,
            ..format()
        };
        assert_eq!(table(&frame, plain), "\n a    t\n 1  x|y\n");
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
