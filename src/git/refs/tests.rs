//! Refs of real repositories, and damaged ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use super::packed::Packed;
use super::*;
use crate::git::config::RepositoryConfig;
use crate::git::test_repository::{TestRepository, every_git};

fn value(refs: &Refs, name: &str) -> Option<String> {
    refs.find(name).unwrap().map(|value| value.id.to_string())
}

fn unusual(repository: &TestRepository) -> bool {
    matches!(
        Refs::open(&repository.git_dir()),
        Err(RefsError::Unusual(_))
    )
}

#[test]
fn reads_what_git_wrote_loose_and_packed() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        let refs = Refs::open(&repository.git_dir()).unwrap();
        assert_eq!(refs.head(), &Head::Unborn("main".into()));
        assert_eq!(refs.head_commit(), None);

        let first = repository.commit("1");
        repository.git(&["tag", "-a", "-m", "t", "v1"]);
        repository.git(&["branch", "feature/a"]);
        let refs = Refs::open(&repository.git_dir()).unwrap();
        assert_eq!(refs.head(), &Head::Branch("main".into()));
        assert_eq!(value(&refs, "refs/heads/feature/a"), Some(first.clone()));
        assert_eq!(value(&refs, "refs/heads/feature"), None, "a directory");
        assert_eq!(value(&refs, "refs/heads/main/x"), None, "below a file");

        // The same `Refs` sees that git packs, and then moves a ref on.
        repository.git(&["pack-refs", "--all"]);
        assert!(!repository.git_dir().join("refs/heads/main").exists());
        assert_eq!(value(&refs, "refs/heads/main"), Some(first.clone()));
        let tag = refs.find("refs/tags/v1").unwrap().unwrap();
        assert_eq!(tag.id.as_str(), repository.git(&["rev-parse", "v1"]));
        assert_eq!(tag.peeled.unwrap().as_str(), first);
        let second = repository.commit("2");
        assert_eq!(value(&refs, "refs/heads/main"), Some(second.clone()));
        repository.git(&["tag", "light"]);
        repository.git(&["pack-refs", "--all"]);
        assert_eq!(value(&refs, "refs/tags/light"), Some(second.clone()));

        repository.git(&["checkout", "-q", "--detach"]);
        let refs = Refs::open(&repository.git_dir()).unwrap();
        assert_eq!(
            refs.head(),
            &Head::Detached(ObjectId::parse(&second).unwrap())
        );
        assert_eq!(refs.head_commit().unwrap().as_str(), second);
    }
}

#[test]
fn follows_one_symbolic_ref_and_no_more() {
    let repository = TestRepository::new(&every_git()[0]);
    let id = repository.commit("1");
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.git(&[
        "symbolic-ref",
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/main",
    ]);
    let refs = Refs::open(&repository.git_dir()).unwrap();
    assert_eq!(value(&refs, "refs/remotes/origin/HEAD"), Some(id));
    assert_eq!(
        refs.symbolic_target("refs/remotes/origin/HEAD")
            .unwrap()
            .unwrap(),
        "refs/remotes/origin/main"
    );
    assert_eq!(refs.symbolic_target("refs/heads/main").unwrap(), None);
    repository.git(&[
        "symbolic-ref",
        "refs/heads/twice",
        "refs/remotes/origin/HEAD",
    ]);
    assert!(matches!(
        refs.find("refs/heads/twice"),
        Err(RefsError::Unusual(_))
    ));
    repository.write(".git/refs/heads/out", "ref: ../../secret\n");
    assert!(refs.find("refs/heads/out").is_err());
    repository.write(".git/refs/heads/out2", "ref: refs/../../secret\n");
    assert!(matches!(
        refs.find("refs/heads/out2"),
        Err(RefsError::Name(_))
    ));
}

#[test]
fn a_file_that_was_cut_off_is_damaged() {
    let repository = TestRepository::new(&every_git()[0]);
    let id = repository.commit("1");
    let refs = Refs::open(&repository.git_dir()).unwrap();
    for text in ["", "\n", "\0\0\0", &id[..39]] {
        let name = "refs/remotes/origin/main";
        repository.write(&format!(".git/{name}"), text);
        assert!(matches!(refs.find(name), Err(RefsError::Damaged(found)) if found == name));
    }
    repository.write(".git/refs/heads/main", "");
    let opened = Refs::open(&repository.git_dir());
    assert!(matches!(opened, Err(RefsError::Damaged(name)) if name == "refs/heads/main"));
}

#[test]
fn leaves_unusual_repositories_to_git() {
    let repository = TestRepository::new(&every_git()[0]);
    repository.commit("1");
    for head in [
        "",
        "\n",
        "ref: ",
        "ref: refs/tags/v1\n",
        "ref: refs/heads/.invalid\n",
        "12345",
    ] {
        repository.write(".git/HEAD", head);
        assert!(unusual(&repository), "{head:?}");
    }
    repository.write(".git/HEAD", "ref: refs/heads/main\n");
    assert!(!unusual(&repository));
    repository.write(
        ".git/refs/heads/main",
        "0123456789012345678901234567890123456789",
    );
    assert!(!unusual(&repository));
    repository.write(".git/packed-refs", "no refs at all\n");
    let refs = Refs::open(&repository.git_dir()).unwrap();
    assert!(matches!(refs.find("refs/heads/no"), Ok(None)));
    repository.write(".git/packed-refs", "damaged\n");
    assert!(matches!(
        refs.find("refs/heads/no"),
        Err(RefsError::Unusual(_))
    ));
    assert!(configured(&repository).is_ok());
    repository.git(&["config", "extensions.RefStorage", "files"]);
    assert!(unusual(&repository));
    assert!(matches!(
        configured(&repository),
        Err(RefsError::Unusual(_))
    ));
}

fn configured(repository: &TestRepository) -> Result<Refs, RefsError> {
    let git_dir = repository.git_dir();
    Refs::open_configured(&git_dir, &RepositoryConfig::read(&git_dir).unwrap())
}

#[test]
fn leaves_linked_worktrees_and_reftable_to_git() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.commit("1");
        repository.git(&["worktree", "add", "-q", "-b", "other", "linked"]);
        let linked = repository.git_dir().join("worktrees/linked");
        assert!(matches!(Refs::open(&linked), Err(RefsError::Unusual(_))));
        let file = repository.root().join("linked/.git");
        assert!(matches!(Refs::open(&file), Err(RefsError::Unusual(_))));
        let made = repository.try_git(&["init", "-q", "--ref-format=reftable", "table"]);
        if made.status.success() {
            let table = repository.root().join("table/.git");
            assert!(matches!(Refs::open(&table), Err(RefsError::Unusual(_))));
            // The directory is enough, whatever the configuration says.
            let config = RepositoryConfig::read(&repository.git_dir()).unwrap();
            assert!(matches!(
                Refs::open_configured(&table, &config),
                Err(RefsError::Unusual(_))
            ));
        }
    }
}

#[cfg(unix)]
#[test]
fn leaves_links_to_git() {
    let repository = TestRepository::new(&every_git()[0]);
    repository.commit("1");
    let heads = repository.git_dir().join("refs/heads");
    std::os::unix::fs::symlink("main", heads.join("link")).unwrap();
    let refs = Refs::open(&repository.git_dir()).unwrap();
    assert!(matches!(
        refs.find("refs/heads/link"),
        Err(RefsError::Unusual(_))
    ));
    repository.remove(".git/HEAD");
    std::os::unix::fs::symlink("refs/heads/main", repository.git_dir().join("HEAD")).unwrap();
    assert!(unusual(&repository));
}

#[test]
fn refuses_names_that_lead_elsewhere() {
    let repository = TestRepository::new(&every_git()[0]);
    let refs = Refs::open(&repository.git_dir()).unwrap();
    for name in [
        "",
        "HEAD",
        "config",
        "refs",
        "refs/",
        "/refs/heads/x",
        "refs/heads/../../config",
        "refs//x",
        "refs/heads/.x",
        "refs/heads/x.lock",
        "refs/heads/x\n",
        "refs/heads/x\0",
        "refs/heads/a b",
        "refs/heads/x/",
        "refs/heads/a@{1}",
        "refs\\heads\\x",
    ] {
        assert!(
            matches!(refs.find(name), Err(RefsError::Name(_))),
            "{name:?}"
        );
    }
}

#[test]
fn finds_every_entry_of_a_large_sorted_file() {
    let mut text = String::from("# pack-refs with: peeled fully-peeled sorted \n");
    for number in 0..3000 {
        writeln!(text, "{number:040x} refs/tags/v{number:05}").unwrap();
        if number % 3 == 0 {
            writeln!(text, "^{:040x}", number + 1_000_000).unwrap();
        }
    }
    let unsorted = text.replacen(" sorted", "", 1);
    for text in [text, unsorted] {
        let packed = Packed::new(text.into_bytes());
        for number in 0..3000 {
            let value = packed
                .find(&format!("refs/tags/v{number:05}"))
                .unwrap()
                .unwrap();
            assert_eq!(value.id.as_str(), format!("{number:040x}"));
            let peeled = (number % 3 == 0).then(|| format!("{:040x}", number + 1_000_000));
            assert_eq!(value.peeled.map(String::from), peeled);
        }
        for name in [
            "refs/heads/a",
            "refs/tags/v",
            "refs/tags/v012345",
            "refs/zzz",
        ] {
            assert_eq!(packed.find(name), Ok(None), "{name}");
        }
    }
}

#[test]
fn an_empty_or_cut_packed_file_is_no_panic() {
    let header = "# pack-refs with: peeled fully-peeled sorted \n";
    assert_eq!(Packed::new(Vec::new()).find("refs/heads/a"), Ok(None));
    assert_eq!(
        Packed::new(header.trim().into()).find("refs/heads/a"),
        Ok(None)
    );
    let text = format!("{header}{:040x} refs/heads/a\n^{:040x}\n^^\n\n\n", 1, 2);
    for end in 0..=text.len() {
        let _ = Packed::new(text.as_bytes()[..end].to_vec()).find("refs/heads/a");
        let _ = Packed::new(text.as_bytes()[..end].to_vec()).find("refs/heads/b");
    }
}

#[test]
fn an_id_has_forty_or_sixty_four_digits() {
    let id = ObjectId::parse("ABCDEF7890123456789012345678901234567890").unwrap();
    assert_eq!(id.short(), "abcdef7");
    assert!(ObjectId::parse(&"0".repeat(64)).unwrap().is_null());
    for text in ["", "abc", &"g".repeat(40), &"é".repeat(20), &"0".repeat(41)] {
        assert!(ObjectId::parse(text).is_err(), "{text}");
    }
}
