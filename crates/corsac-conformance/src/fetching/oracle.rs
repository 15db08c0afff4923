//! What the standard's prose says of a response, in the plainest way.
//!
//! Nothing here is shared with the core or the machine: values are text, lists are vectors, and
//! every question is answered from the lines of the header alone.

/// The lines of one header, in order; none if it is absent.
pub type Lines<'a> = &'a [&'a str];

/// The headers of a response that CORS reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct CorsLines<'a> {
    /// `Access-Control-Allow-Origin`
    pub allow_origin: Lines<'a>,
    /// `Access-Control-Allow-Credentials`
    pub allow_credentials: Lines<'a>,
    /// `Access-Control-Allow-Methods`
    pub allow_methods: Lines<'a>,
    /// `Access-Control-Allow-Headers`
    pub allow_headers: Lines<'a>,
    /// `Access-Control-Expose-Headers`
    pub expose_headers: Lines<'a>,
    /// `Access-Control-Max-Age`
    pub max_age: Lines<'a>,
}

impl<'a> CorsLines<'a> {
    /// The names and values, line by line.
    pub fn lines(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let fields = [
            ("Access-Control-Allow-Origin", self.allow_origin),
            ("Access-Control-Allow-Credentials", self.allow_credentials),
            ("Access-Control-Allow-Methods", self.allow_methods),
            ("Access-Control-Allow-Headers", self.allow_headers),
            ("Access-Control-Expose-Headers", self.expose_headers),
            ("Access-Control-Max-Age", self.max_age),
        ];
        fields
            .into_iter()
            .flat_map(|(name, lines)| lines.iter().map(move |line| (name, *line)))
    }
}

/// A request, as the prose speaks of it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The serialized origin of the page.
    pub origin: &'a str,
    /// Is the credentials mode `include`?
    pub with_credentials: bool,
    /// The method, as it is sent.
    pub method: &'a str,
    /// The names of the headers that need permission, in lower case.
    pub unsafe_names: &'a [&'a str],
    /// Is there a listener on the upload?
    pub has_listener: bool,
}

/// May the response be shared with the page?
#[must_use]
pub fn is_shared(asked: &Asked<'_>, response: &CorsLines<'_>) -> bool {
    let [allowed] = response.allow_origin else {
        return false;
    };
    match (*allowed, asked.with_credentials) {
        ("*", false) => true,
        (allowed, false) => allowed == asked.origin,
        (allowed, true) => allowed == asked.origin && response.allow_credentials == ["true"],
    }
}

/// Does the response to a preflight let the request go?
#[must_use]
pub fn is_let_go(asked: &Asked<'_>, status: u16, response: &CorsLines<'_>) -> bool {
    if !is_shared(asked, response) || !(200..300).contains(&status) {
        return false;
    }
    let methods = tokens(response.allow_methods);
    let names = tokens(response.allow_headers);
    let (Some(methods), Some(names)) = (methods, names) else {
        return false;
    };
    let has_star = |list: &[&str]| list.contains(&"*") && !asked.with_credentials;
    let is_simple = ["GET", "HEAD", "POST"].contains(&asked.method);
    let is_implied = asked.has_listener && response.allow_methods.is_empty();
    let is_method =
        is_simple || is_implied || methods.contains(&asked.method) || has_star(&methods);
    let is_name = |name: &str| {
        let is_listed = names.iter().any(|it| it.to_lowercase() == name);
        is_listed || has_star(&names) && name != "authorization"
    };
    is_method && asked.unsafe_names.iter().all(|name| is_name(name))
}

/// Must a preflight be sent?
#[must_use]
pub fn is_asked_first(asked: &Asked<'_>) -> bool {
    let is_simple = ["GET", "HEAD", "POST"].contains(&asked.method);
    asked.has_listener || !is_simple || !asked.unsafe_names.is_empty()
}

/// Does the page see a response header of this name? The name is in lower case.
#[must_use]
pub fn is_seen(asked: &Asked<'_>, name: &str, response: &CorsLines<'_>) -> bool {
    let always = [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ];
    if ["set-cookie", "set-cookie2"].contains(&name) {
        return false;
    }
    let exposed = tokens(response.expose_headers).unwrap_or_default();
    let has_star = exposed.contains(&"*") && !asked.with_credentials;
    always.contains(&name) || has_star || exposed.iter().any(|it| it.to_lowercase() == name)
}

/// For how many seconds the answer to a preflight is kept.
#[must_use]
pub fn kept_seconds(lines: Lines<'_>) -> u64 {
    let [line] = lines else { return 5 };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match line.strip_prefix('-') {
        Some(digits) if is_number(digits) => 0,
        _ if is_number(line) => line.parse().unwrap_or(u64::MAX).min(24 * 60 * 60),
        _ => 5,
    }
}

/// The elements of a list of tokens over all lines; `None` if one of them is no token
/// (also the twin of the reader of such lists).
#[must_use]
pub fn tokens<'a>(lines: Lines<'a>) -> Option<Vec<&'a str>> {
    let elements = lines.iter().flat_map(|line| line.split(','));
    let elements = elements.map(|it| it.trim_matches([' ', '\t']));
    let elements: Vec<_> = elements.filter(|it| !it.is_empty()).collect();
    let is_token = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
    };
    elements.iter().all(|it| is_token(it)).then_some(elements)
}
