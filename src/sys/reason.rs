//! Why the system refused, in words for people.

use std::io;

/// Returns what the system says, without the number of the error that Rust writes behind it.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(number) => text
            .strip_suffix(&format!(" (os error {number})"))
            .unwrap_or(&text)
            .to_owned(),
        None => text,
    }
}

/// What Windows says where somebody may not make links (`ERROR_PRIVILEGE_NOT_HELD`).
const PRIVILEGE_NOT_HELD: i32 = 1314;

/// Returns what a person can do about it, where the kind of error tells.
pub fn advice(error: &io::Error) -> Option<&'static str> {
    if cfg!(windows) && error.raw_os_error() == Some(PRIVILEGE_NOT_HELD) {
        return Some("turn on the developer mode of Windows, which lets everybody make links");
    }
    Some(match error.kind() {
        io::ErrorKind::PermissionDenied if cfg!(windows) => {
            "check what you may do there, and that no program has it open"
        }
        io::ErrorKind::NotFound => "check the path for a slip",
        io::ErrorKind::PermissionDenied => {
            "check whose it is and what you may do there: `ls -ld` shows it"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room there, then run the same command again"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "that file system is mounted read-only: mount it for writing, or work elsewhere"
        }
        io::ErrorKind::NotADirectory => "something in that path is a file and not a directory",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{advice, reason};

    #[test]
    fn numbers_are_not_for_people() {
        let error = std::fs::read("/nowhere/at/all").expect_err("it is not there");
        assert!(error.to_string().contains("os error"));
        assert!(!reason(&error).contains("os error"), "{}", reason(&error));
        assert!(!reason(&error).is_empty());
    }

    #[test]
    fn what_is_not_the_system_s_stays_as_it_is() {
        let error = io::Error::other("it ends with (os error 2)");
        assert_eq!(reason(&error), "it ends with (os error 2)");
    }

    #[test]
    fn a_full_disk_and_a_missing_right_have_advice() {
        for kind in [
            io::ErrorKind::StorageFull,
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::ReadOnlyFilesystem,
            io::ErrorKind::NotFound,
        ] {
            assert!(advice(&kind.into()).is_some(), "{kind}");
        }
        assert_eq!(advice(&io::Error::other("x")), None);
    }
}
