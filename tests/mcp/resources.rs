//! What can be read without a tool.

use grex_fixtures::Sandbox;
use serde_json::{Value, json};

use crate::{
    client::{Era, Server, code},
    support::{entry, register, workspace, workspace_with},
};

#[track_caller]
fn read(server: &mut Server, uri: &str) -> Value {
    let result = server.result("resources/read", json!({"uri": uri}));
    let contents = result["contents"].as_array().expect("contents");
    assert_eq!(contents.len(), 1);
    assert_eq!(contents[0]["uri"], uri);
    assert_eq!(contents[0]["mimeType"], "application/json");
    let text = contents[0]["text"].as_str().expect("a text");
    assert!(text.len() <= 32 * 1024);
    serde_json::from_str(text).expect("JSON")
}

fn with_a_pack_file() -> Sandbox {
    let sandbox = workspace();
    let remote = sandbox
        .remote("api")
        .pack_yaml("schema_version: \"1\"\nname: api\ntype: meta\n")
        .create();
    register(&sandbox, &[("services/api", &remote.url())]);
    grex_fixtures::grex!(sandbox, "sync").run().success();
    sandbox
}

#[test]
fn the_workspace_and_its_packs_can_be_read() {
    let sandbox = with_a_pack_file();
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        let list = server.result("resources/list", json!({}));
        let uris: Vec<_> = list["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["uri"].clone())
            .collect();
        assert_eq!(uris, ["grex://workspace"]);
        let templates = server.result("resources/templates/list", json!({}));
        assert_eq!(
            templates["resourceTemplates"][0]["uriTemplate"],
            "grex://pack/{id}"
        );

        let workspace = read(&mut server, "grex://workspace");
        let listed = entry(&workspace["packs"], "services/api").clone();
        assert_eq!(listed["sha"].as_str().map(str::len), Some(40));
        for uri in ["grex://pack/services%2Fapi", "grex://pack/services/api"] {
            let pack = read(&mut server, uri);
            assert_eq!(pack["pack"], listed);
            assert_eq!(
                pack["pack_yaml"],
                "schema_version: \"1\"\nname: api\ntype: meta\n"
            );
            assert_eq!(
                (&pack["status"]["id"], &pack["status"]["drift"]),
                (&json!("services/api"), &json!("clean"))
            );
        }
        server.end_well();
    }
}

#[test]
fn what_is_no_resource_is_an_error_and_no_file_is_read_for_it() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("x/.grex/pack.yaml", "name: SECRET\n");
    sandbox.write("workspace/stray/.grex/pack.yaml", "name: SECRET\n");
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        for uri in [
            "",
            "grex://",
            "grex://nope",
            "grex://workspace/",
            "grex://workspace/../x",
            "grex://pack",
            "grex://pack/",
            "grex://pack/nope",
            "grex://pack/stray",
            "grex://pack/..%2Fx",
            "grex://pack/../x",
            "grex://pack/%2e%2e%2fx",
            "grex://pack/one%2F..%2F..%2Fx",
            "grex://pack/%2Fetc%2Fpasswd",
            "grex://pack/one%00",
            "grex://pack/%FF%FE",
            "grex://pack/.git",
            "grex://pack/one%0A",
            "file:///etc/passwd",
            "GREX://workspace",
            "http://example.com/",
        ] {
            let answer = server.ask("resources/read", json!({"uri": uri}));
            let code = code(&answer);
            assert!([-32602, -32002].contains(&code), "{uri}: {answer}");
            assert!(!answer.to_string().contains("SECRET"), "{answer}");
        }
        let long = format!("grex://pack/{}", "x".repeat(1 << 20));
        let answer = server.ask("resources/read", json!({"uri": long}));
        code(&answer);
        assert_eq!(read(&mut server, "grex://pack/one")["pack"]["id"], "one");
        server.end_well();
    }
}

#[test]
fn a_pack_file_that_leads_out_of_the_workspace_is_not_read() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write("secret", "name: SECRET\n");
    std::fs::create_dir_all(sandbox.path("workspace/one/.grex")).unwrap();
    std::os::unix::fs::symlink(
        sandbox.path("secret"),
        sandbox.path("workspace/one/.grex/pack.yaml"),
    )
    .unwrap();
    let mut server = Server::open(&sandbox, Era::MODERN);
    let answer = server.ask("resources/read", json!({"uri": "grex://pack/one"}));
    assert!(!answer.to_string().contains("SECRET"), "{answer}");
    server.end_well();
}

#[test]
fn many_packs_fit_into_what_is_read() {
    let sandbox = workspace();
    let names: Vec<_> = (0..300).map(|number| format!("pack-{number:03}")).collect();
    let packs: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "https://example.com/r.git"))
        .collect();
    register(&sandbox, &packs);
    let mut server = Server::open(&sandbox, Era::MODERN);
    let workspace = read(&mut server, "grex://workspace");
    let shown = workspace["packs"].as_array().unwrap().len() as u64;
    assert_eq!(shown + workspace["omitted"].as_u64().unwrap_or(0), 300);
    server.end_well();
}
