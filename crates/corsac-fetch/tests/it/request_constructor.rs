//! What a script may ask for.

use corsac::user_agent::{RequestMode, UseCorsPreflight};
use corsac_fetch::internal_request::Request;
use corsac_fetch::request_constructor::TypeError;
use corsac_fetch::{Body, CacheMode, FetchRequest, Referrer};

use crate::support::{asked, page, url};

const PAGE: &str = "https://app.test/dir/page";

fn make(change: impl FnOnce(&mut FetchRequest)) -> Result<Request, TypeError> {
    let mut asked = asked("/api");
    change(&mut asked);
    Request::new(&asked, &page(PAGE))
}

fn check(expected: Option<TypeError>, change: impl FnOnce(&mut FetchRequest)) {
    assert_eq!(make(change).err(), expected);
}

fn text() -> Body {
    Body::Bytes {
        bytes: b"hi"[..].into(),
        content_type: Some(b"text/plain;charset=UTF-8".to_vec()),
    }
}

#[test]
fn a_url_is_relative_to_the_page_and_carries_no_credentials() {
    let request = make(|it| it.url = "../x?y#z".into()).expect("a request");
    assert_eq!(request.url(), &url("https://app.test/x?y#z"));
    check(Some(TypeError::Url), |it| it.url = "https://".into());
    for text in ["https://u@a.test", "https://:p@a.test", "//u:p@a.test"] {
        check(Some(TypeError::UrlWithCredentials), |it| {
            it.url = text.into()
        });
    }
    check(None, |it| it.url = "https://:@a.test".into());
}

#[test]
fn six_methods_are_normalized_and_three_are_forbidden() {
    for (method, expected) in [("put", "PUT"), ("oPtIoNs", "OPTIONS"), ("patch", "patch")] {
        let request = make(|it| it.method = method.into()).expect("a request");
        assert_eq!(request.method(), expected.as_bytes());
    }
    for method in ["connect", "TRACE", "Track"] {
        check(Some(TypeError::ForbiddenMethod), |it| {
            it.method = method.into()
        });
    }
    for method in ["", "a b", "PUT\r\n", "\u{fc}"] {
        check(Some(TypeError::MethodNotAToken), |it| {
            it.method = method.into()
        });
    }
}

#[test]
fn without_cors_only_safelisted_methods_and_headers_are_left() {
    let no_cors = |it: &mut FetchRequest, method: &str| {
        it.mode = RequestMode::NoCors;
        it.method = method.into();
        it.headers = vec![
            (b"X-A".to_vec(), b"1".to_vec()),
            (b"Accept".to_vec(), b"a/b".to_vec()),
        ];
    };
    check(Some(TypeError::MethodInNoCors), |it| no_cors(it, "PUT"));
    let request = make(|it| no_cors(it, "post")).expect("a request");
    assert!(request.headers().contains(b"accept") && !request.headers().contains(b"x-a"));
}

#[test]
fn forbidden_headers_are_left_out_and_broken_ones_throw() {
    let request = make(|it| {
        it.headers = vec![
            (b"Cookie".to_vec(), b"a=b".to_vec()),
            (b"X-A".to_vec(), b" \t1 ".to_vec()),
            (b"x-a".to_vec(), b"\xFF".to_vec()),
        ];
    })
    .expect("a request");
    assert_eq!(
        request.headers().get(b"X-A").as_deref(),
        Some(&b"1, \xFF"[..])
    );
    assert!(!request.headers().contains(b"cookie"));
    for (name, value) in [("a b", "1"), ("", "1"), ("a", "1\n2"), ("a", "\0")] {
        check(Some(TypeError::Header(0)), |it| {
            it.headers = vec![(name.into(), value.into())]
        });
    }
}

#[test]
fn a_body_brings_its_type_unless_the_script_sets_one() {
    let request = make(|it| {
        it.method = b"POST".to_vec();
        it.body = Some(text());
    });
    let headers = request.expect("a request").headers().clone();
    let found = headers.get(b"content-type");
    assert_eq!(found.as_deref(), Some(&b"text/plain;charset=UTF-8"[..]));
    let request = make(|it| {
        it.method = b"POST".to_vec();
        it.headers = vec![(b"content-type".to_vec(), b"a/b".to_vec())];
        it.body = Some(text());
    });
    let headers = request.expect("a request").headers().clone();
    assert_eq!(headers.get(b"content-type").as_deref(), Some(&b"a/b"[..]));
}

#[test]
fn get_and_head_have_no_body() {
    for method in ["get", "HEAD"] {
        check(Some(TypeError::BodyWithGetOrHead), |it| {
            it.method = method.into();
            it.body = Some(text());
        });
    }
}

#[test]
fn a_stream_asks_for_a_preflight_and_for_a_mode_that_has_one() {
    let stream = |it: &mut FetchRequest, mode| {
        it.method = b"POST".to_vec();
        it.body = Some(Body::Stream);
        it.mode = mode;
    };
    for mode in [RequestMode::Cors, RequestMode::SameOrigin] {
        let request = make(|it| stream(it, mode)).expect("a request");
        assert_eq!(request.use_cors_preflight(), UseCorsPreflight::Set);
    }
    check(Some(TypeError::StreamInNoCors), |it| {
        stream(it, RequestMode::NoCors)
    });
}

#[test]
fn an_upload_listener_asks_for_a_preflight() {
    let request = make(|it| it.upload_listener = UseCorsPreflight::Set).expect("a request");
    assert_eq!(request.use_cors_preflight(), UseCorsPreflight::Set);
}

#[test]
fn only_if_cached_goes_only_with_same_origin() {
    for (mode, expected) in [
        (RequestMode::SameOrigin, None),
        (
            RequestMode::Cors,
            Some(TypeError::OnlyIfCachedAcrossOrigins),
        ),
        (
            RequestMode::NoCors,
            Some(TypeError::OnlyIfCachedAcrossOrigins),
        ),
    ] {
        check(expected, |it| {
            it.cache = CacheMode::OnlyIfCached;
            it.mode = mode;
        });
    }
}

#[test]
fn a_script_cannot_navigate() {
    check(Some(TypeError::Mode), |it| it.mode = RequestMode::Navigate);
    check(Some(TypeError::Mode), |it| it.mode = RequestMode::WebSocket);
}

#[test]
fn a_referrer_of_another_origin_is_the_page_itself() {
    for (text, expected) in [
        ("https://app.test/other", "https://app.test/other"),
        ("https://other.test/", PAGE),
        ("about:client", PAGE),
        ("data:,x", PAGE),
    ] {
        let [asked, expected] = [text, expected].map(|it| Referrer::Url(url(it).into()));
        let request = make(|it| it.referrer = asked.clone()).expect("a request");
        assert_eq!(request.referrer(), &expected, "{text}");
    }
}
