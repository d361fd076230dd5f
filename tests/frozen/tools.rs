//! What the MCP server offers.

use grex_fixtures::{Sandbox, grex};
use serde_json::{Value, json};

use crate::{
    promise::Facts,
    shape::{self, Way},
};

/// The answers of a server to these methods, in order.
fn answers(methods: &[&str]) -> Vec<Value> {
    let sandbox = Sandbox::new();
    grex!(sandbox, "init").run().success();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut lines = String::new();
    for (id, method) in methods.iter().enumerate() {
        let params = json!({"_meta": meta});
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        lines += &format!("{request}\n");
    }
    let served = grex!(sandbox, "serve", "--mcp").stdin(lines).run();
    let said: Vec<Value> = served
        .success()
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let answer = |id: usize| said.iter().find(|message| message["id"] == id).unwrap();
    (0..methods.len())
        .map(|id| answer(id)["result"].clone())
        .collect()
}

/// Revisions, capabilities, tools with their schemas and hints, resources.
pub(crate) fn facts() -> Facts {
    let [discovered, tools, resources, templates] = <[Value; 4]>::try_from(answers(&[
        "server/discover",
        "tools/list",
        "resources/list",
        "resources/templates/list",
    ]))
    .unwrap();
    let mut facts = Facts::new();
    for version in list(&discovered["supportedVersions"]) {
        facts.insert(format!("revision {}: is spoken", version.as_str().unwrap()));
    }
    for capability in discovered["capabilities"].as_object().unwrap().keys() {
        facts.insert(format!("capability {capability}: is there"));
    }
    for tool in list(&tools["tools"]) {
        let name = tool["name"].as_str().unwrap();
        facts.insert(format!("{name}: is a tool"));
        for (hint, value) in tool["annotations"].as_object().unwrap() {
            facts.insert(format!("{name}: {hint} {value}"));
        }
        let input = shape::facts(Way::In, &format!("{name} arguments"), &tool["inputSchema"]);
        let output = shape::facts(Way::Out, &format!("{name} result"), &tool["outputSchema"]);
        facts.extend(input.into_iter().chain(output));
    }
    for resource in list(&resources["resources"]) {
        facts.insert(format!("resource {}: is there", resource["uri"]));
    }
    for template in list(&templates["resourceTemplates"]) {
        facts.insert(format!("resources {}: are there", template["uriTemplate"]));
    }
    facts
}

fn list(value: &Value) -> &Vec<Value> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"))
}
