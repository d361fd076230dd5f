use std::borrow::Cow;

use proptest::prelude::*;

use super::{is_token, secrets};

const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

#[test]
fn userinfo_is_masked_in_every_scheme_and_inside_text() {
    for (text, masked) in [
        ("https://me:pw@h/x", "https://***@h/x"),
        ("https://TOKEN@h/x", "https://***@h/x"),
        (
            "fatal: unable to access 'http://a:b@h:80/x.git/': no",
            "fatal: unable to access 'http://***@h:80/x.git/': no",
        ),
        ("(https://a:p@ss@h)", "(https://***@h)"),
        ("https://a:p/a@h/x", "https://***@h/x"),
        ("https://a:p?a#b@h/x", "https://***@h/x"),
        ("socks5h://u:p@proxy:1080", "socks5h://***@proxy:1080"),
        ("ssh://git:pw@h/x", "ssh://***@h/x"),
        ("https://a:b@h https://c:d@i", "https://***@h https://***@i"),
        ("https://a:b@h,https://c:d@i", "https://***@h,https://***@i"),
        (
            "url.https://oauth2:x@h/.insteadof",
            "url.https://***@h/.insteadof",
        ),
        ("https://me:@h", "https://***@h"),
    ] {
        assert_eq!(secrets(text), masked, "{text}");
    }
    assert_eq!(secrets(&format!("ssh://{TOKEN}@h")), "ssh://***@h");
}

#[test]
fn what_is_no_secret_is_left_alone() {
    for text in [
        "",
        "ssh://git@github.com/me/x.git",
        "git@github.com:me/x.git",
        "https://h:8443/x@v2",
        "https://h/x?ref=a@b",
        "https://[::1]:80/@x",
        "https://@h/x",
        "see https://h/x or ask me@example.org",
        "unexpected token: `foo`",
        "the token is missing",
        "authorization failed",
        "ghp_ tokens",
        "AKIA",
        "tokenizer=fast",
        "passwords",
        "https://h/me/extraheader.git",
        "http.extraheader.",
        "From https://h/x\n * branch main -> FETCH_HEAD",
    ] {
        assert!(
            matches!(secrets(text), Cow::Borrowed(same) if same == text),
            "{text} -> {}",
            secrets(text)
        );
    }
}

#[test]
fn headers_are_masked_to_the_end_of_what_encloses_them() {
    for (text, masked) in [
        (
            "Authorization: Basic dTpw\nnext",
            "Authorization: ***\nnext",
        ),
        (
            "=> Send header: authorization: bearer a b",
            "=> Send header: authorization: ***",
        ),
        (
            "Proxy-Authorization: Digest username=\"u\", response=\"r\"",
            "Proxy-Authorization: ***",
        ),
        (
            "-H 'Authorization: Bearer x y' https://h",
            "-H 'Authorization: ***' https://h",
        ),
        ("PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: ***"),
        (
            "{\"Authorization\": \"Basic x\", \"a\": 1}",
            "{\"Authorization\": \"***\", \"a\": 1}",
        ),
        ("Set-Cookie: session=1", "Set-Cookie: ***"),
        (
            "http.extraHeader=AUTHORIZATION: basic abc",
            "http.extraHeader=***",
        ),
        (
            "http.https://h/.extraheader=X-Key: a b\nuser.name=me",
            "http.https://h/.extraheader=***\nuser.name=me",
        ),
        (
            "-c 'http.extraheader=X-Key: a b' fetch",
            "-c 'http.extraheader=***",
        ),
        (
            "'http.extraheader'='X-Key: a b' 'x'='y'",
            "'http.extraheader'='***' 'x'='y'",
        ),
        ("http.extraheader X-Key: a b", "http.extraheader ***"),
    ] {
        assert_eq!(secrets(text), masked, "{text}");
    }
}

#[test]
fn tokens_are_known_by_their_shape() {
    for token in [
        TOKEN,
        "gho_abcdef012345",
        "ghs_abcdef012345",
        "ghu_abcdef012345",
        "github_pat_11ABC_defghijk",
        "glpat-abc-DEF_123456",
        "xoxb-123-456-abcdef",
        "xoxp-1-2-abcdef",
        "xoxa-2-abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOi.eyJzdWIiOi.SflKxw-_",
        "npm_0123456789abcdefghijklmnopqrstuvwxyz",
    ] {
        assert!(is_token(token), "{token}");
        assert_eq!(
            secrets(&format!("bad token {token}, sorry")),
            "bad token ***, sorry"
        );
        assert_eq!(
            secrets(&format!("x-{token}")),
            if token.starts_with("eyJ") {
                format!("x-{token}")
            } else {
                "x-***".into()
            }
        );
    }
    for other in [
        "git",
        "alice",
        "ghp_",
        "oauth2",
        "xghp_0123456789",
        "AKIAlowercase0000",
        "",
    ] {
        assert!(!is_token(other), "{other}");
    }
}

#[test]
fn assignments_are_masked() {
    for (text, masked) in [
        (
            "url?private_token=abc&x=1 next",
            "url?private_token=*** next",
        ),
        ("GITHUB_TOKEN=abc make", "GITHUB_TOKEN=***"),
        ("env GITHUB_TOKEN=abc make", "env GITHUB_TOKEN=*** make"),
        ("x --password='a b' y", "x --password='***' y"),
        ("password=a b c\nhost=h", "password=***\nhost=h"),
        ("client_secret = \"x y\" z", "client_secret = \"***\" z"),
        ("{\"token\":\"abc\",\"a\":1}", "{\"token\":\"***\",\"a\":1}"),
        ("{\\\"token\\\":\\\"abc\\\"}", "{\\\"token\\\":\\\"***\"}"),
        ("the password: hunter2", "the password: ***"),
        ("env GIT_CONFIG_VALUE_0=X x", "env GIT_CONFIG_VALUE_0=*** x"),
        (
            "curl 'h?access_token=a b' x",
            "curl 'h?access_token=*** b' x",
        ),
    ] {
        assert_eq!(secrets(text), masked, "{text}");
    }
}

#[test]
fn a_megabyte_of_anything_is_quick() {
    // A quadratic scan takes minutes here; the runner's time limit is the assertion.
    for part in [
        "://a:x",
        "://",
        "@",
        "eyJ-",
        "eyJa.",
        "password=",
        "extraheader",
        "'authorization",
        "-ghp_",
        "a:b@",
        "\"",
    ] {
        let text = part.repeat((1 << 20) / part.len());
        assert!(secrets(&text).len() <= text.len() * 4, "{part}");
    }
}

proptest! {
    #[test]
    fn masking_twice_changes_nothing(
        text in prop_oneof![
            any::<String>(),
            prop::collection::vec(prop::sample::select(vec![
                "https://", "ssh://", "://", "a", ":", "@", "/", "?", " ", "\n", "\"", "'", "\\", "=", "-", "_", ".",
                "password", "token", "authorization", "http.extraheader", "ghp_0123456789", "AKIA", "AKIAIOSFODNN7EXAMPLE",
                "eyJa", "***", "GIT_CONFIG_VALUE_", "Basic", "\u{e9}", "[", "80",
            ]), 0..16).prop_map(|parts| parts.concat()),
        ],
    ) {
        let once = secrets(&text).into_owned();
        prop_assert_eq!(secrets(&once), once.as_str());
    }

    #[test]
    fn a_password_never_survives(user in "[a-z]{0,5}", password in "QQ[a-zA-Z0-9:@/?#%!$&*+=._-]{0,12}", around in "[a-z (\\n]{0,6}") {
        let text = format!("{around}https://{user}:{password}@host/x.git{around}");
        let masked = secrets(&text);
        prop_assert!(!masked.contains("QQ"), "{}", masked);
    }
}
