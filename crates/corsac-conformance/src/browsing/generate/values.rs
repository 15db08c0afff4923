//! The classes of what servers answer. The first of each lets a request through.

/// The values of a header, one for each line.
type Values = &'static [&'static str];

pub(super) const ALLOW_ORIGIN: [Values; 26] = [
    &["{origin}"],
    &["*"],
    &[],
    &["null"],
    &["{secure-port}"],
    &["https://a.example"],
    &["{origin}", "{origin}"],
    &["{origin}", "*"],
    &["*", "*"],
    &["{origin}, *"],
    &["{origin},"],
    &["{origin} {origin}"],
    &["{origin}/"],
    &["{origin}/page"],
    &[" \t{origin} \t"],
    &["*\u{b}"],
    &["\u{c}{origin}"],
    &["\"{origin}\""],
    &["HTTP://LOCALHOST"],
    &["localhost"],
    &[""],
    &["NULL"],
    &["**"],
    &["{origin}\u{e9}"],
    &["'{origin}'"],
    &["http://localhost"],
];

pub(super) const ALLOW_CREDENTIALS: [Values; 9] = [
    &["true"],
    &[],
    &["True"],
    &["TRUE"],
    &["false"],
    &["true", "true"],
    &[" true\t"],
    &["true,"],
    &[""],
];

pub(super) const EXPOSE_HEADERS: [Values; 16] = [
    &["X-A"],
    &[],
    &["*"],
    &["x-a, x-b"],
    &["x-a", "x-b"],
    &["x-a,,x-b,"],
    &[",x-a"],
    &["x-a x-b"],
    &["x-a", "x b"],
    &["\"x-a\""],
    &["x-a, *"],
    &["set-cookie, x-a"],
    &["X-A\u{b}"],
    &["content-type;x-a"],
    &["\t x-a\t ,\tx-b"],
    &["x-a, \u{e9}"],
];

pub(super) const STATUSES: [u16; 12] = [200, 201, 204, 206, 299, 304, 400, 401, 403, 404, 500, 999];

pub(super) const PREFLIGHT_STATUSES: [u16; 13] = [
    204, 200, 201, 206, 299, 300, 301, 307, 304, 401, 403, 404, 500,
];

/// `{method}` is the method of the call, `{lower}` and `{upper}` the same in letters of one size.
pub(super) const ALLOW_METHODS: [Values; 21] = [
    &["{method}"],
    &[],
    &["*"],
    &["{lower}"],
    &["{upper}"],
    &["DELETE, {method}"],
    &["DELETE", "{method}"],
    &["{method},"],
    &[",, {method}"],
    &["DELETE"],
    &["GET, HEAD, POST"],
    &["{method}; DELETE"],
    &["{method} DELETE"],
    &["{method}, D@"],
    &["D@", "{method}"],
    &["\"{method}\""],
    &["*, {method}"],
    &["{method}\u{b}"],
    &[""],
    &["* *"],
    &["{method}\t,\tDELETE"],
];

/// `{names}` are the names of the headers that the call sets, in lower case.
pub(super) const ALLOW_HEADERS: [Values; 21] = [
    &["{names}"],
    &[],
    &["*"],
    &["{NAMES}"],
    &["authorization, *"],
    &["*", "authorization"],
    &["x-a"],
    &["x-b", "x-a"],
    &["{names},"],
    &[",, {names}"],
    &["x-z"],
    &["{names}; x-z"],
    &["x z, {names}"],
    &["x@z", "{names}"],
    &["\"x-a\""],
    &["{names}\u{b}"],
    &[""],
    &["*, {names}"],
    &["content-type, accept, range"],
    &["{names}, \u{e9}"],
    &["\tx-a\t,\tx-b "],
];

pub(super) const MAX_AGES: [Values; 20] = [
    &[],
    &["600"],
    &["0"],
    &["-1"],
    &["-600"],
    &["abc"],
    &["600s"],
    &["1e3"],
    &["600.5"],
    &["+600"],
    &["0x600"],
    &[""],
    &["600", "600"],
    &["600", "0"],
    &["600, 600"],
    &[" 600\t"],
    &["99999999999999999999999999"],
    &["00600"],
    &["\"600\""],
    &["6 00"],
];

/// Where a redirect leads: what `Location` says, line by line, and where that is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redirection {
    pub(super) location: Values,
    /// What is answered there, if it is a place.
    pub(super) at: &'static [&'static str],
}

/// `{target}` is the origin that is asked, `{page}` that of the page, `{third}` another one.
pub(super) const REDIRECTS: [Redirection; 20] = [
    Redirection {
        location: &[],
        at: &[],
    },
    Redirection {
        location: &["{target}{here}b"],
        at: &["{target}{here}b"],
    },
    Redirection {
        location: &["b?c=d#e"],
        at: &["{target}{here}b?c=d"],
    },
    Redirection {
        location: &["{third}{here}b"],
        at: &["{third}{here}b"],
    },
    Redirection {
        location: &["{page}{here}b"],
        at: &["{page}{here}b"],
    },
    Redirection {
        location: &["{third}{here}via"],
        at: &["{third}{here}via", "{third}{here}b"],
    },
    Redirection {
        location: &["{third}{here}via"],
        at: &["{third}{here}via", "{target}{here}b"],
    },
    Redirection {
        location: &["{third}{here}via"],
        at: &["{third}{here}via", "{page}{here}b"],
    },
    Redirection {
        location: &["{target}{here}via"],
        at: &["{target}{here}via", "{third}{here}b"],
    },
    Redirection {
        location: &["{page}{here}via"],
        at: &["{page}{here}via", "{target}{here}b"],
    },
    Redirection {
        location: &["user:pass@{target}{here}b"],
        at: &["{target}{here}b"],
    },
    Redirection {
        location: &["user@{third}{here}b"],
        at: &["{third}{here}b"],
    },
    Redirection {
        location: &["user:pass@{page}{here}b"],
        at: &["{page}{here}b"],
    },
    Redirection {
        location: &["data:text/plain,x"],
        at: &[],
    },
    Redirection {
        location: &["ftp://localhost/b"],
        at: &[],
    },
    Redirection {
        location: &["{nothing}"],
        at: &[],
    },
    Redirection {
        location: &["http://"],
        at: &[],
    },
    Redirection {
        location: &[""],
        at: &[],
    },
    Redirection {
        location: &["about:blank"],
        at: &[],
    },
    Redirection {
        location: &["a"],
        at: &[],
    },
];

pub(super) const REDIRECT_STATUSES: [u16; 5] = [302, 301, 303, 307, 308];

/// `{right}` is what the standard wants to see there.
pub(super) const REDIRECTED_ALLOW_ORIGIN: [Values; 5] =
    [&["{right}"], &["{origin}"], &["null"], &["*"], &[]];

pub(super) const COOKIES: [Values; 6] = [
    &[],
    &["c=1; Path={here}; SameSite=None; Secure"],
    &["c=1; Path={here}"],
    &["c=1; Path={here}; SameSite=Lax"],
    &["c=1; Path={here}; SameSite=Strict"],
    &["c=1; Path={here}; SameSite=None"],
];
