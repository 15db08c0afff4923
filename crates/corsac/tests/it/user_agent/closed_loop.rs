//! Server half against user-agent half: what a page sees is what the policy means.
//!
//! Every policy over a small set of settings meets every request over a small set of values. What
//! the user agent lets the page see of the policy's answers is compared with what the policy means
//! in plain words: [`expected`], which knows neither fields nor the standard.

use corsac::server::{Change, FieldValue, requested_header_names};
use corsac::user_agent::{
    CheckedRequest, CredentialsMode, ExposedHeaderNames, Header, HeaderList, Quirks,
    SerializedRequestOrigin, UnsafeHeaderNames, UseCorsPreflight, check_preflight_response,
    cors_check, cors_filtered_headers, cors_preflight_headers, needs_cors_preflight,
};
use corsac::{Answer, Policy, RequestField, RequestHead};

use super::{headers, sent};

/// What a policy allows, in the operator's words.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    origins: &'static [&'static str],
    methods: &'static [&'static str],
    request_headers: &'static [&'static str],
    exposed: &'static [&'static str],
    credentials: bool,
}

/// What a page sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    Blocked,
    /// The response, with the custom header or without.
    Readable {
        custom_header: bool,
    },
}

/// A request as a script makes it.
#[derive(Clone, Copy, Debug)]
struct Asked {
    page: &'static str,
    method: &'static str,
    lines: &'static [&'static str],
    mode: CredentialsMode,
    use_cors_preflight: UseCorsPreflight,
}

/// What the policy means for a request.
fn expected(meaning: &Meaning, asked: &Asked) -> Sight {
    let is_any = |list: &[&str]| list.contains(&"*");
    let is_origin = match asked.page {
        "https://a.example" => meaning.origins.contains(&"https://a.example"),
        "https://x.sub.example" => meaning.origins.contains(&"https://*.sub.example"),
        _ => false,
    } || is_any(meaning.origins);
    let is_method = ["GET", "HEAD", "POST"].contains(&asked.method)
        || meaning.methods.contains(&asked.method)
        || is_any(meaning.methods);
    let is_header = asked.lines.iter().all(|line| match *line {
        "accept: */*" | "content-type: text/plain" => true,
        "authorization: x" => {
            meaning.request_headers.contains(&"authorization")
                || is_any(meaning.request_headers) && meaning.credentials
        }
        _ => {
            let name = line.split(':').next().expect("a name").to_ascii_lowercase();
            meaning.request_headers.contains(&name.as_str()) || is_any(meaning.request_headers)
        }
    });
    let is_credentialed = asked.mode == CredentialsMode::Include;
    let is_credentials = !is_credentialed || meaning.credentials;
    match is_origin && is_method && is_header && is_credentials {
        false => Sight::Blocked,
        true => {
            let custom_header = meaning.exposed.contains(&"x-custom")
                || is_any(meaning.exposed) && !is_credentialed;
            Sight::Readable { custom_header }
        }
    }
}

/// A head made of a header list, as a server receives it.
struct Received<'a> {
    method: &'a [u8],
    headers: &'a HeaderList,
}

impl RequestHead for Received<'_> {
    fn method(&self) -> &[u8] {
        self.method
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        self.headers.lines(field.name().as_bytes())
    }
}

/// The status and headers that the policy's answer becomes on the wire.
fn responded(policy: &Policy, head: &Received<'_>) -> (u16, HeaderList) {
    let (status, changes, mut response) = match policy.answer(head) {
        Answer::Preflight(reply) | Answer::Reject(reply) => {
            (reply.status(), reply.changes(), HeaderList::new())
        }
        Answer::Forward(decoration) => (200, decoration.changes(), headers(&["x-custom: 1"])),
    };
    for change in changes {
        match change {
            Change::Set(field, value) => {
                let value = value_of(policy, head, value);
                let header = Header::new(field.name().as_bytes(), &value);
                response.set(header.expect("policies write header values"));
            }
            Change::Remove(field) => response.delete(field.name().as_bytes()),
            Change::Vary(_) => {}
        }
    }
    (status, response)
}

fn value_of(policy: &Policy, head: &Received<'_>, value: FieldValue) -> Vec<u8> {
    let first = |field| {
        head.lines(field)
            .next()
            .expect("the field is there")
            .to_vec()
    };
    match value {
        FieldValue::Prepared(value) => policy.value(value).expect("prepared").to_vec(),
        FieldValue::RequestOrigin => first(RequestField::Origin),
        FieldValue::RequestMethod => first(RequestField::AccessControlRequestMethod),
        FieldValue::RequestHeaderNames => requested_header_names(head),
    }
}

/// What the user agent lets the page see of the policy's answers.
fn seen(
    policy: &Policy,
    asked: &Asked,
    list: &HeaderList,
    origin: &SerializedRequestOrigin,
) -> Sight {
    let request = CheckedRequest {
        method: asked.method.as_bytes(),
        unsafe_header_names: &UnsafeHeaderNames::of(list),
        origin,
        credentials_mode: asked.mode,
        use_cors_preflight: asked.use_cors_preflight,
    };
    let with_origin = |mut headers: HeaderList| {
        headers.append(Header::new(b"Origin", origin.as_bytes()).expect("a header"));
        headers
    };
    if needs_cors_preflight(&request) {
        let preflight = with_origin(cors_preflight_headers(&request));
        let head = Received {
            method: b"OPTIONS",
            headers: &preflight,
        };
        let (status, response) = responded(policy, &head);
        if check_preflight_response(&request, status, &response, &Quirks::SPEC).is_err() {
            return Sight::Blocked;
        }
    }
    let sent = with_origin(list.clone());
    let (_, response) = responded(
        policy,
        &Received {
            method: request.method,
            headers: &sent,
        },
    );
    if cors_check(&request, &response).is_err() {
        return Sight::Blocked;
    }
    let exposed = ExposedHeaderNames::of(&response, asked.mode);
    let visible = cors_filtered_headers(&response, &exposed);
    Sight::Readable {
        custom_header: visible.contains(b"x-custom"),
    }
}

/// Every policy over these settings that the builder lets pass.
fn policies() -> Vec<(Meaning, Policy)> {
    let origins: [&[&str]; 5] = [
        &["https://a.example"],
        &["https://*.sub.example"],
        &[
            "https://a.example",
            "https://*.sub.example",
            "http://localhost:*",
        ],
        &["https://other.example"],
        &["*"],
    ];
    let methods: [&[&str]; 5] = [
        &[],
        &["PUT"],
        &["PUT", "DELETE", "PURGE"],
        &["PATCH", "patch"],
        &["*"],
    ];
    let request_headers: [&[&str]; 6] = [
        &[],
        &["x-a"],
        &["content-type", "x-a"],
        &["authorization", "x-b"],
        &["*"],
        &["*", "authorization"],
    ];
    let exposed: [&[&str]; 3] = [&[], &["x-custom"], &["*"]];
    let mut policies = Vec::new();
    for origins in origins {
        for methods in methods {
            for request_headers in request_headers {
                for exposed in exposed {
                    for credentials in [false, true] {
                        let meaning = Meaning {
                            origins,
                            methods,
                            request_headers,
                            exposed,
                            credentials,
                        };
                        policies.extend(built(&meaning).map(|policy| (meaning, policy)));
                    }
                }
            }
        }
    }
    policies
}

fn built(meaning: &Meaning) -> Option<Policy> {
    let builder = Policy::builder(meaning.origins.iter().copied())
        .methods(meaning.methods.iter().copied())
        .request_headers(meaning.request_headers.iter().copied())
        .expose_headers(meaning.exposed.iter().copied());
    match meaning.credentials {
        true => builder.credentials().build().ok(),
        false => builder.build().ok(),
    }
}

fn requests() -> Vec<Asked> {
    let lines: [&[&str]; 8] = [
        &[],
        &["accept: */*", "content-type: text/plain"],
        &["content-type: application/json"],
        &["X-A: 1"],
        &["x-b: 1", "x-a: 2"],
        &["authorization: x"],
        &["authorization: x", "x-b: 1"],
        &["x-unheard-of: 1"],
    ];
    let modes = [
        CredentialsMode::Omit,
        CredentialsMode::SameOrigin,
        CredentialsMode::Include,
    ];
    let mut requests = Vec::new();
    for page in [
        "https://a.example",
        "https://x.sub.example",
        "https://sub.example",
        "https://evil.test",
        "null",
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "patch", "PURGE",
        ] {
            for lines in lines {
                for mode in modes {
                    for use_cors_preflight in [UseCorsPreflight::Unset, UseCorsPreflight::Set] {
                        requests.push(Asked {
                            page,
                            method,
                            lines,
                            mode,
                            use_cors_preflight,
                        });
                    }
                }
            }
        }
    }
    requests
}

#[test]
fn what_a_page_sees_is_what_the_policy_means() {
    let policies = policies();
    let requests: Vec<_> = requests()
        .into_iter()
        .map(|it| (it, headers(it.lines), sent(it.page)))
        .collect();
    let mut n_readable = 0;
    for (meaning, policy) in &policies {
        for (asked, list, origin) in &requests {
            let sight = seen(policy, asked, list, origin);
            assert_eq!(sight, expected(meaning, asked), "{meaning:?} {asked:?}");
            n_readable += usize::from(sight != Sight::Blocked);
        }
    }
    let n_all = policies.len() * requests.len();
    assert_eq!(n_all, 1_324_800, "policies times requests");
    assert!(
        n_readable > n_all / 20 && n_readable < n_all / 2,
        "{n_readable} of {n_all}"
    );
}
