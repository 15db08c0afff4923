//! Fixes in every configuration language.

use corsac::user_agent::CredentialsMode;
use corsac_probe::{Code, Ground, Stack, fix};

fn ground(stack: Stack) -> Ground {
    let mut ground = Ground::default().on(Some(stack));
    ground.origin = "https://app.example".into();
    ground.server = "https://api.example".into();
    ground.method = "PUT".into();
    ground.headers = vec!["content-type".into(), "x-one".into()];
    ground.expose = vec!["etag".into()];
    ground.credentials = CredentialsMode::Include;
    ground
}

fn snippet(code: Code, ground: &Ground) -> Option<String> {
    fix(code, ground).snippet.map(|it| it.text)
}

/// Every snippet that there is for this ground.
fn snippets(ground: &Ground) -> Vec<String> {
    Code::all()
        .filter_map(|code| snippet(code, ground))
        .collect()
}

#[test]
fn every_stack_names_the_page_and_what_it_asks_for() {
    for stack in Stack::ALL {
        let text = snippet(Code::NoAllowOrigin, &ground(stack)).unwrap();
        let has = |part: &str| text.to_ascii_lowercase().contains(part);
        assert!(
            has("app.example") || has(r"app\.example"),
            "{stack:?}: {text}"
        );
        assert!(has("put"), "{stack:?}: {text}");
        assert!(has("x-one"), "{stack:?}: {text}");
        assert!(!stack.title().is_empty());
    }
}

#[test]
fn a_fix_never_allows_everyone() {
    for stack in Stack::ALL {
        for credentials in [CredentialsMode::Include, CredentialsMode::Omit] {
            let mut ground = ground(stack);
            ground.credentials = credentials;
            for text in snippets(&ground) {
                let lower = text.to_ascii_lowercase();
                for wide in [
                    "origin: *",
                    "origin \"*\"",
                    "origin '*'",
                    "origins: ['*']",
                    "origin: true",
                ] {
                    assert!(!lower.contains(wide), "{stack:?}: {text}");
                }
                assert!(!lower.contains("null\""), "{stack:?}: {text}");
            }
        }
    }
}

#[test]
fn credentials_are_allowed_only_if_they_are_asked_for() {
    for stack in Stack::ALL {
        let mut ground = ground(stack);
        let with = snippet(Code::NoAllowOrigin, &ground).unwrap();
        ground.credentials = CredentialsMode::Omit;
        let without = snippet(Code::NoAllowOrigin, &ground).unwrap();
        // Object stores allow them to every origin that is named, and have no word for it.
        assert_eq!(with == without, stack == Stack::S3, "{stack:?}: {without}");
    }
}

#[test]
fn nothing_is_left_to_fill_in() {
    for stack in Stack::ALL {
        for text in snippets(&ground(stack)) {
            assert!(
                !text.contains("{{") && !text.contains("}}"),
                "{stack:?}: {text}"
            );
            assert!(!text.contains("\n== "), "{stack:?}: {text}");
        }
    }
}

#[test]
fn nothing_that_could_be_more_than_a_word_is_filled_in() {
    let stack = Stack::Nginx;
    for origin in [
        "https://app.example$(x)",
        "https://a'b.example",
        "null",
        "https://a.example;",
    ] {
        let mut ground = ground(stack);
        ground.origin = origin.into();
        assert_eq!(snippets(&ground), Vec::<String>::new());
    }
    let mut ground = ground(stack);
    ground.headers = vec!["x`one`".into()];
    assert_eq!(snippets(&ground), Vec::<String>::new());
}

#[test]
fn a_rule_of_a_bucket_is_json() {
    for credentials in [CredentialsMode::Include, CredentialsMode::Omit] {
        let mut ground = ground(Stack::S3);
        ground.credentials = credentials;
        let text = snippet(Code::BucketRuleMissing, &ground).unwrap();
        let rules: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(rules[0]["AllowedMethods"].as_array().unwrap().len(), 4);
    }
}

#[test]
fn a_stack_is_found_by_its_name() {
    for stack in Stack::ALL {
        assert_eq!(Stack::named(stack.name()), Some(stack));
    }
}
