//! A pack's contract on disk: `.grex/pack.yaml` and the override for this platform.
//!
//! A pack comes from somebody else. What is opened is a regular file in real directories: no link
//! is followed, nothing that could block or never end is read, and of a file at most 1 MiB.

use std::io;
use std::path::Path;

use crate::model::action::{OperatingSystem, Vocabulary};
use crate::model::pack::{
    MAX_PACK_FILE_BYTES, PackFileError, PackSource, PackSpec, SourceFile, parse,
};
use crate::sys::fs::{FileError, read_regular};
use crate::sys::reason::reason;

/// Reads the contract of the pack at `pack_root`. None if the pack has no `.grex/pack.yaml`,
/// whatever else `.grex` may hold.
pub fn read(pack_root: &Path, vocabulary: &Vocabulary) -> Result<Option<PackSpec>, PackFileError> {
    read_for(pack_root, OperatingSystem::current(), vocabulary)
}

fn read_for(
    pack_root: &Path,
    system: OperatingSystem,
    vocabulary: &Vocabulary,
) -> Result<Option<PackSpec>, PackFileError> {
    let directory = pack_root.join(".grex");
    if !is_real_directory(&directory)? {
        return Ok(None);
    }
    let Some(pack) = File::read(&directory.join("pack.yaml"))? else {
        return Ok(None);
    };
    let targets = directory.join("targets");
    let target = if is_real_directory(&targets)? {
        File::read(&targets.join(format!("{}.yaml", system.name())))?
    } else {
        None
    };
    let source = PackSource {
        pack: pack.source(),
        target: target.as_ref().map(File::source),
    };
    parse(source, vocabulary).map(Some)
}

/// Reads the text of a pack's `.grex/pack.yaml` as it is. None if the pack has none.
pub fn text(pack_root: &Path) -> Result<Option<String>, PackFileError> {
    let directory = pack_root.join(".grex");
    if !is_real_directory(&directory)? {
        return Ok(None);
    }
    let pack = File::read(&directory.join("pack.yaml"))?;
    Ok(pack.map(|file| file.text))
}

/// The text of a file and the name that errors call it by.
struct File {
    name: String,
    text: String,
}

impl File {
    fn read(path: &Path) -> Result<Option<Self>, PackFileError> {
        let name = path.display().to_string();
        let bytes = match read_regular(path, MAX_PACK_FILE_BYTES as u64) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(FileError { source, .. }) => return Err(unreadable(path, &source)),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Self { name, text })),
            Err(error) => Err(PackFileError::not_text(&name, error.as_bytes())),
        }
    }

    fn source(&self) -> SourceFile<'_> {
        SourceFile {
            name: &self.name,
            text: &self.text,
        }
    }
}

/// Whether there is a directory at `path`. A link is refused wherever it leads: what lies behind
/// it is not the pack's.
fn is_real_directory(path: &Path) -> Result<bool, PackFileError> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            let name = path.display().to_string();
            Err(PackFileError::unreadable(
                name,
                "a link is not followed; make it a directory",
            ))
        }
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> PackFileError {
    PackFileError::unreadable(
        path.display().to_string(),
        format!("cannot be read: {}", reason(error)),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::model::pack::PackFileErrorKind;

    const PACK: &str = "schema_version: \"1\"\nname: a\ntype: meta\ndepends_on: [x]\n";

    fn pack(files: &[(&str, &[u8])]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        root
    }

    fn read_linux(root: &TempDir) -> Result<Option<PackSpec>, PackFileError> {
        read_for(root.path(), OperatingSystem::Linux, &Vocabulary::builtin())
    }

    #[test]
    fn a_pack_without_a_contract_has_none() {
        let table: [&[(&str, &[u8])]; 4] = [
            &[],
            &[(".grex", b"a file")],
            &[(".grex/files/x", b"")],
            &[(".grex/targets/linux.yaml", b"name: b")],
        ];
        for files in table {
            assert_eq!(read_linux(&pack(files)), Ok(None), "{files:?}");
        }
    }

    #[test]
    fn only_the_override_of_the_system_is_read() {
        let root = pack(&[
            (".grex/pack.yaml", PACK.as_bytes()),
            (".grex/targets/linux.yaml", b"name: b\ndepends_on: [y]\n"),
            (".grex/targets/windows.yaml", b"no: such key\n"),
        ]);
        let linux = read_linux(&root).unwrap().unwrap();
        assert_eq!(
            (linux.name.as_str(), linux.depends_on),
            ("b", vec!["x".into(), "y".into()])
        );
        let vocabulary = Vocabulary::builtin();
        let macos = read_for(root.path(), OperatingSystem::Macos, &vocabulary).unwrap();
        assert_eq!(macos.unwrap().name, "a");
        let error = read_for(root.path(), OperatingSystem::Windows, &vocabulary).unwrap_err();
        assert!(error.file.ends_with("windows.yaml"), "{error}");
        assert_eq!((error.line, error.column), (Some(1), Some(1)));
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        let root = pack(&[(".grex/pack.yaml", b"name: a\nx: \xff\n")]);
        let error = read_linux(&root).unwrap_err();
        assert_eq!(error.kind, PackFileErrorKind::Unreadable);
        assert_eq!(error.message, "line 2 is not UTF-8");
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let mut text = PACK.to_owned();
        text.push_str(&"#".repeat(MAX_PACK_FILE_BYTES));
        let error = read_linux(&pack(&[(".grex/pack.yaml", text.as_bytes())])).unwrap_err();
        assert_eq!(error.kind, PackFileErrorKind::Unreadable);
    }

    #[cfg(unix)]
    #[test]
    fn no_directory_on_the_way_may_be_a_link() {
        use std::os::unix::fs::symlink;
        let elsewhere = pack(&[
            (".grex/pack.yaml", PACK.as_bytes()),
            ("targets/linux.yaml", b"name: b"),
        ]);
        let root = pack(&[]);
        symlink(elsewhere.path().join(".grex"), root.path().join(".grex")).unwrap();
        assert_eq!(
            read_linux(&root).unwrap_err().kind,
            PackFileErrorKind::Unreadable
        );

        let root = pack(&[(".grex/pack.yaml", PACK.as_bytes())]);
        let targets = root.path().join(".grex/targets");
        symlink(elsewhere.path().join("targets"), targets).unwrap();
        assert_eq!(
            read_linux(&root).unwrap_err().kind,
            PackFileErrorKind::Unreadable
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_regular_file_is_refused_at_once() {
        use std::os::unix::fs::symlink;
        let root = pack(&[(".grex/real.yaml", PACK.as_bytes())]);
        let file = root.path().join(".grex/pack.yaml");
        let begun = std::time::Instant::now();
        for target in ["real.yaml", "/dev/zero", "missing.yaml"] {
            symlink(target, &file).unwrap();
            let error = read_linux(&root).unwrap_err();
            assert_eq!(error.kind, PackFileErrorKind::Unreadable, "{target}");
            fs::remove_file(&file).unwrap();
        }
        // Nobody writes into it: opening it to read would wait for ever.
        nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(
            read_linux(&root).unwrap_err().kind,
            PackFileErrorKind::Unreadable
        );
        assert!(begun.elapsed() < std::time::Duration::from_secs(1));
    }
}
