//! `rm`.

use crate::{
    documents::Documents,
    ground::{json, of, pack, plain, workspace},
};

#[test]
fn rm() {
    let sandbox = workspace();
    let mut documents = Documents::of("rm");
    let mut errors = Documents::of("error");
    for name in ["kept", "work", "left"] {
        let remote = plain(&sandbox, name);
        json(&sandbox, &["add", &remote.url()]).success();
    }
    let actions = "actions:\n  - mkdir: { path: ~/made }\n";
    for (name, kind, rest, files) in [
        (
            "dots",
            "declarative",
            actions,
            &[(".gitignore", "junk\n")][..],
        ),
        (
            "hooked",
            "scripted",
            "",
            &[
                (".grex/hooks/setup.sh", "true\n"),
                (".grex/hooks/teardown.sh", "exit 3\n"),
            ],
        ),
        (
            "installed",
            "declarative",
            "actions:\n  - mkdir: { path: ~/b }\n",
            &[],
        ),
    ] {
        let remote = pack(&sandbox, name, kind, rest, files);
        json(&sandbox, &["add", &remote.url(), "--trust"]).success();
    }
    sandbox.write("workspace/dots/junk", "x");
    documents.check(&json(&sandbox, &["rm", "dots", "--dry-run"]), 0);
    let packs = documents.check(&json(&sandbox, &["rm", "dots"]), 0);
    assert_eq!(of(&packs, "dots")["ignored"][0], "dots/junk");
    let packs = documents.check(&json(&sandbox, &["rm", "kept", "--keep-files"]), 0);
    assert_eq!(of(&packs, "kept")["trash"], serde_json::Value::Null);
    documents.check(&json(&sandbox, &["rm", "installed", "--skip-teardown"]), 0);
    sandbox.write("workspace/work/mine", "x");
    let error = errors.check(&json(&sandbox, &["rm", "work"]), 9);
    assert_eq!(error["error"]["kind"], "refused");
    errors.check(&json(&sandbox, &["rm", "work", "--dry-run"]), 9);
    let packs = documents.check(&json(&sandbox, &["rm", "work", "--force"]), 0);
    assert!(of(&packs, "work")["work"][0].is_string());
    let packs = documents.check(&json(&sandbox, &["rm", "hooked", "left"]), 4);
    assert_eq!(of(&packs, "hooked")["teardown"], "failed");
    errors.check(&json(&sandbox, &["rm", "nobody"]), 2);
    documents.all_seen(&["[].failure.", "[].actions[].changes[]"]);
}
