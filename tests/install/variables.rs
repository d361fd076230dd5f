//! Variables in paths and values.

use grex_fixtures::grex;

use crate::{
    home::Home,
    support::{add, declarative, told, workspace},
};

#[test]
fn mistakes_are_told_with_their_place() {
    for (path, texts) in [
        ("~/$NOWHERE_SET/x", &["NOWHERE_SET"][..]),
        ("~/${HOME/x", &["${"]),
        ("~/50%/x", &["%"]),
        ("~/$/x", &["$"]),
    ] {
        let sandbox = workspace();
        let before = Home::of(&sandbox);
        let rest =
            format!("actions:\n  - mkdir: {{ path: ~/made }}\n  - mkdir: {{ path: \"{path}\" }}\n");
        let remote = declarative(&sandbox, "dots", &rest).create();
        let outcome = add(&sandbox, &remote);
        told(&outcome, 4, &["dots", "pack.yaml:6"]);
        told(&outcome, 4, texts);
        let mut lines = outcome.stderr.lines();
        assert!(
            lines.any(|line| line.contains(&format!("path: \"{path}\""))),
            "{}",
            outcome.stderr
        );
        before.check();
    }
}

#[test]
fn every_way_to_write_one_works() {
    let sandbox = workspace();
    let rest = "actions:
  - mkdir: { path: \"$HOME/a-$GREX_PACK_NAME\" }
  - mkdir: { path: \"${HOME}/b-${GREX_OS}\" }
  - mkdir: { path: \"%HOME%/c-%MINE%\" }
  - mkdir: { path: \"~/d-$$HOME-%%\" }
  - mkdir: { path: \"$ABOVE/e\" }
";
    let remote = declarative(&sandbox, "dots", rest).create();
    grex!(sandbox, "add", remote.url(), "--trust")
        .env("MINE", "x y $HOME")
        .env("ABOVE", sandbox.path(""))
        .run()
        .success();
    for path in [
        "home/a-dots".to_owned(),
        format!("home/b-{}", std::env::consts::OS),
        "home/c-x y $HOME".to_owned(),
        "home/d-$HOME-%".to_owned(),
        "e".to_owned(),
    ] {
        assert!(sandbox.path(&path).is_dir(), "{path}");
    }
}

#[test]
fn a_source_outside_of_the_pack_is_refused() {
    for src in [
        "../../home/secret",
        "/etc/passwd",
        "a/../../x",
        "$HOME/secret",
    ] {
        let sandbox = workspace();
        sandbox.write("home/secret", "x");
        let before = Home::of(&sandbox);
        let rest = format!("actions:\n  - symlink: {{ src: \"{src}\", dst: ~/.link }}\n");
        let remote = declarative(&sandbox, "dots", &rest).create();
        told(&add(&sandbox, &remote), 4, &["dots", "src"]);
        before.check();
    }
}
