//! Loose objects, where reading one file saves starting git (0.03 ms against 1.7 ms).
//!
//! A fetch of a few objects leaves them loose, so that "what commit is this new tag" and "how many
//! commits did the branch move" can mostly be answered from here. Packs, alternates, grafts and
//! replaced objects are git's: the answer then is `None`, which always means "ask git".

use std::io::Read;
use std::path::Path;

use flate2::read::ZlibDecoder;

use super::file::{Found, look};
use super::refs::ObjectId;

/// How much of an object is inflated. A commit or tag is rarely more than a kilobyte.
const INFLATED_LIMIT: u64 = 1024 * 1024;
/// Deflating cannot make its input much longer.
const FILE_LIMIT: u64 = INFLATED_LIMIT + 64 * 1024;
const TAG_DEPTH: usize = 5;
const STEPS: u64 = 10_000;

/// The commit that an annotated tag leads to, through at most five nested tags. A commit leads to
/// itself. `None` where one of the objects is not loose, or the tag is not one of a commit.
#[must_use]
pub fn peel_tag(git_dir: &Path, id: &ObjectId) -> Option<ObjectId> {
    if has_replacements(git_dir) {
        return None;
    }
    let mut id = id.clone();
    for _ in 0..TAG_DEPTH {
        let object = Object::read(git_dir, &id)?;
        match object.kind() {
            Some(b"commit") => return Some(id),
            Some(b"tag") => {}
            _ => return None,
        }
        let mut lines = object.body()?.split(|byte| *byte == b'\n');
        let target = ObjectId::from_bytes(lines.next()?.strip_prefix(b"object ")?)?;
        match lines.next()?.strip_prefix(b"type ")? {
            b"commit" => return Some(target),
            b"tag" => id = target,
            _ => return None,
        }
    }
    None
}

/// How many commits `to` is ahead of `from` (the old tip) along single parents. `None` as soon as
/// a commit is not loose or has another number of parents, and after 10,000 steps.
#[must_use]
pub fn count_linear(git_dir: &Path, from: &ObjectId, to: &ObjectId) -> Option<u64> {
    if has_replacements(git_dir) {
        return None;
    }
    let mut id = to.clone();
    for steps in 0..=STEPS {
        if id == *from {
            return Some(steps);
        }
        id = single_parent(&Object::read(git_dir, &id)?)?;
    }
    None
}

fn single_parent(commit: &Object) -> Option<ObjectId> {
    if commit.kind() != Some(b"commit") {
        return None;
    }
    let mut lines = commit.body()?.split(|byte| *byte == b'\n');
    lines.next()?.strip_prefix(b"tree ")?;
    let parent = ObjectId::from_bytes(lines.next()?.strip_prefix(b"parent ")?)?;
    let second = lines.next()?.starts_with(b"parent ");
    (!second).then_some(parent)
}

/// Git reads other objects, or other parents, than the files say where these exist.
fn has_replacements(git_dir: &Path) -> bool {
    git_dir.join("refs/replace").exists() || git_dir.join("info/grafts").exists()
}

/// One inflated object: `kind size\0body`.
struct Object(Vec<u8>);

impl Object {
    fn read(git_dir: &Path, id: &ObjectId) -> Option<Self> {
        let (directory, file) = id.as_str().split_at(2);
        let path = git_dir.join("objects").join(directory).join(file);
        let Ok(Found::File(deflated)) = look(&path, FILE_LIMIT) else {
            return None;
        };
        let mut inflated = Vec::new();
        ZlibDecoder::new(deflated.as_slice())
            .take(INFLATED_LIMIT + 1)
            .read_to_end(&mut inflated)
            .ok()?;
        (inflated.len() as u64 <= INFLATED_LIMIT).then_some(Self(inflated))
    }

    fn kind(&self) -> Option<&[u8]> {
        let space = self.0.iter().position(|byte| *byte == b' ')?;
        Some(&self.0[..space])
    }

    /// The body, where it is as long as the header says.
    fn body(&self) -> Option<&[u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let header = std::str::from_utf8(&self.0[..end]).ok()?;
        let size: usize = header.split_once(' ')?.1.parse().ok()?;
        let body = &self.0[end + 1..];
        (body.len() == size).then_some(body)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::io::Write;

    use super::*;
    use crate::git::test_repository::{TestRepository, every_git};

    fn id(text: &str) -> ObjectId {
        ObjectId::parse(text).unwrap()
    }

    /// Writes a loose object under an id of our choosing.
    fn plant(repository: &TestRepository, id: &str, content: &[u8]) {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        let path = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
        repository.write(&path, encoder.finish().unwrap());
    }

    #[test]
    fn peels_tags_and_counts_commits() {
        for git in every_git() {
            let repository = TestRepository::new(&git);
            let git_dir = repository.git_dir();
            let first = id(&repository.commit("1"));
            repository.commit("2");
            let third = id(&repository.commit("3"));
            assert_eq!(count_linear(&git_dir, &first, &third), Some(2));
            assert_eq!(count_linear(&git_dir, &third, &third), Some(0));
            assert_eq!(
                count_linear(&git_dir, &third, &first),
                None,
                "not an ancestor"
            );

            repository.git(&["tag", "-a", "-m", "t", "v1", "HEAD~1"]);
            repository.git(&["tag", "-a", "-m", "t", "v2", "v1"]);
            repository.git(&["tag", "-a", "-m", "t", "tree", "HEAD^{tree}"]);
            let peel = |name: &str| peel_tag(&git_dir, &id(&repository.git(&["rev-parse", name])));
            assert_eq!(
                peel("v1"),
                Some(id(&repository.git(&["rev-parse", "HEAD~1"])))
            );
            assert_eq!(peel("v2"), peel("v1"));
            assert_eq!(peel("HEAD"), Some(third.clone()));
            assert_eq!(peel("tree"), None);

            repository.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
            repository.git(&["commit", "-q", "--allow-empty", "-m", "s"]);
            repository.git(&["merge", "-q", "-m", "m", "main"]);
            let merge = id(&repository.git(&["rev-parse", "HEAD"]));
            assert_eq!(count_linear(&git_dir, &first, &merge), None, "two parents");

            repository.git(&["gc", "-q"]);
            assert_eq!(count_linear(&git_dir, &first, &third), None, "packed");
            assert_eq!(peel("v1"), None, "packed");
        }
    }

    #[test]
    fn leaves_replaced_commits_to_git() {
        let repository = TestRepository::new(&every_git()[0]);
        let first = id(&repository.commit("1"));
        let second = id(&repository.commit("2"));
        repository.git(&["replace", "--graft", "HEAD"]);
        assert_eq!(count_linear(&repository.git_dir(), &first, &second), None);
    }

    #[test]
    fn hostile_objects_are_bounded() {
        let repository = TestRepository::new(&every_git()[0]);
        let git_dir = repository.git_dir();
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        // A bomb: 64 MiB of zeros in 64 KiB.
        let mut bomb = b"commit 67108864\0".to_vec();
        bomb.resize(64 << 20, 0);
        plant(&repository, &a, &bomb);
        assert_eq!(peel_tag(&git_dir, &id(&a)), None);
        // A tag that leads to itself, and a commit that is its own parent.
        let body = format!("object {a}\ntype tag\ntag x\n");
        plant(
            &repository,
            &a,
            format!("tag {}\0{body}", body.len()).as_bytes(),
        );
        assert_eq!(peel_tag(&git_dir, &id(&a)), None);
        let body = format!("tree {b}\nparent {a}\nauthor x\n");
        plant(
            &repository,
            &a,
            format!("commit {}\0{body}", body.len()).as_bytes(),
        );
        assert_eq!(count_linear(&git_dir, &id(&b), &id(&a)), None);
        // A size that is not the body's, and no object at all.
        plant(
            &repository,
            &a,
            format!("commit 9{}\0{body}", body.len()).as_bytes(),
        );
        assert_eq!(count_linear(&git_dir, &id(&b), &id(&a)), None);
        repository.write(&format!(".git/objects/aa/{}", &a[2..]), "garbage");
        assert_eq!(peel_tag(&git_dir, &id(&a)), None);
    }
}
