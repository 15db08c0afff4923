//! Checks the origins of a policy.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::{Credentials, PolicyBuilder, Remarks};
use crate::header::is_token;
use crate::origin::{
    MalformedOrigin, OriginFault, default_port, host_len, is_loopback_host, is_public_suffix,
};
use crate::server::origin_pattern::OriginPattern;
use crate::server::origin_set::OriginSet;
use crate::server::policy::RefusedOrigins;
use crate::server::remark::{ConfigError, Doubt, Mistake, Setting, Warning};

/// A pattern, and which item of the list it is.
struct Item<'a> {
    index: usize,
    text: &'a str,
    pattern: OriginPattern,
}

impl PolicyBuilder {
    /// Checks every origin, and makes the set of them.
    ///
    /// `by_function` is what a function that knows more origins varies on, if there is one.
    pub(super) fn check_origins(
        &self,
        by_function: Option<&[String]>,
        remarks: &mut Remarks,
    ) -> Option<OriginSet> {
        match by_function {
            None if self.origins.is_empty() => {
                remarks.refuse(Setting::AllowOrigins, 0, "", Mistake::NoOrigins);
            }
            None => {}
            Some(varies_on) => self.check_function(varies_on, remarks),
        }
        let mut items = Vec::with_capacity(self.origins.len());
        for (index, text) in self.origins.iter().enumerate() {
            match OriginPattern::parse(text) {
                Ok(pattern) => items.push(Item {
                    index,
                    text,
                    pattern,
                }),
                Err(error) => remarks.errors.push(malformed(index, text, error)),
            }
        }
        let mut needed = super::Permissions::default();
        for item in &items {
            self.check_null_origin(item, &mut needed, remarks);
            self.check_wildcard(item, remarks);
            self.check_insecure_origin(item, &mut needed, remarks);
            self.check_public_suffix(item, &mut needed, remarks);
        }
        self.check_permissions(needed, remarks);
        self.check_rejection(&items, remarks);
        warn_of_redundant_origins(&items, remarks);
        remarks.errors.sort_by_key(|error| error.index);
        let patterns: Vec<_> = items.into_iter().map(|item| item.pattern).collect();
        let set = OriginSet::new(&patterns);
        if set.is_none() {
            remarks.refuse(Setting::AllowOrigins, 0, "", Mistake::TooManyOrigins);
        }
        set
    }

    /// Checks what goes with a function: no `*`, and names to vary on that are names.
    fn check_function(&self, varies_on: &[String], remarks: &mut Remarks) {
        for (index, text) in self.origins.iter().enumerate().filter(|(_, it)| *it == "*") {
            let mistake = Mistake::WildcardOriginWithFunction;
            remarks.refuse(Setting::AllowOrigins, index, text, mistake);
        }
        for (index, name) in varies_on.iter().enumerate() {
            if !is_token(name.as_bytes()) || name == "*" {
                remarks.refuse(Setting::VaryOn, index, name, Mistake::HeaderName);
            }
        }
    }

    fn check_null_origin(
        &self,
        item: &Item<'_>,
        needed: &mut super::Permissions,
        remarks: &mut Remarks,
    ) {
        if !item.pattern.is_null() {
            return;
        }
        needed.null_origin = true;
        if !self.permissions.null_origin {
            remarks.refuse(
                Setting::AllowOrigins,
                item.index,
                item.text,
                Mistake::NullOrigin,
            );
        }
    }

    fn check_wildcard(&self, item: &Item<'_>, remarks: &mut Remarks) {
        if item.pattern.is_any() && self.credentials == Credentials::Allowed {
            let mistake = Mistake::WildcardOriginWithCredentials;
            remarks.refuse(Setting::AllowOrigins, item.index, item.text, mistake);
        }
    }

    fn check_insecure_origin(
        &self,
        item: &Item<'_>,
        needed: &mut super::Permissions,
        remarks: &mut Remarks,
    ) {
        if !item.pattern.is_insecure() {
            return;
        }
        let scheme = 0.."http".len();
        let (setting, index, text) = (Setting::AllowOrigins, item.index, item.text);
        if self.credentials == Credentials::Refused {
            let warning = Warning::new(setting, index, text, Doubt::InsecureOrigin);
            remarks.warnings.push(warning.at(scheme));
            return;
        }
        needed.insecure_origins = true;
        if self.permissions.insecure_origins {
            return;
        }
        let error = ConfigError::new(setting, index, text, Mistake::InsecureOriginWithCredentials);
        let secure = format!("https{}", &text["http".len()..]);
        let suggestion = suggested(&secure).unwrap_or(secure);
        remarks
            .errors
            .push(error.at(scheme).suggesting(Some(suggestion)));
    }

    fn check_public_suffix(
        &self,
        item: &Item<'_>,
        needed: &mut super::Permissions,
        remarks: &mut Remarks,
    ) {
        let Some(domain) = item.pattern.parent_domain() else {
            return;
        };
        if !is_public_suffix(&item.text[domain.clone()]) {
            return;
        }
        let (setting, index, text) = (Setting::AllowOrigins, item.index, item.text);
        if self.credentials == Credentials::Refused {
            let warning = Warning::new(setting, index, text, Doubt::PublicSuffix);
            remarks.warnings.push(warning.at(domain));
            return;
        }
        needed.public_suffix = true;
        if !self.permissions.public_suffix {
            let mistake = Mistake::PublicSuffixWithCredentials;
            remarks
                .errors
                .push(ConfigError::new(setting, index, text, mistake).at(domain));
        }
    }

    fn check_permissions(&self, needed: super::Permissions, remarks: &mut Remarks) {
        let given = self.permissions;
        for (setting, is_given, is_needed) in [
            (
                Setting::DangerouslyAllowNullOrigin,
                given.null_origin,
                needed.null_origin,
            ),
            (
                Setting::DangerouslyAllowInsecureOrigins,
                given.insecure_origins,
                needed.insecure_origins,
            ),
            (
                Setting::DangerouslyAllowPublicSuffix,
                given.public_suffix,
                needed.public_suffix,
            ),
        ] {
            if is_given && !is_needed {
                remarks.warn(setting, 0, "true", Doubt::UnneededPermission);
            }
        }
    }

    fn check_rejection(&self, items: &[Item<'_>], remarks: &mut Remarks) {
        let allows_any = items.iter().any(|item| item.pattern.is_any());
        if allows_any && self.refused_origins == RefusedOrigins::Reject {
            remarks.warn(Setting::Refuse, 0, "reject", Doubt::NothingToReject);
        }
    }
}

/// The remark on an item that is not spelled like an origin.
fn malformed(index: usize, text: &str, error: MalformedOrigin) -> ConfigError {
    let span = fault_span(text, error);
    ConfigError::new(
        Setting::AllowOrigins,
        index,
        text,
        Mistake::Origin(error.fault),
    )
    .at(span)
    .suggesting(suggested(text))
}

/// The bytes that a fault is about, as far as its start tells where it ends.
fn fault_span(text: &str, error: MalformedOrigin) -> Range<usize> {
    let start = error.position.min(text.len());
    let rest = &text[start..];
    let len = match error.fault {
        OriginFault::Path | OriginFault::Query | OriginFault::Fragment | OriginFault::TooLong => {
            rest.len()
        }
        OriginFault::Userinfo => rest.find('@').map_or(rest.len(), |at| at + 1),
        OriginFault::Port
        | OriginFault::PortZero
        | OriginFault::PortTooLarge
        | OriginFault::DefaultPort => rest.find(['/', '?', '#']).unwrap_or(rest.len()),
        OriginFault::Ipv4 => rest.find([':', '/', '?', '#']).unwrap_or(rest.len()),
        OriginFault::Ipv6 => rest.find(']').map_or(rest.len(), |end| end + 1),
        OriginFault::OpaqueScheme => rest.find(':').map_or(rest.len(), |at| at + 1),
        OriginFault::Empty
        | OriginFault::SeveralLines
        | OriginFault::MissingScheme
        | OriginFault::Scheme
        | OriginFault::UpperCase
        | OriginFault::NotAscii
        | OriginFault::WhiteSpace
        | OriginFault::List
        | OriginFault::TrailingSlash
        | OriginFault::Wildcard
        | OriginFault::MissingHost
        | OriginFault::HostTooLong
        | OriginFault::EmptyLabel
        | OriginFault::LabelTooLong
        | OriginFault::LabelHyphen
        | OriginFault::HostByte
        | OriginFault::MissingPort => rest.chars().next().map_or(0, char::len_utf8),
    };
    start..start + len
}

/// What was probably meant: the origin without all that an origin does not have.
fn suggested(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let (scheme, rest) = match lower.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => {
            let rest = lower.strip_prefix("//").unwrap_or(&lower);
            (likely_scheme(rest), rest)
        }
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let candidate = format!("{scheme}://{}", with_plain_port(scheme, authority));
    (candidate != text && OriginPattern::parse(&candidate).is_ok()).then_some(candidate)
}

/// The scheme that was probably meant where none is written.
fn likely_scheme(authority: &str) -> &'static str {
    match is_loopback_host(&authority[..host_len(authority)]) {
        true => "http",
        false => "https",
    }
}

/// The authority as a browser writes it: no dot at the host's end, no leading zeros in the port,
/// and no default port.
fn with_plain_port(scheme: &str, authority: &str) -> String {
    let Some((host, port)) = authority.rsplit_once(':') else {
        return authority.strip_suffix('.').unwrap_or(authority).to_string();
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    match port.parse::<u16>() {
        Ok(port) if default_port(scheme) == Some(port) => host.to_string(),
        Ok(port) => format!("{host}:{port}"),
        Err(_) if port.is_empty() => host.to_string(),
        Err(_) => authority.to_string(),
    }
}

/// Warns of origins that are listed twice, or that a wider pattern contains.
fn warn_of_redundant_origins(items: &[Item<'_>], remarks: &mut Remarks) {
    let mut by_text: Vec<_> = items.iter().collect();
    by_text.sort_by_key(|item| (item.text, item.index));
    let repeats = by_text
        .windows(2)
        .filter(|pair| pair[0].text == pair[1].text);
    let mut doubts: Vec<_> = repeats
        .map(|pair| (pair[1].index, pair[1].text, Doubt::Duplicate))
        .collect();
    let is_any = items.iter().any(|item| item.pattern.is_any());
    let wide: Vec<_> = items
        .iter()
        .map(|item| &item.pattern)
        .filter(|it| !it.is_exact())
        .cloned()
        .collect();
    if let Some(wide) = OriginSet::new(&wide) {
        for item in items {
            let is_contained =
                item.pattern.is_exact() && wide.contains(item.text.as_bytes()) == Ok(true);
            if is_contained || is_any && !item.pattern.is_any() {
                doubts.push((item.index, item.text, Doubt::RedundantOrigin));
            }
        }
    }
    doubts.sort_by_key(|(index, _, _)| *index);
    for (index, text, doubt) in doubts {
        remarks.warn(Setting::AllowOrigins, index, text, doubt);
    }
}
