#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{Permissions, create_dir_all, read, set_permissions};
use std::os::unix::fs::PermissionsExt;

use super::*;

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_mark_is_for_one_text_one_purpose_and_one_key() {
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("a/grex");
    let seal = Seal::at(&state);
    let mark = seal.mark("undo", b"text").unwrap();
    assert_eq!(mark.len(), MARK_LENGTH);
    let verify = |seal: &Seal, purpose: &str, text: &[u8], mark: &str| {
        seal.verify(purpose, text, mark.as_bytes()).unwrap()
    };
    assert!(verify(&seal, "undo", b"text", &mark));
    assert!(verify(&Seal::at(&state), "undo", b"text", &mark));
    assert!(!verify(&seal, "undo", b"texts", &mark));
    assert!(!verify(&seal, "undot", b"ext", &mark));
    assert!(!verify(&seal, "undo", b"text", &mark.to_uppercase()));
    assert!(!verify(&seal, "undo", b"text", &mark[..63]));
    assert!(!verify(&seal, "undo", b"text", ""));
    let other = Seal::at(&place.path().join("b"));
    other.ready().unwrap();
    assert!(!verify(&other, "undo", b"text", &mark));
}

#[test]
fn the_mark_is_the_hmac_that_others_compute() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(KEY_NAME);
    private::create_once(&path, &[7; KEY_LENGTH]).unwrap();
    // From another implementation: eight bytes of length before each part.
    assert_eq!(
        Seal::at(place.path()).mark("p", b"b").unwrap(),
        "d35b2f6d528803173d918f8a93f5dafca62a22f51de2c5041cd886d2a4789cb6"
    );
}

#[test]
fn the_key_is_made_when_it_is_needed_and_for_its_owner_only() {
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state/grex");
    let seal = Seal::at(&state);
    assert!(!seal.verify("p", b"", &[b'0'; 64]).unwrap());
    assert!(!state.exists());
    seal.ready().unwrap();
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join(KEY_NAME)), 0o600);
    assert_eq!(read(state.join(KEY_NAME)).unwrap().len(), KEY_LENGTH);
    assert_eq!(state.read_dir().unwrap().count(), 1);
}

#[test]
fn many_that_begin_at_once_end_with_one_key() {
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("grex");
    let barrier = std::sync::Barrier::new(8);
    let marks: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let start = || {
            scope.spawn(|| {
                barrier.wait();
                Seal::at(&state).mark("p", b"x").unwrap()
            })
        };
        let threads: Vec<_> = (0..8).map(|_| start()).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(marks.len(), 1);
    assert_eq!(state.read_dir().unwrap().count(), 1);
}

#[test]
fn a_key_that_proves_nothing_is_refused_with_advice() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(KEY_NAME);
    let said = || {
        Seal::at(place.path())
            .mark("p", b"")
            .unwrap_err()
            .to_string()
    };
    private::create_once(&path, &[1; 31]).unwrap();
    assert!(said().contains("31 bytes long"), "{}", said());
    set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert!(said().contains("(mode 640)"), "{}", said());
    assert!(said().contains("chmod 600"), "{}", said());
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("elsewhere", &path).unwrap();
    assert!(said().contains("symbolic link"), "{}", said());
    std::fs::remove_file(&path).unwrap();
    create_dir_all(&path).unwrap();
    assert!(said().contains("directory"), "{}", said());
    let verified = Seal::at(place.path()).verify("p", b"", &[b'0'; 64]);
    assert!(verified.is_err(), "a broken key is not a missing one");
}

#[test]
fn a_closed_object_is_json_and_every_byte_of_it_counts() {
    let place = tempfile::tempdir().unwrap();
    let seal = Seal::at(place.path());
    let object = br#"{"a":1.10,"seal":"x"}"#.to_vec();
    assert!(!seal.is_closed("p", &object).unwrap());
    let closed = seal.close("p", object).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&closed).is_ok());
    assert!(seal.is_closed("p", &closed).unwrap());
    assert!(!seal.is_closed("q", &closed).unwrap());
    for at in 0..closed.len() {
        let mut changed = closed.clone();
        changed[at] ^= 1;
        assert!(!seal.is_closed("p", &changed).unwrap(), "byte {at}");
        assert!(!seal.is_closed("p", &closed[..at]).unwrap());
    }
}

#[test]
fn the_key_is_not_printed() {
    let place = tempfile::tempdir().unwrap();
    let seal = Seal::at(place.path());
    private::create_once(&place.path().join(KEY_NAME), &[0x5a; KEY_LENGTH]).unwrap();
    seal.ready().unwrap();
    let printed = format!("{seal:?} {seal:#?}");
    assert!(
        !printed.contains("90, 90") && !printed.contains("5a5a"),
        "{printed}"
    );
}
