//! Whether programs that nobody waits for any more are still at work in a directory.

use std::path::Path;

/// Says whether a program whose name begins with `name` has `directory` as its current directory:
/// one that a killed run has left behind, or somebody else's. `None` where the system does not
/// tell.
#[must_use]
pub fn is_at_work(name: &str, directory: &Path) -> Option<bool> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let processes = std::fs::read_dir("/proc").ok()?;
    // One that ends meanwhile is gone, and one of another user is none of this workspace's.
    let found = processes.flatten().map(|entry| entry.path()).any(|one| {
        std::fs::read_link(one.join("cwd")).is_ok_and(|current| current == directory)
            && std::fs::read(one.join("comm")).is_ok_and(|comm| comm.starts_with(name.as_bytes()))
    });
    Some(found)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::disallowed_methods,
        reason = "a test starts a program and fails by panicking"
    )]

    use std::process::{Command, Stdio};

    use super::is_at_work;

    #[test]
    fn sees_a_program_by_its_name_and_place_until_it_has_ended() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        assert_eq!(is_at_work("cat", &place), Some(false));
        let mut command = Command::new("cat");
        command.current_dir(&place).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        assert_eq!(is_at_work("cat", &place), Some(true));
        assert_eq!(is_at_work("dog", &place), Some(false));
        assert_eq!(is_at_work("cat", place.parent().unwrap()), Some(false));
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(is_at_work("cat", &place), Some(false));
    }
}
