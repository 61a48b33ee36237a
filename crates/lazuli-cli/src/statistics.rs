//! Rows per second, and memory.

use std::time::Duration;

use lazuli::grouped;

/// The most memory that this process has held, in bytes, as the system counts it; `None` where it doesn't say.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// A line on what a query read and how long it took.
pub fn line(rows: u64, bytes: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64().max(1e-9);
    let mut line = format!(
        "{} rows read in {seconds:.3} s: {} rows/s",
        grouped(rows),
        grouped((rows as f64 / seconds) as u64)
    );
    if bytes > 0 {
        line.push_str(&format!(", {:.0} MB/s", bytes as f64 / seconds / 1e6));
    }
    if let Some(peak) = peak_memory_bytes() {
        line.push_str(&format!(", peak memory {:.0} MB", peak as f64 / 1e6));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rows_and_bytes_per_second() {
        let line = line(2_000_000, 100_000_000, Duration::from_millis(500));
        assert!(line.starts_with("2,000,000 rows read in 0.500 s: 4,000,000 rows/s, 200 MB/s"), "{line}");
    }
}
