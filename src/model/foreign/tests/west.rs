use crate::model::foreign::{
    Format,
    test_files::{Memory, failed, lines, notes, skipped},
};

fn west(text: &str) -> Memory {
    Memory::of("west.yml", text)
}

#[test]
fn urls_revisions_and_paths_have_their_defaults() {
    let found = west(
        "\
manifest:
  defaults: {remote: up}
  remotes:
    - {name: up, url-base: https://h/up/}
    - {name: other, url-base: git@h2:org}
  projects:
    - name: a
    - {name: b, remote: other, repo-path: deep/b, path: m/b, revision: pull/104/head}
    - {name: c, url: https://h3/c, revision: 1.10, clone-depth: 1}
    - {name: d, remote: none}
    - {path: e}
  self: {path: app, west-commands: x.yml}
",
    );
    let found = found.read(Format::West, "west.yml").unwrap();
    assert_eq!(
        lines(&found),
        [
            "a https://h/up/a master",
            "m/b git@h2:org/deep/b refs/pull/104/head",
            "c https://h3/c 1.10"
        ]
    );
    assert_eq!(
        failed(&found),
        [
            ":11: a project without a name",
            "d:10: there is no remote `none`"
        ]
    );
    assert_eq!(
        notes(&found),
        [
            "the manifest's own repository, which belongs at `app` (`self`) 1 12",
            "`west-commands` of `self` 1 12",
            "`clone-depth` of projects 1 9"
        ]
    );
}

#[test]
fn groups_are_switched_off_by_the_filter_and_on_by_who_asks() {
    let text = "\
manifest:
  group-filter: [-sim, -docs]
  projects:
    - {name: a, url: https://h/a}
    - {name: b, url: https://h/b, groups: [sim]}
    - {name: c, url: https://h/c, groups: [sim, hal]}
    - {name: d, url: https://h/d, groups: [docs]}
";
    let names = |words: &[&str]| {
        let found = west(text)
            .groups(words)
            .read(Format::West, "west.yml")
            .unwrap();
        let paths = found.repositories.iter().map(|own| own.path.to_string());
        paths.collect::<String>()
    };
    assert_eq!(names(&[]), "ac");
    assert_eq!(names(&["+sim"]), "abc");
    assert_eq!(names(&["sim,-hal", "-sim"]), "a");
    assert_eq!(names(&["all"]), "abcd");
}

const IMPORTED: &str = "\
manifest:
  group-filter: [-sim]
  projects:
    - {name: hal_one, url: https://h/1, path: hal/one}
    - {name: hal_two, url: https://h/2, path: hal/two}
    - {name: lib, url: https://h/3, path: lib/three}
    - {name: sim, url: https://h/4, groups: [sim]}
";

fn own_import(import: &str) -> Memory {
    west(&format!("manifest:\n  self:\n    import: {import}\n  projects:\n    - {{name: lib, url: https://h/mine}}\n"))
        .and("more.yml", IMPORTED)
        .and("dir/b.yml", "manifest: {projects: [{name: x, url: https://h/x}]}")
        .and("dir/a.yml", "manifest: {projects: [{name: x, url: https://h/first}]}")
        .and("dir/readme.txt", "no manifest")
}

#[test]
fn allow_block_and_prefix_choose_among_what_is_imported() {
    let paths = |import: &str| {
        let found = own_import(import).read(Format::West, "west.yml").unwrap();
        let paths = found.repositories.iter().map(|own| own.path.to_string());
        paths.collect::<Vec<_>>().join(" ")
    };
    // What the manifest's own repository imports comes first and weighs most.
    assert_eq!(paths("more.yml"), "hal/one hal/two lib/three");
    assert_eq!(
        paths("{file: more.yml, path-prefix: p/q}"),
        "p/q/hal/one p/q/hal/two p/q/lib/three"
    );
    assert_eq!(
        paths("{file: more.yml, name-allowlist: hal_one}"),
        "hal/one lib"
    );
    assert_eq!(
        paths("{file: more.yml, path-blocklist: 'hal/*'}"),
        "lib/three"
    );
    assert_eq!(
        paths("{file: more.yml, path-blocklist: ['hal/*'], name-allowlist: [hal_two]}"),
        "hal/two lib"
    );
    assert_eq!(
        paths("{file: more.yml, path-allowlist: [one]}"),
        "hal/one lib"
    );
    assert_eq!(paths("dir"), "x lib");
    assert_eq!(
        paths("[dir, {file: more.yml, name-blocklist: [hal_one]}]"),
        "x hal/two lib/three"
    );
    let found = own_import("dir").read(Format::West, "west.yml").unwrap();
    assert_eq!(lines(&found)[0], "x https://h/first master");
    assert!(skipped(&found)[0].starts_with("x: a project of this name"));
}

#[test]
fn an_importing_filter_weighs_more_than_an_imported_one() {
    let memory = west("manifest:\n  group-filter: [+sim]\n  self: {import: more.yml}\n");
    let found = memory
        .and("more.yml", IMPORTED)
        .read(Format::West, "west.yml")
        .unwrap();
    assert_eq!(found.repositories.len(), 4);
}

#[test]
fn the_manifest_of_a_project_is_read_where_it_is_on_the_disk() {
    let text = "manifest:\n  projects:\n    - {name: z, url: https://h/z, path: ext/z, import: {path-prefix: in}}\n";
    let found = west(text).read(Format::West, "west.yml").unwrap();
    assert_eq!(
        notes(&found),
        [
            "`west.yml` of the project at `ext/z`, which is not here yet: synchronise it and import again 1 3"
        ]
    );
    let there = west(text).and("ext/z:west.yml", IMPORTED);
    let found = there.read(Format::West, "west.yml").unwrap();
    assert_eq!(
        lines(&found),
        [
            "ext/z https://h/z master",
            "in/hal/one https://h/1 master",
            "in/hal/two https://h/2 master",
            "in/lib/three https://h/3 master"
        ]
    );
    assert_eq!(found.repositories[1].place.file, "ext/z/west.yml");
}

#[test]
fn circles_and_ways_out_are_errors() {
    for import in ["west.yml", "../x.yml", "/etc/passwd"] {
        let error = own_import(import)
            .read(Format::West, "west.yml")
            .unwrap_err();
        assert_eq!(error.place.line, 3, "{import}: {error}");
    }
    assert!(west("projects: []").read(Format::West, "west.yml").is_err());
}
