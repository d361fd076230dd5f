//! Verbs that only look.

use grex_fixtures::need;

use crate::{
    calls::{OPENS, SYNCS},
    cost::{Cost, Growth},
    ground::Ground,
};

#[test]
fn ls_opens_two_files_and_prints_once_however_many_packs_there_are() {
    if !need("cc") {
        return;
    }
    for packs in [4, 400] {
        let ground = Ground::declared(packs);
        for arguments in [&["ls"][..], &["ls", "--plain"], &["ls", "--json"]] {
            let calls = ground.calls(arguments);
            let what = format!("{arguments:?}, {packs} packs");
            calls.named(&["process"]).none(&what);
            assert_eq!(calls.printing().count(), 1, "{what}:\n{calls}");
            let files = ground.files(arguments);
            // The manifest and the lockfile.
            assert!(files.named(&OPENS).count() <= 2, "{what}:\n{files}");
            assert!(files.named(&["look"]).count() <= 5, "{what}:\n{files}");
            files.changing().none(&what);
        }
    }
}

#[test]
fn status_writes_no_file() {
    if !need("cc") {
        return;
    }
    let growth = Growth::of(|packs| Ground::settled(packs).calls(&["status"]));
    growth
        .only(|calls| calls.named(&SYNCS))
        .is("syncs", Cost { run: 0, pack: 0 });
    growth
        .only(|calls| calls.changing().that(|call| call.about.starts_with('/')))
        .is("changes of files", Cost { run: 0, pack: 0 });
    growth
        .only(crate::calls::Calls::printing)
        .is("prints", Cost { run: 2, pack: 0 });
}

#[test]
fn status_opens_one_file_a_pack() {
    if !need("cc") {
        return;
    }
    let growth = Growth::of(|packs| Ground::settled(packs).files(&["status"]));
    growth
        .only(|calls| calls.named(&OPENS))
        .is_at_most("opened files", Cost { run: 6, pack: 1 });
    growth
        .only(|calls| calls.named(&["look"]))
        .is_at_most("questions about names", Cost { run: 12, pack: 16 });
}
