//! A fetcher for `copy:///directory`: copies a tree of files, and pulls those that differ. Its
//! revision is what a file `REVISION` says, where there is one.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use async_trait::async_trait;
use grex::plugin::fetcher::{FetchCx, FetchError, FetchReport, Fetcher, Source};

/// What goes wrong in a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// One file is copied, then it fails with this class.
    HalfWay(&'static str),
    /// Nothing is made, and that is called a success.
    Nothing,
    /// Somebody asks for a stop while it is at work, and it stops.
    Stops,
    /// Somebody asks for a stop and insists, since it does not stop.
    Stubborn,
}

/// The fetcher, and what it was asked for.
#[derive(Default)]
pub(crate) struct Copy {
    /// The faults of the next calls.
    pub(crate) faults: Mutex<VecDeque<Fault>>,
    /// The calls: `clone` or `pull`, and what for.
    pub(crate) calls: Mutex<Vec<(&'static str, Source)>>,
}

#[async_trait]
impl Fetcher for Copy {
    fn schemes(&self) -> &[&str] {
        &["copy"]
    }

    async fn clone(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        self.call("clone", cx, source, target).await
    }

    async fn pull(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        self.call("pull", cx, source, target).await
    }

    async fn current_sha(
        &self,
        _: &FetchCx<'_>,
        target: &Path,
    ) -> Result<Option<String>, FetchError> {
        Ok(revision(target))
    }
}

impl Copy {
    async fn call(
        &self,
        verb: &'static str,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        self.calls.lock().unwrap().push((verb, source.clone()));
        let from = PathBuf::from(source.url.strip_prefix("copy://").unwrap_or(&source.url));
        if !from.is_dir() {
            let message = format!("{} is no directory", from.display());
            return Err(FetchError::new("not-found", message));
        }
        (cx.say)(&format!("copying\u{1b}[31m {}", from.display()));
        let mut limit = usize::MAX;
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            None => {}
            Some(Fault::HalfWay(_)) => limit = 1,
            Some(Fault::Nothing) => limit = 0,
            Some(Fault::Stops) => {
                cx.cancel.request();
                cx.cancel.stopped().await;
                return Err(FetchError::new("other", "stopped"));
            }
            Some(Fault::Stubborn) => {
                cx.cancel.request();
                cx.cancel.request();
                std::future::pending::<()>().await;
            }
        }
        let copied = copy(&from, target, &mut limit);
        if let Some(Fault::HalfWay(class)) = fault {
            let error = FetchError::new(class, "the line\u{1b}[2J went dead");
            return Err(error.with_hint("plug it in"));
        }
        Ok(FetchReport {
            changed: copied.map_err(failed)?,
            sha: revision(target),
        })
    }
}

fn revision(target: &Path) -> Option<String> {
    let text = fs::read_to_string(target.join("REVISION")).ok()?;
    Some(text.trim().to_owned())
}

fn failed(error: io::Error) -> FetchError {
    FetchError::new("disk", error.to_string())
}

/// Copies at most `limit` files that differ; says whether there were any.
fn copy(from: &Path, to: &Path, limit: &mut usize) -> io::Result<bool> {
    if *limit == 0 {
        return Ok(false);
    }
    fs::create_dir_all(to)?;
    let mut changed = false;
    for entry in fs::read_dir(from)? {
        let (old, new) = (entry?.path(), to.to_owned());
        let new = new.join(old.file_name().unwrap_or_default());
        if old.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&old)?, &new)?;
        } else if old.is_dir() {
            changed |= copy(&old, &new, limit)?;
        } else if *limit > 0 && fs::read(&new).ok() != Some(fs::read(&old)?) {
            fs::copy(&old, &new)?;
            changed = true;
            *limit -= 1;
        }
    }
    Ok(changed)
}
