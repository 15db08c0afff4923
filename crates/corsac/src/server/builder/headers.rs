//! Checks the request headers and the exposed response headers of a policy.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Credentials, PolicyBuilder, Remarks, is_repeat, misfit_span, without_repeats};
use crate::header::{
    is_cors_non_wildcard_request_header_name, is_cors_response_header_name,
    is_cors_safelisted_response_header_name, is_forbidden_request_header_name,
    is_forbidden_response_header_name, is_token,
};
use crate::server::policy::AllowedRequestHeaders;
use crate::server::preflight::shorter_first;
use crate::server::remark::{ConfigError, Doubt, Mistake, Setting};

impl PolicyBuilder {
    /// Checks every request header, and makes the list of them.
    pub(super) fn check_request_headers(&self, remarks: &mut Remarks) -> AllowedRequestHeaders {
        let names = &self.request_headers;
        for (index, name) in names.iter().enumerate() {
            let mistake = match name.as_bytes() {
                bytes if !is_token(bytes) => Some(Mistake::HeaderName),
                bytes if is_cors_response_header_name(bytes) => {
                    Some(Mistake::ResponseHeaderInRequest)
                }
                bytes if is_forbidden_request_header_name(bytes) => {
                    Some(Mistake::ForbiddenRequestHeader)
                }
                _ => None,
            };
            refuse_name(Setting::AllowHeaders, (index, name), mistake, remarks);
            warn_of_repeat(Setting::AllowHeaders, names, index, remarks);
        }
        let with_authorization = names
            .iter()
            .any(|it| is_cors_non_wildcard_request_header_name(it.as_bytes()));
        let Some(star) = names.iter().position(|it| it == "*") else {
            let mut names: Vec<_> = names.iter().map(|it| it.to_ascii_lowercase()).collect();
            names.sort_unstable_by(|a, b| shorter_first(a.as_bytes(), b.as_bytes()));
            names.dedup();
            return AllowedRequestHeaders::Listed(names.into());
        };
        if !with_authorization && self.credentials == Credentials::Refused {
            let doubt = Doubt::WildcardWithoutAuthorization;
            remarks.warn(Setting::AllowHeaders, star, "*", doubt);
        }
        self.warn_of_request_headers_beside_wildcard(remarks);
        AllowedRequestHeaders::Any { with_authorization }
    }

    fn warn_of_request_headers_beside_wildcard(&self, remarks: &mut Remarks) {
        for (index, name) in self.request_headers.iter().enumerate() {
            let is_needed = self.credentials == Credentials::Refused
                && is_cors_non_wildcard_request_header_name(name.as_bytes());
            if name != "*" && !is_needed {
                let doubt = Doubt::RedundantRequestHeader;
                remarks.warn(Setting::AllowHeaders, index, name, doubt);
            }
        }
    }

    /// Checks every exposed response header, and makes the list of them.
    pub(super) fn check_exposed_headers(&self, remarks: &mut Remarks) -> Vec<String> {
        let names = &self.exposed_headers;
        let is_any = names.iter().any(|it| it == "*");
        for (index, name) in names.iter().enumerate() {
            let mistake = match name.as_bytes() {
                b"*" if self.credentials == Credentials::Allowed => {
                    Some(Mistake::WildcardExposedWithCredentials)
                }
                bytes if !is_token(bytes) => Some(Mistake::HeaderName),
                bytes if is_forbidden_response_header_name(bytes) => {
                    Some(Mistake::ForbiddenResponseHeader)
                }
                _ => None,
            };
            refuse_name(Setting::ExposeHeaders, (index, name), mistake, remarks);
            warn_of_repeat(Setting::ExposeHeaders, names, index, remarks);
            if is_cors_safelisted_response_header_name(name.as_bytes()) {
                let doubt = Doubt::SafelistedExposedHeader;
                remarks.warn(Setting::ExposeHeaders, index, name, doubt);
            } else if is_any && name != "*" {
                let doubt = Doubt::RedundantExposedHeader;
                remarks.warn(Setting::ExposeHeaders, index, name, doubt);
            }
        }
        match is_any {
            true => Vec::from(["*".to_owned()]),
            false => without_repeats(names.iter().map(|it| it.to_ascii_lowercase()).collect()),
        }
    }
}

/// Refuses a name for a mistake, if there is one, and points at the byte for which it is no name.
fn refuse_name(
    setting: Setting,
    (index, name): (usize, &str),
    mistake: Option<Mistake>,
    remarks: &mut Remarks,
) {
    let Some(mistake) = mistake else { return };
    let error = ConfigError::new(setting, index, name, mistake);
    remarks.errors.push(error.at(misfit_span(name)));
}

fn warn_of_repeat(setting: Setting, names: &[String], index: usize, remarks: &mut Remarks) {
    if is_repeat(names, index, str::eq_ignore_ascii_case) {
        remarks.warn(setting, index, &names[index], Doubt::Duplicate);
    }
}
