//! Files of other tools. The first file of an input is the one that is imported; others follow
//! behind NULs, each with its path in the first line, for files that name files.

use grex::model::{
    foreign::{Contents, Context, Files, ForeignError, Format, Found, Groups, read},
    url::PackUrl,
};

use super::support::{assert_fit_to_show, halves, text};

/// The name of the first file, which is not one that says the format.
const FIRST: &str = "first";

struct Sections<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Sections<'a> {
    fn of(data: &'a [u8]) -> Self {
        let (first, mut rest) = halves(data);
        let mut sections = vec![(FIRST, first)];
        while !rest.is_empty() {
            let (section, later) = halves(rest);
            let end = section.iter().position(|byte| *byte == b'\n');
            let (path, content) = section.split_at(end.unwrap_or(section.len()));
            sections.push((text(path).unwrap_or_default(), content));
            rest = later;
        }
        Self(sections)
    }
}

impl Files for Sections<'_> {
    fn read(&self, path: &str) -> Result<Option<Contents>, String> {
        let is_bounded = path.split('/').all(|part| !matches!(part, "." | ".."));
        assert!(is_bounded && !path.starts_with('/'), "{path:?} leads out");
        let file = self.0.iter().find(|(name, _)| *name == path);
        Ok(file.map(|(_, bytes)| Contents::File(bytes.to_vec())))
    }

    fn read_in(&self, repository: &str, path: &str) -> Result<Option<Contents>, String> {
        assert!(!repository.split('/').any(|part| part == ".."));
        self.read(path)
    }
}

/// How many repositories one format finds.
#[allow(dead_code, reason = "only the seeds are looked at like this")]
pub(crate) fn found(format: Format, data: &[u8]) -> usize {
    let files = Sections::of(data);
    let found = read_as(format, &files).expect("the format");
    found.repositories.len() + found.on_disk.len()
}

fn read_as(format: Format, files: &Sections<'_>) -> Result<Found, ForeignError> {
    let origin = PackUrl::parse("https://example.org/me/manifest.git").expect("a URL");
    let groups = Groups::new(&["tools".to_owned(), "-docs".to_owned()], "linux");
    let cx = Context {
        files,
        groups: &groups,
        origin: Some(&origin),
        directory: Some(&origin),
    };
    read(format, FIRST, &cx)
}

/// Every format: nothing is read outside the bounds, each path is found once, and what is said can
/// be shown.
pub(super) fn import(data: &[u8]) {
    let files = Sections::of(data);
    let _ = Format::recognise(FIRST, files.0[0].1);
    for format in Format::ALL {
        let found = match read_as(format, &files) {
            Ok(found) => found,
            Err(error) => {
                let _ = error.to_string();
                continue;
            }
        };
        let mut paths: Vec<_> = found.repositories.iter().map(|one| &one.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), found.repositories.len(), "each path once");
        for one in &found.repositories {
            assert!(!one.url.is_relative(), "{}", one.url);
        }
        for skipped in &found.skipped {
            assert_fit_to_show(&skipped.path);
            assert_fit_to_show(&skipped.reason);
        }
        for failed in &found.failed {
            assert_fit_to_show(&failed.path);
            assert_fit_to_show(&failed.error);
        }
        found
            .notes()
            .for_each(|note| assert_fit_to_show(&note.what));
    }
}
