//! Configuration as git writes it, as people write it, and as nobody should.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::git::test_repository::{TestRepository, every_git};
use crate::model::git_config::{parse_file, parse_list_z};

const HAND_WRITTEN: &str = concat!(
    "\u{feff}# a comment\r\n",
    "[Core] bare = false ; same line\r\n",
    "\tRepositoryFormatVersion = 0\n",
    "  flag\n",
    "  empty =\n",
    "[remote \"or\\\"i\\\\g.in\"]\n",
    "url = \"a # b\" c;d  \n",
    "\tfetch = +refs/heads/*:refs/remotes/x/*\n",
    "[Old.Sub]\nkey-2 = one \\\n  two \"  \t\"   # c\n",
    "esc = \"q\\\"t\\tn\\nb\\\\\"\n",
    "[branch \"main\"] remote=origin\n merge = refs/heads/main",
);

#[test]
fn reads_every_form_exactly_as_git_lists_it() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.write(".git/config", HAND_WRITTEN);
        let listed = repository.try_git(&["config", "--list", "-z", "--local", "--includes"]);
        assert!(listed.status.success(), "{listed:?}");
        let listed = parse_list_z(&listed.stdout).unwrap();
        assert_eq!(parse_file(HAND_WRITTEN.as_bytes()).unwrap(), listed);
        assert_eq!(listed.len(), 10);
    }
}

#[test]
fn refuses_what_git_refuses() {
    let git = &every_git()[0];
    let repository = TestRepository::new(git);
    for text in [
        "[core",
        "[]\n",
        "[co re]\n",
        "[core \"x]\n",
        "[core \"x\" ]\n",
        "[core]\n1a = 2\n",
        "[core]\na b\n",
        "[core]\na = \"x\n",
        "[core]\na = \\x\n",
        "[core]\n=1\n",
        "[core \"a\nb\"]\n",
        "[co_re]\n",
        "[core]\na_b = 1\n",
    ] {
        repository.write("config", text);
        let listed = repository.try_git(&["config", "--list", "-f", "config"]);
        assert!(!listed.status.success(), "git accepts {text:?}");
        assert!(parse_file(text.as_bytes()).is_err(), "{text:?}");
    }
    let error = parse_file(b"[core]\na = 1\na = \\x\n").unwrap_err();
    assert_eq!(error.line, 3);
    assert!(parse_file(b"[core]\na = \xff\n").is_err());
    // Some versions of git read a key without a section, and no getter could find it.
    assert!(parse_file(b"key = 1\n").is_err());
}

#[test]
fn knows_a_clone() {
    for git in every_git() {
        let origin = TestRepository::new(&git);
        origin.commit("1");
        let repository = TestRepository::new(&git);
        let url = format!("file://{}", origin.root().display());
        repository.git(&["clone", "-q", &url, "copy"]);
        let config = RepositoryConfig::read(&repository.root().join("copy/.git")).unwrap();
        let remotes = config.remotes();
        assert_eq!(remotes.len(), 1);
        assert_eq!(remotes[0].name, "origin");
        assert_eq!(remotes[0].url.as_deref(), Some(url.as_str()));
        assert_eq!(remotes[0].fetch, ["+refs/heads/*:refs/remotes/origin/*"]);
        let upstream = config.branch_upstream("main").unwrap();
        assert_eq!(
            (upstream.remote.as_str(), upstream.merge.as_str()),
            ("origin", "refs/heads/main")
        );
        assert_eq!(config.branch_upstream("other"), None);
        assert_eq!(
            config.tracking_ref("origin", "a/b").unwrap(),
            "refs/remotes/origin/a/b"
        );
        assert_eq!(config.tracking_ref("nowhere", "a"), None);
        assert_eq!(config.tracking_ref(".", "a").unwrap(), "refs/heads/a");
        assert!(!config.is_bare());
        assert_eq!(
            (config.ref_storage(), config.object_format()),
            ("files", "sha1")
        );
        assert_eq!(config.partial_clone(), None);
        assert!(!format!("{config:?} {remotes:?}").contains("file://"));
    }
}

#[test]
fn knows_partial_clones_and_worktree_settings() {
    for git in every_git() {
        let origin = TestRepository::new(&git);
        origin.commit("1");
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        let repository = TestRepository::new(&git);
        let url = format!("file://{}", origin.root().display());
        repository.git(&["clone", "-q", "--filter=blob:none", &url, "copy"]);
        repository.git(&["-C", "copy", "config", "extensions.worktreeConfig", "true"]);
        repository.git(&["-C", "copy", "config", "--worktree", "core.bare", "yes"]);
        let config = RepositoryConfig::read(&repository.root().join("copy/.git")).unwrap();
        let partial = config.partial_clone().unwrap();
        assert_eq!(
            (partial.remote.as_str(), partial.filter.as_deref()),
            ("origin", Some("blob:none"))
        );
        assert!(config.is_bare());
    }
}

#[test]
fn maps_branches_through_every_kind_of_refspec() {
    let config = |refspecs: &[&str]| {
        let list: String = refspecs
            .iter()
            .map(|refspec| format!("remote.o.fetch\n{refspec}\0"))
            .collect();
        RepositoryConfig::from_list_z(list.as_bytes()).unwrap()
    };
    for (refspecs, branch, expected) in [
        (
            &["+refs/heads/main:refs/remotes/o/main"][..],
            "main",
            Some("refs/remotes/o/main"),
        ),
        (&["+refs/heads/main:refs/remotes/o/main"], "main2", None),
        (
            &["main:refs/remotes/o/main"],
            "main",
            Some("refs/remotes/o/main"),
        ),
        (&["+refs/*:refs/all/*"], "main", Some("refs/all/heads/main")),
        (&["refs/heads/a*z:refs/r/*x"], "amz", Some("refs/r/mx")),
        (&["refs/heads/aa*aa:refs/r/*"], "aaa", None),
        (&["refs/heads/*"], "main", None),
        (&["refs/heads/*:refs/remotes/o/one"], "main", None),
        (
            &["refs/heads/x:refs/x", "refs/heads/*:refs/r/*"],
            "main",
            Some("refs/r/main"),
        ),
        (
            &["refs/heads/*:refs/r/*", "^refs/heads/tmp/*"],
            "tmp/a",
            None,
        ),
        (&["^refs/heads/b", "refs/heads/*:refs/r/*"], "b", None),
        (&[], "main", None),
    ] {
        assert_eq!(
            config(refspecs).tracking_ref("o", branch).as_deref(),
            expected,
            "{refspecs:?} {branch}"
        );
    }
}

#[test]
fn leaves_includes_to_git() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.write(
            ".git/more",
            "[remote \"origin\"]\n\turl = https://example.org/x\n",
        );
        repository.git(&["config", "include.path", "more"]);
        assert!(matches!(
            RepositoryConfig::read(&repository.git_dir()),
            Err(ConfigError::Unusual(_))
        ));
        let listed = repository.try_git(&["config", "--list", "-z", "--local", "--includes"]);
        let config = RepositoryConfig::from_list_z(&listed.stdout).unwrap();
        assert_eq!(
            config.remote("origin").unwrap().url.unwrap(),
            "https://example.org/x"
        );
        repository.write(".git/config", "[includeIf \"gitdir:/\"]\npath = more\n");
        assert!(RepositoryConfig::read(&repository.git_dir()).is_err());
    }
}

#[test]
fn a_missing_file_is_empty_and_a_directory_is_unusual() {
    let repository = TestRepository::new(&every_git()[0]);
    repository.remove(".git/config");
    let config = RepositoryConfig::read(&repository.git_dir()).unwrap();
    assert!(config.remotes().is_empty());
    repository.write(".git/config/x", "");
    assert!(RepositoryConfig::read(&repository.git_dir()).is_err());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = parse_file(&bytes);
        let _ = parse_list_z(&bytes);
    }
}
