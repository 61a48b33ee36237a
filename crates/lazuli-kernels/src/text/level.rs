//! Which instructions this machine has.

use std::sync::OnceLock;

/// A way to run the structure kernels. Ordered from slow to fast; all give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// 64-bit words; any machine.
    Portable,
    /// AVX2, BMI2 and carry-less multiplication.
    Avx2,
    /// AVX-512 (F, BW, VBMI2) as well.
    Avx512,
}

impl Level {
    /// The fastest level that this machine runs. Looked up once.
    pub fn best() -> Level {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| *Level::available().last().expect("portable is always there"))
    }

    /// All levels that this machine runs, slow to fast.
    pub fn available() -> Vec<Level> {
        let mut levels = vec![Level::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let v3 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("pclmulqdq");
            if v3 {
                levels.push(Level::Avx2);
            }
            if v3
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vbmi2")
            {
                levels.push(Level::Avx512);
            }
        }
        levels
    }
}
