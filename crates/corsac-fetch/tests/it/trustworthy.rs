//! Which URLs and origins are potentially trustworthy.

use corsac_fetch::trustworthy::{
    is_potentially_trustworthy_origin, is_potentially_trustworthy_url,
};

use crate::support::{origin, url};

const TRUSTED: [&str; 12] = [
    "https://a.test/",
    "wss://a.test/",
    "http://localhost/",
    "http://localhost./",
    "http://www.localhost:8000/",
    "http://127.0.0.1/",
    "http://127.255.0.1:80/",
    "http://[::1]:3000/",
    "data:,x",
    "about:blank",
    "file:///x",
    "blob:https://a.test/x",
];

const UNTRUSTED: [&str; 8] = [
    "http://a.test/",
    "http://notlocalhost/",
    "http://localhost.test/",
    "http://128.0.0.1/",
    "http://[::2]/",
    "ws://a.test/",
    "about:config",
    "blob:http://a.test/x",
];

#[test]
fn a_url_is_trusted_by_its_scheme_or_as_this_machine() {
    for text in TRUSTED {
        assert!(is_potentially_trustworthy_url(&url(text)), "{text}");
    }
    for text in UNTRUSTED {
        assert!(!is_potentially_trustworthy_url(&url(text)), "{text}");
    }
}

#[test]
fn an_opaque_origin_is_not_trusted() {
    assert!(!is_potentially_trustworthy_origin(&origin("null")));
    assert!(!is_potentially_trustworthy_origin(&origin("data:,x")));
    assert!(is_potentially_trustworthy_origin(&origin("http://[::1]:1")));
}
