//! Actions that depend on conditions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use crate::{
    model::action::Step,
    plugin::{
        action::ActionOutcome, builtin::test_host::TestMachine, change::Change, error::ActionError,
    },
};

fn key(text: &str) -> Step {
    Step::Key(text.to_owned())
}

#[tokio::test]
async fn what_is_inside_is_done_and_taken_back_under_its_own_name() {
    let mut machine = TestMachine::new();
    machine.pack_file("vimrc", "");
    let before = machine.tree();
    let arguments = json!({"os": "linux", "actions": [
        {"mkdir": {"path": "~/a"}},
        {"when": {"all_of": [{"path_exists": "~/a"}], "actions": [
            {"symlink": {"src": "vimrc", "dst": "~/a/l"}},
        ]}},
    ]});
    let outcome = machine.apply("when", arguments.clone()).await.unwrap();
    assert_eq!(outcome.changes.len(), 2);
    let names: Vec<_> = outcome.undo.iter().map(|record| &*record.action).collect();
    assert_eq!(names, ["mkdir", "symlink"]);
    let resource = &outcome.resources[1];
    assert_eq!(resource.name, format!("path:{}", machine.at_home("a/l")));
    assert!(resource.exclusive);
    let path = [
        key("actions"),
        Step::Index(1),
        key("when"),
        key("actions"),
        Step::Index(0),
        key("symlink"),
        key("dst"),
    ];
    assert_eq!(resource.argument, path);
    let again = machine.apply("when", arguments).await.unwrap();
    assert_eq!((again.changes, again.undo), (vec![], vec![]));
    assert_eq!(again.resources, outcome.resources);
    let undone = machine.undo_all().await;
    assert_eq!(
        undone.last(),
        Some(&Change::Remove {
            path: machine.at_home("a"),
            with_content: false,
        })
    );
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn all_conditions_have_to_hold() {
    let yes = json!([{"os": "linux"}]);
    let no = json!([{"os": "macos"}]);
    let actions = json!([{"mkdir": {"path": "~/a"}}]);
    let table = [
        (json!({"actions": actions}), true),
        (
            json!({"os": "linux", "all_of": yes, "any_of": yes, "none_of": no, "actions": actions}),
            true,
        ),
        (
            json!({"os": "macos", "all_of": yes, "actions": actions}),
            false,
        ),
        (
            json!({"os": "linux", "all_of": no, "any_of": yes, "actions": actions}),
            false,
        ),
        (
            json!({"all_of": yes, "any_of": no, "actions": actions}),
            false,
        ),
        (
            json!({"any_of": yes, "none_of": yes, "actions": actions}),
            false,
        ),
        (
            json!({"all_of": [], "none_of": [], "actions": actions}),
            true,
        ),
        (json!({"any_of": [], "actions": actions}), false),
        (
            json!({"any_of": [{"reg_key": "K"}, {"psversion": "5"}], "actions": actions}),
            false,
        ),
    ];
    for (arguments, expected) in table {
        let mut machine = TestMachine::new();
        let outcome = machine.apply("when", arguments.clone()).await.unwrap();
        assert_eq!(machine.home.join("a").exists(), expected, "{arguments}");
        if !expected {
            assert_eq!(outcome, ActionOutcome::default());
        }
    }
}

#[tokio::test]
async fn a_skip_inside_leaves_out_the_rest_inside_only() {
    let mut machine = TestMachine::new();
    let list = [
        (
            "when",
            json!({"actions": [
                {"require": {"all_of": [{"os": "macos"}], "on_fail": "skip"}},
                {"mkdir": {"path": "~/inside"}},
            ]}),
        ),
        ("mkdir", json!({"path": "~/outside"})),
    ];
    let outcome = machine.apply_list(&list).await.unwrap();
    assert!(!outcome.skips_rest);
    assert!(
        outcome
            .message
            .unwrap()
            .starts_with("the actions after this are left out")
    );
    assert!(!machine.home.join("inside").exists());
    assert!(machine.home.join("outside").exists());
}

#[tokio::test]
async fn errors_point_inside() {
    let mut machine = TestMachine::new();
    let inner = [key("actions"), Step::Index(1), key("mkdir"), key("path")];
    // Refused before anything runs, and when it runs.
    for path in [json!(1), json!("relative")] {
        let arguments = json!({"actions": [{"mkdir": {"path": "~/a"}}, {"mkdir": {"path": path}}]});
        let error = machine.plan("when", arguments).await.unwrap_err();
        let ActionError::Arguments { error } = error else {
            panic!("{error}")
        };
        assert_eq!(error.path, inner);
    }
    let unknown = json!({"actions": [{"mkdr": {}}]});
    let error = machine.plan("when", unknown).await.unwrap_err();
    assert_eq!(error.to_string(), "unknown action `mkdr`");
    let condition = json!({"none_of": [{"os": "macos"}, {"path_exists": "$NONE"}], "actions": []});
    let error = machine.apply("when", condition).await.unwrap_err();
    let ActionError::Arguments { error } = error else {
        panic!("{error}")
    };
    assert_eq!(
        error.path,
        [key("none_of"), Step::Index(1), key("path_exists")]
    );
    machine.home_file("file", "");
    let failing = json!({"actions": [{"mkdir": {"path": "~/a"}}, {"mkdir": {"path": "~/file"}}]});
    let error = machine.apply("when", failing).await.unwrap_err();
    assert!(matches!(error, ActionError::Precondition { .. }));
    assert_eq!(
        machine.previous.len(),
        1,
        "what was done before it is known"
    );
    machine.undo_all().await;
    assert!(!machine.home.join("a").exists());
}
