//! Checks the methods of a policy.

use alloc::string::String;
use alloc::vec::Vec;

use super::{PolicyBuilder, Remarks, is_repeat, misfit_span, without_repeats};
use crate::method::{is_forbidden_method, is_method, normalize_method};
use crate::server::policy::AllowedMethods;
use crate::server::remark::{ConfigError, ConfigErrors, Doubt, Mistake, Setting};

impl PolicyBuilder {
    /// Checks every method, and makes the list of them.
    pub(super) fn check_methods(&self, remarks: &mut Remarks) -> AllowedMethods {
        let is_any = self.methods.iter().any(|it| it == "*");
        for (index, method) in self.methods.iter().enumerate() {
            check_method(&self.methods, index, remarks);
            if is_repeat(&self.methods, index, |left, right| left == right) {
                remarks.warn(Setting::AllowMethods, index, method, Doubt::Duplicate);
            } else if is_any && method != "*" {
                remarks.warn(Setting::AllowMethods, index, method, Doubt::RedundantMethod);
            }
        }
        match is_any {
            true => AllowedMethods::Any,
            false => AllowedMethods::Listed(without_repeats(self.methods.clone()).into()),
        }
    }
}

/// Checks the methods that exist at a resource.
pub(in crate::server) fn parse_existing_methods(
    methods: impl Iterator<Item = String>,
) -> Result<Vec<String>, ConfigErrors> {
    let methods: Vec<_> = methods.collect();
    let mut remarks = Remarks::default();
    for (index, method) in methods.iter().enumerate() {
        match method.as_str() {
            "*" => remarks.refuse(Setting::AllowMethods, index, method, Mistake::Method),
            _ => check_method(&methods, index, &mut remarks),
        }
    }
    match remarks.errors.is_empty() {
        true => Ok(without_repeats(methods)),
        false => Err(ConfigErrors(remarks.errors)),
    }
}

/// Checks one method of a list.
fn check_method(methods: &[String], index: usize, remarks: &mut Remarks) {
    let method = methods[index].as_str();
    if !is_method(method.as_bytes()) {
        let error = ConfigError::new(Setting::AllowMethods, index, method, Mistake::Method);
        remarks.errors.push(error.at(misfit_span(method)));
    } else if is_forbidden_method(method.as_bytes()) {
        remarks.refuse(
            Setting::AllowMethods,
            index,
            method,
            Mistake::ForbiddenMethod,
        );
    } else {
        check_case(methods, index, remarks);
    }
}

/// Checks that a method is spelled as a browser sends it.
///
/// `put` never arrives, because browsers send `PUT` for it. `patch` does arrive if a page asks for
/// it, and is another method than `PATCH`: so it is taken for a slip unless `PATCH` is listed too.
fn check_case(methods: &[String], index: usize, remarks: &mut Remarks) {
    let method = methods[index].as_str();
    let is_normalized_away = normalize_method(method.as_bytes()) != method.as_bytes();
    let is_patch = method != "PATCH" && method.eq_ignore_ascii_case("PATCH");
    if is_patch && methods.iter().any(|it| it == "PATCH") {
        remarks.warn(Setting::AllowMethods, index, method, Doubt::MethodCase);
    } else if is_normalized_away || is_patch {
        let error = ConfigError::new(Setting::AllowMethods, index, method, Mistake::MethodCase);
        remarks
            .errors
            .push(error.suggesting(Some(method.to_ascii_uppercase())));
    }
}
