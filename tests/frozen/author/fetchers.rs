//! Two fetchers.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use grex::{
    plugin::fetcher::{FetchCx, FetchError, FetchReport, Fetcher, Source},
    sys::cancel::Cancel,
};

/// What the trait demands.
pub(super) struct Least;

#[async_trait]
impl Fetcher for Least {
    fn schemes(&self) -> &[&str] {
        &["least"]
    }

    async fn clone(
        &self,
        _: &FetchCx<'_>,
        _: &Source,
        _: &Path,
    ) -> Result<FetchReport, FetchError> {
        Err(FetchError::new("network", "there is no line"))
    }

    async fn pull(&self, _: &FetchCx<'_>, _: &Source, _: &Path) -> Result<FetchReport, FetchError> {
        Err(FetchError::new("network", "there is no line"))
    }

    async fn current_sha(&self, _: &FetchCx<'_>, _: &Path) -> Result<Option<String>, FetchError> {
        Ok(None)
    }
}

/// All that it lets one do.
pub(super) struct Most;

#[async_trait]
impl Fetcher for Most {
    fn schemes(&self) -> &[&str] {
        &["most", "more"]
    }

    fn makes_git_work_trees(&self) -> bool {
        true
    }

    async fn clone(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        (cx.say)(&target.display().to_string());
        let cancel: &Cancel = cx.cancel;
        let stall: Option<Duration> = cx.stall;
        let Source {
            url,
            reference,
            from_user,
        } = source.clone();
        let is_as_it_was: bool = !cancel.is_stopped() && stall.is_some() && from_user;
        assert!(is_as_it_was && url.len() > 1);
        Ok(FetchReport {
            sha: reference,
            changed: true,
        })
    }

    async fn pull(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        let cloned: FetchReport = self.clone(cx, source, target).await?;
        let (sha, changed): (Option<String>, bool) = (cloned.sha, cloned.changed);
        Ok(FetchReport { sha, changed })
    }

    async fn current_sha(
        &self,
        _: &FetchCx<'_>,
        target: &Path,
    ) -> Result<Option<String>, FetchError> {
        Ok(target.to_str().map(str::to_owned))
    }
}

#[tokio::test]
async fn fetchers_are_called_as_they_were() {
    let cancel = Cancel::new();
    let say = |line: &str| assert_eq!(line, "/t");
    let cx = FetchCx {
        say: &say,
        cancel: &cancel,
        stall: Some(Duration::from_secs(1)),
    };
    let source = Source {
        url: String::from("most://x"),
        reference: Some(String::from("r1")),
        from_user: true,
    };
    let target = Path::new("/t");
    let fetchers: [&dyn Fetcher; 2] = [&Least, &Most];
    let git = fetchers.map(Fetcher::makes_git_work_trees);
    assert_eq!(git, [false, true]);
    let cloned = fetchers[1].clone(&cx, &source, target).await.unwrap();
    assert_eq!(cloned.sha.as_deref(), Some("r1"));
    assert_eq!(fetchers[1].pull(&cx, &source, target).await, Ok(cloned));
    let sha = fetchers[1].current_sha(&cx, target).await;
    assert_eq!(sha, Ok(Some(String::from("/t"))));
    let failed = fetchers[0].pull(&cx, &source, target).await.unwrap_err();
    assert_eq!(failed.class, "network");
}
