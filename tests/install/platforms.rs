//! What differs from system to system.

use grex_fixtures::grex;

use crate::{
    home::Home,
    support::{add, declarative, rm, told, update, workspace},
};

const BASE: &str = "actions:\n  - symlink: { src: a, dst: ~/.everywhere }\n";

/// The name of this system and of another.
fn systems() -> (&'static str, &'static str) {
    match cfg!(target_os = "macos") {
        true => ("macos", "linux"),
        false => ("linux", "macos"),
    }
}

#[test]
fn the_lists_of_this_system_are_appended() {
    let (own, other) = systems();
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let more = |name: &str| format!("actions:\n  - symlink: {{ src: a, dst: ~/.{name} }}\n");
    let remote = declarative(&sandbox, "dots", BASE)
        .file("a", "a\n")
        .file(&format!(".grex/targets/{own}.yaml"), &more("here"))
        .file(&format!(".grex/targets/{other}.yaml"), &more("there"))
        .add();
    before.check_but(&[".everywhere", ".here"]);
    // A change of this system's list is a change; one of another's is not.
    remote.push_commit(&format!(".grex/targets/{other}.yaml"), more("elsewhere"));
    let outcome = grex!(sandbox, "update", "--json").run();
    outcome.success();
    before.check_but(&[".everywhere", ".here"]);
    let replaced = format!("actions_replace: true\n{}", more("only"));
    remote.push_commit(&format!(".grex/targets/{own}.yaml"), replaced);
    grex!(sandbox, "update").run().code(9);
    update(&sandbox, &[]).success();
    before.check_but(&[".only"]);
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_mistake_in_the_list_of_this_system_is_told_with_its_place() {
    let (own, _) = systems();
    let sandbox = workspace();
    let file = format!(".grex/targets/{own}.yaml");
    let remote = declarative(&sandbox, "dots", BASE)
        .file("a", "a\n")
        .file(&file, "actions:\n  - symlink: { src: a, dest: ~/.b }\n")
        .create();
    let outcome = add(&sandbox, &remote);
    told(&outcome, 4, &[&format!("{own}.yaml:2"), "dest", "dst"]);
}
