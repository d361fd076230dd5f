//! The fetcher against the git of this machine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use super::GitFetcher;
use crate::{
    plugin::fetcher::{FetchCx, FetchError, FetchReport, Fetcher, Source},
    sys::cancel::Cancel,
};

/// A place with a remote repository in `remote` and room for a clone in `clone`.
struct Place {
    directory: tempfile::TempDir,
    fetcher: GitFetcher,
    cancel: Cancel,
    said: Mutex<Vec<String>>,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            directory: tempfile::tempdir().unwrap(),
            fetcher: GitFetcher::new(None),
            cancel: Cancel::new(),
            said: Mutex::default(),
        };
        std::fs::create_dir(place.path("remote")).unwrap();
        place.git("remote", &["init", "-q", "-b", "main", "."]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn git(&self, within: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(self.path(within))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, within: &str, file: &str, content: &str) -> String {
        std::fs::write(self.path(within).join(file), content).unwrap();
        self.git(within, &["add", file]);
        self.git(within, &["commit", "-q", "-m", content]);
        self.git(within, &["rev-parse", "HEAD"])
    }

    fn source(&self, reference: Option<&str>) -> Source {
        Source {
            url: self.path("remote").to_str().unwrap().to_owned(),
            reference: reference.map(str::to_owned),
            from_user: true,
        }
    }

    async fn with<T>(&self, work: impl AsyncFnOnce(&FetchCx<'_>, &Path) -> T) -> T {
        let say = |line: &str| self.said.lock().unwrap().push(line.to_owned());
        let cx = FetchCx {
            say: &say,
            cancel: &self.cancel,
            stall: None,
        };
        work(&cx, &self.path("clone")).await
    }

    async fn clone(&self, reference: Option<&str>) -> Result<FetchReport, FetchError> {
        let source = self.source(reference);
        self.with(async |cx, target| self.fetcher.clone(cx, &source, target).await)
            .await
    }

    async fn pull(&self, reference: Option<&str>) -> Result<FetchReport, FetchError> {
        let source = self.source(reference);
        self.with(async |cx, target| self.fetcher.pull(cx, &source, target).await)
            .await
    }

    async fn sha(&self) -> Option<String> {
        self.with(async |cx, target| self.fetcher.current_sha(cx, target).await)
            .await
            .unwrap()
    }
}

fn report(sha: &str, changed: bool) -> FetchReport {
    FetchReport {
        sha: Some(sha.to_owned()),
        changed,
    }
}

#[tokio::test]
async fn a_clone_is_made_and_pulled_forward() {
    let place = Place::new();
    let one = place.commit("remote", "f", "1");
    assert_eq!(place.clone(None).await, Ok(report(&one, true)));
    assert_eq!(place.sha().await, Some(one.clone()));
    assert_eq!(place.pull(None).await, Ok(report(&one, false)));
    let two = place.commit("remote", "f", "2");
    assert_eq!(place.pull(None).await, Ok(report(&two, true)));
    assert_eq!(std::fs::read_to_string(place.path("clone/f")).unwrap(), "2");
    assert_eq!(
        place.git("clone", &["symbolic-ref", "HEAD"]),
        "refs/heads/main"
    );
}

#[tokio::test]
async fn branches_tags_and_commits_are_found() {
    let place = Place::new();
    let one = place.commit("remote", "f", "1");
    place.git("remote", &["tag", "-a", "-m", "t", "v1"]);
    place.git("remote", &["update-ref", "refs/pull/7/head", &one]);
    place.git("remote", &["branch", "side"]);
    let two = place.commit("remote", "f", "2");
    for (reference, commit) in [
        ("v1", &one),
        ("side", &one),
        (&one, &one),
        ("refs/pull/7/head", &one),
    ] {
        let cloned = place.clone(Some(reference)).await.unwrap();
        assert_eq!(cloned.sha.as_ref(), Some(commit), "{reference}");
        assert_eq!(
            std::fs::read_to_string(place.path("clone/f")).unwrap(),
            "1",
            "{reference}"
        );
        std::fs::remove_dir_all(place.path("clone")).unwrap();
    }
    let error = place.clone(Some("nowhere")).await.unwrap_err();
    assert_eq!(error.class, "no-such-ref");
    drop(std::fs::remove_dir_all(place.path("clone")));

    place.clone(None).await.unwrap();
    assert_eq!(place.pull(Some("v1")).await, Ok(report(&one, true)));
    assert_eq!(place.pull(Some(&two)).await, Ok(report(&two, true)));
    assert_eq!(place.pull(Some(&two)).await, Ok(report(&two, false)));
}

#[tokio::test]
async fn nothing_of_the_users_is_lost() {
    let place = Place::new();
    let one = place.commit("remote", "f", "1");
    place.clone(None).await.unwrap();
    let own = place.commit("clone", "mine", "mine");
    // Ahead of the server: nothing to do.
    assert_eq!(place.pull(None).await, Ok(report(&own, false)));
    assert_eq!(place.pull(Some(&one)).await.unwrap_err().class, "diverged");
    let two = place.commit("remote", "f", "2");
    assert_eq!(place.pull(None).await.unwrap_err().class, "diverged");
    assert_eq!(place.sha().await, Some(own));

    place.git("clone", &["reset", "-q", "--hard", &one]);
    std::fs::write(place.path("clone/f"), "edited").unwrap();
    assert_eq!(place.pull(None).await.unwrap_err().class, "dirty");
    assert_eq!(place.pull(Some(&two)).await.unwrap_err().class, "dirty");
    assert_eq!(
        std::fs::read_to_string(place.path("clone/f")).unwrap(),
        "edited"
    );
    assert_eq!(place.sha().await, Some(one));
}

#[tokio::test]
async fn a_checkout_on_another_branch_stays() {
    let place = Place::new();
    let one = place.commit("remote", "f", "1");
    place.clone(None).await.unwrap();
    place.git("clone", &["checkout", "-q", "-b", "mine"]);
    place.commit("remote", "f", "2");
    assert_eq!(place.pull(Some("main")).await, Ok(report(&one, false)));
    assert_eq!(place.pull(None).await, Ok(report(&one, false)));
    assert_eq!(
        place.git("clone", &["symbolic-ref", "HEAD"]),
        "refs/heads/mine"
    );
}

#[tokio::test]
async fn an_empty_repository_has_no_commit_yet() {
    let place = Place::new();
    let cloned = place.clone(None).await.unwrap();
    assert_eq!((cloned.sha, place.sha().await), (None, None));
    let one = place.commit("remote", "f", "1");
    assert_eq!(place.pull(None).await, Ok(report(&one, true)));
}

#[tokio::test]
async fn what_git_must_not_see_is_refused() {
    let place = Place::new();
    for url in ["ext::sh -c id", "copy:///x", "../x", "-x", "https://h/%0a"] {
        let source = Source {
            url: url.to_owned(),
            ..place.source(None)
        };
        let refused = place
            .with(async |cx, target| place.fetcher.clone(cx, &source, target).await)
            .await;
        assert_eq!(refused.unwrap_err().class, "other", "{url}");
    }
    assert!(place.clone(Some("-x")).await.is_err());
    assert!(!place.path("clone").exists());
    // What is no repository of its own belongs to the one above.
    place.commit("remote", "f", "1");
    std::fs::create_dir(place.path("remote/below")).unwrap();
    let below = place.path("remote/below");
    let asked = place
        .with(async |cx, _| place.fetcher.current_sha(cx, &below).await)
        .await;
    assert!(asked.is_err());
}

#[tokio::test]
async fn another_repository_is_not_pulled() {
    let place = Place::new();
    place.commit("remote", "f", "1");
    place.clone(None).await.unwrap();
    place.git("clone", &["remote", "set-url", "origin", "/elsewhere"]);
    let error = place.pull(None).await.unwrap_err();
    assert!(error.message.contains("comes from /elsewhere"), "{error}");
}

#[tokio::test]
async fn a_missing_repository_and_a_cancelled_run_are_errors() {
    let place = Place::new();
    std::fs::remove_dir_all(place.path("remote")).unwrap();
    assert_eq!(place.clone(None).await.unwrap_err().class, "not-found");
    let place = Place::new();
    place.commit("remote", "f", "1");
    place.clone(None).await.unwrap();
    place.cancel.request();
    assert!(place.pull(None).await.is_err());
}
