//! What a refusal means, for a person.
//!
//! The guide's page about refusals says the same in the same words, which a test holds it to.

/// What a refusal means, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What was refused.
    pub meaning: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// What the refusal with this code means. Names and values stand in backticks.
#[must_use]
pub fn explanation(code: &str) -> Option<Explanation> {
    let (_, explanation) = EXPLANATIONS.iter().find(|(it, _)| *it == code)?;
    Some(*explanation)
}

const EXPLANATIONS: [(&str, Explanation); 7] = [
    (
        "malformed-origin",
        Explanation {
            meaning: "The `Origin` field is not a serialized origin, or came more than once. \
                      The refusal carries what is wrong and at which byte, as one of the codes \
                      under Origins.",
            fix: "browsers write this field themselves, and write it right. \
                  Look for a proxy that changes or doubles it, or for a client that is not a \
                  browser and sends a URL there. \
                  A host with an underscore is refused by the grammar of an origin: rename the host. \
                  So is one that ends in a dot: open the page by the name without it.",
        },
    ),
    (
        "origin-not-allowed",
        Explanation {
            meaning: "The origin is well-formed, and no entry of `allow-origins` contains it.",
            fix: "compare scheme, host and port with your list, each of them exactly. \
                  `http://localhost:3000` and `http://127.0.0.1:3000` are two origins, and so are \
                  `https://example.com` and `https://www.example.com`. \
                  `https://*.example.com` contains subdomains only, not `https://example.com`. \
                  `null` is what a sandboxed frame and a page from `file:` send.",
        },
    ),
    (
        "malformed-request-method",
        Explanation {
            meaning: "`Access-Control-Request-Method` is not a method: it is empty, has a space \
                      or another byte that no method has, or is longer than 64 bytes.",
            fix: "look for what changes the field on the way; a browser does not send such a \
                  thing.",
        },
    ),
    (
        "method-not-allowed",
        Explanation {
            meaning: "The page wants a method that `allow-methods` does not have.",
            fix: "add it. \
                  Methods are case-sensitive: a page that says `patch` asks for `patch`, and the \
                  server has `PATCH`. \
                  In the gateway, a route's `methods` limit what a policy allows.",
        },
    ),
    (
        "malformed-request-header",
        Explanation {
            meaning: "`Access-Control-Request-Headers` has an element that is no header name. \
                      The refusal carries the line and the bytes.",
            fix: "look for what changes the field on the way; a browser does not send such a \
                  thing.",
        },
    ),
    (
        "request-header-not-allowed",
        Explanation {
            meaning: "The page wants to send a header that `allow-headers` does not have. \
                      The refusal carries the line and the bytes.",
            fix: "add the name. \
                  `content-type` must be listed for a page that sends JSON, although forms may \
                  send it freely: a browser asks for it only with a value that needs permission. \
                  `*` without credentials does not cover `authorization`: list it beside the `*`.",
        },
    ),
    (
        "too-many-request-headers",
        Explanation {
            meaning: "`Access-Control-Request-Headers` has more than 4096 bytes, or more than 128 \
                      names. \
                      Nothing is read past either bound.",
            fix: "a page that really sends so many headers should send a body.",
        },
    ),
];
