//! Makes a policy of an operator's words, or says everything that is wrong with them.

mod headers;
mod max_age;
mod methods;
mod origins;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

use super::answer::PreparedValue;
use super::dynamic::DynamicPolicy;
use super::origin_set::OriginSet;
use super::policy::{
    AllowedMethods, AllowedRequestHeaders, Frequent, HandlerFields, Policy, PreparedValues,
    RefusedOrigins, Settings, joined, methods_value,
};
use super::remark::{ConfigError, ConfigErrors, Doubt, Mistake, Setting, Warning};
use crate::header::is_token_byte;

pub use max_age::MAX_AGE_LIMIT;
pub(super) use methods::parse_existing_methods;

/// The settings of a policy, before they are checked.
///
/// [`build`](Self::build) checks all of them and returns every mistake at once.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let policy = corsac::Policy::builder(["https://app.example", "https://*.preview.example"])
///     .credentials()
///     .methods(["PUT", "DELETE"])
///     .request_headers(["authorization", "content-type"])
///     .expose_headers(["x-total-count"])
///     .max_age(Duration::from_secs(2 * 60 * 60))
///     .build()?;
/// assert!(policy.warnings().is_empty());
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyBuilder {
    origins: Vec<String>,
    methods: Vec<String>,
    request_headers: Vec<String>,
    exposed_headers: Vec<String>,
    max_age: Option<Duration>,
    credentials: Credentials,
    refused_origins: RefusedOrigins,
    handler_fields: HandlerFields,
    permissions: Permissions,
}

/// Whether pages may send credentials and read the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credentials {
    Refused,
    Allowed,
}

/// The permissions that only an operator who knows the danger gives.
#[derive(Clone, Copy, Debug, Default)]
struct Permissions {
    null_origin: bool,
    insecure_origins: bool,
    public_suffix: bool,
}

impl PolicyBuilder {
    pub(super) fn new<S: Into<String>>(origins: impl IntoIterator<Item = S>) -> Self {
        Self {
            origins: origins.into_iter().map(Into::into).collect(),
            methods: Vec::new(),
            request_headers: Vec::new(),
            exposed_headers: Vec::new(),
            max_age: None,
            credentials: Credentials::Refused,
            refused_origins: RefusedOrigins::Forward,
            handler_fields: HandlerFields::Override,
            permissions: Permissions::default(),
        }
    }

    /// Allows these origins too.
    pub fn origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Allows these methods beside `GET`, `HEAD` and `POST`, which need no mention; `*` is any.
    pub fn methods<S: Into<String>>(mut self, methods: impl IntoIterator<Item = S>) -> Self {
        self.methods.extend(methods.into_iter().map(Into::into));
        self
    }

    /// Allows these request headers; `*` is any.
    ///
    /// Without credentials `*` does not cover `authorization`, which must be listed beside it.
    pub fn request_headers<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.request_headers
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Lets pages read these response headers, beside the ones that they may always read; `*` is
    /// all of them.
    pub fn expose_headers<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.exposed_headers
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Lets pages send cookies and other credentials, and read the answer.
    ///
    /// # Security
    ///
    /// Every allowed origin can then act as the user. So the origins must be named, use TLS, and
    /// not be free for anyone to register: [`build`](Self::build) sees to that.
    pub fn credentials(mut self) -> Self {
        self.credentials = Credentials::Allowed;
        self
    }

    /// Lets browsers keep a preflight's answer for so long, in whole seconds.
    ///
    /// Without it they keep it for 5 seconds; with zero, not at all. Chromium keeps it for two
    /// hours at most, Firefox for a day, WebKit for ten minutes.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Answers requests from refused origins with 403, instead of forwarding them undecorated.
    ///
    /// This goes beyond CORS. It also guards WebSocket handshakes, which CORS does not cover; and
    /// it concerns a page's requests to its own origin, wherever a browser names the origin in
    /// them: so the server's own origin must be listed.
    pub fn reject_refused_origins(mut self) -> Self {
        self.refused_origins = RefusedOrigins::Reject;
        self
    }

    /// Leaves responses alone that already carry `Access-Control-Allow-Origin`.
    ///
    /// # Security
    ///
    /// What the handler says then stands, whatever the policy says.
    pub fn keep_handler_fields(mut self) -> Self {
        self.handler_fields = HandlerFields::Keep;
        self
    }

    /// Permits the origin `null` in the list.
    ///
    /// # Security
    ///
    /// Any site can make a page with the origin `null`, by a sandboxed frame.
    pub fn dangerously_allow_null_origin(mut self) -> Self {
        self.permissions.null_origin = true;
        self
    }

    /// Permits `http` origins beside credentials.
    ///
    /// # Security
    ///
    /// Whoever is on the network between the user and such an origin can act as the user.
    pub fn dangerously_allow_insecure_origins(mut self) -> Self {
        self.permissions.insecure_origins = true;
        self
    }

    /// Permits all subdomains of a public suffix beside credentials.
    ///
    /// # Security
    ///
    /// Whoever registers a name under the suffix can act as the user.
    pub fn dangerously_allow_public_suffix(mut self) -> Self {
        self.permissions.public_suffix = true;
        self
    }

    /// Checks everything, and makes the policy.
    pub fn build(self) -> Result<Policy, ConfigErrors> {
        self.build_varying(None)
    }

    /// Checks everything, and makes a policy whose origins a function knows, beside those listed.
    ///
    /// The function may look at the request's `Origin` and at the fields named here, and at nothing
    /// else of it: `Vary` names them, so that caches keep the answers apart. The list may be empty;
    /// `*` in it is a mistake.
    ///
    /// # Security
    ///
    /// What the function allows is not checked: with credentials, an origin without TLS, or one
    /// that anyone can register, can act as the user.
    pub fn build_with_function<S: Into<String>>(
        self,
        varies_on: impl IntoIterator<Item = S>,
    ) -> Result<DynamicPolicy, ConfigErrors> {
        let varies_on = varies_on.into_iter().map(Into::into);
        let varies_on: Vec<String> = varies_on.map(|it| it.to_ascii_lowercase()).collect();
        let listed = self.build_varying(Some(&varies_on))?;
        let mut settings = Settings::clone(&listed.0);
        let every = OriginSet::every().expect("a set without patterns is small");
        settings.origins = Arc::new(every);
        Ok(DynamicPolicy {
            listed,
            allowing: Policy(Arc::new(settings)),
            varies_on: varies_on.into(),
        })
    }

    /// Makes a policy; `by_function` is what a function varies on, if there is one.
    fn build_varying(&self, by_function: Option<&[String]>) -> Result<Policy, ConfigErrors> {
        let mut remarks = Remarks::default();
        let origins = self.check_origins(by_function, &mut remarks);
        let methods = self.check_methods(&mut remarks);
        let request_headers = self.check_request_headers(&mut remarks);
        let exposed_headers = self.check_exposed_headers(&mut remarks);
        self.check_max_age(&mut remarks);
        let origins = match origins {
            Some(origins) if remarks.errors.is_empty() => origins,
            Some(_) | None => return Err(ConfigErrors(remarks.errors)),
        };
        let credentials = self.credentials == Credentials::Allowed;
        let mut settings = Settings {
            origins: Arc::new(origins),
            methods,
            request_headers,
            credentials,
            refused_origins: self.refused_origins,
            handler_fields: self.handler_fields,
            values: PreparedValues::default(),
            frequent: Frequent::default(),
            warnings: remarks.warnings,
        };
        settings.values = self.prepared_values(&settings, &exposed_headers);
        if let Some(varies_on) = by_function {
            vary_too(&mut settings.values, varies_on);
        }
        Ok(Policy::of(settings))
    }

    /// Writes every value that the policy's answers may carry.
    fn prepared_values(&self, settings: &Settings, exposed: &[String]) -> PreparedValues {
        let request_headers: Vec<_> = self
            .request_headers
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        let vary = preflight_vary(settings);
        let max_age = self.max_age.map(|it| it.as_secs().to_string());
        let mut values = PreparedValues::default();
        values.set(PreparedValue::AnyOrigin, Some(Box::from(*b"*")));
        values.set(PreparedValue::True, Some(Box::from(*b"true")));
        values.set(
            PreparedValue::Methods,
            match &settings.methods {
                AllowedMethods::Any => Some(Box::from(*b"*")),
                AllowedMethods::Listed(methods) => Some(methods_value(methods)),
            },
        );
        values.set(
            PreparedValue::RequestHeaders,
            match &settings.request_headers {
                AllowedRequestHeaders::Any {
                    with_authorization: false,
                } => Some(Box::from(*b"*")),
                AllowedRequestHeaders::Any {
                    with_authorization: true,
                } => Some(Box::from(*b"*, authorization")),
                AllowedRequestHeaders::Listed(_) => joined(&without_repeats(request_headers)),
            },
        );
        values.set(PreparedValue::ExposedHeaders, joined(exposed));
        values.set(
            PreparedValue::MaxAge,
            max_age.map(|it| it.into_bytes().into()),
        );
        values.set(PreparedValue::PreflightVary, joined(&vary));
        values.set(PreparedValue::Vary, Some(Box::from(*b"Origin")));
        values
    }
}

/// Names these fields in every `Vary` too.
fn vary_too(values: &mut PreparedValues, varies_on: &[String]) {
    for value in [PreparedValue::Vary, PreparedValue::PreflightVary] {
        let named = values.get(value).unwrap_or_default().to_vec();
        let named = varies_on.iter().fold(named, |mut named, name| {
            named.extend_from_slice(b", ");
            named.extend_from_slice(name.as_bytes());
            named
        });
        values.set(value, Some(named.into()));
    }
}

/// What a preflight's answer depends on: the origin, and what is echoed.
fn preflight_vary(settings: &Settings) -> Vec<String> {
    let mut vary = Vec::new();
    if settings.varies_by_origin() {
        vary.push("Origin".to_owned());
    }
    if settings.credentials && matches!(settings.methods, AllowedMethods::Any) {
        vary.push("Access-Control-Request-Method".to_owned());
    }
    if settings.credentials && matches!(settings.request_headers, AllowedRequestHeaders::Any { .. })
    {
        vary.push("Access-Control-Request-Headers".to_owned());
    }
    vary
}

/// The remarks so far, in the order of the settings.
#[derive(Default)]
struct Remarks {
    errors: Vec<ConfigError>,
    warnings: Vec<Warning>,
}

impl Remarks {
    fn refuse(&mut self, setting: Setting, index: usize, value: &str, mistake: Mistake) {
        self.errors
            .push(ConfigError::new(setting, index, value, mistake));
    }

    fn warn(&mut self, setting: Setting, index: usize, value: &str, doubt: Doubt) {
        self.warnings
            .push(Warning::new(setting, index, value, doubt));
    }
}

/// The character for which a text is no token, or all of it if it is one.
fn misfit_span(text: &str) -> Range<usize> {
    let is_misfit = |it: char| !u8::try_from(it).is_ok_and(is_token_byte);
    match text.char_indices().find(|(_, it)| is_misfit(*it)) {
        Some((at, it)) => at..at + it.len_utf8(),
        None => 0..text.len(),
    }
}

/// The items in their order, without those that are equal to an earlier one.
fn without_repeats(items: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// Is an earlier item equal to the one at `index`?
fn is_repeat(items: &[String], index: usize, is_equal: impl Fn(&str, &str) -> bool) -> bool {
    items[..index].iter().any(|it| is_equal(it, &items[index]))
}
