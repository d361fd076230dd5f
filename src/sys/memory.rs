//! How much memory there is to share.

/// The memory, in bytes, that this process and its children may have: the machine's, or less where
/// a container has a limit. `None` where the system is not asked.
#[must_use]
pub fn total() -> Option<u64> {
    let machine = of_machine()?;
    Some(of_container().map_or(machine, |limit| limit.min(machine)))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(
    clippy::useless_conversion,
    reason = "the number is half as wide on machines of 32 bits"
)]
fn of_machine() -> Option<u64> {
    let facts = rustix::system::sysinfo();
    let units = u64::try_from(facts.totalram).ok()?;
    units.checked_mul(facts.mem_unit.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn of_machine() -> Option<u64> {
    None
}

/// The limit of the control group, as a container sees its own: version 2, then 1.
fn of_container() -> Option<u64> {
    [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]
    .into_iter()
    .filter_map(|path| std::fs::read_to_string(path).ok())
    // `max` where there is none.
    .find_map(|text| text.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn a_machine_that_runs_tests_has_some() {
        let total = super::total().expect("Linux says");
        let text = std::fs::read_to_string("/proc/meminfo").expect("Linux has it");
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kilobytes: Option<u64> =
            line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        assert!(total > 1 << 20 && total <= kilobytes.expect("a number") * 1024 + (1 << 20));
    }
}
