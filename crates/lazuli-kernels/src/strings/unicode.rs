//! What needs Unicode's tables: normal forms, and what people take for one character. Packages behind the feature
//! `unicode`, and what stands in their place without it.

use lazuli_array::StringArray;

/// A normal form of Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormalForm {
    /// Composed: `é` is one character.
    Nfc,
    /// Decomposed: `é` is `e` and an accent.
    Nfd,
    /// Composed, what only looks different being the same: `ﬁ` is `fi`.
    Nfkc,
    /// Decomposed, what only looks different being the same.
    Nfkd,
}

impl NormalForm {
    /// The form of this name: `NFC`, `NFD`, `NFKC` or `NFKD`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "NFC" => Some(Self::Nfc),
            "NFD" => Some(Self::Nfd),
            "NFKC" => Some(Self::Nfkc),
            "NFKD" => Some(Self::Nfkd),
            _ => None,
        }
    }
}

/// The tables of Unicode.
#[derive(Debug, Clone, Copy)]
pub struct Unicode {
    tables: tables::Tables,
}

impl Unicode {
    /// The tables, if this library has them.
    ///
    /// # Errors
    /// In words, without the feature `unicode`.
    pub fn tables() -> Result<Self, &'static str> {
        Ok(Self { tables: tables::Tables::new()? })
    }

    /// Each text from its last character to its first, accents and joined pictures staying together.
    pub fn reverse(&self, texts: &StringArray) -> StringArray {
        super::writer::rewrite(texts, |text, out| {
            if text.is_ascii() && !text.contains('\r') {
                out.extend(text.chars().rev());
            } else {
                self.tables.push_reversed(text, out);
            }
        })
    }

    /// Each text in a normal form.
    pub fn normalize(&self, texts: &StringArray, form: NormalForm) -> StringArray {
        if super::writer::used_bytes(texts).is_ascii() {
            return texts.clone();
        }
        super::writer::rewrite(texts, |text, out| {
            if text.is_ascii() {
                out.push_str(text);
            } else {
                self.tables.push_normal(text, form, out);
            }
        })
    }
}

#[cfg(feature = "unicode")]
mod tables {
    //! The packages.

    use unicode_normalization::UnicodeNormalization;
    use unicode_segmentation::UnicodeSegmentation;

    use super::NormalForm;

    #[derive(Debug, Clone, Copy)]
    pub(super) struct Tables;

    impl Tables {
        pub(super) fn new() -> Result<Self, &'static str> {
            Ok(Self)
        }

        pub(super) fn push_reversed(self, text: &str, out: &mut String) {
            out.extend(text.graphemes(true).rev());
        }

        pub(super) fn push_normal(self, text: &str, form: NormalForm, out: &mut String) {
            match form {
                NormalForm::Nfc => out.extend(text.nfc()),
                NormalForm::Nfd => out.extend(text.nfd()),
                NormalForm::Nfkc => out.extend(text.nfkc()),
                NormalForm::Nfkd => out.extend(text.nfkd()),
            }
        }
    }
}

#[cfg(not(feature = "unicode"))]
mod tables {
    //! No tables: none can be made, so nothing else is ever called.

    use super::NormalForm;

    #[derive(Debug, Clone, Copy)]
    pub(super) enum Tables {}

    impl Tables {
        pub(super) fn new() -> Result<Self, &'static str> {
            Err("this needs the feature `unicode`, which this library was built without")
        }

        pub(super) fn push_reversed(self, _: &str, _: &mut String) {
            match self {}
        }

        pub(super) fn push_normal(self, _: &str, _: NormalForm, _: &mut String) {
            match self {}
        }
    }
}
