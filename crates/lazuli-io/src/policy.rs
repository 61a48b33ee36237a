//! What readers of text do about types and about what does not fit them.

/// How much of the file decides about the types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum InferMode {
    /// 64 KiB at the head and at seven places evenly spread over the file; a file of up to 512 KiB in full.
    #[default]
    Sample,
    /// Every field of the file: one pass more, and no surprise later.
    Full,
    /// Nothing: columns without a given type are String.
    Never,
}

/// What to do with a text that is no value of its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnMisfit {
    /// An error with file, line, column and text.
    #[default]
    Fail,
    /// The column gets a type that holds all of its texts. They are all read when the schema is first asked for, so
    /// that a plan is typed with the final types: one pass more over the file. A given type is kept if it holds every
    /// text.
    Widen,
    /// The record is set aside, with its reason: the scan has a list of them. Of a record all
    /// columns are looked at that the scan reads, and all of its bytes must be UTF-8.
    Reject,
    /// A null, without a word.
    Null,
}

/// Whether String columns come as codes into a dictionary. Never changes a value or a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DictionaryStrings {
    /// Where at most half of a chunk's values are distinct.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Always.
    Always,
}
