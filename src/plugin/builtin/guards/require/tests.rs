//! What an unmet requirement means.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use crate::{
    model::action::{OperatingSystem, Step},
    plugin::{action::ActionOutcome, builtin::test_host::TestMachine, error::ActionError},
};

#[tokio::test]
async fn what_holds_is_silent() {
    let mut machine = TestMachine::new();
    for on_fail in ["error", "skip", "warn"] {
        let arguments = json!({"all_of": [{"os": "linux"}], "on_fail": on_fail});
        let outcome = machine.apply("require", arguments).await.unwrap();
        assert_eq!(outcome, ActionOutcome::default());
    }
}

#[tokio::test]
async fn the_predicate_that_does_not_hold_is_named() {
    let mut machine = TestMachine::new();
    let table = [
        (
            json!({"all_of": [{"os": "linux"}, {"cmd_available": "no-such"}]}),
            "what is required does not hold: the command `no-such` is available",
        ),
        (
            json!({"any_of": [{"os": "macos"}, {"path_exists": "~/x"}]}),
            "nothing of what is required holds: the system is macos; ~/x exists",
        ),
        (
            json!({"none_of": [{"os": "macos"}, {"os": "linux"}]}),
            "what must not hold does: the system is linux",
        ),
        (
            json!({"all_of": [{"any_of": [
                {"symlink_ok": {"src": "a", "dst": "~/b"}}, {"psversion": ">=5"},
                {"none_of": [{"os": "linux"}]}, {"all_of": [{"reg_key": "K"}]}, {"any_of": []},
            ]}]}),
            "what is required does not hold: one of (~/b is a link to a; PowerShell is >=5; \
             none of (the system is linux); all of (`K` is in the registry); one of (an empty list))",
        ),
    ];
    for (arguments, expected) in table {
        let error = machine
            .apply("require", arguments.clone())
            .await
            .unwrap_err();
        assert!(matches!(error, ActionError::Precondition { .. }));
        assert_eq!(error.to_string(), expected);
        let mut warned = arguments.clone();
        warned["on_fail"] = json!("warn");
        let outcome = machine.apply("require", warned).await.unwrap();
        assert_eq!(outcome.message.as_deref(), Some(expected));
        assert!(!outcome.skips_rest);
    }
}

#[tokio::test]
async fn a_skip_leaves_out_the_rest() {
    let mut machine = TestMachine::new();
    let list = [
        ("mkdir", json!({"path": "~/before"})),
        (
            "require",
            json!({"all_of": [{"os": "macos"}], "on_fail": "skip"}),
        ),
        ("mkdir", json!({"path": "~/after"})),
    ];
    let outcome = machine.apply_list(&list).await.unwrap();
    assert!(outcome.skips_rest);
    let message =
        "the actions after this are left out: what is required does not hold: the system is macos";
    assert_eq!(outcome.message.as_deref(), Some(message));
    assert!(machine.home.join("before").exists());
    assert!(!machine.home.join("after").exists());
}

#[tokio::test]
async fn windows_is_not_asked_elsewhere() {
    let mut machine = TestMachine::new();
    for (predicate, key) in [
        (json!({"reg_key": "HKCU\\X"}), "reg_key"),
        (json!({"psversion": "5"}), "psversion"),
    ] {
        for list in ["all_of", "any_of", "none_of"] {
            let arguments = json!({list: [{"os": "linux"}, predicate], "on_fail": "warn"});
            let error = machine.apply("require", arguments).await.unwrap_err();
            let ActionError::Arguments { error } = error else {
                panic!("{error}")
            };
            let path = [
                Step::Key(list.into()),
                Step::Index(1),
                Step::Key(key.into()),
            ];
            assert_eq!(error.path, path);
            assert_eq!(
                error.message,
                format!("`{key}` can be required on Windows only")
            );
        }
        let inside = json!({"all_of": [{"none_of": [predicate]}]});
        machine.apply("require", inside).await.unwrap();
    }
    machine.platform = OperatingSystem::Windows;
    let arguments = json!({"none_of": [{"reg_key": "HKCU\\X"}]});
    machine.apply("require", arguments).await.unwrap();
}
