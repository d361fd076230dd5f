//! The document of an error: every kind, with everything that one can name.

use grex_fixtures::{Fault, Rule, Sandbox, grex};

use crate::{
    documents::Documents,
    ground::{json, pack, plain, register, workspace},
};

#[test]
fn every_kind() {
    let mut errors = Documents::of("error");
    let mut check = |sandbox: &Sandbox, words: &[&str], code, kind: &str| {
        let document = errors.check(&json(sandbox, words), code);
        assert_eq!(document["error"]["kind"], kind, "{words:?}");
    };
    let sandbox = workspace();
    check(&sandbox, &["ls", "--nonsense"], 2, "usage");
    check(&sandbox, &[], 2, "usage");
    check(&sandbox, &["-C", "/nowhere", "ls"], 2, "usage");
    check(&sandbox, &["add", "/nowhere"], 4, "pack");
    check(&sandbox, &["run", "mkdri"], 8, "unknown-name");
    // The workspace's own contract.
    sandbox.write(
        "workspace/.grex/pack.yaml",
        "schema_version: \"1\"\nname: X\n",
    );
    check(&sandbox, &["sync"], 4, "pack");
    std::fs::remove_file(sandbox.path("workspace/.grex/pack.yaml")).unwrap();
    let remote = plain(&sandbox, "one");
    json(&sandbox, &["add", &remote.url()]).success();
    sandbox.write("workspace/one/mine", "x");
    check(&sandbox, &["rm", "one"], 9, "refused");
    let odd = pack(&sandbox, "odd", "exotic", "", &[]).url();
    check(&sandbox, &["add", &odd], 8, "unknown-name");
    let manifest = sandbox.read("workspace/grex.jsonl");
    sandbox.write("workspace/grex.jsonl", format!("nonsense\n{manifest}"));
    for verb in [
        &["ls"][..],
        &["sync"],
        &["status"],
        &["update"],
        &["rm", "one"],
        &["exec", "true"],
    ] {
        check(&sandbox, verb, 3, "books");
    }
    sandbox.write("workspace/grex.jsonl", manifest);
    let outcome = grex!(sandbox, "--json", "sync").env("GREX_GIT", "/nowhere");
    let document = errors.check(&outcome.run(), 1);
    assert_eq!(document["error"]["kind"], "other");
    errors.all_seen(&[
        ".error.kind=protocol",
        ".error.kind=locked",
        ".error.kind=cancelled",
    ]);
}

#[test]
fn another_grex_is_at_work() {
    let sandbox = workspace();
    let remote = plain(&sandbox, "one");
    register(&sandbox, &[("one", &remote.url())]);
    let shim = sandbox.shim();
    shim.rules(&[Rule::on("clone").fault(Fault::barrier("held", 2))]);
    let mut first = grex!(sandbox, "sync").with_shim(&shim).start();
    first.wait_until("a clone", || shim.count("clone") == 1);
    let mut errors = Documents::of("error");
    for words in [
        &["sync"][..],
        &["update"],
        &["rm", "one"],
        &["add", "/x"],
        &["doctor", "--fix"],
    ] {
        let words = [words, &["--lock-timeout", "0"]].concat();
        let document = errors.check(&json(&sandbox, &words), 5);
        assert_eq!(document["error"]["kind"], "locked");
    }
    shim.meet("held", 2);
    first.wait().success();
}
