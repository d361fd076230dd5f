//! The machines that pages begin with, and what lies on the server of `example.org`.

use crate::{machine::Machine, page::Page};

/// Makes the machine of this name.
pub(crate) fn machine(name: &str) -> Machine {
    let machine = Machine::new();
    match name {
        "empty" => {}
        "ada" => ada(&machine),
        "dots" => dots(&machine),
        "dotfiles" => dotfiles(&machine),
        "reference pack" => reference_pack(&machine),
        "tools" => tools(&machine),
        "team" => team(&machine),
        "two packs" => two_packs(&machine),
        "workspace" => workspace(&machine),
        "other tools" => other_tools(&machine),
        "source tree" => source_tree(&machine),
        "examples of the help" => examples_of_the_help(&machine),
        _ => panic!("there is no machine {name}: write it in setups.rs"),
    }
    machine
}

/// An empty repository that can be pushed to.
fn empty_remote(machine: &Machine, name: &str) {
    let place = machine
        .sandbox
        .path(format!("remotes/example.org/{name}.git"));
    let place = place.to_str().expect("a UTF-8 path");
    machine
        .sandbox
        .git("remotes", &["init", "-q", "--bare", place]);
}

/// A service, with a branch `stable` of its own.
fn api(machine: &Machine, name: &str) {
    machine
        .remote(name)
        .commit("README.md", "# API\n")
        .tag("v1.0.0")
        .branch("stable")
        .saying("Answer faster")
        .commit("fast.py", "print('hi')\n")
        .on("main")
        .saying("Serve")
        .commit("server.py", "print('hello')\n")
        .create();
}

/// Dotfiles that are no pack yet, a service, and a place for a workspace; a start-up file.
fn ada(machine: &Machine) {
    let dots = [
        ("vimrc", "set number\n"),
        ("gitconfig", "[pull]\n\tff = only\n"),
    ];
    machine.remote("ada/dots").commit_files(&dots).create();
    api(machine, "ada/api");
    empty_remote(machine, "ada/desk");
    machine.write("~/.bashrc", "# mine\n");
}

/// The pack that the README shows, a workspace, and a `.vimrc` that is in the way.
fn dots(machine: &Machine) {
    let readme = Page::read("README.md");
    let contract = readme.blocks().find(|block| block.language == "yaml");
    let contract = &contract.expect("the README shows a pack").text;
    let files = [
        (".grex/pack.yaml", contract.as_str()),
        ("vimrc", "set number\n"),
    ];
    machine.remote("ada/dots").commit_files(&files).create();
    machine.write("~/.bashrc", "# mine\n");
    machine.write("~/.vimrc", "set nocompatible\n");
    machine.prepare("grex init -q desk");
    machine.go("home/desk");
}

/// Dotfiles as they are when one lives with them, cloned for work on them, and a workspace.
fn dotfiles(machine: &Machine) {
    let contract = "schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n  \
                    - symlink: {src: vimrc, dst: ~/.vimrc}\n";
    let files = [
        (".grex/pack.yaml", contract),
        ("vimrc", "set number\n"),
        ("gitconfig", "[pull]\n\tff = only\n"),
    ];
    machine.remote("ada/dots").commit_files(&files).create();
    machine.write("~/.bashrc", "# mine\n");
    machine.prepare("grex init -q desk");
    machine.go("home/desk");
}

/// The sources of grex in `~/grex`, ripgrep, a place for a repository, and an empty workspace.
fn reference_pack(machine: &Machine) {
    empty_remote(machine, "ada/terminal");
    machine.sandbox.write_script("bin/rg", "#!/bin/sh\n");
    machine.write("~/.bashrc", "# mine\n");
    let pack = crate::page::root().join("fixtures/reference-pack");
    machine.prepare(&format!(
        "mkdir -p ~/grex/fixtures\ncp -R '{}' ~/grex/fixtures\ngrex init -q desk",
        pack.display()
    ));
}

/// A pack with hooks, and an empty workspace.
fn tools(machine: &Machine) {
    let contract = "schema_version: \"1\"\nname: tools\ntype: scripted\n";
    let files = [
        (".grex/pack.yaml", contract),
        (".grex/hooks/setup.sh", "echo \"installing for $GREX_OS\"\n"),
        (".grex/hooks/sync.sh", "echo synced\n"),
    ];
    machine.remote("ada/tools").commit_files(&files).create();
    machine.prepare("grex init -q desk");
    machine.go("home/desk");
}

/// What a team has on its server: a service with a stable branch, a page, libraries that pin
/// what they stand on; and a place for the product's workspace.
fn team(machine: &Machine) {
    api(machine, "acme/api");
    machine
        .remote("acme/web")
        .commit("index.html", "<h1>Acme</h1>\n")
        .create();
    let libs = "schema_version: \"1\"\nname: libs\ntype: meta\nchildren:\n  - url: ../core.git\n    \
                ref: v1.0.0\n  - url: ../ui.git\n";
    machine.remote("acme/libs").pack_yaml(libs).create();
    machine
        .remote("acme/core")
        .commit("core.c", "int core;\n")
        .tag("v1.0.0")
        .commit("core.c", "int core2;\n")
        .create();
    machine
        .remote("acme/ui")
        .commit("ui.css", "b { color: red }\n")
        .create();
    empty_remote(machine, "acme/product");
}

/// A workspace of a service and dotfiles, of which the newest commit is not installed yet.
fn two_packs(machine: &Machine) {
    machine
        .remote("ada/api")
        .saying("Answer faster")
        .commit("README.md", "# API\n")
        .create();
    let contract = "schema_version: \"1\"\nname: dots\ntype: declarative\nactions:\n  \
                    - exec: {cmd: [sh, -c, \"echo vim is set up\"]}\n";
    machine
        .remote("ada/dots")
        .commit_files(&[(".grex/pack.yaml", contract), ("vimrc", "set number\n")])
        .create();
    machine.prepare("grex init -q desk");
    machine.go("home/desk");
    machine.prepare(
        "grex add -q https://example.org/ada/api.git\n\
         grex add -q --trust https://example.org/ada/dots.git",
    );
    machine.prepare(
        "git clone -q https://example.org/ada/dots.git ~/elsewhere\n\
         echo '  - symlink: {src: vimrc, dst: ~/.gvimrc}' >>~/elsewhere/.grex/pack.yaml\n\
         git -C ~/elsewhere commit -q -a -m 'Link vimrc'\n\
         git -C ~/elsewhere push -q\n\
         grex sync -q",
    );
}

/// A workspace `~/work` of two plain repositories; the shell is in it.
fn workspace(machine: &Machine) {
    api(machine, "ada/api");
    machine
        .remote("ada/notes")
        .commit("notes.md", "# Notes\n")
        .create();
    machine.prepare("grex init -q work");
    machine.go("home/work");
    machine.prepare(
        "grex add -q https://example.org/ada/api.git services/api\n\
         grex add -q https://example.org/ada/notes.git",
    );
}

/// Repositories of a team that other tools manage, and an empty workspace.
fn other_tools(machine: &Machine) {
    api(machine, "acme/api");
    machine
        .remote("acme/web")
        .commit("index.html", "<h1>Acme</h1>\n")
        .create();
    machine
        .remote("acme/docs")
        .commit("index.md", "# Docs\n")
        .tag("v2.1")
        .create();
    empty_remote(machine, "acme/manifests");
    machine.prepare("grex init -q product");
    machine.go("home/product");
}

/// The source tree of grex with what was built, and a workspace beside it.
fn source_tree(machine: &Machine) {
    machine
        .remote("ada/api")
        .commit("README.md", "# API\n")
        .create();
    machine.prepare("grex init -q ~/my-workspace");
    machine.go("home/my-workspace");
    machine.prepare("grex add -q https://example.org/ada/api.git");
    let built = std::path::Path::new(env!("CARGO_BIN_EXE_grex"))
        .parent()
        .expect("a directory");
    assert!(
        built.join("git-shim").exists(),
        "build it first: cargo build -p git-shim"
    );
    machine.prepare(&format!(
        "mkdir -p target && ln -s '{}' target/debug",
        built.display()
    ));
}

/// Packs of every kind that the examples of `--help` name, and the files of other tools.
fn examples_of_the_help(machine: &Machine) {
    let contract = "schema_version: \"1\"\nname: dotfiles\ntype: declarative\nactions:\n  \
                    - symlink: {src: vimrc, dst: ~/.vimrc}\n  - mkdir: {path: ~/.cache/vim}\n";
    let files = [(".grex/pack.yaml", contract), ("vimrc", "set number\n")];
    machine.remote("me/dotfiles").commit_files(&files).create();
    api(machine, "team/api");
    for name in ["me/fonts", "x/y", "me/a", "me/b", "me/c", "ros/core"] {
        let remote = machine
            .remote(name)
            .commit("README.md", name)
            .branch("v2")
            .on("main");
        remote.create();
    }
    empty_remote(machine, "me/work");
    let url = "https://example.org";
    let declared = [
        ("dotfiles", "me/dotfiles"),
        ("api", "team/api"),
        ("services/api", "team/api"),
        ("a", "me/a"),
        ("b", "me/b"),
        ("c", "me/c"),
    ];
    let manifest: String = declared
        .iter()
        .map(|(path, name)| {
            format!(
                "{{\"op\":\"add\",\"ts\":\"2026-01-05T09:01:00Z\",\"id\":\"{path}\",\"url\":\"{url}/{name}.git\",\
                 \"path\":\"{path}\",\"type\":\"meta\",\"schema_version\":\"1\"}}\n"
            )
        })
        .collect();
    machine.prepare("grex init -q work");
    machine.go("home/work");
    machine.prepare(&format!(
        "grex add -q {url}/me/a.git\ngit init -q\ngit add .\ngit commit -q -m Begin\n\
         git push -q {url}/me/work.git main"
    ));
    machine.go("home");
    machine.prepare("grex init -q desk");
    machine.go("home/desk");
    machine.write("grex.jsonl", &manifest);
    machine.prepare("grex update -q --trust");
    let west = "manifest:\n  projects:\n    - name: fonts\n      url: https://example.org/me/fonts.git\n      revision: main\n";
    machine.write("west.yml", west);
    machine.write(
        "REPOS.json",
        r#"[{"url":"https://example.org/me/fonts.git","path":"fonts"}]"#,
    );
    let xml = r#"<manifest><remote name="o" fetch="https://example.org"/><default remote="o" revision="main"/>
<project name="me/fonts" path="fonts" groups="tools"/><project name="x/y" path="y" groups="docs"/></manifest>"#;
    machine.write(".repo/manifests/default.xml", xml);
    let relative = xml.replace("https://example.org", "..");
    machine.write("default.xml", &relative);
    let repos = "repositories:\n  ros/core:\n    type: git\n    url: https://example.org/ros/core.git\n    version: main\n";
    machine.write("../ros2/ros2.repos", repos);
    machine
        .sandbox
        .write_script("bin/make", "#!/bin/sh\nexit 0\n");
    // Somebody has pushed since.
    machine.go("home");
    machine.prepare(&format!(
        "git clone -q {url}/team/api.git elsewhere/api\ncd elsewhere/api\n\
         git commit -q --allow-empty -m More\ngit push -q"
    ));
    machine.go("home/desk");
}
