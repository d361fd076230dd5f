//! What one segment of a pack path may be.

use super::fold::fold;

/// Why a segment is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentFault {
    /// Nothing between two slashes, or nothing a file system would see.
    #[error("it is empty")]
    Empty,
    /// Longer than the 255 bytes that file systems take.
    #[error("it is longer than 255 bytes")]
    TooLong,
    /// `.` or `..`, also in the eyes of a file system that ignores some code points.
    #[error("`.` and `..` are not names")]
    Dots,
    /// `.git` or `.grex`, or a name that some file system takes for one of them.
    #[error("it is, or is an alias of, `.git` or `.grex`, which belong to git and to grex")]
    Reserved,
    /// A control character, NUL included.
    #[error("it contains the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// One of `\ : * ? " < > |`.
    #[error("it contains `{0}`, which not every system allows")]
    Character(char),
    /// A dot or a space at the end, which Windows drops.
    #[error("it ends with a dot or a space, which Windows drops")]
    Trailing,
    /// A Windows device such as `con` or `nul.txt`.
    #[error("it is the name of a Windows device")]
    Device,
}

const MOST_BYTES: usize = 255;

/// Checks one segment.
pub(super) fn check(segment: &str) -> Result<(), SegmentFault> {
    if segment.len() > MOST_BYTES {
        return Err(SegmentFault::TooLong);
    }
    if let Some(control) = segment.chars().find(|letter| letter.is_control()) {
        return Err(SegmentFault::Control(control));
    }
    if let Some(letter) = segment
        .chars()
        .find(|letter| "\\/:*?\"<>|".contains(*letter))
    {
        return Err(SegmentFault::Character(letter));
    }
    // The rest is judged on what is left when letter case and ignorable code points do not
    // count: HFS+ takes `.g\u{200c}it` for `.git`, and ext4 with casefold does too.
    let name = fold(segment);
    if name.is_empty() {
        return Err(SegmentFault::Empty);
    }
    if name == "." || name == ".." {
        return Err(SegmentFault::Dots);
    }
    if is_reserved(&name) {
        return Err(SegmentFault::Reserved);
    }
    if name.ends_with(['.', ' ']) {
        return Err(SegmentFault::Trailing);
    }
    if is_device(&name) {
        return Err(SegmentFault::Device);
    }
    Ok(())
}

/// Takes a folded name: `.git` and `.grex`, their short names on NTFS (`git~1`), and the `.grex-tmp.*` under which
/// unfinished clones lie, which a later run clears away.
fn is_reserved(name: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ']);
    let is_short = |stem: &str| {
        name.strip_prefix(stem).is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    matches!(name, ".git" | ".grex" | ".grex-tmp")
        || name.starts_with(".grex-tmp.")
        || is_short("git~")
        || is_short("grex~")
}

/// Takes a folded name. Windows opens the device whatever follows the first dot, and whatever spaces stand before it.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|number| {
            matches!(
                number,
                "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"
            ) || matches!(number, "\u{b9}" | "\u{b2}" | "\u{b3}")
        })
    };
    matches!(stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || numbered("com")
        || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::{SegmentFault as Fault, check};

    #[test]
    fn plain_names_pass() {
        let longest = "x".repeat(255);
        for name in [
            "a",
            ".config",
            "..a",
            "a b",
            " a",
            "-x",
            "gitx",
            ".gitx",
            ".git-x",
            "git~",
            "git~x",
            ".github",
            "console",
            "com",
            "com10",
            "nullify",
            "x.nul",
            "\u{e9}t\u{e9}",
            "\u{65e5}\u{672c}",
            longest.as_str(),
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn each_fault_is_told_apart() {
        let too_long = "\u{e9}".repeat(128);
        for (name, fault) in [
            ("", Fault::Empty),
            ("\u{200c}\u{feff}", Fault::Empty),
            (too_long.as_str(), Fault::TooLong),
            (".", Fault::Dots),
            ("..", Fault::Dots),
            (".\u{200d}.", Fault::Dots),
            ("a\r", Fault::Control('\r')),
            ("a\0", Fault::Control('\0')),
            ("\u{9b}a", Fault::Control('\u{9b}')),
            ("\u{7f}", Fault::Control('\u{7f}')),
            ("a:b", Fault::Character(':')),
            ("a\\b", Fault::Character('\\')),
            ("a.", Fault::Trailing),
            ("a ", Fault::Trailing),
            ("...", Fault::Trailing),
            ("a.\u{200c}", Fault::Trailing),
        ] {
            assert_eq!(check(name), Err(fault), "{name:?}");
        }
    }

    #[test]
    fn every_alias_of_the_reserved_names_is_refused() {
        for name in [
            ".git",
            ".GIT",
            ".Git",
            ".git.",
            ".git ",
            ".git . .",
            "git~1",
            "GIT~1",
            "git~1.",
            "git~12",
            ".grex",
            ".GREX",
            "grex~1",
            ".g\u{200c}it",
            "\u{feff}.git",
            ".gi\u{2064}t",
            ".git\u{206f}",
            ".\u{200f}grex",
            ".g\u{131}t",
            ".grex-tmp.abc",
            ".grex-tmp",
        ] {
            assert_eq!(check(name), Err(Fault::Reserved), "{name:?}");
        }
        assert_eq!(check(".git::$INDEX_ALLOCATION"), Err(Fault::Character(':')));
    }

    #[test]
    fn devices_are_refused_with_and_without_an_extension() {
        for name in [
            "con",
            "CON",
            "nul.txt",
            "nul .txt",
            "Aux.tar.gz",
            "com1",
            "LPT9.x",
            "com\u{b2}",
            "conin$",
            "prn",
        ] {
            assert_eq!(check(name), Err(Fault::Device), "{name:?}");
        }
    }
}
