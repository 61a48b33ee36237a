//! Levels: which machine instructions a kernel may use, found once when the program runs.
//!
//! A plain `cargo build --release` runs on every machine of its architecture and still uses what this one has. A kernel
//! that profits follows one of two patterns; in both, every level gives the same answer and a test runs all of them
//! against the portable one.
//!
//! 1. *One body, several copies.* Where the compiler makes good vector code of plain Rust, write the body once as an
//!    `#[inline(always)]` function and let `by_level!` compile it once per level:
//!
//!    ```ignore
//!    #[inline(always)]
//!    fn sum_body(values: &[i64]) -> i64 { values.iter().fold(0, |sum, value| sum.wrapping_add(*value)) }
//!
//!    by_level! {
//!        /// Sum of all values.
//!        pub(crate) fn sum(values: &[i64]) -> i64 = sum_body;
//!    }
//!
//!    sum(Level::best(), &values)
//!    ```
//!
//! 2. *One body per level.* Where intrinsics are needed, they live in a file or module of their own that is compiled for
//!    `x86_64` only, as functions with the features of [`Level`]'s table in `#[target_feature]`; one dispatcher matches
//!    on [`Level::here`] and calls them in an `unsafe` block whose argument is "`here` names only what this machine has".
//!
//! A public kernel asks for [`Level::best`] once a call (one load of a static), or takes the level as an argument where
//! tests want to choose. [`Level::cap`] holds the whole process down, for tests that run an engine at each level and for
//! measurements; there is no environment variable.

use std::sync::atomic::{AtomicU8, Ordering};

/// A set of machine instructions. Ordered from slow to fast; all give the same answers.
///
/// | level | features of `#[target_feature(enable = ...)]` |
/// |---|---|
/// | `Portable` | what the build target has; on `x86_64` that is SSE2 |
/// | `Avx2` | `avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq,fma` |
/// | `Avx512` | those and `avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq` |
///
/// Machines with AVX-512 but without its second generation (VBMI2: Ice Lake, Zen 4) count as `Avx2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Level {
    /// Any machine.
    Portable = 1,
    /// AVX2, the bit manipulation of its time, FMA and carry-less multiplication.
    Avx2 = 2,
    /// AVX-512 as well.
    Avx512 = 3,
}

/// The level to use, 0 while unknown. Any two threads that find it at once find the same.
static BEST: AtomicU8 = AtomicU8::new(0);

/// The level that this machine has, 0 while unknown.
static MACHINE: AtomicU8 = AtomicU8::new(0);

impl Level {
    /// The level to use: the fastest that this machine runs, unless [`Level::cap`] holds it down.
    #[inline]
    pub fn best() -> Level {
        Self::from_number(BEST.load(Ordering::Relaxed)).unwrap_or_else(Self::machine)
    }

    /// The fastest level that this machine runs. Found once.
    #[inline]
    pub fn machine() -> Level {
        Self::from_number(MACHINE.load(Ordering::Relaxed)).unwrap_or_else(Self::detect)
    }

    /// All levels that this machine runs, slow to fast.
    pub fn available() -> Vec<Level> {
        [Level::Portable, Level::Avx2, Level::Avx512]
            .into_iter()
            .filter(|level| *level <= Self::machine())
            .collect()
    }

    /// From now on, [`Level::best`] is at most `highest`, in all threads. Answers don't change, speed does.
    pub fn cap(highest: Level) {
        BEST.store(highest.here() as u8, Ordering::Relaxed);
    }

    /// This level if the machine has it, else the fastest that it has: a dispatcher that matches on this runs only
    /// instructions that exist here.
    #[inline]
    #[must_use]
    pub fn here(self) -> Level {
        self.min(Self::machine())
    }

    #[inline]
    fn from_number(number: u8) -> Option<Level> {
        match number {
            1 => Some(Level::Portable),
            2 => Some(Level::Avx2),
            3 => Some(Level::Avx512),
            _ => None,
        }
    }

    #[cold]
    fn detect() -> Level {
        let found = Self::detected();
        MACHINE.store(found as u8, Ordering::Relaxed);
        found
    }

    #[cfg(target_arch = "x86_64")]
    fn detected() -> Level {
        let avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("fma");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("avx512vpopcntdq");
        match (avx512, avx2) {
            (true, _) => Level::Avx512,
            (false, true) => Level::Avx2,
            (false, false) => Level::Portable,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detected() -> Level {
        Level::Portable
    }
}

/// Compiles a body once per level: `fn name(arguments) -> Result = body;` makes `fn name(level, arguments) -> Result`.
///
/// The body is a path to a function that takes the same arguments; it, and what it calls in its loops, must be
/// `#[inline(always)]`, or the copies are calls to one portable function. Type parameters are written as
/// `fn name<T: Native>(...)`, with one bound each.
macro_rules! by_level {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$($generic:ident: $bound:path),+>)?
        ($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:path;
    )+) => {$(
        $(#[$meta])*
        #[allow(unsafe_code, reason = "calls to copies of a safe body with more instructions enabled")]
        $vis fn $name $(<$($generic: $bound),+>)?
        (level: $crate::level::Level, $($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq,fma")]
                fn avx2 $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq,fma,\
                    avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vpopcntdq")]
                fn avx512 $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? {
                    $body($($argument),*)
                }
                match level.here() {
                    // SAFETY: `here` names only levels that this machine has, and these are their features.
                    $crate::level::Level::Avx512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    $crate::level::Level::Avx2 => return unsafe { avx2($($argument),*) },
                    $crate::level::Level::Portable => {}
                }
            }
            let _ = level;
            $body($($argument),*)
        }
    )+};
}
pub(crate) use by_level;

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(always)]
    fn sum_body<T: Copy + Into<i64>>(values: &[T]) -> i64 {
        values.iter().fold(0, |sum, &value| sum.wrapping_add(value.into()))
    }

    trait Number: Copy + Into<i64> {}
    impl Number for i32 {}

    by_level! {
        /// Sum of all values.
        fn sum<T: Number>(values: &[T]) -> i64 = sum_body;
    }

    #[test]
    fn every_level_runs_the_body() {
        let values: Vec<i32> = (0..1000).collect();
        for level in [Level::Portable, Level::Avx2, Level::Avx512] {
            assert_eq!(sum(level, &values), 499_500, "{level:?}");
        }
    }

    #[test]
    fn a_cap_holds_the_best_level_down() {
        let best = Level::best();
        Level::cap(Level::Portable);
        assert_eq!(Level::best(), Level::Portable);
        Level::cap(Level::Avx512);
        assert_eq!(Level::best(), Level::machine());
        Level::cap(best);
        assert_eq!(Level::available().last(), Some(&Level::machine()));
    }
}
