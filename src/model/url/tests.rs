use proptest::prelude::*;

use super::{PackUrl, Scheme, UrlError};

fn url(text: &str) -> PackUrl {
    PackUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> UrlError {
    PackUrl::parse(text)
        .err()
        .unwrap_or_else(|| panic!("{text:?} was accepted"))
}

#[test]
fn every_form_is_read() {
    for (text, scheme, host, key) in [
        (
            "https://GitHub.com/me/x.git",
            Scheme::Https,
            Some("GitHub.com"),
            Some("github.com:443"),
        ),
        (
            "https://me@h:8443/x?a=b#c",
            Scheme::Https,
            Some("h"),
            Some("h:8443"),
        ),
        (
            "https://me%40corp.example@h/x",
            Scheme::Https,
            Some("h"),
            Some("h:443"),
        ),
        (
            "http://[::1]:80/x",
            Scheme::Http,
            Some("::1"),
            Some("::1:80"),
        ),
        ("ssh://git@h/~/x", Scheme::Ssh, Some("h"), Some("h:22")),
        ("git@h:me/x.git", Scheme::Ssh, Some("h"), Some("h:22")),
        ("h:x", Scheme::Ssh, Some("h"), Some("h:22")),
        ("[::1]:x", Scheme::Ssh, Some("::1"), Some("::1:22")),
        ("git@[::1]:x", Scheme::Ssh, Some("::1"), Some("::1:22")),
        ("[git@h:2222]:x", Scheme::Ssh, Some("h"), Some("h:2222")),
        ("git@[h:2222]:x", Scheme::Ssh, Some("h"), Some("h:2222")),
        ("git@h:me@x", Scheme::Ssh, Some("h"), Some("h:22")),
        ("git://h/x", Scheme::Git, Some("h"), Some("h:9418")),
        ("file:///a b/\u{e9}", Scheme::File, None, None),
        ("/a b/\u{e9}:c", Scheme::Path, None, None),
        ("./a:b", Scheme::Path, None, None),
        ("../x.git", Scheme::Path, None, None),
        ("a/b::c", Scheme::Path, None, None),
        (
            "https://b\u{fc}cher.example/x",
            Scheme::Https,
            Some("b\u{fc}cher.example"),
            Some("b\u{fc}cher.example:443"),
        ),
        ("https://h/100%", Scheme::Https, Some("h"), Some("h:443")),
        (
            "https://h/me/x/-/y",
            Scheme::Https,
            Some("h"),
            Some("h:443"),
        ),
    ] {
        let parsed = url(text);
        assert_eq!((parsed.scheme(), parsed.host()), (scheme, host), "{text}");
        assert_eq!(parsed.host_key().as_deref(), key, "{text}");
        assert_eq!(parsed.is_local(), host.is_none(), "{text}");
        assert_eq!((parsed.as_str(), parsed.to_string().as_str()), (text, text));
    }
    assert!(url("../x").is_relative() && url("x").is_relative());
    assert!(
        !url("/x").is_relative() && !url("h:x").is_relative() && !url("file:///x").is_relative()
    );
}

#[test]
fn remote_helpers_are_refused_whatever_they_are_called() {
    for text in [
        "ext::sh -c touch% /tmp/x",
        "fd::17",
        "a_b+c.d-e::x",
        "::x",
        "http::https://h/x",
        "EXT::x",
        "ext::ssh://h/x",
    ] {
        assert!(matches!(refused(text), UrlError::Helper { .. }), "{text}");
    }
    assert!(refused("ext::sh -c id").to_string().contains("`ext::`"));
    for text in [
        "ftp://h/x",
        "HTTPS://h/x",
        "git+ssh://h/x",
        "x_y://h",
        "me@h://x",
        "://x",
    ] {
        assert!(
            matches!(refused(text), UrlError::UnknownScheme { .. }),
            "{text}"
        );
    }
}

#[test]
fn nothing_may_look_like_an_option_even_after_decoding() {
    for (text, expected) in [
        ("ssh://-oProxyCommand=x", "host"),
        ("ssh://-oProxyCommand=x/y", "host"),
        ("ssh://%2doX/y", "host"),
        ("ssh://me@-x/y", "host"),
        ("ssh://[-x]/y", "host"),
        ("https://-h/x", "host"),
        ("ssh://-oX@h/y", "user"),
        ("ssh://%2doX@h/y", "user"),
        ("ssh://h/-x", "path"),
        ("ssh://h//-x", "path"),
        ("ssh://h/%2dx", "path"),
        ("ssh://h%2f-x", "host-char"),
        ("git://h/-x", "path"),
        ("https://h/-x", "path"),
        ("file:///-x", "path"),
        ("-x", "first part"),
        ("-oProxyCommand=x:y", "first part"),
        ("%2doX@h:y", "first part"),
        ("%2doX@h", "first part"),
        ("me@-h:y", "host"),
        ("h:-x", "path"),
        ("h:/-x", "path"),
        ("h:%2dx", "path"),
        ("--upload-pack=x", "first part"),
    ] {
        match PackUrl::parse(text) {
            Err(UrlError::LeadingDash { part, .. }) => assert_eq!(part, expected, "{text}"),
            Err(UrlError::Host { .. }) => assert_eq!(expected, "host-char", "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn control_characters_are_refused_in_either_form() {
    for text in [
        "https://h/a\rb",
        "https://h/a\nb",
        "https://h/\0",
        "https://h/%0a",
        "https://h/%0D",
        "ssh://h/%00",
        "h:%1f",
        "a%7F",
        "https://h/\u{1b}[2J",
        "https://h/\u{85}",
        "https://h/\u{202e}gpj",
        "\thttps://h/x",
        "https://h/x\n",
    ] {
        let error = refused(text);
        assert!(matches!(error, UrlError::Control { .. }), "{text:?}");
        assert!(!error.to_string().chars().any(char::is_control), "{text:?}");
    }
    for text in [" https://h/x", "https://h/x ", " ext::sh"] {
        assert!(
            matches!(refused(text), UrlError::OuterSpace { .. }),
            "{text:?}"
        );
    }
}

#[test]
fn passwords_and_tokens_are_refused_and_never_repeated() {
    for text in [
        "https://me:s3cret@h/x",
        "https://:s3cret@h/x",
        "ssh://me:s3cret@h/x",
        "https://me%3as3cret@h/x",
        "me:s3cret@h:x",
        "me:s3cret@h/x",
        "https://me:@h/s3cret@x",
        "https://a:s3cret@b@h/x",
        "git://me:s3cret@h/x",
    ] {
        let error = refused(text);
        assert!(
            matches!(error, UrlError::Password { .. }),
            "{text}: {error:?}"
        );
        let said = error.to_string();
        assert!(said.contains("credential helper"), "{said}");
        if !text.contains(":@") {
            assert!(!format!("{said}{error:?}").contains("s3cret"), "{said}");
        }
    }
    for text in [
        "https://ghp_s3cret0123456789@h/x",
        "ssh://glpat-s3cret0123456789@h/x",
        "ghp_s3cret0123456789@h:x",
        "https://gh%70_s3cret0123456789@h/x",
        "https://h/x?private_token=s3cret",
        "https://h/ghp_s3cret0123456789/x",
    ] {
        let error = refused(text);
        assert!(matches!(error, UrlError::Token { .. }), "{text}: {error:?}");
        assert!(!format!("{error}{error:?}").contains("s3cret"), "{error}");
    }
}

#[test]
fn a_user_of_forty_letters_is_a_token() {
    for user in [
        "0123456789abcdef0123456789ABCDEF01234567",
        &"z3".repeat(26),
        &"0a".repeat(16),
    ] {
        let error = refused(&format!("https://{user}@h/x"));
        assert!(matches!(error, UrlError::Token { .. }), "{user}: {error:?}");
        assert!(!format!("{error}{error:?}").contains(user));
    }
    assert_eq!(url("https://gitlab+deploy-token-123@h/x").host(), Some("h"));
    assert_eq!(
        url("https://a-rather-long-name.of-somebody-or-other@h/x").host(),
        Some("h")
    );
}

#[test]
fn malformed_authorities_are_refused() {
    for text in [
        "https://",
        "https:///x",
        "ssh://me@/x",
        "https://:80/x",
        ":x",
        "me@:x",
    ] {
        assert!(
            matches!(refused(text), UrlError::EmptyHost { .. }),
            "{text}: {:?}",
            refused(text)
        );
    }
    for text in [
        "https://h%2fx/y",
        "https://h x/y",
        "https://[::1/x",
        "https://[::1]x/y",
        "https://h\\x/y",
        "ssh://h?x/y",
        "[::1]x",
    ] {
        assert!(
            matches!(refused(text), UrlError::Host { .. }),
            "{text}: {:?}",
            refused(text)
        );
    }
    for text in [
        "https://h:/x",
        "https://h:0/x",
        "https://h:65536/x",
        "https://h:+1/x",
        "https://h:1:2/x",
    ] {
        assert!(
            matches!(refused(text), UrlError::Port { .. }),
            "{text}: {:?}",
            refused(text)
        );
    }
    for text in [
        "https://@h/x",
        "ssh://a%2fb@h/x",
        "https://a\\b@h/x",
        "a b@h:x",
    ] {
        assert!(
            matches!(refused(text), UrlError::User { .. }),
            "{text}: {:?}",
            refused(text)
        );
    }
    for text in [
        "ssh://h", "ssh://h/", "git://h", "file://", "file:///", "h:", "h:/",
    ] {
        assert!(
            matches!(refused(text), UrlError::EmptyPath { .. }),
            "{text}: {:?}",
            refused(text)
        );
    }
    assert!(matches!(refused("file://h/x"), UrlError::FileHost { .. }));
    assert!(matches!(refused(""), UrlError::Empty));
}

#[test]
fn relative_urls_resolve_as_for_submodules() {
    for (base, relative, resolved) in [
        ("https://h/me/x.git", "../y.git", "https://h/me/y.git"),
        ("https://h/me/x.git/", "../y.git", "https://h/me/y.git"),
        ("https://h/me/x", "../../y/z", "https://h/y/z"),
        ("https://h/me/x", "./y", "https://h/me/x/y"),
        ("https://h/me/x", "y", "https://h/me/x/y"),
        ("https://h/me/x?a#b", "../y", "https://h/me/y"),
        ("https://me@h:1/a/b", "../c/../d/", "https://me@h:1/a/d"),
        ("git@h:me/x.git", "../y.git", "git@h:me/y.git"),
        ("git@h:x.git", "../y.git", "git@h:y.git"),
        ("git@h:/me/x.git", "../../y.git", "git@h:/y.git"),
        ("[::1]:a/b", "../c", "[::1]:a/c"),
        ("ssh://h/~/x", "../y", "ssh://h/~/y"),
        ("file:///a/b", "../c", "file:///a/c"),
        ("/a/b", "../c", "/a/c"),
        ("/a/b", ".", "/a/b"),
        ("/a/b", "https://h/x", "https://h/x"),
        ("/a/b", "/c", "/c"),
    ] {
        assert_eq!(
            url(relative)
                .resolve(&url(base))
                .map(String::from)
                .as_deref(),
            Ok(resolved),
            "{base} + {relative}"
        );
    }
    for (base, relative) in [
        ("https://h/x", "../../y"),
        ("git@h:x", "../../y"),
        ("/x", "../../y"),
        ("file:///a", "../b/../../c"),
        ("/a/..", "../b"),
    ] {
        assert!(
            matches!(
                url(relative).resolve(&url(base)),
                Err(UrlError::AboveRoot { .. })
            ),
            "{base} + {relative}"
        );
    }
    assert!(matches!(
        url("../x").resolve(&url("a/b")),
        Err(UrlError::RelativeBase { .. })
    ));
    // What comes out is parsed again: here the path would begin with a dash.
    assert!(matches!(
        url("../-x").resolve(&url("h:a")),
        Err(UrlError::LeadingDash { .. })
    ));
    assert!(matches!(
        url("..").resolve(&url("ssh://h/a")),
        Err(UrlError::EmptyPath { .. })
    ));
}

#[test]
fn one_repository_has_one_identity() {
    for group in [
        vec![
            "https://GitHub.com/me/x.git",
            "https://github.com:443/me/x/",
            "https://me@github.com/me//./y/../x",
            "https://github.com/me/%78",
        ],
        vec![
            "git@h:me/x.git",
            "ssh://git@h/me/x",
            "ssh://H:22/me/x.git/",
            "h:/me/x",
            "[h:22]:me/x",
            "ssh://h/~/me/x",
            "h:~/me/x",
        ],
        vec!["alice@h:x", "ssh://alice@h/x.git"],
        vec!["ssh://h:2222/x", "[git@h:2222]:x"],
        vec![
            "file:///a%20b/c",
            "/a b/c/",
            "/a b/c.git",
            "/a b/c/.git",
            "/../a b/d/../c",
        ],
        vec!["../a/../b", "../b", "./../b/"],
        vec!["http://[::1]/x", "http://[::1]:80/x"],
        vec!["git://h/x", "git://h:9418/x.git"],
        vec!["https://h/a%2Fb", "https://h/a%2fb"],
    ] {
        for text in &group {
            assert_eq!(
                url(text).identity(),
                url(group[0]).identity(),
                "{text} and {}",
                group[0]
            );
        }
    }
    let apart = [
        "https://h/x",
        "http://h/x",
        "ssh://h/x",
        "git://h/x",
        "/h/x",
        "https://h/X",
        "https://h:8443/x",
        "https://h/x?a",
        "alice@h:x",
        "https://i/x",
        "h/x",
        "../h/x",
        "https://h/a%2fx",
        "https://h/a/x",
        "ssh://h/y%3fx",
        "ssh://h/%78y%25",
    ];
    let distinct: std::collections::HashSet<String> =
        apart.iter().map(|text| url(text).identity()).collect();
    assert_eq!(distinct.len(), apart.len(), "{distinct:?}");
}

#[test]
fn the_default_path_is_the_last_segment() {
    for (text, path) in [
        ("https://h/me/x.git", "x"),
        ("https://h/me/x/?a/b#c/d", "x"),
        ("git@h:x.git", "x"),
        ("h:a/b/", "b"),
        ("../y.git", "y"),
        ("/a/b/.git", "b"),
        ("file:///a%20b", "a b"),
        ("h:a%20b", "a%20b"),
        ("https://h/.github.git", ".github"),
    ] {
        assert_eq!(
            url(text).default_path().map(String::from).as_deref(),
            Ok(path),
            "{text}"
        );
    }
    for text in [
        "https://h",
        "https://h/",
        "..",
        "/",
        "/a/..",
        "https://h/.git",
        "https://h/con.git",
        "h:.grex",
        "https://h/a%3ab",
        "/.git",
    ] {
        assert!(
            matches!(
                url(text).default_path(),
                Err(UrlError::NoDefaultPath { .. })
            ),
            "{text}"
        );
    }
}

#[test]
fn serde_goes_through_the_parser() {
    let parsed: PackUrl = serde_json::from_str("\"git@h:x\"").expect("a URL");
    assert_eq!(
        serde_json::to_string(&parsed).ok().as_deref(),
        Some("\"git@h:x\"")
    );
    assert!(serde_json::from_str::<PackUrl>("\"ext::x\"").is_err());
}

fn texts() -> impl Strategy<Value = String> {
    let parts = vec![
        "https://", "ssh://", "file://", "git://", "copy://", "ext::", "-", "%2d", "%2D", "@", ":",
        "/", "..", ".", "[", "]", "::1", "h", "user", "x.git", "%0a", "%2f", "?", "#", " ", "~",
        "22", "\u{e9}", "%", "\\",
    ];
    prop_oneof![
        any::<String>(),
        prop::collection::vec(prop::sample::select(parts), 0..10).prop_map(|parts| parts.concat())
    ]
}

#[test]
fn a_scheme_may_be_a_plugins() {
    for (text, name, host, path) in [
        ("copy:///a/x", "copy", None, Some("x")),
        ("s3://bucket/k/x?v=1#f", "s3", Some("bucket"), Some("x")),
        ("s3://bucket", "s3", Some("bucket"), None),
        ("a+b.c-d://me@h:7/x.git", "a+b.c-d", Some("h"), Some("x")),
        ("gitx://h/x", "gitx", Some("h"), Some("x")),
    ] {
        let parsed = url(text);
        assert_eq!(
            (parsed.scheme(), parsed.scheme_name()),
            (Scheme::Other, name)
        );
        assert_eq!(parsed.host(), host, "{text}");
        assert!(!parsed.is_local() && !parsed.is_relative(), "{text}");
        assert_eq!(
            parsed.default_path().ok().map(String::from).as_deref(),
            path
        );
    }
    for (text, name) in [
        ("h:x", "ssh"),
        ("/x", "file"),
        ("../x", "file"),
        ("git://h/x", "git"),
    ] {
        assert_eq!(url(text).scheme_name(), name, "{text}");
    }
    let long = format!("{}://h/x", "a".repeat(33));
    for text in [
        "c://h/x",
        "2c://h/x",
        "Copy://h/x",
        "c_y://h/x",
        "+c://h/x",
        "ftp://h/x",
        "ftps://h/x",
        "rsync://h/x",
        "ssh+git://h/x",
        "git+https://h/x",
        &long,
    ] {
        assert!(
            matches!(refused(text), UrlError::UnknownScheme { .. }),
            "{text}"
        );
    }
}

#[test]
fn what_is_refused_is_refused_with_any_scheme() {
    for text in [
        "copy://-h/x",
        "copy://%2dh/x",
        "copy://-u@h/x",
        "copy://%2du@h/x",
        "copy:///-x",
        "copy://h//%2dx",
    ] {
        assert!(
            matches!(
                refused(text),
                UrlError::LeadingDash { .. } | UrlError::Host { .. }
            ),
            "{text}"
        );
    }
    for text in ["copy://h/a%0ab", "copy:///a\nb", "copy://h/a\u{202e}b"] {
        assert!(
            matches!(refused(text), UrlError::Control { .. }),
            "{text:?}"
        );
    }
    for text in ["copy://me:s3cret@h/x", "copy://me%3as3cret@h/x"] {
        assert!(matches!(refused(text), UrlError::Password { .. }), "{text}");
    }
    for text in [
        "copy://ghp_s3cret0123456789@h/x",
        "copy://h/x?private_token=s3cret",
    ] {
        assert!(matches!(refused(text), UrlError::Token { .. }), "{text}");
    }
    assert!(matches!(refused("copy::x"), UrlError::Helper { .. }));
    assert!(matches!(refused("copy::///x"), UrlError::Helper { .. }));
    assert!(matches!(refused("copy://@h/x"), UrlError::User { .. }));
    assert!(matches!(refused("copy://h:0/x"), UrlError::Port { .. }));
    assert!(matches!(refused("copy://h%2fx/y"), UrlError::Host { .. }));
    for text in ["copy://", "copy:///", "copy://?x"] {
        assert!(
            matches!(refused(text), UrlError::EmptyPath { .. }),
            "{text}"
        );
    }
}

#[test]
fn urls_of_plugins_resolve_and_compare_by_the_rules_of_paths() {
    for (base, relative, resolved) in [
        ("copy:///a/b", "../c", "copy:///a/c"),
        ("s3://bucket/a/b?v=1", "../c", "s3://bucket/a/c"),
    ] {
        let found = url(relative).resolve(&url(base)).map(String::from);
        assert_eq!(found.as_deref(), Ok(resolved));
    }
    assert_eq!(
        url("copy:///a/./b/../c/").identity(),
        url("copy:///a/c").identity()
    );
    assert_eq!(url("copy://H/a").identity(), url("copy://h/%61").identity());
    let apart = [
        "copy:///a",
        "/a",
        "other:///a",
        "copy://a",
        "copy://a/a",
        "copy:///a.git",
        "copy://me@a/a",
        "copy:///a?b",
    ];
    let distinct: std::collections::HashSet<String> =
        apart.iter().map(|text| url(text).identity()).collect();
    assert_eq!(distinct.len(), apart.len(), "{distinct:?}");
}

proptest! {
    #[test]
    fn what_is_accepted_is_harmless(text in texts(), base in texts()) {
        let Ok(parsed) = PackUrl::parse(&text) else { return Ok(()) };
        prop_assert!(!text.starts_with('-') && !text.chars().any(char::is_control));
        prop_assert!(!parsed.host().is_some_and(|host| host.starts_with('-') || host.contains('%') && !text.contains('[')));
        // git decodes a URL and only then takes it apart.
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
        prop_assert!(!decoded.chars().any(|letter| letter.is_ascii_control()));
        let is_url = ["https://", "http://", "ssh://", "git://", "copy://"].iter().any(|scheme| text.starts_with(scheme));
        if let Some((_, rest)) = decoded.split_once("://").filter(|_| is_url) {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit('@').next().unwrap_or_default();
            prop_assert!(![authority, host, path.trim_start_matches('/')].iter().any(|part| part.starts_with('-')));
        }
        let identity = parsed.identity();
        prop_assert!(!identity.is_empty() || parsed.is_relative());
        let _ = parsed.default_path();
        if let Ok(base) = PackUrl::parse(&base)
            && let Ok(resolved) = parsed.resolve(&base)
        {
            prop_assert!(!resolved.is_relative());
            if parsed.is_relative() {
                prop_assert_eq!(resolved.scheme(), base.scheme());
                prop_assert_eq!(resolved.host_key(), base.host_key());
            }
        }
    }
}
