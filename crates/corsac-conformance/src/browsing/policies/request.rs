//! What the prose of the standard looks at in a call.

use super::super::scenario::{Api, Body, Call, Credentials};

/// A request, as the prose speaks of it.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) unsafe_names: Vec<String>,
    pub(super) has_listener: bool,
    pub(super) with_credentials: bool,
}

impl Request {
    pub(super) fn of(call: &Call) -> Self {
        let method = sent_method(&call.method);
        let mut headers = call.headers.clone();
        let sets_type = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let has_body = call.api == Api::Fetch || !["GET", "HEAD"].contains(&method.as_str());
        if let Some(Body::Blob { r#type, .. }) = &call.body
            && has_body
            && !sets_type
        {
            headers.push(("Content-Type".to_owned(), r#type.clone()));
        }
        let is_unsafe = |(name, value): &(String, String)| {
            let name = name.to_lowercase();
            (!is_safelisted(&name, value)).then_some(name)
        };
        Self {
            method,
            unsafe_names: headers.iter().filter_map(is_unsafe).collect(),
            has_listener: call.api == Api::Xhr && call.upload_listener,
            with_credentials: call.credentials == Credentials::Include,
        }
    }
}

/// Is the header safelisted? The values that are tried are short and plain.
fn is_safelisted(name: &str, value: &str) -> bool {
    let types = [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ];
    match name {
        "accept" | "accept-language" | "content-language" => true,
        "content-type" => types.contains(&value.split(';').next().unwrap_or_default()),
        _ => false,
    }
}

/// The method as it is sent: the names that have always been there are made upper case.
fn sent_method(method: &str) -> String {
    let old = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
    let old = old.into_iter().find(|it| it.eq_ignore_ascii_case(method));
    old.unwrap_or(method).to_owned()
}

pub(super) fn is_simple(method: &str) -> bool {
    ["GET", "HEAD", "POST"].contains(&method)
}
