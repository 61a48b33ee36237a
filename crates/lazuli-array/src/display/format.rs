//! How tables are drawn: a value that is given to the drawing, so that two threads may draw differently.

/// How a table is drawn.
///
/// ```
/// use lazuli_array::{FloatFormat, TableFormat, TableStyle, df};
///
/// let frame = df! { "a" => [1i64, 2, 3, 4] }?;
/// let text = frame.format_table(&TableFormat { max_rows: 2, ..TableFormat::default() });
/// assert!(text.contains("…"));
///
/// let format = TableFormat {
///     float_format: FloatFormat::Fixed(2),
///     thousands_separator: Some(','),
///     style: TableStyle::Markdown,
///     show_shape: false,
///     ..TableFormat::default()
/// };
/// let text = df! { "pay" => [12345.678] }?.format_table(&format);
/// assert_eq!(text, "| pay (Float64) |\n|---------------|\n|     12,345.68 |");
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
    /// Items of a list shown: the first half of them from the start, the rest from the end.
    pub max_list_items: usize,
    /// Columns of the terminal that the table may take; more columns of the frame are left out until it fits, as long
    /// as one is left. `None` sets no limit.
    pub max_width: Option<usize>,
    /// How many digits floats have.
    pub float_format: FloatFormat,
    /// Whether zeros at the end of digits after the point of floats and decimals are left out, and the point behind none.
    pub trim_decimal_zeros: bool,
    /// What stands between groups of three digits before the point of numbers.
    pub thousands_separator: Option<char>,
    /// What stands for the point of numbers.
    pub decimal_separator: char,
    /// Where values that are no numbers stand in their column.
    pub text_alignment: Alignment,
    /// Where numbers stand in their column.
    pub number_alignment: Alignment,
    /// Whether names of columns stand above.
    pub show_names: bool,
    /// Whether types stand under names.
    pub show_types: bool,
    /// Whether types stand behind names, in parentheses.
    pub types_inline: bool,
    /// Whether there is a line `shape: (rows, columns)`.
    pub show_shape: bool,
    /// Whether it stands below the table, not above.
    pub shape_below: bool,
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
    /// A table of Markdown, with types behind names.
    Markdown,
    /// No lines.
    Plain,
}

/// How many digits floats have in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FloatFormat {
    /// The fewest that read back the same.
    #[default]
    Shortest,
    /// So many after the point, at most 1,100, rounded exactly, a tie to the even digit.
    Fixed(usize),
    /// One before the point, so many after it, and an exponent.
    Scientific(usize),
}

/// Where values stand in their column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alignment {
    /// At its left side.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At its right side.
    Right,
}

impl Default for TableFormat {
    /// 10 rows, 8 columns, 30 characters a cell, any width, all of a list that fits, the shortest floats with a point and
    /// no other separators, texts left, numbers right, with names, types and shape above, in boxes of Unicode.
    fn default() -> Self {
        Self {
            max_rows: 10,
            max_columns: 8,
            max_cell_chars: 30,
            max_list_items: usize::MAX,
            max_width: None,
            float_format: FloatFormat::Shortest,
            trim_decimal_zeros: false,
            thousands_separator: None,
            decimal_separator: '.',
            text_alignment: Alignment::Left,
            number_alignment: Alignment::Right,
            show_names: true,
            show_types: true,
            types_inline: false,
            show_shape: true,
            shape_below: false,
            style: TableStyle::Unicode,
        }
    }
}

impl TableStyle {
    pub(super) fn ellipsis(self) -> &'static str {
        match self {
            Self::Ascii => "...",
            Self::Unicode | Self::Markdown | Self::Plain => "…",
        }
    }
}
