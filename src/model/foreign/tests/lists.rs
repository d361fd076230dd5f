//! The formats that are one file each.

use crate::model::foreign::{
    Format,
    test_files::{Memory, failed, lines, notes, skipped},
};

fn read(format: Format, text: &str) -> crate::model::foreign::Found {
    Memory::of("f", text).read(format, "f").unwrap()
}

#[test]
fn repos_json() {
    let found = read(
        Format::ReposJson,
        "[\n\t{\"url\": \"https://h/a\\u002egit\", \"path\": \"x/a\"},\n\t{\"url\": \"git@h:o/b.git\", \"note\": 1},\n\
         {\"path\": \"c\"}, 7, {\"url\": \"https://h/d\", \"path\": \"x/a\"},\n\
         {\"url\": \"https://u:secret@h/d\", \"path\": \"e\"}]",
    );
    assert_eq!(
        lines(&found),
        ["x/a https://h/a.git -", "b git@h:o/b.git -"]
    );
    let failed = failed(&found);
    assert_eq!(
        failed[..3],
        [
            "c:4: it has no URL",
            ":4: a text, not an object with `url`",
            "x/a:4: declared already in line 2 of f"
        ]
    );
    assert!(
        failed[3].starts_with("e:5: ") && !failed[3].contains("secret"),
        "{failed:?}"
    );
    assert_eq!(notes(&found), ["`note` 1 3"]);
    let object = Memory::of("f", "{}").read(Format::ReposJson, "f");
    assert!(object.is_err());
    let torn = Memory::of("f", "[\n{")
        .read(Format::ReposJson, "f")
        .unwrap_err();
    assert_eq!(torn.place.line, 2);
    let deep = "[".repeat(100_000);
    assert!(Memory::of("f", &deep).read(Format::ReposJson, "f").is_err());
}

#[test]
fn meta() {
    let found = read(
        Format::Meta,
        "{\n\"ignore\": [\".git\"],\n\"projects\": {\n\"a\": \"https://h/a\",\n\"./b/\": {\"url\": \"https://h/b\", \"tags\": []},\n\
         \"c\": \"local\",\n\"d\": \"git@github.com/Org/d.git\",\n\"e\": {} } }",
    );
    assert_eq!(lines(&found), ["a https://h/a -", "b https://h/b -"]);
    assert_eq!(
        skipped(&found),
        ["c: a plain directory, not a repository (`local`)"]
    );
    assert_eq!(failed(&found).len(), 2);
    assert!(failed(&found)[0].starts_with("d:7: `git@github.com/Org/d.git` is neither"));
    assert_eq!(notes(&found), ["`ignore` 1 2", "`tags` of projects 1 5"]);
}

#[test]
fn mani() {
    let found = read(
        Format::Mani,
        "base: &base\n  branch: main\nprojects:\n  root: {path: ., url: https://h/root}\n  a:\n    <<: *base\n    url: https://h/a\n    tags: [x]\n\
         \x20 b: {path: libs/b, url: https://h/b, branch: 1.10}\n  docs:\n    path: docs\ntasks: {}\n",
    );
    assert_eq!(
        lines(&found),
        ["a https://h/a main", "libs/b https://h/b 1.10"]
    );
    assert_eq!(
        skipped(&found),
        [
            "root: it is the workspace itself",
            "docs: it has no URL: a plain directory"
        ]
        .map(|line| line.replace("root:", ".:"))
    );
    assert_eq!(
        notes(&found),
        ["`base` 1 1", "`tasks` 1 12", "`tags` of projects 1 8"]
    );
}

#[test]
fn gitmodules() {
    let text = "[submodule \"some name\"]\n\tpath = x/a\n\turl = ../a.git\n\tbranch = dev\n\tshallow = true\n\
        [submodule \"b\"]\n\turl = ./b\n\tpath = b\n\tbranch = .\n[submodule \"c\"]\n\tpath = c\n\turl = https://h/c\n\
        [submodule \"d\"]\n\turl = https://h/d\n[submodule \"e\"]\n\tpath = X/A\n\turl = ../../../../../e\n";
    let memory = Memory::of("f", text).origin("https://h/qt/super.git");
    let found = memory.read(Format::Gitmodules, "f").unwrap();
    assert_eq!(
        lines(&found),
        [
            "x/a https://h/qt/a.git dev",
            "b https://h/qt/super.git/b -",
            "c https://h/c -"
        ]
    );
    let failed = failed(&found);
    assert_eq!(failed[0], "d:14: the submodule has no `path`");
    assert!(failed[1].starts_with("X/A:16: "), "{failed:?}");
    assert_eq!(notes(&found), ["`shallow` of submodules 1 5"]);
    let error = Memory::of("f", "[submodule \"x\n").read(Format::Gitmodules, "f");
    assert!(error.is_err());
}

#[test]
fn myrepos() {
    let found = read(
        Format::Myrepos,
        "# comment\n[DEFAULT]\ninclude = cat ~/.mrconfig.d/*\n\n[a]\ncheckout = git clone 'https://h/a.git' 'a'\nfixups =\n  make\n  make install\n\
         [deep/b]\ncheckout = git clone git@h:o/b.git\n[c]\ncheckout = git clone https://h/c c && rm -rf /\n\
         [d]\ncheckout =\n  git clone \"https://h/d\"\n[$HOME/e]\ncheckout = git clone https://h/e\n[.]\ncheckout = git clone https://h/f .\n\
         [g]\ncheckout = git clone -b dev https://h/g\n[h]\ncheckout = git clone https://h/h elsewhere\n\
         [i]\ncheckout = svn co https://h/i\n[j]\nskip = true\n[k]\ncheckout = git clone https://h/$(id) k\n\
         [l]\ndeleted = true\ncheckout = git clone https://h/l\n[m]\ncheckout = git clone ~/m\n",
    );
    assert_eq!(
        lines(&found),
        [
            "a https://h/a.git -",
            "deep/b git@h:o/b.git -",
            "d https://h/d -"
        ]
    );
    let plain = "its `checkout` is not a plain `git clone URL [DIR]`";
    assert_eq!(
        skipped(&found),
        [
            format!("c: {plain}"),
            String::from("$HOME/e: its path depends on the shell's variables"),
            String::from(".: it is the workspace itself"),
            format!("g: {plain}"),
            String::from("h: its `checkout` clones to another directory than the section's"),
            format!("i: {plain}"),
            String::from("j: it has no `checkout`"),
            format!("k: {plain}"),
            String::from("l: it is marked as deleted"),
            format!("m: {plain}"),
        ]
    );
    assert_eq!(
        notes(&found),
        [
            "`include` (shell) 1 3",
            "`fixups` (shell) 1 7",
            "`skip` (shell) 1 28",
            "`deleted` (shell) 1 32"
        ]
    );
    for text in ["[a\n", "x = 1\n", "  continued\n", "[a]\nnonsense\n"] {
        assert!(
            Memory::of("f", text).read(Format::Myrepos, "f").is_err(),
            "{text}"
        );
    }
}

#[test]
fn gita() {
    let found = read(
        Format::Gita,
        "/w/a,a,,\n\"/w/with, \"\"comma\"\"\",other,m,--x\n\n,b,,\n\"/w/torn,c,,\n",
    );
    let directories: Vec<_> = found
        .on_disk
        .iter()
        .map(|own| own.directory.as_str())
        .collect();
    assert_eq!(directories, ["/w/a", "/w/with, \"comma\""]);
    assert_eq!(failed(&found).len(), 2);
    assert_eq!(
        notes(&found),
        [
            "names that differ from the directory's 1 2",
            "flags for git 1 2"
        ]
    );
}

#[test]
fn git_workspace() {
    let found = read(
        Format::GitWorkspace,
        "[[provider]]\nprovider = \"github\"\nname = \"me\"\n\n[[repo]]\npath = \"github/a\"\nurl = \"https://h/a\"\nbranch = \"1.10\"\n\n\
         [[repo]]\npath = \"b\"\nurl = \"git@h:b\"\nupstream = \"https://h/up\"\n[[repo]]\npath = \"c\"\n",
    );
    assert_eq!(lines(&found), ["github/a https://h/a 1.10", "b git@h:b -"]);
    assert_eq!(failed(&found), ["c:14: it has no URL"]);
    assert_eq!(notes(&found).len(), 2);
    assert!(notes(&found)[0].starts_with("provider `github` (needs the network"));
    let error = Memory::of("f", "[[repo]]\npath = \n").read(Format::GitWorkspace, "f");
    assert_eq!(error.unwrap_err().place.line, 2);
}
