//! What costs nothing but the start of the program.

use grex_fixtures::need;

use crate::{calls::OPENS, ground::Ground};

/// Where the loader finds libraries, and what the system says of a process.
const SYSTEM: [&str; 4] = ["/etc/ld.so.", "/lib", "/usr/lib", "/proc/"];

#[test]
fn version_and_help_start_no_thread_and_open_no_file() {
    if !need("cc") {
        return;
    }
    let ground = Ground::declared(1);
    for arguments in [&["--version"][..], &["--help"], &["sync", "--help"]] {
        let calls = ground.calls(arguments);
        calls
            .named(&["thread", "process"])
            .none(&format!("{arguments:?} starts something"));
        calls
            .named(&OPENS)
            .that(|call| !SYSTEM.iter().any(|place| call.about.starts_with(place)))
            .none(&format!("{arguments:?} opens files"));
        assert_eq!(calls.printing().count(), 1, "{arguments:?}:\n{calls}");
        assert_eq!(calls.changing().count(), 1, "{arguments:?}:\n{calls}");
    }
}
