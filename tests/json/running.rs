//! `exec`.

use crate::{
    documents::Documents,
    ground::{json, of, plain, register, workspace},
};

#[test]
fn exec() {
    let sandbox = workspace();
    let mut documents = Documents::of("exec");
    documents.check(&json(&sandbox, &["exec", "true"]), 0);
    for name in ["one", "two"] {
        let remote = plain(&sandbox, name);
        json(&sandbox, &["add", &remote.url()]).success();
    }
    let planned = documents.check(&json(&sandbox, &["--dry-run", "exec", "ls"]), 0);
    assert!(of(&planned, "one")["directory"].is_string());
    let done = documents.check(&json(&sandbox, &["exec", "ls"]), 0);
    assert_eq!(of(&done, "one")["stdout"], "README\n");
    documents.check(&json(&sandbox, &["exec", "--shell", "kill -9 $$"]), 4);
    documents.check(&json(&sandbox, &["exec", "no-such-program"]), 4);
    register(&sandbox, &[("gone", "https://example.org/x.git")]);
    documents.check(&json(&sandbox, &["exec", "true"]), 4);
    documents.all_seen(&[
        // For agents only, whose answers are cut.
        "[].truncated",
        "[].omitted_bytes",
    ]);
}
