//! How many children the limit on open files has room for.

/// What grex has open besides: its standard streams, the runtime, locks, a few files.
const OWN: u64 = 24;

/// What one child at work takes: three pipes while it starts, two while it runs, its handle, and
/// what is read or locked for the same pack.
const EACH: u64 = 5;

/// How many children may be at work at once without the system refusing to open one more file, as
/// far as this process's own limit goes (`ulimit -n`). At least one: if there is no room even for
/// that, its start fails and says why.
#[must_use]
pub fn room() -> usize {
    room_within(open_files())
}

fn room_within(limit: Option<u64>) -> usize {
    limit.map_or(usize::MAX, |limit| {
        let most = limit.saturating_sub(OWN) / EACH;
        usize::try_from(most).unwrap_or(usize::MAX).max(1)
    })
}

/// The limit on open files; none where there is none.
#[cfg(unix)]
fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// There is no limit here that a run could reach.
#[cfg(not(unix))]
fn open_files() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_are_few_children_and_never_none() {
        for (limit, expected) in [(0, 1), (24, 1), (29, 1), (34, 2), (64, 8), (1024, 200)] {
            assert_eq!(room_within(Some(limit)), expected, "{limit}");
        }
        assert_eq!(room_within(None), usize::MAX);
    }
}
