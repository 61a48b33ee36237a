//! Codes into a dictionary, of the width that its size asks for.

use crate::{Bitmap, Native, PrimitiveArray, dispatch_codes};

/// Codes in one of three widths. A closed enum: what runs once a row is generic over the width, what runs once a morsel
/// may ask for codes of 32 bits.
#[derive(Debug, Clone)]
pub enum Codes {
    /// For dictionaries of at most 2^8 entries.
    UInt8(PrimitiveArray<u8>),
    /// For dictionaries of at most 2^16 entries.
    UInt16(PrimitiveArray<u16>),
    /// For any dictionary.
    UInt32(PrimitiveArray<u32>),
}

/// A code of some width. Sealed, as [`Native`] is: `u8`, `u16`, `u32`.
pub trait Code: Native + Into<u32>
where
    Codes: From<PrimitiveArray<Self>>,
{
    /// The place of its entry.
    fn index(self) -> usize;

    /// The code in this width, which must hold it: higher bits are lost.
    fn of(code: u32) -> Self;

    /// The codes, if they have this width.
    fn stored(codes: &Codes) -> Option<&PrimitiveArray<Self>>;
}

macro_rules! code {
    ($type:ty, $variant:ident) => {
        impl Code for $type {
            #[inline]
            fn index(self) -> usize {
                self as usize
            }

            #[inline]
            fn of(code: u32) -> Self {
                debug_assert!(Self::try_from(code).is_ok(), "a code that its width does not hold");
                code as Self
            }

            fn stored(codes: &Codes) -> Option<&PrimitiveArray<Self>> {
                match codes {
                    Codes::$variant(codes) => Some(codes),
                    _ => None,
                }
            }
        }

        impl From<PrimitiveArray<$type>> for Codes {
            fn from(codes: PrimitiveArray<$type>) -> Self {
                Self::$variant(codes)
            }
        }
    };
}

code!(u8, UInt8);
code!(u16, UInt16);
code!(u32, UInt32);

impl Codes {
    /// Number of rows.
    #[inline]
    pub fn len(&self) -> usize {
        dispatch_codes!(self, |codes| codes.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which rows hold a value; `None` when all do.
    #[inline]
    pub fn validity(&self) -> Option<&Bitmap> {
        dispatch_codes!(self, |codes| codes.validity())
    }

    /// The code of a row. Panics out of bounds.
    #[inline]
    #[allow(clippy::useless_conversion, reason = "the macro's widest arm is u32 already")]
    pub fn get(&self, row: usize) -> Option<u32> {
        dispatch_codes!(self, |codes| codes.get(row).map(|code| code.into()))
    }

    /// The code of a row, whether or not it counts. Panics out of bounds.
    #[inline]
    #[allow(clippy::useless_conversion, reason = "the macro's widest arm is u32 already")]
    pub fn value(&self, row: usize) -> u32 {
        dispatch_codes!(self, |codes| codes.values()[row].into())
    }

    /// Where the codes lie, to tell whether two arrays share them.
    pub fn address(&self) -> usize {
        dispatch_codes!(self, |codes| codes.values().as_ptr().addr())
    }

    /// The same codes in 32 bits; shared if they are.
    pub fn to_wide(&self) -> PrimitiveArray<u32> {
        match self {
            Self::UInt8(codes) => mapped(codes, u32::from),
            Self::UInt16(codes) => mapped(codes, u32::from),
            Self::UInt32(codes) => codes.clone(),
        }
    }

    /// The same codes in the least width that `entries` allow; shared if they are, or narrower still.
    pub fn narrowed(&self, entries: usize) -> Self {
        match self {
            Self::UInt32(codes) if entries <= 1 << 8 => Self::UInt8(mapped(codes, u8::of)),
            Self::UInt32(codes) if entries <= 1 << 16 => Self::UInt16(mapped(codes, u16::of)),
            Self::UInt16(codes) if entries <= 1 << 8 => {
                Self::UInt8(mapped(codes, |code| u8::of(code.into())))
            }
            other => other.clone(),
        }
    }
}

fn mapped<T: Native, O: Native>(codes: &PrimitiveArray<T>, code: impl Fn(T) -> O) -> PrimitiveArray<O> {
    PrimitiveArray::new(codes.values().iter().map(|&old| code(old)).collect(), codes.validity().cloned())
}
