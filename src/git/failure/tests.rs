//! Messages that git, OpenSSH, curl and well-known servers really print: most were provoked and
//! recorded with git 2.39.5 and 2.47.3, and some are provoked again here with the git at hand.

use super::FailureClass::{Auth, Busy, Dirty, Disk, Diverged, Network, NoSuchRef, NotFound, Other};
use super::*;
use crate::git::test_repository::{TestRepository, every_git};

const NO_ACCESS: &str = "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
const LOCK_ADVICE: &str = "\nAnother git process seems to be running in this repository, e.g.\nan editor opened by 'git commit'. Please make sure all processes\nare terminated then try again. If it still fails, a git process\nmay have crashed in this repository earlier:\nremove the file manually to continue.\n";

fn check(table: &[(FailureClass, &str)]) {
    for (expected, stderr) in table {
        assert_eq!(classify(Some(128), stderr), *expected, "{stderr}");
        assert_eq!(
            classify(None, &stderr.replace('\n', "\r\n")),
            *expected,
            "{stderr}"
        );
    }
}

#[test]
fn http() {
    let status = |code: u16| {
        format!(
            "Cloning into 'x'...\nfatal: unable to access 'http://h/x.git/': The requested URL returned error: {code}\n"
        )
    };
    for (code, expected) in [
        (400, Other),
        (401, Auth),
        (403, Auth),
        (407, Auth),
        (404, NotFound),
        (410, NotFound),
        (408, Network),
        (429, Network),
        (500, Network),
        (502, Network),
        (503, Network),
        (504, Network),
    ] {
        assert_eq!(classify(Some(128), &status(code)), expected, "{code}");
    }
    check(&[
        (
            Auth,
            "fatal: could not read Username for 'http://127.0.0.1:8099': terminal prompts disabled\n",
        ),
        (
            Auth,
            "fatal: could not read Password for 'http://u@127.0.0.1:8099': terminal prompts disabled\n",
        ),
        (
            Auth,
            "fatal: could not read Username for 'https://github.com': No such device or address\n",
        ),
        (
            Auth,
            "fatal: Authentication failed for 'http://127.0.0.1:8099/401/x.git/'\n",
        ),
        (
            NotFound,
            "fatal: repository 'http://127.0.0.1:8099/404/x.git/' not found\n",
        ),
        (
            NotFound,
            "remote: Repository not found.\nfatal: repository 'http://127.0.0.1:8099/msg/x.git/' not found\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://h/': Recv failure: Connection reset by peer\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://h/': Empty reply from server\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://h/': transfer closed with 966 bytes remaining to read\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://h/': end of response with 131 bytes missing\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://h/': Operation too slow. Less than 1000 bytes/sec transferred the last 2 seconds\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://127.0.0.1:1/x.git/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server\n",
        ),
        (
            Network,
            "fatal: unable to access 'http://no-such-host.invalid/x.git/': Could not resolve host: no-such-host.invalid\n",
        ),
        (
            Other,
            "fatal: unable to access 'http://h/': Maximum (20) redirects followed\n",
        ),
        (
            Other,
            "fatal: unable to access 'https://h/': gnutls_handshake() failed: An unexpected TLS packet was received.\n",
        ),
    ]);
}

#[test]
fn ssh_daemon_and_files() {
    let after = |first: &str| format!("Cloning into 'x'...\n{first}\n{NO_ACCESS}");
    for (expected, first) in [
        (Auth, "git@host: Permission denied (publickey)."),
        (
            Auth,
            "Load key \"/home/me/.ssh/id\": Permission denied\ngit@host: Permission denied (publickey,password).",
        ),
        (Auth, "Host key verification failed."),
        (
            Auth,
            "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\nDisconnected from 10.0.0.1 port 22",
        ),
        (
            Network,
            "kex_exchange_identification: Connection closed by remote host\nConnection closed by 127.0.0.1 port 22",
        ),
        (
            Network,
            "ssh: Could not resolve hostname no-such-host.invalid: Name or service not known",
        ),
        (
            Network,
            "ssh: connect to host 127.0.0.1 port 1: Connection refused",
        ),
        (
            Network,
            "ssh: connect to host 10.0.0.1 port 22: No route to host",
        ),
        (
            Network,
            "Load key \"/home/me/.ssh/id\": Permission denied\nssh: connect to host h port 22: Connection timed out",
        ),
        (NotFound, "ERROR: Repository not found."),
        (
            NotFound,
            "remote: \nremote: ========\nremote: \nremote: ERROR: The project you were looking for could not be found or you don't have permission to view it.\nremote: ",
        ),
        (
            NotFound,
            "fatal: '/nope/x.git' does not appear to be a git repository",
        ),
        (Network, ""),
    ] {
        assert_eq!(classify(Some(128), &after(first)), expected, "{first}");
    }
    check(&[
        (NotFound, "fatal: repository '/nope/x.git' does not exist\n"),
        (
            NotFound,
            "fatal: remote error: access denied or repository not exported: /up\n",
        ),
        (
            Network,
            "fatal: unable to look up no-such-host.invalid (port 9418) (Name or service not known)\n",
        ),
        (
            Network,
            "fatal: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused\n\n",
        ),
        (
            Network,
            "fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n",
        ),
        (
            Network,
            "error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)\nerror: 1453 bytes of body are still expected\nfatal: early EOF\n",
        ),
        (Other, "fatal: transport 'file' not allowed\n"),
        (
            Other,
            "git: 'remote-foo' is not a git command. See 'git --help'.\n",
        ),
    ]);
}

#[test]
fn refs() {
    check(&[
        (
            NoSuchRef,
            "Cloning into 'b1'...\nfatal: Remote branch nope not found in upstream origin\n",
        ),
        (NoSuchRef, "fatal: couldn't find remote ref nope\n"),
        (
            NoSuchRef,
            "fatal: remote error: upload-pack: not our ref 1234567890123456789012345678901234567890\n",
        ),
        (
            NoSuchRef,
            "error: Server does not allow request for unadvertised object 1234567890123456789012345678901234567890\n",
        ),
        (
            NoSuchRef,
            "merge: origin/nope - not something we can merge\n",
        ),
        (
            NoSuchRef,
            "error: pathspec 'nope' did not match any file(s) known to git\n",
        ),
        (NoSuchRef, "fatal: invalid reference: nope\n"),
        (
            NoSuchRef,
            "fatal: reference is not a tree: 1234567890123456789012345678901234567890\n",
        ),
        (
            NoSuchRef,
            "fatal: unable to read tree (1234567890123456789012345678901234567890)\n",
        ),
        (NoSuchRef, "fatal: Needed a single revision\n"),
        (
            Diverged,
            "hint: Diverging branches can't be fast-forwarded, you need to either:\nfatal: Not possible to fast-forward, aborting.\n",
        ),
        (
            Diverged,
            "From .\n ! [rejected]        origin/main -> side2  (non-fast-forward)\n",
        ),
        (
            Busy,
            "fatal: cannot force update the branch 'main' checked out at '/w'\n",
        ),
        (
            Busy,
            "fatal: cannot force update the branch 'main' used by worktree at '/w'\n",
        ),
        (
            Other,
            "error: cannot lock ref 'refs/remotes/o/a/b': 'refs/remotes/o/a' exists; cannot create 'refs/remotes/o/a/b'\n",
        ),
        (
            Busy,
            "error: cannot lock ref 'refs/remotes/o/a': is at 1111111 but expected 2222222\n",
        ),
        (
            Other,
            "fatal: not a git repository (or any of the parent directories): .git\n",
        ),
        (
            Other,
            "fatal: destination path 'w' already exists and is not an empty directory.\n",
        ),
        (
            Other,
            "fatal: detected dubious ownership in repository at '/w'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory /w\n",
        ),
        (Other, ""),
    ]);
}

#[test]
fn damaged_refs() {
    for (stderr, name) in [
        (
            "fatal: bad object refs/remotes/origin/feature\nerror: file:///s did not send all necessary objects\n",
            Some("refs/remotes/origin/feature"),
        ),
        (
            "error: refs/heads/main: invalid sha1 pointer 0000000000000000000000000000000000000000\n",
            Some("refs/heads/main"),
        ),
        (
            "fatal: bad object 1234567890123456789012345678901234567890\n",
            None,
        ),
        ("remote: fatal: bad object refs/heads/main\n", None),
        ("error: refs/heads/main: not a tree\n", None),
        (
            "fatal: bad object refs/remotes/../../../.ssh/id_ed25519\n",
            None,
        ),
    ] {
        assert_eq!(damaged_ref(stderr), name, "{stderr}");
        if name.is_some() {
            assert_eq!(classify(Some(1), stderr), Other, "{stderr}");
        }
    }
}

#[test]
fn locks_and_disks() {
    for first in [
        "error: Unable to create '/w/.git/index.lock': File exists.\n",
        "fatal: Unable to create '/w/.git/shallow.lock': File exists.\n",
        "error: cannot lock ref 'refs/remotes/origin/main': Unable to create '/w/.git/refs/remotes/origin/main.lock': File exists.\n",
        "fatal: update_ref failed for ref 'HEAD': cannot lock ref 'HEAD': Unable to create '/w/.git/HEAD.lock': File exists.\n",
    ] {
        assert_eq!(
            classify(Some(128), &format!("{first}{LOCK_ADVICE}")),
            Busy,
            "{first}"
        );
    }
    check(&[
        (
            Busy,
            "error: could not lock config file .git/config: File exists\n",
        ),
        (
            Disk,
            "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output\n",
        ),
        (
            Disk,
            "fatal: write error: Disk quota exceeded\nfatal: early EOF\n",
        ),
        (
            Disk,
            "error: cannot open '.git/FETCH_HEAD': Read-only file system\n",
        ),
        (
            Disk,
            "fatal: Unable to create '/w/.git/index.lock': Read-only file system\n",
        ),
        (
            Disk,
            "fatal: could not create work tree dir 'ro/y': Read-only file system\n",
        ),
        (
            Disk,
            "fatal: could not create work tree dir '/home/ada/nope': Permission denied\n",
        ),
        (
            Disk,
            "error: cannot open '.git/FETCH_HEAD': Permission denied\n",
        ),
        (
            Disk,
            "fatal: Unable to create '/w/.git/index.lock': Permission denied\n",
        ),
        (
            Disk,
            "fatal: update_ref failed for ref 'ORIG_HEAD': cannot lock ref 'ORIG_HEAD': Unable to create '/w/.git/ORIG_HEAD.lock': Permission denied\n",
        ),
    ]);
}

/// `(stderr, paths)`: `git merge --ff-only` and `git checkout`, tracked, untracked and both.
const REFUSALS: [(&str, &[&str]); 5] = [
    (
        "error: Your local changes to the following files would be overwritten by merge:\n\tf\nPlease commit your changes or stash them before you merge.\nAborting\n",
        &["f"],
    ),
    (
        "error: Your local changes to the following files would be overwritten by checkout:\n\ta b\n\tf\nPlease commit your changes or stash them before you switch branches.\nerror: The following untracked working tree files would be overwritten by checkout:\n\tnew ü file\nPlease move or remove them before you switch branches.\nAborting\n",
        &["a b", "f", "new ü file"],
    ),
    (
        "error: The following untracked working tree files would be overwritten by merge:\n\tConnection refused\nPlease move or remove them before you merge.\nAborting\nUpdating 3ff286a..1e2ff00\n",
        &["Connection refused"],
    ),
    (
        "error: Updating the following directories would lose untracked files in them:\n\tnew ü file\n\nAborting\n",
        &["new ü file"],
    ),
    (
        "error: Entry 'it's' not uptodate. Cannot merge.\n",
        &["it's"],
    ),
];

#[test]
fn local_work_in_the_way() {
    for (stderr, paths) in REFUSALS {
        assert_eq!(classify(Some(1), stderr), Dirty, "{stderr}");
        assert_eq!(overwritten_paths(stderr), paths, "{stderr}");
    }
    check(&[
        (
            Dirty,
            "error: you need to resolve your current index first\nf: needs merge\n",
        ),
        (
            Dirty,
            "error: Merging is not possible because you have unmerged files.\nhint: Fix them up in the work tree, and then use 'git add/rm <file>'\nfatal: Exiting because of an unresolved conflict.\n",
        ),
    ]);
    assert!(overwritten_paths("fatal: x\n\tgit config --global y\n").is_empty());
}

#[test]
fn the_git_at_hand_says_the_same() {
    for git in every_git() {
        let repository = TestRepository::new(&git);
        repository.commit("1");
        repository.git(&["branch", "old"]);
        repository.commit("2");
        let provoke = |arguments: &[&str]| {
            let output = repository.try_git(arguments);
            assert!(!output.status.success(), "{arguments:?}");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            (classify(output.status.code(), &stderr), stderr)
        };
        let url = format!("file://{}", repository.root().display());
        for (expected, arguments) in [
            (NotFound, &["clone", "file:///nowhere/x.git", "a"][..]),
            (NotFound, &["clone", "/nowhere/x.git", "a"]),
            (NoSuchRef, &["clone", "--branch", "nope", &url, "a"]),
            (NoSuchRef, &["fetch", ".", "refs/heads/nope"]),
            (NoSuchRef, &["merge", "--ff-only", "refs/heads/nope"]),
            (NoSuchRef, &["checkout", "nope", "--"]),
            (
                NoSuchRef,
                &[
                    "checkout",
                    "--detach",
                    "1234567890123456789012345678901234567890",
                ],
            ),
            (Network, &["fetch", "git://127.0.0.1:1/x.git"]),
            (Network, &["fetch", "http://127.0.0.1:1/x.git"]),
            (Other, &["fetch", "--no-such-option"]),
        ] {
            let (class, stderr) = provoke(arguments);
            assert_eq!(class, expected, "{stderr}");
        }
        repository.git(&["branch", "side", "old"]);
        repository.git(&["checkout", "-q", "side"]);
        repository.commit("3");
        assert_eq!(provoke(&["merge", "--ff-only", "main"]).0, Diverged);
        assert_eq!(
            provoke(&["fetch", ".", "main:old", "side:main"]).0,
            Diverged
        );
        repository.write("f", "local");
        let (class, stderr) = provoke(&["checkout", "main"]);
        assert_eq!(
            (class, overwritten_paths(&stderr)),
            (Dirty, vec!["f".to_owned()])
        );
        repository.write(".git/index.lock", "");
        assert_eq!(provoke(&["checkout", "--detach"]).0, Busy);
    }
}

#[test]
fn neither_servers_nor_names_nor_advice_decide() {
    check(&[
        (Other, "remote: No space left on device\nfatal: x\n"),
        (
            Other,
            "remote: git@host: Permission denied (publickey).\nfatal: x\n",
        ),
        (Other, "hint: Not possible to fast-forward\n"),
        (
            Other,
            "warning: unable to access '/home/ada/.config/git/attributes': Permission denied\nfatal: x\n",
        ),
        (Other, "\tConnection refused\n"),
    ]);
    let usage = "error: unknown option `Connection refused'\nusage: git fetch\n";
    assert_eq!(classify(Some(129), usage), Other);
}

#[test]
fn the_essence_says_why_and_no_more() {
    let ssh =
        format!("Cloning into 'x'...\ngit@host: Permission denied (publickey).\r\n{NO_ACCESS}");
    assert_eq!(essence(&ssh), "git@host: Permission denied (publickey).");
    assert_eq!(
        essence(NO_ACCESS),
        "fatal: Could not read from remote repository."
    );
    assert_eq!(
        essence(
            "Receiving objects:   1% (1/99)\rReceiving objects:   9% (9/99)\rfatal: early EOF\n"
        ),
        "fatal: early EOF"
    );
    assert_eq!(
        essence(
            "remote: Total 3 (delta 0)\nremote: \nremote: ====\nremote: Repository not found.\nhint: x\nfatal: repository 'u' not found\n"
        ),
        "remote: Repository not found.\nfatal: repository 'u' not found"
    );
    assert_eq!(
        essence(REFUSALS[0].0),
        "error: Your local changes to the following files would be overwritten by merge:"
    );
    assert_eq!(essence("a\nb\nc\nd\ne\nf\n"), "b\nc\nd\ne\nf");
    let many: String = (0..9).map(|n| format!("error: {n}\n")).collect();
    assert_eq!(
        essence(&many),
        "error: 0\nerror: 1\nerror: 2\nerror: 3\nerror: 8"
    );
    assert_eq!(
        essence("fatal: 50% (5/10) is not a path\n"),
        "fatal: 50% (5/10) is not a path"
    );
    assert_eq!(essence(""), "");
}

#[test]
fn classes_are_written_as_they_are_named() {
    for class in [
        Auth, Network, NotFound, NoSuchRef, Dirty, Diverged, Busy, Disk, Other,
    ] {
        let written = serde_json::to_value(class).expect("a class");
        assert_eq!(written, class.to_string());
        assert_eq!(class.is_retryable(), class == Network);
        assert_eq!(hint(class, Some("example.org")).is_none(), class == Other);
    }
    let text = hint(Auth, Some("example.org")).expect("a hint");
    assert!(text.starts_with("log in to example.org for git"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s)(error: |fatal: |remote:|\t|Entry '|% \\(|HTTP |\n|\r|.){0,60}") {
        let _ = (classify(Some(1), &text), essence(&text), overwritten_paths(&text));
    }
}
