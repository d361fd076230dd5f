//! The reference says what the program has: verbs, flags, exit codes, actions, fields of JSON.

use std::collections::BTreeSet;

use grex::{
    ops::{
        act::ActedAction, add::AddReport, doctor::DoctorReport, error::ErrorKind,
        exec::ExecutedPack, import::ImportReport, init::InitReport, ls::ListedPack,
        rm::RemovedPack, status::PackStatus, sync::SyncedPack, update::UpdatedPack,
    },
    plugin::registry::Registry,
};
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::{
    help,
    page::{self, Page},
};

/// Checks what `docs/cli.md` shows below the heading of a verb against the type of its report.
pub(crate) fn report(heading: &str, value: &Value) -> Result<(), String> {
    let verb = heading.split_whitespace().next().unwrap_or_default();
    // As it is written, not as it could be read.
    let written = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let schema = match verb {
        "init" => written.into_root_schema_for::<InitReport>(),
        "add" => written.into_root_schema_for::<AddReport>(),
        "rm" => written.into_root_schema_for::<Vec<RemovedPack>>(),
        "ls" => written.into_root_schema_for::<Vec<ListedPack>>(),
        "status" => written.into_root_schema_for::<Vec<PackStatus>>(),
        "sync" => written.into_root_schema_for::<Vec<SyncedPack>>(),
        "update" => written.into_root_schema_for::<Vec<UpdatedPack>>(),
        "doctor" => written.into_root_schema_for::<DoctorReport>(),
        "import" => written.into_root_schema_for::<ImportReport>(),
        "run" => written.into_root_schema_for::<Vec<ActedAction>>(),
        "exec" => written.into_root_schema_for::<Vec<ExecutedPack>>(),
        "Errors" => return Ok(()),
        _ => return Err(format!("whose report is it? {heading}")),
    };
    let schema = schema.to_value();
    let value = &spelt_out(value);
    jsonschema::validate(&schema, value).map_err(|error| error.to_string())?;
    let mut unknown = Vec::new();
    only_known(&schema, &schema, value, &mut unknown);
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "`grex {verb} --json` has no {}",
            unknown.join(", ")
        )),
    }
}

/// A commit id in the place of each `...`, which stands for one on the page.
fn spelt_out(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "..." => "0".repeat(40).into(),
        Value::Array(items) => items.iter().map(spelt_out).collect(),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), spelt_out(value)));
            Value::Object(fields.collect())
        }
        value => value.clone(),
    }
}

/// Collects the fields of `value` that `schema` does not have.
fn only_known(root: &Value, schema: &Value, value: &Value, unknown: &mut Vec<String>) {
    if let Some(place) = schema["$ref"].as_str() {
        let target = root.pointer(place.trim_start_matches('#'));
        return only_known(root, target.expect("a definition"), value, unknown);
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let mut fewest: Option<Vec<String>> = None;
        for choice in choices {
            let mut unknown = Vec::new();
            only_known(root, choice, value, &mut unknown);
            let is_fewer = fewest
                .as_ref()
                .is_none_or(|fewest| unknown.len() < fewest.len());
            fewest = if is_fewer { Some(unknown) } else { fewest };
        }
        return unknown.extend(fewest.unwrap_or_default());
    }
    match value {
        Value::Array(items) => {
            for item in items {
                only_known(root, &schema["items"], item, unknown);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                match schema["properties"].get(name) {
                    Some(schema) => only_known(root, schema, value, unknown),
                    None if schema
                        .get("additionalProperties")
                        .is_some_and(|more| more == true) => {}
                    None => unknown.push(format!("`{name}`")),
                }
            }
        }
        _ => {}
    }
}

/// The text below a heading, up to the next one as high.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let depth = heading.chars().take_while(|letter| *letter == '#').count();
    let begin = text
        .find(&format!("\n{heading}"))
        .unwrap_or_else(|| panic!("no {heading}"))
        + 1;
    let rest = &text[begin + heading.len()..];
    let end = (1..=depth)
        .filter_map(|depth| rest.find(&format!("\n{} ", "#".repeat(depth))))
        .min();
    &rest[..end.unwrap_or(rest.len())]
}

/// The cells of the rows of the first table, without its head.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().skip_while(|line| !line.starts_with('|'));
    let rows = lines.take_while(|line| line.starts_with('|'));
    let rows = rows.map(|line| {
        let cells = line.trim_matches('|').replace("\\|", "\u{0}");
        let cells = cells
            .split(" | ")
            .map(|cell| cell.trim().replace('\u{0}', "|"));
        cells.collect()
    });
    rows.skip(2).collect()
}

/// The words between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The long flags in a text.
fn flags(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    words
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(|word| word.trim_end_matches('-').to_owned())
        .collect()
}

#[test]
fn every_exit_code_is_there() {
    let cli = Page::read("docs/cli.md").text;
    let listed: BTreeSet<u8> = rows(section(&cli, "## Exit codes"))
        .iter()
        .flat_map(|row| {
            row[0]
                .split(", ")
                .map(|code| code.parse().expect("a code"))
                .collect::<Vec<u8>>()
        })
        .collect();
    let kinds = [
        ErrorKind::Other,
        ErrorKind::Usage,
        ErrorKind::Books,
        ErrorKind::Pack,
        ErrorKind::Locked,
        ErrorKind::Protocol,
        ErrorKind::UnknownName,
        ErrorKind::Refused,
        ErrorKind::Cancelled,
    ];
    // Done, drift, and ended by a signal.
    let codes = kinds
        .map(ErrorKind::exit_code)
        .into_iter()
        .chain([0, 7, 129, 141, 143])
        .collect();
    assert_eq!(listed, codes);
    let errors = section(&cli, "## Errors");
    let mcp = Page::read("docs/mcp.md").text;
    for kind in kinds {
        // Nothing prints this one with `--json`: a server has no such document.
        let is_servers = kind == ErrorKind::Protocol;
        assert!(
            is_servers || errors.contains(&format!("`{}`", kind.name())),
            "{}",
            kind.name()
        );
        assert!(
            mcp.contains(&format!("`{}`", kind.name())),
            "docs/mcp.md: {}",
            kind.name()
        );
    }
    let told = help::text("");
    let told = told
        .split("EXIT CODES")
        .nth(1)
        .expect("they are in the help");
    let told: BTreeSet<u8> = told
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|word| word.parse().ok())
        .collect();
    // Whoever closes the pipe does not read that it was noticed.
    let expected: BTreeSet<u8> = listed.into_iter().filter(|code| *code != 141).collect();
    assert_eq!(told, expected);
}

#[test]
fn every_verb_is_there_with_its_flags() {
    let cli = Page::read("docs/cli.md").text;
    let verbs = section(&cli, "## The verbs");
    let headings = verbs.lines().filter_map(|line| line.strip_prefix("### `"));
    let headings: Vec<&str> = headings.map(|line| line.trim_end_matches('`')).collect();
    let documented: BTreeSet<&str> = headings
        .iter()
        .filter_map(|heading| heading.split(' ').next())
        .collect();
    let all = help::verbs();
    assert_eq!(documented, all.iter().map(String::as_str).collect());
    for verb in &all {
        let is_its = |heading: &&&str| heading.split(' ').next() == Some(verb);
        let heading = headings.iter().find(is_its).expect("a heading");
        let body = section(verbs, &format!("### `{heading}`"));
        let known = help::own_flags(verb);
        let told = flags(heading)
            .union(&flags(body))
            .cloned()
            .collect::<BTreeSet<_>>();
        let missing: Vec<_> = known.difference(&told).collect();
        assert!(
            missing.is_empty(),
            "docs/cli.md does not say of `{verb}`: {missing:?}"
        );
        let gone: Vec<_> = flags(heading).difference(&known).cloned().collect();
        assert!(gone.is_empty(), "docs/cli.md says of `{verb}`: {gone:?}");
    }
}

#[test]
fn every_global_flag_is_there() {
    let cli = Page::read("docs/cli.md").text;
    let table = rows(section(&cli, "## Global options"));
    let documented: BTreeSet<String> = table.iter().flat_map(|row| flags(&row[0])).collect();
    assert_eq!(documented, help::global_flags());
}

#[test]
fn every_action_is_there_with_its_arguments() {
    let page = Page::read("docs/actions.md").text;
    let registry = Registry::with_builtins();
    let table = rows(section(&page, "## The seven actions"));
    let names: Vec<String> = registry.action_names().map(str::to_owned).collect();
    let documented: BTreeSet<String> = table
        .iter()
        .map(|row| quoted(&row[0])[0].to_owned())
        .collect();
    assert_eq!(documented, names.iter().cloned().collect());
    for row in &table {
        let name = quoted(&row[0])[0];
        let schema = registry.action(name).expect("an action").schema();
        let arguments = arguments(&schema);
        let words: BTreeSet<String> = quoted(&row[1])
            .iter()
            .filter(|word| !word.starts_with('"'))
            .map(|word| word.split(':').next().unwrap_or(word).to_owned())
            .collect();
        assert_eq!(words, arguments, "docs/actions.md, `{name}`");
    }
    for pack_type in ["meta", "declarative", "scripted"] {
        assert!(registry.pack_type(pack_type).is_some(), "{pack_type}");
        assert!(section(&page, "## Pack types").contains(&format!("| `{pack_type}` |")));
    }
}

/// The names of an action's arguments, whichever of its forms has them.
fn arguments(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(properties) = schema["properties"].as_object() {
        found.extend(properties.keys().cloned());
    }
    for form in ["anyOf", "oneOf", "allOf"] {
        for schema in schema[form].as_array().into_iter().flatten() {
            found.append(&mut arguments(schema));
        }
    }
    found
}

#[test]
fn every_format_of_import_is_there() {
    let page = Page::read("docs/import.md").text;
    let table = rows(section(&page, "## Formats"));
    let documented: Vec<&str> = table.iter().map(|row| quoted(&row[0])[0]).collect();
    let help = help::text("import");
    let line = help
        .split("--format <F>")
        .nth(1)
        .expect("the flag")
        .lines()
        .next()
        .expect("a line");
    let line = line.split_once("format: ").expect("a list").1;
    let listed = line
        .split(" [")
        .next()
        .unwrap_or(line)
        .replace(" or ", ", ");
    assert_eq!(documented, listed.split(", ").collect::<Vec<_>>());
}

#[test]
fn every_check_of_doctor_is_there() {
    let page = Page::read("docs/doctor.md").text;
    let documented: BTreeSet<String> = rows(&page)
        .iter()
        .flat_map(|row| quoted(&row[0]))
        .map(str::to_owned)
        .collect();
    let sources =
        std::fs::read_dir(page::root().join("src/ops/doctor/checks")).expect("the checks");
    let mut checks = BTreeSet::new();
    for source in sources {
        let source = std::fs::read_to_string(source.expect("an entry").path()).expect("a check");
        let names = source
            .lines()
            .filter(|line| line.starts_with("pub(super) const "));
        let names = names.filter(|line| line.contains(": &str = "));
        checks.extend(names.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())));
    }
    assert_eq!(documented, checks);
}

/// The names of what lies in a directory, without `.rs`.
fn names_in(directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(page::root().join(directory)).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string());
    let names = names.map(|name| name.expect("a UTF-8 name"));
    names
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .collect()
}

#[test]
fn every_test_and_every_layer_is_on_its_map() {
    let testing = Page::read("docs/testing.md").text;
    for name in names_in("tests") {
        assert!(
            testing.contains(&format!("`tests/{name}")),
            "docs/testing.md: tests/{name}"
        );
    }
    let architecture = Page::read("docs/ARCHITECTURE.md").text;
    for name in names_in("src")
        .iter()
        .filter(|name| !matches!(name.as_str(), "lib" | "main"))
    {
        assert!(
            architecture.contains(&format!("| `{name}/` |")),
            "docs/ARCHITECTURE.md: {name}"
        );
    }
}

/// Ids of the catalogue are in the names of tests (`u2_...`), and these are in the catalogue.
#[test]
fn the_catalogue_is_what_is_tested() {
    let testing = Page::read("docs/testing.md").text;
    let table = rows(section(
        &testing,
        "## The catalogue of bad input and faults",
    ));
    let listed: BTreeSet<String> = table.iter().map(|row| row[0].to_lowercase()).collect();
    let mut tested = BTreeSet::new();
    let mut open = vec![page::root().join("tests"), page::root().join("src")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension() == Some("rs".as_ref()) {
                let source = std::fs::read_to_string(&path).expect("a source");
                tested.extend(source.lines().filter_map(id_of_test));
            }
        }
    }
    assert_eq!(listed, tested);
}

/// The id in the name of a test: a letter, a number, `_`.
fn id_of_test(line: &str) -> Option<String> {
    let name = line
        .trim_start()
        .trim_start_matches("async ")
        .strip_prefix("fn ")?;
    let (id, _) = name.split_once('_')?;
    let (letter, number) = (id.get(..1)?, id.get(1..)?);
    let is_id = letter.chars().all(|letter| letter.is_ascii_lowercase())
        && !number.is_empty()
        && number.chars().all(|digit| digit.is_ascii_digit());
    is_id.then(|| id.to_owned())
}

#[test]
fn every_tool_of_the_server_is_a_verb() {
    let page = Page::read("docs/mcp.md").text;
    let table = rows(section(&page, "## The tools"));
    let documented: BTreeSet<String> = table
        .iter()
        .flat_map(|row| quoted(&row[0]))
        .map(str::to_owned)
        .collect();
    let verbs: BTreeSet<String> = help::verbs()
        .into_iter()
        .filter(|verb| verb != "serve")
        .collect();
    assert_eq!(documented, verbs);
}

#[test]
fn what_no_report_has_is_noticed() {
    let good = serde_json::json!({"workspace":"/w","created":[],"cloned":[],"packs":[]});
    assert_eq!(report("init [DIR]", &good), Ok(()));
    let mut more = good.clone();
    more["colour"] = "red".into();
    assert!(
        report("init [DIR]", &more)
            .expect_err("there is no such field")
            .contains("`colour`")
    );
    let mut less = good;
    less.as_object_mut().expect("an object").remove("cloned");
    assert!(report("init [DIR]", &less).is_err());
}
