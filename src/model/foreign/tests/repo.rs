use crate::model::foreign::{
    Format,
    test_files::{Memory, failed, lines, notes, skipped},
};

const REMOTE: &str = "<remote name=\"r\" fetch=\"https://h/base/\" revision=\"rr\"/>\
    <default remote=\"r\" revision=\"dd\"/>";

fn manifest(body: &str) -> Memory {
    Memory::of("m.xml", &format!("<manifest>{REMOTE}\n{body}</manifest>"))
}

#[test]
fn urls_and_revisions_come_from_project_remote_and_default() {
    let found = manifest(
        "<remote name=\"o\" fetch=\"..\"/>\
         <project name=\"x/a\"/><project name=\"b\" path=\"p/b\" revision=\"refs/tags/v1\"/>\
         <project name=\"c\" remote=\"o\"/><project name=\"d\" remote=\"none\"/>",
    )
    .origin("https://host/dir/manifest")
    .read(Format::Repo, "m.xml")
    .unwrap();
    assert_eq!(
        lines(&found),
        [
            "x/a https://h/base/x/a rr",
            "p/b https://h/base/b refs/tags/v1",
            "c https://host/c dd"
        ]
    );
    assert_eq!(failed(&found), ["d:2: there is no remote `none`"]);
}

#[test]
fn a_relative_fetch_without_an_origin_fails_each_project() {
    let memory = Memory::of(
        "m.xml",
        "<manifest><remote name='r' fetch='..'/><default remote='r'/><project name='a'/></manifest>",
    );
    let found = memory.read(Format::Repo, "m.xml").unwrap();
    assert!(failed(&found)[0].contains("is relative to where the manifest comes from"));
}

#[test]
fn groups_are_judged_as_repo_does() {
    let body = "<project name='plain'/><project name='tools' groups='tools, notdefault'/>\
        <project name='docs' groups='docs other'/>\
        <project name='mac' groups='notdefault,platform-darwin'/>\
        <project name='penguin' groups='notdefault,platform-linux'/>";
    let names = |words: &[&str]| {
        let found = manifest(body)
            .groups(words)
            .read(Format::Repo, "m.xml")
            .unwrap();
        let paths = found.repositories.iter().map(|own| own.path.to_string());
        paths.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[]), "plain docs penguin");
    assert_eq!(names(&["tools,-docs"]), "plain tools penguin");
    assert_eq!(names(&["-default", "name:mac"]), "mac penguin");
    assert_eq!(names(&["all"]), "plain tools docs mac penguin");
    let found = manifest(body).read(Format::Repo, "m.xml").unwrap();
    assert_eq!(
        skipped(&found)[0],
        "tools: its groups are not asked for (tools, notdefault)"
    );
}

#[test]
fn projects_are_removed_and_extended() {
    let found = manifest(
        "<project name='a'/><project name='b'/><project name='b' path='b2'/><project name='c'/>\
         <remove-project name='a'/><remove-project path='b2'/>\
         <extend-project name='b' revision='v2' groups='g'/>\
         <extend-project name='c' dest-path='there'/>\
         <remove-project name='gone' optional='true'/><remove-project name='gone'/>\
         <extend-project name='gone'/>",
    )
    .groups(&["-g"])
    .read(Format::Repo, "m.xml")
    .unwrap();
    assert_eq!(lines(&found), ["there https://h/base/c rr"]);
    assert_eq!(skipped(&found), ["b: its groups are not asked for (g)"]);
    assert_eq!(
        failed(&found),
        [
            "gone:2: <remove-project> of a project that is not there",
            "gone:2: <extend-project> of a project that is not there"
        ]
    );
}

#[test]
fn included_manifests_get_groups_and_revision() {
    let memory = manifest("<include name='sub/i.xml' groups='inc' revision='branch'/>").and(
        "sub/i.xml",
        "<manifest><include name='sub/j.xml'/><project name='a' groups='own'/>\
         <project name='b' revision='mine'/></manifest>",
    );
    let memory = memory.and("sub/j.xml", "<manifest><project name='j'/></manifest>");
    let found = memory
        .groups(&["-own"])
        .read(Format::Repo, "m.xml")
        .unwrap();
    assert_eq!(
        lines(&found),
        ["j https://h/base/j branch", "b https://h/base/b mine"]
    );
    assert_eq!(
        skipped(&found),
        ["a: its groups are not asked for (own, inc)"]
    );
    for name in ["../x.xml", "/etc/passwd", "missing.xml", "m.xml"] {
        let memory = manifest(&format!("<include name='{name}'/>"));
        let error = memory.read(Format::Repo, "m.xml").unwrap_err();
        assert_eq!(error.place.line, 2, "{name}: {error}");
    }
}

#[test]
fn nested_projects_lie_below_their_owners() {
    let found = manifest("<project name='a' path='x'><project name='b' path='y'/></project>");
    let found = found.read(Format::Repo, "m.xml").unwrap();
    assert_eq!(lines(&found)[1], "x/y https://h/base/a/b rr");
    let deep = "<project name='a'>".repeat(200) + &"</project>".repeat(200);
    let found = manifest(&deep).read(Format::Repo, "m.xml").unwrap();
    assert!(failed(&found)[0].contains("more than 16 deep"));
}

#[test]
fn what_has_no_counterpart_is_counted() {
    let found = manifest(
        "<project name='a' clone-depth='1'><linkfile src='s' dest='d'/>\n\
         <linkfile src='s' dest='e'/><copyfile src='s' dest='f'/></project><made-up/>",
    );
    let found = found.read(Format::Repo, "m.xml").unwrap();
    assert_eq!(
        notes(&found),
        [
            "`clone-depth` 1 2",
            "<linkfile> 2 2",
            "<copyfile> 1 3",
            "<made-up> 1 3"
        ]
    );
}

#[test]
fn bombs_and_external_entities_are_refused_at_once() {
    let mut bomb = String::from("<!DOCTYPE m [<!ENTITY a0 \"x\">");
    for index in 1..30 {
        let before = format!("&a{};", index - 1).repeat(10);
        bomb += &format!("<!ENTITY a{index} \"{before}\">");
    }
    bomb += "]><manifest>&a29;</manifest>";
    let outside =
        "<!DOCTYPE m [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><manifest>&x;</manifest>";
    for text in [bomb.as_str(), outside] {
        let error = Memory::of("m.xml", text)
            .read(Format::Repo, "m.xml")
            .unwrap_err();
        assert_eq!(error.to_string(), "document types are not read");
    }
    let deep = format!(
        "<manifest>{}{}</manifest>",
        "<a>".repeat(100_000),
        "</a>".repeat(100_000)
    );
    assert!(
        Memory::of("m.xml", &deep)
            .read(Format::Repo, "m.xml")
            .is_ok()
    );
    for text in [
        "",
        "<manifest>",
        "<x/>",
        "<manifest><project name=\"a</manifest>",
    ] {
        assert!(
            Memory::of("m.xml", text)
                .read(Format::Repo, "m.xml")
                .is_err(),
            "{text}"
        );
    }
}
