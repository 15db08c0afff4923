//! The strict grammar of a serialized origin, enumerated around its edges.

use corsac::origin::{HostKind, Origin, OriginFault};

/// Checks that the text is an origin with these parts.
#[track_caller]
fn check_origin(text: &str, scheme: &str, host: (HostKind, &str), port: Option<u16>) {
    let origin = Origin::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(origin.as_str(), text);
    assert_eq!(
        (origin.scheme(), origin.host_kind(), origin.host()),
        (scheme, host.0, host.1)
    );
    assert_eq!(origin.port(), port);
}

/// Checks that the text is no origin, for this reason and at this byte.
#[track_caller]
fn check_fault(text: &str, position: usize, fault: OriginFault) {
    let error = Origin::parse(text.as_bytes()).expect_err(text);
    assert_eq!((error.position, error.fault), (position, fault), "{text}");
}

#[test]
fn origins_that_browsers_send_are_origins() {
    let domain = |host| (HostKind::Domain, host);
    check_origin("https://example.com", "https", domain("example.com"), None);
    check_origin(
        "http://localhost:5173",
        "http",
        domain("localhost"),
        Some(5173),
    );
    check_origin(
        "https://xn--bcher-kva.example",
        "https",
        domain("xn--bcher-kva.example"),
        None,
    );
    check_origin(
        "http://example.com:443",
        "http",
        domain("example.com"),
        Some(443),
    );
    check_origin(
        "https://example.com:80",
        "https",
        domain("example.com"),
        Some(80),
    );
    check_origin(
        "https://example.com:65535",
        "https",
        domain("example.com"),
        Some(65535),
    );
    check_origin(
        "capacitor://localhost",
        "capacitor",
        domain("localhost"),
        None,
    );
    check_origin("tauri://localhost", "tauri", domain("localhost"), None);
    check_origin(
        "chrome-extension://abcdefgh",
        "chrome-extension",
        domain("abcdefgh"),
        None,
    );
    check_origin(
        "http://127.0.0.1:8080",
        "http",
        (HostKind::Ipv4, "127.0.0.1"),
        Some(8080),
    );
    check_origin("http://[::1]", "http", (HostKind::Ipv6, "[::1]"), None);
    check_origin(
        "http://[2001:db8::1]:81",
        "http",
        (HostKind::Ipv6, "[2001:db8::1]"),
        Some(81),
    );
}

#[test]
fn every_ipv6_spelling_but_the_shortest_is_refused() {
    for text in [
        "http://[2001:db8:0:0:1:0:0:1]",
        "http://[2001:db8::1:0:0:1:0]x",
        "http://[2001:DB8::1]",
        "http://[2001:0db8::1]",
        "http://[::ffff:1.2.3.4]",
        "http://[fe80::1%25eth0]",
        "http://[1::2::3]",
        "http://[1:2:3:4:5:6:7]",
        "http://[1:2:3:4:5:6:7:8:9]",
        "http://[1:2:3:4:5:6::8]",
        "http://[]",
        "http://[::1",
        "http://[example.com]",
    ] {
        assert!(Origin::parse(text.as_bytes()).is_err(), "{text}");
    }
    for text in [
        "[::]",
        "[1::]",
        "[::ffff:102:304]",
        "[1:0:0:2::3]",
        "[1:2:3:4:5:6:0:8]",
    ] {
        let text = format!("http://{text}");
        assert!(Origin::parse(text.as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn a_fault_is_named_and_pointed_at() {
    check_fault("", 0, OriginFault::Empty);
    check_fault("example.com", 0, OriginFault::MissingScheme);
    check_fault("://example.com", 0, OriginFault::MissingScheme);
    check_fault("null", 0, OriginFault::MissingScheme);
    check_fault("HTTPS://example.com", 0, OriginFault::UpperCase);
    check_fault("1https://example.com", 0, OriginFault::Scheme);
    check_fault("ht_tps://example.com", 2, OriginFault::Scheme);
    check_fault("https://example.com/", 19, OriginFault::TrailingSlash);
    check_fault("https://example.com/a", 19, OriginFault::Path);
    check_fault("https://example.com?a", 19, OriginFault::Query);
    check_fault("https://example.com#a", 19, OriginFault::Fragment);
    check_fault("https://user@example.com", 8, OriginFault::Userinfo);
    check_fault("https://user:secret@example.com", 8, OriginFault::Userinfo);
    check_fault("https://Example.com", 8, OriginFault::UpperCase);
    check_fault("https://b\u{fc}cher.example", 9, OriginFault::NotAscii);
    check_fault(" https://example.com", 0, OriginFault::WhiteSpace);
    check_fault(
        "https://a.example https://b.example",
        17,
        OriginFault::WhiteSpace,
    );
    check_fault("https://a.example,https://b.example", 17, OriginFault::List);
    check_fault("https://", 8, OriginFault::MissingHost);
    check_fault("https://:80", 8, OriginFault::MissingHost);
    check_fault("https://example..com", 16, OriginFault::EmptyLabel);
    check_fault("https://example.com.", 20, OriginFault::EmptyLabel);
    check_fault("https://.example.com", 8, OriginFault::EmptyLabel);
    check_fault("https://-a.example", 8, OriginFault::LabelHyphen);
    check_fault("https://a-.example", 9, OriginFault::LabelHyphen);
    check_fault("https://a_b.example", 9, OriginFault::HostByte);
    check_fault("https://*.example.com", 8, OriginFault::Wildcard);
    check_fault("https://256.0.0.1", 8, OriginFault::Ipv4);
    check_fault("https://127.1", 8, OriginFault::Ipv4);
    check_fault("https://0x7f000001", 8, OriginFault::Ipv4);
    check_fault("https://127.0.0.01", 8, OriginFault::Ipv4);
    check_fault("https://example.com:", 19, OriginFault::MissingPort);
    check_fault("https://example.com:080", 20, OriginFault::Port);
    check_fault("https://example.com:8a", 21, OriginFault::Port);
    check_fault("https://example.com:+8", 20, OriginFault::Port);
    check_fault("https://example.com:0", 20, OriginFault::PortZero);
    check_fault("https://example.com:65536", 20, OriginFault::PortTooLarge);
    check_fault(
        "https://example.com:99999999999",
        20,
        OriginFault::PortTooLarge,
    );
    check_fault("https://example.com:443", 20, OriginFault::DefaultPort);
    check_fault("http://example.com:80", 19, OriginFault::DefaultPort);
}

#[test]
fn labels_and_hosts_have_their_longest() {
    let label = "a".repeat(63);
    assert!(Origin::parse(format!("https://{label}.example").as_bytes()).is_ok());
    check_fault(
        &format!("https://{label}a.example"),
        8 + 63,
        OriginFault::LabelTooLong,
    );
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert!(Origin::parse(format!("https://{host}").as_bytes()).is_ok());
    check_fault(
        &format!("https://{host}a"),
        8 + 253,
        OriginFault::HostTooLong,
    );
    let scheme = "s".repeat(64);
    let longest = format!("{scheme}://{host}:65535");
    assert_eq!(longest.len(), corsac::origin::MAX_ORIGIN_LEN);
    assert!(Origin::parse(longest.as_bytes()).is_ok());
    check_fault(&format!("{scheme}s://a.example"), 64, OriginFault::Scheme);
    check_fault(
        &format!("{longest}0"),
        corsac::origin::MAX_ORIGIN_LEN,
        OriginFault::TooLong,
    );
}

/// One byte more, anywhere in an origin, never makes another spelling of the same origin.
#[test]
fn no_byte_can_be_slipped_in() {
    let origin = "https://app.example:8443";
    for at in 0..=origin.len() {
        for byte in 0..=255 {
            let mut bytes = origin.as_bytes().to_vec();
            bytes.insert(at, byte);
            let Ok(parsed) = Origin::parse(&bytes) else {
                continue;
            };
            assert_eq!(parsed.as_str().as_bytes(), bytes);
            let is_legal =
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.+".contains(&byte);
            assert!(is_legal, "{:?}", parsed.as_str());
        }
    }
}
