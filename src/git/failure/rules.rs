//! Which words mean which class.
//!
//! A rule looks at one line at a time. The rules stand in the order of their certainty: what is
//! local and definite first (a full disk makes git say `early EOF` too), then what the other side
//! said, then what the connection did. What a server says (`remote: ...`) is matched by few rules
//! of its own, so that it cannot pass for a local failure.

use super::FailureClass::{
    self, Auth, Busy, Dirty, Disk, Diverged, Network, NoSuchRef, NotFound, Other,
};

/// The exit code of a command line that git does not understand.
const USAGE: i32 = 129;

/// Where a rule's words stand in a line.
#[derive(Debug, Clone, Copy)]
enum Words {
    /// Anywhere.
    In(&'static str),
    /// At the beginning.
    Start(&'static str),
    /// At the end.
    End(&'static str),
    /// Both of them anywhere.
    Both(&'static str, &'static str),
}

use Words::{Both, End, In, Start};

/// Says why git failed. `exit` is its exit code, `None` where a signal ended it; `stderr` is the
/// end of what it said, in English. Whether grex itself ended it is the caller's to know.
#[must_use]
pub fn classify(exit: Option<i32>, stderr: &str) -> FailureClass {
    if exit == Some(USAGE) {
        return Other;
    }
    let lines = || stderr.split(['\n', '\r']).map(str::trim_end);
    let local = || lines().filter(|line| is_said_locally(line));
    let remote = || lines().filter_map(|line| line.strip_prefix("remote:"));
    first(LOCAL, &local)
        .or_else(|| first(ANSWERS, &local))
        .or_else(|| first(REMOTE, &remote))
        .or_else(|| local().find_map(http_status))
        .or_else(|| first(CONNECTION, &local))
        .or_else(|| first(WRITING, &local))
        .or_else(|| first(SILENCE, &local))
        .unwrap_or(Other)
}

/// Whether a line is one that says why; used to tell what to show.
pub(super) fn is_telling(line: &str) -> bool {
    [LOCAL, ANSWERS, CONNECTION, WRITING]
        .iter()
        .any(|rules| rules.iter().any(|(words, _)| words.match_line(line)))
}

/// Neither the server's words, nor advice or a warning, nor one of the paths that git lists behind
/// a tab.
fn is_said_locally(line: &str) -> bool {
    !["remote:", "hint:", "warning:", "\t"]
        .iter()
        .any(|start| line.starts_with(start))
}

type Rule = (Words, FailureClass);

fn first<'a, I: Iterator<Item = &'a str>>(
    rules: &[Rule],
    lines: &impl Fn() -> I,
) -> Option<FailureClass> {
    let matching =
        |(words, class): &Rule| lines().any(|line| words.match_line(line)).then_some(*class);
    rules.iter().find_map(matching)
}

impl Words {
    fn match_line(self, line: &str) -> bool {
        match self {
            Self::In(words) => line.contains(words),
            Self::Start(words) => line.starts_with(words),
            Self::End(words) => line.ends_with(words),
            Self::Both(one, other) => line.contains(one) && line.contains(other),
        }
    }
}

/// What this machine and this checkout say.
const LOCAL: &[Rule] = &[
    (In("No space left on device"), Disk),
    (In("Disk quota exceeded"), Disk),
    (End("Read-only file system"), Disk),
    (
        Both(
            "Your local changes to the following files",
            "would be overwritten",
        ),
        Dirty,
    ),
    (Both("untracked working tree files would be", "by "), Dirty),
    (In("would lose untracked files in them"), Dirty),
    (Both("error: Entry '", "not uptodate"), Dirty),
    (Both("error: Entry '", "would be overwritten"), Dirty),
    (
        Both(
            "error: Untracked working tree file '",
            "would be overwritten",
        ),
        Dirty,
    ),
    (In("because you have unmerged files"), Dirty),
    (In("you need to resolve your current index first"), Dirty),
    (In("Exiting because of an unresolved conflict"), Dirty),
    (In("You have not concluded your "), Dirty),
    (In("Not possible to fast-forward"), Diverged),
    (In("refusing to merge unrelated histories"), Diverged),
    (Both("! [rejected]", "(non-fast-forward)"), Diverged),
    (
        Both("! [rejected]", "(would clobber existing tag)"),
        Diverged,
    ),
    (Both("Unable to create '", ".lock': File exists"), Busy),
    (Both("could not lock config file", "File exists"), Busy),
    (Both("cannot lock ref", "but expected"), Busy),
    (Both("cannot lock ref", "reference already exists"), Busy),
    (Start("fatal: cannot force update the branch"), Busy),
    (Both("refusing to fetch into", "branch"), Busy),
    (In("index file open failed: Text file busy"), Busy),
    // A file of this repository is damaged; what was asked for is another matter.
    (Start("fatal: bad object refs/"), Other),
];

/// What the other side answered, or what git found out about what was asked for.
const ANSWERS: &[Rule] = &[
    (In("Permission denied (publickey"), Auth),
    (In("Permission denied (keyboard-interactive"), Auth),
    (In("Permission denied (password"), Auth),
    (In("Permission denied (gssapi"), Auth),
    (In("Permission denied (hostbased"), Auth),
    (In("Permission denied, please try again"), Auth),
    (In("Too many authentication failures"), Auth),
    (In("No supported authentication methods available"), Auth),
    (Start("Host key verification failed"), Auth),
    (In("REMOTE HOST IDENTIFICATION HAS CHANGED"), Auth),
    (Both("ERROR: Permission to ", " denied to "), Auth),
    (Start("fatal: Authentication failed for"), Auth),
    (Start("fatal: could not read Username for"), Auth),
    (Start("fatal: could not read Password for"), Auth),
    (In("Support for password authentication was removed"), Auth),
    (In("Proxy CONNECT aborted due to"), Auth),
    (Start("ERROR: Repository not found"), NotFound),
    (
        Start("ERROR: The project you were looking for could not be found"),
        NotFound,
    ),
    (In("access denied or repository not exported"), NotFound),
    (In("does not appear to be a git repository"), NotFound),
    (Both("fatal: repository '", "not found"), NotFound),
    (Both("fatal: repository '", "does not exist"), NotFound),
    (
        Both("fatal: Remote branch ", " not found in upstream"),
        NoSuchRef,
    ),
    (In("couldn't find remote ref"), NoSuchRef),
    (In("upload-pack: not our ref"), NoSuchRef),
    (
        In("Server does not allow request for unadvertised object"),
        NoSuchRef,
    ),
    (End("not something we can merge"), NoSuchRef),
    (In("did not match any file(s) known to git"), NoSuchRef),
    (Start("fatal: invalid reference:"), NoSuchRef),
    (In("reference is not a tree"), NoSuchRef),
    (Start("fatal: unable to read tree"), NoSuchRef),
    (Start("fatal: Needed a single revision"), NoSuchRef),
    (
        In("unknown revision or path not in the working tree"),
        NoSuchRef,
    ),
    (Start("fatal: bad object"), NoSuchRef),
];

/// What servers say behind `remote:` where git's own words are only "could not read".
const REMOTE: &[Rule] = &[
    (In("Repository not found"), NotFound),
    (
        In("The project you were looking for could not be found"),
        NotFound,
    ),
    (In("TF401019"), NotFound),
    (In("HTTP Basic: Access denied"), Auth),
    (In("Invalid username or "), Auth),
];

/// What became of the connection.
const CONNECTION: &[Rule] = &[
    (In("Could not resolve host"), Network),
    (In("Could not resolve proxy"), Network),
    (Start("fatal: unable to look up"), Network),
    (Start("fatal: unable to connect to"), Network),
    (In("Temporary failure in name resolution"), Network),
    (In("Failed to connect to"), Network),
    (In("Couldn't connect to server"), Network),
    (In("Connection refused"), Network),
    (In("Connection reset by"), Network),
    (In("Connection closed by"), Network),
    (In("Connection timed out"), Network),
    (Both("Connection to ", "closed by remote host"), Network),
    (In("No route to host"), Network),
    (In("Network is unreachable"), Network),
    (In("Operation timed out"), Network),
    (In("Operation too slow"), Network),
    (In("Timeout, server"), Network),
    (In("kex_exchange_identification"), Network),
    (In("client_loop: send disconnect"), Network),
    (In("Empty reply from server"), Network),
    (In("Recv failure"), Network),
    (In("Send failure"), Network),
    (In("transfer closed with"), Network),
    // As newer libraries of curl say it.
    (In("end of response with"), Network),
    (In("HTTP/2 stream"), Network),
    (In("HTTP2 framing layer"), Network),
    (In("SSL_ERROR_SYSCALL"), Network),
    (In("SSL_read"), Network),
    (In("GnuTLS recv error"), Network),
    (In("TLS connection was non-properly terminated"), Network),
    (Start("error: RPC failed;"), Network),
    (In("early EOF"), Network),
    (In("the remote end hung up"), Network),
    (
        In("unexpected disconnect while reading sideband packet"),
        Network,
    ),
];

/// What could not be written, or not be read, for lack of a right on this machine. Only where
/// nothing else was said: ssh says `Load key "...": Permission denied` and goes on.
const WRITING: &[Rule] = &[
    (Both("Unable to create '", "Permission denied"), Disk),
    (Both("could not create ", "Permission denied"), Disk),
    (Both("cannot open ", "Permission denied"), Disk),
    (Both("could not open ", "Permission denied"), Disk),
    (Both("cannot mkdir ", "Permission denied"), Disk),
    (
        Both("could not lock config file", "Permission denied"),
        Disk,
    ),
    (Both("unable to ", "Permission denied"), Disk),
    (Both("cannot update ", "Permission denied"), Disk),
    (In("insufficient permission for adding an object"), Disk),
];

/// Nobody said anything but that it is over: a dropped connection is the likeliest cause.
const SILENCE: &[Rule] = &[(
    Start("fatal: Could not read from remote repository"),
    Network,
)];

/// `The requested URL returned error: 503`, also as `RPC failed; HTTP 503`.
fn http_status(line: &str) -> Option<FailureClass> {
    let code = ["The requested URL returned error: ", "RPC failed; HTTP "]
        .iter()
        .find_map(|words| line.split_once(words))?
        .1;
    match code.get(..3)?.parse::<u16>().ok()? {
        401 | 403 | 407 => Some(Auth),
        404 | 410 => Some(NotFound),
        408 | 429 | 500..=599 => Some(Network),
        _ => Some(Other),
    }
}
