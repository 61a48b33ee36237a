//! How much memory the machine has to give, for queries without a budget of their own.

use std::fs;

/// The share of free memory that a query may reserve; the rest is for what no operator reserves, such as morsels in
/// flight and the files' pages.
const SHARE_PERCENT: usize = 80;

/// What a query may reserve of what is free now; `usize::MAX` where the system does not say.
pub(super) fn free_bytes() -> usize {
    let free = [free_of_machine(), free_of_group_v2(), free_of_group_v1()].into_iter().flatten().min();
    free.map_or(usize::MAX, |bytes| bytes / 100 * SHARE_PERCENT)
}

/// Linux: what can be had without swapping.
fn free_of_machine() -> Option<usize> {
    available_bytes(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn available_bytes(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
}

/// A container's limit, as control groups of version 2 show it inside of the container.
fn free_of_group_v2() -> Option<usize> {
    free_of_group("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
}

/// As [`free_of_group_v2`], version 1.
fn free_of_group_v1() -> Option<usize> {
    let folder = "/sys/fs/cgroup/memory";
    free_of_group(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
}

fn free_of_group(folder: &str, limit: &str, usage: &str, cache: &str) -> Option<usize> {
    // No number: there is no limit ("max").
    let limit: usize = fs::read_to_string(format!("{folder}/{limit}")).ok()?.trim().parse().ok()?;
    let usage: usize = fs::read_to_string(format!("{folder}/{usage}")).ok()?.trim().parse().ok()?;
    let stat = fs::read_to_string(format!("{folder}/memory.stat")).unwrap_or_default();
    // Pages of files that nobody needs count as usage, but go when asked.
    Some(limit.saturating_sub(usage.saturating_sub(value_of(&stat, cache).unwrap_or(0))))
}

fn value_of(stat: &str, key: &str) -> Option<usize> {
    stat.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_system_writes() {
        let meminfo = "MemTotal:       24689712 kB\nMemFree:         1 kB\nMemAvailable:   23000000 kB\n";
        assert_eq!(available_bytes(meminfo), Some(23_000_000 * 1024));
        assert_eq!(available_bytes("MemTotal: 3 kB\n"), None);
        assert_eq!(value_of("anon 1\ninactive_file 42\ntotal_inactive_file 7\n", "inactive_file"), Some(42));
        assert!(free_bytes() > 0);
    }
}
