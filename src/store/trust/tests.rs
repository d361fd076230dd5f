#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test makes what it needs")]

use std::fs::{Permissions, create_dir_all, read_to_string, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::surface::{PartContent, Surface, SurfacePart};
use crate::model::url::PackUrl;
use crate::sys::cancel::Cancel;

const NOW: &str = "2026-01-31T08:09:10Z";
const URL: &str = "https://example.org/me/x.git";

struct Ground {
    _place: tempfile::TempDir,
    state: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        Self {
            state: place.path().join("state/grex"),
            _place: place,
        }
    }

    fn open(&self) -> Trust {
        Trust::open(&self.state).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.state.join("trust.jsonl")
    }

    fn put(&self, text: &str) {
        create_dir_all(&self.state).unwrap();
        write(self.file(), text).unwrap();
        set_permissions(self.file(), Permissions::from_mode(0o600)).unwrap();
    }
}

fn subject<'a>(path: &'a str, url: &'a str, actions_hash: &'a str) -> Subject<'a> {
    Subject {
        path: Path::new(path),
        url,
        actions_hash,
    }
}

fn surface(text: &str) -> Surface {
    Surface {
        parts: vec![SurfacePart::text("actions", text)],
        is_inert: false,
    }
}

async fn approve(trust: &mut Trust, subject: Subject<'_>, surface: &Surface) {
    let approval = Approval { subject, surface };
    trust
        .approve_packs(&[approval], NOW, &Cancel::new())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_pack_is_approved_exactly_as_it_was() {
    let ground = Ground::new();
    let mut trust = ground.open();
    assert!(!ground.state.exists());
    let subject_ = subject("/w/x", URL, "sha256:1");
    assert!(!trust.approves(&subject_));
    approve(&mut trust, subject_, &surface("a")).await;
    for trust in [trust, ground.open()] {
        assert!(trust.approves(&subject_));
        for other in [
            subject("/w/y", URL, "sha256:1"),
            subject("/w/x", "https://example.org/me/y.git", "sha256:1"),
            subject("/w/x", URL, "sha256:2"),
            subject("/w/xh", &URL[1..], "sha256:1"),
        ] {
            assert!(!trust.approves(&other), "{other:?}");
        }
        assert_eq!(
            trust.last_surface(Path::new("/w/x"), URL),
            Some(&surface("a"))
        );
        assert_eq!(trust.last_surface(Path::new("/w/y"), URL), None);
    }
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&ground.file()), 0o600);
    assert_eq!(mode(&ground.state), 0o700);
}

#[tokio::test]
async fn the_surface_that_was_approved_last_is_remembered() {
    let ground = Ground::new();
    let mut trust = ground.open();
    let subjects = [
        subject("/x", URL, "sha256:1"),
        subject("/x", URL, "sha256:2"),
    ];
    approve(&mut trust, subjects[0], &surface("a")).await;
    approve(&mut trust, subjects[1], &surface("b")).await;
    approve(&mut trust, subjects[0], &surface("a")).await;
    let text = read_to_string(ground.file()).unwrap();
    approve(&mut trust, subjects[0], &surface("a")).await;
    assert_eq!(read_to_string(ground.file()).unwrap(), text, "no news");
    assert_eq!(
        ground.open().last_surface(Path::new("/x"), URL),
        Some(&surface("a"))
    );
    assert!(
        subjects
            .iter()
            .all(|subject| ground.open().approves(subject))
    );
}

#[tokio::test]
async fn long_texts_are_kept_as_digests() {
    let ground = Ground::new();
    let mut trust = ground.open();
    let long = surface(&"x".repeat((64 << 10) + 1));
    approve(&mut trust, subject("/x", URL, "sha256:1"), &long).await;
    let opened = ground.open();
    let kept = opened.last_surface(Path::new("/x"), URL).unwrap();
    assert!(matches!(
        kept.parts[0].content,
        PartContent::Digest { length: 65_537, .. }
    ));
    assert_eq!(kept.hash("declarative"), long.hash("declarative"));
    assert!(ground.file().metadata().unwrap().len() < 1024);
}

#[tokio::test]
async fn a_source_covers_what_comes_from_it() {
    let ground = Ground::new();
    let mut trust = ground.open();
    let prefix = SourcePrefix::parse("https://example.org/me/").unwrap();
    for _ in 0..2 {
        trust
            .approve_source(&prefix, NOW, &Cancel::new())
            .await
            .unwrap();
    }
    assert_eq!(
        read_to_string(ground.file()).unwrap(),
        "{\"kind\":\"source\",\"prefix\":\"https://example.org/me/\",\"ts\":\"2026-01-31T08:09:10Z\"}\n"
    );
    for trust in [trust, ground.open()] {
        assert!(trust.approves(&subject("/any", URL, "sha256:any")));
        for url in ["https://example.org/you/x", "", "not a url::x", "../me/x"] {
            assert!(
                !trust.approves(&subject("/any", url, "sha256:any")),
                "{url}"
            );
        }
    }
}

#[tokio::test]
async fn lines_that_cannot_be_read_approve_nothing_and_break_nothing() {
    let ground = Ground::new();
    ground.put(concat!(
        "nonsense\n\0\n{\"kind\":\"later\",\"x\":1}\n",
        "{\"kind\":\"source\",\"prefix\":\"\",\"ts\":\"\"}\n",
        "{\"kind\":\"source\",\"prefix\":\"https://\",\"ts\":\"\"}\n",
        "{\"kind\":\"source\",\"prefix\":\"/\",\"ts\":\"\"}\n",
        "{\"kind\":\"pack\",\"key\":\"00\"}\n",
        "{\"kind\":\"source\",\"prefix\":\"https://example.org/me/\",\"ts\"",
    ));
    let mut trust = ground.open();
    let subject_ = subject("/x", URL, "sha256:1");
    assert!(!trust.approves(&subject_));
    approve(&mut trust, subject_, &surface("a")).await;
    assert!(ground.open().approves(&subject_));
    assert!(!ground.open().approves(&subject("/y", URL, "sha256:1")));
}

#[tokio::test]
async fn a_file_that_others_may_touch_is_refused_with_the_remedy() {
    let ground = Ground::new();
    let mut trust = ground.open();
    approve(&mut trust, subject("/x", URL, "sha256:1"), &surface("a")).await;
    for mode in [0o604, 0o640, 0o620, 0o602] {
        set_permissions(ground.file(), Permissions::from_mode(mode)).unwrap();
        let said = Trust::open(&ground.state).unwrap_err().to_string();
        assert!(
            said.contains(&format!("chmod 600 {}", ground.file().display())),
            "{said}"
        );
        let prefix = SourcePrefix::parse("/srv/packs").unwrap();
        assert!(
            trust
                .approve_source(&prefix, NOW, &Cancel::new())
                .await
                .is_err()
        );
        assert!(!trust.approves(&subject("/x", "/srv/packs/y", "")));
    }
    std::fs::remove_file(ground.file()).unwrap();
    std::os::unix::fs::symlink("elsewhere", ground.file()).unwrap();
    assert!(Trust::open(&ground.state).is_err());
}

#[tokio::test]
async fn approvals_of_several_processes_are_all_kept() {
    let ground = Ground::new();
    let (mut first, mut second) = (ground.open(), ground.open());
    approve(&mut first, subject("/a", URL, "1"), &surface("a")).await;
    approve(&mut second, subject("/b", URL, "1"), &surface("b")).await;
    let opened = ground.open();
    assert!(
        ["/a", "/b"]
            .iter()
            .all(|path| opened.approves(&subject(path, URL, "1")))
    );
}

#[test]
fn prefixes_cover_whole_segments_of_the_same_road() {
    let covers = |prefix: &str, url: &str| {
        SourcePrefix::parse(prefix)
            .unwrap()
            .covers(&PackUrl::parse(url).unwrap())
    };
    for (prefix, url) in [
        ("https://example.org/me", "https://example.org/me/x.git"),
        (
            "https://example.org/me/",
            "https://example.org/me/deep/er/x",
        ),
        (
            "https://example.org/me/",
            "https://EXAMPLE.org:443//me/./x/",
        ),
        (
            "https://Example.org:443/me/",
            "https://alice@example.org/me/x",
        ),
        ("https://example.org/me/x.git", "https://example.org/me/x"),
        ("https://example.org/me/x", "https://example.org/me/x.git"),
        ("https://example.org/", "https://example.org/me/x"),
        ("https://example.org", "https://example.org/me/x"),
        ("https://example.org/%6de/", "https://example.org/me/x"),
        ("git@example.org:me/", "git@example.org:me/x.git"),
        ("git@example.org:me", "ssh://git@example.org/me/x.git"),
        ("ssh://git@example.org/", "git@example.org:me/x.git"),
        ("git://example.org/", "git://example.org/x"),
        ("/srv/packs", "/srv/packs/x"),
        ("/srv/packs/", "file:///srv/packs/x.git"),
        ("file:///srv/packs", "/srv/packs/x"),
    ] {
        assert!(covers(prefix, url), "{prefix} {url}");
    }
    for (prefix, url) in [
        ("https://example.org/me", "https://example.org/me-too/x"),
        ("https://example.org/me", "https://example.org/meg"),
        ("https://example.org", "https://example.org.evil.net/me/x"),
        ("https://example.org/", "https://example.org.evil.net/me/x"),
        ("https://example.org", "https://example.org:8443/me/x"),
        ("https://example.org/me/", "http://example.org/me/x"),
        ("https://example.org/me/", "ssh://git@example.org/me/x"),
        (
            "https://example.org/me/",
            "https://example.org@evil.net/me/x",
        ),
        (
            "https://example.org/me/",
            "https://evil.net/https://example.org/me/x",
        ),
        ("https://example.org/me/", "https://example.org/me/../you/x"),
        (
            "https://example.org/me/",
            "https://example.org/me/%2e%2E/you/x",
        ),
        ("https://example.org/me/", "https://example.org/you/../me/x"),
        ("https://example.org/me/", "https://example.org/me%2fx"),
        (
            "https://example.org/me/",
            "https://example.org/me/x%2f..%2f..%2fyou",
        ),
        (
            "https://example.org/me/",
            "https://example.org/me\\..\\you/x",
        ),
        ("https://example.org/me/", "https://example.org/ME/x"),
        ("https://example.org/me/", "https://example.org/me?/x"),
        ("https://example.org/me/x.git", "https://example.org/me/x/y"),
        ("git@example.org:me/", "alice@example.org:me/x"),
        ("git@example.org:me/", "git@example.org:../me/x"),
        ("ssh://git@example.org/", "ssh://git@example.org:2222/me/x"),
        ("/srv/packs", "/srv/packs/../x"),
        ("/srv/packs", "/srv/packs-too/x"),
        ("/srv/packs", "srv/packs/x"),
    ] {
        assert!(!covers(prefix, url), "{prefix} {url}");
    }
}

#[test]
fn what_names_no_source_is_refused() {
    for text in [
        "",
        " ",
        "https://",
        "https:///",
        "ssh://",
        "git://",
        "file://",
        "file:///",
        "/",
        "//",
        "/.",
        "https",
        "example.org/me",
        "../packs",
        "/srv/../packs",
        "https://example.org/me/..",
        "https://example.org/me?x=/",
        "https://example.org/me#/",
        "https://me:secret@example.org/",
        "ext::sh -c x/",
        "-x",
    ] {
        assert!(SourcePrefix::parse(text).is_err(), "{text:?}");
    }
    let said = SourcePrefix::parse("/").unwrap_err().to_string();
    assert_eq!(
        said,
        "`/` is every directory of this machine: name one of them"
    );
}
