//! What the builder says about a policy: mistakes that it refuses, and doubts.
//!
//! A remark points at the operator's own words. Its code is stable; the text may change.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::origin::OriginFault;

/// A mistake for which a policy is refused.
pub type ConfigError = Remark<Mistake>;

/// A setting that is legal but doubtful.
pub type Warning = Remark<Doubt>;

/// Something about one value of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Remark<K> {
    /// The setting.
    pub setting: Setting,
    /// Which item of the setting it is, from 0, in the order given.
    pub index: usize,
    /// The item as it was given.
    pub value: String,
    /// The bytes of the item that are meant.
    pub span: Range<usize>,
    /// What it is.
    pub kind: K,
    /// What was probably meant: a value to write instead.
    pub suggestion: Option<String>,
}

/// The settings of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// The origins.
    AllowOrigins,
    /// The methods.
    AllowMethods,
    /// The request headers.
    AllowHeaders,
    /// The exposed response headers.
    ExposeHeaders,
    /// Credentials.
    AllowCredentials,
    /// How long a preflight's answer may be cached.
    MaxAge,
    /// What becomes of requests from refused origins.
    Refuse,
    /// What a function of the caller's varies on; policy files have no functions.
    VaryOn,
    /// The permission for the `null` origin.
    DangerouslyAllowNullOrigin,
    /// The permission for `http` origins with credentials.
    DangerouslyAllowInsecureOrigins,
    /// The permission for all subdomains of a public suffix with credentials.
    DangerouslyAllowPublicSuffix,
}

impl Setting {
    /// The setting's key in a policy file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::AllowOrigins => "allow-origins",
            Self::AllowMethods => "allow-methods",
            Self::AllowHeaders => "allow-headers",
            Self::ExposeHeaders => "expose-headers",
            Self::AllowCredentials => "allow-credentials",
            Self::MaxAge => "max-age",
            Self::Refuse => "refuse",
            Self::VaryOn => "vary-on",
            Self::DangerouslyAllowNullOrigin => "dangerously-allow-null-origin",
            Self::DangerouslyAllowInsecureOrigins => "dangerously-allow-insecure-origins",
            Self::DangerouslyAllowPublicSuffix => "dangerously-allow-public-suffix",
        }
    }
}

/// What a policy is refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mistake {
    /// There is no origin at all: such a policy allows nobody.
    NoOrigins,
    /// There are more patterns than a set can hold.
    TooManyOrigins,
    /// The origin is not spelled like one.
    Origin(OriginFault),
    /// `null`, which every sandboxed frame of every site can send.
    NullOrigin,
    /// `*` with credentials: browsers refuse it, and what stands for it allows every site.
    WildcardOriginWithCredentials,
    /// `*` beside a function that knows the origins, which is then never asked.
    WildcardOriginWithFunction,
    /// An `http` origin with credentials: whoever is on the network can speak in its name.
    InsecureOriginWithCredentials,
    /// Every subdomain of a public suffix, with credentials: anyone can register one.
    PublicSuffixWithCredentials,
    /// The method is not a token.
    Method,
    /// The method is forbidden: no script can send it.
    ForbiddenMethod,
    /// The method is never sent in this case.
    MethodCase,
    /// The header name is not a token.
    HeaderName,
    /// The request header is forbidden: no script can set it.
    ForbiddenRequestHeader,
    /// The header belongs to responses: listing it as a request header changes nothing.
    ResponseHeaderInRequest,
    /// The response header is forbidden: no script can read it.
    ForbiddenResponseHeader,
    /// `*` as an exposed header with credentials: browsers take it for a header named `*`.
    WildcardExposedWithCredentials,
    /// A max-age above what any browser honours.
    MaxAgeTooLong,
    /// A max-age with a fraction of a second.
    MaxAgeFraction,
}

/// What is doubtful about a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// The same item is listed twice.
    Duplicate,
    /// Another pattern contains this origin already.
    RedundantOrigin,
    /// An `http` origin that is not loopback.
    InsecureOrigin,
    /// Every subdomain of a public suffix.
    PublicSuffix,
    /// `*` as request headers without `authorization`, which it does not cover.
    WildcardWithoutAuthorization,
    /// A safelisted response header, which every page can read anyway.
    SafelistedExposedHeader,
    /// A name beside `*`, which exposes everything already.
    RedundantExposedHeader,
    /// A method in lower case beside its upper-case twin.
    MethodCase,
    /// A method beside `*`, which allows it already.
    RedundantMethod,
    /// A request header beside `*`, which allows it already.
    RedundantRequestHeader,
    /// A max-age above the two hours that Chromium honours.
    MaxAgeAboveCap,
    /// Refused origins are rejected, but every origin is allowed.
    NothingToReject,
    /// A dangerous permission that nothing in the policy needs.
    UnneededPermission,
}

impl<K> Remark<K> {
    pub(super) fn new(setting: Setting, index: usize, value: &str, kind: K) -> Self {
        let span = 0..value.len();
        Self {
            setting,
            index,
            value: value.into(),
            span,
            kind,
            suggestion: None,
        }
    }

    pub(super) fn at(self, span: Range<usize>) -> Self {
        Self { span, ..self }
    }

    pub(super) fn suggesting(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }
}

impl ConfigError {
    /// The stable name of the mistake.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl Warning {
    /// The stable name of the doubt.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl Mistake {
    /// The stable name of the mistake.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoOrigins => "no-origins",
            Self::TooManyOrigins => "too-many-origins",
            Self::Origin(fault) => fault.code(),
            Self::NullOrigin => "null-origin",
            Self::WildcardOriginWithCredentials => "wildcard-origin-with-credentials",
            Self::WildcardOriginWithFunction => "wildcard-origin-with-function",
            Self::InsecureOriginWithCredentials => "insecure-origin-with-credentials",
            Self::PublicSuffixWithCredentials => "public-suffix-with-credentials",
            Self::Method => "method-invalid",
            Self::ForbiddenMethod => "method-forbidden",
            Self::MethodCase => "method-case",
            Self::HeaderName => "header-name-invalid",
            Self::ForbiddenRequestHeader => "request-header-forbidden",
            Self::ResponseHeaderInRequest => "response-header-in-request",
            Self::ForbiddenResponseHeader => "response-header-forbidden",
            Self::WildcardExposedWithCredentials => "wildcard-exposed-with-credentials",
            Self::MaxAgeTooLong => "max-age-too-long",
            Self::MaxAgeFraction => "max-age-fraction",
        }
    }
}

impl Doubt {
    /// The stable name of the doubt.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::RedundantOrigin => "origin-redundant",
            Self::InsecureOrigin => "insecure-origin",
            Self::PublicSuffix => "public-suffix",
            Self::WildcardWithoutAuthorization => "wildcard-without-authorization",
            Self::SafelistedExposedHeader => "exposed-header-safelisted",
            Self::RedundantExposedHeader => "exposed-header-redundant",
            Self::MethodCase => "method-in-lower-case",
            Self::RedundantMethod => "method-redundant",
            Self::RedundantRequestHeader => "request-header-redundant",
            Self::MaxAgeAboveCap => "max-age-above-cap",
            Self::NothingToReject => "nothing-to-reject",
            Self::UnneededPermission => "unneeded-permission",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOrigins => "a policy without origins allows nobody",
            Self::TooManyOrigins => "there are more origins than a policy can hold",
            Self::Origin(fault) => return fault.fmt(f),
            Self::NullOrigin => {
                "every sandboxed frame of every site has the origin `null`: allowing it allows them all"
            }
            Self::WildcardOriginWithFunction => {
                "`*` allows every origin, so that the function is never asked"
            }
            Self::WildcardOriginWithCredentials => {
                "`*` cannot go with credentials: browsers refuse the pair, and what could stand for it would let every site act as the user"
            }
            Self::InsecureOriginWithCredentials => {
                "with credentials, an `http` origin lets whoever is on the network act as the user"
            }
            Self::PublicSuffixWithCredentials => {
                "anyone can register a name under this public suffix, and would act as the user"
            }
            Self::Method => "a method is a token: letters, digits and a few signs, without spaces",
            Self::ForbiddenMethod => "no script can send this method: browsers forbid it",
            Self::MethodCase => "methods are case-sensitive, and browsers do not send this spelling",
            Self::HeaderName => {
                "a header name is a token: letters, digits and a few signs, without spaces or colons"
            }
            Self::ForbiddenRequestHeader => {
                "no script can set this request header: browsers forbid it"
            }
            Self::ResponseHeaderInRequest => {
                "this header belongs to the response: a page gains nothing by sending it"
            }
            Self::ForbiddenResponseHeader => "no script can read this response header",
            Self::WildcardExposedWithCredentials => {
                "with credentials, browsers take `*` for a header named `*`: list the names"
            }
            Self::MaxAgeTooLong => "no browser keeps a preflight's answer for longer than a day",
            Self::MaxAgeFraction => "max-age is a number of whole seconds",
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "this is listed twice",
            Self::RedundantOrigin => "another pattern of the policy contains this origin already",
            Self::InsecureOrigin => {
                "whoever is on the network can speak in the name of an `http` origin"
            }
            Self::PublicSuffix => "anyone can register a name under this public suffix",
            Self::WildcardWithoutAuthorization => {
                "`*` does not cover `authorization`: list it too if pages send it"
            }
            Self::SafelistedExposedHeader => "every page can read this response header anyway",
            Self::RedundantExposedHeader => "`*` exposes this response header already",
            Self::MethodCase => "this is another method than its upper-case spelling",
            Self::RedundantMethod => "`*` allows this method already",
            Self::RedundantRequestHeader => "`*` allows this request header already",
            Self::MaxAgeAboveCap => "Chromium keeps a preflight's answer for two hours at most",
            Self::NothingToReject => "every origin is allowed, so that there is none to reject",
            Self::UnneededPermission => "nothing in the policy needs this dangerous permission",
        })
    }
}

impl<K: fmt::Display> fmt::Display for Remark<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}", self.setting.key(), self.value, self.kind)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " (did you mean `{suggestion}`?)"),
            None => Ok(()),
        }
    }
}

/// Every mistake in a policy, in the order of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub(super) Vec<ConfigError>);

impl ConfigErrors {
    /// The mistakes; there is at least one.
    pub fn iter(&self) -> core::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = core::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl core::error::Error for ConfigErrors {}
